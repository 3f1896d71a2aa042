/* Registries: the numbers of the specifications and their names, as printed there. */
#ifndef WIRE_NAMES_H
#define WIRE_NAMES_H

#include "base/arena.h"

struct name_row {
    int64_t number;
    const char
        *name; /* "KDC_ERR_PREAUTH_REQUIRED", "PA-ENC-TIMESTAMP", "aes256-cts-hmac-sha1-96" */
    const char *text; /* one short sentence for the reader: what it is or means */
    const char *spec; /* "RFC 4120 7.5.9" */
};

enum registry {
    NAMES_ETYPE, /* RFC 3961 8, RFC 3962, RFC 8009, RFC 4757, RFC 6803 */
    NAMES_CKSUMTYPE,
    NAMES_PADATA,    /* RFC 4120 7.5.2, RFC 6113, IANA */
    NAMES_ERROR,     /* RFC 4120 7.5.9, RFC 4556, RFC 6113 ... */
    NAMES_NAME_TYPE, /* RFC 4120 7.5.8 */
    NAMES_MSG_TYPE,  /* RFC 4120 7.5.7 */
    NAMES_ADTYPE,    /* RFC 4120 7.5.4, MS-KILE */
    NAMES_ADDR_TYPE, /* RFC 4120 7.5.3 */
    NAMES_TR_TYPE,
    NAMES_LR_TYPE,    /* RFC 4120 5.4.2 */
    NAMES_KEY_USAGE,  /* RFC 4120 7.5.1 */
    NAMES_KDC_OPTION, /* bit numbers, 0 is the most significant */
    NAMES_TICKET_FLAG,
    NAMES_AP_OPTION,
    NAMES_FAST_OPTION,
    NAMES_GSS_FLAG, /* values (0x2 mutual), RFC 4121 4.1.1.1 */
    NAMES_TOK_ID,   /* 0x0100 AP-REQ ... RFC 4121 4.1 */
    NAMES_KPASSWD,  /* result codes, RFC 3244 2 */
    NAMES_KPASSWD_VERSION,
    NAMES_DNS_TYPE,  /* RFC 1035 3.2.2, RFC 3596, RFC 2782 */
    NAMES_DNS_FLAG,  /* bits of the third octet of a header, 24 the highest; RFC 1035 4.1.1 */
    NAMES_DNS_RCODE, /* the fourth octet: RA, three zeros, RCODE */
    NAMES_NTSTATUS,  /* MS-ERREF 2.3.1; numbers as int32_t */
    NAMES_NTLM_FLAG, /* bits of NegotiateFlags, numbered as KRB_BIT does: 0 is 0x80000000; 2.2.2.5
                      */
    NAMES_NTLM_MESSAGE, /* MessageType, MS-NLMP 2.2.1 */
    NAMES_AV_ID,        /* MS-NLMP 2.2.2.1 */
    NAMES_AV_FLAG,      /* bits of MsvAvFlags, numbered as KRB_BIT does */
    NAMES_PAC_TYPE,     /* MS-PAC 2.4 */
    NAMES_USER_FLAG,    /* bits of UserFlags, numbered as KRB_BIT does; MS-PAC 2.5 */
    NAMES_UAC_FLAG,     /* bits of UserAccountControl (USER_ACCOUNT codes), MS-SAMR 2.2.1.12 */
    NAMES_GROUP_FLAG,   /* bits of SE_GROUP_ATTRIBUTES, MS-PAC 2.2.1 */
    NAMES_RPC_TYPE,     /* PTYPE, C706 12.6.1 */
    NAMES_RPC_FLAG,     /* pfc_flags, 24 the highest bit */
    NAMES_RPC_AUTH_TYPE,
    NAMES_RPC_AUTH_LEVEL,
    NAMES_RPC_RESULT,       /* p_cont_def_result_t, C706 12.6.3.1 */
    NAMES_RPC_REASON,       /* p_provider_reason_t */
    NAMES_RPC_NAK,          /* why a bind is refused; MS-RPCE 2.2.2.5 */
    NAMES_NL_AUTH_TYPE,     /* NL_AUTH_MESSAGE, MS-NRPC 2.2.1.3.1 */
    NAMES_NL_AUTH_FLAG,     /* bits of its Flags, numbered as KRB_BIT does */
    NAMES_NL_ALGORITHM,     /* of NL_AUTH_SHA2_SIGNATURE, MS-NRPC 2.2.1.3.3 */
    NAMES_RPC_FAULT,        /* nca_s_... C706 E; MS-RPCE 2.2.2.9 */
    NAMES_NETLOGON_CALL,    /* opnums, MS-NRPC 3.5.4 */
    NAMES_NETLOGON_FLAG,    /* bits of NegotiateFlags, MS-NRPC 3.1.4.2 */
    NAMES_NETLOGON_CHANNEL, /* NETLOGON_SECURE_CHANNEL_TYPE */
    NAMES_LOGON_LEVEL,      /* NETLOGON_LOGON_INFO_CLASS */
    NAMES_VALIDATION_LEVEL,
    NAMES_NEG_STATE,   /* NegTokenResp.negState, RFC 4178 4.2.2 */
    NAMES_SD_CONTROL,  /* bits of a security descriptor, numbered as KRB_BIT does; MS-DTYP 2.4.6 */
    NAMES_ACE_TYPE,    /* MS-DTYP 2.4.4.1 */
    NAMES_ACE_FLAG,    /* bits, numbered as KRB_BIT does */
    NAMES_ACCESS_MASK, /* rights to a file, bits as KRB_BIT does; MS-DTYP 2.4.3 */
    NAMES_REGISTRIES
};

/* NULL: not in the registry. */
const struct name_row *name_find(enum registry, int64_t number);
const struct name_row *name_table(enum registry, size_t *n);
/* "18 aes256-cts-hmac-sha1-96"; the bare number when it has no name. In mem. */
char *name_text(struct arena *mem, enum registry, int64_t number);
/* The set bits of a 32-bit flags field by name: "forwardable renewable-ok"; "none". bit-numbered
 * registries only; a bit without a name appears as "bit-7". */
char *name_flags(struct arena *mem, enum registry, uint32_t flags);

/* Values engines and tests use by name: constants exactly as printed. */
/* A result of the password protocol among errors: so much more than its number, so that it is not
 * taken for the error of that number. name_text shows it as its number. */
#define KPASSWD_RESULTS 46400
enum krb_error {
#define E(number, name, text, spec) name = number,
#include "wire/names_error.def"
#undef E
#define E(number, name, text) name = KPASSWD_RESULTS + number,
#include "wire/names_kpasswd.def"
#undef E
};
enum pa_type {
#define E(number, name, c, text, spec) c = number,
#include "wire/names_padata.def"
#undef E
};

enum {
    NT_UNKNOWN = 0,
    NT_PRINCIPAL = 1,
    NT_SRV_INST = 2,
    NT_SRV_HST = 3,
    NT_SRV_XHST = 4,
    NT_UID = 5,
    NT_X500_PRINCIPAL = 6,
    NT_SMTP_NAME = 7,
    NT_ENTERPRISE = 10,
    NT_WELLKNOWN = 11
};

/* Flag masks; RFC 4120 bit 0 is 0x80000000. Same bits in KDCOptions and TicketFlags where the RFC
 * gives them the same numbers. */
#define KRB_BIT(n) ((uint32_t)0x80000000u >> (n))
enum {
    TKT_FORWARDABLE = 1 << 30,
    TKT_FORWARDED = 1 << 29,
    TKT_PROXIABLE = 1 << 28,
    TKT_PROXY = 1 << 27,
    TKT_MAY_POSTDATE = 1 << 26,
    TKT_POSTDATED = 1 << 25,
    TKT_INVALID = 1 << 24,
    TKT_RENEWABLE = 1 << 23,
    TKT_INITIAL = 1 << 22,
    TKT_PRE_AUTHENT = 1 << 21,
    TKT_HW_AUTHENT = 1 << 20,
    TKT_TRANSITED_POLICY_CHECKED = 1 << 19,
    TKT_OK_AS_DELEGATE = 1 << 18,
    TKT_ENC_PA_REP = 1 << 16,
};
enum {
    KDC_OPT_FORWARDABLE = 1 << 30,
    KDC_OPT_FORWARDED = 1 << 29,
    KDC_OPT_PROXIABLE = 1 << 28,
    KDC_OPT_PROXY = 1 << 27,
    KDC_OPT_ALLOW_POSTDATE = 1 << 26,
    KDC_OPT_POSTDATED = 1 << 25,
    KDC_OPT_RENEWABLE = 1 << 23,
    KDC_OPT_CANONICALIZE = 1 << 16,
    KDC_OPT_REQUEST_ANONYMOUS = 1 << 15,
    KDC_OPT_DISABLE_TRANSITED_CHECK = 1 << 5,
    KDC_OPT_RENEWABLE_OK = 1 << 4,
    KDC_OPT_ENC_TKT_IN_SKEY = 1 << 3,
    KDC_OPT_RENEW = 1 << 1,
    KDC_OPT_VALIDATE = 1 << 0,
};
enum { FAST_HIDE_CLIENT_NAMES = 1 << 30, FAST_KDC_FOLLOW_REFERRALS = 1 << 15 };
enum { AP_OPT_USE_SESSION_KEY = 1 << 30, AP_OPT_MUTUAL_REQUIRED = 1 << 29 };

#endif
