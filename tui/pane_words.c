/* What just happened, and what the selected field means. */
#include "tui/words.h"

#define MARGIN_MOST 9  /* cells for the name of who does it */
#define PROSE       64 /* longer lines are hard to read from the last row */

/* Cells of the margin: the longest name in it. */
static int margin_of(const struct grid *g, const struct paras *p)
{
    int margin = 0;
    for (size_t i = 0; i < p->n; i++) {
        int wide = p->list[i].who ? grid_width(g, p->list[i].who) + 1 : 0;
        if (wide > margin)
            margin = wide;
    }
    return margin > MARGIN_MOST ? MARGIN_MOST : margin;
}

static int indent_of(const struct para *p, int margin)
{
    return (p->who ? margin : 0) + (p->mark ? 2 : 0);
}

static int rows_of(const struct grid *g, const struct paras *p, size_t i, int cols, int margin)
{
    const struct para *para = &p->list[i];
    return grid_wrap_rows(g, cols - indent_of(para, margin), para->text) +
           (para->gap && i + 1 < p->n);
}

/* The first paragraph from which all that follow fit. */
static size_t last_top(const struct grid *g, const struct paras *p, int cols, int rows)
{
    int margin = margin_of(g, p), used = 0;
    size_t top = p->n;
    while (top && (used += rows_of(g, p, top - 1, cols, margin)) <= rows)
        top--;
    return top < p->n ? top : (p->n ? p->n - 1 : 0);
}

static int draw_para(struct grid *g, int row, int end, struct area area, const struct para *p,
                     int margin)
{
    int col = area.col;
    if (p->who) {
        grid_put(g, row, col, margin - 1, p->who_look, p->who);
        col += margin;
    }
    if (p->mark) {
        grid_put(g, row, col, 1, p->look, p->mark);
        col += 2;
    }
    return grid_wrap(g, row, col, area.col + area.cols - col, end - row, p->look, p->text);
}

/* Returns how many paragraphs are not seen to their end. */
static size_t draw_paras(struct grid *g, struct area area, const struct paras *p, size_t top)
{
    int margin = margin_of(g, p), row = area.row, end = area.row + area.rows;
    for (size_t i = top; i < p->n; i++) {
        if (row >= end)
            return p->n - i;
        struct para para = p->list[i];
        if (i == top && para.who && !*para.who)
            for (size_t k = i; k && !*para.who; k--)
                if (p->list[k - 1].who && *p->list[k - 1].who) {
                    para.who = p->list[k - 1].who;
                    para.who_look = p->list[k - 1].who_look;
                }
        int wanted = rows_of(g, p, i, area.cols, margin) - (para.gap && i + 1 < p->n);
        row += draw_para(g, row, end, area, &para, margin);
        if (row == end && wanted > 0 && i + 1 < p->n)
            return p->n - i - 1;
        row += para.gap;
    }
    return 0;
}

static struct area narrowed(struct area area)
{
    if (area.cols > PROSE)
        area.cols = PROSE;
    return area;
}

static struct paras all_words(const struct scene *s, bool with_meaning)
{
    struct paras p = words_happened(s);
    if (!with_meaning || s->lecture)
        return p;
    struct paras meaning = words_meaning(s), both = {.mem = s->mem};
    both.list = arena_array(s->mem, struct para, p.n + meaning.n);
    for (size_t i = 0; i < meaning.n; i++)
        both.list[both.n++] = meaning.list[i];
    for (size_t i = 0; i < p.n; i++)
        both.list[both.n++] = p.list[i];
    return both;
}

size_t words_last_top(const struct scene *s, const struct grid *g, struct area words)
{
    struct area area = narrowed(words);
    struct paras p = all_words(s, false);
    return last_top(g, &p, area.cols, area.rows);
}

size_t pane_words(const struct scene *s, struct grid *g, struct area words, struct area meaning)
{
    struct area area = narrowed(words);
    struct paras p = all_words(s, false);
    size_t most = last_top(g, &p, area.cols, area.rows), top = s->state->words_top;
    bool small = s->at != lesson_stop(s->lesson, s->number) && s->at != s->lesson->trace->n;
    if (small || top > most) /* after a small step what is new is in sight */
        top = most;
    size_t below = words.rows ? draw_paras(g, area, &p, top) : 0;
    if (below && !s->lecture)
        grid_put_right(g, words.row - 1, words.col, words.cols - 3, LOOK_RULE,
                       arena_printf(s->mem, " %zu more below ", below));
    if (s->app->pane == PANE_WORDS || s->lecture) {
        g->cursor_row = area.row;
        g->cursor_col = area.col;
    }
    if (meaning.rows) {
        struct paras m = words_meaning(s);
        draw_paras(g, narrowed(meaning), &m, 0);
    }
    return below;
}
