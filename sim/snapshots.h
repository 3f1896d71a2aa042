/* A scenario's realm while passwords change in it under many threads: a snapshot for each change,
 * each in memory of its own, wiped and given back when nobody looks at it any more. */
#ifndef SIM_SNAPSHOTS_H
#define SIM_SNAPSHOTS_H

#include "realm/realm.h"
#include "sim/scenario.h"

#include <stdatomic.h>

struct snapshots;
struct snapshot;

/* The first snapshot is the scenario's realm of that name and lives in mem, as long as that. NULL:
 * *error says why. Everything else is freed by snapshots_free. */
struct snapshots *snapshots_new(const struct scenario *, const char *realm, struct arena *mem,
                                char **error);
void snapshots_free(struct snapshots *); /* its readers are gone; NULL is allowed */
const struct realm *snapshots_first(const struct snapshots *);

/* One thread's. */
struct snapshots_reader {
    struct snapshots *all;
    _Atomic(struct snapshot *) at; /* NULL: at none */
    struct snapshots_reader *next;
};
/* The reader must not move until it is removed. */
void snapshots_add_reader(struct snapshots *, struct snapshots_reader *);
void snapshots_remove_reader(struct snapshots_reader *);
#define SNAPSHOTS_FIRST 1
/* The realm as it is now; it stays until snapshots_end. *serial (from SNAPSHOTS_FIRST) is another
 * after each change. */
const struct realm *snapshots_begin(struct snapshots_reader *, uint64_t *serial);
void snapshots_end(struct snapshots_reader *);

/* Sets passwords, from any thread. arg is the snapshots. */
struct realm_changer snapshots_changer(struct snapshots *);

/* How many there are: one, those that are looked at, and the one before a change in its turn. */
size_t snapshots_count(struct snapshots *);

#endif
