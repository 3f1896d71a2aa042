/* What the files of the KDC share; nothing outside kdc/ includes this.
 *
 * An exchange is one request being answered. AS and TGS are tables of steps over it; one runner
 * (kdc/steps.c) walks them and narrates each. */
#ifndef KDC_INSIDE_H
#define KDC_INSIDE_H

#include "context/ap.h"
#include "kdc/etype.h"
#include "kdc/kdc.h"
#include "realm/standing.h"

#define KEYS_TOLD 64

struct kdc {
    struct kdc_config config;
    /* Long-term keys the narration has shown already. Live, nothing is told and this stays empty.
     */
    const struct account_key *told[KEYS_TOLD];
    size_t n_told;
};

/* What a step comes to: done, or an error code (all positive), or one of these. */
enum verdict {
    DONE = 0,
    NOTED = -1,  /* told without a decision */
    SILENT = -2, /* nothing to do here, nothing to tell */
    BROKEN = -3, /* our fault */
};

#define SAID_MAX 10

struct exchange {
    struct kdc *kdc;
    const struct packet *packet;
    struct turn *turn;
    const struct realm *realm;
    const struct realm_policy *policy;

    struct KDC_REQ req;
    const struct KDC_REQ_BODY *body;
    bool is_tgs;

    const struct PrincipalName *cname; /* who asks, once known: else NULL */
    struct bytes crealm;
    const struct account *client, *server; /* client: NULL in a TGS exchange for one unknown here */
    const struct account_key *client_key;  /* AS: what the reply will be sealed with */
    const struct account_key *server_key;  /* what the ticket will be sealed with */
    const struct PrincipalName *sname;     /* the ticket's, once decided */
    const struct trust *issuer;            /* TGS: whose KDC made the ticket brought; NULL: ours */
    const struct trust *referral;          /* TGS: where the client is sent to; NULL: nowhere */
    struct TransitedEncoding transited;    /* TGS: of the new ticket */
    bool path_checked;                     /* TGS: those realms are believed */
    struct key brought_key;                /* TGS: what opened the ticket brought */
    const char *ap_why; /* TGS: why the ticket brought is none for us; NULL: it is */
    struct key second;  /* user-to-user: the session key of the second TGT */
    const struct PrincipalName *second_owner; /* and its client; NULL: no such ticket is asked */
    int32_t session_etype;
    bool proven;           /* a pre-authentication mechanism has verified */
    struct bytes proof;    /* AS: the ciphertext that was opened for that */
    bool counted;          /* the ledger remembers this request */
    int64_t ctime;         /* the client's time, once known; else 0 */
    struct ap_checked tgt; /* TGS: what came with PA-TGS-REQ */
    struct armor *armor;   /* FAST (kdc/fast.h); NULL: without */

    struct EncTicketPart ticket; /* being made */
    struct Ticket sealed;
    struct key session, reply_key;
    uint32_t reply_kvno; /* 0: a session key */
    int32_t reply_usage;
    struct bytes reply; /* encoded */

    /* Of a refusal. */
    const char *e_text;
    struct bytes e_data;

    /* What the step under way says of itself. */
    struct arg said[SAID_MAX];
    size_t n_said;
};

struct step {
    const char *id;
    int32_t (*run)(struct exchange *);
    const char *spec;
};

/* ---- steps.c --------------------------------------------------------------------------------- */

/* DONE, an error code or BROKEN: where the list ended. */
int32_t run_steps(struct exchange *, const struct step *, size_t n);
/* Adds to what the step under way says. */
void say(struct exchange *, const struct arg *, size_t n);
#define SAY(x, ...)                                                                                \
    do {                                                                                           \
        if ((x)->turn->tell)                                                                       \
            say((x), TELL_ARGS(__VA_ARGS__) + 1,                                                   \
                sizeof(TELL_ARGS(__VA_ARGS__)) / sizeof(struct arg) - 1);                          \
    } while (0)
/* Sets the e-text of the refusal (a literal, 40 characters at most) and returns the code. */
int32_t refuse(struct exchange *, int32_t code, const char *e_text);

/* For the reader; only called when narrated. "krbtgt" for the TGS of the realm. */
const char *reader_name(struct exchange *, const struct PrincipalName *);
void tell_account_key(struct exchange *, const struct account *, const struct account_key *,
                      const char *cause);
/* The key that another realm shares with this one, for tickets that come in. */
void tell_trust_key(struct exchange *, const struct account_key *, const char *cause);
/* kind: "session" or "subkey". */
void tell_session_key(struct exchange *, const char *kind, const struct key *,
                      const struct PrincipalName *cname, const struct PrincipalName *sname,
                      const char *cause);

/* ---- the lists --------------------------------------------------------------------------------
 */

int32_t as_answer(struct exchange *);
int32_t tgs_answer(struct exchange *);

/* ---- account.c: whether the client's account may be used --------------------------------------
 */

/* DONE, or the error; told as a decision. For a step of the AS and of the TGS. */
int32_t client_standing(struct exchange *, const struct account *, enum way_in);

/* ---- kdc.c -------------------------------------------------------------------------------------
 */

/* Sends the reply again that these octets got before; false: they are new. */
bool answered_before(struct exchange *);
void send_reply(struct exchange *, struct bytes reply);

/* ---- kpasswd.c ---------------------------------------------------------------------------------
 */

bool kdc_kpasswd(struct kdc *, const struct packet *, struct turn *);

/* ---- server.c: which account a ticket is for, as both exchanges ask ----------------------------
 */

bool is_tgs_name(const struct exchange *, const struct PrincipalName *); /* krbtgt/OUR.REALM */
bool is_krbtgt(const struct PrincipalName *);                            /* krbtgt/ANY.REALM */
bool is_password_service(const struct PrincipalName *);                  /* kadmin/changepw */
/* For the reader: by which rule a lookup has found its account. */
const char *found_by(struct exchange *, const struct lookup *);
int32_t step_server(struct exchange *);
/* referral.c: nobody here has the name x->sname. Makes x->server and x->sname the ticket-granting
 * service of the next realm on the way to it; false: there is no way, or none was asked for. */
bool refer(struct exchange *);

/* ---- etype_step.c: the choices of etype.h, made and told ----------------------------------------
 */

bool etype_permitted(const struct exchange *, int64_t etype);
/* Session and ticket, told; and for the AS, the reply's. */
int32_t step_etype(struct exchange *);
/* Of the client's newest keys, those it asked for, in its order; returns how many (at most room).
 */
size_t client_keys(const struct exchange *, const struct account_key **out, size_t room);

/* ---- preauth*.c --------------------------------------------------------------------------------
 */

/* A mechanism: what it offers in METHOD-DATA, and how it verifies what the client sends. */
struct mechanism {
    int32_t type;
    const char *name;
    /* False: nothing to offer to this client. */
    bool (*offer)(struct exchange *, struct bytes *padata_value);
    /* 0: the client has proven its key; else the error. NULL: offers only. */
    int32_t (*verify)(struct exchange *, const struct PA_DATA *);
    enum { ANYWHERE, BARE, ARMORED } where; /* with FAST or without (RFC 6113 5.4.6) */
};
extern const struct mechanism etype_info2, etype_info, encrypted_timestamp;

/* "PA-ETYPE-INFO2, PA-FX-COOKIE"; only called when narrated. */
const char *padata_names(struct exchange *, const struct PA_DATA *, size_t n);
const struct PA_DATA *find_padata(const struct KDC_REQ *, int32_t type);
int32_t step_preauth(struct exchange *);

/* ---- ticket.c ----------------------------------------------------------------------------------
 */

int64_t later(int64_t when, int64_t life); /* the sum, at most NEVER */
int64_t sooner(int64_t, int64_t);
int64_t asked_till(int64_t); /* 1970-01-01: as late as can be */
/* The shortest of these, where 0 sets no bound. */
int64_t shortest(int64_t realm, int64_t client, int64_t server);
int32_t step_session_key(struct exchange *);
/* Completes x->ticket and seals it into x->sealed: for x->server, or with x->second. */
int32_t step_ticket(struct exchange *);
/* The EncKDCRepPart that repeats x->ticket to the client. */
struct EncKDCRepPart reply_part(struct exchange *);
/* Puts x->sealed into the reply, seals the part with x->reply_key and encodes all into x->reply. */
int32_t encode_reply(struct exchange *, struct KDC_REP *, const struct EncKDCRepPart *);
/* What the refused options of both exchanges are called, or NULL. */
const char *option_refused(uint32_t options);

/* ---- errors.c ----------------------------------------------------------------------------------
 */

enum kdc_fault { NOT_A_REQUEST, NOT_WHOLE, NOT_A_CHANGE, KDC_FAULTS };
extern const struct fault_row kdc_faults[KDC_FAULTS];

/* The KRB-ERROR that ends the exchange with this code. */
struct bytes error_reply(struct exchange *, int32_t code);
/* The error for what a reader found wrong first; pvno: the one for another version. */
int32_t decode_error(const struct faults *, int32_t pvno);
/* Hands faults of a private sink on to the turn's. */
void pass_faults(struct turn *, const struct faults *);

#endif
