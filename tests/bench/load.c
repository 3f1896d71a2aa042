/* A load on a KDC, over UDP: distinct, valid requests made beforehand, a window of them under way
 * (each on a socket of its own, so that a reply is known by where it arrives), every reply opened
 * afterwards. Prints one line: replies a second, CPU time of the server per request (from
 * /proc/PID/task/x/schedstat), latencies. With --mode echo the other side only sends back.
 *
 * Exit status: 0 every reply was right, 1 some were not or did not come, 2 trouble. */
#include "context/ap.h"
#include "crypto/rng.h"
#include "tests/bench/measure.h"

#include <arpa/inet.h>
#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REPLY_ROOM 2048
#define LOST_AFTER 3000000000 /* nanoseconds */

struct options {
    const char *label, *address, *mode, *realm, *password, *salt, *service, *pids;
    unsigned port, users, n, window, warmup;
    int cpu;
};

static struct options opt = {.label = "-",
                             .address = "127.0.0.1",
                             .mode = "as",
                             .realm = "EXAMPLE.TEST",
                             .service = "HTTP/www.example.test",
                             .n = 8000,
                             .window = 16,
                             .cpu = -1};
static struct crypto *crypto;
static struct system_rng rng;
static struct arena *mem;

static struct user {
    const char *name;
    struct key key;
} * users;
static unsigned n_users;

/* Ticket-granting tickets, which the TGS-REQs present in turn. */
#define LOGONS_MAX 500
static struct logon {
    struct KDC_REP rep;
    struct key session;
} * logons;
static unsigned n_logons;

struct request {
    struct bytes data;
    const struct user *user;   /* AS */
    const struct logon *logon; /* TGS: whose ticket; else NULL */
    uint32_t nonce;
    int64_t sent, took; /* nanoseconds; took -1: lost */
    uint8_t *reply;
    size_t n_reply;
};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "load: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(2);
}

static struct turn turn_at(int64_t now)
{
    return (struct turn){.now = now, .rng = &rng.rng, .crypto = crypto, .mem = mem};
}

static int64_t real_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

/* ---- requests ----------------------------------------------------------------------------------
 */

static struct KDC_REQ_BODY body_of(const char *service, int64_t now, uint32_t nonce)
{
    static int64_t etypes[] = {18};
    struct KDC_REQ_BODY b = {.realm = bytes_str(opt.realm),
                             .has_sname = true,
                             .till = (now / SECOND + 36000) * SECOND,
                             .nonce = nonce & 0x7fffffff};
    b.etype.at = etypes;
    b.etype.n = 1;
    principal_parse(mem, service, NT_SRV_INST, &b.sname, NULL);
    return b;
}

static struct bytes with_padata(int64_t msg_type, const struct KDC_REQ_BODY *body, int64_t type,
                                struct bytes value)
{
    struct PA_DATA pa = {.padata_type = type, .padata_value = value};
    struct KDC_REQ req = {.pvno = 5, .msg_type = msg_type, .has_padata = true, .req_body = *body};
    req.padata.at = &pa;
    req.padata.n = 1;
    return asn_encode(msg_type == 10 ? &ASN_AS_REQ : &ASN_TGS_REQ, &req, mem);
}

static struct bytes as_req(const struct user *u, int64_t now, uint32_t nonce)
{
    struct turn turn = turn_at(now);
    struct KDC_REQ_BODY body = body_of(arena_printf(mem, "krbtgt/%s", opt.realm), now, nonce);
    struct PA_ENC_TS_ENC ts = {
        .patimestamp = now / SECOND * SECOND, .has_pausec = true, .pausec = now % SECOND};
    struct EncryptedData sealed;
    body.has_cname = principal_parse(mem, u->name, NT_PRINCIPAL, &body.cname, NULL);
    if (!seal_value(&turn, &ASN_PA_ENC_TS_ENC, &ts, &u->key, 0, USAGE_PA_ENC_TIMESTAMP, &sealed))
        die("cannot seal a time stamp");
    return with_padata(10, &body, PA_ENC_TIMESTAMP, asn_encode(&ASN_EncryptedData, &sealed, mem));
}

static struct bytes tgs_req(const struct logon *l, int64_t now, uint32_t nonce)
{
    struct turn turn = turn_at(now);
    struct KDC_REQ_BODY body = body_of(opt.service, now, nonce);
    struct bytes der = asn_encode(&ASN_KDC_REQ_BODY, &body, mem);
    uint8_t *sum = arena_take(mem, CHECKSUM_MAX);
    size_t n;
    if (!checksum_make(crypto, 0, &l->session, USAGE_TGS_CKSUM, der, sum, &n))
        die("cannot make a checksum");
    struct Checksum cksum = {.cksumtype = etype_find(l->session.etype)->cksumtype,
                             .checksum = bytes_of(sum, n)};
    struct ap_request ap = {.ticket = &l->rep.ticket,
                            .session = &l->session,
                            .crealm = l->rep.crealm,
                            .cname = &l->rep.cname,
                            .usage = USAGE_TGS_AUTHENTICATOR,
                            .cksum = &cksum,
                            .ctime = now};
    struct AP_REQ req;
    if (!ap_request_build(&turn, &ap, &req))
        die("cannot make an AP-REQ");
    return with_padata(12, &body, PA_TGS_REQ, asn_encode(&ASN_AP_REQ, &req, mem));
}

/* ---- users -------------------------------------------------------------------------------------
 */

/* As a scenario of seed 1 draws it for an account without password. */
static void draw_key(struct user *u)
{
    struct seeded_rng drawn;
    seeded_rng_init(&drawn, crypto, 1, u->name);
    if (!key_random(crypto, &drawn.rng, arena_printf(mem, "key %s 18", u->name), 18, &u->key))
        die("no key");
}

static void make_users(void)
{
    struct key key = {0};
    if (opt.password &&
        !string_to_key(crypto, 18, bytes_str(opt.password), bytes_str(opt.salt ? opt.salt : ""),
                       (struct bytes){0}, &key))
        die("no key");
    n_users = opt.users ? opt.users : 1;
    users = arena_array(mem, struct user, n_users);
    for (unsigned i = 0; i < n_users; i++) {
        users[i] = (struct user){arena_printf(mem, "user%06u", i + 1), key};
        if (!opt.password)
            draw_key(&users[i]);
    }
}

/* ---- replies -----------------------------------------------------------------------------------
 */

/* Opened with the key the reply is for, and the nonce is that of the request. */
static bool reply_right(const struct request *r, struct EncKDCRepPart *part)
{
    struct turn turn = turn_at(real_now());
    struct KDC_REP rep;
    struct bytes in = bytes_of(r->reply, r->n_reply);
    bool as = !r->logon;
    if (!asn_decode(as ? &ASN_AS_REP : &ASN_TGS_REP, in, ASN_DEPLOYED, mem, NULL, &rep))
        return false;
    enum open_result got = open_value(&turn, &rep.enc_part, as ? &r->user->key : &r->logon->session,
                                      as ? USAGE_AS_REP : USAGE_TGS_REP_SESSION,
                                      as ? &ASN_EncASRepPart : &ASN_EncTGSRepPart, part);
    return got == OPEN_OK && part->nonce == (int64_t)(r->nonce & 0x7fffffff);
}

static int open_socket(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)opt.port)};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (fd < 0 || inet_pton(AF_INET, opt.address, &to.sin_addr) != 1 ||
        connect(fd, (struct sockaddr *)&to, sizeof to))
        die("cannot reach the KDC");
    return fd;
}

static void log_on(int fd, const struct user *u, struct logon *l)
{
    struct request r = {.user = u, .nonce = 4711, .reply = arena_take(mem, REPLY_ROOM)};
    struct EncKDCRepPart part;
    struct pollfd p = {.fd = fd, .events = POLLIN};
    r.data = as_req(u, real_now(), r.nonce);
    if (send(fd, r.data.p, r.data.n, 0) < 0 || poll(&p, 1, 3000) != 1)
        die("no answer to the first AS-REQ");
    ssize_t n = recv(fd, r.reply, REPLY_ROOM, 0);
    r.n_reply = n > 0 ? (size_t)n : 0;
    errno = 0;
    if (!reply_right(&r, &part) ||
        !asn_decode(&ASN_AS_REP, bytes_of(r.reply, r.n_reply), ASN_DEPLOYED, mem, NULL, &l->rep) ||
        !key_from_wire(&part.key, &l->session))
        die("the first AS-REQ was refused");
    l->session.lasting = true;
}

static void log_all_on(void)
{
    int fd = open_socket();
    n_logons = n_users < LOGONS_MAX ? n_users : LOGONS_MAX;
    logons = arena_array(mem, struct logon, n_logons);
    for (unsigned i = 0; i < n_logons; i++)
        log_on(fd, &users[i], &logons[i]);
    close(fd);
}

/* ---- the load ----------------------------------------------------------------------------------
 */

struct slot {
    int fd;
    struct request *now; /* NULL: free */
};

static void give(struct slot *s, struct request *r)
{
    s->now = r;
    r->sent = now_ns();
    if (send(s->fd, r->data.p, r->data.n, 0) < 0)
        r->took = -1;
}

static bool take(struct slot *s)
{
    struct request *r = s->now;
    ssize_t n = recv(s->fd, r->reply, REPLY_ROOM, MSG_DONTWAIT);
    int64_t took = now_ns() - r->sent;
    if (n < 0 && took < LOST_AFTER)
        return false;
    r->n_reply = n < 0 ? 0 : (size_t)n;
    r->took = n < 0 ? -1 : took;
    if (n < 0) { /* what comes late must not be taken for the next one's */
        close(s->fd);
        s->fd = open_socket();
    }
    return true;
}

static double drive(struct request *all, size_t n)
{
    struct slot slots[256] = {{0}};
    size_t next = 0, done = 0;
    for (unsigned i = 0; i < opt.window; i++)
        slots[i].fd = open_socket();
    int64_t start = now_ns();
    while (done < n)
        for (unsigned i = 0; i < opt.window; i++) {
            if (slots[i].now && take(&slots[i])) {
                slots[i].now = NULL;
                done++;
            }
            if (!slots[i].now && next < n)
                give(&slots[i], &all[next++]);
        }
    double seconds = (double)(now_ns() - start) / 1e9;
    for (unsigned i = 0; i < opt.window; i++)
        close(slots[i].fd);
    return seconds;
}

static struct request *make(size_t n, size_t from)
{
    struct request *all = arena_array(mem, struct request, n);
    int64_t base = real_now() - (int64_t)(opt.n + opt.warmup);
    for (size_t i = 0; i < n; i++) {
        struct request *r = &all[i];
        int64_t when = base + (int64_t)(from + i); /* distinct to the microsecond */
        rng_fill(&rng.rng, "nonce", &r->nonce, sizeof r->nonce);
        r->user = &users[(from + i) % n_users];
        r->logon = n_logons ? &logons[(from + i) % n_logons] : NULL;
        r->data = r->logon ? tgs_req(r->logon, when, r->nonce) : as_req(r->user, when, r->nonce);
        r->reply = arena_take(mem, REPLY_ROOM);
    }
    return all;
}

/* Says, of the first reply that is wrong, what it is instead. */
static void complain(const struct request *r)
{
    struct KRB_ERROR e;
    struct bytes in = bytes_of(r->reply, r->n_reply);
    if (!r->n_reply)
        fprintf(stderr, "load: %s: a request was not answered\n", opt.label);
    else if (asn_decode(&ASN_KRB_ERROR, in, ASN_DEPLOYED, mem, NULL, &e))
        fprintf(stderr, "load: %s: error %d, %.*s\n", opt.label, (int)e.error_code, (int)e.e_text.n,
                (const char *)e.e_text.p);
    else
        fprintf(stderr, "load: %s: a reply of %zu octets does not open\n", opt.label, r->n_reply);
}

static size_t count_right(struct request *all, size_t n)
{
    struct EncKDCRepPart part;
    size_t right = 0, complaints = 0;
    for (size_t i = 0; i < n; i++) {
        bool ok = strcmp(opt.mode, "echo") == 0
                      ? bytes_equal(all[i].data, bytes_of(all[i].reply, all[i].n_reply))
                      : reply_right(&all[i], &part);
        right += ok;
        if (!ok && !complaints++)
            complain(&all[i]);
    }
    return right;
}

static int by_took(const void *a, const void *b)
{
    const struct request *x = a, *y = b;
    return (x->took > y->took) - (x->took < y->took);
}

static int run(void)
{
    struct request *warm = make(opt.warmup, 0), *all = make(opt.n, opt.warmup);
    drive(warm, opt.warmup);
    int64_t before = opt.pids ? cpu_of(opt.pids) : 0;
    double seconds = drive(all, opt.n);
    int64_t spent = opt.pids ? cpu_of(opt.pids) - before : 0;
    size_t right = count_right(all, opt.n);
    qsort(all, opt.n, sizeof *all, by_took);
    printf("%s mode=%s n=%u right=%zu replies_s=%.0f cpu_us=%.2f p50_us=%.0f p99_us=%.0f\n",
           opt.label, opt.mode, opt.n, right, (double)opt.n / seconds, (double)spent / 1e3 / opt.n,
           (double)all[opt.n / 2].took / 1e3, (double)all[opt.n - 1 - opt.n / 100].took / 1e3);
    return right == opt.n ? 0 : 1;
}

/* ---- options -----------------------------------------------------------------------------------
 */

static error_t parse(int key, char *arg, struct argp_state *state)
{
    switch (key) {
    case 'l':
        opt.label = arg;
        return 0;
    case 'p':
        opt.port = (unsigned)atoi(arg);
        return 0;
    case 'm':
        opt.mode = arg;
        return 0;
    case 'r':
        opt.realm = arg;
        return 0;
    case 'P':
        opt.password = arg;
        return 0;
    case 's':
        opt.salt = arg;
        return 0;
    case 'S':
        opt.service = arg;
        return 0;
    case 'u':
        opt.users = (unsigned)atoi(arg);
        return 0;
    case 'n':
        opt.n = (unsigned)atoi(arg);
        return 0;
    case 'w':
        opt.window = (unsigned)atoi(arg);
        return 0;
    case 'W':
        opt.warmup = (unsigned)atoi(arg);
        return 0;
    case 'i':
        opt.pids = arg;
        return 0;
    case 'C':
        opt.cpu = atoi(arg);
        return 0;
    case ARGP_KEY_END:
        if (!opt.port || !opt.n || !opt.window || opt.window > 256)
            argp_error(state, "--port, -n and a window of 1 to 256 are needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int main(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"label", 'l', "TEXT", 0, "first word of the line", 0},
        {"port", 'p', "PORT", 0, "of the KDC on 127.0.0.1", 0},
        {"mode", 'm', "as|tgs|echo", 0, "what to send", 0},
        {"realm", 'r', "REALM", 0, "EXAMPLE.TEST", 0},
        {"users", 'u', "N", 0, "clients user000001 to N in turn", 0},
        {"password", 'P', "TEXT", 0, "of all; none: keys as a scenario draws them", 0},
        {"salt", 's', "TEXT", 0, "of all", 0},
        {"service", 'S', "SPN", 0, "for tgs", 0},
        {"requests", 'n', "N", 0, "measured", 0},
        {"window", 'w', "N", 0, "under way at once", 0},
        {"warmup", 'W', "N", 0, "before, not measured", 0},
        {"pid", 'i', "PID[,PID]", 0, "whose CPU time to read", 0},
        {"cpu", 'C', "N", 0, "run on this CPU", 0},
        {0}};
    static const struct argp argp = {options, parse, NULL, "A load on a KDC.", NULL, NULL, NULL};
    argp_err_exit_status = 2;
    argp_parse(&argp, argc, argv, 0, NULL, &opt);
    if (opt.cpu >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(opt.cpu, &set);
        sched_setaffinity(0, sizeof set, &set);
    }
    crypto = crypto_new();
    mem = arena_new((size_t)64 << 20);
    if (!crypto || !mem)
        die("no memory or no OpenSSL");
    system_rng_init(&rng);
    make_users();
    if (strcmp(opt.mode, "tgs") == 0)
        log_all_on();
    return run();
}
