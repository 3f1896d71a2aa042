/* Which encryption types an answer uses: three choices that are often taken for one (RFC 4120
 * 3.1.3). The ticket is sealed with a key of the service, whatever the client can do; the session
 * key has to suit both; the reply of the AS is sealed with a key of the client. Each is a function
 * of the inputs below and of nothing else.
 *
 * What a service can use is, in this order: what its account says (msDS-SupportedEncryptionTypes,
 * MS-KILE 2.2.7), what the domain assumes of accounts that say nothing
 * (DefaultDomainSupportedEncTypes), else the types of its keys. The last is the rule of a realm
 * without Windows' policy. */
#ifndef KDC_ETYPE_H
#define KDC_ETYPE_H

#include "realm/realm.h"

enum etype_service {
    SERVICE_ACCOUNT,
    SERVICE_TGS,   /* krbtgt of this realm: the KDC itself, nothing is said of it but its policy */
    SERVICE_TRUST, /* krbtgt of another realm */
};

struct etype_inputs {
    const int64_t *asked; /* as the client has ordered them */
    size_t n_asked;
    const struct account *client;  /* AS; NULL: none is needed */
    const struct account *service; /* its newest keys, ACCOUNT_DES_ONLY, supported_etypes */
    enum etype_service kind;
    const struct realm_policy *policy; /* etypes, default_supported, weak_sessions, ... */
};

struct etype_choice {
    int32_t etype;                 /* 0: none */
    const struct account_key *key; /* NULL for a session key */
    const char *why;               /* none: which list was left empty, at most 40 characters */
};

struct etype_choice choose_session(const struct etype_inputs *);
struct etype_choice choose_ticket(const struct etype_inputs *);
struct etype_choice choose_reply(const struct etype_inputs *);

/* The bits of MS-KILE 2.2.7 that hold for the service, 0: none, its keys decide. */
uint32_t etype_declared(const struct etype_inputs *);
/* "0x24: rc4 aes-session"; "nothing" for 0. In mem. */
const char *etype_bits_text(struct arena *mem, uint32_t bits);
bool etype_in_policy(const struct realm_policy *, int64_t etype);
/* As the type of a session key. */
bool etype_may_be_session(const struct realm_policy *, int64_t etype);

#endif
