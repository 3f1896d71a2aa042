/* NTLM from the browser's end: raw and inside Negotiate, its connection, what hostile servers say.
 */
#include "tests/client/hand_ntlm.h"

/* ---- by itself --------------------------------------------------------------------------------
 */

static void three_messages(void **state)
{
    (void)state;
    static const char *const spns[] = {"HTTP/www.example.test", NULL};
    serve(spns);
    GET(.target = "/");
    web_give(NOT_YET, NTLM, NULL);
    assert_int_equal(ntlm_message_type(web_token("Authorization")), 1);
    give_token(NOT_YET, "NTLM", step("Authorization", false, MECH_CONTINUE));
    assert_int_equal(ntlm_message_type(web_token("Authorization")), 3);
    assert_ptr_equal(w.k.sent.conn, w.conn);
    step("Authorization", false, MECH_DONE);
    assert_int_equal(compared.by, VERIFIED_NTLMV2);
    assert_true(server.mic);
    assert_true(bytes_equal_str(server.message.user, "alice"));
    assert_true(bytes_equal_str(server.message.workstation, "PC1"));
    struct client_outcome o = web_give("200 OK", NULL);
    assert_string_equal(o.text, "HTTP 200, 5 octets, by NTLM: hello");
    assert_false(client_browsed(w.k.client)->proved);
    assert_null(client_browsed(w.k.client)->fell_back);
    /* The connection is who it is: no credentials again, until there is another one. */
    GET(.target = "/");
    assert_null(web_sent("Authorization"));
    assert_string_equal(web_give("200 OK", NULL).text, "HTTP 200, 5 octets, by NTLM: hello");
    GET(.target = "/", .fresh = true);
    assert_null(w.k.sent.conn);
    w.conn = (struct conn *)(void *)&w.proxy;
    assert_int_equal(web_give(NOT_YET, NTLM, NULL).state, CLIENT_WAITING);
    assert_int_equal(ntlm_message_type(web_token("Authorization")), 1);
}

static void levels(void **state)
{
    (void)state;
    static const enum verified_by by[] = {VERIFIED_NTLM,          VERIFIED_NTLM2_SESSION,
                                          VERIFIED_NTLM2_SESSION, VERIFIED_NTLMV2,
                                          VERIFIED_NTLMV2,        VERIFIED_NTLMV2};
    for (unsigned level = 0; level < 6; level++) {
        w.browser.lm_level = level;
        web_client();
        serve(NULL);
        server.config.require_mic = false;
        GET(.target = "/");
        web_give(NOT_YET, NTLM, NULL);
        give_token(NOT_YET, "NTLM", step("Authorization", false, MECH_CONTINUE));
        step("Authorization", false, MECH_DONE);
        assert_int_equal(compared.by, by[level]);
    }
}

static void wrong_password(void **state)
{
    (void)state;
    serve(NULL);
    w.credentials[0].password = BYTES_LIT("other");
    GET(.target = "/");
    web_give(NOT_YET, NTLM, NULL);
    give_token(NOT_YET, "NTLM", step("Authorization", false, MECH_CONTINUE));
    step("Authorization", false, MECH_REFUSED);
    struct client_outcome o = web_give(NOT_YET, NTLM, NULL);
    assert_string_equal(o.text, "get: HTTP 401 Unauthorized: NTLM was refused");
    assert_int_equal(client_browsed(w.k.client)->requests, 3);
}

/* P16: the password goes, the hash stays. */
static void the_logons_hash(void **state)
{
    (void)state;
    w.credentials[0] = (struct browser_credential){
        .schemes = BROWSE_ALL, .implicit = true, .domain = BYTES_LIT("EXAMPLE")};
    GET(.target = "/");
    struct client_outcome o = web_give(NOT_YET, NTLM, NULL);
    assert_non_null(strstr(o.text, "no hash of the logon's password is kept"));
    logon_as("alice-pw-1");
    assert_true(web_told("client.logon.hash"));
    assert_int_equal(w.k.client->task.password.n, 0);
    assert_memory_equal(w.k.client->browser->nt_hash, nt_hash, 16);
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, NTLM, NULL);
    give_token(NOT_YET, "NTLM", step("Authorization", false, MECH_CONTINUE));
    step("Authorization", false, MECH_DONE);
    assert_true(bytes_equal_str(server.message.user, "alice"));
    assert_int_equal(web_give("200 OK", NULL).state, CLIENT_GRANTED);
}

static void channel_bindings(void **state)
{
    (void)state;
    w.secure = true;
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, NTLM, NULL);
    give_token(NOT_YET, "NTLM", step("Authorization", false, MECH_CONTINUE));
    step("Authorization", false, MECH_DONE);
    w.browser.no_bindings = true;
    web_client();
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, NTLM, NULL);
    give_token(NOT_YET, "NTLM", step("Authorization", false, MECH_CONTINUE));
    step("Authorization", false, MECH_REFUSED);
}

/* ---- the connection ---------------------------------------------------------------------------
 */

static void closed_between(void **state)
{
    (void)state;
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, NTLM, "Connection: close", NULL); /* no harm: nothing is bound to it yet */
    assert_null(w.k.sent.conn);
    struct bytes challenge = step("Authorization", false, MECH_CONTINUE);
    struct client_outcome o = web_give(NOT_YET, web_field("WWW-Authenticate", "NTLM", challenge),
                                       "Connection: Close", NULL);
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_string_equal(w.k.hand.refused, "client.http.connection");
    assert_int_equal(w.k.hand.out.n, 0);
    /* Or it does not say so, but is HTTP/1.0. */
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, NTLM, NULL);
    challenge = step("Authorization", false, MECH_CONTINUE);
    const char *fields[] = {web_field("WWW-Authenticate", "NTLM", challenge)};
    web_give_octets(http_write(w.k.hand.run, "HTTP/1.0 401 No", fields, 1, BYTES_LIT("x")));
    assert_string_equal(w.k.hand.refused, "client.http.connection");
}

static void another_connection_answers(void **state)
{
    (void)state;
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, NTLM, NULL);
    struct bytes challenge = step("Authorization", false, MECH_CONTINUE);
    w.conn = (struct conn *)(void *)&w.proxy;
    struct client_outcome o = give_token(NOT_YET, "NTLM", challenge);
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_string_equal(w.k.hand.refused, "client.http.connection");
}

/* ---- hostile answers ---------------------------------------------------------------------------
 */

static void challenge_twice(void **state)
{
    (void)state;
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, NTLM, NULL);
    struct bytes challenge = step("Authorization", false, MECH_CONTINUE);
    give_token(NOT_YET, "NTLM", challenge);
    struct client_outcome o = give_token(NOT_YET, "NTLM", challenge);
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_int_equal(client_browsed(w.k.client)->requests, 3);
}

static void no_challenge(void **state)
{
    (void)state;
    static const char *const tokens[] = {"NTLM TlRMTVNTUAABAAAAB4IIogAAAAAAAAAAAAAAAAAAAAA=",
                                         "NTLM TlRMTVNTUAACAAAA",
                                         "NTLM AAAA",
                                         "NTLM",
                                         "NTLM ====",
                                         "Negotiate TlRMTVNTUAACAAAA"};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++) {
        web_client();
        GET(.target = "/");
        web_give(NOT_YET, NTLM, NULL);
        struct client_outcome o =
            web_give(NOT_YET, arena_printf(w.k.hand.run, "WWW-Authenticate: %s", tokens[i]), NULL);
        assert_int_equal(o.state, CLIENT_REFUSED);
    }
}

/* Cut anywhere, or any bit of it turned: an answer to something else, a refusal, never a crash and
 * never the page. */
static void challenges_cut_and_flipped(void **state)
{
    (void)state;
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, NTLM, NULL);
    struct bytes challenge = step("Authorization", false, MECH_CONTINUE);
    for (size_t i = 0; i < challenge.n * 9; i++) {
        uint8_t octets[512];
        size_t n = i < challenge.n ? i : challenge.n;
        memcpy(octets, challenge.p, n);
        if (i >= challenge.n)
            octets[(i - challenge.n) / 8] ^= (uint8_t)(1 << (i - challenge.n) % 8);
        web_client();
        GET(.target = "/");
        web_give(NOT_YET, NTLM, NULL);
        struct client_outcome o = give_token(NOT_YET, "NTLM", bytes_of(octets, n));
        assert_int_not_equal(o.state, CLIENT_GRANTED);
    }
}

/* ---- inside Negotiate --------------------------------------------------------------------------
 */

static void inside_spnego(void **state)
{
    (void)state;
    w.browser.no_kerberos = true;
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, OFFER, NULL);
    assert_true(web_told("client.negotiate.fallback"));
    give_token(NOT_YET, "Negotiate", step("Authorization", true, MECH_CONTINUE));
    struct bytes last = step("Authorization", true, MECH_DONE);
    struct client_outcome o = give_token("200 OK", "Negotiate", last);
    assert_string_equal(o.text, "HTTP 200, 5 octets, by Negotiate (NTLM): hello");
    assert_string_equal(client_browsed(w.k.client)->fell_back, "Kerberos is switched off");
    GET(.target = "/");
    assert_string_equal(web_give("200 OK", NULL).text,
                        "HTTP 200, 5 octets, by Negotiate (NTLM): hello");
}

static void refused_inside_spnego(void **state)
{
    (void)state;
    w.browser.no_kerberos = true;
    w.credentials[0].password = BYTES_LIT("other");
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, OFFER, NULL);
    give_token(NOT_YET, "Negotiate", step("Authorization", true, MECH_CONTINUE));
    step("Authorization", true, MECH_REFUSED);
    struct client_outcome o = web_give(NOT_YET, OFFER, NULL);
    assert_string_equal(o.text, "get: HTTP 401 Unauthorized: Negotiate (NTLM) was refused");
    assert_string_equal(client_browsed(w.k.client)->scheme, "Negotiate (NTLM)");
}

static void bare_inside_negotiate(void **state)
{
    (void)state;
    w.browser.no_kerberos = true;
    w.browser.raw_ntlm = true;
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, OFFER, NULL);
    assert_string_equal(
        arena_str(w.k.hand.run, bytes_slice(bytes_str(web_sent("Authorization")), 0, 18)),
        "Negotiate TlRMTVNT");
    give_token(NOT_YET, "Negotiate", step("Authorization", true, MECH_CONTINUE));
    step("Authorization", true, MECH_DONE);
    assert_int_equal(web_give("200 OK", NULL).state, CLIENT_GRANTED);
}

/* Kerberos and NTLM are offered, with a ticket; the server has NTLM only. */
static void the_server_chooses_ntlm(void **state)
{
    (void)state;
    w.credentials[0] = (struct browser_credential){
        .schemes = BROWSE_ALL, .implicit = true, .domain = BYTES_LIT("EXAMPLE")};
    logon_as("alice-pw-1");
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, OFFER, NULL);
    hand_give(&w.k, hand_tgs_rep(&w.k, NULL));
    assert_string_equal(w.negotiate, "Kerberos");
    give_token(NOT_YET, "Negotiate", step("Authorization", true, MECH_CONTINUE));
    assert_true(web_told("client.negotiate.fallback"));
    give_token(NOT_YET, "Negotiate", step("Authorization", true, MECH_CONTINUE));
    struct bytes last = step("Authorization", true, MECH_DONE);
    assert_true(last.n);
    assert_true(acceptor.mic_checked);
    struct client_outcome o = give_token("200 OK", "Negotiate", last);
    assert_string_equal(o.text, "HTTP 200, 5 octets, by Negotiate (NTLM): hello");
    assert_non_null(client_browsed(w.k.client)->fell_back);
    assert_false(client_browsed(w.k.client)->proved);
}

/* The same, and the server's checksum over the list does not come: somebody may have struck
 * Kerberos off it. */
static void without_the_lists_checksum(void **state)
{
    (void)state;
    w.credentials[0] = (struct browser_credential){
        .schemes = BROWSE_ALL, .implicit = true, .domain = BYTES_LIT("EXAMPLE")};
    logon_as("alice-pw-1");
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, OFFER, NULL);
    hand_give(&w.k, hand_tgs_rep(&w.k, NULL));
    give_token(NOT_YET, "Negotiate", step("Authorization", true, MECH_CONTINUE));
    give_token(NOT_YET, "Negotiate", step("Authorization", true, MECH_CONTINUE));
    struct client_outcome o = web_give("200 OK", NULL);
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_string_equal(w.k.hand.refused, "client.negotiate.token");
}

/* ---- the proxy ---------------------------------------------------------------------------------
 */

static void to_proxy_and_server(void **state)
{
    (void)state;
    w.browser.proxy = &w.proxy;
    w.browser.proxy_host = "proxy.example.test";
    w.browser.n_credentials = 2;
    w.credentials[1] = w.credentials[0];
    w.credentials[1].target = TO_PROXY;
    serve(NULL);
    GET(.target = "/");
    web_give("407 No", "Proxy-Authenticate: NTLM", NULL);
    struct bytes challenge = step("Proxy-Authorization", false, MECH_CONTINUE);
    web_give("407 No", web_field("Proxy-Authenticate", "NTLM", challenge), NULL);
    step("Proxy-Authorization", false, MECH_DONE);
    serve(NULL);
    web_give(NOT_YET, NTLM, NULL); /* the proxy has let it through */
    assert_null(web_sent("Proxy-Authorization"));
    give_token(NOT_YET, "NTLM", step("Authorization", false, MECH_CONTINUE));
    step("Authorization", false, MECH_DONE);
    assert_int_equal(web_give("200 OK", NULL).state, CLIENT_GRANTED);
    assert_int_equal(client_browsed(w.k.client)->requests, 5);
}

/* The server's first message goes over a new connection, which the proxy does not know: its
 * question comes first, and the server's begins anew after it. */
static void the_proxy_asks_in_between(void **state)
{
    (void)state;
    w.browser.proxy = &w.proxy;
    w.browser.proxy_host = "proxy.example.test";
    w.browser.n_credentials = 2;
    w.credentials[1] = w.credentials[0];
    w.credentials[1].target = TO_PROXY;
    serve(NULL);
    GET(.target = "/");
    web_give(NOT_YET, NTLM, "Connection: close", NULL);
    assert_int_equal(ntlm_message_type(web_token("Authorization")), 1);
    web_give("407 No", "Proxy-Authenticate: NTLM", NULL);
    assert_null(web_sent("Authorization"));
    struct bytes challenge = step("Proxy-Authorization", false, MECH_CONTINUE);
    web_give("407 No", web_field("Proxy-Authenticate", "NTLM", challenge), NULL);
    step("Proxy-Authorization", false, MECH_DONE);
    serve(NULL);
    web_give(NOT_YET, NTLM, NULL);
    give_token(NOT_YET, "NTLM", step("Authorization", false, MECH_CONTINUE));
    step("Authorization", false, MECH_DONE);
    assert_int_equal(web_give("200 OK", NULL).state, CLIENT_GRANTED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(three_messages),
        TEST(levels),
        TEST(wrong_password),
        TEST(the_logons_hash),
        TEST(channel_bindings),
        TEST(closed_between),
        TEST(another_connection_answers),
        TEST(challenge_twice),
        TEST(no_challenge),
        TEST(challenges_cut_and_flipped),
        TEST(inside_spnego),
        TEST(refused_inside_spnego),
        TEST(bare_inside_negotiate),
        TEST(the_server_chooses_ntlm),
        TEST(without_the_lists_checksum),
        TEST(to_proxy_and_server),
        TEST(the_proxy_asks_in_between),
    };
    return cmocka_run_group_tests_name("client/browse_ntlm", tests, NULL, NULL);
}
