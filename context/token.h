/* The access token: what becomes of a proof, whichever protocol brought it (MS-DTYP 2.5.2). Here
 * the ways of Kerberos, NTLM, Basic, Digest and certificates meet. */
#ifndef CONTEXT_TOKEN_H
#define CONTEXT_TOKEN_H

#include "base/turn.h"
#include "wire/validation.h"

enum token_logon { /* how it came to be (MS-NRPC 2.2.1.4.16, SECURITY_LOGON_TYPE's words) */
                   TOKEN_NETWORK,   /* a proof over the network: nothing to prove anything with
                                       further on */
                   TOKEN_CLEARTEXT, /* network logon with the password at hand: one hop more (E12)
                                     */
                   TOKEN_SERVICE,   /* a process: NETWORK SERVICE, a service account */
                   TOKEN_ANONYMOUS, /* IUSR: an account of its own, nobody's proof */
};

struct token_group {
    struct sid sid;
    uint32_t attributes; /* GROUP_... */
    const char *name;    /* "EXAMPLE\\Staff"; NULL: not known here, the SID is shown */
};

struct access_token {
    struct sid user;
    const char *name; /* "EXAMPLE\\alice", "NT AUTHORITY\\NETWORK SERVICE": WindowsIdentity.Name */
    const char *user_only; /* "alice" */
    const char *package;   /* WindowsIdentity.AuthenticationType: "Kerberos", "NTLM", "Basic",
                            * "Digest", "SSL/PCT"; "" of a process and of IUSR */
    enum token_logon logon;
    const struct token_group
        *groups; /* Everyone, Authenticated Users and what the logon adds too */
    size_t n_groups;
    bool has_delegated_tgt; /* Kerberos: the client handed over a ticket-granting ticket */
    struct bytes password;  /* TOKEN_CLEARTEXT only; wiped with its arena */
    const char *where_from; /* for the reader: "PAC of the ticket", "answer of the controller" */
};

/* In mem, of what a controller said; names of groups where the reader may want them (may be NULL).
 * Adds what this machine adds: Everyone (S-1-1-0), NETWORK (S-1-5-2; a process: SERVICE, S-1-5-6),
 * Authenticated Users (S-1-5-11), BUILTIN\\Users (a guest: Guests, and not Authenticated Users),
 * BUILTIN\\Administrators for the domain's administrators, and NTLM Authentication (S-1-5-64-10),
 * Digest (S-1-5-64-21) or SChannel (S-1-5-64-14) where the package is that. where_from is "": the
 * caller says it. */
struct group_names {
    const char *(*find)(void *arg, const struct sid *); /* NULL: not known */
    void *arg;
    /* Whose administrators are this machine's too: those of its domain (NULL: a workgroup) and its
     * own. machine NULL: of whatever domain. */
    const struct sid *domain, *machine;
};
struct access_token *token_of_validation(struct arena *mem, const struct validation_info *,
                                         const char *package, enum token_logon,
                                         const struct group_names *);
/* Of a well-known account: "NT AUTHORITY\\NETWORK SERVICE", "LOCAL SERVICE", "SYSTEM", "ANONYMOUS
 * LOGON"; or of IUSR or another account of a machine or domain whose SID is given. */
struct access_token *token_of_account(struct arena *mem, const struct sid *, const char *name,
                                      enum token_logon);
/* Is the SID in it, enabled for allowing (allow) or at all (deny)? */
bool token_has(const struct access_token *, const struct sid *, bool allow);
struct access_token *token_copy(struct arena *mem, const struct access_token *);

#endif
