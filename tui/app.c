/* State + key -> state. */
#include "tui/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- opening -------------------------------------------------------------------------------- */

struct app *app_over(struct arena *mem, const struct app_options *options, struct entry *entries,
                     size_t n)
{
    struct app *a = arena_new_of(mem, struct app);
    a->mem = mem;
    a->options = *options;
    a->entries = entries;
    a->n_entries = n;
    return a;
}

static struct entry *list_entries(struct arena *mem, size_t *n)
{
    const struct scenario_builtin *builtins = scenario_builtins(n);
    struct entry *entries = arena_array(mem, struct entry, *n + 1);
    for (size_t i = 0; i < *n; i++) {
        struct scenario sc;
        char *error;
        bool read = scenario_load(mem, builtins[i].name, &sc, &error);
        entries[i] =
            (struct entry){builtins[i].name, read && sc.title ? sc.title : builtins[i].name,
                           read ? sc.goal : error};
        if (!entries[i].goal)
            entries[i].goal = "";
    }
    return entries;
}

static void restart(struct app *a)
{
    size_t n = a->lesson->n + 1;
    a->states = arena_array(a->lesson->mem, struct message_state, n);
    a->at = a->eyes = 0;
    a->zoom = a->explain = false;
    a->pane = PANE_TREE;
    a->help = a->blank = false;
    a->asking = ASK_NOTHING;
}

void app_show(struct app *a, struct lesson *lesson)
{
    lesson_close(a->lesson);
    a->lesson = lesson;
    restart(a);
}

static bool open_lesson(struct app *a, const char *name, char **error)
{
    struct world_options options = {.has_seed = a->options.has_seed, .seed = a->options.seed};
    size_t number = 0;
    char *end;
    unsigned long wanted = strtoul(name, &end, 10);
    if (!*end && wanted >= 1 && wanted <= a->n_entries)
        name = a->entries[wanted - 1].name;
    for (size_t i = 0; i < a->n_entries; i++)
        if (strcmp(a->entries[i].name, name) == 0) {
            a->chosen = i;
            number = i + 1;
        }
    struct session *session = session_open(name, &options, a->mem, error);
    if (session)
        app_show(a, lesson_new(session, number));
    return session != NULL;
}

struct app *app_new(struct arena *mem, const struct app_options *options, char **error)
{
    size_t n;
    struct entry *entries = list_entries(mem, &n);
    struct app *a = app_over(mem, options, entries, n);
    if (options->lesson && !open_lesson(a, options->lesson, error))
        return NULL;
    return a;
}

void app_free(struct app *a)
{
    if (a && a->in_cell)
        app_close_cell(a);
    if (a)
        lesson_close(a->lesson);
}

/* ---- what the state says -------------------------------------------------------------------- */

void app_size(struct app *a, int rows, int cols)
{
    a->rows = rows;
    a->cols = cols;
}

bool app_lecture(const struct app *a, int rows, int cols)
{
    bool small = rows < 30 || cols < 100;
    return small != a->other_layout;
}

enum where app_where(const struct app *a, int rows, int cols)
{
    if (!a->lesson)
        return IN_LIST;
    if (a->table)
        return IN_MATRIX;
    enum where where = app_lecture(a, rows, cols) ? IN_LECTURE : IN_TREE;
    return app_matrix(a) ? where | WITH_MATRIX : where;
}

const char *app_eyes(const struct app *a)
{
    if (!a->eyes)
        return NULL;
    return a->eyes <= a->lesson->n_columns ? a->lesson->columns[a->eyes - 1].name : a->lesson->eve;
}

/* ---- keys ----------------------------------------------------------------------------------- */

static void close_lesson(struct app *a)
{
    if (a->in_cell) {
        app_close_cell(a);
        return;
    }
    lesson_close(a->lesson);
    a->lesson = NULL;
    a->matrix = NULL;
}

static void act_in_lesson(struct app *a, enum action act)
{
    const struct lesson *l = a->lesson;
    switch (act) {
    case ACT_NEXT:
        a->at = lesson_next_stop(l, a->at);
        break;
    case ACT_PREVIOUS:
        a->at = lesson_previous_stop(l, a->at);
        break;
    case ACT_SMALL:
        do
            a->at += a->at < l->trace->n;
        while (a->at < l->trace->n && lesson_is_note(l->trace->events[a->at - 1]));
        break;
    case ACT_FIRST:
        a->at = 0;
        break;
    case ACT_LAST:
        a->at = l->trace->n;
        break;
    case ACT_RESTART:
        restart(a);
        break;
    case ACT_PANE:
        a->pane = (enum pane)((a->pane + 1) % PANE_COUNT);
        break;
    case ACT_PANE_BACK:
        a->pane = (enum pane)((a->pane + PANE_COUNT - 1) % PANE_COUNT);
        break;
    case ACT_LAYOUT:
        a->other_layout = !a->other_layout;
        break;
    case ACT_ZOOM:
        a->zoom = !a->zoom;
        break;
    case ACT_EYES:
        a->eyes = (a->eyes + 1) % (l->n_columns + 2);
        break;
    case ACT_EXPLAIN:
        a->explain = !a->explain;
        a->states[lesson_message(l, a->at)].words_top = 0;
        break;
    case ACT_BLANK:
        a->blank = true;
        break;
    case ACT_MATRIX:
        app_open_matrix(a);
        break;
    case ACT_CLOSE:
        close_lesson(a);
        break;
    default:
        app_move(a, act);
    }
}

static void act_in_list(struct app *a, enum action act)
{
    char *error;
    if (act == ACT_DOWN && a->chosen + 1 < a->n_entries)
        a->chosen++;
    else if (act == ACT_UP && a->chosen)
        a->chosen--;
    else if (act == ACT_FIRST)
        a->chosen = 0;
    else if (act == ACT_LAST && a->n_entries)
        a->chosen = a->n_entries - 1;
    else if (act == ACT_CLOSE)
        a->asking = ASK_QUIT;
    else if (act == ACT_OPEN && a->n_entries && !open_lesson(a, a->entries[a->chosen].name, &error))
        snprintf(a->notice, sizeof a->notice, "%s", error);
}

static void go_to(struct app *a, size_t number)
{
    if (a->lesson)
        a->at = lesson_stop(a->lesson, number);
    else if (number && number <= a->n_entries)
        a->chosen = number - 1;
    else
        snprintf(a->notice, sizeof a->notice, "There is no lesson %zu.", number);
}

/* False: the program is to end. */
static bool answer(struct app *a, int key)
{
    enum asking asked = a->asking;
    if (asked == ASK_QUIT) {
        a->asking = ASK_NOTHING;
        return key != 'q' && key != 'y';
    }
    if (key >= '0' && key <= '9') {
        a->number = a->number < 1000 ? a->number * 10 + (size_t)(key - '0') : a->number;
        return true;
    }
    if (key == KEY_BACK && a->number) {
        a->number /= 10;
        return true;
    }
    a->asking = ASK_NOTHING;
    if (key == KEY_ENTER_)
        go_to(a, a->number);
    return true;
}

/* A blank screen and the help go away by any key, which does nothing else. */
static bool was_covered(struct app *a)
{
    bool was = a->blank || a->help;
    a->blank = a->help = false;
    return was;
}

bool app_key(struct app *a, int key)
{
    enum action act = keymap_action(key, app_where(a, a->rows, a->cols));
    if (act == ACT_QUIT)
        return false;
    if (key == KEY_RESIZE_ || act == ACT_TERMINAL)
        return true;
    a->notice[0] = '\0';
    if (a->asking)
        return answer(a, key);
    if (was_covered(a))
        return true;
    if (act == ACT_HELP) {
        a->help = true;
    } else if (act == ACT_GOTO) {
        a->asking = ASK_NUMBER;
        a->number = 0;
    } else if (act && a->table) {
        app_in_matrix(a, act);
    } else if (act && a->lesson) {
        act_in_lesson(a, act);
    } else if (act) {
        act_in_list(a, act);
    }
    return true;
}

/* ---- drawing -------------------------------------------------------------------------------- */

struct grid *app_draw(const struct app *a, int rows, int cols, struct arena *mem)
{
    struct grid *g = grid_new(mem, rows, cols);
    g->ascii = a->options.ascii;
    if (rows < LEAST_ROWS || cols < LEAST_COLS) {
        char text[40];
        snprintf(text, sizeof text, "tessera needs %dx%d;", LEAST_COLS, LEAST_ROWS);
        grid_put(g, 0, 0, cols, LOOK_NORMAL, text);
        snprintf(text, sizeof text, "this terminal is %dx%d.", cols, rows);
        grid_put(g, 1, 0, cols, LOOK_NORMAL, text);
    } else if (a->blank) {
        return g;
    } else if (a->help) {
        view_help(a, g);
    } else if (a->table) {
        view_matrix(a, g, mem);
    } else if (a->lesson) {
        view_lesson(a, g, mem);
    } else {
        view_list(a, g);
    }
    return g;
}
