/* What is said about a moment of a lesson, as paragraphs: what just happened, from the steps told;
 * what the selected field means, from the words of the specification. */
#ifndef TUI_WORDS_H
#define TUI_WORDS_H

#include "tui/scene.h"

struct para {
    const char *who; /* in the margin; "" : the same as before; NULL: no margin, whole width */
    enum look who_look;
    const char *mark; /* before the text, one cell; NULL: none */
    const char *text;
    enum look look;
    bool gap; /* an empty row after it, where there is room */
};

struct paras {
    struct para *list;
    size_t n, room;
    struct arena *mem;
};

struct paras words_happened(const struct scene *);
struct paras words_meaning(const struct scene *);

#endif
