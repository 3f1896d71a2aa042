#include "sim/session.h"

#define FIRST_CHUNK (1 << 18) /* octets; holds the run of a usual lesson */

static bool play(struct session *s, const char *name, const struct world_options *options,
                 char **error)
{
    *error = NULL;
    if (!scenario_load(s->mem, name, &s->scenario, error))
        return false;
    s->crypto = crypto_new();
    if (!s->crypto) {
        *error = arena_printf(s->mem, "OpenSSL or its legacy provider cannot be had");
        return false;
    }
    s->outcome = world_run(&s->scenario, options, s->mem, s->crypto, &s->trace);
    if (s->outcome == RUN_TROUBLE)
        *error = arena_printf(s->mem, "%s: the run did not come to its end", name);
    return s->outcome != RUN_TROUBLE;
}

struct session *session_open(const char *name_or_path, const struct world_options *options,
                             struct arena *errors, char **error)
{
    struct arena *mem = arena_new(FIRST_CHUNK);
    if (!mem) {
        *error = arena_printf(errors, "out of memory");
        return NULL;
    }
    struct session *s = arena_new_of(mem, struct session);
    s->mem = mem;
    if (play(s, name_or_path, options, error))
        return s;
    *error = arena_str(errors, bytes_str(*error));
    session_close(s);
    return NULL;
}

void session_close(struct session *s)
{
    if (!s)
        return;
    if (s->crypto)
        crypto_free(s->crypto);
    arena_free(s->mem);
}
