/* The octets, in hexadecimal and as characters, [ ] around those of the selected field; the parts
 * of a ciphertext are parted by |. */
#include "tui/scene.h"

#include <stdlib.h>

#define OFFSET 6 /* cells before the first octet's separator */

struct bytes_view {
    const struct scene *s;
    struct grid *g;
    struct area area;
    struct bytes data;
    size_t at, end; /* selected */
    size_t cuts[3]; /* where the parts of a seal begin, but the first; 0: none */
    int wide;       /* octets a row */
};

static bool is_cut(const struct bytes_view *v, size_t at)
{
    for (size_t i = 0; i < sizeof v->cuts / sizeof *v->cuts; i++)
        if (v->cuts[i] && v->cuts[i] == at)
            return true;
    return false;
}

static const char *mark_before(const struct bytes_view *v, size_t at)
{
    if (at == v->at && v->end > v->at)
        return "[";
    if (at == v->end && v->end > v->at)
        return "]";
    return is_cut(v, at) ? "|" : " ";
}

static void draw_octet(const struct bytes_view *v, int row, size_t at, int column, bool last)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t octet = v->data.p[at];
    char hex[3] = {digits[octet >> 4], digits[octet & 15], 0}, text[2] = {'.', 0};
    bool in = at >= v->at && at < v->end;
    enum look look = in ? LOOK_SELECTED : LOOK_NORMAL;
    int col = v->area.col + OFFSET + 3 * column;
    if (octet >= 32 && octet < 127)
        text[0] = (char)octet;
    grid_put(v->g, row, col + 1, 2, look, hex);
    grid_put(v->g, row, v->area.col + OFFSET + 3 * v->wide + 2 + column, 1, look, text);
    const char *mark = column || at == v->at ? mark_before(v, at) : " ";
    grid_put(v->g, row, col, 1, in && *mark == ' ' && at > v->at && column ? look : LOOK_NORMAL,
             mark);
    if (last && at + 1 == v->end)
        grid_put(v->g, row, col + 3, 1, LOOK_NORMAL, "]");
}

static void draw_row(const struct bytes_view *v, int row, size_t at)
{
    char *offset = arena_printf(v->s->mem, "%04zx", at);
    grid_put(v->g, row, v->area.col + 1, 4, LOOK_DIM, offset);
    for (int i = 0; i < v->wide && at + (size_t)i < v->data.n; i++)
        draw_octet(v, row, at + (size_t)i, i, i + 1 == v->wide || at + (size_t)i + 1 == v->data.n);
}

static int32_t etype_beside(const struct field *cipher)
{
    struct field *etype = cipher->parent ? field_part(cipher->parent, "etype") : NULL;
    return etype && etype->value ? (int32_t)atol(etype->value) : 0;
}

static void set_cuts(struct bytes_view *v, const struct field *f)
{
    struct seal_part parts[3];
    if (f->state != FIELD_SEALED && f->state != FIELD_OPENED)
        return;
    size_t n = seal_parts(etype_beside(f), f->end - f->body, parts);
    for (size_t i = 0; i < n; i++)
        v->cuts[i] = parts[i].at ? f->body + parts[i].at : 0;
}

void pane_bytes(const struct scene *s, struct grid *g, struct area area)
{
    struct bytes_view v = {.s = s, .g = g, .area = area, .wide = 16};
    const struct field *f = s->field;
    if (!f)
        return;
    while (OFFSET + 4 * v.wide + 3 > area.cols && v.wide > 4)
        v.wide -= 4;
    v.data = f->root->data;
    v.at = f->at;
    v.end = f->end;
    set_cuts(&v, f);
    size_t wide = (size_t)v.wide, n = (v.data.n + wide - 1) / wide, at = f->at / wide;
    size_t top = first_shown(at, n, area.rows);
    for (int i = 0; i < area.rows && top + (size_t)i < n; i++)
        draw_row(&v, area.row + i, (top + (size_t)i) * wide);
    if (s->app->pane == PANE_BYTES) {
        g->cursor_row = area.row + (int)(at - top);
        g->cursor_col = area.col + OFFSET + 1 + 3 * (int)(f->at % wide);
    }
}
