/* Shared by the netlogon sources of wire/ alone. */
#ifndef WIRE_NETLOGON_INSIDE_H
#define WIRE_NETLOGON_INSIDE_H

#include "wire/netlogon.h"

enum netlogon_row {
    NETLOGON_ROW_LEVEL,
    NETLOGON_ROW_VALIDATION,
    NETLOGON_ROW_UNION,
    NETLOGON_ROW_NULL,
    NETLOGON_ROW_STRING,
    NETLOGON_ROW_DATA,
    NETLOGON_ROW_OPNUM,
    NETLOGON_ROW_DIGEST_CUT,
    NETLOGON_ROW_DIGEST_TYPE,
    NETLOGON_ROW_DIGEST_SIZE,
    NETLOGON_ROW_DIGEST_TEXT,
    NETLOGON_ROWS
};
extern const struct fault_row netlogon_rows[NETLOGON_ROWS];

/* A structure is described once, by the function that takes it: reading and mapping both call it.
 */
void take_sam_logon_ex(struct ndr_reader *, bool answer, struct netr_sam_logon_ex *);
/* A pointer, and the [string] it points to. */
struct bytes take_unique_text(struct ndr_reader *, const char *name);
void put_unique_text(struct ndr_writer *, struct bytes utf8);

#endif
