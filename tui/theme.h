/* What looks look like. Colour never carries a meaning alone: whatever it says is also in the
 * text. */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "tui/grid.h"

enum theme { THEME_DARK, THEME_LIGHT, THEME_CONTRAST, THEME_MONO, THEME_COUNT };

struct style {
    short colour; /* of the text; -1: the terminal's own */
    bool bold, dim, reverse;
};

/* By name; false: there is none. */
bool theme_find(const char *name, enum theme *);
/* What the environment asks for: NO_COLOR (no-color.org), COLORFGBG as "15;0", and how many colours
 * the terminal has. NULL: not set. */
enum theme theme_choose(const char *no_color, const char *colorfgbg, int colours);
struct style theme_style(enum theme, enum look, int colours);

#endif
