/* The Ticket-Granting Service (RFC 4120 3.3): from a ticket-granting ticket to a ticket for a
 * service. The list at the end is the exchange. */
#include "kdc/fast.h"
#include "kdc/pac.h"
#include "kdc/tgs.h"

static int32_t step_request(struct exchange *x)
{
    const struct KDC_REQ_BODY *b = x->body;
    if (!x->turn->tell)
        return SILENT;
    SAY(x,
        A_STR("sname",
              b->has_sname ? principal_text(x->turn->mem, &b->sname, (struct bytes){0}) : ""),
        A_STR("options", name_flags(x->turn->mem, NAMES_KDC_OPTION, b->kdc_options)),
        A_INT("nonce", b->nonce));
    return NOTED;
}

/* What must not be half done. */
static int32_t refused_padata(struct exchange *x)
{
    static const struct {
        int32_t type, code;
        const char *why;
    } refused[] = {
        {PA_FOR_USER, KDC_ERR_BADOPTION, "tickets on behalf of others (S4U2self)"},
        {PA_S4U_X509_USER, KDC_ERR_BADOPTION, "tickets on behalf of others (S4U2self)"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (find_padata(&x->req, refused[i].type))
            return refuse(x, refused[i].code, refused[i].why);
    return DONE;
}

static int32_t step_padata(struct exchange *x)
{
    int32_t code = refused_padata(x);
    if (code)
        return code;
    if (!find_padata(&x->req, PA_TGS_REQ))
        return refuse(x, KDC_ERR_PADATA_TYPE_NOSUPP, "no ticket came with the request");
    return DONE;
}

/* The padata inside the armor are other ones. */
static int32_t step_armored(struct exchange *x)
{
    int32_t code = step_fast(x);
    return code || !x->armor ? code : refused_padata(x);
}

/* The client may have been closed since it logged on. */
static int32_t step_client(struct exchange *x)
{
    SAY(x, A_STR("client", principal_text(x->turn->mem, x->cname, x->crealm)));
    if (!bytes_equal(x->crealm, realm_name(x->realm)))
        return SILENT; /* its realm alone knows its account */
    x->client = realm_lookup(x->realm, x->turn->mem, x->cname, LOOKUP_TICKET, NULL);
    if (!x->client)
        return refuse(x, KDC_ERR_C_PRINCIPAL_UNKNOWN, "the client's account is gone");
    return client_standing(x, x->client, WITH_A_TICKET);
}

static int32_t step_reply(struct exchange *x)
{
    struct KDC_REP rep = {0};
    bool subkey = x->tgt.subkey.n != 0;
    x->reply_key = subkey ? x->tgt.subkey : x->tgt.session;
    x->reply_usage = subkey ? USAGE_TGS_REP_SUBKEY : USAGE_TGS_REP_SESSION;
    if (!fast_strengthen(x))
        return BROKEN;
    struct EncKDCRepPart part = reply_part(x);
    return encode_reply(x, &rep, &part);
}

static const struct step tgs_steps[] = {
    {"kdc.tgs.request", step_request, "RFC 4120 3.3.1"},
    {"kdc.tgs.padata", step_padata, "RFC 4120 3.3.2"},
    {"kdc.tgs.ap", step_tgs_ap, "RFC 4120 3.3.2"},
    {"kdc.tgs.checksum", step_tgs_checksum, "RFC 4120 3.3.2"},
    {"kdc.tgs.replay", step_tgs_replay, "RFC 4120 3.2.3"},
    {"kdc.tgs.fast", step_armored, "RFC 6113 5.4.2"},
    {"kdc.tgs.path", step_tgs_path, "RFC 4120 2.7"},
    {"kdc.tgs.client", step_client, "RFC 4120 3.3.3"},
    {"kdc.tgs.user-to-user", step_user_to_user, "RFC 4120 3.3.3"},
    {"kdc.tgs.server", step_server, "RFC 4120 3.3.3"},
    {"kdc.tgs.referral", step_referral, "RFC 6806 8"},
    {"kdc.tgs.user-to-user.owner", step_user_to_user_owner, "RFC 4120 3.3.3"},
    {"kdc.tgs.options", step_tgs_options, "RFC 4120 3.3.3"},
    {"kdc.tgs.etype", step_tgs_etype, "RFC 4120 3.3.3"},
    {"kdc.tgs.user-to-user.etype", step_user_to_user_etype, "RFC 4120 3.3.3"},
    {"kdc.tgs.flags", step_tgs_flags, "RFC 4120 3.3.3"},
    {"kdc.tgs.times", step_tgs_times, "RFC 4120 3.3.3"},
    {"kdc.tgs.authorization", step_tgs_authorization, "RFC 4120 3.3.3"},
    {"kdc.tgs.restrictions", step_tgs_restrictions, "RFC 4120 3.3.3"},
    {"kdc.tgs.session-key", step_session_key, "RFC 4120 3.3.3"},
    {"kdc.tgs.pac", step_tgs_pac, "MS-KILE 3.3.5.7"},
    {"kdc.tgs.ticket", step_ticket, "RFC 4120 5.3"},
    {"kdc.tgs.reply", step_reply, "RFC 4120 3.3.3"},
};

int32_t tgs_answer(struct exchange *x)
{
    return run_steps(x, tgs_steps, sizeof tgs_steps / sizeof *tgs_steps);
}
