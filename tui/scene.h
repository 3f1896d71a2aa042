/* What a lesson's panes draw from: the message under the cursor, dissected as the chosen eyes see
 * it, and its tree as rows. Made anew for each picture and each key, in its arena. */
#ifndef TUI_SCENE_H
#define TUI_SCENE_H

#include "tui/app.h"

struct tree_row {
    struct field *field;
    unsigned depth;
    bool parent, open; /* it has rows below it; they are shown */
};

struct scene {
    const struct app *app;
    const struct lesson *lesson;
    struct arena *mem;
    size_t at, number;             /* number of the message; 0: before the first */
    const struct message *message; /* NULL: before the first */
    const struct message_state *state;
    bool lecture;
    const char *eyes;    /* NULL: all */
    struct keyring ring; /* what those eyes hold */
    struct root *root;   /* NULL: before the first */
    struct tree_row *rows;
    size_t n_rows, selected;
    struct field *field; /* the selected one; NULL: before the first */
};

void scene_make(struct scene *, const struct app *, int rows, int cols, struct arena *mem);

/* Tells fields of one path apart: the octets before it, in its root and in those around. */
size_t scene_place(const struct field *);
/* The ciphertext that Enter opens from here: the field, or the cipher of an EncryptedData; NULL:
 * it is none. */
struct field *scene_sealed(struct field *);
/* Whether the reader has it open. */
bool scene_is_open(const struct scene *, const struct field *);
/* The key that opens it, whoever holds it; NULL: none told in this run. */
const struct ring_key *scene_key_for(const struct scene *, const struct field *);
/* "alice, KDC": who holds a key. */
char *scene_holders(const struct ring_key *, struct arena *mem);

/* ---- panes ---------------------------------------------------------------------------------- */

struct area {
    int row, col, rows, cols;
};

/* Where each pane of a lesson is; rows == 0: not shown. */
struct areas {
    struct area ladder, tree, bytes, keys, words, meaning;
};
struct areas lesson_areas(const struct app *, int rows, int cols);

void pane_ladder(const struct scene *, struct grid *, struct area);
void pane_tree(const struct scene *, struct grid *, struct area);
void pane_bytes(const struct scene *, struct grid *, struct area);
void pane_keys(const struct scene *, struct grid *, struct area);
void pane_keys_line(const struct scene *, struct grid *, struct area);
/* Either may have no rows. Returns how many paragraphs of the words lie below. */
size_t pane_words(const struct scene *, struct grid *, struct area words, struct area meaning);
/* The furthest that the words can be scrolled. */
size_t words_last_top(const struct scene *, const struct grid *, struct area words);
/* A line with a title in it: "── TITLE ────── right ──". */
void draw_rule(struct grid *, int row, int col, int cols, const char *title, const char *right,
               bool focus);
/* The first of `n` things to show in `room`, so that `wanted` has neighbours in sight; moves in
 * halves of the room, so that most steps leave what is seen in place. */
size_t first_shown(size_t wanted, size_t n, int room);

/* ---- views: whole screens ------------------------------------------------------------------- */

void view_list(const struct app *, struct grid *);
void view_lesson(const struct app *, struct grid *, struct arena *mem);
void view_matrix(const struct app *, struct grid *, struct arena *mem);
void view_help(const struct app *, struct grid *);
/* The last two rows: what is asked or said, else `status`; then the footer. */
void draw_bottom(const struct app *, struct grid *, const char *status, const char *right);

#endif
