/* One page as a browser gets it: requests on connections that are kept, first without credentials,
 * then with those that the server (401) or the proxy (407) asks for (RFC 9110 11). Redirects are
 * not followed: where to send whose credentials next is another lesson. */
#include "client/browse.h"

#include "base/text.h"

#include <string.h>

static const struct browser_config usual = {.windows2000 = true};

const struct browser_config *browse_config(const struct client *c)
{
    return c->config.browser ? c->config.browser : &usual;
}

bool browse_through_proxy(const struct client *c)
{
    return browse_config(c)->proxy != NULL;
}

bool browse_secure(const struct client *c)
{
    const struct browse *b = c->task.browse;
    return b->tls && (!browse_through_proxy(c) || b->tunnel == TUNNEL_OPEN);
}

const struct party *browse_peer(const struct client *c)
{
    return browse_through_proxy(c) ? browse_config(c)->proxy : c->task.service;
}

/* ---- the task --------------------------------------------------------------------------------
 */

struct browser *client_browser_new(struct arena *mem)
{
    return arena_new_of(mem, struct browser);
}

const struct browsed *client_browsed(const struct client *c)
{
    return &c->browser->browsed;
}

const struct tls *browse_tls(struct arena *mem, const struct tls *tls)
{
    if (!tls)
        return NULL;
    struct tls *copy = arena_new_of(mem, struct tls);
    copy->end_point = arena_copy(mem, tls->end_point);
    return copy;
}

struct browse *client_browse_new(struct client *c, const struct client_do_args *a)
{
    struct browse *b = arena_new_of(c->mem, struct browse);
    uint16_t usual_port = a->tls ? 443 : 80;
    *b = (struct browse){.client = c,
                         .sides = {{.to = TO_SERVER}, {.to = TO_PROXY}},
                         .method = arena_str(c->mem, bytes_str(a->method ? a->method : "GET")),
                         .typed_spn = a->spn ? arena_str(c->mem, bytes_str(a->spn)) : NULL,
                         .port = a->port ? a->port : usual_port,
                         .tls = browse_tls(c->mem, a->tls),
                         .fresh = a->fresh};
    const char *host = a->host ? a->host : "";
    b->authority = b->port == usual_port ? arena_str(c->mem, bytes_str(host))
                                         : arena_printf(c->mem, "%s:%u", host, (unsigned)b->port);
    return b;
}

/* The logon's hash is kept and the password is not (P16): later responses of NTLM are made of it.
 */
void client_browse_hash(struct client *c, struct turn *t)
{
    struct browser *browser = c->browser;
    if (!c->config.browser || c->config.browser->no_ntlm || !c->task.password.n)
        return;
    browser->has_hash = ntowf_v1(t->crypto, c->task.password, browser->nt_hash);
    if (!browser->has_hash)
        return;
    tell(t, STEP_DONE, "client.logon.hash",
         A_STR("client", client_shown(t->mem, &c->task.cname, (struct bytes){0})));
    tell_key(t, .holder = c->config.party,
             .name = arena_printf(t->mem, "K/%s",
                                  principal_text(t->mem, &c->task.cname, (struct bytes){0})),
             .etype = 23, .value = bytes_of(browser->nt_hash, sizeof browser->nt_hash),
             .cause = "client.logon.hash");
}

/* Who has no tickets later may have none because of this. */
void client_browse_logon(struct client *c, int32_t code)
{
    if (c->task.kind == CLIENT_LOGON)
        c->browser->logon_error = code;
}

static const char *url_of(const struct client *c, struct arena *mem)
{
    const struct browse *b = c->task.browse;
    return arena_printf(mem, "http%s://%s%s", b->tls ? "s" : "", b->authority, c->task.target);
}

bool client_browse_begin(struct client *c, struct turn *t)
{
    struct browse *b = c->task.browse;
    c->browser->browsed = (struct browsed){.scheme = "none"};
    if (!client_fits_head(c->task.target) || !client_fits_head(b->authority) ||
        !client_fits_head(b->method) || !*c->task.host || *c->task.target != '/')
        return client_refuse(
            c, t, FIND_NAME,
            (struct detail){
                .found = text_escape(t->mem, bytes_str(arena_printf(t->mem, "%s%s", b->authority,
                                                                    c->task.target)))});
    if (browse_through_proxy(c) && b->tls) {
        b->tunnel = TUNNEL_OPEN;
        if (b->fresh || !browse_conn(c))
            b->tunnel = TUNNEL_ASKED;
    }
    tell(t, STEP_DONE, "client.browse", A_STR("method", b->method), A_STR("url", url_of(c, t->mem)),
         A_STR("proxy", browse_through_proxy(c) ? browse_config(c)->proxy_host : ""));
    if (browse_config(c)->preemptive)
        return browse_preempt(c, t);
    return browse_send(c, t);
}

/* ---- requests --------------------------------------------------------------------------------
 */

static const char *request_line(const struct client *c, struct arena *mem)
{
    const struct browse *b = c->task.browse;
    if (b->tunnel == TUNNEL_ASKED)
        return arena_printf(mem, "CONNECT %s:%u HTTP/1.1", c->task.host, (unsigned)b->port);
    bool absolute = browse_through_proxy(c) && !b->tls; /* RFC 9112 3.2.2 */
    return arena_printf(mem, "%s %s HTTP/1.1", b->method,
                        absolute ? url_of(c, mem) : c->task.target);
}

/* Is this side spoken to by the next request? */
bool browse_meets(const struct client *c, const struct side *side)
{
    const struct browse *b = c->task.browse;
    if (side->to == TO_PROXY)
        return browse_through_proxy(c) && b->tunnel != TUNNEL_OPEN;
    return b->tunnel != TUNNEL_ASKED;
}

static const char *schemes_sent(const struct client *c, struct arena *mem)
{
    const char *text = "";
    for (size_t i = 0; i < 2; i++) {
        const struct side *side = &c->task.browse->sides[i];
        if (browse_meets(c, side) && side->value)
            text = arena_printf(mem, "%s%swith %s%s", text, *text ? " and " : "",
                                browse_scheme_name(side->scheme),
                                side->to == TO_PROXY ? " for the proxy" : "");
    }
    return *text ? text : "without credentials";
}

/* What a side has taken in this task or before goes along unasked: a password's proof, and to a
 * proxy a new authenticator, as a ticket proves one request and not a connection. */
static bool once_more(struct client *c, struct turn *t, struct side *side)
{
    if (side->admitted && side->krb5.cred && side->to == TO_PROXY)
        return browse_mechanisms(c, t, side) == BEGUN;
    return browse_unasked(c, t, side);
}

/* What the request brings for each of the two. */
static bool credentials(struct client *c, struct turn *t, const char **fields, size_t *n)
{
    static const char *const names[] = {
        [TO_SERVER] = "Authorization", [TO_PROXY] = "Proxy-Authorization"};
    for (size_t i = 0; i < 2; i++) {
        struct side *side = &c->task.browse->sides[i];
        side->sent = false;
        if (!browse_meets(c, side))
            continue;
        if (!side->value && !side->going && !once_more(c, t, side))
            return false;
        side->sent = side->value && !side->going;
        if (side->value)
            fields[(*n)++] = arena_printf(t->mem, "%s: %s", names[side->to], side->value);
    }
    return true;
}

bool browse_send(struct client *c, struct turn *t)
{
    struct browse *b = c->task.browse;
    struct browsed *done = &c->browser->browsed;
    const char *fields[6] = {arena_printf(t->mem, "Host: %s", b->authority)};
    size_t n = 1;
    if (done->requests == BROWSE_REQUESTS_MAX)
        return client_refuse(c, t, FIND_REQUESTS,
                             (struct detail){.found = arena_printf(t->mem, "%u", done->requests)});
    if (!credentials(c, t, fields, &n))
        return false;
    fields[n++] = "User-Agent: tessera";
    fields[n++] = "Accept: */*";
    struct bytes data = http_write(t->mem, request_line(c, t->mem), fields, n, (struct bytes){0});
    if (!data.n)
        return browse_refused(c, t, FIND_CREDENTIALS,
                              "What is to be sent back has a control character in it");
    const struct kept_conn *kept = b->fresh && !done->requests ? NULL : browse_conn(c);
    b->sent_on = kept ? kept->conn : NULL;
    tell(t, STEP_DONE, "client.http.request", A_STR("line", request_line(c, t->mem)),
         A_STR("host", b->authority), A_STR("credentials", schemes_sent(c, t->mem)),
         A_STR("connection", kept ? "the connection that is open" : "a new connection"),
         A_STR("as", kept && kept->scheme ? kept->scheme : ""));
    outbox_send(t->out, &(struct packet){.conn = b->sent_on,
                                         .via = VIA_HTTP,
                                         .to = browse_peer(c),
                                         .port = browse_through_proxy(c) ? 0 : b->port,
                                         .tls = browse_secure(c) ? b->tls : NULL,
                                         .data = data});
    for (size_t i = 0; i < 2; i++)
        b->sides[i].value = NULL;
    done->requests++;
    c->task.awaiting = AWAIT_BROWSED;
    c->task.peer = browse_peer(c);
    return true;
}
