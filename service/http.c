/* The HTTP side: requests in, pages out (RFC 9110 11, RFC 4559 4). */
#include "service/inside.h"

#include "base/text.h"

#include <string.h>

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
    if (!bytes_equal_str(v->http.method, "GET") && !bytes_equal_str(v->http.method, "HEAD"))
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
    if (!field)
        tell(v->turn, STEP_NOTED, "service.http.challenge");
    else
        tell(v->turn, STEP_NOTED, "service.http.scheme",
             A_TEXT("value", bytes_slice(field->value, 0, 16)));
    return ANSWER;
}

/* ---- the answer ------------------------------------------------------------------------------ */

const char *service_client_name(struct visit *v)
{
    const struct EncTicketPart *ticket = &v->checked.ticket;
    return text_escape(v->turn->mem,
                       bytes_str(principal_text(v->turn->mem, &ticket->cname, ticket->crealm)));
}

static const char *start_line(int status)
{
    switch (status) {
    case 200:
        return "HTTP/1.1 200 OK";
    case 400:
        return "HTTP/1.1 400 Bad Request";
    case 405:
        return "HTTP/1.1 405 Method Not Allowed";
    default:
        return "HTTP/1.1 401 Unauthorized";
    }
}

static const char *page(struct visit *v)
{
    switch (v->status) {
    case 200:
        return arena_printf(v->turn->mem, "%s\n", service_client_name(v));
    case 400:
        return "This is not a request that can be read.\n";
    case 405:
        return "Only GET and HEAD are answered.\n";
    default:
        return v->error ? arena_printf(v->turn->mem, "Refused: %s\n",
                                       name_text(v->turn->mem, NAMES_ERROR, v->error))
                        : "Authentication is required.\n";
    }
}

/* RFC 4120 5.9.1: the clock of the service goes with every error; the client's own time comes back
 * where it was read. */
static bool error_token(struct visit *v)
{
    const struct Authenticator *a = &v->checked.authenticator;
    struct krb_error_args args = {
        .code = v->error,
        .realm = v->service->config.realm,
        .sname = &v->service->sname,
        .ctime = a->authenticator_vno == 5 ? a->ctime + a->cusec : 0,
    };
    struct bytes error = krb_error_build(v->turn, &args);
    if (!error.n)
        return false;
    v->answer = gss_token_write(v->turn->mem, TOK_KRB_ERROR, error);
    return true;
}

bool service_http_respond(struct visit *v)
{
    struct arena *mem = v->turn->mem;
    const char *fields[4];
    size_t n = 0;
    if (v->status == 401 && v->error && !error_token(v))
        return false;
    if (v->answer.n)
        fields[n++] =
            arena_printf(mem, "WWW-Authenticate: Negotiate %s", base64_text(mem, v->answer));
    else if (v->status == 401)
        fields[n++] = "WWW-Authenticate: Negotiate";
    if (v->status == 405)
        fields[n++] = "Allow: GET, HEAD";
    fields[n++] = "Cache-Control: no-store";
    fields[n++] = "Content-Type: text/plain; charset=utf-8";
    struct bytes body = bytes_str(page(v));
    if (v->http.is_request && bytes_equal_str(v->http.method, "HEAD"))
        body.n = 0;
    tell(v->turn, STEP_DONE, "service.http.answer", A_INT("status", v->status),
         A_STR("client", v->status == 200 ? service_client_name(v) : ""),
         A_STR("token", v->answer.n ? arena_printf(mem, "%zu", v->answer.n) : ""));
    outbox_reply(v->turn->out, v->packet, http_write(mem, start_line(v->status), fields, n, body));
    return true;
}
