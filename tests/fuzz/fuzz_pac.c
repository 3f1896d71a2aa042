/* PACs: directory and buffers; what was read can be put together again, and reads as the same. */
#include "wire/pac.h"
#include "tests/fuzz/flat_fuzz.h"

#include <string.h>

static void put_together(const struct pac *p)
{
    struct pac_buffer *all = arena_array(mem, struct pac_buffer, p->n);
    struct pac again;
    if (p->n)
        memcpy(all, p->buffers, p->n * sizeof *all);
    MUST(pac_read(pac_write(mem, all, p->n), mem, NULL, &again) && again.n == p->n);
    for (size_t i = 0; i < p->n; i++) {
        MUST(again.buffers[i].type == p->buffers[i].type);
        MUST(bytes_equal(again.buffers[i].data, p->buffers[i].data));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bytes in = bytes_of(data, n);
    struct faults f = begin();
    struct pac p;
    bool ok = pac_read(in, mem, &f, &p);
    MUST(arena_used(mem) < 1 << 16);
    if (!ok)
        refused(&f, n);
    MUST(tiles(pac_walk, in) == ok);
    if (!ok)
        return 0;
    put_together(&p);
    for (size_t i = 0; i < p.n; i++) {
        pac_walker *walk = pac_buffer_walk(p.buffers[i].type);
        if (walk)
            tiles(walk, p.buffers[i].data);
    }
    return 0;
}
