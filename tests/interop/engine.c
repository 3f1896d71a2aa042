/* Our client engine on real sockets: it asks whatever KDC it is pointed to, and what it makes for a
 * service goes to a web server or to MIT's acceptor in this very process.
 *
 *   engine KDC-HOST:PORT PRINCIPAL SPN [key=value...]
 *
 * password=TEXT, keytab=FILE, cache=FILE (credentials of others, instead of a logon), tcp=1,
 * etype=N, http=HOST:PORT, accept=1 (gss_accept_sec_context with KRB5_KTNAME), again=1 (MIT's
 * acceptor gets the token twice), oneway=1, ccache=FILE (what was got is written there). Prints
 * each outcome. */
#include "client/client.h"

#include "base/text.h"
#include "crypto/rng.h"
#include "wire/frame.h"
#include "wire/http.h"

#include <gssapi/gssapi_krb5.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct arena *mem;
static struct crypto *crypto;
static struct system_rng rng;
static struct client *client;
static const char *kdc_at, *http_at;
static struct party kdc = {"kdc"}, www = {"www"};
static bool accept_here, again;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "engine: %s\n", what);
    exit(2);
}

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

/* ---- the network ----------------------------------------------------------------------------- */
static int reach(const char *where, int type)
{
    char host[128];
    struct addrinfo hints = {.ai_socktype = type}, *at;
    snprintf(host, sizeof host, "%s", where);
    char *port = strrchr(host, ':');
    if (!port)
        die("HOST:PORT");
    *port++ = '\0';
    if (getaddrinfo(host, port, &hints, &at))
        die("no such address");
    int fd = socket(at->ai_family, type, 0);
    if (connect(fd, at->ai_addr, at->ai_addrlen))
        die("cannot connect");
    freeaddrinfo(at);
    return fd;
}

static bool whole(enum transport via, struct bytes stream, struct bytes *message)
{
    struct http_message http;
    size_t used;
    if (via == VIA_TCP)
        return frame_read(stream, 0, message, &used) == FRAME_WHOLE;
    *message = stream;
    return via == VIA_UDP || http_read(stream, mem, NULL, &http, &used) == HTTP_WHOLE;
}

static struct bytes over_network(const struct packet *p)
{
    struct bytes data = p->via == VIA_TCP ? frame_write(mem, p->data) : p->data;
    int fd =
        reach(p->via == VIA_HTTP ? http_at : kdc_at, p->via == VIA_UDP ? SOCK_DGRAM : SOCK_STREAM);
    uint8_t *in = arena_take(mem, 65536);
    struct bytes message = {0};
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    if (send(fd, data.p, data.n, 0) != (ssize_t)data.n)
        die("cannot send");
    for (size_t n = 0; n < 65536;) {
        ssize_t got = poll(&ready, 1, 10000) == 1 ? recv(fd, in + n, 65536 - n, 0) : 0;
        if (got <= 0)
            die("no answer");
        n += (size_t)got;
        if (whole(p->via, bytes_of(in, n), &message))
            break;
    }
    close(fd);
    return message;
}

/* ---- MIT's acceptor -------------------------------------------------------------------------- */
static void say(OM_uint32 code, int type)
{
    OM_uint32 minor, more = 0;
    gss_buffer_desc text;
    do {
        if (gss_display_status(&minor, code, type, (gss_OID)gss_mech_krb5, &more, &text))
            return;
        printf("%.*s\n", (int)text.length, (char *)text.value);
    } while (more);
}

static OM_uint32 accept_token(struct bytes token, gss_buffer_desc *out)
{
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_buffer_desc in = {token.n, (void *)(uintptr_t)token.p}, text = {0};
    gss_name_t who = GSS_C_NO_NAME;
    OM_uint32 minor, flags = 0, other;
    OM_uint32 major =
        gss_accept_sec_context(&minor, &context, GSS_C_NO_CREDENTIAL, &in,
                               GSS_C_NO_CHANNEL_BINDINGS, &who, NULL, out, &flags, NULL, NULL);
    if (major != GSS_S_COMPLETE) {
        say(major, GSS_C_GSS_CODE);
        say(minor, GSS_C_MECH_CODE);
        return major;
    }
    gss_display_name(&other, who, &text, NULL);
    printf("accepted %.*s%s%s\n", (int)text.length, (char *)text.value,
           flags & GSS_C_MUTUAL_FLAG ? " mutual" : "", flags & GSS_C_INTEG_FLAG ? " integ" : "");
    return major;
}

static struct bytes over_acceptor(const struct packet *p)
{
    struct http_message http;
    struct bytes token;
    size_t used, at;
    gss_buffer_desc out = {0}, more = {0};
    http_read(p->data, mem, NULL, &http, &used);
    const struct http_field *f = http_field(&http, "Authorization");
    if (!f || !http_negotiate(f->value, mem, NULL, &token, &at))
        die("the request has no token");
    OM_uint32 major = accept_token(token, &out);
    if (again)
        accept_token(token, &more);
    const char *fields[] = {arena_printf(mem, "WWW-Authenticate: Negotiate %s",
                                         base64_text(mem, bytes_of(out.value, out.length)))};
    return http_write(mem, major ? "HTTP/1.1 401 Unauthorized" : "HTTP/1.1 200 OK", fields,
                      out.length ? 1 : 0, BYTES_LIT("hello\n"));
}

/* ---- the client ------------------------------------------------------------------------------ */
static struct turn now_turn(struct outbox *box)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    outbox_init(box, mem);
    return (struct turn){.now = (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000,
                         .rng = &rng.rng,
                         .crypto = crypto,
                         .mem = mem,
                         .out = box};
}

static bool run(const char *name, const struct client_do_args *args)
{
    struct outbox box;
    struct turn turn = now_turn(&box);
    bool ok = client_do(client, args, &turn);
    while (ok && box.first && client_result(client).state == CLIENT_WAITING) {
        struct packet p = box.first->packet;
        struct packet reply = {.via = p.via, .from = p.to, .to = p.from};
        reply.data = p.via == VIA_HTTP && accept_here ? over_acceptor(&p) : over_network(&p);
        turn = now_turn(&box);
        ok = client_receive(client, &reply, &turn);
    }
    struct client_outcome end = client_result(client);
    printf("%s: %s%s%s\n", name,
           !ok                           ? "trouble"
           : end.state == CLIENT_GRANTED ? "granted"
           : end.state == CLIENT_REFUSED ? "refused"
                                         : "waiting",
           end.text && *end.text ? ", " : "", end.text ? end.text : "");
    return ok && end.state == CLIENT_GRANTED;
}

static void keep(const char *path)
{
    struct ccache cache;
    if (!client_ccache(client, mem, &cache))
        die("no credentials");
    struct bytes data = ccache_write(&cache, mem);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data.p, 1, data.n, f) != data.n || fclose(f))
        die(path);
}

/* What is asked, as the arguments have it. */
static int32_t etypes[] = {18, 17, 20, 19, 23};
static struct client_config config = {.party = "alice",
                                      .kdc = &kdc,
                                      .realm = BYTES_LIT("EXAMPLE.TEST"),
                                      .etypes = etypes,
                                      .n_etypes = 5,
                                      .skew = 5 * MINUTE};
static struct client_do_args logon = {.task = CLIENT_LOGON,
                                      .life = 10 * HOUR,
                                      .kdc_options = 0x40000010}; /* forwardable renewable-ok */
static struct client_do_args ticket = {.task = CLIENT_TICKET};
static struct client_do_args get = {
    .task = CLIENT_GET, .service = &www, .target = "/", .mutual = true};
static const char *cache, *out;

static void option(const char *key, char *value)
{
    static struct keytab keytab;
    if (strcmp(key, "password") == 0)
        logon.password = bytes_str(value);
    else if (strcmp(key, "keytab") == 0 && keytab_read(file(value), mem, NULL, &keytab))
        logon.keytab = &keytab;
    else if (strcmp(key, "cache") == 0)
        cache = value;
    else if (strcmp(key, "tcp") == 0)
        config.via = VIA_TCP;
    else if (strcmp(key, "etype") == 0)
        etypes[0] = atoi(value), config.n_etypes = 1;
    else if (strcmp(key, "renew") == 0)
        logon.renew_life = atol(value) * SECOND;
    else if (strcmp(key, "http") == 0)
        http_at = value;
    else if (strcmp(key, "accept") == 0)
        accept_here = true;
    else if (strcmp(key, "again") == 0)
        again = true;
    else if (strcmp(key, "oneway") == 0)
        get.mutual = false;
    else if (strcmp(key, "ccache") == 0)
        out = value;
    else
        die(key);
}

static void arguments(int argc, char **argv)
{
    if (argc < 4 || !crypto)
        die("engine KDC PRINCIPAL SPN [key=value...]");
    kdc_at = argv[1];
    logon.principal = argv[2];
    ticket.spn = get.spn = argv[3];
    get.host = strchr(argv[3], '/') ? strchr(argv[3], '/') + 1 : argv[3];
    for (int i = 4; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (!value)
            die(argv[i]);
        *value++ = '\0';
        option(argv[i], value);
    }
}

int main(int argc, char **argv)
{
    struct ccache creds;
    bool ok;
    mem = arena_new(1 << 20);
    crypto = crypto_new();
    system_rng_init(&rng);
    arguments(argc, argv);
    client = client_new(mem, &config);
    if (cache) {
        ok = ccache_read(file(cache), mem, NULL, &creds) && client_ccache_load(client, &creds);
        printf("cache: %s\n", ok ? "loaded" : "refused");
    } else {
        ok = run("logon", &logon);
    }
    ok = ok && run("ticket", &ticket);
    if (ok && (http_at || accept_here))
        ok = run("get", &get);
    if (ok && out)
        keep(out);
    return ok ? 0 : 1;
}
