/* `tessera run`: a scenario from beginning to end, as text or JSON. */
#include "sim/verb.h"
#include "sim/verbs.h"
#include "trace/export.h"
#include "trace/sheet.h"
#include "trace/text.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { OPT_SEED = 1, OPT_CLOCK, OPT_JSON, OPT_ASCII, OPT_KEYS, OPT_EYES };

struct run_options {
    const char *scenario, *eyes;
    bool json, with_keys;
    struct world_options world;
    struct text_options text;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct run_options *o = state->input;
    switch (key) {
    case OPT_JSON:
        o->json = true;
        return 0;
    case OPT_ASCII:
        o->text.ascii = true;
        return 0;
    case OPT_KEYS:
        o->with_keys = true;
        return 0;
    case OPT_EYES:
        o->eyes = arg;
        return 0;
    case OPT_SEED:
        o->world.has_seed = true;
        o->world.seed = verb_number(arg, state);
        return 0;
    case OPT_CLOCK:
        o->world.has_clock = true;
        o->world.clock = verb_time(arg, state);
        return 0;
    case 'v':
        o->text.words = o->text.fields;
        o->text.fields = true;
        return 0;
    case ARGP_KEY_ARG:
        if (o->scenario)
            argp_error(state, "one scenario at a time");
        o->scenario = arg;
        return 0;
    case ARGP_KEY_END:
        if (!o->scenario)
            argp_error(state, "which scenario? `tessera list` names them");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void fit_terminal(struct text_options *o)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        o->width = size.ws_col < 120 ? size.ws_col : 120;
    setlocale(LC_CTYPE, "");
    if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        o->ascii = true;
}

static void say(const char *label, const char *text, const struct text_options *o,
                struct arena *mem)
{
    struct sheet out = {.mem = mem};
    if (!text || !*text)
        return;
    sheet_wrap(&out, label, text, o->width ? o->width : 100, o->ascii);
    fwrite(out.p, 1, out.n, stdout);
}

static void print_text(const struct scenario *s, const struct trace *trace,
                       const struct run_options *o, struct crypto *crypto, struct arena *mem)
{
    const char *text = trace_text(trace, &o->text, crypto, mem);
    size_t heading = strcspn(text, "\n") + 1;
    fwrite(text, 1, heading, stdout);
    say("Goal      ", s->goal, &o->text, mem);
    fputs(text + heading, stdout);
    putchar('\n');
    say("Take away ", s->takeaway, &o->text, mem);
    for (size_t i = 0; i < s->n_try_next; i++)
        say(i ? "          " : "Try next  ", s->try_next[i], &o->text, mem);
}

static int no_party(const struct scenario *s, const char *name, struct arena *mem)
{
    const char *all = s->n_parties ? s->parties[0].name : "none";
    for (size_t i = 1; i < s->n_parties; i++)
        all = arena_printf(mem, "%s, %s", all, s->parties[i].name);
    return verb_trouble("no party of %s is called '%s'; there are: %s", s->name, name, all);
}

static int show(const struct scenario *s, const struct run_options *o, struct crypto *crypto,
                struct arena *mem)
{
    struct trace *trace;
    enum run_outcome outcome = world_run(s, &o->world, mem, crypto, &trace);
    if (o->json)
        fputs(trace_json(trace, &(struct json_options){o->with_keys, o->eyes}, crypto, mem),
              stdout);
    else
        print_text(s, trace, o, crypto, mem);
    if (outcome == RUN_TROUBLE)
        return verb_trouble("%s could not be run to its end", s->name);
    return outcome == RUN_DIFFERENT;
}

int verb_show(const struct scenario *s, const struct world_options *world,
              const struct text_options *text, bool json, struct crypto *crypto, struct arena *mem)
{
    struct run_options o = {.json = json, .world = *world, .text = *text};
    if (!o.text.width)
        fit_terminal(&o.text);
    return show(s, &o, crypto, mem);
}

static int run(struct run_options *o, struct arena *mem, struct crypto *crypto)
{
    struct scenario s;
    if (!verb_scenario(o->scenario, mem, &s))
        return 2;
    if (o->eyes && !scenario_party(&s, o->eyes))
        return no_party(&s, o->eyes, mem);
    return show(&s, o, crypto, mem);
}

int verb_run(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"verbose", 'v', NULL, 0, "the fields of each message; twice: what each is for", 0},
        {"eyes", OPT_EYES, "PARTY", 0, "open only what this party can open", 0},
        {"keys", OPT_KEYS, NULL, 0, "with the values of keys", 0},
        {"json", OPT_JSON, NULL, 0, "as JSON", 0},
        {"ascii", OPT_ASCII, NULL, 0, "nothing beyond ASCII", 0},
        {"seed", OPT_SEED, "N", 0, "another seed than the scenario's", 0},
        {"clock", OPT_CLOCK, "TIME", 0, "begin at this time (2026-11-21T20:51:55Z)", 0},
        {0}};
    static const struct argp argp = {options,
                                     parse,
                                     "NAME|FILE",
                                     "Run a scenario and print what crossed the wire, and why. "
                                     "Exit status: 0 when it ends as the scenario expects, 1 when "
                                     "it does not, 2 trouble."
                                     "\vThe same scenario and seed give the same octets.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct run_options o = {0};
    verb_parse(&argp, argc, argv, &o);
    fit_terminal(&o.text);
    o.text.with_keys = o.with_keys;
    o.text.eyes = o.eyes;
    struct crypto *crypto = crypto_new();
    if (!crypto)
        return verb_trouble("cryptography is not available");
    struct arena *mem = arena_new(0);
    int status = run(&o, mem, crypto);
    arena_free(mem);
    crypto_free(crypto);
    return status;
}
