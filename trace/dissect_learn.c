/* Keys that opened parts carry, and those of FAST, which are made of others (RFC 6113 5.4). */
#include "context/fast.h"
#include "trace/dissect_inside.h"

#include <string.h>

static struct bytes contents(const struct field *f)
{
    return bytes_slice(f->root->data, f->body, f->end - f->body);
}

/* The nearest part of that name, here or in what stands around. */
static const char *name_near(const struct field *f, const char *name)
{
    for (; f; f = f->parent ? f->parent : f->root->from) {
        const struct field *found = field_part(f, name);
        if (found && *found->value)
            return found->value;
    }
    return "";
}

static const char *key_name(struct arena *mem, const struct field *key)
{
    const struct field *in = key->parent;
    const char *client =
        name_near(in, strcmp(in->type->base, "KrbCredInfo") == 0 ? "pname" : "cname");
    if (strcmp(in->type->base, "EncAPRepPart") == 0)
        return "subkey of the service";
    if (strcmp(key->name, "subkey") == 0)
        return arena_printf(mem, "subkey %s", client);
    return arena_printf(mem, "session %s-%s", client, name_near(in, "sname"));
}

static bool key_of(const struct field *f, struct key *out)
{
    const struct field *type = field_part(f, "keytype"), *value = field_part(f, "keyvalue");
    if (!type || !value || !node_of(type)->has_number)
        return false;
    int64_t etype = node_of(type)->number;
    return etype == (int32_t)etype && key_import((int32_t)etype, contents(value), out);
}

/* ---- keys of FAST -----------------------------------------------------------------------------
 */

#define LEARN_TRIES 20000 /* ciphertexts tried over one message */

struct learner {
    struct root *root;
    struct keyring *ring;
    struct crypto *crypto;
    struct arena *mem;
    size_t tries;
};

static const struct field *inner_top(const struct field *sealed)
{
    const struct field *cipher = sealed ? field_part(sealed, "cipher") : NULL;
    return cipher && cipher->inner ? cipher->inner->top : NULL;
}

static bool is(const struct field *f, const char *production)
{
    return f->type && strcmp(f->type->base, production) == 0;
}

static bool holds_production(struct root *r, const char *production)
{
    for (struct field *f = r->top; f; f = field_next(f))
        if (is(f, production))
            return true;
    return false;
}

/* Of an AP-REQ, once ticket and authenticator are open. */
static void learn_armor(struct learner *l, const struct field *ap)
{
    const struct field *ticket = field_part(ap, "ticket");
    const struct field *part = inner_top(ticket ? field_part(ticket, "enc-part") : NULL);
    const struct field *auth = inner_top(field_part(ap, "authenticator"));
    const struct field *session = part ? field_part(part, "key") : NULL;
    const struct field *sub = auth ? field_part(auth, "subkey") : NULL;
    struct key one, two;
    struct ring_key k = {.name = NULL};
    if (!session || !sub || !key_of(sub, &one) || !key_of(session, &two) ||
        !fast_armor_key(l->crypto, &one, &two, &k.key))
        return;
    k.name =
        arena_printf(l->mem, "armor %s-%s", name_near(part, "cname"), name_near(ticket, "sname"));
    keyring_add(l->ring, k, l->mem);
}

/* Is it what this cipher is sealed with? Then it is kept. */
static bool fits(struct learner *l, const struct field *cipher, const struct key *key,
                 const char *what, const char *whose)
{
    const int32_t usages[] = {cipher->opens->usage, cipher->opens->usage_subkey};
    struct bytes sealed = contents(cipher);
    uint8_t *out = arena_take(l->mem, sealed.n);
    for (size_t i = 0, n; i < 2 && usages[i] && l->tries < LEARN_TRIES; i++) {
        l->tries++;
        if (!unseal(l->crypto, key, usages[i], sealed, out, &n))
            continue;
        struct ring_key k = {.key = *key, .name = arena_printf(l->mem, "%s, of %s", what, whose)};
        keyring_add(l->ring, k, l->mem);
        return true;
    }
    return false;
}

static bool still_sealed(const struct field *cipher)
{
    return cipher && cipher->state == FIELD_SEALED && cipher->opens;
}

static void learn_reply_key(struct learner *l, const struct field *response)
{
    const struct field *part = field_part(response, "strengthen-key");
    const struct field *sealed = field_part(field_message(response)->top, "enc-part");
    const struct field *cipher = sealed ? field_part(sealed, "cipher") : NULL;
    struct key strengthen, key;
    if (!part || !still_sealed(cipher) || !key_of(part, &strengthen))
        return;
    for (size_t i = 0, n = l->ring->n; i < n && l->tries < LEARN_TRIES; i++)
        if (fast_reply_key(l->crypto, &strengthen, &l->ring->keys[i].key, &key) &&
            fits(l, cipher, &key, "strengthened reply", l->ring->keys[i].name))
            return;
}

static bool is_armor(const struct ring_key *k)
{
    return k->name && strncmp(k->name, "armor ", 6) == 0;
}

static void learn_challenge_key(struct learner *l, const struct field *cipher)
{
    bool kdc = cipher->opens->usage == USAGE_ENC_CHALLENGE_KDC;
    struct key key;
    for (size_t a = 0, n = l->ring->n; a < n && l->tries < LEARN_TRIES; a++)
        for (size_t i = 0; i < n && is_armor(&l->ring->keys[a]); i++)
            if ((kdc ? fast_kdc_challenge_key : fast_client_challenge_key)(
                    l->crypto, &l->ring->keys[a].key, &l->ring->keys[i].key, &key) &&
                fits(l, cipher, &key, kdc ? "KDC challenge" : "client challenge",
                     l->ring->keys[i].name))
                return;
}

static void learn_fast(struct learner *l)
{
    bool request = holds_production(l->root, "KrbFastArmoredReq");
    for (struct field *f = l->root->top; f; f = field_next(f)) {
        if (request && is(f, "AP-REQ"))
            learn_armor(l, f);
        else if (is(f, "KrbFastResponse"))
            learn_reply_key(l, f);
        else if (still_sealed(f) && f->opens->key == KEY_OF_CHALLENGE)
            learn_challenge_key(l, f);
    }
}

size_t dissect_learn(struct root *r, struct keyring *ring, struct crypto *crypto, struct arena *mem)
{
    size_t before = ring->n;
    for (struct field *f = r->top; f; f = field_next(f)) {
        struct ring_key k = {.name = NULL};
        if (!f->type || strcmp(f->type->base, "EncryptionKey") != 0 || !f->parent ||
            !key_of(f, &k.key))
            continue;
        k.name = key_name(mem, f);
        keyring_add(ring, k, mem);
    }
    if (crypto)
        learn_fast(&(struct learner){r, ring, crypto, mem, 0});
    return ring->n - before;
}
