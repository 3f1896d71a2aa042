#include "crypto/vector_ops.h"
#include "base/text.h"
#include "crypto/des.h"
#include "crypto/etype.h"
#include "crypto/http_digest.h"
#include "crypto/primitives.h"

#include <string.h>

struct run {
    struct crypto *crypto;
    const struct vector_case *c;
    struct arena *mem;
    const char *detail; /* the part of the op's name that its row leaves open: "sha1" */
    const char **why;
};

static enum vector_result failed(struct run *r, const char *why)
{
    *r->why = why;
    return VECTOR_FAILED;
}

static enum vector_result skipped(struct run *r, const char *what, int64_t number)
{
    *r->why = arena_printf(r->mem, "%s %lld is not implemented", what, (long long)number);
    return VECTOR_SKIPPED;
}

static struct bytes octets(struct run *r, const char *name)
{
    struct bytes b;
    vector_octets(r->c, name, &b);
    return b;
}

/* What came against the field of that name. `ok` is what the function said. */
static enum vector_result compare(struct run *r, bool ok, const char *name, const uint8_t *p,
                                  size_t n)
{
    struct bytes expected;
    if (!vector_octets(r->c, name, &expected))
        return failed(r, arena_printf(r->mem, "the case has no field %s", name));
    if (!ok)
        return failed(r, arena_printf(r->mem, "%s: the arguments were refused", name));
    if (!bytes_equal(expected, bytes_of(p, n)))
        return failed(r,
                      arena_printf(r->mem, "%s: expected %s, got %s", name,
                                   hex_text(r->mem, expected), hex_text(r->mem, bytes_of(p, n))));
    return VECTOR_PASSED;
}

/* The row of the case's enctype; NULL: *result says what to answer. */
static const struct etype_row *enctype(struct run *r, enum vector_result *result)
{
    int64_t number = vector_number(r->c, "enctype", 0);
    const struct etype_row *row = etype_find((int32_t)number);
    if (!row)
        *result = skipped(r, "enctype", number);
    return row;
}

/* The enctype and the key in that field. */
static bool key_field(struct run *r, const char *name, struct key *key, enum vector_result *result)
{
    const struct etype_row *row = enctype(r, result);
    if (!row)
        return false;
    if (key_import(row->etype, octets(r, name), key))
        return true;
    *result = failed(r, arena_printf(r->mem, "%s: not a key of %s", name, row->name));
    return false;
}

static int32_t usage_of(struct run *r)
{
    return (int32_t)vector_number(r->c, "usage", 0);
}

/* ---- primitives ----------------------------------------------------------------------------- */

static enum vector_result run_digest(struct run *r)
{
    uint8_t out[DIGEST_MAX];
    size_t n = 0;
    bool ok = digest(r->crypto, r->detail, octets(r, "input"), out, &n);
    return compare(r, ok, "output", out, n);
}

static enum vector_result run_hmac(struct run *r)
{
    uint8_t out[DIGEST_MAX];
    size_t n = 0;
    bool ok = hmac(r->crypto, r->detail, octets(r, "key"), octets(r, "input"), out, &n);
    return compare(r, ok, "output", out, n);
}

static enum vector_result run_mod_crc32(struct run *r)
{
    uint8_t out[4];
    mod_crc32(octets(r, "input"), out);
    return compare(r, true, "output", out, sizeof out);
}

static enum vector_result run_rc4(struct run *r)
{
    struct bytes input = octets(r, "input");
    uint8_t *out = arena_take(r->mem, input.n);
    bool ok = rc4(r->crypto, octets(r, "key"), input, out);
    return compare(r, ok, "output", out, input.n);
}

static enum vector_result run_block(struct run *r)
{
    uint8_t out[16];
    struct bytes input = octets(r, "input");
    bool ok = cipher_block(r->crypto, r->detail, octets(r, "key"), input, out);
    return compare(r, ok, "output", out, input.n < sizeof out ? input.n : sizeof out);
}

static enum vector_result run_cmac(struct run *r)
{
    uint8_t out[16];
    bool ok = aes_cmac(r->crypto, octets(r, "key"), octets(r, "input"), out);
    return compare(r, ok, "output", out, sizeof out);
}

static enum vector_result run_pbkdf2(struct run *r)
{
    size_t n = octets(r, "output").n;
    uint8_t *out = arena_take(r->mem, n);
    bool ok = pbkdf2(r->crypto, r->detail, octets(r, "password"), octets(r, "salt"),
                     (uint32_t)vector_number(r->c, "iterations", 0), out, n);
    return compare(r, ok, "output", out, n);
}

static enum vector_result run_n_fold(struct run *r)
{
    int64_t bits = vector_number(r->c, "bits", 0);
    if (bits <= 0 || bits % 8 || bits > 65536)
        return failed(r, "bits: a whole number of octets is needed");
    uint8_t *out = arena_take(r->mem, (size_t)bits / 8);
    n_fold(octets(r, "input"), out, (size_t)bits / 8);
    return compare(r, true, "output", out, (size_t)bits / 8);
}

static enum vector_result run_aes_cts(struct run *r)
{
    struct bytes input = octets(r, "input"), iv = octets(r, "iv");
    uint8_t *out = arena_take(r->mem, input.n), next[16];
    bool ok = iv.n == 16 && aes_cts(r->crypto, octets(r, "key"), iv.p, input, out, next);
    enum vector_result result = compare(r, ok, "output", out, input.n);
    if (result == VECTOR_PASSED && vector_field(r->c, "next_iv"))
        result = compare(r, ok, "next_iv", next, sizeof next);
    return result;
}

/* ---- encryption types ----------------------------------------------------------------------- */

static enum vector_result run_derive_key(struct run *r)
{
    enum vector_result result;
    struct key key;
    uint8_t out[KEY_MAX];
    size_t n = 0;
    if (!key_field(r, "key", &key, &result))
        return result;
    bool ok = derive_key(r->crypto, &key, octets(r, "constant"), out, &n);
    return compare(r, ok, "output", out, n);
}

static enum vector_result run_dr_dk(struct run *r)
{
    enum vector_result result;
    struct key key;
    uint8_t out[KEY_MAX];
    size_t n = 0;
    if (!key_field(r, "key", &key, &result))
        return result;
    bool ok = derive_random(r->crypto, &key, octets(r, "constant"), out, &n);
    result = compare(r, ok, "DR", out, n);
    if (result != VECTOR_PASSED)
        return result;
    ok = derive_key(r->crypto, &key, octets(r, "constant"), out, &n);
    return compare(r, ok, "DK", out, n);
}

/* RFC 3962 alone has the intermediate value to compare. */
static enum vector_result check_pbkdf2(struct run *r, const struct etype_row *row)
{
    uint8_t out[KEY_MAX];
    bool ok =
        pbkdf2(r->crypto, "sha1", octets(r, "password"), octets(r, "salt"),
               (uint32_t)vector_number(r->c, "iterations", row->iterations), out, row->key_size);
    return compare(r, ok, "pbkdf2", out, row->key_size);
}

/* Single DES is no row: nothing is sealed with it. */
static enum vector_result run_des_string_to_key(struct run *r)
{
    uint8_t out[8];
    bool ok = des_string_to_key(r->crypto, octets(r, "password"), octets(r, "salt"), out);
    return compare(r, ok, "key", out, sizeof out);
}

static enum vector_result run_string_to_key(struct run *r)
{
    enum vector_result result;
    int64_t number = vector_number(r->c, "enctype", 0);
    if (number >= 1 && number <= 3)
        return run_des_string_to_key(r);
    const struct etype_row *row = enctype(r, &result);
    if (!row)
        return result;
    uint8_t count[4];
    put_be32(count, (uint32_t)vector_number(r->c, "iterations", 0));
    struct bytes params = {count, vector_field(r->c, "iterations") ? 4 : 0};
    struct key key = {0};
    bool ok = string_to_key(r->crypto, row->etype, octets(r, "password"), octets(r, "salt"), params,
                            &key);
    result = compare(r, ok, "key", key.v, key.n);
    if (result == VECTOR_PASSED && vector_field(r->c, "pbkdf2"))
        result = check_pbkdf2(r, row);
    return result;
}

/* Gives the confounder of the case. */
struct given_rng {
    struct rng rng;
    struct bytes octets;
};

static void given_fill(struct rng *rng, const char *purpose, uint8_t *p, size_t n)
{
    struct given_rng *g = (struct given_rng *)rng;
    (void)purpose;
    memset(p, 0, n);
    if (g->octets.n)
        memcpy(p, g->octets.p, n < g->octets.n ? n : g->octets.n);
}

/* Every one-bit change of the ciphertext must be refused. */
static enum vector_result refuse_changes(struct run *r, const struct key *key, struct bytes cipher,
                                         uint8_t *out)
{
    uint8_t *changed = (uint8_t *)arena_str(r->mem, cipher);
    size_t n;
    for (size_t bit = 0; bit < 8 * cipher.n; bit++) {
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (unseal(r->crypto, key, usage_of(r), bytes_of(changed, cipher.n), out, &n))
            return failed(r, arena_printf(r->mem, "accepted with bit %zu changed", bit));
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    return VECTOR_PASSED;
}

static enum vector_result run_encrypt(struct run *r)
{
    enum vector_result result;
    struct key key;
    if (!key_field(r, "key", &key, &result))
        return result;
    const struct etype_row *row = etype_of(&key);
    struct bytes plain = octets(r, "plaintext"), cipher = octets(r, "ciphertext");
    struct given_rng rng = {{given_fill}, octets(r, "confounder")};
    uint8_t *sealed = arena_take(r->mem, sealed_size(key.etype, plain.n));
    uint8_t *opened = arena_take(r->mem, cipher.n);
    size_t n = 0;
    if (vector_field(r->c, "confounder")) {
        bool ok = seal(r->crypto, &rng.rng, &key, usage_of(r), plain, sealed);
        result = compare(r, ok, "ciphertext", sealed, sealed_size(key.etype, plain.n));
        if (result != VECTOR_PASSED)
            return result;
    }
    bool ok = unseal(r->crypto, &key, usage_of(r), cipher, opened, &n);
    if (ok && row->block_size > 1 && n > plain.n && n - plain.n < row->block_size)
        n = plain.n; /* padding stays */
    result = compare(r, ok, "plaintext", opened, n);
    return result == VECTOR_PASSED ? refuse_changes(r, &key, cipher, opened) : result;
}

static enum vector_result run_checksum(struct run *r)
{
    enum vector_result result;
    struct key key;
    int32_t type = (int32_t)vector_number(r->c, "cksumtype", 0);
    bool keyed = vector_number(r->c, "enctype", 0) != 0;
    uint8_t out[CHECKSUM_MAX];
    size_t n = 0;
    if (!checksum_known(type))
        return skipped(r, "cksumtype", type);
    if (keyed && !key_field(r, "key", &key, &result))
        return result;
    struct bytes input = octets(r, "input");
    bool ok = checksum_make(r->crypto, type, keyed ? &key : NULL, usage_of(r), input, out, &n);
    result = compare(r, ok, "output", out, n);
    if (result == VECTOR_PASSED && !checksum_verify(r->crypto, type, keyed ? &key : NULL,
                                                    usage_of(r), input, bytes_of(out, n)))
        return failed(r, "made, but not verified");
    return result;
}

static enum vector_result run_prf(struct run *r)
{
    enum vector_result result;
    struct key key;
    uint8_t out[64];
    size_t n = 0;
    if (!key_field(r, "key", &key, &result))
        return result;
    bool ok = prf(r->crypto, &key, octets(r, "input"), out, &n);
    return compare(r, ok, "output", out, n);
}

/* RFC 4402 2 as corrected by RFC 7802: prf(0 | input) | prf(1 | input) | ..., four octets each. */
static enum vector_result run_gss_prf(struct run *r)
{
    enum vector_result result;
    struct key key;
    if (!key_field(r, "key", &key, &result))
        return result;
    struct bytes input = octets(r, "input");
    size_t wanted = octets(r, "output").n, have = 0, n;
    uint8_t *numbered = arena_take(r->mem, 4 + input.n), *out = arena_take(r->mem, wanted + 64);
    if (input.n)
        memcpy(numbered + 4, input.p, input.n);
    bool ok = true;
    for (uint32_t i = 0; ok && have < wanted; i++, have += n) {
        put_be32(numbered, i);
        ok = prf(r->crypto, &key, bytes_of(numbered, 4 + input.n), out + have, &n);
    }
    return compare(r, ok, "output", out, wanted);
}

static enum vector_result run_fx_cf2(struct run *r)
{
    enum vector_result result;
    struct key k1, k2, out = {0};
    if (!key_field(r, "key1", &k1, &result) || !key_field(r, "key2", &k2, &result))
        return result;
    bool ok = fx_cf2(r->crypto, &k1, octets(r, "pepper1"), &k2, octets(r, "pepper2"), &out);
    return compare(r, ok, "output", out.v, out.n);
}

/* ---- HTTP's Digest --------------------------------------------------------------------------- */

static struct digest_inputs digest_inputs(struct run *r)
{
    return (struct digest_inputs){.algorithm = octets(r, "algorithm"),
                                  .user = octets(r, "user"),
                                  .realm = octets(r, "realm"),
                                  .password = octets(r, "password"),
                                  .method = octets(r, "method"),
                                  .uri = octets(r, "uri"),
                                  .nonce = octets(r, "nonce"),
                                  .nc = octets(r, "nc"),
                                  .cnonce = octets(r, "cnonce"),
                                  .qop = octets(r, "qop")};
}

static enum vector_result run_http_digest(struct run *r)
{
    struct digest_inputs in = digest_inputs(r);
    char ha1[DIGEST_HEX_MAX], out[DIGEST_HEX_MAX] = "";
    bool ok = digest_ha1(r->crypto, &in, ha1) && digest_response_of(r->crypto, &in, ha1, out);
    return compare(r, ok, "response", (const uint8_t *)out, strlen(out));
}

static enum vector_result run_userhash(struct run *r)
{
    struct digest_inputs in = digest_inputs(r);
    char out[DIGEST_HEX_MAX] = "";
    bool ok = digest_userhash(r->crypto, &in, out);
    return compare(r, ok, "userhash", (const uint8_t *)out, strlen(out));
}

/* ---- the table ------------------------------------------------------------------------------ */

static const struct {
    const char *op;
    const char *detail;
    enum vector_result (*run)(struct run *);
} ops[] = {
    {"md4", "md4", run_digest},
    {"md5", "md5", run_digest},
    {"sha1", "sha1", run_digest},
    {"sha256", "sha256", run_digest},
    {"sha384", "sha384", run_digest},
    {"sha512", "sha512", run_digest},
    {"mod-crc-32", NULL, run_mod_crc32},
    {"hmac-md5", "md5", run_hmac},
    {"hmac-sha1", "sha1", run_hmac},
    {"hmac-sha256", "sha256", run_hmac},
    {"hmac-sha384", "sha384", run_hmac},
    {"hmac-sha512", "sha512", run_hmac},
    {"rc4", NULL, run_rc4},
    {"aes-block", "aes", run_block},
    {"des-block", "des", run_block},
    {"camellia-block", "camellia", run_block},
    {"aes-cmac", NULL, run_cmac},
    {"pbkdf2-hmac-sha1", "sha1", run_pbkdf2},
    {"pbkdf2-hmac-sha256", "sha256", run_pbkdf2},
    {"pbkdf2-hmac-sha384", "sha384", run_pbkdf2},
    {"n-fold", NULL, run_n_fold},
    {"aes-cts", NULL, run_aes_cts},
    {"DR-DK", NULL, run_dr_dk},
    {"derive-key", NULL, run_derive_key},
    {"string-to-key", NULL, run_string_to_key},
    {"encrypt", NULL, run_encrypt},
    {"checksum", NULL, run_checksum},
    {"prf", NULL, run_prf},
    {"gss-prf", NULL, run_gss_prf},
    {"krb-fx-cf2", NULL, run_fx_cf2},
    {"digest", NULL, run_http_digest},
    {"userhash", NULL, run_userhash},
};

enum vector_result vector_run_crypto(struct crypto *crypto, const struct vector_case *c,
                                     struct arena *mem, const char **why)
{
    const char *op = vector_op(c, mem);
    struct run r = {.crypto = crypto, .c = c, .mem = mem, .why = why};
    *why = NULL;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(op, ops[i].op) == 0) {
            r.detail = ops[i].detail;
            return ops[i].run(&r);
        }
    return vector_run_netlogon(crypto, c, mem, why);
}
