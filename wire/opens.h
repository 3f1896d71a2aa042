/* What lies inside: which octets hold another type, and which are sealed, with what key usage and
 * whose key. Numbers only; no keys here.
 *
 * A place is named by a dotted path whose first part is a production and whose others are members
 * below it: "PA-DATA.padata-value", "AP-REQ.authenticator", "TGS-REP.enc-part". A place matches a
 * row when the path from some ancestor production down to it equals the row's; the longest match
 * wins, and PRODUCTION/ before it asks for a container around: "PA-TGS-REQ/AP-REQ.authenticator"
 * is an authenticator within the padata of that name. */
#ifndef WIRE_OPENS_H
#define WIRE_OPENS_H

#include "wire/rows.h"

/* Octets that are not DER but have rows of their own (wire/flat.h). */
enum flat_format { FLAT_NONE, FLAT_GSS_TOKEN, FLAT_GSS_CHECKSUM, FLAT_HTTP, FLAT_FRAME };

/* An OCTET STRING whose contents are another value. */
struct holds_row {
    const char *path;            /* "PA-DATA.padata-value" */
    const char *by;              /* sibling member that tells which: "padata-type"; NULL: always */
    int64_t number;              /* its value here */
    const char *container;       /* the name of this holding in paths: "PA-TGS-REQ" */
    const struct asn_type *type; /* what it holds; NULL: see flat */
    enum flat_format flat;
};

/* Whose key opens it. */
enum sealed_for {
    KEY_OF_CLIENT,         /* the reply key: the client's long-term key, or what replaced it */
    KEY_OF_SNAME,          /* the long-term key of the sname beside it (a ticket) */
    KEY_OF_TICKET_SESSION, /* the session key inside the ticket of the same message */
    KEY_OF_TGT_SESSION,    /* of the TGT that the request presented */
    KEY_OF_SUBKEY,         /* the subkey of the authenticator, if it has one: usage_subkey */
};

/* An EncryptedData. */
struct opens_row {
    const char *path;            /* "AP-REQ.authenticator" */
    const struct asn_type *type; /* of the plaintext */
    int32_t usage;               /* RFC 4120 7.5.1 */
    int32_t usage_subkey;        /* the usage when the authenticator's subkey is used; 0: never */
    enum sealed_for key;
    const char *spec;
};

/* A checksum over other octets: what is covered, for the reader. */
struct covers_row {
    const char *path;   /* "PA-TGS-REQ/AP-REQ.authenticator/Authenticator.cksum" */
    int32_t usage;
    const char *over;   /* "TGS-REQ.req-body" */
    const char *spec;
};

const struct holds_row *holds_table(size_t *n);
const struct opens_row *opens_table(size_t *n);
const struct covers_row *covers_table(size_t *n);

#endif
