/* Our ends of NTLM beside gss-ntlmssp's, in one process, by the GSS-API.
 *
 *   ntlm_gss DOMAIN USER PASSWORD
 *
 * NTLM_USER_FILE has what the account has; PASSWORD is what our ends believe. With LM_COMPAT_LEVEL
 * in the environment only a client of that level is tried. Each line says what went how; the exit
 * status is 1 when something was not as it should be. */
#include "context/ntlm.h"

#include "base/text.h"
#include "crypto/rng.h"

#include <gssapi/gssapi_ntlmssp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static gss_OID_desc ntlm = {10, (void *)(uintptr_t) "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"};
static struct arena *mem;
static struct crypto *crypto;
static struct system_rng rng;
static struct faults faults;
static const char *domain, *user, *password;
static int bad;

#define CHANNEL "tls-server-end-point:0123456789abcdef"
#define TARGET  "HTTP/web.example.test"

static struct turn turn(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    faults = (struct faults){.mem = mem};
    return (struct turn){.now = ts.tv_sec * SECOND + ts.tv_nsec / 1000,
                         .rng = &rng.rng,
                         .crypto = crypto,
                         .mem = mem,
                         .faults = &faults};
}

static void say(bool as_it_should, const char *what, const char *more)
{
    printf("%s: %s%s%s\n", as_it_should ? "ok" : "NOT ok", what, more && *more ? ": " : "",
           more ? more : "");
    bad |= !as_it_should;
}

static _Noreturn void die(const char *what, OM_uint32 major, OM_uint32 minor)
{
    OM_uint32 m, more = 0;
    gss_buffer_desc b;
    fprintf(stderr, "ntlm_gss: %s:", what);
    do {
        gss_display_status(&m, major, GSS_C_GSS_CODE, GSS_C_NO_OID, &more, &b);
        fprintf(stderr, " %.*s", (int)b.length, (char *)b.value);
    } while (more);
    gss_display_status(&m, minor, GSS_C_MECH_CODE, &ntlm, &more, &b);
    fprintf(stderr, " (%.*s)\n", (int)b.length, (char *)b.value);
    exit(2);
}

/* ---- one logon ------------------------------------------------------------------------------- */

struct logon {
    /* how */
    OM_uint32 flags;
    unsigned level;            /* ours */
    const char *ours, *theirs; /* channels; NULL: none */
    bool require, require_mic, with_mic, wrong;
    /* who */
    struct ntlm_client client;
    struct ntlm_server server;
    gss_ctx_id_t context;
    bool refused;
};

static struct gss_channel_bindings_struct channel_of(const char *data)
{
    return (struct gss_channel_bindings_struct){
        .application_data = {data ? strlen(data) : 0, (void *)(uintptr_t)data}};
}

static gss_cred_id_t credential(bool initiate)
{
    static gss_cred_id_t creds[2];
    gss_OID_set_desc mechs = {1, &ntlm};
    OM_uint32 minor, major;
    gss_name_t name = GSS_C_NO_NAME;
    if (creds[initiate])
        return creds[initiate];
    if (initiate) {
        char *full = arena_printf(mem, "%s\\%s", domain, user);
        gss_buffer_desc b = {strlen(full), full};
        major = gss_import_name(&minor, &b, GSS_C_NT_USER_NAME, &name);
        if (major)
            die("the name", major, minor);
    }
    major =
        gss_acquire_cred(&minor, name, GSS_C_INDEFINITE, &mechs,
                         initiate ? GSS_C_INITIATE : GSS_C_ACCEPT, &creds[initiate], NULL, NULL);
    if (major)
        die("credentials", major, minor);
    return creds[initiate];
}

static gss_name_t target(void)
{
    static gss_name_t name;
    static const char service[] = "HTTP@web.example.test";
    gss_buffer_desc b = {sizeof service - 1, (void *)(uintptr_t)service};
    OM_uint32 minor, major;
    if (!name && (major = gss_import_name(&minor, &b, GSS_C_NT_HOSTBASED_SERVICE, &name)))
        die("the target", major, minor);
    return name;
}

static struct logon_answer verdict(struct logon *l, const char *believed)
{
    struct turn t = turn();
    struct logon_answer answer = {.status = STATUS_WRONG_PASSWORD};
    struct ntlm_compared compared;
    uint8_t nt[16], lm[16];
    bool has_lm = lmowf_v1(crypto, bytes_str(believed), lm);
    if (!ntowf_v1(crypto, bytes_str(believed), nt) ||
        !ntlm_compare(&t, &l->server.question, nt, has_lm ? lm : NULL, 0, &compared))
        return answer;
    answer.status = 0;
    memcpy(answer.session_base_key, compared.session_base_key, 16);
    memcpy(answer.lm_key, compared.lm_key, 8);
    return answer;
}

/* What SPNEGO asks when it can do with a MIC: only then gss-ntlmssp makes one. */
static void can_mic(gss_ctx_id_t context)
{
    gss_OID_desc oid = {GSS_SPNEGO_REQUIRE_MIC_OID_LENGTH,
                        (void *)(uintptr_t)GSS_SPNEGO_REQUIRE_MIC_OID_STRING};
    gss_buffer_set_t set = GSS_C_NO_BUFFER_SET;
    OM_uint32 minor;
    gss_inquire_sec_context_by_oid(&minor, context, &oid, &set);
    gss_release_buffer_set(&minor, &set);
}

/* gss-ntlmssp begins, we accept. */
static void theirs_to_ours(struct logon *l)
{
    static const char *const spns[] = {TARGET, NULL};
    struct ntlm_server_config config = {.party = "web",
                                        .nb_computer = BYTES_LIT("WEB1"),
                                        .nb_domain = bytes_str(domain),
                                        .dns_computer = BYTES_LIT("web.example.test"),
                                        .in_domain = true,
                                        .require_mic = l->require_mic,
                                        .protection = l->require ? EPA_REQUIRED : EPA_OFF,
                                        .bindings =
                                            l->ours ? bytes_str(l->ours) : (struct bytes){0},
                                        .spns = spns,
                                        .version = {6, 1, 7601, 15}};
    struct gss_channel_bindings_struct channel = channel_of(l->theirs);
    gss_buffer_desc in = GSS_C_EMPTY_BUFFER, out = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor, major, got;
    struct turn t = turn();
    struct bytes token;
    enum mech_state state = MECH_CONTINUE;
    ntlm_server_init(&l->server, mem, &config);
    for (int round = 0; round < 2; round++) {
        major = gss_init_sec_context(&minor, credential(true), &l->context, target(), &ntlm,
                                     l->flags, 0, l->theirs ? &channel : GSS_C_NO_CHANNEL_BINDINGS,
                                     &in, NULL, &out, &got, NULL);
        if (GSS_ERROR(major))
            die("gss_init_sec_context", major, minor);
        if (l->with_mic)
            can_mic(l->context);
        state = ntlm_server_step(&l->server, &t, arena_copy(mem, bytes_of(out.value, out.length)),
                                 &token);
        in = (gss_buffer_desc){token.n, (void *)(uintptr_t)token.p};
        gss_release_buffer(&minor, &out);
    }
    if (state == MECH_WAITING) {
        struct logon_answer answer = verdict(l, l->wrong ? "another password" : password);
        state = ntlm_server_answer(&l->server, &t, &answer);
    }
    l->refused = state != MECH_DONE;
}

/* We begin, gss-ntlmssp accepts. */
static void ours_to_theirs(struct logon *l)
{
    struct ntlm_client_config config = {
        .party = "alice",
        .user = bytes_str(user),
        .domain = bytes_str(domain),
        .workstation = BYTES_LIT("PC1"),
        .password = bytes_str(l->wrong ? "another password" : password),
        .level = l->level,
        .target_spn = TARGET,
        .bindings = l->ours ? bytes_str(l->ours) : (struct bytes){0},
        .flags = NTLMSSP_NEGOTIATE_SIGN | NTLMSSP_NEGOTIATE_SEAL,
        .version = {6, 1, 7601, 15}};
    struct gss_channel_bindings_struct channel = channel_of(l->theirs);
    gss_buffer_desc in, out = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor, major = GSS_S_CONTINUE_NEEDED;
    struct turn t = turn();
    struct bytes token, came = {0};
    ntlm_client_init(&l->client, mem, &config);
    for (int round = 0; round < 2; round++) {
        enum mech_state state = ntlm_client_step(&l->client, &t, came, &token);
        if (state != (round ? MECH_DONE : MECH_CONTINUE))
            die("our client", 0, 0);
        in = (gss_buffer_desc){token.n, (void *)(uintptr_t)token.p};
        major = gss_accept_sec_context(&minor, &l->context, credential(false), &in,
                                       l->theirs ? &channel : GSS_C_NO_CHANNEL_BINDINGS, NULL, NULL,
                                       &out, NULL, NULL, NULL);
        came = arena_copy(mem, bytes_of(out.value, out.length));
        gss_release_buffer(&minor, &out);
        if (GSS_ERROR(major))
            break;
    }
    l->refused = major != GSS_S_COMPLETE;
}

/* ---- messages both ways ---------------------------------------------------------------------- */

static bool sealed_by_us(struct logon *l, struct ntlm_session *s, const char *text)
{
    struct turn t = turn();
    size_t n = strlen(text);
    uint8_t *p = arena_take(mem, 16 + n);
    gss_buffer_desc token = {16 + n, p}, got = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    memcpy(p + 16, text, n);
    if (!ntlm_seal(s, &t, p + 16, n, p) || gss_unwrap(&minor, l->context, &token, &got, NULL, NULL))
        return false;
    bool same = bytes_equal_str(bytes_of(got.value, got.length), text);
    gss_release_buffer(&minor, &got);
    return same;
}

static bool sealed_by_them(struct logon *l, struct ntlm_session *s, const char *text)
{
    struct turn t = turn();
    gss_buffer_desc plain = {strlen(text), (void *)(uintptr_t)text}, token = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    if (gss_wrap(&minor, l->context, 1, GSS_C_QOP_DEFAULT, &plain, NULL, &token) ||
        token.length < 16)
        return false;
    uint8_t *p = (uint8_t *)(uintptr_t)arena_copy(mem, bytes_of(token.value, token.length)).p;
    size_t n = token.length - 16;
    gss_release_buffer(&minor, &token);
    return ntlm_unseal(s, &t, p + 16, n, bytes_of(p, 16)) &&
           bytes_equal_str(bytes_of(p + 16, n), text);
}

static bool signed_by_us(struct logon *l, struct ntlm_session *s, const char *text)
{
    struct turn t = turn();
    uint8_t mic[16];
    gss_buffer_desc plain = {strlen(text), (void *)(uintptr_t)text}, token = {16, mic};
    OM_uint32 minor;
    return ntlm_sign(s, &t, bytes_str(text), mic) &&
           !gss_verify_mic(&minor, l->context, &plain, &token, NULL);
}

static bool signed_by_them(struct logon *l, struct ntlm_session *s, const char *text)
{
    struct turn t = turn();
    gss_buffer_desc plain = {strlen(text), (void *)(uintptr_t)text}, token = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    if (gss_get_mic(&minor, l->context, GSS_C_QOP_DEFAULT, &plain, &token))
        return false;
    bool ok = ntlm_check(s, &t, bytes_str(text), bytes_of(token.value, token.length));
    gss_release_buffer(&minor, &token);
    return ok;
}

static void messages(struct logon *l, struct ntlm_session *s, const char *what)
{
    bool ok = true;
    for (int i = 0; i < 5; i++) {
        const char *text = arena_printf(mem, "message %d of several, and some more text", i);
        ok = ok && sealed_by_us(l, s, text) && sealed_by_them(l, s, text) &&
             signed_by_us(l, s, text) && sealed_by_them(l, s, "x") && signed_by_them(l, s, text) &&
             sealed_by_us(l, s, "");
    }
    say(ok, arena_printf(mem, "%s: messages sealed and signed both ways", what),
        ok || !faults.n ? "" : faults.list[0].row->id);
}

static void finish(struct logon *l)
{
    OM_uint32 minor;
    if (l->context)
        gss_delete_sec_context(&minor, &l->context, GSS_C_NO_BUFFER);
}

/* ---- what is tried --------------------------------------------------------------------------- */

#define ALL                                                                                        \
    (GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG |                \
     GSS_C_MUTUAL_FLAG)

static void at_our_server(void)
{
    static const struct {
        const char *what;
        struct logon how;
        bool refused, mic;
    } rows[] = {
        {"at our server, with a MIC that is required",
         {.flags = ALL, .with_mic = true, .require_mic = true},
         false,
         true},
        {"at our server, signing only, with a MIC",
         {.flags = GSS_C_INTEG_FLAG, .with_mic = true},
         false,
         true},
        {"at our server, no MIC", {.flags = ALL}, false, false},
        {"at our server, no MIC where one is required",
         {.flags = ALL, .require_mic = true},
         true,
         false},
        {"at our server, a wrong password", {.flags = ALL, .wrong = true}, true, false},
        {"at our server that requires channel bindings and target, the right ones",
         {.flags = ALL, .with_mic = true, .require = true, .ours = CHANNEL, .theirs = CHANNEL},
         false,
         true},
        {"at our server that requires channel bindings, another channel's",
         {.flags = ALL, .require = true, .ours = CHANNEL, .theirs = "tls-server-end-point:relay"},
         true,
         false},
        {"at our server that requires channel bindings, none",
         {.flags = ALL, .require = true, .ours = CHANNEL},
         true,
         false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct logon l = rows[i].how;
        theirs_to_ours(&l);
        bool as_it_should = l.refused == rows[i].refused && l.server.mic == rows[i].mic;
        say(as_it_should, rows[i].what, l.server.why);
        if (!l.refused && rows[i].how.flags == ALL)
            messages(&l, &l.server.session, rows[i].what);
        finish(&l);
    }
}

/* gss-ntlmssp's client takes its level from the environment. */
static void their_level(void)
{
    static const char *const names[] = {[VERIFIED_NTLM] = "NTLM",
                                        [VERIFIED_NTLM2_SESSION] = "NTLM2 session",
                                        [VERIFIED_NTLMV2] = "NTLMv2",
                                        [VERIFIED_LMV2] = "LMv2"};
    struct logon l = {.flags = ALL};
    theirs_to_ours(&l);
    const char *what =
        arena_printf(mem, "gss-ntlmssp of level %s at our server", getenv("LM_COMPAT_LEVEL"));
    say(!l.refused, what, l.refused ? l.server.why : names[l.server.verified]);
    if (!l.refused)
        messages(&l, &l.server.session, what);
    finish(&l);
}

static void at_their_server(void)
{
    for (unsigned level = 0; level < 6; level++) {
        struct logon l = {.level = level};
        ours_to_theirs(&l);
        const char *what = arena_printf(mem, "our client of level %u at gss-ntlmssp", level);
        say(!l.refused, what, l.client.sent);
        if (!l.refused)
            messages(&l, &l.client.session, what);
        finish(&l);
    }
    static const struct {
        const char *what;
        struct logon how;
        bool refused;
    } rows[] = {
        {"our client at gss-ntlmssp, a wrong password", {.level = 3, .wrong = true}, true},
        {"our client at gss-ntlmssp, the right channel",
         {.level = 3, .ours = CHANNEL, .theirs = CHANNEL},
         false},
        {"our client at gss-ntlmssp, another channel",
         {.level = 3, .ours = CHANNEL, .theirs = "tls-server-end-point:relay"},
         true},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct logon l = rows[i].how;
        ours_to_theirs(&l);
        say(l.refused == rows[i].refused, rows[i].what, "");
        finish(&l);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fputs("usage: ntlm_gss DOMAIN USER PASSWORD\n", stderr);
        return 2;
    }
    domain = argv[1], user = argv[2], password = argv[3];
    mem = arena_new(1 << 20);
    crypto = crypto_new();
    if (!mem || !crypto)
        return 2;
    system_rng_init(&rng);
    if (getenv("LM_COMPAT_LEVEL")) {
        their_level();
        return bad;
    }
    at_our_server();
    at_their_server();
    return bad;
}
