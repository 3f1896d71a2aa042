/* GSS-API framing of the Kerberos mechanism: the initial token of RFC 2743 3.1 (APPLICATION 0, the
 * mechanism's OID, then the inner token), the two-octet token id of RFC 4121 4.1, and the checksum
 * 0x8003 that an AP-REQ's authenticator carries (RFC 4121 4.1.1). */
#ifndef WIRE_GSS_H
#define WIRE_GSS_H

#include "base/fault.h"

enum {
    TOK_AP_REQ = 0x0100,
    TOK_AP_REP = 0x0200,
    TOK_KRB_ERROR = 0x0300,
    TOK_MIC = 0x0404,
    TOK_WRAP = 0x0504
};

#define GSS_KRB5_OID BYTES_LIT("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02") /* contents octets */

struct gss_token {
    struct bytes mech;  /* contents of the OID */
    uint16_t tok_id;    /* 0 where the mechanism has none (gss_mech_has_tok_id) */
    struct bytes inner; /* what follows the token id */
};

/* Strict DER header; the whole input is the token. Any mechanism is read. */
bool gss_token_read(struct bytes in, struct faults *, struct gss_token *out);
/* Whether tokens of this mechanism begin with a token id: Kerberos 5 under its numbers, its
 * user-to-user form and IAKERB. Others (SPNEGO) begin with what they are. */
bool gss_mech_has_tok_id(struct bytes mech);
/* The Kerberos mechanism's token around `inner`. */
struct bytes gss_token_write(struct arena *, uint16_t tok_id, struct bytes inner);
/* The same around a token of another mechanism; tok_id is written for those that have one only. */
struct bytes gss_token_write_as(struct arena *, struct bytes mech, uint16_t tok_id,
                                struct bytes inner);

enum {
    GSS_DELEG = 1,
    GSS_MUTUAL = 2,
    GSS_REPLAY = 4,
    GSS_SEQUENCE = 8,
    GSS_CONF = 16,
    GSS_INTEG = 32
};
#define CKSUMTYPE_GSS 0x8003

/* The fields of checksum 0x8003, all little-endian. */
struct gss_checksum {
    uint8_t bindings[16]; /* MD5 of the channel bindings; zeros: none */
    uint32_t flags;
    bool has_deleg;        /* the same as the bit GSS_DELEG of flags */
    uint16_t deleg_option; /* always 1 */
    struct bytes deleg;    /* a KRB-CRED, at most 65535 octets */
    struct bytes extensions;
};
bool gss_checksum_read(struct bytes in, struct faults *, struct gss_checksum *out);
/* has_deleg sets the bit GSS_DELEG. {NULL, 0}: the KRB-CRED is too long for its length. */
struct bytes gss_checksum_write(struct arena *, const struct gss_checksum *);
const struct fault_row *gss_fault_table(size_t *n);

#endif
