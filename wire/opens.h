/* What lies inside: which octets hold another type, and which are sealed, with what key usage and
 * whose key. Numbers only; no keys here.
 *
 * A place is named by a dotted path whose first part is a production and whose others are members
 * below it: "PA-DATA.padata-value", "AP-REQ.authenticator", "TGS-REP.enc-part". Elements of a
 * SEQUENCE OF are passed over: "EncKDCRepPart.encrypted-pa-data.padata-value"; "[]" at the end
 * means an element itself: "PrincipalName.name-string[]". A production that is another name of a
 * second one (AS-REQ of KDC-REQ) answers to both. Places before a slash must stand somewhere
 * around: "PA-TGS-REQ/AP-REQ.authenticator" is an authenticator within the padata of that name.
 * Where several rows fit, the one that says most wins. */
#ifndef WIRE_OPENS_H
#define WIRE_OPENS_H

#include "wire/rows.h"

/* Where a reader stands: one link an element, from the element outwards. */
struct place {
    const struct place *up;  /* NULL at the top of a message */
    const char *member;      /* "padata-value"; NULL: top, element of a SEQUENCE OF, container */
    bool element;            /* of a SEQUENCE OF */
    const char *name, *base; /* of its production ("AS-REQ", "KDC-REQ"), or of the container
                              * ("PA-TGS-REQ"); NULL: it has none */
};

/* How well `key`, a path as above, names this place: 0 not at all, more for a longer path. */
unsigned place_fits(const char *key, const struct place *);

/* Octets that are not DER but have rows of their own (wire/flat.h). */
enum flat_format {
    FLAT_NONE,
    FLAT_GSS_TOKEN,
    FLAT_GSS_CHECKSUM,
    FLAT_GSS_MESSAGE,
    FLAT_TOKEN, /* a mechanism's token, of whatever its first octets say: GSS, NTLM, Kerberos */
    FLAT_HTTP,
    FLAT_FRAME,
    FLAT_KPASSWD,
    FLAT_KPASSWD_RESULT,
    FLAT_DNS,
    FLAT_NTLM, /* wire/ntlm.h */
    FLAT_AV_PAIRS,
    FLAT_NTLMV2_RESPONSE,
    FLAT_NTLM_SIGNATURE,
    FLAT_PAC, /* wire/pac.h */
    FLAT_PAC_LOGON_INFO,
    FLAT_PAC_CLIENT_INFO,
    FLAT_PAC_SIGNATURE,
    FLAT_PAC_UPN_DNS,
    FLAT_PAC_ATTRIBUTES,
    FLAT_PAC_REQUESTOR,
    FLAT_RPC,           /* wire/rpc.h */
    FLAT_NETLOGON_STUB, /* wire/netlogon.h: by the PDU around it */
    FLAT_USER_PASS,     /* of HTTP's Basic: user_pass_walk */
    FLAT_FORMATS
};

/* An OCTET STRING whose contents are another value. */
struct holds_row {
    const char *path;            /* "PA-DATA.padata-value" */
    const char *by;              /* sibling member that tells which: "padata-type"; NULL: whatever
                                  * the siblings say, if the octets can be read so */
    int64_t number;              /* its value here */
    const char *container;       /* the name of this holding in paths: "PA-TGS-REQ" */
    const struct asn_type *type; /* what it holds; NULL: see flat */
    enum flat_format flat;       /* FLAT_NONE too: octets, and meant to be no more than that */
    const char *spec;
};

/* Whose key opens it. */
enum sealed_for {
    KEY_OF_CLIENT,         /* the reply key: the client's long-term key, or what replaced it */
    KEY_OF_SNAME,          /* the long-term key of the sname beside it (a ticket) */
    KEY_OF_TICKET_SESSION, /* the session key inside the ticket of the same message */
    KEY_OF_TGT_SESSION,    /* of the TGT that the request presented */
    KEY_OF_SUBKEY,         /* the application's choice: a subkey where there is one, otherwise the
                            * session key of the ticket */
    KEY_OF_ARMOR,     /* KRB-FX-CF2 of subkey and session key of the armor (RFC 6113 5.4.1.1) */
    KEY_OF_CHALLENGE, /* KRB-FX-CF2 of the armor key and the client's (RFC 6113 5.4.6) */
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
    const char *path; /* "PA-TGS-REQ/AP-REQ.authenticator/Authenticator.cksum" */
    int32_t usage;
    const char *over; /* "TGS-REQ.req-body" */
    enum sealed_for key;
    const char *spec;
};

const struct holds_row *holds_table(size_t *n);

/* The best row for a place; NULL: none. holds_find: `sibling` gives the value of a sibling member
 * (false: it is not there, or no number). */
const struct holds_row *holds_find(const struct place *,
                                   bool (*sibling)(void *arg, const char *member, int64_t *number),
                                   void *arg);
/* The next row after `row` that fits the place and asks no sibling; NULL: none. */
const struct holds_row *holds_next(const struct place *, const struct holds_row *row);
const struct opens_row *opens_find(const struct place *);
const struct covers_row *covers_find(const struct place *);

#endif
