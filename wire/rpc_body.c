/* The bodies of DCE/RPC's PDUs, by their types (C706 12.6.4). */
#include "wire/names.h"
#include "wire/rpc_inside.h"

#include <string.h>

static bool take_syntax(struct flat_reader *r, const char *name, size_t index, const char *uuid,
                        struct rpc_uuid *out)
{
    struct bytes octets;
    flat_enter(r, name, index);
    if (!flat_octets(r, uuid, FLAT_OCTETS, 16, &octets) || !rpc_u16(r, "if_version", &out->major) ||
        !rpc_u16(r, "if_version_minor", &out->minor))
        return false;
    memcpy(out->octets, octets.p, 16);
    flat_leave(r);
    return true;
}

static bool take_fragments(struct flat_reader *r, struct rpc_pdu *out)
{
    return rpc_u16(r, "max_xmit_frag", &out->max_xmit) &&
           rpc_u16(r, "max_recv_frag", &out->max_recv) &&
           rpc_u32(r, "assoc_group_id", FLAT_NO_NAMES, &out->group);
}

static bool take_count(struct flat_reader *r, const char *name, uint8_t *n)
{
    if (!rpc_u8(r, name, n))
        return false;
    if (*n == 0)
        return flat_refuse(r, &rpc_rows[RPC_ROW_CONTEXTS], name, r->at - 1, "at least 1", "0");
    return rpc_skip(r, "reserved", 3);
}

static bool take_context(struct flat_reader *r, size_t index, struct rpc_pdu *out)
{
    struct rpc_uuid interface, transfer;
    uint16_t id;
    uint8_t n;
    flat_enter(r, "p_cont_elem", index);
    if (!rpc_u16(r, "p_cont_id", &id) || !rpc_u8(r, "n_transfer_syn", &n))
        return false;
    if (n == 0)
        return flat_refuse(r, &rpc_rows[RPC_ROW_SYNTAXES], "n_transfer_syn", r->at - 1,
                           "at least 1", "0");
    if (!rpc_u8(r, "reserved", NULL) ||
        !take_syntax(r, "abstract_syntax", FLAT_ALONE, "if_uuid", &interface))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!take_syntax(r, "transfer_syntax", i, "if_uuid", &transfer))
            return false;
        if (index == 0 && i == 0)
            out->transfer = transfer;
    }
    if (index == 0) {
        out->context_id = id;
        out->interface = interface;
    }
    flat_leave(r);
    return true;
}

static bool take_bind(struct flat_reader *r, struct rpc_pdu *out)
{
    uint8_t n;
    if (!take_fragments(r, out) || !take_count(r, "n_context_elem", &n))
        return false;
    out->n_contexts = n;
    for (size_t i = 0; i < n; i++)
        if (!take_context(r, i, out))
            return false;
    return true;
}

static bool take_result(struct flat_reader *r, size_t index, struct rpc_pdu *out)
{
    static const struct flat_row result_row = {"result", FLAT_LE_INT, 2, false, NAMES_RPC_RESULT},
                                 reason_row = {"reason", FLAT_LE_INT, 2, false, NAMES_RPC_REASON};
    struct rpc_uuid transfer;
    int64_t result, reason;
    flat_enter(r, "p_result", index);
    if (!flat_int(r, &result_row, &result) || !flat_int(r, &reason_row, &reason) ||
        !take_syntax(r, "transfer_syntax", FLAT_ALONE, "if_uuid", &transfer))
        return false;
    if (index == 0) {
        out->result = (uint16_t)result;
        out->reason = (uint16_t)reason;
        out->transfer = transfer;
    }
    flat_leave(r);
    return true;
}

static bool take_bind_ack(struct flat_reader *r, struct rpc_pdu *out)
{
    static const struct flat_row length = {"length", FLAT_LE_LENGTH, 2, false, FLAT_NO_NAMES};
    uint8_t n;
    r->long_ = &rpc_rows[RPC_ROW_SEC_ADDR];
    if (!take_fragments(r, out) ||
        !flat_counted(r, &length, "sec_addr", FLAT_ALONE, FLAT_TEXT, &out->secondary_address))
        return false;
    if (!rpc_skip(r, "pad", (4 - r->at % 4) % 4) || !take_count(r, "n_results", &n))
        return false;
    out->n_contexts = n;
    for (size_t i = 0; i < n; i++)
        if (!take_result(r, i, out))
            return false;
    return true;
}

static bool take_bind_nak(struct flat_reader *r, struct rpc_pdu *out)
{
    static const struct flat_row reason = {"provider_reject_reason", FLAT_LE_INT, 2, false,
                                           NAMES_RPC_NAK};
    int64_t v;
    if (!flat_int(r, &reason, &v))
        return false;
    out->reason = (uint16_t)v;
    return flat_octets(r, "versions", FLAT_OCTETS, flat_left(r), NULL);
}

static bool take_stub(struct flat_reader *r, struct rpc_pdu *out)
{
    out->stub_at = r->at;
    return flat_octets(r, "stub_data", FLAT_OCTETS, flat_left(r), &out->stub);
}

static bool take_request(struct flat_reader *r, struct rpc_pdu *out)
{
    static const struct flat_row opnum = {"opnum", FLAT_LE_INT, 2, false, NAMES_NETLOGON_CALL};
    int64_t v;
    if (!rpc_u32(r, "alloc_hint", FLAT_NO_NAMES, NULL) ||
        !rpc_u16(r, "p_cont_id", &out->context_id) || !flat_int(r, &opnum, &v))
        return false;
    out->opnum = (uint16_t)v;
    if (out->flags & RPC_HAS_OBJECT && !rpc_skip(r, "object", 16))
        return false;
    return take_stub(r, out);
}

static bool take_response(struct flat_reader *r, struct rpc_pdu *out)
{
    return rpc_u32(r, "alloc_hint", FLAT_NO_NAMES, NULL) &&
           rpc_u16(r, "p_cont_id", &out->context_id) && rpc_u8(r, "cancel_count", NULL) &&
           rpc_u8(r, "reserved", NULL) &&
           (out->type != RPC_FAULT ||
            (rpc_u32(r, "status", NAMES_RPC_FAULT, &out->status) && rpc_skip(r, "reserved2", 4))) &&
           take_stub(r, out);
}

bool rpc_take_body(struct flat_reader *r, struct rpc_pdu *out)
{
    switch (out->type) {
    case RPC_BIND:
    case RPC_ALTER_CONTEXT:
        return take_bind(r, out);
    case RPC_BIND_ACK:
    case RPC_ALTER_CONTEXT_RESP:
        return take_bind_ack(r, out);
    case RPC_BIND_NAK:
        return take_bind_nak(r, out);
    case RPC_REQUEST:
        return take_request(r, out);
    default: /* a response, or a fault */
        return take_response(r, out);
    }
}
