/* The world around a web server: its controller lost, somebody on the way, connections that last,
 * proxies and relays. */
#include "tests/sim/runs.h"

#define CAST                                                                                       \
    "title: t\nrealm: {name: EXAMPLE.TEST, sid: S-1-5-21-1-2-3}\nseed: 5\naccounts:\n"             \
    "  - {name: alice, password: alice-pw-1}\n  - {name: bob, password: bob-pw-1}\n"               \
    "  - {name: WEB1$, password: web1-pw-1, flags: [machine], spns: [HTTP/www.example.test]}\n"

#define ALICE "  - {name: alice, role: client, account: alice}\n"
#define REST                                                                                       \
    "  - {name: dc, role: kdc}\n"                                                                  \
    "  - {name: www, role: service, spn: HTTP/www.example.test, computer: WEB1, tls: true, apps: " \
    "[{path: /, schemes: [negotiate, ntlm]}, {path: /ntlm, schemes: [ntlm]}, {path: /basic, "      \
    "schemes: [basic]}, {path: /bound, schemes: [ntlm], protection: require}]}\n"
#define WORLD CAST "parties:\n" ALICE REST

static struct trace *as_expected(const char *text)
{
    return run_expecting(scenario_text(text), RUN_AS_EXPECTED);
}

static size_t packets(const struct trace *t, enum transport via)
{
    size_t n = 0;
    for (size_t i = 1; i <= t->packets; i++)
        n += trace_packet(t, i)->via == via;
    return n;
}

static const char *result(const struct trace *t, size_t nth)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->events[i]->kind == EVENT_RESULT && nth-- == 0)
            return t->events[i]->text;
    return "";
}

/* The first packet to the controller is lost: the service waits, then says no. */
static void test_the_controller_is_lost(void **state)
{
    (void)state;
    struct trace *t = as_expected(
        WORLD "steps:\n  - {do: browse, party: alice, url: http://www.example.test/ntlm, "
              "expect: STATUS_NO_LOGON_SERVERS}\n"
              "tamper:\n  - {do: drop, packet: 6}\n");
    assert_int_equal(packets(t, VIA_RPC), 1);
    assert_non_null(strstr(result(t, 0), "STATUS_NO_LOGON_SERVERS"));
}

static void test_what_the_controller_says_can_be_expected(void **state)
{
    (void)state;
    as_expected(CAST "parties:\n  - {name: alice, role: client, account: alice, browser: "
                     "{credentials: [{user: alice, password: wrong}]}}\n" REST
                     "steps:\n  - {do: browse, party: alice, url: http://www.example.test/ntlm, "
                     "expect: STATUS_WRONG_PASSWORD}\n");
}

/* NTLM authenticates the connection: the second page costs one request, on a fresh connection
 * three; the secure channel is set up once. */
static void test_connections_last(void **state)
{
    (void)state;
    static const char step[] =
        "  - {do: browse, party: alice, url: http://www.example.test/ntlm}\n";
    char *text = arena_printf(mem, "%ssteps:\n%s", WORLD, step);
    size_t first = packets(as_expected(text), VIA_HTTP);
    struct trace *t = as_expected(arena_printf(mem, "%s%s", text, step));
    assert_int_equal(first, 6);
    assert_int_equal(packets(t, VIA_HTTP), 8);
    size_t rpc = packets(t, VIA_RPC);
    t = as_expected(arena_printf(
        mem, "%s%s  - {do: browse, party: alice, url: http://www.example.test/ntlm, fresh: true}\n",
        text, step));
    assert_int_equal(packets(t, VIA_HTTP), 14);
    assert_int_equal(packets(t, VIA_RPC), rpc + 2); /* a question and its answer */
}

/* Kerberos taken out of the list: NTLM is agreed on, and the signature over the list tells. */
static void test_a_struck_mechanism_is_found_out(void **state)
{
    (void)state;
    struct scenario *s = scenario_text(
        WORLD "steps:\n  - {do: logon, party: alice}\n"
              "  - {do: browse, party: alice, url: http://www.example.test/, expect: HTTP 401}\n"
              "tamper:\n  - {do: strike-mech, message: NegTokenInit, mech: kerberos}\n");
    struct trace *t;
    assert_int_not_equal(world_run(s, NULL, mem, crypto, &t), RUN_TROUBLE);
    bool struck = false;
    for (size_t i = 1; i <= t->packets; i++)
        struck |= trace_packet(t, i)->fate == FATE_CHANGED;
    assert_true(struck);
    assert_null(strstr(result(t, 1), "HTTP 200"));
}

static void test_inside_tls_nothing_is_changed(void **state)
{
    (void)state;
    struct trace *t = as_expected(
        WORLD "steps:\n  - {do: logon, party: alice}\n"
              "  - {do: browse, party: alice, url: https://www.example.test/}\n"
              "tamper:\n  - {do: strike-mech, message: NegTokenInit, mech: kerberos}\n");
    size_t inside = 0;
    for (size_t i = 1; i <= t->packets; i++) {
        inside += trace_packet(t, i)->tls;
        assert_int_equal(trace_packet(t, i)->fate, FATE_DELIVERED);
    }
    assert_int_equal(inside, 4);
}

/* A relay with a certificate of its own: what the client says of its channel is not the server's.
 */
#define RELAY                                                                                      \
    "  - {name: mallory, role: proxy, address: 10.0.0.66, relay: www, terminates_tls: true}\n"     \
    "  - {name: ns, role: dns, hosts: [{name: www.example.test, address: 10.0.0.66}]}\n"

static void test_a_relay_is_stopped_by_channel_bindings(void **state)
{
    (void)state;
    as_expected(WORLD "steps:\n  - {do: browse, party: alice, url: "
                      "https://www.example.test/bound}\n");
    struct trace *t =
        as_expected(WORLD RELAY "steps:\n  - {do: browse, party: alice, url: "
                                "https://www.example.test/ntlm}\n"
                                "  - {do: browse, party: alice, url: "
                                "https://www.example.test/bound, fresh: true, expect: HTTP 401}\n");
    assert_non_null(strstr(result(t, 0), "HTTP 200"));
}

/* Bob is served as alice, whose connection it is. */
static void test_a_proxy_that_shares_connections(void **state)
{
    (void)state;
    struct trace *t = as_expected(
        CAST "parties:\n  - {name: alice, role: client, account: alice, browser: {proxy: px}}\n"
             "  - {name: bob, role: client, account: bob, browser: {proxy: px}}\n"
             "  - {name: px, role: proxy, shares_connections: true}\n" REST
             "steps:\n  - {do: browse, party: alice, url: http://www.example.test/ntlm}\n"
             "  - {do: browse, party: bob, url: http://www.example.test/ntlm}\n");
    const struct event *last = trace_packet(t, t->packets);
    assert_non_null(memmem(last->data.p, last->data.n, "EXAMPLE\\alice", 13));
}

/* Many-to-one: by the subject's common name, and only by that. */
static void test_whose_certificate_it_is(void **state)
{
    (void)state;
    static const struct {
        const char *subject;
        bool good;
    } table[] = {
        {"CN=alice", true},
        {"O=Staff, CN=alice", true},
        {"CN=alice,OU=Staff", true},
        {"CN=mallory", false},
        {"O=CN=alice,CN=mallory", false},
        {"O=xCN=alice", false},
        {"CN=alice/CN=mallory", false},
        {"CN=alice,CN=mallory", false},
        {"CN=alice\\\\,x", false},
        {"CN=dora", false}, /* her account has come to its end */
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[2048];
        snprintf(text, sizeof text,
                 CAST "  - {name: dora, password: dora-pw-1, expires: 2020-01-01T00:00:00Z}\n"
                      "parties:\n  - {name: alice, role: client, account: bob, browser: "
                      "{certificate: \"%s\"}}\n"
                      "  - {name: dc, role: kdc}\n"
                      "  - {name: www, role: service, spn: HTTP/www.example.test, computer: WEB1, "
                      "tls: true, apps: [{path: /, schemes: [certificate], require_tls: true}]}\n"
                      "steps:\n  - {do: browse, party: alice, url: https://www.example.test/, "
                      "expect: HTTP %d}\n",
                 table[i].subject, table[i].good ? 200 : 401);
        as_expected(text);
    }
}

static void test_basic_is_asked_of_the_controller(void **state)
{
    (void)state;
    struct trace *t = as_expected(
        CAST "parties:\n  - {name: alice, role: client, account: alice, browser: {credentials: "
             "[{user: alice, password: alice-pw-1}]}}\n" REST
             "steps:\n  - {do: browse, party: alice, url: http://www.example.test/basic}\n");
    assert_int_not_equal(packets(t, VIA_RPC), 0);
    assert_non_null(strstr(result(t, 0), "by Basic"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_controller_is_lost),
        TEST(test_what_the_controller_says_can_be_expected),
        TEST(test_connections_last),
        TEST(test_a_struck_mechanism_is_found_out),
        TEST(test_inside_tls_nothing_is_changed),
        TEST(test_a_relay_is_stopped_by_channel_bindings),
        TEST(test_a_proxy_that_shares_connections),
        TEST(test_whose_certificate_it_is),
        TEST(test_basic_is_asked_of_the_controller),
    };
    return cmocka_run_group_tests(tests, make_crypto, free_crypto);
}
