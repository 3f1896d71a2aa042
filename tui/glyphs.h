/* What stands for a character where only ASCII can be shown. */
#ifndef TUI_GLYPHS_H
#define TUI_GLYPHS_H

/* NULL: nothing does. */
const char *glyph_stand_in(const char *character);

#endif
