#include "sim/snapshots.h"

#include "realm/rekey.h"
#include "sim/population.h"

#include <pthread.h>
#include <stdlib.h>

/* Changes take the lock; readers do not. A reader puts up which snapshot it looks at, and looks
 * again whether that is still the newest: from then on who frees sees it. */
struct snapshot {
    const struct realm *realm;
    struct arena *mem; /* NULL: the first one, which is not freed here */
    uint64_t serial;
    struct snapshot *before; /* those that are over */
};

struct snapshots {
    pthread_mutex_t lock;
    _Atomic(struct snapshot *) now;
    struct snapshot first;
    struct snapshot *over;
    struct snapshots_reader *readers;
};

static void snapshot_free(struct snapshot *s)
{
    if (s->mem)
        arena_free(s->mem); /* the snapshot is in it */
}

/* ---- life ------------------------------------------------------------------------------------ */

struct snapshots *snapshots_new(const struct scenario *scenario, const char *realm,
                                struct arena *mem, char **error)
{
    struct crypto *crypto = crypto_new();
    struct snapshots *s = calloc(1, sizeof *s);
    *error = arena_printf(mem, "out of memory, or OpenSSL has no legacy provider");
    if (s && crypto)
        s->first.realm = population_realm(scenario, realm, scenario->seed, crypto, mem, error);
    crypto_free(crypto);
    if (!s || !s->first.realm) {
        free(s);
        return NULL;
    }
    pthread_mutex_init(&s->lock, NULL);
    s->first.serial = SNAPSHOTS_FIRST;
    atomic_init(&s->now, &s->first);
    return s;
}

void snapshots_free(struct snapshots *s)
{
    if (!s)
        return;
    struct snapshot *now = atomic_load(&s->now);
    for (struct snapshot *before; s->over; s->over = before) {
        before = s->over->before;
        snapshot_free(s->over);
    }
    snapshot_free(now);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

const struct realm *snapshots_first(const struct snapshots *s)
{
    return s->first.realm;
}

/* ---- readers --------------------------------------------------------------------------------- */

void snapshots_add_reader(struct snapshots *s, struct snapshots_reader *r)
{
    r->all = s;
    atomic_init(&r->at, NULL);
    pthread_mutex_lock(&s->lock);
    r->next = s->readers;
    s->readers = r;
    pthread_mutex_unlock(&s->lock);
}

void snapshots_remove_reader(struct snapshots_reader *r)
{
    if (!r->all)
        return;
    pthread_mutex_lock(&r->all->lock);
    struct snapshots_reader **at = &r->all->readers;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    pthread_mutex_unlock(&r->all->lock);
    r->all = NULL;
}

const struct realm *snapshots_begin(struct snapshots_reader *r, uint64_t *serial)
{
    struct snapshot *s;
    do {
        s = atomic_load(&r->all->now);
        atomic_store(&r->at, s);
    } while (s != atomic_load(&r->all->now));
    *serial = s->serial;
    return s->realm;
}

void snapshots_end(struct snapshots_reader *r)
{
    atomic_store(&r->at, NULL);
}

/* ---- changes --------------------------------------------------------------------------------- */

static bool is_looked_at(const struct snapshots *s, const struct snapshot *what)
{
    for (const struct snapshots_reader *r = s->readers; r; r = r->next)
        if (atomic_load(&r->at) == what)
            return true;
    return false;
}

static void free_what_is_over(struct snapshots *s)
{
    struct snapshot **at = &s->over;
    while (*at) {
        struct snapshot *one = *at;
        if (is_looked_at(s, one)) {
            at = &one->before;
            continue;
        }
        *at = one->before;
        snapshot_free(one);
    }
}

/* All that was, and the account as it is to be. */
static const struct realm *copy_with(struct arena *mem, const struct realm *from,
                                     const struct account *instead_of, const struct account *a)
{
    struct realm_builder *b = realm_build(mem, realm_name(from));
    realm_build_policy(b, realm_policy(from));
    for (size_t i = 0; i < realm_count(from); i++) {
        const struct account *was = realm_account(from, i);
        if (!realm_build_account(b, was == instead_of ? a : was, NULL))
            return NULL;
    }
    for (size_t i = 0; i < realm_trust_count(from); i++)
        if (!realm_build_trust(b, realm_trust_at(from, i)))
            return NULL;
    return realm_freeze(b);
}

static struct snapshot *make(const struct realm *from, struct crypto *crypto,
                             const struct PrincipalName *name, struct bytes password)
{
    struct arena *mem = arena_new((size_t)64 << 10);
    if (!mem)
        return NULL;
    const struct account *was = realm_find(from, mem, name);
    struct snapshot *s = arena_new_of(mem, struct snapshot);
    struct account a = was ? *was : (struct account){0};
    if (was && account_new_password(mem, crypto, from, &a, password))
        s->realm = copy_with(mem, from, was, &a);
    if (!s->realm) {
        arena_free(mem);
        return NULL;
    }
    s->mem = mem;
    return s;
}

enum { HARD_ERROR = 2, SOFT_ERROR = 4 }; /* RFC 3244 2 */

static int32_t set_password(void *arg, struct turn *turn, const struct PrincipalName *name,
                            struct bytes password, const char **why)
{
    struct snapshots *s = arg;
    if (!password.n)
        return *why = "A password has at least one character.", SOFT_ERROR;
    pthread_mutex_lock(&s->lock);
    struct snapshot *now = atomic_load(&s->now);
    struct snapshot *next = make(now->realm, turn->crypto, name, password);
    if (next) {
        next->serial = now->serial + 1;
        atomic_store(&s->now, next);
        if (now != &s->first) {
            now->before = s->over;
            s->over = now;
        }
        free_what_is_over(s);
    }
    pthread_mutex_unlock(&s->lock);
    *why = next ? "Password changed." : "The account could not be changed.";
    return next ? 0 : HARD_ERROR;
}

struct realm_changer snapshots_changer(struct snapshots *s)
{
    return (struct realm_changer){set_password, s};
}

size_t snapshots_count(struct snapshots *s)
{
    size_t n = 1;
    pthread_mutex_lock(&s->lock);
    for (const struct snapshot *over = s->over; over; over = over->before)
        n++;
    pthread_mutex_unlock(&s->lock);
    return n;
}
