#include "sim/problems.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool problem(struct problems *all, struct place at, const char *format, ...)
{
    if (all->n == PROBLEMS_MAX) {
        all->more++;
        return false;
    }
    char text[512];
    va_list args;
    va_start(args, format);
    int whole = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    size_t n = strlen(text);
    while (whole >= (int)sizeof text && n && (text[n - 1] & 0x80)) /* no half of a character */
        n--;
    all->list[all->n++] = (struct problem){at, text_escape(all->mem, bytes_of(text, n))};
    return false;
}

static int by_place(const void *a, const void *b)
{
    const struct problem *x = a, *y = b;
    if (x->at.line != y->at.line)
        return x->at.line < y->at.line ? -1 : 1;
    if (x->at.col != y->at.col)
        return x->at.col < y->at.col ? -1 : 1;
    return strcmp(x->text, y->text);
}

char *problems_text(struct problems *all)
{
    if (!all->n)
        return NULL;
    qsort(all->list, all->n, sizeof *all->list, by_place);
    char *text = NULL;
    for (size_t i = 0; i < all->n; i++) {
        const struct problem *p = &all->list[i];
        text = arena_printf(all->mem, "%s%s%s:%zu:%zu: %s", text ? text : "", text ? "\n" : "",
                            all->file, p->at.line, p->at.col, p->text);
    }
    if (all->more)
        text = arena_printf(all->mem, "%s\n%s: and %zu more", text, all->file, all->more);
    return text;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters are wrong, missing, too many or swapped with the next (Damerau), case folded;
 * `over` where that is more or a name is too long to be worth comparing. */
static size_t distance(const char *a, const char *b, size_t over)
{
    enum { LONGEST = 64 };
    size_t n = strlen(a), m = strlen(b), rows[3][LONGEST + 1];
    if (n > LONGEST || m > LONGEST)
        return over;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            bool same = (a[i - 1] | 0x20) == (b[j - 1] | 0x20);
            row[j] = least(above[j - 1] + !same, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
    }
    return least(rows[n % 3][m], over);
}

const char *nearest(const char *written, const char *(*name_of)(const void *list, size_t i),
                    const void *list, size_t n)
{
    /* A third of its letters may be wrong, at least one, at most three. */
    size_t allowed = strlen(written) / 3;
    allowed = allowed < 1 ? 1 : allowed > 3 ? 3 : allowed;
    const char *best = NULL;
    for (size_t i = 0; i < n; i++) {
        const char *name = name_of(list, i);
        size_t d = distance(written, name, allowed + 1);
        if (d <= allowed && d < strlen(written) && d < strlen(name) && (d < allowed || !best)) {
            best = name;
            if (d == 0)
                break;
            allowed = d;
        }
    }
    return best;
}

char *did_you_mean(struct arena *mem, const char *near)
{
    return near ? arena_printf(mem, "; did you mean \"%s\"?", near) : arena_printf(mem, "%s", "");
}
