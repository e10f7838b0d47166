#define _GNU_SOURCE
#include "CByteScan.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

typedef unsigned char byte;

const void *byte_scan_last(const void *bytes, unsigned char byte, size_t length) {
    return memrchr(bytes, byte, length);
}

const void *byte_scan_first(const void *bytes, unsigned char byte, size_t length) {
    return memchr(bytes, byte, length);
}

static inline int is_letter(byte c) { return (byte)((c | 32) - 'a') < 26; }
static inline byte folded(byte c) { return (byte)(c - 'A') < 26 ? c | 32 : c; }

static inline int is_equal(const byte *text, const byte *needle, size_t length, int fold) {
    if (!fold) return memcmp(text, needle, length) == 0;
    for (size_t i = 0; i < length; i++)
        if (folded(text[i]) != needle[i]) return 0;
    return 1;
}

/// How often a byte is met in logs, roughly: the needle's two rarest places are looked for.
static int commonness(byte c) {
    if (c == ' ') return 100;
    if (c >= 'a' && c <= 'z') return strchr("etaoinsr", c) ? 90 : strchr("jqxzkvw", c) ? 30 : 60;
    if (c >= '0' && c <= '9') return c <= '2' ? 85 : 70;
    if (strchr("-:./,", c)) return 65;
    if (c >= 'A' && c <= 'Z') return 40;
    return 20;
}

static void rarest(const byte *needle, size_t length, size_t *one, size_t *two) {
    *one = 0;
    for (size_t i = 1; i < length; i++)
        if (commonness(needle[i]) < commonness(needle[*one])) *one = i;
    *two = *one == 0 ? length - 1 : 0;
    for (size_t i = 0; i < length; i++)
        if (i != *one && commonness(needle[i]) < commonness(needle[*two])) *two = i;
}

static const byte *find_slowly(const byte *text, const byte *last, const byte *needle,
                               size_t length, int fold) {
    for (; text <= last; text++)
        if (is_equal(text, needle, length, fold)) return text;
    return NULL;
}

#if defined(__x86_64__)
#define FIND(NAME, TARGET, VECTOR, WIDTH, SET, LOAD, EQUAL, OR, AND, MASK)                        \
    TARGET static const byte *NAME(const byte *text, const byte *last, const byte *needle,        \
                                   size_t length, int fold) {                                     \
        size_t one, two;                                                                          \
        rarest(needle, length, &one, &two);                                                       \
        VECTOR first = SET((char)needle[one]), second = SET((char)needle[two]);                   \
        VECTOR first_case = SET(fold && is_letter(needle[one]) ? 32 : 0);                         \
        VECTOR second_case = SET(fold && is_letter(needle[two]) ? 32 : 0);                        \
        while (text + (WIDTH - 1) <= last) {                                                      \
            VECTOR a = OR(LOAD((const void *)(text + one)), first_case);                          \
            VECTOR b = OR(LOAD((const void *)(text + two)), second_case);                         \
            unsigned mask = (unsigned)MASK(AND(EQUAL(a, first), EQUAL(b, second)));               \
            while (mask) {                                                                        \
                const byte *place = text + __builtin_ctz(mask);                                   \
                if (is_equal(place, needle, length, fold)) return place;                          \
                mask &= mask - 1;                                                                 \
            }                                                                                     \
            text += WIDTH;                                                                        \
        }                                                                                         \
        return find_slowly(text, last, needle, length, fold);                                     \
    }

FIND(find_sse2, , __m128i, 16, _mm_set1_epi8, _mm_loadu_si128, _mm_cmpeq_epi8, _mm_or_si128,
     _mm_and_si128, _mm_movemask_epi8)
FIND(find_avx2, __attribute__((target("avx2"))), __m256i, 32, _mm256_set1_epi8,
     _mm256_loadu_si256, _mm256_cmpeq_epi8, _mm256_or_si256, _mm256_and_si256,
     _mm256_movemask_epi8)
#endif

const void *byte_scan_find(const void *bytes, size_t length, const void *needle,
                           size_t needle_length, int fold) {
    if (needle_length == 0 || needle_length > length) return NULL;
    const byte *text = bytes, *last = text + (length - needle_length);
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") ? find_avx2(text, last, needle, needle_length, fold)
                                          : find_sse2(text, last, needle, needle_length, fold);
#else
    if (!fold) return memmem(bytes, length, needle, needle_length);
    return find_slowly(text, last, needle, needle_length, fold);
#endif
}
