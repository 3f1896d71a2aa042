/* HTTP: what is refused and where, with the tricks by which requests are smuggled. */
#include "wire/http.h"
#include "tests/wire/flat_support.h"

#define GET  "GET / HTTP/1.1\r\n"  /* 16 octets */
#define HOST "Host: a\r\n"         /* 9 octets */
#define OK   "HTTP/1.1 200 OK\r\n" /* 17 octets */

static const struct row {
    const char *in;
    struct expected_fault fault;
} table[] = {
    {"GET / HTTP/1.1\nHost: a\n\n", {"http.bare-lf", "", 14}},
    {GET "Host: a\n\r\n", {"http.bare-lf", "", 23}},
    {GET HOST "\n", {"http.bare-lf", "", 25}},
    {GET "Host: a\rX: b\r\n\r\n", {"http.bare-cr", "", 24}},
    {GET HOST "\rX", {"http.bare-cr", "", 26}},
    {"\r\n" GET HOST "\r\n", {"http.start-empty", "start-line", 0}},

    {" / HTTP/1.1\r\n\r\n", {"http.method", "request-line.method", 0}},
    {"G(T / HTTP/1.1\r\n\r\n", {"http.method", "request-line.method", 1}},
    {"GET\r\n\r\n", {"http.method", "request-line.method", 3}},
    {"GET\t/ HTTP/1.1\r\n\r\n", {"http.method", "request-line.method", 3}},
    {"GET  / HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 4}},
    {"GET \r\n\r\n", {"http.target", "request-line.request-target", 4}},
    {"GET index.html HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 14}},
    {"GET * HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 4}},
    {"OPTIONS *a HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 9}},
    {"GET /a#b HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 6}},
    {"GET /%4 HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 5}},
    {"GET /%zz HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 5}},
    {"GET /\x80 HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 5}},
    {"GET a:80 HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 5}},
    {"CONNECT / HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 8}},
    {"CONNECT a HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 9}},
    {"CONNECT a: HTTP/1.1\r\n\r\n", {"http.target", "request-line.request-target", 10}},
    {"GET /\r\n\r\n", {"http.version", "request-line.HTTP-version", 5}},
    {"GET / HTTP/2.0\r\n\r\n", {"http.version", "request-line.HTTP-version", 11}},
    {"GET / http/1.1\r\n\r\n", {"http.version", "request-line.HTTP-version", 6}},
    {"GET / HTTP/1.1 \r\n\r\n", {"http.version", "request-line.HTTP-version", 14}},
    {"GET / HTTP/1.10\r\n\r\n", {"http.version", "request-line.HTTP-version", 14}},
    {"GET /  HTTP/1.1\r\n\r\n", {"http.version", "request-line.HTTP-version", 6}},
    {"HTTP/1.x 200 OK\r\n\r\n", {"http.version", "status-line.HTTP-version", 7}},
    {"HTTP/1.1\r\n\r\n", {"http.status", "status-line.status-code", 8}},
    {"HTTP/1.1 20 OK\r\n\r\n", {"http.status", "status-line.status-code", 11}},
    {"HTTP/1.1 2000 OK\r\n\r\n", {"http.status", "status-line.status-code", 12}},
    {"HTTP/1.1 200\r\n\r\n", {"http.status", "status-line.status-code", 12}},
    {"HTTP/1.1  200 OK\r\n\r\n", {"http.status", "status-line.status-code", 9}},
    {"HTTP/1.1 099 OK\r\n\r\n", {"http.status", "status-line.status-code", 9}},
    {"HTTP/1.1 600 OK\r\n\r\n", {"http.status", "status-line.status-code", 9}},
    {"HTTP/1.1 200 \x1b[2J\r\n\r\n", {"http.reason", "status-line.reason-phrase", 13}},

    {GET " " HOST "\r\n", {"http.obs-fold", "field[0].name", 16}},
    {GET "X: a\r\n\tb\r\n" HOST "\r\n", {"http.obs-fold", "field[1].name", 22}},
    {GET HOST "X\r\n\r\n", {"http.no-colon", "field[1].name", 26}},
    {GET "Host : a\r\n\r\n", {"http.name-space", "field[0].name", 20}},
    {GET "Host\t: a\r\n\r\n", {"http.name-space", "field[0].name", 20}},
    {GET ": a\r\n" HOST "\r\n", {"http.field-name", "field[0].name", 16}},
    {GET "X(: a\r\n" HOST "\r\n", {"http.field-name", "field[0].name", 17}},
    {GET "X\x80: a\r\n" HOST "\r\n", {"http.field-name", "field[0].name", 17}},
    {GET HOST "X: a\x7f\r\n\r\n", {"http.field-value", "field[1].value", 29}},
    {GET HOST "X: \x01\r\n\r\n", {"http.field-value", "field[1].value", 28}},

    {GET HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     {"http.transfer-encoding", "Transfer-Encoding", 25}},
    {GET HOST "Content-Length: 4\r\ntransfer-encoding: identity\r\n\r\nabcd",
     {"http.transfer-encoding", "Transfer-Encoding", 44}},
    {GET HOST "Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
     {"http.content-length-twice", "Content-Length", 44}},
    {GET HOST "Content-Length: 0\r\ncontent-length: 44\r\n\r\n",
     {"http.content-length-twice", "Content-Length", 44}},
    {GET HOST "Content-Length: 1, 1\r\n\r\na", {"http.content-length", "Content-Length", 42}},
    {GET HOST "Content-Length: +1\r\n\r\na", {"http.content-length", "Content-Length", 41}},
    {GET HOST "Content-Length: -1\r\n\r\na", {"http.content-length", "Content-Length", 41}},
    {GET HOST "Content-Length: 0x1\r\n\r\na", {"http.content-length", "Content-Length", 42}},
    {GET HOST "Content-Length: 1 1\r\n\r\na", {"http.content-length", "Content-Length", 42}},
    {GET HOST "Content-Length:\r\n\r\n", {"http.content-length", "Content-Length", 40}},
    {GET HOST "Content-Length: 16777217\r\n\r\n", {"http.body-long", "Content-Length", 41}},
    {GET HOST "Content-Length: 18446744073709551617\r\n\r\na",
     {"http.body-long", "Content-Length", 41}},
    {OK "\r\n", {"http.length-missing", "Content-Length", 17}},
    {"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
     {"http.length-forbidden", "Content-Length", 25}},
    {"HTTP/1.1 101 Switch\r\nContent-Length: 0\r\n\r\n",
     {"http.length-forbidden", "Content-Length", 21}},

    {GET "\r\n", {"http.host-missing", "Host", 16}},
    {GET HOST HOST "\r\n", {"http.host-twice", "Host", 25}},
    {"GET / HTTP/1.0\r\n" HOST "host: b\r\n\r\n", {"http.host-twice", "Host", 25}},
    {GET "Host: a b\r\n\r\n", {"http.host-value", "Host", 23}},
    {GET "Host: a/b\r\n\r\n", {"http.host-value", "Host", 23}},
    {GET "Host: u@a\r\n\r\n", {"http.host-value", "Host", 23}},
    {GET "Host: a:8x\r\n\r\n", {"http.host-value", "Host", 25}},
    {GET "Host: a:8:9\r\n\r\n", {"http.host-value", "Host", 25}},
    {GET "Host: [::1\r\n\r\n", {"http.host-value", "Host", 26}},
    {GET "Host: [::1]x\r\n\r\n", {"http.host-value", "Host", 27}},
};

static void every_fault_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct faults f = {.mem = mem};
        struct http_message m;
        size_t used;
        struct bytes in = exactly(bytes_str(table[i].in));
        assert_int_equal(http_read(in, mem, &f, &m, &used), HTTP_BAD);
        assert_fault(&f, table[i].in, table[i].fault);
        assert_false(tiles(http_walk, in));
        release(in);
    }
}

static struct bytes repeated(const char *start, const char *unit, size_t n, const char *end)
{
    char *p = arena_take(mem, strlen(start) + n * strlen(unit) + strlen(end) + 1), *at = p;
    at = stpcpy(at, start);
    for (size_t i = 0; i < n; i++)
        at = stpcpy(at, unit);
    stpcpy(at, end);
    return bytes_str(p);
}

static void limits_hold(void **state)
{
    (void)state;
    struct http_message m;
    size_t used;
    struct faults f = {.mem = mem};
    struct bytes in = repeated(GET HOST, "X: a\r\n", HTTP_FIELDS_MAX, "\r\n");
    assert_int_equal(http_read(in, mem, &f, &m, &used), HTTP_BAD);
    assert_fault(&f, "101 fields", (struct expected_fault){"http.fields-many", "", 16});
    in = repeated(GET HOST, "X: a\r\n", HTTP_FIELDS_MAX - 1, "\r\n");
    assert_int_equal(http_read(in, mem, NULL, &m, &used), HTTP_WHOLE);
    assert_int_equal(m.n_fields, HTTP_FIELDS_MAX);

    size_t filling = HTTP_HEAD_MAX - strlen(GET HOST "X: \r\n\r\n");
    in = repeated(GET HOST "X: ", "a", filling, "\r\n\r\n");
    assert_int_equal(http_read(in, mem, NULL, &m, &used), HTTP_WHOLE);
    in.n--;
    assert_int_equal(http_read(in, mem, NULL, &m, &used), HTTP_MORE);
    f.n = 0;
    in = repeated(GET HOST "X: ", "a", filling + 1, "\r\n\r\n");
    assert_int_equal(http_read(in, mem, &f, &m, &used), HTTP_BAD);
    assert_fault(&f, "a long head", (struct expected_fault){"http.head-long", "", HTTP_HEAD_MAX});
    /* What is at its limit without an end is not waited for. */
    f.n = 0;
    in = repeated("", "a", HTTP_HEAD_MAX, "");
    assert_int_equal(http_read(in, mem, &f, &m, &used), HTTP_BAD);
}

static void a_request_is_read(void **state)
{
    (void)state;
    static const char text[] = "POST /a?b=%20c HTTP/1.1\r\nHost:www.example.test:8080\r\n"
                               "x-empty:\r\nAuthorization: \t Negotiate YII= \t\r\n"
                               "Content-Length: 003\r\n\r\nabcGET ";
    struct http_message m;
    size_t used;
    assert_int_equal(http_read(bytes_str(text), mem, NULL, &m, &used), HTTP_WHOLE);
    assert_true(m.is_request);
    assert_true(bytes_equal_str(m.method, "POST"));
    assert_true(bytes_equal_str(m.target, "/a?b=%20c"));
    assert_int_equal(m.minor, 1);
    assert_int_equal(m.n_fields, 4);
    assert_int_equal(m.start_end, 25);
    assert_int_equal(m.fields[0].at, 25);
    assert_int_equal(m.fields[0].end, 53);
    assert_int_equal(m.fields[1].value.n, 0);
    assert_true(bytes_equal_str(http_field(&m, "authorization")->value, "Negotiate YII="));
    assert_null(http_field(&m, "Cookie"));
    assert_true(bytes_equal_str(m.body, "abc"));
    assert_int_equal(used, strlen(text) - 4);
}

static void a_response_is_read(void **state)
{
    (void)state;
    struct http_message m;
    size_t used;
    struct bytes in = bytes_str("HTTP/1.0 401 \r\nWWW-Authenticate: Negotiate\r\n"
                                "WWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n");
    assert_int_equal(http_read(in, mem, NULL, &m, &used), HTTP_WHOLE);
    assert_false(m.is_request);
    assert_int_equal(m.status, 401);
    assert_int_equal(m.minor, 0);
    assert_int_equal(m.reason.n, 0);
    assert_true(bytes_equal_str(http_field(&m, "WWW-Authenticate")->value, "Negotiate"));
    assert_int_equal(used, in.n);
}

static void good_ones_pass(void **state)
{
    (void)state;
    static const char *const good[] = {
        "GET / HTTP/1.0\r\n\r\n",
        "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n",
        "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
        "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n",
        GET "Host: 127.0.0.1:\r\n\r\n",
        GET "Host: %41.b\r\n\r\n",
        GET HOST "X: \xff\t\x80\r\n\r\n",
        "HTTP/1.1 204 \r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 44\r\n\r\n",
        "HTTP/1.9 200 \xe9t\xe9\r\nContent-Length: 1\r\n\r\n\r",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct http_message m;
        size_t used;
        struct bytes in = bytes_str(good[i]);
        if (http_read(in, mem, NULL, &m, &used) != HTTP_WHOLE || used != in.n)
            fail_msg("%s", good[i]);
        assert_true(tiles(http_walk, in));
    }
}

/* Of a good message each beginning asks for more: nothing is taken for the whole. */
static void beginnings_ask_for_more(void **state)
{
    (void)state;
    static const char text[] = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd";
    for (size_t n = 0; n < sizeof text - 1; n++) {
        struct http_message m;
        size_t used;
        struct faults f = {.mem = mem};
        struct bytes in = exactly(bytes_of(text, n));
        assert_int_equal(http_read(in, mem, &f, &m, &used), HTTP_MORE);
        assert_int_equal(f.n, 0);
        assert_false(tiles(http_walk, in));
        release(in);
    }
}

static void the_walk_wants_one_message(void **state)
{
    (void)state;
    struct tiler t = {.v = {tiler_enter, tiler_leave}};
    struct faults f = {.mem = mem};
    assert_false(http_walk(bytes_str(GET HOST "\r\nX"), mem, &f, &t.v));
    assert_fault(&f, "surplus", (struct expected_fault){"http.surplus", "", 27});
    f.n = 0;
    t.at = 0;
    t.unread = false;
    assert_false(http_walk(bytes_str(GET HOST), mem, &f, &t.v));
    assert_fault(&f, "a beginning", (struct expected_fault){"http.not-whole", "", 25});
}

static void the_map_shows_the_token(void **state)
{
    (void)state;
    assert_string_equal(map_text(http_walk, bytes_str(GET HOST "Authorization: negotiate  YII= \r\n"
                                                               "\r\n")),
                        "0-16 request-line\n"
                        "0-3 request-line.method\n"
                        "3-4 request-line.SP\n"
                        "4-5 request-line.request-target\n"
                        "5-6 request-line.SP\n"
                        "6-14 request-line.HTTP-version\n"
                        "14-16 request-line.CRLF\n"
                        "16-25 field[0]\n"
                        "16-20 field[0].name\n"
                        "20-21 field[0].colon\n"
                        "21-22 field[0].OWS\n"
                        "22-23 field[0].value\n"
                        "23-25 field[0].CRLF\n"
                        "25-58 field[1]\n"
                        "25-38 field[1].name\n"
                        "38-39 field[1].colon\n"
                        "39-40 field[1].OWS\n"
                        "40-49 field[1].auth-scheme\n"
                        "49-51 field[1].SP\n"
                        "51-55 field[1].token68\n"
                        "55-56 field[1].OWS\n"
                        "56-58 field[1].CRLF\n"
                        "58-60 CRLF\n");
    assert_string_equal(map_text(http_walk, bytes_str(OK "Content-Length: 1\r\n\r\nx")),
                        "0-17 status-line\n"
                        "0-8 status-line.HTTP-version\n"
                        "8-9 status-line.SP\n"
                        "9-12 status-line.status-code\n"
                        "12-13 status-line.SP\n"
                        "13-15 status-line.reason-phrase\n"
                        "15-17 status-line.CRLF\n"
                        "17-36 field[0]\n"
                        "17-31 field[0].name\n"
                        "31-32 field[0].colon\n"
                        "32-33 field[0].OWS\n"
                        "33-34 field[0].value\n"
                        "34-36 field[0].CRLF\n"
                        "36-38 CRLF\n"
                        "38-39 content\n");
}

/* ---- Negotiate ------------------------------------------------------------------------------- */

static void tokens_are_found(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        bool found;
        const char *token;
        size_t at;
    } values[] = {
        {"Negotiate YWJj", true, "abc", 10}, {"NEGOTIATE YWI=", true, "ab", 10},
        {"negotiate   YQ==", true, "a", 12}, {"Negotiate", true, "", 9},
        {"Negotiate ", true, "", 10},        {"Negotiate, NTLM", true, "", 9},
        {"Negotiat", false, "", 0},          {"Negotiates YWJj", false, "", 0},
        {"Basic YWJj", false, "", 0},        {"", false, "", 0},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct bytes token = {0}, value = exactly(bytes_str(values[i].value));
        struct faults f = {.mem = mem};
        size_t at = 0;
        assert_int_equal(http_negotiate(value, mem, &f, &token, &at), values[i].found);
        assert_int_equal(f.n, 0);
        if (values[i].found) {
            assert_true(bytes_equal_str(token, values[i].token));
            assert_int_equal(at, values[i].at);
        }
        release(value);
    }
}

static void bad_tokens_are_faults(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        size_t at;
    } values[] = {
        {"Negotiate YWJ", 13},     {"Negotiate YW*j", 12}, {"Negotiate YWJj YWJj", 14},
        {"Negotiate YWJj, x", 14}, {"Negotiate YR==", 11}, {"Negotiate =", 10},
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct bytes token, value = bytes_str(values[i].value);
        struct faults f = {.mem = mem};
        size_t at;
        assert_false(http_negotiate(value, mem, &f, &token, &at));
        assert_fault(&f, values[i].value,
                     (struct expected_fault){"http.base64", "Negotiate", values[i].at});
    }
}

/* ---- writing --------------------------------------------------------------------------------- */

static void messages_are_written(void **state)
{
    (void)state;
    static const char *const fields[] = {"Host: a", "X:"};
    assert_true(bytes_equal_str(http_write(mem, "GET / HTTP/1.1", fields, 2, (struct bytes){0}),
                                "GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n"));
    assert_true(bytes_equal_str(http_write(mem, "POST / HTTP/1.1", fields, 1, BYTES_LIT("ab")),
                                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"));
    assert_true(bytes_equal_str(http_write(mem, "HTTP/1.1 401 No", NULL, 0, (struct bytes){0}),
                                "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"));
    assert_true(bytes_equal_str(http_write(mem, "HTTP/1.1 204 No", NULL, 0, (struct bytes){0}),
                                "HTTP/1.1 204 No\r\n\r\n"));
}

static void no_line_is_smuggled_in(void **state)
{
    (void)state;
    static const char *const bad[] = {"X: a\r\nY: b", "X: a\nb", "X", "X: \x7f"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(http_write(mem, "GET / HTTP/1.1", &bad[i], 1, (struct bytes){0}).n, 0);
    assert_int_equal(http_write(mem, "GET /\r\n HTTP/1.1", NULL, 0, (struct bytes){0}).n, 0);
}

/* ---- damage ---------------------------------------------------------------------------------- */

static void read_and_map(struct bytes in)
{
    struct http_message m;
    size_t used = 0;
    enum http_state s = http_read(in, mem, NULL, &m, &used);
    assert_int_equal(tiles(http_walk, in), s == HTTP_WHOLE && used == in.n);
}

static void damage_is_survived(void **state)
{
    (void)state;
    struct bytes in = exactly(bytes_str("POST http://a/%41 HTTP/1.1\r\nHost: [::1]:80\r\n"
                                        "Authorization: Negotiate YII=\r\nContent-Length: 3\r\n\r\n"
                                        "abc"));
    each_truncation(in, read_and_map);
    each_flip(in, read_and_map);
    release(in);
    in = exactly(bytes_str(OK "WWW-Authenticate: Negotiate YII=\r\nContent-Length: 0\r\n\r\n"));
    each_truncation(in, read_and_map);
    each_flip(in, read_and_map);
    release(in);
}

static int watch(void **state)
{
    (void)state;
    size_t n;
    const struct fault_row *rows = http_fault_table(&n);
    flat_watch(rows, n);
    return 0;
}

/* After all the others. */
static void every_fault_was_reached(void **state)
{
    (void)state;
    assert_all_reached();
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FLAT_TEST(every_fault_says_where),
        FLAT_TEST(limits_hold),
        FLAT_TEST(a_request_is_read),
        FLAT_TEST(a_response_is_read),
        FLAT_TEST(good_ones_pass),
        FLAT_TEST(beginnings_ask_for_more),
        FLAT_TEST(the_walk_wants_one_message),
        FLAT_TEST(the_map_shows_the_token),
        FLAT_TEST(tokens_are_found),
        FLAT_TEST(bad_tokens_are_faults),
        FLAT_TEST(messages_are_written),
        FLAT_TEST(no_line_is_smuggled_in),
        FLAT_TEST(damage_is_survived),
        FLAT_TEST(every_fault_was_reached),
    };
    return cmocka_run_group_tests_name("wire/http", tests, watch, NULL);
}
