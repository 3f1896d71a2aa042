/* What holds on every screen of every scenario, whatever it says. */
#include "tui/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct size {
    int rows, cols;
} sizes[] = {{18, 64}, {24, 80}, {30, 100}, {36, 120}};
#define N_SIZES (sizeof sizes / sizeof *sizes)

struct fixture {
    struct arena *mem, *scratch;
    struct app *app;
    int rows, cols;
};

static void open_lesson(struct fixture *f, const char *name, const struct size *size, bool ascii)
{
    char *error;
    f->mem = arena_new(1 << 16);
    f->scratch = arena_new(1 << 18);
    f->rows = size->rows;
    f->cols = size->cols;
    f->app = app_new(f->mem, &(struct app_options){.lesson = name, .ascii = ascii}, &error);
    if (!f->app)
        fail_msg("%s: %s", name, error);
    app_size(f->app, f->rows, f->cols);
}

static void close_lesson(struct fixture *f)
{
    app_free(f->app);
    arena_free(f->mem);
    arena_free(f->scratch);
}

static bool has(const char *text, const char *part)
{
    return strstr(text, part) != NULL;
}

/* A look that means something has a mark that means it too. */
static void check_looks(const struct grid *g, const char *text)
{
    bool selected = false, error = false, sealed = false;
    for (int i = 0; i < g->rows * g->cols; i++) {
        selected = selected || g->cells[i].look == LOOK_SELECTED;
        error = error || g->cells[i].look == LOOK_ERROR;
        sealed = sealed || g->cells[i].look == LOOK_SEALED;
        assert_in_range(g->cells[i].look, 0, LOOK_COUNT - 1);
    }
    assert_true(!selected || has(text, ">") || has(text, "["));
    assert_true(!error || has(text, "x") || has(text, "!"));
    assert_true(!sealed || has(text, "sealed") || has(text, "open") ||
                has(text, glyph(G_ELLIPSIS, g->ascii)));
}

/* The screen as text, owned by the caller; what must hold of any screen is checked here. */
static char *screen(struct fixture *f)
{
    arena_reset(f->scratch);
    struct grid *g = app_draw(f->app, f->rows, f->cols, f->scratch);
    assert_int_equal(g->rows, f->rows);
    assert_int_equal(g->cols, f->cols);
    assert_in_range(g->cursor_row, 0, g->rows - 1);
    assert_in_range(g->cursor_col, 0, g->cols - 1);
    char *text = grid_text(f->scratch, g, true);
    check_looks(g, text);
    for (const char *p = text; *p; p++)
        assert_true(*p == '\n' || ((unsigned char)*p >= 32 && *p != 127));
    for (const char *p = text; g->ascii && *p; p++)
        assert_true((unsigned char)*p < 127);
    return strdup(text);
}

/* Keys that show more: the same before and behind every step. */
static void keys(struct fixture *f, const char *text)
{
    for (; *text; text++)
        assert_true(app_key(f->app, *text));
}

static void forward_and_back(const char *name, const struct size *size, const char *before)
{
    struct fixture f;
    open_lesson(&f, name, size, false);
    keys(&f, before);
    size_t n = lesson_last_stop(f.app->lesson);
    char **seen = calloc(n + 1, sizeof *seen);
    for (size_t k = 0; k <= n; k++) {
        seen[k] = screen(&f);
        app_key(f.app, KEY_RIGHT_);
    }
    for (size_t k = n + 1; k-- > 0;) {
        char *again = screen(&f);
        assert_string_equal(again, seen[k]);
        free(again);
        free(seen[k]);
        app_key(f.app, KEY_LEFT_);
    }
    free(seen);
    close_lesson(&f);
}

/* Each lesson on the smallest screen, and on another one in turn. */
static void for_each_lesson(void (*check)(const char *name, const struct size *))
{
    size_t n;
    const struct scenario_builtin *all = scenario_builtins(&n);
    for (size_t i = 0; i < n; i++) {
        check(all[i].name, &sizes[0]);
        check(all[i].name, &sizes[1 + i % (N_SIZES - 1)]);
    }
}

static void back_again(const char *name, const struct size *size)
{
    forward_and_back(name, size, "");
    forward_and_back(name, size, "z");
}

static void test_forward_and_back(void **state)
{
    (void)state;
    for_each_lesson(back_again);
}

/* What the reader did with a message is still there when they come back. */
static void left_as_it_was(const char *name, const struct size *size)
{
    struct fixture f;
    open_lesson(&f, name, size, false);
    if (app_lecture(f.app, f.rows, f.cols))
        keys(&f, "z");
    size_t n = lesson_last_stop(f.app->lesson);
    for (size_t k = 0; k < n; k++) {
        app_key(f.app, KEY_RIGHT_);
        keys(&f, "jjjjhl\\\\jj\t\t\t");
        app_key(f.app, KEY_ENTER_);
        keys(&f, "PP");
        while (app_eyes(f.app))
            keys(&f, "P");
        char *left = screen(&f);
        app_key(f.app, KEY_RIGHT_);
        app_key(f.app, KEY_LEFT_);
        char *again = screen(&f);
        if (k + 1 < n)
            assert_string_equal(left, again);
        free(left);
        free(again);
    }
    close_lesson(&f);
}

static void test_left_as_it_was(void **state)
{
    (void)state;
    for_each_lesson(left_as_it_was);
}

/* Any keys at all: every screen holds, and the terminal may be resized between. */
static void any_keys(const char *name, const struct size *size)
{
    static const int some[] = {
        KEY_RIGHT_, KEY_RIGHT_, KEY_RIGHT_, KEY_LEFT_, 's',       's', 'j',     'j', 'j', 'k',
        'h',        'l',        KEY_ENTER_, KEY_TAB_,  KEY_BTAB_, 'z', '\\',    'P', 'g', '4',
        '?',        'm',        '.',        KEY_HOME_, KEY_END_,  'R', KEY_ESC, 0xe9};
    struct fixture f;
    uint32_t seed = (uint32_t)size->rows;
    open_lesson(&f, name, size, size->rows & 2);
    for (int i = 0; i < 150; i++) {
        seed = seed * 1664525 + 1013904223;
        assert_true(app_key(f.app, some[(seed >> 16) % (sizeof some / sizeof *some)]));
        const struct size *now = &sizes[(seed >> 8) % 16 ? (size_t)(size - sizes) : i % N_SIZES];
        f.rows = now->rows;
        f.cols = now->cols;
        app_size(f.app, f.rows, f.cols);
        if (!f.app->blank && !f.app->help)
            free(screen(&f));
    }
    close_lesson(&f);
}

static void test_any_keys(void **state)
{
    (void)state;
    for_each_lesson(any_keys);
}

/* Down leads through the whole tree, fields of one name beside each other too. */
static void test_down_to_the_last_row(void **state)
{
    static const int keys_to[] = {'g', '4', KEY_ENTER_, 'z', '\\', 0};
    struct fixture f;
    struct scene s;
    (void)state;
    open_lesson(&f, "spnego-kerberos", &sizes[1], false);
    for (size_t i = 0; keys_to[i]; i++)
        assert_true(app_key(f.app, keys_to[i]));
    for (size_t row = 0, n = 2; row + 1 < n; row++) {
        arena_reset(f.scratch);
        scene_make(&s, f.app, f.rows, f.cols, f.scratch);
        assert_int_equal(s.selected, row);
        struct field *sealed = scene_sealed(s.field);
        if (sealed == s.field && !scene_is_open(&s, sealed))
            assert_true(app_key(f.app, KEY_ENTER_));
        assert_true(app_key(f.app, 'j'));
        scene_make(&s, f.app, f.rows, f.cols, f.scratch);
        n = s.n_rows;
    }
    assert_true(s.n_rows > 50);
    close_lesson(&f);
}

/* Behind a matrix and the run of a cell the lesson stands as it was left; at its last stop, since
 * nothing of a cell may be taken for it. */
static void matrix_and_back(const char *name, const struct size *size)
{
    struct fixture f;
    open_lesson(&f, name, size, false);
    if (app_matrix(f.app)) {
        keys(&f, "zsGk");
        char *left = screen(&f);
        keys(&f, "mjl");
        char *table = screen(&f);
        assert_false(has(left, "CELL 2,2"));
        assert_true(has(table, "CELL 2,2"));
        assert_true(app_key(f.app, KEY_ENTER_));
        keys(&f, "  Pe");
        char *cell = screen(&f);
        assert_string_not_equal(cell, left);
        keys(&f, "q");
        char *again = screen(&f);
        assert_string_equal(again, table);
        free(again);
        keys(&f, "q");
        again = screen(&f);
        assert_string_equal(again, left);
        free(again);
        free(cell);
        free(table);
        free(left);
    }
    close_lesson(&f);
}

static void test_matrix_and_back(void **state)
{
    (void)state;
    for_each_lesson(matrix_and_back);
}

/* ---- names from the network ----------------------------------------------------------------- */

static struct session *hostile_session(void)
{
    struct arena *mem = arena_new(1 << 16);
    struct session *s = arena_new_of(mem, struct session);
    *s = (struct session){.mem = mem, .crypto = crypto_new(), .trace = trace_new(mem)};
    s->scenario.title =
        "A title with \033[31m, %s and\na newline that is far too long for any screen "
        "there is, however wide it may be made by whoever sits before it";
    s->scenario.goal = "%n%n\033]0;x\007";
    trace_party(s->trace, (struct party_told){"al\033[2Jice", "client", "10.0.0.1"});
    trace_party(s->trace,
                (struct party_told){"k%sdc-with-a-name-much-too-long-for-a-column", "kdc", ""});
    trace_party(s->trace, (struct party_told){"w\nww", "service", ""});
    struct event e = {
        .kind = EVENT_TASK, .party = "al\033[2Jice", .text = "say\033[7m %s", .id = ""};
    trace_add(s->trace, &e);
    for (int i = 0; i < 5; i++) {
        e = (struct event){.kind = EVENT_PACKET,
                           .party = s->trace->parties[i % 3].name,
                           .to = s->trace->parties[(i + 1) % 3].name,
                           .fate = (enum fate)(i % 4),
                           .via = i == 4 ? VIA_HTTP : VIA_UDP,
                           .data = BYTES_LIT("\x6a\x05\033[2J%s\r\n\r\n")};
        trace_add(s->trace, &e);
        struct arg arg = A_TEXT("na\033me", BYTES_LIT("\033[1mboo\n%d"));
        e = (struct event){.kind = EVENT_STEP,
                           .party = s->trace->parties[(i + 1) % 3].name,
                           .id = "no.such\033step",
                           .args = &arg,
                           .n_args = 1,
                           .outcome = (enum outcome)(i % 3)};
        trace_add(s->trace, &e);
        e = (struct event){.kind = EVENT_KEY,
                           .party = "w\nww",
                           .key_name = "K/\033[5m\nlong-name-of-a-key",
                           .etype = 18,
                           .value = bytes_of("0123456789abcdef0123456789abcde"
                                             "\x01",
                                             32)};
        trace_add(s->trace, &e);
    }
    return s;
}

static void test_hostile_names(void **state)
{
    (void)state;
    for (size_t k = 0; k < 2 * N_SIZES; k++) {
        struct fixture f = {.mem = arena_new(1 << 16), .scratch = arena_new(1 << 18)};
        f.rows = sizes[k / 2].rows;
        f.cols = sizes[k / 2].cols;
        f.app = app_over(f.mem, &(struct app_options){.ascii = k & 1}, NULL, 0);
        app_show(f.app, lesson_new(hostile_session(), 0));
        app_size(f.app, f.rows, f.cols);
        for (int i = 0; i < 30; i++) {
            char *text = screen(&f); /* no control character, nothing outside */
            if (i == 0)
                assert_true(has(text, "\\x1b"));
            free(text);
            app_key(f.app, "    z sss jjj\t\tjj\\P"[i % 19] == ' '
                               ? KEY_RIGHT_
                               : "    z sss jjj\t\tjj\\P"[i % 19]);
        }
        close_lesson(&f);
    }
}

static void test_list_is_empty(void **state)
{
    (void)state;
    struct fixture f = {
        .mem = arena_new(1 << 16), .scratch = arena_new(1 << 18), .rows = 24, .cols = 80};
    f.app = app_over(f.mem, &(struct app_options){0}, NULL, 0);
    static const int any[] = {KEY_DOWN_, KEY_UP_, KEY_ENTER_, KEY_END_, 'g', '1', KEY_ENTER_, 0};
    for (size_t i = 0; any[i]; i++) {
        assert_true(app_key(f.app, any[i]));
        arena_reset(f.scratch);
        app_draw(f.app, 24, 80, f.scratch);
    }
    assert_true(app_key(f.app, 'q'));
    assert_true(app_key(f.app, 'n'));
    assert_true(app_key(f.app, 'q'));
    assert_false(app_key(f.app, 'q'));
    assert_false(app_key(f.app, KEY_F10));
    close_lesson(&f);
}

static void test_no_such_lesson(void **state)
{
    struct arena *mem = arena_new(1 << 16);
    char *error = NULL;
    (void)state;
    assert_null(app_new(mem, &(struct app_options){.lesson = "no-such-lesson"}, &error));
    assert_non_null(error);
    arena_free(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward_and_back), cmocka_unit_test(test_left_as_it_was),
        cmocka_unit_test(test_any_keys),         cmocka_unit_test(test_down_to_the_last_row),
        cmocka_unit_test(test_matrix_and_back),  cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_list_is_empty),    cmocka_unit_test(test_no_such_lesson),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
