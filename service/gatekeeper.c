/* What a web server settles before it looks at any proof: which application is meant, what that one
 * wants of the connection, and who it is that says who asks (P3, P5). */
#include "service/inside.h"

#include "base/text.h"
#include "base/tls.h"

#include <string.h>

/* ---- the modes, in the order in which they are offered (IIS's) ---------------------------------
 */

static size_t offer_name(const char *name, const char **out)
{
    *out = name;
    return 1;
}

static size_t negotiate_offer(struct visit *v, const char **out, size_t room)
{
    (void)v, (void)room;
    return offer_name("Negotiate", out);
}

static size_t ntlm_offer(struct visit *v, const char **out, size_t room)
{
    (void)v, (void)room;
    return offer_name("NTLM", out);
}

static const struct mode modes[] = {
    {"Negotiate", AUTH_NEGOTIATE, negotiate_begin, negotiate_answered, negotiate_offer},
    {"NTLM", AUTH_NTLM, ntlm_begin, ntlm_answered, ntlm_offer},
    {"Digest", AUTH_DIGEST, digest_begin, digest_answered, digest_offer},
    {"Basic", AUTH_BASIC, basic_begin, basic_answered, basic_offer},
};

const struct mode *service_modes(size_t *n)
{
    *n = sizeof modes / sizeof *modes;
    return modes;
}

static const char *scheme_names(struct visit *v, unsigned schemes)
{
    const char *text = schemes & AUTH_ANONYMOUS ? "Anonymous" : "";
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (schemes & modes[i].scheme)
            text = arena_printf(v->turn->mem, "%s%s%s", text, *text ? " " : "", modes[i].name);
    if (schemes & AUTH_CERTIFICATE)
        text = arena_printf(v->turn->mem, "%s%sCertificate", text, *text ? " " : "");
    return *text ? text : "nothing";
}

/* ---- the application ------------------------------------------------------------------------- */

/* Of an absolute URI what follows the host (RFC 9112 3.2.2), without the query. */
static struct bytes path_of(struct bytes target)
{
    struct bytes rest = target;
    if (target.n && target.p[0] != '/') {
        size_t at = 0;
        while (at + 3 <= target.n && memcmp(target.p + at, "://", 3) != 0)
            at++;
        const uint8_t *slash =
            at + 3 < target.n ? memchr(target.p + at + 3, '/', target.n - at - 3) : NULL;
        rest = slash ? bytes_slice(target, (size_t)(slash - target.p), target.n) : BYTES_LIT("/");
    }
    const uint8_t *query = rest.n ? memchr(rest.p, '?', rest.n) : NULL;
    return query ? bytes_slice(rest, 0, (size_t)(query - rest.p)) : rest;
}

/* A proxy that lets everybody through has no applications to speak of. */
static bool asks_nobody(const struct visit *v)
{
    return v->service->gate.admit && v->app->schemes == AUTH_ANONYMOUS;
}

enum next service_application(struct visit *v)
{
    const struct service_config *config = &v->service->config;
    const struct tls *tls = v->packet->tls;
    v->path = path_of(v->http.target);
    v->app =
        v->service->gate.admit ? config->apps : web_app_of(config->apps, config->n_apps, v->path);
    const char *path = text_escape(v->turn->mem, v->path);
    if (!v->app)
        return service_refuse(v, FIND_APPLICATION, 404, 0, path);
    if (!asks_nobody(v))
        tell(v->turn, STEP_DONE, "service.http.application", A_STR("path", path),
             A_STR("app", v->app->path), A_STR("schemes", scheme_names(v, v->app->schemes)));
    if ((v->app->require_tls || v->app->require_certificate) && !tls) {
        v->substatus = 4;
        return service_refuse(v, FIND_TLS, 403, 0, "no TLS");
    }
    if (v->app->require_certificate && !tls->client_certificate.n) {
        v->substatus = 7;
        return service_refuse(v, FIND_CERTIFICATE, 403, 0, "no certificate");
    }
    return NEXT;
}

/* ---- who says who asks ----------------------------------------------------------------------- */

static const struct mode *mode_named(struct bytes scheme)
{
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (bytes_equal_nocase(scheme, bytes_str(modes[i].name)))
            return &modes[i];
    return NULL;
}

static bool has_certificate(const struct visit *v)
{
    return v->app->schemes & AUTH_CERTIFICATE && v->service->config.map_certificate &&
           v->packet->tls && v->packet->tls->client_certificate.n;
}

/* What was proven to another application counts here too, if that one asked for no less and this
 * one takes such proofs. */
static const struct access_token *of_connection(const struct visit *v)
{
    const struct connection *c = v->connection;
    bool counts =
        c && c->token &&
        (c->app == v->app || (v->app->schemes & AUTH_INTEGRATED && !v->app->ntlm_per_request &&
                              v->app->protection <= c->app->protection));
    return counts ? c->token : NULL;
}

static void tell_scheme(struct visit *v, const char *brought, const char *outcome)
{
    const char *party = v->service->config.party;
    const struct access_token *known = of_connection(v);
    const struct decision_input inputs[] = {
        {"offered", party, scheme_names(v, v->app->schemes)},
        {"credentials", "request", brought},
        {"connection", "request", known ? known->name : "nobody's"},
        {"certificate", "request", has_certificate(v) ? "shown" : "none"},
    };
    tell_decision(v->turn, .id = "service.scheme",
                  .rule = "Credentials in the request count, if their scheme is offered. Without "
                          "any: a certificate that is to be mapped, then whose connection it is "
                          "already, then Anonymous, if that is on; else the answer is 401 with "
                          "every scheme that is offered.",
                  .outcome = outcome, .spec = "RFC 9110 11.6.1", .inputs = inputs, .n = 4);
}

/* Two of them (RFC 9110 11.6.2 knows one): somebody on the way may have looked at the other. */
static bool is_twice(const struct visit *v, const struct http_field *first)
{
    const struct http_field *end = v->http.fields + v->http.n_fields;
    for (const struct http_field *f = first + 1; f < end; f++)
        if (bytes_equal_nocase(f->name, first->name))
            return true;
    return false;
}

static enum next by_request(struct visit *v, const struct http_field *field)
{
    struct auth_value values[AUTH_VALUES_MAX];
    size_t n;
    bool readable = !is_twice(v, field) &&
                    auth_read(field->value, v->turn->mem, v->turn->faults, values, &n) && n == 1;
    const char *name = readable ? text_escape(v->turn->mem, values[0].scheme) : "unreadable";
    v->mode = readable ? mode_named(values[0].scheme) : NULL;
    if (!readable) {
        tell_scheme(v, name, "401");
        return service_refuse(v, FIND_CREDENTIALS, 401, 0, "no single value");
    }
    if (!v->mode || !(v->app->schemes & v->mode->scheme)) {
        v->substatus = 2;
        tell_scheme(v, name, "401");
        return service_refuse(v, FIND_OFFERED, 401, 0, name);
    }
    v->credentials = values[0];
    tell_scheme(v, v->mode->name, v->mode->name);
    tell(v->turn, STEP_DONE, "service.http.credentials", A_STR("scheme", v->mode->name));
    return NEXT;
}

static enum next challenge(struct visit *v)
{
    tell_scheme(v, "none", "401");
    tell(v->turn, STEP_NOTED, "service.http.offer",
         A_STR("schemes", scheme_names(v, v->app->schemes & ~(unsigned)AUTH_CERTIFICATE)));
    v->status = 401;
    v->offers = true;
    v->substatus = 2;
    return ANSWER;
}

/* A certificate is looked up in service_proof; it says by itself that it is the client's, as TLS
 * has seen to that. */
enum next service_scheme(struct visit *v)
{
    const struct http_field *field = http_field(&v->http, v->service->gate.credentials);
    const struct access_token *known = of_connection(v);
    bool open = asks_nobody(v);
    if (field && !open)
        return by_request(v, field);
    if (has_certificate(v)) {
        tell_scheme(v, "none", "Certificate");
    } else if (known) {
        tell_scheme(v, "none", "the connection's");
        tell(v->turn, STEP_NOTED, "service.http.connection", A_STR("user", known->name),
             A_STR("package", known->package));
        v->user = known;
    } else if (v->app->schemes & AUTH_ANONYMOUS) {
        v->user = v->service->config.machine ? v->service->config.machine->anonymous : NULL;
        v->anonymous = true;
        tell_scheme(v, "none", "Anonymous");
        if (!open)
            tell(v->turn, STEP_NOTED, "service.http.anonymous",
                 A_STR("user", v->user ? v->user->name : "nobody"));
    } else {
        return challenge(v);
    }
    return NEXT;
}

static enum next by_certificate(struct visit *v)
{
    const struct service_config *config = &v->service->config;
    const struct tls *tls = v->packet->tls;
    const struct access_token *token = NULL;
    const char *subject = tls->client_subject ? tls->client_subject : "without a subject";
    int32_t status = config->map_certificate(config->map_arg, v->turn, tls, &token);
    if (status || !token)
        return service_refuse(v, FIND_MAPPING, 401, 0,
                              arena_printf(v->turn->mem, "%s: %s",
                                           text_escape(v->turn->mem, bytes_str(subject)),
                                           name_text(v->turn->mem, NAMES_NTSTATUS, status)));
    tell(v->turn, STEP_DONE, "service.certificate.map", A_STR("subject", subject),
         A_STR("user", token->name));
    v->user = token;
    return NEXT;
}

enum next service_proof(struct visit *v)
{
    if (!v->mode)
        return v->user || v->anonymous ? NEXT : by_certificate(v);
    if (v->connection)
        v->connection->token = NULL; /* whoever it was: now somebody says anew who he is */
    return v->mode->begin(v);
}

/* ---- the page -------------------------------------------------------------------------------- */

enum next service_page(struct visit *v)
{
    const struct service_config *config = &v->service->config;
    struct web_request request = {
        .method = v->http.method, .path = v->path, .user = v->user, .anonymous = v->anonymous};
    if (v->service->gate.admit)
        return v->service->gate.admit(v, v->service->gate.arg);
    if (!web_pipeline(v->app, config->machine, &request, v->turn, &v->page))
        return TROUBLE;
    v->has_page = true;
    v->status = v->page.status;
    v->substatus = v->page.substatus;
    v->offers = v->page.challenge;
    return NEXT;
}
