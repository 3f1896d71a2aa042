/* Typed seal and open, under every encryption type. */
#include "context/seal.h"
#include "crypto/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct crypto *crypto;
static struct arena *mem;
static struct seeded_rng rng;

static int open_all(void **state)
{
    (void)state;
    crypto = crypto_new();
    mem = arena_new(1 << 16);
    if (!crypto || !mem)
        return -1;
    seeded_rng_init(&rng, crypto, 1, "test");
    return 0;
}

static int close_all(void **state)
{
    (void)state;
    crypto_free(crypto);
    arena_free(mem);
    return 0;
}

static struct turn turn(void)
{
    return (struct turn){.rng = &rng.rng, .crypto = crypto, .mem = mem};
}

/* Values of many lengths: where a type fills its last block, the filling is not taken for part of
 * the message. */
static void values_come_back_under_every_type(void **state)
{
    (void)state;
    size_t n;
    const struct etype_row *rows = etype_table(&n);
    struct turn t = turn();
    for (size_t i = 0; i < n; i++)
        for (size_t len = 0; len < 20; len++) {
            struct key key;
            struct EncryptedData sealed;
            struct EncryptionKey value = {.keytype = 18,
                                          .keyvalue = bytes_of("twenty octets are it", len)},
                                 back;
            assert_true(key_random(crypto, t.rng, NULL, rows[i].etype, &key));
            assert_true(seal_value(&t, &ASN_EncryptionKey, &value, &key, 0, 3, &sealed));
            assert_int_equal(open_value(&t, &sealed, &key, 3, &ASN_EncryptionKey, &back), OPEN_OK);
            assert_true(bytes_equal(back.keyvalue, value.keyvalue));
            assert_int_equal(open_value(&t, &sealed, &key, 4, &ASN_EncryptionKey, &back),
                             OPEN_INTEGRITY);
        }
}

static void only_the_filling_of_a_block_is_cut(void **state)
{
    (void)state;
    static const struct {
        int32_t etype;
        struct bytes plain;
        size_t left;
    } rows[] = {
        {16, {(const uint8_t *)"\x04\x01x\0\0\0\0\0", 8}, 3},
        {16, {(const uint8_t *)"\x04\x01x\0\0\0\0\1", 8}, 8},
        {16, {(const uint8_t *)"\x04\x01x\0\0\0\0\0\0\0\0", 11}, 11},
        {16, {(const uint8_t *)"\x04\x09x", 3}, 3},
        {16, {(const uint8_t *)"\x04", 1}, 1},
        {16, {NULL, 0}, 0},
        {18, {(const uint8_t *)"\x04\x01x\0", 4}, 4},
        {99, {(const uint8_t *)"\x04\x01x\0", 4}, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(without_padding(rows[i].etype, rows[i].plain).n, rows[i].left);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_come_back_under_every_type),
        cmocka_unit_test(only_the_filling_of_a_block_is_cut),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
