#include "tui/keymap.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define CTRL(letter) ((letter)&0x1f)

/* In the order of the help and of the footer. */
static const struct binding bindings[] = {
    {{KEY_ENTER_, KEY_RIGHT_, ' ', 'l'}, ACT_OPEN, IN_LIST, 2, "open", "open the lesson"},
    {{KEY_DOWN_, 'j', KEY_PGDN}, ACT_DOWN, IN_LIST, 4, "down", "the next lesson"},
    {{KEY_UP_, 'k', KEY_PGUP}, ACT_UP, IN_LIST, 5, "up", "the lesson before"},
    {{KEY_ENTER_, ' '},
     ACT_OPEN,
     IN_MATRIX,
     2,
     "its run",
     "the run that made the cell, as a lesson"},
    {{KEY_RIGHT_, 'l'}, ACT_UNFOLD, IN_MATRIX, 4, "right", "the cell to the right"},
    {{KEY_LEFT_, 'h'}, ACT_FOLD, IN_MATRIX, 5, "left", "the cell to the left"},
    {{KEY_DOWN_, 'j', KEY_PGDN}, ACT_DOWN, IN_MATRIX, 4, "down", "the cell below"},
    {{KEY_UP_, 'k', KEY_PGUP}, ACT_UP, IN_MATRIX, 5, "up", "the cell above"},
    {{'m'}, ACT_CLOSE, IN_MATRIX, 0, "lesson", "back to the lesson"},
    {{KEY_RIGHT_, ' ', KEY_PGDN}, ACT_NEXT, IN_LESSON, 1, "next", "the next message"},
    {{KEY_LEFT_, KEY_BACK, KEY_PGUP}, ACT_PREVIOUS, IN_LESSON, 2, "back", "the message before"},
    {{'s'}, ACT_SMALL, IN_LESSON, 7, "small step", "one small step inside a party"},
    {{'g'}, ACT_GOTO, IN_LIST | IN_LESSON, 9, "go to", "go to a number, then Enter"},
    {{KEY_HOME_}, ACT_FIRST, ANYWHERE, 0, "first", "to the beginning"},
    {{KEY_END_, 'G'}, ACT_LAST, ANYWHERE, 0, "last", "to the end"},
    {{'R', KEY_F5}, ACT_RESTART, IN_LESSON, 0, "start anew", "again, as if just opened"},
    {{KEY_DOWN_, 'j'}, ACT_DOWN, IN_TREE, 0, "down", "down in the pane"},
    {{KEY_UP_, 'k'}, ACT_UP, IN_TREE, 0, "up", "up in the pane"},
    {{KEY_DOWN_, 'j'}, ACT_DOWN, IN_LECTURE, 6, "more words", "on in the words"},
    {{KEY_UP_, 'k'}, ACT_UP, IN_LECTURE, 0, "words before", "back in the words"},
    {{'h'}, ACT_FOLD, IN_TREE, 0, "fold", "fold, or to the field around it"},
    {{'l'}, ACT_UNFOLD, IN_TREE, 0, "unfold", "unfold, or to its first part"},
    {{KEY_ENTER_}, ACT_OPEN, IN_TREE, 5, "open", "open or close a sealed field, or fold"},
    {{KEY_TAB_}, ACT_PANE, IN_TREE, 6, "pane", "the next pane: tree, bytes, words"},
    {{KEY_BTAB_}, ACT_PANE_BACK, IN_TREE, 0, "pane before", "the pane before"},
    {{'z', KEY_ENTER_}, ACT_LAYOUT, IN_LECTURE, 4, "look inside", "look inside the message"},
    {{'z'}, ACT_LAYOUT, IN_TREE, 4, "lecture", "large, for a lecture"},
    {{'\\'}, ACT_ZOOM, IN_TREE, 0, "this pane", "this pane alone, or all"},
    {{'P'}, ACT_EYES, IN_TREE, 8, "eyes", "whose eyes: all, each party, Eve"},
    {{'e'}, ACT_EXPLAIN, IN_LESSON, 9, "why", "what was decided here, from what, and why"},
    {{'m'}, ACT_MATRIX, WITH_MATRIX, 3, "matrix", "all settings in a table, each cell a run"},
    {{'.', 'b'},
     ACT_BLANK,
     IN_LESSON | IN_MATRIX,
     0,
     "blank",
     "blank the screen; any key brings it back"},
    {{'?', KEY_F1}, ACT_HELP, ANYWHERE, 1, "help", "this page; any key goes back"},
    {{'q'}, ACT_CLOSE, ANYWHERE, 3, "quit", "close; on the list it asks once"},
    {{KEY_F10, CTRL('C')}, ACT_QUIT, ANYWHERE, 0, "end", "end at once"},
    {{CTRL('L')}, ACT_TERMINAL, ANYWHERE, 0, "redraw", "draw the screen again"},
    {{CTRL('Z')}, ACT_TERMINAL, ANYWHERE, 0, "suspend", "back to the shell; fg returns here"},
};
#define N_BINDINGS (sizeof bindings / sizeof *bindings)
#define N_KEYS     (sizeof bindings->keys / sizeof *bindings->keys)

const struct binding *keymap(size_t *n)
{
    *n = N_BINDINGS;
    return bindings;
}

enum action keymap_action(int key, enum where where)
{
    for (size_t i = 0; i < N_BINDINGS; i++)
        for (size_t k = 0; key && bindings[i].where & where && k < N_KEYS; k++)
            if (bindings[i].keys[k] == key)
                return bindings[i].action;
    return ACT_NONE;
}

static const struct {
    int key;
    const char *name, *ascii;
} names[] = {
    {KEY_UP_, "↑", "Up"},           {KEY_DOWN_, "↓", "Down"},
    {KEY_LEFT_, "←", "Left"},       {KEY_RIGHT_, "→", "Right"},
    {KEY_PGUP, "PgUp", "PgUp"},     {KEY_PGDN, "PgDn", "PgDn"},
    {KEY_HOME_, "Home", "Home"},    {KEY_END_, "End", "End"},
    {KEY_TAB_, "Tab", "Tab"},       {KEY_BTAB_, "S-Tab", "S-Tab"},
    {KEY_ENTER_, "Enter", "Enter"}, {KEY_BACK, "Backspace", "Backspace"},
    {KEY_ESC, "Esc", "Esc"},        {KEY_F1, "F1", "F1"},
    {KEY_F5, "F5", "F5"},           {KEY_F10, "F10", "F10"},
    {' ', "Space", "Space"},
};

const char *key_name(int key, bool ascii, char out[KEY_NAME])
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].key == key)
            return ascii ? names[i].ascii : names[i].name;
    if (key < ' ') {
        snprintf(out, KEY_NAME, "^%c", key + '@');
        return out;
    }
    uint8_t utf8[4];
    size_t n = utf8_put((uint32_t)key, utf8);
    memcpy(out, utf8, n);
    out[n] = '\0';
    return out;
}

/* ---- footer --------------------------------------------------------------------------------- */

#define FOOTER_ITEMS 9 /* the most that are read at a glance */

static int item_width(const struct grid *g, const struct binding *b)
{
    char name[KEY_NAME];
    return grid_width(g, key_name(b->keys[0], g->ascii, name)) + 1 + text_width(b->label) + 2;
}

static bool shown(const struct binding *b, enum where where, unsigned ranks)
{
    return b->where & where && b->footer && b->footer <= ranks;
}

/* How many ranks fit: the footer is never cut inside an item. */
static unsigned ranks_that_fit(const struct grid *g, enum where where)
{
    unsigned ranks = FOOTER_ITEMS;
    for (; ranks; ranks--) {
        int width = 1, items = 0;
        for (size_t i = 0; i < N_BINDINGS; i++)
            if (shown(&bindings[i], where, ranks)) {
                width += item_width(g, &bindings[i]);
                items++;
            }
        if (width - 2 <= g->cols && items <= FOOTER_ITEMS)
            break;
    }
    return ranks;
}

void keymap_footer(struct grid *g, int row, enum where where)
{
    unsigned ranks = ranks_that_fit(g, where);
    int col = 1;
    for (size_t i = 0; i < N_BINDINGS; i++) {
        const struct binding *b = &bindings[i];
        char name[KEY_NAME];
        if (!shown(b, where, ranks))
            continue;
        int used =
            grid_put(g, row, col, g->cols - col, LOOK_KEY, key_name(b->keys[0], g->ascii, name));
        grid_put(g, row, col + used + 1, g->cols - col - used - 1, LOOK_NORMAL, b->label);
        col += item_width(g, b);
    }
}
