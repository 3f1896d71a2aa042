/* Copies that live as long as a snapshot, and what a realm is of which nothing is said. */
#include "realm/inside.h"

struct PrincipalName copy_name(struct arena *mem, const struct PrincipalName *from)
{
    struct PrincipalName to = {.name_type = from->name_type};
    to.name_string.n = from->name_string.n;
    to.name_string.at = arena_array(mem, struct bytes, to.name_string.n);
    for (size_t i = 0; i < to.name_string.n; i++)
        to.name_string.at[i] = arena_copy(mem, from->name_string.at[i]);
    return to;
}

/* The place of an etype among the implemented ones, strongest first. */
static size_t weakness(int32_t etype)
{
    size_t n, i = 0;
    const struct etype_row *rows = etype_table(&n);
    while (i < n && rows[i].etype != etype)
        i++;
    return i;
}

static bool comes_before(const struct account_key *a, const struct account_key *b)
{
    if (a->kvno != b->kvno)
        return a->kvno > b->kvno;
    return weakness(a->key.etype) < weakness(b->key.etype);
}

static struct account_key *copy_keys(struct arena *mem, const struct account_key *from, size_t n)
{
    struct account_key *keys = arena_array(mem, struct account_key, n);
    for (size_t i = 0; i < n; i++) {
        struct account_key k = from[i];
        k.key.lasting = true; /* used again and again: worth keeping its contexts */
        k.salt = arena_copy(mem, k.salt);
        k.s2kparams = arena_copy(mem, k.s2kparams);
        size_t at = i;
        for (; at && comes_before(&k, &keys[at - 1]); at--)
            keys[at] = keys[at - 1];
        keys[at] = k;
        wipe(&k, sizeof k);
    }
    return keys;
}

static struct bytes *copy_list(struct arena *mem, const struct bytes *from, size_t n)
{
    struct bytes *to = arena_array(mem, struct bytes, n);
    for (size_t i = 0; i < n; i++)
        to[i] = arena_copy(mem, from[i]);
    return to;
}

/* What Windows' logon adds. */
static void copy_windows(struct arena *mem, const struct account *from, struct account *to)
{
    uint32_t *groups = arena_array(mem, uint32_t, from->n_groups);
    for (size_t i = 0; i < from->n_groups; i++)
        groups[i] = from->groups[i];
    to->groups = groups;
    to->extra_sids = copy_list(mem, from->extra_sids, from->n_extra_sids);
    to->workstations = copy_list(mem, from->workstations, from->n_workstations);
    to->reversible = arena_copy(mem, from->reversible);
    to->wdigest = arena_copy(mem, from->wdigest);
    to->certificate = arena_copy(mem, from->certificate);
    to->full_name = arena_copy(mem, from->full_name);
}

struct account *copy_account(struct arena *mem, const struct account *from)
{
    struct account *to = arena_new_of(mem, struct account);
    *to = *from;
    to->name = copy_name(mem, &from->name);
    to->keys = copy_keys(mem, from->keys, from->n_keys);
    struct PrincipalName *spns = arena_array(mem, struct PrincipalName, from->n_spns);
    for (size_t i = 0; i < from->n_spns; i++)
        spns[i] = copy_name(mem, &from->spns[i]);
    to->spns = spns;
    to->upn = arena_copy(mem, from->upn);
    if (from->logon_hours)
        to->logon_hours = arena_copy(mem, bytes_of(from->logon_hours, LOGON_HOURS_OCTETS)).p;
    copy_windows(mem, from, to);
    to->text = from->text ? arena_str(mem, bytes_str(from->text))
                          : principal_text(mem, &from->name, (struct bytes){0});
    return to;
}

struct trust *copy_trust(struct arena *mem, const struct trust *from)
{
    struct trust *to = arena_new_of(mem, struct trust);
    *to = *from;
    to->realm = arena_copy(mem, from->realm);
    to->next = arena_copy(mem, from->next);
    to->keys = copy_keys(mem, from->keys, from->n_keys);
    to->suffixes = copy_list(mem, from->suffixes, from->n_suffixes);
    return to;
}

void copy_policy(struct arena *mem, const struct realm_policy *from, struct realm_policy *to)
{
    *to = *from;
    int32_t *etypes = arena_array(mem, int32_t, from->n_etypes);
    for (size_t i = 0; i < from->n_etypes; i++)
        etypes[i] = from->etypes[i];
    to->etypes = etypes;
    to->preset = from->preset ? arena_str(mem, bytes_str(from->preset)) : NULL;
    to->netbios = from->netbios ? arena_str(mem, bytes_str(from->netbios)) : NULL;
    struct group *groups = arena_array(mem, struct group, from->n_groups);
    for (size_t i = 0; i < from->n_groups; i++)
        groups[i] =
            (struct group){from->groups[i].rid, arena_str(mem, bytes_str(from->groups[i].name))};
    to->groups = groups;
}

void default_policy(struct arena *mem, struct realm_policy *policy)
{
    *policy = (struct realm_policy){
        .skew = 5 * MINUTE, .max_life = 10 * HOUR, .max_renew = 7 * DAY, .lm_level = 3};
    /* All that is implemented, not weak and not rare, strongest first. */
    size_t n;
    const struct etype_row *rows = etype_table(&n);
    int32_t *etypes = arena_array(mem, int32_t, n);
    for (size_t i = 0; i < n; i++)
        if (!rows[i].weak && !rows[i].rare)
            etypes[policy->n_etypes++] = rows[i].etype;
    policy->etypes = etypes;
}
