/* What of the request is granted: options against the flags of the ticket brought, and the flags of
 * the new one (RFC 4120 3.3.3; each flag: 2.1 to 2.9). */
#include "kdc/tgs.h"

/* An option that the ticket brought along has to permit by a flag. */
static const struct {
    uint32_t option, flag;
    int32_t code;
    const char *why;
} needs[] = {
    {KDC_OPT_FORWARDABLE, TKT_FORWARDABLE, KDC_ERR_BADOPTION,
     "the ticket brought is not forwardable"},
    {KDC_OPT_FORWARDED, TKT_FORWARDABLE, KDC_ERR_BADOPTION,
     "the ticket brought is not forwardable"},
    {KDC_OPT_PROXIABLE, TKT_PROXIABLE, KDC_ERR_BADOPTION, "the ticket brought is not proxiable"},
    {KDC_OPT_PROXY, TKT_PROXIABLE, KDC_ERR_BADOPTION, "the ticket brought is not proxiable"},
    {KDC_OPT_ALLOW_POSTDATE, TKT_MAY_POSTDATE, KDC_ERR_BADOPTION,
     "the ticket brought may not be postdated"},
    {KDC_OPT_POSTDATED, TKT_MAY_POSTDATE, KDC_ERR_CANNOT_POSTDATE,
     "the ticket brought may not be postdated"},
    {KDC_OPT_RENEWABLE, TKT_RENEWABLE, KDC_ERR_BADOPTION, "the ticket brought is not renewable"},
    {KDC_OPT_RENEW, TKT_RENEWABLE, KDC_ERR_BADOPTION, "the ticket brought is not renewable"},
    {KDC_OPT_VALIDATE, TKT_INVALID, KDC_ERR_BADOPTION, "the ticket brought is valid already"},
};

static int32_t check_again(struct exchange *x)
{
    const struct EncTicketPart *old = &x->tgt.ticket;
    uint32_t options = x->body->kdc_options;
    if (x->issuer)
        return refuse(x, KDC_ERR_POLICY, "only the KDC that issued it can do that");
    if (!principal_equal(&x->tgt.req.ticket.sname, &x->body->sname))
        return refuse(x, KDC_ERR_SERVER_NOMATCH,
                      options & KDC_OPT_RENEW ? "only the ticket itself can be renewed"
                                              : "only the ticket itself can be validated");
    if ((options & KDC_OPT_RENEW) && (old->flags & TKT_INVALID)) /* both options */
        return refuse(x, KRB_AP_ERR_TKT_NYV, "a ticket is validated before renewal");
    if ((options & KDC_OPT_RENEW) && (!old->has_renew_till || old->renew_till < x->turn->now))
        return refuse(x, KRB_AP_ERR_TKT_EXPIRED, "the time for renewing is over");
    if ((options & KDC_OPT_VALIDATE) && brought_start(x) > x->turn->now)
        return refuse(x, KRB_AP_ERR_TKT_NYV, "the ticket's start is still to come");
    return DONE;
}

/* RFC 4120 3.3.3: a start in the future is for who asks for a postdated ticket only. */
static int32_t check_start(struct exchange *x)
{
    const struct KDC_REQ_BODY *b = x->body;
    bool future = b->has_from && b->from > x->turn->now + x->policy->skew;
    if (future && !(b->kdc_options & KDC_OPT_POSTDATED))
        return refuse(x, KDC_ERR_CANNOT_POSTDATE, "the ticket would start in the future");
    return DONE;
}

/* Whoever has the key of the ticket brought may have written it: what becomes of it is for the same
 * account, however else the same name is read (an enterprise name; RFC 6806 5). */
static bool for_its_own_server(const struct exchange *x, const struct Ticket *t)
{
    const struct account *holder = realm_find(x->realm, x->turn->mem, &t->sname);
    return holder && principal_equal(&holder->name, &x->server->name);
}

/* Again, because a request inside an armor may ask for something else than the one outside did when
 * the ticket was opened. */
static int32_t check_brought(struct exchange *x)
{
    const struct Ticket *t = &x->tgt.req.ticket;
    if (!is_tgs_name(x, &t->sname) && !(brings_what_it_asks(x, t) && for_its_own_server(x, t)))
        return refuse(x, KRB_AP_ERR_NOT_US, "this is a service's ticket and no TGT");
    if ((x->tgt.ticket.flags & TKT_INVALID) && !(x->body->kdc_options & KDC_OPT_VALIDATE))
        return refuse(x, KRB_AP_ERR_TKT_NYV, "the ticket is not valid yet");
    return DONE;
}

int32_t step_tgs_options(struct exchange *x)
{
    uint32_t options = x->body->kdc_options;
    SAY(x, A_FLAGS("brought", x->tgt.ticket.flags));
    if (x->turn->tell)
        SAY(x, A_STR("options", name_flags(x->turn->mem, NAMES_KDC_OPTION, options)));
    const char *why = option_refused(options);
    if (why)
        return refuse(x, KDC_ERR_BADOPTION, why);
    int32_t code = check_brought(x);
    if (code)
        return code;
    /* The ticket brought may be of another realm, or of a time when it was allowed. */
    if ((options & (KDC_OPT_POSTDATED | KDC_OPT_ALLOW_POSTDATE)) && x->policy->no_postdate)
        return refuse(x, KDC_ERR_CANNOT_POSTDATE, "no postdated tickets are issued");
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if ((options & needs[i].option) && !(x->tgt.ticket.flags & needs[i].flag))
            return refuse(x, needs[i].code, needs[i].why);
    if ((options & KDC_OPT_PROXY) && is_krbtgt(x->sname))
        return refuse(x, KDC_ERR_BADOPTION, "a proxy ticket cannot be a TGT");
    return options & AGAIN ? check_again(x) : check_start(x);
}

/* ---- flags ------------------------------------------------------------------------------------
 */

/* What is true of the client stays true in every ticket that comes of the first. */
#define FLAGS_CARRIED (TKT_PRE_AUTHENT | TKT_HW_AUTHENT | TKT_FORWARDED)
/* What the options ask for, by the same bits, as far as step_tgs_options has let them through. */
#define FLAGS_ASKED                                                                                \
    (TKT_FORWARDABLE | TKT_FORWARDED | TKT_PROXIABLE | TKT_PROXY | TKT_MAY_POSTDATE | TKT_POSTDATED)

static uint32_t new_flags(const struct exchange *x)
{
    uint32_t options = x->body->kdc_options;
    uint32_t flags = (x->tgt.ticket.flags & FLAGS_CARRIED) | (options & FLAGS_ASKED);
    if (options & KDC_OPT_POSTDATED)
        flags |= TKT_INVALID; /* until it is validated */
    if (x->path_checked)
        flags |= TKT_TRANSITED_POLICY_CHECKED;
    if (x->server->flags & ACCOUNT_OK_AS_DELEGATE)
        flags |= TKT_OK_AS_DELEGATE;
    return flags;
}

int32_t step_tgs_flags(struct exchange *x)
{
    uint32_t brought = x->tgt.ticket.flags;
    uint32_t flags = x->body->kdc_options & AGAIN ? brought & ~(uint32_t)(TKT_INITIAL | TKT_INVALID)
                                                  : new_flags(x);
    /* The account may have been marked since the logon. */
    if (x->client && (x->client->flags & ACCOUNT_NOT_DELEGATED))
        flags &= ~(uint32_t)(TKT_FORWARDABLE | TKT_PROXIABLE);
    x->ticket.flags = flags;
    SAY(x, A_FLAGS("flags", flags), A_FLAGS("brought", brought));
    return DONE;
}
