/* The stream of a real server's answers cut into whole ones; URLs. */
#include "sim/live_http.h"
#include "sim/web_url.h"
#include "wire/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;

static int begin(void **state)
{
    (void)state;
    mem = arena_new(0);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

/* Octet by octet; the engine's reader must take what comes of it. NULL: nothing did. */
static const char *body_of(const char *stream, bool tunnel, bool *to_the_end)
{
    struct http_stream s = {.mem = mem, .tunnel = tunnel};
    struct bytes whole = bytes_str(stream), out = {0};
    struct http_message http;
    const char *why;
    size_t used, i = 0;
    bool done = false;
    for (; i < whole.n && !done && !s.bad; i++) {
        http_stream_add(&s, bytes_slice(whole, i, 1));
        done = http_stream_whole(&s, false, &out, &why);
    }
    if (!done && !s.bad)
        done = http_stream_whole(&s, true, &out, &why);
    *to_the_end = s.to_the_end;
    if (!done)
        return NULL;
    assert_int_equal(http_read(out, mem, NULL, &http, &used), HTTP_WHOLE);
    assert_int_equal(used, out.n);
    return arena_str(mem, http.body);
}

static void bodies(void **state)
{
    (void)state;
    static const struct {
        const char *stream, *body;
        bool tunnel, to_the_end;
    } rows[] = {
        {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello", false, false},
        {"HTTP/1.1 200 OK\r\nX: y\r\n\r\nhello", "hello", false, true},
        {"HTTP/1.1 204 No\r\nX: y\r\n\r\n", "", false, false},
        {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "x", false,
         false},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: "
         "chunked\r\n\r\n3\r\nhel\r\n2;a=b\r\nlo\r\n0\r\n\r\n",
         "hello", false, false},
        {"HTTP/1.1 200 OK\r\ntransfer-encoding:Chunked\r\n\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\n",
         "0123456789", false, false},
        {"HTTP/1.1 200 Connection established\r\n\r\n", "", true, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool to_the_end;
        const char *body = body_of(rows[i].stream, rows[i].tunnel, &to_the_end);
        assert_non_null(body);
        assert_string_equal(body, rows[i].body);
        assert_int_equal(to_the_end, rows[i].to_the_end);
    }
}

static void no_answers(void **state)
{
    (void)state;
    static const char *const streams[] = {
        "",
        "HTTP/1.1 200 OK\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n0\r\n",
    };
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        bool to_the_end;
        assert_null(body_of(streams[i], false, &to_the_end));
    }
}

static void urls(void **state)
{
    (void)state;
    static const struct {
        const char *text, *host, *name, *target;
        uint16_t port;
    } rows[] = {
        {"http://www.example.test", "www.example.test", "www.example.test", "/", 80},
        {"https://www.example.test/a?b#c", "www.example.test", "www.example.test", "/a?b", 443},
        {"HTTP://x:8080?q", "x", "x", "/?q", 8080},
        {"https://[::1]:444/", "[::1]", "::1", "/", 444},
        {"http://[::1]/", "[::1]", "::1", "/", 80},
        {"ftp://x/", NULL, NULL, NULL, 0},
        {"http://", NULL, NULL, NULL, 0},
        {"http://u@x/", NULL, NULL, NULL, 0},
        {"http://x:0/", NULL, NULL, NULL, 0},
        {"http://x:/", NULL, NULL, NULL, 0},
        {"http://x:65536/", NULL, NULL, NULL, 0},
        {"http://[::1/", NULL, NULL, NULL, 0},
        {"x", NULL, NULL, NULL, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct web_url url;
        bool ok = web_url_read(rows[i].text, mem, &url);
        assert_int_equal(ok, rows[i].host != NULL);
        if (!ok)
            continue;
        assert_string_equal(url.host, rows[i].host);
        assert_string_equal(url.name, rows[i].name);
        assert_string_equal(url.target, rows[i].target);
        assert_int_equal(url.port, rows[i].port);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bodies, begin, end),
        cmocka_unit_test_setup_teardown(no_answers, begin, end),
        cmocka_unit_test_setup_teardown(urls, begin, end),
    };
    return cmocka_run_group_tests_name("sim/live_http", tests, NULL, NULL);
}
