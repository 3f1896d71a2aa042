/* Every published encoding, read and written again; and what any damage to it does: nothing worse
 * than a refusal, and whatever the strict policy still takes has that one encoding only. */
#include "tests/wire/samples.h"

#include <string.h>

static struct arena *mem;

/* The encodings that hold a kvno outside of UInt32: right for peers, wrong by the letter. */
static bool odd(const char *name)
{
    return strstr(name, "MSB-set kvno") || strstr(name, "kvno=-1");
}

static void round_trip(void **state)
{
    const char *why;
    if (vector_run_wire(*state, mem, &why) != VECTOR_PASSED)
        fail_msg("%s", why);
    const struct vector_case *c = *state;
    const struct asn_type *t;
    struct bytes der = sample(c, mem, &t);
    struct faults faults = {.mem = mem};
    void *value = arena_take(mem, t->size);
    bool ok = asn_decode(t, der, ASN_STRICT, mem, &faults, value);
    assert_int_equal(ok, !odd(c->name));
    if (ok) {
        struct bytes again = asn_encode_anew(t, value, mem);
        assert_true(bytes_equal(again, der));
        assert_true(bytes_equal(asn_encode(t, value, mem), der));
    } else {
        assert_string_equal(faults.list[0].row->id, "asn.integer-range");
    }
}

/* Decodes octets that may be wrong, from a block of just their size so that a read past the end is
 * seen. True: taken. */
static bool try(const struct asn_type *t, struct bytes in, enum asn_policy policy)
{
    struct arena *a = arena_new(4096);
    uint8_t *copy = malloc(in.n ? in.n : 1);
    if (in.n)
        memcpy(copy, in.p, in.n);
    struct bytes exact = {copy, in.n};
    struct faults faults = {.mem = a};
    void *value = arena_take(a, t->size);
    bool ok = asn_decode(t, exact, policy, a, &faults, value);
    assert_int_equal(faults.n, !ok);
    if (ok && policy == ASN_STRICT)
        assert_true(bytes_equal(asn_encode_anew(t, value, a), exact));
    if (!ok) {
        assert_true(faults.list[0].at <= in.n);
        assert_true(strncmp(faults.list[0].path, t->name, strlen(t->name)) == 0);
    }
    free(copy);
    arena_free(a);
    return ok;
}

static void truncations(void **state)
{
    const struct asn_type *t;
    struct bytes der = sample(*state, mem, &t);
    for (size_t n = 0; n < der.n; n++) {
        assert_false(try(t, bytes_slice(der, 0, n), ASN_STRICT));
        assert_false(try(t, bytes_slice(der, 0, n), ASN_DEPLOYED));
    }
}

static void bit_flips(void **state)
{
    const struct asn_type *t;
    struct bytes der = sample(*state, mem, &t);
    uint8_t *damaged = (uint8_t *)arena_copy(mem, der).p;
    for (size_t bit = 0; bit < 8 * der.n; bit++) {
        damaged[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
        bool strict = try(t, (struct bytes){damaged, der.n}, ASN_STRICT);
        bool deployed = try(t, (struct bytes){damaged, der.n}, ASN_DEPLOYED);
        assert_true(deployed || !strict);
        damaged[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    }
}

int main(void)
{
    mem = arena_new(1 << 16);
    int failures = samples_run("asn1-messages: round trip", mem, round_trip);
    failures += samples_run("asn1-messages: every truncation", mem, truncations);
    failures += samples_run("asn1-messages: every bit flipped", mem, bit_flips);
    arena_free(mem);
    return failures ? 1 : 0;
}
