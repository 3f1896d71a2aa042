/* `tessera replay FILE`: a recorded live session played again in the world, with the same clock and
 * randomness. The same engines must give the same replies. */
#include "base/text.h"
#include "base/tls.h"
#include "crypto/rng.h"
#include "sim/engines.h"
#include "sim/recording.h"
#include "sim/verb.h"
#include "sim/verbs.h"

#include <stdio.h>
#include <string.h>

#define LEDGER 100000

struct expected { /* a reply made, waiting for the recorded one */
    struct expected *next;
    struct bytes data;
};

struct rerun {
    const struct recording *recording;
    struct engines engines;
    struct crypto *crypto;
    struct seeded_rng rng;
    struct arena *mem, *turn_mem;
    struct expected *first, **last;
    struct tls tls;
    char *conns; /* the address of each is a connection */
    size_t requests, same, different;
};

static void ask(struct rerun *r, const struct recorded *m)
{
    struct party peer = {"client", m->from};
    struct outbox box;
    struct packet p = {.conn = m->via == VIA_UDP ? NULL : (struct conn *)&r->conns[m->conn],
                       .via = m->via,
                       .port = m->via == VIA_HTTP ? 0 : m->port,
                       .tls = m->tls ? &r->tls : NULL,
                       .from = &peer,
                       .data = m->data};
    arena_reset(r->turn_mem);
    outbox_init(&box, r->turn_mem);
    seeded_rng_turn(&r->rng, engines_turn(r->crypto, m->at, m->data));
    struct turn turn = {
        .now = m->at, .rng = &r->rng.rng, .crypto = r->crypto, .mem = r->turn_mem, .out = &box};
    r->requests++;
    if (!engines_receive(&r->engines, m->via == VIA_HTTP ? ENGINE_SERVICE : ENGINE_KDC, &p, &turn))
        return;
    for (const struct out *o = box.first; o; o = o->next) {
        if (o->kind != OUT_SEND)
            continue;
        struct expected *e = arena_new_of(r->mem, struct expected);
        e->data = arena_copy(r->mem, o->packet.data);
        *r->last = e;
        r->last = &e->next;
    }
}

static void compare(struct rerun *r, const struct recorded *m, size_t number)
{
    struct expected *e = r->first;
    if (e && !(r->first = e->next))
        r->last = &r->first;
    if (e && bytes_equal(e->data, m->data)) {
        r->same++;
        return;
    }
    r->different++;
    printf("message %zu: %s\n", number,
           e ? "the reply is another one now" : "there is no such reply now");
}

static void play(struct rerun *r)
{
    for (size_t i = 0; i < r->recording->n; i++)
        if (r->recording->messages[i].closed)
            engines_closed(&r->engines, ENGINE_SERVICE,
                           (struct conn *)&r->conns[r->recording->messages[i].conn]);
        else if (r->recording->messages[i].request)
            ask(r, &r->recording->messages[i]);
        else
            compare(r, &r->recording->messages[i], i + 1);
    for (const struct expected *e = r->first; e; e = e->next) {
        r->different++;
        printf("a reply that was not recorded\n");
    }
}

/* RFC 5929 4.1. */
static struct bytes end_point(const char *certificate, struct arena *mem)
{
    static const char prefix[] = "tls-server-end-point:";
    struct bytes hash;
    size_t at;
    if (!certificate || !hex_decode(mem, bytes_str(certificate), &hash, &at))
        return (struct bytes){0};
    uint8_t *all = arena_take(mem, sizeof prefix - 1 + hash.n);
    memcpy(all, prefix, sizeof prefix - 1);
    memcpy(all + sizeof prefix - 1, hash.p, hash.n);
    return bytes_of(all, sizeof prefix - 1 + hash.n);
}

static int play_with(struct crypto *crypto, const struct recording *recording, struct arena *mem)
{
    struct rerun r = {.recording = recording, .crypto = crypto, .mem = mem};
    struct ledger *ledger = ledger_new(LEDGER, false);
    struct engines_options options = {.scenario = recording->scenario, .ledger = ledger};
    char *error = NULL;
    r.last = &r.first;
    if (!ledger || !engines_start(&r.engines, &options, mem, &error)) {
        ledger_free(ledger);
        return verb_trouble("%s", ledger ? error : "out of memory");
    }
    engines_at(&r.engines, BYTES_LIT("\x7f\0\0\1")); /* as records have it */
    r.turn_mem = arena_new(0);
    seeded_rng_init(&r.rng, crypto, recording->seed, "live");
    size_t conns = 0;
    for (size_t i = 0; i < recording->n; i++)
        conns = recording->messages[i].conn > conns ? recording->messages[i].conn : conns;
    r.conns = arena_take(mem, conns + 1);
    r.tls.end_point = end_point(recording->certificate, mem);
    play(&r);
    printf("%zu requests, %zu replies the same, %zu different\n", r.requests, r.same, r.different);
    engines_end(&r.engines);
    ledger_free(ledger);
    arena_free(r.turn_mem);
    return r.different ? 1 : 0;
}

static int run(const char *path, struct arena *mem)
{
    struct recording recording;
    char *error = NULL;
    if (!recording_read(path, mem, &recording, &error))
        return verb_trouble("%s", error);
    struct crypto *crypto = crypto_new();
    if (!crypto)
        return verb_trouble("OpenSSL has no legacy provider");
    int status = play_with(crypto, &recording, mem);
    crypto_free(crypto);
    return status;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    const char **path = state->input;
    switch (key) {
    case ARGP_KEY_ARG:
        if (*path)
            argp_error(state, "one recording at a time");
        *path = arg;
        return 0;
    case ARGP_KEY_END:
        if (!*path)
            argp_error(state, "which recording?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int verb_replay(int argc, char **argv)
{
    static const struct argp argp = {
        NULL,
        parse,
        "FILE",
        "Play a session recorded by `tessera live --record` again, with its clock and randomness, "
        "and compare the replies. Exit status 0: all the same, 1: some differ.",
        NULL,
        NULL,
        NULL};
    const char *path = NULL;
    verb_parse(&argp, argc, argv, (void *)&path);
    struct arena *mem = arena_new(0);
    int status = run(path, mem);
    arena_free(mem);
    return status;
}
