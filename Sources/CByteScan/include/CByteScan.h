#ifndef CBYTESCAN_H
#define CBYTESCAN_H

#include <stddef.h>

/// The last place of `byte` in `length` bytes; null for none. GNU `memrchr`, which Swift does not
/// see because glibc declares it for _GNU_SOURCE only.
const void *byte_scan_last(const void *bytes, unsigned char byte, size_t length);

/// The first place of `byte`; null for none. `memchr`, which spares a module the whole of libc.
const void *byte_scan_first(const void *bytes, unsigned char byte, size_t length);

/// The first place of the `needle_length` (1 or more) bytes of `needle` in `length` bytes; null for
/// none. With `fold` not 0, ASCII letters match in either case and `needle` must be in lower case.
///
/// Looks at two bytes of the needle in 16 or 32 places at once and compares only where both fit.
const void *byte_scan_find(const void *bytes, size_t length, const void *needle,
                           size_t needle_length, int fold);

#endif
