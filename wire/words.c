#include "wire/words.h"

#include <string.h>

/* The last part of a key, which the table is ordered by: "cname" of "EncTicketPart.cname", and
 * "name-string" of "PrincipalName.name-string[]". */
static const char *last_part(const char *key, size_t *n)
{
    size_t end = strlen(key), from;
    if (end > 2 && strcmp(key + end - 2, "[]") == 0)
        end -= 2;
    for (from = end; from && key[from - 1] != '.' && key[from - 1] != '/';)
        from--;
    *n = end - from;
    return key + from;
}

static int compare(const char *part, const char *key)
{
    size_t n, m = strlen(part);
    const char *last = last_part(key, &n);
    int order = memcmp(part, last, m < n ? m : n);
    return order ? order : m < n ? -1 : m > n;
}

/* The rows whose last part it is: [*from, end). */
static size_t rows_of(const char *part, size_t *from)
{
    size_t n, low = 0, high;
    const struct word *words = word_table(&n);
    for (high = n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (compare(part, words[middle].place) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    *from = low;
    while (high < n && compare(part, words[high].place) == 0)
        high++;
    return high;
}

const struct word *word_exact(const char *key)
{
    size_t n, from;
    const struct word *words = word_table(&n);
    char part[64];
    const char *last = last_part(key, &n);
    if (n >= sizeof part)
        return NULL;
    memcpy(part, last, n);
    part[n] = 0;
    for (size_t end = rows_of(part, &from); from < end; from++)
        if (strcmp(words[from].place, key) == 0)
            return &words[from];
    return NULL;
}

static void better(const char *part, const struct place *at, const struct word **best,
                   unsigned *most)
{
    size_t n, from;
    const struct word *words = word_table(&n);
    if (!part)
        return;
    for (size_t end = rows_of(part, &from); from < end; from++) {
        unsigned fit = place_fits(words[from].place, at);
        if (fit > *most) {
            *most = fit;
            *best = &words[from];
        }
    }
}

const struct word *word_for(const struct place *at)
{
    const struct word *best = NULL;
    unsigned most = 0;
    better(at->element ? at->up->member : at->member, at, &best, &most);
    better(at->name, at, &best, &most);
    if (at->base && at->base != at->name)
        better(at->base, at, &best, &most);
    return best || !at->element ? best : word_for(at->up);
}
