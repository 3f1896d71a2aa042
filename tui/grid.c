#include "tui/grid.h"

#include "base/text.h"
#include "tui/glyphs.h"

#include <stdio.h>
#include <string.h>
#include <unictype.h>
#include <uniwidth.h>

struct grid *grid_new(struct arena *mem, int rows, int cols)
{
    struct grid *g = arena_new_of(mem, struct grid);
    g->rows = rows < 0 ? 0 : rows;
    g->cols = cols < 0 ? 0 : cols;
    g->cells = arena_array(mem, struct cell, (size_t)g->rows * (size_t)g->cols);
    for (size_t i = 0; i < (size_t)g->rows * (size_t)g->cols; i++)
        strcpy(g->cells[i].text, " ");
    g->cursor_row = g->cursor_col = -1;
    return g;
}

struct cell *grid_at(struct grid *g, int row, int col)
{
    if (row < 0 || row >= g->rows || col < 0 || col >= g->cols)
        return NULL;
    return &g->cells[row * g->cols + col];
}

/* ---- text, a character at a time ------------------------------------------------------------ */

struct unit { /* what is shown as one: a character, or the escape or stand-in of one */
    char text[32];
    int width;
    bool plain; /* one character, one or two cells; else ASCII, a cell an octet */
};

static void escape(struct unit *u, const uint8_t *p, size_t n)
{
    char *at = u->text;
    for (size_t i = 0; i < n; i++)
        at += snprintf(at, 5, "\\x%02x", p[i]);
    u->width = (int)(at - u->text);
    u->plain = false;
}

static bool showable(uint32_t point)
{
    const uint32_t never = UC_CATEGORY_MASK_Cc | UC_CATEGORY_MASK_Cf | UC_CATEGORY_MASK_Cs |
                           UC_CATEGORY_MASK_Cn | UC_CATEGORY_MASK_Zl | UC_CATEGORY_MASK_Zp;
    return !uc_is_general_category_withtable(point, never) && uc_width(point, "UTF-8") >= 0;
}

/* Takes the next unit from *text (NUL-ended, well formed or not). False at the end. */
static bool next_unit(const char **text, bool ascii, struct unit *u)
{
    struct bytes rest = bytes_str(*text), before = rest;
    uint32_t point;
    if (!rest.n)
        return false;
    bool formed = utf8_next(&rest, &point);
    size_t n = formed ? before.n - rest.n : 1;
    *text += n;
    if (!formed || !showable(point)) {
        escape(u, before.p, n);
        return true;
    }
    memcpy(u->text, before.p, n);
    u->text[n] = '\0';
    u->width = uc_width(point, "UTF-8");
    u->plain = true;
    if (ascii && point > 126) {
        const char *instead = glyph_stand_in(u->text);
        if (!instead) {
            escape(u, before.p, n);
            return true;
        }
        strcpy(u->text, instead);
        u->width = (int)strlen(instead);
        u->plain = false;
    }
    return true;
}

static int width_of(const char *text, bool ascii)
{
    struct unit u = {.width = 0};
    int width = 0;
    while (next_unit(&text, ascii, &u))
        width += u.width;
    return width;
}

int text_width(const char *text)
{
    return width_of(text, false);
}

int grid_width(const struct grid *g, const char *text)
{
    return width_of(text, g->ascii);
}

/* ---- writing -------------------------------------------------------------------------------- */

/* A mark without width joins the character before it, where there is one with room. */
static void join(struct grid *g, int row, int col, const char *mark)
{
    struct cell *before = grid_at(g, row, col - 1);
    if (before && !before->text[0])
        before = grid_at(g, row, col - 2);
    if (before && strlen(before->text) + strlen(mark) < sizeof before->text)
        strcat(before->text, mark);
}

/* A wide character that loses one of its halves becomes blank. */
static void set(struct grid *g, int row, int col, enum look look, const char *text, size_t n)
{
    struct cell *c = grid_at(g, row, col), *right = grid_at(g, row, col + 1);
    if (!c)
        return;
    if (!c->text[0] && n && grid_at(g, row, col - 1))
        strcpy(grid_at(g, row, col - 1)->text, " ");
    if (c->text[0] && right && !right->text[0])
        strcpy(right->text, " ");
    memcpy(c->text, text, n);
    c->text[n] = '\0';
    c->look = (unsigned char)look;
}

static void put_unit(struct grid *g, int row, int col, enum look look, const struct unit *u)
{
    if (!u->plain) {
        for (int i = 0; i < u->width; i++)
            set(g, row, col + i, look, u->text + i, 1);
        return;
    }
    if (!u->width) {
        join(g, row, col, u->text);
        return;
    }
    set(g, row, col, look, u->text, strlen(u->text));
    if (u->width == 2)
        set(g, row, col + 1, look, "", 0);
}

/* Writes units while they fit into `width`. */
static int put_some(struct grid *g, int row, int col, int width, enum look look, const char *text)
{
    struct unit u = {.width = 0};
    int used = 0;
    while (next_unit(&text, g->ascii, &u) && used + u.width <= width) {
        put_unit(g, row, col + used, look, &u);
        used += u.width;
    }
    return used;
}

static int clip(const struct grid *g, int row, int col, int width)
{
    if (row < 0 || row >= g->rows || col < 0 || col >= g->cols || width < 0)
        return 0;
    return width < g->cols - col ? width : g->cols - col;
}

int grid_put(struct grid *g, int row, int col, int width, enum look look, const char *text)
{
    width = clip(g, row, col, width);
    if (!width || grid_width(g, text) <= width)
        return put_some(g, row, col, width, look, text);
    const char *more = grid_glyph(g, G_ELLIPSIS);
    int room = width - grid_width(g, more);
    int used = room > 0 ? put_some(g, row, col, room, look, text) : 0;
    return used + put_some(g, row, col + used, width - used, look, more);
}

int grid_put_right(struct grid *g, int row, int col, int width, enum look look, const char *text)
{
    width = clip(g, row, col, width);
    int wide = grid_width(g, text), at = wide < width ? col + width - wide : col;
    grid_put(g, row, at, col + width - at, look, text);
    return at;
}

void grid_fill(struct grid *g, int row, int col, int width, enum look look, const char *character)
{
    width = clip(g, row, col, width);
    for (int i = 0; i < width; i++)
        put_some(g, row, col + i, 1, look, character);
}

void grid_look(struct grid *g, int row, int col, int width, enum look look)
{
    width = clip(g, row, col, width);
    for (int i = 0; i < width; i++)
        grid_at(g, row, col + i)->look = (unsigned char)look;
}

/* ---- wrapping ------------------------------------------------------------------------------- */

/* The octets of the first line of text that is at most `width` wide, and where the next begins. */
static size_t first_line(const char *text, int width, bool ascii, const char **next)
{
    const char *at = text, *space = NULL;
    struct unit u = {.width = 0};
    int used = 0;
    for (;;) {
        const char *here = at;
        if (*here == '\0' || *here == '\n') {
            *next = *here ? here + 1 : here;
            return (size_t)(here - text);
        }
        if (*here == ' ')
            space = here;
        if (!next_unit(&at, ascii, &u) || (used += u.width) <= width)
            continue;
        if (here == text) /* not even one fits: it is cut where it is put */
            here = at;
        const char *end = space ? space : here;
        for (*next = end; **next == ' '; (*next)++)
            ;
        return (size_t)(end - text);
    }
}

int grid_wrap_rows(const struct grid *g, int width, const char *text)
{
    int rows = 0;
    for (; width > 0 && *text; rows++)
        first_line(text, width, g->ascii, &text);
    return rows;
}

/* Cuts a line of n octets out of text: grid_put wants it ended. */
static int put_line(struct grid *g, int row, int col, int width, enum look look, const char *text,
                    size_t n)
{
    char line[1024];
    if (n >= sizeof line)
        n = sizeof line - 1;
    memcpy(line, text, n);
    line[n] = '\0';
    return grid_put(g, row, col, width, look, line);
}

int grid_wrap(struct grid *g, int row, int col, int width, int height, enum look look,
              const char *text)
{
    const char *more = grid_glyph(g, G_ELLIPSIS);
    int rows = 0, wide = grid_width(g, more);
    width = clip(g, row, col, width);
    while (width > 0 && *text && rows < height) {
        const char *next;
        size_t n = first_line(text, width, g->ascii, &next);
        bool cut = rows + 1 == height && *next;
        if (cut && width > wide + 1) /* after a whole word */
            n = first_line(text, width - wide - 1, g->ascii, &next);
        int used = put_line(g, row + rows, col, width, look, text, n);
        rows++;
        if (cut) {
            int at = used + 1;
            if (at + wide > width)
                at = width > wide ? width - wide : 0;
            put_some(g, row + rows - 1, col + at, width - at, look, more);
        }
        text = next;
    }
    return rows;
}

/* ---- as text -------------------------------------------------------------------------------- */

static const char letters[LOOK_COUNT + 1] = ".dbtrckseSzy";

static char *end_line(char *line, char *at, char blank)
{
    while (at > line && at[-1] == blank)
        at--;
    *at++ = '\n';
    return at;
}

char *grid_text(struct arena *mem, const struct grid *g, bool looks)
{
    size_t room = (size_t)g->rows * ((size_t)g->cols * (sizeof g->cells->text + 1) + 2) + 2;
    char *text = arena_take(mem, room), *at = text;
    for (int row = 0; row < g->rows; row++) {
        char *line = at;
        for (int col = 0; col < g->cols; col++)
            at = stpcpy(at, g->cells[row * g->cols + col].text);
        at = end_line(line, at, ' ');
    }
    *at = '\0'; /* over blanks that were cut */
    if (!looks)
        return text;
    *at++ = '\n';
    for (int row = 0; row < g->rows; row++) {
        char *line = at;
        for (int col = 0; col < g->cols; col++)
            *at++ = letters[g->cells[row * g->cols + col].look];
        at = end_line(line, at, '.');
    }
    *at = '\0';
    return text;
}
