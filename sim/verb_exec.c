/* `tessera exec -- CMD`: one command against a realm that lives as long as it does. */
#include "sim/live.h"
#include "sim/verbs.h"

#include <argp.h>
#include <errno.h>
#include <event2/event.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_OURS = 125, EXIT_CANNOT_RUN = 126, EXIT_NOT_FOUND = 127 }; /* as env(1) */

struct exec_options {
    struct live_options live;
    bool narrate;
    char **command; /* NULL-ended; NULL: none given */
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct exec_options *o = state->input;
    switch (key) {
    case 's':
        o->live.scenario = arg;
        return 0;
    case 'v':
        o->narrate = true;
        return 0;
    case 'r':
        o->live.record = arg;
        return 0;
    case ARGP_KEY_ARG:
        o->command = &state->argv[state->next - 1];
        state->next = state->argc;
        return 0;
    case ARGP_KEY_END:
        if (!o->command)
            argp_error(state, "no command; say: tessera exec -- kinit alice");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The files of one realm, and nothing else, were put here by us. */
static void remove_dir(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(dirfd(d), e->d_name, 0);
    if (d)
        closedir(d);
    rmdir(dir);
}

static _Noreturn void become(char **command, const struct live_variable *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        setenv(v[i].name, v[i].value, 1);
    signal(SIGPIPE, SIG_DFL);
    execvp(command[0], command);
    fprintf(stderr, "tessera: %s: %s\n", command[0], strerror(errno));
    _exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
}

/* The child's exit status, as a shell would give it. */
static int status_of(pid_t child)
{
    int status;
    if (waitpid(child, &status, WNOHANG) == 0) { /* we were told to end: so is the child */
        kill(child, SIGTERM);
        waitpid(child, &status, 0);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int run(struct live *live, struct exec_options *o, char *dir, struct arena *mem)
{
    struct live_place place = {dir,
                               "127.0.0.1",
                               live_port(live),
                               live_kpasswd_port(live),
                               live_http_port(live),
                               live_https_port(live)};
    char *error = NULL;
    size_t n;
    if (!live_client_files(&place, live_scenario(live), mem, &error)) {
        fprintf(stderr, "tessera: %s\n", error);
        return EXIT_OURS;
    }
    const struct live_variable *v = live_variables(&place, mem, &n);
    fflush(stdout);
    pid_t child = fork();
    if (child < 0) {
        fprintf(stderr, "tessera: cannot start a process: %s\n", strerror(errno));
        return EXIT_OURS;
    }
    if (child == 0)
        become(o->command, v, n);
    bool ok = live_serve(live, child);
    int status = status_of(child);
    if (!ok)
        fprintf(stderr, "tessera: %s could not be finished\n", o->live.record);
    return ok ? status : EXIT_OURS;
}

int verb_exec(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"scenario", 's', "NAME|FILE", 0, "whose realm (example-test)", 0},
        {"narrate", 'v', NULL, 0, "explain each exchange on standard output", 0},
        {"record", 'r', "FILE", 0, "record everything as pcapng", 0},
        {0}};
    static const struct argp argp = {
        options,
        parse,
        "-- CMD [ARG...]",
        "Run a command against a realm of its own, on free ports of this machine, and pass on its "
        "exit status (125: tessera failed, 126: the command cannot be run, 127: there is none)."
        "\vExample:  tessera exec -- sh -c 'echo alice-pw-1 | kinit alice && klist'",
        NULL,
        NULL,
        NULL};
    struct exec_options o = {.live = {.port = 0}};
    static char name[] = "tessera exec";
    argv[0] = name;
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, ARGP_IN_ORDER, NULL, &o);
    o.live.quiet = !o.narrate;
    struct arena *mem = arena_new(0);
    const char *tmp = getenv("TMPDIR");
    char *error = NULL, *dir = arena_printf(mem, "%s/tessera-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    int status = EXIT_OURS;
    struct live *live = live_open(&o.live, mem, &error);
    if (!live) {
        fprintf(stderr, "tessera: %s\n", error);
    } else if (!mkdtemp(dir)) {
        fprintf(stderr, "tessera: %s: %s\n", dir, strerror(errno));
    } else {
        status = run(live, &o, dir, mem);
        remove_dir(dir);
    }
    if (live)
        live_close(live);
    __fpurge(stdout); /* the status is the command's, whether anybody listened to us or not */
    clearerr(stdout);
    libevent_global_shutdown();
    arena_free(mem);
    return status;
}
