/* What `tessera logon` and `tessera ticket` share: where the KDC is, which cache, what is shown. */
#ifndef SIM_VERB_CLIENT_H
#define SIM_VERB_CLIENT_H

#include "sim/live_client.h"
#include "sim/verb.h"
#include "trace/text.h"

#define CLIENT_ETYPES_MAX 16

struct client_verb {
    struct live_client_options client;
    int32_t etypes[CLIENT_ETYPES_MAX];
    const char *cache; /* NULL: as the environment says */
    bool quiet, json;
    struct text_options text;
};

/* argp children for the shared options; give `struct client_verb *` as the child's input. */
extern const struct argp client_verb_argp;

/* Prints what happened (unless quiet) and the outcome; returns the exit status. error: what the
 * task failed with, when `done` is false. */
int client_verb_end(const struct client_verb *, struct live_client *, bool done, const char *error);

/* Asks on the terminal without showing what is typed; from a pipe, a line of it; from file, its
 * first line. {NULL, 0}: there was none, *error (in the arena) says why. */
struct bytes client_verb_password(const char *prompt, const char *file, struct arena *,
                                  char **error);

#endif
