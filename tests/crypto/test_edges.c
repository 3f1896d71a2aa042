/* What no vector says: what is refused, what is left behind, and that the cache changes nothing. */
#include "crypto/crypto.h"
#include "crypto/primitives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

static struct crypto *crypto;
static struct arena *mem;

static const int32_t etypes[] = {17, 18, 19, 20, 23};
#define N_ETYPES (sizeof etypes / sizeof *etypes)

/* Counts up, for every purpose. */
struct counting_rng {
    struct rng rng;
    uint8_t next;
};

static void count_up(struct rng *rng, const char *purpose, uint8_t *p, size_t n)
{
    (void)purpose;
    while (n--)
        *p++ = ((struct counting_rng *)rng)->next++;
}

static struct key key_from(int32_t etype, uint8_t first)
{
    struct counting_rng rng = {{count_up}, first};
    struct key key;
    assert_true(key_random(crypto, &rng.rng, NULL, etype, &key));
    return key;
}

static uint8_t *sealed_with(const struct key *key, int32_t usage, struct bytes plain)
{
    struct counting_rng rng = {{count_up}, 0x80};
    uint8_t *out = arena_take(mem, sealed_size(key->etype, plain.n));
    assert_true(seal(crypto, &rng.rng, key, usage, plain, out));
    return out;
}

static void assert_hex(const char *expected, const uint8_t *p, size_t n)
{
    char text[2 * 64 + 1] = "";
    for (size_t i = 0; i < n; i++)
        sprintf(text + 2 * i, "%02x", p[i]);
    assert_string_equal(text, expected);
}

/* ---- seal and unseal ------------------------------------------------------------------------ */

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
            assert_int_equal(back, n);
            assert_memory_equal(out, text, n);
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
    } rows[] = {{17, 16, 16, 16}, {18, 32, 32, 32}, {19, 16, 16, 16}, {20, 24, 32, 32}};
    uint8_t out[KEY_MAX];
    size_t n;
    for (size_t i = 0; i < 4; i++) {
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
    struct key rc4_key = key_from(23, 1);
    assert_false(derive_key(crypto, &rc4_key, BYTES_LIT("kerberos"), out, &n));
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
    for (size_t e = 0; e < 4; e++) {
        assert_false(s2k(etypes[e], password, bytes_of("\0\0\0\0", 4), &key));
        assert_false(s2k(etypes[e], password, bytes_of("\1\0\0\1", 4), &key));
        assert_false(s2k(etypes[e], password, bytes_of("\xff\xff\xff\xff", 4), &key));
        assert_false(s2k(etypes[e], password, bytes_of("\0\0\1", 3), &key));
        assert_false(s2k(etypes[e], password, bytes_of("\0\0\0\1\0", 5), &key));
        assert_int_equal(key.n, 77);
        assert_true(s2k(etypes[e], password, bytes_of("\0\0\0\1", 4), &key));
        key.n = 77;
    }
    assert_false(s2k(23, password, bytes_of("\0\0\0\1", 4), &key));
}

static void no_parameters_mean_the_default_count(void **state)
{
    (void)state;
    for (size_t e = 0; e < 4; e++) {
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
        struct bytes one = {(const uint8_t *)"\0\0\0\1", etypes[e] == 23 ? 0 : 4};
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
    } rows[] = {{17, 15, 12}, {18, 16, 12}, {19, 19, 16}, {20, 20, 24}, {23, -138, 16}};
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
    static const int32_t keyed[] = {15, 16, 19, 20, -137, -138}, open[] = {1, 2, 7, 14};
    for (size_t i = 0; i < 6; i++)
        assert_true(checksum_known(keyed[i]) && checksum_is_keyed(keyed[i]));
    for (size_t i = 0; i < 4; i++)
        assert_true(checksum_known(open[i]) && !checksum_is_keyed(open[i]));
    assert_false(checksum_known(0) || checksum_is_keyed(0) || checksum_is_keyed(999));
}

/* ---- pseudo-random, names, primitives ------------------------------------------------------- */

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

static int open_all(void **state)
{
    (void)state;
    crypto = crypto_new();
    mem = arena_new(1 << 16);
    return crypto && mem ? 0 : -1;
}

static int close_all(void **state)
{
    (void)state;
    crypto_free(crypto);
    arena_free(mem);
    return 0;
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
        cmocka_unit_test(keys_are_equal_by_type_and_value),
        cmocka_unit_test(primitives_refuse_what_does_not_fit),
        cmocka_unit_test(hmac_with_an_empty_key),
        cmocka_unit_test(cts_of_one_block),
        cmocka_unit_test(rc4_keys_of_changing_length),
        cmocka_unit_test(n_fold_of_nothing_is_nothing),
        cmocka_unit_test(without_the_legacy_provider_there_is_no_crypto),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
