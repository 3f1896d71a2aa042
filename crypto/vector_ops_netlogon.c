/* The ops of test vectors about the netlogon secure channel. */
#include "base/text.h"
#include "crypto/library.h"
#include "crypto/ntlm.h"
#include "crypto/vector_ops.h"

#include <string.h>

struct run {
    struct crypto *crypto;
    const struct vector_case *c;
    struct arena *mem;
    const char **why;
};

static struct bytes octets(struct run *r, const char *name, size_t n)
{
    struct bytes b;
    if (!vector_octets(r->c, name, &b) || b.n != n) {
        *r->why = arena_printf(r->mem, "%s: %zu octets are needed", name, n);
        return bytes_of(arena_take(r->mem, n), n);
    }
    return b;
}

static void compare(struct run *r, bool ok, const char *name, const uint8_t *p, size_t n)
{
    struct bytes expected;
    if (*r->why)
        return;
    if (!vector_octets(r->c, name, &expected))
        *r->why = arena_printf(r->mem, "the case has no field %s", name);
    else if (!ok)
        *r->why = arena_printf(r->mem, "%s: the arguments were refused", name);
    else if (!bytes_equal(expected, bytes_of(p, n)))
        *r->why = arena_printf(r->mem, "%s: expected %s, got %s", name, hex_text(r->mem, expected),
                               hex_text(r->mem, bytes_of(p, n)));
}

static void run_strong(struct run *r)
{
    const uint8_t *client = octets(r, "client_challenge", 8).p;
    const uint8_t *server = octets(r, "server_challenge", 8).p;
    const uint8_t *secret = octets(r, "shared_secret", 16).p;
    uint8_t hash[16], key[16], credential[8];
    struct bytes clear;
    if (vector_octets(r->c, "clear_shared_secret", &clear))
        compare(r, digest_parts(r->crypto, MD4, &clear, 1, hash), "shared_secret", hash, 16);
    bool ok = netlogon_session_key_strong(r->crypto, secret, client, server, key);
    compare(r, ok, "session_key", key, 16);
    ok = netlogon_credential_des(r->crypto, key, client, credential);
    compare(r, ok, "client_credential_computed", credential, 8);
    ok = netlogon_credential_des(r->crypto, key, server, credential);
    compare(r, ok, "server_credential_computed", credential, 8);
}

static bool opens(struct run *r, uint64_t sequence, bool from_client, struct bytes sealed,
                  struct bytes signature, uint8_t *text)
{
    if (sealed.n)
        memcpy(text, sealed.p, sealed.n);
    return netlogon_unprotect(r->crypto, octets(r, "session_key", 16).p, sequence, from_client,
                              true, text, sealed.n, signature.p, signature.n);
}

/* Every one-bit change of text and signature must be refused. */
static void refuse_changes(struct run *r, uint64_t sequence, bool from_client, struct bytes sealed,
                           struct bytes signature, uint8_t *text)
{
    uint8_t *changed[] = {(uint8_t *)arena_str(r->mem, sealed),
                          (uint8_t *)arena_str(r->mem, signature)};
    size_t sizes[] = {sealed.n, signature.n};
    for (size_t part = 0; part < 2; part++)
        for (size_t bit = 0; bit < 8 * sizes[part] && !*r->why; bit++) {
            changed[part][bit / 8] ^= (uint8_t)(1 << bit % 8);
            if (opens(r, sequence, from_client, bytes_of(changed[0], sealed.n),
                      bytes_of(changed[1], signature.n), text))
                *r->why = arena_printf(r->mem, "accepted with bit %zu changed", bit);
            changed[part][bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
}

static void run_wrap(struct run *r)
{
    struct bytes key = octets(r, "session_key", 16), confounder = octets(r, "confounder", 8);
    struct bytes signature = octets(r, "signature", NETLOGON_SIGNATURE_USED), plain, sealed;
    uint8_t made[NETLOGON_SIGNATURE];
    uint64_t sequence = 0;
    bool from_client = false;
    vector_octets(r->c, "plaintext", &plain);
    vector_octets(r->c, "sealed", &sealed);
    uint8_t *text = (uint8_t *)arena_str(r->mem, plain);
    if (!netlogon_sequence(r->crypto, key.p, signature, &sequence, &from_client) && !*r->why)
        *r->why = "signature: of another form";
    bool ok = netlogon_protect(r->crypto, key.p, sequence, from_client, true, confounder.p, text,
                               plain.n, made);
    compare(r, ok, "sealed", text, plain.n);
    compare(r, ok, "signature", made, NETLOGON_SIGNATURE_USED);
    ok = opens(r, sequence, from_client, sealed, signature, text);
    compare(r, ok, "plaintext", text, sealed.n);
    refuse_changes(r, sequence, from_client, sealed, signature, text);
}

static const struct {
    const char *op;
    void (*run)(struct run *);
} ops[] = {
    {"nrpc-session-key-strong", run_strong},
    {"nrpc-aes-wrap", run_wrap},
};

enum vector_result vector_run_netlogon(struct crypto *crypto, const struct vector_case *c,
                                       struct arena *mem, const char **why)
{
    const char *op = vector_op(c, mem);
    struct run r = {crypto, c, mem, why};
    *why = NULL;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(op, ops[i].op) == 0) {
            ops[i].run(&r);
            return *why ? VECTOR_FAILED : VECTOR_PASSED;
        }
    *why = arena_printf(mem, "op %s is not implemented", op);
    return VECTOR_SKIPPED;
}
