/* What a transport knows of the TLS layer under a message. In a lesson TLS is a promise of the
 * world (nobody on the way reads or changes it); live it is OpenSSL's. */
#ifndef BASE_TLS_H
#define BASE_TLS_H

#include "base/bytes.h"

struct tls {
    /* RFC 5929 4.1: "tls-server-end-point:" and the hash of the certificate of the server at whose
     * connection this message is, as the application data of channel bindings (RFC 2743 1.1.6). */
    struct bytes end_point;
    struct bytes client_certificate; /* DER; empty: the client showed none */
    const char *client_subject;      /* of it: "CN=alice"; NULL: none */
    const char *client_fingerprint;  /* SHA-256 of it, 64 hexadecimal digits; NULL: none */
};

#endif
