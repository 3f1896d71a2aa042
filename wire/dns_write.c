#include "wire/dns.h"

#include <string.h>

bool dns_same_name(const char *a, const char *b)
{
    return bytes_equal_nocase(bytes_str(a), bytes_str(b));
}

char *dns_reverse_name(struct arena *mem, const uint8_t p[4])
{
    return arena_printf(mem, "%d.%d.%d.%d.in-addr.arpa", p[3], p[2], p[1], p[0]);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_host_letter(char c)
{
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

bool dns_address(const char *text, uint8_t out[4])
{
    for (int i = 0; i < 4; i++) {
        unsigned v = 0, digits = 0;
        for (; is_digit(*text) && digits < 3; text++, digits++)
            v = 10 * v + (unsigned)(*text - '0');
        if (!digits || v > 255 || *text != (i < 3 ? '.' : '\0'))
            return false;
        out[i] = (uint8_t)v;
        text++;
    }
    return true;
}

/* ---- writing ---------------------------------------------------------------------------------
 */

/* Every name that was written, with the offset of each of its ends: "www.example.test" at 12,
 * "example.test" at 16 ... */
#define ENDS 32
struct writer {
    uint8_t octets[DNS_UDP_MAX];
    size_t n;
    bool failed;
    struct {
        const char *text;
        size_t at;
    } ends[ENDS];
    size_t n_ends;
};

static void put(struct writer *w, const void *p, size_t n)
{
    if (n > sizeof w->octets - w->n) {
        w->failed = true;
        return;
    }
    if (n)
        memcpy(w->octets + w->n, p, n);
    w->n += n;
}

static void put16(struct writer *w, unsigned v)
{
    uint8_t p[2] = {(uint8_t)(v >> 8), (uint8_t)v};
    put(w, p, 2);
}

static bool point(struct writer *w, const char *text)
{
    for (size_t i = 0; i < w->n_ends; i++)
        if (dns_same_name(w->ends[i].text, text)) {
            put16(w, 0xc000u | (unsigned)w->ends[i].at);
            return true;
        }
    if (w->n_ends < ENDS) {
        w->ends[w->n_ends].text = text;
        w->ends[w->n_ends++].at = w->n;
    }
    return false;
}

static void put_name(struct writer *w, const char *text, bool pointers)
{
    if (!text || strlen(text) > DNS_NAME_MAX) {
        w->failed = true;
        return;
    }
    while (*text) {
        const char *dot = strchr(text, '.');
        size_t n = dot ? (size_t)(dot - text) : strlen(text);
        if (pointers && point(w, text))
            return;
        for (size_t i = 0; i < n; i++)
            if (!is_host_letter(text[i]))
                w->failed = true;
        /* A dot at the end would be an empty label behind it. */
        if (n == 0 || n > 63 || (text[n] == '.' && !text[n + 1])) {
            w->failed = true;
            return;
        }
        put(w, &(uint8_t){(uint8_t)n}, 1);
        put(w, text, n);
        text += n + (text[n] == '.');
    }
    put(w, &(uint8_t){0}, 1);
}

static void put_data(struct writer *w, const struct dns_record *r)
{
    uint8_t length = (uint8_t)r->data.n;
    switch (r->type) {
    case DNS_A:
    case DNS_AAAA:
        w->failed |= r->address.n != (r->type == DNS_A ? 4 : 16);
        put(w, r->address.p, r->address.n);
        break;
    case DNS_CNAME:
    case DNS_PTR:
        put_name(w, r->target, true);
        break;
    case DNS_SRV:
        put16(w, r->priority);
        put16(w, r->weight);
        put16(w, r->port);
        put_name(w, r->target, false);
        break;
    case DNS_TXT:
        w->failed |= r->data.n > 255;
        put(w, &length, 1);
        put(w, r->data.p, r->data.n);
        break;
    default:
        put(w, r->data.p, r->data.n);
    }
}

static void put_record(struct writer *w, const struct dns_record *r)
{
    put_name(w, r->name, true);
    put16(w, r->type);
    put16(w, r->class);
    put16(w, r->ttl >> 16);
    put16(w, r->ttl & 0xffff);
    size_t length = w->n;
    put16(w, 0);
    put_data(w, r);
    if (!w->failed)
        put_be16(w->octets + length, (uint16_t)(w->n - length - 2));
}

struct bytes dns_write(const struct dns_message *m, struct arena *mem)
{
    struct writer *w = arena_new_of(mem, struct writer);
    put16(w, m->id);
    put16(w, (m->answer ? 0x8000u : 0) | (m->authoritative ? 0x400u : 0) |
                 (m->truncated ? 0x200u : 0) | (m->recursion_desired ? 0x100u : 0) |
                 (m->recursion_available ? 0x80u : 0) | (m->rcode & 15u));
    put16(w, 1);
    put16(w, (unsigned)m->n);
    put16(w, 0);
    put16(w, 0);
    put_name(w, m->question.name, true);
    put16(w, m->question.type);
    put16(w, m->question.class);
    for (size_t i = 0; i < m->n && !w->failed; i++)
        put_record(w, &m->records[i]);
    if (w->failed)
        return (struct bytes){0};
    return bytes_of(w->octets, w->n);
}
