#define _GNU_SOURCE
#include "CByteScan.h"

#include <string.h>

const void *byte_scan_last(const void *bytes, unsigned char byte, size_t length) {
    return memrchr(bytes, byte, length);
}
