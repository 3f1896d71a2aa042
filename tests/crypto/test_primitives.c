/* Hashes, MACs and ciphers where no vector looks, and how the library opens. */
#include "tests/crypto/opened.h"

static void primitives_refuse_what_does_not_fit(void **state)
{
    (void)state;
    uint8_t out[64], iv[16] = {0};
    size_t n;
    assert_false(digest(crypto, "sha3", BYTES_LIT(""), out, &n));
    assert_false(hmac(crypto, "crc", BYTES_LIT("k"), BYTES_LIT(""), out, &n));
    assert_false(aes_cmac(crypto, BYTES_LIT("short"), BYTES_LIT(""), out));
    assert_false(rc4(crypto, (struct bytes){0}, BYTES_LIT("x"), out));
    assert_false(cipher_block(crypto, "aes", bytes_of(iv, 15), bytes_of(iv, 16), out));
    assert_false(cipher_block(crypto, "aes", bytes_of(iv, 16), bytes_of(iv, 15), out));
    assert_false(cipher_block(crypto, "rot13", bytes_of(iv, 16), bytes_of(iv, 16), out));
    assert_false(aes_cts(crypto, bytes_of(iv, 16), iv, bytes_of(iv, 15), out, NULL));
    assert_false(aes_cts(crypto, bytes_of(iv, 8), iv, bytes_of(iv, 16), out, NULL));
    assert_false(pbkdf2(crypto, "sha1", BYTES_LIT("p"), BYTES_LIT("s"), 0, out, 16));
}

/* RFC 2104 with an empty key, after one that was not: the key before must not stay. */
static void hmac_with_an_empty_key(void **state)
{
    (void)state;
    uint8_t out[DIGEST_MAX];
    size_t n;
    assert_true(hmac(crypto, "md5", BYTES_LIT("before"), BYTES_LIT(""), out, &n));
    assert_true(hmac(crypto, "md5", (struct bytes){0}, (struct bytes){0}, out, &n));
    assert_hex("74e6f7298a9c2d168935f58c001bad88", out, n);
    assert_true(hmac(crypto, "SHA256", (struct bytes){0}, (struct bytes){0}, out, &n));
    assert_hex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad", out, n);
}

/* One block is plain CBC; keys of both sizes in turn on the same contexts. */
static void cts_of_one_block(void **state)
{
    (void)state;
    uint8_t key[32] = {1}, iv[16] = {0}, text[16] = {2}, cts[16], ecb[16], next[16];
    for (size_t n = 16; n <= 32; n += 16) {
        assert_true(aes_cts(crypto, bytes_of(key, n), iv, bytes_of(text, 16), cts, next));
        assert_true(cipher_block(crypto, "aes", bytes_of(key, n), bytes_of(text, 16), ecb));
        assert_memory_equal(cts, ecb, 16);
        assert_memory_equal(next, ecb, 16);
    }
}

static void rc4_keys_of_changing_length(void **state)
{
    (void)state;
    static const uint8_t key[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    static const uint8_t zeros[8];
    uint8_t out[8];
    for (int i = 0; i < 2; i++) { /* RFC 6229 */
        assert_true(rc4(crypto, bytes_of(key, 5), bytes_of(zeros, 8), out));
        assert_hex("b2396305f03dc027", out, 8);
        assert_true(rc4(crypto, bytes_of(key, 16), bytes_of(zeros, 8), out));
        assert_hex("9ac7cc9a609d1ef7", out, 8);
    }
}

static void n_fold_of_nothing_is_nothing(void **state)
{
    (void)state;
    uint8_t out[4] = {1, 2, 3, 4};
    n_fold((struct bytes){0}, out, sizeof out);
    assert_hex("00000000", out, 4);
    n_fold(bytes_of("\xff\xff\xff\xff", 4), out, 4);
    assert_hex("ffffffff", out, 4);
}

static void without_the_legacy_provider_there_is_no_crypto(void **state)
{
    (void)state;
    setenv("OPENSSL_MODULES", "/nonexistent", 1);
    assert_null(crypto_new());
    unsetenv("OPENSSL_MODULES");
    struct crypto *again = crypto_new();
    assert_non_null(again);
    crypto_free(again);
    crypto_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(primitives_refuse_what_does_not_fit),
        cmocka_unit_test(hmac_with_an_empty_key),
        cmocka_unit_test(cts_of_one_block),
        cmocka_unit_test(rc4_keys_of_changing_length),
        cmocka_unit_test(n_fold_of_nothing_is_nothing),
        cmocka_unit_test(without_the_legacy_provider_there_is_no_crypto),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
