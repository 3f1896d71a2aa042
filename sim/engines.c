#include "sim/engines.h"

#include "sim/population.h"
#include "sim/changes.h"
#include "wire/names.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Changes come from any thread, one at a time, with memory and cryptography of their own. */
struct engines_changes {
    pthread_mutex_t lock;
    struct arena *mem;
    struct crypto *crypto;
    const struct realm_changer *inner;
    struct realm_changer changer;
    _Atomic(const struct realm *) now;
};

static int32_t set_password(void *arg, struct turn *turn, const struct PrincipalName *name,
                            struct bytes password, const char **why)
{
    struct engines_changes *c = arg;
    pthread_mutex_lock(&c->lock);
    int32_t result = c->inner->set_password(c->inner->arg, turn, name, password, why);
    pthread_mutex_unlock(&c->lock);
    return result;
}

static void made(void *arg, const struct realm *realm)
{
    atomic_store(&((struct engines_changes *)arg)->now, realm);
}

static void changes_end(struct engines_changes *c)
{
    arena_free(c->mem);
    crypto_free(c->crypto);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static struct engines_changes *changes_start(const struct scenario *s, struct arena *mem,
                                             char **error)
{
    struct engines_changes *c = calloc(1, sizeof *c);
    struct changes *changes = NULL;
    char *why = NULL;
    *error = arena_printf(mem, "out of memory, or OpenSSL has no legacy provider");
    if (!c)
        return NULL;
    pthread_mutex_init(&c->lock, NULL);
    c->mem = arena_new(0);
    c->crypto = crypto_new();
    if (c->mem && c->crypto)
        changes = changes_new(s, s->seed, c->crypto, c->mem, &why);
    if (!changes) {
        *error = why ? arena_printf(mem, "%s", why) : *error;
        changes_end(c);
        return NULL;
    }
    c->inner = changes_changer(changes, NULL, made, c);
    c->changer = (struct realm_changer){set_password, c};
    made(c, changes_realm(changes, NULL));
    return c;
}

static bool replay_new(void *arg, struct bytes key, int64_t now, int64_t window)
{
    return replay_insert(arg, key, now, window) == REPLAY_NEW;
}

static const struct scenario_party *service_of(const struct scenario *s)
{
    for (size_t i = 0; i < s->n_parties; i++)
        if (s->parties[i].role == ROLE_SERVICE)
            return &s->parties[i];
    return NULL;
}

static const char *party_of(const struct scenario *s, enum role role, const char *otherwise)
{
    for (size_t i = 0; i < s->n_parties; i++)
        if (s->parties[i].role == role)
            return s->parties[i].name;
    return otherwise;
}

static bool start_service(struct engines *e, const struct scenario_party *p,
                          struct replay_cache replay, struct arena *mem)
{
    struct PrincipalName name;
    if (!principal_parse(mem, p->spn, NT_SRV_INST, &name, NULL))
        return false;
    const struct account *account = realm_find(e->realm, mem, &name);
    struct keytab *keytab = arena_new_of(mem, struct keytab);
    if (account)
        population_keytab(e->realm, account, p->spn, e->scenario->start, mem, keytab);
    struct service_config config = {.party = p->name,
                                    .spn = p->spn,
                                    .realm = realm_name(e->realm),
                                    .keytab = keytab,
                                    .skew = e->scenario->realm.skew,
                                    .replay = replay,
                                    .kvno_policy = (enum kvno_policy)p->kvno_policy,
                                    .windows_errors = p->windows_errors,
                                    .any_address = !p->compare_addresses};
    e->service = service_new(mem, &config);
    e->service_party.name = p->name;
    return e->service != NULL;
}

/* ---- the realm of a store ---------------------------------------------------------------------
 */

/* The least that a scenario says, for all that is usual. */
static bool scenario_of(struct engines *e, struct bytes realm, struct arena *mem, char **error)
{
    char *text = arena_printf(mem,
                              "title: A store\ngoal: \"-\"\ntakeaway: \"-\"\n"
                              "realm: {name: \"%.*s\"}\naccounts:\n  - {name: store}\n"
                              "parties:\n  - {name: kdc, role: kdc}\n",
                              (int)realm.n, (const char *)realm.p);
    e->scenario = arena_new_of(mem, struct scenario);
    return scenario_read(mem, "store", bytes_str(text), e->scenario, error);
}

/* Each has a reader of its own, and all of a process one store. */
static bool start_store(struct engines *e, const struct engines_options *options, struct arena *mem,
                        char **error)
{
    e->owns = !options->like;
    e->store =
        options->like ? options->like->store : store_open(options->store, STORE_CHANGE, mem, error);
    e->reader = e->store ? store_reader(e->store, mem, error) : NULL;
    e->realm = e->reader ? store_begin(e->reader) : NULL;
    if (!e->realm)
        return false;
    store_end(e->reader);
    e->changer = store_changer(e->store);
    if (!options->like)
        return scenario_of(e, realm_name(e->realm), mem, error);
    e->scenario = options->like->scenario;
    return true;
}

static bool start_scenario(struct engines *e, const struct engines_options *options,
                           struct arena *mem, char **error)
{
    if (options->like) {
        e->scenario = options->like->scenario;
        e->changes = options->like->changes;
    } else {
        e->scenario = arena_new_of(mem, struct scenario);
        if (!scenario_load(mem, options->scenario ? options->scenario : "example-test", e->scenario,
                           error))
            return false;
        e->changes = changes_start(e->scenario, mem, error);
        e->owns = true;
    }
    if (!e->changes)
        return false;
    e->realm = atomic_load(&e->changes->now);
    return true;
}

bool engines_start(struct engines *e, const struct engines_options *options, struct arena *mem,
                   char **error)
{
    *e = (struct engines){.ledger = options->ledger};
    if (!(options->store ? start_store : start_scenario)(e, options, mem, error))
        return false;
    e->kdc_party.name = party_of(e->scenario, ROLE_KDC, "kdc");
    struct kdc_config config = {.party = e->kdc_party.name,
                                .realm = e->realm,
                                .ledger = e->ledger,
                                .changer = e->store ? &e->changer : &e->changes->changer};
    e->kdc = kdc_new(mem, &config);
    struct replay_cache replay = options->replay;
    if (!replay.insert)
        replay = (struct replay_cache){replay_new, e->ledger};
    const struct scenario_party *service = service_of(e->scenario);
    if (e->kdc && (!service || options->no_service || start_service(e, service, replay, mem)))
        return true;
    *error = arena_printf(mem, "%s: the engines of the realm cannot be started", e->scenario->name);
    return false;
}

/* SHA-1 without a key (RFC 3961 6.1.3): nobody gains by two turns with one number, and the seed is
 * not in it. */
#define UNKEYED_SHA1 14

uint64_t engines_turn(struct crypto *crypto, int64_t now, struct bytes data)
{
    uint8_t time[8], sums[2][CHECKSUM_MAX];
    size_t n;
    put_be64(time, (uint64_t)now);
    if (!checksum_make(crypto, UNKEYED_SHA1, NULL, 0, data, sums[0], &n))
        return 0;
    memcpy(sums[0] + n, time, sizeof time);
    if (!checksum_make(crypto, UNKEYED_SHA1, NULL, 0, bytes_of(sums[0], n + sizeof time), sums[1],
                       &n))
        return 0;
    return be64(sums[1]);
}

void engines_end(struct engines *e)
{
    store_reader_free(e->reader);
    e->reader = NULL;
    if (e->owns && e->changes)
        changes_end(e->changes);
    if (e->owns)
        store_close(e->store);
    e->changes = NULL;
    e->store = NULL;
}

bool engines_receive(struct engines *e, enum engine engine, struct packet *p, struct turn *turn)
{
    if (engine == ENGINE_SERVICE) {
        p->to = &e->service_party;
        return service_receive(e->service, p, turn);
    }
    const struct realm *now = e->reader ? store_begin(e->reader) : atomic_load(&e->changes->now);
    if (!now)
        return false;
    if (now != e->realm)
        kdc_realm(e->kdc, now);
    e->realm = now;
    p->to = &e->kdc_party;
    bool ok = kdc_receive(e->kdc, p, turn);
    if (e->reader)
        store_end(e->reader);
    return ok;
}
