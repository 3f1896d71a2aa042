/* Cells: width, truncation, wrapping, escapes, stand-ins; nothing ever leaves the grid. */
#include "tui/grid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;

static int set_up(void **state)
{
    (void)state;
    mem = arena_new(1 << 16);
    return mem ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static struct grid *ascii_grid(int rows, int cols)
{
    struct grid *g = grid_new(mem, rows, cols);
    g->ascii = true;
    return g;
}

static void put_one(const char *text, int width, const char *expected)
{
    struct grid *g = grid_new(mem, 1, 20);
    grid_put(g, 0, 0, width, LOOK_NORMAL, text);
    assert_string_equal(grid_text(mem, g, false), expected);
}

static void test_put(void **state)
{
    (void)state;
    put_one("alice", 20, "alice\n");
    put_one("alice", 5, "alice\n");
    put_one("alice", 4, "ali…\n");
    put_one("alice", 1, "…\n");
    put_one("alice", 0, "\n");
    put_one("héllo→x", 20, "héllo→x\n");
    struct grid *g = grid_new(mem, 1, 4);
    assert_int_equal(grid_put(g, 0, 1, 99, LOOK_NORMAL, "abcdef"), 3);
    assert_string_equal(grid_text(mem, g, false), " ab…\n");
    assert_int_equal(grid_put(g, 0, 9, 9, LOOK_NORMAL, "x"), 0);
    assert_int_equal(grid_put(g, -1, 0, 9, LOOK_NORMAL, "x"), 0);
    assert_int_equal(grid_put(g, 1, 0, 9, LOOK_NORMAL, "x"), 0);
}

static void test_escapes(void **state)
{
    (void)state;
    put_one("a\033[31m%s\n", 20, "a\\x1b[31m%s\\x0a\n");
    put_one("\xff\xc3", 20, "\\xff\\xc3\n");
    put_one("a\xe2\x80\xae"
            "b",
            20, "a\\xe2\\x80\\xaeb\n");      /* right-to-left override */
    put_one("\xc2\x9b", 20, "\\xc2\\x9b\n"); /* C1 CSI */
    put_one("ab\033", 5, "ab…\n");           /* an escape is not cut in two */
    put_one("\\x1b", 20, "\\x1b\n");
}

static void test_wide(void **state)
{
    (void)state;
    assert_int_equal(text_width("日本"), 4);
    assert_int_equal(text_width("e\xcc\x81"), 1);
    put_one("日本語", 6, "日本語\n");
    put_one("日本語", 5, "日本…\n");
    put_one("日本語", 4, "日…\n");
    put_one("e\xcc\x81x", 20, "e\xcc\x81x\n");
    struct grid *g = grid_new(mem, 1, 6);
    grid_put(g, 0, 0, 6, LOOK_NORMAL, "日本語");
    grid_put(g, 0, 1, 1, LOOK_NORMAL, "x"); /* over a right half: the left half goes */
    grid_put(g, 0, 4, 1, LOOK_NORMAL, "y");
    assert_string_equal(grid_text(mem, g, false), " x本y\n");
}

static void test_ascii(void **state)
{
    (void)state;
    struct grid *g = ascii_grid(1, 24);
    grid_put(g, 0, 0, 24, LOOK_NORMAL, "a → “b” é …");
    assert_string_equal(grid_text(mem, g, false), "a > \"b\" \\xc3\\xa9 ..\n");
    assert_int_equal(grid_width(g, "é"), 8);
    g = ascii_grid(1, 6);
    grid_put(g, 0, 0, 6, LOOK_NORMAL, "abcdefgh");
    assert_string_equal(grid_text(mem, g, false), "abcd..\n");
    for (int i = 0; i < G_COUNT; i++) {
        assert_int_equal(text_width(glyph(i, false)), 1);
        for (const char *p = glyph(i, true); *p; p++)
            assert_in_range(*p, 32, 126);
    }
}

static void test_wrap(void **state)
{
    (void)state;
    struct grid *g = grid_new(mem, 4, 12);
    const char *text = "Her password never crossed the wire.";
    assert_int_equal(grid_wrap_rows(g, 12, text), 4);
    assert_int_equal(grid_wrap(g, 0, 0, 12, 4, LOOK_NORMAL, text), 4);
    assert_string_equal(grid_text(mem, g, false), "Her password\nnever\ncrossed the\nwire.\n");
    g = grid_new(mem, 2, 12);
    assert_int_equal(grid_wrap(g, 0, 0, 12, 2, LOOK_NORMAL, text), 2);
    assert_string_equal(grid_text(mem, g, false), "Her password\nnever …\n");
    g = grid_new(mem, 3, 6);
    assert_int_equal(grid_wrap(g, 0, 0, 6, 3, LOOK_NORMAL, "abcdefghij k"), 2);
    assert_string_equal(grid_text(mem, g, false), "abcdef\nghij k\n\n");
    g = grid_new(mem, 3, 6);
    assert_int_equal(grid_wrap(g, 0, 0, 6, 3, LOOK_NORMAL, "a\nb"), 2);
    assert_string_equal(grid_text(mem, g, false), "a\nb\n\n");
    assert_int_equal(grid_wrap(g, 0, 0, 0, 3, LOOK_NORMAL, "a"), 0);
    g = grid_new(mem, 1, 12);
    grid_wrap(g, 0, 0, 12, 1, LOOK_NORMAL, "seven eighth ninth");
    assert_string_equal(grid_text(mem, g, false), "seven …\n"); /* and no "eigh" */
}

static void test_right_fill_looks(void **state)
{
    (void)state;
    struct grid *g = grid_new(mem, 2, 8);
    assert_int_equal(grid_put_right(g, 0, 0, 8, LOOK_BOLD, "abc"), 5);
    grid_fill(g, 1, 6, 9, LOOK_RULE, "─");
    grid_look(g, 1, 0, 2, LOOK_SELECTED);
    assert_string_equal(grid_text(mem, g, true), "     abc\n      ──\n\n.....bbb\nSS....rr\n");
}

/* Any octets, anywhere: no write outside (the sanitizer watches), each cell one character. */
static void test_any_text(void **state)
{
    (void)state;
    uint32_t seed = 1;
    for (int round = 0; round < 3000; round++) {
        char text[40];
        size_t n = 0;
        for (; n < sizeof text - 1; n++) {
            seed = seed * 1664525 + 1013904223;
            text[n] = (char)(seed >> 24);
            if (seed >> 20 & 1)
                text[n] &= 0x7f;
        }
        text[n] = '\0';
        struct grid *g = grid_new(mem, 3, 9);
        g->ascii = round & 1;
        int col = (int)(seed >> 8 & 15) - 3, row = (int)(seed >> 12 & 7) - 2;
        grid_put(g, row, col, 12, LOOK_NORMAL, text);
        grid_wrap(g, 0, col, 7, 3, LOOK_NORMAL, text);
        const char *whole = grid_text(mem, g, false);
        for (const char *p = whole; *p; p++)
            assert_true(*p == '\n' || (unsigned char)*p >= 32);
        arena_reset(mem);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put),      cmocka_unit_test(test_escapes),
        cmocka_unit_test(test_wide),     cmocka_unit_test(test_ascii),
        cmocka_unit_test(test_wrap),     cmocka_unit_test(test_right_fill_looks),
        cmocka_unit_test(test_any_text),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
