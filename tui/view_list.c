/* The list of lessons. */
#include "tui/scene.h"

#include <stdio.h>

#define GOAL_ROWS 4
#define NAME_COLS 28

static void draw_entry(const struct app *a, struct grid *g, int row, size_t i)
{
    const struct entry *e = &a->entries[i];
    bool chosen = i == a->chosen, names = g->cols >= 80;
    char number[24];
    int end = g->cols - 2 - (names ? NAME_COLS : 0);
    snprintf(number, sizeof number, "%zu", i + 1);
    grid_put(g, row, 1, 1, LOOK_NORMAL, chosen ? grid_glyph(g, G_MARK) : " ");
    grid_put_right(g, row, 3, 2, LOOK_NORMAL, number);
    grid_put(g, row, 7, end - 7, LOOK_NORMAL, e->title);
    if (names)
        grid_put(g, row, end + 1, NAME_COLS, LOOK_DIM, e->name);
    if (chosen) {
        grid_look(g, row, 1, g->cols - 2, LOOK_SELECTED);
        g->cursor_row = row;
        g->cursor_col = 1;
    }
}

void view_list(const struct app *a, struct grid *g)
{
    int rule = g->rows - 3 - GOAL_ROWS, room = rule - 4, cols = g->cols - 4;
    g->cursor_row = g->cursor_col = 0;
    grid_put(g, 0, 1, g->cols - 2, LOOK_TITLE, "tessera");
    grid_put(g, 0, 10, g->cols - 11, LOOK_NORMAL,
             "how a password becomes a ticket, stone by stone");
    grid_put(g, 2, 3, cols, LOOK_BOLD, "LESSONS");
    size_t top = first_shown(a->chosen, a->n_entries, room);
    for (int i = 0; i < room && top + (size_t)i < a->n_entries; i++)
        draw_entry(a, g, 3 + i, top + (size_t)i);
    if (top + (size_t)room < a->n_entries) {
        char more[48];
        snprintf(more, sizeof more, "%zu more below", a->n_entries - top - (size_t)room);
        grid_put(g, rule - 1, 7, cols, LOOK_DIM, more);
    }
    draw_rule(g, rule, 0, g->cols, "GOAL", "", false);
    if (a->chosen < a->n_entries)
        grid_wrap(g, rule + 1, 3, cols > 72 ? 72 : cols, GOAL_ROWS, LOOK_NORMAL,
                  a->entries[a->chosen].goal);
    char status[160] = "";
    if (a->chosen < a->n_entries)
        snprintf(status, sizeof status, "as text:  tessera run %s", a->entries[a->chosen].name);
    draw_bottom(a, g, status, "");
}
