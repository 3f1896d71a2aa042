/* `tessera export`: a run for Wireshark, as a capture and the keys that open it. */
#include "context/netlogon.h"
#include "sim/verb.h"
#include "sim/verbs.h"
#include "trace/export.h"

#include <stdio.h>
#include <string.h>

enum { OPT_SEED = 1, OPT_CLOCK, OPT_KEYTAB };

struct export_options {
    const char *scenario, *out, *keytab;
    struct world_options world;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct export_options *o = state->input;
    switch (key) {
    case 'o':
        o->out = arg;
        return 0;
    case OPT_KEYTAB:
        o->keytab = arg;
        return 0;
    case OPT_SEED:
        o->world.has_seed = true;
        o->world.seed = verb_number(arg, state);
        return 0;
    case OPT_CLOCK:
        o->world.has_clock = true;
        o->world.clock = verb_time(arg, state);
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

/* For a shell: in quotes where it has to be. */
static const char *quoted(struct arena *mem, const char *path)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789._/-+,:@%=";
    if (*path && *path != '-' && path[strspn(path, plain)] == '\0')
        return path;
    char *text = arena_printf(mem, "%s", *path == '-' ? "./" : "");
    for (; *path; path++)
        text = arena_printf(mem, *path == '\'' ? "%s'\\''" : "%s%c", text, *path);
    return arena_printf(mem, "'%s'", text);
}

/* What Wireshark has to be told: ports that it does not know, each once. Its NTLM and netlogon take
 * the NT hashes from the keytab. */
static const char *decoders(const struct trace *t, struct arena *mem)
{
    char *text = arena_printf(mem, "%s", "");
    for (size_t i = 0; i < t->n; i++) {
        const struct event *e = t->events[i];
        uint16_t low = e->from_port < e->to_port ? e->from_port : e->to_port;
        uint16_t port = e->via == VIA_RPC ? NETLOGON_PORT : low;
        const char *as = e->via == VIA_RPC ? "dcerpc" : "http";
        if (e->kind != EVENT_PACKET || (e->via != VIA_RPC && !(e->via == VIA_HTTP && port != 80)))
            continue;
        char *option = arena_printf(mem, " -d tcp.port==%u,%s", (unsigned)port, as);
        if (!strstr(text, option))
            text = arena_printf(mem, "%s%s", text, option);
    }
    return text;
}

static int export_run(const struct export_options *o, struct arena *mem, struct crypto *crypto)
{
    struct scenario s;
    struct trace *trace;
    char *error = NULL;
    if (!verb_scenario(o->scenario, mem, &s))
        return 2;
    enum run_outcome outcome = world_run(&s, &o->world, mem, crypto, &trace);
    if (outcome == RUN_TROUBLE)
        return verb_trouble("%s could not be run to its end", s.name);
    const char *pcapng = o->out ? o->out : arena_printf(mem, "%s.pcapng", s.name);
    const char *keytab = o->keytab ? o->keytab : arena_printf(mem, "%s.keytab", s.name);
    struct file_out files[] = {
        {pcapng, trace_pcapng(trace, crypto, mem), 0644},
        {keytab, trace_keytab(trace, mem), 0600},
    };
    if (strcmp(pcapng, keytab) == 0)
        return verb_trouble("the capture and the keytab cannot both be %s", pcapng);
    if (!files_write(files, 2, mem, &error))
        return verb_trouble("%s", error);
    printf("%s: %zu packets\n%s: the keys of all parties\n", pcapng, trace->packets, keytab);
    printf("tshark -r %s -K %s -o kerberos.decrypt:TRUE%s -V\n", quoted(mem, pcapng),
           quoted(mem, keytab), decoders(trace, mem));
    return outcome == RUN_DIFFERENT;
}

int verb_export(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"output", 'o', "FILE", 0, "the capture (NAME.pcapng)", 0},
        {"keytab", OPT_KEYTAB, "FILE", 0, "the keys (NAME.keytab)", 0},
        {"seed", OPT_SEED, "N", 0, "another seed than the scenario's", 0},
        {"clock", OPT_CLOCK, "TIME", 0, "begin at this time (2026-11-21T20:51:55Z)", 0},
        {0}};
    static const struct argp argp = {options,
                                     parse,
                                     "NAME|FILE",
                                     "Run a scenario and write it as a pcapng capture, with a "
                                     "keytab that opens everything sealed in it. Prints the line "
                                     "that shows both.",
                                     NULL,
                                     NULL,
                                     NULL};
    struct export_options o = {0};
    verb_parse(&argp, argc, argv, &o);
    struct crypto *crypto = crypto_new();
    if (!crypto)
        return verb_trouble("cryptography is not available");
    struct arena *mem = arena_new(0);
    int status = export_run(&o, mem, crypto);
    arena_free(mem);
    crypto_free(crypto);
    return status;
}
