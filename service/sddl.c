/* Security descriptors as text, read (MS-DTYP 2.5.1). */
#include "service/sddl.h"

#include <string.h>

enum { PART, TWICE, SID, DOMAIN, FLAGS, ENTRY, TYPE, ACE_FLAGS, RIGHTS, OBJECT, AUDIT, ROWS };
static const struct fault_row rows[ROWS] = {
    [PART] = {"sddl.part", "a part begins with O:, G: or D:", "MS-DTYP 2.5.1.1", "O:, G: or D:"},
    [TWICE] = {"sddl.twice", "a part stands twice", "MS-DTYP 2.5.1.1", "each part once"},
    [SID] = {"sddl.sid", "this is neither a SID nor two letters that stand for one",
             "MS-DTYP 2.5.1.1", "S-1-... or letters such as BA, WD, AU"},
    [DOMAIN] = {"sddl.domain", "these letters name a group of a domain, and the machine is in none",
                "MS-DTYP 2.5.1.1", "a SID"},
    [FLAGS] = {"sddl.flags", "a list's flags are P, AR and AI", "MS-DTYP 2.5.1.1", "P, AR, AI"},
    [ENTRY] = {"sddl.entry", "an entry has six parts between parentheses", "MS-DTYP 2.5.1.1",
               "(type;flags;rights;object;inherited-object;account)"},
    [TYPE] = {"sddl.ace-type", "an entry of a kind that is not checked here", "MS-DTYP 2.5.1.1",
              "A (allow) or D (deny)"},
    [ACE_FLAGS] = {"sddl.ace-flags", "an entry's flags are pairs of letters", "MS-DTYP 2.5.1.1",
                   "CI, OI, NP, IO, ID"},
    [RIGHTS] = {"sddl.rights", "rights are pairs of letters or one number", "MS-DTYP 2.5.1.1",
                "FA, FR, FW, FX, GA, GR, GW, GX, RC, SD, WD, WO ... or 0x1f01ff"},
    [OBJECT] = {"sddl.object", "a file has no parts or kinds that an entry could be for",
                "MS-DTYP 2.5.1.1", "nothing between these semicolons"},
    [AUDIT] = {"sddl.audit", "audit lists decide nothing and are not read here", "MS-DTYP 2.5.1.1",
               "O:, G: or D:"},
};

const struct fault_row *web_fault_table(size_t *n)
{
    *n = ROWS;
    return rows;
}

/* ---- letters --------------------------------------------------------------------------------- */

const struct sddl_letters sddl_acl_flags[] = {{"P", SD_DACL_PROTECTED},
                                              {"AR", SD_DACL_INHERIT_REQUIRED},
                                              {"AI", SD_DACL_INHERITED},
                                              {NULL, 0}};
const struct sddl_letters sddl_ace_flags[] = {
    {"CI", ACE_CONTAINER_INHERIT}, {"OI", ACE_OBJECT_INHERIT}, {"NP", ACE_NO_PROPAGATE},
    {"IO", ACE_INHERIT_ONLY},      {"ID", ACE_INHERITED},      {NULL, 0}};
const struct sddl_letters sddl_rights[] = {{"FA", FILE_ALL_ACCESS}, {"FR", FILE_GENERIC_READ},
                                           {"FW", 0x120116},        {"FX", 0x1200a0},
                                           {"GA", 1u << 28},        {"GX", 1u << 29},
                                           {"GW", 1u << 30},        {"GR", 1u << 31},
                                           {"SD", 1u << 16},        {"RC", 1u << 17},
                                           {"WD", 1u << 18},        {"WO", 1u << 19},
                                           {"CC", 1u << 0},         {"DC", 1u << 1},
                                           {"LC", 1u << 2},         {"SW", 1u << 3},
                                           {"RP", 1u << 4},         {"WP", 1u << 5},
                                           {"DT", 1u << 6},         {"LO", 1u << 7},
                                           {"CR", 1u << 8},         {NULL, 0}};
const struct sddl_letters sddl_in_domain[] = {
    {"LA", RID_ADMINISTRATOR},
    {"LG", RID_GUEST},
    {"DA", RID_DOMAIN_ADMINS},
    {"DU", RID_DOMAIN_USERS},
    {"DG", RID_DOMAIN_GUESTS},
    {"DC", RID_DOMAIN_COMPUTERS},
    {"DD", RID_DOMAIN_CONTROLLERS},
    {"CA", 517},
    {"SA", 518},
    {"EA", 519},
    {"PA", 520},
    {NULL, 0},
};

struct sddl_reader {
    struct bytes in;
    size_t at;
    struct arena *mem;
    const struct sid *domain;
    struct faults faults;
};

static bool refuse(struct sddl_reader *r, int row, size_t at)
{
    struct bytes rest = bytes_slice(r->in, at, 12);
    return fault_raise(&r->faults,
                       (struct fault){.row = &rows[row],
                                      .path = "",
                                      .at = at,
                                      .expected = rows[row].expected,
                                      .found = rest.n ? arena_str(r->mem, rest) : "the end"});
}

static struct bytes rest(const struct sddl_reader *r)
{
    return bytes_slice(r->in, r->at, r->in.n);
}

static bool take(struct sddl_reader *r, const char *text)
{
    if (!bytes_starts(rest(r), bytes_str(text)))
        return false;
    r->at += strlen(text);
    return true;
}

/* Adds up the letters that stand here; false where none of the table's does. */
static bool take_letters(struct sddl_reader *r, const struct sddl_letters *table, uint32_t *sum)
{
    for (const struct sddl_letters *l = table; l->letters; l++)
        if (take(r, l->letters)) {
            *sum |= l->value;
            return true;
        }
    return false;
}

/* ---- SIDs ------------------------------------------------------------------------------------ */

static size_t sid_letters(struct bytes text)
{
    size_t n = 4;
    if (bytes_starts(bytes_slice(text, n, 2), BYTES_LIT("0x")))
        n += 14;
    while (n < text.n && ((text.p[n] >= '0' && text.p[n] <= '9') || text.p[n] == '-'))
        n++;
    return n < text.n ? n : text.n;
}

static bool take_alias(struct sddl_reader *r, struct sid *out)
{
    struct bytes two = bytes_slice(r->in, r->at, 2);
    size_t n, at = r->at;
    const struct sid_row *known = sid_table(&n);
    for (size_t i = 0; i < n; i++)
        if (known[i].alias && bytes_equal_str(two, known[i].alias)) {
            r->at += 2;
            return sid_parse(bytes_str(known[i].sid), out);
        }
    for (const struct sddl_letters *l = sddl_in_domain; l->letters; l++)
        if (take(r, l->letters)) {
            if (!r->domain)
                return refuse(r, DOMAIN, at);
            *out = sid_in(r->domain, l->value);
            return true;
        }
    return refuse(r, SID, at);
}

static bool take_sid(struct sddl_reader *r, struct sid *out)
{
    if (!bytes_starts(rest(r), BYTES_LIT("S-1-")))
        return take_alias(r, out);
    size_t n = sid_letters(rest(r));
    if (!sid_parse(bytes_slice(r->in, r->at, n), out))
        return refuse(r, SID, r->at);
    r->at += n;
    return true;
}

/* ---- entries --------------------------------------------------------------------------------- */

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_number(struct sddl_reader *r, uint32_t *out)
{
    size_t n = 0;
    for (; r->at < r->in.n && digit(r->in.p[r->at]) >= 0; n++)
        *out = *out << 4 | (uint32_t)digit(r->in.p[r->at++]);
    return n >= 1 && n <= 8;
}

static bool take_rights(struct sddl_reader *r, uint32_t *out)
{
    size_t at = r->at;
    if (take(r, "0x") || take(r, "0X"))
        return take_number(r, out) || refuse(r, RIGHTS, at);
    while (take_letters(r, sddl_rights, out))
        ;
    return bytes_starts(rest(r), BYTES_LIT(";")) || refuse(r, RIGHTS, r->at);
}

static bool take_type(struct sddl_reader *r, uint8_t *out)
{
    if (!take(r, "A;") && !take(r, "D;"))
        return refuse(r, TYPE, r->at);
    *out = r->in.p[r->at - 2] == 'A' ? ACE_ALLOW : ACE_DENY;
    return true;
}

static bool take_semicolon(struct sddl_reader *r, int row)
{
    return take(r, ";") || refuse(r, row, r->at);
}

static bool take_entry(struct sddl_reader *r, struct ace *out)
{
    uint32_t flags = 0;
    *out = (struct ace){0};
    if (!take_type(r, &out->type))
        return false;
    while (take_letters(r, sddl_ace_flags, &flags))
        ;
    out->flags = (uint8_t)flags;
    return take_semicolon(r, ACE_FLAGS) && take_rights(r, &out->mask) && take_semicolon(r, ENTRY) &&
           take_semicolon(r, OBJECT) && take_semicolon(r, OBJECT) && take_sid(r, &out->sid) &&
           (take(r, ")") || refuse(r, ENTRY, r->at));
}

static size_t entries_at_most(struct bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += text.p[i] == '(';
    return n;
}

/* NO_ACCESS_CONTROL: the part is there, the list is not. */
static bool take_dacl(struct sddl_reader *r, struct security_descriptor *out)
{
    uint32_t flags = 0;
    out->control |= SD_DACL_PRESENT;
    if (take(r, "NO_ACCESS_CONTROL"))
        return true;
    while (take_letters(r, sddl_acl_flags, &flags))
        ;
    out->control |= (uint16_t)flags;
    struct ace *list = arena_array(r->mem, struct ace, entries_at_most(rest(r)));
    while (take(r, "("))
        if (!take_entry(r, &list[out->n_dacl++]))
            return false;
    bool ends = r->at == r->in.n || (r->at + 1 < r->in.n && r->in.p[r->at + 1] == ':');
    out->has_dacl = true;
    out->dacl = list;
    return ends || refuse(r, out->n_dacl ? ENTRY : FLAGS, r->at);
}

static bool take_part(struct sddl_reader *r, struct security_descriptor *out)
{
    size_t at = r->at;
    if (take(r, "O:")) {
        if (out->has_owner)
            return refuse(r, TWICE, at);
        out->has_owner = true;
        return take_sid(r, &out->owner);
    }
    if (take(r, "G:")) {
        if (out->has_group)
            return refuse(r, TWICE, at);
        out->has_group = true;
        return take_sid(r, &out->group);
    }
    if (take(r, "D:"))
        return out->control & SD_DACL_PRESENT ? refuse(r, TWICE, at) : take_dacl(r, out);
    return refuse(r, take(r, "S:") ? AUDIT : PART, at);
}

bool sddl_read(struct arena *mem, const char *text, const struct sid *domain,
               struct security_descriptor *out, const char **why)
{
    struct sddl_reader r = {
        .in = bytes_str(text), .mem = mem, .domain = domain, .faults = {.mem = mem}};
    *out = (struct security_descriptor){.control = SD_SELF_RELATIVE};
    while (r.at < r.in.n)
        if (!take_part(&r, out)) {
            *why = fault_text(mem, &r.faults.list[0]);
            return false;
        }
    return true;
}
