#include "tui/scene.h"

#include <string.h>

/* ---- the tree as rows ----------------------------------------------------------------------- */

static bool path_is_in(const struct message_state *state, const char *path)
{
    for (const struct path_set *p = state->paths; p; p = p->next)
        if (strcmp(p->path, path) == 0)
            return p->in;
    return false;
}

/* Whether something is inside that is worth the way there. */
static bool leads_inside(const struct field *f)
{
    if (f->inner || f->state == FIELD_SEALED || f->state == FIELD_BROKEN)
        return true;
    for (const struct field *part = f->first; part; part = part->next)
        if (leads_inside(part))
            return true;
    return false;
}

/* All of what a seal held. */
static bool was_sealed(const struct field *f)
{
    return !f->parent && f->root->from && f->root->from->opened_by;
}

/* Who opens a seal does so by a key press, and sees what was in it. What leads to another message,
 * a seal or a fault begins unfolded; what only repeats its value in parts begins folded. */
static bool usually_open(const struct field *f, unsigned depth)
{
    if (f->state == FIELD_OPENED)
        return !f->opened_by;
    if (!depth || was_sealed(f) || leads_inside(f))
        return true;
    return f->type && (depth < 2 || !f->value || !*f->value);
}

static bool has_parts(const struct field *f)
{
    if (f->inner)
        return true;
    for (const struct field *part = f->first; part; part = part->next)
        if (!part->header)
            return true;
    return false;
}

static void add_rows(struct scene *s, struct field *f, unsigned depth)
{
    for (; f; f = f->next) {
        if (f->header)
            continue;
        bool parent = has_parts(f);
        bool open = parent && usually_open(f, depth) != path_is_in(s->state, f->path);
        s->rows[s->n_rows++] = (struct tree_row){f, depth, parent, open};
        if (open)
            add_rows(s, f->first, depth + 1);
        if (open && f->inner)
            add_rows(s, f->inner->top, depth + 1);
    }
}

static size_t count_fields(struct root *root)
{
    size_t n = 0;
    for (struct field *f = root->top; f; f = field_next(f))
        n++;
    return n;
}

/* How much of `path` leads to `to`: its whole length where to is at or below it, else 0. */
static size_t leads(const char *path, const char *to)
{
    size_t n = strlen(path);
    return strncmp(path, to, n) == 0 && (!to[n] || strchr("./[", to[n])) ? n : 0;
}

size_t scene_place(const struct field *f)
{
    size_t place = f->at;
    while ((f = f->root->from))
        place += f->at;
    return place;
}

static size_t selected_row(const struct scene *s)
{
    size_t best = 0, longest = 0;
    for (size_t i = 0; s->state->selected && i < s->n_rows; i++) {
        const struct field *f = s->rows[i].field;
        size_t n = leads(f->path, s->state->selected);
        if (strcmp(f->path, s->state->selected) == 0 && scene_place(f) == s->state->place)
            return i;
        if (n > longest) {
            longest = n;
            best = i;
        }
    }
    return best;
}

/* What the others see of it: that there is something. */
static struct root *closed_channel(const struct event *e, struct arena *mem)
{
    static const struct word word = {
        .spec = "RFC 8446 5.2",
        .text = "TLS seals what goes through it for its two ends. Whoever listens sees how much it "
                "is, and between whom."};
    struct root *root = arena_new_of(mem, struct root);
    struct field *f = arena_new_of(mem, struct field);
    root->what = "TLS";
    root->top = f;
    *f = (struct field){.name = "TLS",
                        .path = "TLS",
                        .value = arena_printf(mem, "sealed, for %s and %s", e->party, e->to),
                        .root = root,
                        .state = FIELD_OPAQUE,
                        .words = &word};
    return root;
}

static bool sees_inside(const char *eyes, const struct event *e)
{
    return !e->tls || !eyes || strcmp(eyes, e->party) == 0 || strcmp(eyes, e->to) == 0;
}

void scene_make(struct scene *s, const struct app *a, int rows, int cols, struct arena *mem)
{
    const struct lesson *l = a->lesson;
    *s = (struct scene){.app = a, .lesson = l, .mem = mem, .at = a->at};
    s->number = lesson_message(l, a->at);
    s->state = &a->states[s->number];
    s->lecture = app_lecture(a, rows, cols);
    s->eyes = app_eyes(a);
    s->ring = l->everything;
    if (s->eyes) {
        struct keyring told = keyring_of(l->trace, a->at, mem);
        s->ring = keyring_held(&told, s->eyes, mem);
    }
    if (!s->number)
        return;
    s->message = &l->messages[s->number - 1];
    const struct event *e = s->message->event;
    s->root = sees_inside(s->eyes, e)
                  ? dissect(e->arrived, e->via, &s->ring, l->session->crypto, mem)
                  : closed_channel(e, mem);
    s->rows = arena_array(mem, struct tree_row, count_fields(s->root) + 1);
    add_rows(s, s->root->top, 0);
    s->selected = selected_row(s);
    s->field = s->n_rows ? s->rows[s->selected].field : NULL;
}

/* ---- sealed fields -------------------------------------------------------------------------- */

static bool is_sealed(const struct field *f)
{
    return f->state == FIELD_SEALED || (f->state == FIELD_OPENED && f->opened_by);
}

struct field *scene_sealed(struct field *f)
{
    if (!f || is_sealed(f))
        return f;
    struct field *cipher = f->opens ? field_part(f, "cipher") : NULL;
    return cipher && is_sealed(cipher) ? cipher : NULL;
}

bool scene_is_open(const struct scene *s, const struct field *f)
{
    return f->state == FIELD_OPENED && usually_open(f, 0) != path_is_in(s->state, f->path);
}

const struct ring_key *scene_key_for(const struct scene *s, const struct field *f)
{
    if (f->opened_by)
        return f->opened_by;
    const struct lesson *l = s->lesson;
    const struct event *e = s->message->event;
    struct root *all = dissect(e->arrived, e->via, &l->everything, l->session->crypto, s->mem);
    const struct field *same = field_find(all, f->path);
    return same ? same->opened_by : NULL;
}

char *scene_holders(const struct ring_key *key, struct arena *mem)
{
    char *text = arena_printf(mem, "%s", "");
    for (size_t i = 0; i < sizeof key->holders / sizeof *key->holders && key->holders[i]; i++)
        text = arena_printf(mem, "%s%s%s", text, i ? ", " : "", key->holders[i]);
    return text;
}
