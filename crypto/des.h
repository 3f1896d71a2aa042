/* What is left of single DES: its keys' form, on which des3 stands, and its string-to-key, which
 * old keytabs and the published vectors have. No message is sealed with it (RFC 6649). */
#ifndef CRYPTO_DES_H
#define CRYPTO_DES_H

#include "crypto/crypto.h"

/* Sets the parity bits (the lowest of each octet, odd), and leaves the 16 weak and semi-weak keys
 * by changing the last octet (RFC 3961 6.2, key_correction). */
void des_correct(uint8_t key[8]);
/* RFC 3961 6.2, mit_des_string_to_key. */
bool des_string_to_key(struct crypto *, struct bytes password, struct bytes salt, uint8_t out[8]);

#endif
