/* The proxy: who may use it, what it carries where, and its two faults. The origin is a web server
 * made by hand. */
#include "service/proxy.h"
#include "tests/service/hand_web.h"

static struct hand_web w;
static struct proxy *proxy;
static struct proxy_config config;
static struct party proxy_party = {.name = "proxy"};
static uintptr_t opened;
static bool unreachable;

static const struct party *origin_of(void *arg, struct bytes host)
{
    (void)arg;
    return bytes_equal_str(host, "www.example.test") ? &w.client.www : NULL;
}

static struct conn *connect_to(void *arg, const struct party *origin, uint16_t port)
{
    (void)arg, (void)origin, (void)port;
    return unreachable ? NULL : HAND_CONN(100 + ++opened);
}

static void proxy_made(void)
{
    proxy_free(proxy);
    proxy = proxy_new(w.client.hand.run, &config);
    assert_non_null(proxy);
}

static int begin(void **state)
{
    (void)state;
    hand_web_begin(&w, AUTH_NTLM | AUTH_BASIC);
    opened = 0;
    unreachable = false;
    proxy = NULL;
    config = (struct proxy_config){.party = "proxy", .origin = origin_of, .connect = connect_to};
    proxy_made();
    return 0;
}

static int end(void **state)
{
    (void)state;
    proxy_free(proxy);
    hand_web_end(&w);
    return 0;
}

/* ---- the way there and back --------------------------------------------------------------------
 */

struct carried {
    struct packet request; /* to the origin; data empty: none went */
    bool answered;         /* w.page is what the client got */
};

static struct packet copy_of(const struct packet *p)
{
    struct packet q = *p;
    q.data = arena_copy(w.client.hand.run, p->data);
    return q;
}

static struct carried look(void)
{
    struct carried c = {.answered = false};
    for (const struct out *o = w.client.hand.out.first; o; o = o->next) {
        if (o->kind != OUT_SEND)
            continue;
        if (o->packet.to == &w.client.www)
            c.request = copy_of(&o->packet);
        else
            c.answered = true;
        if (o->packet.to != &w.client.www)
            hand_page_read(&w, o->packet.data, "WWW-Authenticate");
    }
    return c;
}

static struct carried to_proxy(struct conn *conn, struct bytes request)
{
    struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now);
    struct packet p = {.conn = conn,
                       .via = VIA_HTTP,
                       .from = &w.client.alice,
                       .to = &proxy_party,
                       .data = request};
    assert_true(proxy_receive(proxy, &p, t));
    return look();
}

static struct bytes request_of(const char *start, const char *field)
{
    const char *fields[] = {"Host: www.example.test", "Proxy-Connection: keep-alive", field};
    return http_write(w.client.hand.run, start, fields, field ? 3 : 2, (struct bytes){0});
}

/* The origin serves it, and its answer comes back through the proxy. */
static struct carried by_origin(const struct packet *request)
{
    struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now);
    struct packet p = *request;
    assert_true(service_receive(w.client.service, &p, t));
    struct packet back = copy_of(&w.client.hand.out.first->packet);
    back.conn = request->conn;
    t = hand_turn(&w.client.hand, w.client.hand.turn.now);
    assert_true(proxy_receive(proxy, &back, t));
    return look();
}

static int get(struct conn *conn, const char *field)
{
    struct carried c = to_proxy(conn, request_of("GET http://www.example.test/ HTTP/1.1", field));
    assert_false(c.answered);
    assert_true(c.request.data.n > 0);
    assert_true(by_origin(&c.request).answered);
    return w.page.http.status;
}

static const char *field_of(const char *name, const char *value)
{
    return arena_printf(w.client.hand.run, "%s: %s", name, value);
}

/* The three messages on that connection. */
static int ntlm_through(struct conn *conn, const char *user, const char *password)
{
    struct ntlm_client *c = hand_ntlm(&w, "EXAMPLE", user, password);
    assert_int_equal(
        get(conn, field_of("Authorization", hand_ntlm_token(&w, c, "NTLM", (struct bytes){0}))),
        401);
    return get(conn,
               field_of("Authorization", hand_ntlm_token(&w, c, "NTLM", hand_token(&w, "NTLM"))));
}

static void page_is(const char *name)
{
    assert_true(bytes_equal_str(w.page.http.body, arena_printf(w.client.hand.run, "%s\n", name)));
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void what_goes_on_and_what_stays(void **state)
{
    (void)state;
    struct carried c =
        to_proxy(HAND_CONN(1), request_of("GET http://www.example.test:8080/a?b HTTP/1.1",
                                          "Proxy-Authorization: Basic YTpi"));
    struct http_message m;
    size_t used;
    assert_int_equal(c.request.port, 8080);
    assert_ptr_equal(c.request.conn, HAND_CONN(101));
    assert_int_equal(http_read(c.request.data, w.client.hand.run, NULL, &m, &used), HTTP_WHOLE);
    assert_true(bytes_equal_str(m.target, "/a?b"));
    assert_int_equal(m.n_fields, 1);
    assert_true(bytes_equal_str(m.fields[0].value, "www.example.test:8080"));
    assert_true(by_origin(&c.request).answered);
    assert_int_equal(w.page.http.status, 401);
}

static void what_cannot_be_carried(void **state)
{
    (void)state;
    static const struct {
        const char *start, *step;
        int status;
    } table[] = {
        {"CONNECT www.example.test:443 HTTP/1.1", "proxy.connect", 501},
        {"GET / HTTP/1.1", "proxy.target", 400},
        {"GET https://www.example.test/ HTTP/1.1", "proxy.target", 400},
        {"GET http://www.example.test:99999/ HTTP/1.1", "proxy.target", 400},
        {"GET http://eve@www.example.test/ HTTP/1.1", "proxy.target", 400},
        {"GET http://:80/ HTTP/1.1", "proxy.target", 400},
        {"GET http://www.example.test?x HTTP/1.1", "proxy.target", 400},
        {"GET http://other.test/ HTTP/1.1", "proxy.origin", 502},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        assert_true(to_proxy(HAND_CONN(1), request_of(table[i].start, NULL)).answered);
        assert_int_equal(w.page.http.status, table[i].status);
        assert_string_equal(w.client.hand.refused, table[i].step);
    }
    unreachable = true;
    assert_true(
        to_proxy(HAND_CONN(1), request_of("GET http://www.example.test/ HTTP/1.1", NULL)).answered);
    assert_int_equal(w.page.http.status, 502);
}

static void each_client_has_its_own_connection(void **state)
{
    (void)state;
    assert_int_equal(ntlm_through(HAND_CONN(1), "alice", "alice-pw-1"), 200);
    page_is("EXAMPLE\\alice");
    assert_int_equal(get(HAND_CONN(1), NULL), 200);
    assert_int_equal(get(HAND_CONN(2), NULL), 401);
    assert_int_equal(opened, 2);
    struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now);
    assert_true(proxy_closed(proxy, HAND_CONN(1), t));
    assert_int_equal(w.client.hand.out.n, 1);
    assert_int_equal(w.client.hand.out.first->kind, OUT_CLOSE);
    assert_int_equal(get(HAND_CONN(1), NULL), 401);
    assert_int_equal(opened, 3);
}

/* NTLM authenticates a connection: whoever else sends on it is served as the first. */
static void a_shared_connection_serves_the_second_as_the_first(void **state)
{
    (void)state;
    config.shares_connections = true;
    proxy_made();
    assert_int_equal(ntlm_through(HAND_CONN(1), "alice", "alice-pw-1"), 200);
    assert_int_equal(get(HAND_CONN(2), NULL), 200);
    page_is("EXAMPLE\\alice");
    assert_int_equal(opened, 1);
}

static void a_relay_takes_it_elsewhere(void **state)
{
    (void)state;
    config.relay = &w.client.www;
    proxy_made();
    struct carried c =
        to_proxy(HAND_CONN(1), request_of("GET http://victim.test/x HTTP/1.1", NULL));
    assert_true(c.request.data.n > 0);
    c = to_proxy(HAND_CONN(2), request_of("GET /x HTTP/1.1", NULL));
    assert_true(bytes_starts(c.request.data, BYTES_LIT("GET /x HTTP/1.1\r\n")));
}

static void the_gate_asks_first(void **state)
{
    (void)state;
    static const struct web_app app = {.path = "/", .schemes = AUTH_BASIC | AUTH_NTLM};
    static struct service_config gate;
    gate = w.config;
    gate.apps = &app;
    gate.n_apps = 1;
    config.gate = &gate;
    proxy_made();
    struct bytes bare = request_of("GET http://www.example.test/ HTTP/1.1", NULL);
    assert_true(to_proxy(HAND_CONN(1), bare).answered);
    assert_int_equal(w.page.http.status, 407);
    assert_non_null(http_field(&w.page.http, "Proxy-Authenticate"));
    assert_null(http_field(&w.page.http, "WWW-Authenticate"));
    const char *wrong = field_of("Proxy-Authorization", hand_basic(&w, "EXAMPLE\\ben", "x"));
    assert_true(to_proxy(HAND_CONN(1), request_of("GET http://www.example.test/ HTTP/1.1", wrong))
                    .answered);
    assert_int_equal(w.page.http.status, 407);
    /* Basic for the proxy, NTLM for the connection to it: each goes on. */
    const char *basic = field_of("Proxy-Authorization", hand_basic(&w, "EXAMPLE\\ben", "ben-pw-1"));
    assert_int_equal(get(HAND_CONN(1), basic), 401); /* the origin asks for itself */
    struct ntlm_client *c = hand_ntlm(&w, "EXAMPLE", "ben", "ben-pw-1");
    const char *first = hand_ntlm_token(&w, c, "NTLM", (struct bytes){0});
    to_proxy(HAND_CONN(2), request_of("GET http://www.example.test/ HTTP/1.1",
                                      field_of("Proxy-Authorization", first)));
    assert_int_equal(w.page.http.status, 407);
    hand_page_read(&w, w.page.octets, "Proxy-Authenticate");
    assert_int_equal(
        get(HAND_CONN(2), field_of("Proxy-Authorization",
                                   hand_ntlm_token(&w, c, "NTLM", hand_token(&w, "NTLM")))),
        401);
    assert_int_equal(get(HAND_CONN(2), NULL), 401);
}

/* Requests that come before the answer to the one before go on one after the other. */
static void requests_wait_in_a_row(void **state)
{
    (void)state;
    struct bytes one = request_of("GET http://www.example.test/1 HTTP/1.1", NULL),
                 two = request_of("GET http://www.example.test/2 HTTP/1.1", NULL);
    struct carried first = to_proxy(HAND_CONN(1), one);
    struct carried second = to_proxy(HAND_CONN(1), two);
    assert_true(first.request.data.n && !second.request.data.n && !second.answered);
    second = by_origin(&first.request);
    assert_true(second.answered && second.request.data.n);
    assert_true(bytes_starts(second.request.data, BYTES_LIT("GET /2 ")));
    assert_true(by_origin(&second.request).answered);
}

static void origins_that_fail(void **state)
{
    (void)state;
    struct bytes request = request_of("GET http://www.example.test/ HTTP/1.1", NULL);
    struct carried c = to_proxy(HAND_CONN(1), request);
    struct packet junk = {
        .conn = c.request.conn, .via = VIA_HTTP, .from = &w.client.www, .data = BYTES_LIT("junk")};
    assert_true(proxy_receive(proxy, &junk, hand_turn(&w.client.hand, NOW)));
    look();
    assert_int_equal(w.page.http.status, 502);
    assert_string_equal(w.client.hand.refused, "proxy.response");
    bool closed = false; /* what else comes there is nobody's answer */
    for (const struct out *o = w.client.hand.out.first; o; o = o->next)
        closed |= o->kind == OUT_CLOSE && o->packet.conn == junk.conn;
    assert_true(closed);
    c = to_proxy(HAND_CONN(1), request);
    assert_ptr_not_equal(c.request.conn, junk.conn);
    assert_true(by_origin(&c.request).answered);
    junk.conn = c.request.conn;
    assert_true(proxy_receive(proxy, &junk, hand_turn(&w.client.hand, NOW)));
    assert_false(look().answered); /* nobody asked */
    c = to_proxy(HAND_CONN(1), request);
    assert_true(proxy_closed(proxy, c.request.conn, hand_turn(&w.client.hand, NOW)));
    assert_true(look().answered);
    assert_int_equal(w.page.http.status, 502);
    /* A client that has gone gets nothing. */
    config.shares_connections = true;
    proxy_made();
    c = to_proxy(HAND_CONN(1), request);
    assert_true(proxy_closed(proxy, HAND_CONN(1), hand_turn(&w.client.hand, NOW)));
    assert_false(by_origin(&c.request).answered);
}

/* An interim response on a connection that is shared does not push the answers to those behind. */
static void no_answer_is_anothers(void **state)
{
    (void)state;
    config.shares_connections = true;
    proxy_made();
    struct carried alice =
        to_proxy(HAND_CONN(1), request_of("GET http://www.example.test/alice HTTP/1.1", NULL));
    struct carried ben =
        to_proxy(HAND_CONN(2), request_of("GET http://www.example.test/ben HTTP/1.1", NULL));
    assert_ptr_equal(alice.request.conn, ben.request.conn);
    struct packet p = {.conn = alice.request.conn,
                       .via = VIA_HTTP,
                       .from = &w.client.www,
                       .data = BYTES_LIT("HTTP/1.1 103 Early Hints\r\n\r\n")};
    assert_true(proxy_receive(proxy, &p, hand_turn(&w.client.hand, NOW)));
    assert_ptr_equal(w.client.hand.out.first->packet.conn, HAND_CONN(1));
    p.data = BYTES_LIT("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nalice");
    assert_true(proxy_receive(proxy, &p, hand_turn(&w.client.hand, NOW)));
    assert_ptr_equal(w.client.hand.out.first->packet.conn, HAND_CONN(1));
    p.data = BYTES_LIT("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nben");
    assert_true(proxy_receive(proxy, &p, hand_turn(&w.client.hand, NOW)));
    assert_ptr_equal(w.client.hand.out.first->packet.conn, HAND_CONN(2));
}

static void each_allocation_fails_once(void **state)
{
    (void)state;
    free(w.client.hand.sentences);
    w.client.hand.sentences = NULL;
    bool ok = false;
    unsigned long n = 0;
    while (!ok) {
        struct packet p = {.conn = HAND_CONN(1),
                           .via = VIA_HTTP,
                           .from = &w.client.alice,
                           .to = &proxy_party,
                           .data = request_of("GET http://www.example.test/ HTTP/1.1", NULL)};
        struct turn *t = hand_turn(&w.client.hand, NOW);
        arena_fail_after(++n);
        ok = proxy_receive(proxy, &p, t);
        arena_fail_after(0);
        assert_true(n < 500);
    }
    assert_true(n > 10);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_goes_on_and_what_stays),
        TEST(what_cannot_be_carried),
        TEST(each_client_has_its_own_connection),
        TEST(a_shared_connection_serves_the_second_as_the_first),
        TEST(a_relay_takes_it_elsewhere),
        TEST(the_gate_asks_first),
        TEST(requests_wait_in_a_row),
        TEST(origins_that_fail),
        TEST(no_answer_is_anothers),
        TEST(each_allocation_fails_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
