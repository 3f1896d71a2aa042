/* Tag and length: libtasn1's functions behind one strict wrapper. */
#include "wire/codec_inside.h"

#include <limits.h>
#include <libtasn1.h>
#include <stdio.h>

uint8_t codec_universal(enum asn_kind kind)
{
    static const uint8_t identifiers[] = {
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
    return identifiers[kind];
}

enum codec_fault codec_header(const uint8_t *p, size_t n, struct asn_header *h)
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
    h->identifier = p[0];
    h->header = 1 + (size_t)length_octets;
    h->contents = (size_t)contents;
    return CODEC_OK;
}

/* What was cut short: the contents, when there is a whole length that says so. */
static bool refuse_truncated(const struct reader *r, const struct place *place, size_t at,
                             size_t limit)
{
    const uint8_t *p = r->in.p + at;
    size_t n = limit - at;
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
    if (contents > UINT32_MAX)
        return 0;
    out[0] = identifier;
    asn1_length_der(contents, out + 1, &octets);
    return 1 + (size_t)octets;
}
