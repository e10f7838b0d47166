#include "CByteScan.h"

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef unsigned char byte;

static const byte *string_slow(const byte *text, const byte *end, int *escapes) {
    for (; text < end; text++) {
        switch (*text) {
        case '"': return text;
        case '\n': return NULL;
        case '\\':
            *escapes = 1;
            if (*++text == '\n') return NULL;
        }
    }
    return NULL;
}

static const byte *container_slow(const byte *text, const byte *end) {
    int escapes = 0;
    for (long depth = 0; text < end; text++) {
        switch (*text) {
        case '{': case '[': depth++; break;
        case '}': case ']':
            if (--depth == 0) return text + 1;
            break;
        case '"':
            text = string_slow(text + 1, end, &escapes);
            if (!text) return NULL;
            break;
        // Outside of strings this is no JSON; both ways take it alike.
        case '\\':
            if (text[1] == '"' || text[1] == '\\') text++;
            break;
        case '\n': return NULL;
        }
    }
    return NULL;
}

#if defined(__x86_64__)
#define FAST __attribute__((target("avx2,pclmul,popcnt,bmi")))

/// A bit for each of 64 bytes.
typedef struct {
    uint64_t quotes, backslashes, opening, closing, line_feeds;
} masks;

FAST static inline uint64_t equal(__m256i low, __m256i high, char wanted) {
    __m256i all = _mm256_set1_epi8(wanted);
    uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all));
    uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all));
    return (uint64_t)second << 32 | first;
}

/// The masks of the 64 bytes at `text`; behind `end` they are line feeds.
FAST static inline masks masks_at(const byte *text, const byte *end) {
    byte last[64];
    if (end - text < 64) {
        memset(last, '\n', sizeof last);
        memcpy(last, text, (size_t)(end - text));
        text = last;
    }
    __m256i low = _mm256_loadu_si256((const void *)text);
    __m256i high = _mm256_loadu_si256((const void *)(text + 32));
    // A bracket and a brace of one kind differ in one bit only.
    __m256i bit = _mm256_set1_epi8(0x20);
    __m256i low_folded = _mm256_or_si256(low, bit), high_folded = _mm256_or_si256(high, bit);
    masks m = {
        equal(low, high, '"'), equal(low, high, '\\'), equal(low_folded, high_folded, '{'),
        equal(low_folded, high_folded, '}'), equal(low, high, '\n')};
    return m;
}

/// Bytes that a backslash before them takes, however many stand in a row. `*carried` is 1 where the
/// last byte of the block before was such a backslash.
static inline uint64_t escaped_bytes(uint64_t backslashes, uint64_t *carried) {
    if (backslashes == 0) {
        uint64_t escaped = *carried;
        *carried = 0;
        return escaped;
    }
    const uint64_t even = 0x5555555555555555ull;
    backslashes &= ~*carried;
    uint64_t follows = backslashes << 1 | *carried;
    uint64_t odd_starts = backslashes & ~even & ~follows;
    unsigned long long sequences;
    *carried = (uint64_t)__builtin_uaddll_overflow(odd_starts, backslashes, &sequences);
    return (even ^ ((uint64_t)sequences << 1)) & follows;
}

/// Every bit from an odd one of `bits` up to, not with, the next: multiplied with all ones without
/// carrying, a bit says whether the ones up to it are odd.
FAST static inline uint64_t between(uint64_t bits) {
    __m128i product = _mm_clmulepi64_si128(
        _mm_set_epi64x(0, (long long)bits), _mm_set1_epi8((char)0xFF), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

FAST static const byte *container_fast(const byte *text, const byte *end) {
    uint64_t carried = 0;
    // All bits where a block begins in a string.
    uint64_t in_string = 0;
    int64_t depth = 0;
    while (1) {
        masks m = masks_at(text, end);
        uint64_t quotes = m.quotes & ~escaped_bytes(m.backslashes, &carried);
        uint64_t strings = between(quotes) ^ in_string;
        in_string = (uint64_t)((int64_t)strings >> 63);
        uint64_t opening = m.opening & ~strings, closing = m.closing & ~strings;
        if (depth <= __builtin_popcountll(closing)) {
            int64_t closed = 0;
            for (uint64_t rest = closing; rest; rest &= rest - 1) {
                uint64_t before = (rest & -rest) - 1;
                closed++;
                if (depth + __builtin_popcountll(opening & before) > closed) continue;
                return m.line_feeds & before ? NULL : text + __builtin_ctzll(rest) + 1;
            }
        }
        if (m.line_feeds) return NULL;
        depth += __builtin_popcountll(opening) - __builtin_popcountll(closing);
        text += 64;
    }
}

FAST static const byte *string_fast(const byte *text, const byte *end, int *escapes) {
    uint64_t carried = 0;
    while (1) {
        masks m = masks_at(text, end);
        uint64_t stops = (m.quotes & ~escaped_bytes(m.backslashes, &carried)) | m.line_feeds;
        uint64_t stop = stops & -stops;
        if (m.backslashes & (stop - 1)) *escapes = 1;
        if (stop) return stop & m.line_feeds ? NULL : text + __builtin_ctzll(stop);
        text += 64;
    }
}

static int is_fast(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("pclmul")
        && __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi");
}
#endif

const unsigned char *byte_scan_container(const unsigned char *text, const unsigned char *end) {
#if defined(__x86_64__)
    if (is_fast()) return container_fast(text, end);
#endif
    return container_slow(text, end);
}

const unsigned char *byte_scan_string(const unsigned char *text, const unsigned char *end,
                                      int *escapes) {
#if defined(__x86_64__)
    if (is_fast()) return string_fast(text, end, escapes);
#endif
    return string_slow(text, end, escapes);
}
