/* Where a service is that is not here: a ticket-granting ticket for the next realm on the way to it
 * (RFC 4120 1.2, 3.3.1; RFC 6806 8). */
#include "kdc/tgs.h"

#define LISTED 16

/* ---- the decision, told -----------------------------------------------------------------------
 */

/* "OTHER.TEST FAR.TEST(by OTHER.TEST)" */
const char *trusts_text(struct exchange *x)
{
    struct arena *mem = x->turn->mem;
    const char *text = "";
    for (size_t i = 0; i < realm_trust_count(x->realm) && i < LISTED; i++) {
        const struct trust *t = realm_trust_at(x->realm, i);
        text = arena_printf(mem, "%s%s%.*s", text, *text ? " " : "", (int)t->realm.n,
                            (const char *)t->realm.p);
        if (t->next.n)
            text = arena_printf(mem, "%s(by %.*s)", text, (int)t->next.n, (const char *)t->next.p);
    }
    return *text ? text : "none";
}

/* "other.test:OTHER.TEST" */
static const char *suffixes_text(struct exchange *x)
{
    struct arena *mem = x->turn->mem;
    const char *text = "";
    for (size_t i = 0; i < realm_trust_count(x->realm) && i < LISTED; i++) {
        const struct trust *t = realm_trust_at(x->realm, i);
        for (size_t k = 0; k < t->n_suffixes && k < LISTED; k++)
            text = arena_printf(mem, "%s%s%.*s:%.*s", text, *text ? " " : "", (int)t->suffixes[k].n,
                                (const char *)t->suffixes[k].p, (int)t->realm.n,
                                (const char *)t->realm.p);
    }
    return *text ? text : "none";
}

const char *asker_name(const struct exchange *x)
{
    return x->packet->from && x->packet->from->name ? x->packet->from->name : "client";
}

static void tell_referral(struct exchange *x, const struct PrincipalName *asked)
{
    if (!told(x->turn))
        return;
    struct arena *mem = x->turn->mem;
    struct bytes realm = x->body->realm;
    const struct decision_input inputs[] = {
        {"service", asker_name(x), principal_text(mem, asked, (struct bytes){0})},
        {"service-realm", asker_name(x), arena_str(mem, realm)},
        {"canonicalize", asker_name(x), x->body->kdc_options & KDC_OPT_CANONICALIZE ? "yes" : "no"},
        {"suffixes", "realm", suffixes_text(x)},
        {"trusts", "realm", trusts_text(x)},
        {"came-from", "request", x->issuer ? arena_str(mem, x->issuer->realm) : "here"},
    };
    tell_decision(x->turn, .id = "kdc.tgs.referral",
                  .rule = "A TGT for another realm leads to the next realm on the way there. A "
                          "service that nobody here has is looked for by the suffix of its host, "
                          "if the client takes another ticket than it asked for (canonicalize); "
                          "nobody is sent back where he came from.",
                  .outcome = x->referral ? principal_text(mem, x->sname, (struct bytes){0})
                                         : "KDC_ERR_S_PRINCIPAL_UNKNOWN",
                  .spec = "RFC 6806 8", .inputs = inputs, .n = sizeof inputs / sizeof *inputs);
}

/* ---- the way ----------------------------------------------------------------------------------
 */

static const struct trust *way(struct exchange *x, const struct PrincipalName *asked)
{
    struct arena *mem = x->turn->mem;
    bool other_realm = !realm_is(x->realm, x->body->realm);
    if (is_krbtgt(asked) && !is_tgs_name(x, asked))
        return realm_route(x->realm, mem, asked->name_string.at[1]);
    if (!(x->body->kdc_options & KDC_OPT_CANONICALIZE))
        return NULL;
    return other_realm ? realm_route(x->realm, mem, x->body->realm)
                       : realm_route_host(x->realm, mem, asked);
}

static struct PrincipalName *tgs_of(struct arena *mem, struct bytes realm)
{
    struct PrincipalName *name = arena_new_of(mem, struct PrincipalName);
    struct bytes *parts = arena_array(mem, struct bytes, 2);
    parts[0] = BYTES_LIT("krbtgt");
    parts[1] = realm;
    *name = (struct PrincipalName){.name_type = NT_SRV_INST};
    name->name_string.at = parts;
    name->name_string.n = 2;
    return name;
}

bool refer(struct exchange *x)
{
    const struct PrincipalName *asked = x->sname;
    const struct trust *next = x->second.n ? NULL : way(x, asked);
    if (next && x->issuer && bytes_equal(next->realm, x->issuer->realm))
        next = NULL;
    const struct PrincipalName *tgs = next ? tgs_of(x->turn->mem, next->realm) : NULL;
    const struct account *server = tgs ? realm_find(x->realm, x->turn->mem, tgs) : NULL;
    if (server) {
        x->referral = next;
        x->server = server;
        x->sname = tgs;
    }
    tell_referral(x, asked);
    return server != NULL;
}

/* For the reader, after the account was found that the ticket is for. */
int32_t step_referral(struct exchange *x)
{
    if (!x->referral)
        return SILENT;
    if (x->turn->tell)
        SAY(x,
            A_STR("asked", x->body->has_sname
                               ? principal_text(x->turn->mem, &x->body->sname, x->body->realm)
                               : ""),
            A_TEXT("next", x->referral->realm));
    return NOTED;
}
