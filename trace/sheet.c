#include "trace/sheet.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static uint8_t *room_for(struct sheet *s, size_t n)
{
    if (s->n + n + 1 > s->room) {
        s->room = 2 * (s->n + n) + 256;
        uint8_t *p = arena_take(s->mem, s->room);
        if (s->n)
            memcpy(p, s->p, s->n);
        s->p = p;
    }
    s->n += n;
    s->p[s->n] = 0;
    return s->p + s->n - n;
}

void sheet_put(struct sheet *s, struct bytes b)
{
    uint8_t *to = room_for(s, b.n);
    if (b.n)
        memcpy(to, b.p, b.n);
}

void sheet_str(struct sheet *s, const char *text)
{
    sheet_put(s, bytes_str(text));
}

void sheet_printf(struct sheet *s, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n > 0)
        vsnprintf((char *)room_for(s, (size_t)n), (size_t)n + 1, format, again);
    va_end(again);
}

void sheet_fill(struct sheet *s, uint8_t octet, size_t n)
{
    memset(room_for(s, n), octet, n);
}

void sheet_be16(struct sheet *s, uint16_t v)
{
    put_be16(room_for(s, 2), v);
}

void sheet_be32(struct sheet *s, uint32_t v)
{
    put_be32(room_for(s, 4), v);
}

void sheet_le16(struct sheet *s, uint16_t v)
{
    put_le16(room_for(s, 2), v);
}

void sheet_le32(struct sheet *s, uint32_t v)
{
    put_le32(room_for(s, 4), v);
}

/* ---- lines ---------------------------------------------------------------------------------- */

static size_t cells_of(struct bytes b)
{
    size_t n = 0;
    uint32_t point;
    while (b.n) {
        if (!utf8_next(&b, &point))
            b = bytes_slice(b, 1, b.n - 1);
        n++;
    }
    return n;
}

size_t cells(const char *s)
{
    return cells_of(bytes_str(s));
}

static void put_ascii(struct sheet *s, struct bytes b)
{
    uint32_t point;
    while (b.n) {
        if (!utf8_next(&b, &point)) {
            b = bytes_slice(b, 1, b.n - 1);
            point = '?';
        }
        if (point == 0x2192)
            sheet_str(s, "->");
        else
            sheet_fill(s, point < 0x80 ? (uint8_t)point : '?', 1);
    }
}

static void put_line(struct sheet *s, struct bytes b, bool ascii)
{
    if (ascii)
        put_ascii(s, b);
    else
        sheet_put(s, b);
}

/* As many words of *rest as fit into `limit` cells, but at least a part of one. */
static struct bytes take_line(struct bytes *rest, size_t limit)
{
    struct bytes at = *rest;
    size_t n = 0, end = 0;
    uint32_t point;
    while (at.n && n < limit) {
        if (at.p[0] == ' ')
            end = rest->n - at.n;
        if (!utf8_next(&at, &point))
            at = bytes_slice(at, 1, at.n - 1);
        n++;
    }
    if (at.n == 0 || at.p[0] == ' ' || end == 0)
        end = rest->n - at.n;
    struct bytes line = bytes_slice(*rest, 0, end);
    *rest = bytes_slice(*rest, end, rest->n - end);
    while (rest->n && rest->p[0] == ' ')
        *rest = bytes_slice(*rest, 1, rest->n - 1);
    return line;
}

void sheet_wrap(struct sheet *s, const char *first, const char *text, unsigned width, bool ascii)
{
    struct bytes rest = bytes_str(text);
    size_t indent = cells(first), limit = width > indent + 20 ? width - indent : 20;
    put_line(s, bytes_str(first), ascii);
    for (bool again = false; rest.n || !again; again = true) {
        if (again)
            sheet_fill(s, ' ', indent);
        put_line(s, take_line(&rest, limit), ascii);
        while (s->n && s->p[s->n - 1] == ' ')
            s->n--;
        sheet_fill(s, '\n', 1);
    }
}
