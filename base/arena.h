/* Memory with one lifetime: taken piece by piece, given back all at once and wiped.
 *
 * There are four lifetimes (program, run, connection or security context, turn), an arena each.
 * Nothing taken from an arena is freed singly. What an engine keeps beyond a turn it copies into
 * the arena of its connection or of the run.
 *
 * arena_take never returns NULL. When memory or the limit runs out it leaves by arena->escape
 * (turn_guarded, base/turn.h, which makes the engine answer `false`); where no escape is set, it
 * says so on stderr and ends the program with status 2. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/bytes.h"

#include <setjmp.h>

struct arena;

/* A new arena whose first chunk holds `first` octets (it grows by chunks as needed). NULL when
 * there is no memory. */
struct arena *arena_new(size_t first);
/* Wipes and frees. NULL is allowed. */
void arena_free(struct arena *);
/* Wipes what was used and keeps the first chunk for the next use. */
void arena_reset(struct arena *);

/* At most so many octets in all, from now on (0: no limit, the default). */
void arena_limit(struct arena *, size_t octets);
/* Where to leave when memory runs out; returns the one set before. */
jmp_buf *arena_escape(struct arena *, jmp_buf *);

/* n octets, zeroed, aligned for any type; n may be 0. */
void *arena_take(struct arena *, size_t n);
#define arena_new_of(arena, type)   ((type *)arena_take((arena), sizeof(type)))
#define arena_array(arena, type, n) ((type *)arena_take_array((arena), sizeof(type), (n)))
void *arena_take_array(struct arena *, size_t size, size_t n); /* size * n is checked */

/* A copy that lives as long as the arena. */
struct bytes arena_copy(struct arena *, struct bytes);
/* A copy followed by a NUL (inner NULs stay). */
char *arena_str(struct arena *, struct bytes);
char *arena_printf(struct arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Octets taken so far, for tests and for the ledger of memory. */
size_t arena_used(const struct arena *);

/* For tests of memory faults: the n-th arena_take from now on, in any arena, finds no memory
 * (1: the next; 0: never again). */
void arena_fail_after(unsigned long n);

#endif
