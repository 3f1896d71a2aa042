/* NTLM at the server (MS-NTHT 3.2.5, P16-P21): three messages on one connection, and who holds the
 * accounts compares. What is proven holds for the connection, not for the request. */
#include "service/inside.h"

#include "base/tls.h"

bool ntlm_can(const struct service *s)
{
    return s->channel || s->config.local || s->config.channel;
}

static enum extended_protection protection(const struct web_app *app)
{
    static const enum extended_protection of[] = {
        [PROTECTION_OFF] = EPA_OFF,
        [PROTECTION_ALLOW] = EPA_ALLOWED,
        [PROTECTION_REQUIRE] = EPA_REQUIRED,
    };
    return of[app->protection];
}

struct ntlm_server *ntlm_server_for(struct visit *v)
{
    struct connection *c = v->connection;
    struct ntlm_server *server = arena_new_of(c->mem, struct ntlm_server);
    struct ntlm_server_config config = v->service->config.ntlm;
    config.party = v->service->config.party;
    config.protection = protection(v->app);
    if (v->packet->tls)
        config.bindings = arena_copy(c->mem, v->packet->tls->end_point);
    ntlm_server_init(server, c->mem, &config);
    return server;
}

/* ---- bare messages --------------------------------------------------------------------------- */

/* Whoever it is now. answer: NULL: nobody had to be asked, as it is nobody. */
static enum next proven(struct visit *v, const struct logon_answer *answer)
{
    enum next next = ntlm_identity(v, answer);
    if (next == NEXT && !v->app->ntlm_per_request)
        connection_prove(v, v->user);
    connection_settle(v->connection);
    return next;
}

static enum next ended(struct visit *v, enum mech_state state, struct bytes out)
{
    struct ntlm_server *server = v->connection->ntlm;
    v->answer = out;
    switch (state) {
    case MECH_CONTINUE:
        v->status = 401;
        v->continues = true;
        return ANSWER;
    case MECH_WAITING:
        return service_ask(v, &server->question);
    case MECH_REFUSED:
        connection_settle(v->connection);
        return service_refuse(v, FIND_NTLM, 401, 0, server->why ? server->why : "the message");
    case MECH_DONE:
        return proven(v, NULL);
    case MECH_TROUBLE:
        break;
    }
    return TROUBLE;
}

enum next ntlm_round(struct visit *v)
{
    unsigned type = ntlm_message_type(v->octets);
    struct connection *c = connection_for(v);
    struct bytes out = {0};
    bool later = type == 3 && c->ntlm && !c->spnego && c->ntlm->challenge.n;
    if (type != 1 && !later)
        return service_refuse(v, FIND_NTLM_ORDER, 401, 0,
                              type == 3 ? "an AUTHENTICATE_MESSAGE" : "no message of a client");
    if (later && connection_asks_more(v))
        return ANSWER;
    if (!later) {
        if (!connection_begin(c, v))
            return TROUBLE;
        c->ntlm = ntlm_server_for(v);
    }
    return ended(v, ntlm_server_step(c->ntlm, v->turn, v->octets, &out), out);
}

enum next ntlm_begin(struct visit *v)
{
    enum next next = service_token(v);
    return next == NEXT ? ntlm_round(v) : next;
}

/* ---- the answer ------------------------------------------------------------------------------ */

/* What the client bound itself to: of its NTLMv2 response (MS-NLMP 2.2.2.1). */
static struct bytes bound(struct visit *v, const struct ntlm_server *server)
{
    struct ntlmv2_response r;
    const struct av_pair *pair;
    if (!ntlmv2_response_read(server->message.nt_response, v->turn->mem, NULL, &r))
        return (struct bytes){0};
    pair = av_pair(&r.pairs, MsvAvChannelBindings);
    return pair ? pair->value : (struct bytes){0};
}

void ntlm_tell_binding(struct visit *v)
{
    service_binding_holds(v, bound(v, v->connection->ntlm));
}

/* Nobody proves nothing, but where the configuration takes him he has a name. */
static struct access_token *token_of_nobody(struct arena *mem)
{
    static const struct sid anonymous = {.authority = 5, .n = 1, .sub = {7}};
    struct access_token *token =
        token_of_account(mem, &anonymous, "NT AUTHORITY\\ANONYMOUS LOGON", TOKEN_NETWORK);
    token->package = "NTLM";
    return token;
}

enum next ntlm_identity(struct visit *v, const struct logon_answer *answer)
{
    struct arena *mem = v->connection->mem;
    struct access_token *token;
    if (told(v->turn))
        ntlm_tell_binding(v);
    if (v->connection->ntlm->anonymous) {
        token = token_of_nobody(mem);
    } else {
        if (!answer || !answer->info)
            return TROUBLE;
        token =
            token_of_validation(mem, answer->info, "NTLM", TOKEN_NETWORK, v->service->config.names);
        token->where_from = v->asked;
    }
    v->user = token;
    tell(v->turn, STEP_DONE, "service.ntlm.connection", A_STR("user", v->user->name),
         A_STR("holds", v->app->ntlm_per_request ? "for this request" : "for this connection"));
    return NEXT;
}

enum next ntlm_answered(struct visit *v, const struct logon_answer *answer)
{
    struct connection *c = v->connection;
    enum mech_state state = ntlm_server_answer(c->ntlm, v->turn, answer);
    enum next next = service_logon_status(v, answer);
    if (state == MECH_TROUBLE)
        return TROUBLE;
    if (next == NEXT && state != MECH_DONE) {
        if (told(v->turn))
            ntlm_tell_binding(v);
        next = service_refuse(v, FIND_NTLM, 401, 0, c->ntlm->why ? c->ntlm->why : "the message");
    }
    if (next == NEXT)
        return proven(v, answer);
    connection_settle(c);
    return next;
}
