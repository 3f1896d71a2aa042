/* The matrix of a lesson: which cell is looked at, and the run of a cell in the lesson's place. */
#include "sim/matrix.h"
#include "tui/app.h"

#include <stdio.h>

const struct matrix *app_matrix(const struct app *a)
{
    const char *name = a->lesson ? a->lesson->scenario->name : NULL;
    return name ? matrix_on(name) : NULL;
}

static struct world_options world_options(const struct app *a)
{
    return (struct world_options){.has_seed = a->options.has_seed, .seed = a->options.seed};
}

/* All cells at once: together they take less time than a key that is held down. */
static struct matrix_state *state_of(const struct app *a, const struct matrix *m)
{
    const struct lesson *l = a->lesson;
    struct world_options options = world_options(a);
    struct matrix_state *s = arena_new_of(l->mem, struct matrix_state);
    s->matrix = m;
    s->cells = matrix_run_all(m, l->scenario, &options, l->mem, l->session->crypto);
    return s->cells ? s : NULL;
}

void app_open_matrix(struct app *a)
{
    if (a->in_cell) {
        app_close_cell(a);
        return;
    }
    if (!a->matrix)
        a->matrix = state_of(a, app_matrix(a));
    a->table = a->matrix != NULL;
    if (!a->table)
        snprintf(a->notice, sizeof a->notice, "A cell of the matrix did not come to its end.");
}

/* The screen and its layout stay as they are now. */
void app_close_cell(struct app *a)
{
    struct app *under = &a->matrix->under;
    lesson_close(a->lesson);
    under->rows = a->rows;
    under->cols = a->cols;
    under->other_layout = a->other_layout;
    *a = *under;
}

static void open_cell(struct app *a)
{
    struct matrix_state *s = a->matrix;
    struct world_options options = world_options(a);
    char *error;
    struct session *session = session_of_cell(s->matrix, a->lesson->scenario, s->row, s->column,
                                              &options, a->mem, &error);
    if (!session) {
        snprintf(a->notice, sizeof a->notice, "%s", error);
        return;
    }
    s->under = *a;
    a->lesson = NULL; /* it is not closed: the cells are in it */
    a->table = false;
    a->in_cell = true;
    app_show(a, lesson_new(session, 0));
}

void app_in_matrix(struct app *a, enum action act)
{
    struct matrix_state *s = a->matrix;
    const struct matrix *m = s->matrix;
    switch (act) {
    case ACT_DOWN:
        s->row += s->row + 1 < m->n_rows;
        break;
    case ACT_UP:
        s->row -= s->row > 0;
        break;
    case ACT_UNFOLD:
        s->column += s->column + 1 < m->n_columns;
        break;
    case ACT_FOLD:
        s->column -= s->column > 0;
        break;
    case ACT_FIRST:
        s->row = s->column = 0;
        break;
    case ACT_LAST:
        s->row = m->n_rows - 1;
        s->column = m->n_columns - 1;
        break;
    case ACT_OPEN:
        open_cell(a);
        break;
    case ACT_BLANK:
        a->blank = true;
        break;
    case ACT_CLOSE:
        a->table = false;
        break;
    default:
        break;
    }
}
