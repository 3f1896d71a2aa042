/* GSS framing. First octet even: an initial token; odd: a checksum 0x8003. A token of Kerberos and
 * every checksum that is read is written again octet for octet. */
#include "wire/gss.h"
#include "tests/fuzz/flat_fuzz.h"

static void token(struct bytes in)
{
    struct faults f = begin();
    struct gss_token t;
    bool ok = gss_token_read(in, &f, &t);
    if (!ok)
        refused(&f, in.n);
    else if (bytes_equal(t.mech, GSS_KRB5_OID))
        MUST(bytes_equal(gss_token_write(mem, t.tok_id, t.inner), in));
    MUST(tiles(gss_token_walk, in) == ok);
    tiles(gss_message_walk, in);
}

static void checksum(struct bytes in)
{
    struct faults f = begin();
    struct gss_checksum c;
    bool ok = gss_checksum_read(in, &f, &c);
    if (ok)
        MUST(bytes_equal(gss_checksum_write(mem, &c), in));
    else
        refused(&f, in.n);
    MUST(tiles(gss_checksum_walk, in) == ok);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    struct bytes in = bytes_of(data + 1, n - 1);
    if (data[0] & 1)
        checksum(in);
    else
        token(in);
    return 0;
}
