#include "sim/population_windows.h"

#include "base/text.h"
#include "crypto/rng.h"
#include "realm/presets.h"
#include "wire/names.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY 256 /* string-to-key results remembered */

/* One slot of the memory of string-to-key, known by a digest of what went in. */
struct derived {
    int32_t etype;
    struct bytes password, salt;
    struct key key;
};

static struct {
    struct arena *mem; /* lives as long as the program */
    struct derived slots[MEMORY];
    size_t n;
} memory;

static const struct derived *recall(int32_t etype, struct bytes password, struct bytes salt)
{
    for (size_t i = 0; i < memory.n; i++) {
        const struct derived *d = &memory.slots[i];
        if (d->etype == etype && bytes_equal_secret(d->password, password) &&
            bytes_equal(d->salt, salt))
            return d;
    }
    return NULL;
}

static bool derive(struct crypto *crypto, int32_t etype, struct bytes password, struct bytes salt,
                   struct key *out)
{
    const struct derived *known = recall(etype, password, salt);
    if (known) {
        *out = known->key;
        return true;
    }
    if (!string_to_key(crypto, etype, password, salt, (struct bytes){0}, out))
        return false;
    out->lasting = true;
    if (!memory.mem)
        memory.mem = arena_new(0);
    if (memory.mem && memory.n < MEMORY)
        memory.slots[memory.n++] = (struct derived){etype, arena_copy(memory.mem, password),
                                                    arena_copy(memory.mem, salt), *out};
    return true;
}

/* What one realm's accounts and their keys are made with. */
struct maker {
    const struct scenario *scenario;
    const struct scenario_realm *realm;
    uint64_t seed;
    struct realm_policy policy;
    struct crypto *crypto;
    struct arena *mem;
    struct rng *random; /* NULL: the stream of the seed, for each owner of keys his own */
    struct seeded_rng rng;
    struct realm_builder *builder;
    char **error;
};

static void start_random(struct maker *m, const char *owner)
{
    if (!m->random)
        seeded_rng_init(&m->rng, m->crypto, m->seed, owner);
}

struct realm_policy population_policy(const struct scenario_realm *r, struct arena *mem)
{
    struct realm_policy p = {.skew = r->skew,
                             .max_life = r->max_life,
                             .max_renew = r->max_renew,
                             .attempts = r->attempts,
                             .attempt_window = r->attempt_window,
                             .password_min = r->password_min,
                             .password_history = r->password_history,
                             .duplicates = r->duplicates};
    if (r->preset)
        preset_apply(preset_find(r->preset), mem, &p);
    if (r->n_etypes) {
        p.etypes = r->etypes;
        p.n_etypes = r->n_etypes;
    }
    for (size_t i = 0; i < r->n_etypes; i++)
        p.weak_sessions |= etype_find(r->etypes[i])->weak;
    if (r->weak_sessions)
        p.weak_sessions = r->weak_sessions == MAY;
    if (r->given & REALM_DEFAULT_SUPPORTED)
        p.default_supported = r->default_supported;
    p.tickets_as_asked = r->tickets_as_asked;
    if (r->name_rule)
        p.windows_names = r->name_rule == RULE_WINDOWS;
    population_domain(r, mem, &p);
    return p;
}

/* What a key is made from. */
struct source {
    const char *owner; /* whose it is, for the stream of random keys */
    const char *password, *salt;
    struct bytes usual_salt;
    uint32_t kvno;
};

static bool make_key(struct maker *m, const struct source *from, int32_t etype,
                     struct account_key *out)
{
    *out = (struct account_key){.kvno = from->kvno};
    if (!from->password) {
        const char *purpose = arena_printf(m->mem, "key %s %d", from->owner, (int)etype);
        if (from->kvno > 1)
            purpose = arena_printf(m->mem, "%s %u", purpose, (unsigned)from->kvno);
        if (!key_random(m->crypto, m->random ? m->random : &m->rng.rng, purpose, etype, &out->key))
            return false;
        out->key.lasting = true;
        return true;
    }
    out->has_salt = etype_find(etype)->salted;
    out->salt = from->salt ? bytes_str(from->salt) : from->usual_salt;
    return derive(m->crypto, etype, bytes_str(from->password), out->salt, &out->key);
}

static bool make_keys(struct maker *m, const struct source *from, const int32_t *etypes, size_t n,
                      struct account_key *keys)
{
    for (size_t i = 0; i < n; i++)
        if (!make_key(m, from, etypes[i], &keys[i])) {
            *m->error = arena_printf(m->mem, "account %s: no key of etype %d can be made",
                                     from->owner, (int)etypes[i]);
            return false;
        }
    return true;
}

static bool put_account(struct maker *m, const struct account *a, const char *name)
{
    const struct account *taken = NULL;
    if (realm_build_account(m->builder, a, &taken))
        return true;
    *m->error =
        arena_printf(m->mem, "account %s: a name of it belongs to %s already", name, taken->text);
    return false;
}

/* "18 3 HEX", with the salt in hexadecimal behind it, and the parameters behind that, or "-". */
static bool given_key(struct maker *m, const char *text, struct account_key *out)
{
    struct bytes parts[5] = {{0}};
    size_t n = 0, at;
    char *rest = NULL, *copy = arena_str(m->mem, bytes_str(text));
    for (char *p = strtok_r(copy, " ", &rest); p && n < 5; p = strtok_r(NULL, " ", &rest))
        parts[n++] = bytes_str(p);
    struct bytes value, salt = {0}, params = {0};
    const struct etype_row *row = n >= 3 ? etype_by_name(parts[0]) : NULL;
    int32_t etype = row ? row->etype : n >= 3 ? atoi((const char *)parts[0].p) : 0;
    char *end = NULL;
    unsigned long kvno = n >= 3 ? strtoul((const char *)parts[1].p, &end, 10) : 0;
    bool has_salt = n >= 4 && !bytes_equal_str(parts[3], "-");
    bool ok = n >= 3 && !(rest && *rest) && end && !*end && kvno <= UINT32_MAX &&
              hex_decode(m->mem, parts[2], &value, &at) && key_import(etype, value, &out->key) &&
              (!has_salt || hex_decode(m->mem, parts[3], &salt, &at)) &&
              (n < 5 || hex_decode(m->mem, parts[4], &params, &at));
    out->kvno = (uint32_t)kvno;
    out->has_salt = has_salt;
    out->salt = salt;
    out->s2kparams = params;
    return ok;
}

static bool given_keys(struct maker *m, const char *owner, const char **texts, size_t n,
                       struct account_key **out)
{
    struct account_key *keys = *out = arena_array(m->mem, struct account_key, n);
    for (size_t i = 0; i < n; i++)
        if (!given_key(m, texts[i], &keys[i])) {
            *m->error = arena_printf(m->mem,
                                     "account %s: \"%s\" is no key; it is written as encryption "
                                     "type, kvno, key, salt, parameters: 18 1 00ff...",
                                     owner, texts[i]);
            return false;
        }
    return true;
}

/* The newest key and those before it. */
static bool account_keys(struct maker *m, const struct scenario_account *from, struct account *a)
{
    const int32_t *etypes = from->n_etypes ? from->etypes : m->policy.etypes;
    size_t n = from->n_etypes ? from->n_etypes : m->policy.n_etypes;
    struct account_key *keys =
        arena_array(m->mem, struct account_key, n * (1 + from->n_old_passwords));
    struct source source = {.owner = from->key_name ? from->key_name : from->name,
                            .usual_salt =
                                account_salt(m->mem, bytes_str(m->realm->name),
                                             m->policy.windows_names, &a->name, from->flags)};
    start_random(m, source.owner);
    for (size_t i = 0; i <= from->n_old_passwords; i++) {
        source.password = i ? from->old_passwords[i - 1] : from->password;
        source.salt = i && from->old_salts ? from->old_salts[i - 1] : from->salt;
        source.kvno = from->kvno - (uint32_t)i;
        if (!make_keys(m, &source, etypes, n, keys + i * n))
            return false;
    }
    a->keys = keys;
    a->n_keys = n * (1 + from->n_old_passwords);
    return true;
}

static bool make_account(struct maker *m, const struct scenario_account *from, struct account *a)
{
    *a = (struct account){.flags = from->flags,
                          .max_life = from->max_life,
                          .max_renew = from->max_renew,
                          .expires = from->expires,
                          .password_expires = from->password_expires,
                          .logon_hours = from->logon_hours,
                          .supported_etypes = from->supported_etypes,
                          .upn = from->upn ? bytes_str(from->upn) : (struct bytes){0},
                          .text = from->name};
    struct PrincipalName *spns = arena_array(m->mem, struct PrincipalName, from->n_spns);
    principal_parse(m->mem, from->name, strchr(from->name, '/') ? NT_SRV_INST : NT_PRINCIPAL,
                    &a->name, NULL);
    for (size_t i = 0; i < from->n_spns; i++)
        principal_parse(m->mem, from->spns[i], NT_SRV_INST, &spns[i], NULL);
    a->spns = spns;
    a->n_spns = from->n_spns;
    struct population_place place = {&m->policy, bytes_str(m->realm->name), m->crypto, m->mem};
    if (!from->n_keys)
        return account_keys(m, from, a) && population_windows(&place, from, a, m->error);
    struct account_key *keys;
    bool ok = given_keys(m, from->name, from->keys, from->n_keys, &keys);
    a->keys = keys;
    a->n_keys = from->n_keys;
    return ok && population_windows(&place, from, a, m->error);
}

static bool add_account(struct maker *m, const struct scenario_account *from)
{
    struct account a;
    return make_account(m, from, &a) && put_account(m, &a, from->name);
}

/* The keys with which `from` seals tickets for `to`: both ends make the same ones. */
static bool trust_keys(struct maker *m, const struct scenario_trust *t, const char *from,
                       const char *to, struct account_key **keys, size_t *n)
{
    struct realm_policy usual =
        m->scenario ? population_policy(scenario_realm(m->scenario, from), m->mem) : m->policy;
    const int32_t *etypes = t->n_etypes ? t->etypes : usual.etypes;
    char *owner = arena_printf(m->mem, "krbtgt/%s@%s", to, from);
    struct source source = {
        .owner = owner,
        .password = t->password,
        .usual_salt = bytes_str(arena_printf(m->mem, "%skrbtgt%s", from, to)),
        .kvno = 1,
    };
    if (t->n_keys)
        return *n = t->n_keys, given_keys(m, owner, t->keys, t->n_keys, keys);
    *n = t->n_etypes ? t->n_etypes : usual.n_etypes;
    *keys = arena_array(m->mem, struct account_key, *n);
    start_random(m, owner);
    return make_keys(m, &source, etypes, *n, *keys);
}

/* The way out: an account krbtgt/TO. */
static bool make_way_out(struct maker *m, const struct scenario_trust *t, const char *to,
                         struct account *a)
{
    char *name = arena_printf(m->mem, "krbtgt/%s", to);
    struct account_key *keys;
    *a = (struct account){.flags = ACCOUNT_TRUST, .text = name};
    principal_parse(m->mem, name, NT_SRV_INST, &a->name, NULL);
    bool ok = trust_keys(m, t, m->realm->name, to, &keys, &a->n_keys);
    a->keys = keys;
    return ok;
}

/* Where keys are given as they are, those of the way out are an account's. */
static bool add_way_out(struct maker *m, const struct scenario_trust *t, const char *to)
{
    struct account a;
    if (scenario_account(m->scenario, m->realm->name, arena_printf(m->mem, "krbtgt/%s", to)))
        return true;
    return make_way_out(m, t, to, &a) && put_account(m, &a, a.text);
}

/* What is known here of the realm at the other end. Suffixes and a way by `next` are said of `to`,
 * for clients of `from`. */
static bool make_end(struct maker *m, const struct scenario_trust *t, const char *other,
                     bool inbound, struct trust *out_trust)
{
    bool out = strcmp(other, t->to) == 0;
    struct account_key *keys = NULL;
    struct trust trust = {.realm = bytes_str(other),
                          .inbound = inbound,
                          .transitive = t->transitive,
                          .n_suffixes = out ? t->n_suffixes : 0,
                          .next = out && t->next ? bytes_str(t->next) : (struct bytes){0}};
    struct bytes *suffixes = arena_array(m->mem, struct bytes, trust.n_suffixes);
    for (size_t i = 0; i < trust.n_suffixes; i++)
        suffixes[i] = bytes_str(t->suffixes[i]);
    trust.suffixes = suffixes;
    if (inbound && !trust_keys(m, t, other, m->realm->name, &keys, &trust.n_keys))
        return false;
    trust.keys = keys;
    *out_trust = trust;
    return true;
}

static bool add_end(struct maker *m, const struct scenario_trust *t, const char *other,
                    bool inbound)
{
    struct trust trust;
    if (!make_end(m, t, other, inbound, &trust))
        return false;
    if (realm_build_trust(m->builder, &trust))
        return true;
    *m->error = arena_printf(m->mem, "a second trust of %s with %s", m->realm->name, other);
    return false;
}

static bool add_trust(struct maker *m, const struct scenario_trust *t)
{
    const char *here = m->realm->name;
    if (strcmp(t->from, here) == 0)
        return (t->next || add_way_out(m, t, t->to)) && add_end(m, t, t->to, t->both || t->n_keys);
    if (strcmp(t->to, here) == 0 && !t->next)
        return (!t->both || add_way_out(m, t, t->from)) && add_end(m, t, t->from, true);
    return true;
}

/* Of a ticket to change one's password: whoever had it by the old password must not be able to
 * change the new one for the rest of the day. MIT's lasts as long. */
#define CHANGE_LIFE (5 * MINUTE)

static bool add_all(struct maker *m)
{
    const struct scenario *s = m->scenario;
    const char *own[] = {arena_printf(m->mem, "krbtgt/%s", m->realm->name), CHANGEPW};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        struct scenario_account service = {.name = own[i],
                                           .kvno = 1,
                                           .max_life = i ? CHANGE_LIFE : 0,
                                           .max_renew = i ? CHANGE_LIFE : 0,
                                           .rid = m->policy.has_sid && !i ? RID_KRBTGT : 0};
        if (!scenario_account(s, m->realm->name, own[i]) && !add_account(m, &service))
            return false;
    }
    for (size_t i = 0; i < s->n_trusts; i++)
        if (!add_trust(m, &s->trusts[i]))
            return false;
    for (size_t i = 0; i < s->n_accounts; i++)
        if (strcmp(s->accounts[i].realm, m->realm->name) == 0 && !add_account(m, &s->accounts[i]))
            return false;
    return true;
}

const struct realm *population_realm(const struct scenario *s, const char *realm, uint64_t seed,
                                     struct crypto *crypto, struct arena *mem, char **error)
{
    const struct scenario_realm *r = scenario_realm(s, realm);
    struct maker m = {.scenario = s,
                      .realm = r,
                      .policy = population_policy(r, mem),
                      .seed = seed,
                      .crypto = crypto,
                      .mem = mem,
                      .builder = realm_build(mem, bytes_str(r->name)),
                      .error = error};
    realm_build_policy(m.builder, &m.policy);
    return add_all(&m) ? realm_freeze(m.builder) : NULL;
}

bool population_account(const struct realm *realm, const struct scenario_account *from,
                        const struct population_keys *keys, struct arena *mem, struct account *out,
                        char **error)
{
    struct scenario_realm r = {.name = arena_str(mem, realm_name(realm))};
    struct maker m = {.realm = &r,
                      .policy = *realm_policy(realm),
                      .seed = keys->seed,
                      .random = keys->random,
                      .crypto = keys->crypto,
                      .mem = mem,
                      .error = error};
    return make_account(&m, from, out);
}

bool population_trust(const struct realm *realm, const struct scenario_trust *t,
                      const struct population_keys *keys, struct arena *mem, struct account *out,
                      struct trust *trust, char **error)
{
    struct scenario_realm r = {.name = arena_str(mem, realm_name(realm))};
    struct maker m = {.realm = &r,
                      .policy = *realm_policy(realm),
                      .seed = keys->seed,
                      .random = keys->random,
                      .crypto = keys->crypto,
                      .mem = mem,
                      .error = error};
    bool from_here = strcmp(t->from, r.name) == 0;
    *out = (struct account){0};
    if (from_here && !t->next && !make_way_out(&m, t, t->to, out))
        return false;
    return make_end(&m, t, from_here ? t->to : t->from, !from_here || t->both, trust);
}

static size_t add_entries(struct keytab_entry *to, const struct realm *realm,
                          const struct account *account, const struct PrincipalName *name,
                          int64_t when)
{
    for (size_t i = 0; i < account->n_keys; i++) {
        const struct account_key *k = &account->keys[i];
        to[i] = (struct keytab_entry){.realm = realm_name(realm),
                                      .components = name->name_string.at,
                                      .n_components = name->name_string.n,
                                      .name_type = (int32_t)name->name_type,
                                      .timestamp = when / SECOND,
                                      .kvno = k->kvno,
                                      .has_kvno32 = true,
                                      .etype = k->key.etype,
                                      .key = key_bytes(&k->key)};
    }
    return account->n_keys;
}

void population_keytab(const struct realm *realm, const struct account *account, const char *spn,
                       int64_t when, struct arena *mem, struct keytab *out)
{
    struct PrincipalName *other = arena_new_of(mem, struct PrincipalName);
    bool more = spn && principal_parse(mem, spn, NT_SRV_INST, other, NULL) &&
                !principal_equal(other, &account->name);
    out->entries = arena_array(mem, struct keytab_entry, (2 + account->n_spns) * account->n_keys);
    out->n = add_entries(out->entries, realm, account, &account->name, when);
    for (size_t i = 0; i < account->n_spns; i++) {
        out->n += add_entries(out->entries + out->n, realm, account, &account->spns[i], when);
        more = more && !principal_equal(other, &account->spns[i]);
    }
    if (more)
        out->n += add_entries(out->entries + out->n, realm, account, other, when);
}
