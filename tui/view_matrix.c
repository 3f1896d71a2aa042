/* A matrix as a table: what the rows are on the left, what the columns are on top, in each cell
 * what its run came to, and below all of the chosen one. */
#include "sim/matrix.h"
#include "tui/scene.h"

#include <string.h>

#define DETAIL_ROWS 4

struct table {
    const struct matrix_state *s;
    const struct matrix *m;
    struct grid *g;
    struct arena *mem;
    int names, column; /* how wide: the rows' names; a column, its mark included */
    int heads;         /* rows of the columns' names */
};

static const struct matrix_cell *cell_at(const struct table *t, size_t row, size_t column)
{
    return &t->s->cells[row * t->m->n_columns + column];
}

/* The k-th line of a text; NULL: it has no more. */
static const char *line_at(const struct table *t, const char *text, int k)
{
    while (k-- > 0) {
        text = strchr(text, '\n');
        if (!text)
            return NULL;
        text++;
    }
    return arena_str(t->mem, bytes_of(text, strcspn(text, "\n")));
}

static int lines_of(const char *text)
{
    int n = 1;
    while ((text = strchr(text, '\n'))) {
        text++;
        n++;
    }
    return n;
}

static int longest_word(const struct table *t, const char *text)
{
    int most = 0;
    while (*text) {
        size_t n = strcspn(text, " ");
        int wide = grid_width(t->g, arena_str(t->mem, bytes_of(text, n)));
        most = wide > most ? wide : most;
        text += n + (text[n] == ' ');
    }
    return most;
}

/* ---- how wide -------------------------------------------------------------------------------- */

/* What the widest column wants; the others are as wide, so that they can be compared. */
static int column_wanted(const struct table *t)
{
    int wide = 0;
    for (size_t i = 0; i < t->m->n_rows * t->m->n_columns; i++) {
        const char *line;
        for (int k = 0; (line = line_at(t, t->s->cells[i].brief, k)); k++)
            wide = grid_width(t->g, line) > wide ? grid_width(t->g, line) : wide;
    }
    for (size_t i = 0; i < t->m->n_columns; i++) {
        int word = longest_word(t, t->m->columns[i].name);
        wide = word > wide ? word : wide;
    }
    return wide + 2; /* a mark before, and an empty cell behind where there is room */
}

static void measure(struct table *t)
{
    const struct matrix *m = t->m;
    int least = 0, whole = 0, n = (int)m->n_columns, cols = t->g->cols;
    for (size_t i = 0; i < m->n_rows; i++) {
        int word = longest_word(t, m->rows[i].name), all = grid_width(t->g, m->rows[i].name);
        least = word > least ? word : least;
        whole = all > whole ? all : whole;
    }
    t->column = column_wanted(t);
    if (least + 1 + n * t->column > cols)
        t->column = (cols - least - 1) / n;
    int rest = cols - n * t->column - 1;
    t->names = whole < rest ? whole : rest;
    t->heads = 1;
    for (size_t i = 0; i < m->n_columns; i++) {
        int rows = grid_wrap_rows(t->g, t->column - 1, m->columns[i].name);
        t->heads = rows > t->heads ? rows : t->heads;
    }
}

static int row_height(const struct table *t, size_t row)
{
    int most = grid_wrap_rows(t->g, t->names, t->m->rows[row].name);
    for (size_t i = 0; i < t->m->n_columns; i++) {
        int lines = lines_of(cell_at(t, row, i)->brief);
        most = lines > most ? lines : most;
    }
    return most;
}

/* Rows of several lines are kept apart, where there is room for all. */
static int gap_of(const struct table *t, int room)
{
    int all = 0;
    bool tall = false;
    for (size_t i = 0; i < t->m->n_rows; i++) {
        all += row_height(t, i);
        tall = tall || row_height(t, i) > 1;
    }
    return tall && all + (int)t->m->n_rows - 1 <= room;
}

/* The first row shown, so that the chosen one is in sight. */
static size_t top_row(const struct table *t, int room, int gap)
{
    size_t top = 0;
    for (;; top++) {
        int used = 0;
        for (size_t i = top; i <= t->s->row; i++)
            used += row_height(t, i) + (i > top ? gap : 0);
        if (used <= room || top == t->s->row)
            return top;
    }
}

/* ---- drawing --------------------------------------------------------------------------------- */

static int column_at(const struct table *t, size_t column)
{
    return 1 + t->names + (int)column * t->column;
}

static void draw_heads(const struct table *t, int row)
{
    for (size_t i = 0; i < t->m->n_columns; i++)
        grid_wrap(t->g, row, column_at(t, i) + 1, t->column - 1, t->heads,
                  i == t->s->column ? LOOK_BOLD : LOOK_DIM, t->m->columns[i].name);
}

static void draw_cell(const struct table *t, size_t r, size_t c, int row, int height)
{
    const struct matrix_cell *cell = cell_at(t, r, c);
    bool chosen = r == t->s->row && c == t->s->column;
    int col = column_at(t, c), room = t->column - 1;
    for (int k = 0; k < height; k++) {
        const char *line = line_at(t, cell->brief, k);
        if (line)
            grid_put(t->g, row + k, col + 1, room, LOOK_NORMAL, line);
        if (chosen && line)
            grid_look(t->g, row + k, col, room + 1, LOOK_SELECTED);
    }
    if (!chosen)
        return;
    grid_put(t->g, row, col, 1, LOOK_SELECTED, grid_glyph(t->g, G_MARK));
    t->g->cursor_row = row;
    t->g->cursor_col = col;
}

static void draw_rows(const struct table *t, int row, int room)
{
    int end = row + room, gap = gap_of(t, room);
    for (size_t r = top_row(t, room, gap); r < t->m->n_rows; r++) {
        int height = row_height(t, r);
        if (row + height > end) {
            char *more = arena_printf(t->mem, "%zu more below", t->m->n_rows - r);
            grid_put(t->g, end, 1, t->g->cols - 2, LOOK_DIM, more);
            return;
        }
        grid_wrap(t->g, row, 1, t->names, height, r == t->s->row ? LOOK_BOLD : LOOK_DIM,
                  t->m->rows[r].name);
        for (size_t c = 0; c < t->m->n_columns; c++)
            draw_cell(t, r, c, row, height);
        row += height + gap;
    }
}

/* All that the table has no room for. */
static void draw_detail(const struct table *t, int row)
{
    const struct matrix *m = t->m;
    const struct matrix_cell *cell = cell_at(t, t->s->row, t->s->column);
    int cols = t->g->cols - 4;
    char *title = arena_printf(t->mem, "CELL %zu,%zu", t->s->row + 1, t->s->column + 1);
    draw_rule(t->g, row, 0, t->g->cols, title, "", true);
    char *where = arena_printf(t->mem, "%s: %s; %s: %s", m->rows_are, m->rows[t->s->row].name,
                               m->columns_are, m->columns[t->s->column].name);
    row++;
    row += grid_put(t->g, row, 2, cols, LOOK_BOLD, where) > 0;
    bool same = strcmp(cell->text, cell->ended) == 0;
    const char *all = line_at(t, cell->text, 0), *line;
    for (int k = 1; (line = line_at(t, cell->text, k)); k++)
        all = arena_printf(t->mem, "%s | %s", all, line);
    const char *text = same ? all : arena_printf(t->mem, "%s\n%s", all, cell->ended);
    grid_wrap(t->g, row, 2, cols, DETAIL_ROWS - 1, LOOK_NORMAL, text);
}

void view_matrix(const struct app *a, struct grid *g, struct arena *mem)
{
    struct table t = {.s = a->matrix, .m = a->matrix->matrix, .g = g, .mem = mem};
    measure(&t);
    int rule = g->rows - 3 - DETAIL_ROWS, row = 2;
    g->cursor_row = g->cursor_col = 0;
    grid_put(g, 0, 1, g->cols - 2, LOOK_TITLE, t.m->title);
    char *axes = arena_printf(mem, "down: %s   across: %s", t.m->rows_are, t.m->columns_are);
    grid_put(g, 1, 1, g->cols - 2, LOOK_DIM, axes);
    row += g->rows >= 24;
    draw_heads(&t, row);
    row += t.heads;
    draw_rows(&t, row, rule - 1 - row);
    draw_detail(&t, rule);
    char *status = arena_printf(mem, "as text:  tessera matrix %s --cell %zu,%zu", t.m->name,
                                t.s->row + 1, t.s->column + 1);
    draw_bottom(a, g, status, "");
}
