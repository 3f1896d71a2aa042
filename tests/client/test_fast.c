/* A logon in armor: what goes inside, and what is believed of what comes back. */
#include "tests/client/fast_hand.h"

static int begin(void **state)
{
    (void)state;
    hand_kdc_begin(&k, 18);
    armor_begin();
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_kdc_end(&k);
    return 0;
}

static const struct answer right;

static void ask_in_armor(bool hide)
{
    struct client_do_args args = {.task = CLIENT_LOGON,
                                  .principal = "alice",
                                  .keytab = &k.keytab,
                                  .armor = &armor_file,
                                  .hide_client = hide};
    assert_true(hand_do(&k, &args));
    read_armored_request();
}

/* Up to the request with the challenge. */
static void prove_in_armor(void)
{
    ask_in_armor(false);
    assert_int_equal(hand_give(&k, armored_error(&right, KDC_ERR_PREAUTH_REQUIRED)).state,
                     CLIENT_WAITING);
    read_armored_request();
}

static void request_goes_inside(void **state)
{
    (void)state;
    ask_in_armor(false);
    assert_int_equal(sent.inner.fast_options, 0);
    assert_int_equal(sent.inner.padata.n, 1);
    assert_non_null(inner_padata(PA_REQ_ENC_PA_REP));
    assert_int_equal(sent.inner.req_body.nonce, sent.outer.req_body.nonce);
    assert_true(bytes_equal(sent.inner.req_body.der, sent.outer.req_body.der));
}

static void challenge_and_cookie_go_inside(void **state)
{
    (void)state;
    struct EncryptedData sealed;
    struct PA_ENC_TS_ENC stamp;
    struct key key, first;
    ask_in_armor(false);
    first = sent.armor;
    hand_give(&k, armored_error(&right, KDC_ERR_PREAUTH_REQUIRED));
    read_armored_request();
    assert_true(key_equal(&first, &sent.armor)); /* the same armor all through */
    assert_true(bytes_equal_str(inner_padata(PA_FX_COOKIE)->padata_value, "MIT"));
    assert_null(inner_padata(PA_ENC_TIMESTAMP)); /* though it was offered */
    assert_true(asn_decode(&ASN_EncryptedChallenge,
                           inner_padata(PA_ENCRYPTED_CHALLENGE)->padata_value, ASN_STRICT,
                           k.hand.run, NULL, &sealed));
    assert_true(fast_client_challenge_key(k.hand.crypto, &sent.armor, &k.user, &key));
    assert_int_equal(open_value(&k.hand.turn, &sealed, &key, USAGE_ENC_CHALLENGE_CLIENT,
                                &ASN_PA_ENC_TS_ENC, &stamp),
                     OPEN_OK);
    assert_true(stamp.patimestamp + stamp.pausec == k.hand.turn.now);
}

static void granted_with_the_strengthened_key(void **state)
{
    (void)state;
    prove_in_armor();
    assert_int_equal(hand_give(&k, armored_reply(&right)).state, CLIENT_GRANTED);
}

static void granted_without_strengthening(void **state)
{
    (void)state;
    prove_in_armor();
    assert_int_equal(hand_give(&k, armored_reply(&(struct answer){.no_strengthen = true})).state,
                     CLIENT_GRANTED);
}

/* Heimdal 7's KDC. */
static void granted_by_the_other_challenge_key(void **state)
{
    (void)state;
    prove_in_armor();
    assert_int_equal(hand_give(&k, armored_reply(&(struct answer){.client_challenge = true})).state,
                     CLIENT_GRANTED);
}

static void hidden_name(void **state)
{
    (void)state;
    struct PrincipalName nobody = fast_anonymous_name();
    ask_in_armor(true);
    assert_int_equal(sent.inner.fast_options, FAST_HIDE_CLIENT_NAMES);
    assert_true(principal_equal(&sent.outer.req_body.cname, &nobody));
    assert_true(bytes_equal_str(sent.inner.req_body.cname.name_string.at[0], "alice"));
    hand_give(&k, armored_error(&right, KDC_ERR_PREAUTH_REQUIRED));
    read_armored_request();
    struct answer hidden = {.outer_cname = "WELLKNOWN/ANONYMOUS"};
    struct client_outcome out = hand_give(&k, armored_reply(&hidden));
    assert_int_equal(out.state, CLIENT_GRANTED);
    assert_non_null(strstr(out.text, "alice@EXAMPLE.TEST"));
}

/* ---- not believed ---------------------------------------------------------------------------- */

static void refused(const struct answer *w, int32_t code, const char *step)
{
    prove_in_armor();
    struct client_outcome out = hand_give(&k, armored_reply(w));
    assert_int_equal(out.state, CLIENT_REFUSED);
    assert_int_equal(out.error, code);
    assert_string_equal(k.hand.refused, step);
}

static void replies_not_believed(void **state)
{
    (void)state;
    struct key other = k.user;
    other.v[0] ^= 1;
    const struct {
        struct answer w;
        const char *step;
    } cases[] = {
        {{.bare = true}, "client.fast.bare"},
        {{.armor = &other}, "client.fast.open"},
        {{.nonce_off = 1}, "client.fast.open"},
        {{.odd_strengthen = true}, "client.fast.open"},
        {{.no_finished = true}, "client.fast.finished"},
        {{.wrong_finished = true}, "client.fast.finished"},
        {{.unkeyed_finished = true}, "client.fast.finished"},
        {{.no_challenge = true}, "client.fast.kdc"},
        {{.junk_challenge = true}, "client.fast.kdc"},
        {{.challenge_of = &other}, "client.fast.kdc"},
        {{.challenge_usage = USAGE_ENC_CHALLENGE_CLIENT}, "client.fast.kdc"},
        /* the client's own, sent back */
        {{.client_challenge = true, .challenge_usage = USAGE_ENC_CHALLENGE_CLIENT},
         "client.fast.kdc"},
        {{.cname = "mallory"}, "client.rep.client"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        refused(&cases[i].w, KRB_AP_ERR_MODIFIED, cases[i].step);
}

/* Nobody can talk the client out of its armor: no weaker proof is sent (a downgrade). */
static void bare_errors_are_the_end(void **state)
{
    (void)state;
    ask_in_armor(false);
    struct client_outcome out = hand_give(&k, hand_preauth_required(&k));
    assert_int_equal(out.state, CLIENT_REFUSED);
    assert_int_equal(out.error, KDC_ERR_PREAUTH_REQUIRED);
    assert_string_equal(k.hand.refused, "client.fast.bare");
    assert_int_equal(k.hand.out.n, 0);
    ask_in_armor(false);
    out = hand_give(&k, hand_error(&k, KRB_AP_ERR_TKT_EXPIRED, (struct bytes){0}));
    assert_int_equal(out.error, KRB_AP_ERR_TKT_EXPIRED);
    assert_string_equal(k.hand.refused, "client.fast.bare");
}

static void errors_inside(void **state)
{
    (void)state;
    ask_in_armor(false); /* 25 outside, another inside: that one counts */
    struct client_outcome out = hand_give(&k, armored_error(&right, KDC_ERR_CLIENT_REVOKED));
    assert_int_equal(out.error, KDC_ERR_CLIENT_REVOKED);
    struct key other = k.user;
    const struct answer wrong[] = {{.armor = &other}, {.nonce_off = 1}, {.no_error = true}};
    for (size_t i = 0; i < 3; i++) {
        ask_in_armor(false);
        out = hand_give(&k, armored_error(&wrong[i], KDC_ERR_PREAUTH_REQUIRED));
        assert_int_equal(out.error, KRB_AP_ERR_MODIFIED);
        assert_string_equal(k.hand.refused, "client.fast.open");
    }
}

static void too_big_for_a_datagram(void **state)
{
    (void)state;
    ask_in_armor(false);
    hand_give(&k, hand_error(&k, KRB_ERR_RESPONSE_TOO_BIG, (struct bytes){0}));
    assert_int_equal(k.sent.via, VIA_TCP);
}

static void no_armor_to_be_had(void **state)
{
    (void)state;
    struct client_do_args args = {
        .task = CLIENT_LOGON, .principal = "alice", .keytab = &k.keytab, .armor = &armor_file};
    armor_file.n = 0;
    assert_true(hand_do(&k, &args));
    assert_int_equal(client_result(k.client).error, KRB_AP_ERR_NO_TGT);
    assert_string_equal(k.hand.refused, "client.fast.armor");
    armor_file.n = 1;
    armor_cred.endtime = (uint32_t)(NOW / SECOND);
    assert_true(hand_do(&k, &args));
    assert_int_equal(client_result(k.client).error, KRB_AP_ERR_NO_TGT);
    assert_int_equal(k.hand.out.n, 0);
}

/* Any octet of the reply changed: no ticket, unless the change is in the names outside, which do
 * not count. */
static void every_octet(void **state)
{
    (void)state;
    struct KDC_REP rep;
    for (size_t i = 0, n = 1; i < n; i++) {
        prove_in_armor();
        struct bytes good = armored_reply(&right), bad = arena_copy(k.hand.run, good);
        n = good.n;
        assert_true(asn_decode(&ASN_AS_REP, good, ASN_STRICT, k.hand.run, NULL, &rep));
        ((uint8_t *)(uintptr_t)bad.p)[i] ^= 0x01;
        struct client_outcome out = hand_give(&k, bad);
        bool name = i >= (size_t)(rep.crealm.p - good.p) &&
                    i < (size_t)(rep.cname.der.p - good.p) + rep.cname.der.n;
        assert_true(out.state != CLIENT_GRANTED || name);
    }
}

/* ---- what follows ---------------------------------------------------------------------------- */

/* A ticket got in armor is used in armor. */
static void tgs_goes_on_in_armor(void **state)
{
    (void)state;
    struct PA_FX_FAST_REQUEST fast;
    struct AP_REQ ap;
    struct Authenticator auth;
    struct key subkey, armor;
    prove_in_armor();
    assert_int_equal(hand_give(&k, armored_reply(&right)).state, CLIENT_GRANTED);
    struct client_do_args args = {.task = CLIENT_TICKET, .spn = "HTTP/www"};
    assert_true(hand_do(&k, &args));
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    assert_int_equal(req.padata.n, 2);
    struct bytes value = hand_padata(&req, PA_TGS_REQ)->padata_value;
    struct turn *t = hand_turn(&k.hand, k.hand.turn.now);
    assert_true(asn_decode(&ASN_AP_REQ, value, ASN_STRICT, t->mem, NULL, &ap));
    assert_int_equal(open_value(t, &ap.authenticator, &k.tgt_session, USAGE_TGS_AUTHENTICATOR,
                                &ASN_Authenticator, &auth),
                     OPEN_OK);
    assert_true(key_from_wire(&auth.subkey, &subkey));
    assert_true(fast_armor_key(k.hand.crypto, &subkey, &k.tgt_session, &armor));
    assert_true(asn_decode(&ASN_PA_FX_FAST_REQUEST, hand_padata(&req, PA_FX_FAST)->padata_value,
                           ASN_STRICT, t->mem, NULL, &fast));
    assert_false(fast.armored_data.has_armor);
    open_inner(&armor, &fast, value);
    assert_int_equal(sent.inner.padata.n, 0);
    /* and a bare answer is refused */
    struct client_outcome out = hand_give(&k, hand_tgs_rep(&k, NULL));
    assert_int_equal(out.error, KRB_AP_ERR_MODIFIED);
    assert_string_equal(k.hand.refused, "client.fast.bare");
    assert_true(hand_do(&k, &args));
    out = hand_give(&k, hand_error(&k, KDC_ERR_S_PRINCIPAL_UNKNOWN, (struct bytes){0}));
    assert_int_equal(out.error, KDC_ERR_S_PRINCIPAL_UNKNOWN);
    assert_string_equal(k.hand.refused, "client.fast.bare");
}

/* The cache says so too, as MIT's does, to whoever goes on with it. */
static void the_cache_says_so(void **state)
{
    (void)state;
    struct ccache file;
    prove_in_armor();
    assert_int_equal(hand_give(&k, armored_reply(&right)).state, CLIENT_GRANTED);
    assert_true(client_ccache(k.client, k.hand.run, &file));
    assert_int_equal(file.n, 2);
    assert_true(bytes_equal_str(file.creds[0].server.realm, "X-CACHECONF:"));
    struct client_config config = {.party = "alice",
                                   .kdc = &k.kdc,
                                   .realm = REALM,
                                   .etypes = k.etypes,
                                   .n_etypes = k.n_etypes,
                                   .skew = 5 * MINUTE};
    struct client_do_args args = {.task = CLIENT_TICKET, .spn = "HTTP/www"};
    for (size_t keep = 0; keep < 2; keep++) {
        k.client = client_new(k.hand.run, &config);
        struct ccache part = {.principal = file.principal, .version = file.version};
        part.creds = file.creds + (1 - keep);
        part.n = 1 + keep;
        assert_true(client_ccache_load(k.client, &part));
        assert_true(hand_do(&k, &args));
        struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
        assert_int_equal(hand_padata(&req, PA_FX_FAST) != NULL, keep);
    }
}

static void bare_logon_asks_bare(void **state)
{
    (void)state;
    hand_logon(&k);
    struct client_do_args args = {.task = CLIENT_TICKET, .spn = "HTTP/www"};
    assert_true(hand_do(&k, &args));
    struct KDC_REQ req = hand_read(&k, &ASN_TGS_REQ);
    assert_null(hand_padata(&req, PA_FX_FAST));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(request_goes_inside),
        TEST(challenge_and_cookie_go_inside),
        TEST(granted_with_the_strengthened_key),
        TEST(granted_without_strengthening),
        TEST(granted_by_the_other_challenge_key),
        TEST(hidden_name),
        TEST(replies_not_believed),
        TEST(bare_errors_are_the_end),
        TEST(errors_inside),
        TEST(too_big_for_a_datagram),
        TEST(no_armor_to_be_had),
        TEST(every_octet),
        TEST(tgs_goes_on_in_armor),
        TEST(the_cache_says_so),
        TEST(bare_logon_asks_bare),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
