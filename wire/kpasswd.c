#include "wire/kpasswd.h"
#include "wire/flat_reader.h"
#include "wire/names.h"

#include <string.h>

enum { CUT, LENGTH, AP_LENGTH };
static const struct fault_row faults[] = {
    [CUT] = {"kpasswd.cut", "it ends within one of its numbers", "RFC 3244 2", NULL},
    [LENGTH] = {"kpasswd.length", "it has another length than it says", "RFC 3244 2", NULL},
    [AP_LENGTH] = {"kpasswd.ap-length", "the AP message's length says more than there is",
                   "RFC 3244 2", NULL},
};

const struct fault_row *kpasswd_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof *faults;
    return faults;
}

#define HEADER 6

/* ---- messages -------------------------------------------------------------------------------- */

static bool take_message(struct flat_reader *r, struct kpasswd_message *out)
{
    static const struct flat_row length = {"message-length", FLAT_BE_LENGTH, 2, false,
                                           FLAT_NO_NAMES};
    static const struct flat_row version = {"protocol-version", FLAT_BE_INT, 2, false,
                                            NAMES_KPASSWD_VERSION};
    static const struct flat_row ap_length = {"AP-length", FLAT_BE_LENGTH, 2, false, FLAT_NO_NAMES};
    int64_t n, v, ap;
    r->cut = &faults[CUT];
    if (!flat_int(r, &length, &n))
        return false;
    if ((size_t)n != r->in.n)
        return flat_refuse_number(r, &faults[LENGTH], length.name, 0, "%lld", (int64_t)r->in.n,
                                  "%lld", n);
    if (!flat_int(r, &version, &v) || !flat_int(r, &ap_length, &ap))
        return false;
    if ((uint64_t)ap > flat_left(r))
        return flat_refuse_number(r, &faults[AP_LENGTH], ap_length.name, r->at - 2, "at most %lld",
                                  (int64_t)flat_left(r), "%lld", ap);
    out->version = (uint16_t)v;
    flat_octets(r, "AP", FLAT_DER, (size_t)ap, &out->ap);
    return flat_octets(r, "rest", FLAT_DER, flat_left(r), &out->rest);
}

bool kpasswd_read(struct bytes in, struct faults *sink, struct kpasswd_message *out)
{
    struct flat_reader r = flat_start(in, NULL, sink, false);
    *out = (struct kpasswd_message){0};
    return take_message(&r, out);
}

bool kpasswd_walk(struct bytes in, struct arena *mem, struct faults *sink, struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, sink, true);
    struct kpasswd_message out = {0};
    bool ok = take_message(&r, &out);
    flat_tell(&r, v);
    return ok;
}

static void put(uint8_t **p, struct bytes b)
{
    if (b.n)
        memcpy(*p, b.p, b.n);
    *p += b.n;
}

struct bytes kpasswd_write(struct arena *mem, const struct kpasswd_message *m)
{
    size_t n = HEADER + m->ap.n + m->rest.n;
    if (n > UINT16_MAX)
        return (struct bytes){0};
    uint8_t *start = arena_take(mem, n), *p = start + HEADER;
    put_be16(start, (uint16_t)n);
    put_be16(start + 2, m->version);
    put_be16(start + 4, (uint16_t)m->ap.n);
    put(&p, m->ap);
    put(&p, m->rest);
    return bytes_of(start, n);
}

bool kpasswd_is(struct bytes b)
{
    return b.n >= HEADER && be16(b.p) == b.n &&
           (be16(b.p + 2) == KPASSWD_CHANGE || be16(b.p + 2) == KPASSWD_SET);
}

bool kpasswd_is_reply(struct bytes b)
{
    return be16(b.p + 4) == 0 || (b.n > HEADER && b.p[HEADER] == 0x6f);
}

/* ---- results --------------------------------------------------------------------------------- */

static bool take_result(struct flat_reader *r, struct kpasswd_result *out)
{
    static const struct flat_row code = {"result-code", FLAT_BE_INT, 2, false, NAMES_KPASSWD};
    int64_t n;
    r->cut = &faults[CUT];
    if (!flat_int(r, &code, &n))
        return false;
    out->code = (uint16_t)n;
    return flat_octets(r, "result-string", FLAT_TEXT, flat_left(r), &out->text);
}

bool kpasswd_result_read(struct bytes in, struct faults *sink, struct kpasswd_result *out)
{
    struct flat_reader r = flat_start(in, NULL, sink, false);
    *out = (struct kpasswd_result){0};
    return take_result(&r, out);
}

bool kpasswd_result_walk(struct bytes in, struct arena *mem, struct faults *sink,
                         struct flat_visitor *v)
{
    struct flat_reader r = flat_start(in, mem, sink, true);
    struct kpasswd_result out = {0};
    bool ok = take_result(&r, &out);
    flat_tell(&r, v);
    return ok;
}

struct bytes kpasswd_result_write(struct arena *mem, const struct kpasswd_result *result)
{
    uint8_t *start = arena_take(mem, 2 + result->text.n), *p = start + 2;
    put_be16(start, result->code);
    put(&p, result->text);
    return bytes_of(start, 2 + result->text.n);
}
