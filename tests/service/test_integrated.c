/* Integrated authentication: NTLM and Negotiate, with the PAC, TLS and its bindings. */
#include "context/pac.h"
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

/* ---- NTLM ------------------------------------------------------------------------------------ */

static void ntlm_authenticates_the_connection(void **state)
{
    (void)state;
    static const char *const schemes[] = {"NTLM", "Negotiate"}; /* in Negotiate bare */
    for (size_t i = 0; i < 2; i++) {
        struct conn *conn = HAND_CONN(1 + i);
        hand_ntlm_logon(&w, conn, schemes[i], hand_ntlm(&w, "WEB1", "alice", "local-pw-1"));
        served_as("WEB1\\alice");
        unsigned asked = w.asked;
        hand_get(&w, conn, "/", NULL);
        served_as("WEB1\\alice");
        assert_int_equal(w.asked, asked);
        assert_int_equal(hand_get(&w, HAND_CONN(9), "/", NULL), 401);
        /* Somebody else on the same connection: from his first message on it is nobody's. */
        struct ntlm_client *ben = hand_ntlm(&w, "EXAMPLE", "ben", "ben-pw-1");
        hand_get(&w, conn, "/", hand_ntlm_token(&w, ben, schemes[i], (struct bytes){0}));
        struct bytes challenge = hand_token(&w, schemes[i]);
        assert_int_equal(hand_get(&w, conn, "/", NULL), 401);
        hand_get(&w, conn, "/", hand_ntlm_token(&w, ben, schemes[i], challenge));
        served_as("EXAMPLE\\ben");
        service_closed(w.client.service, conn);
        assert_int_equal(hand_get(&w, conn, "/", NULL), 401);
    }
}

static void ntlm_for_the_request_only(void **state)
{
    (void)state;
    w.apps[0].ntlm_per_request = true;
    hand_web_new(&w);
    hand_ntlm_logon(&w, HAND_CONN(1), "NTLM", hand_ntlm(&w, "WEB1", "alice", "local-pw-1"));
    served_as("WEB1\\alice");
    assert_int_equal(hand_get(&w, HAND_CONN(1), "/", NULL), 401);
}

/* One connection, several applications: what was proven to one counts for another that asks for no
 * more. */
static void ntlm_in_other_applications(void **state)
{
    (void)state;
    static const struct {
        struct web_app app;
        int status;
    } table[] = {
        {{.path = "/b", .schemes = AUTH_NEGOTIATE}, 200},
        {{.path = "/b", .schemes = AUTH_BASIC}, 401},
        {{.path = "/b", .schemes = AUTH_NTLM, .ntlm_per_request = true}, 401},
        {{.path = "/b", .schemes = AUTH_NTLM, .protection = PROTECTION_REQUIRE}, 401},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        w.apps[1] = table[i].app;
        w.n_apps = 2;
        hand_web_new(&w);
        hand_ntlm_logon(&w, HAND_CONN(1), "NTLM", hand_ntlm(&w, "WEB1", "alice", "local-pw-1"));
        served_as("WEB1\\alice");
        assert_int_equal(hand_get(&w, HAND_CONN(1), "/b", NULL), table[i].status);
        assert_int_equal(hand_get(&w, HAND_CONN(1), "/", NULL), 200);
    }
}

/* No user and no response: nobody has to be asked who that is. */
static void ntlm_anonymous(void **state)
{
    (void)state;
    static const char *const schemes[] = {"NTLM", "Negotiate"};
    hand_ntlm_logon(&w, HAND_CONN(1), "NTLM", hand_ntlm(&w, "", "", ""));
    assert_int_equal(w.page.http.status, 401);
    w.config.ntlm.anonymous = true;
    hand_web_new(&w);
    for (size_t i = 0; i < 2; i++) {
        unsigned asked = w.asked;
        hand_ntlm_logon(&w, HAND_CONN(1 + i), schemes[i], hand_ntlm(&w, "", "", ""));
        served_as("NT AUTHORITY\\ANONYMOUS LOGON");
        hand_get(&w, HAND_CONN(1 + i), "/", NULL);
        served_as("NT AUTHORITY\\ANONYMOUS LOGON");
        assert_int_equal(w.asked, asked);
    }
}

static void ntlm_refused(void **state)
{
    (void)state;
    hand_ntlm_logon(&w, HAND_CONN(1), "NTLM", hand_ntlm(&w, "WEB1", "alice", "wrong"));
    refused_by("service.logon.answer");
    assert_int_equal(w.page.n_offers, 4);
    assert_int_equal(hand_get(&w, HAND_CONN(1), "/", NULL), 401);
    /* The third message on another connection, or twice. */
    struct ntlm_client *c = hand_ntlm(&w, "WEB1", "alice", "local-pw-1");
    hand_get(&w, HAND_CONN(1), "/", hand_ntlm_token(&w, c, "NTLM", (struct bytes){0}));
    const char *third = hand_ntlm_token(&w, c, "NTLM", hand_token(&w, "NTLM"));
    hand_get(&w, HAND_CONN(2), "/", third);
    refused_by("service.ntlm.order");
    hand_get(&w, HAND_CONN(1), "/", third);
    served_as("WEB1\\alice");
    hand_get(&w, HAND_CONN(1), "/", third);
    refused_by("service.ntlm.order");
    hand_get(&w, HAND_CONN(1), "/", "NTLM");
    refused_by("service.negotiate.base64");
    hand_get(&w, HAND_CONN(1), "/", "NTLM YWJjZA==");
    refused_by("service.ntlm.order");
    hand_get(&w, HAND_CONN(1), "/", hand_credentials(&w, "NTLM", BYTES_LIT("NTLMSSP\0\1\0\0")));
    assert_int_equal(w.page.http.status, 401);
}

/* ---- Negotiate ------------------------------------------------------------------------------- */

static enum mech_state kerberos_exchange(void *arg, struct turn *t, struct krb5_round *r)
{
    struct mech_krb5 *m = arg;
    (void)t;
    if (r->in_id == 0) {
        struct hand_request made;
        hand_request_fill(&w.client, &made);
        r->out_id = TOK_AP_REQ;
        r->out = hand_ap_req(&w.client, NULL);
        return MECH_CONTINUE;
    }
    struct AP_REP rep;
    struct EncAPRepPart part;
    struct key subkey;
    if (r->in_id != TOK_AP_REP ||
        !asn_decode(&ASN_AP_REP, r->in, ASN_STRICT, w.client.hand.run, NULL, &rep) ||
        ap_reply_check(&w.client.hand.turn, &rep, &w.client.session, w.client.hand.turn.now,
                       "client.ap", &part))
        return MECH_REFUSED;
    bool has = part.has_subkey && key_from_wire(&part.subkey, &subkey);
    mech_krb5_keys(m, &w.client.session, &w.client.subkey, has ? &subkey : NULL, 41,
                   part.has_seq_number ? (uint64_t)part.seq_number : 41);
    return MECH_DONE;
}

/* A browser's SPNEGO with these mechanisms; the status of the last answer. */
static int negotiate(struct conn *conn, const struct mech *mechs, size_t n, unsigned *rounds)
{
    struct spnego s;
    struct bytes in = {0}, out;
    spnego_init(&s, w.client.hand.run, "alice", "client.spnego", false, mechs, n);
    for (*rounds = 0; *rounds < 6; ++*rounds) {
        struct turn *t = hand_turn(&w.client.hand, w.client.hand.turn.now);
        out = (struct bytes){0};
        enum mech_state state = spnego_step(&s, t, in, &out);
        if (state == MECH_REFUSED || (state == MECH_DONE && !out.n))
            break;
        hand_get(&w, conn, "/", hand_credentials(&w, "Negotiate", out));
        in = hand_token(&w, "Negotiate");
        if (!in.n)
            break;
    }
    return w.page.http.status;
}

static void negotiate_kerberos_in_spnego(void **state)
{
    (void)state;
    unsigned rounds;
    struct mech_krb5 m;
    mech_krb5_init(&m, false, kerberos_exchange, &m);
    struct mech one[] = {mech_krb5(&m, OID_KRB5)}, two[] = {mech_krb5(&m, OID_MS_KRB5), one[0]};
    negotiate(HAND_CONN(1), one, 1, &rounds);
    served_as("alice@EXAMPLE.TEST");
    assert_int_equal(rounds, 1);
    /* Kerberos authenticates the request. */
    assert_int_equal(hand_get(&w, HAND_CONN(1), "/", NULL), 401);
    w.client.hand.turn.now += SECOND;
    mech_krb5_init(&m, false, kerberos_exchange, &m);
    negotiate(HAND_CONN(1), two, 2, &rounds);
    served_as("alice@EXAMPLE.TEST");
}

static void negotiate_ntlm_in_spnego(void **state)
{
    (void)state;
    unsigned rounds;
    struct mech one[] = {ntlm_client_mech(hand_ntlm(&w, "WEB1", "alice", "local-pw-1"))};
    negotiate(HAND_CONN(1), one, 1, &rounds);
    served_as("WEB1\\alice");
    hand_get(&w, HAND_CONN(1), "/", NULL);
    served_as("WEB1\\alice");
    one[0] = ntlm_client_mech(hand_ntlm(&w, "WEB1", "alice", "wrong"));
    assert_int_equal(negotiate(HAND_CONN(1), one, 1, &rounds), 401);
    assert_string_equal(w.client.hand.refused[0] ? "told" : "", "told");
    assert_int_equal(hand_get(&w, HAND_CONN(1), "/", NULL), 401);
}

/* The client would like something else, which this server does not have: NTLM is taken, and the
 * list is vouched for on both sides. */
static void negotiate_falls_back(void **state)
{
    (void)state;
    unsigned rounds;
    struct mech both[] = {ntlm_client_mech(hand_ntlm(&w, "WEB1", "alice", "local-pw-1")),
                          ntlm_client_mech(hand_ntlm(&w, "WEB1", "alice", "local-pw-1"))};
    both[0].oid = OID_NEGOEX;
    negotiate(HAND_CONN(1), both, 2, &rounds);
    served_as("WEB1\\alice");
    assert_true(rounds >= 2);
}

static void negotiate_bare_kerberos(void **state)
{
    (void)state;
    struct bytes req = gss_token_write(w.client.hand.run, TOK_AP_REQ, hand_ap_req(&w.client, NULL));
    const char *credentials = hand_credentials(&w, "Negotiate", req);
    hand_get(&w, HAND_CONN(1), "/", credentials);
    served_as("alice@EXAMPLE.TEST");
    assert_true(hand_token(&w, "Negotiate").n > 0);
    hand_get(&w, HAND_CONN(1), "/", credentials);
    refused_by("service.ap.replay");
    assert_int_equal(w.page.n_offers, 4); /* Negotiate with the error's token, and the others */
    hand_get(&w, HAND_CONN(1), "/", hand_credentials(&w, "Negotiate", BYTES_LIT("\xa1\x02\x30\0")));
    refused_by("service.negotiate.mechanism");
    hand_get(&w, HAND_CONN(1), "/", hand_credentials(&w, "Negotiate", BYTES_LIT("\x60\x01\0")));
    refused_by("service.negotiate.mechanism");
}

/* ---- the PAC --------------------------------------------------------------------------------- */

static const struct key *pac_key;
static struct bytes pac_text; /* instead of one that is made */

static void with_a_pac(struct hand_request *r)
{
    static struct AuthorizationData_item item;
    static struct group_membership group = {.rid = 513, .attributes = GROUP_USUAL};
    struct turn *t = &w.client.hand.turn;
    struct validation_info info = w.info;
    struct bytes pac = pac_text;
    info.effective_name = BYTES_LIT("alice");
    info.logon_domain_name = BYTES_LIT("EXAMPLE");
    info.user_id = 1104;
    info.groups = &group;
    info.n_groups = 1;
    if (!pac.n)
        assert_true(pac_make(t,
                             &(struct pac_making){.info = &info,
                                                  .client_name = BYTES_LIT("alice"),
                                                  .authtime = r->ticket.authtime,
                                                  .server_key = pac_key,
                                                  .kdc_key = &w.client.subkey},
                             &pac));
    item = pac_element(t, arena_copy(w.client.hand.run, pac));
    r->ticket.has_authorization_data = true;
    r->ticket.authorization_data.at = &item;
    r->ticket.authorization_data.n = 1;
}

static void get_with_a_pac(const struct key *key, struct bytes text)
{
    pac_key = key;
    pac_text = text;
    w.client.hand.turn.now += SECOND;
    hand_turn(&w.client.hand, w.client.hand.turn.now);
    hand_get(&w, NULL, "/",
             hand_credentials(&w, "Negotiate",
                              gss_token_write(w.client.hand.run, TOK_AP_REQ,
                                              hand_ap_req(&w.client, with_a_pac))));
}

static void the_pac_says_who_it_is(void **state)
{
    (void)state;
    get_with_a_pac(&w.client.key, (struct bytes){0});
    served_as("EXAMPLE\\alice");
    get_with_a_pac(&w.client.session, (struct bytes){0}); /* another signed it */
    refused_by("service.ap.pac");
    get_with_a_pac(&w.client.key, BYTES_LIT("junk"));
    refused_by("service.ap.pac");
    w.config.ignore_pac = true;
    hand_web_new(&w);
    get_with_a_pac(&w.client.session, (struct bytes){0});
    served_as("alice@EXAMPLE.TEST");
    /* Without applications the name is enough, and yet a PAC is no forgery. */
    w.config.ignore_pac = false;
    w.n_apps = 0;
    hand_web_new(&w);
    get_with_a_pac(&w.client.key, (struct bytes){0});
    served_as("alice@EXAMPLE.TEST");
    get_with_a_pac(&w.client.session, (struct bytes){0});
    assert_int_equal(w.page.http.status, 401);
    assert_string_equal(w.client.hand.refused, "service.ap.pac");
}

/* ---- TLS, certificates, bindings ---------------------------------------------------------------
 */

static int get_in_tls(const struct tls *tls, const char *authorization)
{
    assert_true(hand_get_on(&w, NULL, tls, "GET / HTTP/1.1", authorization));
    return w.page.http.status;
}

static const struct tls plain_tls = {.end_point = BYTES_LIT("tls-server-end-point:www")};

static void what_the_application_wants_of_tls(void **state)
{
    (void)state;
    struct tls tls = plain_tls;
    w.apps[0].require_tls = true;
    hand_web_new(&w);
    assert_int_equal(get_in_tls(NULL, NULL), 403);
    assert_string_equal(w.client.hand.refused, "service.http.tls");
    assert_true(bytes_starts(w.page.http.body, BYTES_LIT("403.4")));
    assert_int_equal(get_in_tls(&tls, NULL), 401);
    w.apps[0].require_certificate = true;
    hand_web_new(&w);
    assert_int_equal(get_in_tls(&tls, NULL), 403);
    assert_string_equal(w.client.hand.refused, "service.http.certificate");
    assert_true(bytes_starts(w.page.http.body, BYTES_LIT("403.7")));
    tls.client_certificate = BYTES_LIT("alice's");
    assert_int_equal(get_in_tls(&tls, NULL), 401); /* shown, and not mapped */
    w.apps[0].schemes |= AUTH_CERTIFICATE;
    hand_web_new(&w);
    assert_int_equal(get_in_tls(&tls, NULL), 200);
    served_as("EXAMPLE\\alice");
    tls.client_certificate = BYTES_LIT("eve's");
    tls.client_subject = "CN=\x1b[31meve";
    get_in_tls(&tls, NULL);
    assert_string_equal(w.client.hand.refused, "service.certificate.map");
}

static uint8_t bound_hash[16];

static void bound(struct hand_request *r)
{
    memcpy(r->fields.bindings, bound_hash, sizeof bound_hash);
}

static void kerberos_binds_to_the_channel(void **state)
{
    (void)state;
    static const struct tls other = {.end_point = BYTES_LIT("tls-server-end-point:eve")};
    static const struct {
        enum extended_protection_setting setting;
        const struct tls *client, *channel; /* NULL: none */
        bool good;
    } table[] = {
        {PROTECTION_OFF, NULL, &plain_tls, true},
        {PROTECTION_OFF, &other, &plain_tls, true},
        {PROTECTION_ALLOW, NULL, &plain_tls, true},
        {PROTECTION_ALLOW, &plain_tls, &plain_tls, true},
        {PROTECTION_ALLOW, &other, &plain_tls, false},
        {PROTECTION_ALLOW, &other, NULL, false},
        {PROTECTION_ALLOW, NULL, NULL, true},
        {PROTECTION_REQUIRE, NULL, &plain_tls, false},
        {PROTECTION_REQUIRE, &plain_tls, &plain_tls, true},
        {PROTECTION_REQUIRE, &other, &plain_tls, false},
        {PROTECTION_REQUIRE, NULL, NULL, true},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        memset(bound_hash, 0, sizeof bound_hash);
        if (table[i].client)
            assert_true(channel_bindings_hash(w.client.hand.crypto, table[i].client->end_point,
                                              bound_hash));
        w.apps[0].protection = table[i].setting;
        w.client.hand.turn.now += SECOND;
        struct bytes token =
            gss_token_write(w.client.hand.run, TOK_AP_REQ, hand_ap_req(&w.client, bound));
        int status = get_in_tls(table[i].channel, hand_credentials(&w, "Negotiate", token));
        if (status != (table[i].good ? 200 : 401))
            fail_msg("row %zu: %d", i, status);
        if (!table[i].good)
            assert_string_equal(w.client.hand.refused, "service.ap.binding");
    }
}

static void ntlm_binds_to_the_channel(void **state)
{
    (void)state;
    for (int right = 0; right < 2; right++) {
        struct ntlm_client *c = hand_ntlm(&w, "WEB1", "alice", "local-pw-1");
        c->config.bindings = right ? plain_tls.end_point : BYTES_LIT("tls-server-end-point:eve");
        w.apps[0].protection = PROTECTION_REQUIRE;
        struct conn *conn = HAND_CONN(1 + right);
        hand_get_on(&w, conn, &plain_tls, "GET / HTTP/1.1",
                    hand_ntlm_token(&w, c, "NTLM", (struct bytes){0}));
        hand_get_on(&w, conn, &plain_tls, "GET / HTTP/1.1",
                    hand_ntlm_token(&w, c, "NTLM", hand_token(&w, "NTLM")));
        if (right)
            served_as("WEB1\\alice");
        else
            refused_by("service.ntlm.refused");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ntlm_authenticates_the_connection),
        TEST(ntlm_for_the_request_only),
        TEST(ntlm_in_other_applications),
        TEST(ntlm_anonymous),
        TEST(ntlm_refused),
        TEST(negotiate_kerberos_in_spnego),
        TEST(negotiate_ntlm_in_spnego),
        TEST(negotiate_falls_back),
        TEST(negotiate_bare_kerberos),
        TEST(the_pac_says_who_it_is),
        TEST(what_the_application_wants_of_tls),
        TEST(kerberos_binds_to_the_channel),
        TEST(ntlm_binds_to_the_channel),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
