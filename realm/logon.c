/* What a controller says of an account (MS-PAC 2.5, MS-KILE 3.3.5.6.4). */
#include "realm/inside.h"

#include <string.h>

struct bytes netbios_of(struct arena *mem, struct bytes realm, const struct realm_policy *policy)
{
    const uint8_t *dot = realm.n ? memchr(realm.p, '.', realm.n) : NULL;
    if (policy->netbios)
        return bytes_str(policy->netbios);
    size_t n = dot ? (size_t)(dot - realm.p) : realm.n;
    char *p = arena_str(mem, bytes_slice(realm, 0, n));
    for (size_t i = 0; i < n; i++)
        if (p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] - 'a' + 'A');
    return bytes_of(p, n);
}

struct bytes realm_netbios(const struct realm *realm, struct arena *mem)
{
    return netbios_of(mem, realm->name, &realm->policy);
}

/* USER_ACCOUNT codes (MS-SAMR 2.2.1.12). */
enum {
    UAC_DISABLED = 0x1,
    UAC_NORMAL = 0x10,
    UAC_WORKSTATION = 0x80,
    UAC_DONT_EXPIRE = 0x200,
    UAC_LOCKED = 0x400,
    UAC_REVERSIBLE = 0x800,
    UAC_FOR_DELEGATION = 0x2000,
    UAC_NOT_DELEGATED = 0x4000,
    UAC_DES_ONLY = 0x8000,
    UAC_NO_PREAUTH = 0x10000,
    UAC_PASSWORD_EXPIRED = 0x20000,
};

static uint32_t account_control(const struct account *a)
{
    static const struct {
        uint32_t flag, code;
    } rows[] = {
        {ACCOUNT_DISABLED, UAC_DISABLED},           {ACCOUNT_LOCKED, UAC_LOCKED},
        {ACCOUNT_REVERSIBLE, UAC_REVERSIBLE},       {ACCOUNT_OK_AS_DELEGATE, UAC_FOR_DELEGATION},
        {ACCOUNT_NOT_DELEGATED, UAC_NOT_DELEGATED}, {ACCOUNT_DES_ONLY, UAC_DES_ONLY},
        {ACCOUNT_NO_PREAUTH, UAC_NO_PREAUTH},       {ACCOUNT_MUST_CHANGE, UAC_PASSWORD_EXPIRED},
    };
    uint32_t codes = a->flags & ACCOUNT_MACHINE ? UAC_WORKSTATION : UAC_NORMAL;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (a->flags & rows[i].flag)
            codes |= rows[i].code;
    return a->password_expires ? codes : codes | UAC_DONT_EXPIRE;
}

/* The primary group is among them (MS-PAC 2.5). */
static void add_groups(const struct account *a, struct arena *mem, struct validation_info *v)
{
    struct group_membership *list = arena_array(mem, struct group_membership, a->n_groups + 1);
    v->primary_group_id = a->primary_group;
    if (!v->primary_group_id)
        v->primary_group_id = a->flags & ACCOUNT_MACHINE ? RID_DOMAIN_COMPUTERS : RID_DOMAIN_USERS;
    list[v->n_groups++] = (struct group_membership){v->primary_group_id, GROUP_USUAL};
    for (size_t i = 0; i < a->n_groups; i++)
        if (a->groups[i] != v->primary_group_id)
            list[v->n_groups++] = (struct group_membership){a->groups[i], GROUP_USUAL};
    v->groups = list;
}

/* Those of other domains, and how it is known who this is: by the controller's own check. */
static void add_extra(const struct account *a, struct arena *mem, struct validation_info *v)
{
    struct sid_and_attributes *list =
        arena_array(mem, struct sid_and_attributes, a->n_extra_sids + 1);
    for (size_t i = 0; i < a->n_extra_sids; i++)
        if (sid_parse(a->extra_sids[i], &list[v->n_extra_sids].sid))
            list[v->n_extra_sids++].attributes = GROUP_USUAL;
    if (sid_of_name("Authentication authority asserted identity", &list[v->n_extra_sids].sid))
        list[v->n_extra_sids++].attributes = GROUP_USUAL;
    v->extra_sids = list;
    v->user_flags = LOGON_EXTRA_SIDS;
}

struct validation_info account_validation(const struct realm *realm, const struct account *a,
                                          struct bytes server, int64_t now, struct arena *mem)
{
    static const struct bytes nothing = {(const uint8_t *)"", 0};
    struct validation_info v = {
        .logon_time = now,
        .logoff_time = VALIDATION_NEVER,
        .kickoff_time = a->expires ? a->expires : VALIDATION_NEVER,
        .password_must_change = a->password_expires ? a->password_expires : VALIDATION_NEVER,
        .effective_name = bytes_str(a->text),
        .full_name = a->full_name.n ? a->full_name : nothing,
        .logon_script = nothing,
        .profile_path = nothing,
        .home_directory = nothing,
        .home_directory_drive = nothing,
        .user_id = a->rid,
        .logon_server = server,
        .logon_domain_name = realm_netbios(realm, mem),
        .logon_domain_id = realm->policy.sid,
        .user_account_control = account_control(a),
        .dns_logon_domain_name = realm->name,
        .upn = a->upn.n ? a->upn : nothing,
    };
    add_groups(a, mem, &v);
    add_extra(a, mem, &v);
    return v;
}
