/* The PAC's directory (MS-PAC 2.3, 2.4). Sizes and offsets come from whoever made it: each is held
 * against the octets there are before it is used, in 64 bits. */
#include "wire/pac_inside.h"

#include "wire/names.h"

#include <string.h>

static const struct fault_row faults[] = {
    [PAC_CUT] = {"pac.cut", "the octets end within a field of fixed size", "MS-PAC 2.3", NULL},
    [PAC_COUNT] = {"pac.count", "the directory has more entries than there is room for",
                   "MS-PAC 2.3", NULL},
    [PAC_VERSION] = {"pac.version", "this version of the PAC is not known", "MS-PAC 2.3", "0"},
    [PAC_ALIGNED] = {"pac.aligned", "a buffer does not begin at a multiple of 8", "MS-PAC 2.4",
                     NULL},
    [PAC_OUTSIDE] = {"pac.outside", "a buffer does not lie between the directory and the end",
                     "MS-PAC 2.4", NULL},
    [PAC_OVERLAP] = {"pac.overlap", "two buffers share octets", "MS-PAC 2.4", NULL},
    [PAC_TWICE] = {"pac.twice", "two buffers are of one type", "MS-PAC 2.4", NULL},
    [PAC_LENGTH] = {"pac.length", "a length is not that of what follows", "MS-PAC 2.7", NULL},
    [PAC_TEXT] = {"pac.text", "a name is not well-formed UTF-16LE", "MS-PAC 2.7", NULL},
    [PAC_SIGNATURE] = {"pac.signature", "the signature is not as long as its type makes it",
                       "MS-PAC 2.8", NULL},
    [PAC_PLACE] = {"pac.place", "a name does not lie behind the header, or shares octets",
                   "MS-PAC 2.10", NULL},
    [PAC_NO_SID] = {"pac.sid", "the buffer is not one SID", "MS-PAC 2.15", NULL},
};

const struct fault_row *pac_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof faults[0];
    return faults;
}

struct flat_reader pac_start(struct bytes in, struct arena *mem, struct faults *sink, bool mapped)
{
    struct flat_reader r = flat_start(in, mem, sink, mapped);
    r.cut = &faults[PAC_CUT];
    return r;
}

bool pac_refuse(struct flat_reader *r, enum pac_fault row, const char *name, size_t at,
                const char *expected, int64_t e, int64_t f)
{
    return flat_refuse_number(r, &faults[row], name, at, expected, e, "%lld", f);
}

static const struct flat_row c_buffers = {"cBuffers", FLAT_LE_LENGTH, 4, false, FLAT_NO_NAMES};
static const struct flat_row version = {"Version", FLAT_LE_INT, 4, false, FLAT_NO_NAMES};
static const struct flat_row type = {"ulType", FLAT_LE_INT, 4, false, NAMES_PAC_TYPE};
static const struct flat_row size = {"cbBufferSize", FLAT_LE_LENGTH, 4, false, FLAT_NO_NAMES};
static const struct flat_row offset = {"Offset", FLAT_LE_LENGTH, 8, false, FLAT_NO_NAMES};
#define HEADER 8
#define ENTRY  16

/* ---- reading --------------------------------------------------------------------------------- */

/* Does it overlap one of the first n, or have its type? Empty buffers share nothing. */
static bool fits_beside(struct flat_reader *r, const struct pac_buffer *all, size_t n, size_t at)
{
    const struct pac_buffer *b = &all[n];
    for (size_t i = 0; i < n; i++) {
        const struct pac_buffer *other = &all[i];
        if (other->type == b->type)
            return flat_refuse(r, &faults[PAC_TWICE], type.name, at, NULL, NULL);
        if (b->data.n && other->data.n && b->at < other->at + other->data.n &&
            other->at < b->at + b->data.n)
            return pac_refuse(r, PAC_OVERLAP, offset.name, at + 8, "not within that at %lld",
                              (int64_t)other->at, (int64_t)b->at);
    }
    return true;
}

static bool take_entry(struct flat_reader *r, struct pac_buffer *all, size_t n, size_t directory)
{
    int64_t t, length, from;
    size_t at = r->at;
    flat_enter(r, "Buffers", n);
    if (!flat_int(r, &type, &t) || !flat_int(r, &size, &length) || !flat_int(r, &offset, &from))
        return false;
    uint64_t begin = (uint64_t)from, octets = (uint64_t)length;
    if (begin % 8)
        return pac_refuse(r, PAC_ALIGNED, offset.name, at + 8, "a multiple of %lld", 8, from);
    if (begin < directory || begin > r->in.n)
        return pac_refuse(r, PAC_OUTSIDE, offset.name, at + 8, "at most %lld", (int64_t)r->in.n,
                          from);
    if (octets > r->in.n - begin)
        return pac_refuse(r, PAC_OUTSIDE, size.name, at + 4, "at most %lld",
                          (int64_t)(r->in.n - begin), length);
    all[n] = (struct pac_buffer){.type = (uint32_t)t,
                                 .at = (size_t)begin,
                                 .data = bytes_slice(r->in, (size_t)begin, (size_t)octets)};
    if (!fits_beside(r, all, n, at))
        return false;
    flat_leave(r);
    return true;
}

static bool take_directory(struct flat_reader *r, struct pac *out)
{
    int64_t n, v;
    *out = (struct pac){.octets = r->in};
    if (!flat_int(r, &c_buffers, &n))
        return false;
    int64_t most = r->in.n < HEADER ? 0 : (int64_t)((r->in.n - HEADER) / ENTRY);
    if (most > PAC_BUFFERS_MAX)
        most = PAC_BUFFERS_MAX;
    if (n > most)
        return pac_refuse(r, PAC_COUNT, c_buffers.name, 0, "at most %lld", most, n);
    if (!flat_int(r, &version, &v))
        return false;
    if (v != 0)
        return pac_refuse(r, PAC_VERSION, version.name, 4, "%lld", 0, v);
    struct pac_buffer *all = arena_array(r->mem, struct pac_buffer, (size_t)n);
    for (size_t i = 0; i < (size_t)n; i++)
        if (!take_entry(r, all, i, HEADER + ENTRY * (size_t)n))
            return false;
    out->buffers = all;
    out->n = (size_t)n;
    return true;
}

bool pac_read(struct bytes in, struct arena *mem, struct faults *sink, struct pac *out)
{
    struct flat_reader r = pac_start(in, mem, sink, false);
    return take_directory(&r, out);
}

const struct pac_buffer *pac_find(const struct pac *p, uint32_t wanted)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->buffers[i].type == wanted)
            return &p->buffers[i];
    return NULL;
}

/* ---- the map --------------------------------------------------------------------------------- */

/* The buffer that begins next, at `from` or behind it. */
static const struct pac_buffer *next_buffer(const struct pac *p, size_t from)
{
    const struct pac_buffer *next = NULL;
    for (size_t i = 0; i < p->n; i++) {
        const struct pac_buffer *b = &p->buffers[i];
        if (b->data.n && b->at >= from && (!next || b->at < next->at))
            next = b;
    }
    return next;
}

bool pac_walk(struct bytes in, struct arena *mem, struct faults *sink, struct flat_visitor *v)
{
    struct flat_reader r = pac_start(in, mem, sink, true);
    struct pac p;
    bool ok = take_directory(&r, &p);
    for (const struct pac_buffer *b; ok && (b = next_buffer(&p, r.at));) {
        flat_octets(&r, "padding", FLAT_OCTETS, b->at - r.at, NULL);
        flat_buffer(&r, "Buffer", NAMES_PAC_TYPE, b->type, b->data.n);
    }
    if (ok)
        flat_octets(&r, "padding", FLAT_OCTETS, flat_left(&r), NULL);
    flat_tell(&r, v);
    return ok;
}

/* ---- writing --------------------------------------------------------------------------------- */

static size_t up_to_8(size_t n)
{
    return (n + 7) & ~(size_t)7;
}

struct bytes pac_write(struct arena *mem, struct pac_buffer *all, size_t n)
{
    size_t at = HEADER + ENTRY * n, total = at;
    for (size_t i = 0; i < n; i++)
        total += up_to_8(all[i].data.n);
    uint8_t *p = arena_take(mem, total);
    put_le32(p, (uint32_t)n);
    for (size_t i = 0; i < n; i++) {
        uint8_t *entry = p + HEADER + ENTRY * i;
        put_le32(entry, all[i].type);
        put_le32(entry + 4, (uint32_t)all[i].data.n);
        put_le64(entry + 8, at);
        if (all[i].data.n)
            memcpy(p + at, all[i].data.p, all[i].data.n);
        all[i].at = at;
        at += up_to_8(all[i].data.n);
    }
    return bytes_of(p, total);
}
