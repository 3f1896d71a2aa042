/* The state of the interface. What is on the screen follows from it and from nothing else; keys
 * change it in tui/app.c. */
#ifndef TUI_APP_H
#define TUI_APP_H

#include "tui/keymap.h"
#include "tui/lesson.h"

enum pane { PANE_TREE, PANE_BYTES, PANE_WORDS, PANE_COUNT };
enum asking { ASK_NOTHING, ASK_QUIT, ASK_NUMBER };

/* A set of paths, kept for as long as the lesson is open. */
struct path_set {
    struct path_set *next;
    const char *path;
    bool in;
};

/* What the reader did with a message: kept, so that coming back shows it as it was left. */
struct message_state {
    const char *selected;   /* path; NULL: the message itself */
    size_t place;           /* scene_place: fields of one name beside each other have one path */
    struct path_set *paths; /* those turned from their usual: unfolded, or opened */
    size_t words_top;       /* paragraphs scrolled past */
};

struct entry { /* a line of the list */
    const char *name, *title, *goal;
};

struct app {
    struct arena *mem;
    struct app_options options;
    int rows, cols; /* of the screen: keys mean what is seen */
    struct entry *entries;
    size_t n_entries, chosen;
    bool help, blank;
    enum asking asking;
    size_t number; /* being typed; 0: nothing yet */
    char notice[160];
    struct lesson *lesson;        /* NULL: the list */
    struct message_state *states; /* by message, 0: before the first */
    size_t at;
    size_t eyes;       /* 0: all; 1 + column; past the columns: who listens */
    bool other_layout; /* than the one usual for the size of the screen */
    enum pane pane;
    bool zoom;
    bool explain;                /* the words are about what was decided */
    struct matrix_state *matrix; /* of the lesson, once it was asked for */
    bool table;                  /* it is what is shown */
    bool in_cell;                /* the lesson is the run of a cell */
};

/* A matrix, its cells, and the lesson that it is of. */
struct matrix_state {
    const struct matrix *matrix;
    const struct matrix_cell *cells; /* row by row */
    size_t row, column;
    struct app under; /* in a cell's run: what is shown again behind it */
};

#define LEAST_ROWS 18
#define LEAST_COLS 64

/* Over scenarios that are already known: what app_new does after looking them up. */
struct app *app_over(struct arena *, const struct app_options *, struct entry *, size_t n);
/* Shows a lesson, which the app closes. */
void app_show(struct app *, struct lesson *);

/* The lecture layout is the usual one below 100x30. */
bool app_lecture(const struct app *, int rows, int cols);
enum where app_where(const struct app *, int rows, int cols);
/* Whose eyes: a party's name; NULL: all see everything. */
const char *app_eyes(const struct app *);
/* The matrix that stands on the lesson's scenario; NULL: none does. */
const struct matrix *app_matrix(const struct app *);
/* Shows the table, in which every cell was run; back to it, where the lesson is a cell's. */
void app_open_matrix(struct app *);
void app_close_cell(struct app *);
void app_in_matrix(struct app *, enum action);
/* Down, up, fold, unfold and open, in the pane that has the keys. */
void app_move(struct app *, enum action);

#endif
