/* What both harnesses of the KDC share: one KDC, a ticket-granting ticket, what must hold. */
#ifndef TESTS_FUZZ_FUZZ_KDC_H
#define TESTS_FUZZ_FUZZ_KDC_H

#include "tests/kdc/asker.h"

#define TGS "krbtgt/EXAMPLE.TEST"
#define WWW "HTTP/www.example.test"

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct asker *fuzz_asker;
static struct got fuzz_tgt;
static struct arena
    *volatile fuzz_kept; /* holds the ticket; volatile: LeakSanitizer is to find it */

/* The same state before each input: an empty ledger, the same randomness. */
static inline struct asker *fuzz_begin(void)
{
    struct asker *a = fuzz_asker;
    if (!a) {
        a = fuzz_asker = asker_new();
        fuzz_tgt = logon(a, KDC_OPT_FORWARDABLE | KDC_OPT_PROXIABLE | KDC_OPT_RENEWABLE);
        MUST(fuzz_tgt.error == 0);
        fuzz_kept = a->mem;
        a->mem = a->turn.mem = a->asker.mem = arena_new(1 << 16);
    }
    arena_reset(a->mem);
    ledger_free(a->ledger);
    a->ledger = ledger_new(8, false);
    a->kdc = kdc_new(a->mem, &(struct kdc_config){"kdc", asker_realm(a), a->ledger});
    seeded_rng_turn(&a->rng, 1);
    seeded_rng_turn(&a->kdc_rng, 1);
    a->turn.tell = NULL;
    a->limit = 0;
    return a;
}

static inline struct bytes changed(struct asker *a, struct bytes good, struct bytes changes)
{
    struct bytes copy = arena_copy(a->mem, good);
    for (; copy.n && changes.n >= 3; changes.p += 3, changes.n -= 3)
        ((uint8_t *)(uintptr_t)copy.p)[be16(changes.p) % copy.n] ^= changes.p[2];
    return copy;
}

/* Does the request hold a timestamp that opens with a key of its client? */
static inline bool stamp_opens(struct asker *a, struct bytes packet)
{
    struct KDC_REQ req;
    if (!asn_decode(&ASN_AS_REQ, packet, ASN_DEPLOYED, a->mem, NULL, &req))
        return false;
    const struct account *client = realm_find(asker_realm(a), NULL, &req.req_body.cname);
    for (size_t i = 0; req.has_padata && i < req.padata.n; i++) {
        struct EncryptedData e;
        struct PA_ENC_TS_ENC ts;
        if (req.padata.at[i].padata_type != PA_ENC_TIMESTAMP ||
            !asn_decode(&ASN_PA_ENC_TIMESTAMP, req.padata.at[i].padata_value, ASN_DEPLOYED, a->mem,
                        NULL, &e))
            continue;
        const struct account_key *k = account_key(client, 0, (int32_t)e.etype);
        if (k && open_value(&a->asker, &e, &k->key, USAGE_PA_ENC_TIMESTAMP, &ASN_PA_ENC_TS_ENC,
                            &ts) == OPEN_OK)
            return true;
    }
    return false;
}

static inline void check_as_rep(struct asker *a, struct bytes packet, const struct KDC_REP *rep)
{
    const struct account *client = realm_find(asker_realm(a), NULL, &rep->cname);
    MUST(client);
    MUST((client->flags & ACCOUNT_NO_PREAUTH) || stamp_opens(a, packet));
}

static inline void feed(struct asker *a, struct bytes packet)
{
    bool ok;
    struct bytes reply = asker_turn(a, packet, &ok);
    MUST(ok);
    if (!reply.n)
        return;
    /* As deployed: a KRB-ERROR repeats the name asked for, and octets past 7F in it too. */
    struct KRB_ERROR e;
    struct KDC_REP rep;
    if (reply.p[0] == 0x7e) {
        MUST(asn_decode(&ASN_KRB_ERROR, reply, ASN_DEPLOYED, a->mem, NULL, &e));
        return;
    }
    MUST(asn_decode(reply.p[0] == 0x6b ? &ASN_AS_REP : &ASN_TGS_REP, reply, ASN_DEPLOYED, a->mem,
                    NULL, &rep));
    if (reply.p[0] == 0x6b)
        check_as_rep(a, packet, &rep);
}

#endif
