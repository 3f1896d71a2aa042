/* NDR's two structures: what is read is written again octet for octet, as far as the writer has one
 * form for it; maps tile. The first octet: bit 0 which of the two, bit 1 the rest is changes to a
 * good one (two octets of place, one to exclusive-or). */
#include "wire/ndr.h"
#include "tests/fuzz/flat_fuzz.h"

#include <string.h>

static bool read_one(bool sam, struct ndr_reader *r, struct validation_info *out)
{
    if (!sam)
        ndr_type_headers(r);
    if (sam)
        ndr_read_sam_info4(r, out);
    else
        ndr_read_kerb_validation_info(r, out);
    return ndr_read_end(r);
}

static bool walk_sam(struct bytes in, struct arena *m, struct faults *f, struct flat_visitor *v)
{
    struct ndr_reader r;
    struct validation_info out;
    ndr_read_init(&r, in, m, f, v);
    return read_one(true, &r, &out);
}

static bool walk_kerb(struct bytes in, struct arena *m, struct faults *f, struct flat_visitor *v)
{
    struct ndr_reader r;
    struct validation_info out;
    ndr_read_init(&r, in, m, f, v);
    return read_one(false, &r, &out);
}

static struct bytes write_one(bool sam, const struct validation_info *v)
{
    struct ndr_writer w;
    ndr_write_init(&w, mem);
    if (!sam)
        ndr_put_type_headers(&w);
    if (sam)
        ndr_write_sam_info4(&w, v);
    else
        ndr_write_kerb_validation_info(&w, v);
    if (!sam)
        ndr_put_type_end(&w);
    return ndr_written(&w);
}

static struct bytes good(bool sam)
{
    static const struct group_membership groups[] = {{513, 7}, {1105, 7}};
    static const struct sid_and_attributes extra[] = {{{18, 1, {1}}, 7}, {{5, 2, {32, 544}}, 7}};
    struct validation_info v = {.logoff_time = VALIDATION_NEVER,
                                .effective_name = BYTES_LIT("alice"),
                                .full_name = BYTES_LIT("Alice"),
                                .groups = groups,
                                .n_groups = 2,
                                .logon_server = BYTES_LIT("DC"),
                                .logon_domain_name = BYTES_LIT("EXAMPLE"),
                                .logon_domain_id = {5, 4, {21, 1, 2, 3}},
                                .extra_sids = extra,
                                .n_extra_sids = 2,
                                .has_resource_groups = true,
                                .resource_group_domain_sid = {5, 4, {21, 1, 2, 3}},
                                .resource_groups = groups,
                                .n_resource_groups = 2};
    return write_one(sam, &v);
}

static struct bytes changed(struct bytes b, const uint8_t *p, size_t n)
{
    uint8_t *copy = (uint8_t *)arena_str(mem, b);
    for (; n >= 3; p += 3, n -= 3)
        copy[be16(p) % b.n] ^= p[2];
    return bytes_of(copy, b.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct faults f = begin();
    struct ndr_reader r;
    struct validation_info v, again;
    bool sam = n && data[0] & 1;
    struct bytes in = bytes_of(data + (n ? 1 : 0), n ? n - 1 : 0);
    if (n && data[0] & 2)
        in = changed(good(sam), data + 1, n - 1);
    ndr_read_init(&r, in, mem, &f, NULL);
    bool ok = read_one(sam, &r, &v);
    MUST(arena_used(mem) < (1 << 16) + 64 * in.n);
    if (ok) {
        struct bytes once = write_one(sam, &v);
        MUST(once.n);
        ndr_read_init(&r, once, mem, NULL, NULL);
        MUST(read_one(sam, &r, &again));
        MUST(bytes_equal(write_one(sam, &again), once));
    } else {
        refused(&f, in.n);
    }
    MUST(tiles(sam ? walk_sam : walk_kerb, in) == ok);
    return 0;
}
