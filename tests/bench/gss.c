/* A mutual handshake of the Kerberos mechanism, both ends in this process, ours and MIT's GSS-API
 * in turns: CPU time of a whole handshake (AP-REQ made, accepted, AP-REP made, accepted), with the
 * ticket in the cache. MIT's reads cache and keytab from memory and keeps no replay cache; ours
 * wraps its tokens in HTTP's Negotiate and has a replay cache. `--files`: MIT's as it is by
 * default.
 *
 *   gss CACHE KEYTAB HOST [ROUNDS] [N]    the cache has a ticket for HTTP/HOST */
#include "client/client.h"
#include "crypto/rng.h"
#include "service/service.h"

#include <gssapi/gssapi_krb5.h>
#include <krb5/krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *cache_path, *keytab_path, *host;
static struct arena *mem, *turn_mem;
static struct crypto *crypto;
static struct system_rng rng;
static struct client *client;
static struct service *service;
static struct party client_party = {.name = "client"}, service_party = {.name = "www"};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "gss: %s\n", what);
    exit(2);
}

static double cpu_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* ---- ours ------------------------------------------------------------------------------------ */

static struct bytes file(const char *path)
{
    uint8_t *data = arena_take(mem, 1 << 20);
    FILE *f = fopen(path, "rb");
    if (!f)
        die(path);
    size_t n = fread(data, 1, 1 << 20, f);
    fclose(f);
    return bytes_of(data, n);
}

/* What a service that is asked a thousand times a second keeps: enough for a bench to be served. */
#define SEEN (1 << 20)
static uint64_t *seen;
static bool unseen(void *arg, struct bytes key, int64_t now, int64_t window)
{
    (void)arg, (void)now, (void)window;
    uint64_t h = be64(key.p + key.n - 8), *slot = &seen[h % SEEN];
    if (*slot == h)
        return false;
    *slot = h;
    return true;
}

static struct turn now_turn(struct outbox *box)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    outbox_init(box, turn_mem);
    return (struct turn){.now = (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000,
                         .rng = &rng.rng,
                         .crypto = crypto,
                         .mem = turn_mem,
                         .out = box};
}

static void prepare_ours(void)
{
    static const int32_t etypes[] = {18, 17};
    static struct keytab keytab;
    struct ccache cache;
    mem = arena_new(1 << 20);
    turn_mem = arena_new(1 << 16);
    crypto = crypto_new();
    seen = calloc(SEEN, sizeof *seen);
    system_rng_init(&rng);
    if (!crypto || !seen || !keytab_read(file(keytab_path), mem, NULL, &keytab) ||
        !ccache_read(file(cache_path), mem, NULL, &cache))
        die("cache or keytab");
    char *spn = arena_printf(mem, "HTTP/%s", host);
    struct bytes realm = cache.principal.realm;
    client = client_new(mem, &(struct client_config){.party = "client",
                                                     .kdc = &service_party,
                                                     .realm = realm,
                                                     .etypes = etypes,
                                                     .n_etypes = 2,
                                                     .skew = 5 * MINUTE});
    service = service_new(mem, &(struct service_config){.party = "www",
                                                        .spn = spn,
                                                        .realm = realm,
                                                        .keytab = &keytab,
                                                        .skew = 5 * MINUTE,
                                                        .replay = {unseen, NULL}});
    if (!service || !client_ccache_load(client, &cache))
        die("cache");
}

static void handshake_ours(void)
{
    struct outbox box;
    arena_reset(turn_mem);
    struct turn turn = now_turn(&box);
    struct client_do_args get = {.task = CLIENT_GET,
                                 .spn = arena_printf(turn_mem, "HTTP/%s", host),
                                 .host = host,
                                 .target = "/",
                                 .service = &service_party,
                                 .mutual = true};
    if (!client_do(client, &get, &turn) || !box.first)
        die("our client");
    struct packet request = box.first->packet;
    request.from = &client_party;
    turn = now_turn(&box);
    if (!service_receive(service, &request, &turn) || !box.first)
        die("our service");
    struct packet reply = box.first->packet;
    reply.from = &service_party;
    turn = now_turn(&box);
    if (!client_receive(client, &reply, &turn) || client_result(client).state != CLIENT_GRANTED)
        die(client_result(client).text);
}

/* ---- MIT's ----------------------------------------------------------------------------------- */

static gss_cred_id_t initiator, acceptor;
static gss_name_t target;

static void to_memory(void)
{
    krb5_context k;
    krb5_ccache from, to;
    krb5_principal p;
    krb5_keytab kf, kt;
    krb5_kt_cursor cursor;
    krb5_keytab_entry entry;
    if (krb5_init_context(&k) || krb5_cc_resolve(k, cache_path, &from) ||
        krb5_cc_get_principal(k, from, &p) || krb5_cc_resolve(k, "MEMORY:bench", &to) ||
        krb5_cc_initialize(k, to, p) || krb5_cc_copy_creds(k, from, to) ||
        krb5_kt_resolve(k, keytab_path, &kf) || krb5_kt_resolve(k, "MEMORY:bench", &kt) ||
        krb5_kt_start_seq_get(k, kf, &cursor))
        die("MIT cannot read cache or keytab");
    while (krb5_kt_next_entry(k, kf, &entry, &cursor) == 0)
        krb5_kt_add_entry(k, kt, &entry);
    krb5_kt_end_seq_get(k, kf, &cursor);
    setenv("KRB5CCNAME", "MEMORY:bench", 1);
    setenv("KRB5_KTNAME", "MEMORY:bench", 1);
    setenv("KRB5RCACHENAME", "none:", 1);
}

static void prepare_mit(bool files)
{
    OM_uint32 minor;
    gss_OID_set_desc mechs = {1, (gss_OID)gss_mech_krb5};
    char *name = NULL;
    if (files) {
        setenv("KRB5CCNAME", cache_path, 1);
        setenv("KRB5_KTNAME", keytab_path, 1);
    } else {
        to_memory();
    }
    if (asprintf(&name, "HTTP@%s", host) < 0)
        die("memory");
    gss_buffer_desc text = {strlen(name), name};
    if (gss_import_name(&minor, &text, GSS_C_NT_HOSTBASED_SERVICE, &target) ||
        gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &mechs, GSS_C_INITIATE,
                         &initiator, NULL, NULL) ||
        gss_acquire_cred(&minor, target, GSS_C_INDEFINITE, &mechs, GSS_C_ACCEPT, &acceptor, NULL,
                         NULL))
        die("MIT's credentials");
    free(name);
}

static void handshake_mit(void)
{
    gss_ctx_id_t from = GSS_C_NO_CONTEXT, to = GSS_C_NO_CONTEXT;
    gss_buffer_desc request = {0}, reply = {0}, none = {0};
    gss_name_t who = GSS_C_NO_NAME;
    OM_uint32 minor, flags = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG |
                             GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG;
    if (gss_init_sec_context(&minor, initiator, &from, target, (gss_OID)gss_mech_krb5, flags, 0,
                             GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL, &request, NULL,
                             NULL) != GSS_S_CONTINUE_NEEDED ||
        gss_accept_sec_context(&minor, &to, acceptor, &request, GSS_C_NO_CHANNEL_BINDINGS, &who,
                               NULL, &reply, NULL, NULL, NULL) != GSS_S_COMPLETE ||
        gss_init_sec_context(&minor, initiator, &from, target, (gss_OID)gss_mech_krb5, flags, 0,
                             GSS_C_NO_CHANNEL_BINDINGS, &reply, NULL, &none, NULL,
                             NULL) != GSS_S_COMPLETE)
        die("MIT's handshake");
    gss_release_buffer(&minor, &request);
    gss_release_buffer(&minor, &reply);
    gss_release_buffer(&minor, &none);
    gss_release_name(&minor, &who);
    gss_delete_sec_context(&minor, &from, NULL);
    gss_delete_sec_context(&minor, &to, NULL);
}

/* ---- the bench ------------------------------------------------------------------------------- */

static double measure(void (*handshake)(void), unsigned n)
{
    for (unsigned i = 0; i < n / 10 + 1; i++)
        handshake();
    double before = cpu_now();
    for (unsigned i = 0; i < n; i++)
        handshake();
    return (cpu_now() - before) / n;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
    bool files = argc > 1 && strcmp(argv[1], "--files") == 0;
    argc -= files, argv += files;
    if (argc < 4)
        die("[--files] CACHE KEYTAB HOST [ROUNDS] [N]");
    cache_path = argv[1];
    keytab_path = argv[2];
    host = argv[3];
    unsigned rounds = argc > 4 ? (unsigned)atoi(argv[4]) : 5,
             n = argc > 5 ? (unsigned)atoi(argv[5]) : 3000;
    double ours[32], mit[32];
    rounds = rounds < 1 ? 1 : rounds > 32 ? 32 : rounds;
    prepare_ours();
    prepare_mit(files);
    for (unsigned r = 0; r < rounds; r++) {
        mit[r] = measure(handshake_mit, n);
        ours[r] = measure(handshake_ours, n);
    }
    qsort(ours, rounds, sizeof *ours, by_value);
    qsort(mit, rounds, sizeof *mit, by_value);
    printf("GSS  mutual handshake, both ends, MIT %s: %.1f us; ours, in HTTP: %.1f us = %.3f of it "
           "(aim: 0.333 at most)\n",
           files ? "with files and replay cache" : "in memory, no replay cache", mit[rounds / 2],
           ours[rounds / 2], ours[rounds / 2] / mit[rounds / 2]);
    return 0;
}
