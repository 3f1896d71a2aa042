/* Basic and Digest from the browser's end. */
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

/* ---- Basic ------------------------------------------------------------------------------------
 */

static void basic(void **state)
{
    (void)state;
    GET(.target = "/");
    web_give("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"", NULL);
    assert_string_equal(web_sent("Authorization"), "Basic YWxpY2U6YWxpY2UtcHctMQ==");
    assert_ptr_equal(w.k.sent.conn, w.conn);
    struct client_outcome o = web_give("200 OK", NULL);
    assert_string_equal(o.text, "HTTP 200, 5 octets, by Basic: hello");
    assert_false(client_browsed(w.k.client)->proved);
    /* Sent unasked from now on, to this place only. */
    GET(.target = "/other");
    assert_string_equal(web_sent("Authorization"), "Basic YWxpY2U6YWxpY2UtcHctMQ==");
    web_give("200 OK", NULL);
    GET(.target = "/", .port = 8080);
    assert_null(web_sent("Authorization"));
}

/* RFC 7617 2.2: what was taken in a directory is not sent unasked above it or beside it. */
static void basic_below(void **state)
{
    (void)state;
    GET(.target = "/a/page?x=/y/");
    web_give("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"", NULL);
    web_give("200 OK", NULL);
    GET(.target = "/a/b/other");
    assert_non_null(web_sent("Authorization"));
    web_give("200 OK", NULL);
    GET(.target = "/b/page");
    assert_null(web_sent("Authorization"));
}

static void basic_refused(void **state)
{
    (void)state;
    const char *offer = "WWW-Authenticate: Basic realm=\"x\"";
    GET(.target = "/");
    web_give("401 Unauthorized", offer, NULL);
    struct client_outcome o = web_give("401 Unauthorized", offer, NULL);
    assert_string_equal(o.text, "get: HTTP 401 Unauthorized: Basic was refused");
    assert_string_equal(w.k.hand.refused, "client.http.refused");
    assert_string_equal(client_browsed(w.k.client)->scheme, "Basic");
    assert_int_equal(client_browsed(w.k.client)->requests, 2);
    /* What was taken and is no longer is not sent a third time. */
    GET(.target = "/");
    web_give("401 Unauthorized", offer, NULL);
    web_give("200 OK", NULL);
    GET(.target = "/");
    o = web_give("401 Unauthorized", offer, NULL);
    assert_int_equal(o.state, CLIENT_REFUSED);
}

static void basic_only_inside_tls(void **state)
{
    (void)state;
    w.browser.basic_needs_tls = true;
    GET(.target = "/");
    struct client_outcome o =
        web_give("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"", NULL);
    assert_non_null(strstr(o.text, "the password would travel in clear"));
    w.secure = true;
    GET(.target = "/");
    web_give("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"", NULL);
    assert_non_null(web_sent("Authorization"));
}

static void basic_names(void **state)
{
    (void)state;
    w.credentials[0].user = BYTES_LIT("a:b");
    GET(.target = "/");
    struct client_outcome o =
        web_give("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"", NULL);
    assert_non_null(strstr(o.text, "a name with a colon"));
    w.credentials[0].user = BYTES_LIT("ben");
    w.credentials[0].domain = BYTES_LIT("FAR");
    GET(.target = "/");
    web_give("401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"", NULL);
    struct bytes text = web_token("Authorization");
    assert_true(bytes_equal_str(text, "FAR\\ben:alice-pw-1"));
}

static void preemptive(void **state)
{
    (void)state;
    w.browser.preemptive = true;
    GET(.target = "/");
    assert_non_null(strstr(web_sent("Authorization"), "Negotiate ")); /* NTLM */
    w.credentials[0].schemes = BROWSE_BASIC;
    GET(.target = "/");
    assert_string_equal(web_sent("Authorization"), "Basic YWxpY2U6YWxpY2UtcHctMQ==");
    assert_int_equal(web_give("200 OK", NULL).state, CLIENT_GRANTED);
    w.credentials[0].schemes = BROWSE_DIGEST;
    web_client();
    GET(.target = "/");
    assert_null(web_sent("Authorization"));
}

/* ---- Digest -----------------------------------------------------------------------------------
 */

static const char *const challenge =
    "WWW-Authenticate: Digest realm=\"a \\\"b\\\"\", qop=\"auth-int, auth\", "
    "nonce=\"dcd98b7102dd\", opaque=\"5ccc069c\"";

static struct auth_value sent_digest(const char *field)
{
    struct auth_value v[AUTH_VALUES_MAX];
    size_t n;
    assert_non_null(web_sent(field));
    assert_true(auth_read(bytes_str(web_sent(field)), w.k.hand.run, NULL, v, &n));
    assert_int_equal(n, 1);
    return v[0];
}

static const char *of(const struct auth_value *v, const char *name)
{
    const struct auth_param *p = auth_param(v, name);
    return p ? arena_str(w.k.hand.run, p->value) : NULL;
}

/* What the response should be, computed anew from the fields. rspauth: the server's. */
static const char *due(const struct auth_value *v, const char *password, bool rspauth)
{
    static char out[DIGEST_HEX_MAX];
    char ha1[DIGEST_HEX_MAX];
#define OF(name) bytes_str(of(v, name) ? of(v, name) : "")
    struct digest_inputs in = {.algorithm = OF("algorithm"),
                               .user = BYTES_LIT("alice"),
                               .realm = OF("realm"),
                               .password = bytes_str(password),
                               .method = bytes_str(rspauth ? "" : "GET"),
                               .uri = OF("uri"),
                               .nonce = OF("nonce"),
                               .nc = OF("nc"),
                               .cnonce = OF("cnonce"),
                               .qop = OF("qop")};
    assert_true(digest_ha1(w.k.hand.crypto, &in, ha1));
    assert_true(digest_response_of(w.k.hand.crypto, &in, ha1, out));
    return out;
}

static void digest(void **state)
{
    (void)state;
    GET(.target = "/dir?x=1");
    web_give("401 Unauthorized", challenge, NULL);
    struct auth_value v = sent_digest("Authorization");
    assert_string_equal(of(&v, "username"), "alice");
    assert_string_equal(of(&v, "realm"), "a \"b\"");
    assert_string_equal(of(&v, "uri"), "/dir?x=1");
    assert_string_equal(of(&v, "nc"), "00000001");
    assert_string_equal(of(&v, "opaque"), "5ccc069c");
    assert_string_equal(of(&v, "qop"), "auth");
    assert_null(of(&v, "algorithm"));
    assert_string_equal(of(&v, "response"), due(&v, "alice-pw-1", false));
    const char *info = arena_printf(
        w.k.hand.run, "Authentication-Info: qop=auth, rspauth=\"%s\", cnonce=\"%s\", nc=00000001",
        due(&v, "alice-pw-1", true), of(&v, "cnonce"));
    struct client_outcome o = web_give("200 OK", info, NULL);
    assert_string_equal(o.text,
                        "HTTP 200, 5 octets, by Digest, and the service proved itself: hello");
    assert_true(client_browsed(w.k.client)->proved);
    /* The count goes on. */
    GET(.target = "/2");
    v = sent_digest("Authorization");
    assert_string_equal(of(&v, "nc"), "00000002");
    assert_string_equal(of(&v, "response"), due(&v, "alice-pw-1", false));
    /* nextnonce begins anew */
    web_give("200 OK", "Authentication-Info: nextnonce=\"later\"", NULL);
    GET(.target = "/3");
    v = sent_digest("Authorization");
    assert_string_equal(of(&v, "nonce"), "later");
    assert_string_equal(of(&v, "nc"), "00000001");
}

static void digest_algorithms(void **state)
{
    (void)state;
    static const char *const names[] = {"MD5", "MD5-sess", "SHA-256", "SHA-256-sess",
                                        "SHA-512-256"};
    for (size_t i = 0; i < 5; i++) {
        web_client();
        GET(.target = "/");
        web_give("401 Unauthorized",
                 "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", algorithm=RC5",
                 arena_printf(
                     w.k.hand.run,
                     "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=auth, algorithm=%s",
                     names[i]),
                 NULL);
        struct auth_value v = sent_digest("Authorization");
        assert_string_equal(of(&v, "algorithm"), names[i]);
        assert_string_equal(of(&v, "response"), due(&v, "alice-pw-1", false));
    }
}

static void digest_names(void **state)
{
    (void)state;
    GET(.target = "/");
    web_give("401 Unauthorized",
             "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=auth, userhash=true", NULL);
    struct auth_value v = sent_digest("Authorization");
    struct digest_inputs in = {.user = BYTES_LIT("alice"), .realm = BYTES_LIT("x")};
    char hash[DIGEST_HEX_MAX];
    assert_true(digest_userhash(w.k.hand.crypto, &in, hash));
    assert_string_equal(of(&v, "username"), hash);
    assert_string_equal(of(&v, "userhash"), "true");
    w.credentials[0].user = BYTES_LIT("J\xc3\xa4s\xc3\xb8n");
    web_client();
    GET(.target = "/");
    web_give("401 Unauthorized", "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=auth",
             NULL);
    v = sent_digest("Authorization");
    assert_null(of(&v, "username"));
    assert_non_null(strstr(web_sent("Authorization"), "username*=UTF-8''%4A%C3%A4%73%C3%B8%6E,"));
}

static void digest_of_the_old_kind(void **state)
{
    (void)state;
    GET(.target = "/");
    web_give("401 Unauthorized", "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\"", NULL);
    struct auth_value v = sent_digest("Authorization");
    assert_null(of(&v, "qop"));
    assert_null(of(&v, "nc"));
    assert_string_equal(of(&v, "response"), due(&v, "alice-pw-1", false));
}

static void digest_challenges_of_no_use(void **state)
{
    (void)state;
    static const struct {
        const char *value, *why;
    } rows[] = {
        {"realm=\"x\"", "lacks realm or nonce"},
        {"nonce=\"x\"", "lacks realm or nonce"},
        {"realm=\"x\", nonce=\"n\", algorithm=MD6", "its algorithm is not known here"},
        {"realm=\"x\", nonce=\"n\", qop=\"auth-int\"", "quality of protection"},
        {"realm=\"x\", nonce=\"n\", algorithm=MD5-sess", "a session needs qop"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        web_client();
        GET(.target = "/");
        struct client_outcome o = web_give(
            "401 Unauthorized",
            arena_printf(w.k.hand.run, "WWW-Authenticate: Digest %s", rows[i].value), NULL);
        assert_int_equal(o.state, CLIENT_REFUSED);
        assert_non_null(strstr(o.text, rows[i].why));
    }
}

static void digest_stale_and_refused(void **state)
{
    (void)state;
    GET(.target = "/");
    web_give("401 Unauthorized", challenge, NULL);
    web_give("401 Unauthorized",
             "WWW-Authenticate: Digest realm=\"x\", nonce=\"n2\", qop=auth, stale=TRUE", NULL);
    struct auth_value v = sent_digest("Authorization");
    assert_string_equal(of(&v, "nonce"), "n2");
    assert_true(web_told("client.digest.stale"));
    struct client_outcome o =
        web_give("401 Unauthorized",
                 "WWW-Authenticate: Digest realm=\"x\", nonce=\"n3\", qop=auth, stale=true", NULL);
    assert_int_equal(o.state, CLIENT_REFUSED); /* stale again and again */
    web_client();
    GET(.target = "/");
    web_give("401 Unauthorized", challenge, NULL);
    o = web_give("401 Unauthorized", challenge, NULL);
    assert_string_equal(o.text, "get: HTTP 401 Unauthorized: Digest was refused");
    /* Of an earlier request: once more from the beginning. */
    web_client();
    GET(.target = "/");
    web_give("401 Unauthorized", challenge, NULL);
    web_give("200 OK", NULL);
    GET(.target = "/");
    o = web_give("401 Unauthorized", "WWW-Authenticate: Digest realm=\"y\", nonce=\"z\", qop=auth",
                 NULL);
    v = sent_digest("Authorization");
    assert_string_equal(of(&v, "nc"), "00000001");
    assert_int_equal(web_give("401 Unauthorized", challenge, NULL).state, CLIENT_REFUSED);
}

static void digest_without_the_servers_proof(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "rspauth=\"00000000000000000000000000000000\"",
        "rspauth=\"\"",
        "rspauth=\"x\", cnonce=\"other\"",
        "rspauth=\"x\", nc=00000007",
        "=",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        web_client();
        GET(.target = "/");
        web_give("401 Unauthorized", challenge, NULL);
        struct client_outcome o = web_give(
            "200 OK", arena_printf(w.k.hand.run, "Authentication-Info: %s", wrong[i]), NULL);
        assert_int_equal(o.state, CLIENT_REFUSED);
        assert_string_equal(w.k.hand.refused, "client.digest.proof");
        assert_int_equal(o.error, KRB_AP_ERR_MUT_FAIL);
    }
}

static void digest_at_the_proxy(void **state)
{
    (void)state;
    w.browser.proxy = &w.proxy;
    w.browser.proxy_host = "proxy.example.test";
    w.credentials[0].target = TO_PROXY;
    GET(.target = "/x");
    web_give("407 No", "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n\", qop=auth", NULL);
    struct auth_value v = sent_digest("Proxy-Authorization");
    assert_string_equal(of(&v, "uri"), "http://www.example.test/x");
    assert_string_equal(of(&v, "response"), due(&v, "alice-pw-1", false));
    assert_int_equal(
        web_give("407 No", "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n\"", NULL).state,
        CLIENT_REFUSED);
    assert_string_equal(client_browsed(w.k.client)->scheme, "Digest");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(basic),
        TEST(basic_below),
        TEST(basic_refused),
        TEST(basic_only_inside_tls),
        TEST(basic_names),
        TEST(preemptive),
        TEST(digest),
        TEST(digest_algorithms),
        TEST(digest_names),
        TEST(digest_of_the_old_kind),
        TEST(digest_challenges_of_no_use),
        TEST(digest_stale_and_refused),
        TEST(digest_without_the_servers_proof),
        TEST(digest_at_the_proxy),
    };
    return cmocka_run_group_tests_name("client/browse_password", tests, NULL, NULL);
}
