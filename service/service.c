#include "service/inside.h"

#include <string.h>

/* ---- the steps, in the order in which a request meets them --------------------------------------
 */

/* A service without applications: a ticket is enough, and Negotiate the only way to bring it. */
static enum next (*const ticket_steps[])(struct visit *) = {
    service_http_request,       /* the octets are one HTTP request */
    service_http_authorization, /* it brings something to authenticate with */
    service_negotiate_base64,   /* which is text for octets */
    service_negotiate_round,    /* of the Kerberos mechanism, bare or in SPNEGO */
};

/* Of the Kerberos mechanism, from AP-REQ to AP-REP. */
static enum next (*const ap_steps[])(struct visit *) = {
    service_ap_read,   /* the token holds an AP-REQ */
    service_ap_ticket, /* RFC 4120 3.2.3: the ticket opens, the authenticator opens, names, times */
    service_ap_replay, /* that was not seen before */
    service_ap_checksum,  /* RFC 4121 4.1.1: what the client wants of the context */
    service_ap_binding,   /* and to which channel it bound itself */
    service_ap_delegated, /* and what it hands over opens */
    service_ap_identity,  /* MS-PAC: who the client is here, with all groups */
    service_ap_context,   /* keys and numbers for what follows */
    service_ap_answer,    /* RFC 4120 3.2.4: the proof the client asked for */
};

/* A web server. The first WEB_STEPS_TO_PROOF only read. */
enum next (*const service_web_steps[])(struct visit *) = {
    service_http_request, /* the octets are one HTTP request */
    service_application,  /* for something that is here, by a way that it allows */
    service_scheme,       /* who says who it is: the request, the connection, TLS, nobody */
    service_proof,        /* and whether that is so; here a request may have to wait */
    service_page,         /* what becomes of it */
};
#define WEB_STEPS (sizeof service_web_steps / sizeof *service_web_steps)

enum next service_run(struct visit *v, enum next (*const *steps)(struct visit *), size_t n)
{
    enum next next = NEXT;
    for (size_t i = 0; i < n && next == NEXT; i++)
        next = steps[i](v);
    return next;
}

enum next service_ap_exchange(struct visit *v)
{
    return service_run(v, ap_steps, sizeof ap_steps / sizeof *ap_steps);
}

/* ---- requests -------------------------------------------------------------------------------- */

/* The answer, or that it is waited for. */
static bool conclude(struct visit *v, enum next next)
{
    struct connection *c = v->connection;
    if (next == TROUBLE)
        return false;
    if (next != WAIT)
        return service_http_respond(v);
    /* The first that waits may be in the queue already: it went on, and waits for another. */
    if (!c->n_held && !connection_hold(c, v, v->packet))
        return false;
    c->waiting = true;
    c->until = v->turn->now + SERVICE_PATIENCE;
    return true;
}

static struct visit *visit_new(struct service *s, struct connection *c, const struct packet *p,
                               struct turn *t)
{
    struct visit *v = arena_new_of(t->mem, struct visit);
    *v = (struct visit){
        .service = s, .packet = p, .turn = t, .status = 200, .asked = "answer of the controller"};
    if (c)
        connection_enter(c, v);
    return v;
}

/* What nothing is known of needs no place in the table. */
static void leave(struct visit *v)
{
    struct connection *c = v->connection;
    if (v->app) /* pages are not protected with the keys of a context */
        wipe(&v->service->context, sizeof v->service->context);
    if (!c)
        return;
    c->visit = NULL;
    if (!c->waiting && (!c->conn || (!c->mem && !c->n_held)))
        connection_forget(c);
}

bool service_serve(struct service *s, struct connection *c, const struct packet *p, struct turn *t)
{
    struct visit *v = visit_new(s, c, p, t);
    bool web = s->config.n_apps > 0;
    enum next next = web ? service_run(v, service_web_steps, WEB_STEPS)
                         : service_run(v, ticket_steps, sizeof ticket_steps / sizeof *ticket_steps);
    bool ok = conclude(v, next);
    leave(v);
    return ok;
}

bool service_go_on(struct service *s, struct connection *c, struct turn *t,
                   const struct logon_answer *answer)
{
    struct turn silent = *t;
    struct visit *v = visit_new(s, c, &c->first->packet, &silent);
    silent.tell = NULL; /* it was told when the request came */
    silent.faults = NULL;
    c->waiting = false;
    enum next next = service_run(v, service_web_steps, WEB_STEPS_TO_PROOF);
    v->turn = t;
    if (next == NEXT && v->mode && v->mode->answered)
        next = v->mode->answered(v, answer);
    if (next == NEXT)
        next = service_run(v, service_web_steps + WEB_STEPS_TO_PROOF + 1,
                           WEB_STEPS - WEB_STEPS_TO_PROOF - 1);
    uint64_t id = c->id;
    bool ok = conclude(v, next);
    if (ok && !c->waiting)
        connection_next(c);
    leave(v);
    return ok && (c->id != id || service_serve_held(s, c, t));
}

bool service_serve_held(struct service *s, struct connection *c, struct turn *t)
{
    uint64_t id = c->id;
    while (c->id == id && c->n_held && !c->waiting) {
        if (!service_serve(s, c, &c->first->packet, t))
            return false;
        if (c->id == id && !c->waiting)
            connection_next(c);
    }
    return true;
}

bool service_finish(struct service *s, struct connection *c, struct turn *t)
{
    uint64_t id = c->id;
    c->waiting = false;
    connection_next(c);
    if (!service_serve_held(s, c, t))
        return false;
    if (c->id == id && !c->waiting && (!c->conn || !c->mem))
        connection_forget(c);
    return true;
}

/* Behind one that waits: kept, or refused where too many are. */
static bool hold(struct service *s, struct connection *c, const struct packet *p, struct turn *t)
{
    struct visit *v = visit_new(s, c, p, t);
    if (connection_hold(c, v, p)) {
        tell(t, STEP_NOTED, "service.http.wait", A_INT("waiting", (int64_t)c->n_held));
        return true;
    }
    service_refuse(v, FIND_BUSY, 503, 0, NULL);
    bool ok = service_http_respond(v);
    outbox_close(t->out, p->conn);
    connection_forget(c);
    return ok;
}

void service_escape(struct service *s, struct turn *t)
{
    jmp_buf *escape = arena_escape(t->mem, NULL);
    arena_escape(t->mem, escape);
    arena_escape(s->mem, escape);
}

bool service_guarded(bool (*fn)(void *, const struct packet *, struct turn *), struct service *s,
                     const struct packet *p, struct turn *t)
{
    jmp_buf *before = arena_escape(s->mem, NULL);
    arena_escape(s->mem, before);
    bool ok = turn_guarded(fn, s, p, t);
    arena_escape(s->mem, before);
    return ok;
}

static bool receive(void *arg, const struct packet *p, struct turn *t)
{
    struct service *s = arg;
    service_escape(s, t);
    if (p->via == VIA_RPC)
        return service_controller(s, p, t);
    struct connection *c = connection_find(s, p->conn);
    return c && c->waiting ? hold(s, c, p, t) : service_serve(s, c, p, t);
}

bool service_receive(struct service *s, const struct packet *p, struct turn *t)
{
    bool ok = service_guarded(receive, s, p, t);
    if (!ok) /* half of something is worse than nothing */
        service_closed(s, p->conn);
    return ok;
}

/* ---- beginning and end ----------------------------------------------------------------------- */

static bool offers_digest(const struct service_config *config)
{
    for (size_t i = 0; i < config->n_apps; i++)
        if (config->apps[i].schemes & AUTH_DIGEST)
            return true;
    return false;
}

struct service *service_new(struct arena *mem, const struct service_config *config)
{
    struct service *s = arena_new_of(mem, struct service);
    struct bytes realm = config->realm;
    s->mem = mem;
    s->config = *config;
    if (!principal_parse(mem, arena_str(mem, bytes_str(config->spn)), NT_SRV_HST, &s->sname,
                         &realm))
        return NULL;
    s->config.realm = arena_copy(mem, realm);
    s->gate =
        (struct gate){"Authorization", "WWW-Authenticate", "Authentication-Info", 401, NULL, NULL};
    s->max_conns = config->max_conns ? config->max_conns : SERVICE_CONNS;
    s->conns = arena_array(mem, struct connection, s->max_conns);
    s->keys = arena_array(mem, const struct conn *, s->max_conns);
    s->forgotten = INT64_MIN;
    if (offers_digest(config))
        s->nonces = arena_array(mem, struct nonce_use, NONCES);
    if (config->channel && config->channel->controller)
        s->channel = netlogon_channel_new(mem, config->channel);
    return s;
}

void service_free(struct service *s)
{
    for (size_t i = 0; s && i < s->n_conns; i++)
        connection_forget(&s->conns[i]);
}

void service_closed(struct service *s, const struct conn *conn)
{
    struct connection *c = connection_find(s, conn);
    if (c)
        connection_forget(c);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static const struct fault_row rows[FINDINGS] = {
    [FIND_HTTP] = {"service.http.request", "the octets are not one HTTP request", "RFC 9112 3",
                   NULL},
    [FIND_METHOD] = {"service.http.method", "this method is not answered here", "RFC 9110 9.1",
                     "GET or HEAD; POST where there are applications"},
    [FIND_BASE64] = {"service.negotiate.base64", "what follows the scheme is not base64",
                     "RFC 4559 4.2", NULL},
    [FIND_MECHANISM] = {"service.negotiate.mechanism",
                        "the token is of a mechanism that this service does not take",
                        "RFC 4559 4.1", "Kerberos 5, 1.2.840.113554.1.2.2"},
    [FIND_TOKEN] = {"service.negotiate.token", "a context begins with an AP-REQ token",
                    "RFC 4121 4.1", "token id 01 00"},
    [FIND_AP_REQ] = {"service.ap.read", "the token does not hold an AP-REQ", "RFC 4120 5.5.1",
                     "AP-REQ"},
    [FIND_REFUSED] = {"service.ap.refused", "the ticket or its authenticator was refused",
                      "RFC 4120 3.2.3", NULL},
    [FIND_REPLAY] = {"service.ap.replay", "this authenticator was seen before", "RFC 4120 3.2.3",
                     "an authenticator of its own for each request"},
    [FIND_CHECKSUM] = {"service.ap.checksum",
                       "the authenticator does not carry the checksum of GSS-API", "RFC 4121 4.1.1",
                       "checksum type 0x8003"},
    [FIND_DELEGATED] = {"service.ap.delegated",
                        "what the client hands over does not open, or is no KRB-CRED",
                        "RFC 4121 4.1.1", "a KRB-CRED under the subkey or the session key"},
    [FIND_APPLICATION] = {"service.http.application", "no application has this path",
                          "RFC 9110 15.5.5", NULL},
    [FIND_TLS] = {"service.http.tls", "the application is served inside TLS only",
                  "RFC 9110 15.5.4", "https"},
    [FIND_CERTIFICATE] = {"service.http.certificate",
                          "the application wants a certificate of the client", "RFC 9110 15.5.4",
                          "a client certificate in TLS"},
    [FIND_CREDENTIALS] = {"service.http.credentials", "the credentials cannot be read",
                          "RFC 9110 11.6.2", "one scheme, with a token or parameters"},
    [FIND_OFFERED] = {"service.http.offered", "the application does not offer this scheme",
                      "RFC 9110 11.6.2", NULL},
    [FIND_MAPPING] = {"service.certificate.map", "the certificate is mapped to no account",
                      "MS-TLSP 1.3", NULL},
    [FIND_BUSY] = {"service.http.busy", "too many requests wait on this connection",
                   "RFC 9110 15.6.4", NULL},
    [FIND_BINDING] = {"service.ap.binding", "the client did not bind itself to this channel",
                      "RFC 4121 4.1.1.2", "the hash of this channel's bindings"},
    [FIND_PAC] = {"service.ap.pac", "the ticket's PAC is not the KDC's, or not this ticket's",
                  "MS-PAC 2.8", NULL},
    [FIND_SPNEGO] = {"service.negotiate.refused", "the negotiation ended in a refusal",
                     "RFC 4178 4.2.2", NULL},
    [FIND_NTLM] = {"service.ntlm.refused", "the NTLM exchange ended in a refusal", "MS-NLMP 3.2.5",
                   NULL},
    [FIND_NTLM_ORDER] = {"service.ntlm.order",
                         "no NTLM exchange was begun on this connection that this goes on with",
                         "MS-NTHT 3.2.5", "a NEGOTIATE_MESSAGE"},
    [FIND_BASIC] = {"service.basic.read", "user and password cannot be read", "RFC 7617 2", NULL},
    [FIND_DIGEST] = {"service.digest.read",
                     "a parameter of the response is missing, or is not what was offered",
                     "RFC 7616 3.4", NULL},
    [FIND_NONCE] = {"service.digest.nonce", "the nonce is not one of this server", "RFC 7616 3.3",
                    "a nonce that was given here"},
    [FIND_STALE] = {"service.digest.stale", "the nonce is too old", "RFC 7616 3.3",
                    "a newer nonce"},
    [FIND_COUNT] = {"service.digest.count", "this nonce was used with this count before",
                    "RFC 7616 3.4", "each count once"},
    [FIND_LOGON] = {"service.logon.answer", "who holds the accounts says no", "MS-APDS 3.1.5",
                    NULL},
};

const struct fault_row *service_fault_table(size_t *n)
{
    *n = FINDINGS;
    return rows;
}

enum next service_refuse(struct visit *v, enum finding what, int status, int32_t error,
                         const char *found)
{
    v->status = status;
    v->error = error;
    v->offers = status == 401;
    tell(v->turn, STEP_REFUSED, rows[what].id, A_STR("found", found ? found : ""),
         A_ERROR("error", error), A_INT("status", status));
    fault_raise(v->turn->faults, (struct fault){.row = &rows[what], .found = found});
    return ANSWER;
}
