/* Authorization data of the ticket brought, which goes on into the new one (RFC 4120 3.3.3). A PAC
 * cannot: its signatures are made with the keys of the old ticket's server and KDC (MS-PAC 2.8),
 * and nobody could check them in the new one. What cannot be vouched for is left out. */
#include "kdc/tgs.h"

enum { IF_RELEVANT = 1, WIN2K_PAC = 128 };

static struct AuthorizationData without_pac(struct exchange *x, struct AuthorizationData in,
                                            bool nested);

/* The same element without a PAC in it; false: nothing is left of it. */
static bool thin(struct exchange *x, struct AuthorizationData_item *item, bool nested)
{
    struct AuthorizationData inner;
    if (item->ad_type == WIN2K_PAC)
        return false;
    if (item->ad_type != IF_RELEVANT || nested)
        return true;
    /* What is only relevant to those who know it may be dropped when nobody can read it. */
    if (!asn_decode(&ASN_AD_IF_RELEVANT, item->ad_data, ASN_DEPLOYED, x->turn->mem, NULL, &inner))
        return false;
    struct AuthorizationData rest = without_pac(x, inner, true);
    if (rest.n == inner.n)
        return true;
    item->der = (struct bytes){0};
    item->ad_data = asn_encode(&ASN_AD_IF_RELEVANT, &rest, x->turn->mem);
    return rest.n != 0;
}

static struct AuthorizationData without_pac(struct exchange *x, struct AuthorizationData in,
                                            bool nested)
{
    struct AuthorizationData out = {
        .at = arena_array(x->turn->mem, struct AuthorizationData_item, in.n)};
    for (size_t i = 0; i < in.n; i++) {
        struct AuthorizationData_item item = in.at[i];
        if (thin(x, &item, nested))
            out.at[out.n++] = item;
    }
    return out;
}

int32_t step_tgs_authorization(struct exchange *x)
{
    const struct EncTicketPart *brought = &x->tgt.ticket;
    struct EncTicketPart *t = &x->ticket;
    if (!brought->has_authorization_data)
        return SILENT;
    t->authorization_data = without_pac(x, brought->authorization_data, false);
    t->has_authorization_data = t->authorization_data.n != 0;
    SAY(x, A_INT("brought", (int64_t)brought->authorization_data.n),
        A_INT("kept", (int64_t)t->authorization_data.n));
    return NOTED;
}
