/* Kerberos as a mechanism of the browser's Negotiate (RFC 4121 4.1): the AP exchange with a ticket
 * that is there. */
#include "client/browse.h"

#include "base/text.h"
#include "wire/gss.h"

static enum mech_state refused_with(struct krb5_side *k, struct turn *t, struct bytes der)
{
    struct client *c = k->client;
    struct KRB_ERROR e;
    k->why = "its token says that the ticket is not taken, and cannot be read";
    if (!asn_decode(&ASN_KRB_ERROR, der, ASN_DEPLOYED, t->mem, t->faults, &e))
        return MECH_REFUSED;
    tell(t, STEP_NOTED, "client.error", A_ERROR("code", e.error_code),
         A_TEXT("text", e.has_e_text ? e.e_text : bytes_str("")),
         A_TIME("stime", e.stime + e.susec));
    k->code = e.error_code ? (int32_t)e.error_code : KRB_ERR_GENERIC;
    k->why = arena_str(c->mem, bytes_str(name_text(t->mem, NAMES_ERROR, k->code)));
    return MECH_REFUSED;
}

static enum mech_state check_proof(struct krb5_side *k, struct turn *t, struct bytes der)
{
    struct client *c = k->client;
    struct detail why;
    struct security_context *context = &c->context;
    if (!client_ap_proof(c, t, k->cred, &k->sent, der, context, &why)) {
        k->code = why.code;
        k->why = "the service's proof does not hold";
        return MECH_REFUSED;
    }
    mech_krb5_keys(&k->mech, &context->session, &context->initiator, &context->acceptor,
                   context->send_seq, context->receive_seq);
    k->proved = true;
    return MECH_DONE;
}

static enum mech_state exchange(void *arg, struct turn *t, struct krb5_round *r)
{
    struct krb5_side *k = arg;
    if (r->in_id == TOK_AP_REP)
        return check_proof(k, t, r->in);
    if (r->in_id)
        return refused_with(k, t, r->in);
    if (!client_ap_token(k->client, t, k->cred, true, k->bound ? k->bindings : NULL, &k->sent))
        return MECH_TROUBLE;
    r->out_id = TOK_AP_REQ;
    r->out = k->sent.request;
    mech_krb5_keys(&k->mech, &k->cred->session, &k->sent.subkey, NULL, k->sent.seq_number,
                   k->sent.seq_number);
    return MECH_CONTINUE;
}

bool browse_krb5(struct client *c, struct turn *t, struct side *side)
{
    struct krb5_side *k = &side->krb5;
    struct bytes bindings = browse_bindings(c, side);
    k->bound = bindings.n != 0;
    if (k->bound && !channel_bindings_hash(t->crypto, bindings, k->bindings))
        return false;
    if (k->bound)
        tell(t, STEP_DONE, "client.negotiate.bindings",
             A_BYTES("hash", bytes_of(k->bindings, sizeof k->bindings)));
    mech_krb5_init(&k->mech, false, exchange, k);
    return true;
}
