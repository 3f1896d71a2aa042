/* The TGS: who asks, whom for, and every way to be refused. */
#include "tests/kdc/tgs_asker.h"

/* ---- the ticket and its proof
 * ---------------------------------------------------------------------- */

static void test_good(void **state)
{
    (void)state;
    struct ask q = for_www();
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_true(bytes_equal_str(g.ticket.cname.name_string.at[0], "alice"));
    assert_int_equal(g.ticket.flags, TKT_PRE_AUTHENT | TKT_TRANSITED_POLICY_CHECKED);
    assert_int_equal(g.part.nonce, 4711);
    assert_int_equal(g.ticket.authtime, tgt.ticket.authtime);
    assert_int_equal(g.ticket.endtime, TILL);
    assert_int_equal(g.rep.ticket.enc_part.kvno, 2);
    assert_false(g.rep.enc_part.has_kvno);
    assert_false(key_equal(&g.session, &tgt.session));
    assert_string_equal(a->heard.keys, "session alice-krbtgt;session alice-" WWW ";K/websvc;");
    struct key subkey = tgt.session;
    subkey.v[0] ^= 1;
    q.subkey = &subkey;
    g = ask_tgs(a, &q); /* opens with usage 9 */
    assert_int_equal(g.error, 0);
    assert_non_null(strstr(a->heard.keys, "subkey alice-krbtgt;"));
}

static void test_no_or_bad_ap_req(void **state)
{
    (void)state;
    struct ask q = {.sname = WWW, .till = TILL};
    struct KDC_REQ req = {.msg_type = 12, .req_body = asker_body(a, &q)};
    bool ok;
    struct got g = read_reply(a, asker_turn(a, asker_encode(a, &q, &req, NULL), &ok), NULL, 0);
    assert_int_equal(g.error, KDC_ERR_PADATA_TYPE_NOSUPP);
    struct PA_DATA junk = {.padata_type = PA_TGS_REQ, .padata_value = BYTES_LIT("junk")};
    g = read_reply(a, asker_turn(a, asker_encode(a, &q, &req, &junk), &ok), NULL, 0);
    assert_int_equal(g.error, KRB_ERR_GENERIC);
    struct AP_REQ ap = {
        .pvno = 4, .msg_type = 14, .ticket = tgt.rep.ticket, .authenticator = tgt.rep.enc_part};
    junk.padata_value = asn_encode(&ASN_AP_REQ, &ap, a->mem);
    g = read_reply(a, asker_turn(a, asker_encode(a, &q, &req, &junk), &ok), NULL, 0);
    assert_int_equal(g.error, KRB_AP_ERR_BADVERSION);
    ap.pvno = 5;
    ap.msg_type = 15;
    junk.padata_value = asn_encode(&ASN_AP_REQ, &ap, a->mem);
    g = read_reply(a, asker_turn(a, asker_encode(a, &q, &req, &junk), &ok), NULL, 0);
    assert_int_equal(g.error, KRB_AP_ERR_MSG_TYPE);
}

static void test_ticket_key(void **state)
{
    (void)state;
    struct Ticket t = tgt.rep.ticket;
    t.der = (struct bytes){0};
    struct ask q = for_www();
    q.tgt = &t;
    t.enc_part.kvno = 9;
    refused(q, KRB_AP_ERR_BADKEYVER, "kdc.tgs.ap");
    t.enc_part.kvno = 2;
    t.enc_part.etype = 20;
    refused(q, KRB_AP_ERR_NOKEY, "kdc.tgs.ap");
    t.enc_part.etype = 17; /* there is such a key, and it does not fit */
    refused(q, KRB_AP_ERR_BAD_INTEGRITY, "kdc.tgs.ap");
    t.enc_part.etype = 18;
    t.sname = name_of(a->mem, WWW);
    refused(q, KRB_AP_ERR_NOT_US, "kdc.tgs.ap");
    t.sname = name_of(a->mem, "krbtgt/OTHER.TEST");
    refused(q, KRB_AP_ERR_NOT_US, "kdc.tgs.ap");
    t = tgt.rep.ticket;
    t.der = (struct bytes){0};
    t.realm = BYTES_LIT("OTHER.TEST"); /* no trust: no key */
    refused(q, KRB_AP_ERR_NOKEY, "kdc.tgs.ap");
    q = for_www();
    q.ap_options = AP_OPT_USE_SESSION_KEY;
    refused(q, KRB_AP_ERR_NOKEY, "kdc.tgs.ap");
}

static void test_truncated_ticket(void **state)
{
    (void)state;
    struct Ticket t = tgt.rep.ticket;
    t.der = (struct bytes){0};
    struct ask q = for_www();
    q.tgt = &t;
    for (size_t n = 0; n < tgt.rep.ticket.enc_part.cipher.n; n++) {
        t.enc_part.cipher.n = n;
        assert_int_equal(ask_tgs(a, &q).error, KRB_AP_ERR_BAD_INTEGRITY);
    }
}

static void test_authenticator(void **state)
{
    (void)state;
    struct key other = tgt.session;
    other.v[0] ^= 1;
    struct ask q = for_www();
    q.session = &other;
    refused(q, KRB_AP_ERR_BAD_INTEGRITY, "kdc.tgs.ap");
    q = for_www();
    q.acname = "bob";
    refused(q, KRB_AP_ERR_BADMATCH, "kdc.tgs.ap");
    q = for_www();
    q.acrealm = "OTHER.TEST";
    refused(q, KRB_AP_ERR_BADMATCH, "kdc.tgs.ap");
}

static void test_skew_edge(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.ctime = ASKER_NOW + 5 * MINUTE;
    assert_int_equal(ask_tgs(a, &q).error, 0);
    q.ctime = ASKER_NOW - 5 * MINUTE;
    assert_int_equal(ask_tgs(a, &q).error, 0);
    q.ctime = ASKER_NOW + 5 * MINUTE + 1;
    refused(q, KRB_AP_ERR_SKEW, "kdc.tgs.ap");
    q.ctime = ASKER_NOW - 5 * MINUTE - 1;
    refused(q, KRB_AP_ERR_SKEW, "kdc.tgs.ap");
}

static void test_ticket_times(void **state)
{
    (void)state;
    struct EncTicketPart part = tgt.ticket;
    struct Ticket t;
    struct ask q = for_www();
    q.tgt = &t;
    part.endtime = ASKER_NOW - ASKER_NOW % SECOND - 5 * MINUTE;
    t = resealed(part);
    refused(q, KRB_AP_ERR_TKT_EXPIRED, "kdc.tgs.ap"); /* a fraction of a second past the edge */
    part.endtime += SECOND;
    t = resealed(part); /* the proof passes, but nothing of its life is left to give */
    refused(q, KRB_AP_ERR_TKT_EXPIRED, "kdc.tgs.times");
    part = tgt.ticket;
    part.starttime = ASKER_NOW - ASKER_NOW % SECOND + 5 * MINUTE + SECOND;
    t = resealed(part);
    refused(q, KRB_AP_ERR_TKT_NYV, "kdc.tgs.ap");
    part.starttime -= SECOND;
    t = resealed(part);
    assert_int_equal(ask_tgs(a, &q).error, 0);
    part = tgt.ticket;
    part.flags |= TKT_INVALID;
    t = resealed(part);
    refused(q, KRB_AP_ERR_TKT_NYV, "kdc.tgs.ap");
}

/* ---- checksum and replay
 * ---------------------------------------------------------------------------- */

static void test_checksum(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.wrong_checksum = true;
    refused(q, KRB_AP_ERR_MODIFIED, "kdc.tgs.checksum");
    q = for_www();
    q.cksumtype = -1;
    refused(q, KRB_AP_ERR_INAPP_CKSUM, "kdc.tgs.checksum");
    static const int32_t unkeyed[] = {1, 2, 7, 14};
    for (size_t i = 0; i < 4; i++) {
        q.cksumtype = unkeyed[i];
        struct got g = ask_tgs(a, &q);
        assert_true(g.error == KRB_AP_ERR_INAPP_CKSUM || g.error == KDC_ERR_SUMTYPE_NOSUPP);
    }
    q.cksumtype = 7; /* MD5, which is known here: refused for having no key */
    refused(q, KRB_AP_ERR_INAPP_CKSUM, "kdc.tgs.checksum");
    q.cksumtype = 4242;
    refused(q, KDC_ERR_SUMTYPE_NOSUPP, "kdc.tgs.checksum");
    q.cksumtype = -138; /* keyed, and right: but RC4's, and the session key is of AES */
    refused(q, KRB_AP_ERR_INAPP_CKSUM, "kdc.tgs.checksum");
}

/* The authenticator of one request on the body of another. */
static void test_body_swapped(void **state)
{
    (void)state;
    struct ask q = for_www();
    struct KDC_REQ one;
    struct bytes request = tgs_req(a, &q);
    assert_true(asn_decode(&ASN_TGS_REQ, request, ASN_STRICT, a->mem, NULL, &one));
    one.req_body.nonce++;
    bool ok;
    struct bytes changed = asn_encode(&ASN_TGS_REQ, &one, a->mem);
    struct got g = read_reply(a, asker_turn(a, changed, &ok), NULL, 0);
    assert_int_equal(g.error, KRB_AP_ERR_MODIFIED);
    /* Nor has the attempt used up the authenticator. */
    g = read_reply(a, asker_turn(a, request, &ok), NULL, 0);
    assert_int_equal(g.error, 0);
}

static void test_replay(void **state)
{
    (void)state;
    struct ask q = for_www();
    struct bytes request = tgs_req(a, &q);
    bool ok;
    struct bytes first = asker_turn(a, request, &ok);
    assert_true(
        bytes_equal(first, asker_turn(a, request, &ok))); /* the very same: its reply again */
    /* The same authenticator in a request that differs outside what is summed up. */
    struct KDC_REQ one;
    assert_true(asn_decode(&ASN_TGS_REQ, request, ASN_STRICT, a->mem, NULL, &one));
    struct PA_DATA two[2] = {one.padata.at[0], {.padata_type = PA_PAC_REQUEST}};
    one.padata.at = two;
    one.padata.n = 2;
    struct bytes again = asn_encode(&ASN_TGS_REQ, &one, a->mem);
    struct got g = read_reply(a, asker_turn(a, again, &ok), NULL, 0);
    assert_int_equal(g.error, KRB_AP_ERR_REPEAT);
    /* As long as its time passes, it is remembered; after that the time refuses it. */
    a->turn.now = ASKER_NOW + 5 * MINUTE;
    g = read_reply(a, asker_turn(a, again, &ok), NULL, 0);
    assert_int_equal(g.error, KRB_AP_ERR_REPEAT);
    a->turn.now++;
    g = read_reply(a, asker_turn(a, again, &ok), NULL, 0);
    assert_int_equal(g.error, KRB_AP_ERR_SKEW);
    /* A clock set back by an hour does not make it new. */
    a->turn.now = ASKER_NOW;
    g = read_reply(a, asker_turn(a, again, &ok), NULL, 0);
    assert_int_equal(g.error, KRB_AP_ERR_REPEAT);
}

static void test_ledger_full(void **state)
{
    (void)state;
    struct ledger *small = ledger_new(2, false);
    struct kdc *kdc = a->kdc;
    a->kdc = kdc_new(a->run, &(struct kdc_config){"kdc", asker_realm(a), small});
    struct ask q = for_www();
    for (int i = 0; i < 2; i++) {
        q.ctime = ASKER_NOW + i;
        assert_int_equal(ask_tgs(a, &q).error, 0);
    }
    q.ctime = ASKER_NOW + 7;
    assert_int_equal(ask_tgs(a, &q).error, KDC_ERR_SVC_UNAVAILABLE);
    a->kdc = kdc;
    ledger_free(small);
}

/* ---- whom for, and what
 * ------------------------------------------------------------------------------ */

static void test_servers(void **state)
{
    (void)state;
    struct ask q = for_www();
    q.sname = "HTTP/nowhere.example.test";
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
    q.sname = NULL;
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
    q.sname = "krbtgt/OTHER.TEST";
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
    q.sname = "bob";
    refused(q, KDC_ERR_MUST_USE_USER2USER, "kdc.tgs.server");
    q.sname = "closed";
    refused(q, KDC_ERR_SERVICE_REVOKED, "kdc.tgs.server");
    q.sname = "gone";
    refused(q, KDC_ERR_SERVICE_EXP, "kdc.tgs.server");
    q.sname = "keyless";
    refused(q, KDC_ERR_NULL_KEY, "kdc.tgs.server");
    q = for_www();
    q.realm = "OTHER.TEST";
    refused(q, KDC_ERR_S_PRINCIPAL_UNKNOWN, "kdc.tgs.server");
    q = for_www();
    q.sname = "websvc"; /* the account's own name */
    assert_int_equal(ask_tgs(a, &q).error, 0);
}

/* CVE-2021-42278, CVE-2021-42287: a ticket was had under the name "dc", the account is gone, and
 * now the name leads by Windows' rules to the machine account "dc$", or by an alias to another. */
static void test_a_name_that_is_gone_leads_nowhere(void **state)
{
    (void)state;
    asker_account(a, "dc$", ACCOUNT_MACHINE, asker_strong, 2, "HOST/dc.example.test", NULL);
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.windows_names = true;
    asker_policy(a, &p);
    kdc_realm(a->kdc, asker_realm(a));
    static const char *const names[] = {"dc", "HOST/dc.example.test", "HTTP/dc.example.test"};
    struct ask q = for_www();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct EncTicketPart part = tgt.ticket;
        part.cname = name_of(a->mem, names[i]);
        struct Ticket t = resealed(part);
        q.tgt = &t;
        q.acname = names[i];
        q.ctime = ASKER_NOW + (int64_t)i;
        refused(q, KDC_ERR_C_PRINCIPAL_UNKNOWN, "kdc.tgs.client");
    }
}

static void test_client_changed(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int32_t error;
    } rows[] = {{"nobody", KDC_ERR_C_PRINCIPAL_UNKNOWN},
                {"closed", KDC_ERR_CLIENT_REVOKED},
                {"gone", KDC_ERR_NAME_EXP},
                {WWW, KDC_ERR_C_PRINCIPAL_UNKNOWN}}; /* never another account's ticket */
    struct Ticket t;
    struct ask q = for_www();
    q.tgt = &t;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct EncTicketPart part = tgt.ticket;
        part.cname = name_of(a->mem, rows[i].name);
        q.acname = rows[i].name;
        q.ctime = ASKER_NOW + (int64_t)i;
        t = resealed(part);
        refused(q, rows[i].error, "kdc.tgs.client");
    }
    struct EncTicketPart part = tgt.ticket;
    part.crealm = BYTES_LIT("OTHER.TEST");
    q.acrealm = "OTHER.TEST";
    q.acname = "alice";
    t = resealed(part);
    refused(q, KDC_ERR_PATH_NOT_ACCEPTED, "kdc.tgs.path");
}

static void test_ok_as_delegate_and_etypes(void **state)
{
    (void)state;
    static const int32_t permitted[] = {18, 17, 23};
    static const int64_t both[] = {18, 23};
    struct ask q = for_www();
    q.sname = "old/www.example.test";
    refused(q, KDC_ERR_ETYPE_NOSUPP, "kdc.tgs.etype");
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.etypes = permitted;
    p.n_etypes = 3;
    p.weak_sessions = true;
    asker_policy(a, &p);
    q.etypes = both;
    q.n_etypes = 2;
    q.ctime = ASKER_NOW + 1;
    struct got g = ask_tgs(a, &q);
    assert_int_equal(g.error, 0);
    assert_int_equal(g.session.etype, 23); /* the service has no key of 18 */
    assert_true(g.ticket.flags & TKT_OK_AS_DELEGATE);
    assert_int_equal(g.rep.enc_part.etype, 18);
}

static void test_too_big_then_tcp(void **state)
{
    (void)state;
    struct ask q = for_www();
    struct bytes request = tgs_req(a, &q);
    bool ok;
    a->limit = 400;
    struct got g = read_reply(a, asker_turn(a, request, &ok), NULL, 0);
    assert_int_equal(g.error, KRB_ERR_RESPONSE_TOO_BIG);
    a->limit = 0; /* the same octets over TCP are no replay */
    g = read_reply(a, asker_turn(a, request, &ok), &tgt.session, USAGE_TGS_REP_SESSION);
    assert_int_equal(g.error, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_good),
        TEST(test_no_or_bad_ap_req),
        TEST(test_ticket_key),
        TEST(test_truncated_ticket),
        TEST(test_authenticator),
        TEST(test_skew_edge),
        TEST(test_ticket_times),
        TEST(test_checksum),
        TEST(test_body_swapped),
        TEST(test_replay),
        TEST(test_ledger_full),
        TEST(test_servers),
        TEST(test_client_changed),
        TEST(test_a_name_that_is_gone_leads_nowhere),
        TEST(test_ok_as_delegate_and_etypes),
        TEST(test_too_big_then_tcp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
