/* The hashes of HTTP's Digest (RFC 7616 3.4): MD5, MD5-sess, SHA-256, SHA-256-sess, SHA-512-256(-sess);
 * qop none and auth. Results are lower-case hexadecimal, NUL-ended. */
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
/* From H(user:realm:password) as it is stored, without -sess. */
bool digest_response_of(struct crypto *, const struct digest_inputs *, const char *ha1,
                        char out[DIGEST_HEX_MAX]);
bool digest_userhash(struct crypto *, const struct digest_inputs *, char out[DIGEST_HEX_MAX]);

#endif
