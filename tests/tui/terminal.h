/* A program on a terminal of its own, as a shell runs it: a session with a leader that waits, and
 * the program in a process group in the foreground, so that ^Z stops it. */
#ifndef TESTS_TUI_TERMINAL_H
#define TESTS_TUI_TERMINAL_H

#include "tui/tui.h"

#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#define QUIET   250  /* milliseconds without an octet: the screen is done */
#define PATIENT 9000 /* milliseconds that the first may take on a busy machine */

struct terminal {
    int screen;          /* what the program writes is read here; keys are written here */
    int reports, orders; /* from and to the leader */
    pid_t leader, program;
    struct termios before;
    char seen[1 << 17]; /* what came at the last terminal_look, NUL-ended */
};

struct report { /* of the leader, when the program stops or ends */
    int status;
    struct termios after;
};

static void terminal_program(char **argv, const char *const *environment)
{
    int argc = 0;
    while (argv[argc])
        argc++;
    for (; *environment; environment++)
        putenv((char *)*environment);
    setpgid(0, 0);
    signal(SIGTTOU, SIG_IGN);
    tcsetpgrp(STDIN_FILENO, getpid());
    signal(SIGTTOU, SIG_DFL);
    int status = verb_lesson(argc, argv);
    fflush(stdout);
    _exit(status);
}

/* As a login gives them: whoever runs the tests in the background, or under nohup, has some of them
 * ignored, and that is inherited. */
static void terminal_signals(void)
{
    static const int all[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGPIPE};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        signal(all[i], SIG_DFL);
}

static void terminal_leader(int reports, int orders, char **argv, const char *const *environment)
{
    struct report report = {0};
    char order;
    terminal_signals();
    pid_t program = fork();
    if (program == 0)
        terminal_program(argv, environment);
    signal(SIGTTOU, SIG_IGN);
    if (write(reports, &program, sizeof program) < 0)
        _exit(1);
    do {
        waitpid(program, &report.status, WUNTRACED);
        tcgetattr(STDIN_FILENO, &report.after);
        if (write(reports, &report, sizeof report) < 0 || read(orders, &order, 1) != 1)
            _exit(1);
        tcsetpgrp(STDIN_FILENO, program);
        kill(program, SIGCONT);
    } while (WIFSTOPPED(report.status));
    _exit(0);
}

/* argv[0] is the verb; environment: "NAME=VALUE"..., NULL. */
static void terminal_start(struct terminal *t, int rows, int cols, char **argv,
                           const char *const *environment)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    int reports[2], orders[2];
    assert_int_equal(pipe(reports) | pipe(orders), 0);
    fflush(stdout);
    t->leader = forkpty(&t->screen, NULL, NULL, &size);
    assert_true(t->leader >= 0);
    if (t->leader == 0) {
        close(reports[0]);
        close(orders[1]); /* or the leader would never see that nobody orders any more */
        terminal_leader(reports[1], orders[0], argv, environment);
    }
    close(reports[1]);
    close(orders[0]);
    t->reports = reports[0];
    t->orders = orders[1];
    tcgetattr(t->screen, &t->before);
    assert_int_equal(read(t->reports, &t->program, sizeof t->program), sizeof t->program);
}

/* Reads until nothing has come for a while; returns how many octets came. */
static size_t terminal_look(struct terminal *t, int patience)
{
    size_t n = 0;
    for (;;) {
        struct pollfd in = {.fd = t->screen, .events = POLLIN};
        if (n + 1 == sizeof t->seen || poll(&in, 1, n ? QUIET : patience) <= 0)
            break;
        ssize_t got = read(t->screen, t->seen + n, sizeof t->seen - 1 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    t->seen[n] = '\0';
    return n;
}

static size_t terminal_type(struct terminal *t, const char *keys)
{
    assert_int_equal(write(t->screen, keys, strlen(keys)), strlen(keys));
    return terminal_look(t, PATIENT);
}

static void terminal_resize(struct terminal *t, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    ioctl(t->screen, TIOCSWINSZ, &size);
    terminal_look(t, PATIENT);
}

static bool terminal_same(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag &&
           a->c_lflag == b->c_lflag && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

/* Waits until the program stops or ends; as from waitpid. Fails unless the terminal is as it was
 * before the program. */
static int terminal_wait(struct terminal *t)
{
    struct report report;
    struct pollfd in = {.fd = t->reports, .events = POLLIN};
    assert_int_equal(poll(&in, 1, PATIENT), 1);
    assert_int_equal(read(t->reports, &report, sizeof report), sizeof report);
    terminal_look(t, QUIET);
    assert_true(terminal_same(&report.after, &t->before));
    return report.status;
}

/* Like fg in a shell; also lets the leader go once the program has ended. */
static void terminal_continue(struct terminal *t)
{
    assert_int_equal(write(t->orders, "c", 1), 1);
}

static void terminal_end(struct terminal *t)
{
    if (t->program > 0) /* 0 would be all of ours: there may have been no terminal to be had */
        kill(t->program, SIGKILL);
    close(t->orders);
    close(t->reports);
    close(t->screen);
    waitpid(t->leader, NULL, 0);
}

#endif
