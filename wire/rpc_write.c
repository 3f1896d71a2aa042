/* The writer of DCE/RPC's PDUs. */
#include "wire/rpc_inside.h"

#include <string.h>

struct out {
    uint8_t *p;
    size_t n;
};

static void u8(struct out *o, uint8_t v)
{
    o->p[o->n++] = v;
}

static void u16(struct out *o, uint16_t v)
{
    put_le16(o->p + o->n, v);
    o->n += 2;
}

static void u32(struct out *o, uint32_t v)
{
    put_le32(o->p + o->n, v);
    o->n += 4;
}

static void octets(struct out *o, struct bytes b)
{
    if (b.n)
        memcpy(o->p + o->n, b.p, b.n);
    o->n += b.n;
}

static void align(struct out *o, size_t to)
{
    o->n += (to - o->n % to) % to;
}

static void syntax(struct out *o, const struct rpc_uuid *s)
{
    octets(o, bytes_of(s->octets, 16));
    u16(o, s->major);
    u16(o, s->minor);
}

/* ---- bodies -----------------------------------------------------------------------------------
 */

static void fragments(struct out *o, const struct rpc_pdu *m)
{
    u16(o, m->max_xmit);
    u16(o, m->max_recv);
    u32(o, m->group);
}

static void bind(struct out *o, const struct rpc_pdu *m)
{
    fragments(o, m);
    u32(o, 1);
    u16(o, m->context_id);
    u16(o, 1);
    syntax(o, &m->interface);
    syntax(o, &m->transfer);
}

/* One result a context; all but the first are refused: nothing but NDR is spoken here. */
static void bind_ack(struct out *o, const struct rpc_pdu *m)
{
    static const struct rpc_uuid none;
    fragments(o, m);
    u16(o, (uint16_t)m->secondary_address.n);
    octets(o, m->secondary_address);
    align(o, 4);
    u32(o, (uint32_t)m->n_contexts);
    u16(o, m->result);
    u16(o, m->reason);
    syntax(o, &m->transfer);
    for (size_t i = 1; i < m->n_contexts; i++) {
        u16(o, RPC_PROVIDER_REJECTION);
        u16(o, RPC_TRANSFER_SYNTAX_NOT_SUPPORTED);
        syntax(o, &none);
    }
}

static void body(struct out *o, const struct rpc_pdu *m)
{
    switch (m->type) {
    case RPC_BIND:
    case RPC_ALTER_CONTEXT:
        bind(o, m);
        break;
    case RPC_BIND_ACK:
    case RPC_ALTER_CONTEXT_RESP:
        bind_ack(o, m);
        break;
    case RPC_BIND_NAK:
        u16(o, m->reason);
        u8(o, 1); /* version 5.0 is all there is */
        u8(o, 5);
        u8(o, 0);
        break;
    default:
        u32(o, (uint32_t)m->stub.n);
        u16(o, m->context_id);
        u16(o, m->type == RPC_REQUEST ? m->opnum : 0);
        if (m->type == RPC_FAULT) {
            u32(o, m->status);
            u32(o, 0);
        }
        octets(o, m->stub);
    }
}

struct bytes rpc_write(struct arena *mem, const struct rpc_pdu *m)
{
    size_t room = RPC_HEADER + 256 + 24 * m->n_contexts + m->secondary_address.n + m->stub.n +
                  m->auth_pad + m->auth_value.n;
    struct out o = {arena_take(mem, room), 0};
    u8(&o, 5);
    u8(&o, 0);
    u8(&o, m->type);
    u8(&o, m->flags);
    u32(&o, 0x10);
    o.n += 4; /* the lengths, known at the end */
    u32(&o, m->call_id);
    body(&o, m);
    if (m->has_auth) {
        o.n += m->auth_pad;
        u8(&o, m->auth_type);
        u8(&o, m->auth_level);
        u8(&o, m->auth_pad);
        u8(&o, 0);
        u32(&o, m->auth_context_id);
        octets(&o, m->auth_value);
    }
    if (o.n > RPC_PDU_MAX)
        return (struct bytes){0};
    put_le16(o.p + 8, (uint16_t)o.n);
    put_le16(o.p + 10, m->has_auth ? (uint16_t)m->auth_value.n : 0);
    return bytes_of(o.p, o.n);
}
