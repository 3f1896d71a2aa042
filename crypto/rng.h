/* The two kinds of struct rng (base/rng.h). */
#ifndef CRYPTO_RNG_H
#define CRYPTO_RNG_H

#include "crypto/crypto.h"

/* Deterministic: octet stream number (seed, party, turn, purpose) is
 *   SHA-256("tessera-rng-1" | seed as 8 octets BE | party | 0 | turn as 8 octets BE | purpose | 0 |
 *           counter as 8 octets BE), counter = 0, 1, 2...
 * concatenated. Each purpose has its own counter, so what one purpose takes does not move another.
 */
struct seeded_rng {
    struct rng rng;
    struct crypto *crypto;
    uint64_t seed, turn;
    const char *party;
    struct {
        const char *purpose;
        uint64_t octets; /* taken so far */
    } streams[16];
    size_t n_streams;
};
/* For turn 0; call seeded_rng_turn before each turn. */
void seeded_rng_init(struct seeded_rng *, struct crypto *, uint64_t seed, const char *party);
void seeded_rng_turn(struct seeded_rng *, uint64_t turn);

/* The kernel's randomness (getrandom), drawn 4096 octets at a time and wiped as used. */
struct system_rng {
    struct rng rng;
    uint8_t pool[4096];
    size_t used;
};
void system_rng_init(struct system_rng *);

#endif
