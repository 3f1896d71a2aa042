/* The HTTP side: requests in, pages out (RFC 9110 11, RFC 4559 4). */
#include "service/inside.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static bool answers_method(const struct visit *v)
{
    static const char *const names[] = {"GET", "HEAD", "POST"};
    for (size_t i = 0; i < (v->service->config.n_apps ? 3u : 2u); i++)
        if (bytes_equal_str(v->http.method, names[i]))
            return true;
    return v->service->gate.admit != NULL;
}

enum next service_http_request(struct visit *v)
{
    size_t used;
    enum http_state state =
        http_read(v->packet->data, v->turn->mem, v->turn->faults, &v->http, &used);
    if (state == HTTP_MORE)
        return service_refuse(v, FIND_HTTP, 400, 0, "the request is cut short");
    if (state != HTTP_WHOLE || !v->http.is_request)
        return service_refuse(v, FIND_HTTP, 400, 0, "not a request");
    if (used != v->packet->data.n)
        return service_refuse(v, FIND_HTTP, 400, 0, "octets follow after its end");
    if (!answers_method(v))
        return service_refuse(v, FIND_METHOD, 405, 0, text_escape(v->turn->mem, v->http.method));
    tell(v->turn, STEP_DONE, "service.http.request", A_TEXT("method", v->http.method),
         A_TEXT("target", v->http.target));
    return NEXT;
}

/* Not a refusal: the first request of a browser brings nothing, and learns here what to bring. */
enum next service_http_authorization(struct visit *v)
{
    const struct http_field *field = http_field(&v->http, "Authorization");
    struct bytes scheme = BYTES_LIT("Negotiate");
    if (field && bytes_equal_nocase(bytes_slice(field->value, 0, scheme.n), scheme) &&
        (field->value.n == scheme.n || field->value.p[scheme.n] == ' ')) {
        tell(v->turn, STEP_DONE, "service.http.authorization",
             A_INT("octets", (int64_t)field->value.n));
        return NEXT;
    }
    v->status = 401;
    v->offers = true;
    if (!field)
        tell(v->turn, STEP_NOTED, "service.http.challenge");
    else
        tell(v->turn, STEP_NOTED, "service.http.scheme",
             A_TEXT("value", bytes_slice(field->value, 0, 16)));
    return ANSWER;
}

enum next service_token(struct visit *v)
{
    if (!auth_token(&v->credentials, v->turn->mem, v->turn->faults, &v->octets) || !v->octets.n)
        return service_refuse(v, FIND_BASE64, 401, 0,
                              v->credentials.token68.n ? "base64 with a fault" : "no token");
    tell(v->turn, STEP_DONE, "service.negotiate.base64", A_INT("octets", (int64_t)v->octets.n));
    return NEXT;
}

/* ---- the answer ------------------------------------------------------------------------------ */

const char *service_client_name(struct visit *v)
{
    const struct EncTicketPart *ticket = &v->checked.ticket;
    return text_escape(v->turn->mem,
                       bytes_str(principal_text(v->turn->mem, &ticket->cname, ticket->crealm)));
}

static const struct {
    int status, substatus;
    const char *line, *page;
} answers[] = {
    {200, 0, "HTTP/1.1 200 OK", ""},
    {302, 0, "HTTP/1.1 302 Found", ""},
    {400, 0, "HTTP/1.1 400 Bad Request", "This is not a request that can be read.\n"},
    {401, 0, "HTTP/1.1 401 Unauthorized", "Authentication is required.\n"},
    {403, 4, "HTTP/1.1 403 Forbidden", "403.4: this is served inside TLS (https) only.\n"},
    {403, 7, "HTTP/1.1 403 Forbidden", "403.7: a client certificate is required.\n"},
    {403, 0, "HTTP/1.1 403 Forbidden", "Forbidden.\n"},
    {404, 0, "HTTP/1.1 404 Not Found", "There is nothing of this name.\n"},
    {405, 0, "HTTP/1.1 405 Method Not Allowed", "Only GET and HEAD are answered.\n"},
    {407, 0, "HTTP/1.1 407 Proxy Authentication Required",
     "The proxy wants to know who uses it.\n"},
    {501, 0, "HTTP/1.1 501 Not Implemented", "This is not done here.\n"},
    {502, 0, "HTTP/1.1 502 Bad Gateway", "The origin cannot be reached.\n"},
    {503, 0, "HTTP/1.1 503 Service Unavailable", "Too many requests wait.\n"},
    {500, 0, "HTTP/1.1 500 Internal Server Error", "The page's code failed.\n"},
};

static size_t answer_of(const struct visit *v, int status)
{
    size_t n = sizeof answers / sizeof *answers;
    for (size_t i = 0; i < n; i++)
        if (answers[i].status == status &&
            (!answers[i].substatus || answers[i].substatus == v->substatus))
            return i;
    return n - 1;
}

/* What is refused is told on the page of a service without applications; a web server tells the
 * client no more than that. */
static struct bytes page(struct visit *v, int status)
{
    if (v->has_page)
        return v->page.body;
    if (v->status == 200)
        return bytes_str(arena_printf(v->turn->mem, "%s\n", service_client_name(v)));
    if (v->status != 401)
        return bytes_str(answers[answer_of(v, status)].page);
    if (v->error && !v->app)
        return bytes_str(arena_printf(v->turn->mem, "Refused: %s\n",
                                      name_text(v->turn->mem, NAMES_ERROR, v->error)));
    return v->app && v->mode && !v->continues ? BYTES_LIT("Refused\n")
                                              : bytes_str(answers[answer_of(v, status)].page);
}

/* RFC 4120 5.9.1: the clock of the service goes with every error; the client's own time comes back
 * where it was read. */
bool service_error(struct visit *v, struct bytes *der)
{
    const struct Authenticator *a = &v->checked.authenticator;
    struct krb_error_args args = {
        .code = v->error,
        .realm = v->service->config.realm,
        .sname = &v->service->sname,
        .ctime = a->authenticator_vno == 5 ? a->ctime + a->cusec : 0,
    };
    *der = krb_error_build(v->turn, &args);
    return der->n > 0;
}

static bool error_token(struct visit *v)
{
    struct bytes error;
    if (!service_error(v, &error))
        return false;
    v->answer = gss_token_write(v->turn->mem, TOK_KRB_ERROR, error);
    return true;
}

/* "WWW-Authenticate: ..." a line each, as IIS does (RFC 9110 11.6.1 lets them share one). A token
 * goes with the scheme that it belongs to. */
static size_t challenges(struct visit *v, const char **fields, size_t room)
{
    const char *name = v->service->gate.challenge, *offers[OFFERS_MAX];
    struct arena *mem = v->turn->mem;
    const char *begun = v->mode ? v->mode->name : "Negotiate";
    size_t n = 0, n_modes;
    const struct mode *mode = service_modes(&n_modes);
    if (v->answer.n && !(v->has_page && v->offers))
        fields[n++] = arena_printf(mem, "%s: %s %s", name, begun, base64_text(mem, v->answer));
    if (!v->offers || v->status != 401 || v->continues)
        return n;
    bool had = n > 0;
    for (size_t i = 0; i < n_modes; i++) {
        size_t k = 0;
        bool offered = v->app ? v->app->schemes & mode[i].scheme : mode[i].scheme == AUTH_NEGOTIATE;
        if (offered && !(had && strcmp(mode[i].name, begun) == 0))
            k = mode[i].offer(v, offers, OFFERS_MAX);
        for (size_t j = 0; j < k && n < room; j++)
            fields[n++] = arena_printf(mem, "%s: %s", name, offers[j]);
    }
    return n;
}

static const char *user_of(struct visit *v)
{
    if (v->status != 200)
        return "";
    if (!v->app)
        return service_client_name(v);
    return v->user ? v->user->name : "somebody without a name";
}

bool service_http_respond(struct visit *v)
{
    struct arena *mem = v->turn->mem;
    const char *fields[OFFERS_MAX + 8];
    int status = v->status == 401 ? v->service->gate.status : v->status;
    if (v->status == 401 && v->error && !v->answer.n && !error_token(v))
        return false;
    size_t n = challenges(v, fields, OFFERS_MAX + 1);
    if (v->info && v->status != 401)
        fields[n++] = arena_printf(mem, "%s: %s", v->service->gate.info, v->info);
    if (v->has_page && v->page.location)
        fields[n++] = arena_printf(mem, "Location: %s", v->page.location);
    if (v->status == 405)
        fields[n++] = "Allow: GET, HEAD";
    fields[n++] = "Cache-Control: no-store";
    fields[n++] = "Content-Type: text/plain; charset=utf-8";
    struct bytes body = page(v, status);
    if (v->http.is_request && bytes_equal_str(v->http.method, "HEAD"))
        body.n = 0;
    tell(v->turn, STEP_DONE, "service.http.answer", A_INT("status", status),
         A_STR("client", user_of(v)),
         A_STR("token", v->answer.n ? arena_printf(mem, "%zu", v->answer.n) : ""));
    struct bytes answer = http_write(mem, answers[answer_of(v, status)].line, fields, n, body);
    if (!answer.n)
        return false;
    outbox_reply(v->turn->out, v->packet, answer);
    return true;
}
