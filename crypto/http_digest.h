/* The hashes of HTTP's Digest (RFC 7616 3.4): MD5, MD5-sess, SHA-256, SHA-256-sess,
 * SHA-512-256(-sess); qop auth, and none as in RFC 2617 3.2.2.1. Results are lower-case
 * hexadecimal, NUL-ended. */
#ifndef CRYPTO_HTTP_DIGEST_H
#define CRYPTO_HTTP_DIGEST_H

#include "crypto/crypto.h"

#define DIGEST_HEX_MAX 129
struct digest_inputs {
    struct bytes algorithm; /* as written; empty: MD5 */
    struct bytes user, realm, password, method, uri, nonce, nc, cnonce, qop;
};
/* False: an algorithm or qop that is not known. */
bool digest_ha1(struct crypto *, const struct digest_inputs *, char out[DIGEST_HEX_MAX]);
/* H(A1) of this session: what is stored, and with -sess the nonces worked in (3.4.2). */
bool digest_session_ha1(struct crypto *, const struct digest_inputs *, const char *ha1,
                        char out[DIGEST_HEX_MAX]);
/* KD(H(A1), ...) with the session's H(A1). An empty method makes rspauth (3.5). */
bool digest_response_with(struct crypto *, const struct digest_inputs *, const char *session_ha1,
                          char out[DIGEST_HEX_MAX]);
/* The two in one: from H(user:realm:password) as it is stored, without -sess. */
bool digest_response_of(struct crypto *, const struct digest_inputs *, const char *ha1,
                        char out[DIGEST_HEX_MAX]);
/* The name of the algorithm as it is printed, without -sess told by *session; NULL: not known. */
const char *digest_algorithm(struct bytes name, bool *session);
bool digest_userhash(struct crypto *, const struct digest_inputs *, char out[DIGEST_HEX_MAX]);

#endif
