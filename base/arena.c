#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_MIN ((size_t)4096)

/* What of a chunk is not used is zero: it begins so, and what was used is wiped before it is used
 * again. */
struct chunk {
    struct chunk *next;
    size_t size, used;
    _Alignas(16) uint8_t data[];
};

struct arena {
    struct chunk *first, *now;
    jmp_buf *escape;
    size_t limit, taken;
};

static unsigned long fail_after;

void arena_fail_after(unsigned long n)
{
    fail_after = n;
}

static struct chunk *chunk_new(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct chunk))
        return NULL;
    struct chunk *c = calloc(1, sizeof *c + size);
    if (c)
        c->size = size;
    return c;
}

static void chunks_free(struct chunk *c)
{
    while (c) {
        struct chunk *next = c->next;
        wipe(c->data, c->used);
        free(c);
        c = next;
    }
}

struct arena *arena_new(size_t first)
{
    struct arena *a = calloc(1, sizeof *a);
    struct chunk *c = chunk_new(first < CHUNK_MIN ? CHUNK_MIN : first);
    if (!a || !c) {
        free(a);
        free(c);
        return NULL;
    }
    a->first = a->now = c;
    return a;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    chunks_free(a->first);
    free(a);
}

void arena_reset(struct arena *a)
{
    chunks_free(a->first->next);
    a->first->next = NULL;
    wipe(a->first->data, a->first->used);
    a->first->used = 0;
    a->now = a->first;
    a->taken = 0;
}

void arena_limit(struct arena *a, size_t octets)
{
    a->limit = octets;
}

jmp_buf *arena_escape(struct arena *a, jmp_buf *escape)
{
    jmp_buf *before = a->escape;
    a->escape = escape;
    return before;
}

static _Noreturn void exhausted(struct arena *a)
{
    if (a->escape)
        longjmp(*a->escape, 1);
    fputs("tessera: out of memory\n", stderr);
    exit(2);
}

static struct chunk *grow(struct arena *a, size_t n)
{
    size_t size = a->now->size < ((size_t)1 << 20) ? 2 * a->now->size : a->now->size;
    struct chunk *c = chunk_new(size < n ? n : size);
    if (!c)
        exhausted(a);
    a->now->next = c;
    a->now = c;
    return c;
}

void *arena_take(struct arena *a, size_t n)
{
    if (fail_after && --fail_after == 0)
        exhausted(a);
    if (n > SIZE_MAX - 15)
        exhausted(a);
    n = (n + 15) & ~(size_t)15;
    if (a->limit && (n > a->limit || a->taken > a->limit - n))
        exhausted(a);
    struct chunk *c = a->now;
    if (n > c->size - c->used)
        c = grow(a, n);
    void *p = c->data + c->used;
    c->used += n;
    a->taken += n;
    return p;
}

void *arena_take_array(struct arena *a, size_t size, size_t n)
{
    if (size && n > SIZE_MAX / size)
        exhausted(a);
    return arena_take(a, size * n);
}

struct bytes arena_copy(struct arena *a, struct bytes b)
{
    return (struct bytes){(uint8_t *)arena_str(a, b), b.n};
}

char *arena_str(struct arena *a, struct bytes b)
{
    char *s = arena_take(a, b.n + 1);
    if (b.n)
        memcpy(s, b.p, b.n);
    return s;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    char most[2048]; /* nearly always enough: it need not be printed once to be measured */
    va_list args;
    va_start(args, format);
    int n = vsnprintf(most, sizeof most, format, args);
    va_end(args);
    char *s = arena_take(a, (size_t)n + 1);
    if ((size_t)n < sizeof most) {
        memcpy(s, most, (size_t)n + 1);
        return s;
    }
    va_start(args, format);
    vsnprintf(s, (size_t)n + 1, format, args);
    va_end(args);
    return s;
}

size_t arena_used(const struct arena *a)
{
    return a->taken;
}
