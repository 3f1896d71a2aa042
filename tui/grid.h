/* A screen is a grid of cells. A view is a pure function from its state to a grid; tests compare
 * grids as text; one small file (tui/curses.c) shows a grid on a terminal. */
#ifndef TUI_GRID_H
#define TUI_GRID_H

#include "base/arena.h"

enum look { /* what a cell means, not its colour; tui/curses.c maps looks to a theme */
    LOOK_NORMAL,
    LOOK_DIM,
    LOOK_BOLD,
    LOOK_TITLE,   /* the bar at the top */
    LOOK_RULE,    /* lines between panes */
    LOOK_CLIENT,
    LOOK_KDC,
    LOOK_SERVICE,
    LOOK_ERROR,
    LOOK_SELECTED,
    LOOK_SEALED,
    LOOK_KEY,     /* a key of the footer */
};

struct cell {
    char text[8];       /* one character in UTF-8, NUL-ended; "" is the right half of a wide one */
    unsigned char look; /* enum look */
};

struct grid {
    int rows, cols;
    struct cell *cells; /* rows * cols */
    int cursor_row, cursor_col; /* where the hardware cursor rests; -1: hidden */
};

struct grid *grid_new(struct arena *, int rows, int cols); /* blanks */
/* Writes UTF-8 text from (row, col), at most `width` cells; what does not fit ends in an ellipsis.
 * Never leaves the grid. Control characters and invalid UTF-8 are escaped. Returns cells used. */
int grid_put(struct grid *, int row, int col, int width, enum look, const char *text);
/* Fills width cells with one character. */
void grid_fill(struct grid *, int row, int col, int width, enum look, const char *character);
void grid_look(struct grid *, int row, int col, int width, enum look);
/* Wraps at spaces into rows [row, row+height); returns rows used. */
int grid_wrap(struct grid *, int row, int col, int width, int height, enum look, const char *text);
int text_width(const char *utf8);

/* As text, a line a row, trailing blanks cut: what the screen tests compare. Looks are appended
 * when `looks` is set, as a second block with a letter a cell. */
char *grid_text(struct arena *, const struct grid *, bool looks);

/* Box characters and arrows in UTF-8 or, with ascii, their stand-ins ("|", "-", ">", "x"). */
enum glyph { G_VLINE, G_HLINE, G_TEE, G_ARROW_RIGHT, G_ARROW_LEFT, G_DOUBLE, G_DOT, G_HEAD_RIGHT,
             G_CHECK, G_CROSS, G_BULLET, G_HERE, G_MARK, G_ELLIPSIS, G_COUNT };
const char *glyph(enum glyph, bool ascii);

#endif
