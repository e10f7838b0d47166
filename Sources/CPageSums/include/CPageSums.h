#ifndef SPILLWAY_PAGE_SUMS_H
#define SPILLWAY_PAGE_SUMS_H

#include <stddef.h>
#include <stdint.h>

// Sums of the pages of a SQLite database, kept in a file beside it, `<database>-sums`:
//
//     0   8 bytes  "SPWYSUM1"
//     8   u64      how far the history goes; see PageSums.swift
//     16  48 bytes zero
//     64  u64 each the sum of page 1, 2, …; 0 where it is not known
//
// in the byte order of the machine. Losing the file loses nothing but the ability to tell.

#define SPILLWAY_SUMS_MAGIC "SPWYSUM1"
#define SPILLWAY_SUMS_HEADER 64

// Registers the VFS "spillway-sums" over the default one; once, from any thread. Databases that
// are opened with it note a page's sum before they write it, make sums durable before the database
// is, and refuse, as SQLITE_CORRUPT, a page that is read back with another sum. They need no sums:
// without the file, or on a full disk, they are like any other.
int spillway_sums_register(void);

// The sum of a page of `count` bytes, never 0. Tells apart whatever differs in up to 64 bits next to
// each other, and anything else but for one case in 2^64.
uint64_t spillway_page_sum(const void *page, size_t count, uint32_t number);

// Finds the one byte with which a page has its sum, and puts it in; its place, or -1 and the page as
// it was where no single byte explains it. A million sums: about half a second.
int spillway_page_mend(void *page, size_t count, uint32_t number, uint64_t sum);

#endif
