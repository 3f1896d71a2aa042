/* Logons that a controller decides about, over the secure channel: answers come in a later turn,
 * and requests wait. The controller is the channel's other end, its accounts are made by hand. */
#include "service/inside.h"
#include "tests/service/hand_web.h"

static struct hand_web w;
static struct packet wire[64]; /* between service and controller, in the order in which it went */
static size_t n_wire;
static struct page {
    const struct conn *conn;
    int status;
    struct bytes body;
} pages[128]; /* to browsers */
static size_t n_pages;

static bool machine_of(void *arg, struct turn *t, struct bytes account, uint8_t nt_hash[16],
                       uint32_t *rid)
{
    (void)arg, (void)t;
    memcpy(nt_hash, w.secret, 16);
    *rid = 1200;
    return bytes_equal_str(account, "WEB1$");
}

static bool verify(void *arg, struct turn *t, const struct logon_question *q,
                   struct logon_answer *out)
{
    return hand_ask(arg, q, t, out);
}

static void service_made(void)
{
    struct netlogon_server_config config = {.party = "dc",
                                            .name = "DC1",
                                            .domain = "EXAMPLE",
                                            .machine = machine_of,
                                            .verify = verify,
                                            .arg = &w};
    w.channel = (struct netlogon_channel_config){.party = "www",
                                                 .controller = &w.dc,
                                                 .computer = "WEB1",
                                                 .controller_name = "\\\\DC1",
                                                 .domain = "EXAMPLE",
                                                 .secret = w.secret};
    w.dc.name = "dc";
    w.config.channel = &w.channel;
    w.config.local = NULL;
    w.server = netlogon_server_new(w.client.hand.run, &config);
    hand_web_new(&w);
    n_wire = n_pages = 0;
}

static int begin(void **state)
{
    (void)state;
    hand_web_begin(&w, AUTH_BASIC | AUTH_DIGEST | AUTH_NTLM | AUTH_NEGOTIATE);
    memset(w.secret, 7, sizeof w.secret);
    service_made();
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_web_end(&w);
    return 0;
}

/* ---- the network ------------------------------------------------------------------------------
 */

static void carry(const struct party *from)
{
    struct arena *mem = w.client.hand.run;
    for (const struct out *o = w.client.hand.out.first; o; o = o->next) {
        if (o->kind != OUT_SEND)
            continue;
        struct packet p = o->packet;
        p.data = arena_copy(mem, p.data);
        p.from = from;
        if (p.via == VIA_RPC) {
            assert_true(n_wire < 64);
            p.conn = HAND_CONN(900);
            wire[n_wire++] = p;
            continue;
        }
        struct http_message m;
        size_t used;
        assert_int_equal(http_read(p.data, mem, NULL, &m, &used), HTTP_WHOLE);
        assert_true(n_pages < 128);
        pages[n_pages++] = (struct page){p.conn, m.status, m.body};
    }
}

/* One packet of the wire to its end. False: there is none. */
static bool deliver(void)
{
    if (!n_wire)
        return false;
    struct packet p = wire[0];
    memmove(wire, wire + 1, --n_wire * sizeof *wire);
    struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now);
    bool to_dc = p.to == &w.dc;
    if (to_dc) {
        p.from = &w.client.www;
        assert_true(netlogon_serve(w.server, &p, t));
    } else {
        assert_true(service_receive(w.client.service, &p, t));
    }
    carry(to_dc ? &w.dc : &w.client.www);
    return true;
}

static void settle(void)
{
    while (deliver())
        ;
}

/* The request comes; its answer may. */
static void send_on(struct conn *conn, const char *authorization)
{
    hand_get_on(&w, conn, NULL, "GET / HTTP/1.1", authorization);
    carry(&w.client.www);
}

static void last_page(const struct conn *conn, int status, const char *name)
{
    assert_true(n_pages > 0);
    const struct page *p = &pages[n_pages - 1];
    assert_ptr_equal(p->conn, conn);
    assert_int_equal(p->status, status);
    if (name)
        assert_true(bytes_equal_str(p->body, arena_printf(w.client.hand.run, "%s\n", name)));
}

static const char *third_message(struct conn *conn, const char *scheme, const char *user,
                                 const char *password)
{
    struct ntlm_client *c = hand_ntlm(&w, "EXAMPLE", user, password);
    send_on(conn, hand_ntlm_token(&w, c, scheme, (struct bytes){0}));
    return hand_ntlm_token(&w, c, scheme, hand_token(&w, scheme));
}

/* ---- tests ----------------------------------------------------------------------------------- */

static void each_mode_by_the_controller(void **state)
{
    (void)state;
    send_on(NULL, hand_basic(&w, "alice", "alice-pw-1"));
    assert_int_equal(n_pages, 0);
    settle();
    last_page(NULL, 200, "EXAMPLE\\alice");
    send_on(HAND_CONN(1), hand_basic(&w, "alice", "wrong"));
    settle();
    last_page(HAND_CONN(1), 401, "Refused");
    send_on(HAND_CONN(2), third_message(HAND_CONN(2), "NTLM", "ben", "ben-pw-1"));
    settle();
    last_page(HAND_CONN(2), 200, "EXAMPLE\\ben");
    send_on(HAND_CONN(2), NULL);
    last_page(HAND_CONN(2), 200, "EXAMPLE\\ben");
    send_on(HAND_CONN(3), third_message(HAND_CONN(3), "Negotiate", "dora", "dora-pw-1"));
    settle();
    last_page(HAND_CONN(3), 401, "Refused");
    assert_string_equal(w.client.hand.refused, "service.logon.answer");
    hand_get(&w, NULL, "/", NULL);
    struct hand_digest d = hand_digest_of(&w, "EXAMPLE\\alice", "alice-pw-1");
    send_on(HAND_CONN(4), hand_digest(&w, &d));
    settle();
    last_page(HAND_CONN(4), 200, "EXAMPLE\\alice");
}

static void ntlm_in_spnego_by_the_controller(void **state)
{
    (void)state;
    struct mech mech = ntlm_client_mech(hand_ntlm(&w, "EXAMPLE", "alice", "alice-pw-1"));
    struct spnego s;
    struct bytes out = {0};
    struct conn *conn = HAND_CONN(1);
    spnego_init(&s, w.client.hand.run, "alice", "client.spnego", false, &mech, 1);
    struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now);
    assert_int_equal(spnego_step(&s, t, out, &out), MECH_CONTINUE);
    send_on(conn, hand_credentials(&w, "Negotiate", out));
    struct bytes in = hand_token(&w, "Negotiate");
    t = hand_turn(&w.client.hand, w.client.hand.turn.now);
    assert_int_equal(spnego_step(&s, t, in, &out), MECH_CONTINUE);
    send_on(conn, hand_credentials(&w, "Negotiate", out));
    settle();
    last_page(conn, 200, "EXAMPLE\\alice");
    send_on(conn, NULL);
    last_page(conn, 200, "EXAMPLE\\alice");
}

/* Requests of one connection are answered in their order, whatever they wait for. */
static void requests_wait_behind_each_other(void **state)
{
    (void)state;
    struct conn *conn = HAND_CONN(1);
    send_on(conn, hand_basic(&w, "alice", "alice-pw-1"));
    send_on(conn, hand_basic(&w, "ben", "ben-pw-1"));
    send_on(conn, NULL);
    assert_int_equal(n_pages, 0);
    settle();
    assert_int_equal(n_pages, 3);
    assert_true(bytes_equal_str(pages[0].body, "EXAMPLE\\alice\n"));
    assert_true(bytes_equal_str(pages[1].body, "EXAMPLE\\ben\n"));
    assert_int_equal(pages[2].status, 401);
}

static void too_many_wait(void **state)
{
    (void)state;
    for (int i = 0; i < SERVICE_HELD_MAX; i++)
        send_on(HAND_CONN(1), hand_basic(&w, "alice", "alice-pw-1"));
    assert_int_equal(n_pages, 0);
    send_on(HAND_CONN(1), NULL);
    last_page(HAND_CONN(1), 503, NULL);
    settle(); /* the answer comes for a connection that is forgotten */
    assert_int_equal(n_pages, 1);
    assert_int_equal(service_alarm(w.client.service), INT64_MAX);
}

/* More connections ask at once than the channel takes questions. */
static void many_connections_ask_at_once(void **state)
{
    (void)state;
    free(w.client.hand.sentences);
    w.client.hand.sentences = NULL;
    for (uintptr_t i = 0; i < 100; i++)
        send_on(HAND_CONN(1 + i), hand_basic(&w, i % 2 ? "ben" : "alice",
                                             i % 3 ? (i % 2 ? "ben-pw-1" : "alice-pw-1") : "no"));
    assert_int_equal(n_pages, 0);
    settle();
    assert_int_equal(n_pages, 100);
    for (size_t i = 0; i < 100; i++) {
        uintptr_t k = (uintptr_t)pages[i].conn - 1;
        assert_int_equal(pages[i].status, k % 3 ? 200 : 401);
        if (k % 3)
            assert_true(
                bytes_equal_str(pages[i].body, k % 2 ? "EXAMPLE\\ben\n" : "EXAMPLE\\alice\n"));
    }
}

static void nobody_answers(void **state)
{
    (void)state;
    int64_t now = w.client.hand.turn.now;
    send_on(HAND_CONN(1), hand_basic(&w, "alice", "alice-pw-1"));
    send_on(HAND_CONN(2), third_message(HAND_CONN(2), "NTLM", "ben", "ben-pw-1"));
    n_pages = 0;
    assert_int_equal(service_alarm(w.client.service), now + SERVICE_PATIENCE);
    n_wire = 0;
    struct turn *t = hand_turn(&w.client.hand, now + SERVICE_PATIENCE);
    assert_true(service_controller_lost(w.client.service, t));
    carry(&w.client.www);
    assert_int_equal(n_pages, 2);
    assert_int_equal(pages[0].status, 401);
    assert_int_equal(pages[1].status, 401);
    assert_int_equal(service_alarm(w.client.service), INT64_MAX);
    n_pages = n_wire = 0;
    send_on(HAND_CONN(1), hand_basic(&w, "alice", "alice-pw-1")); /* a new channel */
    settle();
    last_page(HAND_CONN(1), 200, "EXAMPLE\\alice");
}

static void the_browser_goes_away(void **state)
{
    (void)state;
    send_on(HAND_CONN(1), hand_basic(&w, "alice", "alice-pw-1"));
    service_closed(w.client.service, HAND_CONN(1));
    send_on(HAND_CONN(2), hand_basic(&w, "ben", "ben-pw-1"));
    settle();
    assert_int_equal(n_pages, 1);
    last_page(HAND_CONN(2), 200, "EXAMPLE\\ben");
}

static void a_machine_without_a_controller(void **state)
{
    (void)state;
    w.channel.controller = NULL;
    hand_web_new(&w);
    send_on(HAND_CONN(1), hand_basic(&w, "alice", "alice-pw-1"));
    last_page(HAND_CONN(1), 401, "Refused");
    w.config.local = &w.local;
    hand_web_new(&w);
    send_on(HAND_CONN(1), hand_basic(&w, "alice", "local-pw-1"));
    last_page(HAND_CONN(1), 200, "WEB1\\alice");
    assert_true(service_controller_lost(w.client.service,
                                        hand_turn(&w.client.hand, w.client.hand.turn.now)));
    struct packet stray = {.via = VIA_RPC, .data = BYTES_LIT("x")};
    assert_true(service_receive(w.client.service, &stray,
                                hand_turn(&w.client.hand, w.client.hand.turn.now)));
}

/* With both: the machine's own by its name, all others by the controller. */
static void both_kinds_of_accounts(void **state)
{
    (void)state;
    w.config.local = &w.local;
    hand_web_new(&w);
    send_on(HAND_CONN(1), hand_basic(&w, "web1\\alice", "local-pw-1"));
    last_page(HAND_CONN(1), 200, "WEB1\\alice");
    send_on(HAND_CONN(1), hand_basic(&w, "EXAMPLE\\alice", "alice-pw-1"));
    assert_true(n_wire > 0);
    settle();
    last_page(HAND_CONN(1), 200, "EXAMPLE\\alice");
}

/* Of the machine's own accounts, by NetBIOS name or by none. */
static bool own_accounts(void *arg, const struct logon_question *q, struct turn *t,
                         struct logon_answer *out)
{
    struct logon_question named = *q;
    named.domain = BYTES_LIT("WEB1");
    const struct hand_account *a = hand_account(&named);
    if (!hand_ask(arg, q, t, out))
        return false;
    struct validation_info *info = arena_new_of(t->mem, struct validation_info);
    *info = w.info;
    info->effective_name = q->user;
    info->logon_domain_name = BYTES_LIT("WEB1");
    out->status = !a ? STATUS_NO_SUCH_USER : hand_compare(t, q, a, out) ? 0 : STATUS_WRONG_PASSWORD;
    out->info = out->status ? NULL : info;
    return true;
}

/* Who names no domain is one of the machine's own, if there is one of the name; a wrong password is
 * wrong then, whoever else has that name. */
static void no_domain_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *user, *password, *is; /* NULL: 401 */
        bool asks;                        /* the controller */
    } rows[] = {
        {"alice", "local-pw-1", "WEB1\\alice", false},
        {"alice", "alice-pw-1", NULL, false},
        {"ben", "ben-pw-1", "EXAMPLE\\ben", true},
        {"ben", "wrong", NULL, true},
        {"zoe", "zoe-pw-1", NULL, true},
    };
    w.local.ask = own_accounts;
    w.config.local = &w.local;
    hand_web_new(&w);
    for (int ntlm = 0; ntlm < 2; ntlm++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct conn *conn = HAND_CONN(1 + i);
            struct ntlm_client *c = hand_ntlm(&w, "", rows[i].user, rows[i].password);
            struct bytes none = {0};
            const char *value = ntlm ? hand_ntlm_token(&w, c, "NTLM", none)
                                     : hand_basic(&w, rows[i].user, rows[i].password);
            n_wire = 0;
            send_on(conn, value);
            if (ntlm)
                send_on(conn, hand_ntlm_token(&w, c, "NTLM", hand_token(&w, "NTLM")));
            assert_int_equal(n_wire > 0, rows[i].asks);
            settle();
            last_page(conn, rows[i].is ? 200 : 401, rows[i].is ? rows[i].is : "Refused");
        }
}

/* Each packet of the controller that does not come through, or comes changed, ends in an answer to
 * the browser and never lets anybody in. */
static void packets_of_the_controller_are_changed(void **state)
{
    (void)state;
    free(w.client.hand.sentences);
    w.client.hand.sentences = NULL;
    for (size_t k = 0; k < 5; k++)
        for (size_t bit = 0; bit < 64; bit++) {
            service_made();
            send_on(HAND_CONN(1), hand_basic(&w, "alice", "wrong"));
            for (size_t i = 0; n_wire; i++) {
                if (wire[0].to != &w.dc && i == 2 * k + 1 && wire[0].data.n)
                    ((uint8_t *)(uintptr_t)wire[0].data.p)[bit * 37 % wire[0].data.n] ^=
                        (uint8_t)(1u << bit % 8);
                deliver();
            }
            if (!n_pages) {
                assert_true(service_controller_lost(
                    w.client.service,
                    hand_turn(&w.client.hand, w.client.hand.turn.now + SERVICE_PATIENCE)));
                carry(&w.client.www);
            }
            last_page(HAND_CONN(1), 401, "Refused");
        }
}

/* Whoever asked is answered or forgotten, and the next one is served, whatever ran out when. */
static void each_allocation_fails_once(void **state)
{
    (void)state;
    free(w.client.hand.sentences);
    w.client.hand.sentences = NULL;
    unsigned long n = 0;
    for (size_t failed = 1; failed;) {
        failed = 0;
        service_made();
        send_on(HAND_CONN(1), hand_basic(&w, "alice", "alice-pw-1"));
        send_on(HAND_CONN(1), hand_basic(&w, "ben", "ben-pw-1"));
        n++;
        while (n_wire) {
            struct packet p = wire[0];
            if (p.to == &w.dc) {
                deliver();
                continue;
            }
            memmove(wire, wire + 1, --n_wire * sizeof *wire);
            struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now);
            arena_fail_after(n);
            bool ok = service_receive(w.client.service, &p, t);
            arena_fail_after(0);
            if (ok)
                carry(&w.client.www);
            failed += !ok;
        }
        struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now + SERVICE_PATIENCE);
        assert_true(service_controller_lost(w.client.service, t));
        carry(&w.client.www);
        n_wire = 0;
        for (size_t i = 0; i < n_pages; i++)
            assert_true(pages[i].status == 200 || pages[i].status == 401);
        t = hand_turn(&w.client.hand, w.client.hand.turn.now + SERVICE_PATIENCE);
        assert_true(service_controller_lost(w.client.service, t));
        n_wire = 0;
        send_on(HAND_CONN(2), hand_basic(&w, "alice", "alice-pw-1"));
        settle();
        last_page(HAND_CONN(2), 200, "EXAMPLE\\alice");
        assert_true(n < 3000);
    }
    assert_true(n > 30);
}

/* Where there is room for two, the one not used for longest is forgotten, though it waits. */
static void a_waiting_connection_makes_room(void **state)
{
    (void)state;
    w.config.max_conns = 2;
    hand_web_new(&w);
    for (uintptr_t i = 1; i <= 3; i++)
        send_on(HAND_CONN(i), hand_basic(&w, "alice", "alice-pw-1"));
    settle();
    assert_int_equal(n_pages, 2);
    assert_ptr_equal(pages[0].conn, HAND_CONN(2));
    assert_ptr_equal(pages[1].conn, HAND_CONN(3));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_mode_by_the_controller),
        TEST(ntlm_in_spnego_by_the_controller),
        TEST(requests_wait_behind_each_other),
        TEST(too_many_wait),
        TEST(many_connections_ask_at_once),
        TEST(nobody_answers),
        TEST(the_browser_goes_away),
        TEST(a_machine_without_a_controller),
        TEST(both_kinds_of_accounts),
        TEST(no_domain_is_named),
        TEST(packets_of_the_controller_are_changed),
        TEST(each_allocation_fails_once),
        TEST(a_waiting_connection_makes_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
