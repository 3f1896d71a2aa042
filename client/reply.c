/* The checks of a KDC's reply (RFC 4120 3.1.5, 3.3.4): what was opened against what was asked and
 * against what stood in clear. */
#include "client/inside.h"

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

/* The client's name has no copy under the seal: it must be the one that was asked for. With
 * canonicalize a KDC may answer with another name of the same realm (RFC 6806 6), and is believed
 * when the request reached it unchanged: else whoever changed the name on the way chose it (RFC
 * 6806 11). */
static bool client_is_ours(struct client *c, struct turn *t, const struct reply *r)
{
    const struct task *task = &c->task;
    bool free = logs_on(task) && (task->options & KDC_OPT_CANONICALIZE);
    bool same = principal_equal(&r->rep->cname, &task->cname);
    if (!bytes_equal(r->rep->crealm, task->crealm) || (!same && !(free && task->confirmed)))
        return fails(c, t, FIND_CLIENT, client_shown(t->mem, &task->cname, task->crealm),
                     client_shown(t->mem, &r->rep->cname, r->rep->crealm));
    const char *name = client_shown(t->mem, &r->rep->cname, r->rep->crealm);
    if (same)
        tell(t, STEP_DONE, "client.rep.client", A_STR("client", name));
    else
        tell(t, STEP_NOTED, "client.rep.canonical", A_STR("client", name),
             A_STR("asked", client_shown(t->mem, &task->cname, task->crealm)));
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

/* What was asked; or the way to it, when that may come instead (RFC 6806 8). */
static bool server_is_asked(struct client *c, struct turn *t, const struct reply *r)
{
    bool same = bytes_equal(r->part->srealm, c->task.srealm) &&
                principal_equal(&r->part->sname, &c->task.sname);
    if (!same && client_is_referral(c, &r->part->sname, r->part->srealm)) {
        tell(t, STEP_NOTED, "client.rep.referral",
             A_STR("asked", client_shown(t->mem, &c->task.sname, c->task.srealm)),
             A_STR("server", client_shown(t->mem, &r->part->sname, r->part->srealm)));
        return true;
    }
    if (!same)
        return fails(c, t, FIND_ASKED, client_shown(t->mem, &c->task.sname, c->task.srealm),
                     client_shown(t->mem, &r->part->sname, r->part->srealm));
    tell(t, STEP_DONE, "client.rep.asked",
         A_STR("server", client_shown(t->mem, &c->task.sname, c->task.srealm)));
    return true;
}

/* When the KDC made this, by its own clock; 0: the reply does not say. A ticket for later, or one
 * that is only made valid, starts at another time; where a TGS-REP has no start time, the ticket
 * starts when the user was authenticated: that may be hours ago. */
static int64_t made_at(const struct client *c, const struct EncKDCRepPart *part)
{
    if (logs_on(&c->task))
        return part->has_starttime && !c->task.from ? part->starttime : part->authtime;
    return part->has_starttime && c->task.kind != CLIENT_VALIDATE ? part->starttime : 0;
}

static bool clock_agrees(struct client *c, struct turn *t, const struct reply *r)
{
    int64_t kdc = made_at(c, r->part);
    if (!kdc)
        return true;
    if (kdc - t->now > c->config.skew || t->now - kdc > c->config.skew) {
        char own[WHEN_TEXT], its[WHEN_TEXT];
        return fails(c, t, FIND_SKEW, when_text(t->now, false, own), when_text(kdc, false, its));
    }
    tell(t, STEP_DONE, "client.rep.time", A_TIME("kdc", kdc), A_TIME("now", t->now));
    return true;
}

/* The latest time until which a ticket may be renewable; without a limit said, as long as the KDC
 * likes. */
static int64_t renewable_until(const struct task *task)
{
    if (task->rtime)
        return task->rtime;
    if (!logs_on(task) && task->cred->renew_till)
        return task->cred->renew_till;
    return task->options & KDC_OPT_RENEWABLE ? INT64_MAX : task->till;
}

/* A KDC counts a renewed ticket's life from its own now, which may be another second by then
 * (RFC 4120 3.3.3). */
static int64_t latest_end(const struct client *c, const struct turn *t, int64_t start)
{
    const struct task *task = &c->task;
    if (task->kind != CLIENT_RENEW || start > t->now + c->config.skew)
        return task->till;
    int64_t end = start + task->cred->endtime - task->cred->starttime;
    if (task->cred->renew_till && end > task->cred->renew_till)
        end = task->cred->renew_till;
    return end > task->till ? end : task->till;
}

static bool times_are_asked(struct client *c, struct turn *t, const struct reply *r)
{
    const struct task *task = &c->task;
    const struct EncKDCRepPart *part = r->part;
    int64_t start = part->has_starttime ? part->starttime : part->authtime;
    int64_t latest = renewable_until(task);
    char want[WHEN_TEXT], got[WHEN_TEXT];
    if (task->from && start != task->from)
        return fails(c, t, FIND_TIMES, when_text(task->from, false, want),
                     when_text(start, false, got));
    if (part->endtime <= start || part->endtime > latest_end(c, t, start))
        return fails(c, t, FIND_TIMES, when_text(task->till, false, want),
                     when_text(part->endtime, false, got));
    if ((part->flags & TKT_RENEWABLE) && part->has_renew_till && part->renew_till > latest)
        return fails(c, t, FIND_TIMES, when_text(latest, false, want),
                     when_text(part->renew_till, false, got));
    tell(t, STEP_DONE, "client.rep.validity", A_TIME("from", start), A_TIME("until", part->endtime),
         A_TIME("asked", task->till));
    return true;
}

/* ---- addresses (RFC 4120 3.1.5, 3.3.3) --------------------------------------------------------
 */

static bool same_addresses(const struct HostAddresses *a, const struct HostAddresses *b)
{
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = a->at[i].addr_type == b->at[i].addr_type &&
               bytes_equal(a->at[i].address, b->at[i].address);
    return same;
}

/* A first ticket and one for another host have the addresses that were asked for, or none; any
 * other has those of the ticket it was got with, and a reply may leave them out. */
static bool addresses_are_asked(struct client *c, struct turn *t, const struct reply *r)
{
    const struct task *task = &c->task;
    const struct HostAddresses none = {0}, *got = r->part->has_caddr ? &r->part->caddr : &none;
    bool anew = logs_on(task) || (task->options & (KDC_OPT_FORWARDED | KDC_OPT_PROXY));
    const struct HostAddresses *due = anew ? &task->addresses : &task->cred->caddr;
    if (!same_addresses(got, due) && (anew || got->n))
        return fails(c, t, FIND_ADDRESSES, arena_printf(t->mem, "%zu", due->n),
                     arena_printf(t->mem, "%zu", got->n));
    if (due->n)
        tell(t, STEP_DONE, "client.rep.addresses", A_INT("count", (int64_t)due->n));
    return true;
}

/* ---- flags ------------------------------------------------------------------------------------
 */

/* A ticket for another host that does not say so, and one that is still not valid, are not what was
 * asked; of the rest a KDC gives what it likes, and the user is told. */
static bool flags_are_asked(struct client *c, struct turn *t, const struct reply *r)
{
    const uint32_t must = KDC_OPT_FORWARDED | KDC_OPT_PROXY;
    const uint32_t may = KDC_OPT_FORWARDABLE | KDC_OPT_PROXIABLE | KDC_OPT_ALLOW_POSTDATE |
                         KDC_OPT_POSTDATED | KDC_OPT_RENEWABLE;
    uint32_t flags = (uint32_t)r->part->flags, missing = c->task.options & ~flags;
    if ((missing & must) || (c->task.kind == CLIENT_VALIDATE && (flags & TKT_INVALID)))
        return fails(c, t, FIND_FLAGS,
                     missing & must ? name_flags(t->mem, NAMES_TICKET_FLAG, missing & must)
                                    : "no invalid",
                     name_flags(t->mem, NAMES_TICKET_FLAG, flags));
    if (missing & may)
        tell(t, STEP_NOTED, "client.rep.flags", A_FLAGS("missing", missing & may),
             A_FLAGS("flags", flags));
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
    nonce_is_ours,   client_is_ours,      server_is_sealed, server_is_asked,         clock_agrees,
    times_are_asked, addresses_are_asked, flags_are_asked,  session_type_is_offered,
};

bool client_reply_check(struct client *c, struct turn *t, const struct KDC_REP *rep,
                        const struct EncKDCRepPart *part)
{
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        if (!checks[i](c, t, &(struct reply){rep, part}))
            return false;
    return true;
}
