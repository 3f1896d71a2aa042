/* The browser's side against a server that says anything. The first octet chooses how far the
 * client has come: nothing sent yet but the request, or the first message of a scheme. With its
 * high bit the rest is a script of edits to the right answer (tests/fuzz/edit.h), else it is the
 * answer. */
#define HAND_WITHOUT_CMOCKA
#include "tests/client/hand_web.h"
#include "tests/fuzz/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum place { FIRST, BASIC, DIGEST, NTLM, KERBEROS, SPNEGO_NTLM, PLACES };

static struct stage {
    struct hand_web w;
    struct client waiting;
    struct browse browse;
    struct browser browser;
    struct bytes right;
} stages[PLACES];
static struct arena *scratch;

static const char *const offers[PLACES] = {
    [BASIC] = "WWW-Authenticate: Basic realm=\"x\"",
    [DIGEST] = "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=\"auth\", algorithm=SHA-256",
    [NTLM] = "WWW-Authenticate: NTLM",
    [KERBEROS] = "WWW-Authenticate: Negotiate",
    [SPNEGO_NTLM] = "WWW-Authenticate: Negotiate",
};

static struct bytes page(const char *status, const char *field)
{
    const char *fields[] = {field};
    return http_write(w.k.hand.run, arena_printf(w.k.hand.run, "HTTP/1.1 %s", status), fields, 1,
                      BYTES_LIT("hello"));
}

/* What the right server would say to the message just sent. */
static struct bytes right_answer(enum place place)
{
    static struct web_krb5 krb5[PLACES];
    static struct ntlm_server servers[PLACES];
    static struct mech mechs[PLACES];
    struct spnego acceptor;
    struct bytes out = {0};
    struct turn *t = hand_turn(&w.k.hand, NOW);
    if (place == FIRST)
        return page("401 No", "WWW-Authenticate: Negotiate, NTLM, Digest realm=\"x\", nonce=\"n\", "
                              "qop=\"auth\", Basic realm=\"x\"");
    if (place == BASIC)
        return page("200 OK", "Server: x");
    if (place == DIGEST)
        return page("200 OK", "Authentication-Info: rspauth=\"00\", nextnonce=\"m\", nc=00000001");
    struct ntlm_server_config config = {
        .party = "www", .nb_domain = BYTES_LIT("EXAMPLE"), .dns_domain = BYTES_LIT("example.test")};
    ntlm_server_init(&servers[place], w.k.hand.run, &config);
    if (place == NTLM) {
        assert_true(ntlm_server_step(&servers[place], t, web_token("Authorization"), &out) ==
                    MECH_CONTINUE);
        return page("401 No", web_field("WWW-Authenticate", "NTLM", out));
    }
    mechs[place] =
        place == KERBEROS ? web_krb5_mech(&krb5[place]) : ntlm_server_mech(&servers[place]);
    spnego_init(&acceptor, w.k.hand.run, "www", "service.spnego", true, &mechs[place], 1);
    spnego_step(&acceptor, t, web_token("Authorization"), &out);
    return page(place == KERBEROS ? "200 OK" : "401 No",
                web_field("WWW-Authenticate", "Negotiate", out));
}

static void prepare(enum place place)
{
    struct stage *s = &stages[place];
    web_begin();
    free(w.k.hand.sentences);
    w.k.hand.sentences = NULL;
    if (place == KERBEROS) {
        w.credentials[0] = (struct browser_credential){.schemes = BROWSE_ALL, .implicit = true};
        hand_logon(&w.k);
    }
    web_browse((struct client_do_args){.target = "/", .mutual = true});
    if (place != FIRST)
        web_give("401 No", offers[place], NULL);
    if (place == KERBEROS)
        web_kdc(hand_tgs_rep(&w.k, NULL));
    s->right = arena_copy(w.k.hand.run, right_answer(place));
    /* What it keeps from now on is kept until the next run. */
    for (size_t i = 0; i < 2; i++) {
        w.k.client->task.browse->sides[i].spnego.mem = scratch;
        w.k.client->task.browse->sides[i].ntlm.mem = scratch;
    }
    s->waiting = *w.k.client;
    s->browse = *w.k.client->task.browse;
    s->browser = *w.k.client->browser;
    s->w = w;
}

/* Nobody is admitted who said nothing but nonsense, and what a user reads can be shown. */
static void must_hold(enum place place)
{
    const struct browsed *b = client_browsed(w.k.client);
    struct client_outcome o = client_result(w.k.client);
    assert_true(o.text != NULL && b->scheme != NULL);
    for (const char *s = o.text; *s; s++)
        assert_true((unsigned char)*s >= ' ' && *s != 0x7f);
    if (o.state == CLIENT_GRANTED)
        assert_true(b->status >= 200 && b->status < 300);
    if (o.state == CLIENT_GRANTED && place == KERBEROS)
        assert_true(b->proved);
    if (b->proved)
        assert_true(place == KERBEROS);
    if (place == NTLM || place == SPNEGO_NTLM)
        assert_true(b->requests <= 3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!scratch) {
        scratch = arena_new(1 << 20);
        for (enum place place = 0; place < PLACES; place++)
            prepare(place);
    }
    if (n == 0 || n > 4096)
        return 0;
    enum place place = (data[0] & 0x7f) % PLACES;
    struct stage *s = &stages[place];
    w = s->w;
    w.config.browser = &w.browser;
    arena_reset(scratch);
    *w.k.client = s->waiting;
    w.k.client->mem = scratch;
    *w.k.client->task.browse = s->browse;
    *w.k.client->browser = s->browser;
    w.k.hand.run = scratch;
    w.k.hand.rng.turn = 1000;
    struct bytes octets = edit_or_replace(scratch, s->right, data, n);
    struct turn *t = hand_turn(&w.k.hand, NOW);
    struct packet p = {.via = VIA_HTTP, .from = &w.k.www, .conn = w.conn, .data = octets};
    assert_true(client_receive(w.k.client, &p, t));
    must_hold(place);
    s->w.k.hand.rng = w.k.hand.rng;
    return 0;
}
