/* The ledger: what must be shared between turns and exact. Plain in the world; live it is made
 * with locks (ledger_new's `shared`). All times are microseconds since 1970, by the owner's clock.
 */
#ifndef REALM_LEDGER_H
#define REALM_LEDGER_H

#include "base/bytes.h"

struct ledger;
/* Memory is bounded: `entries` of each kind are remembered (shared: some more, since each shard has
 * a little slack). What was remembered longest goes first, once its time is over. shared: sharded
 * and locked. NULL: no memory. */
struct ledger *ledger_new(size_t entries, bool shared);
void ledger_free(struct ledger *);

/* Has this been seen? Atomic: of two equal keys within `window`, exactly one call says NEW. The
 * key is a digest or the tuple's octets (RFC 4120 3.2.3: server, client, time, microseconds; the
 * authenticator's ciphertext has them all). Keys of 32 octets and more are held as a hash of 256
 * bits. It is remembered up to and including now + window. FULL: it cannot be remembered, and so
 * must not be accepted. Callers that share a ledger should ask for like windows: a long one keeps
 * younger, shorter ones from making room. */
enum replay { REPLAY_NEW, REPLAY_SEEN, REPLAY_FULL };
enum replay replay_insert(struct ledger *, struct bytes key, int64_t now, int64_t window);

/* Wrong passwords: reserve before a key is tried, settle after. False: `limit` attempts are wrong
 * or under way; the key must not be tried. A right one clears the account; wrong ones are forgotten
 * when `window` has passed since the last. limit 0: nothing is counted, nothing to settle. */
bool attempt_reserve(struct ledger *, struct bytes account, unsigned limit, int64_t now,
                     int64_t window);
void attempt_settle(struct ledger *, struct bytes account, bool good, int64_t now);
/* Neither right nor wrong: as if it had not been made. */
void attempt_withdraw(struct ledger *, struct bytes account);
/* How many wrong ones are remembered. Only to tell and to refuse early: who tries a key reserves.
 */
unsigned attempt_count(struct ledger *, struct bytes account, int64_t now);

/* A retransmitted request gets the reply its first copy got (RFC 4120 3.1.3 leaves it to the KDC;
 * MIT's lookaside). Found by the request's octets, whoever sends them: a reply is of use only to
 * who has the key. *reply is copied into out (room octets); returns its length, 0: not known, or
 * longer than room. At most 64 octets an entry and never less than 256 KiB are kept in all, for
 * LOOKASIDE_LIFE. */
#define LOOKASIDE_LIFE ((int64_t)120 * 1000000)
#define LOOKASIDE_MAX  65536 /* longest reply worth asking for */
size_t lookaside_find(struct ledger *, struct bytes request, int64_t now, uint8_t *out,
                      size_t room);
void lookaside_keep(struct ledger *, struct bytes request, struct bytes reply, int64_t now);

#endif
