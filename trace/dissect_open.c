/* What octets hold, and what keys open. */
#include "trace/dissect_inside.h"
#include "context/seal.h"

#include <string.h>

static struct bytes contents(const struct field *f)
{
    return bytes_slice(f->root->data, f->body, f->end - f->body);
}

/* ---- octets that hold another value --------------------------------------------------------- */

static bool sibling_number(void *arg, const char *member, int64_t *number)
{
    const struct field *f = field_part(arg, member);
    if (!f || !node_of(f)->has_number)
        return false;
    *number = node_of(f)->number;
    return true;
}

static void pass_over(struct asn_visitor *v, const struct asn_span *s)
{
    (void)v;
    (void)s;
}

static bool reads_as(struct dissector *d, struct bytes data, const struct asn_type *type)
{
    struct asn_visitor nobody = {pass_over, pass_over};
    return asn_walk(type, data, ASN_DEPLOYED, d->mem, NULL, &nobody);
}

static bool may_hold(const struct place *at)
{
    size_t n;
    const struct holds_row *rows = holds_table(&n);
    for (size_t i = 0; i < n; i++)
        if (place_fits(rows[i].path, at))
            return true;
    return false;
}

static void follow(struct dissector *d, struct node *parent, struct node *n)
{
    struct field *f = &n->field;
    if (f->end == f->body || d->depth >= DISSECT_DEPTH)
        return;
    const struct holds_row *row = holds_find(&n->place, sibling_number, &parent->field);
    while (row && !row->by && row->type && !reads_as(d, contents(f), row->type))
        row = holds_next(&n->place, row);
    if (!row) {
        /* A checksum is not opaque: it is meant to be nothing but octets. */
        if (may_hold(&n->place) && strcmp(f->name, "checksum") != 0)
            f->state = FIELD_OPAQUE;
        return;
    }
    if (!row->type && row->flat == FLAT_NONE)
        return;
    f->state = FIELD_HOLDS;
    f->value = arena_printf(d->mem, "%zu octets, %s", f->end - f->body,
                            row->type ? row->type->name : row->container);
    if (row->type) {
        dissect_inner(d, contents(f), row->type, f, row->container);
        return;
    }
    if (row->flat == FLAT_TOKEN) {
        const struct root *inner = dissect_token(d, contents(f), f);
        f->state = inner ? FIELD_HOLDS : FIELD_OPAQUE;
        f->value = inner ? arena_printf(d->mem, "%zu octets, %s", f->end - f->body, inner->what)
                         : octets_text(d->mem, contents(f));
        return;
    }
    f->inner = root_new(d, contents(f), f, row->container);
    dissect_flat(d, f->inner, row->flat, row->container);
}

/* ---- sealed --------------------------------------------------------------------------------- */

/* "K/www" and "session alice-krbtgt" name who has them: a key that names the service, or the client
 * of this message, is tried before one that does not. */
static bool is_likely(const struct ring_key *k, const char *principal)
{
    size_t n = strcspn(principal, "/");
    const char *host = principal[n] ? principal + n + 1 : principal;
    size_t h = strcspn(host, ".");
    for (const char *s = k->name ? k->name : ""; n && *s; s++)
        if (strncmp(s, principal, n) == 0 || (h && strncmp(s, host, h) == 0))
            return true;
    return false;
}

static void opened(struct dissector *d, struct field *cipher, const struct ring_key *k,
                   int32_t usage, struct bytes plain)
{
    cipher->state = FIELD_OPENED;
    cipher->opened_by = k;
    cipher->opened_usage = usage;
    struct root *r = root_new(d, plain, cipher, cipher->opens->type->name);
    const struct etype_row *row = k ? etype_find(k->key.etype) : NULL;
    r->confounder = row ? row->confounder_size : 0;
    r->etype = row ? row->etype : 0;
    cipher->inner = r;
    dissect_root(d, r, cipher->opens->type, &node_of(cipher)->place);
}

static bool try_key(struct dissector *d, struct field *cipher, const struct ring_key *k,
                    uint8_t *out)
{
    struct bytes sealed = contents(cipher);
    const int32_t usages[] = {cipher->opens->usage, cipher->opens->usage_subkey};
    for (size_t i = 0; i < 2 && usages[i] && d->tries < DISSECT_TRIES; i++) {
        size_t n = 0;
        if (i && usages[i] == usages[0])
            break;
        d->tries += sealed.n + 64;
        if (unseal(d->crypto, &k->key, usages[i], sealed, out, &n)) {
            opened(d, cipher, k, usages[i], without_padding(k->key.etype, bytes_of(out, n)));
            return true;
        }
    }
    return false;
}

static bool try_ring(struct dissector *d, struct field *cipher, int32_t etype,
                     const char *principal)
{
    if (!d->crypto || !d->ring || d->tries >= DISSECT_TRIES)
        return false;
    uint8_t *out = NULL;
    for (int likely = 1; likely >= 0; likely--)
        for (size_t i = 0; i < d->ring->n; i++) {
            const struct ring_key *k = &d->ring->keys[i];
            if (k->key.etype != etype || is_likely(k, principal) != likely)
                continue;
            if (!out)
                out = arena_take(d->mem, cipher->end - cipher->body);
            if (try_key(d, cipher, k, out))
                return true;
        }
    return false;
}

/* Whose name to look for among the keys: the service beside a ticket, the client otherwise. */
static const char *principal_beside(const struct field *f)
{
    const struct field *name = field_part(f->parent, "sname");
    if (!name)
        name = field_part(f->parent, "cname");
    return name ? name->value : "";
}

static void seal_found(struct dissector *d, struct node *n)
{
    struct field *f = &n->field, *cipher = field_part(f, "cipher");
    const struct field *etype = field_part(f, "etype");
    f->opens = opens_find(&n->place);
    if (!f->opens || !cipher || !etype || !node_of(etype)->has_number)
        return;
    int64_t number = node_of(etype)->number;
    cipher->opens = f->opens;
    cipher->state = FIELD_SEALED;
    if (number == 0 && d->depth < DISSECT_DEPTH)
        opened(d, cipher, NULL, 0, contents(cipher));
    else if (number == (int32_t)number && d->depth < DISSECT_DEPTH)
        try_ring(d, cipher, (int32_t)number, principal_beside(f));
    const char *how = cipher->state == FIELD_SEALED ? "sealed"
                      : !cipher->opened_by          ? "not encrypted"
                                                    : "opened with";
    const char *key = cipher->opened_by ? cipher->opened_by->name : NULL;
    cipher->value = arena_printf(d->mem, "%zu octets, %s%s%s", cipher->end - cipher->body, how,
                                 key ? " " : "", key ? key : "");
}

void node_open(struct dissector *d, struct node *n)
{
    struct field *f = &n->field;
    if (f->type->kind != ASN_SEQUENCE)
        return;
    if (strcmp(f->type->base, "EncryptedData") == 0)
        seal_found(d, n);
    else if (strcmp(f->type->base, "Checksum") == 0)
        f->covers = covers_find(&n->place);
    for (struct field *c = f->first; c; c = c->next)
        if (!c->header && c->type && c->type->kind == ASN_OCTETS && c->state == FIELD_PLAIN)
            follow(d, node_of(f), node_of(c));
}
