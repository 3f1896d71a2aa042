/* Seal and unseal: what is refused, what is left behind, and that the cache changes nothing. */
#include "tests/crypto/opened.h"

static void every_length_comes_back(void **state)
{
    (void)state;
    uint8_t text[130], out[200];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 7);
    for (size_t e = 0; e < N_ETYPES; e++)
        for (size_t n = 0; n <= sizeof text; n++) {
            struct key key = key_from(etypes[e], (uint8_t)n);
            size_t size = sealed_size(key.etype, n), back = 0;
            uint8_t *sealed = sealed_with(&key, 3, bytes_of(text, n));
            assert_true(unseal(crypto, &key, 3, bytes_of(sealed, size), out, &back));
            assert_in_range(back, n, n + etype_find(etypes[e])->block_size - 1);
            assert_memory_equal(out, text, n);
            while (back > n)
                assert_int_equal(out[--back], 0);
        }
}

static void every_changed_bit_is_refused_and_nothing_is_left(void **state)
{
    (void)state;
    static const uint8_t nothing[64];
    struct bytes plain = BYTES_LIT("a plaintext of some thirty two o");
    for (size_t e = 0; e < N_ETYPES; e++) {
        struct key key = key_from(etypes[e], 1);
        size_t size = sealed_size(key.etype, plain.n), n = 99;
        uint8_t *sealed = sealed_with(&key, 7, plain), out[128];
        for (size_t bit = 0; bit < 8 * size; bit++) {
            memset(out, 0, sizeof out);
            sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_false(unseal(crypto, &key, 7, bytes_of(sealed, size), out, &n));
            assert_memory_equal(out, nothing, plain.n);
            assert_int_equal(n, 99);
            sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        assert_true(unseal(crypto, &key, 7, bytes_of(sealed, size), out, &n));
    }
}

static void every_cut_and_every_addition_is_refused(void **state)
{
    (void)state;
    uint8_t out[128], longer[128];
    for (size_t e = 0; e < N_ETYPES; e++) {
        struct key key = key_from(etypes[e], 1);
        struct bytes plain = BYTES_LIT("seventeen octets.");
        size_t size = sealed_size(key.etype, plain.n), n;
        memset(longer, 0, sizeof longer);
        memcpy(longer, sealed_with(&key, 7, plain), size);
        for (size_t cut = 0; cut < size; cut++) {
            assert_false(unseal(crypto, &key, 7, bytes_of(longer, cut), out, &n));
            assert_false(unseal(crypto, &key, 7, bytes_of(longer + size - cut, cut), out, &n));
        }
        assert_false(unseal(crypto, &key, 7, bytes_of(longer, size + 1), out, &n));
        assert_false(unseal(crypto, &key, 7, (struct bytes){0}, out, &n));
    }
}

static void another_key_usage_or_type_is_refused(void **state)
{
    (void)state;
    uint8_t out[128];
    size_t n;
    for (size_t e = 0; e < N_ETYPES; e++) {
        struct key key = key_from(etypes[e], 1), other = key_from(etypes[e], 2);
        struct bytes plain = BYTES_LIT("secret");
        struct bytes sealed = {sealed_with(&key, 7, plain), sealed_size(key.etype, plain.n)};
        assert_false(unseal(crypto, &other, 7, sealed, out, &n));
        assert_false(unseal(crypto, &key, 8, sealed, out, &n));
        for (size_t k = 0; k < N_ETYPES; k++) {
            other = key_from(etypes[k], 1);
            if (k != e)
                assert_false(unseal(crypto, &other, 7, sealed, out, &n));
        }
        assert_true(unseal(crypto, &key, 7, sealed, out, &n));
    }
}

static void a_key_of_a_wrong_length_seals_nothing(void **state)
{
    (void)state;
    struct counting_rng rng = {{count_up}, 0};
    uint8_t out[128];
    size_t n;
    for (size_t e = 0; e < N_ETYPES; e++) {
        struct key key = key_from(etypes[e], 1), imported;
        uint8_t octets[KEY_MAX + 1] = {0};
        for (size_t len = 0; len <= sizeof octets; len++)
            assert_int_equal(key_import(etypes[e], bytes_of(octets, len), &imported),
                             len == etype_find(etypes[e])->key_size);
        key.n--;
        assert_false(seal(crypto, &rng.rng, &key, 1, BYTES_LIT("x"), out));
        assert_false(unseal(crypto, &key, 1, bytes_of(out, 64), out + 64, &n));
        assert_false(prf(crypto, &key, BYTES_LIT("x"), out, &n));
        assert_false(derive_key(crypto, &key, BYTES_LIT("x"), out, &n));
        assert_false(checksum_make(crypto, 0, &key, 1, BYTES_LIT("x"), out, &n));
    }
}

static void an_unknown_type_is_refused_everywhere(void **state)
{
    (void)state;
    struct counting_rng rng = {{count_up}, 0};
    struct key key = {.etype = 3, .n = 8}, out_key;
    uint8_t out[128];
    size_t n;
    assert_null(etype_find(3));
    assert_null(etype_find(-1));
    assert_int_equal(sealed_size(3, 10), 0);
    assert_false(key_random(crypto, &rng.rng, NULL, 3, &out_key));
    assert_false(seal(crypto, &rng.rng, &key, 1, BYTES_LIT("x"), out));
    assert_false(unseal(crypto, &key, 1, bytes_of(out, 64), out + 64, &n));
    assert_false(
        string_to_key(crypto, 3, BYTES_LIT("x"), BYTES_LIT("x"), (struct bytes){0}, &out_key));
}

/* ---- the cache ------------------------------------------------------------------------------ */

/* More keys than the cache holds, in two orders, of two types: what is evicted comes back right. */
static void lasting_keys_seal_as_passing_ones(void **state)
{
    (void)state;
    struct bytes plain = BYTES_LIT("the same plaintext for all");
    for (unsigned i = 0; i < 3000; i++) {
        uint8_t seed[4], hash[DIGEST_MAX];
        size_t n;
        put_be32(seed, i % 2 ? i : i * 7919 % 3000);
        assert_true(digest(crypto, "sha256", bytes_of(seed, 4), hash, &n));
        struct key key;
        int32_t etype = etypes[i % N_ETYPES];
        assert_true(key_import(etype, bytes_of(hash, etype_find(etype)->key_size), &key));
        size_t size = sealed_size(etype, plain.n);
        uint8_t *passing = sealed_with(&key, 2, plain), out[128];
        key.lasting = true;
        assert_memory_equal(sealed_with(&key, 2, plain), passing, size);
        assert_memory_equal(sealed_with(&key, 2, plain), passing, size);
        assert_true(unseal(crypto, &key, 2, bytes_of(passing, size), out, &n));
        key.lasting = false;
        assert_true(unseal(crypto, &key, 2, bytes_of(passing, size), out, &n));
        arena_reset(mem);
    }
}

static void one_key_has_all_its_usages(void **state)
{
    (void)state;
    struct key key = key_from(18, 9), lasting = key;
    lasting.lasting = true;
    static const int32_t usages[] = {0, 1, 63, 64, 65, 1024, 0x7fffffff, -1, 1, 64};
    for (size_t i = 0; i < sizeof usages / sizeof *usages; i++) {
        struct bytes plain = BYTES_LIT("x");
        uint8_t *a = sealed_with(&key, usages[i], plain);
        assert_memory_equal(a, sealed_with(&lasting, usages[i], plain), sealed_size(18, 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_length_comes_back),
        cmocka_unit_test(every_changed_bit_is_refused_and_nothing_is_left),
        cmocka_unit_test(every_cut_and_every_addition_is_refused),
        cmocka_unit_test(another_key_usage_or_type_is_refused),
        cmocka_unit_test(a_key_of_a_wrong_length_seals_nothing),
        cmocka_unit_test(an_unknown_type_is_refused_everywhere),
        cmocka_unit_test(lasting_keys_seal_as_passing_ones),
        cmocka_unit_test(one_key_has_all_its_usages),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
