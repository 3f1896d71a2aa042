/* One of our ends of NTLM on standard input and output, a line a token in base64.
 *
 *   ntlm client|server [key=value...]
 *
 * user=, domain=, password=, workstation= (of the client; the server knows this one account),
 * level=, spn=, channel=, flags=sign, nomic=1, require=mic|channel. The client says its first token
 * at once. When it is done, "done KIND" or "refused WHY" is printed, and then lines are read: "seal
 * HEX", "unseal SIGNATURE HEX", "sign HEX", "check SIGNATURE HEX"; "key" prints the session key. */
#include "context/ntlm.h"

#include "base/text.h"
#include "crypto/rng.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct arena *mem;
static struct crypto *crypto;
static struct system_rng rng;
static struct faults faults;
static int n_args;
static char **args;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "ntlm: %s\n", what);
    exit(2);
}

static const char *arg(const char *name)
{
    size_t n = strlen(name);
    for (int i = 0; i < n_args; i++)
        if (strncmp(args[i], name, n) == 0 && args[i][n] == '=')
            return args[i] + n + 1;
    return "";
}

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

static char *line(void)
{
    static char text[1 << 16];
    if (!fgets(text, sizeof text, stdin))
        exit(0);
    text[strcspn(text, "\r\n")] = '\0';
    return text;
}

static struct bytes token(void)
{
    struct bytes out;
    size_t at;
    if (!base64_decode(mem, bytes_str(line()), true, &out, &at))
        die("no base64");
    return out;
}

static void put(struct bytes b)
{
    printf("%s\n", base64_text(mem, b));
    fflush(stdout);
}

static void said(const char *what, const char *more)
{
    printf("%s %s\n", what, more ? more : "");
    fflush(stdout);
}

/* ---- the ends -------------------------------------------------------------------------------- */

static struct ntlm_client client;
static struct ntlm_server server;

static struct ntlm_session *run_client(void)
{
    struct ntlm_client_config c = {
        .party = "client",
        .user = bytes_str(arg("user")),
        .domain = bytes_str(arg("domain")),
        .password = bytes_str(arg("password")),
        .workstation = bytes_str(arg("workstation")),
        .level = (unsigned)atoi(arg("level")),
        .target_spn = *arg("spn") ? arg("spn") : NULL,
        .bindings = bytes_str(arg("channel")),
        .flags = *arg("flags") ? NTLMSSP_NEGOTIATE_SIGN | NTLMSSP_NEGOTIATE_SEAL : 0,
        .no_mic = *arg("nomic"),
        .version = {10, 0, 19041, 15}};
    struct turn t = turn();
    struct bytes out;
    ntlm_client_init(&client, mem, &c);
    if (ntlm_client_step(&client, &t, (struct bytes){0}, &out) != MECH_CONTINUE)
        die("no NEGOTIATE");
    put(out);
    if (ntlm_client_step(&client, &t, token(), &out) != MECH_DONE) {
        said("refused", client.why);
        return NULL;
    }
    put(out);
    said("done", client.sent);
    return &client.session;
}

static struct logon_answer verdict(struct turn *t)
{
    struct logon_answer answer = {.status = STATUS_WRONG_PASSWORD};
    struct ntlm_compared compared;
    uint8_t nt[16], lm[16];
    struct bytes password = bytes_str(arg("password"));
    bool has_lm = lmowf_v1(crypto, password, lm);
    if (!bytes_equal_nocase(server.question.user, bytes_str(arg("user"))) ||
        !ntowf_v1(crypto, password, nt) ||
        !ntlm_compare(t, &server.question, nt, has_lm ? lm : NULL, (unsigned)atoi(arg("level")),
                      &compared))
        return answer;
    answer.status = 0;
    memcpy(answer.session_base_key, compared.session_base_key, 16);
    memcpy(answer.lm_key, compared.lm_key, 8);
    return answer;
}

static struct ntlm_session *run_server(void)
{
    static const char *const forms[] = {[VERIFIED_LM] = "LM",
                                        [VERIFIED_NTLM] = "NTLM",
                                        [VERIFIED_NTLM2_SESSION] = "NTLM2 session",
                                        [VERIFIED_NTLMV2] = "NTLMv2",
                                        [VERIFIED_LMV2] = "LMv2"};
    const char *require = arg("require");
    struct ntlm_server_config c = {.party = "server",
                                   .nb_computer = BYTES_LIT("WEB1"),
                                   .nb_domain = bytes_str(arg("domain")),
                                   .dns_computer = BYTES_LIT("web1.example.test"),
                                   .in_domain = true,
                                   .require_mic = strcmp(require, "mic") == 0,
                                   .protection =
                                       strcmp(require, "channel") == 0 ? EPA_REQUIRED : EPA_OFF,
                                   .bindings = bytes_str(arg("channel")),
                                   .version = {10, 0, 20348, 15}};
    struct turn t = turn();
    struct bytes out;
    ntlm_server_init(&server, mem, &c);
    if (ntlm_server_step(&server, &t, token(), &out) != MECH_CONTINUE)
        die(server.why ? server.why : "no CHALLENGE");
    put(out);
    enum mech_state state = ntlm_server_step(&server, &t, token(), &out);
    if (state == MECH_WAITING) {
        struct logon_answer answer = verdict(&t);
        state = ntlm_server_answer(&server, &t, &answer);
    }
    if (state != MECH_DONE) {
        said("refused", server.why);
        return NULL;
    }
    said("done",
         arena_printf(mem, "%s%s%s", server.anonymous ? "anonymous" : forms[server.verified],
                      server.mic ? ", MIC" : "",
                      server.session.flags & NTLMSSP_NEGOTIATE_KEY_EXCH ? ", key" : ""));
    return &server.session;
}

/* ---- messages -------------------------------------------------------------------------------- */

static struct bytes octets(char **rest)
{
    struct bytes out;
    size_t at;
    char *word = strsep(rest, " ");
    if (!hex_decode(mem, bytes_str(word ? word : ""), &out, &at))
        die("no hexadecimal");
    return arena_copy(mem, out);
}

static void one_message(struct ntlm_session *s, char *text)
{
    struct turn t = turn();
    uint8_t signature[16];
    char *verb = strsep(&text, " ");
    bool makes = strcmp(verb, "seal") == 0 || strcmp(verb, "sign") == 0;
    bool seals = strstr(verb, "seal") != NULL;
    if (strcmp(verb, "key") == 0) {
        said("key", hex_text(mem, bytes_of(s->exported, 16)));
        return;
    }
    struct bytes first = makes ? (struct bytes){0} : octets(&text), second = octets(&text);
    uint8_t *p = (uint8_t *)(uintptr_t)second.p;
    bool ok =
        makes ? (seals ? ntlm_seal(s, &t, p, second.n, signature)
                       : ntlm_sign(s, &t, second, signature))
              : (seals ? ntlm_unseal(s, &t, p, second.n, first) : ntlm_check(s, &t, second, first));
    if (!ok)
        said("refused", faults.n ? faults.list[0].row->why : "");
    else if (makes)
        said(hex_text(mem, bytes_of(signature, 16)), hex_text(mem, second));
    else
        said("ok", hex_text(mem, second));
}

int main(int argc, char **argv)
{
    if (argc < 2)
        die("client or server?");
    n_args = argc - 2, args = argv + 2;
    mem = arena_new(1 << 20);
    crypto = crypto_new();
    if (!mem || !crypto)
        return 2;
    system_rng_init(&rng);
    struct ntlm_session *s = strcmp(argv[1], "client") == 0 ? run_client() : run_server();
    if (!s)
        return 1;
    for (;;)
        one_message(s, line());
}
