/* `tessera why`: the decisions of a run, and the smallest change that flips each. */
#include "sim/verb.h"
#include "sim/verbs.h"
#include "sim/why.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { OPT_DECISION = 1, OPT_JSON, OPT_NO_FLIPS, OPT_RUNS, OPT_ASCII, OPT_SEED, OPT_CLOCK };

struct why_arguments {
    const char *scenario;
    bool json, ascii;
    unsigned width;
    struct why_options why;
    struct world_options world;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct why_arguments *a = state->input;
    switch (key) {
    case OPT_DECISION:
        a->why.id = arg;
        return 0;
    case OPT_JSON:
        a->json = true;
        return 0;
    case OPT_NO_FLIPS:
        a->why.no_flips = true;
        return 0;
    case OPT_RUNS:
        a->why.most_runs = verb_number(arg, state);
        return 0;
    case OPT_ASCII:
        a->ascii = true;
        return 0;
    case OPT_SEED:
        a->world.has_seed = true;
        a->world.seed = verb_number(arg, state);
        return 0;
    case OPT_CLOCK:
        a->world.has_clock = true;
        a->world.clock = verb_time(arg, state);
        return 0;
    case ARGP_KEY_ARG:
        if (a->scenario)
            argp_error(state, "one scenario at a time");
        a->scenario = arg;
        return 0;
    case ARGP_KEY_END:
        if (!a->scenario)
            argp_error(state, "which scenario? `tessera list` names them");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void fit_terminal(struct why_arguments *a)
{
    struct winsize size;
    a->width = 80;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        a->width = size.ws_col < 100 ? size.ws_col : 100;
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        a->ascii = true;
}

static int run(struct why_arguments *a, struct arena *mem, struct crypto *crypto)
{
    struct scenario s;
    struct trace *trace;
    if (!verb_scenario(a->scenario, mem, &s))
        return 2;
    enum run_outcome outcome = world_run(&s, &a->world, mem, crypto, &trace);
    if (outcome == RUN_TROUBLE)
        return verb_trouble("%s could not be run to its end", s.name);
    /* The time asked for is the scenario's own from here on, so that it can be turned. */
    if (a->world.has_clock)
        s.start = a->world.clock;
    a->world.has_clock = false;
    struct why_report r = why(&s, &a->world, trace, &a->why, crypto, mem);
    if (a->why.id && !r.n)
        return verb_trouble("no decision of %s is called '%s'; --no-flips shows which there are",
                            s.name, a->why.id);
    fputs(a->json ? why_json(&s, &r, &a->why, mem)
                  : why_text(&s, &r, &a->why, a->width, a->ascii, mem),
          stdout);
    if (r.wrong)
        return verb_trouble("%s: a change did not give the same twice", s.name);
    return outcome == RUN_DIFFERENT;
}

int verb_why(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"decision", OPT_DECISION, "ID", 0, "only these: kdc.etype.session, or kdc.etype for all",
         0},
        {"no-flips", OPT_NO_FLIPS, NULL, 0, "what was decided, and not what would flip it", 0},
        {"runs", OPT_RUNS, "N", 0, "run the world at most so often (2000)", 0},
        {"json", OPT_JSON, NULL, 0, "as JSON", 0},
        {"ascii", OPT_ASCII, NULL, 0, "nothing beyond ASCII", 0},
        {"seed", OPT_SEED, "N", 0, "another seed than the scenario's", 0},
        {"clock", OPT_CLOCK, "TIME", 0, "begin at this time (2026-11-21T20:51:55Z)", 0},
        {0}};
    static const struct argp argp = {
        options,
        parse,
        "NAME|FILE",
        "Say what was decided in a scenario, from which inputs and by which rule, and which change "
        "of them would have flipped it. Exit status: 0 when the run ends as the scenario expects, "
        "1 when it does not, 2 trouble."
        "\vChanges are found by trying: one input at a time, then two; the world runs again for "
        "each, and what is printed was run twice.",
        NULL,
        NULL,
        NULL};
    struct why_arguments a = {0};
    verb_parse(&argp, argc, argv, &a);
    fit_terminal(&a);
    struct crypto *crypto = crypto_new();
    if (!crypto)
        return verb_trouble("cryptography is not available");
    struct arena *mem = arena_new(0);
    int status = run(&a, mem, crypto);
    arena_free(mem);
    crypto_free(crypto);
    return status;
}
