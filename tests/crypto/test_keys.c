/* Derivation, string-to-key, checksums, pseudo-random: lengths, limits, what goes with what. */
#include "tests/crypto/opened.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

/* ---- derivation, against OpenSSL's own ------------------------------------------------------ */

static void dk_oracle(const char *cipher, const struct key *key, struct bytes constant,
                      uint8_t *out)
{
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "KRB5KDF", NULL);
    EVP_KDF_CTX *ctx = EVP_KDF_CTX_new(kdf);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_CIPHER, (char *)(uintptr_t)cipher, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)key->v, key->n),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_CONSTANT, (void *)(uintptr_t)constant.p,
                                          constant.n),
        OSSL_PARAM_construct_end()};
    assert_int_equal(EVP_KDF_derive(ctx, out, key->n, params), 1);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(kdf);
}

static void dk_is_what_krb5kdf_says(void **state)
{
    (void)state;
    uint8_t constant[16], ours[KEY_MAX], theirs[KEY_MAX];
    size_t n;
    for (unsigned i = 0; i < 400; i++) {
        int32_t etype = i % 2 ? 17 : 18;
        struct key key = key_from(etype, (uint8_t)i);
        for (size_t k = 0; k < sizeof constant; k++)
            constant[k] = (uint8_t)(i * 31 + k * 17);
        struct bytes c = {constant, 1 + i % 16};
        assert_true(derive_key(crypto, &key, c, ours, &n));
        assert_int_equal(n, key.n);
        dk_oracle(etype == 17 ? "AES-128-CBC" : "AES-256-CBC", &key, c, theirs);
        assert_memory_equal(ours, theirs, n);
    }
}

static void derived_lengths(void **state)
{
    (void)state;
    static const struct {
        int32_t etype;
        size_t kc, ke, other;
    } rows[] = {{17, 16, 16, 16}, {18, 32, 32, 32}, {19, 16, 16, 16}, {20, 24, 32, 32},
                {25, 16, 16, 16}, {26, 32, 32, 32}, {16, 24, 24, 24}};
    uint8_t out[KEY_MAX];
    size_t n;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct key key = key_from(rows[i].etype, 1);
        assert_true(derive_key(crypto, &key, bytes_of("\0\0\0\2\x99", 5), out, &n));
        assert_int_equal(n, rows[i].kc);
        assert_true(derive_key(crypto, &key, bytes_of("\0\0\0\2\x55", 5), out, &n));
        assert_int_equal(n, rows[i].kc);
        assert_true(derive_key(crypto, &key, bytes_of("\0\0\0\2\xaa", 5), out, &n));
        assert_int_equal(n, rows[i].ke);
        assert_true(derive_key(crypto, &key, BYTES_LIT("kerberos"), out, &n));
        assert_int_equal(n, rows[i].other);
        assert_false(derive_key(crypto, &key, (struct bytes){0}, out, &n));
    }
    for (int32_t etype = 23; etype <= 24; etype++) {
        struct key rc4_key = key_from(etype, 1);
        assert_false(derive_key(crypto, &rc4_key, BYTES_LIT("kerberos"), out, &n));
    }
}

/* ---- string-to-key -------------------------------------------------------------------------- */

static bool s2k(int32_t etype, struct bytes password, struct bytes params, struct key *out)
{
    return string_to_key(crypto, etype, password, BYTES_LIT("EXAMPLE.TESTalice"), params, out);
}

static void iteration_counts_have_limits(void **state)
{
    (void)state;
    struct key key = {.n = 77};
    struct bytes password = BYTES_LIT("password");
    for (size_t e = 0; e < N_COUNTED; e++) {
        assert_false(s2k(etypes[e], password, bytes_of("\0\0\0\0", 4), &key));
        assert_false(s2k(etypes[e], password, bytes_of("\1\0\0\1", 4), &key));
        assert_false(s2k(etypes[e], password, bytes_of("\xff\xff\xff\xff", 4), &key));
        assert_false(s2k(etypes[e], password, bytes_of("\0\0\1", 3), &key));
        assert_false(s2k(etypes[e], password, bytes_of("\0\0\0\1\0", 5), &key));
        assert_int_equal(key.n, 77);
        assert_true(s2k(etypes[e], password, bytes_of("\0\0\0\1", 4), &key));
        key.n = 77;
    }
    for (size_t e = N_COUNTED; e < N_ETYPES; e++)
        assert_false(s2k(etypes[e], password, bytes_of("\0\0\0\1", 4), &key));
}

static void no_parameters_mean_the_default_count(void **state)
{
    (void)state;
    for (size_t e = 0; e < N_COUNTED; e++) {
        struct key a, b;
        uint8_t count[4];
        put_be32(count, etype_find(etypes[e])->iterations);
        assert_true(s2k(etypes[e], BYTES_LIT("password"), (struct bytes){0}, &a));
        assert_true(s2k(etypes[e], BYTES_LIT("password"), bytes_of(count, 4), &b));
        assert_true(key_equal(&a, &b));
    }
}

static void nt_hash_of_passwords(void **state)
{
    (void)state;
    struct key key;
    /* MS-NLMP 4.2.2.1.2: NTOWFv1("Password"). */
    assert_true(s2k(23, BYTES_LIT("Password"), (struct bytes){0}, &key));
    assert_hex("a4f49c406510bdcab6824ee7c30fd852", key.v, 16);
    assert_true(s2k(23, (struct bytes){0}, (struct bytes){0}, &key));
    assert_hex("31d6cfe0d16ae931b73c59d7e0c089c0", key.v, 16);
    assert_false(s2k(23, BYTES_LIT("Pass\xffword"), (struct bytes){0}, &key));
    assert_false(s2k(23, BYTES_LIT("Password\xc3"), (struct bytes){0}, &key));
}

/* Longer than the piece that is converted at once, with pairs of surrogates across its end. */
static void nt_hash_of_a_long_password(void **state)
{
    (void)state;
    uint8_t utf8[4 * 200 + 1], utf16[4 * 200 + 2], hash[DIGEST_MAX];
    size_t n;
    struct key key;
    utf8[0] = 'x';
    put_le16(utf16, 'x');
    for (size_t i = 0; i < 200; i++) {
        memcpy(utf8 + 1 + 4 * i, "\xf0\x9d\x84\x9e", 4);
        memcpy(utf16 + 2 + 4 * i, "\x34\xd8\x1e\xdd", 4);
    }
    assert_true(s2k(23, bytes_of(utf8, sizeof utf8), (struct bytes){0}, &key));
    assert_true(digest(crypto, "md4", bytes_of(utf16, sizeof utf16), hash, &n));
    assert_memory_equal(key.v, hash, 16);
}

static void salts_and_passwords_may_be_empty(void **state)
{
    (void)state;
    for (size_t e = 0; e < N_ETYPES; e++) {
        struct key key;
        struct bytes one = {(const uint8_t *)"\0\0\0\1", e < N_COUNTED ? 4 : 0};
        assert_true(
            string_to_key(crypto, etypes[e], (struct bytes){0}, (struct bytes){0}, one, &key));
        assert_int_equal(key.etype, etypes[e]);
    }
}

static void default_salt_is_realm_and_components(void **state)
{
    (void)state;
    struct bytes parts[] = {BYTES_LIT("host"), BYTES_LIT(""), BYTES_LIT("www.example.test")};
    assert_true(bytes_equal_str(default_salt(mem, BYTES_LIT("EXAMPLE.TEST"), parts, 3),
                                "EXAMPLE.TESThostwww.example.test"));
    assert_int_equal(default_salt(mem, (struct bytes){0}, NULL, 0).n, 0);
}

/* ---- checksums ------------------------------------------------------------------------------ */

static void the_key_has_a_required_checksum(void **state)
{
    (void)state;
    static const struct {
        int32_t etype, cksumtype;
        size_t size;
    } rows[] = {{17, 15, 12}, {18, 16, 12}, {19, 19, 16},   {20, 20, 24},  {25, 17, 16},
                {26, 18, 16}, {16, 12, 20}, {23, -138, 16}, {24, -138, 16}};
    uint8_t a[CHECKSUM_MAX], b[CHECKSUM_MAX];
    size_t n, m;
    for (size_t i = 0; i < N_ETYPES; i++) {
        struct key key = key_from(rows[i].etype, 1);
        assert_true(checksum_make(crypto, 0, &key, 6, BYTES_LIT("text"), a, &n));
        assert_true(checksum_make(crypto, rows[i].cksumtype, &key, 6, BYTES_LIT("text"), b, &m));
        assert_int_equal(n, rows[i].size);
        assert_int_equal(m, rows[i].size);
        assert_memory_equal(a, b, n);
        struct bytes sum = {a, n};
        assert_true(checksum_verify(crypto, 0, &key, 6, BYTES_LIT("text"), sum));
        assert_false(checksum_verify(crypto, 0, &key, 7, BYTES_LIT("text"), sum));
        assert_false(checksum_verify(crypto, 0, &key, 6, BYTES_LIT("Text"), sum));
        sum.n--;
        assert_false(checksum_verify(crypto, 0, &key, 6, BYTES_LIT("text"), sum));
        assert_false(checksum_verify(crypto, 0, &key, 6, BYTES_LIT("text"), (struct bytes){0}));
    }
}

static void a_checksum_goes_with_its_key(void **state)
{
    (void)state;
    struct key aes = key_from(18, 1);
    uint8_t out[CHECKSUM_MAX];
    size_t n;
    assert_false(checksum_make(crypto, 15, &aes, 6, BYTES_LIT("text"), out, &n));
    assert_false(checksum_make(crypto, 16, NULL, 6, BYTES_LIT("text"), out, &n));
    assert_false(checksum_make(crypto, -138, NULL, 6, BYTES_LIT("text"), out, &n));
    assert_false(checksum_make(crypto, 0, NULL, 6, BYTES_LIT("text"), out, &n));
    assert_false(checksum_make(crypto, 999, &aes, 6, BYTES_LIT("text"), out, &n));
    /* S4U2Self has this one under whatever key the session has. */
    assert_true(checksum_make(crypto, -138, &aes, 17, BYTES_LIT("text"), out, &n));
    assert_true(checksum_make(crypto, 7, &aes, 6, BYTES_LIT("text"), out, &n));
    assert_true(checksum_make(crypto, 7, NULL, 0, BYTES_LIT("text"), out, &n));
}

static void which_checksums_are_keyed(void **state)
{
    (void)state;
    static const int32_t keyed[] = {12, 15, 16, 17, 18, 19, 20, -137, -138}, open[] = {1, 2, 7, 14};
    for (size_t i = 0; i < sizeof keyed / sizeof *keyed; i++)
        assert_true(checksum_known(keyed[i]) && checksum_is_keyed(keyed[i]));
    for (size_t i = 0; i < 4; i++)
        assert_true(checksum_known(open[i]) && !checksum_is_keyed(open[i]));
    assert_false(checksum_known(0) || checksum_is_keyed(0) || checksum_is_keyed(999));
}

static void fill_with_zeros(struct rng *rng, const char *purpose, uint8_t *p, size_t n)
{
    (void)rng, (void)purpose;
    memset(p, 0, n);
}

/* ---- pseudo-random, names ------------------------------------------------------------------- */

static void prf_plus_is_cut_and_has_an_end(void **state)
{
    (void)state;
    struct key key = key_from(17, 1);
    uint8_t *longest = arena_take(mem, 255 * 16 + 1), first[20], block[64];
    size_t n;
    assert_true(prf_plus(crypto, &key, BYTES_LIT("a"), longest, 255 * 16));
    assert_true(prf_plus(crypto, &key, BYTES_LIT("a"), first, sizeof first));
    assert_memory_equal(longest, first, sizeof first);
    assert_true(prf(crypto, &key, BYTES_LIT("\1a"), block, &n));
    assert_memory_equal(longest, block, 16);
    assert_false(prf_plus(crypto, &key, BYTES_LIT("a"), longest, 255 * 16 + 1));
}

static void fx_cf2_has_the_type_of_the_first_key(void **state)
{
    (void)state;
    struct key k1 = key_from(20, 1), k2 = key_from(23, 2), a, b;
    assert_true(fx_cf2(crypto, &k1, BYTES_LIT("a"), &k2, BYTES_LIT("b"), &a));
    assert_true(fx_cf2(crypto, &k2, BYTES_LIT("b"), &k1, BYTES_LIT("a"), &b));
    assert_int_equal(a.etype, 20);
    assert_int_equal(a.n, 32);
    assert_int_equal(b.etype, 23);
    assert_memory_equal(a.v, b.v, 16);
    assert_false(a.lasting);
}

static void names_and_aliases(void **state)
{
    (void)state;
    size_t n;
    const struct etype_row *rows = etype_table(&n);
    assert_int_equal(n, N_ETYPES);
    assert_int_equal(rows[0].etype, 20);
    assert_int_equal(etype_by_name(BYTES_LIT("AES256-CTS"))->etype, 18);
    assert_int_equal(etype_by_name(BYTES_LIT("arcfour-hmac-md5"))->etype, 23);
    assert_null(etype_by_name(BYTES_LIT("aes")));
    assert_null(etype_by_name((struct bytes){0}));
    for (size_t i = 0; i < n; i++)
        assert_ptr_equal(etype_by_name(bytes_str(rows[i].name)), &rows[i]);
}

/* RFC 3961 6.3.1: every octet has odd parity, and the weak keys of DES are left. */
static void des3_keys_are_corrected(void **state)
{
    (void)state;
    struct key key;
    for (unsigned first = 0; first < 256; first++) {
        key = key_from(16, (uint8_t)first);
        for (size_t i = 0; i < key.n; i++)
            assert_int_equal(__builtin_parity(key.v[i]), 1);
    }
    struct rng zeros = {fill_with_zeros};
    assert_true(key_random(crypto, &zeros, NULL, 16, &key));
    assert_hex("01010101010101f101010101010101f101010101010101f1", key.v, key.n);
}

/* What a policy must name, and what nobody should. */
static void which_types_are_chosen_of_themselves(void **state)
{
    (void)state;
    static const int32_t weak[] = {16, 23, 24}, rare[] = {25, 26}, usual[] = {17, 18, 19, 20};
    for (size_t i = 0; i < 3; i++)
        assert_true(etype_find(weak[i])->weak && !etype_find(weak[i])->rare);
    for (size_t i = 0; i < 2; i++)
        assert_true(etype_find(rare[i])->rare && !etype_find(rare[i])->weak);
    for (size_t i = 0; i < 4; i++)
        assert_false(etype_find(usual[i])->rare || etype_find(usual[i])->weak);
    for (size_t e = 0; e < N_ETYPES; e++)
        assert_int_equal(etype_find(etypes[e])->salted, etypes[e] != 23 && etypes[e] != 24);
}

static void keys_are_equal_by_type_and_value(void **state)
{
    (void)state;
    struct key a = key_from(17, 1), b = a, c = key_from(17, 2), d = a;
    b.lasting = true;
    d.etype = 19;
    assert_true(key_equal(&a, &b));
    assert_false(key_equal(&a, &c));
    assert_false(key_equal(&a, &d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dk_is_what_krb5kdf_says),
        cmocka_unit_test(derived_lengths),
        cmocka_unit_test(iteration_counts_have_limits),
        cmocka_unit_test(no_parameters_mean_the_default_count),
        cmocka_unit_test(nt_hash_of_passwords),
        cmocka_unit_test(nt_hash_of_a_long_password),
        cmocka_unit_test(salts_and_passwords_may_be_empty),
        cmocka_unit_test(default_salt_is_realm_and_components),
        cmocka_unit_test(the_key_has_a_required_checksum),
        cmocka_unit_test(a_checksum_goes_with_its_key),
        cmocka_unit_test(which_checksums_are_keyed),
        cmocka_unit_test(prf_plus_is_cut_and_has_an_end),
        cmocka_unit_test(fx_cf2_has_the_type_of_the_first_key),
        cmocka_unit_test(names_and_aliases),
        cmocka_unit_test(des3_keys_are_corrected),
        cmocka_unit_test(which_types_are_chosen_of_themselves),
        cmocka_unit_test(keys_are_equal_by_type_and_value),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
