/* The tokens of SPNEGO (RFC 4178 4.2, MS-SPNG 2.2.1), of either production and with their frames.
 */
#ifndef WIRE_NEGOTIATE_H
#define WIRE_NEGOTIATE_H

#include "base/fault.h"
#include "wire/spnego.h"

enum {
    NEG_ACCEPT_COMPLETED,
    NEG_ACCEPT_INCOMPLETE,
    NEG_REJECT,
    NEG_REQUEST_MIC,
};

/* NegTokenInit, NegTokenInit2 or NegTokenResp. A field that is empty is not there. */
struct neg_token {
    bool init;                 /* otherwise a NegTokenResp */
    struct MechTypeList mechs; /* init */
    struct bytes mech_list;    /* init: the DER of that list (30 ...), which mechListMIC is over */
    bool has_hints;            /* init: NegTokenInit2's, even without a name */
    struct bytes hint_name;
    bool has_state; /* NegTokenResp */
    int64_t state;
    struct bytes mech;  /* supportedMech */
    struct bytes token; /* mechToken, responseToken */
    struct bytes mic;   /* mechListMIC */
};

/* A NegTokenInit stands in the frame of a mechanism's first token, a NegTokenResp in none. hints:
 * NegTokenInit2 is read where it is one; otherwise its hints are no mechListMIC, and refused. */
bool neg_token_read(struct bytes in, bool hints, struct arena *, struct faults *,
                    struct neg_token *out);
/* Of a NegTokenInit mech_list is written, or where that is empty, mechs. has_hints makes it a
 * NegTokenInit2. {NULL, 0}: a value that the schema does not allow. */
struct bytes neg_token_write(struct arena *, const struct neg_token *);

/* The production of a NegotiationToken without its frame: NegotiationToken2 where only that fits.
 * NULL: neither. */
const struct asn_type *neg_token_type(struct bytes);

const struct fault_row *neg_token_fault_table(size_t *n);

#endif
