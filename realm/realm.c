/* A snapshot in memory: accounts found by any of their names in one look at a hash table. */
#include "realm/hash.h"
#include "realm/inside.h"

/* One name in the table: the upper half of its hash, and the account that has it. */
struct place {
    uint32_t hash;
    uint32_t account; /* index + 1; 0: nothing here */
};

struct memory {
    struct realm realm; /* first: a snapshot is one */
    const struct account **accounts;
    size_t n, room;
    struct place *places; /* open addressing; a power of two, at most half full */
    size_t n_places, n_names;
};

struct realm_builder {
    struct arena *mem;
    struct memory memory;
    const struct trust **trusts;
    size_t trust_room;
};

#define PLACES_FIRST 64

/* ---- the table of names ---------------------------------------------------------------------- */

/* The same for names that differ in case. */
static uint64_t hash_name(const struct PrincipalName *name)
{
    uint64_t h = name->name_string.n;
    for (size_t i = 0; i < name->name_string.n; i++)
        h = hash_folded(h, name->name_string.at[i]);
    return h;
}

static uint64_t hash_upn(struct bytes upn)
{
    return hash_folded(1, upn); /* as a name of one component */
}

static void put(struct place *places, size_t n, size_t account, uint64_t hash)
{
    size_t at = hash & (n - 1);
    while (places[at].account)
        at = (at + 1) & (n - 1);
    places[at] = (struct place){(uint32_t)(hash >> 32), (uint32_t)account + 1};
}

static void put_account(struct memory *m, const struct account *a, size_t index)
{
    put(m->places, m->n_places, index, hash_name(&a->name));
    for (size_t k = 0; k < a->n_spns; k++)
        put(m->places, m->n_places, index, hash_name(&a->spns[k]));
    if (a->upn.n)
        put(m->places, m->n_places, index, hash_upn(a->upn));
}

/* Twice the table. Only the upper half of a hash is kept in a place, so names are hashed again. */
static void grow_places(struct realm_builder *b)
{
    struct memory *m = &b->memory;
    m->n_places *= 2;
    m->places = arena_array(b->mem, struct place, m->n_places);
    for (size_t i = 0; i < m->n; i++)
        put_account(m, m->accounts[i], i);
}

static void candidates(const struct realm *r, struct arena *mem, const struct PrincipalName *name,
                       account_visitor *visit, void *arg)
{
    (void)mem;
    const struct memory *m = (const struct memory *)r;
    uint64_t h = hash_name(name);
    for (size_t at = h & (m->n_places - 1); m->places[at].account;
         at = (at + 1) & (m->n_places - 1))
        if (m->places[at].hash == (uint32_t)(h >> 32) &&
            !visit(arg, m->accounts[m->places[at].account - 1]))
            return;
}

static size_t count(const struct realm *r)
{
    return ((const struct memory *)r)->n;
}

static const struct account *at_index(const struct realm *r, size_t index)
{
    const struct memory *m = (const struct memory *)r;
    return index < m->n ? m->accounts[index] : NULL;
}

static void each(const struct realm *r, struct arena *mem, account_visitor *visit, void *arg)
{
    (void)mem;
    const struct memory *m = (const struct memory *)r;
    for (size_t i = 0; i < m->n && visit(arg, m->accounts[i]); i++)
        ;
}

/* ---- building -------------------------------------------------------------------------------- */

struct realm_builder *realm_build(struct arena *mem, struct bytes name)
{
    struct realm_builder *b = arena_new_of(mem, struct realm_builder);
    b->mem = mem;
    b->memory.realm = (struct realm){.name = arena_copy(mem, name),
                                     .candidates = candidates,
                                     .count = count,
                                     .at = at_index,
                                     .each = each};
    default_policy(mem, &b->memory.realm.policy);
    b->memory.n_places = PLACES_FIRST;
    b->memory.places = arena_array(mem, struct place, PLACES_FIRST);
    return b;
}

void realm_build_policy(struct realm_builder *b, const struct realm_policy *policy)
{
    copy_policy(b->mem, policy, &b->memory.realm.policy);
}

/* A longer copy of an array of pointers. */
static void *longer(struct arena *mem, const void *from, size_t n, size_t room)
{
    void *to = arena_array(mem, void *, room);
    if (n)
        memcpy(to, from, n * sizeof(void *));
    return to;
}

bool realm_build_account(struct realm_builder *b, const struct account *a,
                         const struct account **taken_by)
{
    struct memory *m = &b->memory;
    const struct account *other = name_taken(&m->realm, b->mem, a, NULL);
    if (taken_by)
        *taken_by = other;
    if (other)
        return false;
    size_t names = 1 + a->n_spns + (a->upn.n > 0);
    while (2 * (m->n_names + names) > m->n_places)
        grow_places(b);
    if (m->n == m->room) {
        m->room = m->room ? 2 * m->room : 16;
        m->accounts = longer(b->mem, m->accounts, m->n, m->room);
    }
    const struct account *copy = copy_account(b->mem, a);
    put_account(m, copy, m->n);
    m->accounts[m->n++] = copy;
    m->n_names += names;
    return true;
}

bool realm_build_trust(struct realm_builder *b, const struct trust *t)
{
    struct realm *r = &b->memory.realm;
    if (realm_trust(r, b->mem, t->realm) || same_octets(t->realm, r->name, r->policy.windows_names))
        return false;
    if (r->n_trusts == b->trust_room) {
        b->trust_room = b->trust_room ? 2 * b->trust_room : 4;
        b->trusts = longer(b->mem, b->trusts, r->n_trusts, b->trust_room);
        r->trusts = b->trusts;
    }
    b->trusts[r->n_trusts++] = copy_trust(b->mem, t);
    return true;
}

const struct realm *realm_freeze(struct realm_builder *b)
{
    return &b->memory.realm;
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
    return r->at ? r->at(r, index) : NULL;
}

size_t realm_count(const struct realm *r)
{
    return r->count(r);
}

void realm_each(const struct realm *r, struct arena *mem, account_visitor *visit, void *arg)
{
    r->each(r, mem, visit, arg);
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
