/* A scenario: a realm, parties, steps, what is changed on the way, and what should come of it; read
 * from YAML (docs/scenario.md). Everything lives in the arena given. Times are microseconds since
 * 1970-01-01 UTC, lengths of time microseconds, sizes octets. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "base/fault.h"
#include "base/packet.h"

struct scenario_account {
    const char *name;     /* "alice", "HTTP/www.example.test" */
    const char *password; /* NULL: a random key */
    const char *salt;     /* NULL: realm and name (RFC 4120 4) */
    const char **spns;    /* other names it answers to as a service */
    size_t n_spns;
    int32_t *etypes; /* of its keys; default: the realm's */
    size_t n_etypes;
    uint32_t kvno;               /* default 1 */
    uint32_t flags;              /* enum account_flag, realm/realm.h */
    int64_t max_life, max_renew; /* 0: the realm's */
    int64_t expires;             /* 0: never */
    size_t line;                 /* in the file, from 1 */
};

enum role { ROLE_CLIENT, ROLE_KDC, ROLE_SERVICE, ROLE_EAVESDROPPER };

struct scenario_party {
    const char *name;
    enum role role;
    const char *address; /* "10.0.0.10": given out in order where the file has none */
    int64_t clock;       /* ahead of the world's clock */
    const char *account; /* client: who uses it; service: whose keys its keytab has (default: the
                          * account that serves its spn); NULL: none */
    const char *spn;     /* service */
    int32_t *etypes;     /* client: offered, preferred first; default: the realm's */
    size_t n_etypes;
    enum transport via;   /* client: how it speaks to the KDC first */
    bool acceptor_subkey; /* service: a subkey of its own in the AP-REP */
    size_t line;
};

/* "Document says / wire says", beside the first message of that label in the step. */
struct scenario_note {
    const char *message;  /* "AS-REQ": see scenario_message_is */
    const char *document; /* a short quotation; NULL: the document is silent */
    const char *wire;     /* what the octets show */
    const char *spec;     /* "RFC 4120 3.1.1" */
    const char *ids;      /* "E5"; NULL: none */
    size_t line;
};

enum step_kind { DO_LOGON, DO_TICKET, DO_GET, DO_WAIT, DO_CLOCK, DO_SAY };

struct scenario_step {
    enum step_kind kind;
    const char *say;   /* narration before the step; NULL: none */
    const char *party; /* NULL in say and wait */
    /* logon */
    const char *principal, *password; /* default: the party's account, its password */
    bool with_keytab;                 /* the account's keys instead of its password */
    const char *keytab_salt;          /* with_keytab: made from the account's password with this
                                       * salt; NULL: the account's own keys */
    bool timestamp_first;             /* PA-ENC-TIMESTAMP in the first AS-REQ */
    uint32_t kdc_options;
    int64_t life, renew_life; /* 0: the client's usual */
    /* ticket, get */
    const char *spn;
    const char *service;       /* get: the party */
    const char *target, *host; /* get: "/", "www.example.test" */
    bool mutual;               /* get: ask for an AP-REP; default true */
    int64_t span;              /* wait: world time that passes */
    int64_t clock;             /* clock: how far ahead the party's clock now is */
    int32_t expect;            /* the error expected of this step; 0: granted; see below */
    struct scenario_note *notes;
    size_t n_notes;
    size_t line;
};
#define EXPECT_NO_ANSWER (-1) /* nobody answers: the client gives up */

enum tamper_kind {
    TAMPER_DROP,
    TAMPER_REPLAY,
    TAMPER_DELAY,
    TAMPER_FLIP,
    TAMPER_SUBSTITUTE,
    TAMPER_TRUNCATE
};

/* One change on the way. It strikes once, at the packet of that number or at the nth message of
 * that label. */
struct scenario_tamper {
    enum tamper_kind kind;
    size_t packet;       /* number in the trace, from 1; 0: by message */
    const char *message; /* "AP-REQ" */
    size_t nth;          /* of that label; default 1 */
    const char *field;   /* flip, substitute: path of a field; NULL: the whole message */
    size_t bit;          /* flip: from the start of it, 0 = high bit of its first octet */
    int64_t span;        /* delay: so long; replay: so long after */
    size_t at;           /* truncate: octets kept; substitute: offset of the first octet changed */
    struct bytes octets; /* substitute: what stands there instead, octet for octet */
    size_t line;
};

struct scenario {
    const char *name; /* "kerberos-logon": the file's name without .yaml */
    const char *file;
    const char *title, *goal, *takeaway;
    const char **try_next; /* what to try next, in the order of the file */
    size_t n_try_next;
    const char **covers; /* ids of behaviours: "P28" */
    size_t n_covers;
    const char *realm;
    int32_t *etypes; /* of the realm's policy, strongest first */
    size_t n_etypes;
    int64_t start; /* world time at the beginning */
    uint64_t seed;
    int64_t skew, max_life, max_renew;
    size_t udp_limit; /* largest reply of the KDC by UDP; default 1465 */
    struct scenario_account *accounts;
    size_t n_accounts;
    struct scenario_party *parties;
    size_t n_parties;
    struct scenario_step *steps;
    size_t n_steps;
    struct scenario_tamper *tampers;
    size_t n_tampers;
};

#define SCENARIO_MAX (256 * 1024) /* octets of the longest file */

/* Reads and checks the text of a file. False: *error has a line for each problem, sorted, in the
 * form "file:line:col: what is wrong"; no newline at its end. */
bool scenario_read(struct arena *, const char *file, struct bytes text, struct scenario *out,
                   char **error);

/* NULL: none such. The account that serves an SPN has it among its spns or as its own name. */
const struct scenario_account *scenario_account(const struct scenario *, const char *name);
const struct scenario_account *scenario_serves(const struct scenario *, const char *spn);
const struct scenario_party *scenario_party(const struct scenario *, const char *name);

/* Is a message with this label (message_label, trace/dissect.h) what a scenario calls `wanted`? Its
 * words stand in the label, in order and side by side: "AP-REQ" is in "HTTP GET / + AP-REQ". */
bool scenario_message_is(const char *label, const char *wanted);

/* The built-in ones, in the order of the lessons (scenarios/ORDER). */
struct scenario_builtin {
    const char *name;
    struct bytes text;
};
const struct scenario_builtin *scenario_builtins(size_t *n);
/* A built-in by name, or a file by path (it contains '/' or ends in .yaml). False: *error as
 * scenario_read's, or one line without a place: no such scenario, file not readable. */
bool scenario_load(struct arena *, const char *name_or_path, struct scenario *out, char **error);

#endif
