/* Shared by the RPC sources alone: faults, and the steps that several of them take. */
#ifndef WIRE_RPC_INSIDE_H
#define WIRE_RPC_INSIDE_H

#include "wire/flat_reader.h"
#include "wire/rpc.h"

enum rpc_row {
    RPC_ROW_CUT,
    RPC_ROW_VERSION,
    RPC_ROW_TYPE,
    RPC_ROW_FRAGMENT,
    RPC_ROW_DREP,
    RPC_ROW_LENGTH,
    RPC_ROW_LONG,
    RPC_ROW_AUTH_LENGTH,
    RPC_ROW_AUTH_PAD,
    RPC_ROW_CONTEXTS,
    RPC_ROW_SYNTAXES,
    RPC_ROW_SEC_ADDR,
    RPC_ROW_SURPLUS,
    RPC_ROW_NAME,
    RPC_ROWS
};
extern const struct fault_row rpc_rows[RPC_ROWS];

enum { RPC_HEADER = 16, RPC_TRAILER = 8 };

bool rpc_u8(struct flat_reader *, const char *name, uint8_t *out);
bool rpc_u16(struct flat_reader *, const char *name, uint16_t *out);
bool rpc_u32(struct flat_reader *, const char *name, int registry, uint32_t *out);
bool rpc_skip(struct flat_reader *, const char *name, size_t n);

/* By out->type, up to the end of the reader. */
bool rpc_take_body(struct flat_reader *, struct rpc_pdu *out);
/* n octets; those of the netlogon provider with their parts. */
bool rpc_take_auth_value(struct flat_reader *, struct rpc_pdu *out, size_t n);

#endif
