#include "sim/session.h"

#define FIRST_CHUNK (1 << 18) /* octets; holds the run of a usual lesson */

static bool play(struct session *s, const char *name, const struct world_options *options,
                 char **error)
{
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

static struct session *session_new(struct arena *errors, char **error)
{
    struct arena *mem = arena_new(FIRST_CHUNK);
    *error = mem ? NULL : arena_printf(errors, "out of memory");
    struct session *s = mem ? arena_new_of(mem, struct session) : NULL;
    if (s)
        s->mem = mem;
    return s;
}

/* What went wrong outlives the session that it went wrong in. */
static struct session *failed(struct session *s, struct arena *errors, char **error)
{
    *error = arena_str(errors, bytes_str(*error));
    session_close(s);
    return NULL;
}

struct session *session_open(const char *name_or_path, const struct world_options *options,
                             struct arena *errors, char **error)
{
    struct session *s = session_new(errors, error);
    if (!s)
        return NULL;
    bool played = scenario_load(s->mem, name_or_path, &s->scenario, error) &&
                  play(s, name_or_path, options, error);
    return played ? s : failed(s, errors, error);
}

struct session *session_of_cell(const struct matrix *m, const struct scenario *base, size_t row,
                                size_t column, const struct world_options *options,
                                struct arena *errors, char **error)
{
    struct session *s = session_new(errors, error);
    if (!s)
        return NULL;
    s->scenario = *matrix_scenario(m, base, row, column, s->mem);
    s->scenario.title = arena_printf(s->mem, "%s: %s; %s: %s", m->rows_are, m->rows[row].name,
                                     m->columns_are, m->columns[column].name);
    return play(s, base->name, options, error) ? s : failed(s, errors, error);
}

void session_close(struct session *s)
{
    if (!s)
        return;
    if (s->crypto)
        crypto_free(s->crypto);
    arena_free(s->mem);
}
