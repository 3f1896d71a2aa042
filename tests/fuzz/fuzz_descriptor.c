/* Self-relative security descriptors: what is read and written again reads the same. */
#include "wire/descriptor.h"
#include "tests/fuzz/flat_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bytes in = bytes_of(data, n);
    struct security_descriptor d, again;
    const char *why = NULL;
    (void)begin();
    bool ok = descriptor_read(in, mem, &d, &why);
    MUST(ok || why);
    MUST(tiles(descriptor_walk, in) == ok);
    if (!ok)
        return 0;
    struct bytes out = descriptor_write(mem, &d);
    MUST(descriptor_read(out, mem, &again, &why));
    MUST(bytes_equal(descriptor_write(mem, &again), out));
    MUST(again.n_dacl == d.n_dacl && again.has_dacl == d.has_dacl);
    return 0;
}
