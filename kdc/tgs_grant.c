/* What of the request is granted: options against the flags of the ticket-granting ticket, flags
 * and times of the new ticket (RFC 4120 3.3.3). */
#include "context/split.h"
#include "kdc/tgs.h"

/* An option that the ticket brought along has to permit by a flag. */
static const struct {
    uint32_t option, flag;
    const char *why;
} needs[] = {
    {KDC_OPT_FORWARDABLE, TKT_FORWARDABLE, "the ticket brought is not forwardable"},
    {KDC_OPT_FORWARDED, TKT_FORWARDABLE, "the ticket brought is not forwardable"},
    {KDC_OPT_PROXIABLE, TKT_PROXIABLE, "the ticket brought is not proxiable"},
    {KDC_OPT_PROXY, TKT_PROXIABLE, "the ticket brought is not proxiable"},
    {KDC_OPT_RENEWABLE, TKT_RENEWABLE, "the ticket brought is not renewable"},
    {KDC_OPT_RENEW, TKT_RENEWABLE, "the ticket brought is not renewable"},
};

static int32_t check_renewal(struct exchange *x)
{
    if (!principal_equal(&x->tgt.req.ticket.sname, &x->body->sname))
        return refuse(x, KDC_ERR_SERVER_NOMATCH, "only the ticket itself can be renewed");
    if (!x->tgt.ticket.has_renew_till || x->tgt.ticket.renew_till < x->turn->now)
        return refuse(x, KRB_AP_ERR_TKT_EXPIRED, "the time for renewing is over");
    return DONE;
}

int32_t step_tgs_options(struct exchange *x)
{
    const struct KDC_REQ_BODY *b = x->body;
    uint32_t options = b->kdc_options;
    SAY(x, A_FLAGS("brought", x->tgt.ticket.flags));
    if (x->turn->tell)
        SAY(x, A_STR("options", name_flags(x->turn->mem, NAMES_KDC_OPTION, options)));
    const char *why = option_refused(options);
    if (why)
        return refuse(x, KDC_ERR_BADOPTION, why);
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if ((options & needs[i].option) && !(x->tgt.ticket.flags & needs[i].flag))
            return refuse(x, KDC_ERR_BADOPTION, needs[i].why);
    if ((options & KDC_OPT_PROXY) && is_tgs_name(x, &b->sname))
        return refuse(x, KDC_ERR_BADOPTION, "a proxy ticket cannot be a TGT");
    /* A service would take a client's own PAC in it for the KDC's word. */
    if (b->has_enc_authorization_data)
        return refuse(x, KDC_ERR_BADOPTION, "authorization data of clients is not taken");
    if (b->has_from && b->from > x->turn->now + x->policy->skew)
        return refuse(x, KDC_ERR_CANNOT_POSTDATE, "the ticket would start in the future");
    return options & KDC_OPT_RENEW ? check_renewal(x) : DONE;
}

/* ---- flags ------------------------------------------------------------------------------------
 */

#define FLAGS_CARRIED (TKT_PRE_AUTHENT | TKT_HW_AUTHENT | TKT_FORWARDED)

int32_t step_tgs_flags(struct exchange *x)
{
    const struct EncTicketPart *tgt = &x->tgt.ticket;
    uint32_t options = x->body->kdc_options;
    uint32_t flags = tgt->flags & ~(uint32_t)(TKT_INITIAL | TKT_INVALID); /* renewed */
    if (!(options & KDC_OPT_RENEW)) {
        flags = tgt->flags & FLAGS_CARRIED;
        flags |= options & (TKT_FORWARDABLE | TKT_FORWARDED | TKT_PROXIABLE | TKT_PROXY);
        if (!(options & KDC_OPT_DISABLE_TRANSITED_CHECK))
            flags |= TKT_TRANSITED_POLICY_CHECKED;
        if (x->server->flags & ACCOUNT_OK_AS_DELEGATE)
            flags |= TKT_OK_AS_DELEGATE;
    }
    /* The account may have been marked since the logon. */
    if (x->client->flags & ACCOUNT_NOT_DELEGATED)
        flags &= ~(uint32_t)(TKT_FORWARDABLE | TKT_PROXIABLE);
    x->ticket.flags = flags;
    SAY(x, A_FLAGS("flags", flags), A_FLAGS("brought", tgt->flags));
    return DONE;
}

/* ---- times and addresses ----------------------------------------------------------------------
 */

static void renewed_times(struct exchange *x)
{
    const struct EncTicketPart *old = &x->tgt.ticket;
    struct EncTicketPart *t = &x->ticket;
    int64_t start = old->has_starttime ? old->starttime : old->authtime;
    t->has_renew_till = true;
    t->renew_till = old->renew_till;
    t->endtime = sooner(old->renew_till, later(t->starttime, old->endtime - start));
}

static void new_times(struct exchange *x)
{
    const struct KDC_REQ_BODY *b = x->body;
    const struct EncTicketPart *tgt = &x->tgt.ticket;
    struct EncTicketPart *t = &x->ticket;
    int64_t till = asked_till(b->till), until = 0;
    int64_t life = shortest(x->policy->max_life, 0, x->server->max_life);
    t->endtime = sooner(sooner(till, tgt->endtime), later(t->starttime, life));
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

/* Those of the ticket brought, unless a forwarded or proxy ticket is to be used elsewhere. */
static void carry_over(struct exchange *x)
{
    const struct EncTicketPart *tgt = &x->tgt.ticket;
    struct EncTicketPart *t = &x->ticket;
    bool elsewhere = x->body->kdc_options & (KDC_OPT_FORWARDED | KDC_OPT_PROXY);
    t->has_caddr = elsewhere ? x->body->has_addresses : tgt->has_caddr;
    t->caddr = elsewhere ? x->body->addresses : tgt->caddr;
    t->transited = tgt->transited;
    t->has_authorization_data = tgt->has_authorization_data;
    t->authorization_data = tgt->authorization_data;
}

int32_t step_tgs_times(struct exchange *x)
{
    struct EncTicketPart *t = &x->ticket;
    carry_over(x);
    t->authtime = x->tgt.ticket.authtime;
    t->starttime = seconds_of(x->turn->now);
    t->has_starttime = true;
    if (x->body->kdc_options & KDC_OPT_RENEW)
        renewed_times(x);
    else
        new_times(x);
    SAY(x, A_TIME("starttime", t->starttime), A_TIME("endtime", t->endtime),
        A_TIME("brought_end", x->tgt.ticket.endtime));
    if (t->has_renew_till)
        SAY(x, A_TIME("renew_till", t->renew_till));
    if (t->endtime > t->starttime)
        return DONE;
    if (x->tgt.ticket.endtime <= t->starttime)
        return refuse(x, KRB_AP_ERR_TKT_EXPIRED, "the ticket brought has expired");
    return refuse(x, KDC_ERR_NEVER_VALID, "the ticket would end before it starts");
}
