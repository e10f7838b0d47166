#include "CByteScan.h"

#include <stdint.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef unsigned char byte;

/// A bit for each of 64 bytes.
typedef struct {
    uint64_t quotes, backslashes, opening, closing, line_feeds;
} masks;

/// What the bytes before a block say about its first ones.
typedef struct {
    /// All bits where the block begins in a string.
    uint64_t in_string;
    /// 1 where a backslash before the block takes its first byte.
    uint64_t escaped;
} state;

static inline masks slow_masks(const byte *text) {
    masks m = {0, 0, 0, 0, 0};
    for (int i = 0; i < 64; i++) {
        uint64_t bit = 1ull << i;
        switch (text[i]) {
        case '"': m.quotes |= bit; break;
        case '\\': m.backslashes |= bit; break;
        case '{': case '[': m.opening |= bit; break;
        case '}': case ']': m.closing |= bit; break;
        case '\n': m.line_feeds |= bit; break;
        }
    }
    return m;
}

/// Bytes that a backslash before them takes, however many stand in a row.
static inline uint64_t escaped_bytes(uint64_t backslashes, state *now) {
    if (backslashes == 0) {
        uint64_t escaped = now->escaped;
        now->escaped = 0;
        return escaped;
    }
    const uint64_t even = 0x5555555555555555ull;
    backslashes &= ~now->escaped;
    uint64_t follows = backslashes << 1 | now->escaped;
    uint64_t odd_starts = backslashes & ~even & ~follows;
    unsigned long long sequences;
    now->escaped = (uint64_t)__builtin_uaddll_overflow(odd_starts, backslashes, &sequences);
    return (even ^ ((uint64_t)sequences << 1)) & follows;
}

/// Every bit from an odd one of `bits` up to, not with, the next.
static inline uint64_t between(uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

#define SCANS(SUFFIX, TARGET, MASKS, BETWEEN)                                                     \
    TARGET static const byte *container_##SUFFIX(const byte *text, const byte *end) {             \
        state now = {0, 0};                                                                       \
        int64_t depth = 0;                                                                        \
        byte last[64];                                                                            \
        while (1) {                                                                               \
            const byte *block = text;                                                             \
            if (end - text < 64) {                                                                \
                memset(last, '\n', sizeof last);                                                  \
                memcpy(last, text, (size_t)(end - text));                                         \
                block = last;                                                                     \
            }                                                                                     \
            masks m = MASKS(block);                                                               \
            uint64_t quotes = m.quotes & ~escaped_bytes(m.backslashes, &now);                     \
            uint64_t strings = BETWEEN(quotes) ^ now.in_string;                                   \
            now.in_string = (uint64_t)((int64_t)strings >> 63);                                   \
            uint64_t opening = m.opening & ~strings, closing = m.closing & ~strings;              \
            if (depth <= __builtin_popcountll(closing)) {                                         \
                int64_t closed = 0;                                                               \
                for (uint64_t rest = closing; rest; rest &= rest - 1) {                           \
                    uint64_t before = (rest & -rest) - 1;                                         \
                    closed++;                                                                     \
                    if (depth + __builtin_popcountll(opening & before) > closed) continue;        \
                    return m.line_feeds & before ? NULL : text + __builtin_ctzll(rest) + 1;       \
                }                                                                                 \
            }                                                                                     \
            if (m.line_feeds) return NULL;                                                        \
            depth += __builtin_popcountll(opening) - __builtin_popcountll(closing);               \
            text += 64;                                                                           \
        }                                                                                         \
    }                                                                                             \
    TARGET static const byte *string_##SUFFIX(const byte *text, const byte *end, int *escapes) {  \
        state now = {0, 0};                                                                       \
        byte last[64];                                                                            \
        while (1) {                                                                               \
            const byte *block = text;                                                             \
            if (end - text < 64) {                                                                \
                memset(last, '\n', sizeof last);                                                  \
                memcpy(last, text, (size_t)(end - text));                                         \
                block = last;                                                                     \
            }                                                                                     \
            masks m = MASKS(block);                                                               \
            uint64_t quotes = m.quotes & ~escaped_bytes(m.backslashes, &now);                     \
            uint64_t stops = quotes | m.line_feeds;                                               \
            uint64_t before = stops ? (stops & -stops) - 1 : ~0ull;                               \
            if (m.backslashes & before) *escapes = 1;                                             \
            if (stops) return stops & -stops & m.line_feeds ? NULL : text + __builtin_ctzll(stops); \
            text += 64;                                                                           \
        }                                                                                         \
    }

SCANS(slow, , slow_masks, between)

#if defined(__x86_64__)
#define FAST __attribute__((target("avx2,pclmul,popcnt,bmi")))

FAST static inline uint64_t equal(__m256i low, __m256i high, char wanted) {
    __m256i all = _mm256_set1_epi8(wanted);
    uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all));
    uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all));
    return (uint64_t)second << 32 | first;
}

FAST static inline masks fast_masks(const byte *text) {
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

/// As `between`, by multiplying with all ones without carrying.
FAST static inline uint64_t fast_between(uint64_t bits) {
    __m128i product = _mm_clmulepi64_si128(
        _mm_set_epi64x(0, (long long)bits), _mm_set1_epi8((char)0xFF), 0);
    return (uint64_t)_mm_cvtsi128_si64(product);
}

SCANS(fast, FAST, fast_masks, fast_between)

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
