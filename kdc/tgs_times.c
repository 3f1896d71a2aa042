/* From when until when the new ticket is good, and from where (RFC 4120 3.3.3). */
#include "context/split.h"
#include "kdc/tgs.h"

/* An end and what set it: each bound may bring it closer, and the last that did decides. */
struct end {
    int64_t when;
    const char *bound;
};

static void bound(struct end *end, int64_t when, const char *bound)
{
    if (when < end->when)
        *end = (struct end){when, bound};
}

int64_t brought_start(const struct exchange *x)
{
    const struct EncTicketPart *t = &x->tgt.ticket;
    return t->has_starttime ? t->starttime : t->authtime;
}

static struct end renewed_times(struct exchange *x)
{
    const struct EncTicketPart *old = &x->tgt.ticket;
    struct EncTicketPart *t = &x->ticket;
    struct end end = {later(t->starttime, old->endtime - brought_start(x)),
                      "the life of the ticket brought"};
    bound(&end, old->renew_till, "the end of its renewal");
    t->has_renew_till = true;
    t->renew_till = old->renew_till;
    return end;
}

/* Nothing changes but the mark. */
static struct end validated_times(struct exchange *x)
{
    const struct EncTicketPart *old = &x->tgt.ticket;
    struct EncTicketPart *t = &x->ticket;
    t->starttime = brought_start(x);
    t->has_renew_till = old->has_renew_till;
    t->renew_till = old->renew_till;
    return (struct end){old->endtime, "the ticket brought"};
}

/* Renewable when that was asked, or when it makes up for a life shorter than was asked; never
 * longer than the ticket brought is. */
static void make_renewable(struct exchange *x, int64_t till)
{
    const struct KDC_REQ_BODY *b = x->body;
    const struct EncTicketPart *tgt = &x->tgt.ticket;
    struct EncTicketPart *t = &x->ticket;
    int64_t until = 0;
    if (b->kdc_options & KDC_OPT_RENEWABLE)
        until = asked_till(b->has_rtime ? b->rtime : 0);
    else if ((b->kdc_options & KDC_OPT_RENEWABLE_OK) && (tgt->flags & TKT_RENEWABLE) &&
             till > t->endtime)
        until = till;
    if (!tgt->has_renew_till)
        return;
    int64_t most = later(t->starttime, shortest(x->policy->max_renew, 0, x->server->max_renew));
    until = sooner(sooner(until, tgt->renew_till), most);
    if (until <= t->endtime)
        return;
    t->flags |= TKT_RENEWABLE;
    t->has_renew_till = true;
    t->renew_till = until;
}

static struct end new_times(struct exchange *x)
{
    const struct KDC_REQ_BODY *b = x->body;
    struct EncTicketPart *t = &x->ticket;
    int64_t till = asked_till(b->till);
    if ((b->kdc_options & KDC_OPT_POSTDATED) && b->has_from && b->from > t->starttime)
        t->starttime = seconds_of(b->from);
    struct end end = {till, "what was asked"};
    bound(&end, x->tgt.ticket.endtime, "the ticket brought");
    bound(&end, later(t->starttime, x->policy->max_life), "the realm's longest life");
    if (x->server->max_life)
        bound(&end, later(t->starttime, x->server->max_life), "the service's longest life");
    t->endtime = end.when;
    make_renewable(x, till);
    return end;
}

/* Those of the ticket brought, unless a new ticket is to be used elsewhere. */
static void carry_over(struct exchange *x)
{
    const struct EncTicketPart *tgt = &x->tgt.ticket;
    struct EncTicketPart *t = &x->ticket;
    uint32_t options = x->body->kdc_options;
    bool elsewhere = (options & (KDC_OPT_FORWARDED | KDC_OPT_PROXY)) && !(options & AGAIN);
    t->has_caddr = elsewhere ? x->body->has_addresses : tgt->has_caddr;
    t->caddr = elsewhere ? x->body->addresses : tgt->caddr;
    t->transited = x->transited;
}

static struct end set_times(struct exchange *x)
{
    struct EncTicketPart *t = &x->ticket;
    t->authtime = x->tgt.ticket.authtime;
    t->starttime = seconds_of(x->turn->now);
    t->has_starttime = true;
    if (x->body->kdc_options & KDC_OPT_RENEW)
        return renewed_times(x);
    if (x->body->kdc_options & KDC_OPT_VALIDATE)
        return validated_times(x);
    return new_times(x);
}

int32_t step_tgs_times(struct exchange *x)
{
    struct EncTicketPart *t = &x->ticket;
    carry_over(x);
    struct end end = set_times(x);
    t->endtime = end.when;
    SAY(x, A_TIME("starttime", t->starttime), A_TIME("endtime", t->endtime),
        A_TIME("brought_end", x->tgt.ticket.endtime), A_STR("bound", end.bound));
    if (t->has_renew_till)
        SAY(x, A_TIME("renew_till", t->renew_till));
    if (t->endtime > t->starttime)
        return DONE;
    if (x->tgt.ticket.endtime <= seconds_of(x->turn->now))
        return refuse(x, KRB_AP_ERR_TKT_EXPIRED, "the ticket brought has expired");
    return refuse(x, KDC_ERR_NEVER_VALID, "the ticket would end before it starts");
}
