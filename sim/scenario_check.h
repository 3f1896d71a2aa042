/* What the reader does once the values are in: defaults that follow from other values, and whether
 * the parts fit together. Internal to the reader. */
#ifndef SIM_SCENARIO_CHECK_H
#define SIM_SCENARIO_CHECK_H

#include "sim/scenario.h"
#include "sim/scenario_values.h"

/* scenario_read of a text of so many octets at most. */
bool scenario_read_long(struct arena *, const char *file, struct bytes text, size_t longest,
                        struct scenario *out, char **error);
/* Fills in what was left out, as far as it follows; what could not be read stays NULL or 0. */
void scenario_complete(struct scenario *, struct arena *mem);
/* Notes what does not fit together. */
void scenario_check(struct reader *, const struct scenario *);

/* Where the value of a member stands in the file. False: the file does not have it. */
bool place_of_slot(const struct reader *, const void *slot, struct place *out);

/* ---- scenario_check_web.c ---- */
/* Domains, web servers, browsers, proxies. */
void scenario_check_web(struct reader *, const struct scenario *);

/* ---- scenario_check_cast.c ---- */
/* Realms, accounts, trusts, parties. */
void scenario_check_cast(struct reader *, const struct scenario *);
/* Where the member stands; where the file leaves it out, where the whole stands. */
struct place where(const struct reader *, const void *slot, const void *whole);
/* NULL is none and good. *realm: what follows its "@"; empty: nothing. */
bool check_principal(struct reader *, const char *name, struct place, struct bytes *realm);
void check_in_realm(struct reader *, const struct scenario *, const char *name, struct place);
void check_preset(struct reader *, const char *name, struct place);
void check_etypes(struct reader *, const int32_t *, size_t n, struct place);
/* For nearest(). */
const char *account_name(const void *accounts, size_t i);

#endif
