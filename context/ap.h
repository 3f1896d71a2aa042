/* The AP exchange (RFC 4120 3.2), written once for the KDC (whose TGS-REQ carries an AP-REQ), the
 * service and the client. */
#ifndef CONTEXT_AP_H
#define CONTEXT_AP_H

#include "context/seal.h"
#include "wire/names.h"

#define USAGE_PA_ENC_TIMESTAMP  1
#define USAGE_TICKET            2
#define USAGE_AS_REP            3
#define USAGE_TGS_AD_SESSION    4
#define USAGE_TGS_AD_SUBKEY     5
#define USAGE_TGS_CKSUM         6
#define USAGE_TGS_AUTHENTICATOR 7
#define USAGE_TGS_REP_SESSION   8
#define USAGE_TGS_REP_SUBKEY    9
#define USAGE_AP_CKSUM          10
#define USAGE_AP_AUTHENTICATOR  11
#define USAGE_AP_REP            12
#define USAGE_AS_REQ            56 /* RFC 6806 11: checksum over the AS-REQ */

/* Finds the key that a ticket's server name, kvno and etype call for. Returns 0 and *out, or the
 * error to answer with (KRB_AP_ERR_NOKEY, KRB_AP_ERR_BADKEYVER, KDC_ERR_S_PRINCIPAL_UNKNOWN...). */
struct ap_keys {
    int32_t (*find)(void *arg, struct turn *, const struct Ticket *, struct key *out);
    void *arg;
};

struct ap_policy {
    int64_t skew;       /* microseconds either way; RFC 4120 suggests 5 minutes */
    int32_t usage;      /* of the authenticator: 11, or 7 in a TGS-REQ */
    const char *step;   /* prefix of the step ids told: "service.ap" or "kdc.tgs.ap" */
    bool allow_invalid; /* a ticket marked invalid passes (it is to be validated), and its start is
                         * the caller's to look at */
    const struct key *own_session; /* of the acceptor's own TGT, for user-to-user (RFC 4120 3.7);
                                    * NULL: it has none */
    struct bytes own_realm; /* of the KDC of that TGT: who may make such tickets. What a ticket says
                             * of it in clear is held against this, for no key is found by it */
    bool check_path;     /* clients of other realms need the flag TRANSITED-POLICY-CHECKED: who does
                          * not look at the realms on the way himself has to (RFC 4120 2.7) */
    struct bytes sender; /* its address, as of struct party, to be compared with those that the
                          * ticket lists; empty: not known, not compared */
};

struct ap_checked {
    struct AP_REQ req;
    struct EncTicketPart ticket;
    struct Authenticator authenticator;
    struct key session, subkey; /* subkey.n == 0: none */
};

/* RFC 4120 3.2.3, in the order of the RFC. The steps told are policy->step and one of: .message
 * (type, version), .key (which key the ticket calls for), .ticket (it opens), .authenticator (it
 * opens), .names (both name the same client), .path (with check_path, of other realms' clients),
 * .addresses (if it lists any), .skew, .start, .end. The edges belong to what is allowed: exactly
 * policy->skew off still passes.
 *
 * The caller does replay detection (realm's ledger or the service's own cache), the checksum, and
 * the telling of keys. 0: accepted; else the error to answer with. *out is filled as far as it
 * came. A request with AP_OPT_USE_SESSION_KEY is opened with policy->own_session; without one it
 * is refused: KRB_AP_ERR_NOKEY. */
int32_t ap_check(struct turn *, const struct AP_REQ *, const struct ap_keys *,
                 const struct ap_policy *, struct ap_checked *out);

/* What a client says in an AP-REQ. */
struct ap_request {
    const struct Ticket *ticket;
    const struct key *session;
    struct bytes crealm;
    const struct PrincipalName *cname;
    uint32_t ap_options;
    int32_t usage;                /* 11, or 7 */
    const struct Checksum *cksum; /* NULL: none */
    const struct key *subkey;     /* NULL: none */
    bool has_seq_number;
    uint32_t seq_number;
    int64_t ctime; /* microseconds; split into ctime and cusec */
};
bool ap_request_build(struct turn *, const struct ap_request *, struct AP_REQ *out);

/* The acceptor's AP-REP (RFC 4120 3.2.4): the time echoed, its own subkey and sequence number. */
bool ap_reply_build(struct turn *, const struct ap_checked *, const struct key *subkey,
                    bool has_seq, uint32_t seq, struct AP_REP *out);
/* RFC 4120 3.2.5: opens (step.open) and compares the time with what was sent (step.time). 0, or
 * KRB_AP_ERR_MODIFIED / KRB_AP_ERR_MUT_FAIL / KRB_AP_ERR_BAD_INTEGRITY. */
int32_t ap_reply_check(struct turn *, const struct AP_REP *, const struct key *session,
                       int64_t ctime, const char *step, struct EncAPRepPart *out);

/* ---- KRB-ERROR (RFC 4120 5.9.1) ---------------------------------------------------------------
 */
struct krb_error_args {
    int32_t code;
    struct bytes realm; /* of the one who answers */
    const struct PrincipalName *sname;
    const struct PrincipalName *cname; /* NULL: not told */
    struct bytes crealm;
    int64_t ctime;               /* microseconds, 0: not known */
    struct bytes e_text, e_data; /* empty: absent */
};
/* Encoded; stime is turn->now. */
struct bytes krb_error_build(struct turn *, const struct krb_error_args *);

#endif
