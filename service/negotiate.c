/* From the value of the Authorization field to the mechanism's message (RFC 4559 4.2, RFC
 * 2743 3.1): Kerberos bare or in SPNEGO (RFC 4178), NTLM likewise. */
#include "service/inside.h"

#include "base/text.h"

enum next service_negotiate_base64(struct visit *v)
{
    const struct http_field *field = http_field(&v->http, "Authorization");
    size_t at;
    if (!http_negotiate(field->value, v->turn->mem, v->turn->faults, &v->octets, &at) ||
        !v->octets.n)
        return service_refuse(v, FIND_BASE64, 401, 0,
                              v->octets.n ? "base64 with a fault" : "no token");
    tell(v->turn, STEP_DONE, "service.negotiate.base64", A_INT("octets", (int64_t)v->octets.n));
    return NEXT;
}

/* ---- the mechanisms ---------------------------------------------------------------------------
 */

/* P8: whose key could a ticket be sealed with? */
static void tell_account(struct visit *v)
{
    const struct service_config *config = &v->service->config;
    const struct access_token *pool = config->machine ? config->machine->pool : NULL;
    if (!pool)
        return;
    const struct decision_input inputs[] = {
        {"process", config->party, pool->name},
        {"kind", config->party,
         config->no_kerberos      ? "an account of this machine"
         : sid_known(&pool->user) ? "the computer's account in the domain"
                                  : "an account of the domain"},
    };
    if (config->no_kerberos)
        tell(v->turn, STEP_NOTED, "service.negotiate.account", A_STR("process", pool->name));
    tell_decision(v->turn, .id = "service.mechanisms",
                  .rule = "Kerberos needs a key that the KDC has, too. NETWORK SERVICE and SYSTEM "
                          "are the computer's account in the domain, accounts of the domain are "
                          "themselves; an account of this machine is unknown to the KDC.",
                  .outcome = config->no_kerberos ? "NTLM alone" : "Kerberos, NTLM",
                  .spec = "RFC 4120 3.2.3", .inputs = inputs, .n = 2);
}

/* ---- Kerberos, bare -------------------------------------------------------------------------- */

static enum next bare_kerberos(struct visit *v)
{
    if (v->service->config.no_kerberos) {
        tell_account(v);
        return service_refuse(v, FIND_MECHANISM, 401, 0, "Kerberos, for which there is no key");
    }
    if (!bytes_equal(v->token.mech, GSS_KRB5_OID))
        return service_refuse(
            v, FIND_MECHANISM, 401, 0,
            arena_printf(v->turn->mem, "OID %s", hex_text(v->turn->mem, v->token.mech)));
    if (v->token.tok_id != TOK_AP_REQ)
        return service_refuse(
            v, FIND_TOKEN, 401, 0,
            arena_printf(v->turn->mem, "%02x %02x", v->token.tok_id >> 8, v->token.tok_id & 0xff));
    tell(v->turn, STEP_DONE, "service.negotiate.mechanism",
         A_INT("octets", (int64_t)v->token.inner.n));
    return service_ap_exchange(v);
}

/* ---- within SPNEGO --------------------------------------------------------------------------- */

/* For mech_krb5: the AP exchange of the request that is being served. */
static enum mech_state exchange(void *arg, struct turn *t, struct krb5_round *r)
{
    struct connection *c = arg;
    struct visit *v = c->visit;
    v->token = (struct gss_token){.tok_id = r->in_id, .inner = r->in};
    enum next next = service_ap_exchange(v);
    if (next == TROUBLE)
        return MECH_TROUBLE;
    if (next == ANSWER) {
        r->out_id = TOK_KRB_ERROR;
        return v->error && !service_error(v, &r->out) ? MECH_TROUBLE : MECH_REFUSED;
    }
    const struct security_context *s = &v->service->context;
    (void)t;
    mech_krb5_keys(c->kerberos, &s->session, &s->initiator, &s->acceptor, s->send_seq,
                   s->receive_seq);
    c->proven = v->user ? token_copy(c->mem, v->user) : NULL;
    r->out_id = v->ap_rep.n ? TOK_AP_REP : 0;
    r->out = v->ap_rep;
    return MECH_DONE;
}

static bool begin(struct visit *v, struct connection *c)
{
    const struct service_config *config = &v->service->config;
    size_t n = 0;
    if (!connection_begin(c, v))
        return false;
    struct mech *mechs = arena_array(c->mem, struct mech, 2);
    c->spnego = arena_new_of(c->mem, struct spnego);
    c->kerberos = arena_new_of(c->mem, struct mech_krb5);
    mech_krb5_init(c->kerberos, true, exchange, c);
    tell_account(v);
    if (!config->no_kerberos)
        mechs[n++] = mech_krb5(c->kerberos, OID_KRB5);
    if (v->app && ntlm_can(v->service)) {
        c->ntlm = ntlm_server_for(v);
        mechs[n++] = ntlm_server_mech(c->ntlm);
    }
    spnego_init(c->spnego, c->mem, config->party, "service.spnego", true, mechs, n);
    c->spnego->windows = true;
    return true;
}

static bool is_ntlm(const struct connection *c)
{
    return c->ntlm && bytes_equal(c->spnego->chosen->oid, OID_NTLMSSP);
}

/* The negotiation came to this. */
static enum next negotiated(struct visit *v, enum mech_state state, struct bytes out)
{
    struct connection *c = v->connection;
    v->answer = out;
    switch (state) {
    case MECH_CONTINUE:
        v->status = 401;
        v->continues = true;
        return ANSWER;
    case MECH_WAITING:
        return service_ask(v, &c->ntlm->question);
    case MECH_DONE: {
        bool ntlm = is_ntlm(c);
        if (ntlm && c->ntlm->anonymous && ntlm_identity(v, NULL) == NEXT)
            c->proven = token_copy(c->mem, v->user);
        connection_settle(c);
        v->user = c->proven;
        if (ntlm && !v->app->ntlm_per_request)
            connection_prove(v, c->proven);
        return NEXT;
    }
    case MECH_REFUSED:
        service_refuse(v, FIND_SPNEGO, 401, v->error,
                       c->spnego->why ? c->spnego->why : "the mechanism");
        connection_settle(c);
        return ANSWER;
    case MECH_TROUBLE:
        break;
    }
    return TROUBLE;
}

/* A first token begins anew, whatever was under way. */
static enum next in_spnego(struct visit *v)
{
    struct connection *c = connection_for(v);
    struct bytes out = {0};
    bool begins = !c->spnego || spnego_begins(v->octets);
    if (!begins && connection_asks_more(v))
        return ANSWER;
    if (begins && !begin(v, c))
        return TROUBLE;
    enum mech_state state = spnego_step(c->spnego, v->turn, v->octets, &out);
    return negotiated(v, state, out);
}

enum next service_negotiate_round(struct visit *v)
{
    static const struct bytes ntlm = BYTES_LIT("NTLMSSP\0"), spnego = BYTES_LIT("\x60");
    struct connection *c = v->connection;
    if (bytes_starts(v->octets, ntlm)) {
        if (v->app && ntlm_can(v->service))
            return ntlm_round(v);
        return service_refuse(v, FIND_MECHANISM, 401, 0, "NTLM, bare");
    }
    if (!bytes_starts(v->octets, spnego)) {
        if (c && c->spnego)
            return in_spnego(v);
        return service_refuse(v, FIND_MECHANISM, 401, 0,
                              v->octets.p[0] == 0xa1 ? "SPNEGO, a later token"
                                                     : "no token of GSS-API");
    }
    if (!gss_token_read(v->octets, v->turn->faults, &v->token))
        return service_refuse(v, FIND_MECHANISM, 401, 0, "no token of GSS-API");
    return bytes_equal(v->token.mech, OID_SPNEGO) ? in_spnego(v) : bare_kerberos(v);
}

enum next negotiate_begin(struct visit *v)
{
    enum next next = service_token(v);
    return next == NEXT ? service_negotiate_round(v) : next;
}

/* In SPNEGO the negotiation goes on; bare NTLM has nothing around it. */
enum next negotiate_answered(struct visit *v, const struct logon_answer *answer)
{
    struct connection *c = v->connection;
    struct bytes out = {0};
    if (!c->spnego)
        return ntlm_answered(v, answer);
    enum mech_state state = ntlm_server_answer(c->ntlm, v->turn, answer);
    enum next next = service_logon_status(v, answer);
    if (next == NEXT && state == MECH_DONE) {
        next = ntlm_identity(v, answer);
        c->proven = v->user ? token_copy(c->mem, v->user) : NULL;
    } else if (next == NEXT && told(v->turn))
        ntlm_tell_binding(v);
    if (next == TROUBLE)
        return TROUBLE;
    state = spnego_resume(c->spnego, v->turn, next == NEXT ? state : MECH_REFUSED,
                          (struct bytes){0}, &out);
    return negotiated(v, state, out);
}
