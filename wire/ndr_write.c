/* NDR written. */
#include "wire/ndr_inside.h"

#include "base/text.h"

#include <string.h>

void ndr_write_init(struct ndr_writer *w, struct arena *mem)
{
    *w = (struct ndr_writer){.mem = mem, .referent = 0x20000};
}

/* n octets at the end, zeroed. */
static uint8_t *more(struct ndr_writer *w, size_t n)
{
    if (!w->p || n > w->room - w->n) {
        size_t room = 2 * w->room + n + 256;
        uint8_t *p = arena_take(w->mem, room);
        if (w->n)
            memcpy(p, w->p, w->n);
        w->p = p;
        w->room = room;
    }
    w->n += n;
    return w->p + w->n - n;
}

void ndr_put_align(struct ndr_writer *w, size_t to)
{
    more(w, (to - w->n % to) % to);
}

void ndr_put_u8(struct ndr_writer *w, uint8_t v)
{
    *more(w, 1) = v;
}

void ndr_put_u16(struct ndr_writer *w, uint16_t v)
{
    ndr_put_align(w, 2);
    put_le16(more(w, 2), v);
}

void ndr_put_u32(struct ndr_writer *w, uint32_t v)
{
    ndr_put_align(w, 4);
    put_le32(more(w, 4), v);
}

void ndr_put_hyper(struct ndr_writer *w, uint64_t v)
{
    ndr_put_align(w, 8);
    put_le64(more(w, 8), v);
}

void ndr_put_filetime(struct ndr_writer *w, uint64_t v)
{
    ndr_put_align(w, 4);
    put_le64(more(w, 8), v);
}

void ndr_put_octets(struct ndr_writer *w, struct bytes b)
{
    if (b.n)
        memcpy(more(w, b.n), b.p, b.n);
}

void ndr_put_pointer(struct ndr_writer *w, bool present)
{
    ndr_put_u32(w, present ? w->referent : 0);
    w->referent += present ? 4 : 0;
}

static struct bytes units_of(struct ndr_writer *w, struct bytes utf8)
{
    struct bytes out = {0};
    size_t at;
    if (utf8.n && !utf16le_from_utf8(w->mem, utf8, &out, &at)) {
        w->bad = true;
        return (struct bytes){0};
    }
    return out;
}

static void put_counts(struct ndr_writer *w, size_t max, size_t actual)
{
    ndr_put_u32(w, (uint32_t)max);
    ndr_put_u32(w, 0);
    ndr_put_u32(w, (uint32_t)actual);
}

void ndr_put_wstring(struct ndr_writer *w, struct bytes utf8)
{
    struct bytes units = units_of(w, utf8);
    put_counts(w, units.n / 2 + 1, units.n / 2 + 1);
    ndr_put_octets(w, units);
    ndr_put_u16(w, 0);
}

void ndr_put_ustring_room(struct ndr_writer *w, struct bytes utf8, size_t over)
{
    size_t n = units_of(w, utf8).n;
    w->bad |= n + over > UINT16_MAX;
    ndr_put_align(w, 4);
    ndr_put_u16(w, (uint16_t)n);
    ndr_put_u16(w, (uint16_t)(utf8.p ? n + over : 0));
    ndr_put_pointer(w, utf8.p != NULL);
}

void ndr_put_ustring_room_text(struct ndr_writer *w, struct bytes utf8, size_t over)
{
    struct bytes units = units_of(w, utf8);
    if (!utf8.p)
        return;
    put_counts(w, (units.n + over) / 2, units.n / 2);
    ndr_put_octets(w, units);
}

void ndr_put_ustring(struct ndr_writer *w, struct bytes utf8)
{
    ndr_put_ustring_room(w, utf8, 0);
}

void ndr_put_ustring_text(struct ndr_writer *w, struct bytes utf8)
{
    ndr_put_ustring_room_text(w, utf8, 0);
}

void ndr_put_sid(struct ndr_writer *w, const struct sid *s)
{
    ndr_put_u32(w, s->n);
    sid_put(s, more(w, sid_octets(s)));
}

struct bytes ndr_written(struct ndr_writer *w)
{
    if (w->bad)
        return (struct bytes){0};
    return bytes_of(w->p, w->n);
}

/* ---- type serialization ---------------------------------------------------------------------- */

#define HEADERS 16

void ndr_put_type_headers(struct ndr_writer *w)
{
    static const uint8_t common[8] = {1, 0x10, 8, 0, 0xcc, 0xcc, 0xcc, 0xcc};
    ndr_put_octets(w, bytes_of(common, sizeof common));
    more(w, 8);
    ndr_put_pointer(w, true);
}

void ndr_put_type_end(struct ndr_writer *w)
{
    ndr_put_align(w, 8);
    put_le32(w->p + 8, (uint32_t)(w->n - HEADERS));
}
