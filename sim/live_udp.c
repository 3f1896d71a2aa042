/* The KDC on UDP (RFC 4120 7.2.1, RFC 3244 2): sockets drained a batch at a time, so that a burst
 * is answered rather than lost. */
#include "sim/live_inside.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH       32
#define BATCHES     8 /* before the loop looks at its other sockets */
#define DATAGRAM    65536
#define RECV_BUFFER (8 << 20)

struct live_batch {
    struct mmsghdr headers[BATCH];
    struct iovec vectors[BATCH];
    struct sockaddr_storage from[BATCH];
    uint8_t control[BATCH][64]; /* which of our addresses it came to: the reply leaves from it */
    uint8_t data[BATCH][DATAGRAM];
};

static void prepare(struct live_batch *in, int i)
{
    in->vectors[i] = (struct iovec){in->data[i], DATAGRAM};
    in->headers[i].msg_hdr = (struct msghdr){.msg_name = &in->from[i],
                                             .msg_namelen = sizeof in->from[i],
                                             .msg_iov = &in->vectors[i],
                                             .msg_iovlen = 1,
                                             .msg_control = in->control[i],
                                             .msg_controllen = sizeof in->control[i]};
}

/* Through the engine, and the reply back to where it came from. A reply the kernel will not take is
 * lost like any datagram: the client asks again. */
static void answer(const struct live_udp *udp, int i)
{
    struct live_worker *w = udp->worker;
    struct live_batch *in = w->batch;
    struct live_peer peer = {.text = ""};
    struct msghdr *h = &in->headers[i].msg_hdr;
    peer.party.name = peer.text;
    if (w->live->teller)
        live_peer_of(&peer, h->msg_name, h->msg_namelen);
    else
        live_peer_address(&peer, h->msg_name);
    struct packet p = {.via = VIA_UDP,
                       .port = live_door_port(udp->door),
                       .data = bytes_of(in->data[i], in->headers[i].msg_len)};
    struct outbox box;
    if (!live_turn(w, ENGINE_KDC, &p, &peer, &box))
        return;
    for (const struct out *o = box.first; o; o = o->next) {
        if (o->kind != OUT_SEND)
            continue;
        struct iovec out = {(void *)(uintptr_t)o->packet.data.p, o->packet.data.n};
        h->msg_iov = &out;
        h->msg_flags = 0;
        sendmsg(udp->fd, h, MSG_DONTWAIT | MSG_NOSIGNAL);
    }
}

static void on_datagrams(evutil_socket_t fd, short what, void *arg)
{
    (void)what;
    const struct live_udp *udp = arg;
    struct live_batch *in = udp->worker->batch;
    for (int batch = 0; batch < BATCHES; batch++) {
        for (int i = 0; i < BATCH; i++)
            prepare(in, i);
        int n = recvmmsg(fd, in->headers, BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++)
            answer(udp, i);
        if (n < BATCH)
            break;
    }
    live_rest(udp->worker);
}

static void ask_for_arrival_address(int fd, int family)
{
    int on = 1;
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    else
        setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

static bool is_any(const struct sockaddr *sa)
{
    if (sa->sa_family == AF_INET6)
        return IN6_IS_ADDR_UNSPECIFIED(&((const struct sockaddr_in6 *)sa)->sin6_addr);
    return ((const struct sockaddr_in *)sa)->sin_addr.s_addr == INADDR_ANY;
}

bool live_udp_open(struct live_worker *w, enum live_door door, const struct sockaddr *sa,
                   socklen_t n)
{
    struct live_udp *udp = &w->udp[door];
    int fd = socket(sa->sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int size = RECV_BUFFER, on = 1;
    if (fd < 0)
        return false;
    if (!w->batch)
        w->batch = malloc(sizeof *w->batch);
    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size))
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (is_any(sa))
        ask_for_arrival_address(fd, sa->sa_family);
    udp->event = !w->batch || bind(fd, sa, n)
                     ? NULL
                     : event_new(w->loop, fd, EV_READ | EV_PERSIST, on_datagrams, udp);
    if (!udp->event || event_add(udp->event, NULL)) {
        int why = errno;
        close(fd);
        errno = why;
        return false;
    }
    udp->fd = fd;
    return true;
}

void live_udp_close(struct live_worker *w, enum live_door door)
{
    struct live_udp *udp = &w->udp[door];
    if (udp->event)
        event_free(udp->event);
    if (udp->fd >= 0)
        close(udp->fd);
    udp->event = NULL;
    udp->fd = -1;
}

void live_udp_close_all(struct live_worker *w)
{
    for (enum live_door door = 0; door < LIVE_DOORS; door++)
        live_udp_close(w, door);
    free(w->batch);
    w->batch = NULL;
}
