/* Kerberos cryptography: RFC 3961's framework and its encryption types. OpenSSL is seen only
 * inside this folder.
 *
 * Nothing here draws randomness of its own: what is random comes from the struct rng handed in.
 * Lengths are in octets. A function that returns false without saying more means: the arguments
 * do not fit the encryption type (unknown type, key of a wrong length, ciphertext too short) or,
 * where said, that an integrity check failed; nothing is written then. */
#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include "base/arena.h"
#include "base/rng.h"

/* OpenSSL's algorithms fetched once in a private library context, and a bounded cache of keyed
 * contexts. One per thread; not shared. */
struct crypto;
struct crypto *crypto_new(void); /* NULL: OpenSSL or its legacy provider cannot be had */
void crypto_free(struct crypto *);
/* Forgets every key but the lasting ones: for when there is nothing to do. What was derived from a
 * session key stays behind only in what this cannot reach, the states of two hashes. */
void crypto_forget(struct crypto *);

#define KEY_MAX 32 /* octets of the longest protocol key (aes256) */

/* A protocol key (RFC 3961 3). kvno is carried elsewhere. */
struct key {
    int32_t etype;
    uint8_t n;    /* octets used of v */
    bool lasting; /* a long-term key that will be used again: its contexts may be cached */
    uint8_t v[KEY_MAX];
};

/* One row per encryption type. */
struct etype_row {
    int32_t etype;
    const char *name;       /* "aes256-cts-hmac-sha1-96", as IANA prints it */
    const char *aliases[4]; /* what krb5.conf also calls it: "aes256-cts", "aes256-sha1" */
    uint8_t key_size;       /* of the protocol key */
    uint8_t seed_size;      /* key-generation seed */
    uint8_t confounder_size;
    uint8_t mac_size;    /* truncated */
    uint8_t block_size;  /* of the message: the plaintext is padded to it (1: not) */
    int32_t cksumtype;   /* the required (mandatory) checksum */
    uint32_t iterations; /* PBKDF2's default; 0: string-to-key has no parameter */
    bool salted;         /* string-to-key takes a salt */
    bool weak;           /* rc4-hmac and older: not chosen unless a policy says so */
    bool rare;           /* sound, but few peers have it: as little chosen of itself */
    const struct etype_functions *functions; /* private to crypto/ */
};
/* NULL: not implemented. */
const struct etype_row *etype_find(int32_t etype);
const struct etype_row *etype_by_name(struct bytes name); /* name or alias, case-insensitively */
/* All rows, strongest first, n of them. */
const struct etype_row *etype_table(size_t *n);

/* A key from its octets. False: wrong length or unknown type. */
bool key_import(int32_t etype, struct bytes value, struct key *out);
static inline struct bytes key_bytes(const struct key *k)
{
    return bytes_of(k->v, k->n);
}
/* Constant time in the value. */
bool key_equal(const struct key *, const struct key *);
/* RFC 3961 random-to-key on seed_size octets drawn from rng under purpose "session-key" or
 * what is given. */
bool key_random(struct crypto *, struct rng *, const char *purpose, int32_t etype, struct key *out);

/* RFC 3961 encrypt/decrypt with the keys derived for `usage`.
 * sealed_size: octets of the ciphertext (confounder, padding and MAC included) of n octets of
 * plaintext. */
size_t sealed_size(int32_t etype, size_t n);
/* Writes sealed_size() octets to out; plain and out may not overlap. The confounder is drawn from
 * rng under purpose "confounder". */
bool seal(struct crypto *, struct rng *, const struct key *, int32_t usage, struct bytes plain,
          uint8_t *out);
/* The MAC is checked in constant time before anything is believed. out has room for cipher.n
 * octets, not overlapping cipher; *n becomes the octets of plaintext (confounder and MAC removed;
 * des3's padding stays). False also when the integrity check fails (KRB_AP_ERR_BAD_INTEGRITY):
 * what had to be decrypted to find out has been wiped, and out may hold zeros. */
bool unseal(struct crypto *, const struct key *, int32_t usage, struct bytes cipher, uint8_t *out,
            size_t *n);

#define CHECKSUM_MAX 64 /* octets of the longest checksum of any type */
/* RFC 3961 get_mic. cksumtype 0 means the key's required one. Unkeyed types (CRC32, MD4, MD5,
 * SHA1) take a NULL key; -138 and -137 take a key of any type (MS-SFU 2.2.1), the others one of
 * theirs. *n: octets written. */
bool checksum_make(struct crypto *, int32_t cksumtype, const struct key *, int32_t usage,
                   struct bytes input, uint8_t out[CHECKSUM_MAX], size_t *n);
/* Constant time. False: not equal, or the type does not go with the key's etype. */
bool checksum_verify(struct crypto *, int32_t cksumtype, const struct key *, int32_t usage,
                     struct bytes input, struct bytes checksum);
/* Is the type implemented? */
bool checksum_known(int32_t cksumtype);
/* A checksum no one can make without the key. */
bool checksum_is_keyed(int32_t cksumtype);

/* RFC 3961 string-to-key. params is s2kparams as in ETYPE-INFO2 (4 octets, big-endian iteration
 * count, for AES; empty: the default). An iteration count of 0 (2^32) or over 2^24 is refused: a
 * peer must not make us work for minutes. */
bool string_to_key(struct crypto *, int32_t etype, struct bytes password, struct bytes salt,
                   struct bytes params, struct key *out);

/* RFC 3961 DK / DR, RFC 8009 KDF-HMAC-SHA2: the key derived from k by `constant` (5 octets for a
 * usage: number and kind 0x99, 0xAA or 0x55). Writes *n octets; out has room for KEY_MAX. */
bool derive_key(struct crypto *, const struct key *, struct bytes constant, uint8_t *out,
                size_t *n);
/* RFC 3961 pseudo-random: *n octets (16, 32 or 48; 20 for rc4). out has room for 64. */
bool prf(struct crypto *, const struct key *, struct bytes input, uint8_t *out, size_t *n);
/* RFC 6113 5.1 PRF+, len octets. */
bool prf_plus(struct crypto *, const struct key *, struct bytes pepper, uint8_t *out, size_t len);
/* RFC 6113 5.1 KRB-FX-CF2; the result has the etype of k1. */
bool fx_cf2(struct crypto *, const struct key *k1, struct bytes pepper1, const struct key *k2,
            struct bytes pepper2, struct key *out);

/* The usual salt of a principal: realm and name components put together (RFC 4120 4). In mem. */
struct bytes default_salt(struct arena *mem, struct bytes realm, const struct bytes *components,
                          size_t n);

#endif
