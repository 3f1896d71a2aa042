/* The TGS exchange (RFC 4120 3.3): what kvno does. */
#include "client/fast.h"

static void write_body(struct client *c, struct turn *t, struct KDC_REQ_BODY *body)
{
    struct task *task = &c->task;
    /* What the ticket-granting ticket may do, the new ticket is asked to be able to do. */
    task->options |= task->cred->flags & (TKT_FORWARDABLE | TKT_PROXIABLE);
    if (task->till > task->cred->endtime && task->kind != CLIENT_RENEW)
        task->till = task->cred->endtime;
    task->nonce = client_draw_nonce(t);
    /* The addresses are those of the proxy ticket, not of what leads there. */
    bool on_the_way = task->kind == CLIENT_PROXY && !(task->options & KDC_OPT_PROXY);
    *body = (struct KDC_REQ_BODY){
        .kdc_options = task->options,
        .realm = task->srealm,
        .has_sname = true,
        .sname = task->sname,
        .till = task->till,
        .has_rtime = task->rtime != 0,
        .rtime = task->rtime,
        .nonce = task->nonce,
        .has_addresses = task->addresses.n && !on_the_way,
        .addresses = task->addresses,
    };
    body->etype.n = c->config.n_etypes;
    body->etype.at = arena_array(t->mem, int64_t, body->etype.n);
    for (size_t i = 0; i < body->etype.n; i++)
        body->etype.at[i] = c->config.etypes[i];
}

/* The checksum in the authenticator binds the body, which travels in clear, to the one who asks
 * (RFC 4120 7.5.1, usage 6). */
static bool prove_body(struct client *c, struct turn *t, struct bytes body, struct bytes *ap_req)
{
    const struct cred *tgt = c->task.cred;
    uint8_t octets[CHECKSUM_MAX];
    size_t n;
    struct Ticket ticket;
    struct AP_REQ req;
    if (!asn_decode(&ASN_Ticket, tgt->ticket, ASN_DEPLOYED, t->mem, NULL, &ticket) ||
        !checksum_make(t->crypto, 0, &tgt->session, USAGE_TGS_CKSUM, body, octets, &n) ||
        !key_random(t->crypto, t->rng, "subkey", tgt->session.etype, &c->task.subkey))
        return false;
    struct Checksum sum = {.cksumtype = etype_find(tgt->session.etype)->cksumtype,
                           .checksum = arena_copy(t->mem, bytes_of(octets, n))};
    struct ap_request ask = {.ticket = &ticket,
                             .session = &tgt->session,
                             .crealm = tgt->crealm,
                             .cname = &tgt->client,
                             .usage = USAGE_TGS_AUTHENTICATOR,
                             .cksum = &sum,
                             .subkey = &c->task.subkey,
                             .ctime = t->now};
    if (!ap_request_build(t, &ask, &req))
        return false;
    tell(t, STEP_DONE, "client.tgs.authenticator", A_TIME("time", t->now),
         A_STR("cksumtype", name_text(t->mem, NAMES_CKSUMTYPE, sum.cksumtype)),
         A_INT("octets", (int64_t)body.n));
    tell_key(t, .holder = c->config.party,
             .name = client_key_name(t->mem, "subkey", &tgt->client, &tgt->server, tgt->srealm),
             .etype = c->task.subkey.etype, .value = key_bytes(&c->task.subkey),
             .cause = "client.tgs.authenticator");
    *ap_req = asn_encode(&ASN_AP_REQ, &req, t->mem);
    return ap_req->n != 0;
}

/* The ticket whose session key is to seal the new one (RFC 4120 3.3.1, 3.7). */
static bool add_second_ticket(struct client *c, struct turn *t, struct KDC_REQ_BODY *body)
{
    if (!c->task.user_to_user)
        return true;
    struct Ticket *second = arena_new_of(t->mem, struct Ticket);
    if (!asn_decode(&ASN_Ticket, c->task.second_ticket, ASN_DEPLOYED, t->mem, NULL, second)) {
        client_refuse(c, t, FIND_SECOND, (struct detail){0});
        return false;
    }
    body->has_additional_tickets = true;
    body->additional_tickets.at = second;
    body->additional_tickets.n = 1;
    tell(t, STEP_DONE, "client.tgs.second",
         A_STR("server", client_shown(t->mem, &c->task.sname, c->task.srealm)),
         A_STR("ticket", client_shown(t->mem, &second->sname, second->realm)));
    return true;
}

static bool ask(struct client *c, struct turn *t)
{
    struct KDC_REQ req = {.pvno = 5, .msg_type = 12, .has_padata = true};
    struct PA_DATA padata = {.padata_type = PA_TGS_REQ};
    const struct party *kdc = client_kdc_for(c, t, c->task.srealm);
    if (!kdc)
        return true;
    write_body(c, t, &req.req_body);
    if (!add_second_ticket(c, t, &req.req_body))
        return true;
    struct bytes body = asn_encode(&ASN_KDC_REQ_BODY, &req.req_body, t->mem);
    if (!body.n || !prove_body(c, t, body, &padata.padata_value))
        return false;
    req.padata.at = &padata;
    req.padata.n = 1;
    if (!client_fast_arm_tgs(c, t) || !client_fast_wrap(c, t, &req))
        return false;
    struct bytes data = asn_encode(&ASN_TGS_REQ, &req, t->mem);
    if (!data.n)
        return false;
    tell(t, STEP_DONE, "client.tgs.request",
         A_STR("server", client_shown(t->mem, &c->task.sname, c->task.srealm)),
         A_TIME("until", c->task.till), A_INT("nonce", c->task.nonce));
    client_send_request(c, t, AWAIT_TGS_REP, kdc, data);
    return true;
}

/* A ticket that is already there is not asked for again. */
static bool have_it(struct client *c, struct turn *t)
{
    const struct cred *cred =
        client_cache_find(c, c->task.trail.target, &c->task.sname, c->task.second_ticket);
    if (c->task.kind != CLIENT_TICKET || c->task.anew || !cred || cred->endtime <= t->now ||
        (cred->flags & TKT_INVALID))
        return false;
    char until[WHEN_TEXT];
    tell(t, STEP_DONE, "client.tgs.cached",
         A_STR("server", client_shown(t->mem, &cred->server, cred->srealm)),
         A_TIME("until", cred->endtime));
    return client_grant(c, arena_printf(t->mem, "%s: had it already, until %s",
                                        client_shown(t->mem, &cred->server, cred->srealm),
                                        when_text(cred->endtime, false, until)));
}

/* A postdated ticket is of no use before the KDC has made it valid (RFC 4120 2.4): only that may be
 * asked with it. */
bool client_tgs_ask(struct client *c, struct turn *t)
{
    const struct cred *cred = c->task.cred;
    char when[WHEN_TEXT];
    if (cred->endtime <= t->now)
        return client_refuse(
            c, t, FIND_EXPIRED,
            (struct detail){
                .found = arena_str(t->mem, bytes_str(when_text(cred->endtime, false, when)))});
    if ((cred->flags & TKT_INVALID) && c->task.kind != CLIENT_VALIDATE)
        return client_refuse(
            c, t, FIND_INVALID,
            (struct detail){
                .found = arena_str(t->mem, bytes_str(when_text(cred->starttime, false, when)))});
    return ask(c, t);
}

bool client_tgs_begin(struct client *c, struct turn *t)
{
    if (have_it(c, t))
        return true;
    if (!client_trail_begin(c, t))
        return client_refuse(c, t, FIND_NO_TICKET, (struct detail){.found = "an empty cache"});
    tell(t, STEP_DONE, "client.tgs.tgt",
         A_STR("client", client_shown(t->mem, &c->task.cred->client, c->task.cred->crealm)),
         A_TIME("until", c->task.cred->endtime));
    return client_tgs_ask(c, t);
}

bool client_tgs_error(struct client *c, const struct packet *p, struct turn *t)
{
    struct KRB_ERROR e;
    struct METHOD_DATA methods = {0};
    if (!client_read_error(c, t, p->data, &e) || client_too_big(c, t, &e) ||
        !client_fast_error(c, t, &e, &methods))
        return true;
    bool ok;
    if (e.error_code == KDC_ERR_S_PRINCIPAL_UNKNOWN &&
        (client_referral_nearer(c, t, &ok) || client_spn_fall_back(c, t, &ok)))
        return ok;
    return client_refuse_error(c, t, &e);
}

/* Sealed with the subkey that the request carried; older KDCs use the session key (RFC 4120
 * 3.3.3). */
static enum open_result open_reply(struct client *c, struct turn *t, const struct KDC_REP *rep,
                                   struct EncKDCRepPart *part)
{
    const struct {
        const struct key *key;
        int32_t usage;
    } ways[] = {{&c->task.subkey, USAGE_TGS_REP_SUBKEY},
                {&c->task.cred->session, USAGE_TGS_REP_SESSION}};
    enum open_result result = OPEN_INTEGRITY;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct key *key = &c->task.reply;
        if (!client_fast_strengthen(c, t, ways[i].key, key))
            return OPEN_ETYPE;
        result = open_value(t, &rep->enc_part, key, ways[i].usage, &ASN_EncTGSRepPart, part);
        if (result == OPEN_OK)
            tell(t, STEP_DONE, "client.rep.open", A_ETYPE("etype", ways[i].key->etype),
                 A_USAGE("usage", ways[i].usage));
        if (result == OPEN_OK || result == OPEN_DECODE)
            return result;
    }
    return result;
}

/* The chain of realms that a ticket came through is for the last KDC or the service to judge (RFC
 * 4120 2.7); the flag says whether a KDC has. */
static void tell_arrived(struct client *c, struct turn *t)
{
    const struct cred *cred = c->task.cred;
    if (c->task.trail.n)
        tell(t, STEP_NOTED, "client.referral.arrived", A_INT("hops", (int64_t)c->task.trail.n),
             A_STR("server", client_shown(t->mem, &cred->server, cred->srealm)),
             A_STR("checked", cred->flags & TKT_TRANSITED_POLICY_CHECKED
                                  ? "Its KDC has checked the realms on the way"
                                  : "No KDC has checked the realms on the way: the service must"));
}

/* What came is the ticket that was wanted, or shows the way to it. */
static bool go_on(struct client *c, struct turn *t, const struct KDC_REP *rep)
{
    const struct cred *cred = c->task.cred;
    if (is_for_service(&c->task) && !principal_equal(&cred->server, &c->task.trail.service))
        return client_referral_follow(c, t);
    tell_arrived(c, t);
    if (c->task.kind == CLIENT_GET)
        return client_ap_send(c, t);
    if (c->task.kind == CLIENT_BROWSE)
        return client_browse_ticket(c, t);
    char until[WHEN_TEXT];
    return client_grant(
        c, arena_printf(t->mem, "%s: kvno = %lld, until %s",
                        client_shown(t->mem, &cred->server, cred->srealm),
                        rep->ticket.enc_part.has_kvno ? (long long)rep->ticket.enc_part.kvno : 0LL,
                        when_text(cred->endtime, false, until)));
}

bool client_tgs_reply(struct client *c, const struct packet *p, struct turn *t)
{
    struct KDC_REP rep;
    struct EncKDCRepPart part;
    if (!client_read_reply(c, t, p, &ASN_TGS_REP, &rep) || !client_fast_reply(c, t, &rep))
        return true;
    enum open_result opened = open_reply(c, t, &rep, &part);
    if (opened == OPEN_DECODE)
        return client_refuse(c, t, FIND_MALFORMED, (struct detail){.expected = "EncTGSRepPart"});
    if (opened != OPEN_OK)
        return client_refuse(c, t, FIND_SEALED, (struct detail){0});
    if (!client_reply_check(c, t, &rep, &part))
        return true;
    c->task.cred = client_cache_keep_reply(c, t, &rep, &part);
    return go_on(c, t, &rep);
}
