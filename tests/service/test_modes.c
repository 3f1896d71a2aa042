/* IIS's modes of authentication, offered and chosen, each right, wrong and missing. The accounts
 * are the machine's own, so that each answer is there at once. */
#include "service/inside.h"
#include "tests/service/hand_web.h"

#define ALL (AUTH_BASIC | AUTH_DIGEST | AUTH_NTLM | AUTH_NEGOTIATE)

static struct hand_web w;

static int begin(void **state)
{
    (void)state;
    hand_web_begin(&w, ALL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_web_end(&w);
    return 0;
}

static void served_as(const char *name)
{
    hand_served_as(&w, name);
}

static void refused_by(const char *step)
{
    hand_refused_by(&w, step);
}

/* ---- what is offered ------------------------------------------------------------------------- */

static void every_scheme_has_a_field(void **state)
{
    (void)state;
    static const char *const order[] = {"Negotiate", "NTLM", "Digest", "Basic"};
    assert_int_equal(hand_get(&w, HAND_CONN(1), "/", NULL), 401);
    assert_int_equal(w.page.n_offers, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(bytes_equal_str(w.page.offers[i].scheme, order[i]));
    assert_true(bytes_equal_str(auth_param(&w.page.offers[3], "realm")->value, "www.example.test"));
    assert_true(bytes_equal_str(auth_param(&w.page.offers[2], "realm")->value, "EXAMPLE"));
    for (unsigned set = 0; set < 16; set++) {
        w.apps[0].schemes = (set & 1 ? AUTH_BASIC : 0) | (set & 2 ? AUTH_DIGEST : 0) |
                            (set & 4 ? AUTH_NTLM : 0) | (set & 8 ? AUTH_NEGOTIATE : 0);
        hand_web_new(&w);
        assert_int_equal(hand_get(&w, HAND_CONN(1), "/", NULL), 401);
        assert_int_equal(w.page.n_offers, (size_t)__builtin_popcount(set));
    }
    assert_int_equal(hand_get(&w, NULL, "/", "Negotiate"), 401);
}

static void anonymous_comes_first(void **state)
{
    (void)state;
    w.apps[0].schemes = ALL | AUTH_ANONYMOUS;
    hand_web_new(&w);
    hand_get(&w, HAND_CONN(1), "/", NULL);
    served_as("WEB1\\IUSR_WEB1");
    assert_int_equal(w.page.n_offers, 0);
    assert_int_equal(w.asked, 0);
    hand_get(&w, HAND_CONN(1), "/", hand_basic(&w, "WEB1\\alice", "local-pw-1"));
    served_as("WEB1\\alice");
}

static void schemes_that_are_not_offered(void **state)
{
    (void)state;
    w.apps[0].schemes = AUTH_NTLM;
    hand_web_new(&w);
    hand_get(&w, NULL, "/", hand_basic(&w, "alice", "x"));
    assert_string_equal(w.client.hand.refused, "service.http.offered");
    assert_int_equal(w.page.n_offers, 1);
    hand_get(&w, NULL, "/", "Kerberos YQ==");
    assert_string_equal(w.client.hand.refused, "service.http.offered");
    hand_get(&w, NULL, "/", "NTLM YQ==, Basic YQ==");
    assert_string_equal(w.client.hand.refused, "service.http.credentials");
    hand_get(&w, NULL, "/", "=");
    assert_string_equal(w.client.hand.refused, "service.http.credentials");
}

/* ---- Basic ----------------------------------------------------------------------------------- */

static void basic_by_every_form_of_a_name(void **state)
{
    (void)state;
    static const struct {
        const char *user, *password, *domain, *served;
    } table[] = {
        {"alice", "local-pw-1", NULL, "WEB1\\alice"},
        {"alice", "alice-pw-1", "EXAMPLE", "EXAMPLE\\alice"},
        {"EXAMPLE\\alice", "alice-pw-1", NULL, "EXAMPLE\\alice"},
        {"alice@example.test", "alice-pw-1", NULL, "EXAMPLE\\alice"},
        {"WEB1\\alice", "local-pw-1", "EXAMPLE", "WEB1\\alice"},
        {".\\alice", "local-pw-1", "EXAMPLE", "WEB1\\alice"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        w.apps[0].basic_domain = table[i].domain;
        hand_web_new(&w);
        hand_get(&w, NULL, "/", hand_basic(&w, table[i].user, table[i].password));
        served_as(table[i].served);
    }
}

static void basic_refused(void **state)
{
    (void)state;
    hand_get(&w, NULL, "/", hand_basic(&w, "alice", "wrong"));
    refused_by("service.logon.answer");
    assert_int_equal(w.page.n_offers, 4);
    hand_get(&w, NULL, "/", hand_basic(&w, "nobody", "x"));
    refused_by("service.logon.answer");
    hand_get(&w, NULL, "/", hand_basic(&w, "EXAMPLE\\dora", "dora-pw-1"));
    refused_by("service.logon.answer");
    hand_get(&w, NULL, "/", "Basic YWJj");
    refused_by("service.basic.read");
    hand_get(&w, NULL, "/", "Basic");
    refused_by("service.basic.read");
    hand_get(&w, NULL, "/", "Basic YTr/");
    refused_by("service.basic.read");
    /* Basic authenticates the request, not the connection. */
    hand_get(&w, HAND_CONN(1), "/", hand_basic(&w, "alice", "local-pw-1"));
    served_as("WEB1\\alice");
    assert_int_equal(hand_get(&w, HAND_CONN(1), "/", NULL), 401);
}

/* ---- requests -------------------------------------------------------------------------------- */

static void paths_and_methods(void **state)
{
    (void)state;
    w.apps[0] = (struct web_app){.path = "/app", .schemes = AUTH_ANONYMOUS};
    hand_web_new(&w);
    assert_int_equal(hand_get(&w, NULL, "/app/x?y", NULL), 200);
    assert_int_equal(hand_get(&w, NULL, "http://www.example.test/app", NULL), 200);
    assert_int_equal(hand_get(&w, NULL, "/other", NULL), 404);
    assert_string_equal(w.client.hand.refused, "service.http.application");
    assert_int_equal(hand_get(&w, NULL, "http://www.example.test", NULL), 404);
    assert_true(hand_get_on(&w, NULL, NULL, "POST /app HTTP/1.1", NULL));
    assert_int_equal(w.page.http.status, 200);
    assert_true(hand_get_on(&w, NULL, NULL, "DELETE /app HTTP/1.1", NULL));
    assert_int_equal(w.page.http.status, 405);
}

static void a_thousand_connections(void **state)
{
    (void)state;
    free(w.client.hand.sentences);
    w.client.hand.sentences = NULL;
    for (uintptr_t i = 1; i <= 1100; i++) {
        hand_ntlm_logon(&w, HAND_CONN(i), "NTLM", hand_ntlm(&w, "WEB1", "alice", "local-pw-1"));
        served_as("WEB1\\alice");
    }
    assert_int_equal(hand_get(&w, HAND_CONN(1), "/", NULL), 401); /* it made room */
    for (uintptr_t i = 1100; i > 100; i--)
        assert_int_equal(hand_get(&w, HAND_CONN(i), "/", NULL), 200);
    for (uintptr_t i = 1; i <= 1100; i++)
        service_closed(w.client.service, HAND_CONN(i));
    assert_int_equal(hand_get(&w, HAND_CONN(1100), "/", NULL), 401);
}

/* ---- harm ------------------------------------------------------------------------------------ */

/* A request of each mode, whole. */
static const char *credentials_of(size_t mode, struct conn *conn)
{
    struct hand_digest d;
    struct ntlm_client *c;
    switch (mode) {
    case 0:
        return hand_basic(&w, "WEB1\\alice", "local-pw-1");
    case 1:
        hand_get(&w, NULL, "/", NULL);
        d = hand_digest_of(&w, "WEB1\\alice", "local-pw-1");
        return hand_digest(&w, &d);
    case 2:
        c = hand_ntlm(&w, "WEB1", "alice", "local-pw-1");
        hand_get(&w, conn, "/", hand_ntlm_token(&w, c, "NTLM", (struct bytes){0}));
        return hand_ntlm_token(&w, c, "NTLM", hand_token(&w, "NTLM"));
    default:
        w.client.hand.turn.now += SECOND;
        return hand_credentials(
            &w, "Negotiate",
            gss_token_write(w.client.hand.run, TOK_AP_REQ, hand_ap_req(&w.client, NULL)));
    }
}

static void each_allocation_fails_once(void **state)
{
    (void)state;
    free(w.client.hand.sentences);
    w.client.hand.sentences = NULL;
    for (size_t mode = 0; mode < 4; mode++) {
        bool ok = false;
        unsigned long n = 0;
        while (!ok) {
            struct conn *conn = HAND_CONN(7);
            const char *fields[] = {"Host: x", arena_printf(w.client.hand.run, "Authorization: %s",
                                                            credentials_of(mode, conn))};
            struct bytes request =
                http_write(w.client.hand.run, "GET / HTTP/1.1", fields, 2, (struct bytes){0});
            struct packet p = {.conn = conn,
                               .via = VIA_HTTP,
                               .from = &w.client.alice,
                               .to = &w.client.www,
                               .data = request};
            struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now);
            arena_fail_after(++n);
            ok = service_receive(w.client.service, &p, t);
            arena_fail_after(0);
            if (!ok) /* nobody is known of it afterwards */
                assert_int_equal(hand_get(&w, conn, "/", NULL), 401);
            assert_true(n < 3000);
        }
        assert_true(n > 10);
    }
}

/* Nobody is let in by a request that was changed on the way, but as himself. */
static void every_change_of_a_request(void **state)
{
    (void)state;
    free(w.client.hand.sentences);
    w.client.hand.sentences = NULL;
    for (size_t mode = 0; mode < 4; mode++) {
        struct bytes text = bytes_str(credentials_of(mode, HAND_CONN(3)));
        char *copy = malloc(text.n + 1);
        size_t step = text.n > 400 ? 7 : 1;
        for (size_t i = 0; i < 9 * text.n; i += step) {
            memcpy(copy, text.p, text.n + 1);
            if (i < 8 * text.n)
                copy[i / 8] = (char)(copy[i / 8] ^ (1 << i % 8));
            else
                copy[i - 8 * text.n] = 0;
            if (strlen(copy) < text.n && i < 8 * text.n)
                continue;
            bool clean = true;
            for (const char *c = copy; *c; c++)
                clean &= (unsigned char)*c >= ' ' && *c != 0x7f;
            if (!clean)
                continue;
            hand_forget(&w.client);
            if (hand_get(&w, mode == 2 ? HAND_CONN(4) : NULL, "/", copy) == 200)
                assert_true(bytes_equal_str(w.page.http.body, "WEB1\\alice\n") ||
                            bytes_equal_str(w.page.http.body, "alice@EXAMPLE.TEST\n"));
        }
        free(copy);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_scheme_has_a_field),
        TEST(anonymous_comes_first),
        TEST(schemes_that_are_not_offered),
        TEST(basic_by_every_form_of_a_name),
        TEST(basic_refused),
        TEST(paths_and_methods),
        TEST(a_thousand_connections),
        TEST(each_allocation_fails_once),
        TEST(every_change_of_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
