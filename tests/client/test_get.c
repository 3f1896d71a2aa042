/* Tickets to services, and the page with its proof. */
#include "client/inside.h"
#include "tests/client/hand_kdc.h"

static struct hand_kdc k;

static int begin(void **state)
{
    (void)state;
    hand_kdc_begin(&k, 18);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_kdc_end(&k);
    return 0;
}

static bool ask_ticket(const char *spn)
{
    return hand_do(&k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = spn});
}

/* ---- tickets --------------------------------------------------------------------------------- */

static void no_name_in_a_tgs_req(void **state)
{
    (void)state;
    hand_ask_ticket(&k);
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    assert_false(req.req_body.has_cname);
    assert_int_equal(req.padata.n, 1);
    assert_int_equal(req.req_body.sname.name_type, NT_SRV_HST);
    assert_true(req.req_body.kdc_options & KDC_OPT_FORWARDABLE);
    struct client_outcome o = hand_give(&k, hand_tgs_rep(&k, NULL));
    assert_int_equal(o.state, CLIENT_GRANTED);
    assert_non_null(strstr(o.text, "HTTP/www.example.test@EXAMPLE.TEST: kvno = 1"));
    assert_non_null(hand_key(&k.hand, "subkey alice-krbtgt"));
    assert_memory_equal(hand_key(&k.hand, "session alice-HTTP/www.example.test")->value,
                        k.service_session.v, 32);
    /* Had already: nothing is sent. */
    assert_true(ask_ticket("HTTP/www.example.test"));
    assert_int_equal(client_result(k.client).state, CLIENT_GRANTED);
    assert_int_equal(k.hand.out.n, 0);
}

static void under_session_key(struct hand_reply *r)
{
    r->reply_key = &r->kdc->tgt_session;
    r->usage = USAGE_TGS_REP_SESSION;
}

static void older_kdcs_use_the_session_key(void **state)
{
    (void)state;
    hand_ask_ticket(&k);
    assert_int_equal(hand_give(&k, hand_tgs_rep(&k, under_session_key)).state, CLIENT_GRANTED);
}

/* A TGS-REP without a start time: the time of the logon, hours ago, says nothing of the clock. */
static void start_left_out(struct hand_reply *r)
{
    r->part.has_starttime = false;
    r->part.authtime -= HOUR;
}

static void start_time_left_out(void **state)
{
    (void)state;
    hand_ask_ticket(&k);
    assert_int_equal(hand_give(&k, hand_tgs_rep(&k, start_left_out)).state, CLIENT_GRANTED);
}

static void without_a_logon(void **state)
{
    (void)state;
    assert_true(ask_ticket("HTTP/www.example.test"));
    struct client_outcome o = client_result(k.client);
    assert_int_equal(o.error, KRB_AP_ERR_NO_TGT);
    assert_string_equal(k.hand.refused, "client.tgs.tgt");
    assert_string_equal(o.text, "kvno: Matching credential not found while getting credentials for "
                                "HTTP/www.example.test@EXAMPLE.TEST");
}

static void after_the_end(void **state)
{
    (void)state;
    hand_logon(&k);
    k.hand.turn.now = NOW + 10 * HOUR;
    assert_true(ask_ticket("HTTP/www.example.test"));
    assert_int_equal(client_result(k.client).error, KRB_AP_ERR_TKT_EXPIRED);
    k.hand.turn.now = NOW + 10 * HOUR - 1;
    assert_true(ask_ticket("HTTP/www.example.test"));
    assert_int_equal(client_result(k.client).state, CLIENT_WAITING);
}

static void server_unknown(void **state)
{
    (void)state;
    hand_logon(&k);
    assert_true(ask_ticket("HTTP/no\x1bsuch"));
    struct client_outcome o =
        hand_give(&k, hand_error(&k, KDC_ERR_S_PRINCIPAL_UNKNOWN, (struct bytes){0}));
    assert_string_equal(o.text, "kvno: Server HTTP/no\\x1bsuch@EXAMPLE.TEST not found in Kerberos "
                                "database while getting credentials for "
                                "HTTP/no\\x1bsuch@EXAMPLE.TEST");
}

/* An AS-REP where a TGS-REP is awaited is nobody's answer. */
static void another_message(void **state)
{
    (void)state;
    hand_logon_proof(&k, NULL);
    struct bytes old = hand_as_rep(&k, NULL);
    assert_int_equal(hand_give(&k, old).state, CLIENT_GRANTED);
    assert_true(ask_ticket("HTTP/www.example.test"));
    assert_int_equal(hand_give(&k, old).state, CLIENT_WAITING);
}

/* ---- the page -------------------------------------------------------------------------------- */

static void request_has_what_gss_wants(void **state)
{
    (void)state;
    struct ap_checked got;
    struct gss_checksum fields;
    k.hand.turn.now = NOW + 42;
    hand_get(&k, true);
    assert_ptr_equal(k.sent.to, &k.www);
    assert_int_equal(k.sent.via, VIA_HTTP);
    hand_open_get(&k, &got);
    assert_int_equal(got.req.ap_options, AP_OPT_MUTUAL_REQUIRED);
    assert_int_equal(got.authenticator.cksum.cksumtype, CKSUMTYPE_GSS);
    assert_true(gss_checksum_read(got.authenticator.cksum.checksum, NULL, &fields));
    assert_int_equal(fields.flags, GSS_MUTUAL | GSS_REPLAY | GSS_SEQUENCE | GSS_CONF | GSS_INTEG);
    assert_true(got.authenticator.has_subkey && got.authenticator.has_seq_number);
    assert_int_equal(got.authenticator.cusec, 42);
    assert_non_null(hand_key(&k.hand, "subkey alice-HTTP/www.example.test"));
}

static void page_with_its_proof(void **state)
{
    (void)state;
    hand_get(&k, true);
    struct client_outcome o = hand_give_page(&k, hand_page(&k, 0, true));
    assert_int_equal(o.state, CLIENT_GRANTED);
    assert_non_null(strstr(o.text, "hello"));
    assert_non_null(hand_key(&k.hand, "acceptor subkey alice-HTTP/www.example.test"));
    assert_int_equal(k.client->context.receive_seq, 77);
    assert_true(key_equal(&k.client->context.acceptor, &k.user));
    /* The next GET has its ticket already. */
    assert_true(hand_do(&k, &(struct client_do_args){.task = CLIENT_GET,
                                                     .service = &k.www,
                                                     .host = "www.example.test",
                                                     .mutual = true}));
    assert_int_equal(k.sent.via, VIA_HTTP);
}

static void proof_wrong_or_missing(void **state)
{
    (void)state;
    hand_get(&k, true);
    struct client_outcome o = hand_give_page(&k, hand_page(&k, 1, false));
    assert_int_equal(o.error, KRB_AP_ERR_MUT_FAIL);
    assert_string_equal(o.text, "get: Mutual authentication failed");

    hand_get(&k, true);
    o = hand_give_page(&k, hand_http(&k, "HTTP/1.1 200 OK", (struct bytes){0}, "hello"));
    assert_int_equal(o.error, KRB_AP_ERR_MUT_FAIL);
    assert_string_equal(k.hand.refused, "client.ap.missing");

    /* An impostor that cannot open the ticket cannot know the session key. */
    hand_get(&k, true);
    struct key known = k.service_session;
    struct ap_checked checked;
    struct AP_REP rep;
    hand_open_get(&k, &checked);
    checked.session = k.tgs;
    assert_true(ap_reply_build(&k.hand.turn, &checked, NULL, false, 0, &rep));
    struct bytes der = asn_encode(&ASN_AP_REP, &rep, k.hand.run);
    struct bytes token = gss_token_write(k.hand.run, TOK_AP_REP, der);
    o = hand_give_page(&k, hand_http(&k, "HTTP/1.1 200 OK", token, "hello"));
    assert_int_equal(o.error, KRB_AP_ERR_BAD_INTEGRITY);
    assert_int_equal(o.state, CLIENT_REFUSED);
    k.service_session = known;
}

static void no_proof_asked(void **state)
{
    (void)state;
    struct ap_checked got;
    hand_get(&k, false);
    hand_open_get(&k, &got);
    assert_int_equal(got.req.ap_options, 0);
    struct client_outcome o =
        hand_give_page(&k, hand_http(&k, "HTTP/1.1 200 OK", (struct bytes){0}, "hi\x1b[2J"));
    assert_int_equal(o.state, CLIENT_GRANTED);
    assert_null(strchr(o.text, 0x1b));
    /* A proof nobody asked for must hold all the same. */
    hand_get(&k, false);
    assert_int_equal(hand_give_page(&k, hand_page(&k, 1, false)).state, CLIENT_REFUSED);
}

static void refused_with_a_reason(void **state)
{
    (void)state;
    hand_get(&k, true);
    struct bytes error = hand_error(&k, KRB_AP_ERR_REPEAT, (struct bytes){0});
    struct bytes token = gss_token_write(k.hand.run, TOK_KRB_ERROR, error);
    struct client_outcome o =
        hand_give_page(&k, hand_http(&k, "HTTP/1.1 401 Unauthorized", token, ""));
    assert_int_equal(o.error, KRB_AP_ERR_REPEAT);
    assert_string_equal(o.text, "get: Request is a replay");

    hand_get(&k, true);
    o = hand_give_page(&k, hand_http(&k, "HTTP/1.1 401 Un\tauthorized", BYTES_LIT(""), ""));
    assert_int_equal(o.state, CLIENT_REFUSED);
    hand_get(&k, true);
    o = hand_give_page(&k, hand_http(&k, "HTTP/1.1 403 Forbidden", (struct bytes){0}, ""));
    assert_string_equal(o.text, "get: HTTP 403 Forbidden");
    /* The code in a 200 is no proof either. */
    hand_get(&k, true);
    o = hand_give_page(&k, hand_http(&k, "HTTP/1.1 200 OK", token, ""));
    assert_int_equal(o.state, CLIENT_REFUSED);
}

static void junk_for_a_page(void **state)
{
    (void)state;
    static const char *const junk[] = {"", "junk", "HTTP/1.1", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"};
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        hand_get(&k, true);
        assert_int_equal(hand_give_page(&k, bytes_str(junk[i])).state, CLIENT_REFUSED);
    }
    hand_get(&k, true);
    struct bytes token = BYTES_LIT("\x60\x08\x06\x06+\x06\x01\x05\x05\x02");
    assert_int_equal(hand_give_page(&k, hand_http(&k, "HTTP/1.1 200 OK", token, "")).state,
                     CLIENT_REFUSED);
    assert_string_equal(k.hand.refused, "client.ap.token");
}

/* Whatever is changed in the proof, the page is not believed; a change elsewhere in the message may
 * be (nothing in HTTP is protected here). */
static void every_change_of_the_proof(void **state)
{
    (void)state;
    struct ap_checked checked;
    struct AP_REP rep, is;
    free(k.hand.sentences);
    k.hand.sentences = NULL;
    hand_get(&k, true);
    hand_open_get(&k, &checked);
    assert_true(ap_reply_build(&k.hand.turn, &checked, &k.user, true, 5, &rep));
    struct bytes der = asn_encode(&ASN_AP_REP, &rep, k.hand.run);
    assert_true(asn_decode(&ASN_AP_REP, der, ASN_STRICT, k.hand.run, NULL, &rep));
    struct client waiting = *k.client;
    uint8_t *copy = malloc(der.n);
    for (size_t i = 0; i < 9 * der.n; i++) {
        memcpy(copy, der.p, der.n);
        struct bytes changed = bytes_of(copy, i < 8 * der.n ? der.n : i - 8 * der.n);
        if (i < 8 * der.n)
            copy[i / 8] ^= (uint8_t)(1u << i % 8);
        struct bytes token = gss_token_write(k.hand.run, TOK_AP_REP, changed);
        *k.client = waiting;
        struct client_outcome o = hand_give_page(&k, hand_http(&k, "HTTP/1.1 200 OK", token, ""));
        if (o.state == CLIENT_GRANTED)
            assert_true(asn_decode(&ASN_AP_REP, changed, ASN_DEPLOYED, k.hand.mem, NULL, &is) &&
                        bytes_equal(is.enc_part.cipher, rep.enc_part.cipher));
    }
    free(copy);
}

static void nothing_of_the_users_begins_a_line(void **state)
{
    (void)state;
    hand_get(&k, true);
    static const char *const targets[] = {"/ HTTP/1.1\r\nX: y", "/a b", "", "/\x7f"};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct client_do_args args = {.task = CLIENT_GET,
                                      .service = &k.www,
                                      .host = "www.example.test",
                                      .target = targets[i]};
        assert_true(hand_do(&k, &args));
        assert_int_equal(client_result(k.client).state, CLIENT_REFUSED);
        assert_int_equal(k.hand.out.n, 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(no_name_in_a_tgs_req),
        TEST(older_kdcs_use_the_session_key),
        TEST(start_time_left_out),
        TEST(without_a_logon),
        TEST(after_the_end),
        TEST(server_unknown),
        TEST(another_message),
        TEST(request_has_what_gss_wants),
        TEST(page_with_its_proof),
        TEST(proof_wrong_or_missing),
        TEST(no_proof_asked),
        TEST(refused_with_a_reason),
        TEST(junk_for_a_page),
        TEST(every_change_of_the_proof),
        TEST(nothing_of_the_users_begins_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
