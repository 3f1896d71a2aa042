/* Who exists: a realm's accounts with their keys and policy, as an immutable snapshot. A turn sees
 * one snapshot from its beginning to its end; a change makes a new one. */
#ifndef REALM_REALM_H
#define REALM_REALM_H

#include "base/sid.h"
#include "context/seal.h"
#include "wire/validation.h"

struct account_key {
    uint32_t kvno;
    struct key key;
    struct bytes salt;      /* as given to string-to-key; told in ETYPE-INFO2 */
    bool has_salt;          /* false: a random key; no salt is told */
    struct bytes s2kparams; /* empty: the etype's default */
};

enum account_flag {
    ACCOUNT_DISABLED = 1,
    ACCOUNT_NO_PREAUTH = 2, /* pre-authentication is not required */
    ACCOUNT_NOT_DELEGATED = 4,
    ACCOUNT_OK_AS_DELEGATE = 8,
    ACCOUNT_NO_SERVER = 16, /* no tickets for it */
    ACCOUNT_MUST_CHANGE = 32,
    ACCOUNT_LOCKED = 64,           /* closed by an administrator, until he opens it */
    ACCOUNT_MACHINE = 128,         /* a computer: "name$", salted and looked up as MS-KILE says */
    ACCOUNT_TRUST = 256,           /* krbtgt/OTHER.REALM: the way out to a trusted realm */
    ACCOUNT_DES_ONLY = 512,        /* UseDESOnly (MS-KILE 3.3.1.1): no key but single DES is used */
    ACCOUNT_FAST_REQUIRED = 1024,  /* logs on inside armor only (RFC 6113 5.4) */
    ACCOUNT_SETS_PASSWORDS = 2048, /* may set the passwords of others (RFC 3244) */
    ACCOUNT_REVERSIBLE = 4096,     /* the password itself is stored, for Digest beyond MD5 */
};

/* Supported encryption types as bits (MS-KILE 2.2.7). The last is no type: whoever says it takes
 * AES session keys, whatever the ticket is sealed with. */
enum etype_bits {
    ETYPES_DES_CRC = 0x01,
    ETYPES_DES_MD5 = 0x02,
    ETYPES_RC4 = 0x04,
    ETYPES_AES128 = 0x08,
    ETYPES_AES256 = 0x10,
    ETYPES_AES = ETYPES_AES128 | ETYPES_AES256,
    ETYPES_AES_SESSION = 0x20,
};
#define LOGON_HOURS_OCTETS 21

struct account {
    struct PrincipalName name; /* "alice", "krbtgt/EXAMPLE.TEST" */
    uint32_t flags;
    int64_t max_life, max_renew; /* microseconds; 0: the realm's */
    int64_t expires;             /* microseconds since 1970; 0: never */
    int64_t password_expires;    /* microseconds since 1970; 0: never */
    /* LOGON_HOURS_OCTETS octets, a bit an hour of the week from Sunday 00:00 UTC, the low bit of
     * the first octet first (MS-SAMR 2.2.6.5); NULL: always */
    const uint8_t *logon_hours;
    /* msDS-SupportedEncryptionTypes (MS-KILE 2.2.7): what is said of the account, apart from the
     * keys it has; 0: nothing is said */
    uint32_t supported_etypes;
    struct bytes upn;               /* "alice@example.com" (enterprise name); empty: none */
    const struct account_key *keys; /* newest kvno first, within it strongest etype first */
    size_t n_keys;
    const struct PrincipalName *spns; /* other names it answers to as a service */
    size_t n_spns;
    const char *text; /* "alice": for display */

    /* What Windows' logon adds. rid 0: the account has no SID (of a realm without them). */
    uint32_t rid, primary_group; /* primary_group 0: RID_DOMAIN_USERS, of a machine
                                  * RID_DOMAIN_COMPUTERS */
    const uint32_t *groups;      /* RIDs of groups of its domain, the primary not among them */
    size_t n_groups;
    const struct bytes *extra_sids; /* as text: of other domains; empty usually */
    size_t n_extra_sids;
    bool has_nt_hash, has_lm_hash;
    uint8_t nt_hash[16], lm_hash[16]; /* MD4 of the password; of the last change too */
    struct bytes reversible;          /* the password, with ACCOUNT_REVERSIBLE; empty: not stored */
    struct bytes wdigest; /* H(user:realm:password) by MD5, 16 octets each, of the forms of
                           * WDIGEST_FORMS in their order; empty: not stored */
    const struct bytes
        *workstations; /* userWorkstations: from where it may log on; n 0: anywhere */
    size_t n_workstations;
    struct bytes certificate; /* of a one-to-one mapping: SHA-256 in hexadecimal; empty: none */
    struct bytes full_name;
};

/* A group of the domain: its name for those who read. */
struct group {
    uint32_t rid;
    const char *name; /* "Staff" */
};
/* The forms whose MD5 stands in wdigest, in this order; user and realm are: name and NetBIOS name
 * in upper case, in lower case, name and DNS name in upper case, in lower case, UPN and nothing,
 * UPN in lower case and nothing, NETBIOS\name and nothing (so far of those of
 * MS-SAMR 3.1.1.8.11.3.1 the ones in use); and, as browsers send what was typed, NETBIOS\name and
 * the realms of the first, third and fourth. An account without a UPN has name@dns. The password is
 * hashed as UTF-8. An account of before has only the first ones. */
#define WDIGEST_FORMS 10

struct realm_policy {
    int64_t skew;                /* microseconds; 5 minutes */
    int64_t max_life, max_renew; /* 10 hours (Windows' and MIT's default is 24 h: told as set) */
    const int32_t *etypes;       /* permitted, preferred first */
    size_t n_etypes;
    /* Wrong passwords: after `attempts` of them the account is closed until attempt_window has
     * passed since the last. 0: not counted. */
    unsigned attempts;
    int64_t attempt_window;     /* microseconds */
    bool no_postdate;           /* no ticket starts in the future (RFC 4120 2.4): error 10 */
    size_t password_min;        /* characters of the shortest password that is taken; 0: any */
    size_t password_history;    /* passwords before the present one that are not taken again, as far
                                 * back as keys are kept (KEY_VERSIONS, realm/rekey.h); 0: any is */
    bool windows_names;         /* names are looked up as MS-KILE 3.3.5.1.1 says: letters of either
                                 * case, HOST's aliases, "name$"; else exactly (RFC 4120 6.2) */
    bool duplicates;            /* an SPN may stand on two accounts: looked up, it is not unique */
    const char *preset;         /* the policy's name and date, for display; NULL: its own */
    uint32_t default_supported; /* DefaultDomainSupportedEncTypes: of accounts that say nothing;
                                 * 0: their keys decide */
    bool weak_sessions;         /* RC4 and DES3 may be session keys; without it an old key of a
                                 * service is used for its tickets alone (CVE-2025-3576) */
    const char *netbios;        /* "EXAMPLE": the domain's short name; NULL: the realm's name up to
                                 * its first dot */
    bool has_sid;
    struct sid sid;             /* the domain's; without it no PAC is made */
    const struct group *groups; /* named ones; n_groups of them */
    size_t n_groups;
    bool no_pac;           /* tickets carry none (as before PACs, or MIT) */
    bool ntlm_blocked;     /* the domain's controllers refuse NTLM: STATUS_NTLM_BLOCKED */
    unsigned lm_level;     /* LMCompatibilityLevel of its controllers; 3 by default */
    bool tickets_as_asked; /* KdcUseRequestedEtypesForTickets: the client's list, not what is
                            * said of the service, decides what a ticket is sealed with */
};

/* A realm whose tickets are believed here, or to which the way is known. Its key to us is that of
 * the account krbtgt/REALM (flag ACCOUNT_TRUST) for tickets going out; `keys` open what comes in:
 * krbtgt/OURS sealed by the KDC of `realm` (RFC 4120 1.2). */
struct trust {
    struct bytes realm;
    bool inbound;    /* its clients are served here */
    bool transitive; /* so are clients of realms that it vouches for (RFC 4120 2.7) */
    const struct account_key *keys;
    size_t n_keys;
    const struct bytes *suffixes; /* DNS suffixes of the hosts there, "sub.example.test" */
    size_t n_suffixes;
    struct bytes next; /* the realm to send to on the way there; empty: there directly */
};

struct realm; /* a snapshot */

/* Changes accounts, for an engine that may not: who owns the realm makes the change lasting and
 * lets the next turn see it before it answers. */
struct realm_changer {
    /* New keys, kvno one higher, of every etype the account has; must-change and a password's end
     * are lifted. 0, or a result code of RFC 3244 2 (4 KRB5_KPASSWD_SOFTERROR: against the policy);
     * *why is a sentence for the user, in turn->mem. */
    int32_t (*set_password)(void *arg, struct turn *, const struct PrincipalName *,
                            struct bytes password, const char **why);
    void *arg;
};

/* Building: in the arena of the run, the policy before the accounts. Names and keys are copied;
 * keys are put in order and marked as lasting. The policy is 5 minutes, 10 hours, 7 days and every
 * etype that is not weak, until it is told otherwise. An account's own SPNs have to differ. */
struct realm_builder;
struct realm_builder *realm_build(struct arena *, struct bytes name);
void realm_build_policy(struct realm_builder *, const struct realm_policy *);
/* False: a name of it (its own, an SPN, its UPN) is taken; *taken_by is the account that has it.
 * Under windows_names letters of either case are the same; under duplicates only two accounts' own
 * names collide. */
bool realm_build_account(struct realm_builder *, const struct account *,
                         const struct account **taken_by);
/* False: there is a trust to that realm, or it is our own. */
bool realm_build_trust(struct realm_builder *, const struct trust *);
/* The snapshot; the builder is done. Lookups cost the same for one account and for millions. */
const struct realm *realm_freeze(struct realm_builder *);

struct bytes realm_name(const struct realm *);
/* Is this its name? Under windows_names in letters of either case. */
bool realm_is(const struct realm *, struct bytes name);
const struct realm_policy *realm_policy(const struct realm *);
/* By own name or SPN, exactly; the name type is not compared (RFC 4120 6.2). NULL: unknown. What a
 * store gives out is made in mem; a snapshot in memory gives its own. */
const struct account *realm_find(const struct realm *, struct arena *mem,
                                 const struct PrincipalName *);
/* Of a snapshot in memory, in building order; a store's has none by index. */
const struct account *realm_account(const struct realm *, size_t index);
size_t realm_count(const struct realm *);
/* Sees an account; false: seen enough. */
typedef bool account_visitor(void *arg, const struct account *);
/* Every account, in the order in which they were added. What a store gives out is made in mem,
 * which the visitor may reset when it is done with it. */
void realm_each(const struct realm *, struct arena *mem, account_visitor *, void *arg);

/* ---- looking up as the policy says -------------------------------------------------------------
 * Exactly (RFC 4120 6.2): a client by its own name, a service by its own name or an SPN; an
 * enterprise name (RFC 6806 5) by UPN, or as name@OURREALM.
 * Under windows_names letters of either case are the same, and after that: a service by an SPN,
 * then by the SPN of HOST that its class stands for (MS-DRSR 4.1.4.2.14; a port is part of the
 * name), then by UPN, a name of one component as "name$" (MS-KILE 3.3.5.1.1); a client as "name$",
 * then by the UPN name@OURREALM (MS-KILE 3.3.5.6.1). */
enum lookup_use {
    LOOKUP_CLIENT,  /* who logs on */
    LOOKUP_SERVICE, /* for whom a ticket is asked */
    LOOKUP_TICKET,  /* the client that a ticket names: by its own name and by no other rule, so that
                     * a ticket never leads to another account than the one it was given to
                     * (CVE-2021-42278, CVE-2021-42287); so tickets have to name the account's own */
};
enum lookup_rule {
    LOOKUP_NONE,
    LOOKUP_NAME,
    LOOKUP_SPN,
    LOOKUP_UPN,       /* a UPN that was registered */
    LOOKUP_HERE,      /* name@OURREALM, by the name in it */
    LOOKUP_MACHINE,   /* by the name with a "$" behind it */
    LOOKUP_ALIAS,     /* by HOST's SPN: alias says which class stands for which */
    LOOKUP_AMBIGUOUS, /* two accounts have it: both, and nobody is found */
};
struct lookup {
    enum lookup_rule rule;
    bool other_case;   /* in letters of other case than asked */
    const char *alias; /* "http -> host"; NULL: none */
    const struct account *both[2];
};
/* NULL: none, or not one; how (may be NULL) says. */
const struct account *realm_lookup(const struct realm *, struct arena *mem,
                                   const struct PrincipalName *, enum lookup_use,
                                   struct lookup *how);
/* "host", where that service class is one of those that HOST stands for (the attribute sPNMappings
 * as a new forest has it); else NULL. */
const char *spn_alias(struct bytes service_class);

/* The salt of a password of the account. RFC 4120 4: realm and name. Windows (MS-KILE 3.1.1.2):
 * REALM and name, of a machine REALM "host" name "." realm, without the "$". In mem. */
struct bytes account_salt(struct arena *mem, struct bytes realm, bool windows,
                          const struct PrincipalName *name, uint32_t account_flags);

/* ---- what Windows' logon adds -------------------------------------------------------------------
 * "EXAMPLE": the policy's, or the realm's name up to its first dot. In mem. */
struct bytes realm_netbios(const struct realm *, struct arena *mem);
struct bytes netbios_of(struct arena *mem, struct bytes realm, const struct realm_policy *);
/* What a controller (its NetBIOS name: `server`) says of an account that has a RID, in a realm that
 * has a SID: names, groups, times, flags; logged on at `now`. In mem. Session keys and user flags
 * of NTLM are the caller's. */
struct validation_info account_validation(const struct realm *, const struct account *,
                                          struct bytes server, int64_t now, struct arena *mem);

/* ---- trusts ------------------------------------------------------------------------------------
 * Names of realms are compared exactly, under windows_names in letters of either case. NULL: none.
 */
const struct trust *realm_trust(const struct realm *, struct arena *mem, struct bytes realm_name);
/* The trust with the realm to send somebody to who wants target_realm: its own, or the one that
 * lies next on the way there. */
const struct trust *realm_route(const struct realm *, struct arena *mem, struct bytes target_realm);
/* The same for the host in a service's name ("HTTP/www.sub.example.test", with or without a port),
 * by the DNS suffixes that trusts have: the longest decides. */
const struct trust *realm_route_host(const struct realm *, struct arena *mem,
                                     const struct PrincipalName *sname);
size_t realm_trust_count(const struct realm *);
const struct trust *realm_trust_at(const struct realm *, size_t index); /* in building order */

/* kvno 0: the newest. etype 0: the strongest. NULL: it has none such. */
const struct account_key *account_key(const struct account *, uint32_t kvno, int32_t etype);

#endif
