/* What the service's files share. Nothing outside service/ includes this. */
#ifndef SERVICE_INSIDE_H
#define SERVICE_INSIDE_H

#include "service/service.h"
#include "wire/gss.h"
#include "wire/http.h"

/* Keys and numbers of the last accepted AP exchange, for messages protected later (RFC 4121 4.2).
 */
struct security_context {
    struct key session, initiator, acceptor; /* n == 0: none */
    uint32_t send_seq, receive_seq, flags;   /* flags: GSS_* that hold for it */
};

struct service {
    struct arena *mem;
    struct service_config config;
    struct PrincipalName sname;
    struct security_context context;
};

/* One request on its way through the steps. Lives for the turn. */
struct visit {
    struct service *service;
    const struct packet *packet;
    struct turn *turn;

    struct http_message http;
    struct bytes octets; /* the token, decoded from base64 */
    struct gss_token token;
    struct AP_REQ req;
    struct ap_checked checked;
    struct gss_checksum fields; /* of checksum 0x8003 */
    struct key acceptor;        /* own subkey; n == 0: none */
    uint32_t seq_number;        /* own */
    bool has_seq_number;

    int status;          /* what the answer will be; 200 until a step says otherwise */
    int32_t error;       /* the KRB-ERROR that goes with a 401; 0: none */
    struct bytes answer; /* the token that goes with it; empty: none */
};

/* A step of the table in service.c. */
enum next {
    NEXT,    /* it passed */
    ANSWER,  /* it ends here: status and error say how */
    TROUBLE, /* our fault */
};

/* keys.c: for ap_check; arg is the visit. */
int32_t service_find_key(void *arg, struct turn *, const struct Ticket *, struct key *out);

enum next service_http_request(struct visit *);
enum next service_http_authorization(struct visit *);
enum next service_negotiate_base64(struct visit *);
enum next service_negotiate_mechanism(struct visit *);
enum next service_ap_read(struct visit *);
enum next service_ap_ticket(struct visit *);
enum next service_ap_replay(struct visit *);
enum next service_ap_checksum(struct visit *);
enum next service_ap_delegated(struct visit *); /* delegated.c */
enum next service_ap_context(struct visit *);
enum next service_ap_answer(struct visit *);
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
    FINDINGS
};
/* Tells and raises it, and sets what is answered. Always ANSWER. */
enum next service_refuse(struct visit *, enum finding, int status, int32_t error,
                         const char *found);

/* "alice@EXAMPLE.TEST", fit for a page and a terminal. In the turn's arena. */
const char *service_client_name(struct visit *);

#endif
