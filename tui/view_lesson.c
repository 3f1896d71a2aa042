/* A lesson: the lecture layout (few things, large) and the lesson layout (all of them). */
#include "tui/scene.h"

#include <stdlib.h>
#include <string.h>

/* ---- where the panes are -------------------------------------------------------------------- */

/* Rows [1, rows-2) are free: a title above, two sacrificial rows below. */
static struct areas lecture_areas(int rows, int cols)
{
    struct areas a = {0};
    int top = rows < 24 ? 1 : 2, ladder = (rows - 6) / 2, wide = cols < 100 ? cols - 2 : 98;
    ladder += !(ladder % 2); /* names, then two rows a message */
    a.ladder = (struct area){top, 1, ladder, wide};
    int row = top + ladder + 1, keys = rows >= 24;
    a.words = (struct area){row, 2, rows - 2 - row - 2 * keys, cols - 4};
    if (keys)
        a.keys = (struct area){rows - 3, 2, 1, cols - 4};
    return a;
}

static struct areas zoomed(enum pane pane, int rows, int cols)
{
    struct areas a = {0};
    struct area all = {2, 1, rows - 4, cols - 2};
    if (pane == PANE_TREE)
        a.tree = all;
    else if (pane == PANE_BYTES)
        a.bytes = all;
    else
        a.words = all;
    return a;
}

#define BYTES_COLS 73 /* of 16 octets a row */
#define BYTES_LESS 57 /* of 12 */
#define KEYS_LEAST 39 /* with a name that can be read */

static struct areas lesson_layout(const struct app *app, int rows, int cols)
{
    struct areas a = {0};
    enum pane pane = app->pane;
    bool narrow = rows < 22 || cols < BYTES_COLS + 2;
    int free = rows - 3, rules = narrow ? 1 : 2;
    int bytes = narrow ? 0 : (free - rules) / 4, words = (free - rules) * (narrow ? 45 : 33) / 100;
    int top = free - rules - bytes - words, left = cols * 46 / 100;
    a.ladder = (struct area){1, 0, top, left};
    a.tree = (struct area){1, left + 1, top, cols - left - 1};
    if (narrow && pane == PANE_BYTES) { /* in their turn, where not all have room */
        a.bytes = (struct area){2, 0, top - 1, cols};
        a.ladder.rows = a.tree.rows = 0;
    } else if (!narrow) {
        bool keys = cols >= BYTES_LESS + KEYS_LEAST;
        int octets = cols >= BYTES_COLS + KEYS_LEAST ? BYTES_COLS : BYTES_LESS;
        a.bytes = (struct area){top + 2, 0, bytes, keys ? octets : cols};
        if (keys)
            a.keys = (struct area){top + 2, octets + 1, bytes, cols - octets - 2};
    }
    int row = top + 1 + rules + bytes;
    bool both = cols >= 80;
    int said = both ? cols * 56 / 100 : cols - 2;
    a.words = (struct area){row, 1, words, said};
    if (both)
        a.meaning = (struct area){row, said + 3, words, cols - said - 4};
    else if (pane != PANE_WORDS && app->at) {
        a.meaning = a.words;
        a.words.rows = 0;
    }
    return a;
}

struct areas lesson_areas(const struct app *a, int rows, int cols)
{
    if (app_lecture(a, rows, cols))
        return lecture_areas(rows, cols);
    if (a->zoom)
        return zoomed(a->pane, rows, cols);
    return lesson_layout(a, rows, cols);
}

/* ---- what stands around them ---------------------------------------------------------------- */

/* "●●◉○○○": where we are among the steps; nothing where there are too many. */
static char *bar_of_steps(const struct scene *s, const struct grid *g, int room)
{
    size_t n = s->lesson->n;
    char *bar = arena_printf(s->mem, "%s", "");
    if ((int)n > room)
        return bar;
    for (size_t i = 1; i <= n; i++)
        bar = arena_printf(s->mem, "%s%s", bar,
                           grid_glyph(g, i < s->number    ? G_DONE
                                         : i == s->number ? G_HERE
                                                          : G_TODO));
    return bar;
}

static void draw_title(const struct scene *s, struct grid *g)
{
    const struct lesson *l = s->lesson;
    const char *eyes = s->eyes ? arena_printf(s->mem, "   eyes: %s", s->eyes) : "";
    char *right = arena_printf(s->mem, "%s%s", lesson_where(l, s->at, s->mem), eyes);
    if (!s->lecture && g->cols >= 96)
        right = arena_printf(s->mem, "%s   %s   seed %llu", right, l->trace->realm,
                             (unsigned long long)l->trace->seed);
    int at = grid_put_right(g, 0, 1, g->cols - 2, LOOK_NORMAL, right);
    char *left = l->number ? arena_printf(s->mem, "Lesson %zu   %s", l->number, l->scenario->title)
                           : arena_printf(s->mem, "%s", l->scenario->title);
    grid_put(g, 0, 1, at - 3, LOOK_TITLE, left);
}

static const char *seal_text(const struct scene *s, const struct field *f)
{
    struct seal_part parts[3];
    struct field *etype = f->parent ? field_part(f->parent, "etype") : NULL;
    char *text = arena_printf(s->mem, "%s", "");
    if (!etype || !etype->value || (f->state != FIELD_SEALED && f->state != FIELD_OPENED))
        return text;
    size_t n = seal_parts((int32_t)atol(etype->value), f->end - f->body, parts);
    for (size_t i = 0; i < n; i++)
        text = arena_printf(s->mem, "%s%s%s %zu", text, i ? " | " : "", parts[i].name,
                            parts[i].end - parts[i].at);
    return text;
}

static void draw_bytes_rule(const struct scene *s, struct grid *g, struct area area)
{
    const struct field *f = s->field;
    bool focus = s->app->pane == PANE_BYTES;
    if (!f) {
        draw_rule(g, area.row - 1, area.col, area.cols, "BYTES", "", focus);
        return;
    }
    const char *of = f->root->from ? arena_printf(s->mem, " of %s", f->root->what) : "";
    char *title =
        arena_printf(s->mem, "BYTES%s  %04zx..%04zx  %zu of %zu", of, f->at,
                     f->end > f->at ? f->end - 1 : f->at, f->end - f->at, f->root->data.n);
    draw_rule(g, area.row - 1, area.col, area.cols, title, seal_text(s, f), focus);
}

static void draw_words_rules(const struct scene *s, struct grid *g, const struct areas *a)
{
    bool focus = s->app->pane == PANE_WORDS && a->words.rows;
    const char *said = s->at == 0        ? "WHAT THIS IS ABOUT"
                       : s->app->explain ? "WHAT WAS DECIDED"
                                         : "WHAT JUST HAPPENED";
    struct area at = a->words.rows ? a->words : a->meaning;
    const char *meaning =
        s->field ? arena_printf(s->mem, "MEANING of %s", s->field->name) : "HOW TO READ IT";
    draw_rule(g, at.row - 1, 0, g->cols, a->words.rows ? said : meaning,
              a->words.rows ? "" : "Tab: what happened", focus);
    if (a->words.rows && a->meaning.rows)
        draw_rule(g, at.row - 1, a->meaning.col - 3, g->cols - a->meaning.col + 3, meaning, "",
                  false);
}

static void draw_divider(struct grid *g, struct area right)
{
    for (int i = 0; i < right.rows; i++)
        grid_put(g, right.row + i, right.col - 1, 1, LOOK_RULE, grid_glyph(g, G_VLINE));
}

static size_t draw_lecture(const struct scene *s, struct grid *g, const struct areas *a)
{
    pane_ladder(s, g, a->ladder);
    size_t below = pane_words(s, g, a->words, a->meaning);
    if (a->keys.rows)
        pane_keys_line(s, g, a->keys);
    return below;
}

static void draw_lesson(const struct scene *s, struct grid *g, const struct areas *a)
{
    if (a->ladder.rows)
        pane_ladder(s, g, a->ladder);
    if (a->tree.rows) {
        pane_tree(s, g, a->tree);
        draw_divider(g, a->tree);
    }
    if (a->bytes.rows) {
        draw_bytes_rule(s, g, a->bytes);
        pane_bytes(s, g, a->bytes);
    }
    if (a->keys.rows) {
        draw_rule(g, a->keys.row - 1, a->keys.col - 1, g->cols - a->keys.col + 1, "WHO HAS WHAT",
                  "", false);
        draw_divider(g, a->keys);
        pane_keys(s, g, a->keys);
    }
    if (a->words.rows || a->meaning.rows) {
        draw_words_rules(s, g, a);
        pane_words(s, g, a->words, a->meaning);
    }
}

static const char *hint_of(const struct scene *s)
{
    struct field *f = scene_sealed(s->field);
    if (!f || f->state != FIELD_OPENED)
        return "";
    return arena_printf(s->mem, "Enter %s", scene_is_open(s, f) ? "closes it" : "opens it");
}

/* Of a path too long its end, which says more: "…/PAC.Buffers[3]". */
static const char *path_within(const struct scene *s, const struct grid *g)
{
    const char *path = s->field ? s->field->path : "", *text = path;
    for (const char *at = path; grid_width(g, text) > g->cols - 2;) {
        at = strchr(at + 1, '/');
        if (!at)
            return path;
        text = arena_printf(s->mem, "%s%s", grid_glyph(g, G_ELLIPSIS), at);
    }
    return text;
}

void view_lesson(const struct app *app, struct grid *g, struct arena *mem)
{
    struct scene s;
    scene_make(&s, app, g->rows, g->cols, mem);
    struct areas a = lesson_areas(app, g->rows, g->cols);
    g->cursor_row = g->cursor_col = 0; /* where nothing is selected */
    draw_title(&s, g);
    if (s.lecture) {
        size_t below = draw_lecture(&s, g, &a);
        char *more = arena_printf(mem, "%zu more below", below);
        draw_bottom(app, g, below ? more : "", bar_of_steps(&s, g, g->cols / 2));
        return;
    }
    draw_lesson(&s, g, &a);
    draw_bottom(app, g, path_within(&s, g), hint_of(&s));
}
