/* The KDC's door: what kind of message it is, whether it was answered before, what goes back. */
#include "kdc/inside.h"

struct kdc *kdc_new(struct arena *mem, const struct kdc_config *config)
{
    struct kdc *kdc = arena_new_of(mem, struct kdc);
    kdc->config = *config;
    return kdc;
}

void kdc_realm(struct kdc *kdc, const struct realm *realm)
{
    kdc->config.realm = realm;
    kdc->n_told = 0;
}

/* The longer reply that a datagram cannot carry is kept: the client asks again over TCP with the
 * same octets, and a TGS would otherwise take that for a replay. */
void send_reply(struct exchange *x, struct bytes reply)
{
    size_t limit = x->packet->limit;
    if (limit && reply.n > limit) {
        tell(x->turn, STEP_REFUSED, "kdc.reply.size", A_INT("octets", (int64_t)reply.n),
             A_INT("limit", (int64_t)limit), A_ERROR("error", KRB_ERR_RESPONSE_TOO_BIG));
        x->e_text = "ask again over TCP";
        x->e_data = (struct bytes){0};
        x->armor = NULL; /* it would only be longer */
        reply = error_reply(x, KRB_ERR_RESPONSE_TOO_BIG);
        if (reply.n > limit) { /* for the names that it repeats */
            x->body = NULL;
            x->cname = NULL;
            reply = error_reply(x, KRB_ERR_RESPONSE_TOO_BIG);
        }
    }
    outbox_reply(x->turn->out, x->packet, reply);
}

/* A retransmission: the same octets again get the reply they got, and count once. */
bool answered_before(struct exchange *x)
{
    struct ledger *ledger = x->kdc->config.ledger;
    uint8_t earlier[LOOKASIDE_MAX];
    size_t n =
        ledger ? lookaside_find(ledger, x->packet->data, x->turn->now, earlier, sizeof earlier) : 0;
    if (!n)
        return false;
    tell(x->turn, STEP_NOTED, "kdc.retransmission", A_INT("octets", (int64_t)n));
    send_reply(x, arena_copy(x->turn->mem, bytes_of(earlier, n)));
    return true;
}

static bool decode_request(struct exchange *x, int32_t *code)
{
    struct turn *turn = x->turn;
    struct faults faults = {.mem = turn->mem};
    if (asn_decode(x->is_tgs ? &ASN_TGS_REQ : &ASN_AS_REQ, x->packet->data, ASN_DEPLOYED, turn->mem,
                   &faults, &x->req)) {
        x->body = &x->req.req_body;
        return true;
    }
    *code = decode_error(&faults, KDC_ERR_BAD_PVNO);
    if (faults.n)
        tell(turn, STEP_REFUSED, "kdc.request", A_STR("where", faults.list[0].path),
             A_STR("why", faults.list[0].row->why), A_ERROR("error", *code));
    pass_faults(turn, &faults);
    x->e_text = "the request is malformed";
    return false;
}

static bool answer(struct exchange *x)
{
    int32_t code = 0;
    if (answered_before(x))
        return true;
    if (decode_request(x, &code))
        code = x->is_tgs ? tgs_answer(x) : as_answer(x);
    if (code == BROKEN)
        return false;
    struct bytes reply = code ? error_reply(x, code) : x->reply;
    if (!reply.n)
        return false;
    if (x->kdc->config.ledger && (!code || x->counted))
        lookaside_keep(x->kdc->config.ledger, x->packet->data, reply, x->turn->now);
    send_reply(x, reply);
    return true;
}

#define AS_REQ_TAG  0x6a
#define TGS_REQ_TAG 0x6c

/* Who sends something else, or half of something, is not answered: a forged sender address would
 * turn the answer on somebody else. */
static bool is_request(const struct packet *packet, struct turn *turn)
{
    struct bytes in = packet->data;
    struct asn_header h;
    enum kdc_fault fault = NOT_A_REQUEST;
    if (in.n && (in.p[0] == AS_REQ_TAG || in.p[0] == TGS_REQ_TAG)) {
        if (asn_header_read(in, NULL, &h) && h.contents == in.n - h.header)
            return true;
        fault = NOT_WHOLE;
    }
    tell(turn, STEP_NOTED, "kdc.silence", A_STR("why", kdc_faults[fault].why));
    return fault_raise(turn->faults, (struct fault){.row = &kdc_faults[fault]});
}

static bool receive(void *arg, const struct packet *packet, struct turn *turn)
{
    struct kdc *kdc = arg;
    if (packet->port == KPASSWD_PORT)
        return kdc_kpasswd(kdc, packet, turn);
    if (!is_request(packet, turn))
        return true;
    struct exchange *x = arena_new_of(turn->mem, struct exchange); /* wiped with the turn */
    x->kdc = kdc;
    x->packet = packet;
    x->turn = turn;
    x->realm = kdc->config.realm;
    x->policy = realm_policy(x->realm);
    x->is_tgs = packet->data.p[0] == TGS_REQ_TAG;
    return answer(x);
}

bool kdc_receive(struct kdc *kdc, const struct packet *packet, struct turn *turn)
{
    return turn_guarded(receive, kdc, packet, turn);
}
