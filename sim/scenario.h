/* A scenario: a realm, parties, steps, what is changed on the way, and what should come of it; read
 * from YAML (docs/scenario.md). Errors name the offending key as file:line:col, with "did you
 * mean". Everything lives in the arena given. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "base/fault.h"
#include "base/packet.h"

struct scenario_account {
    const char *name;          /* "alice", "HTTP/www.example.test" */
    const char *password;      /* NULL: a random key */
    const char *salt;          /* NULL: realm and name (RFC 4120 4) */
    const char **spns;
    size_t n_spns;
    int32_t *etypes;           /* keys it has; default: the realm's */
    size_t n_etypes;
    uint32_t kvno;             /* default 1 */
    uint32_t flags;            /* enum account_flag */
    int64_t max_life, max_renew, expires;
    size_t line;
};

enum role { ROLE_CLIENT, ROLE_KDC, ROLE_SERVICE, ROLE_EAVESDROPPER };
struct scenario_party {
    const char *name;
    enum role role;
    const char *address;       /* "10.0.0.5" */
    int64_t clock;             /* microseconds ahead of the world's clock */
    const char *account;       /* client: who uses it; service: whose keytab it has */
    const char *spn;           /* service */
    int32_t *etypes;           /* client: offered, preferred first; default: the realm's */
    size_t n_etypes;
    enum transport via;        /* client: how it speaks to the KDC first */
    size_t line;
};

enum step_kind { DO_LOGON, DO_TICKET, DO_GET, DO_WAIT, DO_SET_CLOCK, DO_SAY };
struct scenario_step {
    enum step_kind kind;
    const char *party;
    const char *principal, *password; /* logon; default: the party's account, its password */
    bool with_keytab;
    uint32_t kdc_options;
    int64_t life, renew_life;
    bool timestamp_first;
    const char *spn;           /* ticket, get */
    const char *service;       /* get: the party */
    const char *target, *host;
    bool mutual;
    int64_t span;              /* wait: world time passes; clock: new offset */
    const char *say;           /* narration before the step */
    /* "document says / wire says": the seed's sentence and what the octets show */
    const char *document_says, *wire_says, *wire_spec;
    int32_t expect_error;      /* the refusal expected of this step; 0: granted */
    size_t line;
};

enum tamper_kind { TAMPER_DROP, TAMPER_REPLAY, TAMPER_DELAY, TAMPER_FLIP, TAMPER_SUBSTITUTE,
                   TAMPER_TRUNCATE };
struct scenario_tamper {
    enum tamper_kind kind;
    size_t packet;             /* number, from 1; or 0 and: */
    const char *message;       /* label of the first message to match: "AP-REQ" */
    size_t bit;                /* flip: bit number from the start (0 = high bit of octet 0) */
    const char *field;         /* flip, substitute: path of a field instead */
    int64_t span;              /* delay; replay: after so long */
    size_t at;                 /* truncate */
    struct bytes octets;       /* substitute */
    size_t line;
};

struct scenario {
    const char *name;          /* "kerberos-logon": the file's name without .yaml */
    const char *file;
    const char *title, *goal, *takeaway;
    const char **try_next;     /* what to try */
    size_t n_try_next;
    const char **covers;       /* ids of behaviours: "P28" */
    size_t n_covers;
    const char *realm;
    int32_t *etypes;           /* of the realm's policy, strongest first */
    size_t n_etypes;
    int64_t start;             /* world time at the beginning, microseconds since 1970 */
    uint64_t seed;
    int64_t skew, max_life, max_renew;
    size_t udp_limit;          /* largest reply by UDP; default 1465 octets? see docs */
    struct scenario_account *accounts;
    size_t n_accounts;
    struct scenario_party *parties;
    size_t n_parties;
    struct scenario_step *steps;
    size_t n_steps;
    struct scenario_tamper *tampers;
    size_t n_tampers;
};

/* False: *error is "file:line:col: what, what was expected" (several lines when there are several
 * problems). */
bool scenario_read(struct arena *, const char *file, struct bytes text, struct scenario *out,
                   char **error);

/* The built-in ones, in the order of the lessons (scenarios/ORDER). */
struct scenario_builtin {
    const char *name;
    struct bytes text;
};
const struct scenario_builtin *scenario_builtins(size_t *n);
/* A built-in by name, or a file by path (it contains '/' or ends in .yaml). */
bool scenario_load(struct arena *, const char *name_or_path, struct scenario *out, char **error);

#endif
