#include "wire/descriptor.h"
#include "wire/flat_reader.h"
#include "wire/names.h"

enum { CUT, REVISION, ABSOLUTE, OFFSET, OVERLAP, ACL, SID, ACE_TYPE, ACE_SIZE };
static const struct fault_row faults[] = {
    [CUT] = {"descriptor.cut", "it ends within one of its fields", "MS-DTYP 2.4.6", NULL},
    [REVISION] = {"descriptor.revision", "it is of another revision", "MS-DTYP 2.4.6", "1"},
    [ABSOLUTE] = {"descriptor.absolute",
                  "it is in the form with pointers, which only its own process can follow",
                  "MS-DTYP 2.4.6", "Control with SR"},
    [OFFSET] = {"descriptor.offset", "a part is said to begin where there is none", "MS-DTYP 2.4.6",
                NULL},
    [OVERLAP] = {"descriptor.overlap", "two parts share octets", "MS-DTYP 2.4.6", NULL},
    [ACL] = {"descriptor.acl-size", "a list's size is not one that it can have", "MS-DTYP 2.4.5",
             NULL},
    [SID] = {"descriptor.sid", "no SID can be read here", "MS-DTYP 2.4.2.2",
             "revision 1 and at most 15 sub-authorities"},
    [ACE_TYPE] = {"descriptor.ace-type", "an entry of a kind that is not checked here",
                  "MS-DTYP 2.4.4.1", "allow (0) or deny (1)"},
    [ACE_SIZE] = {"descriptor.ace-size", "an entry's size is not that of what stands in it",
                  "MS-DTYP 2.4.4.1", NULL},
};

const struct fault_row *descriptor_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof *faults;
    return faults;
}

#define HEADER     20
#define ACL_HEADER 8
#define ACE_HEADER 8 /* with the mask */

/* ---- SIDs and lists -------------------------------------------------------------------------- */

static bool take_sid(struct flat_reader *r, const char *name, struct sid *out)
{
    static const struct flat_row revision = {"Revision", FLAT_LE_INT, 1, false, FLAT_NO_NAMES},
                                 count = {"SubAuthorityCount", FLAT_LE_LENGTH, 1, false,
                                          FLAT_NO_NAMES},
                                 authority = {"IdentifierAuthority", FLAT_BE_INT, 6, false,
                                              FLAT_NO_NAMES},
                                 sub = {"SubAuthority", FLAT_LE_INT, 4, false, FLAT_NO_NAMES};
    size_t at = r->at;
    int64_t v;
    if (!sid_read(bytes_slice(r->in, at, flat_left(r)), out))
        return flat_refuse(r, &faults[SID], name, at, NULL, NULL);
    flat_enter(r, name, FLAT_ALONE);
    flat_int(r, &revision, &v);
    flat_int(r, &count, &v);
    flat_int(r, &authority, &v);
    for (size_t i = 0; i < out->n; i++)
        flat_int(r, &sub, &v);
    flat_leave(r);
    return true;
}

static bool take_ace_body(struct flat_reader *r, struct ace *out)
{
    static const struct flat_row mask = {"Mask", FLAT_LE_FLAGS, 4, false, NAMES_ACCESS_MASK};
    int64_t v;
    if (!flat_int(r, &mask, &v) || !take_sid(r, "Sid", &out->sid))
        return false;
    out->mask = (uint32_t)v;
    return true;
}

/* An entry of the audit list is only mapped: out is NULL. */
static bool take_ace(struct flat_reader *r, size_t index, struct ace *out)
{
    static const struct flat_row type = {"AceType", FLAT_LE_INT, 1, false, NAMES_ACE_TYPE},
                                 flags = {"AceFlags", FLAT_LE_FLAGS, 1, false, NAMES_ACE_FLAG},
                                 size = {"AceSize", FLAT_LE_LENGTH, 2, false, FLAT_NO_NAMES};
    size_t start = r->at, end = r->end;
    int64_t t, f, n;
    flat_enter(r, "ACE", index);
    if (!flat_int(r, &type, &t) || !flat_int(r, &flags, &f) || !flat_int(r, &size, &n))
        return false;
    if (n < 4 || (size_t)n > end - start)
        return flat_refuse_number(r, &faults[ACE_SIZE], size.name, start + 2, "4 to %lld",
                                  (int64_t)(end - start), "%lld", n);
    r->end = start + (size_t)n;
    if (out && t != ACE_ALLOW && t != ACE_DENY)
        return flat_refuse_number(r, &faults[ACE_TYPE], type.name, start, "%lld", 0, "%lld", t);
    if (out) {
        *out = (struct ace){.type = (uint8_t)t, .flags = (uint8_t)f};
        if (!take_ace_body(r, out))
            return false;
        if (flat_left(r))
            return flat_refuse_number(r, &faults[ACE_SIZE], size.name, start + 2, "%lld",
                                      (int64_t)(r->at - start), "%lld", n);
    } else {
        flat_octets(r, "body", FLAT_OCTETS, flat_left(r), NULL);
    }
    flat_leave(r);
    r->end = end;
    return true;
}

static bool take_acl(struct flat_reader *r, const char *name, struct security_descriptor *out)
{
    static const struct flat_row revision = {"AclRevision", FLAT_LE_INT, 1, false, FLAT_NO_NAMES},
                                 sbz1 = {"Sbz1", FLAT_LE_INT, 1, false, FLAT_NO_NAMES},
                                 size = {"AclSize", FLAT_LE_LENGTH, 2, false, FLAT_NO_NAMES},
                                 count = {"AceCount", FLAT_LE_INT, 2, false, FLAT_NO_NAMES},
                                 sbz2 = {"Sbz2", FLAT_LE_INT, 2, false, FLAT_NO_NAMES};
    size_t start = r->at, end = r->end;
    int64_t v, n, entries;
    flat_enter(r, name, FLAT_ALONE);
    if (!flat_int(r, &revision, &v) || !flat_int(r, &sbz1, &v) || !flat_int(r, &size, &n) ||
        !flat_int(r, &count, &entries) || !flat_int(r, &sbz2, &v))
        return false;
    if (n < ACL_HEADER || (size_t)n > end - start || entries > (n - ACL_HEADER) / 4)
        return flat_refuse_number(r, &faults[ACL], size.name, start + 2, "room for %lld entries",
                                  entries, "%lld octets", n);
    r->end = start + (size_t)n;
    struct ace *list = out ? arena_array(r->mem, struct ace, (size_t)entries) : NULL;
    for (size_t i = 0; i < (size_t)entries; i++)
        if (!take_ace(r, i, list ? &list[i] : NULL))
            return false;
    flat_octets(r, "unused", FLAT_OCTETS, flat_left(r), NULL);
    flat_leave(r);
    r->end = end;
    if (out) {
        out->has_dacl = true;
        out->dacl = list;
        out->n_dacl = (size_t)entries;
    }
    return true;
}

/* ---- the whole ------------------------------------------------------------------------------- */

enum part_kind { OWNER, GROUP, SACL, DACL, PARTS };
struct part {
    enum part_kind kind;
    size_t at; /* 0: there is none */
};

static const struct flat_row offsets[PARTS] = {
    [OWNER] = {"OffsetOwner", FLAT_LE_INT, 4, false, FLAT_NO_NAMES},
    [GROUP] = {"OffsetGroup", FLAT_LE_INT, 4, false, FLAT_NO_NAMES},
    [SACL] = {"OffsetSacl", FLAT_LE_INT, 4, false, FLAT_NO_NAMES},
    [DACL] = {"OffsetDacl", FLAT_LE_INT, 4, false, FLAT_NO_NAMES},
};

static bool take_header(struct flat_reader *r, struct security_descriptor *out,
                        struct part parts[PARTS])
{
    static const struct flat_row revision = {"Revision", FLAT_LE_INT, 1, false, FLAT_NO_NAMES},
                                 sbz1 = {"Sbz1", FLAT_LE_INT, 1, false, FLAT_NO_NAMES},
                                 control = {"Control", FLAT_LE_FLAGS, 2, false, NAMES_SD_CONTROL};
    int64_t v;
    if (!flat_int(r, &revision, &v))
        return false;
    if (v != 1)
        return flat_refuse_number(r, &faults[REVISION], revision.name, 0, "%lld", 1, "%lld", v);
    if (!flat_int(r, &sbz1, &v) || !flat_int(r, &control, &v))
        return false;
    out->control = (uint16_t)v;
    if (!(out->control & SD_SELF_RELATIVE))
        return flat_refuse(r, &faults[ABSOLUTE], control.name, 2, NULL, NULL);
    for (int i = 0; i < PARTS; i++) {
        if (!flat_int(r, &offsets[i], &v))
            return false;
        parts[i] = (struct part){(enum part_kind)i, (size_t)v};
    }
    /* A list that is not said to be present is none, wherever it stands (MS-DTYP 2.4.6). */
    if (!(out->control & SD_DACL_PRESENT))
        parts[DACL].at = 0;
    if (!(out->control & SD_SACL_PRESENT))
        parts[SACL].at = 0;
    return true;
}

static void in_order(struct part parts[PARTS])
{
    for (int i = 1; i < PARTS; i++)
        for (int j = i; j > 0 && parts[j].at < parts[j - 1].at; j--) {
            struct part p = parts[j];
            parts[j] = parts[j - 1];
            parts[j - 1] = p;
        }
}

static bool take_part(struct flat_reader *r, const struct part *p, struct security_descriptor *out)
{
    const char *name = offsets[p->kind].name;
    size_t said_at = 4 + 4 * (size_t)p->kind;
    if (p->at < HEADER || p->at >= r->in.n)
        return flat_refuse_number(r, &faults[OFFSET], name, said_at, "before %lld",
                                  (int64_t)r->in.n, "%lld", (int64_t)p->at);
    if (p->at < r->at)
        return flat_refuse_number(r, &faults[OVERLAP], name, said_at, "%lld or more",
                                  (int64_t)r->at, "%lld", (int64_t)p->at);
    flat_octets(r, "unused", FLAT_OCTETS, p->at - r->at, NULL);
    switch (p->kind) {
    case OWNER:
        out->has_owner = true;
        return take_sid(r, "OwnerSid", &out->owner);
    case GROUP:
        out->has_group = true;
        return take_sid(r, "GroupSid", &out->group);
    case SACL:
        return take_acl(r, "Sacl", NULL);
    default:
        return take_acl(r, "Dacl", out);
    }
}

static bool take(struct flat_reader *r, struct security_descriptor *out)
{
    struct part parts[PARTS];
    *out = (struct security_descriptor){0};
    r->cut = &faults[CUT];
    if (!take_header(r, out, parts))
        return false;
    in_order(parts);
    for (int i = 0; i < PARTS; i++)
        if (parts[i].at && !take_part(r, &parts[i], out))
            return false;
    return flat_octets(r, "unused", FLAT_OCTETS, flat_left(r), NULL);
}

bool descriptor_read(struct bytes in, struct arena *mem, struct security_descriptor *out,
                     const char **why)
{
    struct faults sink = {.mem = mem};
    struct flat_reader r = flat_start(in, mem, &sink, false);
    bool ok = take(&r, out);
    if (!ok)
        *why = fault_text(mem, &sink.list[0]);
    return ok;
}

bool descriptor_walk(struct bytes in, struct arena *mem, struct faults *sink,
                     struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, sink, true);
    struct security_descriptor out;
    bool ok = take(&r, &out);
    flat_tell(&r, v);
    return ok;
}

/* ---- writing: header, owner, group, list ----------------------------------------------------- */

static size_t acl_octets(const struct security_descriptor *d)
{
    size_t n = ACL_HEADER;
    for (size_t i = 0; i < d->n_dacl; i++)
        n += ACE_HEADER + sid_octets(&d->dacl[i].sid);
    return n;
}

static void put_acl(uint8_t *at, const struct security_descriptor *d)
{
    at[0] = 2;
    put_le16(at + 2, (uint16_t)acl_octets(d));
    put_le16(at + 4, (uint16_t)d->n_dacl);
    at += ACL_HEADER;
    for (size_t i = 0; i < d->n_dacl; i++) {
        const struct ace *a = &d->dacl[i];
        size_t n = ACE_HEADER + sid_octets(&a->sid);
        at[0] = a->type;
        at[1] = a->flags;
        put_le16(at + 2, (uint16_t)n);
        put_le32(at + 4, a->mask);
        sid_put(&a->sid, at + ACE_HEADER);
        at += n;
    }
}

static size_t put_part(uint8_t *start, int kind, size_t at, const struct sid *sid)
{
    put_le32(start + 4 + 4 * kind, (uint32_t)at);
    if (sid)
        sid_put(sid, start + at);
    return sid ? at + sid_octets(sid) : at;
}

struct bytes descriptor_write(struct arena *mem, const struct security_descriptor *d)
{
    size_t list = d->has_dacl ? acl_octets(d) : 0;
    size_t n = HEADER + (d->has_owner ? sid_octets(&d->owner) : 0) +
               (d->has_group ? sid_octets(&d->group) : 0) + list;
    if (list > UINT16_MAX)
        return (struct bytes){0};
    uint8_t *start = arena_take(mem, n);
    size_t at = HEADER;
    start[0] = 1;
    put_le16(start + 2, (uint16_t)((d->control & ~SD_SACL_PRESENT) | SD_SELF_RELATIVE |
                                   (d->has_dacl ? SD_DACL_PRESENT : 0)));
    if (d->has_owner)
        at = put_part(start, OWNER, at, &d->owner);
    if (d->has_group)
        at = put_part(start, GROUP, at, &d->group);
    if (d->has_dacl) {
        put_part(start, DACL, at, NULL);
        put_acl(start + at, d);
    }
    return bytes_of(start, n);
}
