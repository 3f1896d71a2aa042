/* A web server behind Negotiate: who is let in, and what the others are told. */
#include "context/protected.h"
#include "service/inside.h"
#include "tests/service/hand_client.h"

static struct hand_client h;

static int begin(void **state)
{
    (void)state;
    hand_client_begin(&h, 18);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_client_end(&h);
    return 0;
}

static void refused(struct hand_answer a, int32_t error, const char *step)
{
    assert_int_equal(a.http.status, 401);
    assert_true(a.has_token);
    assert_int_equal(a.token.tok_id, TOK_KRB_ERROR);
    assert_int_equal(a.error.error_code, error);
    assert_true(a.error.stime + a.error.susec == h.hand.turn.now);
    assert_true(bytes_equal_str(a.error.realm, "EXAMPLE.TEST"));
    assert_true(bytes_equal_str(a.error.sname.name_string.at[1], "www.example.test"));
    assert_string_equal(h.hand.refused, step);
    assert_true(h.hand.faults.n > 0);
}

/* ---- let in ---------------------------------------------------------------------------------- */

static void admitted_with_a_proof(void **state)
{
    (void)state;
    struct AP_REP rep;
    struct EncAPRepPart part;
    h.hand.turn.now = NOW + 99;
    struct hand_answer a = hand_send(&h, hand_request(&h, NULL));
    assert_int_equal(a.http.status, 200);
    assert_true(bytes_equal_str(a.http.body, "alice@EXAMPLE.TEST\n"));
    assert_int_equal(a.token.tok_id, TOK_AP_REP);
    assert_true(asn_decode(&ASN_AP_REP, a.token.inner, ASN_STRICT, h.hand.run, NULL, &rep));
    assert_int_equal(ap_reply_check(&h.hand.turn, &rep, &h.session, NOW + 99, "client.ap", &part),
                     0);
    assert_true(part.has_subkey && part.has_seq_number);
    const struct security_context *c = &h.service->context;
    assert_int_equal(c->receive_seq, 41);
    assert_int_equal(c->send_seq, part.seq_number);
    assert_true(key_equal(&c->initiator, &h.subkey));
    assert_memory_equal(hand_key(&h.hand, "session alice-HTTP/www.example.test")->value,
                        h.session.v, 32);
    assert_memory_equal(hand_key(&h.hand, "subkey alice-HTTP/www.example.test")->value, h.subkey.v,
                        32);
    assert_memory_equal(hand_key(&h.hand, "acceptor subkey alice-HTTP/www.example.test")->value,
                        part.subkey.keyvalue.p, 32);
    assert_string_equal(hand_key(&h.hand, "K/HTTP/www.example.test")->holder, "www");
}

static void no_mutual(struct hand_request *r)
{
    r->fields.flags &= ~(uint32_t)GSS_MUTUAL;
    r->req.ap_options = 0;
}

static void admitted_without_a_proof(void **state)
{
    (void)state;
    struct hand_answer a = hand_send(&h, hand_request(&h, no_mutual));
    assert_int_equal(a.http.status, 200);
    assert_false(a.challenged);
    /* Without numbers of its own the acceptor counts from the initiator's. */
    assert_int_equal(h.service->context.send_seq, 41);
}

static void no_subkeys(struct hand_request *r)
{
    r->auth.has_subkey = r->auth.has_seq_number = false;
}

static void admitted_without_subkeys(void **state)
{
    (void)state;
    hand_service_new(&h, false);
    assert_int_equal(hand_send(&h, hand_request(&h, no_subkeys)).http.status, 200);
    assert_int_equal(h.service->context.acceptor.n, 0);
}

static void with_bindings(struct hand_request *r)
{
    r->fields.bindings[3] = 1;
}

static void bindings_are_told(void **state)
{
    (void)state;
    assert_int_equal(hand_send(&h, hand_request(&h, with_bindings)).http.status, 200);
}

/* ---- a logon handed over (RFC 4121 4.1.1) ---------------------------------------------------- */

static struct {
    const struct key *key; /* of the KRB-CRED */
    bool bare;             /* nothing is said of the ticket but its key */
    struct bytes octets;   /* instead */
} handed;

static void hands_over(struct hand_request *r)
{
    struct turn t = r->from->hand.turn;
    t.mem = r->from->hand.run;
    struct protected_end end = {.key = *handed.key};
    struct PrincipalName tgs;
    assert_true(principal_parse(t.mem, "krbtgt/EXAMPLE.TEST", NT_SRV_INST, &tgs, NULL));
    struct Ticket ticket = {.tkt_vno = 5, .realm = REALM, .sname = tgs};
    struct KrbCredInfo info = {.key = key_to_wire(&r->from->key),
                               .has_prealm = true,
                               .prealm = REALM,
                               .has_pname = true,
                               .pname = r->auth.cname,
                               .has_flags = true,
                               .flags = TKT_FORWARDABLE | TKT_FORWARDED,
                               .has_endtime = true,
                               .endtime = r->ticket.endtime,
                               .has_srealm = true,
                               .srealm = REALM,
                               .has_sname = true,
                               .sname = tgs};
    if (handed.bare)
        info = (struct KrbCredInfo){.key = info.key};
    assert_true(seal_value(&t, &ASN_EncTicketPart, &r->ticket, &r->from->key, 1, USAGE_TICKET,
                           &ticket.enc_part));
    assert_true(cred_build(&t, &end, &ticket, &info, 1, &r->fields.deleg));
    if (handed.octets.p)
        r->fields.deleg = handed.octets;
    r->fields.has_deleg = true;
    r->fields.deleg_option = 1;
}

static struct hand_answer hand_over(const struct key *key)
{
    handed.key = key;
    h.hand.turn.now += SECOND;
    return hand_send(&h, hand_request(&h, hands_over));
}

static void a_logon_handed_over_is_opened_and_told(void **state)
{
    (void)state;
    memset(&handed, 0, sizeof handed);
    assert_int_equal(hand_over(&h.subkey).http.status, 200);
    const struct hand_key *k = hand_key(&h.hand, "session alice-krbtgt/EXAMPLE.TEST");
    assert_non_null(k);
    assert_string_equal(k->holder, "www");
    assert_memory_equal(k->value, h.key.v, 32);
    assert_int_equal(hand_over(&h.session).http.status, 200); /* the other key that may be meant */
    handed.bare = true;
    assert_int_equal(hand_over(&h.subkey).http.status, 200);
}

static void a_logon_that_does_not_open_is_refused(void **state)
{
    (void)state;
    memset(&handed, 0, sizeof handed);
    refused(hand_over(&h.key), KRB_AP_ERR_BAD_INTEGRITY, "service.ap.delegated");
    struct key none = {.n = 0}; /* not sealed at all (RFC 6448): the key says who made it */
    refused(hand_over(&none), KRB_AP_ERR_MODIFIED, "service.ap.delegated");
    handed.octets = BYTES_LIT("a KRB-CRED");
    refused(hand_over(&h.subkey), KRB_AP_ERR_MSG_TYPE, "service.ap.delegated");
    handed.octets = BYTES_LIT("");
    refused(hand_over(&h.subkey), KRB_AP_ERR_MSG_TYPE, "service.ap.delegated");
}

/* ---- refused, and how ------------------------------------------------------------------------ */

static void other_key(struct hand_request *r)
{
    r->key = r->from->subkey;
}
static void other_session(struct hand_request *r)
{
    r->session = r->from->subkey;
}
static void other_usage(struct hand_request *r)
{
    r->usage = USAGE_TGS_AUTHENTICATOR;
}
static void other_client(struct hand_request *r)
{
    assert_true(principal_parse(r->from->hand.run, "bob", NT_PRINCIPAL, &r->auth.cname, NULL));
}
static void other_crealm(struct hand_request *r)
{
    r->auth.crealm = BYTES_LIT("EVIL.TEST");
}
static void other_server(struct hand_request *r)
{
    assert_true(principal_parse(r->from->hand.run, "cifs/www", NT_SRV_HST, &r->outer.sname, NULL));
}
static void other_realm(struct hand_request *r)
{
    r->outer.realm = BYTES_LIT("EVIL.TEST");
}
static void other_kvno(struct hand_request *r)
{
    r->kvno = 4;
}
static void other_etype(struct hand_request *r)
{
    assert_true(key_random(r->from->hand.crypto, &r->from->hand.rng.rng, "test", 17, &r->key));
}
static void expired(struct hand_request *r)
{
    r->ticket.endtime = r->auth.ctime - 5 * MINUTE - SECOND;
}
static void not_yet(struct hand_request *r)
{
    r->ticket.has_starttime = true;
    r->ticket.starttime = r->auth.ctime + 5 * MINUTE + SECOND;
}
static void invalid(struct hand_request *r)
{
    r->ticket.flags |= TKT_INVALID;
}
static void no_checksum(struct hand_request *r)
{
    r->auth.has_cksum = false;
}
static void plain_checksum(struct hand_request *r)
{
    r->auth.cksum.cksumtype = 7;
    r->auth.cksum.checksum = BYTES_LIT("0123456789abcdef");
}
static void cut_checksum(struct hand_request *r)
{
    r->auth.cksum.checksum = BYTES_LIT("\x10\0\0\0");
}
static void user_to_user(struct hand_request *r)
{
    r->req.ap_options |= AP_OPT_USE_SESSION_KEY;
}

static void each_refusal_has_its_code(void **state)
{
    (void)state;
    static const struct {
        hand_request_twist twist;
        int32_t error;
        const char *step;
    } table[] = {
        {other_key, KRB_AP_ERR_BAD_INTEGRITY, "service.ap.refused"},
        {other_session, KRB_AP_ERR_BAD_INTEGRITY, "service.ap.refused"},
        {other_usage, KRB_AP_ERR_BAD_INTEGRITY, "service.ap.refused"},
        {other_client, KRB_AP_ERR_BADMATCH, "service.ap.refused"},
        {other_crealm, KRB_AP_ERR_BADMATCH, "service.ap.refused"},
        {other_server, KRB_AP_ERR_NOT_US, "service.ap.refused"},
        {other_realm, KRB_AP_ERR_NOKEY, "service.ap.refused"},
        {other_kvno, KRB_AP_ERR_BADKEYVER, "service.ap.refused"},
        {other_etype, KRB_AP_ERR_NOKEY, "service.ap.refused"},
        {expired, KRB_AP_ERR_TKT_EXPIRED, "service.ap.refused"},
        {not_yet, KRB_AP_ERR_TKT_NYV, "service.ap.refused"},
        {invalid, KRB_AP_ERR_TKT_NYV, "service.ap.refused"},
        {user_to_user, KRB_AP_ERR_NOKEY, "service.ap.refused"},
        {no_checksum, KRB_AP_ERR_INAPP_CKSUM, "service.ap.checksum"},
        {plain_checksum, KRB_AP_ERR_INAPP_CKSUM, "service.ap.checksum"},
        {cut_checksum, KRB_AP_ERR_MODIFIED, "service.ap.checksum"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        h.hand.turn.now += SECOND;
        refused(hand_send(&h, hand_request(&h, table[i].twist)), table[i].error, table[i].step);
    }
}

static void no_kvno(struct hand_request *r)
{
    r->kvno = 0;
}
static void kvno_260(struct hand_request *r)
{
    r->kvno = 260;
}

static void versions_of_the_key(void **state)
{
    (void)state;
    /* A ticket without a version gets the newest key; an old keytab has its low octet only. */
    struct key old;
    assert_true(key_random(h.hand.crypto, &h.hand.rng.rng, "test", 18, &old));
    h.entries[1] = h.entries[0];
    h.entries[1].kvno = 2;
    h.entries[1].key = key_bytes(&old);
    h.keytab.n = 2;
    assert_int_equal(hand_send(&h, hand_request(&h, NULL)).http.status, 200);
    h.hand.turn.now += SECOND;
    assert_int_equal(hand_send(&h, hand_request(&h, no_kvno)).http.status, 200);
    refused(hand_send(&h, hand_request(&h, kvno_260)), KRB_AP_ERR_BADKEYVER, "service.ap.refused");
    h.entries[0].kvno = 4;
    h.entries[0].has_kvno32 = false;
    assert_int_equal(hand_send(&h, hand_request(&h, kvno_260)).http.status, 200);
}

static void of_version_2(struct hand_request *r)
{
    r->key = r->from->subkey; /* it plays the old key */
    r->kvno = 2;
}
/* The key is the newest, the number an old one: a password that was set to what it was. */
static void called_version_2(struct hand_request *r)
{
    r->kvno = 2;
}
static void called_version_9(struct hand_request *r)
{
    r->kvno = 9;
}

/* 0: admitted. */
static int32_t under(enum kvno_policy policy, bool windows, hand_request_twist twist)
{
    struct service_config config = hand_service_config(&h);
    config.kvno_policy = policy;
    config.windows_errors = windows;
    h.service = service_new(h.hand.run, &config);
    h.hand.turn.now += SECOND;
    struct hand_answer a = hand_send(&h, hand_request(&h, twist));
    return a.http.status == 200 ? 0 : (int32_t)a.error.error_code;
}

static void policies_for_versions(void **state)
{
    (void)state;
    static const struct {
        hand_request_twist twist;
        int32_t strict, lenient, highest;
    } table[] = {
        {NULL, 0, 0, 0},
        {of_version_2, 0, 0, KRB_AP_ERR_BAD_INTEGRITY},
        {called_version_2, KRB_AP_ERR_BAD_INTEGRITY, 0, 0},
        {called_version_9, KRB_AP_ERR_BADKEYVER, 0, 0},
        {other_session, KRB_AP_ERR_BAD_INTEGRITY, KRB_AP_ERR_BAD_INTEGRITY,
         KRB_AP_ERR_BAD_INTEGRITY},
    };
    h.entries[1] = h.entries[0];
    h.entries[1].kvno = 2;
    h.entries[1].key = key_bytes(&h.subkey);
    h.keytab.n = 2;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_int_equal(under(KVNO_STRICT, false, table[i].twist), table[i].strict);
        assert_int_equal(under(KVNO_LENIENT, false, table[i].twist), table[i].lenient);
        assert_int_equal(under(KVNO_HIGHEST, false, table[i].twist), table[i].highest);
    }
}

/* The same refusal under its other number (MS-KILE 3.4.5). */
static void windows_says_41(void **state)
{
    (void)state;
    assert_int_equal(under(KVNO_STRICT, false, other_key), KRB_AP_ERR_BAD_INTEGRITY);
    assert_int_equal(under(KVNO_STRICT, true, other_key), KRB_AP_ERR_MODIFIED);
    assert_int_equal(under(KVNO_STRICT, true, other_client), KRB_AP_ERR_BADMATCH);
    assert_int_equal(under(KVNO_STRICT, true, NULL), 0);
}

static void five_minutes_exactly(void **state)
{
    (void)state;
    static const struct {
        int64_t off;
        bool good;
    } table[] = {
        {5 * MINUTE, true},       {5 * MINUTE + 1, false}, {-5 * MINUTE, true},
        {-5 * MINUTE - 1, false}, {6 * MINUTE, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        h.hand.turn.now = NOW + (int64_t)i;
        struct bytes request = hand_request(&h, NULL);
        h.hand.turn.now += table[i].off;
        struct hand_answer a = hand_send(&h, request);
        if (table[i].good) {
            assert_int_equal(a.http.status, 200);
            continue;
        }
        refused(a, KRB_AP_ERR_SKEW, "service.ap.refused");
        assert_true(a.error.has_ctime && a.error.ctime + a.error.cusec == NOW + (int64_t)i);
    }
}

static void second_time_is_a_replay(void **state)
{
    (void)state;
    struct bytes request = hand_request(&h, NULL);
    assert_int_equal(hand_send(&h, request).http.status, 200);
    refused(hand_send(&h, request), KRB_AP_ERR_REPEAT, "service.ap.replay");
    h.hand.turn.now += 5 * MINUTE; /* as late as the clock lets it */
    refused(hand_send(&h, request), KRB_AP_ERR_REPEAT, "service.ap.replay");
    assert_true(h.window > 10 * MINUTE);
    /* Another authenticator of the same microsecond is another request. */
    h.hand.turn.now -= 5 * MINUTE;
    assert_int_equal(hand_send(&h, hand_request(&h, NULL)).http.status, 200);
}

/* ---- every bit and every length -------------------------------------------------------------- */

/* ---- addresses ------------------------------------------------------------------------------- */

static void from_10_0_0_7(struct hand_request *r)
{
    static struct HostAddress seven = {.addr_type = 2, .address = BYTES_LIT("\x0a\0\0\7")};
    r->ticket.has_caddr = true;
    r->ticket.caddr = (struct HostAddresses){&seven, 1};
}

static void addresses_are_compared_where_the_sender_is_known(void **state)
{
    (void)state;
    assert_int_equal(hand_send(&h, hand_request(&h, from_10_0_0_7)).http.status, 200);
    h.hand.turn.now += SECOND;
    h.alice.address = BYTES_LIT("\x0a\0\0\5");
    refused(hand_send(&h, hand_request(&h, from_10_0_0_7)), KRB_AP_ERR_BADADDR,
            "service.ap.refused");
    h.alice.address = BYTES_LIT("\x0a\0\0\7");
    assert_int_equal(hand_send(&h, hand_request(&h, from_10_0_0_7)).http.status, 200);
}

/* RFC 4120 3.2.3 lets a service look away: behind a translation of addresses nobody would get in.
 */
static void addresses_are_not_compared_where_the_service_says_so(void **state)
{
    (void)state;
    struct service_config config = hand_service_config(&h);
    config.any_address = true;
    h.service = service_new(h.hand.run, &config);
    h.alice.address = BYTES_LIT("\x0a\x00\x00\x08");
    assert_int_equal(hand_send(&h, hand_request(&h, from_10_0_0_7)).http.status, 200);
}

/* ---- user to user (RFC 4120 3.7) --------------------------------------------------------------
 */

static bool logged_on(void *arg, struct key *out)
{
    const struct key *session = arg;
    *out = *session;
    return session->n != 0;
}

static void with_the_users_session(struct hand_request *r)
{
    r->key = r->from->subkey; /* it plays the session key of his TGT */
    r->kvno = 0;
    r->req.ap_options |= AP_OPT_USE_SESSION_KEY;
}

static void without_saying_so(struct hand_request *r)
{
    with_the_users_session(r);
    r->req.ap_options &= ~(uint32_t)AP_OPT_USE_SESSION_KEY;
}

static void with_the_long_term_key(struct hand_request *r)
{
    r->req.ap_options |= AP_OPT_USE_SESSION_KEY;
}

static void a_user_who_is_logged_on_is_a_service(void **state)
{
    (void)state;
    struct key session = h.subkey;
    struct service_config config = hand_service_config(&h);
    config.own_session = (struct own_session){logged_on, &session};
    h.service = service_new(h.hand.run, &config);
    struct hand_answer a = hand_send(&h, hand_request(&h, with_the_users_session));
    assert_int_equal(a.http.status, 200);
    assert_int_equal(a.token.tok_id, TOK_AP_REP);
    assert_int_equal(hand_send(&h, hand_request(&h, NULL)).http.status, 200); /* and as ever */
    refused(hand_send(&h, hand_request(&h, without_saying_so)), KRB_AP_ERR_BAD_INTEGRITY,
            "service.ap.refused");
    refused(hand_send(&h, hand_request(&h, with_the_long_term_key)), KRB_AP_ERR_BAD_INTEGRITY,
            "service.ap.refused");
    session.n = 0; /* he has logged off */
    refused(hand_send(&h, hand_request(&h, with_the_users_session)), KRB_AP_ERR_NOKEY,
            "service.ap.refused");
}

/* What names the key (kvno, etype, the name's type) may change without a change of meaning; who is
 * let in may not. */
static void every_change_of_an_ap_req(void **state)
{
    (void)state;
    free(h.hand.sentences);
    h.hand.sentences = NULL;
    struct bytes der = hand_ap_req(&h, NULL);
    uint8_t *copy = malloc(der.n);
    size_t admitted = 0;
    for (size_t i = 0; i < 9 * der.n; i++) {
        memcpy(copy, der.p, der.n);
        struct bytes changed = bytes_of(copy, i < 8 * der.n ? der.n : i - 8 * der.n);
        if (i < 8 * der.n)
            copy[i / 8] ^= (uint8_t)(1u << i % 8);
        hand_forget(&h);
        struct hand_answer a =
            hand_send(&h, hand_request_of(&h, gss_token_write(h.hand.run, TOK_AP_REQ, changed)));
        if (a.http.status != 200)
            continue;
        assert_true(bytes_equal_str(a.http.body, "alice@EXAMPLE.TEST\n"));
        assert_int_equal(changed.n, der.n);
        admitted++;
    }
    /* The bits of the options' octets (but for user-to-user), and those of the name's type. */
    assert_true(admitted <= 8 * 6);
    free(copy);
}

static void every_length_of_a_request(void **state)
{
    (void)state;
    free(h.hand.sentences);
    h.hand.sentences = NULL;
    struct bytes request = hand_request(&h, NULL);
    for (size_t n = 0; n < request.n; n++)
        assert_int_not_equal(hand_send(&h, bytes_of(request.p, n)).http.status, 200);
    assert_int_equal(hand_send(&h, request).http.status, 200);
}

static void each_allocation_fails_once(void **state)
{
    (void)state;
    free(h.hand.sentences);
    h.hand.sentences = NULL;
    bool ok = false;
    unsigned long n = 0;
    while (!ok) {
        struct bytes request = hand_request(&h, NULL);
        struct packet p = {.via = VIA_HTTP, .from = &h.alice, .to = &h.www, .data = request};
        struct turn *t = hand_turn(&h.hand, NOW);
        arena_fail_after(++n);
        ok = service_receive(h.service, &p, t);
        arena_fail_after(0);
        assert_true(n < 2000);
    }
    assert_true(n > 30);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(admitted_with_a_proof),
        TEST(admitted_without_a_proof),
        TEST(admitted_without_subkeys),
        TEST(bindings_are_told),
        cmocka_unit_test_setup_teardown(a_logon_handed_over_is_opened_and_told, begin, end),
        cmocka_unit_test_setup_teardown(a_logon_that_does_not_open_is_refused, begin, end),
        TEST(each_refusal_has_its_code),
        TEST(versions_of_the_key),
        TEST(policies_for_versions),
        TEST(windows_says_41),
        TEST(addresses_are_compared_where_the_sender_is_known),
        TEST(addresses_are_not_compared_where_the_service_says_so),
        TEST(a_user_who_is_logged_on_is_a_service),
        TEST(five_minutes_exactly),
        TEST(second_time_is_a_replay),
        TEST(every_change_of_an_ap_req),
        TEST(every_length_of_a_request),
        TEST(each_allocation_fails_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
