/* What the AS and TGS exchanges share on the client's side: sending, reading, errors, and the
 * checks of a KDC's reply (RFC 4120 3.1.5, 3.3.4). */
#include "client/inside.h"

void client_send_request(struct client *c, struct turn *t, enum awaiting awaiting,
                         const struct party *to, struct bytes data)
{
    /* Memory may run out in either line: only then does the task move on. */
    struct bytes kept = arena_copy(c->mem, data);
    enum transport via = awaiting == AWAIT_PAGE ? VIA_HTTP : c->task.via;
    outbox_send(t->out, &(struct packet){.via = via, .to = to, .data = data});
    c->task.request = kept;
    c->task.awaiting = awaiting;
    c->task.peer = to;
}

uint32_t client_draw_nonce(struct turn *t)
{
    /* 31 bits: some peers read the field as signed. */
    uint8_t octets[4];
    rng_fill(t->rng, "nonce", octets, sizeof octets);
    return be32(octets) & 0x7fffffff;
}

bool client_etype_offered(const struct client *c, int64_t etype)
{
    for (size_t i = 0; i < c->config.n_etypes; i++)
        if (c->config.etypes[i] == etype)
            return true;
    return false;
}

bool client_read_reply(struct client *c, struct turn *t, const struct packet *p,
                       const struct asn_type *type, struct KDC_REP *out)
{
    if (!asn_decode(type, p->data, ASN_DEPLOYED, t->mem, t->faults, out)) {
        client_refuse(c, t, FIND_MALFORMED, (struct detail){.expected = type->name});
        return false;
    }
    return true;
}

/* ---- errors -----------------------------------------------------------------------------------
 */

bool client_read_error(struct client *c, struct turn *t, struct bytes data, struct KRB_ERROR *out)
{
    if (!asn_decode(&ASN_KRB_ERROR, data, ASN_DEPLOYED, t->mem, t->faults, out)) {
        client_refuse(c, t, FIND_MALFORMED, (struct detail){.expected = "KRB-ERROR"});
        return false;
    }
    /* Nothing in it is protected: it may end an exchange, never grant anything. */
    tell(t, STEP_NOTED, "client.error", A_ERROR("code", out->error_code),
         A_TEXT("text", out->has_e_text ? out->e_text : bytes_str("")),
         A_TIME("stime", out->stime + out->susec));
    return true;
}

bool client_too_big(struct client *c, struct turn *t, const struct KRB_ERROR *e)
{
    if (e->error_code != KRB_ERR_RESPONSE_TOO_BIG || c->task.via != VIA_UDP)
        return false;
    tell(t, STEP_DONE, "client.tcp", A_INT("octets", (int64_t)c->task.request.n));
    outbox_send(t->out,
                &(struct packet){.via = VIA_TCP, .to = c->task.peer, .data = c->task.request});
    c->task.via = VIA_TCP;
    return true;
}

bool client_refuse_error(struct client *c, struct turn *t, const struct KRB_ERROR *e)
{
    int64_t theirs = e->stime + e->susec;
    if (e->error_code == KRB_AP_ERR_SKEW)
        tell(t, STEP_NOTED, "client.skew", A_TIME("stime", theirs), A_TIME("now", t->now),
             A_SPAN("apart", t->now > theirs ? t->now - theirs : theirs - t->now));
    int32_t code = (int32_t)e->error_code;
    return client_refuse(c, t, FIND_ERROR,
                         (struct detail){.found = name_text(t->mem, NAMES_ERROR, code),
                                         .code = code ? code : KRB_ERR_GENERIC});
}

/* ---- the checks of a reply, in order ------------------------------------------------------------
 */

struct reply {
    const struct KDC_REP *rep;        /* in clear: anyone may have written it */
    const struct EncKDCRepPart *part; /* under the seal */
};

static bool fails(struct client *c, struct turn *t, enum finding what, const char *expected,
                  const char *found)
{
    client_refuse(c, t, what, (struct detail){.expected = expected, .found = found});
    return false;
}

static bool nonce_is_ours(struct client *c, struct turn *t, const struct reply *r)
{
    if (r->part->nonce != c->task.nonce)
        return fails(c, t, FIND_NONCE, arena_printf(t->mem, "%u", c->task.nonce),
                     arena_printf(t->mem, "%lld", (long long)r->part->nonce));
    tell(t, STEP_DONE, "client.rep.nonce", A_INT("nonce", c->task.nonce));
    return true;
}

/* The client's name has no copy under the seal: it must be the one that was asked for. Only with
 * canonicalize may a KDC answer with another name of the same realm (RFC 6806 6). */
static bool client_is_ours(struct client *c, struct turn *t, const struct reply *r)
{
    bool free = c->task.kind == CLIENT_LOGON && (c->task.options & KDC_OPT_CANONICALIZE);
    bool same = principal_equal(&r->rep->cname, &c->task.cname);
    if (!bytes_equal(r->rep->crealm, c->task.crealm) || (!same && !free))
        return fails(c, t, FIND_CLIENT, client_shown(t->mem, &c->task.cname, c->task.crealm),
                     client_shown(t->mem, &r->rep->cname, r->rep->crealm));
    tell(t, same ? STEP_DONE : STEP_NOTED, "client.rep.client",
         A_STR("client", client_shown(t->mem, &r->rep->cname, r->rep->crealm)));
    return true;
}

/* The ticket's own name of the service stands outside any seal that the client can open; believing
 * it lets anyone on the path pass one service's ticket off as another's (CVE-2017-11103). */
static bool server_is_sealed(struct client *c, struct turn *t, const struct reply *r)
{
    const struct Ticket *ticket = &r->rep->ticket;
    if (!bytes_equal(ticket->realm, r->part->srealm) ||
        !principal_equal(&ticket->sname, &r->part->sname))
        return fails(c, t, FIND_SERVER, client_shown(t->mem, &r->part->sname, r->part->srealm),
                     client_shown(t->mem, &ticket->sname, ticket->realm));
    tell(t, STEP_DONE, "client.rep.server",
         A_STR("server", client_shown(t->mem, &r->part->sname, r->part->srealm)));
    return true;
}

static bool server_is_asked(struct client *c, struct turn *t, const struct reply *r)
{
    if (!bytes_equal(r->part->srealm, c->task.srealm) ||
        !principal_equal(&r->part->sname, &c->task.sname))
        return fails(c, t, FIND_ASKED, client_shown(t->mem, &c->task.sname, c->task.srealm),
                     client_shown(t->mem, &r->part->sname, r->part->srealm));
    tell(t, STEP_DONE, "client.rep.asked",
         A_STR("server", client_shown(t->mem, &c->task.sname, c->task.srealm)));
    return true;
}

/* Where a TGS-REP has no start time, the ticket starts when the user was authenticated: that may be
 * hours ago and says nothing of the KDC's clock. */
static bool clock_agrees(struct client *c, struct turn *t, const struct reply *r)
{
    bool logon = c->task.kind == CLIENT_LOGON;
    if (!logon && !r->part->has_starttime)
        return true;
    int64_t kdc = r->part->has_starttime ? r->part->starttime : r->part->authtime;
    if (kdc - t->now > c->config.skew || t->now - kdc > c->config.skew) {
        char own[WHEN_TEXT], its[WHEN_TEXT];
        return fails(c, t, FIND_SKEW, when_text(t->now, false, own), when_text(kdc, false, its));
    }
    tell(t, STEP_DONE, "client.rep.time", A_TIME("kdc", kdc), A_TIME("now", t->now));
    return true;
}

static bool times_are_asked(struct client *c, struct turn *t, const struct reply *r)
{
    const struct EncKDCRepPart *part = r->part;
    int64_t start = part->has_starttime ? part->starttime : part->authtime;
    bool renewable = part->flags & TKT_RENEWABLE;
    /* renewable without saying how long: as long as the KDC likes */
    int64_t latest = c->task.rtime                         ? c->task.rtime
                     : c->task.options & KDC_OPT_RENEWABLE ? INT64_MAX
                                                           : c->task.till;
    char want[WHEN_TEXT], got[WHEN_TEXT];
    if (part->endtime <= start || part->endtime > c->task.till)
        return fails(c, t, FIND_TIMES, when_text(c->task.till, false, want),
                     when_text(part->endtime, false, got));
    if (renewable && part->has_renew_till && part->renew_till > latest)
        return fails(c, t, FIND_TIMES, when_text(latest, false, want),
                     when_text(part->renew_till, false, got));
    tell(t, STEP_DONE, "client.rep.validity", A_TIME("from", start), A_TIME("until", part->endtime),
         A_TIME("asked", c->task.till));
    return true;
}

static bool session_type_is_offered(struct client *c, struct turn *t, const struct reply *r)
{
    struct key session;
    if (client_etype_offered(c, r->part->key.keytype) && key_from_wire(&r->part->key, &session)) {
        wipe(&session, sizeof session);
        return true;
    }
    return fails(c, t, FIND_ETYPE, NULL, name_text(t->mem, NAMES_ETYPE, r->part->key.keytype));
}

static bool (*const checks[])(struct client *, struct turn *, const struct reply *) = {
    nonce_is_ours, client_is_ours,  server_is_sealed,        server_is_asked,
    clock_agrees,  times_are_asked, session_type_is_offered,
};

bool client_reply_check(struct client *c, struct turn *t, const struct KDC_REP *rep,
                        const struct EncKDCRepPart *part)
{
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (!checks[i](c, t, &(struct reply){rep, part}))
            return false;
    return true;
}
