/* Tags and lengths: libtasn1's functions behind one strict wrapper, and which tags an element
 * wears. What is refused is put in words apart, so that reading what is right stays short. */
#include "wire/codec_inside.h"

#include <limits.h>
#include <libtasn1.h>
#include <stdio.h>

const uint8_t codec_universal[] = {
    [ASN_INTEGER] = ASN1_TAG_INTEGER,
    [ASN_ENUMERATED] = ASN1_TAG_ENUMERATED,
    [ASN_BOOLEAN] = ASN1_TAG_BOOLEAN,
    [ASN_TIME] = ASN1_TAG_GENERALIZEDTime,
    [ASN_FLAGS] = ASN1_TAG_BIT_STRING,
    [ASN_BITS] = ASN1_TAG_BIT_STRING,
    [ASN_OCTETS] = ASN1_TAG_OCTET_STRING,
    [ASN_STRING] = ASN1_TAG_GENERALSTRING,
    [ASN_OID] = ASN1_TAG_OBJECT_ID,
    [ASN_ANY] = 0,
    [ASN_SEQUENCE] = ASN1_TAG_SEQUENCE | CONSTRUCTED,
    [ASN_SEQUENCE_OF] = ASN1_TAG_SEQUENCE | CONSTRUCTED,
    [ASN_CHOICE] = 0,
};

/* One octet of tag and one of length, and the contents are all there: nearly every header. */
static inline bool is_short(const uint8_t *p, size_t n)
{
    return n >= 2 && (p[0] & 0x1f) != 0x1f && p[1] < 0x80 && p[1] <= n - 2;
}

/* A length of more than one octet, or something is wrong. */
static enum codec_fault long_header(const uint8_t *p, size_t n, struct asn_header *h)
{
    unsigned char class;
    unsigned long number;
    int tag_octets, length_octets;
    if (n && (p[0] & 0x1f) == 0x1f)
        return DER_TAG_LONG;
    if (asn1_get_tag_der(p, (int)n, &class, &tag_octets, &number) != ASN1_SUCCESS)
        return DER_TRUNCATED;
    /* A long form cut short is not told from a shorter one by asn1_get_length_der, and longer
     * ones than needed it takes: both are looked at first. */
    if (p[1] & 0x80) {
        size_t more = p[1] & 0x7f;
        if (more == 0)
            return DER_LENGTH_INDEFINITE;
        if (more == 0x7f)
            return DER_LENGTH_RESERVED;
        if (more > n - 2)
            return DER_TRUNCATED;
        if (p[2] == 0 || (more == 1 && p[2] < 0x80))
            return DER_LENGTH_NOT_MINIMAL;
    }
    long contents = asn1_get_length_der(p + 1, (int)(n - 1), &length_octets);
    if (contents < 0)
        return contents == -4 ? DER_TRUNCATED : DER_LENGTH_TOO_LARGE;
    *h = (struct asn_header){p[0], 1 + (size_t)length_octets, (size_t)contents};
    return CODEC_OK;
}

enum codec_fault codec_header(const uint8_t *p, size_t n, struct asn_header *h)
{
    if (!is_short(p, n))
        return long_header(p, n, h);
    *h = (struct asn_header){p[0], 2, p[1]};
    return CODEC_OK;
}

/* What was cut short: the contents, when there is a whole length that says so. */
RARE static bool refuse_truncated(const struct reader *r, const struct place *place, size_t at,
                                  size_t limit)
{
    size_t n = limit - at;
    const uint8_t *p = n ? r->in.p + at : NULL;
    char expected[WORDS], found[WORDS];
    size_t more = n < 2 || !(p[1] & 0x80) ? 0 : p[1] & 0x7f;
    if (n < 2 || more > n - 2) {
        snprintf(found, sizeof found, n == 0 ? "nothing" : "%zu octet%s", n, n == 1 ? "" : "s");
        return codec_refuse(r, place, DER_TRUNCATED, at, "a tag and a length", found);
    }
    unsigned long long contents = more ? 0 : p[1];
    for (size_t i = 0; i < more; i++)
        contents = contents << 8 | p[2 + i];
    snprintf(expected, sizeof expected, "%llu octets of contents", contents);
    snprintf(found, sizeof found, "%zu", n - 2 - more);
    return codec_refuse(r, place, DER_TRUNCATED, at, expected, found);
}

bool codec_header_refuse(const struct reader *r, const struct place *place, enum codec_fault code,
                         size_t at, size_t limit)
{
    if (code == DER_TRUNCATED)
        return refuse_truncated(r, place, at, limit);
    size_t bad = code == DER_TAG_LONG ? at : at + 1;
    char found[WORDS];
    snprintf(found, sizeof found, "%02x", r->in.p[bad]);
    return codec_refuse(r, place, code, bad, NULL, found);
}

bool codec_header_at(const struct reader *r, const struct place *p, size_t at, size_t limit,
                     struct asn_header *h)
{
    enum codec_fault code = codec_header(r->in.p + at, limit - at, h);
    return code == CODEC_OK || codec_header_refuse(r, p, code, at, limit);
}

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
        return same_tag(identifier, codec_universal[t->kind]);
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

/* Another tag than the one expected, or the right one in the wrong form. */
RARE static bool refuse_tag(const struct reader *r, const struct place *p, size_t at,
                            uint8_t expected)
{
    uint8_t found = r->in.p[at];
    bool constructed = expected & CONSTRUCTED;
    if (same_tag(found, expected))
        return codec_refuse(r, p, DER_FORM, at, constructed ? "constructed" : "primitive",
                            constructed ? "primitive" : "constructed");
    char words[WORDS], whole[2 * WORDS], found_words[WORDS];
    const struct asn_type *t = p->type;
    snprintf(whole, sizeof whole, "%s of %s%s%s", codec_tag_words(expected, words), t->name,
             *t->section ? ", " : "", t->section);
    return codec_refuse(r, p, TAG_WRONG, at, whole, codec_tag_words(found, found_words));
}

static bool expect_any(const struct reader *r, const struct place *p, struct extent *e,
                       uint8_t identifier)
{
    struct asn_header h;
    size_t at = e->body;
    enum codec_fault code = codec_header(r->in.p + at, e->end - at, &h);
    if (code != CODEC_OK)
        return codec_header_refuse(r, p, code, at, e->end);
    if (h.identifier != identifier)
        return refuse_tag(r, p, at, identifier);
    e->body = at + h.header;
    e->end = e->body + h.contents;
    return true;
}

/* Enters a header that has to have this identifier octet, from e->body on. A third of the time of
 * reading a message is spent here. */
static inline bool expect(const struct reader *r, const struct place *p, struct extent *e,
                          uint8_t identifier)
{
    const uint8_t *header = r->in.p + e->body;
    if (!is_short(header, e->end - e->body) || header[0] != identifier)
        return expect_any(r, p, e, identifier);
    e->body += 2;
    e->end = e->body + header[1];
    return true;
}

RARE static bool refuse_wrapper(const struct reader *r, const struct place *p, size_t end,
                                size_t wrapper_end)
{
    char found[WORDS];
    snprintf(found, sizeof found, "%zu more octets", wrapper_end - end);
    return codec_refuse(r, p, WRAPPER_LONG, end, NULL, found);
}

/* An explicit tag's one element ends where the tag's contents end. */
static bool fills(const struct reader *r, const struct place *p, size_t end, size_t wrapper_end)
{
    return end == wrapper_end || refuse_wrapper(r, p, end, wrapper_end);
}

/* The APPLICATION tag that has to stand here: of those that a type may wear, the one that does. */
static uint8_t application(const struct reader *r, const struct asn_type *t, const struct extent *e)
{
    uint8_t too = (uint8_t)(APPLICATION | t->app_too);
    if (r->policy == ASN_DEPLOYED && t->app_too != ASN_NONE && e->body < e->end &&
        r->in.p[e->body] == too)
        return too;
    return (uint8_t)(APPLICATION | t->app);
}

/* An element without a tag of its own, ANY or CHOICE, is as long as what stands there says. */
static bool untagged(const struct reader *r, const struct place *p, struct extent *e)
{
    struct asn_header h = {0};
    if (!codec_header_at(r, p, e->body, e->end, &h))
        return false;
    e->end = e->body + h.header + h.contents;
    return true;
}

bool codec_headers(const struct reader *r, const struct place *p, struct extent *e)
{
    const struct asn_type *t = p->type;
    size_t around = 0; /* where the tag ends that this one has to fill; 0: there is none */
    if (p->field && p->field->tag != ASN_NONE) {
        if (!expect(r, p, e, (uint8_t)(CONTEXT | p->field->tag)))
            return false;
        around = e->end;
    }
    e->own = e->body;
    if (t->app != ASN_NONE) {
        if (!expect(r, p, e, application(r, t, e)) || (around && !fills(r, p, e->end, around)))
            return false;
        around = e->end;
    }
    bool ok = t->kind == ASN_ANY || t->kind == ASN_CHOICE
                  ? untagged(r, p, e)
                  : expect(r, p, e, codec_universal[t->kind]);
    return ok && (!around || fills(r, p, e->end, around));
}

/* ---- outside of the schema ------------------------------------------------------------------- */

bool asn_header_read(struct bytes in, struct faults *faults, struct asn_header *out)
{
    if (in.n > INT_MAX) /* libtasn1 counts in int; nothing that long is one element here */
        in.n = INT_MAX;
    enum codec_fault code = codec_header(in.p, in.n, out);
    if (code == CODEC_OK)
        return true;
    struct reader r = {.in = in, .faults = faults};
    return codec_header_refuse(&r, NULL, code, 0, in.n);
}

size_t asn_header_write(uint8_t identifier, size_t contents, uint8_t *out)
{
    int octets = 0;
    if ((uint64_t)contents > UINT32_MAX)
        return 0;
    out[0] = identifier;
    asn1_length_der(contents, out + 1, &octets);
    return 1 + (size_t)octets;
}
