/* Who asks: the AP-REQ inside PA-TGS-REQ, the checksum that ties it to this request, and whether it
 * was seen before (RFC 4120 3.3.2). */
#include "kdc/tgs.h"

#define CKSUMTYPE_HMAC_MD5 (-138) /* RFC 4757 4 */

bool brings_what_it_asks(const struct exchange *x, const struct Ticket *t)
{
    const struct KDC_REQ_BODY *b = x->body;
    return (b->kdc_options & (AGAIN | KDC_OPT_PROXY)) && b->has_sname &&
           principal_equal(&t->sname, &b->sname);
}

/* Whose key it has to be; NULL: nobody's, and the error for that. */
struct holder {
    const struct account *keys;
    int32_t code;
};

/* From another KDC, for this one: sealed with the key that the two realms share. */
static struct holder foreign_tgt(struct exchange *x, const struct Ticket *t)
{
    const struct trust *trust = realm_trust(x->realm, x->turn->mem, t->realm);
    x->ap_why = "no key is shared with its realm";
    if (!trust)
        return (struct holder){.code = KRB_AP_ERR_NOKEY};
    x->ap_why = "its realm's clients are not served here";
    if (!trust->inbound)
        return (struct holder){.code = KDC_ERR_POLICY};
    x->ap_why = NULL;
    x->issuer = trust;
    struct account *shared = arena_new_of(x->turn->mem, struct account);
    *shared = (struct account){.name = t->sname, .keys = trust->keys, .n_keys = trust->n_keys};
    return (struct holder){.keys = shared};
}

/* A ticket-granting ticket; or, to be had again in another form, the very ticket that is asked
 * for. */
static struct holder ticket_holder(struct exchange *x, const struct Ticket *t)
{
    bool ours = bytes_equal(t->realm, realm_name(x->realm)), tgt = is_tgs_name(x, &t->sname);
    if (tgt && !ours)
        return foreign_tgt(x, t);
    if (ours && (tgt || brings_what_it_asks(x, t)))
        return (struct holder){.keys = realm_find(x->realm, x->turn->mem, &t->sname),
                               .code = KRB_AP_ERR_NOT_US};
    x->ap_why = is_krbtgt(&t->sname) ? "this TGT is for another realm's KDC"
                                     : "this is a service's ticket and no TGT";
    return (struct holder){.code = KRB_AP_ERR_NOT_US};
}

static int32_t find_key(void *arg, struct turn *turn, const struct Ticket *t, struct key *out)
{
    struct exchange *x = arg;
    (void)turn;
    struct holder h = ticket_holder(x, t);
    if (!h.keys)
        return h.code;
    uint32_t kvno = t->enc_part.has_kvno ? (uint32_t)t->enc_part.kvno : 0;
    const struct account_key *k = account_key(h.keys, kvno, (int32_t)t->enc_part.etype);
    if (!k)
        return account_key(h.keys, kvno, 0) ? KRB_AP_ERR_NOKEY : KRB_AP_ERR_BADKEYVER;
    if (x->issuer)
        tell_trust_key(x, k, "kdc.tgs.ap.key");
    else
        tell_account_key(x, h.keys, k, "kdc.tgs.ap.key");
    *out = x->brought_key = k->key;
    return 0;
}

/* What a failed check is called in the KRB-ERROR. */
static const char *ap_text(int32_t code)
{
    switch (code) {
    case KRB_AP_ERR_NOT_US:
        return "this ticket is not for the KDC";
    case KRB_AP_ERR_SKEW:
        return "the clocks differ by too much";
    case KRB_AP_ERR_TKT_EXPIRED:
        return "the ticket has expired";
    case KRB_AP_ERR_TKT_NYV:
        return "the ticket is not valid yet";
    case KRB_AP_ERR_BADADDR:
        return "it comes from an address not listed";
    case KRB_AP_ERR_BADMATCH:
        return "authenticator and ticket name two clients";
    case KRB_AP_ERR_BADKEYVER:
    case KRB_AP_ERR_NOKEY:
        return "no such key of the ticket's server";
    case KRB_AP_ERR_BAD_INTEGRITY:
        return "the ticket or its proof does not open";
    }
    return "the ticket cannot be accepted";
}

static bool read_ap_req(struct exchange *x, struct AP_REQ *req, int32_t *code)
{
    struct faults faults = {.mem = x->turn->mem};
    if (asn_decode(&ASN_AP_REQ, find_padata(&x->req, PA_TGS_REQ)->padata_value, ASN_DEPLOYED,
                   x->turn->mem, &faults, req))
        return true;
    pass_faults(x->turn, &faults);
    *code = refuse(x, decode_error(&faults, KRB_AP_ERR_BADVERSION), "the AP-REQ is malformed");
    return false;
}

static struct bytes sender(const struct exchange *x)
{
    return x->packet->from ? x->packet->from->address : (struct bytes){0};
}

int32_t step_tgs_ap(struct exchange *x)
{
    struct AP_REQ req;
    int32_t code;
    if (!read_ap_req(x, &req, &code))
        return code;
    struct ap_keys keys = {find_key, x};
    struct ap_policy policy = {.skew = x->policy->skew,
                               .usage = USAGE_TGS_AUTHENTICATOR,
                               .step = "kdc.tgs.ap",
                               .sender = sender(x),
                               .allow_invalid = x->body->kdc_options & KDC_OPT_VALIDATE};
    code = ap_check(x->turn, &req, &keys, &policy, &x->tgt);
    if (x->tgt.session.n) { /* the ticket opened */
        x->cname = &x->tgt.ticket.cname;
        x->crealm = x->tgt.ticket.crealm;
        tell_session_key(x, "session", &x->tgt.session, x->cname, &x->tgt.req.ticket.sname,
                         "kdc.tgs.ap.ticket");
        tell_session_key(x, "subkey", &x->tgt.subkey, x->cname, &x->tgt.req.ticket.sname,
                         "kdc.tgs.ap.authenticator");
    }
    x->ctime = x->tgt.authenticator.ctime + x->tgt.authenticator.cusec;
    return code ? refuse(x, code, x->ap_why ? x->ap_why : ap_text(code)) : DONE;
}

/* A type of checksum goes with the keys of one family (RFC 3961 4). HMAC-MD5 under an AES key would
 * be a weaker sum than the key is good for, at the wish of who sends it. */
static bool fits_key(int32_t cksumtype, const struct key *key)
{
    return cksumtype != CKSUMTYPE_HMAC_MD5 ||
           etype_find(key->etype)->cksumtype == CKSUMTYPE_HMAC_MD5;
}

/* The authenticator could be put on top of another body, if the body were not summed up in it. KDCs
 * of Windows take one without, and clients exist that send it so. */
int32_t step_tgs_checksum(struct exchange *x)
{
    const struct Authenticator *a = &x->tgt.authenticator;
    if (!a->has_cksum && x->policy->windows_names) {
        tell(x->turn, STEP_NOTED, "kdc.tgs.no-checksum");
        return SILENT;
    }
    if (!a->has_cksum)
        return refuse(x, KRB_AP_ERR_INAPP_CKSUM, "the authenticator has no checksum");
    int32_t type = (int32_t)a->cksum.cksumtype;
    SAY(x, A_INT("cksumtype", type), A_USAGE("usage", USAGE_TGS_CKSUM),
        A_INT("octets", (int64_t)x->body->der.n));
    if (!checksum_known(type))
        return refuse(x, KDC_ERR_SUMTYPE_NOSUPP, "unknown type of checksum");
    if (!checksum_is_keyed(type))
        return refuse(x, KRB_AP_ERR_INAPP_CKSUM, "anyone could make this type of checksum");
    if (!fits_key(type, &x->tgt.session))
        return refuse(x, KRB_AP_ERR_INAPP_CKSUM, "this checksum goes with keys of RC4 only");
    if (!checksum_verify(x->turn->crypto, type, &x->tgt.session, USAGE_TGS_CKSUM, x->body->der,
                         a->cksum.checksum))
        return refuse(x, KRB_AP_ERR_MODIFIED, "the checksum does not fit the request");
    return DONE;
}

/* After the checksum: who puts another body on a recorded authenticator must not be able to use it
 * up before its owner's request arrives. The ciphertext stands for the tuple of RFC 4120 3.2.3,
 * which is sealed in it. It is remembered for as long as its time would pass. */
int32_t step_tgs_replay(struct exchange *x)
{
    struct ledger *ledger = x->kdc->config.ledger;
    if (!ledger)
        return SILENT;
    int64_t window = x->ctime + x->policy->skew - x->turn->now;
    SAY(x, A_TIME("ctime", x->ctime), A_SPAN("window", window));
    switch (replay_insert(ledger, x->tgt.req.authenticator.cipher, x->turn->now, window)) {
    case REPLAY_NEW:
        x->counted = true;
        return DONE;
    case REPLAY_SEEN:
        return refuse(x, KRB_AP_ERR_REPEAT, "this authenticator was used before");
    case REPLAY_FULL:
        break;
    }
    return refuse(x, KDC_ERR_SVC_UNAVAILABLE, "too many requests to remember");
}
