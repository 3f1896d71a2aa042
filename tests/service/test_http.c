/* What is no request of a Kerberos client: HTTP without credentials, with others, and no HTTP. */
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

/* ---- HTTP and tokens ------------------------------------------------------------------------- */

static struct hand_answer send_text(const char *text)
{
    return hand_send(&h, bytes_str(text));
}

static void without_credentials(void **state)
{
    (void)state;
    static const char *const requests[] = {
        "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YTpi\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Negotiatexyz\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct hand_answer a = send_text(requests[i]);
        assert_int_equal(a.http.status, 401);
        assert_true(a.challenged);
        assert_false(a.has_token);
    }
}

static void tokens_of_other_kinds(void **state)
{
    (void)state;
    static const struct {
        struct bytes token;
        const char *step;
    } table[] = {
        {{(const uint8_t *)"NTLMSSP\0\1\0\0\0", 12}, "service.negotiate.mechanism"},
        {{(const uint8_t *)"\xa1\x02\x30\0", 4}, "service.negotiate.mechanism"},
        {{(const uint8_t *)"\x60\x05\x06\x01*\1\0", 7}, "service.negotiate.mechanism"},
        {{(const uint8_t *)"junk", 4}, "service.negotiate.mechanism"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct hand_answer a = hand_send(&h, hand_request_of(&h, table[i].token));
        assert_int_equal(a.http.status, 401);
        assert_true(a.challenged && !a.has_token);
        assert_string_equal(h.hand.refused, table[i].step);
    }
    struct bytes rep = gss_token_write(h.hand.run, TOK_AP_REP, BYTES_LIT("x"));
    assert_int_equal(hand_send(&h, hand_request_of(&h, rep)).http.status, 401);
    assert_string_equal(h.hand.refused, "service.negotiate.token");
    struct bytes req = gss_token_write(h.hand.run, TOK_AP_REQ, BYTES_LIT("x"));
    struct hand_answer a = hand_send(&h, hand_request_of(&h, req));
    assert_int_equal(a.error.error_code, KRB_AP_ERR_MSG_TYPE);
    assert_string_equal(h.hand.refused, "service.ap.read");
}

static void bad_base64(void **state)
{
    (void)state;
    static const char *const values[] = {"!!!!", "YWJj=", "YQ", "", "a b"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char text[128];
        snprintf(text, sizeof text,
                 "GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Negotiate %s\r\n\r\n", values[i]);
        assert_int_equal(send_text(text).http.status, 401);
        assert_string_equal(h.hand.refused, "service.negotiate.base64");
    }
}

static void not_http(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int status;
    } table[] = {
        {"", 400},
        {"junk", 400},
        {"GET / HTTP/1.1\r\n", 400},
        {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"DELETE / HTTP/1.1\r\nHost: x\r\n\r\n", 405},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(send_text(table[i].text).http.status, table[i].status);
}

static void name_of_an_attacker(struct hand_request *r)
{
    static struct bytes name = BYTES_LIT("eve\r\n\r\n\x1b[31m%s<b>");
    r->ticket.cname.name_string.at = r->auth.cname.name_string.at = &name;
}

static void names_that_would_write_on_the_terminal(void **state)
{
    (void)state;
    struct hand_answer a = hand_send(&h, hand_request(&h, name_of_an_attacker));
    assert_int_equal(a.http.status, 200);
    for (size_t i = 0; i + 1 < a.http.body.n; i++)
        assert_true(a.http.body.p[i] >= ' ');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_credentials),
        TEST(tokens_of_other_kinds),
        TEST(bad_base64),
        TEST(not_http),
        TEST(names_that_would_write_on_the_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
