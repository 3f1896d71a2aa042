/* Moving inside a message: rows of its tree, its octets, its words; folding and opening. */
#include "tui/scene.h"

#include <stdio.h>
#include <string.h>

static const char *kept(struct app *a, struct message_state *state, const char *path)
{
    for (struct path_set *p = state->paths; p; p = p->next)
        if (strcmp(p->path, path) == 0)
            return p->path;
    struct path_set *p = arena_new_of(a->lesson->mem, struct path_set);
    *p = (struct path_set){state->paths, arena_str(a->lesson->mem, bytes_str(path)), false};
    state->paths = p;
    return p->path;
}

static struct message_state *state_of(struct app *a)
{
    return &a->states[lesson_message(a->lesson, a->at)];
}

static void select_field(struct app *a, const struct field *f)
{
    state_of(a)->selected = kept(a, state_of(a), f->path);
    state_of(a)->place = scene_place(f);
}

static void turn(struct app *a, const struct field *f)
{
    kept(a, state_of(a), f->path);
    for (struct path_set *p = state_of(a)->paths; p; p = p->next)
        if (strcmp(p->path, f->path) == 0)
            p->in = !p->in;
}

static void move_row(struct app *a, const struct scene *s, int by)
{
    if ((by < 0 && !s->selected) || (by > 0 && s->selected + 1 >= s->n_rows))
        return;
    select_field(a, s->rows[by < 0 ? s->selected - 1 : s->selected + 1].field);
}

/* To the shown field of the same octets whose leaf holds octet `at`. */
static void move_octet(struct app *a, const struct scene *s, size_t at)
{
    struct field *f = at < s->field->root->data.n ? field_at(s->field->root, at) : NULL;
    while (f && f->header && f->parent)
        f = f->parent;
    if (f)
        select_field(a, f);
}

static void move_in_bytes(struct app *a, const struct scene *s, enum action act)
{
    const struct field *f = s->field;
    size_t next = f->at + 16 > f->end ? f->at + 16 : f->end;
    if (act == ACT_DOWN)
        move_octet(a, s, next);
    else if (act == ACT_UNFOLD)
        move_octet(a, s, f->end);
    else if (act == ACT_UP && f->at)
        move_octet(a, s, f->at >= 16 ? f->at - 16 : 0);
    else if (act == ACT_FOLD && f->at)
        move_octet(a, s, f->at - 1);
}

static void scroll_words(struct app *a, const struct scene *s, int by)
{
    struct grid g = {.rows = a->rows, .cols = a->cols, .ascii = a->options.ascii};
    struct areas areas = lesson_areas(a, a->rows, a->cols);
    size_t *top = &state_of(a)->words_top, most = words_last_top(s, &g, areas.words);
    if (*top > most)
        *top = most;
    if (by > 0 && *top < most)
        ++*top;
    if (by < 0 && *top)
        --*top;
}

static void fold(struct app *a, const struct scene *s)
{
    const struct tree_row *row = &s->rows[s->selected];
    if (row->parent && row->open) {
        turn(a, row->field);
        return;
    }
    for (size_t i = s->selected; i-- > 0;)
        if (s->rows[i].depth < row->depth) {
            select_field(a, s->rows[i].field);
            return;
        }
}

static void unfold(struct app *a, const struct scene *s)
{
    const struct tree_row *row = &s->rows[s->selected];
    if (row->parent && !row->open) {
        select_field(a, row->field);
        turn(a, row->field);
    } else if (row->parent) {
        move_row(a, s, 1);
    }
}

/* Enter: a seal opens or closes, anything else folds or unfolds. */
static void open_field(struct app *a, const struct scene *s)
{
    struct field *f = scene_sealed(s->field);
    const struct tree_row *row = &s->rows[s->selected];
    if (!f) {
        if (row->parent)
            turn(a, row->field);
        return;
    }
    select_field(a, f);
    const struct ring_key *key = scene_key_for(s, f);
    if (f->state == FIELD_OPENED) {
        snprintf(a->notice, sizeof a->notice, "%s %s",
                 scene_is_open(s, f) ? "Closed again:" : "Opened with", key->name);
        turn(a, f);
    } else if (key) {
        snprintf(a->notice, sizeof a->notice, "%s does not hold %s: it stays sealed.",
                 s->eyes ? s->eyes : "Nobody", key->name);
    } else {
        snprintf(a->notice, sizeof a->notice, "No key of this run opens it.");
    }
}

void app_move(struct app *a, enum action act)
{
    struct arena *mem = arena_new(1 << 16);
    struct scene s;
    if (!mem)
        return;
    scene_make(&s, a, a->rows, a->cols, mem);
    bool words = s.lecture || a->pane == PANE_WORDS;
    int by = act == ACT_DOWN ? 1 : (act == ACT_UP ? -1 : 0);
    if (words && by)
        scroll_words(a, &s, by);
    else if (!s.field || words)
        ;
    else if (act == ACT_OPEN)
        open_field(a, &s);
    else if (a->pane == PANE_BYTES)
        move_in_bytes(a, &s, act);
    else if (act == ACT_FOLD)
        fold(a, &s);
    else if (act == ACT_UNFOLD)
        unfold(a, &s);
    else
        move_row(a, &s, by);
    arena_free(mem);
}
