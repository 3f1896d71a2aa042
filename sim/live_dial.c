#include "sim/live_dial.h"

#include "wire/frame.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MAX ((size_t)1 << 20)
#define DATAGRAM   65536
#define PATIENCE   10000 /* milliseconds for a connection's answer */

bool dial_place_read(const char *text, uint16_t usual_port, struct arena *mem,
                     struct dial_place *out)
{
    *out = (struct dial_place){.port = usual_port};
    const char *slash = strchr(text, '/');
    if (slash) {
        out->tcp_only = strncasecmp(text, "tcp", 3) == 0;
        text = slash + 1;
    }
    char *host = arena_str(mem, bytes_str(text)), *port = NULL;
    if (*host == '[') {
        char *end = strchr(host, ']');
        if (!end)
            return false;
        *end = '\0';
        port = end[1] == ':' ? end + 2 : NULL;
        host++;
    } else if ((port = strchr(host, ':'))) {
        if (strchr(port + 1, ':'))
            port = NULL; /* an IPv6 address alone */
        else
            *port++ = '\0';
    }
    out->host = host;
    if (port) {
        char *end;
        long n = strtol(port, &end, 10);
        if (!*port || *end || n < 1 || n > 65535)
            return false;
        out->port = (uint16_t)n;
    }
    return *host != '\0';
}

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool ready(int fd, short events, int64_t until)
{
    struct pollfd p = {.fd = fd, .events = events};
    int64_t left = until - now_ms();
    return left > 0 && poll(&p, 1, (int)left) == 1;
}

static enum dial_result ask_udp(int fd, struct bytes message, struct arena *mem,
                                struct bytes *answer, const char **why)
{
    uint8_t *in = arena_take(mem, DATAGRAM);
    errno = ETIMEDOUT;
    for (int64_t wait = 1000; wait <= 4000; wait *= 2) {
        if (send(fd, message.p, message.n, MSG_NOSIGNAL) < 0)
            break;
        if (!ready(fd, POLLIN, now_ms() + wait))
            continue;
        ssize_t n = recv(fd, in, DATAGRAM, 0);
        if (n < 0)
            break;
        *answer = bytes_of(in, (size_t)n);
        return DIAL_ANSWER;
    }
    *why = strerror(errno);
    return errno == ECONNREFUSED || errno == EMSGSIZE ? DIAL_FAILED : DIAL_SILENCE;
}

static enum dial_result ask_tcp(int fd, struct bytes message, struct arena *mem,
                                struct bytes *answer, const char **why)
{
    int64_t until = now_ms() + PATIENCE;
    struct bytes framed = frame_write(mem, message);
    uint8_t *in = arena_take(mem, ANSWER_MAX);
    size_t used;
    *why = "no answer";
    for (size_t sent = 0; sent < framed.n;) {
        ssize_t n = ready(fd, POLLOUT, until)
                        ? send(fd, framed.p + sent, framed.n - sent, MSG_NOSIGNAL)
                        : -1;
        if (n <= 0)
            return DIAL_SILENCE;
        sent += (size_t)n;
    }
    for (size_t n = 0; n < ANSWER_MAX;) {
        ssize_t got = ready(fd, POLLIN, until) ? recv(fd, in + n, ANSWER_MAX - n, 0) : 0;
        if (got <= 0)
            return DIAL_SILENCE;
        n += (size_t)got;
        if (frame_read(bytes_of(in, n), ANSWER_MAX, answer, &used) == FRAME_WHOLE)
            return DIAL_ANSWER;
    }
    *why = "what came back is not one Kerberos message";
    return DIAL_SILENCE;
}

enum dial_result dial(const struct dial_place *to, enum transport via, struct bytes message,
                      struct arena *mem, struct bytes *answer, char *peer, const char **why)
{
    char port[8];
    struct addrinfo hints = {.ai_socktype = via == VIA_UDP ? SOCK_DGRAM : SOCK_STREAM}, *list;
    snprintf(port, sizeof port, "%u", (unsigned)to->port);
    int bad = getaddrinfo(to->host, port, &hints, &list);
    if (bad) {
        *why = gai_strerror(bad);
        return DIAL_FAILED;
    }
    enum dial_result result = DIAL_FAILED;
    for (const struct addrinfo *a = list; a && result != DIAL_ANSWER; a = a->ai_next) {
        int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
        getnameinfo(a->ai_addr, a->ai_addrlen, peer, 64, NULL, 0, NI_NUMERICHOST);
        if (fd < 0 || connect(fd, a->ai_addr, a->ai_addrlen))
            *why = strerror(errno);
        else
            result = via == VIA_UDP ? ask_udp(fd, message, mem, answer, why)
                                    : ask_tcp(fd, message, mem, answer, why);
        if (fd >= 0)
            close(fd);
    }
    freeaddrinfo(list);
    return result;
}

int dial_connect(const struct dial_place *to, char *peer, const char **why)
{
    char port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    snprintf(port, sizeof port, "%u", (unsigned)to->port);
    int fd = -1, bad = getaddrinfo(to->host, port, &hints, &list);
    if (bad) {
        *why = gai_strerror(bad);
        return -1;
    }
    for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
        getnameinfo(a->ai_addr, a->ai_addrlen, peer, 64, NULL, 0, NI_NUMERICHOST);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
            break;
        *why = strerror(errno);
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    return fd;
}
