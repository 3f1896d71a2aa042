/* The map of an HTTP message's octets, from what the reader found. */
#include "wire/http_inside.h"
#include "wire/flat_reader.h"
#include "base/text.h"

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

/* "Negotiate" and its token apart, anything else as it stands. */
static void value(struct flat_reader *r, const struct http_field *f)
{
    size_t end = (size_t)(f->value.p - r->in.p) + f->value.n, at;
    struct bytes token;
    bool carries = bytes_equal_nocase(f->name, BYTES_LIT("Authorization")) ||
                   bytes_equal_nocase(f->name, BYTES_LIT("WWW-Authenticate")) ||
                   bytes_equal_nocase(f->name, BYTES_LIT("Proxy-Authorization")) ||
                   bytes_equal_nocase(f->name, BYTES_LIT("Proxy-Authenticate"));
    if (!carries || !http_negotiate(f->value, r->mem, NULL, &token, &at) || !token.n) {
        text_to(r, "value", end);
        return;
    }
    at += end - f->value.n;
    text_to(r, "auth-scheme", r->at + strlen("Negotiate"));
    flat_octets(r, "SP", FLAT_SEPARATOR, at - r->at, NULL);
    flat_octets(r, "token68", FLAT_BASE64, end - r->at, NULL);
}

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
