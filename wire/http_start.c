/* HTTP's faults, classes of octets, and the start line. */
#include "wire/http_inside.h"

#include <stdio.h>
#include <string.h>

const struct fault_row http_faults[HTTP_FAULTS] = {
    [HTTP_BARE_CR] = {"http.bare-cr", "a CR stands alone: readers disagree whether it ends a line",
                      "RFC 9112 2.2", "0a, the LF of CRLF"},
    [HTTP_BARE_LF] = {"http.bare-lf", "a LF stands alone: readers disagree whether it ends a line",
                      "RFC 9112 2.2", "0d 0a"},
    [HTTP_HEAD_LONG] = {"http.head-long", "the head is longer than what is read", "RFC 9110 5.4",
                        "at most 65536 octets"},
    [HTTP_START_EMPTY] = {"http.start-empty", "the message begins with an empty line",
                          "RFC 9112 2.1", "a request line or a status line"},
    [HTTP_METHOD] = {"http.method", "the request does not begin with a method and one space",
                     "RFC 9112 3.1", "letters, digits or !#$%&'*+-.^_`|~, then one space"},
    [HTTP_TARGET] = {"http.target", "the request's target is not of the form that its method wants",
                     "RFC 9112 3.2",
                     "a path, or a whole URI, or an authority with CONNECT, or * with OPTIONS"},
    [HTTP_VERSION] = {"http.version", "the version is not HTTP/1.x", "RFC 9112 2.3",
                      "HTTP/1. and one digit"},
    [HTTP_STATUS] = {"http.status", "the status is not three digits between single spaces",
                     "RFC 9112 4", "100 to 599 and a space"},
    [HTTP_REASON] = {"http.reason", "the reason has a control character in it", "RFC 9112 4",
                     "visible characters, spaces, tabs"},
    [HTTP_OBS_FOLD] = {"http.obs-fold",
                       "a line begins with white space: the obsolete way to go on "
                       "with the field before, which readers take differently",
                       "RFC 9112 5.2", "a field name"},
    [HTTP_NO_COLON] = {"http.no-colon", "a field line has no colon", "RFC 9112 5",
                       "name, colon, value"},
    [HTTP_NAME_SPACE] = {"http.name-space",
                         "white space stands before the colon: some readers drop "
                         "such a field, others do not",
                         "RFC 9112 5.1", "a colon"},
    [HTTP_FIELD_NAME] = {"http.field-name",
                         "a field name is empty or has a character that is not "
                         "allowed",
                         "RFC 9110 5.1", "letters, digits or !#$%&'*+-.^_`|~"},
    [HTTP_FIELD_VALUE] = {"http.field-value", "a field value has a control character in it",
                          "RFC 9110 5.5", "visible characters, spaces, tabs"},
    [HTTP_FIELDS_MANY] = {"http.fields-many", "more fields than are read", "RFC 9110 5.4",
                          "at most 100"},
    [HTTP_TRANSFER_ENCODING] = {"http.transfer-encoding",
                                "bodies in chunks are not read here: beside "
                                "Content-Length they are how requests are smuggled",
                                "RFC 9112 6.1", "Content-Length"},
    [HTTP_CONTENT_LENGTH] = {"http.content-length", "the content's length is not a number",
                             "RFC 9110 8.6", "digits"},
    [HTTP_CONTENT_LENGTH_TWICE] = {"http.content-length-twice",
                                   "the content's length is said more "
                                   "than once: readers pick different ones",
                                   "RFC 9112 6.3", "one Content-Length"},
    [HTTP_BODY_LONG] = {"http.body-long", "the content is longer than what is read", "RFC 9110 8.6",
                        "at most 16777216 octets"},
    [HTTP_LENGTH_MISSING] = {"http.length-missing",
                             "the response does not say how long its content "
                             "is",
                             "RFC 9112 6.3", "Content-Length"},
    [HTTP_LENGTH_FORBIDDEN] = {"http.length-forbidden",
                               "a response with this status has no content, "
                               "and must not say how long it is",
                               "RFC 9110 8.6", "no Content-Length"},
    [HTTP_HOST_MISSING] = {"http.host-missing", "a request of HTTP/1.1 says which host it is for",
                           "RFC 9112 3.2", "Host"},
    [HTTP_HOST_TWICE] = {"http.host-twice", "the request says more than once which host it is for",
                         "RFC 9112 3.2", "one Host"},
    [HTTP_HOST_VALUE] = {"http.host-value",
                         "this is not the name of a host, with or without a port", "RFC 9110 7.2",
                         "a host name or address, and a port after a colon"},
    [HTTP_BASE64] = {"http.base64", "the token is not base64", "RFC 4559 4.1",
                     "base64 with its padding, to the end"},
    [HTTP_NOT_WHOLE] = {"http.not-whole", "the message ends before its end", "RFC 9112 8", NULL},
    [HTTP_SURPLUS] = {"http.surplus", "octets follow after the message", "RFC 9112 6.3", "the end"},
};

const struct fault_row *http_fault_table(size_t *n)
{
    *n = HTTP_FAULTS;
    return http_faults;
}

bool http_refuse_octet(struct faults *sink, enum http_fault f, const char *path, struct bytes in,
                       size_t at)
{
    char found[32];
    if (at >= in.n)
        snprintf(found, sizeof found, "the end");
    else if (in.p[at] == '\r')
        snprintf(found, sizeof found, "the end of the line");
    else if (in.p[at] > 0x20 && in.p[at] < 0x7f)
        snprintf(found, sizeof found, "%02x, '%c'", in.p[at], in.p[at]);
    else
        snprintf(found, sizeof found, "%02x", in.p[at]);
    return fault_raise(sink, (struct fault){&http_faults[f], path, at, NULL, found});
}

/* ---- classes --------------------------------------------------------------------------------- */

static bool is_alpha(uint8_t c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

bool http_is_token(uint8_t c)
{
    return http_is_alnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* But '%' and '#'. */
static bool is_uri(uint8_t c)
{
    return http_is_alnum(c) || (c && strchr("-._~:/?[]@!$&'()*+,;=", c));
}

/* Of a host's name (RFC 3986 3.2.2): unreserved and sub-delims. */
static bool is_host(uint8_t c)
{
    return is_uri(c) && !strchr(":/?[]@", c);
}

static bool is_address(uint8_t c)
{
    return is_host(c) || c == ':';
}

size_t http_span(bool (*class)(uint8_t), struct bytes in, size_t at, size_t end)
{
    while (at < end && class(in.p[at]))
        at++;
    return at;
}

static size_t span_percent(bool (*class)(uint8_t), struct bytes in, size_t at, size_t end)
{
    for (;;) {
        at = http_span(class, in, at, end);
        if (end - at < 3 || in.p[at] != '%' || !is_hex(in.p[at + 1]) || !is_hex(in.p[at + 2]))
            return at;
        at += 3;
    }
}

/* As http_span, for the characters of a URI, with '%' before two hexadecimal digits. */
static size_t span_uri(struct bytes in, size_t at, size_t end)
{
    return span_percent(is_uri, in, at, end);
}

/* ---- host and port --------------------------------------------------------------------------- */

/* host[:port] (RFC 3986 3.2.2, 3.2.3); the host may be empty. *bad: the first octet out of it. */
static bool authority(struct bytes in, size_t at, size_t end, size_t *bad)
{
    if (at < end && in.p[at] == '[') {
        *bad = at = http_span(is_address, in, at + 1, end);
        if (at == end || in.p[at] != ']')
            return false;
        at++;
    } else {
        at = span_percent(is_host, in, at, end);
    }
    if (at < end && in.p[at] == ':')
        at = http_span(is_digit, in, at + 1, end);
    *bad = at;
    return at == end;
}

bool http_host_value(struct bytes in, size_t at, size_t end, struct faults *sink)
{
    size_t bad;
    return authority(in, at, end, &bad) ||
           http_refuse_octet(sink, HTTP_HOST_VALUE, "Host", in, bad);
}

/* ---- the start line -------------------------------------------------------------------------- */

static bool is(struct bytes b, const char *s)
{
    return bytes_equal_str(b, s);
}

/* The form of RFC 9112 3.2 that goes with the method; *bad: the first octet out of it. */
static bool target_is_good(struct bytes in, size_t at, size_t end, struct bytes method, size_t *bad)
{
    *bad = at;
    if (at == end)
        return false;
    if (is(method, "CONNECT"))
        return authority(in, at, end, bad) && is_digit(in.p[end - 1]) &&
               memchr(in.p + at, ':', end - at);
    if (in.p[at] == '*') {
        *bad = is(method, "OPTIONS") ? at + 1 : at;
        return *bad == end;
    }
    if (in.p[at] != '/') {
        /* A whole URI: its scheme, and what would be there with any host, "://". */
        size_t colon = is_alpha(in.p[at]) ? http_span(http_is_token, in, at, end) : at;
        *bad = colon;
        if (end - colon < 4 || memcmp(in.p + colon, "://", 3) != 0)
            return false;
    }
    *bad = span_uri(in, at, end);
    return *bad == end;
}

static bool version(struct bytes in, size_t at, size_t end, const char *path, struct faults *sink,
                    int *minor)
{
    static const char start[] = "HTTP/1.";
    size_t i = 0;
    while (i < 7 && at + i < end && in.p[at + i] == (uint8_t)start[i])
        i++;
    if (i == 7 && at + i < end && is_digit(in.p[at + i])) {
        *minor = in.p[at + i] - '0';
        i++;
    }
    if (i == 8 && at + i == end)
        return true;
    return http_refuse_octet(sink, HTTP_VERSION, path, in, at + i);
}

static bool request_line(struct bytes in, size_t end, struct faults *sink, struct http_message *out)
{
    size_t at = http_span(http_is_token, in, 0, end), bad;
    if (at == 0 || at == end || in.p[at] != ' ')
        return http_refuse_octet(sink, HTTP_METHOD, "request-line.method", in, at);
    out->method = bytes_slice(in, 0, at);
    size_t target = at + 1;
    const uint8_t *space = memchr(in.p + target, ' ', end - target);
    size_t target_end = space ? (size_t)(space - in.p) : end;
    if (!target_is_good(in, target, target_end, out->method, &bad))
        return http_refuse_octet(sink, HTTP_TARGET, "request-line.request-target", in, bad);
    out->target = bytes_slice(in, target, target_end - target);
    return version(in, space ? target_end + 1 : end, end, "request-line.HTTP-version", sink,
                   &out->minor);
}

static bool status_line(struct bytes in, size_t end, struct faults *sink, struct http_message *out)
{
    const uint8_t *space = memchr(in.p, ' ', end);
    size_t at = space ? (size_t)(space - in.p) : end, bad;
    if (!version(in, 0, at, "status-line.HTTP-version", sink, &out->minor))
        return false;
    size_t code = at < end ? at + 1 : end;
    bad = http_span(is_digit, in, code, end < code + 3 ? end : code + 3);
    if (bad < code + 3 || bad == end || in.p[bad] != ' ')
        return http_refuse_octet(sink, HTTP_STATUS, "status-line.status-code", in, bad);
    out->status = (in.p[code] - '0') * 100 + (in.p[code + 1] - '0') * 10 + in.p[code + 2] - '0';
    if (out->status < 100 || out->status > 599)
        return http_refuse_octet(sink, HTTP_STATUS, "status-line.status-code", in, code);
    bad = http_span(http_is_value, in, code + 4, end);
    if (bad < end)
        return http_refuse_octet(sink, HTTP_REASON, "status-line.reason-phrase", in, bad);
    out->reason = bytes_slice(in, code + 4, end - (code + 4));
    return true;
}

bool http_start_line(struct bytes in, size_t end, struct faults *sink, struct http_message *out)
{
    if (end == 0)
        return http_refuse_octet(sink, HTTP_START_EMPTY, "start-line", in, 0);
    out->is_request = !bytes_starts(in, BYTES_LIT("HTTP/"));
    return out->is_request ? request_line(in, end, sink, out) : status_line(in, end, sink, out);
}
