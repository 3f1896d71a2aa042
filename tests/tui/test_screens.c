/* Screens as text, at four sizes, in UTF-8 and in ASCII: tests/screens/. UPDATE=1 writes them
 * anew; read the difference before you believe it. */
#include "tui/tui.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct shot {
    const char *name, *lesson;
    int keys[24];
};

static const struct shot shots[] = {
    {"the list", NULL, {0}},
    {"the list, the third", NULL, {KEY_DOWN_, 'j'}},
    {"the list, asked whether to leave", NULL, {'q'}},
    {"the keys of the list", NULL, {'?'}},
    {"a lesson before its first message", "kerberos-logon", {0}},
    {"its first message", "kerberos-logon", {KEY_RIGHT_}},
    {"its third", "kerberos-logon", {' ', ' ', ' '}},
    {"its third, inside", "kerberos-logon", {' ', ' ', ' ', 'z'}},
    {"a sealed field",
     "kerberos-logon",
     {'g', '3', KEY_ENTER_, 'z', 'G', KEY_LEFT_, KEY_LEFT_, 'j', 'j', 'j', 'j', 'j', 'j', 'j', 'j',
      'j'}},
    {"opened",
     "kerberos-logon",
     {' ', ' ', ' ', 'z', 'j', 'j', 'j', 'j', 'j', 'j', 'j', 'j', 'j', KEY_ENTER_, 'j', 'j'}},
    {"with Eve's eyes",
     "kerberos-logon",
     {' ', ' ', ' ', 'z', 'P', 'P', 'P', 'j', 'j', 'j', 'j', 'j', 'j', 'j', 'j', 'j', KEY_ENTER_}},
    {"small steps", "kerberos-logon", {' ', ' ', 's', 's', 's'}},
    {"its end", "kerberos-logon", {KEY_END_}},
    {"its end, inside", "kerberos-logon", {KEY_END_, 'z'}},
    {"the octets", "kerberos-mutual", {'g', '7', KEY_ENTER_, 'z', KEY_TAB_, 'j', 'j', 'j', 'l'}},
    {"the words", "kerberos-mutual", {'g', '7', KEY_ENTER_, 'z', KEY_BTAB_, 'j', 'j', 'j'}},
    {"a pane alone", "kerberos-mutual", {'g', '7', KEY_ENTER_, 'z', '\\'}},
    {"a refusal", "kerberos-wrong-password", {'g', '4', KEY_ENTER_}},
    {"a refusal, inside", "kerberos-wrong-password", {'g', '4', KEY_ENTER_, 'z'}},
    {"why", "kerberos-wrong-password", {'g', '4', KEY_ENTER_, 'e', 'j', 'j', 'j'}},
    {"why, inside", "kerberos-logon", {'g', '2', KEY_ENTER_, 'z', 'e'}},
    {"why, and nothing decided", "kerberos-logon", {' ', 'e'}},
    {"a number asked", "clock-skew", {' ', 'g', '1', '2'}},
    {"the keys of a lesson", "kerberos-logon", {'?'}},
    {"the keys inside", "kerberos-logon", {'z', '?'}},
    {"a matrix", "lmcompat-matrix", {'m', KEY_RIGHT_, 'l', 'j'}},
    {"cells of several lines", "identity-matrix", {'m', 'j', 'j', 'l'}},
    {"the last cell", "negotiate-decision", {'m', KEY_END_}},
    {"the run of a cell",
     "lmcompat-matrix",
     {'m', 'l', 'l', 'l', 'l', 'l', KEY_ENTER_, 'g', '6', KEY_ENTER_}},
    {"back in the matrix", "lmcompat-matrix", {'m', 'l', 'j', KEY_ENTER_, ' ', ' ', 'q'}},
    {"the keys of a matrix", "lmcompat-matrix", {'m', '?'}},
    {"the keys of a lesson with one", "lmcompat-matrix", {'?'}},
};

/* At 100x30 and above the lesson layout is the first: `z` is given there to get the other. */
static struct grid *draw(const struct shot *shot, int rows, int cols, bool ascii, struct arena *mem)
{
    char *error;
    struct app_options options = {.ascii = ascii, .lesson = shot->lesson};
    struct app *app = app_new(mem, &options, &error);
    if (!app)
        fail_msg("%s", error);
    bool wide = rows >= 30 && cols >= 100;
    app_size(app, rows, cols);
    for (size_t i = 0; i < sizeof shot->keys / sizeof *shot->keys && shot->keys[i]; i++)
        if (!(wide && shot->keys[i] == 'z'))
            assert_true(app_key(app, shot->keys[i]));
    struct grid *g = app_draw(app, rows, cols, mem);
    app_free(app);
    return g;
}

static char *all_shots(int rows, int cols, bool ascii, struct arena *mem)
{
    char *text;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    for (size_t i = 0; i < sizeof shots / sizeof *shots; i++) {
        struct grid *g = draw(&shots[i], rows, cols, ascii, mem);
        fprintf(out, "==== %s\n%s", shots[i].name, grid_text(mem, g, !ascii && cols == 80));
        fprintf(out, "---- cursor %d,%d\n", g->cursor_row, g->cursor_col);
    }
    fclose(out);
    return text;
}

static char *whole_file(const char *path)
{
    char *text = NULL;
    size_t n = 0;
    FILE *in = fopen(path, "r");
    if (!in || getdelim(&text, &n, '\0', in) < 0) {
        free(text);
        text = strdup("");
    }
    if (in)
        fclose(in);
    return text;
}

static void first_difference(const char *path, const char *was, const char *is)
{
    size_t line = 1;
    while (*was && *was == *is) {
        line += *was == '\n';
        was++;
        is++;
    }
    fail_msg("%s:%zu: differs; make golden rewrites it", path, line);
}

static void compare(int rows, int cols, bool ascii)
{
    struct arena *mem = arena_new(1 << 20);
    char path[64];
    snprintf(path, sizeof path, "tests/screens/%dx%d%s.txt", cols, rows, ascii ? "-ascii" : "");
    char *is = all_shots(rows, cols, ascii, mem), *was = whole_file(path);
    const char *update = getenv("UPDATE");
    if (strcmp(is, was) != 0 && update && *update) {
        FILE *out = fopen(path, "w");
        assert_non_null(out);
        fputs(is, out);
        fclose(out);
    } else if (strcmp(is, was) != 0) {
        first_difference(path, was, is);
    }
    free(is);
    free(was);
    arena_free(mem);
}

static const struct size {
    int rows, cols;
} sizes[] = {{18, 64}, {24, 80}, {30, 100}, {36, 120}};

static void test_utf8(void **state)
{
    const struct size *size = *state;
    compare(size->rows, size->cols, false);
}

static void test_ascii(void **state)
{
    const struct size *size = *state;
    compare(size->rows, size->cols, true);
}

static void test_too_small(void **state)
{
    struct arena *mem = arena_new(1 << 16);
    char *error;
    (void)state;
    struct app *app = app_new(mem, &(struct app_options){0}, &error);
    assert_string_equal(grid_text(mem, app_draw(app, 2, 63, mem), false),
                        "tessera needs 64x18;\nthis terminal is 63x2.\n");
    assert_string_equal(grid_text(mem, app_draw(app, 1, 19, mem), false), "tessera needs 64x1…\n");
    assert_int_equal(app_draw(app, 0, 0, mem)->rows, 0);
    app_free(app);
    arena_free(mem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"64x18", test_utf8, NULL, NULL, (void *)&sizes[0]},
        {"80x24", test_utf8, NULL, NULL, (void *)&sizes[1]},
        {"100x30", test_utf8, NULL, NULL, (void *)&sizes[2]},
        {"120x36", test_utf8, NULL, NULL, (void *)&sizes[3]},
        {"64x18 ASCII", test_ascii, NULL, NULL, (void *)&sizes[0]},
        {"80x24 ASCII", test_ascii, NULL, NULL, (void *)&sizes[1]},
        {"100x30 ASCII", test_ascii, NULL, NULL, (void *)&sizes[2]},
        {"120x36 ASCII", test_ascii, NULL, NULL, (void *)&sizes[3]},
        cmocka_unit_test(test_too_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
