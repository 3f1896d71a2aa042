/* `tessera live`, `tessera env`: a realm for real clients, and what they need to find it. */
#include "sim/live.h"
#include "sim/verb.h"
#include "sim/verbs.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPT_ADDRESS = 1,
    OPT_PID,
    OPT_SEED,
    OPT_RECORD,
    OPT_REPLAY,
    OPT_HTTP,
    OPT_HTTPS,
    OPT_RPC,
    OPT_KPASSWD,
    OPT_NO_HTTP,
    OPT_DIR,
    OPT_IDLE,
    OPT_STORE,
    OPT_SPN,
    OPT_WORKERS
};

/* Anything else than a whole number from 0 to max ends the program with the usage. */
static unsigned long number(const char *text, unsigned long max, struct argp_state *state)
{
    uint64_t v = verb_number(text, state);
    if (v > max)
        argp_error(state, "'%s' is more than %lu", text, max);
    return (unsigned long)v;
}

static error_t parse_live(int key, char *arg, struct argp_state *state)
{
    struct live_options *o = state->input;
    switch (key) {
    case OPT_ADDRESS:
        o->address = arg;
        return 0;
    case 'p':
        o->port = (uint16_t)number(arg, 65535, state);
        return 0;
    case OPT_KPASSWD:
        o->kpasswd_port = (uint16_t)number(arg, 65535, state);
        return 0;
    case OPT_HTTP:
        o->http_port = (uint16_t)number(arg, 65535, state);
        return 0;
    case OPT_HTTPS:
        o->https_port = (uint16_t)number(arg, 65535, state);
        o->https_if_free = false;
        return 0;
    case OPT_RPC:
        o->rpc_port = (uint16_t)number(arg, 65535, state);
        o->rpc_if_free = false;
        return 0;
    case OPT_NO_HTTP:
        o->no_http = true;
        return 0;
    case OPT_IDLE:
        o->idle = (unsigned)number(arg, 86400, state);
        if (!o->idle)
            argp_error(state, "no connection lives for 0 seconds");
        return 0;
    case OPT_STORE:
        o->store = arg;
        return 0;
    case OPT_SPN:
        o->spn = arg;
        return 0;
    case OPT_WORKERS:
        o->workers = (unsigned)number(arg, LIVE_WORKERS_MAX, state);
        return 0;
    case OPT_PID:
        o->pid_file = arg;
        return 0;
    case OPT_REPLAY:
        o->replay_cache = arg;
        return 0;
    case OPT_RECORD:
        o->record = arg;
        return 0;
    case 'q':
        o->quiet = true;
        return 0;
    case OPT_SEED:
        o->seed = verb_number(arg, state);
        o->has_seed = true;
        return 0;
    case ARGP_KEY_ARG:
        if (o->scenario)
            argp_error(state, "one scenario at a time");
        o->scenario = arg;
        return 0;
    case ARGP_KEY_END:
        if (o->store && (o->scenario || o->record))
            argp_error(state, "a store is a realm of its own, and cannot be recorded");
        if (o->spn && !o->store)
            argp_error(state, "a scenario says its service's SPN itself; --spn goes with --store");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* "realm EXAMPLE.TEST"; "realms EXAMPLE.TEST FAR.TEST": those that are served. */
static char *realms_text(const struct live *live, struct arena *mem)
{
    size_t n;
    const char *const *names = live_realms(live, mem, &n);
    char *text = arena_printf(mem, n > 1 ? "realms" : "realm");
    for (size_t i = 0; i < n; i++)
        text = arena_printf(mem, "%s %s", text, names[i]);
    return text;
}

int verb_live(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"address", OPT_ADDRESS, "ADDRESS", 0, "listen here (127.0.0.1)", 0},
        {"port", 'p', "PORT", 0, "the KDC's port, UDP and TCP (8888; 0: any free one)", 0},
        {"kpasswd-port", OPT_KPASSWD, "PORT", 0,
         "the port for changes of passwords, UDP and TCP (8464; 0: any free one)", 0},
        {"http-port", OPT_HTTP, "PORT", 0, "the web service's port (8080; 0: any free one)", 0},
        {"https-port", OPT_HTTPS, "PORT", 0,
         "the same inside TLS, where the scenario has a certificate (8443, or any free one)", 0},
        {"rpc-port", OPT_RPC, "PORT", 0,
         "netlogon's port, where the realm has a SID (8135, or any free one)", 0},
        {"no-http", OPT_NO_HTTP, NULL, 0, "no web service", 0},
        {"idle", OPT_IDLE, "SECONDS", 0, "close a connection that takes longer for a request (30)",
         0},
        {"pid-file", OPT_PID, "FILE", 0, "write the process id here when ready", 0},
        {"replay-cache", OPT_REPLAY, "FILE", 0,
         "remember the web service's authenticators here, over restarts", 0},
        {"record", OPT_RECORD, "FILE", 0, "record everything as pcapng, for `tessera replay`", 0},
        {"store", OPT_STORE, "FILE", 0,
         "the realm of a store (see tessera account), as it is at each request", 0},
        {"spn", OPT_SPN, "SPN", 0,
         "with --store: a web service of that name (HTTP/www.example.test), its keys as they are "
         "at the start; without it there is none",
         0},
        {"seed", OPT_SEED, "N", 0, "randomness from a seed instead of the system", 0},
        {"workers", OPT_WORKERS, "N", 0,
         "serve with so many threads (0: one for each processor; 1 when it narrates)", 0},
        {"quiet", 'q', NULL, 0, "do not narrate", 0},
        {0}};
    static const struct argp argp = {
        options,
        parse_live,
        "[SCENARIO]",
        "Answer real Kerberos and HTTP clients with the realms of a scenario (EXAMPLE.TEST), all "
        "on "
        "one port, each exchange explained as it happens. Ends on SIGTERM or ^C."
        "\vIn another terminal:  eval \"$(tessera env)\" && kinit alice",
        NULL,
        NULL,
        NULL};
    struct live_options o = {.port = LIVE_KDC_PORT,
                             .kpasswd_port = LIVE_KPASSWD_PORT,
                             .http_port = LIVE_HTTP_PORT,
                             .https_port = LIVE_HTTPS_PORT,
                             .rpc_port = LIVE_RPC_PORT,
                             .https_if_free = true,
                             .rpc_if_free = true};
    verb_parse(&argp, argc, argv, &o);
    struct arena *mem = arena_new(0);
    char *error = NULL;
    struct live *live = live_open(&o, mem, &error);
    if (!live) {
        verb_trouble("%s", error);
        arena_free(mem);
        return 2;
    }
    const char *address = o.address ? o.address : "127.0.0.1";
    printf("tessera live: %s, KDC on %s port %u (UDP and TCP), kpasswd on port %u",
           realms_text(live, mem), address, (unsigned)live_port(live),
           (unsigned)live_kpasswd_port(live));
    if (live_http_port(live))
        printf(", HTTP on port %u", (unsigned)live_http_port(live));
    if (live_https_port(live))
        printf(", HTTPS on port %u", (unsigned)live_https_port(live));
    if (live_rpc_port(live))
        printf(", netlogon on port %u", (unsigned)live_rpc_port(live));
    printf("\n");
    fflush(stdout);
    bool ok = live_serve(live, 0);
    live_close(live);
    /* Whoever has stopped listening to the narration did so on purpose: no trouble of ours. */
    __fpurge(stdout);
    clearerr(stdout);
    libevent_global_shutdown();
    arena_free(mem);
    if (!ok)
        fprintf(stderr, "tessera: %s could not be finished\n", o.record);
    return ok ? 0 : 2;
}

/* ---- env ---------------------------------------------------------------------------------------
 */

struct env_options {
    const char *scenario;
    struct live_place place;
};

static error_t parse_env(int key, char *arg, struct argp_state *state)
{
    struct env_options *o = state->input;
    switch (key) {
    case OPT_ADDRESS:
        o->place.address = arg;
        return 0;
    case OPT_DIR:
        o->place.dir = arg;
        return 0;
    case 'p':
        o->place.port = (uint16_t)number(arg, 65535, state);
        return 0;
    case OPT_KPASSWD:
        o->place.kpasswd_port = (uint16_t)number(arg, 65535, state);
        return 0;
    case OPT_HTTP:
        o->place.http_port = (uint16_t)number(arg, 65535, state);
        return 0;
    case OPT_HTTPS:
        o->place.https_port = (uint16_t)number(arg, 65535, state);
        return 0;
    case ARGP_KEY_ARG:
        if (o->scenario)
            argp_error(state, "one scenario at a time");
        o->scenario = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* 'it'\''s': safe inside single quotes of a shell. */
static void print_quoted(const char *s)
{
    putchar('\'');
    for (; *s; s++)
        *s == '\'' ? (void)fputs("'\\''", stdout) : (void)putchar(*s);
    putchar('\'');
}

static char *default_dir(struct arena *mem)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    if (runtime && *runtime)
        return arena_printf(mem, "%s/tessera", runtime);
    return arena_printf(mem, "/tmp/tessera-%lu", (unsigned long)getuid());
}

int verb_env(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"address", OPT_ADDRESS, "ADDRESS", 0, "where `tessera live` listens (127.0.0.1)", 0},
        {"port", 'p', "PORT", 0, "its KDC port (8888)", 0},
        {"kpasswd-port", OPT_KPASSWD, "PORT", 0, "its port for changes of passwords (8464)", 0},
        {"http-port", OPT_HTTP, "PORT", 0, "its HTTP port (8080)", 0},
        {"https-port", OPT_HTTPS, "PORT", 0, "its HTTPS port (8443)", 0},
        {"dir", OPT_DIR, "DIR", 0, "write the files here ($XDG_RUNTIME_DIR/tessera)", 0},
        {0}};
    static const struct argp argp = {
        options,
        parse_env,
        "[SCENARIO]",
        "Write a krb5.conf, a keytab of the services, certificates and a .curlrc for the realm of "
        "a scenario, "
        "and print the variables that make kinit, kvno and curl use them."
        "\vUse:  eval \"$(tessera env)\"",
        NULL,
        NULL,
        NULL};
    struct env_options o = {.scenario = NULL,
                            .place = {NULL, "127.0.0.1", LIVE_KDC_PORT, LIVE_KPASSWD_PORT,
                                      LIVE_HTTP_PORT, LIVE_HTTPS_PORT}};
    verb_parse(&argp, argc, argv, &o);
    struct arena *mem = arena_new(0);
    struct scenario scenario;
    char *error = NULL;
    size_t n;
    if (!o.place.dir)
        o.place.dir = default_dir(mem);
    bool ok = scenario_load(mem, o.scenario ? o.scenario : "example-test", &scenario, &error) &&
              live_client_files(&o.place, &scenario, mem, &error);
    if (!ok)
        verb_trouble("%s", error);
    const struct live_variable *v = live_variables(&o.place, mem, &n);
    for (size_t i = 0; ok && i < n; i++) {
        printf("export %s=", v[i].name);
        print_quoted(v[i].value);
        putchar('\n');
    }
    arena_free(mem);
    return ok ? 0 : 2;
}
