/* Who asks: the realm and the name in an AS-REQ, and the account that it means (RFC 4120 3.1.3,
 * RFC 6806 5 to 7). */
#include "kdc/as.h"

int32_t step_as_realm(struct exchange *x)
{
    SAY(x, A_TEXT("realm", x->body->realm), A_TEXT("ours", realm_name(x->realm)));
    if (!realm_is(x->realm, x->body->realm))
        return refuse(x, KDC_ERR_WRONG_REALM, "this KDC serves another realm");
    return DONE;
}

/* An enterprise name is nobody's own: who asks by it takes another, as MIT's client does, whether
 * it says so or not. */
static bool takes_another_name(const struct exchange *x)
{
    return x->body->kdc_options & KDC_OPT_CANONICALIZE || x->body->cname.name_type == NT_ENTERPRISE;
}

/* ---- nobody has the name ----------------------------------------------------------------------
 */

static struct bytes behind_at(struct bytes name)
{
    size_t at = name.n;
    while (at && name.p[at - 1] != '@')
        at--;
    return at ? bytes_slice(name, at, name.n) : (struct bytes){0};
}

static struct bytes upper(struct arena *mem, struct bytes text)
{
    uint8_t *p = arena_take(mem, text.n);
    for (size_t i = 0; i < text.n; i++)
        p[i] = text.p[i] >= 'a' && text.p[i] <= 'z' ? (uint8_t)(text.p[i] - 32) : text.p[i];
    return bytes_of(p, text.n);
}

/* An enterprise name of a realm that is trusted: there is the place to ask (RFC 6806 7). */
static const struct trust *home_of(struct exchange *x)
{
    const struct PrincipalName *name = &x->body->cname;
    if (name->name_type != NT_ENTERPRISE || name->name_string.n != 1)
        return NULL;
    struct bytes realm = behind_at(name->name_string.at[0]);
    const struct trust *t = realm.n ? realm_trust(x->realm, x->turn->mem, realm) : NULL;
    return t || !realm.n ? t : realm_trust(x->realm, x->turn->mem, upper(x->turn->mem, realm));
}

static const char *why_unknown(const struct PrincipalName *name)
{
    if (name->name_type == NT_X500_PRINCIPAL)
        return "no X.500 names are kept here";
    if (name->name_type == NT_SMTP_NAME)
        return "no mail addresses are kept here";
    if (name->name_type == NT_WELLKNOWN)
        return "nobody logs on unnamed here";
    return "no account has this name";
}

static int32_t nobody(struct exchange *x, const struct lookup *how)
{
    const struct trust *home = home_of(x);
    if (how->rule == LOOKUP_AMBIGUOUS) {
        SAY(x, A_STR("one", how->both[0]->text), A_STR("other", how->both[1]->text));
        return refuse(x, KDC_ERR_PRINCIPAL_NOT_UNIQUE, "two accounts have this name");
    }
    if (!home)
        return refuse(x, KDC_ERR_C_PRINCIPAL_UNKNOWN, why_unknown(&x->body->cname));
    x->cname = &x->body->cname;
    x->crealm = home->realm;
    SAY(x, A_TEXT("home", home->realm));
    return refuse(x, KDC_ERR_WRONG_REALM, "another realm knows this name");
}

/* ---- somebody has it --------------------------------------------------------------------------
 */

/* The ticket names the account by its own name, or it could become the ticket of whoever has that
 * other name later (CVE-2021-42278, CVE-2021-42287). A client that has not said that it takes
 * another name than it asked for would refuse the reply (RFC 6806 6), so it gets none. Letters of
 * other case are the account's own name where the realm takes them for the same. */
static int32_t name_client(struct exchange *x, const struct lookup *how)
{
    bool own = how->rule == LOOKUP_NAME, may_change = takes_another_name(x);
    if (!own && !may_change)
        return refuse(x, KDC_ERR_C_PRINCIPAL_UNKNOWN, "an alias, and its own name is not taken");
    x->cname = may_change ? &x->client->name : &x->body->cname;
    x->crealm = realm_name(x->realm);
    if (!own || how->other_case)
        SAY(x, A_STR("as", principal_text(x->turn->mem, x->cname, (struct bytes){0})));
    return DONE;
}

int32_t step_as_client(struct exchange *x)
{
    struct lookup how;
    const struct PrincipalName *asked = &x->body->cname;
    if (!x->body->has_cname)
        return refuse(x, KDC_ERR_C_PRINCIPAL_UNKNOWN, "no client was named");
    SAY(x, A_STR("cname", principal_text(x->turn->mem, asked, (struct bytes){0})));
    x->client = realm_lookup(x->realm, x->turn->mem, asked, LOOKUP_CLIENT, &how);
    if (!x->client)
        return nobody(x, &how);
    SAY(x, A_STR("account", x->client->text), A_STR("by", found_by(x, &how)),
        A_INT("kvno", x->client->n_keys ? x->client->keys[0].kvno : 0));
    return name_client(x, &how);
}
