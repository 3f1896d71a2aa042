/* A scenario: a realm, parties, steps, what is changed on the way, and what should come of it; read
 * from YAML (docs/scenario.md). Everything lives in the arena given. Times are microseconds since
 * 1970-01-01 UTC, lengths of time microseconds, sizes octets. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "base/fault.h"
#include "base/packet.h"
#include "sim/scenario_web.h"

#define REALM_DEFAULT_SUPPORTED 1
#define REALM_LM_LEVEL          2
enum may { MAY_NOT = 1, MAY };
enum name_rule { RULE_EXACT = 1, RULE_WINDOWS }; /* RFC 4120 6.2; MS-KILE 3.3.5.1.1 */

/* A named group of a domain. */
struct scenario_group {
    const char *name;
    uint32_t rid;
    size_t line;
};

struct scenario_realm {
    const char *name;
    int32_t *etypes; /* permitted, strongest first */
    size_t n_etypes;
    int64_t skew, max_life, max_renew;
    size_t udp_limit;   /* largest reply of the KDC by UDP; default 1465 */
    uint32_t name_rule; /* enum name_rule; 0: the preset's, else exactly */
    const char *preset; /* a policy of realm/presets.h by name; NULL: none */
    uint32_t attempts;  /* wrong passwords before an account is closed; 0: not counted */
    int64_t attempt_window;
    bool duplicates;         /* an SPN may stand on two accounts */
    size_t password_min;     /* characters of a new password */
    size_t password_history; /* as in realm/realm.h */
    uint32_t
        default_supported;  /* DefaultDomainSupportedEncTypes, where `given`; else the preset's */
    uint32_t weak_sessions; /* enum may; 0: the preset's, and where etypes name a weak one */
    bool tickets_as_asked;  /* KdcUseRequestedEtypesForTickets */
    const char *sid;        /* the domain's, "S-1-5-21-1-2-3"; NULL: none, so no PAC, no netlogon */
    const char *netbios;    /* NULL: the name up to its first dot */
    struct scenario_group *groups;
    size_t n_groups;
    uint32_t lm_level; /* LMCompatibilityLevel of its controllers, where `given`; else 3 */
    bool ntlm_blocked; /* its controllers refuse NTLM */
    bool no_pac;
    bool local;     /* a machine's own accounts: no KDC answers for it */
    uint32_t given; /* REALM_... */
    size_t line;
};

/* A key that two realms share. Clients of `from` are served in `to`: the KDC of `from` seals
 * tickets for krbtgt/TO with it, the KDC of `to` opens them (RFC 4120 1.2). With `next` there is
 * no key: it says by which realm clients of `from` come to `to`. */
struct scenario_trust {
    const char *from, *to;
    const char *password;  /* the key is made of it; NULL: a random one */
    bool both;             /* and clients of `to` in `from`, by a key of its own */
    bool transitive;       /* so are clients of the realms behind `from` */
    const char **suffixes; /* DNS suffixes of the hosts in `to` */
    size_t n_suffixes;
    const char *next;
    int32_t *etypes; /* of the key; default: the realm's (of `from`) */
    size_t n_etypes;
    /* "18 1 HEX SALT-HEX": what opens tickets of the other realm here, as it is; the way out has
     * its own among the accounts */
    const char **keys;
    size_t n_keys;
    size_t line;
};

#define SCENARIO_HOURS 21 /* octets: a bit an hour of the week (MS-SAMR 2.2.6.5) */

struct scenario_account {
    const char *name;     /* "alice", "HTTP/www.example.test" */
    const char *realm;    /* default: the first */
    const char *password; /* NULL: a random key */
    /* What it had before, latest first: keys of kvno - 1, kvno - 2 ... NULL: a random key. */
    const char **old_passwords;
    size_t n_old_passwords;
    const char *salt;  /* NULL: realm and name (RFC 4120 4); a computer's: MS-KILE 3.1.1.2 */
    const char **spns; /* other names it answers to as a service */
    size_t n_spns;
    int32_t *etypes; /* of its keys; default: the realm's */
    size_t n_etypes;
    uint32_t kvno;               /* default 1 */
    uint32_t flags;              /* enum account_flag, realm/realm.h */
    int64_t max_life, max_renew; /* 0: the realm's */
    int64_t expires;             /* 0: never */
    int64_t password_expires;    /* 0: never */
    const uint8_t *logon_hours;  /* SCENARIO_HOURS octets; NULL: always */
    uint32_t supported_etypes;   /* msDS-SupportedEncryptionTypes; 0: nothing is said */
    const char *upn;             /* NULL: none */
    const char **keys;           /* "18 3 HEX SALT-HEX": as they are, instead of being made */
    size_t n_keys;
    /* what Windows' logon adds, of a realm with a SID */
    uint32_t rid;        /* 0: the realm has no SID; else the next one (scenario_complete) */
    const char **groups; /* of its realm, by name, or a RID in digits */
    size_t n_groups;
    const char *full_name;     /* NULL: none */
    const char **workstations; /* from where it may log on; none: anywhere */
    size_t n_workstations;
    /* what is kept of a password that the file does not have: as export writes it */
    const char *nt_hash, *wdigest, *stored_password;
    const char *certificate; /* one-to-one mapping: SHA-256 in hexadecimal; NULL: none */
    /* not of the file, but of what changes in a run (sim/changes.h): */
    const char *key_name;   /* under which its random keys were drawn; NULL: its name */
    const char **old_salts; /* of old_passwords; NULL: the salt it has */
    size_t line;            /* in the file, from 1 */
};

enum role { ROLE_CLIENT, ROLE_KDC, ROLE_SERVICE, ROLE_EAVESDROPPER, ROLE_DNS, ROLE_PROXY };

/* What a name server knows. */
struct scenario_host {
    const char *name;     /* "www.example.test", "_kerberos._udp.example.test" */
    const char *address;  /* A */
    const char *alias_of; /* CNAME */
    const char *ptr;      /* the name that `address` points back to; NULL: `name` */
    const char *srv;      /* SRV: a host, or host:port (88) */
    size_t line;
};

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
    enum transport via;      /* client: how it speaks to the KDC first */
    bool acceptor_subkey;    /* service: a subkey of its own in the AP-REP */
    const char *realm;       /* kdc: the one it serves; client: its default; service: whose keys;
                              * default: the first */
    uint32_t names;          /* client: enum name_policy, client/client.h */
    bool ledger;             /* eavesdropper: what it has by now is told */
    bool discover;           /* client: asks the name server for the KDC */
    size_t port;             /* service: 80 */
    uint32_t kvno_policy;    /* service: enum kvno_policy, service/service.h */
    uint32_t windows_errors; /* service: 1: a ticket that does not open is error 41 */
    const char *u2u;         /* service: the client party whose logon it uses (RFC 4120 3.7) */
    bool compare_addresses;  /* service: those of a ticket with the peer's; true */
    struct scenario_host *hosts; /* dns */
    size_t n_hosts;
    struct scenario_browser browser; /* client */
    struct scenario_server server;   /* service */
    struct scenario_proxy proxy;     /* proxy */
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

enum step_kind {
    DO_LOGON,
    DO_TICKET,
    DO_GET,
    DO_RENEW,
    DO_VALIDATE,
    DO_FORWARD,
    DO_PROXY,
    DO_PASSWORD,
    DO_BROWSE, /* the last that a client does */
    DO_CHANGE,
    DO_REALM,
    DO_WAIT,
    DO_CLOCK,
    DO_SAY
};

/* What an administrator does with a service's keytab: nothing, all keys anew, new ones beside
 * those it has. */
enum keytab_change { KEYTAB_AS_IT_IS, KEYTAB_REFRESH, KEYTAB_ADD };

/* change-account: what is changed. What the file leaves out stays; `given` says what it has. */
enum change_given {
    GIVEN_FLAGS = 1,
    GIVEN_ETYPES = 2,
    GIVEN_SUPPORTED = 4,
    GIVEN_EXPIRES = 8,
    GIVEN_PASSWORD_EXPIRES = 16,
    GIVEN_HOURS = 32,
};
struct scenario_change {
    uint32_t given;
    bool rotate; /* a new random key, kvno one higher */
    bool forget; /* the keys before are gone at once */
    bool remove; /* the account */
    const char *rename;
    const char **add_spns, **remove_spns;
    size_t n_add_spns, n_remove_spns;
    uint32_t flags;
    int32_t *etypes;
    size_t n_etypes;
    uint32_t supported_etypes;
    int64_t expires, password_expires;
    const uint8_t *logon_hours;
    uint32_t keytab; /* enum keytab_change: of every service that runs under the account */
};

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
    int32_t name_type;        /* of principal or spn; 0: the usual one */
    const char *in_tkt;       /* a ticket for this instead of a TGT */
    int64_t postdate;         /* it starts so much later */
    const char **addresses;   /* logon, forward, proxy: IPv4 */
    size_t n_addresses;
    bool anonymous;
    const char *armor; /* the party whose TGT armors the request (RFC 6113 5.4.1) */
    bool hide_client;  /* with armor: no name in clear */
    /* ticket, get, renew, proxy */
    const char *spn;
    const char *u2u;     /* ticket, get: the party whose TGT is the second ticket (RFC 4120 3.7) */
    bool anew;           /* ticket: ask even if there is one */
    const char *service; /* get: the party */
    const char *url;     /* get, browse: host, port and target in one; the SPN is then made by the
                          * client's policy of names */
    const char *target, *host; /* get, browse: "/", "www.example.test" */
    size_t url_port;           /* browse: of the URL; 0: the usual one */
    bool tls;                  /* browse: the URL is https */
    bool fresh;                /* browse: on a new connection */
    const char *method;        /* browse; NULL: GET */
    bool mutual;               /* get: ask for an AP-REP; default true */
    /* change-password, change-account */
    const char *account, *new_password;
    struct scenario_change change;
    const char *realm, *preset; /* change-realm: the first, where none is named */
    int64_t span;               /* wait: world time that passes */
    int64_t clock;              /* clock: how far ahead the party's clock now is */
    int32_t expect;             /* the error expected of this step; 0: granted; see below */
    struct scenario_note *notes;
    size_t n_notes;
    size_t line;
};
#define EXPECT_NO_ANSWER (-1)      /* nobody answers: the client gives up */
#define EXPECT_ANYTHING  INT32_MIN /* a cell of a matrix: it is run to see what comes */
#define EXPECT_HTTP      100000    /* and the status: what a browser ends with; granted: 200 */

enum tamper_kind {
    TAMPER_DROP,
    TAMPER_REPLAY,
    TAMPER_DELAY,
    TAMPER_FLIP,
    TAMPER_SUBSTITUTE,
    TAMPER_TRUNCATE,
    TAMPER_STRIKE_MECH
};

enum mech_name { STRIKE_KERBEROS, STRIKE_NTLM };

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
    uint32_t mech;       /* strike-mech: enum mech_name */
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
    struct scenario_realm realm;   /* the first, which is meant where none is named */
    struct scenario_realm *others; /* further ones */
    size_t n_others;
    struct scenario_trust *trusts;
    size_t n_trusts;
    int64_t start; /* world time at the beginning */
    uint64_t seed;
    struct scenario_account *accounts;
    size_t n_accounts;
    struct scenario_party *parties;
    size_t n_parties;
    struct scenario_step *steps;
    size_t n_steps;
    struct scenario_tamper *tampers;
    size_t n_tampers;
};

#define SCENARIO_MAX (256 * 1024)        /* octets of the longest file */
#define IMPORT_MAX   ((size_t)512 << 20) /* octets of the longest export of a store */

/* Reads and checks the text of a file. False: *error has a line for each problem, sorted, in the
 * form "file:line:col: what is wrong"; no newline at its end. */
bool scenario_read(struct arena *, const char *file, struct bytes text, struct scenario *out,
                   char **error);
/* The same of a file that may be as long as IMPORT_MAX. */
bool scenario_import(struct arena *, const char *path, struct scenario *out, char **error);

/* NULL: none such; realm NULL: of any, in the order of the file. The account that serves an SPN has
 * it among its spns or as its own name. A name may end in "@REALM". */
const struct scenario_account *scenario_account(const struct scenario *, const char *realm,
                                                const char *name);
const struct scenario_account *scenario_serves(const struct scenario *, const char *realm,
                                               const char *spn);
/* The i-th realm, from 0; by name, exactly (NULL: the first). NULL: none such. */
const struct scenario_realm *scenario_realm_at(const struct scenario *, size_t i);
const struct scenario_realm *scenario_realm(const struct scenario *, const char *name);
const struct scenario_party *scenario_party(const struct scenario *, const char *name);
/* The party that answers at a host: by its address where a name server or the URL has one, else by
 * its SPN; its name, or NULL. */
const char *scenario_party_at(const struct scenario *, const char *host);

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
