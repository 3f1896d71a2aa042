/* The member's end of the secure channel (MS-NRPC 3.4): a table of states over PDUs. */
#include "base/text.h"
#include "context/netlogon_inside.h"
#include "wire/names.h"

#include <stdio.h>
#include <string.h>

enum state { CLOSED, BINDING, CHALLENGING, AUTHENTICATING, ALTERING, ASKING, READY };

struct waiting {
    bool used, repeated; /* asked a second time, over a new channel */
    uint64_t id;
    uint64_t number; /* the oldest is asked first */
    enum logon_kind kind;
    size_t n;
    uint8_t *stub; /* NETLOGON_STUB_MAX octets, taken when first needed */
};

struct netlogon_channel {
    struct arena *mem;
    struct netlogon_channel_config config;
    struct bytes computer, controller, domain;
    enum state state;
    bool proven; /* the channel has carried an answer: a refusal may mean that it is forgotten */
    uint32_t call;
    uint64_t asked;
    uint8_t client[8], server[8], key[16];
    struct netlogon_security security;
    struct waiting row[NETLOGON_WAITING];
    struct waiting *now; /* on the wire */
};

#define NETLOGON_STUB_MAX 5600 /* what fits one fragment, sealed */

struct netlogon_channel *netlogon_channel_new(struct arena *mem,
                                              const struct netlogon_channel_config *config)
{
    struct netlogon_channel *c = arena_new_of(mem, struct netlogon_channel);
    c->mem = mem;
    c->config = *config;
    c->computer = bytes_str(config->computer);
    c->controller = bytes_str(config->controller_name);
    c->domain = config->domain ? bytes_str(config->domain) : (struct bytes){0};
    return c;
}

static struct waiting *oldest(struct netlogon_channel *c)
{
    struct waiting *best = NULL;
    for (size_t i = 0; i < NETLOGON_WAITING; i++)
        if (c->row[i].used && (!best || c->row[i].number < best->number))
            best = &c->row[i];
    return best;
}

static void close_channel(struct netlogon_channel *c)
{
    c->state = CLOSED;
    c->proven = false;
    wipe(c->key, sizeof c->key);
    wipe(&c->security, sizeof c->security);
}

/* ---- what goes out ----------------------------------------------------------------------------
 */

static bool send_octets(struct netlogon_channel *c, struct turn *t, struct bytes data)
{
    if (!data.n)
        return false;
    outbox_send(t->out, &(struct packet){.via = VIA_RPC,
                                         .to = c->config.controller,
                                         .port = NETLOGON_PORT,
                                         .data = data});
    return true;
}

static bool send_bind(struct netlogon_channel *c, struct turn *t)
{
    struct rpc_pdu m = {.type = RPC_BIND,
                        .flags = RPC_WHOLE,
                        .call_id = ++c->call,
                        .max_xmit = RPC_PDU_MAX,
                        .max_recv = RPC_PDU_MAX,
                        .interface = RPC_NETLOGON,
                        .transfer = RPC_NDR};
    tell(t, STEP_DONE, "netlogon.member.bind", A_TEXT("computer", c->computer),
         A_TEXT("controller", c->controller));
    c->state = BINDING;
    return send_octets(c, t, rpc_write(t->mem, &m));
}

static bool send_call(struct netlogon_channel *c, struct turn *t, uint16_t opnum, struct bytes stub)
{
    struct rpc_pdu m = {.type = RPC_REQUEST,
                        .flags = RPC_WHOLE,
                        .call_id = ++c->call,
                        .opnum = opnum,
                        .stub = stub};
    return stub.n && send_octets(c, t, rpc_write(t->mem, &m));
}

static bool send_question(struct netlogon_channel *c, struct turn *t)
{
    c->now = oldest(c);
    if (!c->now) {
        c->state = READY;
        return true;
    }
    struct rpc_pdu m = {.type = RPC_REQUEST,
                        .flags = RPC_WHOLE,
                        .call_id = ++c->call,
                        .opnum = NETR_LOGON_SAM_LOGON_EX,
                        .stub = bytes_of(c->now->stub, c->now->n)};
    tell(t, STEP_DONE, "netlogon.member.ask", A_INT("sequence", (int64_t)c->security.sequence),
         A_STR("level", c->now->kind == LOGON_DIGEST ? "NetlogonGenericInformation"
                                                     : "NetlogonNetworkInformation"));
    c->state = ASKING;
    return send_octets(c, t, netlogon_seal(&c->security, t, &m));
}

static bool go_on(struct netlogon_channel *c, struct turn *t)
{
    if (c->state == READY)
        return send_question(c, t);
    return c->state != CLOSED || !c->config.controller || !oldest(c) || send_bind(c, t);
}

/* ---- asking -----------------------------------------------------------------------------------
 */

bool netlogon_ask(struct netlogon_channel *c, struct turn *t, const struct logon_question *q,
                  uint64_t id)
{
    struct waiting *w = NULL;
    for (size_t i = 0; i < NETLOGON_WAITING && !w; i++)
        w = c->row[i].used ? NULL : &c->row[i];
    struct bytes stub = netlogon_question_stub(t, q, c->computer, c->controller);
    if (!w || !stub.n || stub.n > NETLOGON_STUB_MAX)
        return false;
    if (!w->stub)
        w->stub = arena_take(c->mem, NETLOGON_STUB_MAX);
    memcpy(w->stub, stub.p, stub.n);
    *w = (struct waiting){true, false, id, ++c->asked, q->kind, stub.n, w->stub};
    return go_on(c, t);
}

/* ---- what comes back --------------------------------------------------------------------------
 */

struct coming {
    struct netlogon_channel *c;
    struct turn *t;
    const struct rpc_pdu *m;
    struct logon_answer *out;
    bool answered;
    uint64_t id;
};

static void give_back(struct coming *x, struct waiting *w, int32_t status)
{
    if (status)
        *x->out = (struct logon_answer){.status = status, .authoritative = true};
    x->id = w->id;
    x->answered = true;
    w->used = false;
    wipe(w->stub, w->n);
    x->c->now = NULL;
}

/* It ends here: the oldest question gets the status, and the next one tries anew. */
static bool fail(struct coming *x, const char *step, int32_t status, const char *why)
{
    struct waiting *w = x->c->now ? x->c->now : oldest(x->c);
    tell(x->t, STEP_REFUSED, step, A_STR("why", why), A_NTSTATUS("status", status));
    close_channel(x->c);
    if (w)
        give_back(x, w, status);
    return go_on(x->c, x->t);
}

static bool bound(struct coming *x)
{
    struct netlogon_channel *c = x->c;
    struct netr_req_challenge m = {.primary_name = c->controller, .computer_name = c->computer};
    if (x->m->result != RPC_ACCEPTANCE)
        return fail(x, "netlogon.member.bound", STATUS_NO_LOGON_SERVERS,
                    "the controller does not take the interface");
    rng_fill(x->t->rng, "netlogon-challenge", c->client, sizeof c->client);
    memcpy(m.challenge, c->client, 8);
    tell(x->t, STEP_DONE, "netlogon.member.bound");
    tell(x->t, STEP_DONE, "netlogon.member.challenge",
         A_BYTES("challenge", bytes_of(c->client, 8)));
    c->state = CHALLENGING;
    return send_call(c, x->t, NETR_SERVER_REQ_CHALLENGE,
                     netr_req_challenge_write(x->t->mem, false, &m));
}

static bool challenged(struct coming *x)
{
    struct netlogon_channel *c = x->c;
    struct turn *t = x->t;
    struct netr_req_challenge m;
    struct netr_authenticate3 a = {.primary_name = c->controller,
                                   .computer_name = c->computer,
                                   .channel_type = WorkstationSecureChannel,
                                   .flags = NETLOGON_FLAGS_USUAL};
    if (!netr_req_challenge_read(x->m->stub, true, t->mem, t->faults, &m))
        return fail(x, "netlogon.member.server-challenge", STATUS_NO_LOGON_SERVERS,
                    "the answer cannot be read");
    if (m.status)
        return fail(x, "netlogon.member.server-challenge", m.status, "it refuses");
    memcpy(c->server, m.challenge, 8);
    a.account_name = bytes_str(arena_printf(t->mem, "%s$", c->config.computer));
    if (!netlogon_session_key_aes(t->crypto, c->config.secret, c->client, c->server, c->key) ||
        !netlogon_credential_aes(t->crypto, c->key, c->client, a.credential))
        return false;
    tell(t, STEP_DONE, "netlogon.member.server-challenge",
         A_BYTES("challenge", bytes_of(c->server, 8)));
    tell(t, STEP_DONE, "netlogon.member.key", A_TEXT("account", a.account_name),
         A_BYTES("secret", bytes_of(c->config.secret, 16)),
         A_BYTES("client", bytes_of(c->client, 8)), A_BYTES("server", bytes_of(c->server, 8)),
         A_BYTES("key", bytes_of(c->key, 16)));
    tell(t, STEP_DONE, "netlogon.member.credential",
         A_BYTES("credential", bytes_of(a.credential, 8)));
    netlogon_tell_key(t, c->config.party, c->computer, c->controller, c->key,
                      "netlogon.member.key");
    c->state = AUTHENTICATING;
    return send_call(c, t, NETR_SERVER_AUTHENTICATE3, netr_authenticate3_write(t->mem, false, &a));
}

/* The names are of the OEM code page; ours are ASCII. */
static bool send_alter(struct netlogon_channel *c, struct turn *t)
{
    struct nl_auth_message names = {
        .type = NL_AUTH_REQUEST, .domain = c->domain, .computer = c->computer};
    struct rpc_pdu m = {.type = RPC_ALTER_CONTEXT,
                        .flags = RPC_WHOLE,
                        .call_id = ++c->call,
                        .max_xmit = RPC_PDU_MAX,
                        .max_recv = RPC_PDU_MAX,
                        .group = NETLOGON_GROUP,
                        .interface = RPC_NETLOGON,
                        .transfer = RPC_NDR,
                        .has_auth = true,
                        .auth_type = RPC_AUTH_NETLOGON,
                        .auth_level = RPC_AUTH_LEVEL_PRIVACY,
                        .auth_context_id = 1};
    m.auth_value = nl_auth_message_write(t->mem, &names);
    c->state = ALTERING;
    return send_octets(c, t, rpc_write(t->mem, &m));
}

static bool authenticated(struct coming *x)
{
    struct netlogon_channel *c = x->c;
    struct turn *t = x->t;
    struct netr_authenticate3 a;
    uint8_t expected[8];
    if (!netr_authenticate3_read(x->m->stub, true, t->mem, t->faults, &a))
        return fail(x, "netlogon.member.server", STATUS_NO_LOGON_SERVERS,
                    "the answer cannot be read");
    if (a.status)
        return fail(x, "netlogon.member.server", a.status, "it does not take the machine account");
    if (!netlogon_credential_aes(t->crypto, c->key, c->server, expected))
        return false;
    if (!netlogon_same(expected, a.credential)) {
        tell(t, STEP_NOTED, "netlogon.member.server-credential",
             A_BYTES("expected", bytes_of(expected, 8)),
             A_BYTES("came", bytes_of(a.credential, 8)));
        return fail(
            x, "netlogon.member.server", STATUS_ACCESS_DENIED,
            "its credential is not made with the same key: it is no controller of the domain");
    }
    if (!(a.flags & NETLOGON_AES_SHA2))
        return fail(x, "netlogon.member.server", STATUS_DOWNGRADE_DETECTED,
                    "AES is not among what it agrees to");
    tell(t, STEP_DONE, "netlogon.member.server-credential",
         A_BYTES("expected", bytes_of(expected, 8)), A_BYTES("came", bytes_of(a.credential, 8)));
    tell(t, STEP_DONE, "netlogon.member.server",
         A_STR("flags", name_flags(t->mem, NAMES_NETLOGON_FLAG, a.flags & NETLOGON_FLAGS_TOLD)));
    c->security = (struct netlogon_security){.on = true, .is_client = true, .context_id = 1};
    memcpy(c->security.key, c->key, 16);
    return send_alter(c, t);
}

static bool altered(struct coming *x)
{
    struct nl_auth_message names;
    if (x->m->result != RPC_ACCEPTANCE || !x->m->has_auth ||
        !nl_auth_message_read(x->m->auth_value, x->t->faults, &names) ||
        names.type != NL_AUTH_RESPONSE)
        return fail(x, "netlogon.member.secure", STATUS_ACCESS_DENIED,
                    "the controller does not protect the connection");
    tell(x->t, STEP_DONE, "netlogon.member.secure");
    return send_question(x->c, x->t);
}

static bool answered(struct coming *x)
{
    struct netlogon_channel *c = x->c;
    struct bytes stub;
    const char *why;
    if (!netlogon_open(&c->security, x->t, x->m, &stub, &why) ||
        !netlogon_answer_read(x->t, stub, c->now->kind, x->out, &why))
        return fail(x, "netlogon.member.answer", STATUS_ACCESS_DENIED, why);
    tell(x->t, STEP_DONE, "netlogon.member.answer", A_NTSTATUS("status", x->out->status),
         A_INT("sequence", (int64_t)c->security.sequence - 1));
    c->proven = true;
    c->state = READY;
    give_back(x, c->now, 0);
    return go_on(c, x->t);
}

/* A controller that was started anew knows the channel no more: once, it is set up again. */
static bool faulted(struct coming *x)
{
    struct waiting *w = x->c->now;
    const char *why = x->m->type == RPC_FAULT
                          ? name_text(x->t->mem, NAMES_RPC_FAULT, (int64_t)x->m->status)
                          : name_text(x->t->mem, NAMES_RPC_NAK, x->m->reason);
    if (x->c->state == ASKING && x->c->proven && !w->repeated) {
        tell(x->t, STEP_NOTED, "netlogon.member.again", A_STR("why", why));
        w->repeated = true;
        close_channel(x->c);
        x->c->now = NULL;
        return go_on(x->c, x->t);
    }
    return fail(x, "netlogon.member.fault", STATUS_ACCESS_DENIED, why);
}

static const struct {
    enum state state;
    uint8_t type;
    bool (*go)(struct coming *);
} rows[] = {
    {BINDING, RPC_BIND_ACK, bound},
    {BINDING, RPC_BIND_NAK, faulted},
    {CHALLENGING, RPC_RESPONSE, challenged},
    {CHALLENGING, RPC_FAULT, faulted},
    {AUTHENTICATING, RPC_RESPONSE, authenticated},
    {AUTHENTICATING, RPC_FAULT, faulted},
    {ALTERING, RPC_ALTER_CONTEXT_RESP, altered},
    {ALTERING, RPC_FAULT, faulted},
    {ALTERING, RPC_BIND_NAK, faulted},
    {ASKING, RPC_RESPONSE, answered},
    {ASKING, RPC_FAULT, faulted},
};

bool netlogon_receive(struct netlogon_channel *c, const struct packet *p, struct turn *t,
                      bool *has_answer, uint64_t *id, struct logon_answer *out)
{
    struct rpc_pdu m;
    struct coming x = {.c = c, .t = t, .m = &m, .out = out};
    bool ok = true, met = false;
    *has_answer = false;
    if (c->state == CLOSED || c->state == READY) {
        tell(t, STEP_NOTED, "netlogon.member.unasked");
        return true;
    }
    if (!rpc_read(p->data, t->mem, t->faults, &m) || m.call_id != c->call || m.context_id) {
        ok = fail(&x, "netlogon.member.unreadable", STATUS_NO_LOGON_SERVERS,
                  "it is no answer to the last call");
    } else {
        for (size_t i = 0; i < sizeof rows / sizeof *rows && !met; i++)
            if (rows[i].state == c->state && rows[i].type == m.type) {
                met = true;
                ok = rows[i].go(&x);
            }
        if (!met)
            ok = fail(&x, "netlogon.member.unreadable", STATUS_NO_LOGON_SERVERS,
                      "this does not come next");
    }
    *has_answer = x.answered;
    *id = x.id;
    return ok;
}

bool netlogon_lost(struct netlogon_channel *c, struct turn *t, uint64_t *id,
                   struct logon_answer *out)
{
    struct waiting *w = oldest(c);
    struct coming x = {.c = c, .t = t, .out = out};
    close_channel(c);
    if (!w)
        return false;
    tell(t, STEP_REFUSED, "netlogon.member.lost", A_NTSTATUS("status", STATUS_NO_LOGON_SERVERS));
    give_back(&x, w, STATUS_NO_LOGON_SERVERS);
    *id = x.id;
    return true;
}
