/* A turn made by hand for tests of engines: one clock, seeded randomness, and a story that checks
 * what it is told: every step has its line in trace/steps.en, with every {place} of the line told.
 */
#ifndef TESTS_HAND_TURN_H
#define TESTS_HAND_TURN_H

#include "base/turn.h"
#include "crypto/rng.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef HAND_WITHOUT_CMOCKA
#include <cmocka.h>
#else /* in a fuzzing harness: what does not hold ends the program */
#define assert_true(x)         ((x) ? (void)0 : hand_abort(#x))
#define assert_false(x)        assert_true(!(x))
#define assert_non_null(x)     assert_true((x) != NULL)
#define assert_int_equal(x, y) assert_true((x) == (y))
#define assert_ptr_equal(x, y) assert_true((x) == (y))
#define fail_msg(...)          hand_abort(__VA_ARGS__)
static inline void hand_abort(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    abort();
}
#endif

#define REALM BYTES_LIT("EXAMPLE.TEST")
/* 2026-11-21 21:12:01 UTC */
#define NOW (INT64_C(1795295521) * SECOND)

struct hand_key {
    char name[96], holder[32];
    int32_t etype;
    uint8_t value[KEY_MAX];
    size_t n;
};

struct hand {
    struct arena *run, *mem;
    struct crypto *crypto;
    struct seeded_rng rng;
    struct faults faults;
    struct outbox out;
    struct turn turn;
    struct story story;
    char *sentences; /* trace/steps.en; NULL: not checked */
    char refused[64], last[64];
    unsigned steps, derivations;
    struct hand_key keys[16];
    size_t n_keys;
};

static inline char *hand_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    char *text = calloc(1, 1 << 20);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    text[n] = 0;
    fclose(f);
    return text;
}

/* Each {place} is an argument's name. */
static inline void hand_places(const char *line, const char *end, const char *id,
                               const struct arg *args, size_t n)
{
    for (const char *at = line; at < end; at++) {
        if (*at != '{')
            continue;
        const char *close = memchr(at, '}', (size_t)(end - at));
        bool found = false;
        for (size_t i = 0; close && i < n; i++)
            found |= strlen(args[i].name) == (size_t)(close - at - 1) &&
                     memcmp(args[i].name, at + 1, (size_t)(close - at - 1)) == 0;
        /* In [brackets] an argument may be missing. */
        const char *open = at;
        while (open > line && *open != '[' && *open != ']')
            open--;
        if (!found && *open != '[')
            fail_msg("%s: no argument for %.*s", id, close ? (int)(close - at + 1) : 1, at);
    }
}

static inline void hand_sentence(const char *all, const char *id, enum outcome outcome,
                                 const struct arg *args, size_t n)
{
    char start[80];
    snprintf(start, sizeof start, "\n%s |", id);
    const char *line = strstr(all, start);
    if (!line) {
        fail_msg("no sentence for %s", id);
        return;
    }
    const char *end = strchr(line + 1, '\n'), *column = line;
    for (int i = outcome == STEP_REFUSED ? 3 : 2; i; i--) {
        column = memchr(column, '|', (size_t)(end - column));
        if (!column) {
            fail_msg("%s has no sentence for this outcome", id);
            return;
        }
        column++;
    }
    const char *stop = memchr(column, '|', (size_t)(end - column));
    hand_places(column, stop ? stop : end, id, args, n);
}

static inline void hand_step(struct story *s, const char *id, enum outcome outcome,
                             const struct arg *args, size_t n)
{
    struct hand *h = (struct hand *)((char *)s - offsetof(struct hand, story));
    h->steps++;
    snprintf(outcome == STEP_REFUSED ? h->refused : h->last, sizeof h->last, "%s", id);
    if (strcmp(id, "client.as.string-to-key") == 0)
        h->derivations++;
    if (h->sentences)
        hand_sentence(h->sentences, id, outcome, args, n);
}

static inline void hand_told_key(struct story *s, const struct key_told *k)
{
    struct hand *h = (struct hand *)((char *)s - offsetof(struct hand, story));
    struct hand_key *to = &h->keys[h->n_keys++ % 16];
    snprintf(to->name, sizeof to->name, "%s", k->name);
    snprintf(to->holder, sizeof to->holder, "%s", k->holder);
    to->etype = k->etype;
    to->n = k->value.n;
    memcpy(to->value, k->value.p, k->value.n);
}

static inline const struct hand_key *hand_key(const struct hand *h, const char *name)
{
    for (size_t i = 0; i < h->n_keys && i < 16; i++)
        if (strcmp(h->keys[i].name, name) == 0)
            return &h->keys[i];
    return NULL;
}

/* A fresh turn at this time; what the last one left in its arena is gone. */
static inline struct turn *hand_turn(struct hand *h, int64_t now)
{
    arena_reset(h->mem);
    seeded_rng_turn(&h->rng, h->rng.turn + 1);
    h->faults = (struct faults){.mem = h->mem};
    outbox_init(&h->out, h->mem);
    h->refused[0] = 0;
    h->turn = (struct turn){.now = now,
                            .rng = &h->rng.rng,
                            .crypto = h->crypto,
                            .mem = h->mem,
                            .out = &h->out,
                            .tell = &h->story,
                            .faults = &h->faults};
    return &h->turn;
}

static inline void hand_begin(struct hand *h)
{
    *h = (struct hand){.run = arena_new(1 << 16), .mem = arena_new(1 << 16)};
    h->crypto = crypto_new();
    seeded_rng_init(&h->rng, h->crypto, 7, "hand");
    h->story = (struct story){hand_step, hand_told_key};
    hand_turn(h, NOW);
}

static inline void hand_end(struct hand *h)
{
    arena_free(h->run);
    arena_free(h->mem);
    crypto_free(h->crypto);
    free(h->sentences);
}

#endif
