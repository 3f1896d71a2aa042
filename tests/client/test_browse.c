/* The browser's side: requests and connections, the choice of a scheme, proxies. */
#include "tests/client/hand_web.h"

static int begin(void **state)
{
    (void)state;
    web_begin();
    return 0;
}

static int end(void **state)
{
    (void)state;
    web_end();
    return 0;
}

#define GET(...) web_browse((struct client_do_args){__VA_ARGS__})

/* ---- without credentials ----------------------------------------------------------------------
 */

static void first_without_credentials(void **state)
{
    (void)state;
    GET(.target = "/a?b");
    assert_string_equal(web_line(), "GET /a?b HTTP/1.1");
    assert_string_equal(web_sent("Host"), "www.example.test");
    assert_null(web_sent("Authorization"));
    assert_ptr_equal(w.k.sent.to, &w.k.www);
    assert_int_equal(w.k.sent.port, 80);
    struct client_outcome o = web_give("200 OK", NULL);
    assert_int_equal(o.state, CLIENT_GRANTED);
    assert_string_equal(o.text, "HTTP 200, 5 octets: hello");
    const struct browsed *b = client_browsed(w.k.client);
    assert_int_equal(b->status, 200);
    assert_string_equal(b->scheme, "none");
    assert_int_equal(b->requests, 1);
    assert_true(bytes_equal_str(b->body, "hello"));
}

static void connections_are_kept(void **state)
{
    (void)state;
    GET(.target = "/");
    assert_null(w.k.sent.conn);
    web_give("200 OK", NULL);
    GET(.target = "/");
    assert_ptr_equal(w.k.sent.conn, w.conn);
    web_give("200 OK", NULL);
    GET(.target = "/", .fresh = true);
    assert_null(w.k.sent.conn);
    web_give("200 OK", "Connection: close", NULL);
    GET(.target = "/");
    assert_null(w.k.sent.conn);
    web_give("200 OK", NULL);
    client_closed(w.k.client, w.conn);
    GET(.target = "/");
    assert_null(w.k.sent.conn);
    web_give("200 OK", NULL);
    w.secure = true;
    GET(.target = "/"); /* another connection than http's */
    assert_null(w.k.sent.conn);
    assert_int_equal(w.k.sent.port, 443);
    assert_ptr_not_equal(w.k.sent.tls, NULL);
}

static void ports_and_methods(void **state)
{
    (void)state;
    GET(.target = "/", .port = 8080, .method = "OPTIONS");
    assert_string_equal(web_line(), "OPTIONS / HTTP/1.1");
    assert_string_equal(web_sent("Host"), "www.example.test:8080");
    assert_int_equal(w.k.sent.port, 8080);
}

static void names_that_cannot_be_sent(void **state)
{
    (void)state;
    GET(.target = "/a b");
    assert_int_equal(client_result(w.k.client).state, CLIENT_REFUSED);
    assert_string_equal(w.k.hand.refused, "client.name");
    GET(.target = "/", .host = "a\r\nX: y");
    assert_string_equal(w.k.hand.refused, "client.name");
    GET(.target = "http://x/");
    assert_string_equal(w.k.hand.refused, "client.name");
    assert_int_equal(w.k.hand.out.n, 0);
}

static void other_statuses(void **state)
{
    (void)state;
    GET(.target = "/");
    struct client_outcome o = web_give("302 Found", "Location: http://elsewhere.test/", NULL);
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_string_equal(o.text, "get: HTTP 302 Found: redirects are not followed here");
    GET(.target = "/");
    o = web_give("404 Not Found", NULL);
    assert_string_equal(o.text, "get: HTTP 404 Not Found");
    assert_int_equal(client_browsed(w.k.client)->status, 404);
    GET(.target = "/");
    assert_int_equal(web_give_octets(BYTES_LIT("HTTP/1.1 100 Continue\r\n\r\n")).state,
                     CLIENT_WAITING);
    assert_int_equal(web_give("200 OK", NULL).state, CLIENT_GRANTED);
    GET(.target = "/");
    assert_int_equal(web_give_octets(BYTES_LIT("nonsense\r\n\r\n")).state, CLIENT_REFUSED);
    assert_string_equal(w.k.hand.refused, "client.http.read");
    GET(.target = "/");
    web_give("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"x\"", NULL);
    assert_string_equal(w.k.hand.refused, "client.http.status"); /* there is no proxy */
}

/* ---- the choice -------------------------------------------------------------------------------
 */

static void strongest_or_first(void **state)
{
    (void)state;
    w.credentials[0].schemes = BROWSE_BASIC | BROWSE_DIGEST;
    GET(.target = "/");
    web_give("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"",
             "WWW-Authenticate: Negotiate, NTLM, Digest realm=\"x\", nonce=\"n\", qop=\"auth\"",
             NULL);
    assert_string_equal(w.scheme, "Digest");
    w.browser.in_order = true;
    web_client();
    GET(.target = "/");
    web_give("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"",
             "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\"", NULL);
    assert_string_equal(w.scheme, "Basic");
    w.browser.schemes = BROWSE_NEGOTIATE;
    GET(.target = "/");
    assert_string_equal(
        web_give("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"", NULL).text,
        "get: HTTP 401 Unauthorized: Basic is offered, and none of it is known here");
    assert_string_equal(w.k.hand.refused, "client.scheme");
}

static void no_credentials(void **state)
{
    (void)state;
    w.browser.n_credentials = 0;
    GET(.target = "/");
    struct client_outcome o =
        web_give("401 Unauthorized", "WWW-Authenticate: Negotiate", "WWW-Authenticate: NTLM",
                 "WWW-Authenticate: Basic realm=\"x\"", NULL);
    assert_int_equal(o.state, CLIENT_REFUSED);
    assert_non_null(strstr(o.text, "NTLM: no credentials are at hand for it"));
    assert_string_equal(w.scheme, "none");
    assert_true(web_told("client.scheme.passed"));
    /* A logon's own has no password to send, and does not go to every zone. */
    w.browser.n_credentials = 1;
    w.credentials[0] = (struct browser_credential){.schemes = BROWSE_ALL, .implicit = true};
    GET(.target = "/");
    o = web_give("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"", NULL);
    assert_non_null(strstr(o.text, "Basic: a logon leaves no password to send"));
    w.browser.not_intranet = true;
    GET(.target = "/");
    o = web_give("401 Unauthorized", "WWW-Authenticate: Negotiate", NULL);
    assert_non_null(strstr(o.text, "do not go to this zone"));
    w.config.browser = NULL;
    web_client();
    GET(.target = "/");
    o = web_give("401 Unauthorized", "WWW-Authenticate: Negotiate", NULL);
    assert_non_null(strstr(o.text, "no credentials are at hand"));
}

static void nothing_that_can_be_read(void **state)
{
    (void)state;
    GET(.target = "/");
    struct client_outcome o = web_give("401 Unauthorized", "WWW-Authenticate: =,\"", NULL);
    assert_string_equal(o.text, "get: HTTP 401 Unauthorized: nothing that can be read is offered, "
                                "and none of it is known here");
    assert_true(web_told("client.http.challenge"));
    GET(.target = "/");
    o = web_give("401 Unauthorized", NULL);
    assert_string_equal(o.text, "get: HTTP 401 Unauthorized: no scheme is offered with it");
    /* One bad field does not spoil the others. */
    GET(.target = "/");
    o = web_give("401 Unauthorized", "WWW-Authenticate: =,\"", "WWW-Authenticate: Basic realm=x",
                 NULL);
    assert_int_equal(o.state, CLIENT_WAITING);
}

static void a_hundred_challenges(void **state)
{
    (void)state;
    char many[8192] = "WWW-Authenticate: Basic realm=\"0\"";
    for (int i = 1; i < 100; i++)
        sprintf(many + strlen(many), ", X%d a=\"b\"", i);
    GET(.target = "/");
    assert_int_not_equal(web_give("401 Unauthorized", many, NULL).state, CLIENT_GRANTED);
    const char *f = "WWW-Authenticate: Basic realm=\"x\"";
    char head[8192] = "HTTP/1.1 401 Unauthorized\r\n";
    for (int i = 0; i < 98; i++)
        sprintf(head + strlen(head), "%s\r\n", f);
    strcat(head, "Content-Length: 0\r\n\r\n");
    GET(.target = "/");
    assert_int_equal(web_give_octets(bytes_str(head)).state, CLIENT_WAITING);
    assert_string_equal(w.scheme, "Basic");
}

/* ---- the proxy --------------------------------------------------------------------------------
 */

static void through_the_proxy(void **state)
{
    (void)state;
    w.browser.proxy = &w.proxy;
    w.browser.proxy_host = "proxy.example.test";
    w.browser.n_credentials = 2;
    w.credentials[1] = w.credentials[0];
    w.credentials[1].target = TO_PROXY;
    w.credentials[1].user = BYTES_LIT("pat");
    GET(.target = "/x");
    assert_ptr_equal(w.k.sent.to, &w.proxy);
    assert_string_equal(web_line(), "GET http://www.example.test/x HTTP/1.1");
    web_give("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"p\"", NULL);
    assert_true(bytes_equal_str(web_token("Proxy-Authorization"), "pat:alice-pw-1"));
    assert_null(web_sent("Authorization"));
    web_give("401 Unauthorized", "WWW-Authenticate: Basic realm=\"s\"", NULL);
    assert_true(bytes_equal_str(web_token("Proxy-Authorization"), "pat:alice-pw-1"));
    assert_true(bytes_equal_str(web_token("Authorization"), "alice:alice-pw-1"));
    assert_int_equal(web_give("200 OK", NULL).state, CLIENT_GRANTED);
    GET(.target = "/y");
    assert_non_null(web_sent("Proxy-Authorization"));
    assert_int_equal(web_give("407 No", "Proxy-Authenticate: Basic realm=\"p\"", NULL).state,
                     CLIENT_REFUSED);
}

static void tunnel(void **state)
{
    (void)state;
    w.browser.proxy = &w.proxy;
    w.browser.proxy_host = "proxy.example.test";
    w.secure = true;
    w.browser.n_credentials = 2;
    w.credentials[1] = w.credentials[0];
    w.credentials[1].target = TO_PROXY;
    GET(.target = "/x");
    assert_string_equal(web_line(), "CONNECT www.example.test:443 HTTP/1.1");
    assert_null(w.k.sent.tls);
    web_give("407 No", "Proxy-Authenticate: Basic realm=\"p\"", NULL);
    assert_non_null(web_sent("Proxy-Authorization"));
    web_give("200 Established", NULL);
    assert_string_equal(web_line(), "GET /x HTTP/1.1");
    assert_non_null(w.k.sent.tls);
    assert_null(web_sent("Proxy-Authorization")); /* the proxy's, not the server's */
    assert_ptr_equal(w.k.sent.conn, w.conn);
    assert_int_equal(web_give("200 OK", NULL).state, CLIENT_GRANTED);
    GET(.target = "/y"); /* through the same tunnel */
    assert_string_equal(web_line(), "GET /y HTTP/1.1");
    web_give("200 OK", NULL);
    GET(.target = "/y", .host = "other.example.test"); /* which leads nowhere else */
    assert_string_equal(web_line(), "CONNECT other.example.test:443 HTTP/1.1");
    assert_int_equal(web_give("503 No", NULL).state, CLIENT_REFUSED);
}

static void asked_for_ever(void **state)
{
    (void)state;
    /* The proxy and the server take turns; each of them takes nothing for good. */
    w.browser.proxy = &w.proxy;
    w.browser.proxy_host = "proxy.example.test";
    w.credentials[0].target = TO_PROXY;
    w.browser.n_credentials = 2;
    w.credentials[1] = w.credentials[0];
    w.credentials[1].target = TO_SERVER;
    w.credentials[1].schemes = BROWSE_NTLM;
    GET(.target = "/");
    struct client_outcome o = client_result(w.k.client);
    for (int i = 0; i < 30 && o.state == CLIENT_WAITING; i++)
        o = i % 2 ? web_give("401 No", "WWW-Authenticate: NTLM", NULL)
                  : web_give("407 No", "Proxy-Authenticate: Basic realm=\"p\"", NULL);
    assert_int_equal(o.state, CLIENT_REFUSED);
    /* However it is brought about. */
    w.browser = (struct browser_config){.credentials = w.credentials, .n_credentials = 1};
    w.credentials[0].target = TO_SERVER;
    web_client();
    GET(.target = "/");
    w.k.client->browser->browsed.requests = BROWSE_REQUESTS_MAX;
    web_give("401 No", "WWW-Authenticate: Basic realm=\"p\"", NULL);
    assert_string_equal(w.k.hand.refused, "client.http.rounds");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(first_without_credentials),
        TEST(connections_are_kept),
        TEST(ports_and_methods),
        TEST(names_that_cannot_be_sent),
        TEST(other_statuses),
        TEST(strongest_or_first),
        TEST(no_credentials),
        TEST(nothing_that_can_be_read),
        TEST(a_hundred_challenges),
        TEST(through_the_proxy),
        TEST(tunnel),
        TEST(asked_for_ever),
    };
    return cmocka_run_group_tests_name("client/browse", tests, NULL, NULL);
}
