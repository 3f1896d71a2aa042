/* What the tests of cryptography share: the library opened, keys and randomness that count up. */
#ifndef TESTS_CRYPTO_OPENED_H
#define TESTS_CRYPTO_OPENED_H

#include "crypto/crypto.h"
#include "crypto/primitives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct crypto *crypto;
static struct arena *mem;

static const int32_t etypes[] = {17, 18, 19, 20, 25, 26, 16, 23, 24};
#define N_ETYPES  (sizeof etypes / sizeof *etypes)
#define N_COUNTED 6 /* the first of them stretch passwords by a count */

/* Counts up, for every purpose. */
struct counting_rng {
    struct rng rng;
    uint8_t next;
};

static inline void count_up(struct rng *rng, const char *purpose, uint8_t *p, size_t n)
{
    (void)purpose;
    while (n--)
        *p++ = ((struct counting_rng *)rng)->next++;
}

static inline struct key key_from(int32_t etype, uint8_t first)
{
    struct counting_rng rng = {{count_up}, first};
    struct key key;
    assert_true(key_random(crypto, &rng.rng, NULL, etype, &key));
    return key;
}

static inline uint8_t *sealed_with(const struct key *key, int32_t usage, struct bytes plain)
{
    struct counting_rng rng = {{count_up}, 0x80};
    uint8_t *out = arena_take(mem, sealed_size(key->etype, plain.n));
    assert_true(seal(crypto, &rng.rng, key, usage, plain, out));
    return out;
}

static inline void assert_hex(const char *expected, const uint8_t *p, size_t n)
{
    char text[2 * 64 + 1] = "";
    for (size_t i = 0; i < n; i++)
        sprintf(text + 2 * i, "%02x", p[i]);
    assert_string_equal(text, expected);
}

static inline int open_all(void **state)
{
    (void)state;
    crypto = crypto_new();
    mem = arena_new(1 << 16);
    return crypto && mem ? 0 : -1;
}

static inline int close_all(void **state)
{
    (void)state;
    crypto_free(crypto);
    arena_free(mem);
    return 0;
}

#endif
