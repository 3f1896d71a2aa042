/* Challenges and credentials: one grammar for all schemes (RFC 9110 11). */
#include "wire/http_auth.h"
#include "wire/http_inside.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

enum auth_fault {
    AUTH_SCHEME,
    AUTH_SPACE,
    AUTH_TOKEN68,
    AUTH_PARAM,
    AUTH_VALUE,
    AUTH_QUOTED,
    AUTH_TWICE,
    AUTH_MANY,
    AUTH_BASE64,
    BASIC_COLON,
    BASIC_CONTROL,
    AUTH_FAULTS
};

static const struct fault_row rows[AUTH_FAULTS] = {
    [AUTH_SCHEME] = {"http-auth.scheme", "a challenge or credentials begin with the scheme's name",
                     "RFC 9110 11.1", "letters, digits or !#$%&'*+-.^_`|~"},
    [AUTH_SPACE] = {"http-auth.space", "behind the scheme stands neither a space nor the end of it",
                    "RFC 9110 11.3", "a space, a comma or the end"},
    [AUTH_TOKEN68] =
        {"http-auth.token68",
         "the token has a character that it cannot have, or something stands behind it",
         "RFC 9110 11.2", "letters, digits or -._~+/ and then any =, to the end"},
    [AUTH_PARAM] = {"http-auth.param", "a parameter is a name, = and a value", "RFC 9110 11.2",
                    "name=value"},
    [AUTH_VALUE] = {"http-auth.value",
                    "the parameter's value is neither one word nor text in quotes", "RFC 9110 11.2",
                    "a word or text in quotes, then a comma or the end"},
    [AUTH_QUOTED] = {"http-auth.quoted", "the text in quotes does not end", "RFC 9110 5.6.4",
                     "a quote"},
    [AUTH_TWICE] = {"http-auth.twice",
                    "the same parameter stands there twice: readers pick different ones",
                    "RFC 9110 11.2", "each parameter once"},
    [AUTH_MANY] = {"http-auth.many", "more challenges or parameters than are read", "RFC 9110 2.3",
                   "at most 16 challenges of 32 parameters"},
    [AUTH_BASE64] = {"http-auth.base64", "the token is not base64", "RFC 4648 4",
                     "base64 with its padding"},
    [BASIC_COLON] = {"basic.colon", "user and password are parted by a colon, and there is none",
                     "RFC 7617 2", "a colon"},
    [BASIC_CONTROL] = {"basic.control", "user or password has a control character in it",
                       "RFC 7617 2", "no control characters"},
};

const struct fault_row *http_auth_fault_table(size_t *n)
{
    *n = AUTH_FAULTS;
    return rows;
}

static bool refuse(struct faults *sink, enum auth_fault f, const char *path, struct bytes in,
                   size_t at)
{
    char found[16] = "the end";
    if (at < in.n)
        snprintf(found, sizeof found, in.p[at] > 0x20 && in.p[at] < 0x7f ? "%02x, '%c'" : "%02x",
                 in.p[at], in.p[at]);
    return fault_raise(sink, (struct fault){&rows[f], path, at, NULL, found});
}

/* ---- words ----------------------------------------------------------------------------------- */

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static bool is_token68(uint8_t c)
{
    return http_is_alnum(c) || (c && strchr("-._~+/", c));
}

static size_t blanks(struct bytes in, size_t at)
{
    return http_span(is_blank, in, at, in.n);
}

static bool ends(struct bytes in, size_t at)
{
    return at == in.n || in.p[at] == ',';
}

/* Does "name =" stand here? A name that goes on in more than one = is a token68. */
static bool param_begins(struct bytes in, size_t at)
{
    size_t name = http_span(http_is_token, in, at, in.n), equals = blanks(in, name);
    return name > at && equals < in.n && in.p[equals] == '=';
}

/* The end of a token68 that takes up all there is to the comma; 0: none does. */
static size_t token68_end(struct bytes in, size_t at)
{
    size_t end = http_span(is_token68, in, at, in.n);
    if (end == at)
        return 0;
    while (end < in.n && in.p[end] == '=')
        end++;
    return ends(in, blanks(in, end)) ? end : 0;
}

/* ---- parameters ------------------------------------------------------------------------------ */

/* From the quote on; *at goes behind the one that ends it. */
static bool take_quoted(struct bytes in, size_t *at, struct arena *mem, struct faults *sink,
                        struct bytes *out)
{
    size_t i = *at + 1, n = 0;
    uint8_t *text = arena_take(mem, in.n - *at);
    for (; i < in.n && in.p[i] != '"'; i++) {
        if (in.p[i] == '\\' && ++i == in.n)
            break;
        if (!http_is_value(in.p[i]))
            return refuse(sink, AUTH_VALUE, "value", in, i);
        text[n++] = in.p[i];
    }
    if (i >= in.n)
        return refuse(sink, AUTH_QUOTED, "value", in, in.n);
    *at = i + 1;
    *out = bytes_of(text, n);
    return true;
}

/* auth-param = token BWS "=" BWS ( token / quoted-string ) */
static bool take_param(struct bytes in, size_t *at, struct arena *mem, struct faults *sink,
                       struct auth_param *p)
{
    size_t name = http_span(http_is_token, in, *at, in.n), equals = blanks(in, name);
    if (name == *at)
        return refuse(sink, AUTH_PARAM, "name", in, name);
    if (equals == in.n || in.p[equals] != '=')
        return refuse(sink, AUTH_PARAM, "name", in, equals);
    size_t value = blanks(in, equals + 1), end = http_span(http_is_token, in, value, in.n);
    *p = (struct auth_param){.name = bytes_slice(in, *at, name - *at),
                             .value = bytes_slice(in, value, end - value),
                             .at = *at,
                             .value_at = value};
    if (end == value && (value == in.n || in.p[value] != '"'))
        return refuse(sink, AUTH_VALUE, "value", in, value);
    p->quoted = end == value;
    if (p->quoted && !take_quoted(in, &end, mem, sink, &p->value))
        return false;
    p->end = end;
    if (!ends(in, blanks(in, end)))
        return refuse(sink, AUTH_VALUE, "value", in, blanks(in, end));
    *at = blanks(in, end);
    return true;
}

const struct auth_param *auth_param(const struct auth_value *v, const char *name)
{
    for (size_t i = 0; i < v->n_params; i++)
        if (bytes_equal_nocase(v->params[i].name, bytes_str(name)))
            return &v->params[i];
    return NULL;
}

static bool is_there(const struct auth_param *params, size_t n, struct bytes name)
{
    for (size_t i = 0; i < n; i++)
        if (bytes_equal_nocase(params[i].name, name))
            return true;
    return false;
}

/* Past commas and blanks: an element of a list may be empty (RFC 9110 5.6.1.2). */
static size_t to_element(struct bytes in, size_t at)
{
    while (at < in.n && (in.p[at] == ',' || is_blank(in.p[at])))
        at++;
    return at;
}

/* As long as parameters follow; *at goes behind the last, blanks included. */
static bool take_params(struct bytes in, size_t *at, struct arena *mem, struct faults *sink,
                        struct auth_value *v)
{
    struct auth_param *params = arena_array(mem, struct auth_param, AUTH_PARAMS_MAX);
    v->params = params;
    for (size_t next = *at; next < in.n && (v->n_params == 0 || param_begins(in, next));
         next = to_element(in, *at)) {
        if (v->n_params == AUTH_PARAMS_MAX)
            return refuse(sink, AUTH_MANY, "", in, next);
        struct auth_param *p = &params[v->n_params];
        *at = next;
        if (!take_param(in, at, mem, sink, p))
            return false;
        if (is_there(params, v->n_params, p->name))
            return refuse(sink, AUTH_TWICE, "name", in, p->at);
        v->n_params++;
        v->end = p->end;
    }
    return true;
}

/* ---- challenges and credentials -------------------------------------------------------------- */

/* auth-scheme [ 1*SP ( token68 / #auth-param ) ]; *at goes to the comma behind it, or the end. */
static bool take_value(struct bytes in, size_t *at, struct arena *mem, struct faults *sink,
                       struct auth_value *v)
{
    size_t scheme = http_span(http_is_token, in, *at, in.n), next = scheme, end;
    *v =
        (struct auth_value){.scheme = bytes_slice(in, *at, scheme - *at), .at = *at, .end = scheme};
    if (scheme == *at || param_begins(in, *at))
        return refuse(sink, AUTH_SCHEME, "auth-scheme", in, scheme);
    while (next < in.n && in.p[next] == ' ')
        next++;
    *at = next;
    if (ends(in, next))
        return true;
    if (next == scheme)
        return refuse(sink, AUTH_SPACE, "auth-scheme", in, next);
    end = token68_end(in, next);
    if (end) {
        v->token68 = bytes_slice(in, next, end - next);
        v->end = end;
        *at = blanks(in, end);
        return true;
    }
    if (!param_begins(in, next))
        return refuse(sink, AUTH_TOKEN68, "token68", in, http_span(is_token68, in, next, in.n));
    return take_params(in, at, mem, sink, v);
}

bool auth_read(struct bytes in, struct arena *mem, struct faults *sink,
               struct auth_value out[AUTH_VALUES_MAX], size_t *n)
{
    size_t at = to_element(in, 0);
    *n = 0;
    if (at == in.n)
        return refuse(sink, AUTH_SCHEME, "auth-scheme", in, at);
    while (at < in.n) {
        if (*n == AUTH_VALUES_MAX)
            return refuse(sink, AUTH_MANY, "", in, at);
        if (!take_value(in, &at, mem, sink, &out[*n]))
            return false;
        ++*n;
        at = to_element(in, at);
    }
    return true;
}

bool auth_info_read(struct bytes in, struct arena *mem, struct faults *sink, struct auth_value *out)
{
    size_t at = to_element(in, 0);
    *out = (struct auth_value){.at = at};
    if (at == in.n)
        return refuse(sink, AUTH_PARAM, "name", in, at);
    if (!take_params(in, &at, mem, sink, out))
        return false;
    at = to_element(in, at);
    return at == in.n || refuse(sink, AUTH_PARAM, "name", in, at);
}

bool auth_token(const struct auth_value *v, struct arena *mem, struct faults *sink,
                struct bytes *out)
{
    size_t bad;
    if (base64_decode(mem, v->token68, false, out, &bad))
        return true;
    return refuse(sink, AUTH_BASE64, "token68", v->token68, bad);
}

char *auth_quoted(struct arena *mem, const char *name, struct bytes value)
{
    size_t n = strlen(name);
    char *text = arena_take(mem, n + 2 * value.n + 4), *p = text + n;
    memcpy(text, name, n);
    *p++ = '=';
    *p++ = '"';
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '"' || value.p[i] == '\\')
            *p++ = '\\';
        *p++ = (char)value.p[i];
    }
    *p++ = '"';
    *p = 0;
    return text;
}

/* ---- Basic ----------------------------------------------------------------------------------- */

struct bytes basic_write(struct arena *mem, struct bytes user, struct bytes password)
{
    uint8_t *both = arena_take(mem, user.n + 1 + password.n);
    memcpy(both, user.p ? user.p : (const uint8_t *)"", user.n);
    both[user.n] = ':';
    memcpy(both + user.n + 1, password.p ? password.p : (const uint8_t *)"", password.n);
    const char *text = base64_text(mem, bytes_of(both, user.n + 1 + password.n));
    return bytes_str(arena_printf(mem, "Basic %s", text));
}

static bool is_no_control(uint8_t c)
{
    return c >= 0x20 && c != 0x7f;
}

bool basic_split(struct bytes both, struct faults *sink, struct bytes *user, struct bytes *password)
{
    const uint8_t *colon = both.n ? memchr(both.p, ':', both.n) : NULL;
    size_t bad = http_span(is_no_control, both, 0, both.n);
    if (bad < both.n)
        return refuse(sink, BASIC_CONTROL, "user-pass", both, bad);
    if (!colon)
        return refuse(sink, BASIC_COLON, "user-pass", both, both.n);
    size_t n = (size_t)(colon - both.p);
    *user = bytes_slice(both, 0, n);
    *password = bytes_slice(both, n + 1, both.n);
    return true;
}

bool basic_read(const struct auth_value *v, struct arena *mem, struct faults *sink,
                struct bytes *user, struct bytes *password)
{
    struct bytes both;
    return auth_token(v, mem, sink, &both) && basic_split(both, sink, user, password);
}
