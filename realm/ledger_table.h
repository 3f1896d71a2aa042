/* What the ledger's three kinds of memory stand on: a table of bounded size whose slots are found
 * by a fingerprint and also stand in the order of their coming. Slots are numbered from 1; 0 is
 * none. Private to the ledger. */
#ifndef REALM_LEDGER_TABLE_H
#define REALM_LEDGER_TABLE_H

#include "base/bytes.h"

#define PRINT_SIZE 32

/* A key of up to 31 octets as it is; of a longer one, 32 octets of a hash that depends on the
 * ledger. Equal keys always have equal prints. */
struct print {
    uint8_t octets[PRINT_SIZE];
    uint64_t hash;
};
struct print print_of(uint64_t seed, struct bytes key);

struct slot {
    uint8_t print[PRINT_SIZE];
    int64_t until;         /* remembered up to and including this time */
    uint32_t bucket, next; /* where it hangs */
    uint32_t older, newer;
};

struct table {
    struct slot *slots; /* [1, room] */
    uint32_t *buckets;
    uint32_t room, used, n_buckets;
    uint32_t oldest, newest, free; /* free: linked by .newer */
};

bool table_init(struct table *, uint32_t room);
void table_free(struct table *);
uint32_t table_find(const struct table *, const struct print *);
/* As the newest. 0: full. */
uint32_t table_add(struct table *, const struct print *, int64_t until);
void table_remove(struct table *, uint32_t slot);
/* Makes it the newest. */
void table_renew(struct table *, uint32_t slot, int64_t until);
/* The oldest, if its time is over; else 0. */
uint32_t table_expired(const struct table *, int64_t now);

#endif
