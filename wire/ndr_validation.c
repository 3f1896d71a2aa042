/* What a controller says of a logon: KERB_VALIDATION_INFO (MS-PAC 2.5) and
 * NETLOGON_VALIDATION_SAM_INFO4 (MS-NRPC 2.2.1.4.13). They share all fields but the last ones. What
 * pointers point to follows the structure, in the order of the pointers. */
#include "wire/names.h"
#include "wire/ndr_inside.h"

#include <stddef.h>
#include <string.h>

#define EPOCH       ((uint64_t)116444736000000000) /* 1970 since 1601, in 100 ns */
#define NEVER_WIRE  ((uint64_t)INT64_MAX)
#define SESSION_KEY 16
#define EXPANSIONS                                                                                 \
    10 /* ExpansionString1 to 10 and Reserved ULONGs: unused (MS-NRPC 2.2.1.4.13)                  \
        */

struct time_row {
    const char *name;
    size_t at;
};
struct text_row {
    const char *name;
    size_t at, over; /* octets of room that Windows leaves behind it */
};
#define TIME(term, field)                                                                          \
    {                                                                                              \
        term, offsetof(struct validation_info, field)                                              \
    }
#define TEXT(term, field, over)                                                                    \
    {                                                                                              \
        term, offsetof(struct validation_info, field), over                                        \
    }
/* In the order of .tenths. */
static const struct time_row times[VALIDATION_TIMES] = {
    TIME("LogonTime", logon_time),
    TIME("LogoffTime", logoff_time),
    TIME("KickOffTime", kickoff_time),
    TIME("PasswordLastSet", password_last_set),
    TIME("PasswordCanChange", password_can_change),
    TIME("PasswordMustChange", password_must_change),
    TIME("LastSuccessfulILogon", last_successful_logon),
    TIME("LastFailedILogon", last_failed_logon),
};
#define TIMES_FIRST 6
static const struct text_row texts[] = {
    TEXT("EffectiveName", effective_name, 0),
    TEXT("FullName", full_name, 0),
    TEXT("LogonScript", logon_script, 0),
    TEXT("ProfilePath", profile_path, 0),
    TEXT("HomeDirectory", home_directory, 0),
    TEXT("HomeDirectoryDrive", home_directory_drive, 0),
    TEXT("LogonServer", logon_server, 2),
    TEXT("LogonDomainName", logon_domain_name, 2),
    TEXT("DnsLogonDomainName", dns_logon_domain_name, 0),
    TEXT("Upn", upn, 0),
};
#define TEXTS       (sizeof texts / sizeof *texts)
#define TEXTS_FIRST 6 /* before the groups; two behind them, two behind the SIDs */

/* ---- times ----------------------------------------------------------------------------------- */

static int64_t *time_in(const struct validation_info *v, size_t i)
{
    return (int64_t *)((uintptr_t)v + times[i].at);
}

/* From year 1601 on; what is past INT64_MAX is never. */
static void read_time(struct ndr_reader *r, struct validation_info *v, size_t i)
{
    uint64_t t = ndr_filetime(r, times[i].name);
    if (t == 0 || t >= NEVER_WIRE) {
        *time_in(v, i) = t ? VALIDATION_NEVER : 0;
        return;
    }
    int64_t since = (int64_t)t - (int64_t)EPOCH, tenths = since % 10;
    if (tenths < 0)
        tenths += 10;
    *time_in(v, i) = (since - tenths) / 10;
    v->tenths[i] = (uint8_t)tenths;
}

static void write_time(struct ndr_writer *w, const struct validation_info *v, size_t i)
{
    int64_t t = *time_in(v, i);
    if (t == VALIDATION_NEVER || t == 0)
        ndr_put_filetime(w, t ? NEVER_WIRE : 0);
    else
        ndr_put_filetime(w, (uint64_t)t * 10 + EPOCH + v->tenths[i]);
}

/* ---- pieces ---------------------------------------------------------------------------------- */

static struct bytes *text_in(const struct validation_info *v, size_t i)
{
    return (struct bytes *)((uintptr_t)v + texts[i].at);
}

static void read_headers(struct ndr_reader *r, struct ndr_ustring *u, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        u[i] = ndr_ustring(r, texts[i].name);
}

static void read_texts(struct ndr_reader *r, struct validation_info *v, const struct ndr_ustring *u,
                       size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        *text_in(v, i) = ndr_ustring_text(r, texts[i].name, u[i]);
}

static void write_headers(struct ndr_writer *w, const struct validation_info *v, size_t from,
                          size_t to)
{
    for (size_t i = from; i < to; i++)
        ndr_put_ustring_room(w, *text_in(v, i), texts[i].over);
}

static void write_texts(struct ndr_writer *w, const struct validation_info *v, size_t from,
                        size_t to)
{
    for (size_t i = from; i < to; i++)
        ndr_put_ustring_room_text(w, *text_in(v, i), texts[i].over);
}

static const struct group_membership *read_groups(struct ndr_reader *r, const char *name,
                                                  uint32_t said, size_t *n)
{
    ndr_align(r, 4);
    ndr_group(r, name);
    *n = ndr_count_of(r, said, 8);
    struct group_membership *list = arena_array(r->flat.mem, struct group_membership, *n);
    for (size_t i = 0; i < *n && !r->bad; i++) {
        ndr_element(r, "GROUP_MEMBERSHIP", i);
        list[i].rid = ndr_u32(r, "RelativeId");
        list[i].attributes = ndr_flags(r, "Attributes", NAMES_GROUP_FLAG);
        ndr_group_end(r);
    }
    ndr_group_end(r);
    return list;
}

static void write_groups(struct ndr_writer *w, const struct group_membership *list, size_t n)
{
    if (n == 0)
        return;
    ndr_put_u32(w, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        ndr_put_u32(w, list[i].rid);
        ndr_put_u32(w, list[i].attributes);
    }
}

/* Pointers and attributes first, then what they point to. A null pointer is no SID. */
static const struct sid_and_attributes *read_sids(struct ndr_reader *r, uint32_t said, size_t *n)
{
    ndr_align(r, 4);
    ndr_group(r, "ExtraSids");
    *n = ndr_count_of(r, said, 8);
    struct sid_and_attributes *list = arena_array(r->flat.mem, struct sid_and_attributes, *n);
    bool *present = arena_array(r->flat.mem, bool, *n);
    for (size_t i = 0; i < *n && !r->bad; i++) {
        ndr_element(r, "KERB_SID_AND_ATTRIBUTES", i);
        present[i] = ndr_pointer(r, "Sid");
        list[i].attributes = ndr_flags(r, "Attributes", NAMES_GROUP_FLAG);
        ndr_group_end(r);
    }
    for (size_t i = 0; i < *n && !r->bad; i++)
        if (present[i])
            list[i].sid = ndr_sid(r, "Sid");
    ndr_group_end(r);
    return list;
}

static void write_sids(struct ndr_writer *w, const struct sid_and_attributes *list, size_t n)
{
    if (n == 0)
        return;
    ndr_put_u32(w, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        ndr_put_pointer(w, true);
        ndr_put_u32(w, list[i].attributes);
    }
    for (size_t i = 0; i < n; i++)
        ndr_put_sid(w, &list[i].sid);
}

/* ---- what both have -------------------------------------------------------------------------- */

/* What stood in the fixed part, for what follows it. */
struct deferred {
    struct ndr_ustring u[TEXTS];
    uint32_t n_groups, n_sids, n_resource_groups;
    bool groups, domain, sids, resource_domain, resource_groups;
};

static void read_account(struct ndr_reader *r, struct validation_info *v, struct deferred *d)
{
    for (size_t i = 0; i < TIMES_FIRST; i++)
        read_time(r, v, i);
    read_headers(r, d->u, 0, TEXTS_FIRST);
    v->logon_count = ndr_u16(r, "LogonCount");
    v->bad_password_count = ndr_u16(r, "BadPasswordCount");
    v->user_id = ndr_u32(r, "UserId");
    v->primary_group_id = ndr_u32(r, "PrimaryGroupId");
    d->n_groups = ndr_u32(r, "GroupCount");
    d->groups = ndr_pointer(r, "GroupIds");
    v->user_flags = ndr_flags(r, "UserFlags", NAMES_USER_FLAG);
}

static void copy_octets(uint8_t *to, struct bytes from)
{
    if (from.n)
        memcpy(to, from.p, from.n);
}

/* From UserSessionKey to ExtraSids. */
static void read_logon(struct ndr_reader *r, struct validation_info *v, struct deferred *d,
                       bool is_pac)
{
    copy_octets(v->user_session_key, ndr_octets(r, "UserSessionKey", SESSION_KEY));
    read_headers(r, d->u, TEXTS_FIRST, TEXTS_FIRST + 2);
    d->domain = ndr_pointer(r, "LogonDomainId");
    copy_octets(v->lm_key, ndr_octets(r, is_pac ? "Reserved1" : "LMKey", sizeof v->lm_key));
    v->user_account_control = ndr_flags(r, "UserAccountControl", NAMES_UAC_FLAG);
    v->sub_auth_status = ndr_u32(r, "SubAuthStatus");
    read_time(r, v, TIMES_FIRST);
    read_time(r, v, TIMES_FIRST + 1);
    v->failed_logon_count = ndr_u32(r, "FailedILogonCount");
    ndr_u32(r, is_pac ? "Reserved3" : "Reserved4");
    d->n_sids = ndr_u32(r, "SidCount");
    d->sids = ndr_pointer(r, "ExtraSids");
}

/* What the pointers of both point to. */
static void read_pointees(struct ndr_reader *r, struct validation_info *v, const struct deferred *d)
{
    read_texts(r, v, d->u, 0, TEXTS_FIRST);
    if (d->groups)
        v->groups = read_groups(r, "GroupIds", d->n_groups, &v->n_groups);
    else
        ndr_absent(r, "GroupIds", d->n_groups);
    read_texts(r, v, d->u, TEXTS_FIRST, TEXTS_FIRST + 2);
    if (d->domain)
        v->logon_domain_id = ndr_sid(r, "LogonDomainId");
    if (d->sids)
        v->extra_sids = read_sids(r, d->n_sids, &v->n_extra_sids);
    else
        ndr_absent(r, "ExtraSids", d->n_sids);
}

static void write_both(struct ndr_writer *w, const struct validation_info *v)
{
    for (size_t i = 0; i < TIMES_FIRST; i++)
        write_time(w, v, i);
    write_headers(w, v, 0, TEXTS_FIRST);
    ndr_put_u16(w, v->logon_count);
    ndr_put_u16(w, v->bad_password_count);
    ndr_put_u32(w, v->user_id);
    ndr_put_u32(w, v->primary_group_id);
    ndr_put_u32(w, (uint32_t)v->n_groups);
    ndr_put_pointer(w, v->n_groups != 0);
    ndr_put_u32(w, v->user_flags);
    ndr_put_octets(w, bytes_of(v->user_session_key, SESSION_KEY));
    write_headers(w, v, TEXTS_FIRST, TEXTS_FIRST + 2);
    ndr_put_pointer(w, true);
    ndr_put_octets(w, bytes_of(v->lm_key, sizeof v->lm_key));
    ndr_put_u32(w, v->user_account_control);
    ndr_put_u32(w, v->sub_auth_status);
    write_time(w, v, TIMES_FIRST);
    write_time(w, v, TIMES_FIRST + 1);
    ndr_put_u32(w, v->failed_logon_count);
    ndr_put_u32(w, 0);
    ndr_put_u32(w, (uint32_t)v->n_extra_sids);
    ndr_put_pointer(w, v->n_extra_sids != 0);
}

static void write_pointees(struct ndr_writer *w, const struct validation_info *v)
{
    write_texts(w, v, 0, TEXTS_FIRST);
    write_groups(w, v->groups, v->n_groups);
    write_texts(w, v, TEXTS_FIRST, TEXTS_FIRST + 2);
    ndr_put_sid(w, &v->logon_domain_id);
    write_sids(w, v->extra_sids, v->n_extra_sids);
}

/* ---- the one in a PAC ------------------------------------------------------------------------ */

bool ndr_read_kerb_validation_info(struct ndr_reader *r, struct validation_info *out)
{
    struct deferred d = {0};
    *out = (struct validation_info){0};
    ndr_group(r, "KERB_VALIDATION_INFO");
    read_account(r, out, &d);
    read_logon(r, out, &d, true);
    d.resource_domain = ndr_pointer(r, "ResourceGroupDomainSid");
    d.n_resource_groups = ndr_u32(r, "ResourceGroupCount");
    d.resource_groups = ndr_pointer(r, "ResourceGroupIds");
    read_pointees(r, out, &d);
    out->has_resource_groups = d.resource_domain;
    if (d.resource_domain)
        out->resource_group_domain_sid = ndr_sid(r, "ResourceGroupDomainSid");
    if (d.resource_groups)
        out->resource_groups =
            read_groups(r, "ResourceGroupIds", d.n_resource_groups, &out->n_resource_groups);
    else
        ndr_absent(r, "ResourceGroupIds", d.n_resource_groups);
    ndr_group_end(r);
    return !r->bad;
}

void ndr_write_kerb_validation_info(struct ndr_writer *w, const struct validation_info *v)
{
    size_t n = v->has_resource_groups ? v->n_resource_groups : 0;
    write_both(w, v);
    ndr_put_pointer(w, v->has_resource_groups);
    ndr_put_u32(w, (uint32_t)n);
    ndr_put_pointer(w, n != 0);
    write_pointees(w, v);
    if (v->has_resource_groups)
        ndr_put_sid(w, &v->resource_group_domain_sid);
    write_groups(w, v->resource_groups, n);
}

/* ---- the one of netlogon --------------------------------------------------------------------- */

bool ndr_read_sam_info4(struct ndr_reader *r, struct validation_info *out)
{
    struct deferred d = {0};
    struct ndr_ustring more[EXPANSIONS];
    *out = (struct validation_info){0};
    ndr_group(r, "NETLOGON_VALIDATION_SAM_INFO4");
    read_account(r, out, &d);
    read_logon(r, out, &d, false);
    read_headers(r, d.u, TEXTS_FIRST + 2, TEXTS);
    for (size_t i = 0; i < EXPANSIONS; i++)
        more[i] = ndr_ustring(r, "ExpansionString");
    read_pointees(r, out, &d);
    read_texts(r, out, d.u, TEXTS_FIRST + 2, TEXTS);
    for (size_t i = 0; i < EXPANSIONS; i++)
        ndr_ustring_text(r, "ExpansionString", more[i]);
    ndr_group_end(r);
    return !r->bad;
}

void ndr_write_sam_info4(struct ndr_writer *w, const struct validation_info *v)
{
    write_both(w, v);
    write_headers(w, v, TEXTS_FIRST + 2, TEXTS);
    for (size_t i = 0; i < EXPANSIONS; i++)
        ndr_put_ustring(w, (struct bytes){0});
    write_pointees(w, v);
    write_texts(w, v, TEXTS_FIRST + 2, TEXTS);
}
