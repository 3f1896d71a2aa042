/* What the service's files share. Nothing outside service/ includes this. */
#ifndef SERVICE_INSIDE_H
#define SERVICE_INSIDE_H

#include "context/mech_krb5.h"
#include "context/spnego.h"
#include "service/service.h"
#include "wire/gss.h"
#include "wire/http.h"
#include "wire/http_auth.h"

#define SERVICE_CONNS    1024
#define SERVICE_HELD_MAX 16                /* requests that wait on one connection */
#define SERVICE_PATIENCE (10 * SECOND)     /* with the controller */
#define SERVICE_MEMORY   ((size_t)1 << 20) /* octets of an arena of a connection */

/* Keys and numbers of the last accepted AP exchange, for messages protected later (RFC 4121 4.2).
 */
struct security_context {
    struct key session, initiator, acceptor; /* n == 0: none */
    uint32_t send_seq, receive_seq, flags;   /* flags: GSS_* that hold for it */
};

struct visit;
struct mode;

/* A step of the tables in service.c. */
enum next {
    NEXT,    /* it passed */
    ANSWER,  /* it ends here: status and error say how */
    WAIT,    /* somebody else was asked; the request is kept until he answers */
    TROUBLE, /* our fault */
};

/* ---- connections (connections.c) ---------------------------------------------------------------
 */
struct held { /* a request that waits, in the connection's memory */
    struct held *next;
    struct packet packet;
};

/* What is known of a connection. It is remembered only once there is something to remember. */
struct connection {
    const struct conn *conn; /* NULL: a request on its own */
    uint64_t id;             /* 0: this place is free */
    uint64_t used;           /* when last, in requests */
    struct arena *mem;       /* of the proof under way or accepted; begun anew with each */
    struct arena *queue;     /* of the requests that wait */
    struct visit *visit;     /* of this turn */

    struct spnego *spnego;
    struct mech_krb5 *kerberos;
    struct ntlm_server *ntlm;
    const struct web_app *begun;       /* where they began: its protection is what is looked at */
    const struct access_token *proven; /* by a mechanism, before the negotiation ends */
    const struct access_token *token;  /* whose connection it is: NTLM's */
    const struct web_app *app;         /* where that was proven */

    bool waiting; /* the first that is held has asked */
    int64_t until;
    const struct logon_question *question; /* which it could not ask yet; NULL: it has */
    struct held *first, *last;
    size_t n_held;
};

/* RFC 7616 3.3: what is remembered of a nonce once it was used. */
struct nonce_use {
    uint64_t id; /* 0: free */
    int64_t made;
    uint32_t last; /* highest count */
    uint64_t seen; /* the 64 counts up to it */
};
#define NONCES 256

/* What differs between a server that asks (401) and a proxy (407, proxy.c). */
struct gate {
    const char *credentials, *challenge, *info; /* names of fields */
    int status;
    /* The request is admitted, v->token says as whom. NULL: the pipeline (web.h) makes the page. */
    enum next (*admit)(struct visit *, void *arg);
    void *arg;
};

struct service {
    struct arena *mem;
    struct service_config config;
    struct PrincipalName sname;
    struct security_context context;
    struct gate gate;
    struct connection *conns;
    const struct conn **keys;  /* of the place of the same number, or of who was there before */
    size_t max_conns, n_conns; /* of them the first n_conns were ever used */
    uint64_t ids, requests;
    struct netlogon_channel *channel; /* NULL: nobody to ask */
    size_t asked;                     /* questions on their way */

    bool has_nonce_key;
    uint8_t nonce_key[32];
    struct nonce_use *nonces; /* NULL: no application offers Digest */
    size_t next_nonce;
    int64_t forgotten; /* nonces that were made by then and are not known are stale */
};

/* NULL: nothing is known of it. */
struct connection *connection_find(struct service *, const struct conn *);
struct connection *connection_of_id(struct service *, uint64_t id);
/* Finds or begins the visit's. NULL: no memory. */
struct connection *connection_for(struct visit *);
/* The visit is the connection's for this turn. */
void connection_enter(struct connection *, struct visit *);
/* What was proven on it is forgotten, and its memory free for another proof. False: no memory. */
bool connection_begin(struct connection *, struct visit *);
/* The exchange is over, and its keys are gone. */
void connection_settle(struct connection *);
/* The exchange under way began where less is asked of the channel than here: it is given up, and
 * the request refused. */
bool connection_asks_more(struct visit *);
/* The memory of what waits. NULL: there is none. */
struct arena *connection_queue(struct connection *, struct visit *);
/* Keeps the packet behind those that wait. False: no memory, or too many. */
bool connection_hold(struct connection *, struct visit *, const struct packet *);
/* The first is done with. */
void connection_next(struct connection *);
void connection_forget(struct connection *);

/* ---- a request ---------------------------------------------------------------------------------
 */

/* One request on its way through the steps. Lives for the turn. */
struct visit {
    struct service *service;
    const struct packet *packet;
    struct turn *turn;
    struct connection *connection; /* NULL: nothing is known of it */

    struct http_message http;
    struct bytes octets; /* the token, decoded from base64 */
    struct gss_token token;
    struct AP_REQ req;
    struct ap_checked checked;
    struct key ticket_key;      /* with which the ticket opened */
    struct gss_checksum fields; /* of checksum 0x8003 */
    struct key acceptor;        /* own subkey; n == 0: none */
    uint32_t seq_number;        /* own */
    bool has_seq_number;
    struct bytes ap_rep; /* DER; empty: none was asked for */

    /* The web server's. */
    const struct web_app *app; /* NULL: a service without applications */
    struct bytes path;
    const struct mode *mode; /* NULL: the request proves nothing itself */
    struct auth_value credentials;
    const struct access_token *user;
    const char *asked; /* who holds the accounts that said so */
    bool anonymous;
    bool continues;   /* the 401 goes on with the scheme that was begun, and offers no other */
    bool stale;       /* RFC 7616 3.3 */
    bool offers;      /* the 401 says what would do */
    const char *info; /* Authentication-Info; NULL: none */
    bool has_page;    /* the pipeline has answered */
    int substatus;
    struct web_answer page;

    int status;          /* what the answer will be; 200 until a step says otherwise */
    int32_t error;       /* the KRB-ERROR that goes with a 401; 0: none */
    struct bytes answer; /* the token that goes with it; empty: none */
};

/* A way to prove who one is. */
struct mode {
    const char *name; /* the scheme's */
    unsigned scheme;  /* enum auth_scheme */
    /* The credentials are v->credentials. NEXT: v->user is known. */
    enum next (*begin)(struct visit *);
    /* Whom they asked has answered. NULL: they never ask. */
    enum next (*answered)(struct visit *, const struct logon_answer *);
    /* The fields' values that offer it. */
    size_t (*offer)(struct visit *, const char **out, size_t room);
};
const struct mode *service_modes(size_t *n); /* in the order in which they are offered */
#define OFFERS_MAX 12

/* keys.c: for ap_check; arg is the visit. */
int32_t service_find_key(void *arg, struct turn *, const struct Ticket *, struct key *out);

enum next service_http_request(struct visit *);
enum next service_http_authorization(struct visit *);
enum next service_negotiate_base64(struct visit *);
enum next service_negotiate_round(struct visit *); /* v->octets */
enum next service_ap_read(struct visit *);
enum next service_ap_ticket(struct visit *);
enum next service_ap_replay(struct visit *);
enum next service_ap_checksum(struct visit *);
enum next service_ap_binding(struct visit *);   /* binding.c */
enum next service_ap_delegated(struct visit *); /* delegated.c */
enum next service_ap_identity(struct visit *);  /* identity.c */
enum next service_ap_context(struct visit *);
enum next service_ap_answer(struct visit *);
/* The exchange from AP-REQ (v->token.inner) to AP-REP. */
enum next service_ap_exchange(struct visit *);
/* web.c: where there are applications. */
enum next service_application(struct visit *);
enum next service_scheme(struct visit *);
enum next service_proof(struct visit *);
enum next service_page(struct visit *);

/* negotiate.c, ntlm.c, basic.c, digest.c */
enum next negotiate_begin(struct visit *);
enum next negotiate_answered(struct visit *, const struct logon_answer *);
enum next ntlm_begin(struct visit *);
enum next ntlm_answered(struct visit *, const struct logon_answer *);
enum next basic_begin(struct visit *);
enum next basic_answered(struct visit *, const struct logon_answer *);
enum next digest_begin(struct visit *);
enum next digest_answered(struct visit *, const struct logon_answer *);
size_t basic_offer(struct visit *, const char **out, size_t room);
size_t digest_offer(struct visit *, const char **out, size_t room);
/* The base64 behind the scheme into v->octets. */
bool service_error(struct visit *, struct bytes *der); /* the KRB-ERROR of v->error */
enum next service_token(struct visit *);
/* Is there somebody to ask about an NTLM response? */
bool ntlm_can(const struct service *);
/* A server end in the connection's memory, for this request's application and channel. */
struct ntlm_server *ntlm_server_for(struct visit *);
/* A whole exchange of bare NTLM messages, of NTLM or within Negotiate. */
enum next ntlm_round(struct visit *);
/* The decision about the channel that the client's response is bound to. */
void ntlm_tell_binding(struct visit *);
/* It has ended well: the token, which becomes the connection's. */
enum next ntlm_identity(struct visit *, const struct logon_answer *);

/* digest_nonce.c */
const char *nonce_make(struct visit *, struct bytes realm);
enum nonce_standing { NONCE_GOOD, NONCE_OLD, NONCE_OTHER };
enum nonce_standing nonce_check(struct visit *, struct bytes nonce, struct bytes realm,
                                struct nonce_use *out);
/* The count was not used yet; it is from now on. */
bool nonce_count(struct service *, const struct nonce_use *, uint32_t count);

/* logon.c: asks the controller or the machine's own accounts, and goes on with the mode's
 * `answered` where the answer is there at once. */
enum next service_ask(struct visit *, const struct logon_question *);
/* NEXT when the answer is a yes; it is told in either case. */
enum next service_logon_status(struct visit *, const struct logon_answer *);
/* "domain\\user", "user@domain" or "user", which is then the default domain's. */
void service_account(struct visit *, struct bytes name, struct bytes default_domain,
                     struct bytes *user, struct bytes *domain);
bool service_controller(struct service *, const struct packet *, struct turn *);
/* The answer to the first request that waits, and those behind it. */
bool service_go_on(struct service *, struct connection *, struct turn *,
                   const struct logon_answer *);
/* service.c: a whole request, which may have to wait; and those that wait behind one that is done.
 */
bool service_serve(struct service *, struct connection *, const struct packet *, struct turn *);
/* The first that waited has been answered by somebody else: on to those behind it. */
bool service_finish(struct service *, struct connection *, struct turn *);
bool service_serve_held(struct service *, struct connection *, struct turn *);
/* turn_guarded for who takes memory of the service too: inside, service_escape has its end of
 * memory end the turn as the turn's own does; after it, it is as before. */
void service_escape(struct service *, struct turn *);
bool service_guarded(bool (*fn)(void *, const struct packet *, struct turn *), struct service *,
                     const struct packet *, struct turn *);
enum next service_run(struct visit *, enum next (*const *steps)(struct visit *), size_t n);
extern enum next (*const service_web_steps[])(struct visit *);
#define WEB_STEPS_TO_PROOF 3 /* what is read again when a request that waited goes on */

/* Extended protection, whatever the mechanism: may the client be bound so (16 octets, or empty)?
 * Told as a decision. */
bool service_binding_holds(struct visit *, struct bytes bound);
/* What was proven on this connection is the connection's from now on. */
void connection_prove(struct visit *, const struct access_token *);
/* Writes the answer that the visit came to. False: our fault. */
bool service_http_respond(struct visit *);

enum finding {
    FIND_HTTP,
    FIND_METHOD,
    FIND_BASE64,
    FIND_MECHANISM,
    FIND_TOKEN,
    FIND_AP_REQ,
    FIND_REFUSED,
    FIND_REPLAY,
    FIND_CHECKSUM,
    FIND_DELEGATED,
    FIND_APPLICATION,
    FIND_TLS,
    FIND_CERTIFICATE,
    FIND_CREDENTIALS,
    FIND_OFFERED,
    FIND_MAPPING,
    FIND_BUSY,
    FIND_BINDING,
    FIND_PAC,
    FIND_SPNEGO,
    FIND_NTLM,
    FIND_NTLM_ORDER,
    FIND_BASIC,
    FIND_DIGEST,
    FIND_NONCE,
    FIND_STALE,
    FIND_COUNT,
    FIND_LOGON,
    FINDINGS
};
/* Tells and raises it, and sets what is answered. Always ANSWER. */
enum next service_refuse(struct visit *, enum finding, int status, int32_t error,
                         const char *found);

/* "alice@EXAMPLE.TEST", fit for a page and a terminal. In the turn's arena. */
const char *service_client_name(struct visit *);

#endif
