/* The DER codec. First octet: which production; second: which policy; the rest is the message.
 *
 * What must hold of any input: reading and walking agree on whether it is right and, if not, on
 * what is wrong where; what the strict policy takes is written again octet for octet, and the
 * second reader finds the same leaves in it; what the deployed policy takes is written as something
 * it takes and writes again the same. */
#include "base/fault.h"
#include "wire/codec.h"
#include "wire/kerberos.h"
#include "wire/second.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct arena *mem;
static struct second *second;
static size_t n_types;

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void begin(void)
{
    if (!mem) {
        mem = arena_new(1 << 20);
        second = second_new();
        while (asn_kerberos_types[n_types])
            n_types++;
    }
    arena_reset(mem);
}

static void quiet(struct asn_visitor *v, const struct asn_span *s)
{
    (void)v;
    (void)s;
}

static void same_refusal(const struct faults *a, const struct faults *b, size_t n)
{
    MUST(a->n == 1 && b->n == 1);
    MUST(a->list[0].row == b->list[0].row && a->list[0].at == b->list[0].at);
    MUST(a->list[0].at <= n);
    MUST(*fault_text(mem, a->list));
}

static void strict_again(const struct asn_type *t, struct bytes in, struct bytes out)
{
    const char *why = "";
    MUST(bytes_equal(out, in));
    bool same = second_agrees(second, t, in, mem, &why);
    if (!same)
        fprintf(stderr, "%s: %s\n", t->name, why);
    MUST(same);
}

static void deployed_again(const struct asn_type *t, struct bytes out)
{
    void *value = arena_take(mem, t->size);
    MUST(asn_decode(t, out, ASN_DEPLOYED, mem, NULL, value));
    MUST(bytes_equal(asn_encode_anew(t, value, mem), out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 2)
        return 0;
    begin();
    const struct asn_type *t = asn_kerberos_types[data[0] % n_types];
    enum asn_policy policy = data[1] & 1 ? ASN_DEPLOYED : ASN_STRICT;
    struct bytes in = {data + 2, n - 2};
    struct faults decoded = {.mem = mem}, walked = {.mem = mem};
    struct asn_visitor visitor = {quiet, quiet};
    void *value = arena_take(mem, t->size);
    bool ok = asn_decode(t, in, policy, mem, &decoded, value);
    MUST(ok == asn_walk(t, in, policy, mem, &walked, &visitor));
    if (!ok) {
        same_refusal(&decoded, &walked, in.n);
        return 0;
    }
    struct bytes out = asn_encode_anew(t, value, mem);
    MUST(out.p && asn_encode(t, value, mem).p);
    if (policy == ASN_STRICT)
        strict_again(t, in, out);
    else
        deployed_again(t, out);
    return 0;
}
