/* The accounts of a realm, found by any of their names in one look at a hash table. */
#include "realm/realm.h"
#include "realm/hash.h"

/* One name in the table: the upper half of its hash, and the account that has it. */
struct place {
    uint32_t hash;
    uint32_t account; /* index + 1; 0: nothing here */
};

struct realm {
    struct bytes name;
    struct realm_policy policy;
    const struct account **accounts;
    size_t n, room;
    struct place *places; /* open addressing; a power of two, at most half full */
    size_t n_places, n_names;
};

struct realm_builder {
    struct arena *mem;
    struct realm realm;
};

#define PLACES_FIRST 64

/* ---- copies ---------------------------------------------------------------------------------- */

static struct PrincipalName copy_name(struct arena *mem, const struct PrincipalName *from)
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

static struct account *copy_account(struct arena *mem, const struct account *from)
{
    struct account *to = arena_new_of(mem, struct account);
    *to = *from;
    to->name = copy_name(mem, &from->name);
    to->keys = copy_keys(mem, from->keys, from->n_keys);
    struct PrincipalName *spns = arena_array(mem, struct PrincipalName, from->n_spns);
    for (size_t i = 0; i < from->n_spns; i++)
        spns[i] = copy_name(mem, &from->spns[i]);
    to->spns = spns;
    to->text = from->text ? arena_str(mem, bytes_str(from->text))
                          : principal_text(mem, &from->name, (struct bytes){0});
    return to;
}

/* ---- the table of names ---------------------------------------------------------------------- */

static uint64_t hash_name(const struct PrincipalName *name)
{
    uint64_t h = name->name_string.n;
    for (size_t i = 0; i < name->name_string.n; i++)
        h = hash_octets(h, name->name_string.at[i]);
    return h;
}

static bool answers_to(const struct account *a, const struct PrincipalName *name)
{
    if (principal_equal(&a->name, name))
        return true;
    for (size_t i = 0; i < a->n_spns; i++)
        if (principal_equal(&a->spns[i], name))
            return true;
    return false;
}

static void put(struct place *places, size_t n, struct place p, uint64_t hash)
{
    size_t at = hash & (n - 1);
    while (places[at].account)
        at = (at + 1) & (n - 1);
    places[at] = p;
}

/* Twice the table. Only the upper half of a hash is kept in a place, so names are hashed again. */
static void grow_places(struct realm_builder *b)
{
    struct realm *r = &b->realm;
    r->n_places *= 2;
    r->places = arena_array(b->mem, struct place, r->n_places);
    for (size_t i = 0; i < r->n; i++) {
        const struct account *a = r->accounts[i];
        for (size_t k = 0; k <= a->n_spns; k++) {
            uint64_t h = hash_name(k ? &a->spns[k - 1] : &a->name);
            put(r->places, r->n_places, (struct place){(uint32_t)(h >> 32), (uint32_t)i + 1}, h);
        }
    }
}

static void add_name(struct realm_builder *b, const struct PrincipalName *name, size_t account)
{
    struct realm *r = &b->realm;
    uint64_t h = hash_name(name);
    put(r->places, r->n_places, (struct place){(uint32_t)(h >> 32), (uint32_t)account + 1}, h);
    r->n_names++;
}

const struct account *realm_find(const struct realm *r, struct arena *mem,
                                 const struct PrincipalName *name)
{
    (void)mem;
    uint64_t h = hash_name(name);
    for (size_t at = h & (r->n_places - 1); r->places[at].account;
         at = (at + 1) & (r->n_places - 1))
        if (r->places[at].hash == (uint32_t)(h >> 32)) {
            const struct account *a = r->accounts[r->places[at].account - 1];
            if (answers_to(a, name))
                return a;
        }
    return NULL;
}

/* ---- building -------------------------------------------------------------------------------- */

/* All that is implemented, not weak and not rare, strongest first. */
static void default_etypes(struct arena *mem, struct realm_policy *policy)
{
    size_t n;
    const struct etype_row *rows = etype_table(&n);
    int32_t *etypes = arena_array(mem, int32_t, n);
    for (size_t i = 0; i < n; i++)
        if (!rows[i].weak && !rows[i].rare)
            etypes[policy->n_etypes++] = rows[i].etype;
    policy->etypes = etypes;
}

struct realm_builder *realm_build(struct arena *mem, struct bytes name)
{
    struct realm_builder *b = arena_new_of(mem, struct realm_builder);
    b->mem = mem;
    b->realm.name = arena_copy(mem, name);
    b->realm.policy =
        (struct realm_policy){.skew = 5 * MINUTE, .max_life = 10 * HOUR, .max_renew = 7 * DAY};
    default_etypes(mem, &b->realm.policy);
    b->realm.n_places = PLACES_FIRST;
    b->realm.places = arena_array(mem, struct place, PLACES_FIRST);
    return b;
}

void realm_build_policy(struct realm_builder *b, const struct realm_policy *policy)
{
    b->realm.policy = *policy;
    int32_t *etypes = arena_array(b->mem, int32_t, policy->n_etypes);
    for (size_t i = 0; i < policy->n_etypes; i++)
        etypes[i] = policy->etypes[i];
    b->realm.policy.etypes = etypes;
}

static const struct account *taken(const struct realm *r, const struct account *a)
{
    const struct account *other = realm_find(r, NULL, &a->name);
    for (size_t i = 0; !other && i < a->n_spns; i++)
        other = realm_find(r, NULL, &a->spns[i]);
    return other;
}

static void make_room(struct realm_builder *b)
{
    struct realm *r = &b->realm;
    r->room = r->room ? 2 * r->room : 16;
    const struct account **accounts = arena_array(b->mem, const struct account *, r->room);
    for (size_t i = 0; i < r->n; i++)
        accounts[i] = r->accounts[i];
    r->accounts = accounts;
}

bool realm_build_account(struct realm_builder *b, const struct account *a,
                         const struct account **taken_by)
{
    struct realm *r = &b->realm;
    const struct account *other = taken(r, a);
    if (taken_by)
        *taken_by = other;
    if (other)
        return false;
    while (2 * (r->n_names + 1 + a->n_spns) > r->n_places)
        grow_places(b);
    if (r->n == r->room)
        make_room(b);
    const struct account *copy = copy_account(b->mem, a);
    r->accounts[r->n] = copy;
    add_name(b, &copy->name, r->n);
    for (size_t i = 0; i < copy->n_spns; i++)
        add_name(b, &copy->spns[i], r->n);
    r->n++;
    return true;
}

const struct realm *realm_freeze(struct realm_builder *b)
{
    return &b->realm;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct bytes realm_name(const struct realm *r)
{
    return r->name;
}

const struct realm_policy *realm_policy(const struct realm *r)
{
    return &r->policy;
}

const struct account *realm_account(const struct realm *r, size_t index)
{
    return index < r->n ? r->accounts[index] : NULL;
}

size_t realm_count(const struct realm *r)
{
    return r->n;
}

const struct account_key *account_key(const struct account *a, uint32_t kvno, int32_t etype)
{
    if (!kvno && a->n_keys)
        kvno = a->keys[0].kvno;
    for (size_t i = 0; i < a->n_keys; i++)
        if (a->keys[i].kvno == kvno && (!etype || a->keys[i].key.etype == etype))
            return &a->keys[i];
    return NULL;
}
