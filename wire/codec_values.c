/* Contents octets of the primitive kinds: what DER and the schema ask of them. */
#include "wire/codec_inside.h"

#include "base/when.h"

#include <stdio.h>
#include <string.h>

/* The bounds that hold for a type under a policy. */
static void range_of(const struct asn_type *t, enum asn_policy policy, int64_t *min, int64_t *max)
{
    bool int32 = t->min == INT32_MIN && t->max == INT32_MAX;
    bool uint32 = t->min == 0 && t->max == UINT32_MAX;
    *min = t->min;
    *max = t->max;
    /* A kvno of -1 and a nonce of 0x80000000 are both on the wire, in either signedness. */
    if (policy == ASN_DEPLOYED && (int32 || uint32)) {
        *min = INT32_MIN;
        *max = UINT32_MAX;
    }
}

/* The fields whose value the standard fixes: asn1Parser drops `INTEGER (5)`, and msg-type follows
 * from the tag of the message. */
static bool fixed_field(const struct reader *r, const struct place *p, size_t at, int64_t v)
{
    const char *name = p->field->name;
    if (!strcmp(name, "pvno") || !strcmp(name, "tkt-vno") || !strcmp(name, "authenticator-vno"))
        return v == 5 || codec_refuse_number(r, p, KRB_PVNO, at, NULL, v);
    int16_t app = p->up->type->app;
    if (app == ASN_NONE || v == app || strcmp(name, "msg-type"))
        return true;
    char expected[WORDS];
    snprintf(expected, sizeof expected, "%d", app);
    return codec_refuse_number(r, p, KRB_MSG_TYPE, at, expected, v);
}

static bool read_integer(const struct reader *r, const struct place *p, size_t body, size_t end,
                         int64_t *out)
{
    const uint8_t *c = r->in.p + body;
    size_t n = end - body;
    if (n == 0)
        return codec_refuse(r, p, INTEGER_EMPTY, body, NULL, "none");
    if (n > 1 && ((c[0] == 0 && c[1] < 0x80) || (c[0] == 0xff && c[1] >= 0x80)))
        return codec_refuse_number(r, p, INTEGER_PADDED, body, NULL, (int64_t)n);
    if (n > sizeof(int64_t))
        return codec_refuse_number(r, p, INTEGER_TOO_LARGE, body, NULL, (int64_t)n);
    uint64_t v = c[0] & 0x80 ? UINT64_MAX : 0;
    for (size_t i = 0; i < n; i++)
        v = v << 8 | c[i];
    int64_t value = (int64_t)v;
    if (p->type->ranged) {
        int64_t min, max;
        range_of(p->type, r->policy, &min, &max);
        if (value < min || value > max) {
            char expected[WORDS];
            snprintf(expected, sizeof expected, "%lld to %lld", (long long)min, (long long)max);
            return codec_refuse_number(r, p, INTEGER_RANGE, body, expected, value);
        }
    } else if (p->field && !fixed_field(r, p, body, value)) {
        return false;
    }
    if (out)
        *out = value;
    return true;
}

static bool read_boolean(const struct reader *r, const struct place *p, size_t body, size_t end,
                         bool *out)
{
    if (end - body != 1)
        return codec_refuse_number(r, p, BOOLEAN_SIZE, body, NULL, (int64_t)(end - body));
    uint8_t c = r->in.p[body];
    if (c != 0 && c != 0xff) {
        char found[WORDS];
        snprintf(found, sizeof found, "%02x", c);
        return codec_refuse(r, p, BOOLEAN_VALUE, body, NULL, found);
    }
    if (out)
        *out = c != 0;
    return true;
}

/* Which rule a time breaks, and at which octet. */
static enum codec_fault time_fault(struct bytes b, size_t *at)
{
    size_t digits = 0;
    while (digits < b.n && b.p[digits] >= '0' && b.p[digits] <= '9')
        digits++;
    *at = digits < 14 ? digits : 14;
    if (digits != 14)
        return TIME_FORM;
    if (b.n > 14 && (b.p[14] == '.' || b.p[14] == ','))
        return TIME_FRACTION;
    if (b.n == 14 || b.p[14] != 'Z')
        return TIME_ZONE;
    *at = b.n > 15 ? 15 : 0;
    return b.n > 15 ? TIME_FORM : TIME_DATE;
}

static bool read_time(const struct reader *r, const struct place *p, size_t body, size_t end,
                      int64_t *out)
{
    struct bytes b = {r->in.p + body, end - body};
    int64_t when;
    if (when_read_kerberos(b, &when)) {
        if (out)
            *out = when;
        return true;
    }
    size_t bad;
    enum codec_fault code = time_fault(b, &bad);
    char found[WORDS];
    size_t n = b.n < 32 ? b.n : 32;
    for (size_t i = 0; i < n; i++) /* shown to people: nothing but printable characters */
        found[i] = b.p[i] >= 0x20 && b.p[i] < 0x7f ? (char)b.p[i] : '?';
    found[n] = '\0';
    return codec_refuse(r, p, code, body + bad, NULL, n ? found : "nothing");
}

static bool read_bits(const struct reader *r, const struct place *p, size_t body, size_t end,
                      struct asn_bits *out)
{
    if (body == end)
        return codec_refuse(r, p, BITS_EMPTY, body, NULL, "none");
    const uint8_t *c = r->in.p + body;
    size_t n = end - body - 1;
    unsigned most = n ? 7 : 0;
    if (c[0] > most)
        return codec_refuse_number(r, p, BITS_UNUSED, body, n ? "0 to 7" : "0", c[0]);
    if (n && c[n] & ((1u << c[0]) - 1)) {
        char found[WORDS];
        snprintf(found, sizeof found, "%02x with %u unused", c[n], c[0]);
        return codec_refuse(r, p, BITS_PADDING, end - 1, NULL, found);
    }
    *out = (struct asn_bits){{c + 1, n}, c[0]};
    return true;
}

static bool read_flags(const struct reader *r, const struct place *p, size_t body, size_t end,
                       uint32_t *out)
{
    struct asn_bits b;
    if (!read_bits(r, p, body, end, &b))
        return false;
    size_t bits = 8 * b.bits.n - b.unused;
    if (r->policy == ASN_STRICT && bits != 32) {
        enum codec_fault code = bits < 32 ? FLAGS_SHORT : FLAGS_LONG;
        return codec_refuse_number(r, p, code, body, NULL, (int64_t)bits);
    }
    if (!out)
        return true;
    uint32_t flags = 0;
    for (size_t i = 0; i < 4; i++)
        flags = flags << 8 | (i < b.bits.n ? b.bits.p[i] : 0);
    *out = flags;
    return true;
}

static bool check_string(const struct reader *r, const struct place *p, size_t body, size_t end)
{
    if (r->policy == ASN_DEPLOYED) /* peers send UTF-8 here */
        return true;
    for (size_t i = body; i < end; i++) {
        if (r->in.p[i] & 0x80) {
            char found[WORDS];
            snprintf(found, sizeof found, "%02x", r->in.p[i]);
            return codec_refuse(r, p, STRING_NOT_IA5, i, NULL, found);
        }
    }
    return true;
}

static bool check_oid(const struct reader *r, const struct place *p, size_t body, size_t end)
{
    const uint8_t *c = r->in.p;
    if (body == end)
        return codec_refuse(r, p, OID_EMPTY, body, NULL, "none");
    for (size_t i = body; i < end; i++)
        if (c[i] == 0x80 && (i == body || c[i - 1] < 0x80))
            return codec_refuse(r, p, OID_PADDED, i, NULL, "80");
    if (c[end - 1] & 0x80)
        return codec_refuse_number(r, p, OID_CUT, end - 1, NULL, c[end - 1]);
    return true;
}

bool codec_value(const struct reader *r, const struct place *p, size_t body, size_t end, void *out)
{
    struct asn_bits bits;
    switch (p->type->kind) {
    case ASN_INTEGER:
    case ASN_ENUMERATED:
        return read_integer(r, p, body, end, out);
    case ASN_BOOLEAN:
        return read_boolean(r, p, body, end, out);
    case ASN_TIME:
        return read_time(r, p, body, end, out);
    case ASN_FLAGS:
        return read_flags(r, p, body, end, out);
    case ASN_BITS:
        return read_bits(r, p, body, end, out ? out : &bits);
    case ASN_STRING:
        if (!check_string(r, p, body, end))
            return false;
        break;
    case ASN_OID:
        if (!check_oid(r, p, body, end))
            return false;
        break;
    default: /* OCTET STRING and ANY: any octets */
        break;
    }
    if (out)
        *(struct bytes *)out = (struct bytes){r->in.p + body, end - body};
    return true;
}
