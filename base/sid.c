/* Security identifiers as text and as octets, and those that are the same everywhere. */
#include "base/sid.h"

#include <stdio.h>
#include <string.h>

/* MS-DTYP 2.4.2.4; the letters are SDDL's (2.5.1.1). In the order of the numbers. */
static const struct sid_row known[] = {
    {"S-1-0-0", "NULL SID", NULL},
    {"S-1-1-0", "Everyone", "WD"},
    {"S-1-2-0", "LOCAL", NULL},
    {"S-1-2-1", "CONSOLE LOGON", NULL},
    {"S-1-3-0", "CREATOR OWNER", "CO"},
    {"S-1-3-1", "CREATOR GROUP", "CG"},
    {"S-1-3-4", "OWNER RIGHTS", "OW"},
    {"S-1-5-1", "NT AUTHORITY\\DIALUP", NULL},
    {"S-1-5-2", "NT AUTHORITY\\NETWORK", "NU"},
    {"S-1-5-3", "NT AUTHORITY\\BATCH", NULL},
    {"S-1-5-4", "NT AUTHORITY\\INTERACTIVE", "IU"},
    {"S-1-5-6", "NT AUTHORITY\\SERVICE", "SU"},
    {"S-1-5-7", "NT AUTHORITY\\ANONYMOUS LOGON", "AN"},
    {"S-1-5-8", "NT AUTHORITY\\PROXY", NULL},
    {"S-1-5-9", "NT AUTHORITY\\ENTERPRISE DOMAIN CONTROLLERS", "ED"},
    {"S-1-5-10", "NT AUTHORITY\\SELF", "PS"},
    {"S-1-5-11", "NT AUTHORITY\\Authenticated Users", "AU"},
    {"S-1-5-12", "NT AUTHORITY\\RESTRICTED", "RC"},
    {"S-1-5-13", "NT AUTHORITY\\TERMINAL SERVER USER", NULL},
    {"S-1-5-14", "NT AUTHORITY\\REMOTE INTERACTIVE LOGON", NULL},
    {"S-1-5-15", "NT AUTHORITY\\This Organization", NULL},
    {"S-1-5-17", "NT AUTHORITY\\IUSR", NULL},
    {"S-1-5-18", "NT AUTHORITY\\SYSTEM", "SY"},
    {"S-1-5-19", "NT AUTHORITY\\LOCAL SERVICE", "LS"},
    {"S-1-5-20", "NT AUTHORITY\\NETWORK SERVICE", "NS"},
    {"S-1-5-32-544", "BUILTIN\\Administrators", "BA"},
    {"S-1-5-32-545", "BUILTIN\\Users", "BU"},
    {"S-1-5-32-546", "BUILTIN\\Guests", "BG"},
    {"S-1-5-32-547", "BUILTIN\\Power Users", "PU"},
    {"S-1-5-32-548", "BUILTIN\\Account Operators", "AO"},
    {"S-1-5-32-549", "BUILTIN\\Server Operators", "SO"},
    {"S-1-5-32-550", "BUILTIN\\Print Operators", "PO"},
    {"S-1-5-32-551", "BUILTIN\\Backup Operators", "BO"},
    {"S-1-5-32-552", "BUILTIN\\Replicator", "RE"},
    {"S-1-5-32-554", "BUILTIN\\Pre-Windows 2000 Compatible Access", "RU"},
    {"S-1-5-32-555", "BUILTIN\\Remote Desktop Users", "RD"},
    {"S-1-5-32-556", "BUILTIN\\Network Configuration Operators", "NO"},
    {"S-1-5-32-558", "BUILTIN\\Performance Monitor Users", "MU"},
    {"S-1-5-32-559", "BUILTIN\\Performance Log Users", "LU"},
    {"S-1-5-32-560", "BUILTIN\\Windows Authorization Access Group", NULL},
    {"S-1-5-32-568", "BUILTIN\\IIS_IUSRS", "IS"},
    {"S-1-5-32-569", "BUILTIN\\Cryptographic Operators", "CY"},
    {"S-1-5-32-573", "BUILTIN\\Event Log Readers", "ER"},
    {"S-1-5-33", "NT AUTHORITY\\WRITE RESTRICTED", "WR"},
    {"S-1-5-64-10", "NT AUTHORITY\\NTLM Authentication", NULL},
    {"S-1-5-64-14", "NT AUTHORITY\\SChannel Authentication", NULL},
    {"S-1-5-64-21", "NT AUTHORITY\\Digest Authentication", NULL},
    {"S-1-5-113", "NT AUTHORITY\\Local account", NULL},
    {"S-1-5-114", "NT AUTHORITY\\Local account and member of Administrators group", NULL},
    {"S-1-5-1000", "NT AUTHORITY\\Other Organization", NULL},
    {"S-1-16-4096", "Mandatory Label\\Low Mandatory Level", "LW"},
    {"S-1-16-8192", "Mandatory Label\\Medium Mandatory Level", "ME"},
    {"S-1-16-12288", "Mandatory Label\\High Mandatory Level", "HI"},
    {"S-1-16-16384", "Mandatory Label\\System Mandatory Level", "SI"},
    {"S-1-18-1", "Authentication authority asserted identity", NULL},
    {"S-1-18-2", "Service asserted identity", NULL},
};

/* ---- text ------------------------------------------------------------------------------------ */

/* Decimal digits without a leading zero. */
static bool take_decimal(struct bytes *rest, uint64_t max, uint64_t *out)
{
    size_t n = 0;
    uint64_t v = 0;
    while (n < rest->n && rest->p[n] >= '0' && rest->p[n] <= '9') {
        if (n == 1 && v == 0)
            return false;
        v = v * 10 + (uint64_t)(rest->p[n++] - '0');
        if (v > max)
            return false;
    }
    *rest = bytes_slice(*rest, n, rest->n);
    *out = v;
    return n != 0;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An authority of 2^32 and more is written as 0x and 12 digits (MS-DTYP 2.4.2.1). */
static bool take_authority(struct bytes *rest, uint64_t *out)
{
    *out = 0;
    if (!bytes_starts(*rest, BYTES_LIT("0x")))
        return take_decimal(rest, UINT32_MAX, out);
    if (rest->n < 14)
        return false;
    for (size_t i = 2; i < 14; i++) {
        int d = hex_digit(rest->p[i]);
        if (d < 0)
            return false;
        *out = *out << 4 | (uint64_t)d;
    }
    *rest = bytes_slice(*rest, 14, rest->n);
    return *out > UINT32_MAX;
}

bool sid_parse(struct bytes text, struct sid *out)
{
    *out = (struct sid){0};
    if (!bytes_starts(text, BYTES_LIT("S-1-")))
        return false;
    text = bytes_slice(text, 4, text.n);
    if (!take_authority(&text, &out->authority))
        return false;
    while (text.n) {
        uint64_t v;
        if (text.p[0] != '-' || out->n == SID_SUBS_MAX)
            return false;
        text = bytes_slice(text, 1, text.n);
        if (!take_decimal(&text, UINT32_MAX, &v))
            return false;
        out->sub[out->n++] = (uint32_t)v;
    }
    return out->n != 0;
}

#define TEXT_MAX (24 + 11 * SID_SUBS_MAX)
static size_t print(const struct sid *s, char text[TEXT_MAX])
{
    const char *form = s->authority > UINT32_MAX ? "S-1-0x%012llx" : "S-1-%llu";
    int n = snprintf(text, TEXT_MAX, form, (unsigned long long)s->authority);
    for (unsigned i = 0; i < s->n; i++)
        n += snprintf(text + n, TEXT_MAX - (size_t)n, "-%lu", (unsigned long)s->sub[i]);
    return (size_t)n;
}

char *sid_text(struct arena *mem, const struct sid *s)
{
    char text[TEXT_MAX];
    return arena_str(mem, bytes_of(text, print(s, text)));
}

bool sid_equal(const struct sid *a, const struct sid *b)
{
    return a->authority == b->authority && a->n == b->n &&
           memcmp(a->sub, b->sub, a->n * sizeof a->sub[0]) == 0;
}

struct sid sid_in(const struct sid *domain, uint32_t rid)
{
    struct sid s = *domain;
    if (s.n < SID_SUBS_MAX)
        s.sub[s.n++] = rid;
    return s;
}

/* ---- octets ---------------------------------------------------------------------------------- */

size_t sid_octets(const struct sid *s)
{
    return 8 + 4 * (size_t)s->n;
}

/* The authority is big-endian, the rest is not (MS-DTYP 2.4.2.2). */
void sid_put(const struct sid *s, uint8_t *at)
{
    at[0] = 1;
    at[1] = s->n;
    put_be16(at + 2, (uint16_t)(s->authority >> 32));
    put_be32(at + 4, (uint32_t)s->authority);
    for (unsigned i = 0; i < s->n; i++)
        put_le32(at + 8 + 4 * (size_t)i, s->sub[i]);
}

size_t sid_read(struct bytes in, struct sid *out)
{
    *out = (struct sid){0};
    if (in.n < 8 || in.p[0] != 1 || in.p[1] > SID_SUBS_MAX || in.n < 8 + 4 * (size_t)in.p[1])
        return 0;
    out->n = in.p[1];
    out->authority = (uint64_t)be16(in.p + 2) << 32 | be32(in.p + 4);
    for (unsigned i = 0; i < out->n; i++)
        out->sub[i] = le32(in.p + 8 + 4 * (size_t)i);
    return sid_octets(out);
}

/* ---- those that are known -------------------------------------------------------------------- */

const struct sid_row *sid_table(size_t *n)
{
    *n = sizeof known / sizeof known[0];
    return known;
}

const struct sid_row *sid_known(const struct sid *wanted)
{
    char text[TEXT_MAX];
    print(wanted, text);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].sid, text) == 0)
            return &known[i];
    return NULL;
}

bool sid_of_name(const char *name, struct sid *out)
{
    struct bytes wanted = bytes_str(name);
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const struct sid_row *row = &known[i];
        if (bytes_equal_nocase(wanted, bytes_str(row->name)) ||
            (row->alias && bytes_equal_nocase(wanted, bytes_str(row->alias))))
            return sid_parse(bytes_str(row->sid), out);
    }
    *out = (struct sid){0};
    return false;
}
