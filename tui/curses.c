/* Shows grids on a terminal: the only file that knows curses. Nothing is drawn but what changed,
 * nothing moves by itself, and whatever ends the program, the terminal is as it was. */
#include "tui/theme.h"
#include "tui/tui.h"

#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* ---- signals: noticed while waiting for a key, and nowhere else ------------------------------ */

static volatile sig_atomic_t ended, continued;

static void on_end(int number)
{
    ended = number;
}

static void on_continue(int number)
{
    (void)number;
    continued = 1;
}

static const int enders[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define N_ENDERS (sizeof enders / sizeof *enders)

/* The mask to wait with; outside of waiting these signals are blocked. */
static sigset_t catch_signals(void)
{
    sigset_t blocked, waiting;
    sigemptyset(&blocked);
    for (size_t i = 0; i < N_ENDERS; i++) {
        sigaction(enders[i], &(struct sigaction){.sa_handler = on_end}, NULL);
        sigaddset(&blocked, enders[i]);
    }
    sigaction(SIGCONT, &(struct sigaction){.sa_handler = on_continue}, NULL);
    sigaddset(&blocked, SIGCONT);
    sigaddset(&blocked, SIGTSTP);
    sigaddset(&blocked, SIGWINCH);
    sigprocmask(SIG_BLOCK, &blocked, &waiting);
    return waiting;
}

/* ---- keys ----------------------------------------------------------------------------------- */

static const struct {
    int theirs, ours;
} special[] = {
    {KEY_UP, KEY_UP_},       {KEY_DOWN, KEY_DOWN_},     {KEY_LEFT, KEY_LEFT_},
    {KEY_RIGHT, KEY_RIGHT_}, {KEY_PPAGE, KEY_PGUP},     {KEY_NPAGE, KEY_PGDN},
    {KEY_HOME, KEY_HOME_},   {KEY_END, KEY_END_},       {KEY_BTAB, KEY_BTAB_},
    {KEY_ENTER, KEY_ENTER_}, {KEY_BACKSPACE, KEY_BACK}, {KEY_F(1), KEY_F1},
    {KEY_F(5), KEY_F5},      {KEY_F(10), KEY_F10},      {KEY_RESIZE, KEY_RESIZE_},
};

/* 0: nothing we know. */
static int key_of(int result, wint_t read)
{
    if (result == KEY_CODE_YES) {
        for (size_t i = 0; i < sizeof special / sizeof *special; i++)
            if (special[i].theirs == (int)read)
                return special[i].ours;
        return 0;
    }
    switch (read) {
    case '\t':
        return KEY_TAB_;
    case '\r':
    case '\n':
        return KEY_ENTER_;
    case '\b':
    case 0x7f:
        return KEY_BACK;
    case 0x1b:
        return KEY_ESC;
    default:
        return (int)read;
    }
}

/* After a stop the window may have another size, and nobody told us. */
static bool resumed(void)
{
    struct winsize size;
    if (!continued)
        return false;
    continued = 0;
    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row && size.ws_col)
        resizeterm(size.ws_row, size.ws_col);
    clearok(curscr, TRUE);
    return true;
}

/* Sleeps until there is a key. 0: the program is to end. */
static int wait_key(const sigset_t *waiting)
{
    while (!ended) {
        wint_t read;
        int result = get_wch(&read), key = result == ERR ? 0 : key_of(result, read);
        if (key)
            return key;
        if (resumed())
            return KEY_RESIZE_;
        if (result != ERR)
            continue;
        struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
        if (ppoll(&in, 1, NULL, waiting) < 0 && errno != EINTR)
            return 0;
        int waiting_octets = 0;
        if (in.revents && (ioctl(STDIN_FILENO, FIONREAD, &waiting_octets) || !waiting_octets))
            return 0; /* the terminal is gone: readable, and nothing to read */
    }
    return 0;
}

/* ---- the screen ----------------------------------------------------------------------------- */

struct screen {
    SCREEN *curses;
    enum theme theme;
    attr_t attributes[LOOK_COUNT];
    short pairs[LOOK_COUNT];
};

static void set_looks(struct screen *s, const char *theme)
{
    bool coloured = has_colors() && start_color() == OK && use_default_colors() == OK;
    int colours = coloured ? COLORS : 0;
    if (!theme || !theme_find(theme, &s->theme))
        s->theme = theme_choose(getenv("NO_COLOR"), getenv("COLORFGBG"), colours);
    for (int look = 0; look < LOOK_COUNT; look++) {
        struct style style = theme_style(s->theme, (enum look)look, colours);
        s->attributes[look] =
            (style.bold ? A_BOLD : 0) | (style.dim ? A_DIM : 0) | (style.reverse ? A_REVERSE : 0);
        s->pairs[look] = 0;
        if (style.colour >= 0 && init_pair((short)(look + 1), style.colour, -1) == OK)
            s->pairs[look] = (short)(look + 1);
    }
}

static bool screen_open(struct screen *s, const char *theme)
{
    s->curses = newterm(NULL, stdout, stdin);
    if (!s->curses)
        return false;
    cbreak();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    leaveok(stdscr, FALSE);
    set_escdelay(25);
    set_looks(s, theme);
    return true;
}

static void screen_close(struct screen *s)
{
    endwin();
    delscreen(s->curses);
}

static void show_cell(const struct screen *s, int row, int col, const struct cell *c)
{
    wchar_t wide[CCHARW_MAX + 1] = {0};
    cchar_t out;
    if (!c->text[0] || mbstowcs(wide, c->text, CCHARW_MAX) == (size_t)-1)
        return; /* the right half of a wide one */
    setcchar(&out, wide, s->attributes[c->look], s->pairs[c->look], NULL);
    mvadd_wch(row, col, &out);
}

static void show(const struct screen *s, const struct grid *g)
{
    erase(); /* of the picture in memory: curses sends only what differs */
    for (int row = 0; row < g->rows; row++)
        for (int col = 0; col < g->cols; col++)
            show_cell(s, row, col, &g->cells[row * g->cols + col]);
    curs_set(g->cursor_row >= 0);
    if (g->cursor_row >= 0)
        move(g->cursor_row, g->cursor_col);
    refresh();
}

static void run(struct app *app, const struct screen *s, const sigset_t *waiting)
{
    struct arena *frame = arena_new(1 << 18);
    int key = KEY_RESIZE_;
    do {
        if (key == ('L' & 0x1f))
            clearok(curscr, TRUE);
        arena_reset(frame);
        app_size(app, LINES, COLS);
        show(s, app_draw(app, LINES, COLS, frame));
        key = wait_key(waiting);
    } while (key && app_key(app, key));
    arena_free(frame);
}

/* As if the signal had not been caught, for whoever waits for us. */
static void pass_on(int number, const sigset_t *mask)
{
    if (!number || number == SIGINT)
        return;
    signal(number, SIG_DFL);
    raise(number);
    sigprocmask(SIG_SETMASK, mask, NULL);
}

int tui_run(const struct app_options *options)
{
    struct arena *mem = arena_new(1 << 16);
    struct screen screen;
    char *error;
    struct app *app = mem ? app_new(mem, options, &error) : NULL;
    if (!app) {
        fprintf(stderr, "tessera: %s\n", mem ? error : "out of memory");
        arena_free(mem);
        return 2;
    }
    sigset_t mask = catch_signals();
    bool opened = screen_open(&screen, options->theme);
    if (opened) {
        run(app, &screen, &mask);
        screen_close(&screen);
    }
    app_free(app);
    arena_free(mem);
    pass_on(ended, &mask);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    return opened ? 0 : TUI_NO_SCREEN;
}
