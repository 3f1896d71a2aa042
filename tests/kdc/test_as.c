/* The AS: who gets an answer, which encryption types, which options. */
#include "tests/kdc/as_case.h"

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
    static const uint32_t bad[] = {KDC_OPT_RENEW, KDC_OPT_VALIDATE,        KDC_OPT_FORWARDED,
                                   KDC_OPT_PROXY, KDC_OPT_ENC_TKT_IN_SKEY, 1 << 15, /* anonymous */
                                   1 << 17}; /* constrained delegation */
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused((struct ask){"alice", TGS, .options = bad[i], .till = TILL}, KDC_ERR_BADOPTION,
                "kdc.as.options");
}

/* Options that mean nothing in a first request, and those that mean nothing at all. */
static void test_options_passed_over(void **state)
{
    (void)state;
    const uint32_t known = KDC_OPT_FORWARDABLE | KDC_OPT_FORWARDED | KDC_OPT_PROXIABLE |
                           KDC_OPT_PROXY | KDC_OPT_ALLOW_POSTDATE | KDC_OPT_RENEWABLE |
                           KDC_OPT_RENEWABLE_OK | KDC_OPT_ENC_TKT_IN_SKEY | KDC_OPT_RENEW |
                           KDC_OPT_VALIDATE | 1 << 15 | 1 << 17;
    const uint32_t plain = logon(a, 0).ticket.flags;
    int n = 0;
    for (int bit = 0; bit < 32; bit++) {
        uint32_t option = (uint32_t)1 << bit;
        if (option & known)
            continue;
        struct got g = logon(a, option);
        assert_int_equal(g.error, 0);
        assert_int_equal(g.ticket.flags, plain);
        n++;
    }
    assert_int_equal(n, 20);
    assert_int_equal(logon(a, ~known).ticket.flags, plain);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_principals),     TEST(test_expired_password_may_be_changed),
        TEST(test_options),        TEST(test_options_passed_over),
        TEST(test_etypes),         TEST(test_rc4_when_permitted),
        TEST(test_retransmission), TEST(test_too_big),
        TEST(test_too_big_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
