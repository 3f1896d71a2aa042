/* What a web server is set to: IIS's settings of a virtual directory (the metabase), the ASP.NET
 * application in it, its files with their access lists; and what becomes of a request once it is
 * known who asks (P39-P58). Reading it decides nothing about authentication: that is service.h's.
 *
 * The strings and lists must outlive whoever is given them. */
#ifndef SERVICE_WEB_H
#define SERVICE_WEB_H

#include "context/token.h"
#include "wire/descriptor.h"

enum auth_scheme { /* what a virtual directory offers; a set */
                   AUTH_ANONYMOUS = 1,
                   AUTH_BASIC = 2,
                   AUTH_DIGEST = 4,
                   AUTH_NTLM = 8,       /* Integrated, as WWW-Authenticate: NTLM */
                   AUTH_NEGOTIATE = 16, /* Integrated, as WWW-Authenticate: Negotiate */
                   AUTH_CERTIFICATE = 32,
                   AUTH_INTEGRATED = AUTH_NTLM | AUTH_NEGOTIATE,
};

/* ---- the application (web.config) -------------------------------------------------------------
 */
enum asp_mode {             /* <authentication mode=...> */
                ASP_ABSENT, /* no ASP.NET: IIS serves the file itself, under the request's token */
                ASP_WINDOWS,
                ASP_FORMS,
                ASP_PASSPORT, /* opaque: redirects to a login server that is gone (E16) */
                ASP_NONE,
};
struct url_rule { /* an <allow> or <deny> of <authorization>; first that matches decides (P47) */
    bool allow;
    const char *const *users; /* NULL-ended; "?" anonymous, "*" everybody; NULL: none */
    const char *const *roles;
    const char *const *verbs; /* NULL: all */
};
enum in_code { /* temporary impersonation in the page's code (P56) */
               CODE_NONE,
               CODE_IMPERSONATES, /* and reverts in finally */
               CODE_THROWS,       /* an exception inside, reverted in finally */
               CODE_FORGETS,      /* no revert: what comes after runs as the user */
};
struct web_file {
    const char *path; /* "/ben.txt": of the URL */
    const char
        *sddl; /* "O:BAG:BAD:(A;;FR;;;S-1-5-...)"; NULL: no descriptor, an object without one */
    const char *text; /* what stands in it */
    /* a resource on another machine that the page's code opens (double hop); NULL: local */
    const char *remote_spn;
};
enum extended_protection_setting { PROTECTION_OFF, PROTECTION_ALLOW, PROTECTION_REQUIRE };
struct web_app {      /* a virtual directory, and the application in it */
    const char *path; /* "/", "/app": the longest that begins the URL's path is meant */
    unsigned schemes; /* enum auth_scheme */
    /* IIS: a request with no credentials of which the anonymous account may not read the file:
     * false: refused for good, as the document about BITS says (B9); true: 401 with the other
     * schemes (E13) */
    bool anonymous_retry;
    /* NULL: the host's name; the machine's own accounts, then its domain; the domain */
    const char *basic_realm, *basic_domain, *digest_realm;
    const char *const *digest_algorithms; /* "MD5", "SHA-256"; NULL: MD5 */
    bool require_tls;                     /* 403.4 without */
    bool require_certificate;
    enum extended_protection_setting protection;
    bool ntlm_per_request; /* AuthPersistSingleRequest: the connection is forgotten after each */
    enum asp_mode mode;
    bool impersonate;                              /* <identity impersonate="true"> */
    const char *identity_user, *identity_password; /* <identity userName= password=> (P57) */
    enum in_code code;
    const struct url_rule *rules;
    size_t n_rules; /* behind them stands the inherited <allow users="*"> */
    const struct web_file *files;
    size_t n_files;         /* a path that is not among them: 404; 0: every path is a page */
    const char *forms_user; /* ASP_FORMS: whom the application's own login names; NULL: nobody */
    bool isapi_filter; /* a filter authenticates and IIS does not: no token reaches ASP.NET (P13) */
};
struct next_hop;
struct web_machine {
    const char *name;   /* NetBIOS: "WEB1" */
    const char *domain; /* "EXAMPLE"; NULL: a workgroup */
    const char *iusr;   /* "WEB1\\IUSR_WEB1": as it was named at installation (P3) */
    struct sid sid;     /* the machine's own */
    const struct sid
        *domain_sid; /* of `domain`: what SDDL's DA, DU ... mean; NULL: the machine's own */
    const struct access_token *pool;      /* the worker process (P54, P58) */
    const struct access_token *anonymous; /* of iusr */
    /* Who a fixed identity is: logs on with user and password, as the machine would; NULL: cannot.
     */
    const struct access_token *(*logon)(void *arg, struct turn *, const char *user,
                                        const char *password);
    const struct group_names *names;
    void *arg;
    /* The page's code opens what stands on another machine, which will see `hop`. NULL: it is only
     * told. */
    void (*open)(void *arg, const char *spn, const struct access_token *,
                 const struct next_hop *hop);
};

/* ---- security descriptors (MS-DTYP 2.5.1, 2.5.3) ----------------------------------------------
 */
/* SDDL's text of wire/descriptor.h's struct, both ways. domain: for DA, DU and the like; NULL: not
 * known. False: *why says where and what (in mem). */
bool sddl_read(struct arena *mem, const char *text, const struct sid *domain,
               struct security_descriptor *out, const char **why);
const char *sddl_write(struct arena *mem, const struct security_descriptor *);
/* AccessCheck (MS-DTYP 2.5.3.2) for a file: generic bits mapped first (2.4.3), ACE by ACE, each
 * told; granted or not, and the ACE that decided (n_dacl: none did). */
struct access_result {
    bool granted;
    size_t decided_by;
    uint32_t desired, missing;
};
enum { FILE_READ_DATA = 1, FILE_GENERIC_READ = 0x120089, FILE_ALL_ACCESS = 0x1f01ff };
struct access_result access_check(struct turn *, const struct security_descriptor *,
                                  const struct access_token *, uint32_t desired,
                                  const char *object);

/* ---- the pipeline -----------------------------------------------------------------------------
 */
struct web_request {
    struct bytes method, path;       /* path without the query */
    const struct access_token *user; /* IIS's token: the user's, IUSR's, or NULL: none was made */
    bool anonymous;                  /* it is IUSR's */
    const char *forms_user;          /* from the application's own cookie; NULL: none */
};
/* The four answers to "who is it" (P52, P53), as the page prints them. */
struct web_identities {
    const char *user;           /* HttpContext.User.Identity.Name; "-" stands for "" */
    const char *windows;        /* WindowsIdentity.GetCurrent().Name */
    const char *thread;         /* Thread.CurrentPrincipal.Identity.Name */
    const char *authentication; /* User.Identity.AuthenticationType */
    const char *process;
};
struct web_answer {
    int status;           /* 200, 302 (Forms, Passport), 401, 403, 404, 500 */
    int substatus;        /* IIS's: 401.2 URL rule, 401.3 ACL, 403.4 ... 0: none */
    bool challenge;       /* 401: offer the schemes again */
    const char *location; /* 302 */
    struct bytes body;    /* text/plain */
    struct web_identities who;
};
/* The modules in their order, each event and module a step ("service.pipeline.*"), what decides a
 * decision. In turn->mem. False: our fault, a machine without a process. */
bool web_pipeline(const struct web_app *, const struct web_machine *, const struct web_request *,
                  struct turn *, struct web_answer *out);
/* Whom the next machine sees when this token is used towards it, and why (P59, E12); told as the
 * decision "service.next-hop". Strings in turn->mem or the token's. */
struct next_hop {
    const char *who; /* "EXAMPLE\\alice", "EXAMPLE\\WEB1$", "NT AUTHORITY\\ANONYMOUS LOGON" */
    const char *why;
    bool anonymous;
};
struct next_hop web_next_hop(struct turn *, const struct web_machine *,
                             const struct access_token *);
/* The application of a path; NULL: none. */
const struct web_app *web_app_of(const struct web_app *apps, size_t n, struct bytes path);
const struct fault_row *web_fault_table(size_t *n);

#endif
