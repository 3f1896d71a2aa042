/* What the files of the browser's side share (CLIENT_BROWSE). Nothing outside client/ includes
 * this. */
#ifndef CLIENT_BROWSE_H
#define CLIENT_BROWSE_H

#include "base/tls.h"
#include "client/inside.h"
#include "context/mech_krb5.h"
#include "context/ntlm.h"
#include "context/spnego.h"
#include "wire/http.h"
#include "wire/http_auth.h"

#define BROWSE_REQUESTS_MAX 12 /* of one task: no server may ask for ever */

/* What of Digest lasts from request to request (RFC 7616 3.3, 3.4): one nonce with its count. */
struct digest_use {
    struct bytes realm, nonce, opaque, algorithm;
    char cnonce[33]; /* one for a nonce: the session's HA1 of "-sess" is made with it */
    bool qop, userhash, has_opaque;
    uint32_t nc; /* requests made with this nonce */
};

/* Where credentials were taken once they are sent unasked (RFC 7617 2.2, RFC 7616 3.6). */
struct space {
    struct space *next;
    const char *host; /* with its port; of the proxy: "" */
    const char *path; /* of Basic: up to the last '/' of where they were taken */
    bool secure;
    enum browser_target to;
    unsigned scheme; /* Basic or Digest */
    const struct browser_credential *credential;
    struct digest_use digest;
};

/* A connection that is open, and as whom its requests are taken. */
struct kept_conn {
    const struct party *party;
    struct conn *conn;
    bool secure;
    const char *tunnel_to; /* whom it leads to through the proxy; NULL: no further */
    const char *scheme;    /* by which it was authenticated: "NTLM"; NULL: it was not */
};
#define CONNS_MAX 16

/* What outlives a task. */
struct browser {
    struct space *spaces;
    struct kept_conn conns[CONNS_MAX];
    size_t n_conns;
    struct browsed browsed;
    uint8_t nt_hash[16]; /* of the logon by password (P16) */
    bool has_hash;
    int32_t logon_error; /* of the last logon; 0: it was granted */
};

/* Kerberos as a mechanism. */
struct krb5_side {
    struct client *client;
    const struct cred *cred; /* NULL: there is no ticket */
    struct ap_sent sent;
    uint8_t bindings[16];
    bool bound, proved;
    const char *why;
    int32_t code; /* of the KRB-ERROR that came; 0: none */
    struct mech_krb5 mech;
};

/* The authentication to one of two: the server, the proxy. */
struct side {
    enum browser_target to;
    unsigned passed; /* schemes that could not be begun here */
    unsigned scheme; /* the one in use; 0: none yet */
    const struct browser_credential *credential;
    const char *value; /* of (Proxy-)Authorization in the next request; NULL: none */
    bool going;        /* NTLM or Negotiate waits for its next message */
    bool sent;         /* the last request had all that proves it */
    bool stale;        /* a new nonce was taken already */
    bool unasked;      /* the credentials are those of an earlier request */
    bool digest_proved;
    const char *why;     /* for the reader: why it could not be begun */
    const char *without; /* and others before: "Negotiate: ..." */
    const char *admitted, *fell_back;
    /* Negotiate, NTLM */
    bool raw; /* without SPNEGO: mechs[0] alone */
    struct krb5_side krb5;
    struct ntlm_client ntlm;
    struct mech mechs[2];
    size_t n_mechs;
    struct spnego spnego;
    struct digest_use digest;
};

enum tunnel { TUNNEL_NONE, TUNNEL_ASKED, TUNNEL_OPEN };

struct browse {
    struct client *client;
    struct side sides[2];
    struct side *getting; /* whose ticket is being got; NULL: none */
    bool failed;          /* and could not be had: */
    int32_t code;
    enum finding finding;
    const char *spn;                /* of the ticket */
    const struct bytes *challenges; /* values of the fields of the 401 or 407 that is answered */
    size_t n_challenges;
    struct conn *sent_on; /* what the last request went over; NULL: a new connection */
    struct conn *conn;    /* what the last answer came over */
    const char *method, *typed_spn, *authority; /* "www.example.test:8080" */
    uint16_t port;
    const struct tls *tls; /* NULL: http */
    bool fresh;
    enum tunnel tunnel;
    struct http_message *http; /* the answer under way; in the turn's memory */
};

const struct browser_config *browse_config(const struct client *);
const struct party *browse_peer(const struct client *); /* the next request's */
bool browse_secure(const struct client *);              /* inside TLS? */
bool browse_through_proxy(const struct client *);
bool browse_meets(const struct client *, const struct side *);    /* does this side see it? */
const struct tls *browse_tls(struct arena *, const struct tls *); /* a copy of what is used of it */

/* connection.c */
struct kept_conn *browse_conn(struct client *); /* the next request's; NULL: a new one */
void browse_keep_conn(struct client *, struct conn *);
void browse_forget_conn(struct client *, const struct conn *);
bool browse_closes(const struct http_message *);

/* browse.c */
bool browse_send(struct client *, struct turn *);

/* answer.c */
/* Ends the task; why: after the status, or NULL. True. */
bool browse_refused(struct client *, struct turn *, enum finding, const char *why);
bool browse_refused_for(struct client *, struct turn *, enum finding, const char *why,
                        int32_t code);

/* ---- scheme.c: which one ------------------------------------------------------------------------
 */
const char *browse_scheme_name(unsigned scheme);
/* "Negotiate (Kerberos)", "NTLM". */
const char *browse_admitted(const struct side *);
/* Of what is challenged the strongest (or the first) that can be begun; then the next request is
 * sent, or a ticket asked for, or the task ends. */
bool browse_choose(struct client *, struct turn *, struct side *);
/* The scheme that side->why speaks of could not be begun. */
void browse_pass(struct client *, struct turn *, struct side *);
/* The challenges of this scheme; and the token of the first that brings one, empty for none. */
size_t browse_list(struct client *, struct turn *, unsigned scheme,
                   struct auth_value out[AUTH_VALUES_MAX]);
struct bytes browse_token(struct client *, struct turn *, unsigned scheme);
/* The credentials of a row: an implicit one's name is the logon's. */
struct bytes browse_user(const struct client *, const struct browser_credential *);
struct bytes browse_domain(const struct client *, const struct browser_credential *);
/* Which row is used for it; NULL: *why there is none. */
const struct browser_credential *browse_credential(const struct client *, const struct side *,
                                                   unsigned scheme, const char **why);

/* What beginning a scheme came to. */
enum begun {
    BEGUN,           /* side->value is for the next request */
    NOT_BEGUN,       /* side->why; another one may do */
    BEGIN_ELSEWHERE, /* somebody else is asked first */
    BEGIN_ENDED,     /* the task did */
    BEGIN_TROUBLE,   /* our fault */
};

/* ---- password.c: Basic and Digest ---------------------------------------------------------------
 */
enum begun browse_basic(struct client *, struct turn *, struct side *);
enum begun browse_digest(struct client *, struct turn *, struct side *);
/* side->value of what is kept of this place, where something is. False: our fault. */
bool browse_unasked(struct client *, struct turn *, struct side *);
void browse_keep_space(struct client *, struct side *);
void browse_forget_space(struct client *, const struct side *);
/* Was it the nonce's age alone, the password being right (RFC 7616 3.3)? Once in a task. */
bool browse_stale(struct client *, struct turn *, struct side *);
/* (Proxy-)Authentication-Info: does the server know the password too? False: the task ended. */
bool browse_digest_proof(struct client *, struct turn *, struct side *,
                         const struct http_message *);

/* ---- negotiate.c: Negotiate and NTLM ------------------------------------------------------------
 */
enum begun browse_ntlm(struct client *, struct turn *, struct side *);
/* Kerberos is tried first, where nothing speaks against it. */
enum begun browse_negotiate(struct client *, struct turn *, struct side *);
/* The first token of what there is, now that it is known whether there is a ticket. */
enum begun browse_mechanisms(struct client *, struct turn *, struct side *);
/* The next message. *more: there is something to send. False: the task ended, or our fault (*ok).
 */
bool browse_step(struct client *, struct turn *, struct side *, struct bytes in, bool *more,
                 bool *ok);
/* What the answer that admits brings to the end of the negotiation. False: as above. */
bool browse_last_token(struct client *, struct turn *, struct side *, bool *ok);
/* Without being asked: the ticket, or Basic. */
bool browse_preempt(struct client *, struct turn *);
/* Not Kerberos, for this reason: told, and kept for the result. */
void browse_fall_back(struct client *, struct turn *, struct side *, const char *why);

/* ---- kerberos.c: can it be had? -----------------------------------------------------------------
 */
const char *browse_spn(struct client *, const struct side *); /* in the client's arena */
/* The channel bindings' application data; empty: none are sent. */
struct bytes browse_bindings(const struct client *, const struct side *);
/* A ticket, from the cache or from KDCs; or why there can be none. */
enum begun browse_kerberos(struct client *, struct turn *, struct side *);
/* Sets up side->krb5 for its ticket. False: our fault. */
bool browse_krb5(struct client *, struct turn *, struct side *);

#endif
