#include "wire/vector_files.h"
#include "base/text.h"
#include "wire/ccache.h"
#include "wire/flat.h"
#include "wire/keytab.h"

#include <string.h>

static enum vector_result failed(const char **why, const char *text)
{
    *why = text;
    return VECTOR_FAILED;
}

static enum vector_result refused(const char **why, struct arena *mem, const struct faults *f)
{
    return failed(why, f->n ? fault_text(mem, &f->list[0]) : "refused without a reason");
}

/* ---- the map --------------------------------------------------------------------------------- */

struct tiles {
    struct flat_visitor v;
    size_t at;
    bool gap;
};

static void enter(struct flat_visitor *v, const struct flat_span *s)
{
    struct tiles *t = (struct tiles *)v;
    t->gap |= s->at != t->at || s->kind == FLAT_UNREAD;
    if (!s->constructed)
        t->at = s->end;
}

static void leave(struct flat_visitor *v, const struct flat_span *s)
{
    struct tiles *t = (struct tiles *)v;
    t->gap |= s->end != t->at;
}

static bool tiles(bool (*walk)(struct bytes, struct arena *, struct faults *,
                               struct flat_visitor *),
                  struct bytes file, struct arena *mem)
{
    struct tiles t = {.v = {enter, leave}};
    return walk(file, mem, NULL, &t.v) && !t.gap && t.at == file.n;
}

/* Both kinds alike: what was written, and whether the map is whole. */
static enum vector_result written(struct bytes again, struct bytes file, bool tiled,
                                  struct arena *mem, const char **why)
{
    if (!bytes_equal(again, file))
        return failed(why, arena_printf(mem, "written again: %s", hex_text(mem, again)));
    if (!tiled)
        return failed(why, "the map of its octets has gaps");
    *why = NULL;
    return VECTOR_PASSED;
}

/* ---- keytab ---------------------------------------------------------------------------------- */

/* "service/host", without regard to slashes within a component. */
static char *name_of(struct arena *mem, const struct bytes *components, size_t n)
{
    char *text = arena_str(mem, (struct bytes){0});
    for (size_t i = 0; i < n; i++)
        text = arena_printf(mem, "%s%s%s", text, i ? "/" : "", arena_str(mem, components[i]));
    return text;
}

/* Whether some entry of that type has that key. */
static bool has_key(const struct keytab *k, int64_t etype, struct bytes key)
{
    for (size_t i = 0; i < k->n; i++)
        if (k->entries[i].etype == etype && bytes_equal(k->entries[i].key, key))
            return true;
    return false;
}

/* key_etype_18=...: the number at the end of the name. */
static bool etype_of(struct bytes name, int64_t *etype)
{
    struct bytes prefix = BYTES_LIT("key_etype_");
    if (!bytes_starts(name, prefix))
        return false;
    *etype = 0;
    for (size_t i = prefix.n; i < name.n; i++)
        *etype = *etype * 10 + (name.p[i] - '0');
    return true;
}

static const char *keytab_differs(const struct vector_case *c, const struct keytab *k,
                                  struct arena *mem)
{
    struct bytes realm, principal;
    int64_t entries = vector_number(c, "entries", (int64_t)k->n), etype;
    bool has_realm = vector_octets(c, "realm", &realm);
    bool has_principal = vector_octets(c, "principal", &principal);
    if (entries != (int64_t)k->n)
        return arena_printf(mem, "%zu entries", k->n);
    for (size_t i = 0; i < k->n; i++) {
        const struct keytab_entry *e = &k->entries[i];
        const char *name = name_of(mem, e->components, e->n_components);
        if (has_realm && !bytes_equal(realm, e->realm))
            return arena_printf(mem, "entry %zu: another realm", i);
        if (has_principal && !bytes_equal_str(principal, name))
            return arena_printf(mem, "entry %zu: principal %s", i, name);
    }
    for (size_t i = 0; i < c->n; i++)
        if (etype_of(c->fields[i].name, &etype) && !has_key(k, etype, c->fields[i].value))
            return arena_printf(mem, "no such key of type %lld", (long long)etype);
    return NULL;
}

enum vector_result vector_keytab(const struct vector_case *c, struct arena *mem, const char **why)
{
    struct faults faults = {.mem = mem};
    struct bytes file;
    struct keytab k;
    const char *differs;
    if (!vector_octets(c, "file", &file))
        return failed(why, "the case has no field file");
    if (!keytab_read(file, mem, &faults, &k))
        return refused(why, mem, &faults);
    if ((differs = keytab_differs(c, &k, mem)))
        return failed(why, differs);
    return written(keytab_write(&k, mem), file, tiles(keytab_walk, file, mem), mem, why);
}

/* ---- ccache ---------------------------------------------------------------------------------- */

/* header=, principal=, cred1=, cred2=... in this order make up the file. */
static const char *ccache_differs(const struct vector_case *c, struct bytes file,
                                  const struct ccache *cc, struct arena *mem)
{
    struct bytes part;
    size_t at = 0, creds = 0;
    if (vector_octets(c, "header", &part)) {
        if (!bytes_equal(part, bytes_slice(file, 0, part.n)))
            return "another header";
        at = part.n;
    }
    if (vector_octets(c, "principal", &part)) {
        if (!bytes_equal(part, bytes_slice(file, at, part.n)))
            return "another default principal";
        at += part.n;
    }
    while (vector_octets(c, arena_printf(mem, "cred%zu", creds + 1), &part)) {
        if (creds == cc->n)
            return arena_printf(mem, "%zu credentials", cc->n);
        size_t end = creds + 1 < cc->n ? cc->creds[creds + 1].at : file.n;
        size_t start = cc->creds[creds].at;
        if (!bytes_equal(part, bytes_slice(file, start, end - start)))
            return arena_printf(mem, "credential %zu: other octets", creds + 1);
        creds++;
    }
    return creds && creds != cc->n ? arena_printf(mem, "%zu credentials", cc->n) : NULL;
}

enum vector_result vector_ccache(const struct vector_case *c, struct arena *mem, const char **why)
{
    struct faults faults = {.mem = mem};
    struct bytes file;
    struct ccache cc;
    const char *differs;
    if (!vector_octets(c, "file", &file))
        return failed(why, "the case has no field file");
    if (!ccache_read(file, mem, &faults, &cc))
        return refused(why, mem, &faults);
    if ((differs = ccache_differs(c, file, &cc, mem)))
        return failed(why, differs);
    return written(ccache_write(&cc, mem), file, tiles(ccache_walk, file, mem), mem, why);
}

enum vector_result vector_file_op(const struct vector_case *c, struct arena *mem, const char **why)
{
    struct bytes file;
    if (vector_octets(c, "file", &file) && file.n >= 2 && be16(file.p) == 0x0502)
        return vector_keytab(c, mem, why);
    return vector_ccache(c, mem, why);
}
