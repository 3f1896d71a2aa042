/* NTLM's messages: what their fields hold, and the session key that one of them carries. */
#include "base/text.h"
#include "crypto/ntlm.h"
#include "trace/dissect_inside.h"
#include "wire/ntlm.h"

#include <string.h>

#define RESPONSE 24 /* octets of an LM or NTLM response; longer ones are NTLMv2's */
#define KEY      16

static struct bytes contents(const struct field *f)
{
    return bytes_slice(f->root->data, f->body, f->end - f->body);
}

static void hold(struct dissector *d, struct field *f, enum flat_format format, const char *what)
{
    if (!f || f->end == f->body || d->depth >= DISSECT_DEPTH)
        return;
    d->depth++;
    f->inner = root_new(d, contents(f), f, what);
    dissect_flat(d, f->inner, format, what);
    d->depth--;
    f->state = FIELD_HOLDS;
    f->value = arena_printf(d->mem, "%zu octets, %s", f->end - f->body, what);
}

/* RC4 tells nobody whether the key was right: it was when a key comes out that somebody holds. */
static const struct ring_key *opens(struct dissector *d, const struct ring_key *k,
                                    struct bytes sealed, uint8_t out[KEY])
{
    struct rc4 cipher;
    if (k->key.etype != ETYPE_NTLM || k->key.n != KEY)
        return NULL;
    d->tries += 256;
    rc4_start(&cipher, key_bytes(&k->key));
    rc4_run(&cipher, sealed.p, KEY, out);
    for (size_t i = 0; i < d->ring->n; i++) {
        const struct key *known = &d->ring->keys[i].key;
        if (known->etype == ETYPE_NTLM && known->n == KEY && memcmp(known->v, out, KEY) == 0)
            return k;
    }
    return NULL;
}

static void open_key(struct dissector *d, struct field *f)
{
    const struct ring_key *k = NULL;
    uint8_t *out = arena_take(d->mem, KEY);
    if (!f || f->end - f->body != KEY)
        return;
    for (size_t i = 0; d->ring && i < d->ring->n && !k && d->tries < DISSECT_TRIES; i++)
        k = opens(d, &d->ring->keys[i], contents(f), out);
    f->state = k ? FIELD_OPENED : FIELD_SEALED;
    f->value = arena_printf(d->mem, "16 octets, %s%s", k ? "opened with " : "sealed",
                            k && k->name ? k->name : "");
    if (!k)
        return;
    f->opened_by = k;
    f->inner = root_new(d, bytes_of(out, KEY), f, "session key");
    struct node *n = node_new(d, f->inner, NULL, "ExportedSessionKey", 0, KEY);
    n->place = (struct place){.up = &node_of(f)->place, .name = "ExportedSessionKey"};
    node_place(d, n);
    n->field.value = hex_text(d->mem, bytes_of(out, KEY));
}

/* "alice of EXAMPLE", "WEB1": who speaks. */
static const char *who(struct dissector *d, const struct field *top)
{
    const struct field *user = field_part(top, "UserName"), *domain = field_part(top, "DomainName");
    if (user && domain)
        return arena_printf(d->mem, "%s of %s", user->value, domain->value);
    const struct field *name = user ? user : field_part(top, "TargetName");
    return name ? name->value : "";
}

struct root *dissect_ntlm(struct dissector *d, struct bytes data, struct field *from)
{
    static const char *const what[] = {"NTLM NEGOTIATE", "NTLM CHALLENGE", "NTLM AUTHENTICATE"};
    struct root *r = root_new(d, data, from, what[ntlm_message_type(data) - 1]);
    if (from)
        from->inner = r;
    dissect_flat(d, r, FLAT_NTLM, NULL);
    r->top->value = who(d, r->top);
    struct field *nt = field_part(r->top, "NtChallengeResponse");
    hold(d, field_part(r->top, "TargetInfo"), FLAT_AV_PAIRS, "AV_PAIRS");
    if (nt && nt->end - nt->body > RESPONSE)
        hold(d, nt, FLAT_NTLMV2_RESPONSE, "NTLMv2_RESPONSE");
    open_key(d, field_part(r->top, "EncryptedRandomSessionKey"));
    return r;
}

bool is_ntlm_signature(struct bytes data)
{
    return data.n == 16 && le32(data.p) == 1;
}
