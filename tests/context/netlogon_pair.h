/* Both ends of a secure channel, with a verifier by hand and somebody on the way: for tests and
 * fuzzing. */
#ifndef TESTS_NETLOGON_PAIR_H
#define TESTS_NETLOGON_PAIR_H

#include "context/netlogon.h"
#include "tests/client/hand_turn.h"

#define PDU_MAX 8192

static const uint8_t pair_secret[16] = {0x31, 0xa5, 0x90, 0x17, 0x0a, 0x35, 0x1f, 0xd5,
                                        0x11, 0x48, 0xb2, 0xa1, 0x0a, 0xf2, 0xc3, 0x05};

struct pdu {
    uint8_t p[PDU_MAX];
    size_t n;
};

struct pair {
    struct hand hand;
    struct netlogon_channel *member;
    struct netlogon_server *server;
    struct netlogon_channel_config config;
    uint8_t secret[16]; /* the member's */
    bool no_account;
    struct party www, dc;
    /* What happens to PDU `number`, counted from 0 (even ones go to the controller): false, it does
     * not arrive. */
    bool (*on_the_way)(struct pair *, unsigned number, struct pdu *);
    unsigned number, asked;
    struct pdu sent[64]; /* as they went, before what happened on the way */
    /* The last question as the verifier got it, and what it answers. */
    char user[64], domain[64], workstation[64];
    uint8_t nt[64];
    size_t n_nt;
    struct digest_response digest;
    char digest_text[10][64];
    int32_t status;
    bool digest_asked;
    /* Answers as the member got them. */
    struct got {
        uint64_t id;
        int32_t status;
        uint32_t user_id;
        uint8_t session_base_key[16];
        size_t n_digest_session_key;
    } got[64];
    size_t n_got;
};

static inline bool pair_machine(void *arg, struct turn *t, struct bytes account, uint8_t hash[16],
                                uint32_t *rid)
{
    struct pair *p = arg;
    (void)t;
    if (p->no_account || !bytes_equal_nocase(account, BYTES_LIT("WEB1$")))
        return false;
    memcpy(hash, pair_secret, 16);
    *rid = 1106;
    return true;
}

static inline void pair_text(char out[64], struct bytes b)
{
    snprintf(out, 64, "%.*s", (int)b.n, b.n ? (const char *)b.p : "");
}

static inline bool pair_verify(void *arg, struct turn *t, const struct logon_question *q,
                               struct logon_answer *out)
{
    struct pair *p = arg;
    static struct validation_info info;
    p->asked++;
    pair_text(p->user, q->user);
    pair_text(p->domain, q->domain);
    pair_text(p->workstation, q->workstation);
    p->n_nt = q->nt_response.n < sizeof p->nt ? q->nt_response.n : sizeof p->nt;
    if (p->n_nt)
        memcpy(p->nt, q->nt_response.p, p->n_nt);
    p->digest_asked = q->kind == LOGON_DIGEST;
    if (p->digest_asked) {
        pair_text(p->digest_text[0], q->digest->username);
        pair_text(p->digest_text[1], q->digest->uri);
        pair_text(p->digest_text[2], q->digest->response);
    }
    (void)t;
    *out = (struct logon_answer){.status = p->status, .authoritative = true};
    if (p->status)
        return true;
    info = (struct validation_info){.user_id = 1104,
                                    .primary_group_id = 513,
                                    .effective_name = BYTES_LIT("alice"),
                                    .logon_domain_name = BYTES_LIT("EXAMPLE"),
                                    .logon_domain_id = {5, 4, {21, 1, 2, 3}},
                                    .user_session_key = {1, 2, 3, 4}};
    out->info = &info;
    if (p->digest_asked) {
        out->n_digest_session_key = 32;
        memset(out->digest_session_key, 'a', 32);
    }
    return true;
}

static inline void pair_begin(struct pair *p)
{
    memset(p, 0, sizeof *p);
    hand_begin(&p->hand);
    p->www.name = "www";
    p->dc.name = "dc";
    memcpy(p->secret, pair_secret, 16);
    p->config = (struct netlogon_channel_config){.party = "www",
                                                 .controller = &p->dc,
                                                 .computer = "WEB1",
                                                 .controller_name = "\\\\DC1",
                                                 .domain = "EXAMPLE",
                                                 .secret = p->secret};
    p->member = netlogon_channel_new(p->hand.run, &p->config);
    p->server =
        netlogon_server_new(p->hand.run, &(struct netlogon_server_config){.party = "dc",
                                                                          .name = "DC1",
                                                                          .domain = "EXAMPLE",
                                                                          .machine = pair_machine,
                                                                          .verify = pair_verify,
                                                                          .arg = p});
}

static inline void pair_end(struct pair *p)
{
    hand_end(&p->hand);
}

static inline void pair_note(struct pair *p, uint64_t id, const struct logon_answer *a)
{
    struct got *g = &p->got[p->n_got++ % 64];
    *g = (struct got){.id = id,
                      .status = a->status,
                      .user_id = a->info ? a->info->user_id : 0,
                      .n_digest_session_key = a->n_digest_session_key};
    memcpy(g->session_base_key, a->session_base_key, 16);
}

/* One PDU, if one went out, copied before the turn's memory is reset. */
static inline bool pair_take(struct pair *p, struct pdu *out)
{
    const struct out *o = p->hand.out.first;
    if (!o || o->kind != OUT_SEND)
        return false;
    assert_true(p->hand.out.n == 1 && o->packet.data.n <= PDU_MAX);
    out->n = o->packet.data.n;
    memcpy(out->p, o->packet.data.p, out->n);
    return true;
}

static inline bool pair_to_server(struct pair *p, const struct pdu *in, struct pdu *out)
{
    struct turn *t = hand_turn(&p->hand, NOW);
    struct packet packet = {
        .via = VIA_RPC, .from = &p->www, .to = &p->dc, .data = bytes_of(in->p, in->n)};
    assert_true(netlogon_serve(p->server, &packet, t));
    return pair_take(p, out);
}

static inline bool pair_to_member(struct pair *p, const struct pdu *in, struct pdu *out)
{
    struct turn *t = hand_turn(&p->hand, NOW);
    struct packet packet = {
        .via = VIA_RPC, .from = &p->dc, .to = &p->www, .data = bytes_of(in->p, in->n)};
    struct logon_answer a;
    uint64_t id;
    bool answered;
    assert_true(netlogon_receive(p->member, &packet, t, &answered, &id, &a));
    if (answered)
        pair_note(p, id, &a);
    return pair_take(p, out);
}

/* Until nobody has anything to say. */
static inline void pair_run(struct pair *p, struct pdu *pdu)
{
    for (unsigned i = 0; i < 64; i++, p->number++) {
        p->sent[p->number % 64] = *pdu;
        if (p->on_the_way && !p->on_the_way(p, p->number, pdu))
            return;
        struct pdu in = *pdu;
        bool more = p->number % 2 == 0 ? pair_to_server(p, &in, pdu) : pair_to_member(p, &in, pdu);
        if (!more) {
            p->number += p->number % 2 == 0 ? 2 : 1;
            return;
        }
    }
}

static inline struct logon_question pair_question(void)
{
    return (struct logon_question){.kind = LOGON_NETWORK,
                                   .user = BYTES_LIT("alice"),
                                   .domain = BYTES_LIT("EXAMPLE"),
                                   .workstation = BYTES_LIT("PC1"),
                                   .server_challenge = {1, 2, 3, 4, 5, 6, 7, 8},
                                   .nt_response = BYTES_LIT("twenty-four octets long."),
                                   .lm_response = BYTES_LIT("and another twenty-four.")};
}

static inline void pair_ask(struct pair *p, uint64_t id)
{
    struct logon_question q = pair_question();
    struct pdu pdu;
    assert_true(netlogon_ask(p->member, hand_turn(&p->hand, NOW), &q, id));
    if (pair_take(p, &pdu))
        pair_run(p, &pdu);
}

#endif
