/* PDUs sealed by the netlogon provider (MS-NRPC 3.3.4.2), for both ends. */
#include "context/netlogon_inside.h"

#include <string.h>

#define SEALED_TO 16 /* what is sealed is a multiple of it (MS-RPCE 2.2.2.11) */

struct bytes netlogon_seal(struct netlogon_security *s, struct turn *t, const struct rpc_pdu *pdu)
{
    struct rpc_pdu m = *pdu;
    uint8_t confounder[8], signature[NETLOGON_SIGNATURE];
    m.has_auth = true;
    m.auth_type = RPC_AUTH_NETLOGON;
    m.auth_level = RPC_AUTH_LEVEL_PRIVACY;
    m.auth_context_id = s->context_id;
    m.auth_pad = (uint8_t)((SEALED_TO - m.stub.n % SEALED_TO) % SEALED_TO);
    m.auth_value = bytes_of(arena_take(t->mem, NETLOGON_SIGNATURE), NETLOGON_SIGNATURE);
    struct bytes out = rpc_write(t->mem, &m);
    if (!out.n)
        return out;
    uint8_t *p = (uint8_t *)(uintptr_t)out.p;
    size_t sealed = m.stub.n + m.auth_pad, at = out.n - NETLOGON_SIGNATURE - 8 - sealed;
    rng_fill(t->rng, "netlogon-confounder", confounder, sizeof confounder);
    if (!netlogon_protect(t->crypto, s->key, s->sequence, s->is_client, true, confounder, p + at,
                          sealed, signature))
        return (struct bytes){0};
    memcpy(p + out.n - NETLOGON_SIGNATURE, signature, NETLOGON_SIGNATURE);
    s->sequence++;
    return out;
}

/* Why a signature does not fit, as far as it can be made out: nothing is believed for it. */
static const char *misfit(const struct netlogon_security *s, struct turn *t, struct bytes signature)
{
    uint64_t sequence;
    bool from_client;
    if (!netlogon_sequence(t->crypto, s->key, signature, &sequence, &from_client))
        return "the signature is not of the form that AES channels have";
    if (from_client == s->is_client && sequence < s->sequence)
        return "it is one of this end's own messages";
    if (from_client != s->is_client && sequence < s->sequence)
        return "its sequence number came before: it is repeated";
    if (from_client != s->is_client && sequence > s->sequence && sequence - s->sequence < 1024)
        return "its sequence number is ahead of what comes next";
    return "its signature does not fit: another key, or changed on the way";
}

static bool unseal_into(struct netlogon_security *s, struct turn *t, const struct rpc_pdu *m,
                        uint8_t *text, size_t n, const char **why)
{
    if (!m->has_auth || m->auth_type != RPC_AUTH_NETLOGON) {
        *why = "it is not protected";
        return false;
    }
    if (m->auth_level != RPC_AUTH_LEVEL_PRIVACY) {
        *why = "it is not sealed";
        return false;
    }
    if (netlogon_unprotect(t->crypto, s->key, s->sequence, !s->is_client, true, text, n,
                           m->auth_value.p, m->auth_value.n))
        return true;
    *why = misfit(s, t, m->auth_value);
    return false;
}

bool netlogon_open(struct netlogon_security *s, struct turn *t, const struct rpc_pdu *m,
                   struct bytes *stub, const char **why)
{
    size_t n = m->stub.n + m->auth_pad; /* the padding is sealed with it */
    uint8_t *text = arena_take(t->mem, n);
    if (n)
        memcpy(text, m->stub.p, n);
    if (!s->on || !unseal_into(s, t, m, text, n, why)) {
        if (!s->on)
            *why = "nothing was agreed upon to open it with";
        wipe(s, sizeof *s);
        return false;
    }
    s->sequence++;
    *stub = bytes_of(text, m->stub.n);
    return true;
}

bool netlogon_same(const uint8_t a[8], const uint8_t b[8])
{
    return bytes_equal_secret(bytes_of(a, 8), bytes_of(b, 8));
}

void netlogon_tell_key(struct turn *t, const char *holder, struct bytes computer,
                       struct bytes controller, const uint8_t key[16], const char *cause)
{
    if (!told(t))
        return;
    while (controller.n && *controller.p == '\\')
        controller = bytes_slice(controller, 1, controller.n);
    tell_key(t, .holder = holder,
             .name = arena_printf(t->mem, "netlogon %.*s-%.*s", (int)computer.n,
                                  (const char *)computer.p, (int)controller.n,
                                  (const char *)controller.p),
             .etype = ETYPE_NETLOGON, .value = bytes_of(key, 16), .cause = cause);
}
