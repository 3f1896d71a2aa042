#include "wire/gss.h"
#include "wire/codec.h"
#include "wire/flat_reader.h"
#include "wire/names.h"

#include <stdio.h>
#include <string.h>

enum {
    NOT_A_TOKEN,
    TRAILING,
    NO_OID,
    OID_EMPTY,
    TOK_ID_CUT,
    MESSAGE,
    MESSAGE_CUT,
    FILLER,
    CHECKSUM_CUT,
    LGTH,
    DLG_OPT,
    DLGTH
};
static const struct fault_row faults[] = {
    [NOT_A_TOKEN] = {"gss.not-a-token",
                     "this is not the frame that a mechanism's first token wears", "RFC 2743 3.1",
                     "60, the tag APPLICATION 0"},
    [TRAILING] = {"gss.trailing", "octets follow after the end of the token", "RFC 2743 3.1", NULL},
    [NO_OID] = {"gss.no-oid", "the mechanism's object identifier should come first", "RFC 2743 3.1",
                "06, the tag OBJECT IDENTIFIER"},
    [OID_EMPTY] = {"gss.oid-empty", "the mechanism's object identifier is empty", "RFC 2743 3.1",
                   "at least one octet"},
    [TOK_ID_CUT] = {"gss.tok-id-cut", "the token ends before its two-octet token id does",
                    "RFC 4121 4.1", NULL},
    [MESSAGE] = {"gss.message", "this is neither a MIC token nor a Wrap token", "RFC 4121 4.2.6",
                 "04 04 or 05 04"},
    [MESSAGE_CUT] = {"gss.message-cut", "the token ends within its header", "RFC 4121 4.2.6", NULL},
    [FILLER] = {"gss.filler", "the octets without meaning have one value only", "RFC 4121 4.2.6",
                "ff"},
    [CHECKSUM_CUT] = {"gss.checksum-cut", "the checksum 0x8003 ends within a field",
                      "RFC 4121 4.1.1", NULL},
    [LGTH] = {"gss.lgth", "the channel bindings' length is not the length of an MD5 hash",
              "RFC 4121 4.1.1", "16"},
    [DLG_OPT] = {"gss.dlg-opt", "the delegation option has one value only", "RFC 4121 4.1.1", "1"},
    [DLGTH] = {"gss.dlgth", "the delegated ticket's length says more than there is",
               "RFC 4121 4.1.1", NULL},
};

const struct fault_row *gss_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof faults[0];
    return faults;
}

/* ---- the initial token ----------------------------------------------------------------------- */

/* Under one number per mechanism and habit: Kerberos 5, what Windows 2000 wrote for it (1.2.840
 * .48018.1.2.2, an integer that overflowed), user-to-user, and IAKERB. */
bool gss_mech_has_tok_id(struct bytes mech)
{
    static const struct bytes mechs[] = {
        GSS_KRB5_OID,
        BYTES_LIT("\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"),
        BYTES_LIT("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x03"),
        BYTES_LIT("\x2b\x06\x01\x05\x02\x05"),
    };
    for (size_t i = 0; i < sizeof mechs / sizeof mechs[0]; i++)
        if (bytes_equal(mech, mechs[i]))
            return true;
    return false;
}

/* A header at the cursor. What the codec raises is put where it stands in the token. */
static bool header_at(struct flat_reader *r, const char *name, struct asn_header *h)
{
    size_t before = r->faults ? r->faults->n : 0;
    if (asn_header_read(bytes_slice(r->in, r->at, flat_left(r)), r->faults, h))
        return true;
    if (r->faults && r->faults->n > before) {
        r->faults->list[before].at += r->at;
        r->faults->list[before].path = name;
    }
    return false;
}

static bool refuse_octet(struct flat_reader *r, const struct fault_row *row, const char *name)
{
    char found[8] = "nothing";
    if (flat_left(r))
        snprintf(found, sizeof found, "%02x", r->in.p[r->at]);
    return flat_refuse(r, row, name, r->at, NULL, found);
}

static bool take_frame(struct flat_reader *r)
{
    struct asn_header h;
    if (!flat_left(r) || r->in.p[r->at] != 0x60)
        return refuse_octet(r, &faults[NOT_A_TOKEN], "header");
    if (!header_at(r, "header", &h))
        return false;
    size_t end = h.header + h.contents;
    if (end != r->in.n)
        return flat_refuse_number(r, &faults[TRAILING], "", end, "%lld octets", (int64_t)end,
                                  "%lld", (int64_t)r->in.n);
    return flat_octets(r, "header", FLAT_OCTETS, h.header, NULL);
}

static bool take_mech(struct flat_reader *r, struct bytes *mech)
{
    struct asn_header h;
    if (!flat_left(r) || r->in.p[r->at] != 0x06)
        return refuse_octet(r, &faults[NO_OID], "thisMech");
    if (!header_at(r, "thisMech", &h))
        return false;
    if (h.contents == 0)
        return flat_refuse(r, &faults[OID_EMPTY], "thisMech", r->at + 1, NULL, "none");
    flat_enter(r, "thisMech", FLAT_ALONE);
    flat_octets(r, "header", FLAT_OCTETS, h.header, NULL);
    flat_octets(r, "oid", FLAT_OCTETS, h.contents, mech);
    flat_leave(r);
    return true;
}

static bool take_token(struct flat_reader *r, struct gss_token *out)
{
    static const struct flat_row tok_id = {"TOK_ID", FLAT_BE_INT, 2, false, NAMES_TOK_ID};
    int64_t id = 0;
    r->cut = &faults[TOK_ID_CUT];
    if (!take_frame(r) || !take_mech(r, &out->mech))
        return false;
    if (gss_mech_has_tok_id(out->mech) && !flat_int(r, &tok_id, &id))
        return false;
    out->tok_id = (uint16_t)id;
    bool old = id == 0x0101 || id == 0x0102 || id == 0x0201; /* RFC 1964's have no DER inside */
    return flat_octets(r, "innerToken", old ? FLAT_OCTETS : FLAT_DER, flat_left(r), &out->inner);
}

bool gss_token_read(struct bytes in, struct faults *sink, struct gss_token *out)
{
    struct flat_reader r = flat_start(in, NULL, sink, false);
    *out = (struct gss_token){0};
    return take_token(&r, out);
}

bool gss_token_walk(struct bytes in, struct arena *mem, struct faults *sink, struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, sink, true);
    struct gss_token out = {0};
    bool ok = take_token(&r, &out);
    flat_tell(&r, v);
    return ok;
}

struct bytes gss_token_write(struct arena *mem, uint16_t tok_id, struct bytes inner)
{
    return gss_token_write_as(mem, GSS_KRB5_OID, tok_id, inner);
}

struct bytes gss_token_write_as(struct arena *mem, struct bytes mech, uint16_t tok_id,
                                struct bytes inner)
{
    uint8_t header[6], oid[6];
    size_t id_n = gss_mech_has_tok_id(mech) ? 2 : 0;
    size_t oid_n = asn_header_write(0x06, mech.n, oid);
    size_t contents = oid_n + mech.n + id_n + inner.n;
    size_t header_n = asn_header_write(0x60, contents, header);
    uint8_t *p = arena_take(mem, header_n + contents), *start = p;
    memcpy(p, header, header_n);
    p += header_n;
    memcpy(p, oid, oid_n);
    p += oid_n;
    memcpy(p, mech.p, mech.n);
    p += mech.n;
    if (id_n)
        put_be16(p, tok_id);
    if (inner.n)
        memcpy(p + id_n, inner.p, inner.n);
    return bytes_of(start, header_n + contents);
}

/* ---- tokens of messages ---------------------------------------------------------------------- */

static bool take_filler(struct flat_reader *r, size_t n)
{
    size_t at = r->at;
    struct bytes filler;
    if (!flat_octets(r, "Filler", FLAT_OCTETS, n, &filler))
        return false;
    for (size_t i = 0; i < n; i++)
        if (filler.p[i] != 0xff)
            return flat_refuse_number(r, &faults[FILLER], "Filler", at + i, "ff", 0, "%02llx",
                                      filler.p[i]);
    return true;
}

static bool take_message(struct flat_reader *r)
{
    static const struct flat_row tok_id = {"TOK_ID", FLAT_BE_INT, 2, false, NAMES_TOK_ID};
    static const struct flat_row flags = {"Flags", FLAT_BE_FLAGS, 1, false, FLAT_NO_NAMES};
    static const struct flat_row ec = {"EC", FLAT_BE_LENGTH, 2, false, FLAT_NO_NAMES};
    static const struct flat_row rrc = {"RRC", FLAT_BE_LENGTH, 2, false, FLAT_NO_NAMES};
    static const struct flat_row snd_seq = {"SND_SEQ", FLAT_BE_INT, 8, false, FLAT_NO_NAMES};
    int64_t id, ignored;
    r->cut = &faults[MESSAGE_CUT];
    if (!flat_int(r, &tok_id, &id))
        return false;
    if (id != TOK_MIC && id != TOK_WRAP)
        return flat_refuse_number(r, &faults[MESSAGE], tok_id.name, 0, "04 04 or 05 04", 0,
                                  "%04llx", id);
    bool wrap = id == TOK_WRAP;
    if (!flat_int(r, &flags, &ignored) || !take_filler(r, wrap ? 1 : 5))
        return false;
    if (wrap && (!flat_int(r, &ec, &ignored) || !flat_int(r, &rrc, &ignored)))
        return false;
    return flat_int(r, &snd_seq, &ignored) &&
           flat_octets(r, wrap ? "Data" : "SGN_CKSUM", FLAT_OCTETS, flat_left(r), NULL);
}

bool gss_message_walk(struct bytes in, struct arena *mem, struct faults *sink,
                      struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, sink, true);
    bool ok = take_message(&r);
    flat_tell(&r, v);
    return ok;
}

/* ---- the checksum 0x8003 --------------------------------------------------------------------- */

static bool take_deleg(struct flat_reader *r, struct gss_checksum *out)
{
    static const struct flat_row dlg_opt = {"DlgOpt", FLAT_LE_INT, 2, false, FLAT_NO_NAMES};
    static const struct flat_row dlgth = {"Dlgth", FLAT_LE_LENGTH, 2, false, FLAT_NO_NAMES};
    int64_t option, n;
    size_t at = r->at;
    if (!flat_int(r, &dlg_opt, &option))
        return false;
    if (option != 1)
        return flat_refuse_number(r, &faults[DLG_OPT], dlg_opt.name, at, "1", 0, "%lld", option);
    at = r->at;
    if (!flat_int(r, &dlgth, &n))
        return false;
    if ((uint64_t)n > flat_left(r))
        return flat_refuse_number(r, &faults[DLGTH], dlgth.name, at, "at most %lld",
                                  (int64_t)flat_left(r), "%lld", n);
    out->has_deleg = true;
    out->deleg_option = (uint16_t)option;
    return flat_octets(r, "Deleg", FLAT_DER, (size_t)n, &out->deleg);
}

static bool take_checksum(struct flat_reader *r, struct gss_checksum *out)
{
    static const struct flat_row lgth = {"Lgth", FLAT_LE_LENGTH, 4, false, FLAT_NO_NAMES};
    static const struct flat_row flags_row = {"Flags", FLAT_LE_FLAGS, 4, false, NAMES_GSS_FLAG};
    int64_t n, flags;
    struct bytes bindings;
    r->cut = &faults[CHECKSUM_CUT];
    if (!flat_int(r, &lgth, &n))
        return false;
    if (n != sizeof out->bindings)
        return flat_refuse_number(r, &faults[LGTH], lgth.name, 0, "16", 0, "%lld", n);
    if (!flat_octets(r, "Bnd", FLAT_OCTETS, sizeof out->bindings, &bindings) ||
        !flat_int(r, &flags_row, &flags))
        return false;
    memcpy(out->bindings, bindings.p, sizeof out->bindings);
    out->flags = (uint32_t)flags;
    if ((out->flags & GSS_DELEG) && !take_deleg(r, out))
        return false;
    return flat_octets(r, "Exts", FLAT_OCTETS, flat_left(r), &out->extensions);
}

bool gss_checksum_read(struct bytes in, struct faults *sink, struct gss_checksum *out)
{
    struct flat_reader r = flat_start(in, NULL, sink, false);
    *out = (struct gss_checksum){0};
    return take_checksum(&r, out);
}

bool gss_checksum_walk(struct bytes in, struct arena *mem, struct faults *sink,
                       struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, sink, true);
    struct gss_checksum out = {0};
    bool ok = take_checksum(&r, &out);
    flat_tell(&r, v);
    return ok;
}

struct bytes gss_checksum_write(struct arena *mem, const struct gss_checksum *c)
{
    size_t n = 24 + (c->has_deleg ? 4 + c->deleg.n : 0) + c->extensions.n;
    if (c->has_deleg && c->deleg.n > UINT16_MAX)
        return (struct bytes){0};
    uint8_t *start = arena_take(mem, n), *p = start;
    put_le32(p, sizeof c->bindings);
    memcpy(p + 4, c->bindings, sizeof c->bindings);
    put_le32(p + 20, (c->flags & ~(uint32_t)GSS_DELEG) | (c->has_deleg ? GSS_DELEG : 0));
    p += 24;
    if (c->has_deleg) {
        put_le16(p, 1);
        put_le16(p + 2, (uint16_t)c->deleg.n);
        if (c->deleg.n)
            memcpy(p + 4, c->deleg.p, c->deleg.n);
        p += 4 + c->deleg.n;
    }
    if (c->extensions.n)
        memcpy(p, c->extensions.p, c->extensions.n);
    return bytes_of(start, n);
}
