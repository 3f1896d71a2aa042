#include "sim/engines.h"

#include "sim/population.h"
#include "wire/names.h"

#include <string.h>

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

static bool start_service(struct engines *e, const struct scenario_party *p, struct arena *mem)
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
                                    .replay = {replay_new, e->ledger}};
    e->service = service_new(mem, &config);
    e->service_party.name = p->name;
    return e->service != NULL;
}

bool engines_start(struct engines *e, const struct engines_options *options, struct crypto *crypto,
                   struct arena *mem, char **error)
{
    const char *name = options->scenario ? options->scenario : "example-test";
    *e = (struct engines){.ledger = options->ledger};
    if (options->like) {
        e->scenario = options->like->scenario;
        e->realm = options->like->realm;
    } else {
        e->scenario = arena_new_of(mem, struct scenario);
        if (!scenario_load(mem, name, e->scenario, error))
            return false;
        e->realm = population_realm(e->scenario, NULL, e->scenario->seed, crypto, mem, error);
    }
    if (!e->realm)
        return false;
    e->kdc_party.name = party_of(e->scenario, ROLE_KDC, "kdc");
    struct kdc_config config = {e->kdc_party.name, e->realm, e->ledger};
    e->kdc = kdc_new(mem, &config);
    const struct scenario_party *service = service_of(e->scenario);
    if (e->kdc && (!service || options->no_service || start_service(e, service, mem)))
        return true;
    *error = arena_printf(mem, "%s: the engines of the realm cannot be started", name);
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

bool engines_receive(struct engines *e, enum engine engine, struct packet *p, struct turn *turn)
{
    p->to = engine == ENGINE_KDC ? &e->kdc_party : &e->service_party;
    return engine == ENGINE_KDC ? kdc_receive(e->kdc, p, turn)
                                : service_receive(e->service, p, turn);
}
