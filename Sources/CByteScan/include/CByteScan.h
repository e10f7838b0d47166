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

/// The byte behind the closing bracket or brace that belongs to the opening one at `text`; null
/// where a line feed comes first. Brackets are counted, not matched by kind; those in strings do
/// not count.
///
/// `end[-1]` must be a line feed: nothing behind it is read. Looks at 64 bytes at once, as masks
/// (the first stage of Langdale and Lemire's "Parsing Gigabytes of JSON per Second", 2019).
const unsigned char *byte_scan_container(const unsigned char *text, const unsigned char *end);

/// The quote that ends the JSON string whose first byte is at `text`; null where a line feed comes
/// first. `*escapes` becomes 1 where the string has a backslash, and stays as it is otherwise.
///
/// `end[-1]` must be a line feed: nothing behind it is read.
const unsigned char *byte_scan_string(const unsigned char *text, const unsigned char *end,
                                      int *escapes);

#endif
