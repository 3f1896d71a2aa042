/* `tessera check`: are these scenario files right? Errors on stderr, as editors read them. */
#include "sim/scenario_schema.h"
#include "sim/verb.h"
#include "sim/verbs.h"

#include <stdio.h>

struct check_options {
    char **files;
    int n;
    bool schema;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct check_options *o = state->input;
    (void)arg;
    switch (key) {
    case 's':
        o->schema = true;
        return 0;
    case ARGP_KEY_ARGS:
        o->files = state->argv + state->next;
        o->n = state->argc - state->next;
        return 0;
    case ARGP_KEY_NO_ARGS:
        if (!o->schema)
            argp_error(state, "which files?");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Names of built-in scenarios are files here only when they look like one. */
static bool check(const char *path)
{
    struct arena *mem = arena_new(0);
    struct scenario s;
    struct bytes text;
    char *error = NULL;
    bool ok = file_read(path, SCENARIO_MAX, mem, &text, &error) &&
              scenario_read(mem, path, text, &s, &error);
    if (ok)
        printf("%s: good: %zu accounts, %zu parties, %zu steps\n", path, s.n_accounts, s.n_parties,
               s.n_steps);
    else
        fprintf(stderr, "%s\n", error);
    arena_free(mem);
    return ok;
}

static bool print_schema(void)
{
    struct arena *mem = arena_new(0);
    char *text = scenario_schema(mem);
    bool good = text && fputs(text, stdout) >= 0 && fflush(stdout) == 0;
    arena_free(mem);
    return good;
}

int verb_check(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"schema", 's', NULL, 0, "Print the JSON Schema of scenario files, for editors", 0}, {0}};
    static const struct argp argp = {
        options,   parse,
        "FILE...", "Check scenario files: every problem of a file, as FILE:LINE:COLUMN: what.",
        NULL,      NULL,
        NULL};
    struct check_options o = {0};
    bool good = true;
    verb_parse(&argp, argc, argv, &o);
    if (o.schema)
        good = print_schema();
    for (int i = 0; i < o.n; i++)
        good &= check(o.files[i]);
    return good ? 0 : 2;
}
