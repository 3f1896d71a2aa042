/* What the client's files share. Nothing outside client/ includes this. */
#ifndef CLIENT_INSIDE_H
#define CLIENT_INSIDE_H

#include "client/client.h"
#include "context/fast.h"

/* A ticket with what its owner must know to use it. Everything in the client's arena. */
struct cred {
    struct cred *next; /* older */
    struct PrincipalName client, server;
    struct bytes crealm, srealm;
    struct key session;
    uint32_t flags;
    int64_t authtime, starttime, endtime, renew_till; /* microseconds; renew_till 0: none */
    struct HostAddresses caddr;                       /* n == 0: good from anywhere */
    struct bytes ticket;                              /* DER, as it came */
    bool armored;                                     /* got by FAST: use that again */
    bool user_to_user; /* sealed with the session key of second_ticket (RFC 4120 3.7) */
    struct bytes second_ticket;
};

/* What a task waits for: the rows of the table in client.c. */
enum awaiting {
    AWAIT_NOTHING,
    AWAIT_AS_REP,
    AWAIT_TGS_REP,
    AWAIT_PAGE,
    AWAIT_PASSWORD,
    AWAIT_DNS,
    AWAIT_BROWSED
};

/* Where a task was sent on to (RFC 6806 7, 8; RFC 4120 1.2). */
#define HOPS_MAX 10
struct trail {
    struct PrincipalName service; /* what is wanted in the end; task.sname is what is asked now, of
                                   * the KDC of task.srealm */
    struct bytes target;          /* its realm, where the user named one; n == 0: not known */
    struct bytes seen[HOPS_MAX];  /* realms whose KDCs were asked before */
    size_t n;
};

/* How the name of a host becomes that of its service; and the question that DNS was asked last. */
struct naming {
    const char *typed, *port; /* "www.example.test", ":8080" or ""; typed NULL: no host */
    const char *canonical, *address, *reverse; /* what DNS said; NULL: nothing */
    bool mapped; /* the realm is what is configured for the host, not what the user named */
    bool after_error, done; /* a second try; there is none after this */
    const char *asked;
    uint16_t id, type;
};

/* FAST (RFC 6113 5.4). */
struct fast {
    const struct ccache *file; /* a logon's armor; NULL: none */
    bool hide;                 /* hide-client-names */
    struct KrbFastArmor armor; /* the same in each round */
    struct key key;            /* of the armor; n == 0: without */
    struct key strengthen;     /* of the reply; n == 0: none */
    bool challenged;           /* the KDC owes a challenge of its own */
};

/* What the answer to an AP-REQ is checked against. */
struct ap_sent {
    struct key subkey;
    uint32_t seq_number;
    int64_t ctime;
    struct bytes request; /* DER; in the turn's memory */
};

struct browse;  /* browse.h: a BROWSE that is under way */
struct browser; /* and what is kept from one to the next */

struct task {
    enum client_task kind;
    enum awaiting awaiting;
    const struct party *peer; /* whose message is awaited */
    enum transport via;
    struct bytes request; /* as it was sent: sent again over TCP, and checked by enc-pa-rep */

    /* What was asked of the KDC and must come back. */
    struct PrincipalName cname, sname;
    struct bytes crealm, srealm;
    uint32_t options;
    int64_t from, till, rtime; /* from, rtime 0: not asked */
    uint32_t nonce;
    struct HostAddresses addresses; /* n == 0: none asked */
    bool user_to_user;
    struct bytes second_ticket; /* DER; n == 0: none */
    bool anonymous, anew;
    struct trail trail;
    struct naming naming;
    /* BROWSE, for typed credentials: cname and crealm are theirs, not the cache's; and the ticket-
     * granting ticket of theirs is being got. */
    bool as_other, logging_on;
    bool confirmed; /* the KDC saw the request as it was sent (RFC 6806 11) */

    /* The logon's secret, and the key made of it with what went into it. */
    struct bytes password;
    const struct keytab *keytab;
    struct key long_term, reply; /* reply: long_term, strengthened by FAST */
    struct bytes salt, params;
    uint32_t kvno;
    struct bytes new_password;
    struct PrincipalName target_name; /* PASSWORD: whose it is; no parts: one's own */
    struct bytes target_realm;
    bool timestamp_first;
    unsigned rounds; /* AS-REQs sent with a proof */
    struct fast fast;

    /* The TGS and AP exchanges. */
    const struct cred *cred;
    struct key subkey;
    int64_t ctime;
    uint32_t seq_number;
    struct ap_sent sent; /* GET */
    bool mutual;
    const struct party *service;
    const char *target, *host;
    struct browse *browse; /* BROWSE; NULL: another task */
};

/* Its ticket comes from the AS. */
static inline bool logs_on(const struct task *task)
{
    return task->kind == CLIENT_LOGON || task->kind == CLIENT_PASSWORD || task->logging_on;
}

/* It is for a service, which may be of another realm. */
static inline bool is_for_service(const struct task *task)
{
    return task->kind == CLIENT_TICKET || task->kind == CLIENT_GET || task->kind == CLIENT_PROXY ||
           task->kind == CLIENT_BROWSE;
}

/* Keys and numbers of an accepted AP exchange, for messages protected later (RFC 4121 4.2). */
struct security_context {
    struct key session, initiator, acceptor; /* n == 0: none */
    uint32_t send_seq, receive_seq;
};

struct client {
    struct arena *mem;
    struct client_config config;
    struct task task;
    struct client_outcome outcome;
    struct cred *creds;     /* newest first */
    const struct cred *got; /* by the task that is under way or was the last; NULL: none */
    bool known;             /* the next two are set: the principal the cache belongs to */
    struct PrincipalName cname;
    struct bytes crealm;
    struct security_context context;
    struct browser *browser;
};

/* ---- refusals (refuse.c): a fault row, a step of the same id, and what the user reads ---------
 */
enum finding {
    FIND_IGNORED,   /* not awaited: told, and nothing happens */
    FIND_MALFORMED, /* not the production it should be */
    FIND_ETYPE,
    FIND_SEALED, /* the reply does not open */
    FIND_NONCE,
    FIND_CLIENT,
    FIND_SERVER,
    FIND_ASKED,
    FIND_SKEW,
    FIND_TIMES,
    FIND_ADDRESSES,
    FIND_FLAGS,
    FIND_CONFIRMED,
    FIND_ERROR, /* a KRB-ERROR ended it */
    FIND_NO_METHOD,
    FIND_NO_KEY,
    FIND_WORK,
    FIND_ROUNDS,
    FIND_NAME,
    FIND_NO_TICKET,
    FIND_EXPIRED,
    FIND_INVALID,
    FIND_NO_KDC,
    FIND_LOOP,
    FIND_NO_SPN,
    FIND_SECOND,
    FIND_ARMOR,
    FIND_BARE,     /* not armored, though the request was */
    FIND_FAST,     /* armored, and not what it should be */
    FIND_FINISHED, /* the ticket is not the one the armor speaks of */
    FIND_KDC,      /* the KDC has not shown that it has the client's key */
    FIND_HTTP,
    FIND_STATUS,
    FIND_TOKEN,
    FIND_NO_PROOF,
    FIND_PROOF,
    FIND_RESULT,       /* of the password protocol: not changed */
    FIND_RESULT_PROOF, /* the result cannot be believed */
    FIND_SILENCE,      /* nobody answers */
    FIND_NO_SCHEME,    /* of authentication that both know and there are credentials for */
    FIND_CREDENTIALS,  /* taken by nobody */
    FIND_CONNECTION,   /* closed in the middle of what is bound to it */
    FIND_MECHANISM,    /* a token of the negotiation, or of NTLM, that cannot be taken */
    FIND_UNPROVED,     /* Digest's answer is not of one who has the password */
    FIND_REQUESTS,     /* the same again and again */
    FINDINGS
};
struct detail {
    const char *expected, *found; /* or NULL */
    int32_t code;                 /* 0: the finding's own */
};
/* Ends the task as refused. Always true: a refusal is an answer, not our fault. */
bool client_refuse(struct client *, struct turn *, enum finding, struct detail);
/* Tells that a packet was of no use here; the task goes on waiting. True. */
bool client_ignore(struct client *, struct turn *, const struct packet *, const char *why);
/* Ends the task as granted. */
bool client_grant(struct client *, const char *text);

/* "kinit: Clock skew too great while getting initial credentials": in words.c. With no words of its
 * own, the code's name. own: the client's finding, instead of the code's words; or NULL. In the
 * client's arena. */
const char *client_outcome_words(struct client *, int32_t code, const char *own);

/* ---- messages -------------------------------------------------------------------------------- */
/* Keeps the octets as the task's request, waits for the answer and sends. */
void client_send_request(struct client *, struct turn *, enum awaiting, const struct party *to,
                         struct bytes data);
uint32_t client_draw_nonce(struct turn *);
/* Decodes (the codec checks version and message type); refuses and returns false otherwise. */
bool client_read_reply(struct client *, struct turn *, const struct packet *,
                       const struct asn_type *, struct KDC_REP *out);
/* RFC 4120 3.1.5 and 3.3.4, in reply.c: every check of what was opened against what was asked and
 * against what stood in clear. False: refused. */
bool client_reply_check(struct client *, struct turn *, const struct KDC_REP *,
                        const struct EncKDCRepPart *);
/* Reads and tells a KRB-ERROR; refuses and returns false when it is none. */
bool client_read_error(struct client *, struct turn *, struct bytes data, struct KRB_ERROR *out);
/* Goes over to TCP when the error says so. */
bool client_too_big(struct client *, struct turn *, const struct KRB_ERROR *);
bool client_refuse_error(struct client *, struct turn *, const struct KRB_ERROR *);
/* "krbtgt/REALM", its parts in mem. */
struct PrincipalName client_tgs_name(struct arena *, struct bytes realm);
struct HostAddresses client_addresses_copy(struct arena *, const struct HostAddresses *);
bool client_etype_offered(const struct client *, int64_t etype);

/* A task of its arguments (task.c); everything in it in the client's arena. False: a name that
 * cannot be used. */
bool client_task_read(struct client *, const struct client_do_args *, int64_t now, struct task *);

/* The functions of the table. */
bool client_as_begin(struct client *, struct turn *);
/* The first request again, in another realm. */
bool client_as_again(struct client *, struct turn *);
bool client_as_reply(struct client *, const struct packet *, struct turn *);
bool client_as_error(struct client *, const struct packet *, struct turn *);
bool client_tgs_begin(struct client *, struct turn *);
/* Asks for task.sname with task.cred, or refuses where that ticket is of no use. */
bool client_tgs_ask(struct client *, struct turn *);
/* RENEW, VALIDATE, FORWARD, PROXY: another ticket made of one that is there (renew.c). */
bool client_renew_begin(struct client *, struct turn *);
bool client_tgs_reply(struct client *, const struct packet *, struct turn *);
bool client_tgs_error(struct client *, const struct packet *, struct turn *);
bool client_ap_begin(struct client *, struct turn *);
/* The GET itself, with task.cred. */
bool client_ap_send(struct client *, struct turn *);
bool client_ap_page(struct client *, const struct packet *, struct turn *);
/* An AP-REQ with this ticket; bindings: 16 octets, NULL for none. False: our fault. */
bool client_ap_token(struct client *, struct turn *, const struct cred *, bool mutual,
                     const uint8_t *bindings, struct ap_sent *);
/* The AP-REP to it, and the context that stands then. False: *why. */
bool client_ap_proof(struct client *, struct turn *, const struct cred *, const struct ap_sent *,
                     struct bytes der, struct security_context *, struct detail *why);
bool client_fits_head(const char *);
/* BROWSE (browse.c): what the table calls, and what it has of a task's arguments. */
bool client_browse_begin(struct client *, struct turn *);
bool client_browse_answer(struct client *, const struct packet *, struct turn *);
bool client_browse_ticket(struct client *, struct turn *);    /* task.cred is what was wanted */
bool client_browse_logged_on(struct client *, struct turn *); /* with typed credentials */
bool client_browse_after(struct client *, struct turn *); /* when the table's function is done */
struct browse *client_browse_new(struct client *, const struct client_do_args *);
struct browser *client_browser_new(struct arena *);
/* A ticket for Negotiate cannot be had: no end of the task. False: this is none such. */
bool client_browse_failed(struct client *, enum finding, int32_t code);
void client_browse_hash(struct client *, struct turn *); /* of the logon's password (P16) */
void client_browse_logon(struct client *, int32_t code); /* how a logon ended; 0: granted */
/* The change itself, with task.cred (kpasswd.c). */
bool client_kpasswd_send(struct client *, struct turn *);
bool client_kpasswd_reply(struct client *, const struct packet *, struct turn *);
bool client_kpasswd_error(struct client *, const struct packet *, struct turn *);

/* ---- other realms (referral.c) ----------------------------------------------------------------
 */
/* Whom to ask in that realm; refuses and returns NULL where nobody is known. */
const struct party *client_kdc_for(struct client *, struct turn *, struct bytes realm);
/* Begins the way: what is asked first, with which ticket-granting ticket. False: there is none. */
bool client_trail_begin(struct client *, struct turn *);
/* Is the name that came back the way on, rather than what was asked? */
bool client_is_referral(const struct client *, const struct PrincipalName *, struct bytes srealm);
/* On to the next KDC with the ticket-granting ticket just kept in task.cred. */
bool client_referral_follow(struct client *, struct turn *);
/* A KDC knows no way to the realm asked for: one that is nearer is tried. False: none is left. */
bool client_referral_nearer(struct client *, struct turn *, bool *ok);
/* The KDC says that another realm has the client (RFC 6806 7). */
bool client_as_referral(struct client *, struct turn *, struct bytes crealm);

/* ---- names by DNS (spn.c) ----------------------------------------------------------------------
 */
bool client_discover_begin(struct client *, struct turn *);
bool client_spn_begin(struct client *, struct turn *);
/* The KDC does not have the name: another one that DNS has. False: there is none. */
bool client_spn_fall_back(struct client *, struct turn *, bool *ok);
bool client_dns_answer(struct client *, const struct packet *, struct turn *);

/* ---- the long-term key (key.c) --------------------------------------------------------------- */
/* Makes task.long_term for this encryption type from the password or the keytab; what was made
 * already of the same salt and parameters is not made again. False: there is none. */
bool client_long_term_key(struct client *, struct turn *, int32_t etype, struct bytes salt,
                          struct bytes params);
/* Why there is none. True, as client_refuse. */
bool client_refuse_key(struct client *, struct turn *, int32_t etype, struct bytes params);
/* What a KDC says about the key: PA-ETYPE-INFO2, else PA-ETYPE-INFO, else PA-PW-SALT, else the
 * first type offered and the usual salt. etype 0: the first entry that was offered; else only that
 * one. False: the KDC names types, and none of them is on offer. */
struct key_hint {
    int32_t etype;
    struct bytes salt, params;
    bool told; /* the KDC said so */
};
bool client_key_hint(struct client *, struct turn *, const struct PA_DATA *, size_t n,
                     int32_t etype, struct key_hint *out);
void client_forget_secret(struct task *);

/* ---- pre-authentication: one row a mechanism ------------------------------------------------- */
struct preauth_row {
    int32_t type;
    bool armored; /* inside FAST, and nowhere else; or outside only */
    /* Makes the element for the next AS-REQ. False: refused. */
    bool (*answer)(struct client *, struct turn *, struct PA_DATA *out);
};
extern const struct preauth_row client_preauth_timestamp, client_preauth_challenge;

/* ---- the cache (cache.c) --------------------------------------------------------------------- */
/* Newest that serves; NULL: none. Name types are not compared; a realm without letters stands for
 * any. A ticket for user-to-user serves
 * only who names the same second ticket, and no other does then. */
const struct cred *client_cache_find(const struct client *, struct bytes srealm,
                                     const struct PrincipalName *server,
                                     struct bytes second_ticket);
/* A ticket-granting ticket for that realm's KDC, whoever made it. */
const struct cred *client_cache_tgt(const struct client *, struct bytes realm);
/* Copies into the client's arena. */
const struct cred *client_cache_keep(struct client *, const struct cred *);
/* The same for a ticket that a checked reply brought; tells it and its session key. One that was
 * asked for another host's use (FORWARD, PROXY) is kept apart. */
const struct cred *client_cache_keep_reply(struct client *, struct turn *, const struct KDC_REP *,
                                           const struct EncKDCRepPart *);

/* "session alice-krbtgt", "subkey alice-HTTP/www.example.test". In mem. */
const char *client_key_name(struct arena *, const char *what, const struct PrincipalName *client,
                            const struct PrincipalName *server, struct bytes realm);
/* "alice@EXAMPLE.TEST", fit for a terminal. In mem. */
const char *client_shown(struct arena *, const struct PrincipalName *, struct bytes realm);

#endif
