/* TLS at the live realm's door: a certificate of a certification authority of its own, and what a
 * finished handshake says. The engines see nothing but struct tls (base/tls.h). Keys follow from
 * secrets that the caller draws, so that what `tessera env` writes fits what `tessera live` shows.
 */
#ifndef CRYPTO_TLS_H
#define CRYPTO_TLS_H

#include "base/arena.h"
#include "base/tls.h"

#define TLS_SECRET 32

struct ssl_st; /* OpenSSL's connection, for libevent's bufferevent_openssl */

/* A private key and its certificate. */
struct tls_identity;
/* Signs itself. NULL: OpenSSL failed. */
struct tls_identity *tls_authority(const char *name, const uint8_t secret[TLS_SECRET]);
/* Signed by the authority: of a server for its hosts ("www.example.test", "127.0.0.1"; NULL-ended),
 * or with hosts NULL of a client, subject "CN=name". */
struct tls_identity *tls_identity(const struct tls_identity *authority, const char *name,
                                  const char *const *hosts, const uint8_t secret[TLS_SECRET]);
void tls_identity_free(struct tls_identity *);
/* Its certificate in PEM, with the key behind it where with_key. In mem. {NULL, 0}: our fault. */
struct bytes tls_pem(const struct tls_identity *, bool with_key, struct arena *mem);
/* "tls-server-end-point:" and the hash (RFC 5929 4.1): SHA-256, as the signature's. In mem. */
struct bytes tls_end_point(const struct tls_identity *, struct arena *mem);

struct tls_door; /* what all connections of one door share */
/* TLS 1.2 and 1.3; a client may show a certificate. */
struct tls_door *tls_door(const struct tls_identity *server, const struct tls_identity *authority);
void tls_door_free(struct tls_door *);
/* For one connection; whoever is given it frees it (bufferevent_openssl does). NULL: our fault. */
struct ssl_st *tls_accept(struct tls_door *);
/* After the handshake, in mem: the client's certificate and its fingerprint; its subject only where
 * the authority signed it, for anybody can write one of his own. end_point is the caller's. */
void tls_peer(struct ssl_st *, struct arena *mem, struct tls *out);

#endif
