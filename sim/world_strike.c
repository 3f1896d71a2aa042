/* The downgrade that Negotiate invites (RFC 4178 9): somebody on the way takes a mechanism out of
 * the list that the client offers. Lengths change, so the token is built anew from the inside out,
 * the base64 around it, and the field in the head. */
#include "sim/world_inside.h"

#include "base/text.h"
#include "context/mech.h"
#include "wire/http.h"

#include <string.h>

enum { SEQUENCE = 0x30, OBJECT_ID = 0x06, TOKEN = 0x60, CONTEXT = 0xa0 }; /* X.690 8.1.2 */

/* One element of DER: [at, end) with its header, [body, end) its contents. */
struct element {
    uint8_t tag;
    struct bytes all, body;
};

/* The first of `in`, which goes on behind it. */
static bool take(struct bytes *in, struct element *out)
{
    size_t head = 2, n;
    if (in->n < 2)
        return false;
    n = in->p[1];
    if (n > 0x80) {
        size_t octets = n - 0x80;
        head += octets;
        if (octets > 3 || in->n < head)
            return false;
        n = 0;
        for (size_t i = 0; i < octets; i++)
            n = n << 8 | in->p[2 + i];
    }
    if (n == 0x80 || n > in->n - head)
        return false;
    *out = (struct element){in->p[0], bytes_of(in->p, head + n), bytes_of(in->p + head, n)};
    *in = bytes_of(in->p + head + n, in->n - head - n);
    return true;
}

static bool inside(struct bytes *in, uint8_t tag, struct bytes *contents)
{
    struct element e;
    if (!take(in, &e) || e.tag != tag)
        return false;
    *contents = e.body;
    return true;
}

static struct bytes joined(struct arena *mem, struct bytes a, struct bytes b)
{
    uint8_t *p = arena_take(mem, a.n + b.n);
    if (a.n)
        memcpy(p, a.p, a.n);
    if (b.n)
        memcpy(p + a.n, b.p, b.n);
    return bytes_of(p, a.n + b.n);
}

static struct bytes wrapped(struct arena *mem, uint8_t tag, struct bytes contents)
{
    uint8_t head[5] = {tag};
    size_t n = contents.n, octets = n < 0x80 ? 0 : n < 0x100 ? 1 : n < 0x10000 ? 2 : 3;
    head[1] = octets ? (uint8_t)(0x80 | octets) : (uint8_t)n;
    for (size_t i = 0; i < octets; i++)
        head[2 + i] = (uint8_t)(n >> 8 * (octets - 1 - i));
    return joined(mem, bytes_of(head, 2 + octets), contents);
}

static bool is_struck(struct bytes oid, uint32_t mech)
{
    return mech == STRIKE_NTLM ? bytes_equal(oid, OID_NTLMSSP)
                               : bytes_equal(oid, OID_KRB5) || bytes_equal(oid, OID_MS_KRB5);
}

/* Where the first mechanism goes, the token that was made for it goes too. Empty: nothing is
 * struck, or nothing would be left. */
static struct bytes list_without(struct arena *mem, struct bytes init, uint32_t mech)
{
    struct bytes list, mechs, all = {0};
    struct element oid, part;
    size_t n = 0, struck = 0;
    bool first = false;
    if (!inside(&init, CONTEXT, &list) || !inside(&list, SEQUENCE, &mechs))
        return all;
    for (; take(&mechs, &oid); n++) {
        if (oid.tag == OBJECT_ID && is_struck(oid.body, mech)) {
            first |= n == 0;
            struck++;
        } else {
            all = joined(mem, all, oid.all);
        }
    }
    if (!struck || struck == n)
        return (struct bytes){0};
    all = wrapped(mem, CONTEXT, wrapped(mem, SEQUENCE, all));
    while (take(&init, &part))
        if (part.tag != (CONTEXT | 2) || !first)
            all = joined(mem, all, part.all);
    return all;
}

/* The frame of RFC 2743 3.1 around a NegTokenInit, without the mechanism. */
static struct bytes token_without(struct arena *mem, struct bytes token, uint32_t mech)
{
    struct bytes frame, choice, init;
    struct element oid;
    if (!inside(&token, TOKEN, &frame) || !take(&frame, &oid) ||
        !bytes_equal(oid.body, OID_SPNEGO) || !inside(&frame, CONTEXT, &choice) ||
        !inside(&choice, SEQUENCE, &init))
        return (struct bytes){0};
    struct bytes made = list_without(mem, init, mech);
    if (!made.n)
        return made;
    made = wrapped(mem, CONTEXT, wrapped(mem, SEQUENCE, made));
    return wrapped(mem, TOKEN, joined(mem, oid.all, made));
}

bool world_strike_mech(struct world *w, const struct scenario_tamper *t, struct event *e)
{
    struct http_message http;
    struct bytes token, all = e->arrived;
    size_t used, at;
    if (e->via != VIA_HTTP || http_read(all, w->mem, NULL, &http, &used) != HTTP_WHOLE)
        return false;
    const struct http_field *f = http_field(&http, "Authorization");
    if (!f)
        f = http_field(&http, "Proxy-Authorization");
    if (!f || !http_negotiate(f->value, w->mem, NULL, &token, &at))
        return false;
    struct bytes made = token_without(w->mem, token, t->mech);
    if (!made.n)
        return false;
    const uint8_t *from = f->value.p + at, *to = f->value.p + f->value.n;
    struct bytes text = joined(w->mem, bytes_of(all.p, (size_t)(from - all.p)),
                               bytes_str(base64_text(w->mem, made)));
    e->arrived = joined(w->mem, text, bytes_of(to, (size_t)(all.p + all.n - to)));
    return true;
}
