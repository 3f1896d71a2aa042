/* NTLM's formulas against the values of MS-NLMP 4.2 and what they must refuse. */
#include "base/text.h"
#include "crypto/ntlm.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct crypto *crypto;
static struct arena *mem;

static struct bytes octets(const char *hex)
{
    struct bytes out;
    size_t at;
    assert_true(hex_decode(mem, bytes_str(hex), &out, &at));
    return out;
}

static void assert_hex(const void *p, size_t n, const char *hex)
{
    assert_string_equal(hex_text(mem, bytes_of(p, n)), hex);
}

#define USER   BYTES_LIT("User")
#define DOMAIN BYTES_LIT("Domain")
#define NT     "a4f49c406510bdcab6824ee7c30fd852"
static const uint8_t server[8] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
static const uint8_t client[8] = {0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa, 0xaa};

static void hashes_of_passwords(void **state)
{
    (void)state;
    uint8_t out[16];
    assert_true(ntowf_v1(crypto, BYTES_LIT("Password"), out));
    assert_hex(out, 16, NT);
    assert_true(lmowf_v1(crypto, BYTES_LIT("Password"), out));
    assert_hex(out, 16, "e52cac67419a9a224a3b108f3fa6cb6d");
    assert_true(ntowf_v2(crypto, octets(NT).p, USER, DOMAIN, out));
    assert_hex(out, 16, "0c868a403bfd7a93a3001ef22ef02e3f");
    assert_true(ntowf_v1(crypto, (struct bytes){0}, out)); /* the empty password's */
    assert_hex(out, 16, "31d6cfe0d16ae931b73c59d7e0c089c0");
    assert_true(lmowf_v1(crypto, (struct bytes){0}, out));
    assert_hex(out, 16, "aad3b435b51404eeaad3b435b51404ee");
}

static void what_has_no_hash(void **state)
{
    (void)state;
    uint8_t out[16], name[2048];
    assert_false(lmowf_v1(crypto, BYTES_LIT("fifteen letters"), out));
    assert_false(lmowf_v1(crypto, BYTES_LIT("p\xc3\xa4ss"), out));
    assert_false(ntowf_v1(crypto, BYTES_LIT("p\xc3"), out));
    assert_false(ntowf_v2(crypto, octets(NT).p, BYTES_LIT("\xff"), DOMAIN, out));
    memset(name, 'a', sizeof name);
    assert_false(ntowf_v2(crypto, octets(NT).p, bytes_of(name, sizeof name), DOMAIN, out));
}

static void users_are_upper_cased_and_domains_are_not(void **state)
{
    (void)state;
    uint8_t one[16], two[16];
    static const struct {
        const char *a, *b;
        bool same;
    } users[] = {
        {"user", "USER", true},
        {"m\xc3\xbcller", "M\xc3\x9cLLER", true},
        {"stra\xc3\x9f\x65", "STRASSE", false}, /* not one code unit */
        {"\xc4\xb1", "I", false},               /* dotless i is somebody else */
        {"\xc5\xbf", "S", false},
        {"\xc2\xb5", "\xce\x9c", false}, /* nor is the micro sign a mu */
        {"\xcf\x82", "\xce\xa3", true},  /* final sigma */
        {"\xc3\xbf", "\xc5\xb8", true},  /* y with diaeresis */
        {"\xf0\x9f\x94\x91", "\xf0\x9f\x94\x91", true},
    };
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
        assert_true(ntowf_v2(crypto, octets(NT).p, bytes_str(users[i].a), DOMAIN, one));
        assert_true(ntowf_v2(crypto, octets(NT).p, bytes_str(users[i].b), DOMAIN, two));
        assert_int_equal(memcmp(one, two, 16) == 0, users[i].same);
    }
    assert_true(ntowf_v2(crypto, octets(NT).p, USER, BYTES_LIT("domain"), one));
    assert_true(ntowf_v2(crypto, octets(NT).p, USER, DOMAIN, two));
    assert_memory_not_equal(one, two, 16);
}

static void key_exchange_keys(void **state)
{
    (void)state;
    struct bytes base = octets("d87262b0cde4b1cb7499becccdf10784");
    struct bytes lm = octets("98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13");
    struct bytes lm_hash = octets("e52cac67419a9a224a3b108f3fa6cb6d");
    uint8_t out[16];
    static const struct {
        uint32_t flags;
        const char *key;
    } rows[] = {
        {0x200, "d87262b0cde4b1cb7499becccdf10784"},
        {0x400000, "e52cac67419a9a220000000000000000"},
        {0x80, "b09e379f7fbecb1eaf0afdcb0383c8a0"},
    };
    for (size_t i = 0; i < 3; i++) {
        assert_true(ntlm_kxkey(crypto, rows[i].flags, base.p, lm, server, lm_hash.p, false, out));
        assert_hex(out, 16, rows[i].key);
        assert_true(ntlm_kxkey(crypto, rows[i].flags, base.p, lm, server, NULL, true, out));
        assert_memory_equal(out, base.p, 16);
    }
    assert_false(ntlm_kxkey(crypto, 0x80, base.p, lm, server, NULL, false, out));
    assert_false(ntlm_kxkey(crypto, 0x400000, base.p, lm, server, NULL, false, out));
    assert_false(
        ntlm_kxkey(crypto, 0x80, base.p, (struct bytes){0}, server, lm_hash.p, false, out));
    assert_false(
        ntlm_kxkey(crypto, 0x80000, base.p, (struct bytes){0}, server, lm_hash.p, false, out));
    lm = octets("aaaaaaaaaaaaaaaa00000000000000000000000000000000");
    assert_true(ntlm_kxkey(crypto, 0x82088233, base.p, lm, server, NULL, false, out));
    assert_hex(out, 16, "eb93429a8bd952f8b89c55b87f475edc");
}

static void sealing_keys_by_strength(void **state)
{
    (void)state;
    struct bytes key = octets("eb93429a8bd952f8b89c55b87f475edc");
    uint8_t out[16];
    size_t n;
    static const struct {
        uint32_t flags;
        size_t n;
        const char *key;
    } rows[] = {
        {0x82088233, 16, "04dd7f014d8504d265a25cc86a3a7c06"}, /* MS-NLMP 4.2.3.4 */
        {0x00000200, 16, "eb93429a8bd952f8b89c55b87f475edc"},
        {0x80000280, 8, "eb93429a8bd952a0"},
        {0x00000280, 8, "eb93429a8be538b0"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(ntlm_sealkey(crypto, rows[i].flags, key.p, true, out, &n));
        assert_int_equal(n, rows[i].n);
        assert_hex(out, n, rows[i].key);
    }
    assert_true(ntlm_signkey(crypto, 0x82088233, key.p, true, out));
    assert_hex(out, 16, "60e799be5c72fc92922ae8ebe961fb8d");
    assert_true(ntlm_signkey(crypto, 0x82088233, key.p, false, out));
    assert_string_not_equal(hex_text(mem, bytes_of(out, 16)), "60e799be5c72fc92922ae8ebe961fb8d");
    assert_true(ntlm_signkey(crypto, 0, key.p, true, out)); /* there is none without ESS */
    assert_hex(out, 16, "00000000000000000000000000000000");
}

static void responses(void **state)
{
    (void)state;
    uint8_t out[24];
    assert_true(ntlm_desl(crypto, octets(NT).p, server, out));
    assert_hex(out, 24, "67c43011f30298a2ad35ece64f16331c44bdbed927841f94");
    assert_true(ntlm2_session_response(crypto, octets(NT).p, server, client, out));
    assert_hex(out, 24, "7537f803ae367128ca458204bde7caf81e97ed2683267232");
    assert_true(ntlmv2_proof(crypto, octets("0c868a403bfd7a93a3001ef22ef02e3f").p, server,
                             bytes_of(client, 8), out));
    assert_hex(out, 16, "86c35097ac9cec102554764a57cccc19");
}

static void streams_go_on(void **state)
{
    (void)state;
    struct rc4 one, two;
    uint8_t zeros[600] = {0}, whole[600], parts[600];
    rc4_start(&one, BYTES_LIT("Key"));
    rc4_start(&two, BYTES_LIT("Key"));
    rc4_run(&one, zeros, sizeof zeros, whole);
    for (size_t at = 0, n = 1; at < sizeof parts;
         at += n, n = n * 2 < sizeof parts - at ? n * 2 : 1)
        rc4_run(&two, zeros + at, n, parts + at);
    assert_memory_equal(whole, parts, sizeof whole);
    assert_hex(whole, 10, "eb9f7781b734ca72a719");
    assert_int_equal(crc32_of(BYTES_LIT("123456789")), 0xcbf43926);
    assert_int_equal(crc32_of((struct bytes){0}), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_of_passwords),
        cmocka_unit_test(what_has_no_hash),
        cmocka_unit_test(users_are_upper_cased_and_domains_are_not),
        cmocka_unit_test(key_exchange_keys),
        cmocka_unit_test(sealing_keys_by_strength),
        cmocka_unit_test(responses),
        cmocka_unit_test(streams_go_on),
    };
    crypto = crypto_new();
    mem = arena_new(1 << 14);
    if (!crypto || !mem)
        return 2;
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    crypto_free(crypto);
    return failures ? 1 : 0;
}
