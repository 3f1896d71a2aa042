/* The PAC of a ticket (MS-PAC, MS-KILE 3.3.5.6.4, 3.3.5.7): made at the logon, and from ticket to
 * ticket checked and signed anew. A realm without a SID has none to give, and hands none on. */
#include "kdc/pac.h"

#include "context/pac.h"

#include <string.h>

/* The KDC signs with its newest key. NULL: the realm has no krbtgt account. */
static const struct account *krbtgt(struct exchange *x)
{
    struct bytes parts[] = {BYTES_LIT("krbtgt"), realm_name(x->realm)};
    struct PrincipalName name = {.name_type = NT_SRV_INST, .name_string = {.at = parts, .n = 2}};
    return realm_find(x->realm, x->turn->mem, &name);
}

static const struct key *server_key(const struct exchange *x)
{
    return x->second.n ? &x->second : &x->server_key->key;
}

static void put_pac(struct exchange *x, struct bytes pac)
{
    struct EncTicketPart *t = &x->ticket;
    size_t n = t->has_authorization_data ? t->authorization_data.n : 0;
    struct AuthorizationData_item *all =
        arena_array(x->turn->mem, struct AuthorizationData_item, n + 1);
    for (size_t i = 0; i < n; i++)
        all[i] = t->authorization_data.at[i];
    all[n] = pac_element(x->turn, pac);
    t->has_authorization_data = true;
    t->authorization_data.at = all;
    t->authorization_data.n = n + 1;
}

static bool realm_has_pacs(const struct exchange *x)
{
    return x->policy->has_sid && !x->policy->no_pac;
}

/* ---- at the logon ---------------------------------------------------------------------------- */

/* MS-KILE 3.3.5.3: without PA-PAC-REQUEST there is one. */
static bool declined(struct exchange *x)
{
    struct KERB_PA_PAC_REQUEST asked;
    const struct PA_DATA *pa = find_padata(&x->req, PA_PAC_REQUEST);
    return pa &&
           asn_decode(&ASN_KERB_PA_PAC_REQUEST, pa->padata_value, ASN_DEPLOYED, x->turn->mem, NULL,
                      &asked) &&
           !asked.include_pac;
}

/* "DC1": the party's name as NetBIOS would have it. */
static struct bytes controller_name(struct exchange *x)
{
    const char *party = x->kdc->config.party ? x->kdc->config.party : "kdc";
    char *name = arena_str(x->turn->mem, bytes_str(party));
    for (char *p = name; *p; p++)
        if (*p >= 'a' && *p <= 'z')
            *p = (char)(*p - 'a' + 'A');
    return bytes_slice(bytes_str(name), 0, 15);
}

int32_t step_as_pac(struct exchange *x)
{
    struct bytes pac;
    if (!realm_has_pacs(x) || !x->client->rid)
        return SILENT;
    if (declined(x)) {
        tell(x->turn, STEP_NOTED, "kdc.as.pac.declined");
        return SILENT;
    }
    const struct account *kdc = krbtgt(x);
    if (!kdc || !kdc->n_keys)
        return SILENT;
    struct validation_info info =
        account_validation(x->realm, x->client, controller_name(x), x->turn->now, x->turn->mem);
    struct pac_making making = {.info = &info,
                                .client_name = pac_client_name(x->turn, x->cname),
                                .authtime = x->ticket.authtime,
                                .server_key = server_key(x),
                                .kdc_key = &kdc->keys[0].key};
    if (!pac_make(x->turn, &making, &pac))
        return BROKEN;
    put_pac(x, pac);
    if (told(x->turn)) {
        struct sid user = sid_in(&info.logon_domain_id, info.user_id);
        SAY(x, A_STR("client", x->client->text), A_SID("sid", sid_text(x->turn->mem, &user)),
            A_INT("groups", (int64_t)info.n_groups));
    }
    return DONE;
}

/* ---- from ticket to ticket ------------------------------------------------------------------- */

/* Of the keys that krbtgt has had, the one that signed; NULL: none of them. */
static const struct key *signer(struct exchange *x, const struct pac *pac,
                                const struct account *kdc)
{
    for (size_t i = 0; i < kdc->n_keys; i++)
        if (pac_kdc_signed(x->turn, pac, &kdc->keys[i].key))
            return &kdc->keys[i].key;
    return &kdc->keys[0].key; /* so that it is this one that does not fit */
}

static bool is_of(const struct sid *s, const struct sid *domain)
{
    return s->authority == domain->authority && s->n >= domain->n &&
           memcmp(s->sub, domain->sub, domain->n * sizeof s->sub[0]) == 0;
}

/* What a KDC of another realm may say (MS-PAC 4.1.2.2): SIDs of domains but not of ours, and how it
 * knows its client. Everything else has a meaning here that is not its to give. */
static bool may_say(const struct exchange *x, const struct sid *s)
{
    bool domain = s->authority == 5 && s->n > 1 && s->sub[0] == 21;
    return s->authority == 18 || (domain && !is_of(s, &x->policy->sid));
}

/* True: something was left out. */
static bool filter(struct exchange *x, struct validation_info *info)
{
    struct sid_and_attributes *kept =
        arena_array(x->turn->mem, struct sid_and_attributes, info->n_extra_sids);
    const char *out = "";
    size_t n = 0;
    for (size_t i = 0; i < info->n_extra_sids; i++) {
        const struct sid *s = &info->extra_sids[i].sid;
        if (may_say(x, s))
            kept[n++] = info->extra_sids[i];
        else if (told(x->turn))
            out = arena_printf(x->turn->mem, "%s%s%s", out, *out ? ", " : "",
                               sid_text(x->turn->mem, s));
    }
    bool groups = info->has_resource_groups && !may_say(x, &info->resource_group_domain_sid);
    if (n == info->n_extra_sids && !groups)
        return false;
    if (groups && told(x->turn))
        out = arena_printf(x->turn->mem, "%s%sresource groups of %s", out, *out ? ", " : "",
                           sid_text(x->turn->mem, &info->resource_group_domain_sid));
    tell(x->turn, STEP_NOTED, "kdc.tgs.pac.filter", A_TEXT("issuer", x->issuer->realm),
         A_STR("sids", out));
    info->extra_sids = kept;
    info->n_extra_sids = n;
    if (groups) {
        info->has_resource_groups = false;
        info->n_resource_groups = 0;
    }
    return true;
}

/* Names are believed by whoever lists users by them: one of ours, or one that hides a domain in the
 * user, is not a neighbour's to give. */
static bool takes_our_name(struct exchange *x, const struct validation_info *info)
{
    struct bytes domain = info->logon_domain_name, user = info->effective_name;
    return bytes_equal_nocase(domain, realm_netbios(x->realm, x->turn->mem)) ||
           bytes_equal_nocase(domain, realm_name(x->realm)) ||
           (domain.n && memchr(domain.p, '\\', domain.n)) ||
           (user.n && memchr(user.p, '\\', user.n));
}

/* The buffers with another LOGON_INFO, where something in it was left out. */
static int32_t filtered(struct exchange *x, struct pac *pac, struct validation_info *info)
{
    if (!may_say(x, &info->logon_domain_id) || takes_our_name(x, info))
        return refuse(x, KDC_ERR_POLICY, "the PAC claims that its client is ours");
    if (!filter(x, info))
        return DONE;
    struct pac_buffer *all = arena_array(x->turn->mem, struct pac_buffer, pac->n);
    for (size_t i = 0; i < pac->n; i++) {
        all[i] = pac->buffers[i];
        if (all[i].type == PAC_LOGON_INFO)
            all[i].data = pac_logon_info_write(x->turn->mem, info);
    }
    pac->buffers = all;
    return DONE;
}

/* An account may have been given the name of another one since (CVE-2021-42287): the SID stays. */
static bool is_client(const struct exchange *x, const struct validation_info *info)
{
    return info->user_id == x->client->rid && sid_equal(&info->logon_domain_id, &x->policy->sid);
}

int32_t step_tgs_pac(struct exchange *x)
{
    struct pac pac;
    struct validation_info info;
    struct bytes again;
    bool present;
    const struct account *kdc = realm_has_pacs(x) ? krbtgt(x) : NULL;
    if (!kdc || !kdc->n_keys)
        return SILENT;
    bool reads = pac_in_ticket(x->turn, &x->tgt.ticket, &present, &pac);
    if (!present)
        return SILENT;
    if (!reads)
        return refuse(x, KRB_AP_ERR_MODIFIED, "the PAC cannot be read");
    if (x->issuer && !pac_find(&pac, PAC_LOGON_INFO)) { /* MIT's: signatures and a name */
        tell(x->turn, STEP_NOTED, "kdc.tgs.pac.empty", A_TEXT("issuer", x->issuer->realm));
        return SILENT;
    }
    const struct key *signed_by = x->issuer ? NULL : signer(x, &pac, kdc);
    int32_t code =
        pac_check(x->turn, &pac, &x->tgt.ticket, &x->brought_key, signed_by, "kdc.tgs", &info);
    if (code)
        return refuse(x, code, "the PAC is not as it was signed");
    if (x->issuer && (code = filtered(x, &pac, &info)))
        return code;
    if (x->client && !is_client(x, &info))
        return refuse(x, KDC_ERR_TGT_REVOKED, "the account of that name is another one");
    if (!pac_sign_again(x->turn, &pac, server_key(x), &kdc->keys[0].key, &again))
        return BROKEN;
    put_pac(x, again);
    SAY(x, A_STR("server", reader_name(x, x->sname)));
    return DONE;
}
