/* What a server or a proxy answers to a browser: the page, or 401 and 407 and what is wanted there;
 * and what the task comes to. */
#include "client/browse.h"

#include "base/text.h"

#include <string.h>

/* ---- the end ---------------------------------------------------------------------------------
 */

static void keep_result(struct client *c, const struct http_message *http)
{
    const struct browse *b = c->task.browse;
    struct browsed *done = &c->browser->browsed;
    const struct side *server = &b->sides[TO_SERVER], *proxy = &b->sides[TO_PROXY];
    const struct kept_conn *kept = browse_conn(c);
    const struct side *last = http && http->status == 407 ? proxy : server;
    if (http)
        done->body = arena_copy(c->mem, http->body);
    done->scheme = last->admitted         ? last->admitted
                   : last->scheme         ? browse_admitted(last)
                   : kept && kept->scheme ? kept->scheme
                                          : "none";
    done->fell_back = last->fell_back;
    done->proved = last->krb5.proved || last->digest_proved;
}

static const char *reason(const struct http_message *http, struct arena *mem)
{
    return arena_printf(mem, "HTTP %d%s%s", http->status, http->reason.n ? " " : "",
                        text_escape(mem, http->reason));
}

bool browse_refused(struct client *c, struct turn *t, enum finding what, const char *why)
{
    return browse_refused_for(c, t, what, why, 0);
}

bool browse_refused_for(struct client *c, struct turn *t, enum finding what, const char *why,
                        int32_t code)
{
    const struct http_message *http = c->task.browse->http;
    const char *text = why;
    int status = c->browser->browsed.status;
    if (!http && status && why) /* somebody else was asked in between */
        text = arena_printf(t->mem, "HTTP %d: %s", status, why);
    if (http)
        text =
            arena_printf(t->mem, "%s%s%s", reason(http, t->mem), why ? ": " : "", why ? why : "");
    keep_result(c, http);
    return client_refuse(c, t, what, (struct detail){.found = text, .code = code});
}

static bool finish(struct client *c, struct turn *t, const struct http_message *http)
{
    const struct browsed *done = &c->browser->browsed;
    keep_result(c, http);
    if (http->status >= 300 && http->status < 400)
        return browse_refused(c, t, FIND_STATUS, "redirects are not followed here");
    if (http->status >= 300)
        return browse_refused(
            c, t, FIND_STATUS,
            strcmp(done->scheme, "none") == 0
                ? NULL
                : arena_printf(t->mem, "admitted by %s, and still not served", done->scheme));
    tell(t, STEP_DONE, "client.http.page", A_INT("status", http->status),
         A_INT("octets", (int64_t)http->body.n));
    struct bytes shown = bytes_slice(http->body, 0, 200);
    while (shown.n && shown.p[shown.n - 1] <= ' ')
        shown.n--;
    bool by = strcmp(done->scheme, "none") != 0;
    return client_grant(c, arena_printf(t->mem, "HTTP %d, %zu octets%s%s%s: %s", http->status,
                                        http->body.n, by ? ", by " : "", by ? done->scheme : "",
                                        done->proved ? ", and the service proved itself" : "",
                                        text_escape(t->mem, shown)));
}

/* ---- answers ---------------------------------------------------------------------------------
 */

/* What was proved on a connection that stays open holds for it (MS-NTHT; Kerberos and the
 * passwords prove one request). */
static void mark_conn(struct client *c, const struct side *side)
{
    struct kept_conn *kept = browse_conn(c);
    bool ntlm =
        side->scheme == BROWSE_NTLM || (side->scheme == BROWSE_NEGOTIATE && !side->krb5.cred);
    if (kept && ntlm && side->to == TO_SERVER)
        kept->scheme = side->admitted;
}

static void keep_challenges(struct client *c, const struct side *side,
                            const struct http_message *http)
{
    struct browse *b = c->task.browse;
    const char *name = side->to == TO_PROXY ? "Proxy-Authenticate" : "WWW-Authenticate";
    struct bytes *list = arena_array(c->mem, struct bytes, http->n_fields);
    b->n_challenges = 0;
    for (size_t i = 0; i < http->n_fields; i++)
        if (bytes_equal_nocase(http->fields[i].name, bytes_str(name)))
            list[b->n_challenges++] = arena_copy(c->mem, http->fields[i].value);
    b->challenges = list;
}

/* The answer is none to this side's credentials but goes on from there: they were taken. False: the
 * task ended, or our fault (*ok). */
static bool settle(struct client *c, struct turn *t, struct side *side,
                   const struct http_message *http, bool *ok)
{
    *ok = true;
    if (!side->sent && !side->going)
        return true;
    if (side->scheme == BROWSE_NEGOTIATE || side->scheme == BROWSE_NTLM) {
        keep_challenges(c, side, http);
        if (!browse_last_token(c, t, side, ok))
            return false;
    } else if (side->scheme == BROWSE_DIGEST && !browse_digest_proof(c, t, side, http)) {
        return false;
    }
    side->admitted = browse_admitted(side);
    side->going = side->sent = false;
    tell(t, STEP_DONE, "client.http.admitted", A_STR("by", side->admitted),
         A_STR("whom", side->to == TO_PROXY ? "The proxy" : "The server"));
    mark_conn(c, side);
    browse_keep_space(c, side);
    return true;
}

/* The messages of a handshake all go over one connection, or to nobody who knows of the others. */
static bool same_connection(struct client *c, const struct http_message *http, const char **why)
{
    const struct browse *b = c->task.browse;
    *why = "it closes the connection that the handshake is bound to";
    if (browse_closes(http) || (b->conn && !browse_conn(c)))
        return false;
    *why = "it comes over another connection than the one that the handshake is bound to";
    return !b->sent_on || b->sent_on == b->conn;
}

static void start_again(struct side *side)
{
    enum browser_target to = side->to;
    *side = (struct side){.to = to};
}

/* 401 of the server, 407 of the proxy. */
static bool asked(struct client *c, struct turn *t, struct side *side,
                  const struct http_message *http)
{
    bool more = false, ok = true;
    const char *why;
    keep_challenges(c, side, http);
    const bool tried = side->going || side->sent;
    struct bytes token = side->scheme ? browse_token(c, t, side->scheme) : (struct bytes){0};
    if (tried && token.n && side->n_mechs) {
        if (!browse_step(c, t, side, token, &more, &ok))
            return ok;
        if (more && !same_connection(c, http, &why))
            return browse_refused(c, t, FIND_CONNECTION, why);
        if (more)
            return browse_send(c, t);
    }
    if (tried && side->unasked) {
        unsigned passed = side->scheme == BROWSE_DIGEST ? 0 : side->scheme;
        browse_forget_space(c, side);
        start_again(side);
        side->passed = passed;
    } else if (side->sent && side->scheme == BROWSE_DIGEST && browse_stale(c, t, side)) {
        return browse_choose(c, t, side);
    } else if (tried) {
        browse_forget_space(c, side);
        return browse_refused(c, t, FIND_CREDENTIALS,
                              arena_printf(t->mem, "%s was refused", browse_admitted(side)));
    } else {
        start_again(side);
    }
    return browse_choose(c, t, side);
}

/* The tunnel stands, and what goes through it is between us and the server (RFC 9110 9.3.6). */
static bool tunnel_stands(struct client *c, struct turn *t, struct conn *conn)
{
    struct browse *b = c->task.browse;
    browse_forget_conn(c, conn);
    b->tunnel = TUNNEL_OPEN;
    browse_keep_conn(c, conn);
    tell(t, STEP_DONE, "client.http.tunnel", A_STR("host", b->authority));
    return browse_send(c, t);
}

static bool read_page(struct client *c, struct turn *t, const struct packet *p,
                      struct http_message *http)
{
    size_t used;
    if (http_read(p->data, t->mem, t->faults, http, &used) == HTTP_WHOLE && used == p->data.n &&
        !http->is_request)
        return true;
    c->task.browse->http = NULL;
    keep_result(c, NULL);
    client_refuse(c, t, FIND_HTTP, (struct detail){0});
    return false;
}

static bool answer(struct client *c, struct turn *t, const struct packet *p,
                   struct http_message *http)
{
    struct browse *b = c->task.browse;
    bool ok;
    if (browse_closes(http))
        browse_forget_conn(c, p->conn);
    else
        browse_keep_conn(c, p->conn);
    b->conn = p->conn;
    c->browser->browsed.status = http->status;
    if (p->tls && p->tls->end_point.n && b->tls)
        b->tls = browse_tls(c->mem, p->tls);
    tell(t, STEP_NOTED, "client.http.answer", A_INT("status", http->status),
         A_TEXT("reason", http->reason), A_INT("octets", (int64_t)http->body.n));
    struct side *proxy = &b->sides[TO_PROXY], *server = &b->sides[TO_SERVER];
    if (http->status == 407 && browse_meets(c, proxy)) {
        if (server->going) /* its message went no further than here */
            start_again(server);
        return asked(c, t, proxy, http);
    }
    if (browse_meets(c, proxy) && !settle(c, t, proxy, http, &ok))
        return ok;
    if (b->tunnel == TUNNEL_ASKED)
        return http->status / 100 == 2
                   ? tunnel_stands(c, t, p->conn)
                   : browse_refused(c, t, FIND_STATUS, "the proxy opens no tunnel");
    if (http->status == 401)
        return asked(c, t, server, http);
    if (!settle(c, t, server, http, &ok))
        return ok;
    return finish(c, t, http);
}

bool client_browse_answer(struct client *c, const struct packet *p, struct turn *t)
{
    struct http_message http;
    if (!read_page(c, t, p, &http))
        return true;
    if (http.status < 200)
        return client_ignore(c, t, p, "the answer itself is still to come");
    c->task.browse->http = &http;
    bool ok = answer(c, t, p, &http);
    if (c->task.browse)
        c->task.browse->http = NULL;
    return ok;
}
