/* The question that a service asks about somebody's proof, and the answer: who holds the accounts
 * (the domain's controller, asked by packets through context/netlogon.h; or the machine's own,
 * asked at once) compares, the service only carries (MS-APDS 3.1.5). */
#ifndef CONTEXT_LOGON_H
#define CONTEXT_LOGON_H

#include "base/turn.h"
#include "wire/validation.h"

/* NTSTATUS (MS-ERREF 2.3.1), as printed there; names and texts: NAMES_NTSTATUS, wire/names.h. */
enum {
    STATUS_SUCCESS = 0,
    STATUS_INVALID_PARAMETER = (int32_t)0xC000000D,
    STATUS_ACCESS_DENIED = (int32_t)0xC0000022,
    STATUS_NO_SUCH_USER = (int32_t)0xC0000064,
    STATUS_WRONG_PASSWORD = (int32_t)0xC000006A,
    STATUS_LOGON_FAILURE = (int32_t)0xC000006D,
    STATUS_ACCOUNT_RESTRICTION = (int32_t)0xC000006E,
    STATUS_INVALID_LOGON_HOURS = (int32_t)0xC000006F,
    STATUS_INVALID_WORKSTATION = (int32_t)0xC0000070,
    STATUS_PASSWORD_EXPIRED = (int32_t)0xC0000071,
    STATUS_ACCOUNT_DISABLED = (int32_t)0xC0000072,
    STATUS_NOT_SUPPORTED = (int32_t)0xC00000BB,
    STATUS_NO_LOGON_SERVERS = (int32_t)0xC000005E,
    STATUS_NO_TRUST_SAM_ACCOUNT = (int32_t)0xC000018B,
    STATUS_ACCOUNT_EXPIRED = (int32_t)0xC0000193,
    STATUS_PASSWORD_MUST_CHANGE = (int32_t)0xC0000224,
    STATUS_ACCOUNT_LOCKED_OUT = (int32_t)0xC0000234,
    STATUS_DOWNGRADE_DETECTED = (int32_t)0xC0000388,
    STATUS_INVALID_INFO_CLASS = (int32_t)0xC0000003,
    STATUS_INTERNAL_ERROR = (int32_t)0xC00000E5,
    STATUS_NTLM_BLOCKED = (int32_t)0xC0000418,
};

enum logon_kind {
    LOGON_NETWORK, /* an NTLM response: NETLOGON_NETWORK_INFO (MS-NRPC 2.2.1.4.5) */
    LOGON_DIGEST,  /* HTTP Digest: DIGEST_VALIDATION_REQ (MS-APDS 2.2.3.1) as generic information */
};

/* HTTP Digest's fields as they came (RFC 7616 3.4); quotes taken off. */
struct digest_response {
    struct bytes username, realm, nonce, uri, response, algorithm, cnonce, nc, qop, method;
};

struct logon_question {
    enum logon_kind kind;
    /* UTF-8. domain empty: the name is to be found wherever the asked one looks first. */
    struct bytes user, domain, workstation;
    /* LOGON_NETWORK */
    uint8_t server_challenge[8];
    struct bytes nt_response, lm_response; /* as they came in the AUTHENTICATE_MESSAGE */
    /* LOGON_DIGEST */
    const struct digest_response *digest;
};

/* Which response it was that fitted: each cell of the matrix of levels names one. */
enum verified_by {
    VERIFIED_NOTHING,
    VERIFIED_LM,
    VERIFIED_NTLM,
    VERIFIED_NTLM2_SESSION,
    VERIFIED_NTLMV2,
    VERIFIED_LMV2,
    VERIFIED_DIGEST,
};

struct logon_answer {
    int32_t status;                     /* 0, or why not */
    bool authoritative;                 /* false: another one may know the account */
    const struct validation_info *info; /* with status 0 and for kinds that have it */
    uint8_t session_base_key[16];       /* LOGON_NETWORK: = info->user_session_key */
    uint8_t lm_key[8];                  /* LOGON_NETWORK: NTLMv1's KXKEY may need it */
    uint8_t digest_session_key[64];     /* LOGON_DIGEST: HA1 in hexadecimal (MS-APDS 2.2.3.2) */
    size_t n_digest_session_key;
};

/* The machine's own accounts (P22): answers in the same turn. Handed to a service; NULL ask: it has
 * none. False: our fault. */
struct local_accounts {
    bool (*ask)(void *arg, const struct logon_question *, struct turn *, struct logon_answer *);
    void *arg;
    const char *machine; /* NetBIOS name, which is the domain of its accounts: "WEB1" */
};

#endif
