/* A client and a server of NTLM, with the verifier between them: every level against every level,
 * what is changed on the way, what they refuse. */
#include "base/text.h"
#include "context/ntlm.h"
#include "crypto/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct crypto *crypto;
static struct arena *mem;
static struct seeded_rng rng;
static struct faults faults;

#define NOW ((int64_t)1795305600 * SECOND)

static struct turn turn(void)
{
    faults = (struct faults){.mem = mem};
    return (struct turn){
        .now = NOW, .rng = &rng.rng, .crypto = crypto, .mem = mem, .faults = &faults};
}

static int fresh(void **state)
{
    (void)state;
    arena_reset(mem);
    return 0;
}

/* ---- two ends -------------------------------------------------------------------------------- */

#define CERTIFICATE BYTES_LIT("tls-server-end-point:\x01\x02\x03")
static const char *const spns[] = {"HTTP/www.example.test", "HTTP/web1", NULL};

struct ends {
    struct ntlm_client client;
    struct ntlm_server server;
    struct bytes negotiate, challenge, authenticate;
    struct ntlm_compared compared;
    const char *password; /* in the account */
    unsigned level;       /* of the verifier */
    enum mech_state state;
};

static struct ntlm_client_config client_config(unsigned level)
{
    return (struct ntlm_client_config){.party = "alice",
                                       .user = BYTES_LIT("alice"),
                                       .domain = BYTES_LIT("EXAMPLE"),
                                       .workstation = BYTES_LIT("PC1"),
                                       .password = BYTES_LIT("alice-pw-1"),
                                       .level = level,
                                       .target_spn = "HTTP/www.example.test",
                                       .version = {10, 0, 19041, 15}};
}

static struct ntlm_server_config server_config(void)
{
    return (struct ntlm_server_config){.party = "www",
                                       .nb_computer = BYTES_LIT("WEB1"),
                                       .nb_domain = BYTES_LIT("EXAMPLE"),
                                       .dns_computer = BYTES_LIT("web1.example.test"),
                                       .dns_domain = BYTES_LIT("example.test"),
                                       .in_domain = true,
                                       .level = 3,
                                       .version = {10, 0, 20348, 15}};
}

static struct ends ends_of(struct ntlm_client_config c, struct ntlm_server_config s)
{
    struct ends e = {.password = "alice-pw-1", .level = 0};
    ntlm_client_init(&e.client, mem, &c);
    ntlm_server_init(&e.server, mem, &s);
    return e;
}

static struct logon_answer verdict(struct ends *e)
{
    struct turn t = turn();
    struct logon_answer answer = {.status = STATUS_WRONG_PASSWORD};
    uint8_t nt[16], lm[16];
    struct bytes password = bytes_str(e->password);
    assert_true(ntowf_v1(crypto, password, nt));
    bool has_lm = lmowf_v1(crypto, password, lm);
    if (ntlm_compare(&t, &e->server.question, nt, has_lm ? lm : NULL, e->level, &e->compared)) {
        answer.status = 0;
        memcpy(answer.session_base_key, e->compared.session_base_key, 16);
        memcpy(answer.lm_key, e->compared.lm_key, 8);
    }
    return answer;
}

/* Up to the AUTHENTICATE, which is in e->authenticate and not handed over. */
static void talk(struct ends *e)
{
    struct turn t = turn();
    assert_int_equal(ntlm_client_step(&e->client, &t, (struct bytes){0}, &e->negotiate),
                     MECH_CONTINUE);
    assert_int_equal(ntlm_server_step(&e->server, &t, e->negotiate, &e->challenge), MECH_CONTINUE);
    assert_int_equal(ntlm_client_step(&e->client, &t, e->challenge, &e->authenticate), MECH_DONE);
}

static void hand_over(struct ends *e)
{
    struct turn t = turn();
    struct bytes none;
    e->state = ntlm_server_step(&e->server, &t, e->authenticate, &none);
    assert_int_equal(none.n, 0);
    if (e->state != MECH_WAITING)
        return;
    struct logon_answer answer = verdict(e);
    e->state = ntlm_server_answer(&e->server, &t, &answer);
}

static void run(struct ends *e)
{
    talk(e);
    hand_over(e);
}

static void assert_refused(struct ends *e, const char *fault)
{
    assert_int_equal(e->state, MECH_REFUSED);
    assert_non_null(e->server.why);
    assert_false(e->server.session.has_key);
    if (fault) {
        assert_true(faults.n > 0);
        assert_string_equal(faults.list[faults.n - 1].row->id, fault);
    }
}

static void assert_same_keys(struct ends *e)
{
    assert_int_equal(e->state, MECH_DONE);
    assert_true(e->client.session.has_key && e->server.session.has_key);
    assert_memory_equal(e->client.session.exported, e->server.session.exported, 16);
}

/* ---- levels ---------------------------------------------------------------------------------- */

static void each_level_against_each(void **state)
{
    (void)state;
    /* Client level down, verifier's level across; ESS is negotiated from level 1 on. */
    static const enum verified_by cells[6][6] = {
        {VERIFIED_NTLM, VERIFIED_NTLM, VERIFIED_NTLM, VERIFIED_NTLM, VERIFIED_NTLM,
         VERIFIED_NOTHING},
        {VERIFIED_NTLM2_SESSION, VERIFIED_NTLM2_SESSION, VERIFIED_NTLM2_SESSION,
         VERIFIED_NTLM2_SESSION, VERIFIED_NTLM2_SESSION, VERIFIED_NOTHING},
        {VERIFIED_NTLM2_SESSION, VERIFIED_NTLM2_SESSION, VERIFIED_NTLM2_SESSION,
         VERIFIED_NTLM2_SESSION, VERIFIED_NTLM2_SESSION, VERIFIED_NOTHING},
        {VERIFIED_NTLMV2, VERIFIED_NTLMV2, VERIFIED_NTLMV2, VERIFIED_NTLMV2, VERIFIED_NTLMV2,
         VERIFIED_NTLMV2},
        {VERIFIED_NTLMV2, VERIFIED_NTLMV2, VERIFIED_NTLMV2, VERIFIED_NTLMV2, VERIFIED_NTLMV2,
         VERIFIED_NTLMV2},
        {VERIFIED_NTLMV2, VERIFIED_NTLMV2, VERIFIED_NTLMV2, VERIFIED_NTLMV2, VERIFIED_NTLMV2,
         VERIFIED_NTLMV2},
    };
    for (unsigned c = 0; c < 6; c++)
        for (unsigned v = 0; v < 6; v++) {
            struct ends e = ends_of(client_config(c), server_config());
            e.client.config.flags = NTLMSSP_NEGOTIATE_SIGN;
            e.level = v;
            run(&e);
            assert_int_equal(e.compared.by, cells[c][v]);
            if (cells[c][v])
                assert_same_keys(&e);
            else
                assert_refused(&e, "ntlm.logon");
            arena_reset(mem);
        }
    assert_null(ntlm_level(6));
}

/* What a client of that level must never let out. */
static void no_client_sends_more_than_its_level(void **state)
{
    (void)state;
    uint8_t nt[16], lm[16], out[24];
    assert_true(ntowf_v1(crypto, BYTES_LIT("alice-pw-1"), nt));
    assert_true(lmowf_v1(crypto, BYTES_LIT("alice-pw-1"), lm));
    for (unsigned level = 0; level < 6; level++)
        for (int ess = 0; ess < 2; ess++) {
            struct ends e = ends_of(client_config(level), server_config());
            struct turn t = turn();
            struct authenticate_message m;
            struct negotiate_message n;
            ntlm_client_step(&e.client, &t, (struct bytes){0}, &e.negotiate);
            assert_true(negotiate_read(e.negotiate, mem, NULL, &n));
            assert_int_equal(!!(n.flags & NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY), level > 0);
            n.flags &= ess ? n.flags : ~(uint32_t)NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY;
            ntlm_server_step(&e.server, &t, negotiate_write(mem, &n), &e.challenge);
            ntlm_client_step(&e.client, &t, e.challenge, &e.authenticate);
            assert_true(authenticate_read(e.authenticate, mem, NULL, &m));
            assert_int_equal(m.nt_response.n > 24, level >= 3);
            assert_true(ntlm_desl(crypto, lm, e.server.server_challenge, out));
            bool with_lm = bytes_equal(m.lm_response, bytes_of(out, 24));
            assert_int_equal(with_lm, level == 0 || (level == 1 && !ess));
            assert_true(ntlm_desl(crypto, nt, e.server.server_challenge, out));
            bool v1 = bytes_equal(m.nt_response, bytes_of(out, 24));
            assert_int_equal(v1, level == 0 || (level < 3 && !ess));
            arena_reset(mem);
        }
}

static void a_servers_level_is_for_its_own_accounts(void **state)
{
    (void)state;
    struct ends e = ends_of(client_config(0), server_config());
    e.server.config.level = 5;
    run(&e);
    assert_same_keys(&e); /* the domain's: the controller decides */
    e = ends_of(client_config(0), server_config());
    e.server.config.level = 5;
    e.client.config.domain = BYTES_LIT("web1");
    run(&e);
    assert_refused(&e, "ntlm.level");
    e = ends_of(client_config(2), server_config());
    e.server.config.level = 5;
    e.server.config.in_domain = false;
    run(&e);
    assert_refused(&e, "ntlm.level");
}

/* ---- responses of other clients -------------------------------------------------------------- */

static struct ntlm_compared compared(struct logon_question *q, unsigned level, bool fits)
{
    struct turn t = turn();
    struct ntlm_compared out;
    uint8_t nt[16], lm[16];
    assert_true(ntowf_v1(crypto, BYTES_LIT("Password"), nt));
    assert_true(lmowf_v1(crypto, BYTES_LIT("Password"), lm));
    q->user = BYTES_LIT("User");
    q->domain = BYTES_LIT("Domain");
    memcpy(q->server_challenge, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
    assert_int_equal(ntlm_compare(&t, q, nt, lm, level, &out), fits);
    assert_int_equal(out.refused == NULL, fits);
    return out;
}

static struct bytes octets(const char *hex)
{
    struct bytes out;
    size_t at;
    assert_true(hex_decode(mem, bytes_str(hex), &out, &at));
    return out;
}

#define LM_OF_4_2   "98def7b87f88aa5dafe2df779688a172def11c7d5ccdef13"
#define LMV2_OF_4_2 "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa"

static void lm_alone(void **state)
{
    (void)state;
    struct logon_question q = {.lm_response = octets(LM_OF_4_2)};
    for (unsigned level = 0; level < 6; level++) {
        struct ntlm_compared c = compared(&q, level, level < 4);
        assert_int_equal(c.by, level < 4 ? VERIFIED_LM : VERIFIED_NOTHING);
    }
    q.lm_response = octets(LMV2_OF_4_2);
    for (unsigned level = 0; level < 6; level++)
        assert_int_equal(compared(&q, level, true).by, VERIFIED_LMV2);
    q.lm_response = octets("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaab");
    compared(&q, 3, false);
    q.lm_response = (struct bytes){0};
    compared(&q, 0, false);
    q.nt_response = octets("00");
    compared(&q, 0, false);
}

/* An LM response in the shadow of a wrong NTLM response, and LMv2 in that of a wrong NTLMv2: one
 * message is one guess, or twice as many as are counted could be made. */
static void the_other_response(void **state)
{
    (void)state;
    struct logon_question q = {.lm_response = octets(LM_OF_4_2),
                               .nt_response = octets(LMV2_OF_4_2)};
    compared(&q, 0, false);
    q.nt_response = (struct bytes){0};
    assert_int_equal(compared(&q, 3, true).by, VERIFIED_LM);
    compared(&q, 4, false);
    q.lm_response = octets(LMV2_OF_4_2);
    q.nt_response = octets(LMV2_OF_4_2 LMV2_OF_4_2);
    compared(&q, 3, false);
}

static void a_client_that_leaves_the_domain_out_of_its_key(void **state)
{
    (void)state;
    struct ends e = ends_of(client_config(3), server_config());
    e.client.config.domain = (struct bytes){0};
    talk(&e);
    struct turn t = turn();
    struct bytes none;
    assert_int_equal(ntlm_server_step(&e.server, &t, e.authenticate, &none), MECH_WAITING);
    e.server.question.domain = BYTES_LIT("EXAMPLE");
    struct logon_answer answer = verdict(&e);
    assert_int_equal(answer.status, 0);
}

static void hashes_instead_of_passwords(void **state)
{
    (void)state;
    uint8_t nt[16];
    assert_true(ntowf_v1(crypto, BYTES_LIT("alice-pw-1"), nt));
    for (unsigned level = 0; level < 6; level++) {
        struct ends e = ends_of(client_config(level), server_config());
        e.client.config.password = (struct bytes){0};
        e.client.config.nt_hash = nt;
        run(&e);
        assert_same_keys(&e);
    }
}

static void a_wrong_password(void **state)
{
    (void)state;
    for (unsigned level = 0; level < 6; level++) {
        struct ends e = ends_of(client_config(level), server_config());
        e.password = "alice-pw-2";
        run(&e);
        assert_refused(&e, "ntlm.logon");
        assert_int_equal(e.server.status, STATUS_WRONG_PASSWORD);
    }
}

static void nobody(void **state)
{
    (void)state;
    struct ends e = ends_of(client_config(3), server_config());
    e.client.config.user = e.client.config.domain = (struct bytes){0};
    e.client.config.flags = NTLMSSP_NEGOTIATE_SIGN;
    struct ends f = e;
    run(&f);
    assert_refused(&f, "ntlm.anonymous");
    e.server.config.anonymous = true;
    run(&e);
    assert_int_equal(e.state, MECH_DONE);
    assert_true(e.server.anonymous);
    assert_false(e.server.session.has_key || e.client.session.has_key);
    struct turn t = turn();
    uint8_t signature[16];
    assert_false(ntlm_sign(&e.client.session, &t, BYTES_LIT("x"), signature));
    assert_string_equal(faults.list[0].row->id, "ntlm.no-key");
    struct logon_answer answer = {0};
    assert_int_equal(ntlm_server_answer(&e.server, &t, &answer), MECH_TROUBLE);
}

/* ---- MIC ------------------------------------------------------------------------------------- */

/* Any bit of the three messages: those of the first two by what either end saw. */
static void no_bit_changes_under_a_mic(void **state)
{
    (void)state;
    for (int which = 0; which < 3; which++)
        for (size_t bit = 0;; bit++) {
            struct ends e = ends_of(client_config(3), server_config());
            e.client.config.flags = NTLMSSP_NEGOTIATE_SIGN;
            talk(&e);
            struct bytes *b = which == 0   ? &e.server.negotiate
                              : which == 1 ? &e.server.challenge
                                           : &e.authenticate;
            if (bit >= 8 * b->n)
                break;
            ((uint8_t *)(uintptr_t)b->p)[bit / 8] ^= (uint8_t)(1 << bit % 8);
            hand_over(&e);
            if (e.state != MECH_REFUSED)
                fail_msg("message %d, bit %zu is accepted", which + 1, bit);
            arena_reset(mem);
        }
}

static void a_mic_that_is_announced_must_be_there(void **state)
{
    (void)state;
    struct ends e = ends_of(client_config(3), server_config());
    struct authenticate_message m;
    talk(&e);
    assert_true(e.client.mic);
    assert_true(authenticate_read(e.authenticate, mem, NULL, &m));
    assert_true(m.has_mic);
    m.has_mic = false;
    e.authenticate = authenticate_write(mem, &m);
    hand_over(&e);
    assert_refused(&e, "ntlm.mic-missing");
}

static void who_must_have_a_mic(void **state)
{
    (void)state;
    static const struct {
        unsigned level;
        bool no_mic, no_timestamp, require, accepted;
    } rows[] = {
        {3, false, false, true, true}, {3, true, false, false, true}, {3, true, false, true, false},
        {3, true, true, true, true}, /* who is not told the time cannot */
        {3, false, true, true, true},  {1, false, false, true, true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ends e = ends_of(client_config(rows[i].level), server_config());
        e.client.config.no_mic = rows[i].no_mic;
        e.server.config.no_timestamp = rows[i].no_timestamp;
        e.server.config.require_mic = rows[i].require;
        run(&e);
        assert_int_equal(e.state, rows[i].accepted ? MECH_DONE : MECH_REFUSED);
        if (!rows[i].accepted)
            assert_refused(&e, "ntlm.mic-missing");
        assert_int_equal(e.client.mic, e.server.mic);
    }
}

/* CVE-2019-1338: the NTLMv2 response taken out, with the MIC it announces, and the LMv2 one left.
 */
static void without_ntlmv2(uint32_t left_out)
{
    struct ends e = ends_of(client_config(3), server_config());
    struct authenticate_message m;
    talk(&e);
    assert_true(authenticate_read(e.authenticate, mem, NULL, &m));
    static const uint8_t zeros[24];
    assert_true(bytes_equal(m.lm_response, bytes_of(zeros, 24)));
    uint8_t nt[16], key[16], lm[24];
    assert_true(ntowf_v1(crypto, BYTES_LIT("alice-pw-1"), nt));
    assert_true(ntowf_v2(crypto, nt, m.user, m.domain, key));
    memset(lm + 16, 7, 8);
    assert_true(ntlmv2_proof(crypto, key, e.server.server_challenge, bytes_of(lm + 16, 8), lm));
    m.lm_response = bytes_of(lm, 24);
    m.nt_response = (struct bytes){0};
    m.has_mic = false;
    m.flags &= ~left_out;
    e.authenticate = authenticate_write(mem, &m);
    e.server.config.require_mic = true;
    hand_over(&e);
    assert_refused(&e, "ntlm.mic-missing");
}

/* Without ESS the same octets could be LM's response, and ESS can be struck off. */
static void lmv2_does_not_let_the_mic_be_dropped(void **state)
{
    (void)state;
    without_ntlmv2(0);
    without_ntlmv2((uint32_t)NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY);
}

/* A response over these pairs, by who knows the password and copies what he finds. */
static void respond_over(struct ends *e, const struct av_pair *pairs, size_t n)
{
    struct authenticate_message m;
    uint8_t nt[16], key[16];
    talk(e);
    assert_true(authenticate_read(e->authenticate, mem, NULL, &m));
    struct bytes list = av_pairs_write(mem, pairs, n);
    uint8_t *response = arena_take(mem, 16 + 28 + list.n + 4);
    response[16] = response[17] = 1;
    memcpy(response + 16 + 28, list.p, list.n);
    assert_true(ntowf_v1(crypto, BYTES_LIT("alice-pw-1"), nt));
    assert_true(ntowf_v2(crypto, nt, m.user, m.domain, key));
    assert_true(ntlmv2_proof(crypto, key, e->server.server_challenge,
                             bytes_of(response + 16, 28 + list.n + 4), response));
    m.nt_response = bytes_of(response, 16 + 28 + list.n + 4);
    m.has_mic = false;
    e->authenticate = authenticate_write(mem, &m);
    hand_over(e);
}

/* CVE-2019-1166: flags put into the CHALLENGE come back before the client's own, and say that there
 * is no MIC. */
static void what_is_said_twice_is_refused(void **state)
{
    (void)state;
    static const uint8_t zeros[16];
    static const struct av_pair own[] = {{MsvAvFlags, BYTES_LIT("\0\0\0\0")},
                                         {MsvAvTargetName, BYTES_LIT("H\0")},
                                         {MsvAvChannelBindings, {zeros, 16}}};
    for (size_t i = 0; i < 3; i++) {
        struct ends e = ends_of(client_config(3), server_config());
        const struct av_pair twice[] = {own[i], own[i]};
        respond_over(&e, own, 3);
        assert_int_equal(e.state, MECH_DONE);
        e = ends_of(client_config(3), server_config());
        respond_over(&e, twice, 2);
        assert_refused(&e, "ntlm.said-twice");
    }
}

/* A relay says in the CHALLENGE that the client does not trust its own target name. */
static void a_client_says_its_own_flags(void **state)
{
    (void)state;
    struct ends e = ends_of(client_config(3), server_config());
    struct turn t = turn();
    struct challenge_message m;
    struct av_pairs offered;
    struct bytes out;
    assert_int_equal(ntlm_client_step(&e.client, &t, (struct bytes){0}, &e.negotiate),
                     MECH_CONTINUE);
    assert_int_equal(ntlm_server_step(&e.server, &t, e.negotiate, &e.challenge), MECH_CONTINUE);
    assert_true(challenge_read(e.challenge, mem, NULL, &m));
    assert_true(av_pairs_read(m.target_info, mem, NULL, &offered));
    struct av_pair pairs[] = {offered.at[0], offered.at[1], {MsvAvFlags, BYTES_LIT("\7\0\0\0")}};
    m.target_info = av_pairs_write(mem, pairs, 3);
    assert_int_equal(ntlm_client_step(&e.client, &t, challenge_write(mem, &m), &out), MECH_DONE);
    struct authenticate_message a;
    struct ntlmv2_response r;
    assert_true(authenticate_read(out, mem, NULL, &a));
    assert_true(ntlmv2_response_read(a.nt_response, mem, NULL, &r));
    assert_int_equal(le32(av_pair(&r.pairs, MsvAvFlags)->value.p), AV_FLAG_CONSTRAINED);
}

/* ---- channel and target ---------------------------------------------------------------------- */

static void channel_bindings(void **state)
{
    (void)state;
    static const struct {
        enum extended_protection protection;
        int ours, theirs; /* 0: none, 1 and 2: two certificates */
        bool old;         /* the client knows of no bindings */
        const char *fault;
    } rows[] = {
        {EPA_OFF, 1, 2, false, NULL},
        {EPA_OFF, 1, 0, false, NULL},
        {EPA_ALLOWED, 1, 1, false, NULL},
        {EPA_ALLOWED, 1, 2, false, "ntlm.bindings"},
        {EPA_ALLOWED, 1, 0, false, NULL},
        {EPA_ALLOWED, 1, 0, true, NULL},
        {EPA_REQUIRED, 1, 1, false, NULL},
        {EPA_REQUIRED, 1, 1, true, NULL},
        {EPA_REQUIRED, 1, 2, false, "ntlm.bindings"},
        {EPA_REQUIRED, 1, 0, false, "ntlm.bindings-missing"},
        {EPA_REQUIRED, 1, 0, true, "ntlm.bindings-missing"},
        {EPA_REQUIRED, 0, 1, false, NULL}, /* TLS ends before us: nothing to compare with */
    };
    static const struct bytes channels[] = {
        {0}, CERTIFICATE, BYTES_LIT("tls-server-end-point:\x09")};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ends e = ends_of(client_config(3), server_config());
        e.client.config.bindings = channels[rows[i].theirs];
        e.client.config.no_mic = rows[i].old;
        e.server.config.bindings = channels[rows[i].ours];
        e.server.config.protection = rows[i].protection;
        run(&e);
        if (rows[i].fault)
            assert_refused(&e, rows[i].fault);
        else
            assert_same_keys(&e);
    }
    struct ends e = ends_of(client_config(1), server_config()); /* cannot say so */
    e.client.config.bindings = e.server.config.bindings = CERTIFICATE;
    e.server.config.protection = EPA_REQUIRED;
    run(&e);
    assert_refused(&e, "ntlm.bindings-missing");
}

static void target_names(void **state)
{
    (void)state;
    static const struct {
        enum extended_protection protection;
        const char *target, *fault;
    } rows[] = {
        {EPA_OFF, "HTTP/evil", NULL},
        {EPA_ALLOWED, "HTTP/evil", "ntlm.target"},
        {EPA_ALLOWED, NULL, NULL},
        {EPA_ALLOWED, "http/WEB1", NULL},
        {EPA_REQUIRED, "HTTP/www.example.test", NULL},
        {EPA_REQUIRED, "HTTP/www.example.tes", "ntlm.target"},
        {EPA_REQUIRED, NULL, "ntlm.target-missing"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ends e = ends_of(client_config(3), server_config());
        e.client.config.target_spn = rows[i].target;
        e.server.config.spns = spns;
        e.server.config.protection = rows[i].protection;
        run(&e);
        if (rows[i].fault)
            assert_refused(&e, rows[i].fault);
        else
            assert_same_keys(&e);
    }
}

static void the_hash_of_bindings(void **state)
{
    (void)state;
    uint8_t one[16], two[16];
    struct bytes data = bytes_str("tls-unique:abc");
    struct bytes whole = octets("00000000 00000000 00000000 00000000 0e000000"
                                "746c732d756e697175653a616263");
    assert_true(channel_bindings_hash(crypto, data, one));
    assert_true(md5_of(crypto, &whole, 1, two));
    assert_memory_equal(one, two, 16);
}

/* ---- what is out of place -------------------------------------------------------------------- */

static void messages_out_of_turn(void **state)
{
    (void)state;
    struct turn t = turn();
    struct bytes out;
    struct ends e = ends_of(client_config(3), server_config());
    talk(&e);
    struct ends f = ends_of(client_config(3), server_config());
    assert_int_equal(ntlm_server_step(&f.server, &t, e.authenticate, &out), MECH_REFUSED);
    assert_int_equal(ntlm_server_step(&f.server, &t, e.negotiate, &out), MECH_REFUSED);
    assert_int_equal(ntlm_client_step(&f.client, &t, e.challenge, &out), MECH_REFUSED);
    assert_int_equal(ntlm_client_step(&e.client, &t, e.challenge, &out), MECH_REFUSED);
    hand_over(&e);
    assert_same_keys(&e);
    t = turn();
    assert_int_equal(ntlm_server_step(&e.server, &t, e.authenticate, &out), MECH_REFUSED);
    assert_string_equal(faults.list[0].row->id, "ntlm.unexpected");
    struct ends g = ends_of(client_config(3), server_config());
    ntlm_client_step(&g.client, &t, (struct bytes){0}, &g.negotiate);
    assert_int_equal(ntlm_client_step(&g.client, &t, bytes_slice(e.challenge, 0, 40), &out),
                     MECH_REFUSED);
    assert_int_equal(ntlm_server_step(&g.server, &t, bytes_slice(e.negotiate, 0, 14), &out),
                     MECH_REFUSED);
    g = ends_of(client_config(9), server_config());
    assert_int_equal(ntlm_client_step(&g.client, &t, (struct bytes){0}, &out), MECH_TROUBLE);
}

/* Somebody hands the server's challenge to the client on the same machine. */
static void a_challenge_that_comes_back(void **state)
{
    (void)state;
    struct ends e = ends_of(client_config(3), server_config());
    e.client.config.workstation = BYTES_LIT("web1");
    run(&e);
    assert_refused(&e, "ntlm.reflected");
}

static void what_cannot_be_answered(void **state)
{
    (void)state;
    struct turn t = turn();
    struct bytes out;
    struct ends e = ends_of(client_config(3), server_config());
    struct negotiate_message n = {.flags = NTLMSSP_NEGOTIATE_NTLM};
    assert_int_equal(ntlm_server_step(&e.server, &t, negotiate_write(mem, &n), &out), MECH_REFUSED);
    assert_string_equal(faults.list[0].row->id, "ntlm.characters");

    e = ends_of(client_config(3), server_config()); /* an impostor without a name */
    e.client.config.flags = NTLMSSP_NEGOTIATE_SEAL;
    t = turn();
    ntlm_client_step(&e.client, &t, (struct bytes){0}, &e.negotiate);
    struct challenge_message c = {.flags = e.client.asked};
    assert_int_equal(ntlm_client_step(&e.client, &t, challenge_write(mem, &c), &out), MECH_REFUSED);
    assert_string_equal(faults.list[0].row->id, "ntlm.no-names");

    e = ends_of(client_config(3), server_config());
    struct authenticate_message m;
    talk(&e);
    assert_true(authenticate_read(e.authenticate, mem, NULL, &m));
    m.nt_response = bytes_slice(m.nt_response, 0, 7);
    e.authenticate = authenticate_write(mem, &m);
    hand_over(&e);
    assert_refused(&e, "ntlm.responses");

    e = ends_of(client_config(3), server_config());
    e.client.config.flags = NTLMSSP_NEGOTIATE_SIGN;
    talk(&e);
    assert_true(authenticate_read(e.authenticate, mem, NULL, &m));
    m.session_key = (struct bytes){0};
    e.authenticate = authenticate_write(mem, &m);
    hand_over(&e);
    assert_refused(&e, "ntlm.session-key");
}

/* A server may not speak for the client in its own AV_PAIRs. */
static void what_a_server_says_is_not_said_by_the_client(void **state)
{
    (void)state;
    struct turn t = turn();
    struct ends e = ends_of(client_config(3), server_config());
    ntlm_client_step(&e.client, &t, (struct bytes){0}, &e.negotiate);
    ntlm_server_step(&e.server, &t, e.negotiate, &e.challenge);
    struct challenge_message c;
    struct av_pairs pairs;
    assert_true(challenge_read(e.challenge, mem, NULL, &c));
    assert_true(av_pairs_read(c.target_info, mem, NULL, &pairs));
    struct av_pair list[16] = {{MsvAvTargetName, BYTES_LIT("H\0")},
                               {MsvAvChannelBindings, BYTES_LIT("0123456789abcdef")},
                               {MsvAvFlags, BYTES_LIT("\0\0\0\0")}};
    memcpy(list + 3, pairs.at, pairs.n * sizeof *list);
    c.target_info = av_pairs_write(mem, list, pairs.n + 3);
    assert_int_equal(ntlm_client_step(&e.client, &t, challenge_write(mem, &c), &e.authenticate),
                     MECH_DONE);
    struct authenticate_message m;
    struct ntlmv2_response r;
    assert_true(authenticate_read(e.authenticate, mem, NULL, &m));
    assert_true(ntlmv2_response_read(m.nt_response, mem, NULL, &r));
    assert_int_equal(av_pair(&r.pairs, MsvAvTargetName)->value.n, 42);
    assert_int_equal(av_pair(&r.pairs, MsvAvChannelBindings)->value.p[0], 0);
    assert_int_equal(r.timestamp, NOW);
    assert_int_equal(le32(av_pair(&r.pairs, MsvAvFlags)->value.p), AV_FLAG_MIC);
}

/* ---- messages -------------------------------------------------------------------------------- */

#define ESS  NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY
#define EXCH NTLMSSP_NEGOTIATE_KEY_EXCH
static const uint32_t kinds[] = {
    ESS | (uint32_t)EXCH | NTLMSSP_NEGOTIATE_128,
    ESS | NTLMSSP_NEGOTIATE_128,
    ESS | (uint32_t)NTLMSSP_NEGOTIATE_56,
    ESS,
    0,
    NTLMSSP_NEGOTIATE_LM_KEY,
    NTLMSSP_NEGOTIATE_LM_KEY | (uint32_t)NTLMSSP_NEGOTIATE_56,
};
#define KINDS (sizeof kinds / sizeof *kinds)

static void sessions(uint32_t flags, struct ntlm_session *client, struct ntlm_session *server)
{
    static const uint8_t key[16] = "sixteen octets!";
    assert_true(ntlm_session_start(client, crypto, flags, key, true));
    assert_true(ntlm_session_start(server, crypto, flags, key, false));
}

static void messages_both_ways(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++) {
        struct ntlm_session ends[2];
        sessions(kinds[kind], &ends[0], &ends[1]);
        for (unsigned i = 0; i < 12; i++) {
            struct turn t = turn();
            struct ntlm_session *from = &ends[i % 3 == 0], *to = &ends[i % 3 != 0];
            uint8_t text[40], plain[40], signature[16];
            memset(text, 'a' + (int)i, sizeof text);
            memcpy(plain, text, sizeof text);
            if (i % 2) {
                assert_true(ntlm_sign(from, &t, bytes_of(text, i), signature));
                assert_true(ntlm_check(to, &t, bytes_of(text, i), bytes_of(signature, 16)));
                continue;
            }
            assert_true(ntlm_seal(from, &t, text, sizeof text, signature));
            assert_memory_not_equal(text, plain, sizeof text);
            assert_true(ntlm_unseal(to, &t, text, sizeof text, bytes_of(signature, 16)));
            assert_memory_equal(text, plain, sizeof text);
        }
    }
}

static bool takes(const struct ntlm_session *end, bool sealed, struct bytes text,
                  struct bytes signature)
{
    struct turn t = turn();
    struct ntlm_session copy = *end;
    struct bytes mine = arena_copy(mem, text);
    return sealed ? ntlm_unseal(&copy, &t, (uint8_t *)(uintptr_t)mine.p, mine.n, signature)
                  : ntlm_check(&copy, &t, text, signature);
}

static void no_bit_of_a_message_changes(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < KINDS; kind++)
        for (int sealed = 0; sealed < 2; sealed++) {
            struct ntlm_session client, server;
            struct turn t = turn();
            uint8_t both[16 + 9] = {0}, *text = both + 16;
            sessions(kinds[kind], &client, &server);
            if (sealed)
                assert_true(ntlm_seal(&client, &t, text, 9, both));
            else
                assert_true(ntlm_sign(&client, &t, bytes_of(text, 9), both));
            assert_true(takes(&server, sealed, bytes_of(text, 9), bytes_of(both, 16)));
            bool pad = !(kinds[kind] & ESS); /* RandomPad is no part of what is checked */
            for (size_t bit = 0; bit < 8 * sizeof both; bit++) {
                both[bit / 8] ^= (uint8_t)(1 << bit % 8);
                if (!(pad && bit / 8 >= 4 && bit / 8 < 8))
                    assert_false(takes(&server, sealed, bytes_of(text, 9), bytes_of(both, 16)));
                both[bit / 8] ^= (uint8_t)(1 << bit % 8);
            }
            assert_false(takes(&server, sealed, bytes_of(text, 8), bytes_of(both, 16)));
            assert_false(takes(&server, sealed, bytes_of(text, 9), bytes_of(both, 15)));
        }
}

static void messages_come_in_order(void **state)
{
    (void)state;
    struct ntlm_session client, server;
    struct turn t = turn();
    uint8_t one[16], two[16];
    sessions(kinds[0], &client, &server);
    assert_true(ntlm_sign(&client, &t, BYTES_LIT("one"), one));
    assert_true(ntlm_sign(&client, &t, BYTES_LIT("two"), two));
    assert_false(ntlm_check(&server, &t, BYTES_LIT("two"), bytes_of(two, 16)));
    assert_string_equal(faults.list[0].row->id, "ntlm.sequence");
    assert_true(ntlm_check(&server, &t, BYTES_LIT("one"), bytes_of(one, 16)));
    assert_false(ntlm_check(&server, &t, BYTES_LIT("one"), bytes_of(one, 16)));
    assert_true(ntlm_check(&server, &t, BYTES_LIT("two"), bytes_of(two, 16)));
    /* One's own message that comes back. */
    sessions(kinds[0], &client, &server);
    assert_true(ntlm_sign(&client, &t, BYTES_LIT("one"), one));
    assert_false(ntlm_check(&client, &t, BYTES_LIT("one"), bytes_of(one, 16)));
}

/* SPNEGO's mechListMIC, as a mechanism does it: counted, but not in the sealing. */
static void the_mic_beside(void **state)
{
    (void)state;
    struct ends e = ends_of(client_config(3), server_config());
    e.client.config.flags = NTLMSSP_NEGOTIATE_SIGN | NTLMSSP_NEGOTIATE_SEAL;
    run(&e);
    assert_same_keys(&e);
    struct turn t = turn();
    struct mech c = ntlm_client_mech(&e.client), s = ntlm_server_mech(&e.server);
    struct bytes mic, list = BYTES_LIT("mechTypes");
    uint8_t text[4] = "abc", signature[16];
    struct rc4 before = e.client.session.seal_out;
    assert_true(c.insists(c.arg) && s.insists(s.arg));
    assert_true(c.mic(c.arg, &t, list, &mic));
    assert_memory_equal(&before, &e.client.session.seal_out, sizeof before);
    assert_false(s.check(s.arg, &t, BYTES_LIT("mechtypes"), mic));
    assert_true(s.check(s.arg, &t, list, mic));
    assert_true(s.mic(s.arg, &t, list, &mic));
    assert_true(c.check(c.arg, &t, list, mic));
    assert_true(ntlm_seal(&e.client.session, &t, text, 4, signature));
    assert_int_equal(le32(signature + 12), 1);
    assert_true(ntlm_unseal(&e.server.session, &t, text, 4, bytes_of(signature, 16)));
    assert_string_equal((char *)text, "abc");
}

/* MS-NLMP 4.2.2.4, 4.2.3.4, 4.2.4.4. */
static void published_messages(void **state)
{
    (void)state;
    static const struct {
        uint32_t flags;
        const char *key, *sealed, *signature;
    } rows[] = {
        {0xe2028233, "55555555555555555555555555555555", "56fe04d861f9319af0d7238a2e3b4d457fb8",
         "010000000000000009dcd1df2e459d36"},
        {0x820a8233, "eb93429a8bd952f8b89c55b87f475edc", "a02372f6530273f3aa1eb90190ce5200c99d",
         "01000000ff2aeb52f681793a00000000"},
        {0xe28a8233, "55555555555555555555555555555555", "54e50165bf1936dc996020c1811b0f06fb5f",
         "010000007fb38ec5c55d497600000000"},
    };
    for (size_t i = 0; i < 3; i++) {
        struct turn t = turn();
        struct ntlm_session s;
        uint8_t signature[16];
        struct bytes text = octets("50006c00610069006e007400650078007400");
        assert_true(ntlm_session_start(&s, crypto, rows[i].flags, octets(rows[i].key).p, true));
        assert_true(ntlm_seal(&s, &t, (uint8_t *)(uintptr_t)text.p, text.n, signature));
        assert_string_equal(hex_text(mem, text), rows[i].sealed);
        assert_string_equal(hex_text(mem, bytes_of(signature, 16)), rows[i].signature);
    }
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, fresh)
    const struct CMUnitTest tests[] = {
        TEST(each_level_against_each),
        TEST(no_client_sends_more_than_its_level),
        TEST(a_servers_level_is_for_its_own_accounts),
        TEST(lm_alone),
        TEST(the_other_response),
        TEST(a_client_that_leaves_the_domain_out_of_its_key),
        TEST(hashes_instead_of_passwords),
        TEST(a_wrong_password),
        TEST(nobody),
        TEST(no_bit_changes_under_a_mic),
        TEST(a_mic_that_is_announced_must_be_there),
        TEST(who_must_have_a_mic),
        TEST(lmv2_does_not_let_the_mic_be_dropped),
        TEST(what_is_said_twice_is_refused),
        TEST(a_client_says_its_own_flags),
        TEST(channel_bindings),
        TEST(target_names),
        TEST(the_hash_of_bindings),
        TEST(messages_out_of_turn),
        TEST(a_challenge_that_comes_back),
        TEST(what_cannot_be_answered),
        TEST(what_a_server_says_is_not_said_by_the_client),
        TEST(messages_both_ways),
        TEST(no_bit_of_a_message_changes),
        TEST(messages_come_in_order),
        TEST(the_mic_beside),
        TEST(published_messages),
    };
    crypto = crypto_new();
    mem = arena_new(1 << 20);
    if (!crypto || !mem)
        return 2;
    seeded_rng_init(&rng, crypto, 1, "ntlm");
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    crypto_free(crypto);
    return failures ? 1 : 0;
}
