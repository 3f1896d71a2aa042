/* What the AS and TGS exchanges share on the client's side: sending, reading, errors. */
#include "client/inside.h"

/* Of a KDC, which has two, and of who answers DNS. */
static uint16_t port_of(enum awaiting awaiting)
{
    return awaiting == AWAIT_PASSWORD ? 464 : awaiting == AWAIT_DNS ? 53 : 0;
}

void client_send_request(struct client *c, struct turn *t, enum awaiting awaiting,
                         const struct party *to, struct bytes data)
{
    /* Memory may run out in either line: only then does the task move on. */
    struct bytes kept = arena_copy(c->mem, data);
    enum transport via = awaiting == AWAIT_PAGE  ? VIA_HTTP
                         : awaiting == AWAIT_DNS ? VIA_DNS
                                                 : c->task.via;
    outbox_send(t->out,
                &(struct packet){.via = via, .to = to, .port = port_of(awaiting), .data = data});
    c->task.request = kept;
    c->task.awaiting = awaiting;
    c->task.peer = to;
}

uint32_t client_draw_nonce(struct turn *t)
{
    /* 31 bits: some peers read the field as signed. */
    uint8_t octets[4];
    rng_fill(t->rng, "nonce", octets, sizeof octets);
    return be32(octets) & 0x7fffffff;
}

bool client_etype_offered(const struct client *c, int64_t etype)
{
    for (size_t i = 0; i < c->config.n_etypes; i++)
        if (c->config.etypes[i] == etype)
            return true;
    return false;
}

bool client_read_reply(struct client *c, struct turn *t, const struct packet *p,
                       const struct asn_type *type, struct KDC_REP *out)
{
    if (!asn_decode(type, p->data, ASN_DEPLOYED, t->mem, t->faults, out)) {
        client_refuse(c, t, FIND_MALFORMED, (struct detail){.expected = type->name});
        return false;
    }
    return true;
}

/* ---- errors -----------------------------------------------------------------------------------
 */

bool client_read_error(struct client *c, struct turn *t, struct bytes data, struct KRB_ERROR *out)
{
    if (!asn_decode(&ASN_KRB_ERROR, data, ASN_DEPLOYED, t->mem, t->faults, out)) {
        client_refuse(c, t, FIND_MALFORMED, (struct detail){.expected = "KRB-ERROR"});
        return false;
    }
    /* Nothing in it is protected: it may end an exchange, never grant anything. */
    tell(t, STEP_NOTED, "client.error", A_ERROR("code", out->error_code),
         A_TEXT("text", out->has_e_text ? out->e_text : bytes_str("")),
         A_TIME("stime", out->stime + out->susec));
    return true;
}

bool client_too_big(struct client *c, struct turn *t, const struct KRB_ERROR *e)
{
    if (e->error_code != KRB_ERR_RESPONSE_TOO_BIG || c->task.via != VIA_UDP)
        return false;
    tell(t, STEP_DONE, "client.tcp", A_INT("octets", (int64_t)c->task.request.n));
    outbox_send(t->out, &(struct packet){.via = VIA_TCP,
                                         .to = c->task.peer,
                                         .port = port_of(c->task.awaiting),
                                         .data = c->task.request});
    c->task.via = VIA_TCP;
    return true;
}

bool client_refuse_error(struct client *c, struct turn *t, const struct KRB_ERROR *e)
{
    int64_t theirs = e->stime + e->susec;
    if (e->error_code == KRB_AP_ERR_SKEW)
        tell(t, STEP_NOTED, "client.skew", A_TIME("stime", theirs), A_TIME("now", t->now),
             A_SPAN("apart", t->now > theirs ? t->now - theirs : theirs - t->now));
    int32_t code = (int32_t)e->error_code;
    return client_refuse(c, t, FIND_ERROR,
                         (struct detail){.found = name_text(t->mem, NAMES_ERROR, code),
                                         .code = code ? code : KRB_ERR_GENERIC});
}
