/* IIS's modes of authentication, each right, wrong and missing. The accounts are the machine's own,
 * so that each answer is there at once. */
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
    assert_int_equal(w.page.http.status, 200);
    assert_true(bytes_equal_str(w.page.http.body, arena_printf(w.client.hand.run, "%s\n", name)));
}

static void refused_by(const char *step)
{
    assert_int_equal(w.page.http.status, 401);
    assert_string_equal(w.client.hand.refused, step);
    assert_true(bytes_equal_str(w.page.http.body, "Refused\n"));
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

/* ---- Digest ---------------------------------------------------------------------------------- */

static struct hand_digest digest_begin_as(const char *user, const char *password)
{
    assert_int_equal(hand_get(&w, NULL, "/", NULL), 401);
    return hand_digest_of(&w, user, password);
}

static void digest_right(void **state)
{
    (void)state;
    static const char *const names[] = {"MD5",      "SHA-256",      "SHA-512-256",
                                        "MD5-sess", "SHA-256-sess", NULL};
    for (size_t i = 0; names[i]; i++) {
        const char *one[] = {names[i], NULL};
        w.apps[0].digest_algorithms = one;
        hand_web_new(&w);
        struct hand_digest d = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
        assert_string_equal(d.algorithm, names[i]);
        hand_get(&w, NULL, "/", hand_digest(&w, &d));
        served_as("EXAMPLE\\alice");
        /* The server proves itself. */
        const struct http_field *f = http_field(&w.page.http, "Authentication-Info");
        struct auth_value info;
        struct digest_inputs in = hand_digest_inputs(&d);
        char ha1[DIGEST_HEX_MAX], proof[DIGEST_HEX_MAX];
        assert_non_null(f);
        assert_true(auth_info_read(f->value, w.client.hand.run, NULL, &info));
        in.method = (struct bytes){0};
        assert_true(digest_ha1(w.client.hand.crypto, &in, ha1) &&
                    digest_response_of(w.client.hand.crypto, &in, ha1, proof));
        assert_true(bytes_equal_str(auth_param(&info, "rspauth")->value, proof));
        w.apps[0].digest_algorithms = NULL;
    }
}

static void digest_counts(void **state)
{
    (void)state;
    struct hand_digest d = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
    hand_get(&w, NULL, "/", hand_digest(&w, &d));
    served_as("EXAMPLE\\alice");
    hand_get(&w, NULL, "/", hand_digest(&w, &d)); /* a recording */
    refused_by("service.digest.count");
    assert_null(auth_param(hand_offer(&w, "Digest"), "stale"));
    static const char *const good[] = {"00000003", "00000002", "0000004a", "0000000B"};
    for (size_t i = 0; i < 4; i++) {
        d.nc = good[i];
        hand_get(&w, NULL, "/", hand_digest(&w, &d));
        served_as("EXAMPLE\\alice");
    }
    static const char *const bad[] = {"00000003", "00000002", "0000004a", "00000000", "0000000A"};
    for (size_t i = 0; i < 5; i++) {
        d.nc = bad[i];
        hand_get(&w, NULL, "/", hand_digest(&w, &d));
        refused_by("service.digest.count");
    }
    /* More nonces than are remembered: the first is too old then. */
    for (size_t i = 0; i <= NONCES; i++) {
        struct hand_digest e = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
        hand_get(&w, NULL, "/", hand_digest(&w, &e));
        served_as("EXAMPLE\\alice");
        w.client.hand.turn.now += 1;
        hand_turn(&w.client.hand, w.client.hand.turn.now);
        arena_reset(w.client.hand.mem);
    }
    d.nc = "00000100";
    hand_get(&w, NULL, "/", hand_digest(&w, &d));
    refused_by("service.digest.count");
    assert_true(bytes_equal_str(auth_param(hand_offer(&w, "Digest"), "stale")->value, "true"));
}

static void digest_refused(void **state)
{
    (void)state;
    struct hand_digest d = digest_begin_as("EXAMPLE\\alice", "wrong"), e;
    hand_get(&w, NULL, "/", hand_digest(&w, &d));
    refused_by("service.logon.answer");
    d = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
    struct bytes other = arena_copy(w.client.hand.run, d.nonce);
    ((uint8_t *)(uintptr_t)other.p)[3] ^= 1;
#define TWIST(change, step)                                                                        \
    e = d;                                                                                         \
    change;                                                                                        \
    hand_get(&w, NULL, "/", hand_digest(&w, &e));                                                  \
    refused_by(step)
    TWIST(e.nonce = other, "service.digest.nonce");
    TWIST(e.nonce = BYTES_LIT("zz"), "service.digest.nonce");
    TWIST(e.uri = "/other", "service.digest.read");
    TWIST(e.qop = "auth-int", "service.digest.read");
    TWIST(e.algorithm = "SHA-256", "service.digest.read");
    TWIST(e.realm = BYTES_LIT("OTHER"), "service.digest.read");
    TWIST(e.opaque = BYTES_LIT("x"), "service.digest.read");
    TWIST(e.nc = "1", "service.digest.read");
    TWIST(e.nc = "0000000g", "service.digest.read");
    TWIST(e.user = "", "service.digest.read");
    TWIST(e.more = ", userhash=true", "service.digest.read");
    TWIST(e.more = ", username*=UTF-8''alice", "service.digest.read");
    TWIST(e.method = "POST", "service.logon.answer");
    hand_get(&w, NULL, "/", "Digest");
    refused_by("service.digest.read");
    d = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
    w.client.hand.turn.now += 5 * MINUTE + 1;
    hand_get(&w, NULL, "/", hand_digest(&w, &d));
    refused_by("service.digest.stale");
    assert_true(bytes_equal_str(auth_param(hand_offer(&w, "Digest"), "stale")->value, "true"));
}

static void digest_with_a_name_beyond_ascii(void **state)
{
    (void)state;
    struct hand_digest d = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
    const char *text = hand_digest(&w, &d);
    const char *rest = strstr(text, ", realm=");
    hand_get(
        &w, NULL, "/",
        arena_printf(w.client.hand.run, "Digest username*=utf-8''EXAMPLE%%5c%%61lice%s", rest));
    served_as("EXAMPLE\\alice");
    static const char *const bad[] = {"latin1''alice", "UTF-8''ali%4", "UTF-8''%zzlice",
                                      "UTF-8''%ff"};
    for (size_t i = 0; i < 4; i++) {
        hand_get(&w, NULL, "/",
                 arena_printf(w.client.hand.run, "Digest username*=%s%s", bad[i], rest));
        refused_by("service.digest.read");
    }
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
        d = digest_begin_as("WEB1\\alice", "local-pw-1");
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
        TEST(digest_right),
        TEST(digest_counts),
        TEST(digest_refused),
        TEST(digest_with_a_name_beyond_ascii),
        TEST(ntlm_authenticates_the_connection),
        TEST(ntlm_for_the_request_only),
        TEST(ntlm_refused),
        TEST(negotiate_kerberos_in_spnego),
        TEST(negotiate_ntlm_in_spnego),
        TEST(negotiate_falls_back),
        TEST(negotiate_bare_kerberos),
        TEST(what_the_application_wants_of_tls),
        TEST(kerberos_binds_to_the_channel),
        TEST(ntlm_binds_to_the_channel),
        TEST(paths_and_methods),
        TEST(a_thousand_connections),
        TEST(each_allocation_fails_once),
        TEST(every_change_of_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
