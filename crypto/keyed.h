/* Contexts that hold the keys derived for one (key, usage), ready for use. Those of long-term keys
 * are kept in a bounded cache, the least recently used of a set making room; those of all other
 * keys share one place per encryption type, where the next key replaces the last. */
#ifndef CRYPTO_KEYED_H
#define CRYPTO_KEYED_H

#include "crypto/crypto.h"

#include <openssl/evp.h>

/* What a derived key is for; the last octet of the constant (RFC 3961 5.3). */
enum kind { KIND_CHECKSUM, KIND_ENCRYPTION, KIND_INTEGRITY, KINDS };
uint8_t kind_octet(enum kind); /* 0x99, 0xAA, 0x55 */

/* HMAC with a key: the hash as it is after the inner and the outer pad. */
struct hmac {
    EVP_MD_CTX *inner, *outer;
};

struct keyed {
    struct key key;
    int32_t usage;
    uint32_t tag;  /* hash of key and usage */
    uint64_t used; /* when last, in look-ups; 0: nothing here */
    /* Made when first wanted. A context outlives its key: it is keyed again, not made again. */
    EVP_CIPHER_CTX *decrypt, *encrypt; /* Ke */
    struct hmac macs[KINDS];           /* Kc, Ki */
    bool decrypt_ready, encrypt_ready, mac_ready[KINDS];
};

#define DERIVED_MAX 64 /* octets of the longest derived key, and of a whole HMAC */

#define KEYED_SETS 256
#define KEYED_WAYS 4
#define ETYPES     9

struct keyed_cache {
    uint64_t now;
    struct keyed passing[ETYPES]; /* by the place of the row in its table */
    struct keyed lasting[KEYED_SETS][KEYED_WAYS];
};

struct keyed *keyed_find(struct crypto *, const struct etype_row *, const struct key *,
                         int32_t usage);
/* The context keyed with Ke, or with Kc or Ki. NULL: OpenSSL refused. */
EVP_CIPHER_CTX *keyed_cipher(struct crypto *, const struct etype_row *, struct keyed *,
                             bool encrypt);
const struct hmac *keyed_mac(struct crypto *, const struct etype_row *, struct keyed *, enum kind);
/* Wipes the passing keys, and keys their contexts anew with `clear`. */
void keyed_forget(struct keyed_cache *, void (*clear)(EVP_CIPHER_CTX *));
/* Wipes and frees all there is. */
void keyed_cache_free(struct keyed_cache *);

#endif
