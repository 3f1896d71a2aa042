#include "sim/engines.h"

#include "sim/population.h"
#include "sim/changes.h"
#include "wire/kpasswd.h"
#include "wire/names.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* A realm as it is now, and who changes it. */
struct changing {
    struct engines_changes *of;
    const char *name;
    const struct realm_changer *inner;
    struct realm_changer changer;
    _Atomic(const struct realm *) now;
};

/* Changes come from any thread, one at a time, with memory and cryptography of their own. */
struct engines_changes {
    pthread_mutex_t lock;
    struct arena *mem;
    struct crypto *crypto;
    struct changes *changes;
    struct changing *realms;
    size_t n;
};

static int32_t set_password(void *arg, struct turn *turn, const struct PrincipalName *name,
                            struct bytes password, const char **why)
{
    struct changing *c = arg;
    pthread_mutex_lock(&c->of->lock);
    int32_t result = c->inner->set_password(c->inner->arg, turn, name, password, why);
    pthread_mutex_unlock(&c->of->lock);
    return result;
}

static void made(void *arg, const struct realm *realm)
{
    atomic_store(&((struct changing *)arg)->now, realm);
}

static void changes_end(struct engines_changes *c)
{
    arena_free(c->mem);
    crypto_free(c->crypto);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static const char *kdc_name(const struct scenario *s, const char *realm)
{
    for (size_t i = 0; i < s->n_parties; i++)
        if (s->parties[i].role == ROLE_KDC && strcmp(s->parties[i].realm, realm) == 0)
            return s->parties[i].name;
    return NULL;
}

/* The first realm, and the others that have a KDC. */
static void start_realms(struct engines_changes *c, const struct scenario *s)
{
    const struct scenario_realm *r;
    c->realms = arena_array(c->mem, struct changing, s->n_others + 1);
    for (size_t i = 0; (r = scenario_realm_at(s, i)); i++) {
        struct changing *one = &c->realms[c->n];
        if (i && !kdc_name(s, r->name))
            continue;
        *one = (struct changing){.of = c, .name = r->name};
        one->inner = changes_changer(c->changes, r->name, made, one);
        one->changer = (struct realm_changer){set_password, one};
        made(one, changes_realm(c->changes, r->name));
        c->n++;
    }
}

static struct engines_changes *changes_start(const struct scenario *s, struct arena *mem,
                                             char **error)
{
    struct engines_changes *c = calloc(1, sizeof *c);
    char *why = NULL;
    *error = arena_printf(mem, "out of memory, or OpenSSL has no legacy provider");
    if (!c)
        return NULL;
    pthread_mutex_init(&c->lock, NULL);
    c->mem = arena_new(0);
    c->crypto = crypto_new();
    if (c->mem && c->crypto)
        c->changes = changes_new(s, s->seed, c->crypto, c->mem, &why);
    if (!c->changes) {
        *error = why ? arena_printf(mem, "%s", why) : *error;
        changes_end(c);
        return NULL;
    }
    start_realms(c, s);
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

static bool start_service(struct engines *e, const struct scenario_party *p,
                          struct replay_cache replay, struct arena *mem)
{
    struct PrincipalName name;
    if (!principal_parse(mem, p->spn, NT_SRV_INST, &name, NULL))
        return false;
    const struct realm *realm = changes_realm(e->changes->changes, p->realm);
    const struct account *account = realm_find(realm, mem, &name);
    struct keytab *keytab = arena_new_of(mem, struct keytab);
    if (account)
        population_keytab(realm, account, p->spn, e->scenario->start, mem, keytab);
    struct service_config config = {.party = p->name,
                                    .spn = p->spn,
                                    .realm = realm_name(realm),
                                    .keytab = keytab,
                                    .skew = scenario_realm(e->scenario, p->realm)->skew,
                                    .replay = replay,
                                    .kvno_policy = (enum kvno_policy)p->kvno_policy,
                                    .windows_errors = p->windows_errors,
                                    .any_address = !p->compare_addresses};
    e->service = service_new(mem, &config);
    e->service_party.name = p->name;
    return e->service != NULL;
}

static void add_kdc(struct engines *e, const struct engines_kdc *of,
                    const struct realm_changer *changer, struct arena *mem)
{
    if (!e->kdcs)
        e->kdcs = arena_array(mem, struct engines_kdc, e->scenario->n_others + 1);
    struct engines_kdc *k = &e->kdcs[e->n_kdcs++];
    *k = *of;
    const char *party = kdc_name(e->scenario, k->name);
    k->party.name = party ? party : "kdc";
    k->udp_limit = scenario_realm(e->scenario, k->name)->udp_limit;
    struct kdc_config config = {
        .party = k->party.name, .realm = k->realm, .ledger = e->ledger, .changer = changer};
    k->kdc = kdc_new(mem, &config);
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
    const struct realm *realm = e->reader ? store_begin(e->reader) : NULL;
    if (!realm)
        return false;
    e->changer = store_changer(e->store);
    e->scenario = options->like ? options->like->scenario : NULL;
    bool ok = options->like || scenario_of(e, realm_name(realm), mem, error);
    if (ok)
        add_kdc(e, &(struct engines_kdc){.name = e->scenario->realm.name, .realm = realm},
                &e->changer, mem);
    store_end(e->reader);
    return ok;
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
    for (size_t i = 0; e->changes && i < e->changes->n; i++) {
        struct changing *c = &e->changes->realms[i];
        add_kdc(e, &(struct engines_kdc){.name = c->name, .realm = atomic_load(&c->now)},
                &c->changer, mem);
    }
    return e->changes != NULL;
}

bool engines_start(struct engines *e, const struct engines_options *options, struct arena *mem,
                   char **error)
{
    *e = (struct engines){.ledger = options->ledger};
    if (!(options->store ? start_store : start_scenario)(e, options, mem, error))
        return false;
    struct replay_cache replay = options->replay;
    if (!replay.insert)
        replay = (struct replay_cache){replay_new, e->ledger};
    const struct scenario_party *service = service_of(e->scenario);
    if (e->n_kdcs && (!service || options->no_service || start_service(e, service, replay, mem)))
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

void engines_at(struct engines *e, struct bytes address)
{
    for (size_t i = 0; i < e->n_kdcs; i++)
        e->kdcs[i].party.address = address;
}

/* ---- whose it is ------------------------------------------------------------------------------
 */

/* RFC 4120 5.4.1: the realm of the server that is asked for; of a change of a password, that of the
 * ticket in it. Empty: it cannot be told. */
static struct bytes realm_asked(const struct packet *p, struct arena *mem)
{
    struct KDC_REQ req;
    struct AP_REQ ap;
    struct kpasswd_message change;
    if (p->port == KPASSWD_PORT)
        return kpasswd_read(p->data, NULL, &change) &&
                       asn_decode(&ASN_AP_REQ, change.ap, ASN_DEPLOYED, mem, NULL, &ap)
                   ? ap.ticket.realm
                   : (struct bytes){0};
    if (asn_decode(&ASN_AS_REQ, p->data, ASN_DEPLOYED, mem, NULL, &req) ||
        asn_decode(&ASN_TGS_REQ, p->data, ASN_DEPLOYED, mem, NULL, &req))
        return req.req_body.realm;
    return (struct bytes){0};
}

static struct engines_kdc *kdc_for(struct engines *e, const struct packet *p, struct arena *mem)
{
    struct bytes realm = e->n_kdcs > 1 ? realm_asked(p, mem) : (struct bytes){0};
    for (size_t i = 0; i < e->n_kdcs; i++)
        if (bytes_equal_str(realm, e->kdcs[i].name))
            return &e->kdcs[i];
    return &e->kdcs[0];
}

void engines_address(struct engines *e, enum engine engine, struct packet *p, struct arena *mem)
{
    if (engine == ENGINE_SERVICE) {
        p->to = &e->service_party;
        return;
    }
    struct engines_kdc *k = kdc_for(e, p, mem);
    p->to = &k->party;
    if (p->via == VIA_UDP)
        p->limit = k->udp_limit;
}

/* ---- a turn ------------------------------------------------------------------------------------
 */

static const struct realm *realm_now(struct engines *e, const struct engines_kdc *k)
{
    return e->reader ? store_begin(e->reader) : atomic_load(&e->changes->realms[k - e->kdcs].now);
}

bool engines_receive(struct engines *e, enum engine engine, struct packet *p, struct turn *turn)
{
    if (!p->to)
        engines_address(e, engine, p, turn->mem);
    if (engine == ENGINE_SERVICE)
        return service_receive(e->service, p, turn);
    struct engines_kdc *k = e->kdcs;
    while (p->to != &k->party)
        k++;
    const struct realm *now = realm_now(e, k);
    if (!now)
        return false;
    if (now != k->realm)
        kdc_realm(k->kdc, now);
    k->realm = now;
    bool ok = kdc_receive(k->kdc, p, turn);
    if (e->reader)
        store_end(e->reader);
    return ok;
}
