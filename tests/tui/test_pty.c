/* The program on a terminal: it draws, answers keys, follows a resize, stops and comes back, and
 * however it ends the terminal is as it was. */
#include "tests/tui/terminal.h"

#include "tui/app.h"

static const char *const usual[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8",
                                    "NO_COLOR=", "ASAN_OPTIONS=detect_leaks=0", NULL};

static char verb[] = "lesson", logon[] = "kerberos-logon", mutual[] = "kerberos-mutual";
static char *list_argv[] = {verb, NULL};
static char *logon_argv[] = {verb, logon, NULL};
static char *mutual_argv[] = {verb, mutual, NULL};

static struct terminal terminal;

static bool seen(const char *text)
{
    return strstr(terminal.seen, text) != NULL;
}

static void ends_with_status(int status)
{
    int got = terminal_wait(&terminal);
    assert_true(WIFEXITED(got));
    assert_int_equal(WEXITSTATUS(got), status);
    terminal_continue(&terminal);
}

static void start(int rows, int cols, char **argv)
{
    terminal_start(&terminal, rows, cols, argv, usual);
    assert_true(terminal_look(&terminal, PATIENT) > 0);
}

static int end_terminal(void **state)
{
    (void)state;
    terminal_end(&terminal);
    return 0;
}

static void test_keys_and_quit(void **state)
{
    (void)state;
    start(24, 80, list_argv);
    assert_true(seen("LESSONS"));
    terminal_type(&terminal, "\r");
    assert_true(seen("start"));
    terminal_type(&terminal, "\033OC"); /* → as xterm sends it */
    assert_true(seen("AS-REQ"));
    terminal_type(&terminal, "?");
    assert_true(seen("KEYS OF A LESSON"));
    terminal_type(&terminal, "?");
    terminal_type(&terminal, "q");
    assert_true(seen("LESSONS"));
    terminal_type(&terminal, "q");
    assert_true(seen("Leave tessera?"));
    assert_int_equal(write(terminal.screen, "q", 1), 1);
    ends_with_status(0);
}

static void test_end_at_once(void **state)
{
    (void)state;
    start(30, 100, logon_argv);
    assert_int_equal(write(terminal.screen, "\033[21~", 5), 5); /* F10 */
    ends_with_status(0);
}

static void test_interrupt(void **state)
{
    (void)state;
    start(30, 100, logon_argv);
    assert_int_equal(write(terminal.screen, "\003", 1), 1);
    ends_with_status(0);
}

static void test_terminated(void **state)
{
    (void)state;
    start(30, 100, logon_argv);
    kill(terminal.program, SIGTERM);
    int status = terminal_wait(&terminal);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGTERM);
    assert_true(seen("\033[?1049l")); /* back from the second screen */
    terminal_continue(&terminal);
}

/* Ended: gone, or waiting to be reaped by whoever inherits it. */
static bool has_ended(pid_t pid)
{
    char path[64], state = 'Z';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *f = fopen(path, "r");
    bool known = f && fscanf(f, "%*d %*s %c", &state) == 1;
    if (f)
        fclose(f);
    return !known || state == 'Z';
}

/* A closed window, a lost connection: the program must not ask the dead terminal for ever. */
static void test_terminal_gone(void **state)
{
    (void)state;
    start(30, 100, logon_argv);
    close(terminal.screen);
    terminal.screen = -1;
    for (int waited = 0; waited < PATIENT && !has_ended(terminal.program); waited += 50)
        usleep(50000);
    assert_true(has_ended(terminal.program));
}

static void test_stop_and_continue(void **state)
{
    (void)state;
    start(24, 80, logon_argv);
    assert_int_equal(write(terminal.screen, "\032", 1), 1);
    assert_true(WIFSTOPPED(terminal_wait(&terminal)));
    assert_true(seen("\033[?1049l"));
    terminal_continue(&terminal);
    assert_true(terminal_look(&terminal, PATIENT) > 500); /* all of it again */
    assert_true(seen("Lesson 1"));
    terminal_type(&terminal, " ");
    assert_true(seen("1/4"));
    assert_int_equal(write(terminal.screen, "\003", 1), 1);
    ends_with_status(0);
}

static void test_resize(void **state)
{
    (void)state;
    start(24, 80, logon_argv);
    terminal_resize(&terminal, 30, 100);
    assert_true(seen("EXAMPLE.TEST"));
    terminal_resize(&terminal, 10, 40);
    assert_true(seen("tessera needs 64x18"));
    terminal_resize(&terminal, 24, 80);
    assert_true(seen("Lesson 1"));
    size_t all = terminal_type(&terminal, "\014"); /* ^L */
    assert_true(all > 500 && seen("Lesson 1"));
    assert_int_equal(write(terminal.screen, "\003", 1), 1);
    ends_with_status(0);
}

/* ---- how much is written -------------------------------------------------------------------- */

static size_t cells_that_differ(struct app *app, int key, int rows, int cols)
{
    struct arena *mem = arena_new(1 << 20);
    struct grid *was = app_draw(app, rows, cols, mem);
    app_key(app, key);
    struct grid *is = app_draw(app, rows, cols, mem);
    size_t n = 0;
    for (int i = 0; i < rows * cols; i++)
        if (strcmp(was->cells[i].text, is->cells[i].text) != 0 ||
            was->cells[i].look != is->cells[i].look)
            n += strlen(is->cells[i].text);
    arena_free(mem);
    return n;
}

/* Nothing is sent but what changed. A step inside a message costs 400 octets or so; a step to the
 * next message changes most of the tree, the octets and the words, and costs what these are in text
 * and once more for placing and colouring them: never near the 6,000 of the whole screen. */
static void test_little_is_written(void **state)
{
    struct arena *mem = arena_new(1 << 16);
    char *error;
    (void)state;
    start(30, 100, mutual_argv);
    struct app *app = app_new(mem, &(struct app_options){.lesson = mutual}, &error);
    app_size(app, 30, 100);
    for (int i = 0; i < 9; i++) {
        size_t text = cells_that_differ(app, ' ', 30, 100), sent = terminal_type(&terminal, " ");
        if (getenv("VERBOSE"))
            print_message("step %d: %zu octets of text, %zu sent\n", i + 1, text, sent);
        assert_true(sent <= 2 * text + 400);
    }
    for (int i = 0; i < 6; i++) {
        size_t sent = terminal_type(&terminal, "j");
        if (getenv("VERBOSE"))
            print_message("down: %zu sent\n", sent);
        assert_true(sent <= 1000);
    }
    assert_int_equal(terminal_look(&terminal, 1000), 0); /* nothing moves by itself */
    terminal_type(&terminal, "\033");                    /* Esc does nothing */
    assert_int_equal(strlen(terminal.seen), 0);
    assert_int_equal(write(terminal.screen, "\003", 1), 1);
    ends_with_status(0);
    app_free(app);
    arena_free(mem);
}

/* ---- other terminals ------------------------------------------------------------------------ */

static void test_no_colour(void **state)
{
    static const char *const environment[] = {"TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=1",
                                              "ASAN_OPTIONS=detect_leaks=0", NULL};
    (void)state;
    terminal_start(&terminal, 30, 100, logon_argv, environment);
    terminal_look(&terminal, PATIENT);
    assert_true(seen("alice"));
    assert_false(seen("38;5") || seen("\033[36m"));
    assert_int_equal(write(terminal.screen, "\003", 1), 1);
    ends_with_status(0);
}

static void test_ascii_locale(void **state)
{
    static const char *const environment[] = {"TERM=xterm", "LC_ALL=C",
                                              "NO_COLOR=", "ASAN_OPTIONS=detect_leaks=0", NULL};
    (void)state;
    terminal_start(&terminal, 30, 100, logon_argv, environment);
    terminal_look(&terminal, PATIENT);
    terminal_type(&terminal, "   ");
    for (const char *p = terminal.seen; *p; p++)
        assert_true((unsigned char)*p < 128);
    assert_int_equal(write(terminal.screen, "\003", 1), 1);
    ends_with_status(0);
}

static void test_falls_to_text(void **state)
{
    static const char *const environments[][4] = {
        {"TERM=dumb", "LC_ALL=C.UTF-8", "ASAN_OPTIONS=detect_leaks=0", NULL},
        {"TERM=no-such-terminal", "LC_ALL=C.UTF-8", "ASAN_OPTIONS=detect_leaks=0", NULL},
    };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        terminal_start(&terminal, 30, 100, list_argv, environments[i]);
        terminal_look(&terminal, PATIENT);
        assert_true(seen("The lessons of tessera:"));
        assert_false(seen("\033"));
        ends_with_status(0);
        if (i == 0)
            terminal_end(&terminal);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_keys_and_quit, end_terminal),
        cmocka_unit_test_teardown(test_end_at_once, end_terminal),
        cmocka_unit_test_teardown(test_interrupt, end_terminal),
        cmocka_unit_test_teardown(test_terminated, end_terminal),
        cmocka_unit_test_teardown(test_terminal_gone, end_terminal),
        cmocka_unit_test_teardown(test_stop_and_continue, end_terminal),
        cmocka_unit_test_teardown(test_resize, end_terminal),
        cmocka_unit_test_teardown(test_little_is_written, end_terminal),
        cmocka_unit_test_teardown(test_no_colour, end_terminal),
        cmocka_unit_test_teardown(test_ascii_locale, end_terminal),
        cmocka_unit_test_teardown(test_falls_to_text, end_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
