/* One value of a scenario file, by its kind. Internal to the reader. */
#ifndef SIM_SCENARIO_VALUES_H
#define SIM_SCENARIO_VALUES_H

#include "sim/scenario_rows.h"
#include "sim/yaml_tree.h"

struct reader {
    struct problems *all;
    struct arena *mem;
    struct seen *seen; /* where each member that was read stands; see place_of_slot */
    size_t n_seen, room;
};

/* Reads the text, or a list's items, into the slot of `base` that the row names. Problems are
 * noted; false: nothing was written. Not for V_INSIDE and V_LIST. */
bool value_read(struct reader *, const struct key_row *, const struct node *, void *base);

/* "-1h30m" -> microseconds; at most ten years either way. */
bool span_read(const char *text, int64_t *out);
/* "2026-11-21T20:51:55Z" -> microseconds since 1970; not before it. */
bool time_read(const char *text, int64_t *out);
/* "Mon-Fri 08:00-18:00, Sat 09:00-12:00" (UTC, whole hours) or 42 hexadecimal digits ->
 * SCENARIO_HOURS octets in mem, in the order of MS-SAMR 2.2.6.5. */
bool hours_read(struct arena *mem, const char *text, const uint8_t **out);

#endif
