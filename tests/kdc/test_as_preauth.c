/* Pre-authentication: nothing leaves without proof, and wrong proofs are counted. */
#include "tests/kdc/as_case.h"

static void test_preauth_required(void **state)
{
    (void)state;
    struct ask q = {"alice", TGS, .till = TILL};
    struct got g = ask_as(a, &q, NULL);
    assert_int_equal(g.error, KDC_ERR_PREAUTH_REQUIRED);
    struct METHOD_DATA m;
    struct ETYPE_INFO2 info;
    assert_true(asn_decode(&ASN_METHOD_DATA, g.krb_error.e_data, ASN_STRICT, a->mem, NULL, &m));
    assert_int_equal(m.n, 3);
    assert_int_equal(m.at[0].padata_type, PA_FX_FAST);
    assert_int_equal(m.at[0].padata_value.n, 0);
    assert_int_equal(m.at[1].padata_type, PA_ETYPE_INFO2);
    assert_int_equal(m.at[2].padata_type, PA_ENC_TIMESTAMP);
    assert_int_equal(m.at[2].padata_value.n, 0);
    assert_true(
        asn_decode(&ASN_ETYPE_INFO2, m.at[1].padata_value, ASN_STRICT, a->mem, NULL, &info));
    assert_int_equal(info.n, 2);
    assert_int_equal(info.at[0].etype, 18);
    assert_true(info.at[0].has_salt);
    assert_true(bytes_equal_str(info.at[0].salt, "EXAMPLE.TESTsalt"));
    assert_false(info.at[0].has_s2kparams);
    assert_true(g.krb_error.has_cname);
    assert_true(bytes_equal_str(g.krb_error.crealm, "EXAMPLE.TEST"));
}

static void test_wrong_key(void **state)
{
    (void)state;
    struct ask q = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "bob", 18)};
    struct got g = ask_as(a, &q, NULL);
    assert_int_equal(g.error, KDC_ERR_PREAUTH_FAILED);
    assert_true(g.krb_error.has_e_data); /* so that it can be tried again, salt and all */
    /* The right password made into a key of a type the account has, but not asked for, is fine; a
     * type it has no key of is not. */
    q.stamp_key = asker_key(a, "new", 20);
    assert_int_equal(ask_as(a, &q, NULL).error, KDC_ERR_ETYPE_NOSUPP);
}

static void test_skew_edge(void **state)
{
    (void)state;
    const int64_t skew = 5 * MINUTE;
    struct ask q = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "alice", 18)};
    static const struct {
        int64_t off;
        int32_t error;
    } edges[] = {{0, 0},
                 {skew, 0},
                 {-skew, 0},
                 {skew + 1, KRB_AP_ERR_SKEW},
                 {-skew - 1, KRB_AP_ERR_SKEW},
                 {skew - 1, 0},
                 {DAY, KRB_AP_ERR_SKEW},
                 {-DAY, KRB_AP_ERR_SKEW}};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        q.stamp = ASKER_NOW + edges[i].off;
        assert_int_equal(ask_as(a, &q, q.stamp_key).error, edges[i].error);
    }
    /* To the second: a clock on a whole second. */
    a->turn.now = ASKER_NOW - ASKER_NOW % SECOND;
    q.stamp = a->turn.now - skew;
    assert_int_equal(ask_as(a, &q, q.stamp_key).error, 0);
    q.stamp -= SECOND;
    assert_int_equal(ask_as(a, &q, q.stamp_key).error, KRB_AP_ERR_SKEW);
    assert_string_equal(a->heard.refused, "kdc.as.preauth");
}

static void test_attempts(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.attempts = 3;
    p.attempt_window = 10 * MINUTE;
    asker_policy(a, &p);
    struct ask bad = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "bob", 18)};
    struct ask good = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "alice", 18)};
    for (uint32_t i = 0; i < 2; i++) {
        bad.nonce = 100 + i;
        assert_int_equal(ask_as(a, &bad, NULL).error, KDC_ERR_PREAUTH_FAILED);
    }
    assert_int_equal(ask_as(a, &good, NULL).error, 0); /* clears the count */
    for (uint32_t i = 0; i < 3; i++) {
        bad.nonce = 200 + i;
        assert_int_equal(ask_as(a, &bad, NULL).error, KDC_ERR_PREAUTH_FAILED);
    }
    good.nonce = 300;
    assert_int_equal(ask_as(a, &good, NULL).error, KDC_ERR_CLIENT_REVOKED);
    a->turn.now += 10 * MINUTE + SECOND;
    good.nonce = 301;
    assert_int_equal(ask_as(a, &good, NULL).error, 0);
}

/* A timestamp of a type that the account has no key of proves nothing, and forgives nothing. */
static void test_attempts_are_not_cleared_without_proof(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.attempts = 3;
    p.attempt_window = 10 * MINUTE;
    asker_policy(a, &p);
    struct key other = *asker_key(a, "bob", 18);
    other.etype = 23;
    other.n = 16;
    struct ask bad = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "bob", 18)};
    struct ask odd = {"alice", TGS, .till = TILL, .stamp_key = &other};
    struct ask good = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "alice", 18)};
    for (uint32_t i = 0; i < 2; i++) {
        bad.nonce = 100 + i;
        assert_int_equal(ask_as(a, &bad, NULL).error, KDC_ERR_PREAUTH_FAILED);
    }
    assert_int_equal(ask_as(a, &odd, NULL).error, KDC_ERR_ETYPE_NOSUPP);
    bad.nonce = 200;
    ask_as(a, &bad, NULL);
    assert_int_equal(ask_as(a, &good, NULL).error, KDC_ERR_CLIENT_REVOKED);
}

/* Nor is it cleared by a recording of the right one, an hour old. */
static void test_attempts_are_not_cleared_by_an_old_recording(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.attempts = 3;
    p.attempt_window = 10 * MINUTE;
    asker_policy(a, &p);
    struct ask bad = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "bob", 18)};
    struct ask old = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "alice", 18),
                      .stamp = ASKER_NOW - HOUR};
    for (uint32_t i = 0; i < 3; i++) {
        old.nonce = 100 + i;
        assert_int_equal(ask_as(a, &old, NULL).error, KRB_AP_ERR_SKEW);
        bad.nonce = 200 + i;
        assert_int_equal(ask_as(a, &bad, NULL).error, KDC_ERR_PREAUTH_FAILED);
    }
    old.nonce = 300;
    assert_int_equal(ask_as(a, &old, NULL).error, KDC_ERR_CLIENT_REVOKED);
}

/* A logon overheard a moment ago still passes under another nonce, but clears nothing. */
static void test_attempts_are_not_cleared_by_a_proof_seen_before(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.attempts = 4;
    p.attempt_window = 10 * MINUTE;
    asker_policy(a, &p);
    struct PA_DATA overheard = asker_stamp(a, asker_key(a, "alice", 18), ASKER_NOW);
    struct ask bad = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "bob", 18)};
    struct ask again = {"alice", TGS, .till = TILL, .padata = &overheard, .n_padata = 1};
    for (uint32_t i = 0; i < 4; i++) {
        again.nonce = 100 + i; /* the first one is alice's own */
        assert_int_equal(ask_as(a, &again, asker_key(a, "alice", 18)).error, 0);
        bad.nonce = 200 + i;
        assert_int_equal(ask_as(a, &bad, NULL).error, KDC_ERR_PREAUTH_FAILED);
    }
    again.nonce = 300;
    assert_int_equal(ask_as(a, &again, NULL).error, KDC_ERR_CLIENT_REVOKED);
    a->turn.now += 11 * MINUTE; /* a proof of her own clears it as ever */
    struct ask own = {"alice", TGS, .till = TILL + HOUR, .stamp_key = asker_key(a, "alice", 18)};
    assert_int_equal(ask_as(a, &own, own.stamp_key).error, 0);
}

/* But a clock that is wrong closes no account. */
static void test_a_wrong_clock_is_not_counted(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.attempts = 2;
    p.attempt_window = 10 * MINUTE;
    asker_policy(a, &p);
    struct ask off = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "alice", 18),
                      .stamp = ASKER_NOW + HOUR};
    for (off.nonce = 100; off.nonce < 105; off.nonce++)
        assert_int_equal(ask_as(a, &off, NULL).error, KRB_AP_ERR_SKEW);
    off.stamp = 0;
    assert_int_equal(ask_as(a, &off, off.stamp_key).error, 0);
}

static void test_retransmitted_failure_counts_once(void **state)
{
    (void)state;
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.attempts = 2;
    p.attempt_window = 10 * MINUTE;
    asker_policy(a, &p);
    struct ask bad = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "bob", 18)};
    struct bytes request = as_req(a, &bad);
    for (int i = 0; i < 5; i++) {
        bool ok;
        struct got g = read_reply(a, asker_turn(a, request, &ok), NULL, 0);
        assert_int_equal(g.error, KDC_ERR_PREAUTH_FAILED);
    }
    struct ask good = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "alice", 18)};
    assert_int_equal(ask_as(a, &good, NULL).error, 0);
}

/* Whatever pre-authentication data comes, empty or junk: no ticket without proof, no crash. */
static void test_every_padata_type(void **state)
{
    (void)state;
    static const struct bytes values[] = {{NULL, 0},
                                          {(const uint8_t *)"\x30\x00", 2},
                                          {(const uint8_t *)"junk", 4},
                                          {(const uint8_t *)"\x30\x80\x00\x00", 4}};
    for (int32_t type = -10; type < 200; type++)
        for (size_t v = 0; v < 4; v++) {
            struct PA_DATA pa = {.padata_type = type, .padata_value = values[v]};
            struct ask q = {"alice", TGS, .till = TILL, .padata = &pa, .n_padata = 1};
            struct got g = ask_as(a, &q, NULL);
            assert_true(g.error == KDC_ERR_PREAUTH_REQUIRED || g.error == KDC_ERR_PREAUTH_FAILED ||
                        g.error == KDC_ERR_PADATA_TYPE_NOSUPP);
        }
    /* Before a good timestamp, a bad one: one request is one attempt. */
    struct PA_DATA bad = asker_stamp(a, asker_key(a, "bob", 18), ASKER_NOW);
    struct ask q = {"alice",        TGS,           .till = TILL,
                    .padata = &bad, .n_padata = 1, .stamp_key = asker_key(a, "alice", 18)};
    assert_int_equal(ask_as(a, &q, NULL).error, KDC_ERR_PREAUTH_FAILED);
}

static void test_without_preauth(void **state)
{
    (void)state;
    struct ask q = {"open", TGS, .till = TILL};
    struct got g = ask_as(a, &q, asker_key(a, "open", 18));
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.flags & TKT_PRE_AUTHENT, 0);
    assert_non_null(strstr(a->heard.steps, "kdc.preauth.none"));
    /* What is brought all the same has to be right. */
    q.stamp_key = asker_key(a, "bob", 18);
    assert_int_equal(ask_as(a, &q, NULL).error, KDC_ERR_PREAUTH_FAILED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_preauth_required),
        TEST(test_wrong_key),
        TEST(test_skew_edge),
        TEST(test_attempts),
        TEST(test_attempts_are_not_cleared_without_proof),
        TEST(test_attempts_are_not_cleared_by_an_old_recording),
        TEST(test_attempts_are_not_cleared_by_a_proof_seen_before),
        TEST(test_a_wrong_clock_is_not_counted),
        TEST(test_retransmitted_failure_counts_once),
        TEST(test_every_padata_type),
        TEST(test_without_preauth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
