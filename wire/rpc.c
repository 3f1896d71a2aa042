/* The reader of DCE/RPC's PDUs, and the map of their octets: the same steps do both. */
#include "wire/rpc.h"
#include "wire/flat_reader.h"
#include "wire/names.h"
#include "wire/rpc_inside.h"

#include <string.h>

const struct fault_row rpc_rows[RPC_ROWS] = {
    [RPC_ROW_CUT] = {"rpc.cut", "the PDU ends within a field", "C706 12.6.3", NULL},
    [RPC_ROW_VERSION] = {"rpc.version", "there is one version of connection-oriented RPC only",
                         "C706 12.6.3.1", "5.0"},
    [RPC_ROW_TYPE] = {"rpc.type", "no PDU of this type is known here", "C706 12.6.1", NULL},
    [RPC_ROW_FRAGMENT] = {"rpc.fragment", "a call is one fragment here, the first and the last",
                          "C706 12.6.3.1", "first-fragment and last-fragment"},
    [RPC_ROW_DREP] = {"rpc.drep", "numbers are little-endian, text ASCII, floats IEEE", "C706 14.1",
                      "10 00 00 00"},
    [RPC_ROW_LENGTH] = {"rpc.length", "the PDU has another length than it says", "C706 12.6.3.1",
                        NULL},
    [RPC_ROW_LONG] = {"rpc.long", "the PDU is longer than the fragments that are agreed upon",
                      "C706 12.6.3.1", NULL},
    [RPC_ROW_AUTH_LENGTH] = {"rpc.auth-length",
                             "the authentication data is longer than what there is",
                             "MS-RPCE 2.2.2.11", NULL},
    [RPC_ROW_AUTH_PAD] = {"rpc.auth-pad",
                          "the padding before the trailer is longer than what there is",
                          "MS-RPCE 2.2.2.11", NULL},
    [RPC_ROW_CONTEXTS] = {"rpc.contexts",
                          "at least one presentation context is offered or answered",
                          "C706 12.6.3.1", NULL},
    [RPC_ROW_SYNTAXES] = {"rpc.syntaxes", "a context comes with at least one transfer syntax",
                          "C706 12.6.3.1", NULL},
    [RPC_ROW_SEC_ADDR] = {"rpc.sec-addr", "the secondary address is longer than what there is",
                          "C706 12.6.3.1", NULL},
    [RPC_ROW_NAME] = {"rpc.name", "a name that is announced should come, with what ends it",
                      "MS-NRPC 2.2.1.3.1", NULL},
    [RPC_ROW_SURPLUS] = {"rpc.surplus", "octets follow after the last field", "C706 12.6.4", NULL},
};

const struct fault_row *rpc_fault_table(size_t *n)
{
    *n = RPC_ROWS;
    return rpc_rows;
}

const struct rpc_uuid RPC_NETLOGON = {{0x78, 0x56, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, 0xef, 0x00,
                                       0x01, 0x23, 0x45, 0x67, 0xcf, 0xfb},
                                      1,
                                      0};
const struct rpc_uuid RPC_NDR = {{0x04, 0x5d, 0x88, 0x8a, 0xeb, 0x1c, 0xc9, 0x11, 0x9f, 0xe8, 0x08,
                                  0x00, 0x2b, 0x10, 0x48, 0x60},
                                 2,
                                 0};

size_t rpc_length(struct bytes in)
{
    if (in.n && in.p[0] != 5)
        return SIZE_MAX;
    if (in.n < RPC_HEADER)
        return 0;
    size_t n = le16(in.p + 8);
    return n < RPC_HEADER || n > RPC_PDU_MAX || in.p[4] >> 4 != 1 ? SIZE_MAX : n;
}

/* ---- one field --------------------------------------------------------------------------------
 */

bool rpc_u8(struct flat_reader *r, const char *name, uint8_t *out)
{
    const struct flat_row row = {name, FLAT_LE_INT, 1, false, FLAT_NO_NAMES};
    int64_t v;
    if (!flat_int(r, &row, &v))
        return false;
    if (out)
        *out = (uint8_t)v;
    return true;
}

bool rpc_u16(struct flat_reader *r, const char *name, uint16_t *out)
{
    const struct flat_row row = {name, FLAT_LE_INT, 2, false, FLAT_NO_NAMES};
    int64_t v;
    if (!flat_int(r, &row, &v))
        return false;
    *out = (uint16_t)v;
    return true;
}

bool rpc_u32(struct flat_reader *r, const char *name, int registry, uint32_t *out)
{
    const struct flat_row row = {name, FLAT_LE_INT, 4, false, registry};
    int64_t v;
    if (!flat_int(r, &row, &v))
        return false;
    if (out)
        *out = (uint32_t)v;
    return true;
}

bool rpc_skip(struct flat_reader *r, const char *name, size_t n)
{
    return flat_octets(r, name, FLAT_OCTETS, n, NULL);
}

/* ---- header and trailer -----------------------------------------------------------------------
 */

struct lengths {
    uint16_t frag, auth;
    size_t trailer; /* where it begins; without one the end of the PDU */
};

static bool take_version(struct flat_reader *r)
{
    uint8_t major, minor;
    if (!rpc_u8(r, "rpc_vers", &major) || !rpc_u8(r, "rpc_vers_minor", &minor))
        return false;
    if (major == 5 && minor <= 1)
        return true;
    return flat_refuse_number(r, &rpc_rows[RPC_ROW_VERSION], "rpc_vers", 0, "%lld", 5, "%lld",
                              major);
}

static bool is_ours(uint8_t type)
{
    return type == RPC_REQUEST || type == RPC_RESPONSE || type == RPC_FAULT ||
           (type >= RPC_BIND && type <= RPC_ALTER_CONTEXT_RESP);
}

static bool take_kind(struct flat_reader *r, struct rpc_pdu *out)
{
    static const struct flat_row type = {"PTYPE", FLAT_LE_INT, 1, false, NAMES_RPC_TYPE},
                                 flags = {"pfc_flags", FLAT_LE_FLAGS, 1, false, NAMES_RPC_FLAG};
    int64_t v;
    struct bytes drep;
    if (!flat_int(r, &type, &v))
        return false;
    out->type = (uint8_t)v;
    if (!is_ours(out->type))
        return flat_refuse_number(r, &rpc_rows[RPC_ROW_TYPE], type.name, r->at - 1, "%lld", 0,
                                  "%lld", v);
    if (!flat_int(r, &flags, &v))
        return false;
    out->flags = (uint8_t)v;
    if ((v & RPC_WHOLE) != RPC_WHOLE)
        return flat_refuse_number(r, &rpc_rows[RPC_ROW_FRAGMENT], flags.name, r->at - 1, "%lld",
                                  RPC_WHOLE, "%lld", v);
    if (!flat_octets(r, "packed_drep", FLAT_OCTETS, 4, &drep))
        return false;
    if (bytes_equal(drep, BYTES_LIT("\x10\x00\x00\x00")))
        return true;
    return flat_refuse_number(r, &rpc_rows[RPC_ROW_DREP], "packed_drep", r->at - 4, "%lld", 0x10,
                              "%lld", drep.p[0]);
}

static bool take_lengths(struct flat_reader *r, struct lengths *l)
{
    static const struct flat_row frag = {"frag_length", FLAT_LE_LENGTH, 2, false, FLAT_NO_NAMES},
                                 auth = {"auth_length", FLAT_LE_LENGTH, 2, false, FLAT_NO_NAMES};
    int64_t n, a;
    if (!flat_int(r, &frag, &n))
        return false;
    if ((size_t)n != r->in.n)
        return flat_refuse_number(r, &rpc_rows[RPC_ROW_LENGTH], frag.name, r->at - 2, "%lld",
                                  (int64_t)r->in.n, "%lld", n);
    if (n > RPC_PDU_MAX)
        return flat_refuse_number(r, &rpc_rows[RPC_ROW_LONG], frag.name, r->at - 2, "at most %lld",
                                  RPC_PDU_MAX, "%lld", n);
    if (!flat_int(r, &auth, &a))
        return false;
    size_t behind = r->in.n - RPC_HEADER; /* frag_length fitted, but the header may be cut */
    if (a && (r->in.n < RPC_HEADER + RPC_TRAILER || (size_t)a > behind - RPC_TRAILER))
        return flat_refuse_number(
            r, &rpc_rows[RPC_ROW_AUTH_LENGTH], auth.name, r->at - 2, "at most %lld",
            r->in.n < RPC_HEADER + RPC_TRAILER ? 0 : (int64_t)behind - RPC_TRAILER, "%lld", a);
    l->frag = (uint16_t)n;
    l->auth = (uint16_t)a;
    l->trailer = a ? (size_t)(n - a) - RPC_TRAILER : (size_t)n;
    return true;
}

/* The trailer stands at the end, but says how much before it is padding: so it is looked at first,
 * and taken when its turn comes. */
static bool look_at_trailer(struct flat_reader *r, const struct lengths *l, struct rpc_pdu *out)
{
    const uint8_t *p = r->in.p + l->trailer;
    size_t body = l->trailer - r->at;
    if (!l->auth)
        return true;
    out->has_auth = true;
    out->auth_pad = p[2];
    if (p[2] <= body)
        return true;
    return flat_refuse_number(r, &rpc_rows[RPC_ROW_AUTH_PAD], "auth_pad_length", l->trailer + 2,
                              "at most %lld", (int64_t)body, "%lld", p[2]);
}

static bool take_trailer(struct flat_reader *r, const struct lengths *l, struct rpc_pdu *out)
{
    static const struct flat_row type = {"auth_type", FLAT_LE_INT, 1, false, NAMES_RPC_AUTH_TYPE},
                                 level = {"auth_level", FLAT_LE_INT, 1, false,
                                          NAMES_RPC_AUTH_LEVEL};
    int64_t t, v;
    r->end = r->in.n;
    if (!l->auth)
        return true;
    rpc_skip(r, "auth_pad", out->auth_pad);
    flat_enter(r, "sec_trailer", FLAT_ALONE);
    if (!flat_int(r, &type, &t) || !flat_int(r, &level, &v) ||
        !rpc_u8(r, "auth_pad_length", NULL) || !rpc_u8(r, "auth_reserved", NULL) ||
        !rpc_u32(r, "auth_context_id", FLAT_NO_NAMES, &out->auth_context_id))
        return false;
    out->auth_type = (uint8_t)t;
    out->auth_level = (uint8_t)v;
    flat_leave(r);
    flat_enter(r, "auth_value", FLAT_ALONE);
    if (!rpc_take_auth_value(r, out, l->auth))
        return false;
    flat_leave(r);
    return true;
}

static bool take_pdu(struct flat_reader *r, struct rpc_pdu *out)
{
    struct lengths l = {0};
    r->cut = &rpc_rows[RPC_ROW_CUT];
    if (!take_version(r) || !take_kind(r, out) || !take_lengths(r, &l) ||
        !rpc_u32(r, "call_id", FLAT_NO_NAMES, &out->call_id) || !look_at_trailer(r, &l, out))
        return false;
    r->end = l.trailer - out->auth_pad;
    if (!rpc_take_body(r, out))
        return false;
    if (flat_left(r))
        return flat_refuse_number(r, &rpc_rows[RPC_ROW_SURPLUS], "", r->at, "%lld octets",
                                  (int64_t)r->at, "%lld", (int64_t)r->end);
    return take_trailer(r, &l, out);
}

bool rpc_read(struct bytes in, struct arena *mem, struct faults *sink, struct rpc_pdu *out)
{
    struct flat_reader r = flat_start(in, mem, sink, false);
    *out = (struct rpc_pdu){0};
    return take_pdu(&r, out);
}

bool rpc_walk(struct bytes in, struct arena *mem, struct faults *sink, struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, sink, true);
    struct rpc_pdu out = {0};
    bool ok = take_pdu(&r, &out);
    flat_tell(&r, v);
    return ok;
}
