/* What views and panes share. */
#include "tui/scene.h"

#include <stdio.h>

size_t first_shown(size_t wanted, size_t n, int room)
{
    size_t height = room > 0 ? (size_t)room : 1, half = height > 1 ? height / 2 : 1;
    size_t before = height < 3 ? 0 : (height < 8 ? 1 : height / 4);
    if (n <= height)
        return 0;
    size_t top = wanted < height - before - (height > 1) ? 0 : (wanted - before) / half * half;
    if (top + height <= wanted)
        top = wanted - height + 1;
    return top + height > n ? n - height : top;
}

void draw_rule(struct grid *g, int row, int col, int cols, const char *title, const char *right,
               bool focus)
{
    grid_fill(g, row, col, cols, LOOK_RULE, grid_glyph(g, G_HLINE));
    int at = col + 2;
    grid_put(g, row, at++, 1, LOOK_NORMAL, " ");
    if (focus)
        at += grid_put(g, row, at, 2, LOOK_BOLD, "> ");
    at += grid_put(g, row, at, col + cols - at - 3, focus ? LOOK_BOLD : LOOK_DIM, title);
    grid_put(g, row, at, 1, LOOK_NORMAL, " ");
    int room = col + cols - at - 6;
    if (right && *right && grid_width(g, right) <= room) {
        int from = col + cols - 4 - grid_width(g, right);
        grid_put(g, row, from, 1, LOOK_NORMAL, " ");
        grid_put(g, row, from + 1, room, LOOK_DIM, right);
        grid_put(g, row, col + cols - 3, 1, LOOK_NORMAL, " ");
    }
}

static const char *question(const struct app *a, char out[80])
{
    if (a->asking == ASK_QUIT)
        return "Leave tessera?  q again: yes    any other key: no";
    snprintf(out, 80, "Go to number: %.0zu", a->number);
    return out;
}

void draw_bottom(const struct app *a, struct grid *g, const char *status, const char *right)
{
    int row = g->rows - 2, cols = g->cols - 2;
    char asked[80];
    keymap_footer(g, g->rows - 1, app_where(a, g->rows, g->cols));
    if (a->asking) {
        int used = grid_put(g, row, 1, cols, LOOK_BOLD, question(a, asked));
        g->cursor_row = row;
        g->cursor_col = used + 1 < g->cols ? used + 1 : g->cols - 1;
        return;
    }
    if (a->notice[0]) {
        grid_put(g, row, 1, cols, LOOK_BOLD, a->notice);
        return;
    }
    int at = cols + 1;
    if (right && *right && grid_width(g, status) + grid_width(g, right) + 3 <= cols)
        at = grid_put_right(g, row, 1, cols, LOOK_DIM, right) - 2;
    grid_put(g, row, 1, at - 1, LOOK_NORMAL, status);
}
