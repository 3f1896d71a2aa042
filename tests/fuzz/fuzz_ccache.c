/* Credential caches: what is read is written again octet for octet. */
#include "wire/ccache.h"
#include "tests/fuzz/flat_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bytes in = bytes_of(data, n);
    struct faults f = begin();
    struct ccache c;
    bool ok = ccache_read(in, mem, &f, &c);
    if (ok)
        MUST(bytes_equal(ccache_write(&c, mem), in));
    else
        refused(&f, n);
    MUST(tiles(ccache_walk, in) == ok);
    return 0;
}
