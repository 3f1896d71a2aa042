/* The buffers of a PAC whose layout is known (MS-PAC 2.5, 2.7, 2.8, 2.10). */
#include "wire/pac_inside.h"

#include "base/text.h"
#include "wire/names.h"

#include <string.h>

/* ---- LOGON_INFO ------------------------------------------------------------------------------ */

static bool logon_info(struct ndr_reader *r, struct validation_info *out)
{
    ndr_type_headers(r);
    ndr_read_kerb_validation_info(r, out);
    return ndr_read_end(r);
}

bool pac_logon_info_read(struct bytes in, struct arena *mem, struct faults *sink,
                         struct validation_info *out)
{
    struct ndr_reader r;
    ndr_read_init(&r, in, mem, sink, NULL);
    return logon_info(&r, out);
}

bool pac_logon_info_walk(struct bytes in, struct arena *mem, struct faults *sink,
                         struct flat_visitor *v)
{
    struct ndr_reader r;
    struct validation_info out;
    ndr_read_init(&r, in, mem, sink, v);
    return logon_info(&r, &out);
}

struct bytes pac_logon_info_write(struct arena *mem, const struct validation_info *info)
{
    struct ndr_writer w;
    ndr_write_init(&w, mem);
    ndr_put_type_headers(&w);
    ndr_write_kerb_validation_info(&w, info);
    ndr_put_type_end(&w);
    return ndr_written(&w);
}

/* ---- CLIENT_INFO ----------------------------------------------------------------------------- */

static const struct flat_row client_id = {"ClientId", FLAT_FILETIME, 8, false, FLAT_NO_NAMES};
static const struct flat_row name_length = {"NameLength", FLAT_LE_LENGTH, 2, false, FLAT_NO_NAMES};

/* 1970 since 1601, in seconds. */
#define EPOCH ((int64_t)11644473600)

uint64_t pac_client_id(int64_t authtime)
{
    int64_t seconds = authtime / 1000000 - (authtime % 1000000 < 0);
    return (uint64_t)(seconds + EPOCH) * 10000000;
}

static bool take_utf16(struct flat_reader *r, const char *name, size_t n, struct bytes *out)
{
    struct bytes units;
    size_t at = r->at, wrong;
    if (!flat_octets(r, name, FLAT_UTF16, n, &units))
        return false;
    if (!utf8_from_utf16le(r->mem, units, out, &wrong))
        return pac_refuse(r, PAC_TEXT, name, at + wrong, "UTF-16LE of %lld octets", (int64_t)n,
                          (int64_t)wrong);
    return true;
}

static bool client_info(struct flat_reader *r, struct pac_client_info *out)
{
    int64_t id, n;
    *out = (struct pac_client_info){0};
    if (!flat_int(r, &client_id, &id) || !flat_int(r, &name_length, &n))
        return false;
    if ((uint64_t)n != flat_left(r))
        return pac_refuse(r, PAC_LENGTH, name_length.name, r->at - 2, "%lld", (int64_t)flat_left(r),
                          n);
    out->client_id = (uint64_t)id;
    return take_utf16(r, "Name", (size_t)n, &out->name);
}

bool pac_client_info_read(struct bytes in, struct arena *mem, struct faults *sink,
                          struct pac_client_info *out)
{
    struct flat_reader r = pac_start(in, mem, sink, false);
    return client_info(&r, out);
}

bool pac_client_info_walk(struct bytes in, struct arena *mem, struct faults *sink,
                          struct flat_visitor *v)
{
    struct flat_reader r = pac_start(in, mem, sink, true);
    struct pac_client_info out;
    bool ok = client_info(&r, &out);
    flat_tell(&r, v);
    return ok;
}

struct bytes pac_client_info_write(struct arena *mem, const struct pac_client_info *info)
{
    struct bytes units = {0};
    size_t at;
    if (!utf16le_from_utf8(mem, info->name, &units, &at) || units.n > UINT16_MAX)
        return (struct bytes){0};
    uint8_t *p = arena_take(mem, 10 + units.n);
    put_le64(p, info->client_id);
    put_le16(p + 8, (uint16_t)units.n);
    if (units.n)
        memcpy(p + 10, units.p, units.n);
    return bytes_of(p, 10 + units.n);
}

/* ---- signatures ------------------------------------------------------------------------------ */

static const struct flat_row signature_type = {"SignatureType", FLAT_LE_INT, 4, true,
                                               NAMES_CKSUMTYPE};
static const struct flat_row rodc = {"RODCIdentifier", FLAT_LE_INT, 2, false, FLAT_NO_NAMES};

/* By the type (MS-PAC 2.8, RFC 8009 8); 0: what is there is the signature. */
static size_t signature_octets(int64_t type)
{
    static const struct {
        int64_t type;
        size_t octets;
    } rows[] = {{-138, 16}, {15, 12}, {16, 12}, {17, 16}, {18, 16}, {19, 16}, {20, 24}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].type == type)
            return rows[i].octets;
    return 0;
}

/* Behind the signature may stand which read-only controller made it. */
static bool signature(struct flat_reader *r, struct pac_signature *out)
{
    int64_t type, id;
    *out = (struct pac_signature){0};
    if (!flat_int(r, &signature_type, &type))
        return false;
    size_t n = signature_octets(type), left = flat_left(r);
    if (n == 0)
        n = left;
    if (left != n && left != n + rodc.octets)
        return pac_refuse(r, PAC_SIGNATURE, "Signature", r->at, "%lld octets", (int64_t)n,
                          (int64_t)left);
    out->type = (int32_t)type;
    out->at = r->at;
    return flat_octets(r, "Signature", FLAT_OCTETS, n, &out->signature) &&
           (left == n || flat_int(r, &rodc, &id));
}

bool pac_signature_read(struct bytes in, struct faults *sink, struct pac_signature *out)
{
    struct flat_reader r = pac_start(in, NULL, sink, false);
    return signature(&r, out);
}

bool pac_signature_walk(struct bytes in, struct arena *mem, struct faults *sink,
                        struct flat_visitor *v)
{
    struct flat_reader r = pac_start(in, mem, sink, true);
    struct pac_signature out;
    bool ok = signature(&r, &out);
    flat_tell(&r, v);
    return ok;
}

/* ---- UPN_DNS_INFO ---------------------------------------------------------------------------- */

static const struct flat_row upn_flags = {"Flags", FLAT_LE_INT, 4, false, FLAT_NO_NAMES};
#define EXTENDED 2 /* the S bit: SAM name and SID too */

static const struct piece_row {
    const char *name;
    enum flat_kind kind;
    struct flat_row length, offset;
} pieces[] = {
#define PIECE(field, kind, prefix)                                                                 \
    {                                                                                              \
        field, kind, {prefix "Length", FLAT_LE_LENGTH, 2, false, FLAT_NO_NAMES},                   \
        {                                                                                          \
            prefix "Offset", FLAT_LE_LENGTH, 2, false, FLAT_NO_NAMES                               \
        }                                                                                          \
    }
    PIECE("Upn", FLAT_UTF16, "Upn"),
    PIECE("DnsDomainName", FLAT_UTF16, "DnsDomainName"),
    PIECE("SamName", FLAT_UTF16, "SamName"),
    PIECE("Sid", FLAT_OCTETS, "Sid"),
};
#define PIECES (sizeof pieces / sizeof *pieces)

struct piece {
    const struct piece_row *row;
    size_t at, n;
};

static bool take_piece(struct flat_reader *r, const struct piece_row *row, struct piece *out)
{
    int64_t n, at;
    if (!flat_int(r, &row->length, &n) || !flat_int(r, &row->offset, &at))
        return false;
    *out = (struct piece){row, (size_t)at, (size_t)n};
    return true;
}

/* The pieces in the order of their places, each behind the one before it. */
static bool take_pieces(struct flat_reader *r, struct piece *all, size_t n)
{
    struct bytes text;
    for (size_t done = 0; done < n; done++) {
        size_t next = done;
        for (size_t i = done; i < n; i++)
            if (all[i].n && (all[next].n == 0 || all[i].at < all[next].at))
                next = i;
        struct piece p = all[next];
        all[next] = all[done];
        if (p.n == 0)
            break;
        if (p.at < r->at || p.at > r->in.n || p.n > r->in.n - p.at)
            return pac_refuse(r, PAC_PLACE, p.row->offset.name, r->at, "from %lld on",
                              (int64_t)r->at, (int64_t)p.at);
        flat_octets(r, "padding", FLAT_OCTETS, p.at - r->at, NULL);
        if (p.row->kind == FLAT_UTF16 ? !take_utf16(r, p.row->name, p.n, &text)
                                      : !flat_octets(r, p.row->name, FLAT_OCTETS, p.n, NULL))
            return false;
    }
    return flat_octets(r, "padding", FLAT_OCTETS, flat_left(r), NULL);
}

static bool upn_dns(struct flat_reader *r)
{
    struct piece all[PIECES];
    int64_t flags;
    size_t n = 2;
    if (!take_piece(r, &pieces[0], &all[0]) || !take_piece(r, &pieces[1], &all[1]) ||
        !flat_int(r, &upn_flags, &flags))
        return false;
    for (; flags & EXTENDED && n < PIECES; n++)
        if (!take_piece(r, &pieces[n], &all[n]))
            return false;
    return take_pieces(r, all, n);
}

bool pac_upn_dns_walk(struct bytes in, struct arena *mem, struct faults *sink,
                      struct flat_visitor *v)
{
    struct flat_reader r = pac_start(in, mem, sink, true);
    bool ok = upn_dns(&r);
    flat_tell(&r, v);
    return ok;
}

/* ---- ATTRIBUTES_INFO, REQUESTOR -------------------------------------------------------------- */

static const struct flat_row flags_length = {"FlagsLength", FLAT_LE_LENGTH, 4, false,
                                             FLAT_NO_NAMES};

/* FlagsLength is in bits; the first 32 are the ones that mean something. */
bool pac_attributes_walk(struct bytes in, struct arena *mem, struct faults *sink,
                         struct flat_visitor *v)
{
    struct flat_reader r = pac_start(in, mem, sink, true);
    int64_t bits, flags;
    bool ok = flat_int(&r, &flags_length, &bits) && flat_int(&r, &upn_flags, &flags) &&
              flat_octets(&r, "more", FLAT_OCTETS, flat_left(&r), NULL);
    flat_tell(&r, v);
    return ok;
}

bool pac_requestor_walk(struct bytes in, struct arena *mem, struct faults *sink,
                        struct flat_visitor *v)
{
    struct flat_reader r = pac_start(in, mem, sink, true);
    struct sid sid;
    bool ok = in.n && sid_read(in, &sid) == in.n;
    if (ok)
        flat_octets(&r, "UserSid", FLAT_OCTETS, in.n, NULL);
    else
        pac_refuse(&r, PAC_NO_SID, "UserSid", 0, "%lld", (int64_t)sid_read(in, &sid),
                   (int64_t)in.n);
    flat_tell(&r, v);
    return ok;
}

pac_walker *pac_buffer_walk(uint32_t type)
{
    static const struct {
        uint32_t type;
        pac_walker *walk;
    } rows[] = {
        {PAC_LOGON_INFO, pac_logon_info_walk},      {PAC_SERVER_CHECKSUM, pac_signature_walk},
        {PAC_PRIVSVR_CHECKSUM, pac_signature_walk}, {PAC_CLIENT_INFO_TYPE, pac_client_info_walk},
        {PAC_UPN_DNS_INFO, pac_upn_dns_walk},       {PAC_TICKET_CHECKSUM, pac_signature_walk},
        {PAC_ATTRIBUTES_INFO, pac_attributes_walk}, {PAC_REQUESTOR, pac_requestor_walk},
        {PAC_FULL_CHECKSUM, pac_signature_walk},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].type == type)
            return rows[i].walk;
    return NULL;
}
