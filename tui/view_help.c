/* The keys of where we are, from the one table; and how to read the ladder. */
#include "tui/scene.h"

#include <stdio.h>
#include <string.h>

static const char *all_keys(const struct grid *g, const struct binding *b, char *out, size_t room)
{
    char name[KEY_NAME];
    size_t n = 0;
    for (size_t i = 0; i < sizeof b->keys / sizeof *b->keys && b->keys[i]; i++)
        n += (size_t)snprintf(out + n, room - n, "%s%s", i ? " " : "",
                              key_name(b->keys[i], g->ascii, name));
    return out;
}

static size_t here(enum where where, const struct binding **out, size_t most)
{
    size_t n, shown = 0;
    const struct binding *all = keymap(&n);
    for (size_t i = 0; i < n && shown < most; i++)
        if (all[i].where & where)
            out[shown++] = &all[i];
    return shown;
}

/* One column of keys and what they do. Returns how wide it is. */
static int draw_column(struct grid *g, int col, const struct binding *const *list, int n,
                       bool brief)
{
    int keys = 0, wide = 0;
    char text[80];
    for (int i = 0; i < n; i++) {
        int key = grid_width(g, all_keys(g, list[i], text, sizeof text));
        int what = grid_width(g, brief ? list[i]->label : list[i]->help);
        keys = key > keys ? key : keys;
        wide = what > wide ? what : wide;
    }
    for (int i = 0; i < n; i++) {
        grid_put(g, 2 + i, col, keys, LOOK_KEY, all_keys(g, list[i], text, sizeof text));
        grid_put(g, 2 + i, col + keys + 2, g->cols, LOOK_NORMAL,
                 brief ? list[i]->label : list[i]->help);
    }
    return keys + 2 + wide;
}

/* In one column with a whole line each, or, where there are too few rows, in two with a word. */
static void draw_keys(struct grid *g, const struct binding *const *list, int n, int room)
{
    if (n <= room) {
        draw_column(g, 2, list, n, false);
        return;
    }
    int half = (n + 1) / 2, wide = draw_column(g, 2, list, half, true);
    draw_column(g, 2 + wide + 4, list + half, n - half, true);
}

static void draw_legend(struct grid *g, int row, int col)
{
    static const struct {
        const char *sign, *meaning;
    } signs[] = {
        {"───>", "sent"},
        {"═══▶", "looked at"},
        {"· · >", "not yet sent"},
        {"x<──", "it refuses"},
        {"──x", "lost on the way"},
        {"!", "changed, or injected"},
        {">", "the selected field"},
        {"[ ]", "its octets; | a part"},
        {"[sealed]", "Enter opens it"},
        {"✓ .", "holds the key, or not"},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs && row + (int)i < g->rows - 2; i++) {
        if (strcmp(signs[i].sign, "✓ .") == 0 && g->ascii) {
            grid_put(g, row + (int)i, col, 9, LOOK_BOLD, "Y .");
        } else {
            grid_put(g, row + (int)i, col, 9, LOOK_BOLD, signs[i].sign);
        }
        grid_put(g, row + (int)i, col + 10, g->cols - col - 11, LOOK_NORMAL, signs[i].meaning);
    }
}

void view_help(const struct app *a, struct grid *g)
{
    static const char *const titles[] = {"KEYS OF THE LIST", "KEYS OF A LESSON",
                                         "KEYS OF THE MATRIX"};
    const struct binding *list[64];
    size_t n = here(app_where(a, g->rows, g->cols), list, sizeof list / sizeof *list);
    int room = g->rows - 4;
    grid_put(g, 0, 2, g->cols - 4, LOOK_TITLE, titles[a->lesson ? 1 + a->table : 0]);
    draw_keys(g, list, (int)n, room);
    if (a->lesson && !a->table && g->cols >= 96 && (int)n <= room) {
        grid_put(g, 0, 66, 30, LOOK_TITLE, "SIGNS");
        draw_legend(g, 2, 66);
    } else if (a->lesson && !a->table && (int)n + 14 <= g->rows) {
        grid_put(g, (int)n + 3, 2, 40, LOOK_TITLE, "SIGNS");
        draw_legend(g, (int)n + 4, 2);
    }
    grid_put(g, g->rows - 1, 2, g->cols - 4, LOOK_DIM, "any key goes back");
}
