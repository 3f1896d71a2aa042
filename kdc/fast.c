/* FAST (RFC 6113 5.4): a request inside the armor of another ticket. The armor key is found first,
 * by the AP-REQ that came as armor or, at the TGS, by the ticket brought anyway; then the request
 * inside takes the place of the one outside, which from there on counts for nothing. */
#include "kdc/fast.h"
#include "context/split.h"

/* ---- the armor --------------------------------------------------------------------------------
 */

static int32_t find_key(void *arg, struct turn *turn, const struct Ticket *t, struct key *out)
{
    struct exchange *x = arg;
    (void)turn;
    const struct account *a =
        bytes_equal(t->realm, realm_name(x->realm)) && is_tgs_name(x, &t->sname)
            ? realm_find(x->realm, x->turn->mem, &t->sname)
            : NULL;
    if (!a)
        return KRB_AP_ERR_NOT_US;
    uint32_t kvno = t->enc_part.has_kvno ? (uint32_t)t->enc_part.kvno : 0;
    const struct account_key *k = account_key(a, kvno, (int32_t)t->enc_part.etype);
    if (!k)
        return account_key(a, kvno, 0) ? KRB_AP_ERR_NOKEY : KRB_AP_ERR_BADKEYVER;
    tell_account_key(x, a, k, "kdc.fast.ap.key");
    *out = k->key;
    return 0;
}

static bool make_key(struct exchange *x, const struct ap_checked *by)
{
    struct key *key = &x->armor->key;
    if (!fast_armor_key(x->turn->crypto, &by->subkey, &by->session, key))
        return false;
    tell_session_key(x, "armor", key, &by->ticket.cname, &by->req.ticket.sname, "kdc.fast.armor");
    SAY(x, A_ETYPE("etype", key->etype));
    if (x->turn->tell)
        SAY(x, A_STR("by", principal_text(x->turn->mem, &by->ticket.cname, by->ticket.crealm)));
    return true;
}

/* The AP-REQ is no logon of its own, and the client sends the same one again in the next round: it
 * is not looked up among the replays. What it armors has a proof of its own. */
static int32_t armor_of_ticket(struct exchange *x, const struct KrbFastArmor *armor)
{
    struct AP_REQ req;
    struct ap_checked by;
    struct faults faults = {.mem = x->turn->mem};
    if (armor->armor_type != FX_FAST_ARMOR_AP_REQUEST)
        return refuse(x, KDC_ERR_PREAUTH_FAILED, "unknown type of armor");
    if (!asn_decode(&ASN_AP_REQ, armor->armor_value, ASN_DEPLOYED, x->turn->mem, &faults, &req)) {
        pass_faults(x->turn, &faults);
        return refuse(x, decode_error(&faults, KRB_AP_ERR_BADVERSION), "the armor is malformed");
    }
    struct ap_keys keys = {find_key, x};
    struct ap_policy policy = {
        .skew = x->policy->skew, .usage = USAGE_AP_AUTHENTICATOR, .step = "kdc.fast.ap"};
    int32_t code = ap_check(x->turn, &req, &keys, &policy, &by);
    if (by.session.n) /* the ticket opened */
        tell_session_key(x, "session", &by.session, &by.ticket.cname, &req.ticket.sname,
                         "kdc.fast.ap.ticket");
    if (code)
        return refuse(x, code, "the armor does not hold");
    if (!by.subkey.n)
        return refuse(x, KDC_ERR_POLICY, "the armor has no subkey");
    tell_session_key(x, "subkey", &by.subkey, &by.ticket.cname, &req.ticket.sname,
                     "kdc.fast.ap.authenticator");
    return make_key(x, &by) ? DONE : BROKEN;
}

static int32_t step_armor(struct exchange *x)
{
    const struct KrbFastArmoredReq *a = &x->armor->outer.armored_data;
    if (!x->is_tgs)
        return a->has_armor ? armor_of_ticket(x, &a->armor)
                            : refuse(x, KDC_ERR_PREAUTH_FAILED, "no armor came with the request");
    if (a->has_armor)
        return refuse(x, KDC_ERR_PREAUTH_FAILED, "a TGS request is its own armor");
    if (!x->tgt.subkey.n)
        return refuse(x, KDC_ERR_PREAUTH_FAILED, "the authenticator has no subkey");
    return make_key(x, &x->tgt) ? DONE : BROKEN;
}

/* ---- the request ------------------------------------------------------------------------------
 */

/* Ties what is outside to this armor: the body of an AS-REQ; at the TGS the AP-REQ, whose own
 * checksum ties it to the body. */
static int32_t step_checksum(struct exchange *x)
{
    const struct Checksum *sum = &x->armor->outer.armored_data.req_checksum;
    struct bytes over = x->is_tgs ? find_padata(&x->req, PA_TGS_REQ)->padata_value : x->body->der;
    int32_t type = (int32_t)sum->cksumtype;
    SAY(x, A_INT("cksumtype", type), A_USAGE("usage", USAGE_FAST_REQ_CHKSUM),
        A_INT("octets", (int64_t)over.n), A_STR("over", x->is_tgs ? "AP-REQ" : "outer body"));
    if (!checksum_known(type))
        return refuse(x, KDC_ERR_SUMTYPE_NOSUPP, "unknown type of checksum");
    if (!checksum_is_keyed(type))
        return refuse(x, KRB_AP_ERR_INAPP_CKSUM, "anyone could make this type of checksum");
    if (!checksum_verify(x->turn->crypto, type, &x->armor->key, USAGE_FAST_REQ_CHKSUM, over,
                         sum->checksum))
        return refuse(x, KRB_AP_ERR_MODIFIED, "the armor was made for another request");
    return DONE;
}

static int32_t step_open(struct exchange *x)
{
    SAY(x, A_ETYPE("etype", x->armor->key.etype), A_USAGE("usage", USAGE_FAST_ENC));
    switch (open_value(x->turn, &x->armor->outer.armored_data.enc_fast_req, &x->armor->key,
                       USAGE_FAST_ENC, &ASN_KrbFastReq, &x->armor->req)) {
    case OPEN_OK:
        return DONE;
    case OPEN_DECODE:
        return refuse(x, KRB_ERR_GENERIC, "the armored request is malformed");
    case OPEN_ETYPE:
    case OPEN_INTEGRITY:
        break;
    }
    return refuse(x, KRB_AP_ERR_BAD_INTEGRITY, "the armored request does not open");
}

#define OPTIONS_KNOWN ((uint32_t)FAST_HIDE_CLIENT_NAMES)

/* A referral is not followed here; the client can do that itself, so the wish is no reason to
 * refuse. */
static int32_t step_options(struct exchange *x)
{
    uint32_t options = x->armor->req.fast_options;
    if (x->turn->tell)
        SAY(x, A_STR("options", name_flags(x->turn->mem, NAMES_FAST_OPTION, options)));
    if (options & FAST_CRITICAL & ~OPTIONS_KNOWN)
        return refuse(x, KDC_ERR_UNKNOWN_CRITICAL_FAST_OPTIONS, "a critical option is unknown");
    return DONE;
}

/* Whether the ticket brought is good for what is asked inside is looked at with the options. */
static int32_t step_body(struct exchange *x)
{
    struct KrbFastReq *req = &x->armor->req;
    x->body = &req->req_body;
    x->req.has_padata = req->padata.n != 0;
    x->req.padata.at = req->padata.at;
    x->req.padata.n = req->padata.n;
    SAY(x, A_STR("elements", padata_names(x, req->padata.at, req->padata.n)));
    return DONE;
}

static const struct step fast_steps[] = {
    {"kdc.fast.armor", step_armor, "RFC 6113 5.4.1.1"},
    {"kdc.fast.checksum", step_checksum, "RFC 6113 5.4.2"},
    {"kdc.fast.open", step_open, "RFC 6113 5.4.2"},
    {"kdc.fast.options", step_options, "RFC 6113 5.4.2"},
    {"kdc.fast.body", step_body, "RFC 6113 5.4.2"},
};

static bool has_element(bool has, const struct AuthorizationData *data, int64_t type)
{
    for (size_t i = 0; has && i < data->n; i++)
        if (data->at[i].ad_type == type)
            return true;
    return false;
}

/* What authorization data say of armor, where a ticket is brought to get another for it. */
static int32_t check_marks(struct exchange *x, bool armored)
{
    const struct EncTicketPart *t = &x->tgt.ticket;
    const struct Authenticator *a = &x->tgt.authenticator;
    if (has_element(t->has_authorization_data, &t->authorization_data, AD_FX_FAST_ARMOR) ||
        has_element(a->has_authorization_data, &a->authorization_data, AD_FX_FAST_ARMOR))
        return refuse(x, KDC_ERR_POLICY, "this ticket is good for armor only");
    if (!armored &&
        (has_element(t->has_authorization_data, &t->authorization_data, AD_FX_FAST_USED) ||
         has_element(a->has_authorization_data, &a->authorization_data, AD_FX_FAST_USED)))
        return refuse(x, KRB_AP_ERR_MODIFIED, "the armor was taken off on the way");
    return DONE;
}

int32_t step_fast(struct exchange *x)
{
    const struct PA_DATA *pa = find_padata(&x->req, PA_FX_FAST);
    struct faults faults = {.mem = x->turn->mem};
    int32_t code = x->is_tgs ? check_marks(x, pa != NULL) : DONE;
    if (code || !pa)
        return code ? code : SILENT;
    x->armor = arena_new_of(x->turn->mem, struct armor); /* wiped with the turn */
    if (!asn_decode(&ASN_PA_FX_FAST_REQUEST, pa->padata_value, ASN_DEPLOYED, x->turn->mem, &faults,
                    &x->armor->outer)) {
        pass_faults(x->turn, &faults);
        return refuse(x, KDC_ERR_PREAUTH_FAILED, "PA-FX-FAST is malformed");
    }
    code = run_steps(x, fast_steps, sizeof fast_steps / sizeof *fast_steps);
    x->n_said = 0;
    return code > 0 ? refuse(x, code, x->e_text) : code;
}

/* ---- the answer -------------------------------------------------------------------------------
 */

static bool is_armored(const struct exchange *x)
{
    return x->armor && x->armor->key.n;
}

bool fast_strengthen(struct exchange *x)
{
    struct key weaker = x->reply_key;
    if (!is_armored(x))
        return true;
    struct key *strengthen = &x->armor->strengthen;
    if (!key_random(x->turn->crypto, x->turn->rng, "strengthen-key", weaker.etype, strengthen) ||
        !fast_reply_key(x->turn->crypto, strengthen, &weaker, &x->reply_key))
        return false;
    wipe(&weaker, sizeof weaker);
    tell(x->turn, STEP_DONE, "kdc.fast.strengthen", A_ETYPE("etype", strengthen->etype));
    tell_session_key(x, "strengthen", strengthen, x->cname, &x->body->sname, "kdc.fast.strengthen");
    tell_session_key(x, "strengthened reply", &x->reply_key, x->cname, &x->body->sname,
                     "kdc.fast.strengthen");
    return true;
}

static bool finish(struct exchange *x, struct KrbFastFinished *out)
{
    uint8_t *sum = arena_take(x->turn->mem, CHECKSUM_MAX);
    size_t n;
    struct bytes ticket = asn_encode(&ASN_Ticket, &x->sealed, x->turn->mem);
    if (!ticket.n ||
        !checksum_make(x->turn->crypto, 0, &x->armor->key, USAGE_FAST_FINISHED, ticket, sum, &n))
        return false;
    *out = (struct KrbFastFinished){
        .timestamp = seconds_of(x->turn->now),
        .usec = micros_of(x->turn->now),
        .crealm = x->ticket.crealm,
        .cname = x->ticket.cname,
        .ticket_checksum = {.cksumtype = etype_find(x->armor->key.etype)->cksumtype,
                            .checksum = bytes_of(sum, n)},
    };
    return true;
}

/* The elements given and one more at most, which is left out when it is empty. */
static void inner_padata(struct exchange *x, const struct PA_DATA *list, size_t n,
                         struct PA_DATA more, struct KrbFastResponse *out)
{
    out->padata.at = arena_array(x->turn->mem, struct PA_DATA, n + 1);
    for (size_t i = 0; i < n; i++)
        out->padata.at[out->padata.n++] = list[i];
    if (more.padata_value.n)
        out->padata.at[out->padata.n++] = more;
}

bool fast_reply(struct exchange *x, struct KDC_REP *rep)
{
    if (!is_armored(x))
        return true;
    struct PA_DATA *outer = arena_new_of(x->turn->mem, struct PA_DATA);
    struct KrbFastResponse response = {
        .has_strengthen_key = true,
        .strengthen_key = key_to_wire(&x->armor->strengthen),
        .has_finished = true,
        .nonce = x->body->nonce,
    };
    struct PA_DATA challenge = {.padata_type = PA_ENCRYPTED_CHALLENGE,
                                .padata_value = x->armor->challenge};
    inner_padata(x, rep->padata.at, rep->has_padata ? rep->padata.n : 0, challenge, &response);
    outer->padata_type = PA_FX_FAST;
    if (!finish(x, &response.finished) ||
        !fast_reply_value(x->turn, &x->armor->key, &response, &outer->padata_value))
        return false;
    rep->has_padata = true;
    rep->padata.at = outer;
    rep->padata.n = 1;
    bool hide = x->armor->req.fast_options & FAST_HIDE_CLIENT_NAMES;
    if (hide) {
        rep->crealm = FAST_ANONYMOUS_REALM;
        rep->cname = fast_anonymous_name();
    }
    tell(x->turn, STEP_DONE, "kdc.fast.reply", A_USAGE("usage", USAGE_FAST_REP),
         A_INT("elements", (int64_t)response.padata.n),
         A_STR("hidden", hide ? "the client's name is left out of what can be read" : ""));
    return true;
}

void fast_error(struct exchange *x, struct krb_error_args *args)
{
    if (!is_armored(x))
        return;
    struct METHOD_DATA methods = {0};
    struct PA_DATA outer = {.padata_type = PA_FX_FAST}, error = {.padata_type = PA_FX_ERROR};
    struct krb_error_args inner = *args;
    struct KrbFastResponse response = {.nonce = x->body->nonce};
    inner.e_data = (struct bytes){0}; /* stands beside the error (RFC 6113 5.4.4) */
    error.padata_value = krb_error_build(x->turn, &inner);
    if (args->e_data.n)
        asn_decode(&ASN_METHOD_DATA, args->e_data, ASN_DEPLOYED, x->turn->mem, NULL, &methods);
    inner_padata(x, methods.at, methods.n, error, &response);
    if (x->armor->req.fast_options & FAST_HIDE_CLIENT_NAMES)
        args->cname = NULL;
    args->e_data = (struct bytes){0};
    if (!fast_reply_value(x->turn, &x->armor->key, &response, &outer.padata_value))
        return;
    struct METHOD_DATA whole = {.at = &outer, .n = 1};
    args->e_data = asn_encode(&ASN_METHOD_DATA, &whole, x->turn->mem);
    tell(x->turn, STEP_DONE, "kdc.fast.error", A_USAGE("usage", USAGE_FAST_REP),
         A_INT("elements", (int64_t)response.padata.n));
}

/* ---- that there is FAST -----------------------------------------------------------------------
 */

/* Empty: outside of armor it only says that armor is understood. */
static bool offer(struct exchange *x, struct bytes *value)
{
    (void)x;
    *value = (struct bytes){0};
    return true;
}

const struct mechanism fast_available = {PA_FX_FAST, "PA-FX-FAST", offer, NULL, BARE};
