/* Authorization data of a new ticket: what the ticket brought has, and what the client asks for
 * (RFC 4120 3.3.3). All of it holds at once, so both are put one behind the other (5.2.6).
 *
 * A PAC does not go on as it is: its signatures are made with the keys of the old ticket's server
 * and KDC (MS-PAC 2.8), and nobody could check them in the new one (kdc/pac.c signs it anew). Nor
 * does a client's own word pass for the KDC's: what services take as said by the KDC is left out of
 * what it asks for. What cannot be vouched for is not in the ticket. */
#include "kdc/tgs.h"

enum {
    IF_RELEVANT = 1,
    KDC_ISSUED = 4,
    MANDATORY_FOR_KDC = 8,
    CAMMAC = 96,         /* RFC 7751 */
    AUTH_INDICATOR = 97, /* RFC 8129 */
    WIN2K_PAC = 128,
    SIGNTICKET = 512,
};

#define WRAPPINGS_MAX 4 /* one in the other; nobody reads deeper */

static bool is_the_kdcs_word(int64_t type, bool from_client)
{
    return type == WIN2K_PAC || (from_client && (type == KDC_ISSUED || type == CAMMAC ||
                                                 type == AUTH_INDICATOR || type == SIGNTICKET));
}

static struct AuthorizationData thinned(struct exchange *, struct AuthorizationData,
                                        bool from_client, unsigned depth);

/* The same element without the KDC's word in it; false: nothing is left of it. */
static bool thin(struct exchange *x, struct AuthorizationData_item *item, bool from_client,
                 unsigned depth)
{
    struct AuthorizationData inner;
    if (is_the_kdcs_word(item->ad_type, from_client))
        return false;
    if (item->ad_type != IF_RELEVANT)
        return true;
    /* What is only relevant to those who know it may be dropped when nobody can read it. */
    if (depth == WRAPPINGS_MAX ||
        !asn_decode(&ASN_AD_IF_RELEVANT, item->ad_data, ASN_DEPLOYED, x->turn->mem, NULL, &inner))
        return false;
    struct AuthorizationData rest = thinned(x, inner, from_client, depth + 1);
    for (size_t i = 0; i < rest.n; i++)
        if (!rest.at[i].der.n || rest.n != inner.n) { /* something in it is another now */
            item->der = (struct bytes){0};
            item->ad_data = asn_encode(&ASN_AD_IF_RELEVANT, &rest, x->turn->mem);
            break;
        }
    return rest.n != 0;
}

static struct AuthorizationData thinned(struct exchange *x, struct AuthorizationData in,
                                        bool from_client, unsigned depth)
{
    struct AuthorizationData out = {
        .at = arena_array(x->turn->mem, struct AuthorizationData_item, in.n)};
    for (size_t i = 0; i < in.n; i++) {
        struct AuthorizationData_item item = in.at[i];
        if (thin(x, &item, from_client, depth))
            out.at[out.n++] = item;
    }
    return out;
}

/* RFC 4120 5.2.6.4: a KDC that does not understand such an element must refuse the request. This
 * one understands none. */
static bool demands(const struct AuthorizationData *data)
{
    for (size_t i = 0; i < data->n; i++)
        if (data->at[i].ad_type == MANDATORY_FOR_KDC)
            return true;
    return false;
}

static void append(struct exchange *x, struct AuthorizationData more)
{
    struct EncTicketPart *t = &x->ticket;
    struct AuthorizationData old = t->authorization_data, all = {0};
    all.at = arena_array(x->turn->mem, struct AuthorizationData_item, old.n + more.n);
    for (size_t i = 0; i < old.n; i++)
        all.at[all.n++] = old.at[i];
    for (size_t i = 0; i < more.n; i++)
        all.at[all.n++] = more.at[i];
    t->authorization_data = all;
    t->has_authorization_data = all.n != 0;
}

int32_t step_tgs_authorization(struct exchange *x)
{
    const struct EncTicketPart *brought = &x->tgt.ticket;
    if (!brought->has_authorization_data)
        return SILENT;
    struct AuthorizationData kept = thinned(x, brought->authorization_data, false, 0);
    SAY(x, A_INT("brought", (int64_t)brought->authorization_data.n),
        A_INT("kept", (int64_t)kept.n));
    if (demands(&brought->authorization_data))
        return refuse(x, KDC_ERR_POLICY, "the ticket's data ask what is not known");
    append(x, kept);
    return NOTED;
}

/* Sealed with the subkey of the authenticator, or else the session key (RFC 4120 5.4.1). */
int32_t step_tgs_restrictions(struct exchange *x)
{
    const struct KDC_REQ_BODY *b = x->body;
    bool subkey = x->tgt.subkey.n != 0;
    int32_t usage = subkey ? USAGE_TGS_AD_SUBKEY : USAGE_TGS_AD_SESSION;
    struct AuthorizationData asked;
    if (!b->has_enc_authorization_data)
        return SILENT;
    SAY(x, A_USAGE("usage", usage));
    if (open_value(x->turn, &b->enc_authorization_data, subkey ? &x->tgt.subkey : &x->tgt.session,
                   usage, &ASN_AuthorizationData, &asked) != OPEN_OK)
        return refuse(x, KRB_AP_ERR_BAD_INTEGRITY, "the authorization data do not open");
    struct AuthorizationData kept = thinned(x, asked, true, 0);
    SAY(x, A_INT("asked", (int64_t)asked.n), A_INT("kept", (int64_t)kept.n));
    if (demands(&asked))
        return refuse(x, KDC_ERR_POLICY, "the client's data ask what is not known");
    append(x, kept);
    return DONE;
}
