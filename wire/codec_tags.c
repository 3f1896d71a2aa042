/* Which tags an element wears, and whether they are there. */
#include "wire/codec_inside.h"

#include <stdio.h>

/* ---- what an identifier octet begins --------------------------------------------------------- */

/* Without regard to the constructed bit, so that a wrong one is met, and named, in expect(). */
static bool same_tag(uint8_t a, uint8_t b)
{
    return ((a ^ b) & ~CONSTRUCTED) == 0;
}

static bool type_starts(const struct asn_type *t, uint8_t identifier)
{
    if (t->app != ASN_NONE)
        return same_tag(identifier, (uint8_t)(APPLICATION | t->app)) ||
               (t->app_too != ASN_NONE &&
                same_tag(identifier, (uint8_t)(APPLICATION | t->app_too)));
    if (t->kind == ASN_ANY)
        return true;
    if (t->kind != ASN_CHOICE)
        return same_tag(identifier, codec_universal(t->kind));
    for (unsigned i = 0; i < t->n_fields; i++)
        if (codec_starts(&t->fields[i], identifier))
            return true;
    return false;
}

bool codec_starts(const struct asn_field *f, uint8_t identifier)
{
    if (f->tag != ASN_NONE)
        return same_tag(identifier, (uint8_t)(CONTEXT | f->tag));
    return type_starts(f->type, identifier);
}

/* ---- headers --------------------------------------------------------------------------------- */

bool codec_header_at(const struct reader *r, const struct place *p, size_t at, size_t limit,
                     struct asn_header *h)
{
    enum codec_fault code = codec_header(r->in.p + at, limit - at, h);
    return code == CODEC_OK || codec_header_refuse(r, p, code, at, limit);
}

static bool refuse_tag(const struct reader *r, const struct place *p, enum codec_fault code,
                       size_t at, uint8_t expected, uint8_t found)
{
    char words[WORDS], expected_words[2 * WORDS], found_words[WORDS];
    const struct asn_type *t = p->type;
    snprintf(expected_words, sizeof expected_words, "%s of %s%s%s",
             codec_tag_words(expected, words), t->name, *t->section ? ", " : "", t->section);
    return codec_refuse(r, p, code, at, expected_words, codec_tag_words(found, found_words));
}

/* A header with this identifier octet and no other; its contents are in[*body, *end). */
static bool expect(const struct reader *r, const struct place *p, size_t at, size_t limit,
                   uint8_t identifier, size_t *body, size_t *end)
{
    struct asn_header h;
    if (!codec_header_at(r, p, at, limit, &h))
        return false;
    if (h.identifier != identifier) {
        if (!same_tag(h.identifier, identifier))
            return refuse_tag(r, p, TAG_WRONG, at, identifier, h.identifier);
        bool constructed = identifier & CONSTRUCTED;
        return codec_refuse(r, p, DER_FORM, at, constructed ? "constructed" : "primitive",
                            constructed ? "primitive" : "constructed");
    }
    *body = at + h.header;
    *end = *body + h.contents;
    return true;
}

/* An explicit tag's one element ends where the tag's contents end. */
static bool fills(const struct reader *r, const struct place *p, size_t end, size_t wrapper_end)
{
    if (end == wrapper_end)
        return true;
    char found[WORDS];
    snprintf(found, sizeof found, "%zu octets", wrapper_end - end);
    return codec_refuse(r, p, WRAPPER_LONG, end, NULL, found);
}

/* Which of the APPLICATION tags a type may wear stands here. */
static uint8_t application(const struct reader *r, const struct asn_type *t, size_t at,
                           size_t limit)
{
    uint8_t too = (uint8_t)(APPLICATION | t->app_too);
    if (r->policy == ASN_DEPLOYED && t->app_too != ASN_NONE && at < limit && r->in.p[at] == too)
        return too;
    return (uint8_t)(APPLICATION | t->app);
}

/* An element without a tag of its own, ANY or CHOICE, is as long as what stands there says. */
static bool untagged(const struct reader *r, const struct place *p, size_t body, size_t *end)
{
    struct asn_header h;
    if (!codec_header_at(r, p, body, *end, &h))
        return false;
    *end = body + h.header + h.contents;
    return true;
}

bool codec_headers(const struct reader *r, const struct place *p, size_t at, size_t limit,
                   size_t *own, size_t *body, size_t *end)
{
    const struct asn_type *t = p->type;
    bool wrapped = false;
    *body = at;
    *end = limit;
    if (p->field && p->field->tag != ASN_NONE) {
        if (!expect(r, p, at, limit, (uint8_t)(CONTEXT | p->field->tag), body, end))
            return false;
        wrapped = true;
    }
    *own = *body;
    size_t around = *end;
    if (t->app != ASN_NONE) {
        if (!expect(r, p, *body, *end, application(r, t, *body, *end), body, end) ||
            (wrapped && !fills(r, p, *end, around)))
            return false;
        wrapped = true;
        around = *end;
    }
    bool ok = t->kind == ASN_ANY || t->kind == ASN_CHOICE
                  ? untagged(r, p, *body, end)
                  : expect(r, p, *body, *end, codec_universal(t->kind), body, end);
    return ok && (!wrapped || fills(r, p, *end, around));
}
