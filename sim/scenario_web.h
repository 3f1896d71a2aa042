/* What a scenario says of web servers, browsers and proxies: the values of its file. The world and
 * live make the structs of service/web.h and client/client.h of them (sim/web_setup.h). */
#ifndef SIM_SCENARIO_WEB_H
#define SIM_SCENARIO_WEB_H

#include "base/arena.h"

/* ---- the client's side ------------------------------------------------------------------------
 */
struct scenario_credential {
    uint32_t target;  /* enum browser_target */
    uint32_t schemes; /* enum browser_scheme; 0: all */
    bool implicit;    /* the logon's own */
    const char *user, *domain, *password;
    const char *token; /* whose logon; NULL: the party's account */
    size_t line;
};

struct scenario_browser {
    uint32_t schemes; /* enum browser_scheme; 0: all */
    bool in_order;    /* takes the first challenge that it knows, not the strongest */
    bool intranet;    /* gives away the logon's own credentials */
    bool kerberos, ntlm;
    bool raw_ntlm, raw_kerberos; /* inside Negotiate without SPNEGO */
    bool basic_needs_tls, preemptive;
    uint32_t lm_level;
    bool no_bindings, no_mic, no_target_name;
    const char *workstation;
    const char *certificate; /* subject of the one it shows: "CN=alice"; NULL: none */
    uint32_t spn_port;       /* enum spn_port */
    bool windows2000, loopback;
    const char *proxy; /* a party */
    struct scenario_credential *credentials;
    size_t n_credentials;
};

/* ---- the server's side ------------------------------------------------------------------------
 */
/* Defaults of Integrated by Windows version (P12), for applications that name no schemes. */
enum web_preset { WEB_PRESET_NONE, IIS6, IIS6_SP1_SLIPSTREAM, IIS6_SP1_UPGRADE };

struct scenario_whom {
    const char **users, **roles, **verbs;
    size_t n_users, n_roles, n_verbs;
};
struct scenario_rule { /* one of both */
    struct scenario_whom allow, deny;
    uint32_t given; /* RULE_ALLOWS, RULE_DENIES */
    size_t line;
};
#define RULE_ALLOWS 1
#define RULE_DENIES 2

struct scenario_web_file {
    const char *path, *sddl, *text, *remote_spn;
    size_t line;
};
struct scenario_identity {
    const char *user, *password;
};
struct scenario_app {
    const char *path;
    uint32_t schemes; /* enum auth_scheme; where not `given`: the party's preset */
    bool anonymous_retry;
    const char *basic_realm, *basic_domain, *digest_realm;
    const char **digest_algorithms;
    size_t n_digest_algorithms;
    bool require_tls, require_certificate;
    uint32_t protection; /* enum extended_protection_setting */
    bool ntlm_per_request;
    uint32_t mode; /* enum asp_mode */
    bool impersonate;
    struct scenario_identity identity;
    uint32_t code; /* enum in_code */
    struct scenario_rule *rules;
    size_t n_rules;
    struct scenario_web_file *files; /* none: one at "/" that says what the application is */
    size_t n_files;
    const char *forms_user;
    bool isapi_filter;
    uint32_t given; /* APP_SCHEMES */
    size_t line;
};
#define APP_SCHEMES 1

struct scenario_ntlm {
    uint32_t level;
    bool require_mic, no_timestamp, anonymous;
    const char **targets; /* target names that are taken; none: not looked at */
    size_t n_targets;
};

/* What a party of role service has beside its SPN. */
struct scenario_server {
    const char *computer;   /* NetBIOS name; its account is COMPUTER$ */
    const char *controller; /* a party of role kdc, or "none"; NULL: its realm's */
    const char *local;      /* the local realm */
    const char *pool, *iusr;
    bool tls;
    size_t tls_port; /* 443 */
    struct scenario_ntlm ntlm;
    uint32_t preset; /* enum web_preset */
    struct scenario_app *apps;
    size_t n_apps;
};

/* What a party of role proxy has. */
struct scenario_proxy {
    uint32_t schemes;        /* enum auth_scheme that it asks for with 407; 0: nobody is asked */
    bool shares_connections; /* requests of several clients on one connection to the server */
    const char *relay;       /* a service: what it gets goes to that one */
    bool terminates_tls;     /* HTTPS ends at it, by a certificate of its own */
};

#endif
