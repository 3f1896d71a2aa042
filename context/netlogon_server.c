/* The controller's end of the secure channel (MS-NRPC 3.5): binds, and calls by their numbers. */
#include "context/netlogon_server.h"

#include "wire/names.h"

#include <string.h>

enum { NOT_READ, ROWS };
static const struct fault_row faults[ROWS] = {
    [NOT_READ] = {"netlogon.not-read", "the call's stub, opened, cannot be read as its arguments",
                  "MS-RPCE 3.3.3.4.1", NULL},
};

const struct fault_row *netlogon_fault_table(size_t *n)
{
    *n = ROWS;
    return faults;
}

struct netlogon_server *netlogon_server_new(struct arena *mem,
                                            const struct netlogon_server_config *config)
{
    struct netlogon_server *s = arena_new_of(mem, struct netlogon_server);
    s->config = *config;
    return s;
}

/* ---- who is connected -------------------------------------------------------------------------
 */

static bool is_that(const struct netlogon_connection *c, const struct packet *p)
{
    return c->used && c->conn == p->conn && (p->conn || c->from == p->from);
}

/* The one that was there, or a new one in the place that was used longest ago; who has proven
 * nothing makes room first. */
static struct netlogon_connection *connection_of(struct netlogon_server *s, const struct packet *p)
{
    struct netlogon_connection *best = &s->connections[0];
    for (size_t i = 0; i < NETLOGON_CONNECTIONS; i++) {
        struct netlogon_connection *c = &s->connections[i];
        if (is_that(c, p)) {
            c->used = ++s->clock;
            return c;
        }
        if (c->security.on < best->security.on ||
            (c->security.on == best->security.on && c->used < best->used))
            best = c;
    }
    wipe(best, sizeof *best);
    *best = (struct netlogon_connection){.used = ++s->clock, .conn = p->conn, .from = p->from};
    return best;
}

void netlogon_closed(struct netlogon_server *s, const struct conn *conn)
{
    for (size_t i = 0; conn && i < NETLOGON_CONNECTIONS; i++)
        if (s->connections[i].used && s->connections[i].conn == conn)
            wipe(&s->connections[i], sizeof s->connections[i]);
}

struct netlogon_session *netlogon_session(struct netlogon_server *s, struct bytes computer)
{
    for (size_t i = 0; i < NETLOGON_SESSIONS; i++) {
        struct netlogon_session *m = &s->sessions[i];
        if (m->used && bytes_equal_nocase(bytes_str(m->computer), computer)) {
            m->used = ++s->clock;
            return m;
        }
    }
    return NULL;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

bool netlogon_reply(struct call *x, const struct rpc_pdu *m)
{
    struct bytes data = rpc_write(x->t->mem, m);
    if (data.n)
        outbox_reply(x->t->out, x->p, data);
    return data.n != 0;
}

bool netlogon_fault(struct call *x, uint32_t status, const char *why)
{
    tell(x->t, STEP_REFUSED, "netlogon.server.fault", A_STR("why", why),
         A_STR("status", name_text(x->t->mem, NAMES_RPC_FAULT, (int64_t)status)));
    return netlogon_reply(x, &(struct rpc_pdu){.type = RPC_FAULT,
                                               .flags = RPC_WHOLE,
                                               .call_id = x->m->call_id,
                                               .context_id = x->m->context_id,
                                               .status = status});
}

/* ---- bind and alter_context -------------------------------------------------------------------
 */

static bool nak(struct call *x, uint16_t reason, const char *why)
{
    if (x->m->type == RPC_ALTER_CONTEXT)
        return netlogon_fault(x, RPC_FAULT_ACCESS_DENIED, why);
    tell(x->t, STEP_REFUSED, "netlogon.server.bind", A_STR("why", why));
    return netlogon_reply(x, &(struct rpc_pdu){.type = RPC_BIND_NAK,
                                               .flags = RPC_WHOLE,
                                               .call_id = x->m->call_id,
                                               .reason = reason});
}

/* The member says whose key it is (MS-NRPC 3.5.4.1). *why: it is not taken. */
static bool secure(struct call *x, const char **why)
{
    struct nl_auth_message names;
    if (!nl_auth_message_read(x->m->auth_value, x->t->faults, &names) ||
        names.type != NL_AUTH_REQUEST) {
        *why = "the netlogon provider's message cannot be read";
        return false;
    }
    struct bytes computer = names.computer.n ? names.computer : names.utf8_computer;
    const struct netlogon_session *session = netlogon_session(x->server, computer);
    if (names.domain.n && !bytes_equal_nocase(names.domain, bytes_str(x->server->config.domain)))
        *why = "it is meant for another domain";
    else if (!session)
        *why = "that computer has no session key here: it has not authenticated, or long ago";
    else if (x->m->auth_level != RPC_AUTH_LEVEL_PRIVACY)
        *why = "calls have to be sealed (CVE-2022-38023)";
    if (*why)
        return false;
    struct netlogon_connection *c = x->connection;
    c->security = (struct netlogon_security){.on = true, .context_id = x->m->auth_context_id};
    memcpy(c->security.key, session->key, 16);
    memcpy(c->computer, session->computer, sizeof c->computer);
    tell(x->t, STEP_DONE, "netlogon.server.secure", A_STR("computer", c->computer));
    return true;
}

static bool same_syntax(const struct rpc_uuid *a, const struct rpc_uuid *b)
{
    return memcmp(a->octets, b->octets, 16) == 0 && a->major == b->major && a->minor == b->minor;
}

static bool bind(struct call *x)
{
    static const struct nl_auth_message yes = {.type = NL_AUTH_RESPONSE};
    const struct rpc_pdu *m = x->m;
    const char *why = NULL;
    struct rpc_pdu out = {
        .type = m->type == RPC_BIND ? RPC_BIND_ACK : RPC_ALTER_CONTEXT_RESP,
        .flags = RPC_WHOLE,
        .call_id = m->call_id,
        .max_xmit = RPC_PDU_MAX,
        .max_recv = RPC_PDU_MAX,
        .group = NETLOGON_GROUP,
        .n_contexts = m->n_contexts,
        .secondary_address = bytes_of("49155", m->type == RPC_BIND ? 6 : 0),
    };
    if (m->type == RPC_BIND)
        wipe(&x->connection->security, sizeof x->connection->security);
    if (m->has_auth && m->auth_type != RPC_AUTH_NETLOGON)
        return nak(x, RPC_NAK_AUTHENTICATION_TYPE_NOT_RECOGNIZED, "of another security provider");
    if (m->has_auth && !secure(x, &why))
        return nak(x, RPC_NAK_INVALID_CHECKSUM, why);
    if (!same_syntax(&m->interface, &RPC_NETLOGON))
        out.reason = RPC_ABSTRACT_SYNTAX_NOT_SUPPORTED;
    else if (!same_syntax(&m->transfer, &RPC_NDR))
        out.reason = RPC_TRANSFER_SYNTAX_NOT_SUPPORTED;
    else
        out.transfer = RPC_NDR;
    if (out.reason)
        out.result = RPC_PROVIDER_REJECTION;
    x->connection->bound |= !out.reason;
    x->connection->context_id = m->context_id;
    tell(x->t, out.reason ? STEP_REFUSED : STEP_DONE, "netlogon.server.bind",
         A_STR("why", name_text(x->t->mem, NAMES_RPC_REASON, out.reason)));
    if (m->has_auth) {
        out.has_auth = true;
        out.auth_type = RPC_AUTH_NETLOGON;
        out.auth_level = m->auth_level;
        out.auth_context_id = m->auth_context_id;
        out.auth_value = nl_auth_message_write(x->t->mem, &yes);
        out.auth_pad = 0;
    }
    return netlogon_reply(x, &out);
}

/* ---- calls ------------------------------------------------------------------------------------
 */

static const struct {
    uint16_t opnum;
    bool sealed; /* taken over a sealed channel only */
    bool (*serve)(struct call *, struct bytes stub, struct bytes *answer);
} calls[] = {
    {NETR_SERVER_REQ_CHALLENGE, false, netlogon_serve_challenge},
    {NETR_SERVER_AUTHENTICATE3, false, netlogon_serve_authenticate},
    {NETR_LOGON_GET_CAPABILITIES, true, netlogon_serve_capabilities},
    {NETR_LOGON_SAM_LOGON_EX, true, netlogon_serve_logon},
};

static bool answer_call(struct call *x, struct bytes stub)
{
    struct netlogon_security *s = &x->connection->security;
    struct rpc_pdu out = {.type = RPC_RESPONSE,
                          .flags = RPC_WHOLE,
                          .call_id = x->m->call_id,
                          .context_id = x->m->context_id,
                          .stub = stub};
    if (!x->m->has_auth)
        return netlogon_reply(x, &out);
    struct bytes data = netlogon_seal(s, x->t, &out);
    if (data.n)
        outbox_reply(x->t->out, x->p, data);
    return data.n != 0;
}

static bool request(struct call *x)
{
    struct bytes stub = x->m->stub, answer = {0};
    const char *why = NULL;
    if (!x->connection->bound || x->m->context_id != x->connection->context_id)
        return netlogon_fault(x, RPC_FAULT_UNK_IF, "no interface was agreed upon for this context");
    if (x->m->has_auth && !netlogon_open(&x->connection->security, x->t, x->m, &stub, &why))
        return netlogon_fault(x, RPC_FAULT_SEC_PKG_ERROR, why);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (calls[i].opnum != x->m->opnum)
            continue;
        if (calls[i].sealed && !x->m->has_auth)
            return netlogon_fault(x, RPC_FAULT_ACCESS_DENIED, "this call has to come sealed");
        if (!calls[i].serve(x, stub, &answer))
            return false;
        if (x->unread) {
            fault_raise(x->t->faults,
                        (struct fault){&faults[NOT_READ], "stub", x->m->stub_at, NULL, NULL});
            return netlogon_fault(x, RPC_FAULT_BAD_STUB_DATA, "the stub cannot be read");
        }
        return answer.n && answer_call(x, answer);
    }
    return netlogon_fault(x, RPC_FAULT_OP_RNG_ERROR, "there is no such operation here");
}

bool netlogon_serve(struct netlogon_server *s, const struct packet *p, struct turn *t)
{
    struct rpc_pdu m;
    struct call x = {.server = s, .p = p, .t = t, .m = &m};
    if (!rpc_read(p->data, t->mem, t->faults, &m)) {
        tell(t, STEP_REFUSED, "netlogon.server.unreadable");
        if (p->conn)
            outbox_close(t->out, p->conn);
        return true;
    }
    x.connection = connection_of(s, p);
    switch (m.type) {
    case RPC_BIND:
    case RPC_ALTER_CONTEXT:
        return bind(&x);
    case RPC_REQUEST:
        return request(&x);
    default: /* what only a server sends */
        return netlogon_fault(&x, RPC_FAULT_PROTO_ERROR, "a client does not send this");
    }
}
