/* The writer: from the last octet to the first, so that every length is known when it is due. */
#include "wire/codec_inside.h"

#include "base/when.h"

#include <string.h>

/* The octets written so far are [at, end). */
struct writer {
    struct arena *mem;
    uint8_t *base, *at, *end;
    bool anew;
};

static bool write_element(struct writer *, const struct asn_type *, const uint8_t *value);

#define FIRST_ROOM 1024

static inline size_t written(const struct writer *w)
{
    return (size_t)(w->end - w->at);
}

RARE static void more_room(struct writer *w, size_t n)
{
    size_t have = written(w), room = 2 * (size_t)(w->end - w->base);
    if (room < 2 * (have + n))
        room = 2 * (have + n);
    uint8_t *base = arena_take(w->mem, room);
    memcpy(base + room - have, w->at, have);
    w->base = base;
    w->end = base + room;
    w->at = w->end - have;
}

/* The n octets before what is written, now part of it. */
static inline uint8_t *grow_front(struct writer *w, size_t n)
{
    if (n > (size_t)(w->at - w->base))
        more_room(w, n);
    return w->at -= n;
}

static void put(struct writer *w, const uint8_t *p, size_t n)
{
    uint8_t *to = grow_front(w, n);
    if (n)
        memcpy(to, p, n);
}

static bool put_long_header(struct writer *w, uint8_t identifier, size_t contents)
{
    uint8_t header[16];
    size_t n = asn_header_write(identifier, contents, header);
    put(w, header, n);
    return n != 0;
}

/* The tag-length of what was written since the writer had `before` octets. */
static inline bool put_header(struct writer *w, uint8_t identifier, size_t before)
{
    size_t contents = written(w) - before;
    if (contents >= 0x80)
        return put_long_header(w, identifier, contents);
    uint8_t *to = grow_front(w, 2);
    to[0] = identifier;
    to[1] = (uint8_t)contents;
    return true;
}

static void put_integer(struct writer *w, int64_t v)
{
    for (;;) {
        *grow_front(w, 1) = (uint8_t)v;
        if (v >= -128 && v < 128) /* the sign bit of the octet is that of the number */
            return;
        v >>= 8; /* cppcheck-suppress shiftNegativeLHS */
    }
}

static void put_bits(struct writer *w, struct bytes bits, uint8_t unused)
{
    put(w, bits.p, bits.n);
    *grow_front(w, 1) = unused;
}

static bool put_primitive(struct writer *w, enum asn_kind kind, const void *value)
{
    const struct asn_bits *bits = value;
    const struct bytes *b = value;
    switch (kind) {
    case ASN_INTEGER:
    case ASN_ENUMERATED:
        put_integer(w, *(const int64_t *)value);
        return true;
    case ASN_BOOLEAN:
        *grow_front(w, 1) = *(const bool *)value ? 0xff : 0;
        return true;
    case ASN_TIME:
        when_write_kerberos(*(const int64_t *)value, grow_front(w, KERBEROS_TIME_LEN));
        return true;
    case ASN_FLAGS:
        put_be32(grow_front(w, 4), *(const uint32_t *)value);
        *grow_front(w, 1) = 0; /* unused bits */
        return true;
    case ASN_BITS:
        put_bits(w, bits->bits, bits->unused);
        return bits->unused <= (bits->bits.n ? 7 : 0);
    default: /* OCTET STRING, GeneralString, OBJECT IDENTIFIER, ANY */
        put(w, b->p, b->n);
        return b->n > 0 || kind == ASN_OCTETS || kind == ASN_STRING;
    }
}

static bool write_field(struct writer *w, const struct asn_field *f, const uint8_t *value)
{
    size_t before = written(w);
    if (!write_element(w, f->type, value + f->offset))
        return false;
    return f->tag == ASN_NONE || put_header(w, (uint8_t)(CONTEXT | f->tag), before);
}

static bool write_sequence(struct writer *w, const struct asn_type *t, const uint8_t *value)
{
    for (unsigned i = t->n_fields; i-- > 0;) {
        const struct asn_field *f = &t->fields[i];
        if (f->optional && !*(const bool *)(value + f->has))
            continue;
        if (!write_field(w, f, value))
            return false;
    }
    return true;
}

static bool write_list(struct writer *w, const struct asn_type *t, const struct asn_list *list)
{
    if (list->n < t->least)
        return false;
    for (size_t i = list->n; i-- > 0;)
        if (!write_element(w, t->of, (const uint8_t *)list->at + i * t->of->size))
            return false;
    return true;
}

static bool write_choice(struct writer *w, const struct asn_type *t, const uint8_t *value)
{
    int choice = *(const int *)value;
    return choice >= 1 && choice <= t->n_fields && write_field(w, &t->fields[choice - 1], value);
}

static bool write_contents(struct writer *w, const struct asn_type *t, const uint8_t *value)
{
    switch (t->kind) {
    case ASN_SEQUENCE:
        return write_sequence(w, t, value);
    case ASN_SEQUENCE_OF:
        return write_list(w, t, (const struct asn_list *)value);
    case ASN_CHOICE:
        return write_choice(w, t, value);
    default:
        return put_primitive(w, t->kind, value);
    }
}

/* With all its tags but the context tag, which is the field's. */
static bool write_element(struct writer *w, const struct asn_type *t, const uint8_t *value)
{
    const struct bytes *der = (const struct bytes *)value;
    size_t before = written(w);
    if (t->carried && !w->anew && der->n) {
        put(w, der->p, der->n);
        return true;
    }
    uint8_t identifier = codec_universal[t->kind];
    if (!write_contents(w, t, value) || (identifier && !put_header(w, identifier, before)))
        return false;
    return t->app == ASN_NONE || put_header(w, (uint8_t)(APPLICATION | t->app), before);
}

static struct bytes write_message(const struct asn_type *t, const void *value, struct arena *mem,
                                  bool anew)
{
    struct writer w = {.mem = mem, .base = arena_take(mem, FIRST_ROOM), .anew = anew};
    w.at = w.end = w.base + FIRST_ROOM;
    if (!write_element(&w, t, value))
        return (struct bytes){NULL, 0};
    return (struct bytes){w.at, written(&w)};
}

struct bytes asn_encode(const struct asn_type *t, const void *value, struct arena *mem)
{
    return write_message(t, value, mem, false);
}

struct bytes asn_encode_anew(const struct asn_type *t, const void *value, struct arena *mem)
{
    return write_message(t, value, mem, true);
}
