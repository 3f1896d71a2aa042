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

static const struct realm *realm_at_start(void *arg, const char *name)
{
    const struct engines *e = arg;
    for (size_t i = 0; i < e->n_locals; i++)
        if (strcmp(e->locals[i].name, name) == 0)
            return e->locals[i].realm;
    for (size_t i = 0; !e->store && i < e->n_kdcs; i++)
        if (strcmp(e->kdcs[i].name, name) == 0)
            return snapshots_first(e->kdcs[i].snapshots);
    return NULL;
}

static const struct party *controller_of(struct engines *e, const struct scenario_party *p)
{
    for (size_t i = 0; p->server.controller && i < e->n_kdcs; i++)
        if (strcmp(e->kdcs[i].party.name, p->server.controller) == 0 && e->kdcs[i].verifier)
            return &e->kdcs[i].party;
    return NULL;
}

/* Its applications and whom it asks. */
static bool add_web(struct engines *e, const struct scenario_party *p,
                    struct service_config *config, struct arena *mem, char **error)
{
    struct crypto *crypto = p->server.n_apps ? crypto_new() : NULL;
    e->web = (struct web_setup){.scenario = e->scenario,
                                .party = p,
                                .realm = realm_at_start,
                                .arg = e,
                                .controller = controller_of(e, p),
                                .ledger = e->ledger,
                                .crypto = crypto,
                                .seed = e->scenario->seed,
                                .mem = mem};
    bool ok = !p->server.n_apps || (crypto && web_setup(&e->web, config, error));
    e->web.crypto = NULL;
    crypto_free(crypto);
    return ok;
}

static bool start_service(struct engines *e, const struct scenario_party *p,
                          struct replay_cache replay, struct arena *mem, char **error)
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
    e->service_party.name = p->name;
    if (!add_web(e, p, &config, mem, error))
        return false;
    e->service = service_new(mem, &config);
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
    const struct realm_policy *policy = realm_policy(realm);
    struct ntlm_verifier_config verifier = {.party = k->party.name,
                                            .realm = k->realm,
                                            .ledger = e->ledger,
                                            .name = web_computer(mem, k->party.name),
                                            .level = policy->lm_level,
                                            .blocked = policy->ntlm_blocked};
    if (policy->has_sid)
        k->verifier = ntlm_new(mem, &verifier);
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

/* Accounts that nobody changes while it is live. */
static bool add_local(struct engines *e, const char *name, struct arena *mem, char **error)
{
    struct crypto *crypto = crypto_new();
    const struct realm *realm =
        crypto ? population_realm(e->scenario, name, e->scenario->seed, crypto, mem, error) : NULL;
    crypto_free(crypto);
    if (!e->locals)
        e->locals = arena_array(mem, struct engines_local, e->scenario->n_others);
    if (realm)
        e->locals[e->n_locals++] = (struct engines_local){name, realm};
    return realm != NULL;
}

/* The first realm, and the others that have a KDC. */
static bool start_realms(struct engines *e, const struct engines *like, struct arena *mem,
                         char **error)
{
    const struct scenario_realm *r;
    e->locals = like ? like->locals : NULL;
    e->n_locals = like ? like->n_locals : 0;
    for (size_t i = 0; (r = scenario_realm_at(e->scenario, i)); i++) {
        if (r->local && !like && !add_local(e, r->name, mem, error))
            return false;
        if (r->local || (i && !kdc_name(e->scenario, r->name)))
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
    *error = NULL;
    bool ok = e->n_kdcs &&
              (!service || options->no_service || start_service(e, service, replay, mem, error));
    if (e->reader)
        store_end(e->reader);
    if (!ok && !*error)
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
    if (engine != ENGINE_KDC) {
        p->to = engine == ENGINE_SERVICE ? &e->service_party : &e->kdcs->party;
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

static bool to_controller(struct engines *e, struct engines_kdc *k, const struct packet *p,
                          struct turn *turn)
{
    const struct realm *realm = look(e, k);
    if (!realm)
        return false;
    ntlm_realm(k->verifier, realm);
    bool ok = ntlm_receive(k->verifier, p, turn);
    look_away(e, k);
    return ok;
}

static struct engines_kdc *controller(struct engines *e, const struct party *party)
{
    for (size_t i = 0; i < e->n_kdcs; i++)
        if (&e->kdcs[i].party == party && e->kdcs[i].verifier)
            return &e->kdcs[i];
    return NULL;
}

/* What a packet between the service and its controller makes of it at the other end. */
static bool deliver(struct engines *e, const struct out *o, struct turn *turn)
{
    struct conn *channel = (struct conn *)&e->channel;
    struct engines_kdc *k = controller(e, o->packet.to);
    struct packet p = {.conn = channel,
                       .via = VIA_RPC,
                       .from = k ? &e->service_party : &e->kdcs->party,
                       .to = o->packet.to,
                       .port = NETLOGON_PORT,
                       .data = o->packet.data};
    if (!k && e->web.controller)
        p.from = e->web.controller;
    if (e->passes)
        e->passes(e->passes_arg, &p);
    return k ? to_controller(e, k, &p, turn) : service_receive(e->service, &p, turn);
}

static bool is_between(struct engines *e, const struct out *o)
{
    return o->kind == OUT_SEND && o->packet.via == VIA_RPC &&
           (o->packet.to == &e->service_party || controller(e, o->packet.to));
}

/* One of the two has ended their connection: it is gone for both. */
static bool end_channel(struct engines *e, struct turn *turn)
{
    const struct conn *channel = (const struct conn *)&e->channel;
    for (size_t i = 0; i < e->n_kdcs; i++)
        if (e->kdcs[i].verifier)
            ntlm_closed(e->kdcs[i].verifier, channel);
    return service_controller_lost(e->service, turn);
}

#define PASSES_MAX 64 /* packets between the two in a turn */

/* The service's turn, and those that it makes necessary at the controller and back. */
static bool serve(struct engines *e, const struct packet *p, struct turn *turn)
{
    struct outbox *leaving = turn->out, box;
    size_t passed = 0;
    outbox_init(&box, turn->mem);
    turn->out = &box;
    bool ok = service_receive(e->service, p, turn), lost = false;
    for (const struct out *o = box.first; ok && o; o = o->next) {
        if (is_between(e, o) && passed++ < PASSES_MAX)
            ok = deliver(e, o, turn);
        else if (o->kind == OUT_SEND && !is_between(e, o))
            outbox_send(leaving, &o->packet);
        else if (o->kind == OUT_CLOSE && o->packet.conn == (struct conn *)&e->channel)
            lost = true;
        else if (o->kind == OUT_CLOSE)
            outbox_close(leaving, o->packet.conn);
        if (ok && !o->next && (lost || service_alarm(e->service) != INT64_MAX)) {
            lost = false;
            ok = end_channel(e, turn);
        }
    }
    turn->out = leaving;
    return ok;
}

bool engines_receive(struct engines *e, enum engine engine, struct packet *p, struct turn *turn)
{
    if (!p->to)
        engines_address(e, engine, p, turn->mem);
    if (engine == ENGINE_SERVICE)
        return serve(e, p, turn);
    if (engine == ENGINE_NETLOGON)
        return to_controller(e, e->kdcs, p, turn);
    struct engines_kdc *k = e->kdcs;
    while (p->to != &k->party)
        k++;
    if (!look(e, k))
        return false;
    bool ok = kdc_receive(k->kdc, p, turn);
    look_away(e, k);
    return ok;
}

void engines_closed(struct engines *e, enum engine engine, const struct conn *c)
{
    if (engine == ENGINE_SERVICE && e->service)
        service_closed(e->service, c);
    else if (engine == ENGINE_NETLOGON)
        ntlm_closed(e->kdcs->verifier, c);
}
