/* HTTP messages: lines, fields, what the fields say about the body. */
#include "wire/http_inside.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* ---- the head as lines ----------------------------------------------------------------------- */

/* Whether the head is whole: *n_lines with the start line, *end after the empty line. Every CR and
 * LF in it is part of a CRLF, so the lines can be cut by LF afterwards. */
static enum http_state head_is_whole(struct bytes in, struct faults *sink, size_t *n_lines,
                                     size_t *end)
{
    size_t start = 0;
    *n_lines = 0;
    for (size_t i = 0; i < in.n && i < HTTP_HEAD_MAX; i++) {
        if (in.p[i] == '\n') {
            http_refuse_octet(sink, HTTP_BARE_LF, "", in, i);
            return HTTP_BAD;
        }
        if (in.p[i] != '\r')
            continue;
        if (i + 1 == HTTP_HEAD_MAX)
            break;
        if (i + 1 == in.n)
            return HTTP_MORE;
        if (in.p[i + 1] != '\n') {
            http_refuse_octet(sink, HTTP_BARE_CR, "", in, i + 1);
            return HTTP_BAD;
        }
        *end = i + 2;
        if (i == start) /* empty; as the first line it is refused with the start line */
            return HTTP_WHOLE;
        ++*n_lines;
        start = i + 2;
        i++;
    }
    if (in.n < HTTP_HEAD_MAX)
        return HTTP_MORE;
    fault_raise(sink, (struct fault){&http_faults[HTTP_HEAD_LONG], "", HTTP_HEAD_MAX, NULL, NULL});
    return HTTP_BAD;
}

static size_t line_end(struct bytes in, size_t at)
{
    const uint8_t *cr = memchr(in.p + at, '\r', in.n - at);
    return (size_t)(cr - in.p);
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool refuse_line(struct faults *sink, enum http_fault f, size_t index, const char *part,
                        struct bytes in, size_t at)
{
    char path[48];
    snprintf(path, sizeof path, "field[%zu].%s", index, part);
    return http_refuse_octet(sink, f, path, in, at);
}

/* http_span(http_is_value, ...), in line: values are long. */
static size_t span_value(struct bytes in, size_t at, size_t end)
{
    while (at < end && http_is_value(in.p[at]))
        at++;
    return at;
}

/* field-line = field-name ":" OWS field-value OWS */
static bool take_field(struct bytes in, size_t at, size_t index, struct faults *sink,
                       struct http_field *f)
{
    size_t end = line_end(in, at), colon = http_span(http_is_token, in, at, end);
    if (is_space(in.p[at]))
        return refuse_line(sink, HTTP_OBS_FOLD, index, "name", in, at);
    if (colon == end)
        return refuse_line(sink, HTTP_NO_COLON, index, "name", in, end);
    if (is_space(in.p[colon]))
        return refuse_line(sink, HTTP_NAME_SPACE, index, "name", in, colon);
    if (colon == at || in.p[colon] != ':')
        return refuse_line(sink, HTTP_FIELD_NAME, index, "name", in, colon);
    size_t bad = span_value(in, colon + 1, end);
    if (bad < end)
        return refuse_line(sink, HTTP_FIELD_VALUE, index, "value", in, bad);
    size_t value = http_span(is_space, in, colon + 1, end), value_end = end;
    while (value_end > value && is_space(in.p[value_end - 1]))
        value_end--;
    *f = (struct http_field){.name = bytes_slice(in, at, colon - at),
                             .value = bytes_slice(in, value, value_end - value),
                             .at = at,
                             .end = end + 2};
    return true;
}

static bool take_fields(struct bytes in, struct arena *mem, struct faults *sink,
                        struct http_message *m)
{
    m->fields = arena_array(mem, struct http_field, m->n_fields);
    size_t at = m->start_end;
    for (size_t i = 0; i < m->n_fields; i++) {
        if (!take_field(in, at, i, sink, &m->fields[i]))
            return false;
        at = m->fields[i].end;
    }
    return true;
}

/* ---- what the fields say --------------------------------------------------------------------- */

static bool is_named(const struct http_field *f, const char *name)
{
    return bytes_equal_nocase(f->name, bytes_str(name));
}

const struct http_field *http_field(const struct http_message *m, const char *name)
{
    for (size_t i = 0; i < m->n_fields; i++)
        if (is_named(&m->fields[i], name))
            return &m->fields[i];
    return NULL;
}

static const struct http_field *second(const struct http_message *m, const char *name)
{
    bool met = false;
    for (size_t i = 0; i < m->n_fields; i++) {
        if (is_named(&m->fields[i], name) && met)
            return &m->fields[i];
        met |= is_named(&m->fields[i], name);
    }
    return NULL;
}

static bool refuse_field(struct faults *sink, enum http_fault f, const char *name, size_t at)
{
    return fault_raise(sink, (struct fault){&http_faults[f], name, at, NULL, NULL});
}

static bool check_host(struct bytes in, const struct http_message *m, struct faults *sink)
{
    const struct http_field *host = http_field(m, "Host"), *again = second(m, "Host");
    if (!m->is_request)
        return true;
    if (again)
        return refuse_field(sink, HTTP_HOST_TWICE, "Host", again->at);
    if (!host)
        return m->minor == 0 || refuse_field(sink, HTTP_HOST_MISSING, "Host", m->head_end - 2);
    size_t at = (size_t)(host->value.p - in.p);
    return http_host_value(in, at, at + host->value.n, sink);
}

/* RFC 9110 8.6, 15.3.5, 15.4.5. */
static bool has_no_body(const struct http_message *m)
{
    return !m->is_request && (m->status < 200 || m->status == 204 || m->status == 304);
}

static bool read_length(struct bytes in, const struct http_field *f, struct faults *sink,
                        size_t *out)
{
    size_t n = 0, at = (size_t)(f->value.p - in.p);
    for (size_t i = 0; i < f->value.n; i++) {
        uint8_t c = f->value.p[i];
        if (c < '0' || c > '9')
            return http_refuse_octet(sink, HTTP_CONTENT_LENGTH, "Content-Length", in, at + i);
        n = n * 10 + (c - '0');
        if (n > HTTP_BODY_MAX)
            return refuse_field(sink, HTTP_BODY_LONG, "Content-Length", at);
    }
    *out = n;
    return f->value.n || http_refuse_octet(sink, HTTP_CONTENT_LENGTH, "Content-Length", in, at);
}

static bool body_length(struct bytes in, const struct http_message *m, struct faults *sink,
                        size_t *n)
{
    const struct http_field *te = http_field(m, "Transfer-Encoding"),
                            *length = http_field(m, "Content-Length"),
                            *again = second(m, "Content-Length");
    *n = 0;
    if (te)
        return refuse_field(sink, HTTP_TRANSFER_ENCODING, "Transfer-Encoding", te->at);
    if (again)
        return refuse_field(sink, HTTP_CONTENT_LENGTH_TWICE, "Content-Length", again->at);
    if (!length)
        return m->is_request || has_no_body(m) ||
               refuse_field(sink, HTTP_LENGTH_MISSING, "Content-Length", m->head_end - 2);
    if (has_no_body(m) && m->status != 304)
        return refuse_field(sink, HTTP_LENGTH_FORBIDDEN, "Content-Length", length->at);
    if (!read_length(in, length, sink, n))
        return false;
    if (has_no_body(m))
        *n = 0; /* 304 says what the content would have been */
    return true;
}

enum http_state http_read(struct bytes stream, struct arena *mem, struct faults *sink,
                          struct http_message *out, size_t *used)
{
    size_t lines, n;
    *out = (struct http_message){0};
    enum http_state state = head_is_whole(stream, sink, &lines, &out->head_end);
    if (state != HTTP_WHOLE)
        return state;
    size_t start = line_end(stream, 0);
    out->start_end = start + 2;
    if (!http_start_line(stream, start, sink, out))
        return HTTP_BAD;
    out->n_fields = lines - 1;
    if (out->n_fields > HTTP_FIELDS_MAX) {
        refuse_field(sink, HTTP_FIELDS_MANY, "", out->start_end);
        return HTTP_BAD;
    }
    if (!take_fields(stream, mem, sink, out) || !check_host(stream, out, sink) ||
        !body_length(stream, out, sink, &n))
        return HTTP_BAD;
    if (n > stream.n - out->head_end)
        return HTTP_MORE;
    out->body = bytes_slice(stream, out->head_end, n);
    *used = out->head_end + n;
    return HTTP_WHOLE;
}

/* ---- Negotiate ------------------------------------------------------------------------------- */

bool http_negotiate(struct bytes value, struct arena *mem, struct faults *sink, struct bytes *token,
                    size_t *at)
{
    struct bytes scheme = BYTES_LIT("Negotiate");
    size_t bad;
    if (!bytes_equal_nocase(bytes_slice(value, 0, scheme.n), scheme))
        return false;
    *token = (struct bytes){0};
    *at = scheme.n;
    while (*at < value.n && value.p[*at] == ' ')
        ++*at;
    /* The bare offer, alone or first in a list of them. */
    if (*at == value.n || value.p[*at] == ',')
        return true;
    if (*at == scheme.n)
        return false; /* a longer word */
    struct bytes text = bytes_slice(value, *at, value.n - *at);
    if (base64_decode(mem, text, false, token, &bad))
        return true;
    return http_refuse_octet(sink, HTTP_BASE64, "Negotiate", value, *at + bad);
}
