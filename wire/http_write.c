#include "wire/http_inside.h"

#include <stdio.h>
#include <string.h>

static bool is_clean(const char *s)
{
    struct bytes b = bytes_str(s);
    return http_span(http_is_value, b, 0, b.n) == b.n;
}

static uint8_t *put_line(uint8_t *p, const char *s)
{
    size_t n = strlen(s);
    memcpy(p, s, n);
    memcpy(p + n, "\r\n", 2);
    return p + n + 2;
}

/* 1xx, 204 and 304 have no content (RFC 9110 8.6). */
static bool wants_length(const char *start_line, size_t body)
{
    struct bytes s = bytes_str(start_line);
    if (body || !bytes_starts(s, BYTES_LIT("HTTP/")))
        return body > 0;
    struct bytes status = bytes_slice(s, 9, 3);
    return !(status.n == 3 && (status.p[0] == '1' || bytes_equal_str(status, "204") ||
                               bytes_equal_str(status, "304")));
}

struct bytes http_write(struct arena *mem, const char *start_line, const char *const *fields,
                        size_t n_fields, struct bytes body)
{
    char length[48] = "";
    size_t n = strlen(start_line) + 2 + sizeof length + 2 + body.n;
    if (!is_clean(start_line))
        return (struct bytes){0};
    for (size_t i = 0; i < n_fields; i++) {
        if (!is_clean(fields[i]) || !strchr(fields[i], ':'))
            return (struct bytes){0};
        n += strlen(fields[i]) + 2;
    }
    uint8_t *start = arena_take(mem, n), *p = put_line(start, start_line);
    for (size_t i = 0; i < n_fields; i++)
        p = put_line(p, fields[i]);
    if (wants_length(start_line, body.n)) {
        snprintf(length, sizeof length, "Content-Length: %zu", body.n);
        p = put_line(p, length);
    }
    p = put_line(p, "");
    if (body.n)
        memcpy(p, body.p, body.n);
    return bytes_of(start, (size_t)(p - start) + body.n);
}
