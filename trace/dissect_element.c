/* The reader that does not stop. The codec (wire/codec.h) refuses at the first fault, as it should;
 * whoever debugs wants to see what comes after it. This one follows the same rows, goes by tags and
 * lengths as far as they hold, and leaves the verdict to the codec. */
#include "trace/dissect_inside.h"

#include <string.h>

bool header_read(struct bytes in, struct header *h)
{
    if (in.n < 2 || (in.p[0] & 0x1f) == 0x1f)
        return false;
    *h = (struct header){.identifier = in.p[0], .size = 2, .contents = in.p[1]};
    if (in.p[1] < 0x80)
        return true;
    size_t n = in.p[1] & 0x7f;
    if (n == 0 || n > 4 || in.n < 2 + n)
        return false;
    h->size += n;
    h->contents = 0;
    for (size_t i = 0; i < n; i++)
        h->contents = h->contents << 8 | in.p[2 + i];
    return true;
}

static uint8_t universal(enum asn_kind kind)
{
    switch (kind) {
    case ASN_INTEGER:
        return 0x02;
    case ASN_ENUMERATED:
        return 0x0a;
    case ASN_BOOLEAN:
        return 0x01;
    case ASN_TIME:
        return 0x18;
    case ASN_FLAGS:
    case ASN_BITS:
        return 0x03;
    case ASN_OCTETS:
        return 0x04;
    case ASN_STRING:
        return 0x1b;
    case ASN_OID:
        return 0x06;
    case ASN_SEQUENCE:
    case ASN_SEQUENCE_OF:
        return 0x30;
    case ASN_ANY:
    case ASN_CHOICE:
        break;
    }
    return 0;
}

static bool is_constructed(const struct asn_type *t)
{
    return t->kind == ASN_SEQUENCE || t->kind == ASN_SEQUENCE_OF || t->kind == ASN_CHOICE;
}

/* The identifier octets an element begins with, at most three. The alternatives of the APPLICATION
 * tag are in *too. */
static size_t tags_of(const struct asn_type *t, const struct asn_field *member, uint8_t tags[3],
                      uint8_t *too)
{
    size_t n = 0;
    *too = 0;
    if (member && member->tag != ASN_NONE)
        tags[n++] = (uint8_t)(0xa0 | member->tag);
    if (t->app != ASN_NONE) {
        tags[n++] = (uint8_t)(0x60 | t->app);
        if (t->app_too != ASN_NONE)
            *too = (uint8_t)(0x60 | t->app_too);
    }
    if (universal(t->kind))
        tags[n++] = universal(t->kind);
    return n;
}

const char *tag_name(struct arena *mem, uint8_t identifier)
{
    static const char *const names[] = {
        [1] = "BOOLEAN",
        [2] = "INTEGER",
        [3] = "BIT STRING",
        [4] = "OCTET STRING",
        [5] = "NULL",
        [6] = "OBJECT IDENTIFIER",
        [10] = "ENUMERATED",
        [12] = "UTF8String",
        [16] = "SEQUENCE",
        [17] = "SET",
        [24] = "GeneralizedTime",
        [27] = "GeneralString",
    };
    unsigned number = identifier & 0x1f;
    switch (identifier >> 6) {
    case 0:
        if (number < sizeof names / sizeof *names && names[number])
            return names[number];
        return arena_printf(mem, "UNIVERSAL %u", number);
    case 1:
        return arena_printf(mem, "APPLICATION %u", number);
    case 2:
        return arena_printf(mem, "[%u]", number);
    default:
        return arena_printf(mem, "PRIVATE %u", number);
    }
}

/* Puts the header at *pos before *limit into the field; both then bound its contents. False: there
 * is none, or (want != 0) another one. */
static bool take_header(struct dissector *d, struct field *f, uint8_t want, uint8_t too,
                        size_t *pos, size_t *limit)
{
    struct header h;
    if (!header_read(bytes_slice(f->root->data, *pos, *limit - *pos), &h))
        return false;
    /* A wrong form bit is a fault, but no reason not to understand. */
    uint8_t tag = h.identifier & 0xdf;
    if (want && tag != (want & 0xdf) && (!too || tag != (too & 0xdf)))
        return false;
    node_header(d, f, tag_name(d->mem, h.identifier), *pos, *pos + h.size);
    *pos += h.size;
    if (h.contents < *limit - *pos)
        *limit = *pos + h.contents;
    return true;
}

/* ---- constructed ---------------------------------------------------------------------------- */

static bool begins(const struct asn_field *member, uint8_t identifier)
{
    uint8_t tags[3], too;
    size_t n = tags_of(member->type, member, tags, &too);
    if (n == 0)
        return member->type->kind == ASN_ANY;
    return (identifier & 0xdf) == (tags[0] & 0xdf) ||
           (member->tag == ASN_NONE && too && (identifier & 0xdf) == (too & 0xdf));
}

/* From member `from` on; what stands out of order, or twice, is still known by its tag. */
static const struct asn_field *member_for(const struct asn_type *t, size_t from, uint8_t identifier)
{
    for (size_t i = 0; i < t->n_fields; i++) {
        const struct asn_field *m = &t->fields[(from + i) % t->n_fields];
        if (begins(m, identifier))
            return m;
    }
    return NULL;
}

static size_t unknown_element(struct dissector *d, struct field *parent, size_t at, size_t end)
{
    size_t limit = end;
    struct node *n = node_stray(d, parent->root, parent, "unknown", at, end);
    take_header(d, &n->field, 0, 0, &at, &limit);
    n->field.body = at;
    n->field.end = limit;
    n->field.value = octets_text(d->mem, bytes_slice(parent->root->data, at, limit - at));
    return limit;
}

static void parts(struct dissector *d, struct node *n, const struct asn_type *t)
{
    struct field *f = &n->field;
    size_t at = f->body, i = 0, index = 0;
    while (at < f->end) {
        struct header h;
        size_t next = f->end;
        const struct asn_field *member = NULL;
        if (!header_read(bytes_slice(f->root->data, at, f->end - at), &h)) {
            node_stray(d, f->root, f, "unread", at, f->end);
            return;
        }
        if (t->kind == ASN_SEQUENCE_OF)
            next = dissect_element(d, f->root, f, t->of, NULL, index++, &n->place, at, f->end);
        else if ((member = member_for(t, i, h.identifier)))
            next = dissect_element(d, f->root, f, member->type, member, 0, &n->place, at, f->end);
        else
            next = unknown_element(d, f, at, f->end);
        if (member)
            i = (size_t)(member - t->fields) + 1;
        if (f->last->end < next)
            node_stray(d, f->root, f, "surplus", f->last->end, next);
        at = next;
    }
}

/* ---- one element ---------------------------------------------------------------------------- */

static void describe(struct node *n, const struct asn_type *t, const struct asn_field *member,
                     const struct place *up)
{
    n->member = member;
    n->field.type = t;
    n->place = (struct place){
        .up = up,
        .member = member ? member->name : NULL,
        .element = !member && n->field.parent,
        .name = t->name,
        .base = t->base,
    };
}

size_t dissect_element(struct dissector *d, struct root *root, struct field *parent,
                       const struct asn_type *t, const struct asn_field *member, size_t index,
                       const struct place *up, size_t at, size_t end)
{
    const char *name = member   ? member->name
                       : parent ? arena_printf(d->mem, "[%zu]", index)
                                : t->name;
    struct node *n = node_new(d, root, parent, name, at, end);
    struct field *f = &n->field;
    describe(n, t, member, up);
    node_place(d, n);

    uint8_t tags[3], too;
    size_t n_tags = tags_of(t, member, tags, &too), limit = end, next = end, i;
    for (i = 0; i < n_tags; i++) {
        if (!take_header(d, f, tags[i], (tags[i] & 0xc0) == 0x40 ? too : 0, &at, &limit))
            break;
        next = i == 0 ? limit : next;
    }
    f->body = at;
    f->end = limit;
    if (i < n_tags || d->depth >= DISSECT_DEPTH) {
        f->state = FIELD_OPAQUE;
        f->value = octets_text(d->mem, bytes_slice(root->data, at, limit - at));
        return next;
    }
    d->depth++;
    if (is_constructed(t))
        parts(d, n, t);
    node_value(d, n);
    node_open(d, n);
    d->depth--;
    return next;
}
