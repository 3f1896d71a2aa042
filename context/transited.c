#include "context/transited.h"

#include "base/text.h"

#include <string.h>

/* ---- the hierarchy of names --------------------------------------------------------------------
 * "CS.CMU.EDU" lies below "CMU.EDU", "/COM/HP/APOLLO" below "/COM/HP" (RFC 4120 6.1). */

static bool is_x500(struct bytes realm)
{
    return realm.n && realm.p[0] == '/';
}

/* The realm above; empty at the top. */
static struct bytes above(struct bytes realm)
{
    if (is_x500(realm)) {
        size_t n = realm.n;
        while (n && realm.p[n - 1] != '/')
            n--;
        return bytes_slice(realm, 0, n ? n - 1 : 0);
    }
    for (size_t i = 0; i < realm.n; i++)
        if (realm.p[i] == '.')
            return bytes_slice(realm, i + 1, realm.n);
    return (struct bytes){0};
}

static bool is_below(struct bytes realm, struct bytes top)
{
    for (struct bytes r = above(realm); r.n; r = above(r))
        if (bytes_equal(r, top))
            return true;
    return false;
}

static bool has(const struct realms *list, struct bytes realm)
{
    for (size_t i = 0; i < list->n; i++)
        if (bytes_equal(list->at[i], realm))
            return true;
    return false;
}

/* The lists have room for TRANSITED_REALMS. */
static bool add(struct realms *list, struct bytes realm)
{
    if (has(list, realm))
        return true;
    if (list->n == TRANSITED_REALMS)
        return false;
    list->at[list->n++] = realm;
    return true;
}

/* The realms strictly between a and b: up from a to where both come from, down to b. */
static bool add_between(struct realms *list, struct bytes a, struct bytes b)
{
    struct bytes top = a;
    while (top.n && !bytes_equal(top, b) && !is_below(b, top))
        top = above(top);
    if (!top.n || is_x500(a) != is_x500(b))
        return false;
    for (struct bytes r = a; !bytes_equal(r, top); r = above(r))
        if (!bytes_equal(r, a) && !add(list, r))
            return false;
    if (!bytes_equal(top, a) && !bytes_equal(top, b) && !add(list, top))
        return false;
    for (struct bytes r = b; !bytes_equal(r, top); r = above(r))
        if (!bytes_equal(r, b) && !add(list, r))
            return false;
    return true;
}

static struct realms new_list(struct arena *mem)
{
    return (struct realms){arena_array(mem, struct bytes, TRANSITED_REALMS), 0};
}

bool realm_between(struct arena *mem, struct bytes realm, struct bytes a, struct bytes b)
{
    struct realms between = new_list(mem);
    return add_between(&between, a, b) && has(&between, realm);
}

/* ---- reading -----------------------------------------------------------------------------------
 */

/* One subfield: its characters without the backslashes, and what its ends said. */
struct subfield {
    struct bytes name;
    bool appended;  /* begins with '/': to the name before */
    bool prepended; /* ends with '.': to the name before */
};

/* Reads up to the next comma, into octets of which there are as many as in `in`; *at is behind the
 * comma, or one past the end. A space at the beginning says that a '/' behind it starts a name. */
static bool read_subfield(struct bytes in, uint8_t *octets, size_t *at, struct subfield *out)
{
    size_t i = *at, n = 0;
    uint8_t *name = octets + i;
    *out = (struct subfield){.appended = i < in.n && in.p[i] == '/'};
    if (i < in.n && in.p[i] == ' ')
        i++;
    for (; i < in.n && in.p[i] != ','; i++) {
        out->prepended = in.p[i] == '.';
        if (in.p[i] == '\\' && ++i == in.n)
            return false;
        name[n++] = in.p[i];
    }
    out->name = bytes_of(name, n);
    *at = i + 1;
    return true;
}

static struct bytes join(struct arena *mem, struct bytes a, struct bytes b)
{
    uint8_t *both = arena_take(mem, a.n + b.n + 1);
    if (a.n)
        memcpy(both, a.p, a.n);
    if (b.n)
        memcpy(both + a.n, b.p, b.n);
    return bytes_of(both, a.n + b.n);
}

/* The whole name of a subfield that is not null; `before`: the last whole name, empty at first. */
static bool whole(struct arena *mem, const struct subfield *s, struct bytes before,
                  struct bytes *out)
{
    if (s->appended)
        *out = join(mem, before, s->name);
    else if (s->prepended && !before.n)
        return false;
    else
        *out = s->prepended ? join(mem, s->name, before) : s->name;
    return out->n <= TRANSITED_OCTETS;
}

bool transited_expand(struct arena *mem, struct bytes contents, struct bytes crealm,
                      struct bytes srealm, struct realms *out)
{
    *out = new_list(mem);
    if (contents.n > TRANSITED_OCTETS)
        return false;
    uint8_t *octets = arena_take(mem, contents.n + 1);
    struct bytes before = {0}, neighbour = crealm;
    bool gap = false;
    for (size_t at = 0; contents.n && at <= contents.n;) {
        struct subfield s;
        struct bytes realm;
        if (!read_subfield(contents, octets, &at, &s))
            return false;
        if (!s.name.n) {
            gap = true;
            continue;
        }
        if (!whole(mem, &s, before, &realm) || (gap && !add_between(out, neighbour, realm)) ||
            !add(out, realm))
            return false;
        gap = false;
        before = neighbour = realm;
    }
    return !gap || add_between(out, neighbour, srealm);
}

/* ---- writing -----------------------------------------------------------------------------------
 */

struct pen {
    uint8_t *at; /* NULL: only counted */
    size_t n;
};

static void put(struct pen *pen, uint8_t c)
{
    if (pen->at)
        pen->at[pen->n] = c;
    pen->n++;
}

/* Commas and backslashes anywhere, spaces at the beginning of a name and dots at its end would be
 * taken for signs. starts, ends: whether the octets are the beginning and the end of a subfield. */
static void put_name(struct pen *pen, struct bytes name, bool starts, bool ends)
{
    size_t spaces = 0, dots = name.n;
    while (starts && spaces < name.n && name.p[spaces] == ' ')
        spaces++;
    while (ends && dots && name.p[dots - 1] == '.')
        dots--;
    for (size_t i = 0; i < name.n; i++) {
        uint8_t c = name.p[i];
        if (c == ',' || c == '\\' || i < spaces || i >= dots)
            put(pen, '\\');
        put(pen, c);
    }
}

/* As a part of the name before where it lies directly or further below it. */
static void put_realm(struct pen *pen, struct bytes realm, struct bytes before)
{
    size_t n = realm.n, b = before.n;
    if (b && n > b + 1 && !is_x500(before) && !is_x500(realm) && realm.p[n - b - 1] == '.' &&
        bytes_equal(bytes_slice(realm, n - b, n), before)) {
        put_name(pen, bytes_slice(realm, 0, n - b - 1), true, false);
        put(pen, '.');
        return;
    }
    if (b && n > b + 1 && is_x500(before) && realm.p[b] == '/' &&
        bytes_equal(bytes_slice(realm, 0, b), before)) {
        put_name(pen, bytes_slice(realm, b, n), true, true);
        return;
    }
    if (b && is_x500(realm))
        put(pen, ' ');
    put_name(pen, realm, true, true);
}

static size_t put_list(uint8_t *out, const struct realms *list)
{
    struct pen pen = {out, 0};
    for (size_t i = 0; i < list->n; i++) {
        if (i)
            put(&pen, ',');
        put_realm(&pen, list->at[i], i ? list->at[i - 1] : (struct bytes){0});
    }
    return pen.n;
}

/* list with realm at place, in into. */
static void insert(const struct realms *list, struct bytes realm, size_t place, struct realms *into)
{
    into->n = 0;
    for (size_t i = 0; i <= list->n; i++) {
        if (i == place)
            into->at[into->n++] = realm;
        if (i < list->n)
            into->at[into->n++] = list->at[i];
    }
}

bool transited_add(struct arena *mem, const struct realms *list, struct bytes realm,
                   struct bytes *out)
{
    struct realms longer = new_list(mem);
    bool known = has(list, realm);
    if (!realm.n || (!known && list->n == TRANSITED_REALMS))
        return false;
    size_t best = 0, shortest = SIZE_MAX;
    for (size_t place = list->n + 1; !known && place-- > 0;) {
        insert(list, realm, place, &longer);
        size_t n = put_list(NULL, &longer);
        if (n < shortest) {
            shortest = n;
            best = place;
        }
    }
    if (!known)
        insert(list, realm, best, &longer);
    const struct realms *all = known ? list : &longer;
    size_t n = put_list(NULL, all);
    uint8_t *octets = arena_take(mem, n + 1);
    *out = bytes_of(octets, put_list(octets, all));
    return n <= TRANSITED_OCTETS;
}

char *realms_text(struct arena *mem, const struct realms *list)
{
    char *text = arena_printf(mem, "%s", list->n ? "" : "none");
    for (size_t i = 0; i < list->n; i++)
        text = arena_printf(mem, "%s%s%s", text, *text ? " " : "", text_escape(mem, list->at[i]));
    return text;
}
