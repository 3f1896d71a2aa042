/* The command line: one table of verbs. */
#include "sim/problems.h"
#include "sim/verbs.h"
#include "tui/tui.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define VERSION "0.1"

static const struct verb {
    const char *name, *args, *what;
    int (*run)(int argc, char **argv);
} verbs[] = {
    {"lesson", "[NAME]", "the lessons on this terminal; without one, as text", verb_lesson},
    {"run", "NAME|FILE", "run a scenario and print what crossed the wire", verb_run},
    {"why", "NAME|FILE", "what a run decided, and what would have flipped it", verb_why},
    {"matrix", "NAME", "every pair of settings of a scenario, and what it comes to", verb_matrix},
    {"list", "[--accounts]", "the scenarios, or the accounts of a realm", verb_list},
    {"check", "FILE...", "check scenario files", verb_check},
    {"export", "NAME|FILE", "write a run as pcapng with a keytab that opens it", verb_export},
    {"live", "[NAME|FILE]", "answer real clients on the network", verb_live},
    {"replay", "FILE", "play a recorded live session again and compare the replies", verb_replay},
    {"env", "", "print what real clients need to talk to a live realm", verb_env},
    {"exec", "-- CMD...", "run a command against a realm that lives as long as it", verb_exec},
    {"logon", "[PRINCIPAL]", "log on at a real KDC, as kinit does, and explain it", verb_logon},
    {"ticket", "SPN...", "tickets for services, as kvno gets them, explained", verb_ticket},
    {"get", "URL", "a page as a browser gets it from a real server, explained", verb_get},
    {"passwd", "PRINCIPAL", "change a password, as kpasswd does, explained", verb_passwd},
    {"account", "ACTION", "the accounts of a store: a realm in a file", verb_account},
    {"setspn", "-S SPN ACCOUNT", "SPNs, with the letters of setspn", verb_setspn},
    {"vectors", "FILE...", "run files of test vectors", verb_vectors},
};
#define N_VERBS (sizeof verbs / sizeof *verbs)

static void usage(FILE *out)
{
    fputs("Usage: tessera [VERB [ARGUMENT...]]\n"
          "A Kerberos and NTLM simulator, teaching toolkit and protocol debugger.\n\n"
          "  tessera kerberos-logon          open a lesson\n"
          "  tessera run kerberos-logon      print it as text\n"
          "  tessera exec -- kinit alice     a real client against a realm of its own\n\n",
          out);
    for (size_t i = 0; i < N_VERBS; i++)
        fprintf(out, "  %-8s %-16s %s\n", verbs[i].name, verbs[i].args, verbs[i].what);
    fputs("\n`tessera VERB --help` tells the options of a verb.\n"
          "Exit status: 0 as expected, 1 refused or different, 2 trouble.\n",
          out);
}

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < N_VERBS; i++)
        if (strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}

static const char *verb_name(const void *list, size_t i)
{
    return ((const struct verb *)list)[i].name;
}

static int unknown(const char *name)
{
    const char *near = nearest(name, verb_name, verbs, N_VERBS);
    if (!near)
        near = lesson_nearest(name);
    fprintf(stderr, "tessera: no verb and no lesson is called '%s'", name);
    if (near)
        fprintf(stderr, "; did you mean '%s'?\n", near);
    else
        fputs("; `tessera --help` lists the verbs, `tessera list` the lessons\n", stderr);
    return 2;
}

/* `tessera help`, `tessera help VERB`. */
static int help(int argc, char **argv)
{
    static char option[] = "--help";
    if (argc < 3 || strcmp(argv[2], "--help") == 0) {
        usage(stdout);
        return 0;
    }
    const struct verb *v = find_verb(argv[2]);
    if (!v)
        return unknown(argv[2]);
    return v->run(2, (char *[]){argv[2], option, NULL});
}

/* `tessera`, `tessera --ascii` and `tessera NAME` are short for `tessera lesson ...`. */
static int short_for_lesson(int argc, char **argv)
{
    static char verb[] = "lesson";
    argv[0] = verb;
    return verb_lesson(argc, argv);
}

static int run(int argc, char **argv)
{
    if (argc < 2)
        return short_for_lesson(argc, argv);
    if (strcmp(argv[1], "help") == 0)
        return help(argc, argv);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return help(2, argv);
    if (strcmp(argv[1], "--version") == 0) {
        puts("tessera " VERSION "\nLicence: Apache-2.0");
        return 0;
    }
    const struct verb *v = find_verb(argv[1]);
    if (v)
        return v->run(argc - 1, argv + 1);
    if (argv[1][0] == '-' || lesson_is_named(argv[1]))
        return short_for_lesson(argc, argv);
    return unknown(argv[1]);
}

/* A file or a socket that is opened where standard input, output or errors are closed would get
 * their number, and what is printed would go into it. */
static void keep_standard_files(void)
{
    static const char *const instead[] = {"/dev/null", "/dev/full", "/dev/null"};
    for (int fd = 0; fd < 3; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open(instead[fd], fd ? O_WRONLY : O_RDONLY) != fd)
            _exit(2);
}

/* What was to be read and could not be written is trouble, whatever the verb came to: a full disk
 * or a closed standard output must not look like an empty answer. */
int main(int argc, char **argv)
{
    keep_standard_files();
    int status = run(argc, argv);
    bool written = !ferror(stdout);
    if (fflush(stdout) || !written) {
        if (status < 2)
            fputs("tessera: standard output could not be written\n", stderr);
        return status < 2 ? 2 : status;
    }
    return status;
}
