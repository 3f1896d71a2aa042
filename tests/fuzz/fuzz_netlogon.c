/* Both ends of a secure channel with somebody on the way, who changes one PDU as he likes: its
 * number is the first octet, the rest a script of edits (tests/fuzz/edit.h). Whatever he does, a
 * question gets at most one answer, and a yes only if it was asked as the member asked it. */
#define HAND_WITHOUT_CMOCKA
#include "tests/context/netlogon_pair.h"
#include "tests/fuzz/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct pair p;
static struct arena *scratch;
static struct bytes script;
static unsigned target;

static bool change(struct pair *q, unsigned number, struct pdu *pdu)
{
    (void)q;
    if (number != target)
        return true;
    struct bytes out = edited(scratch, bytes_of(pdu->p, pdu->n), script);
    pdu->n = out.n < PDU_MAX ? out.n : PDU_MAX;
    if (pdu->n)
        memcpy(pdu->p, out.p, pdu->n);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0 || n > 512)
        return 0;
    if (!scratch)
        scratch = arena_new(1 << 16);
    arena_reset(scratch);
    pair_begin(&p);
    target = data[0] % 12;
    script = bytes_of(data + 1, n - 1);
    p.on_the_way = change;
    pair_ask(&p, 1);
    pair_ask(&p, 2);
    assert_true(p.n_got <= 2);
    for (size_t i = 0; i < p.n_got; i++)
        if (p.got[i].status == STATUS_SUCCESS)
            assert_true(p.asked && p.got[i].user_id == 1104);
    if (p.asked)
        assert_true(strcmp(p.user, "alice") == 0 && p.n_nt == 24);
    pair_end(&p);
    return 0;
}
