/* The message as a tree of its fields: name, value, where its octets are. */
#include "tui/scene.h"

#include <string.h>

#define PLACE 10 /* cells for offset and length */

static const char *sealed_text(const struct scene *s, const struct field *f)
{
    if (scene_is_open(s, f))
        return arena_printf(s->mem, "open, by %s", f->opened_by->name);
    return arena_printf(s->mem, "[sealed]");
}

static const char *value_of(const struct scene *s, struct field *f, bool *sealed)
{
    struct field *cipher = scene_sealed(f);
    *sealed = cipher == f;
    if (cipher == f)
        return sealed_text(s, f);
    return f->value ? f->value : "";
}

static void draw_place(const struct scene *s, struct grid *g, int row, int col,
                       const struct field *f)
{
    grid_put_right(g, row, col, 4, LOOK_DIM, arena_printf(s->mem, "%04zx", f->at));
    grid_put_right(g, row, col + 5, PLACE - 5, LOOK_DIM,
                   arena_printf(s->mem, "%zu", f->end - f->at));
}

static void draw_row(const struct scene *s, struct grid *g, struct area area, int row, size_t i)
{
    const struct tree_row *t = &s->rows[i];
    bool chosen = i == s->selected, sealed, places = area.cols >= 44;
    int end = area.col + area.cols - (places ? PLACE + 1 : 0);
    int col = area.col + 1 + (area.cols < 40 ? 1 : 2) * (int)t->depth, most = end - 12;
    if (col > most)
        col = most;
    const char *value = value_of(s, t->field, &sealed);
    enum look look = t->field->state == FIELD_BROKEN ? LOOK_ERROR : LOOK_NORMAL;
    grid_put(g, row, col, 1, LOOK_NORMAL, t->parent ? (t->open ? "-" : "+") : " ");
    int used = grid_put(g, row, col + 2, end - col - 2, look, t->field->name);
    int at = col + 2 + used + 2, aligned = area.col + area.cols * 2 / 5;
    if (at < aligned && grid_width(g, value) <= end - aligned)
        at = aligned;
    if (at < end)
        grid_put(g, row, at, end - at, sealed ? LOOK_SEALED : look, value);
    if (places)
        draw_place(s, g, row, area.col + area.cols - PLACE, t->field);
    if (!chosen)
        return;
    grid_put(g, row, area.col, 1, LOOK_NORMAL, grid_glyph(g, G_MARK));
    grid_look(g, row, area.col, area.cols, LOOK_SELECTED);
}

static void draw_title(const struct scene *s, struct grid *g, struct area area)
{
    const struct event *e = s->message->event;
    const char *arrow = s->lesson->columns[s->message->from].name;
    char *right = arena_printf(s->mem, "%zu octets %s%s", e->arrived.n, via_name(e->via),
                               e->tls ? " in TLS" : "");
    char *left = arena_printf(s->mem, "MESSAGE %zu  %s → %s", s->number, arrow,
                              s->lesson->columns[s->message->to].name);
    int at = area.col + area.cols;
    if (grid_width(g, left) + 2 + grid_width(g, right) <= area.cols)
        at = grid_put_right(g, area.row, area.col, area.cols, LOOK_DIM, right);
    grid_put(g, area.row, area.col, at - area.col, LOOK_BOLD, left);
}

/* Before the first message: who takes part. */
static void draw_parties(const struct scene *s, struct grid *g, struct area area)
{
    const struct trace *t = s->lesson->trace;
    grid_put(g, area.row, area.col, area.cols, LOOK_BOLD, "WHO TAKES PART");
    for (size_t i = 0; i < t->n_parties && (int)i + 2 < area.rows; i++) {
        const struct party_told *p = &t->parties[i];
        int row = area.row + 2 + (int)i, end = area.col + area.cols;
        enum look look = LOOK_NORMAL;
        for (size_t c = 0; c < s->lesson->n_columns; c++)
            if (strcmp(s->lesson->columns[c].name, p->name) == 0)
                look = s->lesson->columns[c].look;
        grid_put(g, row, area.col + 2, 10, look, p->name);
        grid_put(g, row, area.col + 13, end - area.col - 13, LOOK_NORMAL,
                 arena_printf(s->mem, "%-13s %s", p->role, p->address));
    }
    if (s->app->pane == PANE_TREE) {
        g->cursor_row = area.row;
        g->cursor_col = area.col;
    }
}

void pane_tree(const struct scene *s, struct grid *g, struct area area)
{
    if (!s->message) {
        draw_parties(s, g, area);
        return;
    }
    draw_title(s, g, area);
    int room = area.rows - 1;
    size_t top = first_shown(s->selected, s->n_rows, room);
    for (int i = 0; i < room && top + (size_t)i < s->n_rows; i++)
        draw_row(s, g, area, area.row + 1 + i, top + (size_t)i);
    if (s->app->pane == PANE_TREE && s->n_rows) {
        g->cursor_row = area.row + 1 + (int)(s->selected - top);
        g->cursor_col = area.col;
    }
}
