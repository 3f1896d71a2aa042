/* Keytab files. One pass over the lengths counts the entries, a second takes them. */
#include "wire/keytab.h"
#include "wire/flat_reader.h"
#include "wire/names.h"

#include <stdio.h>
#include <string.h>

#define DOCUMENT "MIT keytab format"

enum { VERSION, CUT, FIELD_CUT, LENGTH, ENTRY_LONG, HOLE_LONG, COMPONENTS };
static const struct fault_row faults[] = {
    [VERSION] = {"keytab.version", "this is not a keytab of the format in use", DOCUMENT, "05 02"},
    [CUT] = {"keytab.cut", "the file ends within the length of an entry", DOCUMENT, NULL},
    [FIELD_CUT] = {"keytab.field-cut", "a field reaches past the end of its entry", DOCUMENT, NULL},
    [LENGTH] = {"keytab.length", "a length says more than its entry has left", DOCUMENT, NULL},
    [ENTRY_LONG] = {"keytab.entry-long", "an entry is longer than the file", DOCUMENT, NULL},
    [HOLE_LONG] = {"keytab.hole-long", "a hole is longer than the file", DOCUMENT, NULL},
    [COMPONENTS] = {"keytab.components", "more name components than the entry has room for",
                    DOCUMENT, NULL},
};

const struct fault_row *keytab_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof faults[0];
    return faults;
}

static const struct flat_row version = {"version", FLAT_BE_INT, 2, false, FLAT_NO_NAMES};
static const struct flat_row entry_length = {"length", FLAT_BE_LENGTH, 4, true, FLAT_NO_NAMES};
static const struct flat_row n_components = {"num_components", FLAT_BE_LENGTH, 2, false,
                                             FLAT_NO_NAMES};
static const struct flat_row length = {"length", FLAT_BE_LENGTH, 2, false, FLAT_NO_NAMES};
static const struct flat_row name_type = {"name_type", FLAT_BE_INT, 4, true, NAMES_NAME_TYPE};
static const struct flat_row timestamp = {"timestamp", FLAT_TIME, 4, false, FLAT_NO_NAMES};
static const struct flat_row vno8 = {"vno8", FLAT_BE_INT, 1, false, FLAT_NO_NAMES};
static const struct flat_row keytype = {"keytype", FLAT_BE_INT, 2, true, NAMES_ETYPE};
static const struct flat_row vno = {"vno", FLAT_BE_INT, 4, false, FLAT_NO_NAMES};

/* ---- reading --------------------------------------------------------------------------------- */

static bool take_components(struct flat_reader *r, struct keytab_entry *e)
{
    int64_t n;
    size_t at = r->at;
    if (!flat_int(r, &n_components, &n))
        return false;
    /* Each has a length of two octets, and so has the realm: no more memory than the file. */
    if ((uint64_t)n > flat_left(r) / length.octets)
        return flat_refuse_number(r, &faults[COMPONENTS], n_components.name, at, "at most %lld",
                                  (int64_t)(flat_left(r) / length.octets), "%lld", n);
    if (!flat_counted(r, &length, "realm", FLAT_ALONE, FLAT_TEXT, &e->realm))
        return false;
    struct bytes *list = arena_array(r->mem, struct bytes, (size_t)n);
    for (size_t i = 0; i < (size_t)n; i++)
        if (!flat_counted(r, &length, "components", i, FLAT_TEXT, &list[i]))
            return false;
    e->components = list;
    e->n_components = (size_t)n;
    return true;
}

/* The 32-bit kvno is there when four octets are left. Entries written into a larger hole end in
 * zeros, so 0 means that it is not there. */
static bool take_kvno(struct flat_reader *r, struct keytab_entry *e, uint8_t kvno8)
{
    int64_t kvno = 0;
    e->kvno = kvno8;
    if (flat_left(r) >= 4 && be32(r->in.p + r->at) != 0) {
        if (!flat_int(r, &vno, &kvno))
            return false;
        e->has_kvno32 = true;
        e->kvno = (uint32_t)kvno;
        e->kvno8_apart = (uint8_t)(kvno8 ^ (e->kvno & 0xff));
    }
    return flat_octets(r, "rest", FLAT_OCTETS, flat_left(r), &e->rest);
}

static bool take_fields(struct flat_reader *r, struct keytab_entry *e)
{
    int64_t type, time, kvno8, etype;
    if (!take_components(r, e) || !flat_int(r, &name_type, &type) ||
        !flat_int(r, &timestamp, &time) || !flat_int(r, &vno8, &kvno8) ||
        !flat_int(r, &keytype, &etype) ||
        !flat_counted(r, &length, "key", FLAT_ALONE, FLAT_OCTETS, &e->key))
        return false;
    e->name_type = (int32_t)type;
    e->timestamp = time;
    e->etype = (int32_t)etype;
    return take_kvno(r, e, (uint8_t)kvno8);
}

static bool take_hole(struct flat_reader *r, size_t index)
{
    int64_t n;
    size_t at = r->at;
    flat_enter(r, "hole", index);
    if (!flat_int(r, &entry_length, &n))
        return false;
    if ((uint64_t)-n > flat_left(r))
        return flat_refuse_number(r, &faults[HOLE_LONG], entry_length.name, at, "at least -%lld",
                                  (int64_t)flat_left(r), "%lld", n);
    if (!flat_octets(r, "unused", FLAT_OCTETS, (size_t)-n, NULL))
        return false;
    flat_leave(r);
    return true;
}

static bool take_entry(struct flat_reader *r, size_t index, struct keytab_entry *e)
{
    int64_t n;
    e->at = r->at;
    flat_enter(r, "entry", index);
    if (!flat_int(r, &entry_length, &n))
        return false;
    if ((uint64_t)n > flat_left(r))
        return flat_refuse_number(r, &faults[ENTRY_LONG], entry_length.name, e->at, "at most %lld",
                                  (int64_t)flat_left(r), "%lld", n);
    r->end = r->at + (size_t)n;
    r->cut = &faults[FIELD_CUT];
    if (!take_fields(r, e))
        return false;
    r->end = r->in.n;
    r->cut = &faults[CUT];
    flat_leave(r);
    return true;
}

/* Room for the entries, by their lengths alone, and for one that turns out to be cut short. */
static size_t count_entries(struct bytes file)
{
    size_t n = 1, at = 2;
    while (file.n - at >= 4) {
        int64_t size = (int32_t)be32(file.p + at);
        uint64_t octets = (uint64_t)(size < 0 ? -size : size);
        at += 4;
        if (size == 0 || octets > file.n - at)
            break;
        n += size > 0;
        at += (size_t)octets;
    }
    return n;
}

static bool refuse_version(struct flat_reader *r)
{
    char found[16] = "less than two";
    if (r->in.n >= 2)
        snprintf(found, sizeof found, "%02x %02x", r->in.p[0], r->in.p[1]);
    return flat_refuse(r, &faults[VERSION], version.name, 0, NULL, found);
}

static bool take_file(struct flat_reader *r, struct keytab *out)
{
    int64_t v;
    size_t holes = 0, n_holes = 0;
    if (r->in.n < 2 || be16(r->in.p) != 0x0502)
        return refuse_version(r);
    r->cut = &faults[CUT];
    r->long_ = &faults[LENGTH];
    flat_int(r, &version, &v);
    out->entries = arena_array(r->mem, struct keytab_entry, count_entries(r->in));
    holes = r->at;
    while (flat_left(r)) {
        int32_t size = flat_left(r) < 4 ? 1 : (int32_t)be32(r->in.p + r->at);
        if (size == 0)
            break;
        if (size < 0) {
            if (!take_hole(r, n_holes++))
                return false;
            continue;
        }
        struct keytab_entry *e = &out->entries[out->n];
        e->holes = bytes_slice(r->in, holes, r->at - holes);
        if (!take_entry(r, out->n, e))
            return false;
        out->n++;
        holes = r->at;
    }
    out->tail = bytes_slice(r->in, holes, r->in.n - holes);
    return flat_octets(r, "tail", FLAT_OCTETS, flat_left(r), NULL);
}

bool keytab_read(struct bytes file, struct arena *mem, struct faults *sink, struct keytab *out)
{
    struct flat_reader r = flat_start(file, mem, sink, false);
    *out = (struct keytab){0};
    return take_file(&r, out);
}

bool keytab_walk(struct bytes file, struct arena *mem, struct faults *sink, struct flat_visitor *v)
{
    struct flat_reader r = flat_start(file, mem, sink, true);
    struct keytab out = {0};
    bool ok = take_file(&r, &out);
    flat_tell(&r, v);
    return ok;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* Octets of an entry's fields, without its length; 0: one does not fit its length's 16 bits. */
static size_t entry_size(const struct keytab_entry *e)
{
    size_t n = 2 + 2 + e->realm.n + 4 + 4 + 1 + 2 + 2 + e->key.n + (e->has_kvno32 ? 4 : 0);
    if (e->realm.n > UINT16_MAX || e->key.n > UINT16_MAX || e->n_components > UINT16_MAX)
        return 0;
    for (size_t i = 0; i < e->n_components; i++) {
        if (e->components[i].n > UINT16_MAX)
            return 0;
        n += 2 + e->components[i].n;
    }
    n += e->rest.n;
    return n > INT32_MAX ? 0 : n;
}

static uint8_t *put(uint8_t *p, struct bytes b)
{
    if (b.n)
        memcpy(p, b.p, b.n);
    return p + b.n;
}

static uint8_t *put16(uint8_t *p, size_t v)
{
    put_be16(p, (uint16_t)v);
    return p + 2;
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
    put_be32(p, v);
    return p + 4;
}

static uint8_t *put_counted(uint8_t *p, struct bytes b)
{
    return put(put16(p, b.n), b);
}

static uint8_t *put_entry(uint8_t *p, const struct keytab_entry *e)
{
    p = put(p, e->holes);
    p = put32(p, (uint32_t)entry_size(e));
    p = put16(p, e->n_components);
    p = put_counted(p, e->realm);
    for (size_t i = 0; i < e->n_components; i++)
        p = put_counted(p, e->components[i]);
    p = put32(p, (uint32_t)e->name_type);
    p = put32(p, (uint32_t)e->timestamp);
    *p++ = (uint8_t)(e->kvno ^ e->kvno8_apart);
    p = put16(p, (uint16_t)e->etype);
    p = put_counted(p, e->key);
    if (e->has_kvno32)
        p = put32(p, e->kvno);
    return put(p, e->rest);
}

struct bytes keytab_write(const struct keytab *k, struct arena *mem)
{
    size_t n = 2 + k->tail.n;
    for (size_t i = 0; i < k->n; i++) {
        size_t size = entry_size(&k->entries[i]);
        if (size == 0)
            return (struct bytes){0};
        n += k->entries[i].holes.n + 4 + size;
    }
    uint8_t *start = arena_take(mem, n), *p = put16(start, 0x0502);
    for (size_t i = 0; i < k->n; i++)
        p = put_entry(p, &k->entries[i]);
    put(p, k->tail);
    return bytes_of(start, n);
}
