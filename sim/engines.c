#include "sim/engines.h"

#include "sim/population.h"
#include "wire/names.h"

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
                                    .skew = e->scenario->skew,
                                    .replay = {replay_new, e->ledger}};
    e->service = service_new(mem, &config);
    e->service_party.name = p->name;
    return e->service != NULL;
}

bool engines_start(struct engines *e, const struct engines_options *options, struct crypto *crypto,
                   struct arena *mem, char **error)
{
    const char *name = options->scenario ? options->scenario : "example-test";
    *e = (struct engines){.scenario = arena_new_of(mem, struct scenario)};
    if (!scenario_load(mem, name, e->scenario, error))
        return false;
    e->realm = population_realm(e->scenario, e->scenario->seed, crypto, mem, error);
    if (!e->realm)
        return false;
    e->ledger = ledger_new(options->ledger_entries, false);
    e->kdc_party.name = party_of(e->scenario, ROLE_KDC, "kdc");
    struct kdc_config config = {e->kdc_party.name, e->realm, e->ledger};
    e->kdc = e->ledger ? kdc_new(mem, &config) : NULL;
    const struct scenario_party *service = service_of(e->scenario);
    if (e->kdc && (!service || options->no_service || start_service(e, service, mem)))
        return true;
    *error = arena_printf(mem, "%s: the engines of the realm cannot be started", name);
    return false;
}

void engines_end(struct engines *e)
{
    ledger_free(e->ledger);
    e->ledger = NULL;
}

bool engines_receive(struct engines *e, enum engine engine, struct packet *p, struct turn *turn)
{
    p->to = engine == ENGINE_KDC ? &e->kdc_party : &e->service_party;
    return engine == ENGINE_KDC ? kdc_receive(e->kdc, p, turn)
                                : service_receive(e->service, p, turn);
}
