/* What the harnesses of formats without ASN.1 share: an arena a run, and the property of maps, that
 * leaves tile the input whether it is right or not. */
#ifndef TESTS_FUZZ_FLAT_FUZZ_H
#define TESTS_FUZZ_FLAT_FUZZ_H

#include "wire/flat.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static struct arena *mem;

static inline struct faults begin(void)
{
    if (!mem)
        mem = arena_new(1 << 20);
    arena_reset(mem);
    return (struct faults){.mem = mem};
}

/* One fault, with a place in the input, that can be told. */
static inline void refused(const struct faults *f, size_t n)
{
    MUST(f->n == 1);
    MUST(f->list[0].at <= n);
    MUST(*fault_text(mem, &f->list[0]));
}

struct tiler {
    struct flat_visitor v;
    size_t at, depth;
    bool unread;
};

static inline void tiler_enter(struct flat_visitor *v, const struct flat_span *s)
{
    struct tiler *t = (struct tiler *)v;
    MUST(s->at == t->at && s->depth == t->depth && !t->unread);
    if (s->constructed) {
        t->depth++;
        return;
    }
    MUST(s->end > s->at);
    t->unread = s->kind == FLAT_UNREAD;
    t->at = s->end;
}

static inline void tiler_leave(struct flat_visitor *v, const struct flat_span *s)
{
    struct tiler *t = (struct tiler *)v;
    MUST(t->depth-- > 0 && s->end == t->at && s->depth == t->depth);
}

/* Walks, and says whether the input was right. */
static inline bool tiles(bool (*walk)(struct bytes, struct arena *, struct faults *,
                                      struct flat_visitor *),
                         struct bytes in)
{
    struct tiler t = {.v = {tiler_enter, tiler_leave}};
    struct faults f = {.mem = mem};
    bool ok = walk(in, mem, &f, &t.v);
    MUST(t.at == in.n && t.depth == 0);
    if (!ok)
        refused(&f, in.n);
    return ok;
}

#endif
