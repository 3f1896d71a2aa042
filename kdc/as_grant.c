/* What a first ticket may have of what was asked: options, addresses and flags (RFC 4120 2, 3.1.3).
 */
#include "context/address.h"
#include "kdc/as.h"

/* Each of these changes a ticket that there is already (RFC 4120 5.4.1). */
#define NEEDS_A_TICKET                                                                             \
    (KDC_OPT_FORWARDED | KDC_OPT_PROXY | KDC_OPT_RENEW | KDC_OPT_VALIDATE | KDC_OPT_ENC_TKT_IN_SKEY)
#define POSTDATING (KDC_OPT_POSTDATED | KDC_OPT_ALLOW_POSTDATE)

/* Options without a meaning here, and numbers without one anywhere, are passed over. */
int32_t step_as_options(struct exchange *x)
{
    uint32_t options = x->body->kdc_options;
    if (x->turn->tell)
        SAY(x, A_STR("options", name_flags(x->turn->mem, NAMES_KDC_OPTION, options)));
    const char *why = option_refused(options);
    if (why)
        return refuse(x, KDC_ERR_BADOPTION, why);
    if (options & NEEDS_A_TICKET)
        return refuse(x, KDC_ERR_BADOPTION, "this option needs a ticket to begin with");
    if (options & POSTDATING && x->policy->no_postdate)
        return refuse(x, KDC_ERR_CANNOT_POSTDATE, "no postdated tickets are issued");
    return DONE;
}

/* The client says where it will use the ticket, which need not be where it asks from: the KDC
 * writes down, and who is shown the ticket compares. */
int32_t step_as_addresses(struct exchange *x)
{
    struct EncTicketPart *t = &x->ticket;
    struct bytes from = x->packet->from ? x->packet->from->address : (struct bytes){0};
    t->transited.tr_type = 1; /* DOMAIN-X500-COMPRESS, and no realm was crossed */
    if (!x->body->has_addresses || !x->body->addresses.n)
        return SILENT;
    t->has_caddr = true;
    t->caddr = x->body->addresses;
    if (!x->turn->tell)
        return NOTED;
    SAY(x, A_INT("count", (int64_t)t->caddr.n),
        A_STR("addresses", addresses_text(x->turn->mem, &t->caddr)));
    if (!address_among(&t->caddr, from))
        SAY(x, A_STR("from", address_text(x->turn->mem, from)));
    return NOTED;
}

int32_t step_as_flags(struct exchange *x)
{
    uint32_t options = x->body->kdc_options, flags = x->ticket.flags | TKT_INITIAL;
    if (x->proven)
        flags |= TKT_PRE_AUTHENT;
    if (!(x->client->flags & ACCOUNT_NOT_DELEGATED))
        flags |= options & (TKT_FORWARDABLE | TKT_PROXIABLE);
    if (options & KDC_OPT_ALLOW_POSTDATE)
        flags |= TKT_MAY_POSTDATE;
    if (x->server->flags & ACCOUNT_OK_AS_DELEGATE)
        flags |= TKT_OK_AS_DELEGATE;
    if (find_padata(&x->req, PA_REQ_ENC_PA_REP))
        flags |= TKT_ENC_PA_REP;
    x->ticket.flags = flags;
    SAY(x, A_FLAGS("flags", flags));
    if ((options & (TKT_FORWARDABLE | TKT_PROXIABLE)) & ~flags)
        SAY(x, A_STR("withheld", "forwardable and proxiable: the account may not be delegated"));
    return DONE;
}
