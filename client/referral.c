/* From KDC to KDC: a client of another realm (RFC 6806 7), a service of another realm to which the
 * KDC refers (RFC 6806 8), and the way the client seeks itself where no KDC does (RFC 4120 1.2). A
 * ticket-granting ticket that shows the way on is never used as the service's ticket. */
#include "client/inside.h"

#include <string.h>

const struct party *client_kdc_for(struct client *c, struct turn *t, struct bytes realm)
{
    const struct party *kdc = c->config.kdc_of ? c->config.kdc_of(c->config.arg, realm) : NULL;
    /* A client that knows of one KDC only takes it for every realm's; and DNS, by which KDCs are
     * found, does not tell small letters from capitals. */
    if (!kdc && (!c->config.kdc_of || bytes_equal_nocase(realm, c->config.realm)))
        kdc = c->config.kdc;
    if (!kdc)
        client_refuse(c, t, FIND_NO_KDC, (struct detail){.found = arena_str(t->mem, realm)});
    return kdc;
}

static struct bytes realm_of_tgt(const struct PrincipalName *name)
{
    bool tgt = name->name_string.n == 2 && bytes_equal_str(name->name_string.at[0], "krbtgt");
    return tgt ? name->name_string.at[1] : (struct bytes){0};
}

/* ---- the way -------------------------------------------------------------------------------- */

static struct bytes parent(struct bytes realm)
{
    const uint8_t *dot = realm.n ? memchr(realm.p, '.', realm.n) : NULL;
    size_t cut = dot ? (size_t)(dot - realm.p) + 1 : realm.n;
    return bytes_slice(realm, cut, realm.n - cut);
}

static bool is_within(struct bytes realm, struct bytes above)
{
    while (realm.n && !bytes_equal(realm, above))
        realm = parent(realm);
    return realm.n != 0;
}

/* The realm before `to` on the way from `from`, up to what both names end in and down again (RFC
 * 4120 1.2); n == 0 when there is none between them. */
static struct bytes nearer(struct bytes from, struct bytes to)
{
    struct bytes step = parent(to);
    if (is_within(from, to)) { /* up only: the one on this side of `to` */
        step = from;
        while (!bytes_equal(parent(step), to) && parent(step).n)
            step = parent(step);
    } else if (!step.n) {
        return step;
    }
    if (bytes_equal(step, from) || bytes_equal(step, to))
        step = (struct bytes){0};
    return step;
}

/* The same as configured, or else by the names. */
static struct bytes before(const struct client *c, struct bytes wanted)
{
    struct bytes step = {0};
    if (c->config.way && c->config.way(c->config.names_arg, c->task.crealm, wanted, &step))
        return step;
    return nearer(c->task.srealm, wanted);
}

/* Which name to ask the KDC of this realm for: the service, where it may have it or refer; else
 * the ticket-granting ticket for the realm that the user named. */
static void ask_in(struct client *c, struct bytes realm)
{
    struct task *task = &c->task;
    bool there = !task->trail.target.n || bytes_equal(task->trail.target, realm);
    task->srealm = realm;
    task->sname = there ? task->trail.service : client_tgs_name(c->mem, task->trail.target);
    task->options |= KDC_OPT_CANONICALIZE;
    if (task->kind == CLIENT_PROXY && there)
        task->options |= KDC_OPT_PROXY;
    else if (task->kind == CLIENT_PROXY) /* no ticket-granting ticket can be one (RFC 4120 2.5) */
        task->options &= ~(uint32_t)KDC_OPT_PROXY;
    task->via = c->config.via;
}

/* A ticket for the KDC of the realm itself, from an earlier way, saves that way while it lasts. */
bool client_trail_begin(struct client *c, struct turn *t)
{
    struct task *task = &c->task;
    struct bytes target = task->trail.target, realm = target.n ? target : task->crealm;
    task->trail.service = task->sname;
    task->cred = client_cache_tgt(c, realm);
    if (!task->cred || task->cred->endtime <= t->now) {
        realm = task->crealm;
        task->cred = client_cache_tgt(c, realm);
    }
    ask_in(c, realm);
    return task->cred != NULL;
}

/* ---- on the way ------------------------------------------------------------------------------ */

bool client_is_referral(const struct client *c, const struct PrincipalName *sname,
                        struct bytes srealm)
{
    struct bytes next = realm_of_tgt(sname);
    return is_for_service(&c->task) && next.n && bytes_equal(srealm, c->task.srealm) &&
           !bytes_equal(next, srealm);
}

static bool been_there(const struct client *c, struct bytes realm)
{
    const struct trail *trail = &c->task.trail;
    for (size_t i = 0; i < trail->n; i++)
        if (bytes_equal(trail->seen[i], realm))
            return true;
    return bytes_equal(c->task.srealm, realm) && !logs_on(&c->task);
}

/* True: the realm that was asked is remembered, and another may be. */
static bool leave(struct client *c, struct turn *t, struct bytes left, struct bytes next)
{
    struct trail *trail = &c->task.trail;
    if (trail->n == HOPS_MAX || been_there(c, next)) {
        client_refuse(c, t, FIND_LOOP, (struct detail){.found = arena_str(t->mem, next)});
        return false;
    }
    trail->seen[trail->n++] = left;
    return true;
}

bool client_referral_follow(struct client *c, struct turn *t)
{
    struct task *task = &c->task;
    struct bytes next = realm_of_tgt(&task->cred->server), left = task->srealm;
    if (!leave(c, t, left, next))
        return true;
    ask_in(c, next);
    tell(t, STEP_DONE, "client.referral", A_TEXT("from", left), A_TEXT("to", next),
         A_STR("server", client_shown(t->mem, &task->trail.service, task->trail.target)),
         A_INT("hop", (int64_t)task->trail.n));
    return client_tgs_ask(c, t);
}

bool client_referral_nearer(struct client *c, struct turn *t, bool *ok)
{
    struct task *task = &c->task;
    struct bytes wanted = realm_of_tgt(&task->sname), step = {0};
    if (task->trail.target.n && !bytes_equal(task->trail.target, task->srealm) && wanted.n)
        step = before(c, wanted);
    if (!step.n || been_there(c, step))
        return false;
    tell(t, STEP_DONE, "client.referral.nearer", A_TEXT("realm", task->srealm),
         A_TEXT("wanted", wanted), A_TEXT("nearer", step));
    task->sname = client_tgs_name(c->mem, step);
    *ok = client_tgs_ask(c, t);
    return true;
}

/* ---- a client of another realm --------------------------------------------------------------- */

bool client_as_referral(struct client *c, struct turn *t, struct bytes crealm)
{
    struct task *task = &c->task;
    struct bytes next = arena_copy(c->mem, crealm), left = task->crealm;
    bool tgt = realm_of_tgt(&task->sname).n != 0;
    if (bytes_equal(next, left))
        return client_refuse(c, t, FIND_LOOP, (struct detail){.found = arena_str(t->mem, next)});
    if (!leave(c, t, left, next))
        return true;
    task->crealm = task->srealm = next;
    if (tgt)
        task->sname = client_tgs_name(c->mem, next);
    task->rounds = 0;
    task->via = c->config.via;
    wipe(&task->long_term, sizeof task->long_term);
    tell(t, STEP_DONE, "client.referral.client", A_TEXT("from", left), A_TEXT("to", next),
         A_STR("client", client_shown(t->mem, &task->cname, (struct bytes){0})));
    return client_as_again(c, t);
}
