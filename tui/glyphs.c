#include "tui/glyphs.h"
#include "tui/grid.h"

#include <string.h>

/* No character here is wide or an emoji; those that are of ambiguous width are one cell in UTF-8,
 * and other locales get the second column. */
static const char *const glyphs[G_COUNT][2] = {
    [G_VLINE] = {"│", "|"},       [G_HLINE] = {"─", "-"},      [G_TEE] = {"┬", "+"},
    [G_ARROW_RIGHT] = {">", ">"}, [G_ARROW_LEFT] = {"<", "<"}, [G_DOUBLE] = {"═", "="},
    [G_DOT] = {"·", "."},         [G_HEAD_RIGHT] = {"▶", ">"}, [G_HEAD_LEFT] = {"◀", "<"},
    [G_CHECK] = {"✓", "Y"},       [G_CROSS] = {"x", "x"},      [G_BULLET] = {"·", "*"},
    [G_HERE] = {"◉", "@"},        [G_MARK] = {">", ">"},       [G_DONE] = {"●", "o"},
    [G_TODO] = {"○", "."},        [G_ELLIPSIS] = {"…", ".."},
};

const char *glyph(enum glyph which, bool ascii)
{
    return glyphs[which][ascii];
}

static const struct stand_in {
    const char *character, *ascii;
} others[] = {
    {"→", ">"},  {"←", "<"},  {"↑", "^"},  {"↓", "v"},   {"–", "-"},  {"—", "-"},  {"‘", "'"},
    {"’", "'"},  {"“", "\""}, {"”", "\""}, {"×", "x"},   {"≤", "<="}, {"≥", ">="}, {"≠", "!="},
    {"§", "S."}, {"µ", "u"},  {"±", "+-"}, {"½", "1/2"}, {"«", "\""}, {"»", "\""},
};

const char *glyph_stand_in(const char *character)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(others[i].character, character) == 0)
            return others[i].ascii;
    for (size_t i = 0; i < G_COUNT; i++)
        if (strcmp(glyphs[i][0], character) == 0)
            return glyphs[i][1];
    return NULL;
}
