/* NTLM's functions (MS-NLMP 3.3, 3.4) and those of the netlogon secure channel (MS-NRPC 3.1.4,
 * 3.3.4.2): formulas over octets, no messages here. Passwords and names are UTF-8 and become
 * UTF-16LE inside; user names are upper-cased by simple mapping, code unit by code unit
 * (MS-UCODEREF 3.1.5.3), domains are not. False: the input is no UTF-8, too long, or OpenSSL
 * failed. */
#ifndef CRYPTO_NTLM_H
#define CRYPTO_NTLM_H

#include "crypto/crypto.h"

#define NTLM_HASH 16

/* MS-NLMP 3.3.1. The LM hash exists only for passwords of at most 14 OEM (here: ASCII) characters;
 * false otherwise. */
bool lmowf_v1(struct crypto *, struct bytes password, uint8_t out[NTLM_HASH]);
bool ntowf_v1(struct crypto *, struct bytes password, uint8_t out[NTLM_HASH]);
/* MS-NLMP 3.3.2, of the NT hash: HMAC-MD5 over upper(user) and domain. */
bool ntowf_v2(struct crypto *, const uint8_t nt_hash[NTLM_HASH], struct bytes user,
              struct bytes domain, uint8_t out[NTLM_HASH]);
/* DESL (MS-NLMP 6): three DES encryptions of 8 octets. */
bool ntlm_desl(struct crypto *, const uint8_t key[NTLM_HASH], const uint8_t data[8],
               uint8_t out[24]);
/* NTLM2 session response (ESS): DESL of MD5(server | client challenge)'s first half. */
bool ntlm2_session_response(struct crypto *, const uint8_t nt_hash[NTLM_HASH],
                            const uint8_t server[8], const uint8_t client[8], uint8_t out[24]);
/* HMAC-MD5(NTOWFv2, server challenge | temp): NTProofStr; LMv2's with the client challenge as temp.
 */
bool ntlmv2_proof(struct crypto *, const uint8_t ntowf2[NTLM_HASH], const uint8_t server[8],
                  struct bytes temp, uint8_t out[16]);
bool hmac_md5(struct crypto *, struct bytes key, const struct bytes *parts, size_t n,
              uint8_t out[16]);
bool md4_of(struct crypto *, struct bytes, uint8_t out[16]);
bool md5_of(struct crypto *, const struct bytes *parts, size_t n, uint8_t out[16]);
/* Session base key of NTLMv1 (MD4 of the NT hash), and KXKEY (MS-NLMP 3.4.5.1). flags are
 * NegotiateFlags. lm_response is read where LM_KEY or NON_NT_SESSION_KEY ask for it. */
bool ntlm_kxkey(struct crypto *, uint32_t flags, const uint8_t session_base_key[16],
                struct bytes lm_response, const uint8_t server_challenge[8],
                const uint8_t lm_hash[NTLM_HASH], bool ntlmv2, uint8_t out[16]);
/* MS-NLMP 3.4.5.2, 3.4.5.3. client: of the direction from the client. *n: octets of SEALKEY. */
bool ntlm_signkey(struct crypto *, uint32_t flags, const uint8_t exported[16], bool client,
                  uint8_t out[16]);
bool ntlm_sealkey(struct crypto *, uint32_t flags, const uint8_t exported[16], bool client,
                  uint8_t out[16], size_t *n);

/* RC4 whose state lasts from message to message (MS-NLMP 3.4.3). OpenSSL's, or where that cannot be
 * kept in a value, these 258 octets. */
struct rc4 {
    uint8_t i, j, s[256];
};
void rc4_start(struct rc4 *, struct bytes key);
void rc4_run(struct rc4 *, const uint8_t *in, size_t n, uint8_t *out); /* in == out may be */
uint32_t crc32_of(struct bytes);

/* ---- netlogon ---------------------------------------------------------------------------------
 */
/* AES session key (MS-NRPC 3.1.4.3.1): HMAC-SHA256(shared secret, client | server challenge), 16
 * octets; strong key (3.1.4.3.2) by MD5. shared_secret is the NT hash of the machine account. */
bool netlogon_session_key_aes(struct crypto *, const uint8_t secret[16], const uint8_t client[8],
                              const uint8_t server[8], uint8_t out[16]);
bool netlogon_session_key_strong(struct crypto *, const uint8_t secret[16], const uint8_t client[8],
                                 const uint8_t server[8], uint8_t out[16]);
/* Credential (3.1.4.4): AES-128-CFB8, IV zero; or two DES for the strong key. */
bool netlogon_credential_aes(struct crypto *, const uint8_t key[16], const uint8_t in[8],
                             uint8_t out[8]);
bool netlogon_credential_des(struct crypto *, const uint8_t key[16], const uint8_t in[8],
                             uint8_t out[8]);
/* The AES message protection of 3.3.4.2: signature is NL_AUTH_SHA2_SIGNATURE, of which 32 octets
 * (24 without confidentiality) are used; sequence counts from 0; from_client sets the high bit.
 * Sealing works in place on `text`. Checks are in constant time. */
bool netlogon_protect(struct crypto *, const uint8_t key[16], uint64_t sequence, bool from_client,
                      bool seal, const uint8_t confounder[8], uint8_t *text, size_t n,
                      uint8_t signature[56]);
/* False also when anything of it does not fit; text is zeros then. */
bool netlogon_unprotect(struct crypto *, const uint8_t key[16], uint64_t sequence, bool from_client,
                        bool seal, uint8_t *text, size_t n, const uint8_t *signature,
                        size_t n_signature);
/* The sequence number that a signature says under this key, and whose it is; nothing is proven by
 * it. False: no signature of this form. */
bool netlogon_sequence(struct crypto *, const uint8_t key[16], struct bytes signature,
                       uint64_t *sequence, bool *from_client);
#define NETLOGON_SIGNATURE      56
#define NETLOGON_SIGNATURE_USED 32 /* of them; the rest is zeros, and some peers leave it out */

#endif
