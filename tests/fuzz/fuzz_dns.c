/* DNS messages. What is read and written anew is read again as the same; a resolver answers
 * whatever comes, or says nothing. */
#include "wire/dns.h"
#include "tests/fuzz/flat_fuzz.h"

#include <string.h>

static void same(const struct dns_message *a, const struct dns_message *b)
{
    MUST(a->id == b->id && a->answer == b->answer && a->rcode == b->rcode && a->n == b->n);
    MUST(dns_same_name(a->question.name, b->question.name) && a->question.type == b->question.type);
    for (size_t i = 0; i < a->n; i++) {
        const struct dns_record *x = &a->records[i], *y = &b->records[i];
        MUST(dns_same_name(x->name, y->name) && x->type == y->type && x->ttl == y->ttl);
        MUST(bytes_equal(x->address, y->address));
        MUST(!x->target == !y->target && (!x->target || dns_same_name(x->target, y->target)));
    }
}

/* Records of a known type and another class are octets in reading, and not in writing. */
static bool can_be_written(const struct dns_message *m)
{
    bool ok = m->question.name[0] || !m->answer;
    for (size_t i = 0; ok && i < m->n; i++)
        ok = m->records[i].class == 1;
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct dns_host hosts[] = {
        {.name = "www.example.test", .alias = "web.example.test"},
        {.name = "web.example.test", .address = "10.0.0.21", .reverse = "www.example.test"},
    };
    struct bytes in = bytes_of(data, n), out;
    struct faults f = begin();
    struct dns_message m, again;
    if (!dns_read(in, mem, &f, &m)) {
        refused(&f, n);
    } else if (can_be_written(&m) && (out = dns_write(&m, mem)).n) {
        MUST(dns_read(out, mem, NULL, &again));
        same(&m, &again);
    }
    out = dns_answer(mem, in, hosts, 2);
    if (out.n)
        MUST(dns_read(out, mem, NULL, &again) && again.answer);
    tiles(dns_walk, in);
    return 0;
}
