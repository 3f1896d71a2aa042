/* TLS from the client's end, over a socket that does not block: the server's certificate is checked
 * against authorities and the host's name (RFC 5280, RFC 6125), and its hash for channel bindings
 * is given (RFC 5929 4.1). */
#ifndef CRYPTO_TLS_CLIENT_H
#define CRYPTO_TLS_CLIENT_H

#include "base/arena.h"

struct tls_client;

struct tls_client_config {
    const char *host;        /* a name or an address; names are said in clear (SNI) */
    const char *authorities; /* PEM; NULL: those of the system */
    bool insecure;           /* the certificate is not checked */
};
/* NULL: *why. The descriptor stays the caller's. */
struct tls_client *tls_client_new(int fd, const struct tls_client_config *, const char **why);
void tls_client_free(struct tls_client *); /* says goodbye (close_notify) */

enum tls_state {
    TLS_DONE,
    TLS_READ,  /* wait until the descriptor can be read, and call again */
    TLS_WRITE, /* or written */
    TLS_END,   /* the other end has said goodbye */
    TLS_BAD,   /* tls_client_why */
};
enum tls_state tls_client_handshake(struct tls_client *);
enum tls_state tls_client_write(struct tls_client *, struct bytes, size_t *n);
enum tls_state tls_client_read(struct tls_client *, uint8_t *out, size_t room, size_t *n);
const char *tls_client_why(const struct tls_client *);
/* "TLSv1.3" */
const char *tls_client_version(const struct tls_client *);

/* "tls-server-end-point:" and the hash of the server's certificate by the hash of its signature,
 * SHA-256 in place of MD5 and SHA-1. In mem. Empty: the signature has no such hash. */
struct bytes tls_client_end_point(const struct tls_client *, struct arena *mem);

#endif
