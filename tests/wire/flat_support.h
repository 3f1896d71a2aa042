/* For the tests of formats without ASN.1: inputs in hexadecimal, faults held against what was
 * expected, and whether a map's leaves tile the input. */
#ifndef TESTS_WIRE_FLAT_SUPPORT_H
#define TESTS_WIRE_FLAT_SUPPORT_H

#include "base/text.h"
#include "wire/flat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena *mem;

static int flat_setup(void **state)
{
    (void)state;
    mem = arena_new(1 << 16);
    return mem ? 0 : -1;
}

static int flat_teardown(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}
#define FLAT_TEST(f) cmocka_unit_test_setup_teardown(f, flat_setup, flat_teardown)

/* In a block of its own size, so that a sanitizer sees the first octet past its end. */
static inline struct bytes exactly(struct bytes b)
{
    uint8_t *p = malloc(b.n ? b.n : 1);
    assert_non_null(p);
    if (b.n)
        memcpy(p, b.p, b.n);
    return bytes_of(p, b.n);
}

static inline void release(struct bytes b)
{
    free((void *)(uintptr_t)b.p);
}

static inline struct bytes octets(const char *hex)
{
    struct bytes out;
    size_t at;
    if (!hex_decode(mem, bytes_str(hex), &out, &at))
        fail_msg("bad hexadecimal at %zu: %s", at, hex);
    return out;
}

static inline struct bytes concat(struct bytes a, struct bytes b)
{
    uint8_t *p = arena_take(mem, a.n + b.n);
    if (a.n)
        memcpy(p, a.p, a.n);
    if (b.n)
        memcpy(p + a.n, b.p, b.n);
    return bytes_of(p, a.n + b.n);
}

static inline void assert_bytes(struct bytes a, struct bytes b)
{
    if (!bytes_equal(a, b))
        fail_msg("%s is not %s", hex_text(mem, a), hex_text(mem, b));
}

/* ---- faults ---------------------------------------------------------------------------------- */

struct expected_fault {
    const char *id, *path;
    size_t at;
};

static inline void assert_fault(const struct faults *f, const char *input, struct expected_fault e)
{
    if (f->n != 1)
        fail_msg("%s: %zu faults instead of %s", input, f->n, e.id);
    const struct fault *got = &f->list[0];
    if (strcmp(got->row->id, e.id) || strcmp(got->path, e.path) || got->at != e.at)
        fail_msg("%s: %s at \"%s\" %zu instead of %s at \"%s\" %zu", input, got->row->id, got->path,
                 got->at, e.id, e.path, e.at);
    assert_non_null(fault_text(mem, got));
}

/* Which rows were reached since flat_watch. */
static const struct fault_row *watched_rows;
static size_t watched_n;
static bool watched_reached[64];
static void (*watched_before)(
    const struct fault *); /* tests/support/observe.c's, when it is there */

static inline void flat_watcher(const struct fault *f)
{
    if (watched_before)
        watched_before(f);
    for (size_t i = 0; i < watched_n; i++)
        if (f->row == &watched_rows[i])
            watched_reached[i] = true;
}

static inline void flat_watch(const struct fault_row *rows, size_t n)
{
    assert_in_range(n, 1, 64);
    watched_rows = rows;
    watched_n = n;
    memset(watched_reached, 0, sizeof watched_reached);
    if (fault_observer != flat_watcher)
        watched_before = fault_observer;
    fault_observer = flat_watcher;
}

static inline void assert_all_reached(void)
{
    fault_observer = watched_before;
    for (size_t i = 0; i < watched_n; i++) {
        assert_non_null(watched_rows[i].why);
        assert_non_null(watched_rows[i].spec);
        if (!watched_reached[i])
            fail_msg("no input reaches %s", watched_rows[i].id);
    }
}

/* ---- maps ------------------------------------------------------------------------------------ */

typedef bool flat_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);

/* Sees that leaves follow each other without gaps, inside the spans that are open; writes what it
 * is told, a line each, into `text`. */
struct tiler {
    struct flat_visitor v;
    struct flat_span open[8];
    unsigned depth;
    size_t at;
    bool unread, told;
    char *text;
};

static inline void tiler_enter(struct flat_visitor *v, const struct flat_span *s)
{
    struct tiler *t = (struct tiler *)v;
    assert_int_equal(s->at, t->at);
    assert_int_equal(s->depth, t->depth);
    assert_int_equal(s->constructed, s->kind == FLAT_GROUP);
    assert_true(s->end >= s->at);
    assert_non_null(s->name);
    assert_false(t->unread);
    if (t->depth)
        assert_true(s->end <= t->open[t->depth - 1].end);
    if (t->told)
        t->text = arena_printf(mem, "%s%zu-%zu %s\n", t->text, s->at, s->end, s->path);
    if (s->constructed) {
        assert_true(t->depth < 8);
        t->open[t->depth++] = *s;
        return;
    }
    assert_true(s->end > s->at);
    t->unread = s->kind == FLAT_UNREAD;
    t->at = s->end;
}

static inline void tiler_leave(struct flat_visitor *v, const struct flat_span *s)
{
    struct tiler *t = (struct tiler *)v;
    assert_true(t->depth > 0);
    const struct flat_span *o = &t->open[--t->depth];
    assert_int_equal(s->at, o->at);
    assert_int_equal(s->end, o->end);
    assert_int_equal(s->end, t->at);
}

/* Whether it was read whole; the map tiles the input in either case. */
static inline bool tiles(flat_walk *walk, struct bytes in)
{
    struct tiler t = {.v = {tiler_enter, tiler_leave}};
    struct faults f = {.mem = mem};
    bool ok = walk(in, mem, &f, &t.v);
    assert_int_equal(t.at, in.n);
    assert_int_equal(t.depth, 0);
    assert_int_equal(ok, f.n == 0);
    if (ok && walk != frame_walk)
        assert_false(t.unread);
    return ok;
}

/* "0-2 version\n..." for each span in order. */
static inline const char *map_text(flat_walk *walk, struct bytes in)
{
    struct tiler t = {.v = {tiler_enter, tiler_leave}, .told = true};
    t.text = arena_str(mem, (struct bytes){0});
    walk(in, mem, NULL, &t.v);
    return t.text;
}

/* Each truncation, and each flip of one bit, in a block of its own size. What is tried may not use
 * memory from before: the arena is reset. */
static inline void each_truncation(struct bytes whole, void (*try)(struct bytes))
{
    for (size_t n = 0; n < whole.n; n++) {
        struct bytes b = exactly(bytes_slice(whole, 0, n));
        try(b);
        release(b);
        arena_reset(mem);
    }
}

static inline void each_flip(struct bytes whole, void (*try)(struct bytes))
{
    for (size_t bit = 0; bit < 8 * whole.n; bit++) {
        struct bytes b = exactly(whole);
        ((uint8_t *)(uintptr_t)b.p)[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        try(b);
        release(b);
        arena_reset(mem);
    }
}

#endif
