/* One turn: the whole world of an engine while it handles one packet. An engine is called with a
 * packet and a turn and can touch nothing else: no clock, no randomness, no heap, no socket, no
 * file. Same packet, same turn, same octets out. */
#ifndef BASE_TURN_H
#define BASE_TURN_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/packet.h"
#include "base/rng.h"
#include "base/story.h"
#include "base/when.h"

struct crypto; /* crypto/crypto.h */

struct turn {
    int64_t now; /* microseconds since 1970-01-01 00:00:00 UTC, by the clock of this party */
    struct rng *rng;
    struct crypto *crypto;
    struct arena *mem; /* lives until the outbox has been carried away */
    struct outbox *out;
    struct story *tell;    /* NULL: not narrated, and nothing of the narration is built */
    struct faults *faults; /* NULL: nobody wants the reasons */
};

/* Runs fn(arg, packet, turn) and returns what it returns, or false when memory ran out on the way
 * (turn->mem's escape). Every engine's entry goes through here. */
bool turn_guarded(bool (*fn)(void *arg, const struct packet *, struct turn *), void *arg,
                  const struct packet *, struct turn *);

#endif
