/* The map of an HTTP message's octets, from what the reader found. */
#include "wire/http_auth.h"
#include "wire/http_inside.h"
#include "wire/flat_reader.h"

#include <string.h>

static void text_to(struct flat_reader *r, const char *name, size_t end)
{
    flat_octets(r, name, FLAT_TEXT, end - r->at, NULL);
}

static void crlf(struct flat_reader *r)
{
    flat_octets(r, "CRLF", FLAT_SEPARATOR, 2, NULL);
}

/* Up to a space, and the space. */
static void word(struct flat_reader *r, const char *name, size_t limit)
{
    const uint8_t *space = memchr(r->in.p + r->at, ' ', limit - r->at);
    text_to(r, name, (size_t)(space - r->in.p));
    flat_octets(r, "SP", FLAT_SEPARATOR, 1, NULL);
}

static void start_line(struct flat_reader *r, const struct http_message *m)
{
    size_t end = m->start_end - 2;
    flat_enter(r, m->is_request ? "request-line" : "status-line", FLAT_ALONE);
    if (m->is_request) {
        word(r, "method", end);
        word(r, "request-target", end);
        text_to(r, "HTTP-version", end);
    } else {
        word(r, "HTTP-version", end);
        word(r, "status-code", end);
        text_to(r, "reason-phrase", end);
    }
    crlf(r);
    flat_leave(r);
}

/* ---- fields of authentication (RFC 9110 11) -------------------------------------------------- */

/* What a parameter's value is called: its own name, where that is one of those that have words. */
static const char *param_name(struct bytes name)
{
    static const char *const known[] = {"realm",     "charset",   "domain", "nonce",    "opaque",
                                        "stale",     "algorithm", "qop",    "userhash", "username",
                                        "username*", "uri",       "cnonce", "nc",       "response",
                                        "nextnonce", "rspauth"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (bytes_equal_nocase(name, bytes_str(known[i])))
            return known[i];
    return "value";
}

static void gap_to(struct flat_reader *r, const char *name, size_t at)
{
    flat_octets(r, name, FLAT_SEPARATOR, at - r->at, NULL);
}

static void param(struct flat_reader *r, const struct auth_param *p, size_t base)
{
    gap_to(r, "SP", base + p->at);
    text_to(r, "auth-param", r->at + p->name.n);
    gap_to(r, "equals", base + p->value_at);
    text_to(r, param_name(p->name), base + p->end);
}

static void token(struct flat_reader *r, const struct auth_value *v)
{
    struct bytes octets;
    bool basic = bytes_equal_nocase(v->scheme, BYTES_LIT("Basic"));
    gap_to(r, "SP", (size_t)(v->token68.p - r->in.p));
    flat_octets(r, basic ? "base64-user-pass" : "token68",
                auth_token(v, r->mem, NULL, &octets) ? FLAT_BASE64 : FLAT_TEXT, v->token68.n, NULL);
}

/* Where the reader of these values finds nothing amiss; otherwise they stay one text. */
static bool authentication(struct flat_reader *r, const struct http_field *f)
{
    static const char *const infos[] = {"Authentication-Info", "Proxy-Authentication-Info"},
                             *const fields[] = {"Authorization", "WWW-Authenticate",
                                                "Proxy-Authorization", "Proxy-Authenticate"};
    struct auth_value values[AUTH_VALUES_MAX];
    size_t n = 0, base = (size_t)(f->value.p - r->in.p);
    for (size_t i = 0; i < 2; i++)
        if (bytes_equal_nocase(f->name, bytes_str(infos[i])))
            n = auth_info_read(f->value, r->mem, NULL, &values[0]);
    for (size_t i = 0; i < 4; i++)
        if (bytes_equal_nocase(f->name, bytes_str(fields[i])) &&
            !auth_read(f->value, r->mem, NULL, values, &n))
            n = 0;
    for (size_t i = 0; i < n; i++) {
        gap_to(r, "comma", base + values[i].at);
        text_to(r, "auth-scheme", r->at + values[i].scheme.n);
        if (values[i].token68.n)
            token(r, &values[i]);
        for (size_t j = 0; j < values[i].n_params; j++)
            param(r, &values[i].params[j], base);
    }
    return n > 0;
}

static void value(struct flat_reader *r, const struct http_field *f)
{
    size_t end = (size_t)(f->value.p - r->in.p) + f->value.n;
    if (authentication(r, f))
        gap_to(r, "comma", end);
    else
        text_to(r, "value", end);
}

bool user_pass_walk(struct bytes in, struct arena *mem, struct faults *sink, struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, sink, true);
    struct bytes user, password;
    bool ok = basic_split(in, sink, &user, &password);
    if (ok) {
        text_to(&r, "user-id", user.n);
        flat_octets(&r, "colon", FLAT_SEPARATOR, 1, NULL);
        text_to(&r, "password", in.n);
    }
    flat_tell(&r, v);
    return ok;
}

/* ---- the message ----------------------------------------------------------------------------- */

static void field(struct flat_reader *r, const struct http_field *f, size_t index)
{
    flat_enter(r, "field", index);
    text_to(r, "name", r->at + f->name.n);
    flat_octets(r, "colon", FLAT_SEPARATOR, 1, NULL);
    flat_octets(r, "OWS", FLAT_SEPARATOR, (size_t)(f->value.p - r->in.p) - r->at, NULL);
    value(r, f);
    flat_octets(r, "OWS", FLAT_SEPARATOR, f->end - 2 - r->at, NULL);
    crlf(r);
    flat_leave(r);
}

bool http_walk(struct bytes in, struct arena *mem, struct faults *sink, struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, sink, true);
    struct http_message m;
    size_t used = 0;
    enum http_state state = http_read(in, mem, sink, &m, &used);
    if (state == HTTP_MORE)
        flat_refuse(&r, &http_faults[HTTP_NOT_WHOLE], NULL, in.n, "the rest of it", "the end");
    if (state == HTTP_WHOLE) {
        start_line(&r, &m);
        for (size_t i = 0; i < m.n_fields; i++)
            field(&r, &m.fields[i], i);
        crlf(&r);
        flat_octets(&r, "content", FLAT_OCTETS, m.body.n, NULL);
        if (used < in.n)
            http_refuse_octet(sink, HTTP_SURPLUS, "", in, used);
    }
    flat_tell(&r, v);
    return state == HTTP_WHOLE && used == in.n;
}
