/* Who has what: the keys told so far against the parties, and who listens with none. */
#include "tui/scene.h"

#include <string.h>

#define HOLDERS (sizeof((struct ring_key *)0)->holders / sizeof(char *))

static bool holds(const struct ring_key *key, const char *party)
{
    for (size_t i = 0; i < HOLDERS && key->holders[i]; i++)
        if (strcmp(key->holders[i], party) == 0)
            return true;
    return false;
}

/* ---- which keys, and what they are called --------------------------------------------------- */

struct shown_key {
    const struct ring_key *key;
    const char *name;
    bool used; /* it opens something in this message */
};

struct table {
    const struct scene *s;
    struct shown_key *keys;
    size_t n, older; /* shown; left out for want of room */
    size_t held_by_eve;
    size_t parties;
};

static bool holders_within(const struct ring_key *some, const struct ring_key *all)
{
    for (size_t i = 0; i < HOLDERS && some->holders[i]; i++)
        if (!holds(all, some->holders[i]))
            return false;
    return true;
}

/* A key of the same name (of another etype) that nobody else holds says nothing new. */
static bool says_nothing_new(const struct keyring *ring, size_t i)
{
    const struct ring_key *key = &ring->keys[i];
    for (size_t k = 0; k < ring->n; k++) {
        const struct ring_key *other = &ring->keys[k];
        if (k != i && strcmp(other->name, key->name) == 0 && holders_within(key, other) &&
            (k < i || !holders_within(other, key)))
            return true;
    }
    return false;
}

static bool opens_here(struct root *root, const struct ring_key *key)
{
    for (struct field *f = root ? root->top : NULL; f; f = field_next(f))
        if (f->opened_by && f->opened_by->event == key->event)
            return true;
    return false;
}

/* "session alice-HTTP/www.example.test" is "session HTTP/www" where alice is the only client. */
static const char *short_name(const struct lesson *l, const char *name, struct arena *mem)
{
    const char *client = NULL;
    size_t clients = 0;
    for (size_t i = 0; i < l->n_columns; i++)
        if (l->columns[i].client && ++clients)
            client = l->columns[i].name;
    const char *of = strrchr(name, ' ');
    size_t n = client ? strlen(client) : 0;
    char *text = arena_printf(mem, "%s", name);
    if (clients == 1 && of && strncmp(of + 1, client, n) == 0 && of[1 + n] == '-')
        text = arena_printf(mem, "%.*s %s", (int)(of - name), name, of + n + 2);
    char *service = strchr(text, '/'), *dot = service ? strchr(service, '.') : NULL;
    if (dot)
        *dot = '\0';
    return text;
}

/* What opens something here stays, then the newest. */
static void leave_out(struct table *t, size_t room)
{
    while (t->n > room) {
        size_t i = 0;
        while (i + 1 < t->n && t->keys[i].used)
            i++;
        memmove(&t->keys[i], &t->keys[i + 1], (t->n - i - 1) * sizeof *t->keys);
        t->n--;
        t->older++;
    }
}

static struct table table_of(const struct scene *s, size_t room)
{
    const struct lesson *l = s->lesson;
    struct keyring ring = keyring_of(l->trace, s->at, s->mem);
    struct table t = {.s = s, .parties = l->n_columns};
    struct root *root = NULL;
    if (s->message)
        root = dissect(s->message->event->arrived, s->message->event->via, &l->everything,
                       l->session->crypto, s->mem);
    t.keys = arena_array(s->mem, struct shown_key, ring.n + 1);
    for (size_t i = 0; i < ring.n; i++) {
        const struct ring_key *key = &ring.keys[i];
        t.held_by_eve += holds(key, l->eve);
        if (!says_nothing_new(&ring, i))
            t.keys[t.n++] =
                (struct shown_key){key, short_name(l, key->name, s->mem), opens_here(root, key)};
    }
    leave_out(&t, room);
    bool eve = false;
    for (size_t i = 0; i < l->n_columns; i++)
        eve = eve || strcmp(l->columns[i].name, l->eve) == 0;
    t.parties += !eve;
    return t;
}

static const char *party_of(const struct table *t, size_t i)
{
    const struct lesson *l = t->s->lesson;
    return i < l->n_columns ? l->columns[i].name : l->eve;
}

/* What she has told of so far; 0 where nobody keeps a ledger (sim/eavesdrop.c). */
static size_t overheard(const struct table *t, const char *id)
{
    const struct trace *trace = t->s->lesson->trace;
    size_t n = 0;
    for (size_t i = 0; i < t->s->at && i < trace->n; i++)
        n += strcmp(trace->events[i]->id, id) == 0;
    return n;
}

static const char *counted(struct arena *mem, const char *before, size_t n, const char *one)
{
    return arena_printf(mem, "%s%zu %s%s", before, n, one, n == 1 ? "" : "s");
}

/* "Eve: 3 messages, 0 keys", or what she has besides. */
static char *eve_text(const struct table *t)
{
    struct arena *mem = t->s->mem;
    size_t passwords = overheard(t, "eve.password"), guesses = overheard(t, "eve.guess");
    char *text =
        arena_printf(mem, "%s: %s", t->s->lesson->eve, counted(mem, "", t->s->number, "message"));
    if (t->held_by_eve || !(passwords + guesses))
        text = arena_printf(mem, "%s%s", text, counted(mem, ", ", t->held_by_eve, "key"));
    if (passwords)
        text = arena_printf(mem, "%s%s", text, counted(mem, ", ", passwords, "password"));
    return guesses ? arena_printf(mem, "%s, %zu to guess", text, guesses) : text;
}

/* ---- as a table ----------------------------------------------------------------------------- */

/* Cells of a party's column: as wide as the names while the keys keep room for theirs. */
static int column_width(const struct table *t, const struct grid *g, struct area area)
{
    int each = 4;
    for (size_t i = 0; i < t->parties; i++)
        if (grid_width(g, party_of(t, i)) + 1 > each)
            each = grid_width(g, party_of(t, i)) + 1;
    while (each > 4 && area.cols - each * (int)t->parties < 22)
        each--;
    return each;
}

static void draw_key(const struct table *t, struct grid *g, int row, struct area area, size_t i,
                     int each)
{
    const struct lesson *l = t->s->lesson;
    int first = area.col + area.cols - each * (int)t->parties;
    const char *name = t->keys[i].name;
    grid_put(g, row, area.col, first - area.col - 1, t->keys[i].used ? LOOK_BOLD : LOOK_NORMAL,
             name);
    for (size_t p = 0; p < t->parties; p++) {
        bool has = holds(t->keys[i].key, party_of(t, p));
        enum look look = has && p < l->n_columns ? l->columns[p].look : LOOK_DIM;
        grid_put(g, row, first + each * (int)p + 1, 1, look, has ? grid_glyph(g, G_CHECK) : ".");
    }
}

static bool begins_as_another(const struct table *t, size_t i, size_t n)
{
    for (size_t k = 0; k < t->parties; k++)
        if (k != i && strncmp(party_of(t, k), party_of(t, i), n) == 0)
            return true;
    return false;
}

/* A name too long is known by its first letters, or where others begin so too by those and its
 * last; the ladder above has it whole. */
static void draw_party(const struct table *t, struct grid *g, int row, int col, int each, size_t i)
{
    const char *name = party_of(t, i);
    size_t n = (size_t)each - 1, length = strlen(name);
    if (length > n && begins_as_another(t, i, n))
        name = arena_printf(t->s->mem, "%.*s%s", (int)n - 1, name, name + length - 1);
    grid_put(g, row, col, g->cols, LOOK_DIM, name);
    grid_fill(g, row, col + each - 1, g->cols, LOOK_NORMAL, " ");
}

void pane_keys(const struct scene *s, struct grid *g, struct area area)
{
    if (area.rows < 3)
        return;
    struct table t = table_of(s, (size_t)area.rows - 2);
    int each = column_width(&t, g, area), first = area.col + area.cols - each * (int)t.parties;
    grid_put(g, area.row, area.col, first - area.col, LOOK_DIM, "KEY");
    for (size_t i = 0; i < t.parties; i++)
        draw_party(&t, g, area.row, first + each * (int)i, each, i);
    for (size_t i = 0; i < t.n; i++)
        draw_key(&t, g, area.row + 1 + (int)i, area, i, each);
    const char *text = eve_text(&t);
    if (t.older)
        text = arena_printf(s->mem, "%s   (%zu older)", text, t.older);
    grid_put(g, area.row + area.rows - 1, area.col, area.cols, LOOK_DIM, text);
}

/* ---- in one line ---------------------------------------------------------------------------- */

/* What opens something here, then the newest: "session krbtgt: kdc, alice". */
void pane_keys_line(const struct scene *s, struct grid *g, struct area area)
{
    struct table t = table_of(s, 100);
    int at = grid_put_right(g, area.row, area.col, area.cols, LOOK_DIM, eve_text(&t));
    int col = area.col;
    for (int used = 1; used >= 0; used--)
        for (size_t i = t.n; i-- > 0;) {
            char *text = arena_printf(s->mem, "%s: %s", t.keys[i].name,
                                      scene_holders(t.keys[i].key, s->mem));
            if (t.keys[i].used != used || col + grid_width(g, text) + 3 > at)
                continue;
            col += grid_put(g, area.row, col, at - col, LOOK_NORMAL, text) + 3;
        }
}
