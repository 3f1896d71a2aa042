#include "client/browse.h"

#include <string.h>

/* ---- the table of states ----------------------------------------------------------------------
 */

enum awaited {
    MESSAGE_OTHER,
    MESSAGE_AS_REP,
    MESSAGE_TGS_REP,
    MESSAGE_ERROR,
    MESSAGE_HTTP,
    MESSAGE_DNS
};

static const struct transition {
    enum awaiting awaiting;
    enum awaited message;
    bool (*act)(struct client *, const struct packet *, struct turn *);
} table[] = {
    {AWAIT_AS_REP, MESSAGE_ERROR, client_as_error},     /* asks for a proof, or refuses */
    {AWAIT_AS_REP, MESSAGE_AS_REP, client_as_reply},    /* granted */
    {AWAIT_TGS_REP, MESSAGE_ERROR, client_tgs_error},   /* refused */
    {AWAIT_TGS_REP, MESSAGE_TGS_REP, client_tgs_reply}, /* granted; a GET goes on to AWAIT_PAGE */
    {AWAIT_DNS, MESSAGE_DNS, client_dns_answer},        /* a name; then what the name is for */
    {AWAIT_PAGE, MESSAGE_HTTP, client_ap_page},         /* the page, and the service's proof */
    {AWAIT_PASSWORD, MESSAGE_ERROR, client_kpasswd_error}, /* refused, before there was a key */
    {AWAIT_PASSWORD, MESSAGE_OTHER, client_kpasswd_reply}, /* the result */
    {AWAIT_BROWSED, MESSAGE_HTTP, client_browse_answer},   /* the page, or what is wanted first */
};

/* What a task begins with. */
static bool (*const begin[])(struct client *, struct turn *) = {
    [CLIENT_LOGON] = client_discover_begin, [CLIENT_TICKET] = client_spn_begin,
    [CLIENT_GET] = client_spn_begin,        [CLIENT_RENEW] = client_renew_begin,
    [CLIENT_VALIDATE] = client_renew_begin, [CLIENT_FORWARD] = client_renew_begin,
    [CLIENT_PROXY] = client_renew_begin,    [CLIENT_PASSWORD] = client_as_begin,
    [CLIENT_BROWSE] = client_browse_begin,
};

/* The APPLICATION tag tells Kerberos messages apart (RFC 4120 5). */
static enum awaited message_of(const struct packet *p)
{
    if (p->via == VIA_HTTP)
        return MESSAGE_HTTP;
    if (p->via == VIA_DNS)
        return MESSAGE_DNS;
    switch (p->data.n ? p->data.p[0] : 0) {
    case 0x6b:
        return MESSAGE_AS_REP;
    case 0x6d:
        return MESSAGE_TGS_REP;
    case 0x7e:
        return MESSAGE_ERROR;
    default:
        return MESSAGE_OTHER;
    }
}

static bool receive(struct client *c, const struct packet *p, struct turn *t)
{
    if (c->task.awaiting == AWAIT_NOTHING)
        return client_ignore(c, t, p, "nothing is awaited");
    if (p->from != c->task.peer)
        return client_ignore(c, t, p, "another party was asked");
    enum awaited message = message_of(p);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].awaiting == c->task.awaiting && table[i].message == message)
            return table[i].act(c, p, t) && client_browse_after(c, t);
    return client_ignore(c, t, p, "another kind of message is awaited");
}

/* ---- entries ----------------------------------------------------------------------------------
 */

struct client *client_new(struct arena *mem, const struct client_config *config)
{
    struct client *c = arena_new_of(mem, struct client);
    c->mem = mem;
    c->config = *config;
    c->config.realm = arena_copy(mem, config->realm);
    int32_t *etypes = arena_array(mem, int32_t, config->n_etypes);
    if (config->n_etypes)
        memcpy(etypes, config->etypes, config->n_etypes * sizeof *etypes);
    c->config.etypes = etypes;
    c->browser = client_browser_new(mem);
    c->outcome = (struct client_outcome){CLIENT_IDLE, 0, ""};
    return c;
}

/* Memory may run out in either arena: both leave by the turn's way out. */
struct entry {
    struct client *client;
    const struct client_do_args *args;
};

static void same_escape(struct client *c, struct turn *t)
{
    jmp_buf *out = arena_escape(t->mem, NULL);
    arena_escape(t->mem, out);
    arena_escape(c->mem, out);
}

static bool guarded_receive(void *arg, const struct packet *p, struct turn *t)
{
    struct entry *e = arg;
    same_escape(e->client, t);
    return receive(e->client, p, t);
}

static bool guarded_do(void *arg, const struct packet *p, struct turn *t)
{
    (void)p;
    struct entry *e = arg;
    struct client *c = e->client;
    const struct client_do_args *a = e->args;
    same_escape(c, t);

    struct task task;
    bool named = client_task_read(c, a, t->now, &task);
    client_forget_secret(&c->task);
    c->task = task;
    c->got = NULL;
    c->outcome = (struct client_outcome){CLIENT_WAITING, 0, ""};
    if (!named)
        return client_refuse(c, t, FIND_NAME,
                             (struct detail){.found = a->principal ? a->principal : a->spn});
    if (task.user_to_user && !task.second_ticket.n)
        return client_refuse(c, t, FIND_SECOND, (struct detail){0});
    return begin[a->task](c, t) && client_browse_after(c, t);
}

bool client_do(struct client *c, const struct client_do_args *args, struct turn *t)
{
    jmp_buf *before = arena_escape(c->mem, NULL);
    arena_escape(c->mem, before);
    bool ok = turn_guarded(guarded_do, &(struct entry){c, args}, NULL, t);
    arena_escape(c->mem, before);
    return ok;
}

bool client_receive(struct client *c, const struct packet *p, struct turn *t)
{
    jmp_buf *before = arena_escape(c->mem, NULL);
    arena_escape(c->mem, before);
    struct task task = c->task;
    struct browse browse = task.browse ? *task.browse : (struct browse){0};
    bool ok = turn_guarded(guarded_receive, &(struct entry){c, NULL}, p, t);
    arena_escape(c->mem, before);
    if (!ok) { /* given again, the packet finds the task as it was */
        c->task = task;
        if (task.browse)
            *task.browse = browse;
    }
    wipe(&task, sizeof task);
    wipe(&browse, sizeof browse);
    return ok;
}

static bool guarded_lost(void *arg, const struct packet *p, struct turn *t)
{
    struct client *c = ((struct entry *)arg)->client;
    (void)p;
    same_escape(c, t);
    const struct party *peer = c->task.peer;
    return client_refuse(c, t, FIND_SILENCE,
                         (struct detail){.found = peer && peer->name ? peer->name : "?"}) &&
           client_browse_after(c, t);
}

bool client_lost(struct client *c, struct turn *t)
{
    if (c->outcome.state != CLIENT_WAITING)
        return true;
    jmp_buf *before = arena_escape(c->mem, NULL);
    arena_escape(c->mem, before);
    bool ok = turn_guarded(guarded_lost, &(struct entry){c, NULL}, NULL, t);
    arena_escape(c->mem, before);
    return ok;
}

struct client_outcome client_result(const struct client *c)
{
    return c->outcome;
}
