#include "sim/population_windows.h"

#include "base/text.h"
#include "realm/rekey.h"

#include <stdlib.h>
#include <string.h>

#define LM_LEVEL 3 /* NTLMv2 is sent, everything is taken: what Windows has done since Vista */

void population_domain(const struct scenario_realm *r, struct arena *mem, struct realm_policy *p)
{
    struct group *groups = arena_array(mem, struct group, r->n_groups);
    for (size_t i = 0; i < r->n_groups; i++)
        groups[i] = (struct group){r->groups[i].rid, r->groups[i].name};
    p->netbios = r->netbios;
    p->has_sid = r->sid && sid_parse(bytes_str(r->sid), &p->sid);
    p->groups = groups;
    p->n_groups = r->n_groups;
    p->no_pac = r->no_pac;
    p->ntlm_blocked = r->ntlm_blocked;
    p->lm_level = r->given & REALM_LM_LEVEL ? r->lm_level : LM_LEVEL;
}

/* By name, or by its RID in digits; 0: there is none. */
static uint32_t group_rid(const struct realm_policy *p, const char *name)
{
    for (size_t i = 0; i < p->n_groups; i++)
        if (strcmp(p->groups[i].name, name) == 0)
            return p->groups[i].rid;
    char *end;
    unsigned long rid = strtoul(name, &end, 10);
    return *end || rid > UINT32_MAX ? 0 : (uint32_t)rid;
}

static bool add_groups(const struct population_place *at, const struct scenario_account *from,
                       struct account *a, char **error)
{
    uint32_t *groups = arena_array(at->mem, uint32_t, from->n_groups);
    for (size_t i = 0; i < from->n_groups; i++) {
        groups[i] = group_rid(at->policy, from->groups[i]);
        if (!groups[i]) {
            *error = arena_printf(at->mem, "account %s: there is no group %s", from->name,
                                  from->groups[i]);
            return false;
        }
    }
    a->groups = groups;
    a->n_groups = from->n_groups;
    return true;
}

static struct bytes text_of(const char *s)
{
    return s ? bytes_str(s) : (struct bytes){0};
}

static bool octets_of(struct arena *mem, const char *hex, size_t size, struct bytes *out)
{
    size_t at;
    return hex_decode(mem, bytes_str(hex), out, &at) && out->n == size;
}

/* What the file says of a password that it does not have. */
static bool kept(const struct population_place *at, const struct scenario_account *from,
                 struct account *a)
{
    struct bytes hash;
    if (from->nt_hash) {
        if (!octets_of(at->mem, from->nt_hash, sizeof a->nt_hash, &hash))
            return false;
        memcpy(a->nt_hash, hash.p, hash.n);
        a->has_nt_hash = true;
    }
    a->reversible = text_of(from->stored_password);
    size_t bad;
    return !from->wdigest || (hex_decode(at->mem, bytes_str(from->wdigest), &a->wdigest, &bad) &&
                              a->wdigest.n % 16 == 0 && a->wdigest.n <= (size_t)16 * WDIGEST_FORMS);
}

/* An RC4 key is the NT hash (RFC 4757 2): what is known of an account whose keys were given. */
static void hash_of_key(struct account *a)
{
    const struct account_key *k = account_key(a, 0, 23);
    a->has_nt_hash = k && k->key.n == sizeof a->nt_hash;
    if (a->has_nt_hash)
        memcpy(a->nt_hash, k->key.v, sizeof a->nt_hash);
}

bool population_windows(const struct population_place *at, const struct scenario_account *from,
                        struct account *a, char **error)
{
    if (!at->policy->has_sid)
        return true;
    a->rid = from->rid;
    a->full_name = text_of(from->full_name);
    a->certificate = text_of(from->certificate);
    struct bytes *workstations = arena_array(at->mem, struct bytes, from->n_workstations);
    for (size_t i = 0; i < from->n_workstations; i++)
        workstations[i] = bytes_str(from->workstations[i]);
    a->workstations = workstations;
    a->n_workstations = from->n_workstations;
    if (!add_groups(at, from, a, error))
        return false;
    if (!from->password) {
        hash_of_key(a);
        if (kept(at, from, a))
            return true;
        *error = arena_printf(at->mem,
                              "account %s: nt_hash is 16 octets, wdigest 16 for each of at most %d "
                              "forms, in hexadecimal",
                              from->name, WDIGEST_FORMS);
        return false;
    }
    if (account_secrets(at->mem, at->crypto, at->realm, netbios_of(at->mem, at->realm, at->policy),
                        a, bytes_str(from->password)))
        return true;
    *error = arena_printf(at->mem, "account %s: its password has no NT hash", from->name);
    return false;
}
