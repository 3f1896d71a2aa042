#include "base/text.h"

#include <string.h>

static bool is_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ---- hexadecimal ---------------------------------------------------------------------------- */

static const char hex_digits[] = "0123456789abcdef";

static char *put_hex(char *at, uint8_t octet)
{
    *at++ = hex_digits[octet >> 4];
    *at++ = hex_digits[octet & 15];
    return at;
}

char *hex_text(struct arena *mem, struct bytes b)
{
    char *text = arena_take_array(mem, 2, b.n + 1), *at = text;
    for (size_t i = 0; i < b.n; i++)
        at = put_hex(at, b.p[i]);
    return text;
}

static int hex_value(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_decode(struct arena *mem, struct bytes text, struct bytes *out, size_t *at)
{
    uint8_t *octets = arena_take(mem, text.n / 2);
    size_t n = 0, i = 0;
    while (i < text.n) {
        if (is_space(text.p[i]) || text.p[i] == ':' || text.p[i] == '-') {
            i++;
            continue;
        }
        for (int digit = 0; digit < 2; digit++, i++)
            if (i == text.n || hex_value(text.p[i]) < 0) {
                *at = i;
                return false;
            }
        octets[n++] = (uint8_t)(hex_value(text.p[i - 2]) << 4 | hex_value(text.p[i - 1]));
    }
    *out = bytes_of(octets, n);
    return true;
}

/* ---- base64 --------------------------------------------------------------------------------- */

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_text(struct arena *mem, struct bytes b)
{
    char *text = arena_take_array(mem, 4, b.n / 3 + 2), *at = text;
    for (size_t i = 0; i < b.n; i += 3) {
        size_t left = b.n - i;
        uint32_t three = (uint32_t)b.p[i] << 16 | (left > 1 ? (uint32_t)b.p[i + 1] << 8 : 0) |
                         (left > 2 ? b.p[i + 2] : 0);
        *at++ = base64_digits[three >> 18];
        *at++ = base64_digits[three >> 12 & 63];
        *at++ = left > 1 ? base64_digits[three >> 6 & 63] : '=';
        *at++ = left > 2 ? base64_digits[three & 63] : '=';
    }
    return text;
}

static int base64_value(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Whole quanta of four digits, as long as nothing else comes: nearly all there is. */
static size_t plain_quanta(struct bytes text, uint8_t *octets, size_t *n)
{
    size_t i = 0;
    for (; text.n - i >= 4; i += 4) {
        int a = base64_value(text.p[i]), b = base64_value(text.p[i + 1]),
            c = base64_value(text.p[i + 2]), d = base64_value(text.p[i + 3]);
        if ((a | b | c | d) < 0)
            break;
        octets[(*n)++] = (uint8_t)(a << 2 | b >> 4);
        octets[(*n)++] = (uint8_t)(b << 4 | c >> 2);
        octets[(*n)++] = (uint8_t)(c << 6 | d);
    }
    return i;
}

/* What has been read of a quantum of four characters. */
struct quantum {
    uint32_t bits;
    unsigned digits, pads;
    size_t last; /* offset of its last digit */
};

/* One more character; false where it cannot stand there. */
static bool quantum_take(struct quantum *q, uint8_t c, size_t at)
{
    if (c == '=') {
        q->pads++;
        return q->digits >= 2 && q->digits + q->pads <= 4;
    }
    int value = base64_value(c);
    if (value < 0 || q->pads)
        return false;
    q->bits = q->bits << 6 | (uint32_t)value;
    q->digits++;
    q->last = at;
    return true;
}

/* The octets of a whole quantum; 0 when the bits left over are not zero. */
static size_t quantum_octets(const struct quantum *q, uint8_t *out)
{
    uint32_t bits = q->bits << 6 * (4 - q->digits);
    uint8_t three[3] = {(uint8_t)(bits >> 16), (uint8_t)(bits >> 8), (uint8_t)bits};
    size_t n = q->digits - 1;
    if (n < 3 && three[n])
        return 0;
    memcpy(out, three, n);
    return n;
}

bool base64_decode(struct arena *mem, struct bytes text, bool spaces, struct bytes *out, size_t *at)
{
    uint8_t *octets = arena_take_array(mem, 3, text.n / 4 + 1);
    struct quantum q = {0};
    size_t n = 0;
    bool ended = false;
    for (size_t i = plain_quanta(text, octets, &n); i < text.n; i++) {
        if (spaces && is_space(text.p[i]))
            continue;
        *at = i;
        if (ended || !quantum_take(&q, text.p[i], i))
            return false;
        if (q.digits + q.pads < 4)
            continue;
        size_t some = quantum_octets(&q, octets + n);
        *at = q.last;
        if (some == 0)
            return false;
        n += some;
        ended = q.pads > 0;
        q = (struct quantum){0};
    }
    *at = text.n;
    *out = bytes_of(octets, n);
    return q.digits == 0;
}

/* ---- UTF-8 and UTF-16LE --------------------------------------------------------------------- */

/* Well-formed leads with the length they announce and the least code point it is for (RFC 3629). */
static const struct {
    uint8_t mask, lead, n;
    uint32_t least;
} utf8_rows[] = {
    {0x80, 0x00, 1, 0}, {0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}};

static bool is_point(uint32_t point)
{
    return point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
}

bool utf8_next(struct bytes *rest, uint32_t *point)
{
    if (rest->n == 0)
        return false;
    for (size_t row = 0; row < 4; row++) {
        size_t n = utf8_rows[row].n;
        if ((rest->p[0] & utf8_rows[row].mask) != utf8_rows[row].lead)
            continue;
        if (rest->n < n)
            return false;
        uint32_t v = rest->p[0] & (uint8_t)~utf8_rows[row].mask;
        for (size_t i = 1; i < n; i++) {
            if ((rest->p[i] & 0xc0) != 0x80)
                return false;
            v = v << 6 | (rest->p[i] & 0x3f);
        }
        if (v < utf8_rows[row].least || !is_point(v))
            return false;
        *point = v;
        *rest = bytes_slice(*rest, n, rest->n);
        return true;
    }
    return false;
}

size_t utf8_put(uint32_t point, uint8_t out[4])
{
    size_t row = 3;
    while (point < utf8_rows[row].least)
        row--;
    size_t n = utf8_rows[row].n;
    for (size_t i = n; i-- > 1; point >>= 6)
        out[i] = (uint8_t)(0x80 | (point & 0x3f));
    out[0] = (uint8_t)(utf8_rows[row].lead | point);
    return n;
}

bool utf8_valid(struct bytes b)
{
    uint32_t point;
    while (utf8_next(&b, &point))
        ;
    return b.n == 0;
}

size_t utf16le_put(uint32_t point, uint8_t out[4])
{
    if (point < 0x10000) {
        put_le16(out, (uint16_t)point);
        return 2;
    }
    point -= 0x10000;
    put_le16(out, (uint16_t)(0xd800 | point >> 10));
    put_le16(out + 2, (uint16_t)(0xdc00 | (point & 0x3ff)));
    return 4;
}

static bool utf16le_next(struct bytes *rest, uint32_t *point)
{
    if (rest->n < 2)
        return false;
    uint32_t unit = le16(rest->p);
    size_t n = 2;
    if (unit >= 0xd800 && unit <= 0xdbff && rest->n >= 4) {
        uint32_t low = le16(rest->p + 2);
        if (low < 0xdc00 || low > 0xdfff)
            return false;
        unit = 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff));
        n = 4;
    }
    if (!is_point(unit))
        return false;
    *point = unit;
    *rest = bytes_slice(*rest, n, rest->n);
    return true;
}

static bool convert(struct arena *mem, struct bytes in, bool (*next)(struct bytes *, uint32_t *),
                    size_t (*put)(uint32_t, uint8_t *), struct bytes *out, size_t *at)
{
    /* An octet of UTF-8 becomes at most two of UTF-16; a unit of UTF-16 at most three of UTF-8. */
    uint8_t *octets = arena_take_array(mem, 2, in.n + 2);
    struct bytes rest = in;
    size_t n = 0;
    uint32_t point;
    while (next(&rest, &point))
        n += put(point, octets + n);
    *at = in.n - rest.n;
    *out = bytes_of(octets, n);
    return rest.n == 0;
}

bool utf16le_from_utf8(struct arena *mem, struct bytes text, struct bytes *out, size_t *at)
{
    return convert(mem, text, utf8_next, utf16le_put, out, at);
}

bool utf8_from_utf16le(struct arena *mem, struct bytes units, struct bytes *out, size_t *at)
{
    return convert(mem, units, utf16le_next, utf8_put, out, at);
}

/* ---- what may be shown ---------------------------------------------------------------------- */

static bool may_show(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } hidden[] = {
        {0x00, 0x1f},       /* C0, with ESC */
        {0x7f, 0x9f},       /* DEL and C1, with CSI */
        {0xad, 0xad},       /* soft hyphen */
        {0x061c, 0x061c},   /* Arabic letter mark */
        {0x200b, 0x200f},   /* without width; direction marks */
        {0x2028, 0x202e},   /* separators; embeddings and overrides */
        {0x2060, 0x206f},   /* joiners; isolates */
        {0xfeff, 0xfeff},   /* byte order mark */
        {0xfff9, 0xfffb},   /* annotations */
        {0xe0000, 0xe007f}, /* tags */
    };
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (point >= hidden[i].first && point <= hidden[i].last)
            return false;
    return true;
}

/* Would the backslash at the start of b be read as the start of an escape? */
static bool reads_as_escape(struct bytes b)
{
    return b.n >= 4 && b.p[0] == '\\' && b.p[1] == 'x' && hex_value(b.p[2]) >= 0 &&
           hex_value(b.p[3]) >= 0;
}

char *text_escape(struct arena *mem, struct bytes b)
{
    char *text = arena_take_array(mem, 4, b.n + 1), *at = text;
    while (b.n) {
        struct bytes rest = b;
        uint32_t point;
        bool plain = utf8_next(&rest, &point) && may_show(point) && !reads_as_escape(b);
        size_t n = rest.n < b.n ? b.n - rest.n : 1;
        for (size_t i = 0; i < n; i++) {
            if (plain) {
                *at++ = (char)b.p[i];
                continue;
            }
            *at++ = '\\';
            *at++ = 'x';
            at = put_hex(at, b.p[i]);
        }
        b = bytes_slice(b, n, b.n);
    }
    return text;
}
