#include "tui/theme.h"

#include <stdlib.h>
#include <string.h>

static const char *const theme_names[THEME_COUNT] = {"dark", "light", "contrast", "mono"};

bool theme_find(const char *name, enum theme *theme)
{
    for (int i = 0; i < THEME_COUNT; i++)
        if (strcmp(theme_names[i], name) == 0) {
            *theme = (enum theme)i;
            return true;
        }
    return false;
}

enum theme theme_choose(const char *no_color, const char *colorfgbg, int colours)
{
    if ((no_color && *no_color) || colours < 8)
        return THEME_MONO;
    const char *ground = colorfgbg ? strrchr(colorfgbg, ';') : NULL;
    int colour = ground ? atoi(ground + 1) : 0;
    return colour == 7 || (colour > 8 && colour <= 15) ? THEME_LIGHT : THEME_DARK;
}

/* Any two of these differ by 31 and more (CIE76) for readers with each kind of colour-blindness;
 * against the ground each has a contrast of 4.7 and more. */
static const struct {
    enum look look;
    short dark, light, eight;
} roles[] = {
    {LOOK_CLIENT, 73, 21, 6},
    {LOOK_KDC, 178, 94, 3},
    {LOOK_SERVICE, 207, 163, 5},
};

static short colour_of(enum theme theme, enum look look, int colours)
{
    if (theme == THEME_MONO || theme == THEME_CONTRAST || colours < 8)
        return -1;
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (roles[i].look == look)
            return colours < 256 ? roles[i].eight
                                 : (theme == THEME_LIGHT ? roles[i].light : roles[i].dark);
    return -1;
}

struct style theme_style(enum theme theme, enum look look, int colours)
{
    struct style s = {.colour = colour_of(theme, look, colours)};
    s.bold = look == LOOK_BOLD || look == LOOK_TITLE || look == LOOK_KEY || look == LOOK_ERROR;
    s.reverse = look == LOOK_ERROR || look == LOOK_SELECTED;
    s.dim =
        theme != THEME_CONTRAST && (look == LOOK_DIM || look == LOOK_RULE || look == LOOK_SEALED);
    return s;
}
