/* Negotiate from the browser's end: Kerberos.
 */
#include "tests/client/hand_web.h"

static int begin(void **state)
{
    (void)state;
    web_begin();
    w.credentials[0] =
        (struct browser_credential){.schemes = BROWSE_ALL, .implicit = true, .token = "alice"};
    w.browser.has_hash = true;
    memset(w.browser.nt_hash, 0x11, 16);
    return 0;
}

static int end(void **state)
{
    (void)state;
    web_end();
    return 0;
}

#define GET(...) web_browse((struct client_do_args){__VA_ARGS__})
#define OFFER    "WWW-Authenticate: Negotiate"
#define NOT_YET  "401 Unauthorized"

/* ---- the other end ----------------------------------------------------------------------------
 */

static struct web_krb5 krb5;
static struct mech mechs[2];
static struct spnego acceptor;

static void accept_kerberos(void)
{
    krb5 = (struct web_krb5){0};
    mechs[0] = web_krb5_mech(&krb5);
    spnego_init(&acceptor, w.k.hand.run, "www", "service.spnego", true, mechs, 1);
}

/* The acceptor's answer to what was sent. */
static struct bytes accepted(enum mech_state want)
{
    struct bytes out;
    struct turn *t = hand_turn(&w.k.hand, w.k.hand.turn.now);
    assert_int_equal(spnego_step(&acceptor, t, web_token("Authorization"), &out), want);
    return arena_copy(w.k.hand.run, out);
}

/* Up to the first token: logged on, asked, 401. */
static void up_to_the_kdc(void)
{
    hand_logon(&w.k);
    GET(.target = "/");
    web_give(NOT_YET, OFFER, NULL);
}

static void up_to_the_token(void)
{
    up_to_the_kdc();
    assert_ptr_equal(w.k.sent.to, &w.k.kdc);
    struct KDC_REQ req = hand_read(&w.k, &ASN_TGS_REQ);
    assert_true(bytes_equal_str(req.req_body.sname.name_string.at[1], "www.example.test"));
    assert_int_equal(web_kdc(hand_tgs_rep(&w.k, NULL)).state, CLIENT_WAITING);
    assert_ptr_equal(w.k.sent.to, &w.k.www);
}

/* ---- Kerberos ---------------------------------------------------------------------------------
 */

static void kerberos(void **state)
{
    (void)state;
    up_to_the_token();
    assert_string_equal(w.scheme, "Negotiate");
    assert_string_equal(w.negotiate, "Kerberos");
    accept_kerberos();
    struct bytes token = accepted(MECH_DONE);
    assert_int_equal(krb5.checked.req.ap_options, AP_OPT_MUTUAL_REQUIRED);
    struct gss_checksum fields;
    assert_true(gss_checksum_read(krb5.checked.authenticator.cksum.checksum, NULL, &fields));
    for (size_t i = 0; i < 16; i++)
        assert_int_equal(fields.bindings[i], 0);
    struct client_outcome o =
        web_give("200 OK", web_field("WWW-Authenticate", "Negotiate", token), NULL);
    assert_string_equal(
        o.text,
        "HTTP 200, 5 octets, by Negotiate (Kerberos), and the service proved itself: hello");
    const struct browsed *b = client_browsed(w.k.client);
    assert_true(b->proved);
    assert_null(b->fell_back);
    assert_int_equal(b->requests, 2);
    /* The next page: 401 first again, and the ticket is there. */
    GET(.target = "/");
    assert_null(web_sent("Authorization"));
    web_give(NOT_YET, OFFER, NULL);
    assert_ptr_equal(w.k.sent.to, &w.k.www);
    accept_kerberos();
    token = accepted(MECH_DONE);
    assert_int_equal(
        web_give("200 OK", web_field("WWW-Authenticate", "Negotiate", token), NULL).state,
        CLIENT_GRANTED);
}

static void bare_kerberos(void **state)
{
    (void)state;
    w.browser.raw_krb5 = true;
    up_to_the_token();
    struct gss_token gss;
    assert_true(gss_token_read(web_token("Authorization"), NULL, &gss));
    assert_int_equal(gss.tok_id, TOK_AP_REQ);
    accept_kerberos();
    assert_int_equal(
        web_give("200 OK", web_field("WWW-Authenticate", "Negotiate", accepted(MECH_DONE)), NULL)
            .state,
        CLIENT_GRANTED);
}

static void sent_before_it_is_asked_for(void **state)
{
    (void)state;
    w.browser.preemptive = true;
    hand_logon(&w.k);
    GET(.target = "/");
    assert_ptr_equal(w.k.sent.to, &w.k.kdc);
    web_kdc(hand_tgs_rep(&w.k, NULL));
    accept_kerberos();
    assert_int_equal(
        web_give("200 OK", web_field("WWW-Authenticate", "Negotiate", accepted(MECH_DONE)), NULL)
            .state,
        CLIENT_GRANTED);
    assert_int_equal(client_browsed(w.k.client)->requests, 1);
    /* The server does not want it: what it does want. */
    w.browser.n_credentials = 2;
    w.credentials[1] = (struct browser_credential){
        .schemes = BROWSE_BASIC, .user = BYTES_LIT("a"), .password = BYTES_LIT("b")};
    GET(.target = "/");
    web_give(NOT_YET, "WWW-Authenticate: Basic realm=\"x\"", NULL);
    assert_string_equal(web_sent("Authorization"), "Basic YTpi");
}

static void channel_bindings(void **state)
{
    (void)state;
    uint8_t due[16];
    struct gss_checksum fields;
    w.secure = true;
    up_to_the_token();
    accept_kerberos();
    accepted(MECH_DONE);
    assert_true(channel_bindings_hash(w.k.hand.crypto, w.tls.end_point, due));
    assert_true(gss_checksum_read(krb5.checked.authenticator.cksum.checksum, NULL, &fields));
    assert_memory_equal(fields.bindings, due, 16);
    assert_true(web_told("client.negotiate.bindings"));
}

static void without_proof(void **state)
{
    (void)state;
    up_to_the_token();
    struct client_outcome o = web_give("200 OK", NULL);
    assert_int_equal(o.state, CLIENT_GRANTED);
    assert_false(client_browsed(w.k.client)->proved);
    assert_true(web_told("client.negotiate.unproved"));
    GET(.target = "/", .mutual = true);
    web_give(NOT_YET, OFFER, NULL);
    o = web_give("200 OK", NULL);
    assert_int_equal(o.error, KRB_AP_ERR_MUT_FAIL);
    assert_string_equal(w.k.hand.refused, "client.ap.missing");
}

static void wrong_proof(void **state)
{
    (void)state;
    up_to_the_token();
    accept_kerberos();
    krb5.off = 1;
    struct client_outcome o =
        web_give("200 OK", web_field("WWW-Authenticate", "Negotiate", accepted(MECH_DONE)), NULL);
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_int_equal(o.error, KRB_AP_ERR_MUT_FAIL);
    assert_non_null(strstr(o.text, "the service's proof does not hold"));
}

static void refused_with_a_reason(void **state)
{
    (void)state;
    w.browser.raw_krb5 = true;
    up_to_the_token();
    struct bytes error = hand_error(&w.k, KRB_AP_ERR_REPEAT, (struct bytes){0});
    struct bytes token = gss_token_write(w.k.hand.run, TOK_KRB_ERROR, error);
    struct client_outcome o =
        web_give(NOT_YET, web_field("WWW-Authenticate", "Negotiate", token), NULL);
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_int_equal(o.error, KRB_AP_ERR_REPEAT);
    assert_string_equal(o.text, "get: HTTP 401 Unauthorized: 34 KRB_AP_ERR_REPEAT");
    /* Nothing but the offer: refused, and not tried again by another scheme. */
    web_client();
    up_to_the_token();
    o = web_give(NOT_YET, OFFER, "WWW-Authenticate: NTLM", NULL);
    assert_string_equal(o.text, "get: HTTP 401 Unauthorized: Negotiate (Kerberos) was refused");
}

/* The proof is taken, the page is not for her (Apache's "Require user"): the end, and no loop. */
static void proved_and_refused(void **state)
{
    (void)state;
    up_to_the_token();
    accept_kerberos();
    struct client_outcome o =
        web_give(NOT_YET, web_field("WWW-Authenticate", "Negotiate", accepted(MECH_DONE)), NULL);
    assert_string_equal(o.text, "get: HTTP 401 Unauthorized: Negotiate (Kerberos) was refused");
    assert_true(client_browsed(w.k.client)->proved);
}

static void tokens_of_another_kind(void **state)
{
    (void)state;
    static const char *const tokens[] = {
        "AAAA", "TlRMTVNTUAACAAAA", "YIIB", "oQMwAQE=", "oQcwBaADCgEC", "YAYGBisGAQU=",
    };
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        for (int admit = 0; admit < 2; admit++) {
            web_client();
            up_to_the_token();
            struct client_outcome o = web_give(
                admit ? "200 OK" : NOT_YET,
                arena_printf(w.k.hand.run, "WWW-Authenticate: Negotiate %s", tokens[i]), NULL);
            assert_int_equal(o.state, CLIENT_REFUSED);
            assert_string_equal(w.k.hand.refused, "client.negotiate.token");
        }
    }
    web_client();
    up_to_the_token();
    assert_int_equal(web_give(NOT_YET, "WWW-Authenticate: Negotiate !!!!", NULL).state,
                     CLIENT_REFUSED);
}

/* ---- to the proxy ------------------------------------------------------------------------------
 */

static void kerberos_to_the_proxy(void **state)
{
    (void)state;
    w.browser.proxy = &w.proxy;
    w.browser.proxy_host = "proxy.example.test";
    w.credentials[0].target = TO_PROXY;
    hand_logon(&w.k);
    GET(.target = "/");
    web_give("407 No", "Proxy-Authenticate: Negotiate", NULL);
    struct KDC_REQ req = hand_read(&w.k, &ASN_TGS_REQ);
    assert_true(bytes_equal_str(req.req_body.sname.name_string.at[1], "proxy.example.test"));
    web_kdc(hand_tgs_rep(&w.k, NULL));
    assert_non_null(web_sent("Proxy-Authorization"));
    assert_int_equal(web_give("200 OK", NULL).state, CLIENT_GRANTED);
}

/* A ticket proves one request: the next one to the same proxy brings a new authenticator, and what
 * the server wants beside it. */
static void kerberos_to_the_proxy_with_each_request(void **state)
{
    (void)state;
    w.browser.proxy = &w.proxy;
    w.browser.proxy_host = "proxy.example.test";
    w.credentials[0].target = TO_PROXY;
    w.browser.n_credentials = 2;
    w.credentials[1] = (struct browser_credential){
        .schemes = BROWSE_BASIC | BROWSE_NTLM, .user = BYTES_LIT("a"), .password = BYTES_LIT("b")};
    hand_logon(&w.k);
    GET(.target = "/", .mutual = true);
    web_give("407 No", "Proxy-Authenticate: Negotiate", NULL);
    web_kdc(hand_tgs_rep(&w.k, NULL));
    const char *before = web_sent("Proxy-Authorization");
    web_give(NOT_YET, "WWW-Authenticate: Basic realm=\"x\"", NULL);
    assert_string_equal(web_sent("Authorization"), "Basic YTpi");
    const char *after = web_sent("Proxy-Authorization");
    assert_non_null(after);
    assert_string_not_equal(before, after);
    assert_int_equal(web_give("200 OK", NULL).state, CLIENT_GRANTED);
    /* A proxy that has just been given one and asks again has refused it. */
    GET(.target = "/", .port = 81);
    web_give("407 No", "Proxy-Authenticate: Negotiate", NULL);
    web_give(NOT_YET, "WWW-Authenticate: NTLM", NULL);
    assert_non_null(web_sent("Authorization"));
    web_give("407 No", "Proxy-Authenticate: Negotiate", NULL);
    assert_int_equal(client_result(w.k.client).state, CLIENT_REFUSED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(kerberos),
        TEST(bare_kerberos),
        TEST(sent_before_it_is_asked_for),
        TEST(channel_bindings),
        TEST(without_proof),
        TEST(wrong_proof),
        TEST(refused_with_a_reason),
        TEST(proved_and_refused),
        TEST(tokens_of_another_kind),
        TEST(kerberos_to_the_proxy),
        TEST(kerberos_to_the_proxy_with_each_request),
    };
    return cmocka_run_group_tests_name("client/negotiate", tests, NULL, NULL);
}
