/* The terminal interface: state + key -> state; state -> grid. */
#ifndef TUI_TUI_H
#define TUI_TUI_H

#include "tui/grid.h"

/* Keys: Unicode code points (control keys as what they send: ^L is 0x0c), and these. */
enum key_code {
    KEY_UP_ = 0x110000,
    KEY_DOWN_,
    KEY_LEFT_,
    KEY_RIGHT_,
    KEY_PGUP,
    KEY_PGDN,
    KEY_HOME_,
    KEY_END_,
    KEY_TAB_,
    KEY_BTAB_,
    KEY_ENTER_,
    KEY_BACK,
    KEY_ESC,
    KEY_F1,
    KEY_F5,
    KEY_F10,
    KEY_RESIZE_
};

struct app; /* everything on the screen follows from this */

struct app_options {
    bool ascii;
    const char *lesson; /* NULL: the list of lessons; else open this one: name, number or file */
    bool has_seed;
    uint64_t seed;
    const char *theme; /* "dark", "light", "contrast", "mono"; NULL: chosen from the environment */
};
/* NULL: *error says why (no such scenario...), in the arena. The strings of the options must live
 * as long as the app. */
struct app *app_new(struct arena *, const struct app_options *, char **error);
void app_free(struct app *);
/* One key. False: the program is to end. */
bool app_key(struct app *, int key);
/* The screen as it is now, in mem. Pure: the same state gives the same grid. */
/* The size of the screen from now on: some keys mean what is seen. Call it before app_draw. */
void app_size(struct app *, int rows, int cols);
struct grid *app_draw(const struct app *, int rows, int cols, struct arena *mem);

/* `tessera` and `tessera lesson` on a terminal; exit status, or TUI_NO_SCREEN where the terminal
 * cannot be drawn on (nothing has been written then). tui/curses.c. */
#define TUI_NO_SCREEN (-1)
int tui_run(const struct app_options *);

int verb_lesson(int argc, char **argv);
/* Whether the word names a built-in scenario: `tessera NAME` opens it. */
bool lesson_is_named(const char *word);
/* The lesson whose name is nearest to the word; NULL: none is near. */
const char *lesson_nearest(const char *word);

#endif
