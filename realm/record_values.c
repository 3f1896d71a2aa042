/* Numbers, octets and texts of the store's records, and why one is refused. */
#include "realm/record_inside.h"

#include <string.h>

#define DOCUMENT "docs/store.md"
static const struct fault_row faults[] = {
    [RECORD_BAD_VERSION] = {"store.version", "this record is of a version that is not known",
                            DOCUMENT, "2"},
    [RECORD_CUT] = {"store.cut", "the record ends within a field", DOCUMENT, NULL},
    [RECORD_NUMBER_LONG] = {"store.number-long",
                            "a number is longer than it has to be, or than 64 bits", DOCUMENT,
                            NULL},
    [RECORD_NUMBER_BIG] = {"store.number-big", "a number is larger than its field", DOCUMENT, NULL},
    [RECORD_COUNT] = {"store.count", "more are announced than the record has room for", DOCUMENT,
                      NULL},
    [RECORD_NO_YES] = {"store.yes-no", "neither yes nor no", DOCUMENT, "0 or 1"},
    [RECORD_KEY] = {"store.key", "a key does not have the length of its encryption type", DOCUMENT,
                    NULL},
    [RECORD_HOURS] = {"store.hours", "logon hours are 21 octets, or none", DOCUMENT, "21"},
    [RECORD_HASH] = {"store.hash", "a hash of a password is 16 octets, or none", DOCUMENT, "16"},
    [RECORD_SID] = {"store.sid", "the domain's SID is no SID", DOCUMENT, NULL},
    [RECORD_TEXT] = {"store.text", "a text has no NUL at its end, or one before", DOCUMENT, NULL},
    [RECORD_LEFT_OVER] = {"store.left-over", "something stands behind the record", DOCUMENT, NULL},
    [RECORD_BAD_SUM] = {"store.sum", "the record has changed since it was written", DOCUMENT, NULL},
};

const struct fault_row *record_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof *faults;
    return faults;
}

/* ---- writing --------------------------------------------------------------------------------- */

void record_put_octet(struct writer *w, uint8_t v)
{
    if (w->out)
        w->out[w->n] = v;
    w->n++;
}

void record_put_number(struct writer *w, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        record_put_octet(w, (uint8_t)(v | 0x80));
    record_put_octet(w, (uint8_t)v);
}

void record_put_octets(struct writer *w, struct bytes b)
{
    record_put_number(w, b.n);
    if (w->out && b.n)
        memcpy(w->out + w->n, b.p, b.n);
    w->n += b.n;
}

/* With its NUL, so that it can be used where it lies. NULL is no octets at all. */
void record_put_text(struct writer *w, const char *text)
{
    record_put_octets(w, bytes_of(text, text ? strlen(text) + 1 : 0));
}

/* ---- reading --------------------------------------------------------------------------------- */

void record_refuse(struct record *r, enum record_fault why)
{
    if (!r->bad)
        fault_raise(r->faults, (struct fault){&faults[why], "", r->at, NULL, NULL});
    r->bad = true;
}

uint8_t record_get_octet(struct record *r)
{
    if (r->bad || r->at >= r->in.n) {
        record_refuse(r, RECORD_CUT);
        return 0;
    }
    return r->in.p[r->at++];
}

uint64_t record_get_number(struct record *r, uint64_t most)
{
    uint64_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t octet = record_get_octet(r);
        if ((shift == 63 && octet > 1) || (shift && !octet))
            record_refuse(r, RECORD_NUMBER_LONG);
        if (r->bad)
            return 0;
        v |= (uint64_t)(octet & 0x7f) << shift;
        if (octet < 0x80)
            break;
    }
    if (v > most)
        record_refuse(r, RECORD_NUMBER_BIG);
    return r->bad ? 0 : v;
}

struct bytes record_get_octets(struct record *r)
{
    uint64_t n = record_get_number(r, UINT64_MAX);
    if (r->bad || n > r->in.n - r->at) {
        record_refuse(r, RECORD_CUT);
        return (struct bytes){0};
    }
    struct bytes b = bytes_of(r->in.p + r->at, (size_t)n);
    r->at += b.n;
    return b;
}

/* How many follow, of which each takes `least` octets or more. */
size_t record_get_count(struct record *r, size_t least)
{
    uint64_t n = record_get_number(r, UINT64_MAX);
    if (r->bad || n <= (r->in.n - r->at) / least)
        return r->bad ? 0 : (size_t)n;
    record_refuse(r, RECORD_COUNT);
    return 0;
}

bool record_get_bool(struct record *r)
{
    uint8_t v = record_get_octet(r);
    if (v > 1)
        record_refuse(r, RECORD_NO_YES);
    return v == 1;
}

const char *record_get_text(struct record *r)
{
    struct bytes b = record_get_octets(r);
    if (!b.n)
        return NULL;
    if (memchr(b.p, '\0', b.n) == b.p + b.n - 1)
        return (const char *)b.p;
    record_refuse(r, RECORD_TEXT);
    return NULL;
}
