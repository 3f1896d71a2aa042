/* The keys: one table; what a key does, the footer, the help screen and the tests come from it. */
#ifndef TUI_KEYMAP_H
#define TUI_KEYMAP_H

#include "tui/tui.h"

enum action {
    ACT_NONE,
    ACT_NEXT,
    ACT_PREVIOUS,
    ACT_SMALL,
    ACT_GOTO,
    ACT_FIRST,
    ACT_LAST,
    ACT_RESTART,
    ACT_DOWN,
    ACT_UP,
    ACT_FOLD,
    ACT_UNFOLD,
    ACT_OPEN,
    ACT_PANE,
    ACT_PANE_BACK,
    ACT_LAYOUT,
    ACT_ZOOM,
    ACT_EYES,
    ACT_EXPLAIN,
    ACT_MATRIX,
    ACT_BLANK,
    ACT_HELP,
    ACT_CLOSE,
    ACT_QUIT,
    ACT_TERMINAL, /* not the app's: the terminal does it; here for the help only */
};

/* A lesson's lecture layout has no tree; its lesson layout has. Either may be of a lesson that has
 * a matrix. */
enum where {
    IN_LIST = 1,
    IN_LECTURE = 2,
    IN_TREE = 4,
    IN_LESSON = 6,
    IN_MATRIX = 8,
    ANYWHERE = 15,
    WITH_MATRIX = 16
};

struct binding {
    int keys[5]; /* ended by 0 when fewer */
    enum action action;
    unsigned where;
    unsigned footer;   /* rank in the footer, 1 the last to be left out; 0: not in it */
    const char *label; /* in the footer: one word */
    const char *help;  /* in the help: half a line */
};

const struct binding *keymap(size_t *n);
enum action keymap_action(int key, enum where);
/* "→", "PgDn", "^L", "q": how a key is named to the reader. */
#define KEY_NAME 12
const char *key_name(int key, bool ascii, char out[KEY_NAME]);
/* Draws the footer: whole items only, those of the highest rank first, in the table's order. */
void keymap_footer(struct grid *, int row, enum where);

#endif
