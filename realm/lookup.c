/* Which account a name means: a list of rules, tried in their order until one finds somebody. */
#include "realm/inside.h"

#include "wire/names.h"

/* One look for a name. */
struct look {
    const struct realm *realm;
    struct arena *mem;
    const struct PrincipalName *asked;
    enum lookup_use use;
    struct lookup *how;
    /* of the rule that is tried */
    const struct PrincipalName *name;
    unsigned kinds;
    const struct account *found;
    enum name_kind by;
};

static bool visit(void *arg, const struct account *a)
{
    struct look *l = arg;
    enum name_kind by = account_has(a, l->name, l->kinds, l->realm->policy.windows_names);
    if (!by || (l->found && principal_equal(&a->name, &l->found->name)))
        return true;
    if (!l->found) {
        l->found = a;
        l->by = by;
        return true;
    }
    *l->how = (struct lookup){.rule = LOOKUP_AMBIGUOUS, .both = {l->found, a}};
    l->found = NULL;
    return false;
}

/* True: this rule has decided, be it that nobody is found because two have the name. */
static bool try(struct look *l, const struct PrincipalName *name, unsigned kinds,
                enum lookup_rule rule)
{
    l->name = name;
    l->kinds = kinds;
    l->found = NULL;
    l->realm->candidates(l->realm, l->mem, name, visit, l);
    if (l->how->rule == LOOKUP_AMBIGUOUS)
        return true;
    if (!l->found)
        return false;
    l->how->rule = rule != LOOKUP_NAME ? rule : l->by == KIND_SPN ? LOOKUP_SPN : LOOKUP_NAME;
    l->how->other_case = !account_has(l->found, name, kinds, false);
    return true;
}

static bool try_machine(struct look *l, struct bytes name)
{
    if (!name.n || name.p[name.n - 1] == '$')
        return false;
    char *text = arena_printf(l->mem, "%.*s$", (int)name.n, (const char *)name.p);
    struct PrincipalName machine = one_component(l->mem, bytes_str(text));
    return try(l, &machine, KIND_OWN, LOOKUP_MACHINE);
}

/* "http/www" where there is "host/www": the class stands for HOST (MS-DRSR 4.1.4.2.14). */
static bool try_alias(struct look *l)
{
    const struct PrincipalName *asked = l->asked;
    const char *alias = asked->name_string.n >= 2 ? spn_alias(asked->name_string.at[0]) : NULL;
    if (!alias)
        return false;
    struct PrincipalName mapped = copy_name(l->mem, asked);
    mapped.name_string.at[0] = bytes_str(alias);
    if (!try(l, &mapped, KIND_SPN, LOOKUP_ALIAS))
        return false;
    l->how->alias = arena_printf(l->mem, "%.*s -> %s", (int)asked->name_string.at[0].n,
                                 (const char *)asked->name_string.at[0].p, alias);
    return true;
}

static bool try_upn(struct look *l, struct bytes upn)
{
    struct PrincipalName name = one_component(l->mem, upn);
    return try(l, &name, KIND_UPN, LOOKUP_UPN);
}

/* An enterprise name is one component, "name@somewhere" (RFC 6806 5). Without "@" it says no more
 * than a principal's name does: Heimdal's clients send it so when they ask for the canonical name.
 */
static bool look_enterprise(struct look *l)
{
    struct bytes text = l->asked->name_string.at[0];
    bool windows = l->realm->policy.windows_names;
    if (try_upn(l, text))
        return true;
    size_t at = text.n;
    while (at && text.p[at - 1] != '@')
        at--;
    if (at && !same_octets(bytes_slice(text, at, text.n), l->realm->name, windows))
        return false;
    struct bytes prefix = at ? bytes_slice(text, 0, at - 1) : text;
    struct PrincipalName name = one_component(l->mem, prefix);
    return try(l, &name, KIND_OWN, LOOKUP_HERE) || (windows && try_machine(l, prefix));
}

static bool look_client(struct look *l)
{
    if (try(l, l->asked, KIND_OWN, LOOKUP_NAME))
        return true;
    if (!l->realm->policy.windows_names || l->asked->name_string.n != 1)
        return false;
    struct bytes name = l->asked->name_string.at[0], realm = l->realm->name;
    char *upn = arena_printf(l->mem, "%.*s@%.*s", (int)name.n, (const char *)name.p, (int)realm.n,
                             (const char *)realm.p);
    return try_machine(l, name) || try_upn(l, bytes_str(upn));
}

static bool look_service(struct look *l)
{
    const struct PrincipalName *asked = l->asked;
    if (try(l, asked, KIND_OWN | KIND_SPN, LOOKUP_NAME))
        return true;
    if (!l->realm->policy.windows_names || !asked->name_string.n)
        return false;
    if (try_alias(l))
        return true;
    char *text = principal_text(l->mem, asked, (struct bytes){0});
    return try_upn(l, bytes_str(text)) ||
           (asked->name_string.n == 1 && try_machine(l, asked->name_string.at[0]));
}

const struct account *realm_lookup(const struct realm *r, struct arena *mem,
                                   const struct PrincipalName *name, enum lookup_use use,
                                   struct lookup *how)
{
    struct lookup unheard;
    struct look l = {r, mem, name, use, how ? how : &unheard};
    *l.how = (struct lookup){.rule = LOOKUP_NONE};
    bool decided;
    if (use == LOOKUP_TICKET)
        decided = try(&l, name, KIND_OWN, LOOKUP_NAME);
    else if (name->name_type == NT_ENTERPRISE && name->name_string.n == 1)
        decided = look_enterprise(&l);
    else
        decided = use == LOOKUP_CLIENT ? look_client(&l) : look_service(&l);
    return decided ? l.found : NULL;
}

/* ---- exactly ----------------------------------------------------------------------------------
 */

static bool is_it(void *arg, const struct account *a)
{
    struct look *l = arg;
    if (!account_has(a, l->name, KIND_OWN | KIND_SPN, false))
        return true;
    l->found = a;
    return false;
}

const struct account *realm_find(const struct realm *r, struct arena *mem,
                                 const struct PrincipalName *name)
{
    struct look l = {.name = name};
    r->candidates(r, mem, name, is_it, &l);
    return l.found;
}
