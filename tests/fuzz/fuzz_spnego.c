/* The tokens of SPNEGO. First octet odd: hints are read. What is read has its list where the list
 * stands, and written again says the same. */
#include "tests/fuzz/flat_fuzz.h"
#include "wire/codec.h"
#include "wire/negotiate.h"

static void same(const struct neg_token *a, const struct neg_token *b)
{
    MUST(a->init == b->init && a->mechs.n == b->mechs.n && a->has_hints == b->has_hints);
    for (size_t i = 0; i < a->mechs.n; i++)
        MUST(bytes_equal(a->mechs.at[i], b->mechs.at[i]));
    MUST(bytes_equal(a->mech_list, b->mech_list) || a->mechs.n == 0);
    MUST(bytes_equal(a->hint_name, b->hint_name) && bytes_equal(a->mech, b->mech));
    MUST(a->has_state == b->has_state && (!a->has_state || a->state == b->state));
    MUST(bytes_equal(a->token, b->token) && bytes_equal(a->mic, b->mic));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    struct bytes in = bytes_of(data + 1, n - 1);
    struct faults f = begin();
    struct neg_token t, again;
    if (!neg_token_read(in, data[0] & 1, mem, &f, &t)) {
        refused(&f, in.n);
        return 0;
    }
    MUST(f.n == 0);
    MUST(!t.mech_list.n || (t.init && t.mech_list.p[0] == 0x30 && t.mech_list.p > in.p &&
                            t.mech_list.p + t.mech_list.n <= in.p + in.n));
    struct bytes written = neg_token_write(mem, &t);
    MUST(written.n && neg_token_read(written, true, mem, &f, &again));
    same(&t, &again);
    return 0;
}
