/* A load on a web server: some connections, a request under way on each, every answer read and
 * looked at. Prints one line: requests a second, CPU time of the server per request, latencies.
 *
 *   anonymous   nothing is proven
 *   basic       the same name and password with every request
 *   negotiate   a token of its own with every request, made beforehand by MIT's GSS-API: SPNEGO
 *               around Kerberos, mutual; no two have the same authenticator
 *   ntlm        NTLMv2 once on a connection (three messages, two round trips), then requests
 *               without any proof on it until --each is reached; then a new connection
 *
 * Exit status: 0 every answer was right, 1 some were not, 2 trouble. */
#include "context/ntlm.h"

#include "base/text.h"
#include "crypto/rng.h"
#include "tests/bench/measure.h"

#include <argp.h>
#include <arpa/inet.h>
#include <errno.h>
#include <gssapi/gssapi_krb5.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_ROOM     16384
#define CONNECTIONS_MAX 256
#define LOST_AFTER      5000000000 /* nanoseconds */

static struct options {
    const char *label, *mode, *path, *host, *user, *password, *want, *pids;
    unsigned port, n, window, warmup, each;
    int cpu;
} opt = {.label = "-",
         .mode = "anonymous",
         .path = "/",
         .host = "www.example.test",
         .user = "alice",
         .password = "",
         .n = 8000,
         .window = 16,
         .each = 100,
         .cpu = -1};
static struct crypto *crypto;
static struct system_rng rng;
static struct arena *lasting;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "httpload: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(2);
}

/* ---- requests ----------------------------------------------------------------------------------
 */

static struct bytes request_with(struct arena *mem, const char *scheme, struct bytes token)
{
    const char *proof = "";
    if (scheme)
        proof = arena_printf(mem, "Authorization: %s %s\r\n", scheme, base64_text(mem, token));
    return bytes_str(
        arena_printf(mem, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", opt.path, opt.host, proof));
}

static gss_name_t service_name(void)
{
    char text[300];
    OM_uint32 minor;
    gss_name_t name;
    snprintf(text, sizeof text, "HTTP@%s", opt.host);
    gss_buffer_desc b = {strlen(text), text};
    if (gss_import_name(&minor, &b, GSS_C_NT_HOSTBASED_SERVICE, &name))
        die("no name");
    return name;
}

/* SPNEGO with Kerberos alone, its first token. */
static struct bytes negotiate_request(gss_name_t name, gss_cred_id_t cred)
{
    static gss_OID_desc spnego = {6, (void *)(uintptr_t) "\x2b\x06\x01\x05\x05\x02"};
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_buffer_desc token = {0};
    OM_uint32 minor;
    OM_uint32 major = gss_init_sec_context(&minor, cred, &context, name, &spnego, GSS_C_MUTUAL_FLAG,
                                           0, NULL, NULL, NULL, &token, NULL, NULL);
    errno = 0;
    if (GSS_ERROR(major))
        die("MIT makes no token (is there a ticket?)");
    struct bytes all = request_with(lasting, "Negotiate", bytes_of(token.value, token.length));
    gss_release_buffer(&minor, &token);
    gss_delete_sec_context(&minor, &context, NULL);
    return all;
}

static gss_cred_id_t kerberos_alone(void)
{
    gss_OID_set_desc kerberos = {1, (gss_OID)gss_mech_krb5};
    OM_uint32 minor;
    gss_cred_id_t cred;
    if (gss_acquire_cred(&minor, GSS_C_NO_NAME, 0, GSS_C_NO_OID_SET, GSS_C_INITIATE, &cred, NULL,
                         NULL) ||
        gss_set_neg_mechs(&minor, cred, &kerberos))
        die("no ticket");
    return cred;
}

struct request {
    struct bytes data;
    int64_t sent, took; /* nanoseconds; a logon before it on its connection is within */
    bool right;
};

static struct request *make(size_t n)
{
    struct request *all = arena_array(lasting, struct request, n);
    bool negotiate = strcmp(opt.mode, "negotiate") == 0;
    gss_name_t name = negotiate ? service_name() : GSS_C_NO_NAME;
    gss_cred_id_t cred = negotiate ? kerberos_alone() : GSS_C_NO_CREDENTIAL;
    struct bytes same = request_with(lasting, NULL, (struct bytes){0});
    if (strcmp(opt.mode, "basic") == 0)
        same = request_with(lasting, "Basic",
                            bytes_str(arena_printf(lasting, "%s:%s", opt.user, opt.password)));
    for (size_t i = 0; i < n; i++)
        all[i].data = negotiate ? negotiate_request(name, cred) : same;
    return all;
}

/* ---- connections -------------------------------------------------------------------------------
 */

struct connection {
    int fd; /* -1: not open */
    struct request *now;
    unsigned left; /* requests until a new connection is made; ntlm */
    bool proven;   /* ntlm: nothing more is asked */
    struct arena *mem;
    struct ntlm_client client;
    char in[ANSWER_ROOM];
    size_t n;
};

static void dial(struct connection *c)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)opt.port)};
    int on = 1;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to))
        die("cannot reach the server");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    c->left = opt.each;
    c->proven = strcmp(opt.mode, "ntlm") != 0;
}

static void hang_up(struct connection *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

static void say(struct connection *c, struct bytes data)
{
    c->n = 0;
    if (send(c->fd, data.p, data.n, MSG_NOSIGNAL) != (ssize_t)data.n)
        die("cannot send");
}

/* The next message of NTLM, with the request. False: there is none. */
static bool say_ntlm(struct connection *c, struct bytes in)
{
    struct timespec ts;
    struct bytes out;
    clock_gettime(CLOCK_REALTIME, &ts);
    struct turn t = {.now = ts.tv_sec * SECOND + ts.tv_nsec / 1000,
                     .rng = &rng.rng,
                     .crypto = crypto,
                     .mem = c->mem};
    enum mech_state state = ntlm_client_step(&c->client, &t, in, &out);
    if (state != MECH_CONTINUE && state != MECH_DONE)
        return false;
    c->proven = state == MECH_DONE;
    say(c, request_with(c->mem, "NTLM", out));
    return true;
}

static void give(struct connection *c, struct request *r)
{
    c->now = r;
    r->sent = now_ns();
    if (c->fd < 0)
        dial(c);
    if (c->proven) {
        say(c, r->data);
        return;
    }
    struct ntlm_client_config config = {.party = "client",
                                        .user = bytes_str(opt.user),
                                        .domain = BYTES_LIT("EXAMPLE"),
                                        .password = bytes_str(opt.password),
                                        .workstation = BYTES_LIT("PC1"),
                                        .level = 3};
    arena_reset(c->mem);
    config.target_spn = arena_printf(c->mem, "HTTP/%s", opt.host);
    ntlm_client_init(&c->client, c->mem, &config);
    if (!say_ntlm(c, (struct bytes){0}))
        die("no NEGOTIATE");
}

/* ---- answers -----------------------------------------------------------------------------------
 */

/* Is the answer whole? All answers of these servers have a length. */
static bool is_whole(const struct connection *c)
{
    const char *end = memmem(c->in, c->n, "\r\n\r\n", 4), *length;
    if (!end)
        return false;
    length = strcasestr(c->in, "\r\nContent-Length:");
    size_t body = length && length < end ? strtoul(length + 17, NULL, 10) : 0;
    return c->n >= (size_t)(end + 4 - c->in) + body;
}

/* The CHALLENGE of a 401 is answered, on the same connection. */
static bool goes_on(struct connection *c)
{
    const char *at = strstr(c->in, "WWW-Authenticate: NTLM ");
    struct bytes token;
    size_t bad;
    if (c->proven || !at)
        return false;
    at += strlen("WWW-Authenticate: NTLM ");
    return base64_decode(c->mem, bytes_of(at, strcspn(at, "\r\n")), true, &token, &bad) &&
           say_ntlm(c, token);
}

static void complain(const struct connection *c)
{
    static unsigned complaints;
    if (!complaints++)
        fprintf(stderr, "httpload: %s: %.*s\n", opt.label, (int)strcspn(c->in, "\r\n"), c->in);
}

/* True: the request that was under way is answered. */
static bool take(struct connection *c)
{
    ssize_t got = recv(c->fd, c->in + c->n, ANSWER_ROOM - 1 - c->n, MSG_DONTWAIT);
    struct request *r = c->now;
    bool ended = got == 0 || (got < 0 && errno != EAGAIN) || now_ns() - r->sent > LOST_AFTER;
    c->n += got > 0 ? (size_t)got : 0;
    c->in[c->n] = '\0';
    if (!ended && (got < 0 || !is_whole(c)))
        return false;
    if (!ended && goes_on(c))
        return false;
    r->took = now_ns() - r->sent;
    r->right = !ended && strncmp(c->in, "HTTP/1.1 200 ", 13) == 0 &&
               (!opt.want || strstr(c->in, opt.want));
    if (!r->right)
        complain(c);
    if (ended || !r->right || (strcmp(opt.mode, "ntlm") == 0 && --c->left == 0))
        hang_up(c);
    return true;
}

static double drive(struct request *all, size_t n)
{
    static struct connection conns[CONNECTIONS_MAX];
    size_t next = 0, done = 0;
    for (unsigned i = 0; i < opt.window; i++) {
        conns[i].fd = -1;
        if (!conns[i].mem && !(conns[i].mem = arena_new(1 << 14)))
            die("no memory");
    }
    int64_t start = now_ns();
    while (done < n)
        for (unsigned i = 0; i < opt.window; i++) {
            if (conns[i].now && take(&conns[i])) {
                conns[i].now = NULL;
                done++;
            }
            if (!conns[i].now && next < n)
                give(&conns[i], &all[next++]);
        }
    double seconds = (double)(now_ns() - start) / 1e9;
    for (unsigned i = 0; i < opt.window; i++)
        hang_up(&conns[i]);
    return seconds;
}

static int by_took(const void *a, const void *b)
{
    const struct request *x = a, *y = b;
    return (x->took > y->took) - (x->took < y->took);
}

static int run(void)
{
    struct request *warm = make(opt.warmup), *all = make(opt.n);
    size_t right = 0;
    drive(warm, opt.warmup);
    int64_t before = opt.pids ? cpu_of(opt.pids) : 0;
    double seconds = drive(all, opt.n);
    int64_t spent = opt.pids ? cpu_of(opt.pids) - before : 0;
    for (size_t i = 0; i < opt.n; i++)
        right += all[i].right;
    qsort(all, opt.n, sizeof *all, by_took);
    printf("%s mode=%s%s n=%u right=%zu replies_s=%.0f cpu_us=%.2f p50_us=%.0f p99_us=%.0f\n",
           opt.label, opt.mode,
           strcmp(opt.mode, "ntlm") != 0 ? ""
           : opt.each == 1               ? "-logon"
                                         : "",
           opt.n, right, (double)opt.n / seconds, (double)spent / 1e3 / opt.n,
           (double)all[opt.n / 2].took / 1e3, (double)all[opt.n - 1 - opt.n / 100].took / 1e3);
    return right == opt.n ? 0 : 1;
}

/* ---- options -----------------------------------------------------------------------------------
 */

static error_t parse(int key, char *arg, struct argp_state *state)
{
    const struct {
        int key;
        const char **text;
        unsigned *number;
    } rows[] = {{'l', &opt.label, NULL}, {'m', &opt.mode, NULL},   {'t', &opt.path, NULL},
                {'H', &opt.host, NULL},  {'U', &opt.user, NULL},   {'P', &opt.password, NULL},
                {'g', &opt.want, NULL},  {'i', &opt.pids, NULL},   {'p', NULL, &opt.port},
                {'n', NULL, &opt.n},     {'w', NULL, &opt.window}, {'W', NULL, &opt.warmup},
                {'e', NULL, &opt.each}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].key == key) {
            if (rows[i].text)
                *rows[i].text = arg;
            else
                *rows[i].number = (unsigned)atoi(arg);
            return 0;
        }
    if (key == 'C')
        opt.cpu = atoi(arg);
    else if (key == ARGP_KEY_END &&
             (!opt.port || !opt.n || !opt.each || !opt.window || opt.window > CONNECTIONS_MAX))
        argp_error(state, "--port, -n, --each and a window of 1 to 256 are needed");
    return key == 'C' || key == ARGP_KEY_END ? 0 : ARGP_ERR_UNKNOWN;
}

int main(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"label", 'l', "TEXT", 0, "first word of the line", 0},
        {"port", 'p', "PORT", 0, "of the server on 127.0.0.1", 0},
        {"mode", 'm', "anonymous|basic|negotiate|ntlm", 0, "what to prove", 0},
        {"path", 't', "PATH", 0, "of the page", 0},
        {"host", 'H', "NAME", 0, "www.example.test", 0},
        {"user", 'U', "NAME", 0, "alice", 0},
        {"password", 'P', "TEXT", 0, "for basic and ntlm", 0},
        {"want", 'g', "TEXT", 0, "is in every right page", 0},
        {"each", 'e', "N", 0, "requests on a connection; ntlm", 0},
        {"requests", 'n', "N", 0, "measured", 0},
        {"window", 'w', "N", 0, "connections", 0},
        {"warmup", 'W', "N", 0, "before, not measured", 0},
        {"pid", 'i', "PID[,PID]", 0, "whose CPU time to read", 0},
        {"cpu", 'C', "N", 0, "run on this CPU", 0},
        {0}};
    static const struct argp argp = {options, parse, NULL, "A load on a web server.",
                                     NULL,    NULL,  NULL};
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, &opt);
    if (opt.cpu >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(opt.cpu, &set);
        sched_setaffinity(0, sizeof set, &set);
    }
    crypto = crypto_new();
    lasting = arena_new((size_t)64 << 20);
    if (!crypto || !lasting)
        die("no memory or no OpenSSL");
    system_rng_init(&rng);
    return run();
}
