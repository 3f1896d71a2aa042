/* The AS: every answer it can give, and that nothing leaves without proof. */
#include "tests/kdc/asker.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct asker *a;

static int setup(void **state)
{
    (void)state;
    a = asker_new();
    a->turn.tell = &a->heard.story;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    asker_free(a);
    return 0;
}

#define TGS "krbtgt/EXAMPLE.TEST"

static void refused(struct ask q, int32_t code, const char *step)
{
    struct got g = ask_as(a, &q, NULL);
    assert_int_equal(g.error, code);
    assert_string_equal(a->heard.refused, step);
    assert_true(g.krb_error.has_e_text);
    assert_in_range(g.krb_error.e_text.n, 1, 45);
    assert_int_equal(g.krb_error.stime + g.krb_error.susec, a->turn.now);
    assert_true(bytes_equal_str(g.krb_error.realm, "EXAMPLE.TEST"));
}

/* ---- who may ------------------------------------------------------------------------------------
 */

static void test_principals(void **state)
{
    (void)state;
    refused((struct ask){"nobody", TGS, .till = TILL}, KDC_ERR_C_PRINCIPAL_UNKNOWN,
            "kdc.as.client");
    refused((struct ask){NULL, TGS, .till = TILL}, KDC_ERR_C_PRINCIPAL_UNKNOWN, "kdc.as.client");
    refused((struct ask){"HTTP/www.example.test", TGS, .till = TILL}, KDC_ERR_C_PRINCIPAL_UNKNOWN,
            "kdc.as.client");
    refused((struct ask){"alice", "krbtgt/NOWHERE", .till = TILL}, KDC_ERR_S_PRINCIPAL_UNKNOWN,
            "kdc.as.server");
    refused((struct ask){"alice", NULL, .till = TILL}, KDC_ERR_S_PRINCIPAL_UNKNOWN,
            "kdc.as.server");
    refused((struct ask){"alice", TGS, "OTHER.TEST", .till = TILL}, KDC_ERR_WRONG_REALM,
            "kdc.as.realm");
    refused((struct ask){"closed", TGS, .till = TILL}, KDC_ERR_CLIENT_REVOKED,
            "kdc.as.client-valid");
    refused((struct ask){"gone", TGS, .till = TILL}, KDC_ERR_NAME_EXP, "kdc.as.client-valid");
    refused((struct ask){"change", TGS, .till = TILL}, KDC_ERR_KEY_EXPIRED, "kdc.as.client-valid");
    refused((struct ask){"keyless", TGS, .till = TILL}, KDC_ERR_NULL_KEY, "kdc.as.client-valid");
    refused((struct ask){"alice", "closed", .till = TILL}, KDC_ERR_SERVICE_REVOKED,
            "kdc.as.server");
    refused((struct ask){"alice", "gone", .till = TILL}, KDC_ERR_SERVICE_EXP, "kdc.as.server");
    refused((struct ask){"alice", "bob", .till = TILL}, KDC_ERR_MUST_USE_USER2USER,
            "kdc.as.server");
    refused((struct ask){"alice", "keyless", .till = TILL}, KDC_ERR_NULL_KEY, "kdc.as.server");
}

static void test_expired_password_may_be_changed(void **state)
{
    (void)state;
    struct ask q = {"change", "kadmin/changepw", .till = TILL,
                    .stamp_key = asker_key(a, "change", 18)};
    assert_int_equal(ask_as(a, &q, q.stamp_key).error, 0);
}

static void test_options(void **state)
{
    (void)state;
    static const uint32_t bad[] = {
        KDC_OPT_RENEW,           KDC_OPT_VALIDATE,  KDC_OPT_FORWARDED,
        KDC_OPT_PROXY,           KDC_OPT_POSTDATED, KDC_OPT_ALLOW_POSTDATE,
        KDC_OPT_ENC_TKT_IN_SKEY, 1 << 15,           1 << 17};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused((struct ask){"alice", TGS, .options = bad[i], .till = TILL}, KDC_ERR_BADOPTION,
                "kdc.as.options");
}

/* ---- etypes
 * -------------------------------------------------------------------------------------- */

static void test_etypes(void **state)
{
    (void)state;
    static const int64_t weak[] = {-128, -133, 24, 23, 1, 3, 16},
                         odd[] = {0, 2147483647, -2147483647}, sha2[] = {20, 19},
                         mixed[] = {17, 18};
    refused((struct ask){"alice", TGS, .till = TILL, .etypes = weak, .n_etypes = 7},
            KDC_ERR_ETYPE_NOSUPP, "kdc.as.etype");
    refused((struct ask){"alice", TGS, .till = TILL, .etypes = odd, .n_etypes = 3},
            KDC_ERR_ETYPE_NOSUPP, "kdc.as.etype");
    refused((struct ask){"alice", TGS, .till = TILL, .etypes = odd, .n_etypes = 0},
            KDC_ERR_ETYPE_NOSUPP, "kdc.as.etype");
    refused((struct ask){"alice", TGS, .till = TILL, .etypes = sha2, .n_etypes = 2},
            KDC_ERR_ETYPE_NOSUPP, "kdc.as.etype"); /* she has no key of them */
    refused((struct ask){"old", TGS, .till = TILL}, KDC_ERR_ETYPE_NOSUPP, "kdc.as.etype");
    refused((struct ask){"alice", "old", .till = TILL}, KDC_ERR_ETYPE_NOSUPP, "kdc.as.etype");
    /* The client's order decides, and session, ticket and reply are chosen apart. */
    struct ask q = {"open", TGS, .till = TILL, .etypes = mixed, .n_etypes = 2};
    struct got g = ask_as(a, &q, asker_key(a, "open", 17));
    assert_int_equal(g.error, 0);
    assert_int_equal(g.session.etype, 17);
    assert_int_equal(g.rep.ticket.enc_part.etype, 18);
    assert_int_equal(g.rep.enc_part.etype, 17);
    /* A client with newer keys only: session keys of the TGS may be of any permitted type. */
    static const int64_t newest[] = {20, 18};
    struct ask n = {"new",         TGS,
                    .till = TILL,  .etypes = newest,
                    .n_etypes = 2, .stamp_key = asker_key(a, "new", 20)};
    g = ask_as(a, &n, n.stamp_key);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.session.etype, 20);
    assert_int_equal(g.rep.ticket.enc_part.etype, 18);
}

static void test_rc4_when_permitted(void **state)
{
    (void)state;
    static const int32_t permitted[] = {18, 17, 23};
    static const int64_t asked[] = {23};
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.etypes = permitted;
    p.n_etypes = 3;
    asker_policy(a, &p);
    struct ask q = {"old", TGS, .till = TILL, .etypes = asked, .n_etypes = 1};
    struct got g = ask_as(a, &q, NULL);
    assert_int_equal(g.error, KDC_ERR_ETYPE_NOSUPP); /* permitted, but not for session keys */
    p.weak_sessions = true;
    asker_policy(a, &p);
    g = ask_as(a, &q, NULL);
    assert_int_equal(g.error, KDC_ERR_PREAUTH_REQUIRED);
    struct METHOD_DATA m;
    assert_true(asn_decode(&ASN_METHOD_DATA, g.krb_error.e_data, ASN_STRICT, a->mem, NULL, &m));
    assert_int_equal(m.n, 4); /* only old types were asked for: the old list goes along */
    assert_int_equal(m.at[2].padata_type, PA_ETYPE_INFO);
    q.stamp_key = asker_key(a, "old", 23);
    assert_int_equal(ask_as(a, &q, q.stamp_key).error, 0);
}

/* ---- pre-authentication
 * --------------------------------------------------------------------------- */

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

/* ---- the ticket
 * ------------------------------------------------------------------------------------ */

static void test_reply(void **state)
{
    (void)state;
    struct PA_DATA confirm = {.padata_type = PA_REQ_ENC_PA_REP};
    struct ask q = {"alice",
                    TGS,
                    .till = TILL,
                    .nonce = 0xfffffffe,
                    .padata = &confirm,
                    .n_padata = 1,
                    .stamp_key = asker_key(a, "alice", 18),
                    .addresses = true};
    struct bytes request = as_req(a, &q);
    bool ok;
    struct got g = read_reply(a, asker_turn(a, request, &ok), q.stamp_key, USAGE_AS_REP);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.part.nonce, 0xfffffffe);
    assert_int_equal(g.ticket.flags, TKT_INITIAL | TKT_PRE_AUTHENT | TKT_ENC_PA_REP);
    assert_int_equal(g.part.flags, g.ticket.flags);
    assert_true(bytes_equal(g.part.key.keyvalue, g.ticket.key.keyvalue));
    assert_true(principal_equal(&g.part.sname, &g.rep.ticket.sname));
    assert_true(bytes_equal_str(g.ticket.crealm, "EXAMPLE.TEST"));
    assert_int_equal(g.ticket.authtime, ASKER_NOW - ASKER_NOW % SECOND);
    assert_int_equal(g.ticket.endtime, TILL);
    assert_int_equal(g.ticket.caddr.n, 1);
    assert_int_equal(g.rep.enc_part.kvno, 2);
    assert_int_equal(g.rep.padata.at[0].padata_type, PA_ETYPE_INFO2);
    /* RFC 6806 11: the checksum is over the request as it was sent. */
    struct Checksum sum;
    assert_int_equal(g.part.encrypted_pa_data.at[0].padata_type, PA_REQ_ENC_PA_REP);
    assert_true(asn_decode(&ASN_Checksum, g.part.encrypted_pa_data.at[0].padata_value, ASN_STRICT,
                           a->mem, NULL, &sum));
    assert_true(checksum_verify(a->crypto, (int32_t)sum.cksumtype, q.stamp_key, USAGE_AS_REQ,
                                request, sum.checksum));
    assert_string_equal(a->heard.keys, "K/alice;session alice-krbtgt;K/krbtgt;");
}

static void test_flags(void **state)
{
    (void)state;
    uint32_t both = KDC_OPT_FORWARDABLE | KDC_OPT_PROXIABLE;
    struct got g = logon(a, both);
    assert_int_equal(g.ticket.flags & both, both);
    struct ask q = {"sensitive", TGS, .options = both, .till = TILL,
                    .stamp_key = asker_key(a, "sensitive", 18)};
    g = ask_as(a, &q, q.stamp_key);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.ticket.flags & both, 0);
    assert_int_equal(logon(a, 0).ticket.flags & both, 0);
}

static struct got for_times(int64_t till, uint32_t options, int64_t rtime, const char *who)
{
    struct ask q = {who,
                    TGS,
                    .options = options,
                    .till = till,
                    .rtime = rtime,
                    .stamp_key = asker_key(a, who, 18)};
    return ask_as(a, &q, q.stamp_key);
}

static void test_times(void **state)
{
    (void)state;
    const int64_t now = ASKER_NOW - ASKER_NOW % SECOND;
    assert_int_equal(for_times(0, 0, 0, "alice").ticket.endtime, now + 10 * HOUR);
    assert_int_equal(for_times(now + HOUR, 0, 0, "alice").ticket.endtime, now + HOUR);
    assert_int_equal(for_times(now + 11 * HOUR, 0, 0, "alice").ticket.endtime, now + 10 * HOUR);
    assert_int_equal(for_times(0, 0, 0, "brief").ticket.endtime, now + HOUR);
    assert_int_equal(for_times(now + SECOND, 0, 0, "alice").ticket.endtime, now + SECOND);
    assert_int_equal(for_times(now, 0, 0, "alice").error, KDC_ERR_NEVER_VALID);
    assert_int_equal(for_times(now - DAY, 0, 0, "alice").error, KDC_ERR_NEVER_VALID);
    struct ask q = {"alice", TGS, .till = TILL, .from = ASKER_NOW + 6 * MINUTE,
                    .stamp_key = asker_key(a, "alice", 18)};
    assert_int_equal(ask_as(a, &q, NULL).error, KDC_ERR_CANNOT_POSTDATE);
    q.from = now - DAY;
    assert_int_equal(ask_as(a, &q, q.stamp_key).ticket.starttime, now);
}

static void test_renewable(void **state)
{
    (void)state;
    const int64_t now = ASKER_NOW - ASKER_NOW % SECOND;
    struct got g = for_times(now + HOUR, KDC_OPT_RENEWABLE, now + DAY, "alice");
    assert_true(g.ticket.flags & TKT_RENEWABLE);
    assert_int_equal(g.ticket.renew_till, now + DAY);
    g = for_times(now + HOUR, KDC_OPT_RENEWABLE, 0, "alice");
    assert_int_equal(g.ticket.renew_till, now + 7 * DAY);
    g = for_times(now + HOUR, KDC_OPT_RENEWABLE, now + 30 * DAY, "alice");
    assert_int_equal(g.ticket.renew_till, now + 7 * DAY);
    g = for_times(now + DAY, KDC_OPT_RENEWABLE_OK, 0, "alice"); /* shorter than asked */
    assert_int_equal(g.ticket.renew_till, now + DAY);
    g = for_times(now + HOUR, KDC_OPT_RENEWABLE_OK, 0, "alice"); /* as long as asked */
    assert_false(g.ticket.has_renew_till);
    assert_int_equal(g.ticket.flags & TKT_RENEWABLE, 0);
    g = for_times(now + 2 * HOUR, KDC_OPT_RENEWABLE, now + HOUR, "alice");
    assert_false(g.ticket.has_renew_till);
}

static void test_far_times(void **state)
{
    (void)state;
    static const int64_t years[] = {INT64_C(2147483646), INT64_C(2147483648), INT64_C(4294967294),
                                    INT64_C(4294967296), INT64_C(16725225600)};
    for (size_t i = 0; i < sizeof years / sizeof *years; i++) {
        a->turn.now = a->asker.now = years[i] * SECOND + 999999;
        struct got g = for_times(0, KDC_OPT_RENEWABLE, 0, "alice");
        assert_int_equal(g.error, 0);
        assert_int_equal(g.ticket.starttime, years[i] * SECOND);
        assert_int_equal(g.ticket.endtime, years[i] * SECOND + 10 * HOUR);
        assert_int_equal(g.ticket.renew_till, years[i] * SECOND + 7 * DAY);
    }
}

static void test_retransmission(void **state)
{
    (void)state;
    struct ask q = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "alice", 18)};
    struct bytes request = as_req(a, &q);
    bool ok;
    struct bytes first = asker_turn(a, request, &ok);
    assert_true(bytes_equal(first, asker_turn(a, request, &ok)));
    assert_string_equal(a->heard.steps, "kdc.retransmission ");
    a->turn.now += LOOKASIDE_LIFE + 1; /* forgotten: a new session key */
    assert_false(bytes_equal(first, asker_turn(a, request, &ok)));
}

static void test_too_big(void **state)
{
    (void)state;
    struct ask q = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "alice", 18)};
    struct bytes request = as_req(a, &q);
    a->limit = 500;
    bool ok;
    struct got g = read_reply(a, asker_turn(a, request, &ok), NULL, 0);
    assert_int_equal(g.error, KRB_ERR_RESPONSE_TOO_BIG);
    a->limit = 0;
    g = read_reply(a, asker_turn(a, request, &ok), q.stamp_key, USAGE_AS_REP);
    assert_int_equal(g.error, 0);
}

/* The error that says so does not repeat the names that made it too big. */
static void test_too_big_fits(void **state)
{
    (void)state;
    char name[2000];
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    struct ask q = {name, TGS, .till = TILL};
    a->limit = 500;
    bool ok;
    struct bytes reply = asker_turn(a, as_req(a, &q), &ok);
    assert_true(reply.n && reply.n <= 500);
    assert_int_equal(read_reply(a, reply, NULL, 0).error, KRB_ERR_RESPONSE_TOO_BIG);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_principals),
        TEST(test_expired_password_may_be_changed),
        TEST(test_options),
        TEST(test_etypes),
        TEST(test_rc4_when_permitted),
        TEST(test_preauth_required),
        TEST(test_wrong_key),
        TEST(test_skew_edge),
        TEST(test_attempts),
        TEST(test_attempts_are_not_cleared_without_proof),
        TEST(test_retransmitted_failure_counts_once),
        TEST(test_every_padata_type),
        TEST(test_without_preauth),
        TEST(test_reply),
        TEST(test_flags),
        TEST(test_times),
        TEST(test_renewable),
        TEST(test_far_times),
        TEST(test_retransmission),
        TEST(test_too_big),
        TEST(test_too_big_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
