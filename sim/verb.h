/* What the verbs share: parsing with argp, whole files, a scenario as the command line names it. */
#ifndef SIM_VERB_H
#define SIM_VERB_H

#include "sim/world.h"

#include <argp.h>
#include <sys/types.h>

/* argp_parse with this program's habits: errors say `tessera VERB: ...` and end it with 2. What
 * stands after the options comes as ARGP_KEY_ARG, in order. */
void verb_parse(const struct argp *, int argc, char **argv, void *input);

/* "2026-11-21T20:51:55Z" and whole numbers; anything else ends the program with the usage. */
int64_t verb_time(const char *text, struct argp_state *);
uint64_t verb_number(const char *text, struct argp_state *);
/* "10h", "1h30m", "7d", or seconds as kinit takes them: a length of time, in microseconds. */
int64_t verb_span(const char *text, struct argp_state *);

/* Loads; where that fails, says why on stderr. */
bool verb_scenario(const char *name_or_path, struct arena *, struct scenario *out);
/* Runs it and prints it as `tessera run` does; the width is the terminal's where it is 0. Returns
 * the exit status. */
struct text_options;
int verb_show(const struct scenario *, const struct world_options *, const struct text_options *,
              bool json, struct crypto *, struct arena *);
/* `tessera: ...` and a newline on stderr; always returns 2. */
int verb_trouble(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* At most limit octets. False: *error says what and why. */
bool file_read(const char *path, size_t limit, struct arena *, struct bytes *out, char **error);

/* Files that appear all together, or not at all: each is written beside its place, then all are
 * renamed. */
struct file_out {
    const char *path;
    struct bytes data;
    mode_t mode;
};
bool files_write(const struct file_out *, size_t n, struct arena *, char **error);

#endif
