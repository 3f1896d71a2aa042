/* NTLM: how long the verifier's comparison and a whole handshake take beside gss-ntlmssp and beside
 * the bare hashing, all in this process, round by round in turns so that drift falls on all alike.
 *
 *   ntlm [ROUNDS [N]]
 *
 * A handshake is both ends: three messages, NTLMv2 with the account's hash looked up, key exchange,
 * MIC, signing and sealing keys. The floor is the same HMACs, MD5s and RC4s by OpenSSL alone, over
 * as many octets, contexts kept. gss-ntlmssp takes its passwords from NTLM_USER_FILE. */
#include "context/ntlm.h"

#include "crypto/rng.h"

#include <gssapi/gssapi_ntlmssp.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "ntlm: %s\n", what);
    exit(2);
}

static double cpu(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* ---- ours ------------------------------------------------------------------------------------ */

static struct arena *mem, *lasting;
static struct crypto *crypto;
static struct system_rng rng;
static uint8_t nt_hash[16];
static struct logon_question recorded;

static struct turn turn(void)
{
    return (struct turn){.now = 1795305600 * SECOND, .rng = &rng.rng, .crypto = crypto, .mem = mem};
}

static void our_handshake(void)
{
    static const struct ntlm_client_config c = {.party = "alice",
                                                .user = {(const uint8_t *)"alice", 5},
                                                .domain = {(const uint8_t *)"EXAMPLE", 7},
                                                .workstation = {(const uint8_t *)"PC1", 3},
                                                .nt_hash = nt_hash,
                                                .level = 3,
                                                .target_spn = "HTTP/web.example.test",
                                                .flags = NTLMSSP_NEGOTIATE_SEAL |
                                                         NTLMSSP_NEGOTIATE_SIGN};
    static const struct ntlm_server_config s = {
        .party = "web",
        .nb_computer = {(const uint8_t *)"WEB", 3},
        .nb_domain = {(const uint8_t *)"EXAMPLE", 7},
        .dns_computer = {(const uint8_t *)"web.example.test", 16},
        .in_domain = true,
        .require_mic = true};
    struct ntlm_client client;
    struct ntlm_server server;
    struct turn t = turn();
    struct bytes token;
    struct ntlm_compared compared;
    struct logon_answer answer = {.status = 0};
    arena_reset(mem);
    ntlm_client_init(&client, mem, &c);
    ntlm_server_init(&server, mem, &s);
    if (ntlm_client_step(&client, &t, (struct bytes){0}, &token) != MECH_CONTINUE ||
        ntlm_server_step(&server, &t, token, &token) != MECH_CONTINUE ||
        ntlm_client_step(&client, &t, token, &token) != MECH_DONE ||
        ntlm_server_step(&server, &t, token, &token) != MECH_WAITING ||
        !ntlm_compare(&t, &server.question, nt_hash, NULL, 3, &compared))
        die("our handshake fails");
    memcpy(answer.session_base_key, compared.session_base_key, 16);
    if (ntlm_server_answer(&server, &t, &answer) != MECH_DONE || !server.mic ||
        memcmp(server.session.exported, client.session.exported, 16) != 0)
        die("our handshake ends without a key");
    if (!recorded.nt_response.n) {
        recorded = server.question;
        recorded.user = arena_copy(lasting, recorded.user);
        recorded.domain = arena_copy(lasting, recorded.domain);
        recorded.nt_response = arena_copy(lasting, recorded.nt_response);
        recorded.lm_response = arena_copy(lasting, recorded.lm_response);
    }
}

static void our_comparison(void)
{
    struct ntlm_compared compared;
    struct turn t = turn();
    if (!ntlm_compare(&t, &recorded, nt_hash, NULL, 3, &compared))
        die("our comparison fails");
}

/* ---- the floor ------------------------------------------------------------------------------- */

static EVP_MAC_CTX *mac;
static EVP_MD_CTX *hash;
static EVP_MD *md5;
static EVP_CIPHER_CTX *stream;
static uint8_t input[1024];

static void floor_start(void)
{
    OSSL_LIB_CTX *lib = OSSL_LIB_CTX_new(); /* gss-ntlmssp's own is left as it finds it */
    char name[] = "MD5";
    OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
                           OSSL_PARAM_construct_end()};
    if (!OSSL_PROVIDER_load(lib, "legacy") || !OSSL_PROVIDER_load(lib, "default"))
        die("no legacy provider");
    EVP_MAC *hmac = EVP_MAC_fetch(lib, "HMAC", NULL);
    EVP_CIPHER *rc4 = EVP_CIPHER_fetch(lib, "RC4", NULL);
    md5 = EVP_MD_fetch(lib, "MD5", NULL);
    mac = EVP_MAC_CTX_new(hmac);
    hash = EVP_MD_CTX_new();
    stream = EVP_CIPHER_CTX_new();
    if (!EVP_MAC_init(mac, input, 16, params) ||
        !EVP_EncryptInit_ex2(stream, rc4, input, NULL, NULL))
        die("OpenSSL has not what the floor takes");
}

static void floor_hmac(size_t n)
{
    uint8_t out[16];
    size_t size;
    if (!EVP_MAC_init(mac, input, 16, NULL) || !EVP_MAC_update(mac, input, n) ||
        !EVP_MAC_final(mac, out, &size, sizeof out))
        die("HMAC");
    memcpy(input, out, 16);
}

static void floor_md5(size_t n)
{
    uint8_t out[16];
    if (!EVP_DigestInit_ex2(hash, md5, NULL) || !EVP_DigestUpdate(hash, input, n) ||
        !EVP_DigestFinal_ex(hash, out, NULL))
        die("MD5");
}

static void floor_rc4(size_t n)
{
    uint8_t out[16];
    int size;
    if (!EVP_EncryptInit_ex2(stream, NULL, input, NULL, NULL) ||
        (n && !EVP_EncryptUpdate(stream, out, &size, input, (int)n)))
        die("RC4");
}

/* NTOWFv2, the proof over challenge and temp, the session base key. */
static void floor_comparison(void)
{
    floor_hmac(24);
    floor_hmac(8 + recorded.nt_response.n - 16);
    floor_hmac(16);
}

static void floor_handshake(void)
{
    for (int end = 0; end < 2; end++) {
        floor_comparison();
        floor_rc4(16);   /* the key exchanged */
        floor_hmac(700); /* the MIC */
        for (int i = 0; i < 4; i++)
            floor_md5(75); /* signing and sealing keys */
        floor_rc4(0);
        floor_rc4(0);
    }
}

/* ---- gss-ntlmssp ----------------------------------------------------------------------------- */

static gss_OID_desc ntlm = {GSS_NTLMSSP_OID_LENGTH, (void *)(uintptr_t)GSS_NTLMSSP_OID_STRING};
static gss_OID_desc with_mic = {GSS_SPNEGO_REQUIRE_MIC_OID_LENGTH,
                                (void *)(uintptr_t)GSS_SPNEGO_REQUIRE_MIC_OID_STRING};
static gss_cred_id_t initiator, acceptor;
static gss_name_t target;

static gss_name_t name_of(const char *text, gss_OID type)
{
    gss_buffer_desc b = {strlen(text), (void *)(uintptr_t)text};
    gss_name_t name;
    OM_uint32 minor;
    if (gss_import_name(&minor, &b, type, &name))
        die("a name");
    return name;
}

static void their_start(void)
{
    gss_OID_set_desc mechs = {1, &ntlm};
    OM_uint32 minor;
    target = name_of("HTTP@web.example.test", GSS_C_NT_HOSTBASED_SERVICE);
    if (gss_acquire_cred(&minor, name_of("EXAMPLE\\alice", GSS_C_NT_USER_NAME), GSS_C_INDEFINITE,
                         &mechs, GSS_C_INITIATE, &initiator, NULL, NULL) ||
        gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &mechs, GSS_C_ACCEPT, &acceptor,
                         NULL, NULL))
        die("gss-ntlmssp has no credentials");
}

static void their_handshake(void)
{
    gss_ctx_id_t c = GSS_C_NO_CONTEXT, s = GSS_C_NO_CONTEXT;
    gss_buffer_desc to = GSS_C_EMPTY_BUFFER, back = GSS_C_EMPTY_BUFFER;
    gss_buffer_set_t set = GSS_C_NO_BUFFER_SET;
    OM_uint32 minor, major = 0, flags = GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG;
    for (int round = 0; round < 2; round++) {
        gss_release_buffer(&minor, &to);
        major = gss_init_sec_context(&minor, initiator, &c, target, &ntlm, flags, 0,
                                     GSS_C_NO_CHANNEL_BINDINGS, &back, NULL, &to, NULL, NULL);
        if (GSS_ERROR(major))
            die("gss_init_sec_context");
        if (round == 0)
            gss_inquire_sec_context_by_oid(&minor, c, &with_mic, &set);
        gss_release_buffer(&minor, &back);
        major = gss_accept_sec_context(&minor, &s, acceptor, &to, GSS_C_NO_CHANNEL_BINDINGS, NULL,
                                       NULL, &back, NULL, NULL, NULL);
        if (GSS_ERROR(major))
            die("gss_accept_sec_context");
    }
    if (major != GSS_S_COMPLETE)
        die("gss-ntlmssp's handshake does not end");
    gss_release_buffer_set(&minor, &set);
    gss_release_buffer(&minor, &to);
    gss_release_buffer(&minor, &back);
    gss_delete_sec_context(&minor, &c, GSS_C_NO_BUFFER);
    gss_delete_sec_context(&minor, &s, GSS_C_NO_BUFFER);
}

/* ---- rounds ---------------------------------------------------------------------------------- */

static struct contender {
    const char *name;
    void (*run)(void);
    unsigned share; /* of N */
    double all[64];
} contenders[] = {
    {"comparison, ours", our_comparison, 1, {0}},
    {"comparison, the floor", floor_comparison, 1, {0}},
    {"handshake, ours", our_handshake, 1, {0}},
    {"handshake, the floor", floor_handshake, 1, {0}},
    {"handshake, gss-ntlmssp", their_handshake, 20, {0}},
};
#define N_CONTENDERS (sizeof contenders / sizeof *contenders)

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 5, n = argc > 2 ? atoi(argv[2]) : 20000;
    if (rounds < 1 || rounds > 64 || n < 20)
        die("1 to 64 rounds of at least 20");
    mem = arena_new(1 << 14);
    lasting = arena_new(1 << 12);
    crypto = crypto_new();
    if (!mem || !lasting || !crypto || !ntowf_v1(crypto, BYTES_LIT("alice-pw-1"), nt_hash))
        die("no crypto");
    system_rng_init(&rng);
    floor_start();
    their_start();
    our_handshake();
    for (int round = 0; round < rounds; round++)
        for (size_t i = 0; i < N_CONTENDERS; i++) {
            struct contender *c = &contenders[i];
            int times = n / (int)c->share;
            double from = cpu();
            for (int k = 0; k < times; k++)
                c->run();
            c->all[round] = (cpu() - from) / times;
        }
    double median[N_CONTENDERS];
    for (size_t i = 0; i < N_CONTENDERS; i++) {
        struct contender *c = &contenders[i];
        qsort(c->all, (size_t)rounds, sizeof(double), by_value);
        median[i] = c->all[rounds / 2];
        printf("%-24s %8.2f us CPU (least %.2f), %8.0f in a CPU second\n", c->name, median[i],
               c->all[0], 1e6 / median[i]);
    }
    printf("comparison: %.2f times the floor's time\n", median[0] / median[1]);
    printf("handshake: %.2f times the floor's time, %.1f times gss-ntlmssp's rate\n",
           median[2] / median[3], median[4] / median[2]);
    return 0;
}
