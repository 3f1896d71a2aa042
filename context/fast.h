/* FAST (RFC 6113 5.4): what client and KDC do alike. The armor key comes from a ticket that both
 * can use already; the challenge keys and the strengthened reply key are mixed with it. Everything
 * made is in turn->mem; false: our fault, unless said otherwise. */
#ifndef CONTEXT_FAST_H
#define CONTEXT_FAST_H

#include "context/ap.h"

#define USAGE_FAST_REQ_CHKSUM      50
#define USAGE_FAST_ENC             51
#define USAGE_FAST_REP             52
#define USAGE_FAST_FINISHED        53
#define USAGE_ENC_CHALLENGE_CLIENT 54
#define USAGE_ENC_CHALLENGE_KDC    55

#define FX_FAST_ARMOR_AP_REQUEST 1
#define AD_FX_FAST_ARMOR         71          /* good as armor only (RFC 6113 5.4.1.1) */
#define AD_FX_FAST_USED          72          /* the request was armored (RFC 6113 5.4.2) */
#define FAST_CRITICAL            0xffff0000u /* bits 0 to 15 of FastOptions (RFC 6113 7.4) */

/* Of the subkey in an authenticator and the session key of its ticket (RFC 6113 5.4.1.1). */
bool fast_armor_key(struct crypto *, const struct key *subkey, const struct key *session,
                    struct key *armor);
/* Of the strengthen-key and the reply key there would be without it (RFC 6113 5.4.3). */
bool fast_reply_key(struct crypto *, const struct key *strengthen, const struct key *reply,
                    struct key *out);
/* Of the armor key and the client's long-term key (RFC 6113 5.4.6). */
bool fast_client_challenge_key(struct crypto *, const struct key *armor,
                               const struct key *long_term, struct key *out);
bool fast_kdc_challenge_key(struct crypto *, const struct key *armor, const struct key *long_term,
                            struct key *out);

/* The padata-value of PA-FX-FAST in a request: the armor (NULL: implicit, RFC 6113 5.4.2), the
 * checksum over `covered`, the request sealed. */
bool fast_request_value(struct turn *, const struct key *armor_key,
                        const struct KrbFastArmor *armor, struct bytes covered,
                        const struct KrbFastReq *, struct bytes *value);
/* The same in a reply or in the METHOD-DATA of an error. */
bool fast_reply_value(struct turn *, const struct key *armor_key, const struct KrbFastResponse *,
                      struct bytes *value);
/* A time sealed as a challenge: the padata-value. */
bool fast_challenge_value(struct turn *, const struct key *challenge_key, int32_t usage,
                          struct bytes *value);

/* WELLKNOWN/ANONYMOUS in the realm WELLKNOWN:ANONYMOUS: who is named where a client hides (RFC 8062
 * 3). The name is a constant's; not to be changed. */
struct PrincipalName fast_anonymous_name(void);
#define FAST_ANONYMOUS_REALM BYTES_LIT("WELLKNOWN:ANONYMOUS")

/* NULL: none of that type. */
const struct PA_DATA *padata_find(const struct PA_DATA *, size_t n, int64_t type);

#endif
