/* The ledger: what must be shared between turns and exact. Plain in the world; live it is made
 * with locks (ledger_new's `shared`). All times are microseconds since 1970, by the owner's clock. */
#ifndef REALM_LEDGER_H
#define REALM_LEDGER_H

#include "base/bytes.h"

struct ledger;
/* Memory is bounded: at most `entries` of each kind are remembered, oldest expired first. shared:
 * sharded and locked. NULL: no memory. */
struct ledger *ledger_new(size_t entries, bool shared);
void ledger_free(struct ledger *);

/* Has this been seen? Atomic: of two equal keys within `window`, exactly one call says true. The
 * key is a digest or the tuple's octets (RFC 4120 3.2.3: server, client, time, microseconds, and
 * here the authenticator's ciphertext). */
enum replay { REPLAY_NEW, REPLAY_SEEN, REPLAY_FULL };
enum replay replay_insert(struct ledger *, struct bytes key, int64_t now, int64_t window);

/* Bad-password counting: reserve before a key is tried, settle after. */
bool attempt_reserve(struct ledger *, struct bytes account, unsigned limit, int64_t now,
                     int64_t window);
void attempt_settle(struct ledger *, struct bytes account, bool good, int64_t now);

/* A retransmitted request gets the reply its first copy got (RFC 4120 3.1.3 leaves it to the KDC;
 * MIT's lookaside). Looks up by the request's octets and sender; *reply is copied into out (limit
 * octets); returns its length, 0: not known. */
size_t lookaside_find(struct ledger *, struct bytes request, int64_t now, uint8_t *out,
                      size_t room);
void lookaside_keep(struct ledger *, struct bytes request, struct bytes reply, int64_t now);

#endif
