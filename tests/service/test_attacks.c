/* What somebody who has no password, or another's, tries on a web server. */
#include "context/pac.h"
#include "service/inside.h"
#include "tests/service/hand_web.h"

static struct hand_web w;

static int begin(void **state)
{
    (void)state;
    hand_web_begin(&w, AUTH_NTLM | AUTH_NEGOTIATE);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_web_end(&w);
    return 0;
}

static const struct tls channel = {.end_point = BYTES_LIT("tls-server-end-point:www")};

static int get(struct conn *conn, const char *path, const char *authorization)
{
    const char *start = arena_printf(w.client.hand.run, "GET %s HTTP/1.1", path);
    assert_true(hand_get_on(&w, conn, &channel, start, authorization));
    return w.page.http.status;
}

/* ---- nobody ---------------------------------------------------------------------------------- */

static void nobody_is_not_somebody(void **state)
{
    (void)state;
    static const char *const schemes[] = {"NTLM", "Negotiate"};
    for (size_t i = 0; i < 2; i++) {
        struct conn *conn = HAND_CONN(1 + i);
        hand_ntlm_logon(&w, conn, schemes[i], hand_ntlm(&w, "", "", ""));
        assert_int_equal(w.page.http.status, 401);
        assert_int_equal(hand_get(&w, conn, "/", NULL), 401);
    }
    struct spnego s;
    struct bytes in = {0}, out;
    struct mech one[] = {ntlm_client_mech(hand_ntlm(&w, "", "", ""))};
    spnego_init(&s, w.client.hand.run, "alice", "client.spnego", false, one, 1);
    for (int i = 0; i < 4; i++) {
        out = (struct bytes){0};
        enum mech_state state_ =
            spnego_step(&s, hand_turn(&w.client.hand, w.client.hand.turn.now), in, &out);
        if (state_ == MECH_REFUSED || !out.n)
            break;
        assert_int_equal(hand_get(&w, HAND_CONN(9), "/", hand_credentials(&w, "Negotiate", out)),
                         401);
        in = hand_token(&w, "Negotiate");
    }
    assert_int_equal(hand_get(&w, HAND_CONN(9), "/", NULL), 401);
    assert_int_equal(w.asked, 0);
}

/* Where it is taken, it is still nobody whom a rule could mean by a name. */
static void nobody_is_unknown_to_the_rules(void **state)
{
    (void)state;
    static const char *const unknown[] = {"?", NULL};
    static const struct url_rule rules[] = {{.users = unknown}};
    w.config.ntlm.anonymous = true;
    w.apps[0].mode = ASP_WINDOWS;
    for (int denied = 0; denied < 2; denied++) {
        w.apps[0].rules = rules;
        w.apps[0].n_rules = denied ? 1 : 0;
        hand_web_new(&w);
        assert_int_equal(hand_ntlm_logon(&w, HAND_CONN(1), "NTLM", hand_ntlm(&w, "", "", "")),
                         denied ? 401 : 200);
    }
}

static void credentials_come_once(void **state)
{
    (void)state;
    w.apps[0].schemes = AUTH_BASIC;
    hand_web_new(&w);
    struct arena *mem = w.client.hand.run;
    const char *one = hand_basic(&w, "WEB1\\alice", "local-pw-1");
    const char *fields[] = {"Host: www.example.test", arena_printf(mem, "Authorization: %s", one),
                            arena_printf(mem, "AUTHORIZATION: %s", one)};
    for (size_t n = 2; n <= 3; n++) {
        struct packet p = {.via = VIA_HTTP,
                           .from = &w.client.alice,
                           .to = &w.client.www,
                           .data = http_write(mem, "GET / HTTP/1.1", fields, n, (struct bytes){0})};
        struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now);
        assert_true(service_receive(w.client.service, &p, t));
        hand_page_read(&w, w.client.hand.out.first->packet.data, "WWW-Authenticate");
        assert_int_equal(w.page.http.status, n == 2 ? 200 : 401);
    }
    assert_string_equal(w.client.hand.refused, "service.http.credentials");
}

/* Where it is taken, it is ANONYMOUS LOGON, and that is hardly anybody. */
static void nobody_gets_next_to_nothing(void **state)
{
    (void)state;
    static const struct {
        const char *path, *sddl;
        int status;
    } rows[] = {
        {"/nobody.txt", "O:BAG:BAD:(A;;FR;;;AN)", 200},
        {"/all.txt", "O:BAG:BAD:(A;;FR;;;WD)", 401},
        {"/known.txt", "O:BAG:BAD:(A;;FR;;;AU)", 401},
        {"/users.txt", "O:BAG:BAD:(A;;FR;;;BU)", 401},
        {"/ntlm.txt", "O:BAG:BAD:(A;;FR;;;S-1-5-64-10)", 401},
        {"/net.txt", "O:BAG:BAD:(A;;FR;;;NU)", 200},
    };
    static struct web_file files[6];
    static const char *const schemes[] = {"NTLM", "Negotiate"};
    for (size_t i = 0; i < 6; i++)
        files[i] = (struct web_file){.path = rows[i].path, .sddl = rows[i].sddl, .text = "hello"};
    w.config.ntlm.anonymous = true;
    w.apps[0].files = files;
    w.apps[0].n_files = 6;
    hand_web_new(&w);
    for (size_t k = 0; k < 2; k++) {
        struct conn *conn = HAND_CONN(1 + k);
        hand_ntlm_logon(&w, conn, schemes[k], hand_ntlm(&w, "", "", ""));
        for (size_t i = 0; i < 6; i++)
            if (hand_get(&w, conn, rows[i].path, NULL) != rows[i].status)
                fail_msg("%s: %d", rows[i].path, w.page.http.status);
        assert_int_equal(w.asked, 0);
    }
    struct spnego s;
    struct bytes in = {0}, out;
    struct mech one[] = {ntlm_client_mech(hand_ntlm(&w, "", "", ""))};
    spnego_init(&s, w.client.hand.run, "alice", "client.spnego", false, one, 1);
    for (int i = 0; i < 2; i++) {
        spnego_step(&s, hand_turn(&w.client.hand, w.client.hand.turn.now), in, &out);
        hand_get(&w, HAND_CONN(9), "/nobody.txt", hand_credentials(&w, "Negotiate", out));
        in = hand_token(&w, "Negotiate");
    }
    assert_int_equal(w.page.http.status, 200);
}

/* ---- begun at one application, ended at another ---------------------------------------------- */

static void begun_where_less_is_asked_for(void **state)
{
    (void)state;
    static const char *const schemes[] = {"NTLM", "Negotiate"};
    w.apps[1] = (struct web_app){
        .path = "/bound", .schemes = AUTH_NTLM | AUTH_NEGOTIATE, .protection = PROTECTION_REQUIRE};
    w.n_apps = 2;
    hand_web_new(&w);
    for (size_t i = 0; i < 3; i++) {
        struct ntlm_client *c = hand_ntlm(&w, "WEB1", "alice", "local-pw-1");
        struct mech one[] = {ntlm_client_mech(c)};
        struct spnego s;
        struct conn *conn = HAND_CONN(1 + i);
        const char *scheme = schemes[i ? 1 : 0];
        struct bytes in = {0}, out;
        c->config.bindings = BYTES_LIT("tls-server-end-point:eve");
        spnego_init(&s, w.client.hand.run, "alice", "client.spnego", false, one, 1);
        for (int k = 0; k < 2; k++) {
            struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now);
            if (i == 2)
                spnego_step(&s, t, in, &out);
            else
                ntlm_client_step(c, t, in, &out);
            assert_int_equal(get(conn, k ? "/bound" : "/", hand_credentials(&w, scheme, out)), 401);
            in = hand_token(&w, scheme);
        }
        assert_int_equal(get(conn, "/bound", NULL), 401);
    }
}

/* ---- another realm's client with a name of here ---------------------------------------------- */

static const char *domain, *user;

static void foreign(struct hand_request *r)
{
    static struct AuthorizationData_item item;
    struct turn *t = &w.client.hand.turn;
    struct validation_info info = w.info;
    struct bytes pac;
    info.effective_name = bytes_str(user);
    info.logon_domain_name = bytes_str(domain);
    info.user_id = 1104;
    struct pac_making making = {&info, BYTES_LIT("alice"), r->ticket.authtime, &w.client.key,
                                &w.client.subkey};
    assert_true(pac_make(t, &making, &pac));
    item = pac_element(t, pac);
    r->ticket.crealm = r->auth.crealm = BYTES_LIT("OTHER.TEST");
    r->ticket.flags |= TKT_TRANSITED_POLICY_CHECKED;
    r->ticket.has_authorization_data = true;
    r->ticket.authorization_data = (struct AuthorizationData){&item, 1};
}

static void names_of_here_are_not_anothers(void **state)
{
    (void)state;
    static const struct {
        const char *domain, *user;
        bool good;
    } table[] = {
        {"OTHER", "alice", true},          {"EXAMPLE", "alice", false}, {"web1", "alice", false},
        {"NT AUTHORITY", "SYSTEM", false}, {"", "WEB1\\alice", false},  {"WEB1\\alice", "", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        domain = table[i].domain;
        user = table[i].user;
        w.client.hand.turn.now += SECOND;
        hand_turn(&w.client.hand, w.client.hand.turn.now);
        hand_get(&w, NULL, "/",
                 hand_credentials(&w, "Negotiate",
                                  gss_token_write(w.client.hand.run, TOK_AP_REQ,
                                                  hand_ap_req(&w.client, foreign))));
        if (table[i].good)
            hand_served_as(&w, "OTHER\\alice");
        else
            hand_refused_by(&w, "service.ap.pac");
    }
}

/* ---- what is left of it ---------------------------------------------------------------------- */

static const struct connection *only_one(void)
{
    assert_int_equal(w.client.service->n_conns, 1);
    return &w.client.service->conns[0];
}

static void no_key_outlives_the_exchange(void **state)
{
    (void)state;
    static const struct security_context nothing;
    hand_get(&w, NULL, "/",
             hand_credentials(
                 &w, "Negotiate",
                 gss_token_write(w.client.hand.run, TOK_AP_REQ, hand_ap_req(&w.client, NULL))));
    hand_served_as(&w, "alice@EXAMPLE.TEST");
    assert_memory_equal(&w.client.service->context, &nothing, sizeof nothing);
    for (int inside = 0; inside < 2; inside++) {
        static const struct ntlm_session none;
        struct ntlm_client *c = hand_ntlm(&w, "WEB1", "alice", "local-pw-1");
        struct mech one[] = {ntlm_client_mech(c)};
        struct spnego s;
        struct bytes in = {0}, out;
        struct ntlm_server *server = NULL;
        spnego_init(&s, w.client.hand.run, "alice", "client.spnego", false, one, 1);
        for (int k = 0; k < 2; k++) {
            struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now);
            if (inside)
                spnego_step(&s, t, in, &out);
            else
                ntlm_client_step(c, t, in, &out);
            hand_get(&w, HAND_CONN(1), "/", hand_credentials(&w, "Negotiate", out));
            in = hand_token(&w, "Negotiate");
            server = k ? server : only_one()->ntlm;
        }
        hand_served_as(&w, "WEB1\\alice");
        assert_memory_equal(&server->session, &none, sizeof none);
        assert_null(only_one()->ntlm);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nobody_is_not_somebody),        TEST(nobody_is_unknown_to_the_rules),
        TEST(credentials_come_once),         TEST(nobody_gets_next_to_nothing),
        TEST(begun_where_less_is_asked_for), TEST(names_of_here_are_not_anothers),
        TEST(no_key_outlives_the_exchange),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
