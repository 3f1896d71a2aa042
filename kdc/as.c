/* The Authentication Service (RFC 4120 3.1): from a name and, usually, a proof of the key to a
 * first ticket. The list at the end is the exchange. */
#include "kdc/as.h"
#include "kdc/fast.h"
#include "kdc/pac.h"

static int32_t step_request(struct exchange *x)
{
    const struct KDC_REQ_BODY *b = x->body;
    struct arena *mem = x->turn->mem;
    if (!x->turn->tell)
        return SILENT;
    SAY(x, A_STR("cname", b->has_cname ? principal_text(mem, &b->cname, b->realm) : ""),
        A_STR("sname", b->has_sname ? principal_text(mem, &b->sname, (struct bytes){0}) : ""),
        A_STR("options", name_flags(mem, NAMES_KDC_OPTION, b->kdc_options)),
        A_INT("nonce", b->nonce));
    return NOTED;
}

static int32_t step_client_valid(struct exchange *x)
{
    const struct account *a = x->client;
    SAY(x, A_STR("client", a->text));
    return client_standing(x, a,
                           x->body->has_sname && is_password_service(&x->body->sname)
                               ? TO_CHANGE_PASSWORD
                               : TO_LOG_ON);
}

/* RFC 6806 11: the KDC confirms, sealed, which request it has answered. */
static bool confirm_request(struct exchange *x, struct EncKDCRepPart *part)
{
    if (!(x->ticket.flags & TKT_ENC_PA_REP))
        return true;
    uint8_t *sum = arena_take(x->turn->mem, CHECKSUM_MAX);
    size_t n;
    const struct etype_row *row = etype_find(x->reply_key.etype);
    if (!checksum_make(x->turn->crypto, row->cksumtype, &x->reply_key, USAGE_AS_REQ,
                       x->packet->data, sum, &n))
        return false;
    struct Checksum c = {.cksumtype = row->cksumtype, .checksum = {sum, n}};
    struct PA_DATA *pa = arena_array(x->turn->mem, struct PA_DATA, 2);
    pa->padata_type = PA_REQ_ENC_PA_REP;
    pa->padata_value = asn_encode(&ASN_Checksum, &c, x->turn->mem);
    pa[1].padata_type = PA_FX_FAST; /* empty: this KDC understands armor (RFC 6806 11) */
    part->has_encrypted_pa_data = true;
    part->encrypted_pa_data.at = pa;
    part->encrypted_pa_data.n = 2;
    return pa->padata_value.n != 0;
}

/* Without this a client that was not asked for proof could not make its key. */
static void add_salt(struct exchange *x, struct KDC_REP *rep)
{
    struct ETYPE_INFO2_ENTRY entry = {
        .etype = x->client_key->key.etype,
        .has_salt = x->client_key->has_salt,
        .salt = x->client_key->salt,
        .has_s2kparams = x->client_key->s2kparams.n != 0,
        .s2kparams = x->client_key->s2kparams,
    };
    struct ETYPE_INFO2 info = {.at = &entry, .n = 1};
    struct PA_DATA *pa = arena_new_of(x->turn->mem, struct PA_DATA);
    pa->padata_type = PA_ETYPE_INFO2;
    pa->padata_value = asn_encode(&ASN_ETYPE_INFO2, &info, x->turn->mem);
    rep->has_padata = true;
    rep->padata.at = pa;
    rep->padata.n = 1;
}

static int32_t step_reply(struct exchange *x)
{
    struct KDC_REP rep = {0};
    /* Whatever the steps before have come to: nothing sealed with the client's key leaves for an
     * account that must prove it first. */
    if (!x->proven && !(x->client->flags & ACCOUNT_NO_PREAUTH))
        return BROKEN;
    x->reply_key = x->client_key->key;
    x->reply_kvno = x->client_key->kvno;
    x->reply_usage = USAGE_AS_REP;
    tell_account_key(x, x->client, x->client_key, "kdc.as.reply");
    if (!fast_strengthen(x))
        return BROKEN;
    struct EncKDCRepPart part = reply_part(x);
    if (!confirm_request(x, &part))
        return BROKEN;
    add_salt(x, &rep);
    return encode_reply(x, &rep, &part);
}

static const struct step as_steps[] = {
    {"kdc.fast", step_fast, "RFC 6113 5.4.2"},
    {"kdc.as.request", step_request, "RFC 4120 3.1.1"},
    {"kdc.as.realm", step_as_realm, "RFC 4120 3.1.3"},
    {"kdc.as.client", step_as_client, "RFC 4120 3.1.3"},
    {"kdc.as.client-valid", step_client_valid, "RFC 4120 3.1.3"},
    {"kdc.as.server", step_server, "RFC 4120 3.1.3"},
    {"kdc.as.options", step_as_options, "RFC 4120 3.1.3"},
    {"kdc.as.etype", step_etype, "RFC 4120 3.1.3"},
    {"kdc.as.preauth", step_preauth, "RFC 4120 3.1.3"},
    {"kdc.as.addresses", step_as_addresses, "RFC 4120 3.1.3"},
    {"kdc.as.times", step_as_times, "RFC 4120 3.1.3"},
    {"kdc.as.flags", step_as_flags, "RFC 4120 3.1.3"},
    {"kdc.as.session-key", step_session_key, "RFC 4120 3.1.3"},
    {"kdc.as.pac", step_as_pac, "MS-KILE 3.3.5.6.4"},
    {"kdc.as.ticket", step_ticket, "RFC 4120 5.3"},
    {"kdc.as.reply", step_reply, "RFC 4120 3.1.3"},
};

int32_t as_answer(struct exchange *x)
{
    return run_steps(x, as_steps, sizeof as_steps / sizeof *as_steps);
}
