/* What an engine tells while it works: steps, keys, decisions. A step is an id and typed
 * arguments; the sentence a student reads comes from the catalogue (trace/catalogue), by id. With
 * no story in the turn (turn->tell == NULL) nothing of this is built.
 *
 * Ids are lower case, engine first: "kdc.as.client", "client.rep.nonce", "service.ap.skew". */
#ifndef BASE_STORY_H
#define BASE_STORY_H

#include "base/bytes.h"

enum arg_kind {
    ARG_TEXT,     /* .text: octets to be shown as text (escaped by whoever shows them) */
    ARG_INT,      /* .number */
    ARG_TIME,     /* .number: microseconds since 1970-01-01 UTC */
    ARG_SPAN,     /* .number: a length of time in microseconds */
    ARG_ETYPE,    /* .number: an encryption type; shown with its name */
    ARG_ERROR,    /* .number: a Kerberos error code; shown with its name */
    ARG_USAGE,    /* .number: a key usage */
    ARG_FLAGS,    /* .number: ticket flags, RFC 4120 bit 0 = 0x80000000 */
    ARG_BYTES,    /* .text: octets to be shown in hexadecimal */
    ARG_NTSTATUS, /* .number: an NTSTATUS (MS-ERREF 2.3); shown with its name */
    ARG_SID,      /* .text: a SID as text; shown with its name where it is well known */
};

struct arg {
    const char *name;
    enum arg_kind kind;
    int64_t number;
    struct bytes text;
};

#define A_TEXT(name, bytes)      ((struct arg){(name), ARG_TEXT, 0, (bytes)})
#define A_STR(name, s)           ((struct arg){(name), ARG_TEXT, 0, bytes_str(s)})
#define A_INT(name, number)      ((struct arg){(name), ARG_INT, (number), {0}})
#define A_TIME(name, number)     ((struct arg){(name), ARG_TIME, (number), {0}})
#define A_SPAN(name, number)     ((struct arg){(name), ARG_SPAN, (number), {0}})
#define A_ETYPE(name, number)    ((struct arg){(name), ARG_ETYPE, (number), {0}})
#define A_ERROR(name, number)    ((struct arg){(name), ARG_ERROR, (number), {0}})
#define A_USAGE(name, number)    ((struct arg){(name), ARG_USAGE, (number), {0}})
#define A_FLAGS(name, number)    ((struct arg){(name), ARG_FLAGS, (number), {0}})
#define A_NTSTATUS(name, number) ((struct arg){(name), ARG_NTSTATUS, (number), {0}})
#define A_SID(name, s)           ((struct arg){(name), ARG_SID, 0, bytes_str(s)})
#define A_BYTES(name, bytes)     ((struct arg){(name), ARG_BYTES, 0, (bytes)})

enum outcome {
    STEP_DONE,    /* the check passed, the thing was made */
    STEP_REFUSED, /* this is where it ended; the last argument list says why */
    STEP_NOTED,   /* nothing was decided here, but the reader should know */
};

/* A key a party came to hold. `holder` is the party's name. `name` is the reader's name for the
 * key: "K/alice", "K/krbtgt", "session alice-krbtgt"; the same key has the same name with every
 * holder (the trace tells keys apart by etype and value). */
/* Keys that are of no encryption type of Kerberos. */
#define ETYPE_NTLM     (-1001) /* NTLM: 16 octets; a stored NT hash is told as rc4-hmac's key, 23 */
#define ETYPE_NETLOGON (-1002) /* session key of a netlogon secure channel, 16 octets */
struct key_told {
    const char *holder;
    const char *name;
    int32_t etype;
    int32_t kvno;       /* 0: none */
    struct bytes value; /* copied by the story */
    const char *cause;  /* step id: "client.as.string-to-key", "client.rep.open" */
};

/* A decision: named inputs, a rule, an outcome. The same decision with the same inputs has the same
 * outcome; tessera looks for the smallest change of an input that flips it. Values are texts as the
 * reader sees them; `subject` says whose they are ("alice", "HTTP/www.example.test", "realm"; in a
 * world of several realms "realm FAR.TEST" for those behind the first), so
 * that the input can be found in the scenario and changed. */
struct decision_input {
    const char *name;    /* "client-etypes": unique in the decision */
    const char *subject; /* party, account or "realm" */
    const char *value;   /* "18 17" */
};
struct decision_told {
    const char *id;      /* "kdc.etype.session" */
    const char *rule;    /* one sentence: how the inputs make the outcome */
    const char *outcome; /* "18 aes256-cts-hmac-sha1-96", "KDC_ERR_ETYPE_NOSUPP" */
    const char *spec;    /* "RFC 4120 3.1.3" */
    const struct decision_input *inputs;
    size_t n;
};

struct story {
    void (*step)(struct story *, const char *id, enum outcome, const struct arg *, size_t n);
    void (*key)(struct story *, const struct key_told *);
    void (*decision)(struct story *, const struct decision_told *); /* NULL: not kept */
};

/* tell(turn, STEP_DONE, "kdc.as.client", A_TEXT("cname", name), A_INT("kvno", 2)) */
#define TELL_ARGS(...) ((struct arg[]){{0}, ##__VA_ARGS__})
#define tell(turn, outcome, id, ...)                                                               \
    do {                                                                                           \
        if ((turn)->tell)                                                                          \
            (turn)->tell->step((turn)->tell, (id), (outcome), TELL_ARGS(__VA_ARGS__) + 1,          \
                               sizeof(TELL_ARGS(__VA_ARGS__)) / sizeof(struct arg) - 1);           \
    } while (0)
/* Build the inputs only when told(turn). */
#define told(turn) ((turn)->tell != NULL)
#define tell_decision(turn, ...)                                                                   \
    do {                                                                                           \
        if ((turn)->tell && (turn)->tell->decision)                                                \
            (turn)->tell->decision((turn)->tell, &(struct decision_told){__VA_ARGS__});            \
    } while (0)
#define tell_key(turn, ...)                                                                        \
    do {                                                                                           \
        if ((turn)->tell)                                                                          \
            (turn)->tell->key((turn)->tell, &(struct key_told){__VA_ARGS__});                      \
    } while (0)

#endif
