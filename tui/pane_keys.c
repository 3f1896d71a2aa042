/* Who has what: the keys told so far against the parties, and who listens with none. */
#include "tui/scene.h"

#include <string.h>

static bool holds(const struct ring_key *key, const char *party)
{
    for (size_t i = 0; i < sizeof key->holders / sizeof *key->holders && key->holders[i]; i++)
        if (strcmp(key->holders[i], party) == 0)
            return true;
    return false;
}

static size_t held_by(const struct keyring *ring, const char *party)
{
    size_t n = 0;
    for (size_t i = 0; i < ring->n; i++)
        n += holds(&ring->keys[i], party);
    return n;
}

static const char *column_name(const struct lesson *l, size_t i)
{
    return i < l->n_columns ? l->columns[i].name : l->eve;
}

static bool eve_has_column(const struct lesson *l)
{
    for (size_t i = 0; i < l->n_columns; i++)
        if (strcmp(l->columns[i].name, l->eve) == 0)
            return true;
    return false;
}

static void draw_key(const struct scene *s, struct grid *g, struct area area, int row,
                     const struct ring_key *key, size_t parties, int each)
{
    const struct lesson *l = s->lesson;
    int first = area.col + area.cols - each * (int)parties;
    grid_put(g, row, area.col, first - area.col - 1, LOOK_NORMAL, key->name);
    for (size_t i = 0; i < parties; i++) {
        bool has = holds(key, column_name(l, i));
        int col = first + each * (int)i + each / 2;
        grid_put(g, row, col, 1, i < l->n_columns && has ? l->columns[i].look : LOOK_DIM,
                 has ? grid_glyph(g, G_CHECK) : ".");
    }
}

static void draw_head(const struct scene *s, struct grid *g, struct area area, size_t parties,
                      int each)
{
    int first = area.col + area.cols - each * (int)parties;
    grid_put(g, area.row, area.col, first - area.col, LOOK_DIM, "KEY");
    for (size_t i = 0; i < parties; i++) {
        int col = first + each * (int)i;
        grid_put(g, area.row, col, each - 1, LOOK_DIM, column_name(s->lesson, i));
    }
}

static char *eve_text(const struct scene *s, const struct keyring *ring)
{
    size_t n = held_by(ring, s->lesson->eve);
    return arena_printf(s->mem, "%s: %zu message%s, %zu key%s", s->lesson->eve, s->number,
                        s->number == 1 ? "" : "s", n, n == 1 ? "" : "s");
}

void pane_keys(const struct scene *s, struct grid *g, struct area area)
{
    struct keyring ring = keyring_of(s->lesson->trace, s->at, s->mem);
    size_t parties = s->lesson->n_columns + !eve_has_column(s->lesson);
    int room = area.rows - 2, each = (area.cols - 10) / (int)parties;
    each = each > 6 ? 6 : (each < 2 ? 2 : each);
    if (room < 1)
        return;
    draw_head(s, g, area, parties, each);
    size_t n = ring.n > (size_t)room ? (size_t)room : ring.n, first = ring.n - n;
    for (size_t i = 0; i < n; i++)
        draw_key(s, g, area, area.row + 1 + (int)i, &ring.keys[first + i], parties, each);
    const char *text = eve_text(s, &ring);
    if (first)
        text = arena_printf(s->mem, "+ %zu older.  %s", first, text);
    grid_put(g, area.row + 1 + (int)n, area.col, area.cols, LOOK_DIM, text);
}

/* In one line, the newest key first: "session alice-krbtgt: KDC, alice   Eve: 4 messages, 0 keys".
 */
void pane_keys_line(const struct scene *s, struct grid *g, struct area area)
{
    struct keyring ring = keyring_of(s->lesson->trace, s->at, s->mem);
    int at = grid_put_right(g, area.row, area.col, area.cols, LOOK_DIM, eve_text(s, &ring));
    int col = area.col;
    for (size_t i = ring.n; i-- > 0;) {
        char *text =
            arena_printf(s->mem, "%s: %s", ring.keys[i].name, scene_holders(&ring.keys[i], s->mem));
        if (col + grid_width(g, text) + 3 > at)
            return;
        col += grid_put(g, area.row, col, at - col, LOOK_NORMAL, text) + 3;
    }
}
