/* What NTLM's ends tell: every id of theirs is told by some logon, each with all that its sentence
 * wants; decisions change where their inputs do; the keys open what they are for. */
#include "tests/trace/support.h"
#include "context/ntlm.h"
#include "trace/catalogue.h"

#include <string.h>

static struct arena *mem;
static struct crypto *crypto;
static struct seeded_rng rng;
static struct trace *trace;
static struct trace_story story;

static const char *const spns[] = {"HTTP/www.example.test", NULL};

struct logon {
    struct ntlm_client_config client;
    struct ntlm_server_config server;
    unsigned level; /* of the verifier */
    const char *password;
    uint8_t flip; /* a bit of the MIC */
    bool again;   /* the AUTHENTICATE once more */
};

static struct logon usual(void)
{
    return (struct logon){.client = {.party = "alice",
                                     .user = BYTES_LIT("alice"),
                                     .domain = BYTES_LIT("EXAMPLE"),
                                     .workstation = BYTES_LIT("PC1"),
                                     .password = BYTES_LIT("alice-pw-1"),
                                     .level = 3,
                                     .target_spn = "HTTP/www.example.test",
                                     .bindings = BYTES_LIT("tls-server-end-point:x"),
                                     .flags = NTLMSSP_NEGOTIATE_SIGN},
                          .server = {.party = "www",
                                     .nb_computer = BYTES_LIT("WEB1"),
                                     .nb_domain = BYTES_LIT("EXAMPLE"),
                                     .in_domain = true,
                                     .level = 3,
                                     .protection = EPA_REQUIRED,
                                     .bindings = BYTES_LIT("tls-server-end-point:x"),
                                     .spns = spns},
                          .password = "alice-pw-1"};
}

static struct bytes authenticate_sent;

static enum mech_state run(struct logon *l)
{
    struct ntlm_client client;
    struct ntlm_server server;
    struct turn t = {.now = NOON,
                     .rng = &rng.rng,
                     .crypto = crypto,
                     .mem = mem,
                     .tell = &story.story,
                     .faults = &(struct faults){.mem = mem}};
    struct bytes out;
    uint8_t nt[16], lm[16];
    ntlm_client_init(&client, mem, &l->client);
    ntlm_server_init(&server, mem, &l->server);
    if (ntlm_client_step(&client, &t, (struct bytes){0}, &out) != MECH_CONTINUE)
        return MECH_REFUSED;
    if (ntlm_server_step(&server, &t, out, &out) != MECH_CONTINUE ||
        ntlm_client_step(&client, &t, out, &out) != MECH_DONE)
        return MECH_REFUSED;
    authenticate_sent = out;
    if (l->flip)
        ((uint8_t *)(uintptr_t)out.p)[72] ^= l->flip;
    enum mech_state state = ntlm_server_step(&server, &t, out, &out);
    if (state != MECH_WAITING)
        return state;
    struct logon_answer answer = {.status = STATUS_WRONG_PASSWORD};
    struct ntlm_compared compared;
    assert_true(ntowf_v1(crypto, bytes_str(l->password), nt));
    bool has_lm = lmowf_v1(crypto, bytes_str(l->password), lm);
    if (ntlm_compare(&t, &server.question, nt, has_lm ? lm : NULL, l->level, &compared)) {
        answer.status = 0;
        memcpy(answer.session_base_key, compared.session_base_key, 16);
        memcpy(answer.lm_key, compared.lm_key, 8);
    }
    state = ntlm_server_answer(&server, &t, &answer);
    if (l->again)
        state = ntlm_server_step(&server, &t, authenticate_sent, &out);
    return state;
}

static int fresh(void **state)
{
    (void)state;
    arena_reset(mem);
    trace = trace_new(mem);
    trace_story_init(&story, trace);
    story.party = "test";
    return 0;
}

static void many(void)
{
    struct logon rows[16];
    size_t n = 0;
    for (n = 0; n < 16; n++)
        rows[n] = usual();
    rows[1].client.level = 0; /* LM and NTLM */
    rows[1].server.protection = EPA_OFF;
    rows[2].client.level = 1; /* NTLM2 session: cannot say its channel */
    rows[3].client.level = 0; /* too low for the verifier */
    rows[3].level = 5;
    rows[4].client.level = 0; /* too low for the server's own accounts */
    rows[4].server.level = 5;
    rows[4].server.in_domain = false;
    rows[5].password = "another";
    rows[6].flip = 1;
    rows[7].client.bindings = BYTES_LIT("tls-server-end-point:relay");
    rows[8].client.target_spn = "HTTP/relay";
    rows[9].client.no_mic = true;
    rows[10].client.no_mic = true;
    rows[10].server.require_mic = true;
    rows[11].server.no_timestamp = true; /* LMv2 */
    rows[12].client.user = (struct bytes){0};
    rows[12].server.anonymous = true;
    rows[13].client.workstation = BYTES_LIT("WEB1");
    rows[14].again = true;
    rows[15].server.protection = EPA_ALLOWED;
    rows[15].client.bindings = (struct bytes){0};
    rows[15].client.target_spn = NULL;
    static const enum mech_state states[16] = {
        MECH_DONE,    MECH_DONE,    MECH_REFUSED, MECH_REFUSED, MECH_REFUSED, MECH_REFUSED,
        MECH_REFUSED, MECH_REFUSED, MECH_REFUSED, MECH_DONE,    MECH_REFUSED, MECH_DONE,
        MECH_DONE,    MECH_REFUSED, MECH_REFUSED, MECH_DONE,
    };
    for (size_t i = 0; i < 16; i++)
        if (run(&rows[i]) != states[i])
            fail_msg("logon %zu goes another way", i);
}

static void every_step_has_its_sentence(void **state)
{
    (void)state;
    many();
    size_t n, n_ids = 0;
    const struct sentence *all = sentence_table(&n);
    for (size_t i = 0; i < trace->n; i++) {
        const struct event *e = trace->events[i];
        if (e->kind != EVENT_STEP)
            continue;
        const char *gap = sentence_gap(mem, e);
        if (gap)
            fail_msg("%s: nothing fills %s", e->id, gap);
    }
    for (size_t i = 0; i < n; i++) {
        bool told = strncmp(all[i].id, "ntlm.c", 6) != 0 && strncmp(all[i].id, "ntlm.s", 6) != 0;
        n_ids += !told;
        for (size_t k = 0; !told && k < trace->n; k++)
            told = trace->events[k]->kind == EVENT_STEP &&
                   strcmp(trace->events[k]->id, all[i].id) == 0;
        if (!told)
            fail_msg("nobody tells %s", all[i].id);
    }
    assert_true(n_ids > 20);
}

/* The outcome of the last decision of that id. */
static const char *decided(const char *id, struct logon *l)
{
    const char *outcome = "";
    size_t from = trace->n;
    run(l);
    for (size_t i = from; i < trace->n; i++)
        if (trace->events[i]->kind == EVENT_DECISION && strcmp(trace->events[i]->id, id) == 0)
            outcome = trace->events[i]->text;
    return outcome;
}

static void decisions(void **state)
{
    (void)state;
    struct logon l = usual();
    assert_string_equal(decided("ntlm.level", &l), "NTLMv2");
    assert_string_equal(decided("service.binding", &l), "accepted");
    l.client.bindings = BYTES_LIT("tls-server-end-point:relay");
    assert_string_equal(decided("service.binding", &l), "the client stands in another TLS channel");
    l.server.protection = EPA_OFF;
    assert_string_equal(decided("service.binding", &l), "accepted");
    l.client.level = 1;
    assert_string_equal(decided("ntlm.level", &l), "NTLM2 session");
    l.level = 5;
    assert_string_equal(decided("ntlm.level", &l), "an NTLM response, and only NTLMv2 is taken");
    l.client.level = 0;
    l.level = 4;
    assert_string_equal(decided("ntlm.level", &l), "NTLM");
}

/* With the keys told, the session key of the AUTHENTICATE opens; before the answer only the client
 * has them. */
static void keys_open_the_session_key(void **state)
{
    (void)state;
    struct logon l = usual();
    assert_int_equal(run(&l), MECH_DONE);
    struct keyring ring = keyring_of(trace, trace->n, mem);
    struct root *r = dissect(authenticate_sent, VIA_TCP, &ring, crypto, mem);
    struct field *f = field_find(r, "NTLM.EncryptedRandomSessionKey");
    assert_non_null(f);
    assert_int_equal(f->state, FIELD_OPENED);
    assert_string_equal(f->opened_by->name, "NTLM key exchange alice");
    bool hash = false;
    for (size_t i = 0; i < ring.n; i++)
        hash |= ring.keys[i].key.etype == 23 && strcmp(ring.keys[i].name, "K/alice") == 0;
    assert_true(hash);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, fresh)
    const struct CMUnitTest tests[] = {
        TEST(every_step_has_its_sentence),
        TEST(decisions),
        TEST(keys_open_the_session_key),
    };
    crypto = crypto_new();
    mem = arena_new(1 << 18);
    if (!crypto || !mem)
        return 2;
    seeded_rng_init(&rng, crypto, 1, "told");
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    crypto_free(crypto);
    return failures ? 1 : 0;
}
