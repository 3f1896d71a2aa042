#include "context/token.h"

#include <string.h>

static const struct sid everyone = {1, 1, {0}};
static const struct sid network = {5, 1, {2}};
static const struct sid service = {5, 1, {6}};
static const struct sid anonymous = {5, 1, {7}};
static const struct sid authenticated = {5, 1, {11}};
static const struct sid local_system = {5, 1, {18}};
static const struct sid administrators = {5, 2, {32, 544}};
static const struct sid users = {5, 2, {32, 545}};
static const struct sid guests = {5, 2, {32, 546}};

/* How it was proven is a group too, so that a list can tell the ways apart (MS-DTYP 2.4.2.4). */
static const struct {
    const char *package;
    struct sid sid;
} ways[] = {
    {"NTLM", {5, 2, {64, 10}}},
    {"SSL/PCT", {5, 2, {64, 14}}},
    {"Digest", {5, 2, {64, 21}}},
};

struct building {
    struct arena *mem;
    const struct group_names *names;
    struct token_group *groups;
    size_t n;
};

static const char *name_of(const struct building *b, const struct sid *sid)
{
    const char *name = b->names && b->names->find ? b->names->find(b->names->arg, sid) : NULL;
    const struct sid_row *row = name ? NULL : sid_known(sid);
    return name ? arena_str(b->mem, bytes_str(name)) : row ? row->name : NULL;
}

static bool is_in(const struct building *b, const struct sid *sid)
{
    for (size_t i = 0; i < b->n; i++)
        if (sid_equal(&b->groups[i].sid, sid))
            return true;
    return false;
}

static void add(struct building *b, const struct sid *sid, uint32_t attributes)
{
    if (!is_in(b, sid))
        b->groups[b->n++] = (struct token_group){*sid, attributes, name_of(b, sid)};
}

static void add_members(struct building *b, const struct sid *domain,
                        const struct group_membership *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct sid sid = sid_in(domain, list[i].rid);
        add(b, &sid, list[i].attributes);
    }
}

/* Another domain's administrators are nobody special here. */
static bool is_home(const struct group_names *names, const struct sid *domain)
{
    return !names || !names->machine || sid_equal(names->machine, domain) ||
           (names->domain && sid_equal(names->domain, domain));
}

/* What this machine's own groups make of the domain's, as joining the domain set them up, and the
 * groups that say how the logon came about. */
static void add_local(struct building *b, const struct validation_info *v, const char *package,
                      enum token_logon logon)
{
    struct sid admins = sid_in(&v->logon_domain_id, RID_DOMAIN_ADMINS);
    bool guest = (v->user_flags & LOGON_GUEST) || v->user_id == RID_GUEST;
    add(b, &everyone, GROUP_USUAL);
    if (is_home(b->names, &v->logon_domain_id) &&
        (v->user_id == RID_ADMINISTRATOR || is_in(b, &admins)))
        add(b, &administrators, GROUP_USUAL | GROUP_OWNER);
    add(b, guest ? &guests : &users, GROUP_USUAL);
    add(b, logon == TOKEN_SERVICE ? &service : &network, GROUP_USUAL);
    if (!guest)
        add(b, &authenticated, GROUP_USUAL);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++)
        if (strcmp(package, ways[i].package) == 0)
            add(b, &ways[i].sid, GROUP_USUAL);
}

#define ADDED_MOST 6 /* by add_local */

struct access_token *token_of_validation(struct arena *mem, const struct validation_info *v,
                                         const char *package, enum token_logon logon,
                                         const struct group_names *names)
{
    struct access_token *t = arena_new_of(mem, struct access_token);
    size_t room = v->n_groups + v->n_extra_sids + v->n_resource_groups + 1 + ADDED_MOST;
    struct building b = {mem, names, arena_array(mem, struct token_group, room), 0};
    struct group_membership primary = {v->primary_group_id, GROUP_USUAL};
    add_members(&b, &v->logon_domain_id, v->groups, v->n_groups);
    if (v->primary_group_id)
        add_members(&b, &v->logon_domain_id, &primary, 1);
    for (size_t i = 0; i < v->n_extra_sids; i++)
        add(&b, &v->extra_sids[i].sid, v->extra_sids[i].attributes);
    if (v->has_resource_groups)
        add_members(&b, &v->resource_group_domain_sid, v->resource_groups, v->n_resource_groups);
    add_local(&b, v, package, logon);
    const char *user = arena_str(mem, v->effective_name);
    const char *domain = arena_str(mem, v->logon_domain_name);
    *t = (struct access_token){
        .user = sid_in(&v->logon_domain_id, v->user_id),
        .name = *domain ? arena_printf(mem, "%s\\%s", domain, user) : user,
        .user_only = user,
        .package = arena_str(mem, bytes_str(package)),
        .logon = logon,
        .groups = b.groups,
        .n_groups = b.n,
        .where_from = "",
    };
    return t;
}

/* Everyone has not held anonymous logons since Windows XP. IUSR is made as one of Guests, but it
 * logs on with a password of its own and so counts as authenticated. */
static void add_of_account(struct building *b, const struct sid *user, enum token_logon logon)
{
    if (sid_equal(user, &anonymous)) {
        add(b, &network, GROUP_USUAL);
        return;
    }
    add(b, &everyone, GROUP_USUAL);
    if (sid_equal(user, &local_system))
        add(b, &administrators, GROUP_USUAL | GROUP_OWNER);
    else
        add(b, logon == TOKEN_ANONYMOUS ? &guests : &users, GROUP_USUAL);
    add(b, logon == TOKEN_SERVICE ? &service : &network, GROUP_USUAL);
    add(b, &authenticated, GROUP_USUAL);
}

struct access_token *token_of_account(struct arena *mem, const struct sid *sid, const char *name,
                                      enum token_logon logon)
{
    struct access_token *t = arena_new_of(mem, struct access_token);
    struct building b = {mem, NULL, arena_array(mem, struct token_group, ADDED_MOST), 0};
    add_of_account(&b, sid, logon);
    const char *slash = strchr(name, '\\');
    *t = (struct access_token){
        .user = *sid,
        .name = arena_str(mem, bytes_str(name)),
        .user_only = arena_str(mem, bytes_str(slash ? slash + 1 : name)),
        .package = "",
        .logon = logon,
        .groups = b.groups,
        .n_groups = b.n,
        .where_from = "",
    };
    return t;
}

bool token_has(const struct access_token *t, const struct sid *sid, bool allow)
{
    if (sid_equal(&t->user, sid))
        return true;
    for (size_t i = 0; i < t->n_groups; i++) {
        uint32_t a = t->groups[i].attributes;
        bool deny_only = a & GROUP_DENY_ONLY;
        if (sid_equal(&t->groups[i].sid, sid) && (deny_only ? !allow : (a & GROUP_ENABLED) != 0))
            return true;
    }
    return false;
}

static const char *copied(struct arena *mem, const char *s)
{
    return s ? arena_str(mem, bytes_str(s)) : NULL;
}

struct access_token *token_copy(struct arena *mem, const struct access_token *from)
{
    struct access_token *t = arena_new_of(mem, struct access_token);
    struct token_group *groups = arena_array(mem, struct token_group, from->n_groups);
    for (size_t i = 0; i < from->n_groups; i++) {
        groups[i] = from->groups[i];
        groups[i].name = copied(mem, from->groups[i].name);
    }
    *t = *from;
    t->name = copied(mem, from->name);
    t->user_only = copied(mem, from->user_only);
    t->package = copied(mem, from->package);
    t->where_from = copied(mem, from->where_from);
    t->groups = groups;
    t->password = arena_copy(mem, from->password);
    return t;
}
