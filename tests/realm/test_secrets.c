/* What Windows' logon keeps of a password, and what a controller says of an account. */
#include "realm/rekey.h"
#include "base/text.h"

#include "realm_support.h"

static struct crypto *crypto;

static struct bytes hex(const char *text)
{
    struct bytes out;
    size_t at;
    assert_true(hex_decode(mem, bytes_str(text), &out, &at));
    return out;
}

static struct account alice_with(uint32_t flags)
{
    struct account a = account_of("alice", NULL, NULL);
    a.flags = flags;
    assert_true(account_secrets(mem, crypto, BYTES_LIT("EXAMPLE.TEST"), BYTES_LIT("EXAMPLE"), &a,
                                BYTES_LIT("pw-1")));
    return a;
}

/* The hashes by openssl: MD4 of the password in UTF-16LE, MD5 of user:realm:password. */
static void test_secrets(void **state)
{
    (void)state;
    struct account a = alice_with(0);
    assert_true(a.has_nt_hash && !a.has_lm_hash);
    assert_memory_equal(a.nt_hash, hex("09b107437e4b4c321c6a521e62ae5058").p, 16);
    assert_int_equal(a.wdigest.n, 16 * WDIGEST_FORMS);
    assert_memory_equal(a.wdigest.p, hex("702c899ea9c3d7db25bc7bf816730f62").p, 16);
    assert_memory_equal(a.wdigest.p + 32, hex("8b0dfb2c38b8b2d49d8fdc627d269ddd").p, 16);
    assert_int_equal(a.reversible.n, 0);
    a = alice_with(ACCOUNT_REVERSIBLE);
    assert_true(bytes_equal_str(a.reversible, "pw-1"));
    assert_false(account_secrets(mem, crypto, BYTES_LIT("R"), BYTES_LIT("R"), &a,
                                 BYTES_LIT("\xff"))); /* no UTF-8 */
}

static const struct realm *domain(bool has_sid)
{
    struct realm_builder *b = realm_build(mem, BYTES_LIT("Example.test"));
    static const int32_t etypes[] = {18};
    struct realm_policy p = {.etypes = etypes, .n_etypes = 1, .has_sid = has_sid};
    assert_true(sid_parse(bytes_str("S-1-5-21-1-2-3"), &p.sid));
    realm_build_policy(b, &p);
    return realm_freeze(b);
}

/* A changed password changes all of it; LM's only where there was one. */
static void test_a_new_password(void **state)
{
    (void)state;
    struct account a = alice_with(ACCOUNT_REVERSIBLE), was = a;
    assert_true(account_new_password(mem, crypto, domain(true), &a, BYTES_LIT("pw-2")));
    assert_memory_not_equal(a.nt_hash, was.nt_hash, 16);
    assert_false(bytes_equal(a.wdigest, was.wdigest));
    assert_true(bytes_equal_str(a.reversible, "pw-2"));
    assert_false(a.has_lm_hash);
    a.has_lm_hash = true;
    assert_true(account_new_password(mem, crypto, domain(true), &a, BYTES_LIT("pw-3")));
    assert_true(a.has_lm_hash);
    assert_true(account_new_password(mem, crypto, domain(true), &a,
                                     BYTES_LIT("more than fourteen characters")));
    assert_false(a.has_lm_hash); /* there is none of so long a password */
    struct account none = account_of("bob", NULL, NULL);
    assert_true(account_new_password(mem, crypto, domain(false), &none, BYTES_LIT("pw-2")));
    assert_false(none.has_nt_hash);
}

static void test_what_a_controller_says(void **state)
{
    (void)state;
    struct account a = alice_with(ACCOUNT_MACHINE | ACCOUNT_OK_AS_DELEGATE | ACCOUNT_DISABLED);
    a.rid = 1104;
    a.expires = 77;
    struct validation_info v = account_validation(domain(true), &a, BYTES_LIT("DC"), 5, mem);
    assert_int_equal(v.primary_group_id, RID_DOMAIN_COMPUTERS);
    assert_int_equal(v.n_groups, 1);
    assert_int_equal(v.user_account_control, 0x80 | 0x2000 | 0x1 | 0x200);
    assert_true(v.logon_time == 5 && v.kickoff_time == 77);
    assert_true(bytes_equal_str(v.logon_domain_name, "EXAMPLE"));
    assert_true(bytes_equal_str(v.dns_logon_domain_name, "Example.test"));
    a.flags = ACCOUNT_NO_PREAUTH;
    a.primary_group = 512;
    a.password_expires = 99;
    v = account_validation(domain(true), &a, BYTES_LIT("DC"), 5, mem);
    assert_int_equal(v.primary_group_id, 512);
    assert_int_equal(v.user_account_control, 0x10 | 0x10000);
    assert_int_equal(v.password_must_change, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_secrets), TEST(test_a_new_password),
                                       TEST(test_what_a_controller_says)};
    crypto = crypto_new();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    crypto_free(crypto);
    return failed;
}
