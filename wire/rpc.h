/* DCE/RPC PDUs, connection-oriented, little-endian (C706 12.6; MS-RPCE 2.2.2): one PDU a packet, no
 * fragmentation but what fits one fragment (a PDU that is not first and last fragment is refused). */
#ifndef WIRE_RPC_H
#define WIRE_RPC_H

#include "base/fault.h"
#include "wire/flat.h"

#define RPC_PDU_MAX 5840 /* octets: the fragment size offered; longer is refused */

enum { RPC_REQUEST = 0, RPC_RESPONSE = 2, RPC_FAULT = 3, RPC_BIND = 11, RPC_BIND_ACK = 12,
       RPC_BIND_NAK = 13, RPC_ALTER_CONTEXT = 14, RPC_ALTER_CONTEXT_RESP = 15 };
enum { RPC_AUTH_NETLOGON = 0x44 };
enum { RPC_AUTH_LEVEL_INTEGRITY = 5, RPC_AUTH_LEVEL_PRIVACY = 6 };

struct rpc_uuid {
    uint8_t octets[16]; /* as on the wire, little-endian */
    uint16_t major, minor;
};
struct rpc_pdu {
    uint8_t type, flags;
    uint32_t call_id;
    /* bind, alter_context and their answers (the first context only is used) */
    uint16_t max_xmit, max_recv;
    uint32_t group;
    uint16_t context_id;
    struct rpc_uuid interface, transfer;
    size_t n_contexts;    /* offered, or results */
    uint16_t result, reason;
    struct bytes secondary_address;
    /* request, response, fault */
    uint16_t opnum;
    uint32_t status; /* fault */
    struct bytes stub;    /* as it stands there: maybe sealed; padding of the trailer left out */
    size_t stub_at;       /* in the PDU */
    /* auth trailer (sec_trailer and auth_value) */
    bool has_auth;
    uint8_t auth_type, auth_level, auth_pad;
    uint32_t auth_context_id;
    struct bytes auth_value;
};
/* Length of the PDU that begins here, from its header (16 octets needed); 0: not yet known;
 * SIZE_MAX: no PDU of ours. For those who cut streams. */
size_t rpc_length(struct bytes);
bool rpc_read(struct bytes, struct arena *, struct faults *, struct rpc_pdu *out);
struct bytes rpc_write(struct arena *, const struct rpc_pdu *);
extern const struct rpc_uuid RPC_NETLOGON, RPC_NDR; /* 12345678-1234-abcd-ef00-01234567cffb 1.0 */
bool rpc_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
const struct fault_row *rpc_fault_table(size_t *n);

#endif
