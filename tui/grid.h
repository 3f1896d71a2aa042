/* A screen is a grid of cells. A view is a pure function from its state to a grid; tests compare
 * grids as text; one small file (tui/curses.c) shows a grid on a terminal.
 *
 * Whatever text is written, a grid holds only what may be shown: control characters, the marks that
 * turn the direction of text, and octets that are not UTF-8 become \xNN. In an ASCII grid what
 * is not ASCII becomes its stand-in, or \xNN where it has none. */
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include "base/arena.h"

enum look { /* what a cell means, not its colour; tui/theme.c maps looks to a theme */
            LOOK_NORMAL,
            LOOK_DIM,
            LOOK_BOLD,
            LOOK_TITLE, /* the bar at the top */
            LOOK_RULE,  /* lines between panes */
            LOOK_CLIENT,
            LOOK_KDC,
            LOOK_SERVICE,
            LOOK_ERROR,
            LOOK_SELECTED,
            LOOK_SEALED,
            LOOK_KEY, /* a key of the footer */
            LOOK_COUNT
};

struct cell {
    char text[8];       /* one character in UTF-8, NUL-ended; "" is the right half of a wide one */
    unsigned char look; /* enum look */
};

struct grid {
    int rows, cols;
    struct cell *cells;         /* rows * cols */
    int cursor_row, cursor_col; /* where the hardware cursor rests; -1: hidden */
    bool ascii;                 /* set it before the first text */
};

struct grid *grid_new(struct arena *, int rows, int cols); /* blanks */
struct cell *grid_at(struct grid *, int row, int col);     /* NULL: outside */
/* Writes UTF-8 text from (row, col), at most `width` cells; what does not fit ends in an ellipsis.
 * Never leaves the grid. Returns cells used. */
int grid_put(struct grid *, int row, int col, int width, enum look, const char *text);
/* The same, at the right end of the `width` cells. Returns the column it begins at. */
int grid_put_right(struct grid *, int row, int col, int width, enum look, const char *text);
/* Fills width cells with one character one cell wide. */
void grid_fill(struct grid *, int row, int col, int width, enum look, const char *character);
void grid_look(struct grid *, int row, int col, int width, enum look);
/* Wraps at spaces into rows [row, row+height); a newline ends a line; what does not fit ends in an
 * ellipsis. Returns rows used. */
int grid_wrap(struct grid *, int row, int col, int width, int height, enum look, const char *text);
/* The rows grid_wrap wants for it. */
int grid_wrap_rows(const struct grid *, int width, const char *text);
/* Cells that text takes, escapes and stand-ins counted. */
int grid_width(const struct grid *, const char *text);
int text_width(const char *utf8); /* in a grid that is not ASCII */

/* As text, a line a row, trailing blanks cut: what the screen tests compare. Looks are appended
 * when `looks` is set, as a second block with a letter a cell. */
char *grid_text(struct arena *, const struct grid *, bool looks);

/* Marks, box characters and arrows in UTF-8 or, with ascii, their stand-ins. */
enum glyph {
    G_VLINE,
    G_HLINE,
    G_TEE,
    G_ARROW_RIGHT,
    G_ARROW_LEFT,
    G_DOUBLE, /* the shaft of the selected arrow */
    G_DOT,
    G_HEAD_RIGHT,
    G_HEAD_LEFT,
    G_CHECK,
    G_CROSS,
    G_BULLET,
    G_HERE, /* the step where we are, in the bar of steps */
    G_MARK, /* the selected row */
    G_DONE, /* a step behind us, in the bar of steps */
    G_TODO, /* a step ahead */
    G_ELLIPSIS,
    G_COUNT
};
const char *glyph(enum glyph, bool ascii);
static inline const char *grid_glyph(const struct grid *g, enum glyph which)
{
    return glyph(which, g->ascii);
}

#endif
