/* Negotiate from the browser's end: each reason for which it is NTLM. */
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

/* Logged on, asked, 401. */
static void up_to_the_kdc(void)
{
    hand_logon(&w.k);
    GET(.target = "/");
    web_give(NOT_YET, OFFER, NULL);
}

/* ---- why it is NTLM ----------------------------------------------------------------------------
 */

static void is_ntlm(const char *why)
{
    assert_int_equal(client_result(w.k.client).state, CLIENT_WAITING);
    assert_string_equal(w.negotiate, arena_printf(w.k.hand.run, "NTLM: %s", why));
    assert_true(web_told("client.negotiate.fallback"));
    assert_ptr_equal(w.k.sent.to, &w.k.www);
    struct bytes token = web_token("Authorization");
    const uint8_t *at = memmem(token.p, token.n, "NTLMSSP", 7);
    assert_non_null(at);
    assert_int_equal(at == token.p, w.browser.raw_ntlm);
    assert_string_equal(client_browsed(w.k.client)->fell_back, why);
}

static void ask(void)
{
    GET(.target = "/");
    web_give(NOT_YET, OFFER, NULL);
}

static void switched_off(void **state)
{
    (void)state;
    w.browser.no_kerberos = true;
    up_to_the_kdc();
    is_ntlm("Kerberos is switched off");
    w.browser.raw_ntlm = true;
    ask();
    is_ntlm("Kerberos is switched off");
}

static void old_client(void **state)
{
    (void)state;
    w.browser.windows2000 = false;
    up_to_the_kdc();
    is_ntlm("the client is older than Windows 2000");
}

static void own_machine(void **state)
{
    (void)state;
    w.browser.same_host_is_local = true;
    hand_logon(&w.k);
    ask();
    is_ntlm("the server is this machine itself");
}

static void not_logged_on(void **state)
{
    (void)state;
    ask();
    is_ntlm("the credentials are of no domain account that is logged on");
    hand_logon(&w.k);
    /* Somebody else than who is logged on, of no domain; the same one, who needs no second logon.
     */
    w.credentials[0] = (struct browser_credential){
        .schemes = BROWSE_ALL, .user = BYTES_LIT("ben"), .password = BYTES_LIT("pw")};
    ask();
    is_ntlm("the credentials are of no domain account that is logged on");
    w.credentials[0].user = BYTES_LIT("alice");
    w.credentials[0].domain = BYTES_LIT("Example");
    ask();
    assert_ptr_equal(w.k.sent.to, &w.k.kdc);
}

/* Typed, with a domain: the KDC is asked to log them on, and what it says decides. */
static void typed_credentials(void **state)
{
    (void)state;
    static const struct {
        int32_t code;
        const char *why;
    } rows[] = {
        {KDC_ERR_C_PRINCIPAL_UNKNOWN, "the KDC does not know the user"},
        {KDC_ERR_PREAUTH_FAILED, "the KDC says that the password is wrong"},
        {KDC_ERR_SVC_UNAVAILABLE, "no KDC was reached"},
        {KRB_AP_ERR_SKEW, "the clocks are too far apart"},
        {KDC_ERR_CLIENT_REVOKED, "the logon is refused (18 KDC_ERR_CLIENT_REVOKED)"},
    };
    hand_logon(&w.k);
    w.credentials[0] = (struct browser_credential){.schemes = BROWSE_ALL,
                                                   .user = BYTES_LIT("ben"),
                                                   .domain = BYTES_LIT("EXAMPLE"),
                                                   .password = BYTES_LIT("ben-pw-1")};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ask();
        assert_ptr_equal(w.k.sent.to, &w.k.kdc);
        assert_true(web_told("client.negotiate.logon"));
        struct KDC_REQ req = hand_read(&w.k, &ASN_AS_REQ);
        assert_true(bytes_equal_str(req.req_body.cname.name_string.at[0], "ben"));
        web_kdc(hand_error(&w.k, rows[i].code, (struct bytes){0}));
        is_ntlm(rows[i].why);
    }
    ask();
    assert_true(client_lost(w.k.client, hand_turn(&w.k.hand, w.k.hand.turn.now)));
    hand_take(&w.k);
    is_ntlm("no KDC was reached");
    /* Nothing of it touches who is logged on. */
    struct ccache cache;
    assert_true(client_ccache(w.k.client, w.k.hand.run, &cache));
    assert_true(bytes_equal_str(cache.principal.components[0], "alice"));
}

/* Another one's ticket, then: his name in it, and not in the cache of who is logged on. */
static void typed_credentials_get_a_ticket(void **state)
{
    (void)state;
    w.credentials[0] = (struct browser_credential){.schemes = BROWSE_ALL,
                                                   .user = BYTES_LIT("alice"),
                                                   .domain = BYTES_LIT("example.test"),
                                                   .password = BYTES_LIT("alice-pw-1")};
    assert_true(string_to_key(w.k.hand.crypto, 18, BYTES_LIT("alice-pw-1"),
                              BYTES_LIT("EXAMPLE.TESTalice"), (struct bytes){0}, &w.k.user));
    for (int again = 0; again < 2; again++) {
        ask();
        if (!again) {
            web_kdc(hand_preauth_required(&w.k));
            web_kdc(hand_as_rep(&w.k, NULL));
            web_kdc(hand_tgs_rep(&w.k, NULL));
        }
        assert_ptr_equal(w.k.sent.to, &w.k.www);
        assert_string_equal(w.negotiate, "Kerberos");
    }
    struct ccache cache;
    assert_false(client_ccache(w.k.client, w.k.hand.run, &cache));
}

/* Why there are no tickets is why it is not Kerberos, where it is the clock or nobody's answer. */
static void the_logon_failed(void **state)
{
    (void)state;
    hand_logon_proof(&w.k, NULL);
    hand_give(&w.k, hand_error(&w.k, KRB_AP_ERR_SKEW, (struct bytes){0}));
    ask();
    is_ntlm("the logon failed, as the clocks are too far apart");
    web_client();
    hand_logon_proof(&w.k, NULL);
    assert_true(client_lost(w.k.client, hand_turn(&w.k.hand, w.k.hand.turn.now)));
    ask();
    is_ntlm("the logon failed, as no KDC was reached");
    web_client();
    hand_logon_proof(&w.k, NULL);
    hand_give(&w.k, hand_error(&w.k, KDC_ERR_PREAUTH_FAILED, (struct bytes){0}));
    ask();
    is_ntlm("the credentials are of no domain account that is logged on");
}

static void an_address(void **state)
{
    (void)state;
    hand_logon(&w.k);
    GET(.target = "/", .host = "10.0.0.1");
    web_give(NOT_YET, OFFER, NULL);
    is_ntlm("the URL has an address, and an address makes no SPN");
    /* MIT's clients ask. */
    w.config.names = NAMES_AS_TYPED;
    web_client();
    hand_logon(&w.k);
    GET(.target = "/", .host = "10.0.0.1");
    web_give(NOT_YET, OFFER, NULL);
    assert_ptr_equal(w.k.sent.to, &w.k.kdc);
}

static void the_kdc_refuses(void **state)
{
    (void)state;
    static const struct {
        int32_t code;
        const char *why;
    } rows[] = {
        {KDC_ERR_S_PRINCIPAL_UNKNOWN, "no account has the SPN"},
        {KDC_ERR_PRINCIPAL_NOT_UNIQUE, "more than one account has the SPN"},
        {KDC_ERR_ETYPE_NOSUPP, "there is no encryption type in common"},
        {KRB_AP_ERR_SKEW, "the clocks are too far apart"},
        {KDC_ERR_SVC_UNAVAILABLE, "no KDC was reached"},
        {KDC_ERR_PATH_NOT_ACCEPTED, "no trust leads to the service's realm"},
        {KRB_AP_ERR_TKT_EXPIRED, "the ticket-granting ticket has expired"},
        {KDC_ERR_POLICY, "the ticket is refused (12 KDC_ERR_POLICY)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        web_client();
        up_to_the_kdc();
        web_kdc(hand_error(&w.k, rows[i].code, (struct bytes){0}));
        is_ntlm(rows[i].why);
    }
}

static void other_session_key(struct hand_reply *r)
{
    r->part.nonce++;
}

static void the_kdc_is_not_to_be_believed(void **state)
{
    (void)state;
    up_to_the_kdc();
    web_kdc(hand_tgs_rep(&w.k, other_session_key));
    assert_non_null(strstr(w.negotiate, "NTLM: the ticket is refused"));
    web_client();
    up_to_the_kdc();
    struct bytes junk = BYTES_LIT("\x6d\x03\x30\x01\x00");
    web_kdc(junk);
    is_ntlm("the ticket is refused (an answer that cannot be read)");
}

static void no_kdc_answers(void **state)
{
    (void)state;
    up_to_the_kdc();
    struct turn *t = hand_turn(&w.k.hand, w.k.hand.turn.now);
    assert_true(client_lost(w.k.client, t));
    hand_take(&w.k);
    is_ntlm("no KDC was reached");
    /* The server itself: that is the end. */
    t = hand_turn(&w.k.hand, w.k.hand.turn.now);
    assert_true(client_lost(w.k.client, t));
    struct client_outcome o = client_result(w.k.client);
    assert_int_equal(o.error, KDC_ERR_SVC_UNAVAILABLE);
    assert_string_equal(o.text, "get: Nobody answers");
    assert_true(client_lost(w.k.client, t));
}

static void ticket_run_out(void **state)
{
    (void)state;
    hand_logon(&w.k);
    w.k.hand.turn.now += 11 * HOUR;
    ask();
    is_ntlm("the ticket-granting ticket has expired");
}

static void ports_in_spns(void **state)
{
    (void)state;
    static const struct {
        enum spn_port rule;
        uint16_t port;
        const char *name;
    } rows[] = {
        {SPN_PORT_NEVER, 8080, "www.example.test"},
        {SPN_PORT_NOT_USUAL, 8080, "www.example.test:8080"},
        {SPN_PORT_NOT_USUAL, 0, "www.example.test"},
        {SPN_PORT_ALWAYS, 0, "www.example.test:80"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        web_client();
        hand_logon(&w.k);
        w.browser.port = rows[i].rule;
        GET(.target = "/", .port = rows[i].port);
        web_give(NOT_YET, OFFER, NULL);
        struct KDC_REQ req = hand_read(&w.k, &ASN_TGS_REQ);
        assert_true(bytes_equal_str(req.req_body.sname.name_string.at[1], rows[i].name));
    }
}

static void neither(void **state)
{
    (void)state;
    w.browser.no_kerberos = w.browser.no_ntlm = true;
    w.browser.n_credentials = 2;
    w.credentials[1] = (struct browser_credential){
        .schemes = BROWSE_BASIC, .user = BYTES_LIT("a"), .password = BYTES_LIT("b")};
    GET(.target = "/");
    web_give(NOT_YET, OFFER, "WWW-Authenticate: NTLM", "WWW-Authenticate: Basic realm=\"x\"", NULL);
    assert_string_equal(w.negotiate, "neither: Kerberos is switched off");
    assert_string_equal(web_sent("Authorization"), "Basic YTpi");
    /* After the KDC was asked in vain, too. */
    w.browser.no_kerberos = false;
    web_client();
    hand_logon(&w.k);
    GET(.target = "/");
    web_give(NOT_YET, OFFER, "WWW-Authenticate: Basic realm=\"x\"", NULL);
    web_kdc(hand_error(&w.k, KDC_ERR_S_PRINCIPAL_UNKNOWN, (struct bytes){0}));
    assert_string_equal(web_sent("Authorization"), "Basic YTpi");
    assert_int_equal(web_give("200 OK", NULL).state, CLIENT_GRANTED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(switched_off),
        TEST(old_client),
        TEST(own_machine),
        TEST(not_logged_on),
        TEST(the_logon_failed),
        TEST(typed_credentials),
        TEST(typed_credentials_get_a_ticket),
        TEST(an_address),
        TEST(the_kdc_refuses),
        TEST(the_kdc_is_not_to_be_believed),
        TEST(no_kdc_answers),
        TEST(ticket_run_out),
        TEST(ports_in_spns),
        TEST(neither),
    };
    return cmocka_run_group_tests_name("client/browse_fallback", tests, NULL, NULL);
}
