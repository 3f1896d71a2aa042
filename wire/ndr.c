/* NDR read: the cursor of wire/flat_reader.h with NDR's alignment, pointers and counts on top. */
#include "wire/ndr_inside.h"

#include "base/text.h"

#include <string.h>

enum {
    CUT,
    COUNT,
    COUNT_OF,
    VARYING,
    STRING_END,
    TEXT,
    USTRING,
    USTRING_NULL,
    USTRING_COUNT,
    SID_FORM,
    HEADERS,
    OBJECT_LENGTH,
    NO_TOP,
    MORE
};
static const struct fault_row faults[] = {
    [CUT] = {"ndr.cut", "the octets end within a value", "C706 14.2", NULL},
    [COUNT] = {"ndr.count", "an array says more elements than there are octets for", "C706 14.3.3",
               NULL},
    [COUNT_OF] = {"ndr.count-of", "an array's count is not what its field said before it",
                  "C706 14.3.3.2", NULL},
    [VARYING] = {"ndr.varying",
                 "the part of an array that is sent does not lie in the array from its start",
                 "C706 14.3.3.4", NULL},
    [STRING_END] = {"ndr.string-end", "a string does not end in its one NUL", "C706 14.3.4", NULL},
    [TEXT] = {"ndr.text", "a text is not well-formed UTF-16LE", "MS-DTYP 2.3.10", NULL},
    [USTRING] = {"ndr.unicode-string", "a text's Length is odd or larger than its MaximumLength",
                 "MS-DTYP 2.3.10", NULL},
    [USTRING_NULL] = {"ndr.unicode-string-null", "a text has a Length and no Buffer",
                      "MS-DTYP 2.3.10", NULL},
    [USTRING_COUNT] = {"ndr.unicode-string-count",
                       "the counts before a text are not the lengths of its header",
                       "MS-DTYP 2.3.10", NULL},
    [SID_FORM] = {"ndr.sid", "this is no SID: revision 1, as many sub-authorities as the array has",
                  "MS-DTYP 2.4.2.3", NULL},
    [HEADERS] = {"ndr.type-headers", "the serialization's header is not version 1, little-endian",
                 "MS-RPCE 2.2.6.1", "01 10 08 00"},
    [OBJECT_LENGTH] = {"ndr.object-length",
                       "ObjectBufferLength is not the number of octets that follow",
                       "MS-RPCE 2.2.6.2", NULL},
    [NO_TOP] = {"ndr.no-top", "the pointer to the structure itself is null", "MS-PAC 2.2", NULL},
    [MORE] = {"ndr.more", "there is more behind the structure than padding", "C706 14.2", NULL},
};

const struct fault_row *ndr_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof faults[0];
    return faults;
}

void ndr_read_init(struct ndr_reader *r, struct bytes in, struct arena *mem, struct faults *sink,
                   struct flat_visitor *v)
{
    *r = (struct ndr_reader){.flat = flat_start(in, mem, sink, v != NULL), .visitor = v};
    r->flat.cut = &faults[CUT];
}

static void bad_number(struct ndr_reader *r, int row, const char *name, size_t at,
                       const char *expected, uint64_t e, uint64_t f)
{
    r->bad = true;
    flat_refuse_number(&r->flat, &faults[row], name, at, expected, (int64_t)e, "%lld", (int64_t)f);
}

/* Of octets that were read already: the cursor stays behind them, as the map has them. */
static void bad_at(struct ndr_reader *r, int row, const char *name, size_t at, const char *expected,
                   const char *found)
{
    r->bad = true;
    flat_refuse(&r->flat, &faults[row], name, at, expected, found);
}

bool ndr_refuse(struct ndr_reader *r, const struct fault_row *row, const char *name,
                const char *expected, const char *found)
{
    if (!r->bad)
        flat_refuse(&r->flat, row, name, r->flat.at, expected, found);
    r->bad = true;
    return false;
}

bool ndr_read_end(struct ndr_reader *r)
{
    if (!r->bad) {
        size_t left = flat_left(&r->flat);
        if (left < 8)
            ndr_octets(r, "padding", left);
        else
            bad_number(r, MORE, NULL, r->flat.at, "less than %lld octets", 8, left);
    }
    if (r->visitor)
        flat_tell(&r->flat, r->visitor);
    return !r->bad;
}

/* ---- primitives ------------------------------------------------------------------------------ */

void ndr_align(struct ndr_reader *r, size_t to)
{
    ndr_octets(r, "padding", (to - r->flat.at % to) % to);
}

struct bytes ndr_octets(struct ndr_reader *r, const char *name, size_t n)
{
    struct bytes out = {0};
    if (!r->bad)
        r->bad = !flat_octets(&r->flat, name, FLAT_OCTETS, n, &out);
    return out;
}

static uint64_t take(struct ndr_reader *r, const char *name, enum flat_kind kind, uint8_t octets,
                     int registry)
{
    const struct flat_row row = {name, kind, octets, false, registry};
    int64_t v = 0;
    ndr_align(r, kind == FLAT_FILETIME ? 4 : octets);
    if (!r->bad)
        r->bad = !flat_int(&r->flat, &row, &v);
    return r->bad ? 0 : (uint64_t)v;
}

uint8_t ndr_u8(struct ndr_reader *r, const char *name)
{
    return (uint8_t)take(r, name, FLAT_LE_INT, 1, FLAT_NO_NAMES);
}

uint16_t ndr_u16(struct ndr_reader *r, const char *name)
{
    return (uint16_t)take(r, name, FLAT_LE_INT, 2, FLAT_NO_NAMES);
}

uint32_t ndr_u32(struct ndr_reader *r, const char *name)
{
    return (uint32_t)take(r, name, FLAT_LE_INT, 4, FLAT_NO_NAMES);
}

uint64_t ndr_hyper(struct ndr_reader *r, const char *name)
{
    return take(r, name, FLAT_LE_INT, 8, FLAT_NO_NAMES);
}

uint64_t ndr_filetime(struct ndr_reader *r, const char *name)
{
    return take(r, name, FLAT_FILETIME, 8, FLAT_NO_NAMES);
}

uint16_t ndr_named16(struct ndr_reader *r, const char *name, int registry)
{
    return (uint16_t)take(r, name, FLAT_LE_INT, 2, registry);
}

uint32_t ndr_named(struct ndr_reader *r, const char *name, int registry)
{
    return (uint32_t)take(r, name, FLAT_LE_INT, 4, registry);
}

uint32_t ndr_flags(struct ndr_reader *r, const char *name, int registry)
{
    return (uint32_t)take(r, name, FLAT_LE_FLAGS, 4, registry);
}

bool ndr_pointer(struct ndr_reader *r, const char *name)
{
    return take(r, name, FLAT_LE_INT, 4, FLAT_NO_NAMES) != 0;
}

/* ---- structures and arrays ------------------------------------------------------------------- */

/* What is open when a fault is raised stays open: flat_tell closes it. */
void ndr_group(struct ndr_reader *r, const char *name)
{
    ndr_element(r, name, FLAT_ALONE);
}

void ndr_element(struct ndr_reader *r, const char *name, size_t index)
{
    if (!r->bad)
        flat_enter(&r->flat, name, index);
}

void ndr_group_end(struct ndr_reader *r)
{
    if (!r->bad)
        flat_leave(&r->flat);
}

uint32_t ndr_max_count(struct ndr_reader *r, const char *name, size_t element_size)
{
    uint32_t n = ndr_u32(r, name);
    size_t most = element_size ? flat_left(&r->flat) / element_size : NDR_COUNT_MAX;
    if (most > NDR_COUNT_MAX)
        most = NDR_COUNT_MAX;
    if (!r->bad && n > most)
        bad_number(r, COUNT, name, r->flat.at - 4, "at most %lld", most, n);
    return r->bad ? 0 : n;
}

uint32_t ndr_count_of(struct ndr_reader *r, uint32_t said, size_t element_size)
{
    uint32_t n = ndr_max_count(r, "max_count", element_size);
    if (!r->bad && n != said)
        bad_number(r, COUNT_OF, "max_count", r->flat.at - 4, "%lld", said, n);
    return r->bad ? 0 : n;
}

void ndr_absent(struct ndr_reader *r, const char *name, uint32_t said)
{
    if (!r->bad && said)
        bad_number(r, COUNT_OF, name, r->flat.at, "%lld", 0, said);
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* UTF-16LE of so many code units, the last a NUL or not; in mem, and never a null pointer. */
static struct bytes take_text(struct ndr_reader *r, uint32_t units, bool nul)
{
    struct bytes in, out = {0};
    size_t at = r->flat.at, wrong;
    if (r->bad || !flat_octets(&r->flat, "value", FLAT_UTF16, 2 * (size_t)units, &in)) {
        r->bad = true;
        return out;
    }
    if (nul)
        in.n -= 2;
    if (nul && le16(in.p + in.n) != 0)
        bad_at(r, STRING_END, "value", at, "a NUL at its end", "none");
    else if (!utf8_from_utf16le(r->flat.mem, in, &out, &wrong))
        bad_at(r, TEXT, "value", at + wrong, NULL, NULL);
    else if (nul && out.n && memchr(out.p, 0, out.n))
        bad_at(r, STRING_END, "value", at, "one NUL", "another before it");
    if (r->bad)
        return (struct bytes){0};
    return bytes_of(arena_str(r->flat.mem, out), out.n);
}

/* A conformant and varying array of code units, from its start: how many of them are sent. */
static uint32_t varying(struct ndr_reader *r, uint32_t *max)
{
    *max = ndr_u32(r, "max_count");
    uint32_t offset = ndr_u32(r, "offset");
    if (!r->bad && offset)
        bad_number(r, VARYING, "offset", r->flat.at - 4, "%lld", 0, offset);
    uint32_t n = ndr_max_count(r, "actual_count", 2);
    if (!r->bad && n > *max)
        bad_number(r, VARYING, "actual_count", r->flat.at - 4, "at most %lld", *max, n);
    return n;
}

struct bytes ndr_wstring(struct ndr_reader *r, const char *name)
{
    uint32_t max;
    ndr_align(r, 4);
    ndr_group(r, name);
    uint32_t n = varying(r, &max);
    if (!r->bad && n == 0)
        bad_at(r, STRING_END, "value", r->flat.at, "a NUL at its end", "nothing");
    struct bytes text = take_text(r, n, true);
    ndr_group_end(r);
    return text;
}

struct ndr_ustring ndr_ustring(struct ndr_reader *r, const char *name)
{
    struct ndr_ustring u = {0};
    ndr_align(r, 4);
    ndr_group(r, name);
    u.length = ndr_u16(r, "Length");
    u.maximum = ndr_u16(r, "MaximumLength");
    if (!r->bad && (u.length > u.maximum || u.length % 2))
        bad_number(r, USTRING, "Length", r->flat.at - 4, "even, at most %lld", u.maximum, u.length);
    u.present = ndr_pointer(r, "Buffer");
    if (!r->bad && u.length && !u.present)
        bad_at(r, USTRING_NULL, "Buffer", r->flat.at - 4, NULL, "0");
    ndr_group_end(r);
    if (r->bad)
        return (struct ndr_ustring){0};
    return u;
}

struct bytes ndr_ustring_text(struct ndr_reader *r, const char *name, struct ndr_ustring u)
{
    uint32_t max;
    if (!u.present || r->bad)
        return (struct bytes){0};
    ndr_align(r, 4);
    ndr_group(r, name);
    uint32_t n = varying(r, &max);
    if (!r->bad && (max != u.maximum / 2u || n != u.length / 2u))
        bad_number(r, USTRING_COUNT, "actual_count", r->flat.at - 4, "%lld", u.length / 2u, n);
    struct bytes text = take_text(r, n, false);
    ndr_group_end(r);
    return text;
}

/* ---- SIDs ------------------------------------------------------------------------------------ */

struct sid ndr_sid(struct ndr_reader *r, const char *name)
{
    struct sid s = {0};
    ndr_align(r, 4);
    ndr_group(r, name);
    uint32_t n = ndr_max_count(r, "max_count", 4);
    size_t at = r->flat.at;
    uint8_t revision = ndr_u8(r, "Revision");
    s.n = ndr_u8(r, "SubAuthorityCount");
    if (!r->bad && (revision != 1 || s.n != n || n > SID_SUBS_MAX))
        bad_at(r, SID_FORM, "Revision", at, NULL, NULL);
    struct bytes authority = ndr_octets(r, "IdentifierAuthority", 6);
    if (!r->bad)
        s.authority = (uint64_t)be16(authority.p) << 32 | be32(authority.p + 2);
    for (unsigned i = 0; i < s.n && !r->bad; i++)
        s.sub[i] = ndr_u32(r, "SubAuthority");
    ndr_group_end(r);
    if (r->bad)
        return (struct sid){0};
    return s;
}

/* ---- type serialization ---------------------------------------------------------------------- */

void ndr_type_headers(struct ndr_reader *r)
{
    ndr_group(r, "CommonTypeHeader");
    size_t at = r->flat.at;
    uint8_t version = ndr_u8(r, "Version");
    uint8_t endianness = ndr_u8(r, "Endianness");
    uint16_t length = ndr_u16(r, "CommonHeaderLength");
    ndr_u32(r, "Filler");
    if (!r->bad && (version != 1 || endianness != 0x10 || length != 8))
        bad_at(r, HEADERS, NULL, at, NULL, NULL);
    ndr_group_end(r);
    ndr_group(r, "PrivateHeader");
    uint32_t octets = ndr_u32(r, "ObjectBufferLength");
    ndr_u32(r, "Filler");
    if (!r->bad && octets != flat_left(&r->flat))
        bad_number(r, OBJECT_LENGTH, "ObjectBufferLength", r->flat.at - 8, "%lld",
                   flat_left(&r->flat), octets);
    ndr_group_end(r);
    if (!ndr_pointer(r, "Pointer") && !r->bad)
        bad_at(r, NO_TOP, "Pointer", r->flat.at - 4, NULL, "0");
}
