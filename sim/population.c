#include "sim/population.h"

#include "crypto/rng.h"
#include "wire/names.h"

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

/* What one account's keys are made with. */
struct maker {
    const struct scenario *scenario;
    const struct realm_policy *policy;
    struct crypto *crypto;
    struct arena *mem;
    struct rng *rng;
    char **error;
};

static bool make_key(const struct maker *m, const struct scenario_account *from,
                     const struct PrincipalName *name, int32_t etype, struct account_key *out)
{
    out->kvno = from->kvno ? from->kvno : 1;
    if (!from->password) {
        const char *purpose = arena_printf(m->mem, "key %s %d", from->name, (int)etype);
        if (!key_random(m->crypto, m->rng, purpose, etype, &out->key))
            return false;
        out->key.lasting = true;
        return true;
    }
    out->has_salt = etype_find(etype)->salted;
    out->salt = from->salt ? bytes_str(from->salt)
                           : account_salt(m->mem, bytes_str(m->scenario->realm),
                                          m->policy->windows_names, name, from->flags);
    return derive(m->crypto, etype, bytes_str(from->password), out->salt, &out->key);
}

static bool add_account(struct realm_builder *builder, const struct maker *m,
                        const struct scenario_account *from)
{
    struct account a = {.flags = from->flags,
                        .max_life = from->max_life,
                        .max_renew = from->max_renew,
                        .expires = from->expires,
                        .text = from->name};
    const int32_t *etypes = from->n_etypes ? from->etypes : m->scenario->etypes;
    size_t n = from->n_etypes ? from->n_etypes : m->scenario->n_etypes;
    struct account_key *keys = arena_array(m->mem, struct account_key, n);
    struct PrincipalName *spns = arena_array(m->mem, struct PrincipalName, from->n_spns);
    principal_parse(m->mem, from->name, strchr(from->name, '/') ? NT_SRV_INST : NT_PRINCIPAL,
                    &a.name, NULL);
    for (size_t i = 0; i < n; i++) {
        if (!make_key(m, from, &a.name, etypes[i], &keys[i])) {
            *m->error = arena_printf(m->mem, "account %s: no key of etype %d can be made",
                                     from->name, (int)etypes[i]);
            return false;
        }
    }
    for (size_t i = 0; i < from->n_spns; i++)
        principal_parse(m->mem, from->spns[i], NT_SRV_INST, &spns[i], NULL);
    a.keys = keys;
    a.n_keys = n;
    a.spns = spns;
    a.n_spns = from->n_spns;
    const struct account *taken = NULL;
    if (realm_build_account(builder, &a, &taken))
        return true;
    *m->error = arena_printf(m->mem, "account %s: a name of it belongs to %s already", from->name,
                             taken->text);
    return false;
}

static bool has_krbtgt(const struct scenario *s, const char *name)
{
    for (size_t i = 0; i < s->n_accounts; i++)
        if (strcmp(s->accounts[i].name, name) == 0)
            return true;
    return false;
}

const struct realm *population_realm(const struct scenario *s, uint64_t seed, struct crypto *crypto,
                                     struct arena *mem, char **error)
{
    struct seeded_rng rng;
    struct realm_policy policy = {s->skew, s->max_life, s->max_renew, s->etypes, s->n_etypes};
    for (size_t i = 0; i < s->n_etypes; i++)
        policy.weak_sessions |= etype_find(s->etypes[i])->weak;
    struct maker m = {s, &policy, crypto, mem, &rng.rng, error};
    struct realm_builder *builder = realm_build(mem, bytes_str(s->realm));
    realm_build_policy(builder, &policy);
    char *krbtgt = arena_printf(mem, "krbtgt/%s", s->realm);
    if (!has_krbtgt(s, krbtgt)) {
        struct scenario_account tgs = {.name = krbtgt};
        seeded_rng_init(&rng, crypto, seed, krbtgt);
        if (!add_account(builder, &m, &tgs))
            return NULL;
    }
    for (size_t i = 0; i < s->n_accounts; i++) {
        seeded_rng_init(&rng, crypto, seed, s->accounts[i].name);
        if (!add_account(builder, &m, &s->accounts[i]))
            return NULL;
    }
    return realm_freeze(builder);
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
    bool two = spn && principal_parse(mem, spn, NT_SRV_INST, other, NULL) &&
               !principal_equal(other, &account->name);
    out->entries = arena_array(mem, struct keytab_entry, 2 * account->n_keys);
    out->n = add_entries(out->entries, realm, account, &account->name, when);
    if (two)
        out->n += add_entries(out->entries + out->n, realm, account, other, when);
}
