/* Any octets, as a message of any transport: the dissector ends, and its leaves tile every root. */
#include "trace/dissect.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void tiled(struct root *r)
{
    size_t covered = 0;
    for (struct field *f = r->top; f; f = field_next(f)) {
        size_t at, end;
        if (f->inner && f->root == r)
            tiled(f->inner);
        if (f->root != r || !field_leaf(f, &at, &end))
            continue;
        if (end < at || end > r->data.n || (end > at && field_at(r, at) != f))
            abort();
        covered += end - at;
    }
    if (covered != r->data.n)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct crypto *crypto;
    if (!crypto)
        crypto = crypto_new();
    if (n == 0)
        return 0;
    struct arena *mem = arena_new(1 << 16);
    struct key key = {.etype = 18, .n = 32};
    struct keyring ring = {0};
    keyring_add(&ring, (struct ring_key){.key = key, .name = "zeros"}, mem);
    enum transport via = data[0] % 3 == 0 ? VIA_HTTP : data[0] % 3 == 1 ? VIA_UDP : VIA_TCP;
    struct root *r = dissect(bytes_of(data + 1, n - 1), via, &ring, crypto, mem);
    tiled(r);
    message_label(r, mem);
    for (struct field *f = r->top; f; f = field_next(f))
        if (f->header)
            header_words(mem, f);
    dissect_learn(r, &ring, crypto, mem);
    arena_free(mem);
    return 0;
}
