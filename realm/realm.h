/* Who exists: a realm's accounts with their keys and policy, as an immutable snapshot. A turn sees
 * one snapshot from its beginning to its end; a change makes a new one. */
#ifndef REALM_REALM_H
#define REALM_REALM_H

#include "context/seal.h"

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
};

struct account {
    struct PrincipalName name; /* "alice", "krbtgt/EXAMPLE.TEST" */
    uint32_t flags;
    int64_t max_life, max_renew;    /* microseconds; 0: the realm's */
    int64_t expires;                /* microseconds since 1970; 0: never */
    const struct account_key *keys; /* newest kvno first, within it strongest etype first */
    size_t n_keys;
    const struct PrincipalName *spns; /* other names it answers to as a service */
    size_t n_spns;
    const char *text; /* "alice": for display */
};

struct realm_policy {
    int64_t skew;                /* microseconds; 5 minutes */
    int64_t max_life, max_renew; /* 10 hours (Windows' and MIT's default is 24 h: told as set) */
    const int32_t *etypes;       /* permitted, preferred first */
    size_t n_etypes;
    /* Wrong passwords: after `attempts` of them the account is closed until attempt_window has
     * passed since the last. 0: not counted. */
    unsigned attempts;
    int64_t attempt_window; /* microseconds */
};

struct realm; /* a snapshot */

/* Building: in the arena of the run. Names and keys are copied; keys are put in order and marked as
 * lasting. The policy is 5 minutes, 10 hours, 7 days and every etype that is not weak, until it is
 * told otherwise. An account's own SPNs have to differ. */
struct realm_builder;
struct realm_builder *realm_build(struct arena *, struct bytes name);
void realm_build_policy(struct realm_builder *, const struct realm_policy *);
/* False: a name of it (its own or an SPN) is taken; *taken_by is the account that has it. */
bool realm_build_account(struct realm_builder *, const struct account *,
                         const struct account **taken_by);
/* The snapshot; the builder is done. Lookups cost the same for one account and for millions. */
const struct realm *realm_freeze(struct realm_builder *);

struct bytes realm_name(const struct realm *);
const struct realm_policy *realm_policy(const struct realm *);
/* By own name or SPN; the name type is not compared (RFC 4120 6.2). NULL: unknown. */
const struct account *realm_find(const struct realm *, const struct PrincipalName *);
const struct account *realm_account(const struct realm *, size_t index); /* in building order */
size_t realm_count(const struct realm *);

/* kvno 0: the newest. etype 0: the strongest. NULL: it has none such. */
const struct account_key *account_key(const struct account *, uint32_t kvno, int32_t etype);

#endif
