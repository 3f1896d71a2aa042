/* Randomness is handed in. In the world every party draws from a named, reproducible stream; live,
 * from the system. crypto/rng.h makes both kinds. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include "base/bytes.h"

struct rng {
    /* Fills p with n octets. `purpose` names what they are for ("session-key", "confounder",
     * "nonce"...): the deterministic kind keeps one stream for each, so that a change in one place
     * does not reshuffle the rest. Does not fail: the system kind ends the program if the kernel
     * has no randomness. */
    void (*fill)(struct rng *, const char *purpose, uint8_t *p, size_t n);
};

static inline void rng_fill(struct rng *r, const char *purpose, void *p, size_t n)
{
    r->fill(r, purpose, p, n);
}

#endif
