/* Typed seal and open: a value of a production, encrypted under a key for a usage, and back. */
#ifndef CONTEXT_SEAL_H
#define CONTEXT_SEAL_H

#include "base/turn.h"
#include "crypto/crypto.h"
#include "wire/codec.h"
#include "wire/kerberos.h"

/* Encodes `value` by its row and seals it. kvno 0: no kvno in the EncryptedData (session keys).
 * The confounder comes from turn->rng. Everything in turn->mem. False: our fault. */
bool seal_value(struct turn *, const struct asn_type *, const void *value, const struct key *,
                uint32_t kvno, int32_t usage, struct EncryptedData *out);

/* The value without the zeros that fill the last block of a type with blocks (des3-cbc-sha1-kd):
 * the length of what was encrypted is its own DER's (RFC 3961 4). */
struct bytes without_padding(int32_t etype, struct bytes plain);

enum open_result {
    OPEN_OK,
    OPEN_ETYPE,     /* the ciphertext says another encryption type than the key has */
    OPEN_INTEGRITY, /* the key does not fit, or it was changed: KRB_AP_ERR_BAD_INTEGRITY */
    OPEN_DECODE,    /* opened, but what was inside is not this production; a fault was raised */
};
/* Opens and decodes (ASN_DEPLOYED). *out is a C struct of the row, its views in turn->mem. */
enum open_result open_value(struct turn *, const struct EncryptedData *, const struct key *,
                            int32_t usage, const struct asn_type *, void *out);

/* Between the wire's EncryptionKey and crypto's key. The value is viewed, not copied. */
bool key_from_wire(const struct EncryptionKey *, struct key *out);
struct EncryptionKey key_to_wire(const struct key *);

/* ---- names: PrincipalName and friends, used by every engine --------------------------------- */
bool principal_equal(const struct PrincipalName *, const struct PrincipalName *);
/* "HTTP/www.example.test" or "alice" to a PrincipalName in mem (backslash escapes as in RFC 1964
 * 2.1.1); name_type as given. A "@REALM" is split off into *realm when realm is not NULL and left
 * untouched when there is none. */
bool principal_parse(struct arena *mem, const char *text, int32_t name_type,
                     struct PrincipalName *out, struct bytes *realm);
/* "HTTP/www.example.test", with "@REALM" when realm.n; components escaped as krb5_unparse_name
 * does. In mem. */
char *principal_text(struct arena *mem, const struct PrincipalName *, struct bytes realm);

#endif
