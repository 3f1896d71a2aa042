/* Messages of kpasswd, and the results in them: what is read is written again octet for octet. */
#include "wire/kpasswd.h"
#include "tests/fuzz/flat_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct bytes in = bytes_of(data, n);
    struct faults f = begin();
    struct kpasswd_message m;
    bool ok = kpasswd_read(in, &f, &m);
    if (ok)
        MUST(bytes_equal(kpasswd_write(mem, &m), in));
    else
        refused(&f, n);
    MUST(tiles(kpasswd_walk, in) == ok);
    if (kpasswd_is(in))
        (void)kpasswd_is_reply(in);

    struct kpasswd_result r;
    f = begin();
    ok = kpasswd_result_read(in, &f, &r);
    if (ok)
        MUST(bytes_equal(kpasswd_result_write(mem, &r), in));
    else
        refused(&f, n);
    MUST(tiles(kpasswd_result_walk, in) == ok);
    return 0;
}
