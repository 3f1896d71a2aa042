/* `tessera` and `tessera lesson`: the lessons on this terminal; without one, as text. */
#include "sim/problems.h"
#include "sim/verb.h"
#include "sim/verbs.h"
#include "tui/theme.h"
#include "tui/tui.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct lesson_options {
    struct app_options app;
    const char *seed; /* as it was given */
    bool plain;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct lesson_options *o = state->input;
    enum theme theme;
    switch (key) {
    case 'p':
        o->plain = true;
        return 0;
    case 'a':
        o->app.ascii = true;
        return 0;
    case 's':
        o->app.has_seed = true;
        o->app.seed = verb_number(arg, state);
        o->seed = arg;
        return 0;
    case 't':
        if (!theme_find(arg, &theme))
            argp_error(state, "no theme '%s': dark, light, contrast or mono", arg);
        o->app.theme = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (o->app.lesson)
            argp_error(state, "one lesson at a time");
        o->app.lesson = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

bool lesson_is_named(const char *word)
{
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].name, word) == 0)
            return true;
    return false;
}

static const char *lesson_at(const void *list, size_t i)
{
    return ((const struct scenario_builtin *)list)[i].name;
}

const char *lesson_nearest(const char *word)
{
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    return nearest(word, lesson_at, all, n);
}

/* By its number in the list, or as it was given. */
static const char *name_of(const char *lesson)
{
    size_t n;
    char *end;
    const struct scenario_builtin *all = scenario_builtins(&n);
    unsigned long number = strtoul(lesson, &end, 10);
    return !*end && number >= 1 && number <= n ? all[number - 1].name : lesson;
}

static int list_as_text(void)
{
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    struct arena *mem = arena_new(0);
    printf("The lessons of tessera:\n\n");
    for (size_t i = 0; i < n; i++) {
        struct scenario s;
        if (!verb_scenario(all[i].name, mem, &s)) {
            arena_free(mem);
            return 2;
        }
        printf("%3zu  %-28s %s\n", i + 1, s.name, s.title);
    }
    arena_free(mem);
    printf("\n`tessera lesson NAME` opens one; without a terminal it prints it.\n");
    return 0;
}

static int as_text(const struct lesson_options *o)
{
    char run[] = "run", seed[] = "--seed", ascii[] = "--ascii", *argv[6] = {run};
    int argc = 1;
    if (!o->app.lesson)
        return list_as_text();
    if (o->seed) {
        argv[argc++] = seed;
        argv[argc++] = (char *)o->seed;
    }
    if (o->app.ascii)
        argv[argc++] = ascii;
    argv[argc++] = (char *)name_of(o->app.lesson);
    return verb_run(argc, argv);
}

static bool has_screen(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && terminal && *terminal &&
           strcmp(terminal, "dumb") != 0;
}

int verb_lesson(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"plain", 'p', NULL, 0, "as text, also on a terminal", 0},
        {"ascii", 'a', NULL, 0, "no character outside ASCII (usual where the locale is not UTF-8)",
         0},
        {"seed", 's', "N", 0, "other random numbers than the lesson's", 0},
        {"theme", 't', "NAME", 0, "dark, light, contrast or mono", 0},
        {0}};
    static const struct argp argp = {
        options,
        parse,
        "[NAME|NUMBER|FILE]",
        "Open a lesson on this terminal, or the list of them. ? shows the keys.",
        NULL,
        NULL,
        NULL};
    struct lesson_options o = {0};
    verb_parse(&argp, argc, argv, &o);
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        o.app.ascii = true;
    int status = o.plain || !has_screen() ? TUI_NO_SCREEN : tui_run(&o.app);
    return status == TUI_NO_SCREEN ? as_text(&o) : status;
}
