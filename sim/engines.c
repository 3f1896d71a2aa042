#include "sim/engines.h"

#include "sim/population.h"
#include "wire/kpasswd.h"
#include "wire/names.h"

#include <string.h>

static const char *kdc_name(const struct scenario *s, const char *realm)
{
    for (size_t i = 0; i < s->n_parties; i++)
        if (s->parties[i].role == ROLE_KDC && strcmp(s->parties[i].realm, realm) == 0)
            return s->parties[i].name;
    return NULL;
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
    const struct realm *realm = e->store ? e->kdcs->realm : NULL;
    for (size_t i = 0; !e->store && i < e->n_kdcs; i++)
        if (strcmp(e->kdcs[i].name, p->realm) == 0)
            realm = snapshots_first(e->kdcs[i].snapshots);
    if (!realm) /* nobody gives tickets for it */
        return true;
    const struct account *account = realm_lookup(realm, mem, &name, LOOKUP_SERVICE, NULL);
    struct keytab *keytab = arena_new_of(mem, struct keytab);
    if (account)
        population_keytab(realm, account, p->spn, e->scenario->start, mem, keytab);
    struct keytab own;
    if (e->store && !account)
        return false;
    /* A store's names lie in the file, and are another's after the turn. */
    if (e->store &&
        !(keytab_read(keytab_write(keytab, mem), mem, NULL, &own) && (*keytab = own, true)))
        return false;
    struct service_config config = {.party = p->name,
                                    .spn = p->spn,
                                    .realm = realm_name(realm),
                                    .keytab = keytab,
                                    .skew = realm_policy(realm)->skew,
                                    .replay = replay,
                                    .kvno_policy = (enum kvno_policy)p->kvno_policy,
                                    .windows_errors = p->windows_errors,
                                    .any_address = !p->compare_addresses};
    e->service = service_new(mem, &config);
    e->service_party.name = p->name;
    return e->service != NULL;
}

static const struct scenario_party *store_service(const struct engines_options *options,
                                                  struct arena *mem)
{
    struct scenario_party *p = arena_new_of(mem, struct scenario_party);
    *p = (struct scenario_party){
        .name = "service", .role = ROLE_SERVICE, .spn = options->spn, .compare_addresses = true};
    return options->spn ? p : NULL;
}

static struct engines_kdc *add_kdc(struct engines *e, const char *name, const struct realm *realm,
                                   struct realm_changer changer, struct arena *mem)
{
    if (!e->kdcs)
        e->kdcs = arena_array(mem, struct engines_kdc, e->scenario->n_others + 1);
    struct engines_kdc *k = &e->kdcs[e->n_kdcs++];
    *k = (struct engines_kdc){.name = name, .realm = realm, .changer = changer};
    const char *party = kdc_name(e->scenario, k->name);
    k->party.name = party ? party : "kdc";
    k->udp_limit = scenario_realm(e->scenario, k->name)->udp_limit;
    struct kdc_config config = {
        .party = k->party.name, .realm = k->realm, .ledger = e->ledger, .changer = &k->changer};
    k->kdc = kdc_new(mem, &config);
    return k;
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
    e->scenario = options->like ? options->like->scenario : NULL;
    bool ok = options->like || scenario_of(e, realm_name(realm), mem, error);
    if (ok)
        add_kdc(e, e->scenario->realm.name, realm, store_changer(e->store), mem);
    store_end(e->reader);
    return ok;
}

/* The first realm, and the others that have a KDC. */
static bool start_realms(struct engines *e, const struct engines *like, struct arena *mem,
                         char **error)
{
    const struct scenario_realm *r;
    for (size_t i = 0; (r = scenario_realm_at(e->scenario, i)); i++) {
        if (i && !kdc_name(e->scenario, r->name))
            continue;
        struct snapshots *all = like ? like->kdcs[e->n_kdcs].snapshots
                                     : snapshots_new(e->scenario, r->name, mem, error);
        if (!all)
            return false;
        struct engines_kdc *k =
            add_kdc(e, r->name, snapshots_first(all), snapshots_changer(all), mem);
        k->snapshots = all;
        k->serial = SNAPSHOTS_FIRST;
        snapshots_add_reader(all, &k->looking);
    }
    return true;
}

static bool start_scenario(struct engines *e, const struct engines_options *options,
                           struct arena *mem, char **error)
{
    e->owns = !options->like;
    if (options->like) {
        e->scenario = options->like->scenario;
    } else {
        e->scenario = arena_new_of(mem, struct scenario);
        if (!scenario_load(mem, options->scenario ? options->scenario : "example-test", e->scenario,
                           error))
            return false;
    }
    return start_realms(e, options->like, mem, error);
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
    const struct scenario_party *service =
        e->store ? store_service(options, mem) : service_of(e->scenario);
    if (e->reader && !store_begin(e->reader))
        return false;
    bool ok =
        e->n_kdcs && (!service || options->no_service || start_service(e, service, replay, mem));
    if (e->reader)
        store_end(e->reader);
    if (!ok)
        *error =
            e->store && service
                ? arena_printf(mem, "%s: no account has the name %s", options->store, service->spn)
                : arena_printf(mem, "%s: the engines of the realm cannot be started",
                               e->scenario->name);
    return ok;
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
    for (size_t i = 0; i < e->n_kdcs; i++) {
        snapshots_remove_reader(&e->kdcs[i].looking);
        if (e->owns)
            snapshots_free(e->kdcs[i].snapshots);
    }
    e->n_kdcs = 0;
    if (e->owns)
        store_close(e->store);
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

/* The realm as it is now, until look_away. NULL: the store cannot be read. */
static const struct realm *look(struct engines *e, struct engines_kdc *k)
{
    uint64_t before = k->serial;
    const struct realm *now =
        e->reader ? store_begin(e->reader) : snapshots_begin(&k->looking, &k->serial);
    if (now && (now != k->realm || before != k->serial))
        kdc_realm(k->kdc, now);
    return k->realm = now;
}

static void look_away(struct engines *e, struct engines_kdc *k)
{
    if (e->reader)
        store_end(e->reader);
    else
        snapshots_end(&k->looking);
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
    if (!look(e, k))
        return false;
    bool ok = kdc_receive(k->kdc, p, turn);
    look_away(e, k);
    return ok;
}
