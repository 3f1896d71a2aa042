/* What the acceptor of an AP-REQ checks, in the order of RFC 4120 3.2.3. */
#include "context/address.h"
#include "context/ap.h"
#include "context/tell.h"

#define NAME(turn, name, realm) A_STR("client", principal_text((turn)->mem, (name), (realm)))

/* A refusal told; returns the code. */
#define REFUSE(name, code, ...)                                                                    \
    do {                                                                                           \
        int32_t refused = (code);                                                                  \
        tell_under(turn, STEP_REFUSED, policy->step, name, A_ERROR("error", refused),              \
                   ##__VA_ARGS__);                                                                 \
        return refused;                                                                            \
    } while (0)

static int32_t check_message(struct turn *turn, const struct AP_REQ *req,
                             const struct ap_policy *policy)
{
    if (req->pvno != 5)
        REFUSE("message", KRB_AP_ERR_BADVERSION, A_INT("pvno", req->pvno));
    if (req->msg_type != 14)
        REFUSE("message", KRB_AP_ERR_MSG_TYPE, A_INT("type", req->msg_type));
    if (req->ticket.tkt_vno != 5)
        REFUSE("message", KRB_AP_ERR_BADVERSION, A_INT("pvno", req->ticket.tkt_vno));
    tell_under(turn, STEP_DONE, policy->step, "message");
    return 0;
}

static int32_t own_session(const struct ap_policy *policy, const struct Ticket *t, struct key *key)
{
    if (!policy->own_session)
        return KRB_AP_ERR_NOKEY;
    if (!bytes_equal(t->realm, policy->own_realm))
        return KRB_AP_ERR_NOT_US;
    *key = *policy->own_session;
    return 0;
}

static int32_t find_key(struct turn *turn, const struct Ticket *t, uint32_t options,
                        const struct ap_keys *keys, const struct ap_policy *policy, struct key *key)
{
    struct arg server = {0}, kvno = A_INT("kvno", t->enc_part.has_kvno ? t->enc_part.kvno : 0),
               etype = A_ETYPE("etype", t->enc_part.etype);
    if (turn->tell)
        server = A_STR("server", principal_text(turn->mem, &t->sname, t->realm));
    int32_t code;
    if (!(options & AP_OPT_USE_SESSION_KEY))
        code = keys->find(keys->arg, turn, t, key);
    else /* user-to-user: sealed with the session key of the TGT that the acceptor showed */
        code = own_session(policy, t, key);
    if (code)
        REFUSE("key", code, server, kvno, etype);
    if (options & AP_OPT_USE_SESSION_KEY) {
        tell_under(turn, STEP_DONE, policy->step, "own-session", server, etype);
        return 0;
    }
    tell_under(turn, STEP_DONE, policy->step, "key", server, kvno, etype);
    return 0;
}

/* Why something sealed did not open, as the error to answer with. */
static int32_t open_error(enum open_result result)
{
    switch (result) {
    case OPEN_OK:
        return 0;
    case OPEN_ETYPE:
    case OPEN_INTEGRITY:
        return KRB_AP_ERR_BAD_INTEGRITY;
    case OPEN_DECODE:
        break;
    }
    return KRB_ERR_GENERIC;
}

static int32_t open_ticket(struct turn *turn, const struct ap_policy *policy, const struct key *key,
                           struct ap_checked *out)
{
    int32_t code = open_error(open_value(turn, &out->req.ticket.enc_part, key, USAGE_TICKET,
                                         &ASN_EncTicketPart, &out->ticket));
    if (code)
        REFUSE("ticket", code, A_ETYPE("etype", key->etype));
    if (!key_from_wire(&out->ticket.key, &out->session))
        REFUSE("ticket", KDC_ERR_ETYPE_NOSUPP, A_ETYPE("etype", out->ticket.key.keytype));
    tell_under(turn, STEP_DONE, policy->step, "ticket",
               NAME(turn, &out->ticket.cname, out->ticket.crealm),
               A_FLAGS("flags", out->ticket.flags), A_ETYPE("etype", out->session.etype),
               A_TIME("endtime", out->ticket.endtime));
    return 0;
}

static int32_t open_authenticator(struct turn *turn, const struct ap_policy *policy,
                                  struct ap_checked *out)
{
    struct Authenticator *a = &out->authenticator;
    int32_t code = open_error(open_value(turn, &out->req.authenticator, &out->session,
                                         policy->usage, &ASN_Authenticator, a));
    if (code)
        REFUSE("authenticator", code, A_USAGE("usage", policy->usage));
    if (a->authenticator_vno != 5)
        REFUSE("authenticator", KRB_AP_ERR_BADVERSION, A_USAGE("usage", policy->usage));
    if (a->has_subkey && !key_from_wire(&a->subkey, &out->subkey))
        REFUSE("authenticator", KDC_ERR_ETYPE_NOSUPP, A_USAGE("usage", policy->usage));
    tell_under(turn, STEP_DONE, policy->step, "authenticator", A_USAGE("usage", policy->usage),
               A_TIME("ctime", a->ctime + a->cusec));
    return 0;
}

static int32_t check_names(struct turn *turn, const struct ap_policy *policy,
                           const struct ap_checked *c)
{
    const struct EncTicketPart *t = &c->ticket;
    const struct Authenticator *a = &c->authenticator;
    if (!principal_equal(&a->cname, &t->cname) || !bytes_equal(a->crealm, t->crealm))
        REFUSE("names", KRB_AP_ERR_BADMATCH, NAME(turn, &t->cname, t->crealm),
               A_STR("says", principal_text(turn->mem, &a->cname, a->crealm)));
    tell_under(turn, STEP_DONE, policy->step, "names", NAME(turn, &t->cname, t->crealm));
    return 0;
}

static int32_t check_path(struct turn *turn, const struct ap_policy *policy,
                          const struct ap_checked *c)
{
    const struct EncTicketPart *t = &c->ticket;
    if (!policy->check_path || bytes_equal(t->crealm, c->req.ticket.realm))
        return 0;
    if (!(t->flags & TKT_TRANSITED_POLICY_CHECKED))
        REFUSE("path", KRB_AP_PATH_NOT_ACCEPTED, NAME(turn, &t->cname, t->crealm),
               A_TEXT("path", t->transited.contents));
    tell_under(turn, STEP_DONE, policy->step, "path", NAME(turn, &t->cname, t->crealm),
               A_TEXT("path", t->transited.contents));
    return 0;
}

static int32_t check_addresses(struct turn *turn, const struct ap_policy *policy,
                               const struct ap_checked *c)
{
    const struct HostAddresses *listed = &c->ticket.caddr;
    if (!c->ticket.has_caddr || !listed->n)
        return 0;
    if (!policy->sender.n) {
        tell_under(turn, STEP_NOTED, policy->step, "addresses",
                   A_STR("listed", addresses_text(turn->mem, listed)));
        return 0;
    }
    if (!address_among(listed, policy->sender))
        REFUSE("addresses", KRB_AP_ERR_BADADDR, A_STR("listed", addresses_text(turn->mem, listed)),
               A_STR("sender", address_text(turn->mem, policy->sender)));
    tell_under(turn, STEP_DONE, policy->step, "addresses",
               A_STR("listed", addresses_text(turn->mem, listed)),
               A_STR("sender", address_text(turn->mem, policy->sender)));
    return 0;
}

static int64_t distance(int64_t a, int64_t b)
{
    return a > b ? a - b : b - a;
}

static int32_t check_skew(struct turn *turn, const struct ap_policy *policy,
                          const struct ap_checked *c)
{
    int64_t ctime = c->authenticator.ctime + c->authenticator.cusec;
    int64_t off = distance(turn->now, ctime);
    if (off > policy->skew)
        REFUSE("skew", KRB_AP_ERR_SKEW, A_TIME("ctime", ctime), A_TIME("now", turn->now),
               A_SPAN("off", off), A_SPAN("allowed", policy->skew));
    tell_under(turn, STEP_DONE, policy->step, "skew", A_TIME("ctime", ctime),
               A_TIME("now", turn->now), A_SPAN("off", off), A_SPAN("allowed", policy->skew));
    return 0;
}

static int32_t check_times(struct turn *turn, const struct ap_policy *policy,
                           const struct ap_checked *c)
{
    const struct EncTicketPart *t = &c->ticket;
    int64_t start = t->has_starttime ? t->starttime : t->authtime;
    bool early = start - turn->now > policy->skew || (t->flags & TKT_INVALID);
    if (early && !policy->allow_invalid)
        REFUSE("start", KRB_AP_ERR_TKT_NYV, A_TIME("starttime", start), A_TIME("now", turn->now),
               A_FLAGS("flags", t->flags));
    tell_under(turn, STEP_DONE, policy->step, "start", A_TIME("starttime", start),
               A_TIME("now", turn->now));
    if (turn->now - t->endtime > policy->skew)
        REFUSE("end", KRB_AP_ERR_TKT_EXPIRED, A_TIME("endtime", t->endtime),
               A_TIME("now", turn->now));
    tell_under(turn, STEP_DONE, policy->step, "end", A_TIME("endtime", t->endtime),
               A_TIME("now", turn->now));
    return 0;
}

int32_t ap_check(struct turn *turn, const struct AP_REQ *req, const struct ap_keys *keys,
                 const struct ap_policy *policy, struct ap_checked *out)
{
    *out = (struct ap_checked){.req = *req};
    struct key key;
    int32_t code = check_message(turn, req, policy);
    if (!code)
        code = find_key(turn, &req->ticket, req->ap_options, keys, policy, &key);
    if (!code)
        code = open_ticket(turn, policy, &key, out);
    if (!code)
        code = open_authenticator(turn, policy, out);
    if (!code)
        code = check_names(turn, policy, out);
    if (!code)
        code = check_path(turn, policy, out);
    if (!code)
        code = check_addresses(turn, policy, out);
    if (!code)
        code = check_skew(turn, policy, out);
    if (!code)
        code = check_times(turn, policy, out);
    wipe(&key, sizeof key);
    return code;
}
