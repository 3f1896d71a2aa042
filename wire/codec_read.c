/* The reader: one recursion over the rows, which builds values (asn_decode) or tells a visitor
 * what lies where (asn_walk). It recurses as deep as the schema, never as deep as the input. */
#include "wire/codec_inside.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static bool read_element(const struct reader *, const struct place *, size_t at, size_t limit,
                         void *out, size_t *next);

/* ---- SEQUENCE -------------------------------------------------------------------------------- */

/* The field of a SEQUENCE, before field number `before`, that an identifier octet may begin. */
static const struct asn_field *field_of(const struct asn_type *t, unsigned before,
                                        uint8_t identifier)
{
    for (unsigned i = 0; i < before; i++) {
        const struct asn_field *f = &t->fields[i];
        bool any = f->tag == ASN_NONE && f->type->kind == ASN_ANY;
        if (!any && codec_starts(f, identifier))
            return f;
    }
    return NULL;
}

RARE static bool refuse_order(const struct reader *r, const struct place *p,
                              const struct asn_field *f, size_t at)
{
    struct place bad = {p, f->type, f, 0, p->depth + 1};
    char found[WORDS];
    return codec_refuse(r, &bad, FIELD_ORDER, at, NULL, codec_tag_words(r->in.p[at], found));
}

/* Field number i is not optional, and something else stands there, or nothing. */
RARE static bool refuse_field(const struct reader *r, const struct place *p, unsigned i, size_t at,
                              size_t end)
{
    const struct asn_type *t = p->type;
    const struct asn_field *f = &t->fields[i];
    struct place missing = {p, f->type, f, 0, p->depth + 1};
    char expected[WORDS] = "", found[WORDS] = "the end";
    if (f->tag != ASN_NONE)
        codec_tag_words((uint8_t)(CONTEXT | f->tag), expected);
    else
        snprintf(expected, sizeof expected, "%s", f->type->name);
    if (at == end)
        return codec_refuse(r, &missing, FIELD_MISSING, at, expected, found);
    struct asn_header h;
    if (!codec_header_at(r, &missing, at, end, &h))
        return false;
    const struct asn_field *earlier = field_of(t, i, h.identifier);
    if (earlier)
        return refuse_order(r, p, earlier, at);
    codec_tag_words(h.identifier, found);
    enum codec_fault code = field_of(t, t->n_fields, h.identifier) ? FIELD_MISSING : TAG_WRONG;
    return codec_refuse(r, &missing, code, at, expected, found);
}

RARE static bool refuse_unknown(const struct reader *r, const struct place *p, size_t at)
{
    char found[WORDS];
    return codec_refuse(r, p, FIELD_UNKNOWN, at, NULL, codec_tag_words(r->in.p[at], found));
}

/* What stands after the last field: extensions that the schema does not have. */
static bool read_rest(const struct reader *r, const struct place *p, size_t at, size_t end)
{
    while (at < end) {
        struct asn_header h;
        if (!codec_header_at(r, p, at, end, &h))
            return false;
        const struct asn_field *known = field_of(p->type, p->type->n_fields, h.identifier);
        if (known)
            return refuse_order(r, p, known, at);
        if (r->policy == ASN_STRICT)
            return refuse_unknown(r, p, at);
        size_t body = at + h.header;
        struct asn_span span = {.at = at,
                                .body = body,
                                .end = body + h.contents,
                                .depth = p->depth + 1,
                                .unknown = true};
        if (r->visitor)
            r->visitor->enter(r->visitor, &span);
        at = span.end;
    }
    return true;
}

static bool read_sequence(const struct reader *r, const struct place *p, size_t at, size_t end,
                          uint8_t *out)
{
    const struct asn_type *t = p->type;
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct asn_field *f = &t->fields[i];
        if (at == end || !codec_starts(f, r->in.p[at])) {
            if (f->optional)
                continue;
            return refuse_field(r, p, i, at, end);
        }
        struct place inner = {p, f->type, f, 0, p->depth + 1};
        if (!read_element(r, &inner, at, end, out ? out + f->offset : NULL, &at))
            return false;
        if (out && f->optional)
            *(bool *)(out + f->has) = true;
    }
    return at == end || read_rest(r, p, at, end);
}

/* ---- SEQUENCE OF and CHOICE ------------------------------------------------------------------ */

#define FIRST_ROOM 16

/* The elements are counted ahead so that an array of the right size can be taken; but no more
 * than a few at first, so that a list of rubbish costs no more memory than its good elements. A
 * damaged header ends the count and is refused when its turn comes. */
static size_t count(const struct reader *r, size_t at, size_t end)
{
    size_t n = 0;
    struct asn_header h;
    for (; at < end && codec_header(r->in.p + at, end - at, &h) == CODEC_OK; n++)
        at += h.header + h.contents;
    return n + (at < end);
}

static void make_room(const struct reader *r, size_t size, struct asn_list *list, size_t *room,
                      size_t n)
{
    size_t more = *room ? 4 * *room : FIRST_ROOM;
    *room = more < n ? more : n;
    uint8_t *at = arena_take_array(r->mem, size, *room);
    if (list->n)
        memcpy(at, list->at, list->n * size);
    list->at = at;
}

RARE static bool refuse_short(const struct reader *r, const struct place *p, size_t at, size_t n)
{
    char expected[WORDS];
    snprintf(expected, sizeof expected, "%u or more", p->type->least);
    return codec_refuse_number(r, p, LIST_SHORT, at, expected, (int64_t)n);
}

static bool read_list(const struct reader *r, const struct place *p, size_t at, size_t end,
                      struct asn_list *out)
{
    const struct asn_type *t = p->type;
    struct place inner = {p, t->of, NULL, 0, p->depth + 1};
    struct asn_list list = {NULL, 0};
    size_t body = at, room = 0, n = out ? count(r, at, end) : 0;
    for (; at < end; inner.index++, list.n++) {
        if (out && list.n == room)
            make_room(r, t->of->size, &list, &room, n);
        uint8_t *value = out ? (uint8_t *)list.at + list.n * t->of->size : NULL;
        if (!read_element(r, &inner, at, end, value, &at))
            return false;
    }
    if (list.n < t->least)
        return refuse_short(r, p, body, list.n);
    if (out)
        *out = list;
    return true;
}

RARE static bool refuse_choice(const struct reader *r, const struct place *p, size_t at)
{
    char expected[WORDS], found[WORDS];
    snprintf(expected, sizeof expected, "an alternative of %s", p->type->name);
    return codec_refuse(r, p, CHOICE_NONE, at, expected, codec_tag_words(r->in.p[at], found));
}

static bool read_choice(const struct reader *r, const struct place *p, size_t at, size_t end,
                        uint8_t *out)
{
    const struct asn_type *t = p->type;
    uint8_t identifier = r->in.p[at];
    for (unsigned i = 0; i < t->n_fields; i++) {
        const struct asn_field *f = &t->fields[i];
        if (!codec_starts(f, identifier))
            continue;
        struct place inner = {p, f->type, f, 0, p->depth + 1};
        if (out)
            *(int *)out = (int)i + 1;
        return read_element(r, &inner, at, end, out ? out + f->offset : NULL, &at);
    }
    return refuse_choice(r, p, at);
}

/* ---- one element ----------------------------------------------------------------------------- */

static bool read_contents(const struct reader *r, const struct place *p, const struct extent *e,
                          void *out)
{
    switch (p->type->kind) {
    case ASN_SEQUENCE:
        if (out)
            *(struct bytes *)out = (struct bytes){r->in.p + e->own, e->end - e->own};
        return read_sequence(r, p, e->body, e->end, out);
    case ASN_SEQUENCE_OF:
        return read_list(r, p, e->body, e->end, out);
    case ASN_CHOICE:
        return read_choice(r, p, e->body, e->end, out);
    default:
        return codec_value(r, p, e->body, e->end, out);
    }
}

static bool visit(const struct reader *r, const struct place *p, size_t at, const struct extent *e)
{
    enum asn_kind kind = p->type->kind;
    struct asn_span span = {.type = p->type,
                            .field = p->field,
                            .index = p->index,
                            .at = at,
                            .body = e->body,
                            .end = e->end,
                            .depth = p->depth};
    r->visitor->enter(r->visitor, &span);
    bool ok = read_contents(r, p, e, NULL);
    if (kind == ASN_SEQUENCE || kind == ASN_SEQUENCE_OF || kind == ASN_CHOICE)
        r->visitor->leave(r->visitor, &span);
    return ok;
}

/* The element of place p that begins at `at` and has to end by `limit`. */
static bool read_element(const struct reader *r, const struct place *p, size_t at, size_t limit,
                         void *out, size_t *next)
{
    struct extent e = {.body = at, .end = limit};
    if (p->depth >= ASN_DEPTH)
        return codec_refuse(r, p, TOO_DEEP, at, NULL, NULL);
    if (!codec_headers(r, p, &e))
        return false;
    *next = e.end;
    return r->visitor ? visit(r, p, at, &e) : read_contents(r, p, &e, out);
}

static bool read_message(const struct reader *r, const struct asn_type *t, void *out)
{
    struct place top = {.type = t};
    size_t end;
    if (r->in.n > INT_MAX) /* libtasn1 counts in int */
        return codec_refuse(r, &top, DER_LENGTH_TOO_LARGE, 0, NULL, NULL);
    if (!read_element(r, &top, 0, r->in.n, out, &end))
        return false;
    if (end == r->in.n)
        return true;
    return codec_refuse_number(r, &top, MESSAGE_TRAILING, end, NULL, (int64_t)(r->in.n - end));
}

/* Nothing is at a place too: NULL + 0 is not defined. */
static struct bytes bytes_at_all(struct bytes in)
{
    return in.n ? in : BYTES_LIT("");
}

bool asn_decode(const struct asn_type *t, struct bytes in, enum asn_policy policy,
                struct arena *mem, struct faults *faults, void *out)
{
    struct reader r = {bytes_at_all(in), policy, mem, faults, NULL};
    memset(out, 0, t->size);
    return read_message(&r, t, out);
}

bool asn_walk(const struct asn_type *t, struct bytes in, enum asn_policy policy, struct arena *mem,
              struct faults *faults, struct asn_visitor *visitor)
{
    struct reader r = {bytes_at_all(in), policy, mem, faults, visitor};
    return read_message(&r, t, NULL);
}
