/* The ledger: replays, attempts and earlier replies. Shared, it is cut into shards by the hash of
 * what is asked for, each with its own lock, so that threads seldom meet. */
#include "realm/ledger.h"
#include "realm/ledger_table.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SHARDS 64

struct attempts {
    uint32_t bad, pending;
    int64_t window;
};

/* A request and the reply to it, one behind the other. */
struct answer {
    uint8_t *octets;
    size_t room, request, reply;
};

struct shard {
    _Alignas(64) pthread_mutex_t lock;
    struct table replays, accounts, requests;
    struct attempts *attempts;  /* by slot of accounts */
    struct answer *answers;     /* by slot of requests */
    size_t octets, octets_most; /* of answers */
};

struct ledger {
    bool shared;
    uint64_t seed;
    size_t n;
    struct shard shards[];
};

/* What the replies of a ledger may take, for each entry of it, at least and at most: they are for
 * datagrams lost a moment ago, and may be forgotten. */
#define ANSWER_OCTETS       64
#define ANSWER_OCTETS_LEAST ((size_t)256 << 10)
#define ANSWER_OCTETS_MOST  ((size_t)4 << 20)

static struct shard *enter(struct ledger *l, const struct print *p)
{
    struct shard *s = &l->shards[(p->hash >> 40) % l->n];
    if (l->shared)
        pthread_mutex_lock(&s->lock);
    return s;
}

static void leave(struct ledger *l, struct shard *s)
{
    if (l->shared)
        pthread_mutex_unlock(&s->lock);
}

/* ---- life ------------------------------------------------------------------------------------ */

/* What hashes to a shard is not spread evenly: each gets some more than its part, so that all
 * together always hold what was asked for. */
static uint32_t shard_room(size_t entries, size_t shards)
{
    size_t part = (entries + shards - 1) / shards, slack = 0;
    if (shards > 1)
        for (slack = 16; slack * slack < 36 * part; slack++)
            ;
    return part + slack > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)(part + slack);
}

static bool shard_init(struct shard *s, uint32_t room, size_t octets)
{
    pthread_mutex_init(&s->lock, NULL);
    s->octets_most = octets;
    s->attempts = calloc((size_t)room + 1, sizeof *s->attempts);
    s->answers = calloc((size_t)room + 1, sizeof *s->answers);
    bool replays = table_init(&s->replays, room), accounts = table_init(&s->accounts, room),
         requests = table_init(&s->requests, room);
    return s->attempts && s->answers && replays && accounts && requests;
}

struct ledger *ledger_new(size_t entries, bool shared)
{
    size_t n = shared ? SHARDS : 1;
    struct ledger *l = aligned_alloc(64, sizeof *l + n * sizeof(struct shard));
    if (!l)
        return NULL;
    memset(l, 0, sizeof *l + n * sizeof(struct shard));
    l->shared = shared;
    l->n = n;
    /* Where it lies is not known outside: nobody can choose keys that all hang in one place. */
    l->seed = (uint64_t)(uintptr_t)l * UINT64_C(0x9E3779B97F4A7C15);
    if (entries == 0)
        entries = 1;
    size_t octets = entries > ANSWER_OCTETS_LEAST / ANSWER_OCTETS ? entries * ANSWER_OCTETS
                                                                  : ANSWER_OCTETS_LEAST;
    if (octets > ANSWER_OCTETS_MOST)
        octets = ANSWER_OCTETS_MOST;
    bool ok = true;
    for (size_t i = 0; i < n; i++)
        ok = shard_init(&l->shards[i], shard_room(entries, n), octets / n) && ok;
    if (ok)
        return l;
    ledger_free(l);
    return NULL;
}

void ledger_free(struct ledger *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->n; i++) {
        struct shard *s = &l->shards[i];
        for (uint32_t k = 0; s->answers && k <= s->requests.used; k++)
            free(s->answers[k].octets);
        free(s->answers);
        free(s->attempts);
        table_free(&s->replays);
        table_free(&s->accounts);
        table_free(&s->requests);
        pthread_mutex_destroy(&s->lock);
    }
    free(l);
}

/* ---- replays --------------------------------------------------------------------------------- */

static enum replay insert(struct table *t, const struct print *p, int64_t now, int64_t window)
{
    for (uint32_t old; (old = table_expired(t, now));)
        table_remove(t, old);
    uint32_t at = table_find(t, p);
    if (at && t->slots[at].until >= now)
        return REPLAY_SEEN;
    if (at)
        table_renew(t, at, now + window);
    else if (!table_add(t, p, now + window))
        return REPLAY_FULL;
    return REPLAY_NEW;
}

enum replay replay_insert(struct ledger *l, struct bytes key, int64_t now, int64_t window)
{
    struct print p = print_of(l->seed, key);
    struct shard *s = enter(l, &p);
    enum replay r = insert(&s->replays, &p, now, window);
    leave(l, s);
    return r;
}

/* ---- attempts -------------------------------------------------------------------------------- */

static bool reserve(struct shard *s, const struct print *p, unsigned limit, int64_t now,
                    int64_t window)
{
    struct table *t = &s->accounts;
    uint32_t at = table_find(t, p);
    if (at && t->slots[at].until < now) {
        table_remove(t, at); /* also forgets an attempt that was never settled */
        at = 0;
    }
    if (!at) {
        for (uint32_t old; (old = table_expired(t, now));)
            table_remove(t, old);
        at = table_add(t, p, now + window);
        if (!at)
            return false;
        s->attempts[at] = (struct attempts){.window = window};
    }
    struct attempts *a = &s->attempts[at];
    if (a->bad + a->pending >= limit)
        return false;
    a->pending++;
    return true;
}

bool attempt_reserve(struct ledger *l, struct bytes account, unsigned limit, int64_t now,
                     int64_t window)
{
    if (limit == 0)
        return true;
    struct print p = print_of(l->seed, account);
    struct shard *s = enter(l, &p);
    bool ok = reserve(s, &p, limit, now, window);
    leave(l, s);
    return ok;
}

static void settle(struct shard *s, uint32_t at, bool good, int64_t now)
{
    struct attempts *a = &s->attempts[at];
    if (a->pending)
        a->pending--;
    if (good) {
        a->bad = 0;
        if (!a->pending)
            table_remove(&s->accounts, at);
        return;
    }
    a->bad++;
    table_renew(&s->accounts, at, now + a->window);
}

void attempt_settle(struct ledger *l, struct bytes account, bool good, int64_t now)
{
    struct print p = print_of(l->seed, account);
    struct shard *s = enter(l, &p);
    uint32_t at = table_find(&s->accounts, &p);
    if (at)
        settle(s, at, good, now);
    leave(l, s);
}

void attempt_withdraw(struct ledger *l, struct bytes account)
{
    struct print p = print_of(l->seed, account);
    struct shard *s = enter(l, &p);
    uint32_t at = table_find(&s->accounts, &p);
    struct attempts *a = at ? &s->attempts[at] : NULL;
    if (a && a->pending)
        a->pending--;
    if (a && !a->pending && !a->bad)
        table_remove(&s->accounts, at);
    leave(l, s);
}

unsigned attempt_count(struct ledger *l, struct bytes account, int64_t now)
{
    struct print p = print_of(l->seed, account);
    struct shard *s = enter(l, &p);
    uint32_t at = table_find(&s->accounts, &p);
    unsigned bad = at && s->accounts.slots[at].until >= now ? s->attempts[at].bad : 0;
    leave(l, s);
    return bad;
}

/* ---- earlier replies ------------------------------------------------------------------------- */

static size_t find_answer(struct shard *s, const struct print *p, struct bytes request, int64_t now,
                          uint8_t *out, size_t room)
{
    uint32_t at = table_find(&s->requests, p);
    if (!at || s->requests.slots[at].until < now)
        return 0;
    const struct answer *a = &s->answers[at];
    if (!bytes_equal(bytes_of(a->octets, a->request), request) || a->reply > room)
        return 0;
    memcpy(out, a->octets + a->request, a->reply);
    return a->reply;
}

size_t lookaside_find(struct ledger *l, struct bytes request, int64_t now, uint8_t *out,
                      size_t room)
{
    struct print p = print_of(l->seed, request);
    struct shard *s = enter(l, &p);
    size_t n = find_answer(s, &p, request, now, out, room);
    leave(l, s);
    return n;
}

static void forget_answer(struct shard *s, uint32_t at)
{
    struct answer *a = &s->answers[at];
    s->octets -= a->room;
    free(a->octets);
    *a = (struct answer){0};
    table_remove(&s->requests, at);
}

static void keep_answer(struct shard *s, const struct print *p, struct bytes request,
                        struct bytes reply, int64_t now)
{
    struct table *t = &s->requests;
    size_t n = request.n + reply.n;
    if (n > s->octets_most)
        return;
    uint32_t at = table_find(t, p);
    if (at)
        forget_answer(s, at);
    while ((at = table_expired(t, now)))
        forget_answer(s, at);
    while (t->oldest && s->octets + n > s->octets_most)
        forget_answer(s, t->oldest);
    uint8_t *octets = malloc(n);
    if (!octets)
        return;
    at = table_add(t, p, now + LOOKASIDE_LIFE);
    if (!at) {
        forget_answer(s, t->oldest);
        at = table_add(t, p, now + LOOKASIDE_LIFE);
    }
    memcpy(octets, request.p, request.n);
    memcpy(octets + request.n, reply.p, reply.n);
    s->answers[at] = (struct answer){octets, n, request.n, reply.n};
    s->octets += n;
}

void lookaside_keep(struct ledger *l, struct bytes request, struct bytes reply, int64_t now)
{
    if (!request.n || !reply.n)
        return;
    struct print p = print_of(l->seed, request);
    struct shard *s = enter(l, &p);
    keep_answer(s, &p, request, reply, now);
    leave(l, s);
}
