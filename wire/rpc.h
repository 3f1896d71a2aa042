/* DCE/RPC PDUs, connection-oriented, little-endian (C706 12.6; MS-RPCE 2.2.2): one PDU a packet, no
 * fragmentation but what fits one fragment (a PDU that is not first and last fragment is refused).
 */
#ifndef WIRE_RPC_H
#define WIRE_RPC_H

#include "base/fault.h"
#include "wire/flat.h"

#define RPC_PDU_MAX 5840 /* octets: the fragment size offered; longer is refused */

enum {
    RPC_REQUEST = 0,
    RPC_RESPONSE = 2,
    RPC_FAULT = 3,
    RPC_BIND = 11,
    RPC_BIND_ACK = 12,
    RPC_BIND_NAK = 13,
    RPC_ALTER_CONTEXT = 14,
    RPC_ALTER_CONTEXT_RESP = 15
};
static inline bool rpc_is_call(uint8_t type) /* what has a stub */
{
    return type <= RPC_FAULT;
}
enum { /* pfc_flags */
       RPC_FIRST_FRAGMENT = 0x01,
       RPC_LAST_FRAGMENT = 0x02,
       RPC_WHOLE = RPC_FIRST_FRAGMENT | RPC_LAST_FRAGMENT,
       RPC_HAS_OBJECT = 0x80,
};
enum { RPC_AUTH_NETLOGON = 0x44 };
enum { RPC_AUTH_LEVEL_INTEGRITY = 5, RPC_AUTH_LEVEL_PRIVACY = 6 };
enum { RPC_ACCEPTANCE = 0, RPC_PROVIDER_REJECTION = 2 }; /* p_cont_def_result_t */
enum { RPC_ABSTRACT_SYNTAX_NOT_SUPPORTED = 1, RPC_TRANSFER_SYNTAX_NOT_SUPPORTED = 2 };
enum { /* provider_reject_reason: C706 12.6.3.1, MS-RPCE 2.2.2.5 */
       RPC_NAK_REASON_NOT_SPECIFIED = 0,
       RPC_NAK_AUTHENTICATION_TYPE_NOT_RECOGNIZED = 8,
       RPC_NAK_INVALID_CHECKSUM = 9,
};
enum { /* of a fault: C706 E, MS-RPCE 3.1.1.5.5; NAMES_RPC_FAULT */
       RPC_FAULT_ACCESS_DENIED = 0x00000005,
       RPC_FAULT_BAD_STUB_DATA = 0x000006f7,
       RPC_FAULT_SEC_PKG_ERROR = 0x00000721,
       RPC_FAULT_OP_RNG_ERROR = 0x1c010002,
       RPC_FAULT_UNK_IF = 0x1c010003,
       RPC_FAULT_PROTO_ERROR = 0x1c01000b,
       RPC_FAULT_CONTEXT_MISMATCH = 0x1c00001a,
};

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
    size_t n_contexts; /* offered, or results */
    uint16_t result, reason;
    struct bytes secondary_address;
    /* request, response, fault */
    uint16_t opnum;
    uint32_t status;   /* fault */
    struct bytes stub; /* as it stands there: maybe sealed; the padding of the trailer, which is
                        * sealed with it, left out */
    size_t stub_at;    /* in the PDU */
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
/* The first context only, and none of n_contexts > 1 but to refuse it. The trailer's padding is
 * zeros. {NULL, 0}: longer than RPC_PDU_MAX. */
struct bytes rpc_write(struct arena *, const struct rpc_pdu *);
extern const struct rpc_uuid RPC_NETLOGON, RPC_NDR; /* 12345678-1234-abcd-ef00-01234567cffb 1.0 */
bool rpc_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
const struct fault_row *rpc_fault_table(size_t *n);

/* ---- the netlogon provider's part of a bind (NL_AUTH_MESSAGE, MS-NRPC 2.2.1.3.1) ---------------
 */
enum { NL_AUTH_REQUEST = 0, NL_AUTH_RESPONSE = 1 };
enum { /* Flags: which names follow, in this order */
       NL_NETBIOS_DOMAIN = 0x01,
       NL_NETBIOS_COMPUTER = 0x02,
       NL_DNS_DOMAIN = 0x04,
       NL_DNS_HOST = 0x08,
       NL_UTF8_COMPUTER = 0x10,
};
struct nl_auth_message {
    uint32_t type, flags;
    struct bytes domain, computer, dns_domain, dns_host, utf8_computer; /* of those in labels the
                                                                         * first label */
};
bool nl_auth_message_read(struct bytes, struct faults *, struct nl_auth_message *out);
/* A request with the names domain (unless empty) and computer, or an answer, which has none. */
struct bytes nl_auth_message_write(struct arena *, const struct nl_auth_message *);

#endif
