/* DIGEST_VALIDATION_REQ and DIGEST_VALIDATION_RESP (MS-APDS 2.2.5): what a server asks a controller
 * about HTTP Digest. Little-endian, a fixed part and texts behind it. */
#include "base/text.h"
#include "wire/netlogon_inside.h"

#include <string.h>

enum { REQUEST_HEADER = 40, RESPONSE_HEADER = 80, REQUEST_TYPE = 0x1a, RESPONSE_TYPE = 0x0a };
enum {
    DIGEST_HTTP = 3,
    QOP_NONE = 1,
    QOP_AUTH = 2,
    ALGORITHM_NONE = 1,
    ALGORITHM_MD5 = 2,
    ALGORITHM_MD5_SESS = 3,
    CHARSET_UTF8 = 2,
    NAME_UNKNOWN = 1
};

static bool refuse(struct faults *sink, enum netlogon_row row, const char *path, size_t at)
{
    return fault_raise(sink, (struct fault){&netlogon_rows[row], path, at, NULL, NULL});
}

/* ---- the question -----------------------------------------------------------------------------
 */

/* In the order of the payload; behind them three texts in UTF-16LE. */
#define TEXTS 12
static const struct {
    const char *name;
    size_t at;
} texts[TEXTS] = {
#define TEXT(name, field)                                                                          \
    {                                                                                              \
        name, offsetof(struct digest_validation_request, field)                                    \
    }
    TEXT("Username", username), TEXT("Realm", realm),   TEXT("Nonce", nonce),
    TEXT("CNonce", cnonce),     TEXT("NonceCount", nc), TEXT("Algorithm", algorithm),
    TEXT("QOP", qop),           TEXT("Method", method), TEXT("URI", uri),
    TEXT("Response", response), {"Hentity", SIZE_MAX},  {"Authzid", SIZE_MAX},
#undef TEXT
};
static const struct {
    const char *name;
    size_t at;
} wide[] = {
    {"AccountName", offsetof(struct digest_validation_request, account)},
    {"Domain", offsetof(struct digest_validation_request, domain)},
    {"ServerName", offsetof(struct digest_validation_request, server)},
};

static struct bytes *field(const struct digest_validation_request *m, size_t at)
{
    return (struct bytes *)((uintptr_t)m + at);
}

static bool read_texts(struct bytes in, size_t *at, struct faults *sink,
                       struct digest_validation_request *out)
{
    for (size_t i = 0; i < TEXTS; i++) {
        const uint8_t *end = *at < in.n ? memchr(in.p + *at, 0, in.n - *at) : NULL;
        if (!end)
            return refuse(sink, NETLOGON_ROW_DIGEST_TEXT, texts[i].name, *at);
        if (texts[i].at != SIZE_MAX)
            *field(out, texts[i].at) = bytes_of(in.p + *at, (size_t)(end - in.p) - *at);
        *at = (size_t)(end - in.p) + 1;
    }
    return true;
}

static bool read_wide(struct bytes in, size_t at, struct arena *mem, struct faults *sink,
                      struct digest_validation_request *out)
{
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        size_t n = 0, wrong;
        while (at + n + 1 < in.n && le16(in.p + at + n) != 0)
            n += 2;
        if (at + n + 1 >= in.n ||
            !utf8_from_utf16le(mem, bytes_of(in.p + at, n), field(out, wide[i].at), &wrong))
            return refuse(sink, NETLOGON_ROW_DIGEST_TEXT, wide[i].name, at);
        at += n + 2;
    }
    return true;
}

bool digest_validation_request_read(struct bytes in, struct arena *mem, struct faults *sink,
                                    struct digest_validation_request *out)
{
    size_t at = REQUEST_HEADER;
    *out = (struct digest_validation_request){0};
    if (in.n < REQUEST_HEADER)
        return refuse(sink, NETLOGON_ROW_DIGEST_CUT, "DIGEST_VALIDATION_REQ", in.n);
    if (le32(in.p) != REQUEST_TYPE || le16(in.p + 4) != 1)
        return refuse(sink, NETLOGON_ROW_DIGEST_TYPE, "MessageType", 0);
    if (le16(in.p + 6) != in.n || le16(in.p + 16) != in.n - REQUEST_HEADER)
        return refuse(sink, NETLOGON_ROW_DIGEST_SIZE, "MsgSize", 6);
    return read_texts(in, &at, sink, out) && read_wide(in, at, mem, sink, out);
}

static uint16_t algorithm_number(struct bytes name)
{
    if (name.n == 0)
        return ALGORITHM_NONE;
    return bytes_equal_nocase(name, BYTES_LIT("MD5-sess")) ? ALGORITHM_MD5_SESS : ALGORITHM_MD5;
}

static size_t put(uint8_t *p, size_t at, struct bytes b)
{
    if (b.n)
        memcpy(p + at, b.p, b.n);
    return at + b.n;
}

struct bytes digest_validation_request_write(struct arena *mem,
                                             const struct digest_validation_request *m)
{
    struct bytes units[sizeof wide / sizeof *wide];
    size_t n = REQUEST_HEADER + TEXTS + sizeof units / sizeof *units * 2, at, wrong;
    for (size_t i = 0; i < TEXTS; i++)
        n += texts[i].at != SIZE_MAX ? field(m, texts[i].at)->n : 0;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        if (!utf16le_from_utf8(mem, *field(m, wide[i].at), &units[i], &wrong))
            return (struct bytes){0};
        n += units[i].n;
    }
    if (n > UINT16_MAX)
        return (struct bytes){0};
    uint8_t *p = arena_take(mem, n);
    const uint16_t header[] = {DIGEST_HTTP,
                               m->qop.n ? QOP_AUTH : QOP_NONE,
                               algorithm_number(m->algorithm),
                               CHARSET_UTF8,
                               (uint16_t)(n - REQUEST_HEADER),
                               NAME_UNKNOWN,
                               0,
                               (uint16_t)(units[0].n + 2),
                               (uint16_t)(units[1].n + 2),
                               (uint16_t)(units[2].n + 2)};
    put_le32(p, REQUEST_TYPE);
    put_le16(p + 4, 1);
    put_le16(p + 6, (uint16_t)n);
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        put_le16(p + 8 + 2 * i, header[i]);
    at = REQUEST_HEADER;
    for (size_t i = 0; i < TEXTS; i++)
        at = put(p, at, texts[i].at != SIZE_MAX ? *field(m, texts[i].at) : (struct bytes){0}) + 1;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        at = put(p, at, units[i]) + 2;
    return bytes_of(p, n);
}

/* ---- the answer -------------------------------------------------------------------------------
 */

enum { SESSION_KEY_AT = 32, SESSION_KEY_MAX = 32 };

bool digest_validation_response_read(struct bytes in, struct arena *mem, struct faults *sink,
                                     struct digest_validation_response *out)
{
    size_t wrong;
    *out = (struct digest_validation_response){0};
    if (in.n < RESPONSE_HEADER)
        return refuse(sink, NETLOGON_ROW_DIGEST_CUT, "DIGEST_VALIDATION_RESP", in.n);
    if (le32(in.p) != RESPONSE_TYPE || le16(in.p + 4) != 1)
        return refuse(sink, NETLOGON_ROW_DIGEST_TYPE, "MessageType", 0);
    size_t key = le16(in.p + 12), data = le32(in.p + 16), name = le16(in.p + 20);
    if (key < 1 || key > SESSION_KEY_MAX + 1 || le32(in.p + 24) != in.n ||
        data > in.n - RESPONSE_HEADER || name != in.n - RESPONSE_HEADER - data)
        return refuse(sink, NETLOGON_ROW_DIGEST_SIZE, "MessageSize", 24);
    out->status = (int32_t)le32(in.p + 8);
    out->session_key = bytes_slice(in, SESSION_KEY_AT, key - 1);
    out->auth_data = bytes_slice(in, RESPONSE_HEADER, data);
    struct bytes units = bytes_slice(in, RESPONSE_HEADER + data, name);
    if (units.n >= 2 && le16(units.p + units.n - 2) == 0)
        units.n -= 2;
    return utf8_from_utf16le(mem, units, &out->account, &wrong) ||
           refuse(sink, NETLOGON_ROW_DIGEST_TEXT, "AccountName", RESPONSE_HEADER + data + wrong);
}

struct bytes digest_validation_response_write(struct arena *mem,
                                              const struct digest_validation_response *m)
{
    struct bytes units;
    size_t wrong, key = m->session_key.n == SESSION_KEY_MAX ? SESSION_KEY_MAX : 0; /* MD5's fits */
    if (!utf16le_from_utf8(mem, m->account, &units, &wrong) || units.n > UINT16_MAX)
        return (struct bytes){0};
    size_t n = RESPONSE_HEADER + m->auth_data.n + units.n;
    uint8_t *p = arena_take(mem, n);
    put_le32(p, RESPONSE_TYPE);
    put_le16(p + 4, 1);
    put_le32(p + 8, (uint32_t)m->status);
    put_le16(p + 12, (uint16_t)(key + 1));
    put_le32(p + 16, (uint32_t)m->auth_data.n);
    put_le16(p + 20, (uint16_t)units.n);
    put_le32(p + 24, (uint32_t)n);
    put(p, SESSION_KEY_AT, bytes_slice(m->session_key, 0, key));
    put(p, put(p, RESPONSE_HEADER, m->auth_data), units);
    return bytes_of(p, n);
}
