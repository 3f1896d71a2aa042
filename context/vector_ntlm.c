/* Hashes and responses; whole logons and protected messages are in vector_ntlm_logon.c. */
#include "base/text.h"
#include "context/vector_ntlm_inside.h"

#include <string.h>

enum vector_result vector_failed(struct vector_run *r, const char *why)
{
    *r->why = why;
    return VECTOR_FAILED;
}

struct bytes vector_field_or(struct vector_run *r, const char *name, struct bytes otherwise)
{
    struct bytes b;
    return vector_octets(r->c, name, &b) ? b : otherwise;
}

/* What was computed under one or more names; `ok` of what computed it. */
void vector_add(struct vector_run *r, const char *name, const void *p, size_t n, bool ok)
{
    r->trouble |= !ok;
    if (r->n < sizeof r->values / sizeof *r->values)
        r->values[r->n++] =
            (struct vector_value){name, arena_copy(r->turn.mem, bytes_of(p, ok ? n : 0))};
}

/* ---- what is given --------------------------------------------------------------------------- */

#define TIMES_8(octet) octet octet octet octet octet octet octet octet
static const char *const given[] = {
    "op",
    "password",
    "user",
    "domain",
    "flags",
    "target_info",
    "server_challenge",
    "time",
    "random_session_key",
    "seq",
    "plaintext",
    "client_challenge",
    "workstation",
    "sealing_key",
    "exported_session_key",
    "negotiate_message",
    "challenge_message",
    "authenticate_message",
    "mech_types",
};

/* Cases of MS-NLMP 4.2 share the values of 4.2.1 and do not repeat them. */
bool vector_load(struct vector_run *r)
{
    struct challenge_message challenge;
    struct bytes server = BYTES_LIT("\x01\x23\x45\x67\x89\xab\xcd\xef"), message;
    r->user = vector_field_or(r, "user", BYTES_LIT("User"));
    r->domain = vector_field_or(r, "domain", BYTES_LIT("Domain"));
    r->password = vector_field_or(r, "password", BYTES_LIT("Password"));
    r->client_challenge = vector_field_or(r, "client_challenge", BYTES_LIT(TIMES_8("\xaa")));
    r->random = vector_field_or(r, "random_session_key", BYTES_LIT(TIMES_8("UU")));
    r->time = vector_field_or(r, "time", BYTES_LIT(TIMES_8("\0")));
    r->flags = (uint32_t)vector_number(r->c, "flags", 0);
    r->target_info = vector_field_or(r, "target_info", (struct bytes){0});
    if (vector_octets(r->c, "challenge_message", &message)) {
        if (!challenge_read(message, r->turn.mem, NULL, &challenge))
            return false;
        server = arena_copy(r->turn.mem, bytes_of(challenge.server_challenge, 8));
        if (!r->target_info.n)
            r->target_info = challenge.target_info;
    }
    struct bytes said = vector_field_or(r, "server_challenge", server);
    r->server = said.p;
    r->has_lm_hash = lmowf_v1(r->turn.crypto, r->password, r->lm_hash);
    return ntowf_v1(r->turn.crypto, r->password, r->nt_hash) && said.n == 8 &&
           (bytes_equal(said, server) || !vector_field(r->c, "challenge_message")) &&
           r->client_challenge.n == 8 && r->random.n == 16 && r->time.n == 8;
}

/* ---- messages of a case ---------------------------------------------------------------------- */

static struct bytes computed(struct vector_run *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->values[i].name, name) == 0)
            return r->values[i].octets;
    return (struct bytes){0};
}

/* The messages hold what was computed, and written again they are the same. */
static const char *check_messages(struct vector_run *r)
{
    struct challenge_message c;
    struct authenticate_message a;
    struct bytes in;
    struct arena *mem = r->turn.mem;
    if (vector_octets(r->c, "challenge_message", &in) &&
        (!challenge_read(in, mem, NULL, &c) || !bytes_equal(challenge_write(mem, &c), in)))
        return "challenge_message: written again it is another";
    if (!vector_octets(r->c, "authenticate_message", &in))
        return NULL;
    if (!authenticate_read(in, mem, NULL, &a) || !bytes_equal(authenticate_write(mem, &a), in))
        return "authenticate_message: written again it is another";
    if (!bytes_equal(a.lm_response, computed(r, "lm_response")) ||
        !bytes_equal(a.nt_response, computed(r, "nt_response")))
        return "authenticate_message: other responses";
    if (a.session_key.n && !bytes_equal(a.session_key, computed(r, "encrypted_session_key")))
        return "authenticate_message: another session key";
    return bytes_equal(a.user, r->user) && bytes_equal(a.domain, r->domain)
               ? NULL
               : "authenticate_message: other names";
}

static bool is_given(const char *name)
{
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (strcmp(given[i], name) == 0)
            return true;
    return false;
}

enum vector_result vector_check(struct vector_run *r)
{
    struct arena *mem = r->turn.mem;
    for (size_t i = 0; i < r->c->n; i++) {
        const struct vector_field *f = &r->c->fields[i];
        const char *name = arena_str(mem, f->name);
        size_t k = 0;
        while (k < r->n && strcmp(r->values[k].name, name) != 0)
            k++;
        if (k == r->n && is_given(name))
            continue;
        if (k == r->n)
            return vector_failed(r, arena_printf(mem, "%s is not computed by this op", name));
        if (!bytes_equal(r->values[k].octets, f->value))
            return vector_failed(r, arena_printf(mem, "%s: expected %s, got %s", name,
                                                 hex_text(mem, f->value),
                                                 hex_text(mem, r->values[k].octets)));
    }
    return r->trouble ? vector_failed(r, "the arguments were refused") : VECTOR_PASSED;
}

/* ---- hashes and responses -------------------------------------------------------------------- */

static void add_key_exchange(struct vector_run *r, uint32_t flags, struct bytes base,
                             struct bytes lm, bool v2, const char *key_name,
                             const char *sealed_name)
{
    struct rc4 cipher;
    uint8_t key[16], sealed[16];
    bool ok = ntlm_kxkey(r->turn.crypto, flags, base.p, lm, r->server,
                         r->has_lm_hash ? r->lm_hash : NULL, v2, key);
    vector_add(r, key_name, key, 16, ok);
    rc4_start(&cipher, bytes_of(key, 16));
    rc4_run(&cipher, r->random.p, 16, sealed);
    vector_add(r, sealed_name, sealed, 16, ok);
}

static void add_hashes(struct vector_run *r)
{
    uint8_t base[16];
    vector_add(r, "NTOWFv1", r->nt_hash, 16, true);
    if (r->has_lm_hash)
        vector_add(r, "LMOWFv1", r->lm_hash, 16, true);
    bool ok = md4_of(r->turn.crypto, bytes_of(r->nt_hash, 16), base);
    vector_add(r, "session_base_key", base, 16, ok);
}

static void compute_lm(struct vector_run *r)
{
    uint8_t response[24];
    bool ok = r->has_lm_hash && ntlm_desl(r->turn.crypto, r->lm_hash, r->server, response);
    vector_add(r, "hash", r->lm_hash, 16, ok);
    vector_add(r, "response", response, 24, ok);
}

static void compute_ntlm(struct vector_run *r)
{
    uint8_t response[24];
    bool ok = ntlm_desl(r->turn.crypto, r->nt_hash, r->server, response);
    add_hashes(r);
    vector_add(r, "hash", r->nt_hash, 16, true);
    vector_add(r, "response", response, 24, ok);
    vector_add(r, "user_session_key", computed(r, "session_base_key").p, 16, true);
}

static void compute_ntlmv1(struct vector_run *r)
{
    uint8_t nt[24], lm[24];
    add_hashes(r);
    bool ok = ntlm_desl(r->turn.crypto, r->nt_hash, r->server, nt);
    vector_add(r, "nt_response", nt, 24, ok);
    ok = r->has_lm_hash && ntlm_desl(r->turn.crypto, r->lm_hash, r->server, lm);
    vector_add(r, "lm_response", ok ? lm : nt, 24, true);
    struct bytes base = computed(r, "session_base_key"), response = computed(r, "lm_response");
    add_key_exchange(r, r->flags, base, response, false, "key_exchange_key",
                     "encrypted_session_key");
    if (r->has_lm_hash) {
        add_key_exchange(r, NTLMSSP_REQUEST_NON_NT_SESSION_KEY, base, response, false,
                         "key_exchange_key_REQUEST_NON_NT", "encrypted_session_key_REQUEST_NON_NT");
        add_key_exchange(r, NTLMSSP_NEGOTIATE_LM_KEY, base, response, false,
                         "key_exchange_key_LM_KEY", "encrypted_session_key_LM_KEY");
    }
}

static void compute_ntlm2_session(struct vector_run *r)
{
    uint8_t nt[24], lm[24] = {0}, hash[16];
    const struct bytes parts[] = {bytes_of(r->server, 8), r->client_challenge};
    add_hashes(r);
    memcpy(lm, r->client_challenge.p, 8);
    vector_add(r, "session_hash", hash, 8, md5_of(r->turn.crypto, parts, 2, hash));
    bool ok =
        ntlm2_session_response(r->turn.crypto, r->nt_hash, r->server, r->client_challenge.p, nt);
    vector_add(r, "nt_response", nt, 24, ok);
    vector_add(r, "response", nt, 24, ok);
    vector_add(r, "lm_response", lm, 24, true);
    struct bytes base = computed(r, "session_base_key"), response = computed(r, "lm_response");
    add_key_exchange(r, NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY, base, response, false,
                     "key_exchange_key", "encrypted_session_key");
    vector_add(r, "user_session_key", computed(r, "key_exchange_key").p, 16, true);
}

static void add_lmv2(struct vector_run *r)
{
    uint8_t key[16], lm[24];
    bool ok = ntowf_v2(r->turn.crypto, r->nt_hash, r->user, r->domain, key) &&
              ntlmv2_proof(r->turn.crypto, key, r->server, r->client_challenge, lm);
    memcpy(lm + 16, r->client_challenge.p, 8);
    vector_add(r, "hash", key, 16, ok);
    vector_add(r, "NTOWFv2", key, 16, ok);
    vector_add(r, "LMOWFv2", key, 16, ok);
    vector_add(r, "lm_response", lm, 24, ok);
}

static void compute_lmv2(struct vector_run *r)
{
    add_lmv2(r);
    vector_add(r, "response", computed(r, "lm_response").p, 24, true);
}

static void compute_ntlmv2(struct vector_run *r)
{
    struct crypto *crypto = r->turn.crypto;
    uint8_t *response = arena_take(r->turn.mem, 16 + 28 + r->target_info.n + 4), *temp;
    uint8_t base[16];
    add_lmv2(r);
    temp = response + 16;
    temp[0] = temp[1] = 1;
    memcpy(temp + 8, r->time.p, 8);
    memcpy(temp + 16, r->client_challenge.p, 8);
    if (r->target_info.n)
        memcpy(temp + 28, r->target_info.p, r->target_info.n);
    struct bytes key = computed(r, "NTOWFv2"), whole = bytes_of(temp, 28 + r->target_info.n + 4);
    bool ok = key.n == 16 && ntlmv2_proof(crypto, key.p, r->server, whole, response);
    const struct bytes proof = bytes_of(response, 16);
    ok = ok && hmac_md5(crypto, key, &proof, 1, base);
    vector_add(r, "temp", whole.p, whole.n, ok);
    vector_add(r, "blob", whole.p, whole.n, ok);
    vector_add(r, "nt_proof_str", response, 16, ok);
    vector_add(r, "nt_response", response, 16 + whole.n, ok);
    vector_add(r, "response", response, 16 + whole.n, ok);
    vector_add(r, "session_base_key", base, 16, ok);
    vector_add(r, "user_session_key", base, 16, ok);
    add_key_exchange(r, r->flags, bytes_of(base, 16), (struct bytes){0}, true, "key_exchange_key",
                     "encrypted_session_key");
}

static enum vector_result run_responses(struct vector_run *r, void (*compute)(struct vector_run *))
{
    if (!vector_load(r))
        return vector_failed(r, "what is given does not fit together");
    compute(r);
    enum vector_result result = vector_check(r);
    const char *why = result == VECTOR_PASSED ? check_messages(r) : NULL;
    return why ? vector_failed(r, why) : result;
}

static enum vector_result run_lm(struct vector_run *r)
{
    return run_responses(r, compute_lm);
}
static enum vector_result run_ntlm(struct vector_run *r)
{
    return run_responses(r, compute_ntlm);
}
static enum vector_result run_ntlmv1(struct vector_run *r)
{
    return run_responses(r, compute_ntlmv1);
}
static enum vector_result run_ntlm2_session(struct vector_run *r)
{
    return run_responses(r, compute_ntlm2_session);
}
static enum vector_result run_lmv2(struct vector_run *r)
{
    return run_responses(r, compute_lmv2);
}
static enum vector_result run_ntlmv2(struct vector_run *r)
{
    return run_responses(r, compute_ntlmv2);
}

/* ---- the table ------------------------------------------------------------------------------- */

static const struct {
    const char *op;
    enum vector_result (*run)(struct vector_run *);
} ops[] = {
    {"lm", run_lm},
    {"lmv2", run_lmv2},
    {"ntlm", run_ntlm},
    {"ntlm-must-fail", vector_must_fail},
    {"ntlm-verify", vector_verify},
    {"ntlm-wrap", vector_wrap},
    {"ntlm-wrap-ess", vector_wrap},
    {"ntlm2-session", run_ntlm2_session},
    {"ntlmv1", run_ntlmv1},
    {"ntlmv2", run_ntlmv2},
    {"ntlmv2-verify", vector_verify},
};

bool vector_run_ntlm(struct crypto *crypto, const struct vector_case *c, struct arena *mem,
                     enum vector_result *result, const char **why)
{
    struct vector_run r = {.turn = {.crypto = crypto, .mem = mem}, .c = c, .why = why};
    const char *op = vector_op(c, mem);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (strcmp(op, ops[i].op) == 0) {
            *result = ops[i].run(&r);
            return true;
        }
    return false;
}
