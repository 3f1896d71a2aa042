/* Keytab files: what is read is written again octet for octet. */
#include "wire/keytab.h"
#include "tests/fuzz/flat_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bytes in = bytes_of(data, n);
    struct faults f = begin();
    struct keytab k;
    bool ok = keytab_read(in, mem, &f, &k);
    if (ok)
        MUST(bytes_equal(keytab_write(&k, mem), in));
    else
        refused(&f, n);
    MUST(tiles(keytab_walk, in) == ok);
    return 0;
}
