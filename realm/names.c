/* When two names are the same, and by which of its names an account has one. */
#include "realm/inside.h"

bool same_octets(struct bytes a, struct bytes b, bool folded)
{
    return folded ? bytes_equal_nocase(a, b) : bytes_equal(a, b);
}

bool realm_is(const struct realm *r, struct bytes name)
{
    return same_octets(r->name, name, r->policy.windows_names);
}

bool same_name(const struct PrincipalName *a, const struct PrincipalName *b, bool folded)
{
    if (a->name_string.n != b->name_string.n)
        return false;
    for (size_t i = 0; i < a->name_string.n; i++)
        if (!same_octets(a->name_string.at[i], b->name_string.at[i], folded))
            return false;
    return true;
}

enum name_kind account_has(const struct account *a, const struct PrincipalName *name,
                           unsigned kinds, bool folded)
{
    if (kinds & KIND_OWN && same_name(&a->name, name, folded))
        return KIND_OWN;
    for (size_t i = 0; kinds & KIND_SPN && i < a->n_spns; i++)
        if (same_name(&a->spns[i], name, folded))
            return KIND_SPN;
    if (kinds & KIND_UPN && a->upn.n && name->name_string.n == 1 &&
        same_octets(a->upn, name->name_string.at[0], folded))
        return KIND_UPN;
    return 0;
}

struct PrincipalName one_component(struct arena *mem, struct bytes text)
{
    struct PrincipalName name = {.name_type = 1,
                                 .name_string = {arena_new_of(mem, struct bytes), 1}};
    name.name_string.at[0] = text;
    return name;
}

/* ---- is a name free? --------------------------------------------------------------------------
 */

struct claim {
    const struct PrincipalName *name, *self;
    enum name_kind kind;
    const struct realm_policy *policy;
    const struct account *holder;
};

static bool claimed(void *arg, const struct account *a)
{
    struct claim *c = arg;
    bool folded = c->policy->windows_names;
    if (c->self && principal_equal(&a->name, c->self))
        return true;
    enum name_kind has = account_has(a, c->name, KIND_OWN | KIND_SPN | KIND_UPN, folded);
    if (!has || (c->policy->duplicates && !(has == KIND_OWN && c->kind == KIND_OWN)))
        return true;
    c->holder = a;
    return false;
}

static const struct account *holder(const struct realm *r, struct arena *mem,
                                    const struct PrincipalName *name, enum name_kind kind,
                                    const struct PrincipalName *self)
{
    struct claim c = {name, self, kind, &r->policy, NULL};
    r->candidates(r, mem, name, claimed, &c);
    return c.holder;
}

const struct account *name_taken(const struct realm *r, struct arena *mem, const struct account *a,
                                 const struct PrincipalName *self)
{
    const struct account *other = holder(r, mem, &a->name, KIND_OWN, self);
    for (size_t i = 0; !other && i < a->n_spns; i++)
        other = holder(r, mem, &a->spns[i], KIND_SPN, self);
    if (!other && a->upn.n) {
        struct bytes upn = a->upn;
        struct PrincipalName name = {.name_string = {&upn, 1}};
        other = holder(r, mem, &name, KIND_UPN, self);
    }
    return other;
}
