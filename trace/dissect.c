#include "trace/dissect_inside.h"

#include "wire/kerberos.h"
#include "wire/kpasswd.h"
#include "wire/negotiate.h"
#include "wire/ntlm.h"

#include <string.h>

struct root *root_new(struct dissector *d, struct bytes data, struct field *from, const char *what)
{
    struct root *r = arena_new_of(d->mem, struct root);
    r->data = data;
    r->from = from;
    r->what = what;
    return r;
}

struct node *node_new(struct dissector *d, struct root *root, struct field *parent,
                      const char *name, size_t at, size_t end)
{
    struct node *n = arena_new_of(d->mem, struct node);
    struct field *f = &n->field, *last = NULL;
    f->parent = parent;
    f->root = root;
    f->name = name;
    f->path = f->value = "";
    f->at = f->body = at;
    f->end = end;
    f->depth = parent ? parent->depth + 1 : root->from ? root->from->depth + 1 : 0;
    if (parent) {
        last = parent->last;
        parent->last = f;
        if (!last)
            parent->first = f;
    } else {
        for (last = root->top; last && last->next;)
            last = last->next;
        if (!last)
            root->top = f;
    }
    if (last)
        last->next = f;
    return n;
}

void node_place(struct dissector *d, struct node *n)
{
    struct field *f = &n->field;
    if (f->parent)
        f->path =
            arena_printf(d->mem, n->place.element ? "%s%s" : "%s.%s", f->parent->path, f->name);
    else if (f->root->from)
        f->path = arena_printf(d->mem, "%s/%s", f->root->from->path, f->name);
    else
        f->path = f->name;
    f->words = word_for(&n->place);
}

void node_header(struct dissector *d, struct field *of, const char *name, size_t at, size_t end)
{
    struct field *f = &node_new(d, of->root, of, name, at, end)->field;
    f->header = true;
    f->path = of->path;
    f->body = end;
}

struct node *node_stray(struct dissector *d, struct root *root, struct field *parent,
                        const char *name, size_t at, size_t end)
{
    struct node *n = node_new(d, root, parent, name, at, end);
    n->place = (struct place){.up = parent ? &node_of(parent)->place : NULL, .member = name};
    node_place(d, n);
    n->field.words = word_exact(arena_printf(d->mem, "?%s", name));
    n->field.state = FIELD_OPAQUE;
    n->field.value = octets_text(d->mem, bytes_slice(root->data, at, end - at));
    return n;
}

/* ---- what the strict reader says ------------------------------------------------------------ */

static void pass_over(struct asn_visitor *v, const struct asn_span *s)
{
    (void)v;
    (void)s;
}

void root_fault(struct root *r, const struct fault *fault)
{
    size_t at = fault->at;
    if (at >= r->data.n && r->data.n)
        at = r->data.n - 1;
    struct field *f = field_at(r, at);
    for (f = f ? f : r->top; f && !f->fault; f = f->header ? f->parent : NULL)
        f->fault = fault;
}

/* A fault that peers in use make is shown, but what they sent is not called broken for it. */
static void check(struct dissector *d, struct root *r, const struct asn_type *type,
                  struct bytes data)
{
    struct asn_visitor nobody = {pass_over, pass_over};
    struct faults faults = {.mem = d->mem};
    if (asn_walk(type, data, ASN_STRICT, d->mem, &faults, &nobody) || faults.n == 0)
        return;
    root_fault(r, &faults.list[0]);
    if (asn_walk(type, data, ASN_DEPLOYED, d->mem, NULL, &nobody))
        return;
    struct field *f = field_at(r, faults.list[0].at < data.n ? faults.list[0].at : data.n - 1);
    for (f = f ? f : r->top; f; f = f->header ? f->parent : NULL)
        if (f->state == FIELD_PLAIN || f->state == FIELD_OPAQUE)
            f->state = FIELD_BROKEN;
}

/* ---- roots ---------------------------------------------------------------------------------- */

/* des3 and older pad the plaintext with zeros that are no part of the element (RFC 3961 5.3). */
static bool is_padding(const struct root *r, struct bytes rest)
{
    for (size_t i = 0; i < rest.n; i++)
        if (rest.p[i])
            return false;
    return r->etype != 0 && rest.n < 16;
}

void dissect_root(struct dissector *d, struct root *r, const struct asn_type *type,
                  const struct place *up)
{
    size_t next = dissect_element(d, r, NULL, type, NULL, 0, up, 0, r->data.n);
    size_t end = r->top->end;
    bool padded = false;
    if (end < r->data.n) {
        struct bytes rest = bytes_slice(r->data, end, r->data.n - end);
        padded = next == end && is_padding(r, rest);
        node_stray(d, r, NULL, padded ? "padding" : "surplus", end, r->data.n);
    }
    check(d, r, type, padded ? bytes_slice(r->data, 0, end) : r->data);
}

struct root *dissect_inner(struct dissector *d, struct bytes data, const struct asn_type *type,
                           struct field *from, const char *container)
{
    struct root *r = root_new(d, data, from, type->name);
    const struct place *up = &node_of(from)->place;
    if (container) {
        struct place *around = arena_new_of(d->mem, struct place);
        *around = (struct place){.up = up, .name = container};
        up = around;
    }
    from->inner = r;
    dissect_root(d, r, type, up);
    return r;
}

const struct asn_type *message_type(struct bytes data)
{
    static const struct asn_type *const types[] = {
        &ASN_AS_REQ,   &ASN_AS_REP,   &ASN_TGS_REQ,  &ASN_TGS_REP,   &ASN_AP_REQ, &ASN_AP_REP,
        &ASN_KRB_SAFE, &ASN_KRB_PRIV, &ASN_KRB_CRED, &ASN_KRB_ERROR, &ASN_Ticket,
    };
    for (size_t i = 0; data.n && i < sizeof types / sizeof *types; i++)
        if (data.p[0] == (0x60 | types[i]->app))
            return types[i];
    return NULL;
}

/* Octets of which nothing is known. */
static struct root *read_unknown(struct dissector *d, struct bytes data)
{
    struct root *r = root_new(d, data, NULL, "unknown message");
    node_stray(d, r, NULL, "message", 0, data.n);
    return r;
}

static struct root *read_token(struct dissector *d, struct bytes data)
{
    struct root *r = root_new(d, data, NULL, "GSS token");
    dissect_flat(d, r, FLAT_GSS_TOKEN, NULL);
    return r;
}

struct root *dissect(struct bytes data, enum transport via, const struct keyring *ring,
                     struct crypto *crypto, struct arena *mem)
{
    struct dissector d = {.mem = mem, .ring = ring, .crypto = crypto};
    if (via == VIA_HTTP)
        return dissect_http(&d, data);
    if (via == VIA_DNS)
        return dissect_dns(&d, data);
    if (via == VIA_RPC)
        return dissect_rpc(&d, data);
    const struct asn_type *type = message_type(data);
    if (!type)
        type = neg_token_type(data);
    if (!type && data.n && data.p[0] == 0x60)
        return read_token(&d, data);
    if (ntlm_message_type(data))
        return dissect_ntlm(&d, data, NULL);
    if (kpasswd_is(data))
        return dissect_kpasswd(&d, data);
    if (!type)
        return read_unknown(&d, data);
    struct root *r = root_new(&d, data, NULL, type->name);
    dissect_root(&d, r, type, NULL);
    return r;
}

struct root *dissect_as(struct bytes data, const struct asn_type *type, const struct keyring *ring,
                        struct crypto *crypto, struct arena *mem)
{
    struct dissector d = {.mem = mem, .ring = ring, .crypto = crypto};
    struct root *r = root_new(&d, data, NULL, type->name);
    dissect_root(&d, r, type, NULL);
    return r;
}
