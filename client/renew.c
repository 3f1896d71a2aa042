/* Another ticket made of one that is there (RFC 4120 3.3.3): the same for longer (RFC 4120 2.3),
 * one that becomes valid (2.4), a ticket-granting ticket for another host (2.6), a ticket to a
 * service for somebody else's host (2.5). */
#include "client/inside.h"

/* Renewed and validated is the ticket itself; the others are asked for with the ticket-granting
 * ticket. */
static const struct cred *ticket_to_ask_with(struct client *c, struct turn *t)
{
    const struct task *task = &c->task;
    if (task->kind == CLIENT_PROXY) /* the service may be of another realm */
        return client_trail_begin(c, t) ? task->cred : NULL;
    if (task->kind == CLIENT_FORWARD)
        return client_cache_tgt(c, task->crealm);
    return client_cache_find(c, task->srealm, &task->sname, (struct bytes){0});
}

static const char *in_words(enum client_task kind)
{
    switch (kind) {
    case CLIENT_RENEW:
        return "for longer";
    case CLIENT_VALIDATE:
        return "made valid, now that its time has come";
    case CLIENT_FORWARD:
        return "forwarded, for another host to use as if the user had logged on there";
    default:
        return "as a proxy, for somebody else's host to use";
    }
}

static char *addresses_text(struct turn *t, const struct HostAddresses *list)
{
    char *text = arena_str(t->mem, bytes_str(""));
    for (size_t i = 0; i < list->n && i < 8; i++) {
        const uint8_t *p = list->at[i].address.p;
        if (list->at[i].address.n == 4)
            text = arena_printf(t->mem, "%s%s%d.%d.%d.%d", text, i ? ", " : "", p[0], p[1], p[2],
                                p[3]);
        else
            text = arena_printf(t->mem, "%s%s%s", text, i ? ", " : "",
                                name_text(t->mem, NAMES_ADDR_TYPE, list->at[i].addr_type));
    }
    return text;
}

bool client_renew_begin(struct client *c, struct turn *t)
{
    struct task *task = &c->task;
    const struct cred *cred = task->cred = ticket_to_ask_with(c, t);
    if (!cred)
        return client_refuse(c, t, FIND_NO_TICKET, (struct detail){.found = "no such ticket"});
    if (task->kind == CLIENT_RENEW) {
        /* As long again as it was made for; the KDC stops at renew-till. */
        task->till = t->now / SECOND * SECOND + cred->endtime - cred->starttime;
        if (cred->renew_till && task->till > cred->renew_till)
            task->till = cred->renew_till;
    } else if (task->till > cred->endtime || task->kind == CLIENT_VALIDATE) {
        task->till = cred->endtime;
    }
    tell(t, STEP_DONE, "client.tgs.change",
         A_STR("server", client_shown(t->mem, &task->sname, task->srealm)),
         A_STR("how", in_words(task->kind)),
         A_STR("addresses", addresses_text(t, &task->addresses)));
    return client_tgs_ask(c, t);
}
