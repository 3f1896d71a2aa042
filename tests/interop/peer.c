/* A peer that does with sockets what no client would: requests in pieces, several in one, lengths
 * that lie, octets that mean nothing, connections that hang. Nothing of the program is linked into
 * it; the requests it makes are built here by hand.
 *
 *   peer tcp HOST PORT STEP...    one connection; "reply", "rest" and "closed" print what they saw
 *   peer udp HOST PORT STEP...    one socket
 *   peer stuck HOST PORT N        N connections of two octets each, held until its input ends
 *   peer noise HOST PORT N        N datagrams of noise; prints how many answers came
 *   peer rss PID                  resident memory of a process, in KiB
 *
 * Steps: as:NAME (an AS-REQ of NAME without proof), half:NAME:MS (the same in two halves with a
 * pause; the first ends inside the length when MS is odd), bare:NAME (without its length),
 * hex:OCTETS, text:LINE (\r and \n are read), pause:MS, reply (the next answer, or "silence" after
 * a second), rest (what comes until it is closed or silent for a second), closed (waits for the
 * end), trickle:NAME:MS (an AS-REQ, octet by octet, until it is closed), shut (no more is sent),
 * rush:NAME:MB (the same AS-REQ again and again, no answer read; "held back" once the other side
 * takes no more for a second, "MB taken" otherwise). */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SILENCE 1000  /* milliseconds */
#define PATIENT 90000 /* for what must come */

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "peer: %s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(2);
}

static void sleep_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static int reach(const char *host, const char *port, int type)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = type}, *found;
    errno = 0;
    if (getaddrinfo(host, port, &hints, &found))
        die("no such address");
    int fd = socket(found->ai_family, type, 0);
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen))
        die("cannot connect");
    freeaddrinfo(found);
    return fd;
}

/* ---- an AS-REQ, built from its end to its beginning ------------------------------------------ */
struct der {
    uint8_t at[2048];
    size_t from; /* written: [from, sizeof at) */
};

static void put(struct der *d, const void *p, size_t n)
{
    if (n > d->from)
        die("a name too long");
    d->from -= n;
    memcpy(d->at + d->from, p, n);
}

/* What was written since `end` gets a header. */
static void head(struct der *d, uint8_t tag, size_t end)
{
    size_t n = end - d->from;
    uint8_t head[4] = {tag, 0x82, (uint8_t)(n >> 8), (uint8_t)n};
    uint8_t middle[3] = {tag, 0x81, (uint8_t)n}, brief[2] = {tag, (uint8_t)n};
    if (n < 128)
        put(d, brief, 2);
    else if (n < 256)
        put(d, middle, 3);
    else
        put(d, head, 4);
}

static void put_string(struct der *d, uint8_t tag, const char *s)
{
    size_t end = d->from;
    put(d, s, strlen(s));
    head(d, tag, end);
}

static void put_int(struct der *d, uint8_t context, uint8_t v)
{
    uint8_t der[5] = {context, 3, 2, 1, v};
    put(d, der, 5);
}

static void put_name(struct der *d, uint8_t context, uint8_t type, const char *a, const char *b)
{
    size_t end = d->from;
    if (b)
        put_string(d, 0x1b, b);
    put_string(d, 0x1b, a);
    head(d, 0x30, end);
    head(d, 0xa1, end);
    put_int(d, 0xa0, type);
    head(d, 0x30, end);
    head(d, context, end);
}

static struct der as_req(const char *name)
{
    static const uint8_t etypes[] = {0xa8, 8, 0x30, 6, 2, 1, 18, 2, 1, 17};
    static const uint8_t nonce[] = {0xa7, 6, 2, 4, 0x12, 0x34, 0x56, 0x78};
    static const uint8_t options[] = {0xa0, 7, 3, 5, 0, 0, 0, 0, 0x10};
    struct der d = {.from = sizeof d.at};
    size_t end = d.from;
    put(&d, etypes, sizeof etypes);
    put(&d, nonce, sizeof nonce);
    size_t till = d.from;
    put_string(&d, 0x18, "20370913024805Z");
    head(&d, 0xa5, till);
    put_name(&d, 0xa3, 2, "krbtgt", "EXAMPLE.TEST");
    size_t realm = d.from;
    put_string(&d, 0x1b, "EXAMPLE.TEST");
    head(&d, 0xa2, realm);
    put_name(&d, 0xa1, 1, name, NULL);
    put(&d, options, sizeof options);
    head(&d, 0x30, end);
    head(&d, 0xa4, end);
    put_int(&d, 0xa2, 10);
    put_int(&d, 0xa1, 5);
    head(&d, 0x30, end);
    head(&d, 0x6a, end);
    return d;
}

/* ---- replies --------------------------------------------------------------------------------- */

/* "AS-REP", "KRB-ERROR 25"; of anything else its first octet. */
static void say_message(const uint8_t *p, size_t n)
{
    static const uint8_t code[] = {0xa6, 3, 2, 1}; /* error-code [6] INTEGER, one octet */
    if (n && p[0] == 0x6b) {
        puts("AS-REP");
    } else if (n && p[0] == 0x7e) {
        for (size_t i = 0; i + 5 <= n; i++)
            if (memcmp(p + i, code, 4) == 0) {
                printf("KRB-ERROR %d\n", p[i + 4]);
                return;
            }
        puts("KRB-ERROR without a code");
    } else {
        printf("%zu octets, first %02x\n", n, n ? p[0] : 0);
    }
}

/* False: nothing came within ms, or the end. n: how much did. */
static bool take(int fd, void *out, size_t room, int ms, ssize_t *n)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    *n = -2;
    if (poll(&p, 1, ms) != 1)
        return false;
    *n = recv(fd, out, room, 0);
    return *n > 0;
}

static void reply(int fd, bool stream)
{
    static uint8_t in[1 << 17];
    size_t have = 0, want = stream ? 4 : 1;
    ssize_t n;
    while (have < want) {
        if (!take(fd, in + have, stream ? want - have : sizeof in, SILENCE * (have ? 10 : 1), &n)) {
            puts(n == -2 ? "silence" : n == 0 ? "closed" : strerror(errno));
            return;
        }
        have += (size_t)n;
        if (stream && have == 4 && want == 4)
            want += (size_t)in[0] << 24 | (size_t)in[1] << 16 | (size_t)in[2] << 8 | in[3];
        if (want > sizeof in)
            die("a length of more than this peer takes");
    }
    say_message(in + (stream ? 4 : 0), have - (stream ? 4 : 0));
}

static void rest(int fd)
{
    char in[65536];
    ssize_t n;
    while (take(fd, in, sizeof in, SILENCE, &n))
        fwrite(in, 1, (size_t)n, stdout);
    printf("\n%s\n", n == -2 ? "open" : "closed");
}

static void closed(int fd)
{
    uint8_t in[4096];
    ssize_t n;
    while (take(fd, in, sizeof in, PATIENT, &n))
        ;
    puts(n == -2 ? "still open" : "closed");
}

/* ---- steps ----------------------------------------------------------------------------------- */
static bool send_all(int fd, const void *p, size_t n)
{
    return send(fd, p, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static struct der framed(const char *name, bool frame)
{
    struct der d = as_req(name);
    size_t n = sizeof d.at - d.from;
    uint8_t length[4] = {0, 0, (uint8_t)(n >> 8), (uint8_t)n};
    if (frame)
        put(&d, length, 4);
    return d;
}

static void trickle(int fd, const struct der *d, long ms)
{
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    ssize_t n = -2;
    uint8_t in[64];
    for (size_t i = d->from; i + 1 < sizeof d->at; i++) {
        if (!send_all(fd, d->at + i, 1))
            break;
        take(fd, in, sizeof in, (int)ms, &n);
        if (n != -2)
            break;
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%s after %ld s\n", n == -2 ? "still open" : "closed", (long)(to.tv_sec - from.tv_sec));
}

static void rush(int fd, const struct der *d, size_t mb)
{
    static uint8_t many[1 << 16];
    size_t n = sizeof d->at - d->from, whole = sizeof many / n * n, sent = 0;
    int small = 4096;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    for (size_t i = 0; i < whole; i += n)
        memcpy(many + i, d->at + d->from, n);
    while (sent < mb << 20) {
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        if (poll(&p, 1, SILENCE) == 0) {
            puts("held back");
            return;
        }
        ssize_t now =
            send(fd, many + sent % whole, whole - sent % whole, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (now < 0 && errno != EAGAIN)
            die("rush");
        sent += now > 0 ? (size_t)now : 0;
    }
    printf("%zu MB taken\n", mb);
}

static void send_hex(int fd, const char *hex)
{
    uint8_t octets[4096];
    size_t n = 0;
    for (; hex[0] && hex[1] && n < sizeof octets; hex += 2) {
        unsigned v;
        if (sscanf(hex, "%2x", &v) != 1)
            die("not hexadecimal");
        octets[n++] = (uint8_t)v;
    }
    send_all(fd, octets, n);
}

static void send_text(int fd, const char *text)
{
    char out[65536];
    size_t n = 0;
    for (; *text && n < sizeof out; text++)
        if (text[0] == '\\' && (text[1] == 'r' || text[1] == 'n'))
            out[n++] = *++text == 'r' ? '\r' : '\n';
        else
            out[n++] = *text;
    send_all(fd, out, n);
}

static void step(int fd, bool stream, char *s)
{
    char *a = strchr(s, ':'), *b;
    if (a)
        *a++ = '\0';
    if (a && (b = strchr(a, ':')) &&
        (strcmp(s, "half") == 0 || strcmp(s, "trickle") == 0 || strcmp(s, "rush") == 0)) {
        *b++ = '\0';
        struct der d = framed(a, stream);
        if (*s == 'r') {
            rush(fd, &d, (size_t)atol(b));
            return;
        }
        size_t n = sizeof d.at - d.from, first = atol(b) % 2 ? 2 : n / 2;
        if (*s == 't') {
            trickle(fd, &d, atol(b));
            return;
        }
        send_all(fd, d.at + d.from, first);
        sleep_ms(atol(b));
        send_all(fd, d.at + d.from + first, n - first);
    } else if (a && (strcmp(s, "as") == 0 || strcmp(s, "bare") == 0)) {
        struct der d = framed(a, stream && *s == 'a');
        send_all(fd, d.at + d.from, sizeof d.at - d.from);
    } else if (a && strcmp(s, "hex") == 0) {
        send_hex(fd, a);
    } else if (a && strcmp(s, "text") == 0) {
        send_text(fd, a);
    } else if (a && strcmp(s, "pause") == 0) {
        sleep_ms(atol(a));
    } else if (strcmp(s, "reply") == 0) {
        reply(fd, stream);
    } else if (strcmp(s, "rest") == 0) {
        rest(fd);
    } else if (strcmp(s, "closed") == 0) {
        closed(fd);
    } else if (strcmp(s, "shut") == 0) {
        shutdown(fd, SHUT_WR);
    } else {
        errno = 0;
        die(s);
    }
}

/* ---- crowds ---------------------------------------------------------------------------------- */
static void stuck(const char *host, const char *port, int n)
{
    struct rlimit limit = {(rlim_t)n + 64, (rlim_t)n + 64};
    setrlimit(RLIMIT_NOFILE, &limit);
    for (int i = 0; i < n; i++)
        send_all(reach(host, port, SOCK_STREAM), "\0\0", 2);
    printf("%d stuck\n", n);
    fflush(stdout);
    while (getchar() != EOF)
        ;
}

/* The same noise each time (a linear congruential generator); every fourth one is a request with
 * one octet changed. */
static void noise(const char *host, const char *port, int n)
{
    int fd = reach(host, port, SOCK_DGRAM), answers = 0, errors = 0;
    uint32_t x = 1;
    uint8_t out[600], in[4096];
    ssize_t got;
    for (int i = 0; i < n; i++) {
        size_t size = 0;
        struct der d = as_req("alice");
        for (x = x * 1664525 + 1013904223; size < (x >> 8) % sizeof out; size++)
            out[size] = (uint8_t)(((uint64_t)x * (size + 7) * 2654435761u) >> 13);
        d.at[d.from + (x >> 4) % (sizeof d.at - d.from)] ^= (uint8_t)(1 + (x >> 20) % 255);
        if (i % 4 == 0)
            send_all(fd, d.at + d.from, sizeof d.at - d.from);
        else
            send_all(fd, out, size);
        while (take(fd, in, sizeof in, i % 16 ? 0 : 2, &got) || got >= 0) {
            answers++;
            errors += got > 0 && in[0] == 0x7e;
        }
    }
    while (take(fd, in, sizeof in, SILENCE, &got)) {
        answers++;
        errors += in[0] == 0x7e;
    }
    printf("%d sent, %d answers, %d of them no KRB-ERROR\n", n, answers, answers - errors);
}

static void rss(const char *pid)
{
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%s/status", pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmRSS:", 6) == 0)
            printf("%ld\n", atol(line + 6));
    if (!f)
        die(path);
    fclose(f);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    const char *what = argc > 1 ? argv[1] : "";
    if (argc == 3 && strcmp(what, "rss") == 0) {
        rss(argv[2]);
    } else if (argc == 5 && strcmp(what, "stuck") == 0) {
        stuck(argv[2], argv[3], atoi(argv[4]));
    } else if (argc == 5 && strcmp(what, "noise") == 0) {
        noise(argv[2], argv[3], atoi(argv[4]));
    } else if (argc > 4 && (strcmp(what, "tcp") == 0 || strcmp(what, "udp") == 0)) {
        bool stream = *what == 't';
        int fd = reach(argv[2], argv[3], stream ? SOCK_STREAM : SOCK_DGRAM);
        for (int i = 4; i < argc; i++)
            step(fd, stream, argv[i]);
    } else {
        errno = 0;
        die("usage: see the head of its source");
    }
    return 0;
}
