#include "realm/store_record.h"

#include "realm/hash.h"

#include <string.h>

#define VERSION 1
#define SUM     sizeof(uint64_t) /* octets at the end of a record */

/* ---- writing ----------------------------------------------------------------------------------
 */

/* Each record is written twice: first into nothing, for its length. */
struct writer {
    uint8_t *out; /* NULL: only counted */
    size_t n;
};

static void put_octet(struct writer *w, uint8_t v)
{
    if (w->out)
        w->out[w->n] = v;
    w->n++;
}

static void put_number(struct writer *w, uint64_t v)
{
    for (; v >= 0x80; v >>= 7)
        put_octet(w, (uint8_t)(v | 0x80));
    put_octet(w, (uint8_t)v);
}

static void put_octets(struct writer *w, struct bytes b)
{
    put_number(w, b.n);
    if (w->out && b.n)
        memcpy(w->out + w->n, b.p, b.n);
    w->n += b.n;
}

/* With its NUL, so that it can be used where it lies. NULL is no octets at all. */
static void put_text(struct writer *w, const char *text)
{
    put_octets(w, bytes_of(text, text ? strlen(text) + 1 : 0));
}

static void put_name(struct writer *w, const struct PrincipalName *name)
{
    put_number(w, (uint32_t)name->name_type);
    put_number(w, name->name_string.n);
    for (size_t i = 0; i < name->name_string.n; i++)
        put_octets(w, name->name_string.at[i]);
}

static void put_keys(struct writer *w, const struct account_key *keys, size_t n)
{
    put_number(w, n);
    for (size_t i = 0; i < n; i++) {
        put_number(w, keys[i].kvno);
        put_number(w, (uint32_t)keys[i].key.etype);
        put_octets(w, key_bytes(&keys[i].key));
        put_octet(w, keys[i].has_salt);
        put_octets(w, keys[i].salt);
        put_octets(w, keys[i].s2kparams);
    }
}

static void put_account(struct writer *w, const struct account *a)
{
    put_octet(w, VERSION);
    put_name(w, &a->name);
    put_number(w, a->flags);
    put_number(w, (uint64_t)a->max_life);
    put_number(w, (uint64_t)a->max_renew);
    put_number(w, (uint64_t)a->expires);
    put_number(w, (uint64_t)a->password_expires);
    put_octets(w, bytes_of(a->logon_hours, a->logon_hours ? LOGON_HOURS_OCTETS : 0));
    put_number(w, a->supported_etypes);
    put_octets(w, a->upn);
    put_keys(w, a->keys, a->n_keys);
    put_number(w, a->n_spns);
    for (size_t i = 0; i < a->n_spns; i++)
        put_name(w, &a->spns[i]);
    put_text(w, a->text);
}

static void put_policy(struct writer *w, const struct realm_policy *p)
{
    put_octet(w, VERSION);
    put_number(w, (uint64_t)p->skew);
    put_number(w, (uint64_t)p->max_life);
    put_number(w, (uint64_t)p->max_renew);
    put_number(w, p->n_etypes);
    for (size_t i = 0; i < p->n_etypes; i++)
        put_number(w, (uint32_t)p->etypes[i]);
    put_number(w, p->attempts);
    put_number(w, (uint64_t)p->attempt_window);
    put_number(w, p->password_min);
    put_octet(w, p->no_postdate);
    put_octet(w, p->windows_names);
    put_octet(w, p->duplicates);
    put_text(w, p->preset);
    put_number(w, p->default_supported);
    put_octet(w, p->weak_sessions);
    put_octet(w, p->tickets_as_asked);
    put_number(w, p->password_history);
}

static void put_trust(struct writer *w, const struct trust *t)
{
    put_octet(w, VERSION);
    put_octets(w, t->realm);
    put_octet(w, t->inbound);
    put_octet(w, t->transitive);
    put_keys(w, t->keys, t->n_keys);
    put_number(w, t->n_suffixes);
    for (size_t i = 0; i < t->n_suffixes; i++)
        put_octets(w, t->suffixes[i]);
    put_octets(w, t->next);
}

/* A disk that gives back other bits than it was given is noticed by it, an attacker is not. */
static uint64_t sum_of(struct bytes fields)
{
    return hash_octets(VERSION, fields);
}

static struct bytes summed(const struct writer *w)
{
    uint64_t sum = sum_of(bytes_of(w->out, w->n));
    memcpy(w->out + w->n, &sum, SUM);
    return bytes_of(w->out, w->n + SUM);
}

#define WRITE_TWICE(put, value)                                                                    \
    struct writer w = {0};                                                                         \
    put(&w, value);                                                                                \
    w = (struct writer){.out = arena_take(mem, w.n + SUM)};                                        \
    put(&w, value);                                                                                \
    return summed(&w)

static void put_realm(struct writer *w, const struct bytes *name)
{
    put_octet(w, VERSION);
    put_octets(w, *name);
}

struct bytes record_realm(struct arena *mem, struct bytes name)
{
    WRITE_TWICE(put_realm, &name);
}

struct bytes record_account(struct arena *mem, const struct account *a)
{
    WRITE_TWICE(put_account, a);
}

struct bytes record_policy(struct arena *mem, const struct realm_policy *p)
{
    WRITE_TWICE(put_policy, p);
}

struct bytes record_trust(struct arena *mem, const struct trust *t)
{
    WRITE_TWICE(put_trust, t);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

enum {
    BAD_VERSION,
    CUT,
    NUMBER_LONG,
    NUMBER_BIG,
    COUNT,
    NO_YES,
    KEY,
    HOURS,
    TEXT,
    LEFT_OVER,
    BAD_SUM
};
#define DOCUMENT "docs/store.md"
static const struct fault_row faults[] = {
    [BAD_VERSION] = {"store.version", "this record is of a version that is not known", DOCUMENT,
                     "1"},
    [CUT] = {"store.cut", "the record ends within a field", DOCUMENT, NULL},
    [NUMBER_LONG] = {"store.number-long", "a number is longer than it has to be, or than 64 bits",
                     DOCUMENT, NULL},
    [NUMBER_BIG] = {"store.number-big", "a number is larger than its field", DOCUMENT, NULL},
    [COUNT] = {"store.count", "more are announced than the record has room for", DOCUMENT, NULL},
    [NO_YES] = {"store.yes-no", "neither yes nor no", DOCUMENT, "0 or 1"},
    [KEY] = {"store.key", "a key does not have the length of its encryption type", DOCUMENT, NULL},
    [HOURS] = {"store.hours", "logon hours are 21 octets, or none", DOCUMENT, "21"},
    [TEXT] = {"store.text", "a text has no NUL at its end, or one before", DOCUMENT, NULL},
    [LEFT_OVER] = {"store.left-over", "something stands behind the record", DOCUMENT, NULL},
    [BAD_SUM] = {"store.sum", "the record has changed since it was written", DOCUMENT, NULL},
};

const struct fault_row *record_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof *faults;
    return faults;
}

/* After a fault everything reads as nothing, so that only the end has to look. */
struct record {
    struct bytes in;
    size_t at;
    struct arena *mem;
    struct faults *faults;
    bool bad;
};

static void refuse(struct record *r, int why)
{
    if (!r->bad)
        fault_raise(r->faults, (struct fault){&faults[why], "", r->at, NULL, NULL});
    r->bad = true;
}

static uint8_t get_octet(struct record *r)
{
    if (r->bad || r->at >= r->in.n) {
        refuse(r, CUT);
        return 0;
    }
    return r->in.p[r->at++];
}

static uint64_t get_number(struct record *r, uint64_t most)
{
    uint64_t v = 0;
    for (unsigned shift = 0;; shift += 7) {
        uint8_t octet = get_octet(r);
        if ((shift == 63 && octet > 1) || (shift && !octet))
            refuse(r, NUMBER_LONG);
        if (r->bad)
            return 0;
        v |= (uint64_t)(octet & 0x7f) << shift;
        if (octet < 0x80)
            break;
    }
    if (v > most)
        refuse(r, NUMBER_BIG);
    return r->bad ? 0 : v;
}

static struct bytes get_octets(struct record *r)
{
    uint64_t n = get_number(r, UINT64_MAX);
    if (r->bad || n > r->in.n - r->at) {
        refuse(r, CUT);
        return (struct bytes){0};
    }
    struct bytes b = bytes_of(r->in.p + r->at, (size_t)n);
    r->at += b.n;
    return b;
}

/* How many follow, of which each takes `least` octets or more. */
static size_t get_count(struct record *r, size_t least)
{
    uint64_t n = get_number(r, UINT64_MAX);
    if (r->bad || n <= (r->in.n - r->at) / least)
        return r->bad ? 0 : (size_t)n;
    refuse(r, COUNT);
    return 0;
}

static bool get_bool(struct record *r)
{
    uint8_t v = get_octet(r);
    if (v > 1)
        refuse(r, NO_YES);
    return v == 1;
}

static const char *get_text(struct record *r)
{
    struct bytes b = get_octets(r);
    if (!b.n)
        return NULL;
    if (memchr(b.p, '\0', b.n) == b.p + b.n - 1)
        return (const char *)b.p;
    refuse(r, TEXT);
    return NULL;
}

static struct PrincipalName get_name(struct record *r)
{
    struct PrincipalName name = {.name_type = (int32_t)(uint32_t)get_number(r, UINT32_MAX)};
    name.name_string.n = get_count(r, 1);
    name.name_string.at = arena_array(r->mem, struct bytes, name.name_string.n);
    for (size_t i = 0; i < name.name_string.n; i++)
        name.name_string.at[i] = get_octets(r);
    return name;
}

static void get_key(struct record *r, struct account_key *k)
{
    k->kvno = (uint32_t)get_number(r, UINT32_MAX);
    int32_t etype = (int32_t)(uint32_t)get_number(r, UINT32_MAX);
    struct bytes value = get_octets(r);
    if (!r->bad && !key_import(etype, value, &k->key))
        refuse(r, KEY);
    k->key.lasting = true; /* used again and again: worth keeping its contexts */
    k->has_salt = get_bool(r);
    k->salt = get_octets(r);
    k->s2kparams = get_octets(r);
}

static const struct account_key *get_keys(struct record *r, size_t *n)
{
    *n = get_count(r, 6);
    struct account_key *keys = arena_array(r->mem, struct account_key, *n);
    for (size_t i = 0; i < *n && !r->bad; i++)
        get_key(r, &keys[i]);
    return keys;
}

/* The sum is looked at last: what else is wrong says more. */
static struct record begin(struct arena *mem, struct bytes in, struct faults *sink)
{
    size_t fields = in.n > SUM ? in.n - SUM : 0;
    struct record r = {.in = bytes_slice(in, 0, fields), .mem = mem, .faults = sink};
    if (fields && in.p[0] != VERSION)
        refuse(&r, BAD_VERSION);
    get_octet(&r);
    return r;
}

static bool end(struct record *r)
{
    uint64_t sum = 0;
    if (!r->bad && r->at != r->in.n)
        refuse(r, LEFT_OVER);
    if (!r->bad)
        memcpy(&sum, r->in.p + r->in.n, SUM);
    if (!r->bad && sum != sum_of(r->in))
        refuse(r, BAD_SUM);
    return !r->bad;
}

bool record_read_realm(struct arena *mem, struct bytes in, struct faults *sink, struct bytes *name)
{
    struct record r = begin(mem, in, sink);
    *name = get_octets(&r);
    return end(&r);
}

bool record_read_account(struct arena *mem, struct bytes in, struct faults *sink, struct account *a)
{
    struct record r = begin(mem, in, sink);
    *a = (struct account){.name = get_name(&r)};
    a->flags = (uint32_t)get_number(&r, UINT32_MAX);
    a->max_life = (int64_t)get_number(&r, UINT64_MAX);
    a->max_renew = (int64_t)get_number(&r, UINT64_MAX);
    a->expires = (int64_t)get_number(&r, UINT64_MAX);
    a->password_expires = (int64_t)get_number(&r, UINT64_MAX);
    struct bytes hours = get_octets(&r);
    if (hours.n && hours.n != LOGON_HOURS_OCTETS)
        refuse(&r, HOURS);
    a->logon_hours = hours.n ? hours.p : NULL;
    a->supported_etypes = (uint32_t)get_number(&r, UINT32_MAX);
    a->upn = get_octets(&r);
    a->keys = get_keys(&r, &a->n_keys);
    a->n_spns = get_count(&r, 2);
    struct PrincipalName *spns = arena_array(mem, struct PrincipalName, a->n_spns);
    for (size_t i = 0; i < a->n_spns && !r.bad; i++)
        spns[i] = get_name(&r);
    a->spns = spns;
    a->text = get_text(&r);
    if (!r.bad && !a->text)
        refuse(&r, TEXT);
    return end(&r);
}

bool record_read_policy(struct arena *mem, struct bytes in, struct faults *sink,
                        struct realm_policy *p)
{
    struct record r = begin(mem, in, sink);
    *p = (struct realm_policy){.skew = (int64_t)get_number(&r, UINT64_MAX)};
    p->max_life = (int64_t)get_number(&r, UINT64_MAX);
    p->max_renew = (int64_t)get_number(&r, UINT64_MAX);
    p->n_etypes = get_count(&r, 1);
    int32_t *etypes = arena_array(mem, int32_t, p->n_etypes);
    for (size_t i = 0; i < p->n_etypes; i++)
        etypes[i] = (int32_t)(uint32_t)get_number(&r, UINT32_MAX);
    p->etypes = etypes;
    p->attempts = (unsigned)get_number(&r, UINT32_MAX);
    p->attempt_window = (int64_t)get_number(&r, UINT64_MAX);
    p->password_min = (size_t)get_number(&r, SIZE_MAX);
    p->no_postdate = get_bool(&r);
    p->windows_names = get_bool(&r);
    p->duplicates = get_bool(&r);
    p->preset = get_text(&r);
    p->default_supported = (uint32_t)get_number(&r, UINT32_MAX);
    p->weak_sessions = get_bool(&r);
    p->tickets_as_asked = get_bool(&r);
    p->password_history = (size_t)get_number(&r, SIZE_MAX);
    return end(&r);
}

bool record_read_trust(struct arena *mem, struct bytes in, struct faults *sink, struct trust *t)
{
    struct record r = begin(mem, in, sink);
    *t = (struct trust){.realm = get_octets(&r)};
    t->inbound = get_bool(&r);
    t->transitive = get_bool(&r);
    t->keys = get_keys(&r, &t->n_keys);
    t->n_suffixes = get_count(&r, 1);
    struct bytes *suffixes = arena_array(mem, struct bytes, t->n_suffixes);
    for (size_t i = 0; i < t->n_suffixes; i++)
        suffixes[i] = get_octets(&r);
    t->suffixes = suffixes;
    t->next = get_octets(&r);
    return end(&r);
}
