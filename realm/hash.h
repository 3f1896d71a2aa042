/* A fast hash of octets for tables. It finds places; it proves nothing. */
#ifndef REALM_HASH_H
#define REALM_HASH_H

#include "base/bytes.h"

#include <string.h>

static inline uint64_t hash_word(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    h ^= h >> 29;
    h *= UINT64_C(0xBF58476D1CE4E5B9);
    return h ^ h >> 32;
}

static inline uint64_t hash_octets(uint64_t h, struct bytes b)
{
    h = hash_word(h, b.n);
    for (; b.n >= 8; b.p += 8, b.n -= 8) {
        uint64_t word;
        memcpy(&word, b.p, sizeof word);
        h = hash_word(h, word);
    }
    if (b.n) {
        uint64_t word = 0;
        memcpy(&word, b.p, b.n);
        h = hash_word(h, word);
    }
    return h;
}

/* The eight octets of a word with the ASCII letters among them made small: those from 'A' on, less
 * those past 'Z', by carries into the high bit of each octet. */
static inline uint64_t fold_word(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones * 0x80;
    uint64_t low = word & ~high;
    uint64_t from_a = low + ones * (0x80 - 'A'), past_z = low + ones * (0x80 - 'Z' - 1);
    return word | ((from_a ^ past_z) & ~word & high) >> 2;
}

/* The same for octets that differ only in the case of ASCII letters. */
static inline uint64_t hash_folded(uint64_t h, struct bytes b)
{
    h = hash_word(h, b.n);
    for (; b.n; b.p += 8, b.n -= 8) {
        uint64_t word = 0;
        memcpy(&word, b.p, b.n < 8 ? b.n : 8);
        h = hash_word(h, fold_word(word));
        if (b.n <= 8)
            break;
    }
    return h;
}

#endif
