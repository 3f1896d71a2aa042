/* Distinct AP-REQs at a web service on one connection, and then all of them again:
 *   apreqs CACHE HOST PORT N [killed]    the cache has a ticket for HTTP/HOST
 * Prints how many were admitted, and how many of the second time were refused as replays (34).
 * killed: until the service is gone; then, when there is a line on standard input, those that had
 * been admitted again, at the service that is there now. */
#include "client/client.h"
#include "crypto/rng.h"
#include "wire/gss.h"
#include "wire/http.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static struct arena *mem, *turn_mem;
static struct crypto *crypto;
static struct system_rng rng;
static int fd;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "apreqs: %s\n", what);
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

static void reach(const char *port)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *at;
    if (getaddrinfo("127.0.0.1", port, &hints, &at))
        die("no such port");
    fd = socket(at->ai_family, SOCK_STREAM, 0);
    if (connect(fd, at->ai_addr, at->ai_addrlen))
        die("cannot connect");
    freeaddrinfo(at);
}

static struct bytes request(struct client *client, const char *host)
{
    static struct party www = {.name = "www"};
    struct timespec t;
    struct outbox box;
    clock_gettime(CLOCK_REALTIME, &t);
    arena_reset(turn_mem);
    outbox_init(&box, turn_mem);
    struct turn turn = {.now = (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000,
                        .rng = &rng.rng,
                        .crypto = crypto,
                        .mem = turn_mem,
                        .out = &box};
    struct client_do_args get = {.task = CLIENT_GET,
                                 .spn = arena_printf(turn_mem, "HTTP/%s", host),
                                 .host = host,
                                 .target = "/",
                                 .service = &www,
                                 .mutual = true};
    if (!client_do(client, &get, &turn) || !box.first)
        die(client_result(client).text);
    return arena_copy(mem, box.first->packet.data);
}

/* The error in the token of a 401; 0: none. */
static int error_of(const struct http_message *http)
{
    const struct http_field *f = http_field(http, "WWW-Authenticate");
    struct bytes octets;
    struct gss_token token;
    struct KRB_ERROR e;
    size_t at;
    if (!f || !http_negotiate(f->value, turn_mem, NULL, &octets, &at) ||
        !gss_token_read(octets, NULL, &token) ||
        !asn_decode(&ASN_KRB_ERROR, token.inner, ASN_DEPLOYED, turn_mem, NULL, &e))
        return 0;
    return (int)e.error_code;
}

#define GONE (-2)

/* 0: admitted; a KRB-ERROR's number; GONE. */
static int ask(struct bytes out)
{
    static uint8_t in[65536];
    struct http_message http;
    size_t used;
    if (send(fd, out.p, out.n, MSG_NOSIGNAL) != (ssize_t)out.n)
        return GONE;
    for (size_t n = 0; n < sizeof in;) {
        ssize_t got = recv(fd, in + n, sizeof in - n, 0);
        if (got <= 0)
            return GONE;
        n += (size_t)got;
        arena_reset(turn_mem);
        if (http_read(bytes_of(in, n), turn_mem, NULL, &http, &used) == HTTP_WHOLE)
            return http.status == 200 ? 0 : error_of(&http) ? error_of(&http) : -1;
    }
    die("an answer too long");
}

static int until_killed(struct client *client, const char *host, const char *port, size_t n)
{
    struct bytes *admitted = arena_array(mem, struct bytes, n);
    size_t before = 0, replays = 0, again = 0;
    reach(port);
    for (int error = 0; before < n && error == 0;) {
        admitted[before] = request(client, host);
        error = ask(admitted[before]);
        before += error == 0;
        if (error && error != GONE)
            die("refused the first time");
    }
    close(fd);
    if (getchar() == EOF)
        die("no line came");
    reach(port);
    for (size_t i = 0; i < before; i++) {
        int error = ask(admitted[i]);
        replays += error == 34;
        again += error == 0;
    }
    printf("%zu admitted before; again: %zu refused with 34, %zu admitted\n", before, replays,
           again);
    return before && before < n && replays == before ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const int32_t etypes[] = {18, 17};
    struct ccache cache;
    mem = arena_new(1 << 20);
    turn_mem = arena_new(1 << 16);
    crypto = crypto_new();
    system_rng_init(&rng);
    bool killed = argc == 6 && strcmp(argv[5], "killed") == 0;
    if ((argc != 5 && !killed) || !crypto || !ccache_read(file(argv[1]), mem, NULL, &cache))
        die("CACHE HOST PORT N [killed]");
    struct client *client = client_new(mem, &(struct client_config){.party = "client",
                                                                    .realm = cache.principal.realm,
                                                                    .etypes = etypes,
                                                                    .n_etypes = 2,
                                                                    .skew = 5 * MINUTE});
    if (!client_ccache_load(client, &cache))
        die("cache");
    size_t n = (size_t)atol(argv[4]), admitted = 0, replays = 0, others = 0;
    if (killed)
        return until_killed(client, argv[2], argv[3], n);
    struct bytes *requests = arena_array(mem, struct bytes, n);
    for (size_t i = 0; i < n; i++)
        requests[i] = request(client, argv[2]);
    reach(argv[3]);
    for (size_t i = 0; i < n; i++)
        admitted += ask(requests[i]) == 0;
    for (size_t i = 0; i < n; i++) {
        int error = ask(requests[i]);
        replays += error == 34;
        others += error != 34;
    }
    printf("%zu admitted of %zu; again: %zu refused with 34, %zu otherwise\n", admitted, n, replays,
           others);
    return admitted == n && replays == n ? 0 : 1;
}
