/* Connections that are kept, and as whom their requests are taken (RFC 9112 9.3; MS-NTHT: NTLM
 * proves a connection, not a request). */
#include "client/browse.h"

#include <string.h>

/* Inside a tunnel the connection is to the server behind it, whoever carries it. */
static const char *tunnel_to(const struct client *c)
{
    return browse_through_proxy(c) && browse_secure(c) ? c->task.browse->authority : NULL;
}

static bool is_conn(const struct client *c, const struct kept_conn *k)
{
    const char *to = tunnel_to(c);
    return k->party == browse_peer(c) && k->secure == browse_secure(c) &&
           (!to || (k->tunnel_to && strcmp(k->tunnel_to, to) == 0));
}

struct kept_conn *browse_conn(struct client *c)
{
    struct browser *browser = c->browser;
    for (size_t i = browser->n_conns; i--;)
        if (is_conn(c, &browser->conns[i]))
            return &browser->conns[i];
    return NULL;
}

void browse_forget_conn(struct client *c, const struct conn *conn)
{
    struct browser *browser = c->browser;
    size_t n = 0;
    for (size_t i = 0; i < browser->n_conns; i++)
        if (browser->conns[i].conn != conn)
            browser->conns[n++] = browser->conns[i];
    browser->n_conns = n;
}

void client_closed(struct client *c, const struct conn *conn)
{
    browse_forget_conn(c, conn);
}

/* A connection of no number is one that the transport keeps to itself. */
void browse_keep_conn(struct client *c, struct conn *conn)
{
    struct browser *browser = c->browser;
    for (size_t i = 0; i < browser->n_conns; i++)
        if (browser->conns[i].conn == conn)
            return;
    if (!conn)
        return;
    if (browser->n_conns == CONNS_MAX)
        browse_forget_conn(c, browser->conns[0].conn);
    browser->conns[browser->n_conns++] = (struct kept_conn){.party = browse_peer(c),
                                                            .conn = conn,
                                                            .secure = browse_secure(c),
                                                            .tunnel_to = tunnel_to(c)};
}

static bool says(const struct http_message *http, const char *field, const char *word)
{
    for (size_t i = 0; i < http->n_fields; i++) {
        struct bytes rest = http->fields[i].value;
        while (bytes_equal_nocase(http->fields[i].name, bytes_str(field)) && rest.n) {
            const uint8_t *comma = memchr(rest.p, ',', rest.n);
            struct bytes one = bytes_slice(rest, 0, comma ? (size_t)(comma - rest.p) : rest.n);
            rest = bytes_slice(rest, one.n + 1, rest.n);
            while (one.n && one.p[0] == ' ')
                one = bytes_slice(one, 1, one.n);
            while (one.n && one.p[one.n - 1] == ' ')
                one.n--;
            if (bytes_equal_nocase(one, bytes_str(word)))
                return true;
        }
    }
    return false;
}

bool browse_closes(const struct http_message *http)
{
    return says(http, "Connection", "close") || says(http, "Proxy-Connection", "close") ||
           (http->minor == 0 && !says(http, "Connection", "keep-alive"));
}
