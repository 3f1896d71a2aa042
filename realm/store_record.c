#include "realm/record_inside.h"

#include "realm/hash.h"

#include <string.h>

#define VERSION 2
#define SUM     sizeof(uint64_t) /* octets at the end of a record */

/* ---- writing ----------------------------------------------------------------------------------
 */

static void put_name(struct writer *w, const struct PrincipalName *name)
{
    record_put_number(w, (uint32_t)name->name_type);
    record_put_number(w, name->name_string.n);
    for (size_t i = 0; i < name->name_string.n; i++)
        record_put_octets(w, name->name_string.at[i]);
}

static void put_keys(struct writer *w, const struct account_key *keys, size_t n)
{
    record_put_number(w, n);
    for (size_t i = 0; i < n; i++) {
        record_put_number(w, keys[i].kvno);
        record_put_number(w, (uint32_t)keys[i].key.etype);
        record_put_octets(w, key_bytes(&keys[i].key));
        record_put_octet(w, keys[i].has_salt);
        record_put_octets(w, keys[i].salt);
        record_put_octets(w, keys[i].s2kparams);
    }
}

static void put_account(struct writer *w, const struct account *a)
{
    record_put_octet(w, VERSION);
    put_name(w, &a->name);
    record_put_number(w, a->flags);
    record_put_number(w, (uint64_t)a->max_life);
    record_put_number(w, (uint64_t)a->max_renew);
    record_put_number(w, (uint64_t)a->expires);
    record_put_number(w, (uint64_t)a->password_expires);
    record_put_octets(w, bytes_of(a->logon_hours, a->logon_hours ? LOGON_HOURS_OCTETS : 0));
    record_put_number(w, a->supported_etypes);
    record_put_octets(w, a->upn);
    put_keys(w, a->keys, a->n_keys);
    record_put_number(w, a->n_spns);
    for (size_t i = 0; i < a->n_spns; i++)
        put_name(w, &a->spns[i]);
    record_put_text(w, a->text);
    record_put_windows(w, a);
}

static void put_policy(struct writer *w, const struct realm_policy *p)
{
    record_put_octet(w, VERSION);
    record_put_number(w, (uint64_t)p->skew);
    record_put_number(w, (uint64_t)p->max_life);
    record_put_number(w, (uint64_t)p->max_renew);
    record_put_number(w, p->n_etypes);
    for (size_t i = 0; i < p->n_etypes; i++)
        record_put_number(w, (uint32_t)p->etypes[i]);
    record_put_number(w, p->attempts);
    record_put_number(w, (uint64_t)p->attempt_window);
    record_put_number(w, p->password_min);
    record_put_octet(w, p->no_postdate);
    record_put_octet(w, p->windows_names);
    record_put_octet(w, p->duplicates);
    record_put_text(w, p->preset);
    record_put_number(w, p->default_supported);
    record_put_octet(w, p->weak_sessions);
    record_put_octet(w, p->tickets_as_asked);
    record_put_number(w, p->password_history);
    record_put_domain(w, p);
}

static void put_trust(struct writer *w, const struct trust *t)
{
    record_put_octet(w, VERSION);
    record_put_octets(w, t->realm);
    record_put_octet(w, t->inbound);
    record_put_octet(w, t->transitive);
    put_keys(w, t->keys, t->n_keys);
    record_put_number(w, t->n_suffixes);
    for (size_t i = 0; i < t->n_suffixes; i++)
        record_put_octets(w, t->suffixes[i]);
    record_put_octets(w, t->next);
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
    record_put_octet(w, VERSION);
    record_put_octets(w, *name);
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

/* ---- reading ------------------------------------------------------------------------------- */

static struct PrincipalName get_name(struct record *r)
{
    struct PrincipalName name = {.name_type = (int32_t)(uint32_t)record_get_number(r, UINT32_MAX)};
    name.name_string.n = record_get_count(r, 1);
    name.name_string.at = arena_array(r->mem, struct bytes, name.name_string.n);
    for (size_t i = 0; i < name.name_string.n; i++)
        name.name_string.at[i] = record_get_octets(r);
    return name;
}

static void get_key(struct record *r, struct account_key *k)
{
    k->kvno = (uint32_t)record_get_number(r, UINT32_MAX);
    int32_t etype = (int32_t)(uint32_t)record_get_number(r, UINT32_MAX);
    struct bytes value = record_get_octets(r);
    if (!r->bad && !key_import(etype, value, &k->key))
        record_refuse(r, RECORD_KEY);
    k->key.lasting = true; /* used again and again: worth keeping its contexts */
    k->has_salt = record_get_bool(r);
    k->salt = record_get_octets(r);
    k->s2kparams = record_get_octets(r);
}

static const struct account_key *get_keys(struct record *r, size_t *n)
{
    *n = record_get_count(r, 6);
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
        record_refuse(&r, RECORD_BAD_VERSION);
    record_get_octet(&r);
    return r;
}

static bool end(struct record *r)
{
    uint64_t sum = 0;
    if (!r->bad && r->at != r->in.n)
        record_refuse(r, RECORD_LEFT_OVER);
    if (!r->bad)
        memcpy(&sum, r->in.p + r->in.n, SUM);
    if (!r->bad && sum != sum_of(r->in))
        record_refuse(r, RECORD_BAD_SUM);
    return !r->bad;
}

bool record_read_realm(struct arena *mem, struct bytes in, struct faults *sink, struct bytes *name)
{
    struct record r = begin(mem, in, sink);
    *name = record_get_octets(&r);
    return end(&r);
}

bool record_read_account(struct arena *mem, struct bytes in, struct faults *sink, struct account *a)
{
    struct record r = begin(mem, in, sink);
    *a = (struct account){.name = get_name(&r)};
    a->flags = (uint32_t)record_get_number(&r, UINT32_MAX);
    a->max_life = (int64_t)record_get_number(&r, UINT64_MAX);
    a->max_renew = (int64_t)record_get_number(&r, UINT64_MAX);
    a->expires = (int64_t)record_get_number(&r, UINT64_MAX);
    a->password_expires = (int64_t)record_get_number(&r, UINT64_MAX);
    struct bytes hours = record_get_octets(&r);
    if (hours.n && hours.n != LOGON_HOURS_OCTETS)
        record_refuse(&r, RECORD_HOURS);
    a->logon_hours = hours.n ? hours.p : NULL;
    a->supported_etypes = (uint32_t)record_get_number(&r, UINT32_MAX);
    a->upn = record_get_octets(&r);
    a->keys = get_keys(&r, &a->n_keys);
    a->n_spns = record_get_count(&r, 2);
    struct PrincipalName *spns = arena_array(mem, struct PrincipalName, a->n_spns);
    for (size_t i = 0; i < a->n_spns && !r.bad; i++)
        spns[i] = get_name(&r);
    a->spns = spns;
    a->text = record_get_text(&r);
    if (!r.bad && !a->text)
        record_refuse(&r, RECORD_TEXT);
    record_get_windows(&r, a);
    return end(&r);
}

bool record_read_policy(struct arena *mem, struct bytes in, struct faults *sink,
                        struct realm_policy *p)
{
    struct record r = begin(mem, in, sink);
    *p = (struct realm_policy){.skew = (int64_t)record_get_number(&r, UINT64_MAX)};
    p->max_life = (int64_t)record_get_number(&r, UINT64_MAX);
    p->max_renew = (int64_t)record_get_number(&r, UINT64_MAX);
    p->n_etypes = record_get_count(&r, 1);
    int32_t *etypes = arena_array(mem, int32_t, p->n_etypes);
    for (size_t i = 0; i < p->n_etypes; i++)
        etypes[i] = (int32_t)(uint32_t)record_get_number(&r, UINT32_MAX);
    p->etypes = etypes;
    p->attempts = (unsigned)record_get_number(&r, UINT32_MAX);
    p->attempt_window = (int64_t)record_get_number(&r, UINT64_MAX);
    p->password_min = (size_t)record_get_number(&r, SIZE_MAX);
    p->no_postdate = record_get_bool(&r);
    p->windows_names = record_get_bool(&r);
    p->duplicates = record_get_bool(&r);
    p->preset = record_get_text(&r);
    p->default_supported = (uint32_t)record_get_number(&r, UINT32_MAX);
    p->weak_sessions = record_get_bool(&r);
    p->tickets_as_asked = record_get_bool(&r);
    p->password_history = (size_t)record_get_number(&r, SIZE_MAX);
    record_get_domain(&r, p);
    return end(&r);
}

bool record_read_trust(struct arena *mem, struct bytes in, struct faults *sink, struct trust *t)
{
    struct record r = begin(mem, in, sink);
    *t = (struct trust){.realm = record_get_octets(&r)};
    t->inbound = record_get_bool(&r);
    t->transitive = record_get_bool(&r);
    t->keys = get_keys(&r, &t->n_keys);
    t->n_suffixes = record_get_count(&r, 1);
    struct bytes *suffixes = arena_array(mem, struct bytes, t->n_suffixes);
    for (size_t i = 0; i < t->n_suffixes; i++)
        suffixes[i] = record_get_octets(&r);
    t->suffixes = suffixes;
    t->next = record_get_octets(&r);
    return end(&r);
}
