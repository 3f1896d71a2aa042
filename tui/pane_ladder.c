/* The parties as columns, the messages as arrows between them. The grammar of arrows is the same
 * everywhere: ───> sent, ═══▶ the one looked at, <· · · not yet sent, x<── refused,
 * ──x lost on the way, ! changed on the way or injected. */
#include "tui/scene.h"

#include <string.h>

#define GUTTER 5 /* cells for the mark and the number */

struct ladder {
    const struct scene *s;
    struct grid *g;
    struct area area;
    int *cols; /* of the lifelines */
};

static void place_columns(struct ladder *d)
{
    const struct lesson *l = d->s->lesson;
    int n = (int)l->n_columns, left = GUTTER + 2, right = d->area.cols - 4;
    d->cols = arena_array(d->s->mem, int, l->n_columns + 1);
    for (int i = 0; i < n; i++)
        d->cols[i] = d->area.col + left + (n > 1 ? i * (right - left) / (n - 1) : 0);
}

/* Of a name too long the beginning and the end: "alice-0" and "alice-1" are two. */
static const char *name_within(const struct ladder *d, const char *name, int room)
{
    size_t n = strlen(name);
    if (grid_width(d->g, name) <= room || room < 4 || (int)n != grid_width(d->g, name))
        return name;
    const char *cut = grid_glyph(d->g, G_ELLIPSIS);
    return arena_printf(d->s->mem, "%.*s%s%s", room - 1 - grid_width(d->g, cut), name, cut,
                        name + n - 1);
}

static void draw_names(const struct ladder *d, int row)
{
    const struct lesson *l = d->s->lesson;
    int before = d->area.col, end = d->area.col + d->area.cols;
    for (size_t i = 0; i < l->n_columns; i++) {
        int apart = l->n_columns > 1 ? d->cols[1] - d->cols[0] - 1 : d->area.cols;
        const char *name = name_within(d, l->columns[i].name, apart);
        int half = grid_width(d->g, name) / 2, at = d->cols[i] - half;
        int next = i + 1 < l->n_columns ? (d->cols[i] + d->cols[i + 1]) / 2 : end;
        if (at + 2 * half + 1 > end)
            at = end - 2 * half - 1;
        if (at <= before && i)
            at = before + 1;
        before = at + grid_put(d->g, row, at < 0 ? 0 : at, next - at, l->columns[i].look, name);
    }
}

static void draw_lifelines(const struct ladder *d, int row, enum glyph which)
{
    for (size_t i = 0; i < d->s->lesson->n_columns; i++)
        grid_put(d->g, row, d->cols[i], 1, LOOK_NORMAL, grid_glyph(d->g, which));
}

/* ---- one message ---------------------------------------------------------------------------- */

struct arrow {
    const struct message *m;
    bool now, ahead;
    enum look look;
    int from, to;    /* lifelines */
    int left, right; /* the cells between */
    bool to_right;
};

static struct arrow arrow_of(const struct ladder *d, size_t i)
{
    struct arrow a = {.m = &d->s->lesson->messages[i]};
    a.now = i + 1 == d->s->number;
    a.ahead = i + 1 > d->s->number;
    a.from = d->cols[a.m->from];
    a.to = d->cols[a.m->to];
    a.to_right = a.to >= a.from;
    a.left = (a.to_right ? a.from : a.to) + 1;
    a.right = (a.to_right ? a.to : a.from) - 1;
    a.look = a.ahead ? LOOK_DIM : d->s->lesson->columns[a.m->from].look;
    return a;
}

static void draw_head(const struct ladder *d, const struct arrow *a, int row)
{
    struct grid *g = d->g;
    enum glyph right = a->now ? G_HEAD_RIGHT : G_ARROW_RIGHT;
    enum glyph left = a->now ? G_HEAD_LEFT : G_ARROW_LEFT;
    int at = a->to_right ? a->right : a->left;
    if (a->m->event->fate == FATE_DROPPED && !a->ahead) {
        int middle = (a->left + a->right) / 2;
        grid_fill(g, row, a->to_right ? middle : a->left, a->right - middle + 1, LOOK_NORMAL, " ");
        grid_put(g, row, middle, 1, LOOK_ERROR, grid_glyph(g, G_CROSS));
        return;
    }
    grid_put(g, row, at, 1, a->look, grid_glyph(g, a->to_right ? right : left));
    if (a->m->refused && !a->ahead)
        grid_put(g, row, a->to, 1, LOOK_ERROR, grid_glyph(g, G_CROSS));
    else if (a->m->event->fate != FATE_DELIVERED && !a->ahead)
        grid_put(g, row, a->to_right ? at - 1 : at + 1, 1, LOOK_ERROR, "!");
}

static void draw_shaft(const struct ladder *d, const struct arrow *a, int row)
{
    enum glyph which = a->ahead ? G_DOT : (a->now ? G_DOUBLE : G_HLINE);
    grid_fill(d->g, row, a->left, a->right - a->left + 1, a->look, " ");
    for (int col = a->left; col <= a->right; col += a->ahead ? 2 : 1)
        grid_put(d->g, row, col, 1, a->look, grid_glyph(d->g, which));
    draw_head(d, a, row);
}

/* Where it fits between its lifelines it begins at the sender; else it runs on to the right, and
 * over lifelines on its left where the right has no room. */
static void draw_label(const struct ladder *d, const struct arrow *a, int row)
{
    int room = a->right - a->left - 1, end = d->area.col + d->area.cols;
    const char *label = grid_width(d->g, a->m->label) <= room ? a->m->label : a->m->brief;
    int wide = grid_width(d->g, label);
    enum look look = a->now ? LOOK_BOLD : (a->ahead ? LOOK_DIM : LOOK_NORMAL);
    int at = a->left + 1;
    if (wide <= room && !a->to_right)
        at = a->right - wide;
    int least = d->area.col + GUTTER + 1;
    if (at + wide > end)
        at = end - wide > least ? end - wide : least;
    grid_put(d->g, row, at, end - at, look, label);
}

/* In the lecture layout a label that is short enough stands in its arrow. */
static bool draw_label_inside(const struct ladder *d, const struct arrow *a, int row)
{
    int room = a->right - a->left + 1;
    const char *label = grid_width(d->g, a->m->label) <= room - 8 ? a->m->label : a->m->brief;
    int wide = grid_width(d->g, label);
    if (!d->s->lecture || wide > room - 8 || a->m->event->fate == FATE_DROPPED)
        return false;
    int at = a->left + (room - wide) / 2;
    grid_put(d->g, row, at - 1, 1, LOOK_NORMAL, " ");
    grid_put(d->g, row, at, wide, a->now ? LOOK_BOLD : a->look, label);
    grid_put(d->g, row, at + wide, 1, LOOK_NORMAL, " ");
    return true;
}

static void draw_message(const struct ladder *d, size_t i, int row)
{
    struct arrow a = arrow_of(d, i);
    draw_lifelines(d, row, a.ahead ? G_DOT : G_VLINE);
    draw_lifelines(d, row + 1, a.ahead ? G_DOT : G_VLINE);
    draw_shaft(d, &a, row + 1);
    bool inside = draw_label_inside(d, &a, row + 1);
    if (!inside)
        draw_label(d, &a, row);
    int at = inside ? row + 1 : row;
    char *number = arena_printf(d->s->mem, "%zu", i + 1);
    grid_put_right(d->g, at, d->area.col + 1, 3, a.now ? LOOK_BOLD : LOOK_DIM, number);
    if (a.now)
        grid_put(d->g, at, d->area.col, 1, LOOK_BOLD, grid_glyph(d->g, G_MARK));
}

void pane_ladder(const struct scene *s, struct grid *g, struct area area)
{
    struct ladder d = {.s = s, .g = g, .area = area};
    size_t n = s->lesson->n;
    int row = area.row, room = (area.rows - 1) / 2;
    if (!s->lesson->n_columns)
        return;
    place_columns(&d);
    draw_names(&d, row++);
    if ((area.rows - 1) % 2)
        draw_lifelines(&d, row++, G_TEE);
    size_t top = first_shown(s->number ? s->number - 1 : 0, n, room);
    for (int i = 0; i < room; i++, row += 2) {
        if (top + (size_t)i < n) {
            draw_message(&d, top + (size_t)i, row);
            continue;
        }
        draw_lifelines(&d, row, G_DOT);
        draw_lifelines(&d, row + 1, G_DOT);
    }
}
