/* Three choices that are often taken for one (RFC 4120 3.1.3): the ticket is sealed with a key of
 * the service, whatever the client can do; the session key has to suit client and service; the
 * reply of the AS is sealed with a key of the client. */
#include "kdc/inside.h"

bool etype_permitted(const struct exchange *x, int64_t etype)
{
    for (size_t i = 0; i < x->policy->n_etypes; i++)
        if (x->policy->etypes[i] == etype)
            return true;
    return false;
}

/* That a service can use an etype is known by its having a key of it. The TGS is the KDC itself:
 * what the realm permits, it can use. */
static bool server_can(const struct exchange *x, int32_t etype)
{
    return is_tgs_name(x, &x->server->name) || account_key(x->server, 0, etype);
}

static int32_t choose_session(const struct exchange *x)
{
    for (size_t i = 0; i < x->body->etype.n; i++) {
        int64_t e = x->body->etype.at[i];
        if (etype_permitted(x, e) && etype_find((int32_t)e) && server_can(x, (int32_t)e))
            return (int32_t)e;
    }
    return 0;
}

/* In the order of the realm's policy, of the newest keys. */
static const struct account_key *choose_ticket_key(const struct exchange *x)
{
    const struct account *a = x->server;
    for (size_t i = 0; a->n_keys && i < x->policy->n_etypes; i++) {
        const struct account_key *k = account_key(a, a->keys[0].kvno, x->policy->etypes[i]);
        if (k)
            return k;
    }
    return NULL;
}

size_t client_keys(const struct exchange *x, const struct account_key **out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < x->body->etype.n && n < room; i++) {
        int64_t e = x->body->etype.at[i];
        const struct account_key *k =
            etype_permitted(x, e) ? account_key(x->client, 0, (int32_t)e) : NULL;
        for (size_t j = 0; k && j < n; j++)
            if (out[j] == k)
                k = NULL; /* asked for twice */
        if (k)
            out[n++] = k;
    }
    return n;
}

/* ---- the narration's lists: "18 17 20" --------------------------------------------------------
 */

#define LISTED 16

static char *add_number(struct arena *mem, char *list, int64_t etype)
{
    return arena_printf(mem, "%s%s%lld", list, *list ? " " : "", (long long)etype);
}

static char *list_asked(const struct exchange *x)
{
    char *list = arena_printf(x->turn->mem, "%s", "");
    for (size_t i = 0; i < x->body->etype.n && i < LISTED; i++)
        list = add_number(x->turn->mem, list, x->body->etype.at[i]);
    return list;
}

static char *list_permitted(const struct exchange *x)
{
    char *list = arena_printf(x->turn->mem, "%s", "");
    for (size_t i = 0; i < x->policy->n_etypes && i < LISTED; i++)
        list = add_number(x->turn->mem, list, x->policy->etypes[i]);
    return list;
}

static char *list_keys(const struct exchange *x, const struct account *a)
{
    char *list = arena_printf(x->turn->mem, "%s", "");
    for (size_t i = 0; a && i < a->n_keys && a->keys[i].kvno == a->keys[0].kvno; i++)
        list = add_number(x->turn->mem, list, a->keys[i].key.etype);
    return list;
}

int32_t step_etype(struct exchange *x)
{
    SAY(x, A_STR("asked", list_asked(x)), A_STR("permitted", list_permitted(x)),
        A_STR("service_keys", list_keys(x, x->server)));
    if (!x->is_tgs)
        SAY(x, A_STR("client_keys", list_keys(x, x->client)));
    x->session_etype = choose_session(x);
    if (!x->session_etype)
        return refuse(x, KDC_ERR_ETYPE_NOSUPP, "no common type for the session key");
    x->server_key = choose_ticket_key(x);
    if (!x->server_key)
        return refuse(x, KDC_ERR_ETYPE_NOSUPP, "no permitted key of the service");
    if (!x->is_tgs && !client_keys(x, &x->client_key, 1))
        return refuse(x, KDC_ERR_ETYPE_NOSUPP, "no common type for the client's key");
    SAY(x, A_ETYPE("session", x->session_etype), A_ETYPE("ticket", x->server_key->key.etype));
    if (x->client_key)
        SAY(x, A_ETYPE("reply", x->client_key->key.etype));
    return DONE;
}
