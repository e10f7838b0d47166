#ifndef CBYTESCAN_H
#define CBYTESCAN_H

#include <stddef.h>

/// The last place of `byte` in `length` bytes; null for none. GNU `memrchr`, which Swift does not
/// see because glibc declares it for _GNU_SOURCE only.
const void *byte_scan_last(const void *bytes, unsigned char byte, size_t length);

#endif
