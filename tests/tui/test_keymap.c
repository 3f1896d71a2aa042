/* The table of keys against itself and against what is drawn from it. */
#include "tui/keymap.h"
#include "tui/theme.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const enum where places[] = {
    IN_LIST, IN_LECTURE, IN_TREE, IN_MATRIX, IN_LECTURE | WITH_MATRIX, IN_TREE | WITH_MATRIX};
#define N_PLACES (sizeof places / sizeof *places)
#define N_KEYS   (sizeof((struct binding *)0)->keys / sizeof(int))

static void test_each_key_means_one_thing(void **state)
{
    (void)state;
    size_t n;
    const struct binding *all = keymap(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < N_KEYS && all[i].keys[k]; k++)
            for (size_t p = 0; p < N_PLACES; p++)
                if (all[i].where & places[p])
                    assert_int_equal(keymap_action(all[i].keys[k], places[p]), all[i].action);
    assert_int_equal(keymap_action(0, ANYWHERE), ACT_NONE);
    assert_int_equal(keymap_action(KEY_ESC, IN_TREE), ACT_NONE); /* a clicker's Esc never quits */
}

static void test_each_has_words(void **state)
{
    (void)state;
    size_t n;
    const struct binding *all = keymap(&n);
    for (size_t i = 0; i < n; i++) {
        assert_true(text_width(all[i].label) > 0 && text_width(all[i].label) <= 13);
        assert_true(text_width(all[i].help) > 0 && text_width(all[i].help) <= 42);
        for (size_t k = 0; k < N_KEYS && all[i].keys[k]; k++) {
            char name[KEY_NAME];
            assert_true(*key_name(all[i].keys[k], false, name));
            for (const char *p = key_name(all[i].keys[k], true, name); *p; p++)
                assert_in_range(*p, 33, 126);
        }
    }
}

/* Whole items, at most nine, and always a way out. */
static void test_footer(void **state)
{
    struct arena *mem = arena_new(1 << 16);
    (void)state;
    for (size_t p = 0; p < N_PLACES; p++)
        for (int cols = 64; cols <= 200; cols++) {
            struct grid *g = grid_new(mem, 1, cols);
            g->ascii = cols & 1;
            keymap_footer(g, 0, places[p]);
            const char *text = grid_text(mem, g, false);
            assert_null(strstr(text, glyph(G_ELLIPSIS, g->ascii)));
            assert_non_null(strstr(text, "? help"));
            assert_non_null(strstr(text, "q quit"));
            int items = 0;
            for (int col = 1; col < cols; col++)
                items += g->cells[col].look == LOOK_KEY && g->cells[col - 1].look != LOOK_KEY;
            assert_in_range(items, 4, 9);
            arena_reset(mem);
        }
    arena_free(mem);
}

static void test_theme_from_environment(void **state)
{
    (void)state;
    assert_int_equal(theme_choose("1", "15;0", 256), THEME_MONO);
    assert_int_equal(theme_choose("", "15;0", 256), THEME_DARK);
    assert_int_equal(theme_choose(NULL, NULL, 256), THEME_DARK);
    assert_int_equal(theme_choose(NULL, "0;15", 256), THEME_LIGHT);
    assert_int_equal(theme_choose(NULL, "0;default;7", 8), THEME_LIGHT);
    assert_int_equal(theme_choose(NULL, "15;8", 256), THEME_DARK);
    assert_int_equal(theme_choose(NULL, NULL, 0), THEME_MONO);
    for (int look = 0; look < LOOK_COUNT; look++) {
        assert_int_equal(theme_style(THEME_MONO, look, 256).colour, -1);
        assert_int_equal(theme_style(THEME_CONTRAST, look, 256).colour, -1);
        assert_false(theme_style(THEME_CONTRAST, look, 256).dim);
    }
    assert_int_equal(theme_style(THEME_DARK, LOOK_KDC, 256).colour, 178);
    assert_int_equal(theme_style(THEME_LIGHT, LOOK_KDC, 256).colour, 94);
    assert_int_equal(theme_style(THEME_LIGHT, LOOK_KDC, 8).colour, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_key_means_one_thing),
        cmocka_unit_test(test_each_has_words),
        cmocka_unit_test(test_footer),
        cmocka_unit_test(test_theme_from_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
