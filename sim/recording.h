/* A recording of a live session (`tessera live --record`), read back: the messages in the order
 * they passed, with whose clock and randomness they were answered. */
#ifndef SIM_RECORDING_H
#define SIM_RECORDING_H

#include "base/packet.h"

struct recorded {
    int64_t at; /* microseconds since 1970: the clock of the turn */
    bool request;
    bool closed; /* nothing passed: the connection is gone */
    bool tls;    /* it was inside TLS */
    size_t conn; /* of the stream that it came on, from 1; the same ends, the same number */
    enum transport via;
    uint16_t port;     /* of a request to the KDC: as packet->port */
    struct bytes from; /* the sender's address, as of struct party */
    struct bytes data; /* a whole message, framing cut */
};

struct recording {
    const char *scenario;
    uint64_t seed;
    const char *certificate; /* SHA-256 of the server's, in hexadecimal; NULL: there was no TLS */
    struct recorded *messages;
    size_t n;
};

/* In mem. False: *error says what is wrong with the file, and where. */
bool recording_read(const char *path, struct arena *mem, struct recording *out, char **error);

#endif
