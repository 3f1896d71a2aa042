#include "sim/live_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void http_stream_add(struct http_stream *s, struct bytes more)
{
    if (s->n + more.n > s->room) {
        size_t room = 2 * (s->n + more.n);
        uint8_t *p = arena_take(s->mem, room);
        if (s->n)
            memcpy(p, s->p, s->n);
        s->p = p;
        s->room = room;
    }
    if (more.n)
        memcpy(s->p + s->n, more.p, more.n);
    s->n += more.n;
}

/* ---- heads ------------------------------------------------------------------------------------
 */

/* Octets of the head, the empty line included; 0: it is not whole. */
static size_t head_size(struct bytes in)
{
    const uint8_t *end = in.n ? memmem(in.p, in.n, "\r\n\r\n", 4) : NULL;
    return end ? (size_t)(end - in.p) + 4 : 0;
}

/* The next line, without its end. */
static struct bytes next_line(struct bytes *rest)
{
    const uint8_t *end = rest->n ? memmem(rest->p, rest->n, "\r\n", 2) : NULL;
    size_t n = end ? (size_t)(end - rest->p) : rest->n;
    struct bytes line = bytes_slice(*rest, 0, n);
    *rest = bytes_slice(*rest, n + 2, rest->n);
    return line;
}

static bool is_field(struct bytes line, const char *name, struct bytes *value)
{
    size_t n = strlen(name);
    if (line.n <= n || line.p[n] != ':' ||
        !bytes_equal_nocase(bytes_slice(line, 0, n), bytes_str(name)))
        return false;
    *value = bytes_slice(line, n + 1, line.n);
    while (value->n && (value->p[0] == ' ' || value->p[0] == '\t'))
        *value = bytes_slice(*value, 1, value->n);
    while (value->n && (value->p[value->n - 1] == ' ' || value->p[value->n - 1] == '\t'))
        value->n--;
    return true;
}

struct head {
    size_t size;
    int status;
    bool chunked, other_coding, has_length;
    size_t length;
};

static struct head read_head(struct bytes in)
{
    struct head h = {.size = head_size(in)};
    struct bytes rest = bytes_slice(in, 0, h.size), value, line = next_line(&rest);
    if (line.n >= 12 && bytes_starts(line, BYTES_LIT("HTTP/1.")))
        h.status = atoi((const char *)line.p + 9); /* a blank or a line's end stops it */
    while ((line = next_line(&rest)).n) {
        if (is_field(line, "Transfer-Encoding", &value)) {
            h.chunked = bytes_equal_nocase(value, BYTES_LIT("chunked"));
            h.other_coding |= !h.chunked;
        }
        if (is_field(line, "Content-Length", &value) && value.n && value.n < 10) {
            h.has_length = true;
            h.length = strtoul((const char *)value.p, NULL, 10);
        }
    }
    return h;
}

/* The head without what spoke of lengths, and with the one there is; a second one that differs
 * stays, for the engine to refuse. */
static struct bytes with_length(struct http_stream *s, const struct head *h, struct bytes body)
{
    struct bytes rest = bytes_of(s->p, h->size - 2), value, line;
    uint8_t *out = arena_take(s->mem, h->size + 64 + body.n), *p = out;
    while ((line = next_line(&rest)).n) {
        if (is_field(line, "Transfer-Encoding", &value) || is_field(line, "Content-Length", &value))
            continue;
        memcpy(p, line.p, line.n);
        memcpy(p + line.n, "\r\n", 2);
        p += line.n + 2;
    }
    p += sprintf((char *)p, "Content-Length: %zu\r\n\r\n", body.n);
    if (body.n)
        memcpy(p, body.p, body.n);
    return bytes_of(out, (size_t)(p - out) + body.n);
}

/* ---- bodies -----------------------------------------------------------------------------------
 */

enum chunks { CHUNKS_MORE, CHUNKS_WHOLE, CHUNKS_BAD };

static bool chunk_size(struct bytes line, size_t *size)
{
    size_t digits = 0;
    *size = 0;
    for (; digits < line.n && digits < 8; digits++) {
        uint8_t c = line.p[digits];
        int v = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
        if (v < 0)
            break;
        *size = *size * 16 + (size_t)v;
    }
    return digits && (digits == line.n || line.p[digits] == ';' || line.p[digits] == ' ');
}

/* RFC 9112 7.1: sizes in hexadecimal, the chunks, then trailers, which are left out. out NULL: they
 * are only counted. */
static enum chunks take_chunks(struct bytes rest, uint8_t *out, size_t *n)
{
    size_t size;
    for (*n = 0;; *n += size) {
        if (!rest.n || !memmem(rest.p, rest.n < 64 ? rest.n : 64, "\r\n", 2))
            return rest.n < 64 ? CHUNKS_MORE : CHUNKS_BAD;
        if (!chunk_size(next_line(&rest), &size))
            return CHUNKS_BAD;
        if (!size)
            break;
        if (rest.n < size + 2)
            return CHUNKS_MORE;
        if (memcmp(rest.p + size, "\r\n", 2) != 0)
            return CHUNKS_BAD;
        if (out)
            memcpy(out + *n, rest.p, size);
        rest = bytes_slice(rest, size + 2, rest.n);
    }
    bool ends = bytes_starts(rest, BYTES_LIT("\r\n")) || head_size(rest);
    return ends ? CHUNKS_WHOLE : CHUNKS_MORE;
}

static bool bad(struct http_stream *s, const char *text, const char **why)
{
    s->bad = true;
    *why = text;
    return false;
}

static bool whole_chunks(struct http_stream *s, const struct head *h, struct bytes rest,
                         struct bytes *out, const char **why)
{
    size_t n;
    switch (take_chunks(rest, NULL, &n)) {
    case CHUNKS_WHOLE: {
        uint8_t *body = arena_take(s->mem, n);
        take_chunks(rest, body, &n);
        *out = with_length(s, h, bytes_of(body, n));
        return true;
    }
    case CHUNKS_BAD:
        return bad(s, "the chunks of the answer cannot be read", why);
    default:
        return false;
    }
}

/* What is passed over is no answer yet (RFC 9110 15.2). */
static void drop_interim(struct http_stream *s)
{
    struct head h = read_head(bytes_of(s->p, s->n));
    while (h.size && h.status >= 100 && h.status < 200) {
        memmove(s->p, s->p + h.size, s->n - h.size);
        s->n -= h.size;
        h = read_head(bytes_of(s->p, s->n));
    }
}

bool http_stream_whole(struct http_stream *s, bool ended, struct bytes *out, const char **why)
{
    drop_interim(s);
    struct head h = read_head(bytes_of(s->p, s->n));
    *why = "the connection was closed before the answer had come";
    if (!h.size)
        return false;
    struct bytes rest = bytes_slice(bytes_of(s->p, s->n), h.size, s->n);
    bool no_body = h.status == 204 || h.status == 304;
    if (s->tunnel && h.status / 100 == 2) {
        *out = with_length(s, &h, (struct bytes){0});
        return true;
    }
    if (h.other_coding)
        return bad(s, "the answer has a transfer coding that was not asked for", why);
    if (h.chunked)
        return whole_chunks(s, &h, rest, out, why);
    if (no_body || (h.has_length && rest.n >= h.length)) {
        *out = bytes_of(s->p, h.size + (no_body ? 0 : h.length));
        return true;
    }
    if (h.has_length || !ended)
        return false;
    s->to_the_end = true;
    *out = with_length(s, &h, rest);
    return true;
}
