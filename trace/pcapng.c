/* pcapng (draft-ietf-opsawg-pcapng): a section header, one interface, an enhanced packet block for
 * each IPv4 packet. Little-endian; each block is padded to 4 octets and has its length at both
 * ends. */
#include "trace/export.h"

#include "context/netlogon.h"
#include "trace/catalogue.h"
#include "trace/sheet.h"
#include "wire/frame.h"

#include <stdio.h>
#include <string.h>

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum { OPTION_END = 0, OPTION_COMMENT = 1, OPTION_NAME = 2 };
enum { LINKTYPE_RAW = 101 };
enum { IP_TCP = 6, IP_UDP = 17 };
enum { FIN = 0x01, SYN = 0x02, PSH = 0x08, ACK = 0x10 };
#define SEGMENT     1460 /* octets of data in a TCP segment */
#define COMMENT_MAX 16000

/* One side of a conversation. */
struct side {
    uint32_t address, next; /* next: the sequence number of its next octet */
    uint16_t port;
};

struct flow {
    unsigned conn;
    struct side a, b; /* a opened it */
    size_t last;      /* index of the last event on it */
};

struct capture {
    struct sheet sheet;
    const struct trace *trace;
    struct crypto *crypto;
    struct keyring ring;
    struct flow *flows;
    size_t n_flows;
    size_t *owner; /* by event: the packet a step goes with, 0: none */
    int64_t at;    /* of the packet being written */
    uint16_t identification;
};

/* ---- blocks --------------------------------------------------------------------------------- */

static size_t begin(struct sheet *s, uint32_t type)
{
    size_t at = s->n;
    sheet_le32(s, type);
    sheet_le32(s, 0);
    return at;
}

static void pad(struct sheet *s)
{
    sheet_fill(s, 0, (4 - s->n % 4) % 4);
}

static void end(struct sheet *s, size_t at)
{
    uint32_t n = (uint32_t)(s->n + 4 - at);
    sheet_le32(s, n);
    put_le32(s->p + at + 4, n);
}

static void option(struct sheet *s, uint16_t code, const char *text)
{
    struct bytes b = bytes_str(text);
    if (b.n == 0)
        return;
    if (b.n > COMMENT_MAX) {
        b.n = COMMENT_MAX;
        while (b.n && (b.p[b.n] & 0xc0) == 0x80)
            b.n--; /* not within a character */
    }
    sheet_le16(s, code);
    sheet_le16(s, (uint16_t)b.n);
    sheet_put(s, b);
    pad(s);
}

static void options_end(struct sheet *s)
{
    sheet_le16(s, OPTION_END);
    sheet_le16(s, 0);
}

static void head(struct capture *c)
{
    struct sheet *s = &c->sheet;
    const struct trace *t = c->trace;
    size_t at = begin(s, BLOCK_SECTION);
    sheet_le32(s, 0x1a2b3c4d);
    sheet_le16(s, 1);
    sheet_le16(s, 0);
    sheet_le32(s, 0xffffffff); /* the section's length: not said */
    sheet_le32(s, 0xffffffff);
    option(s, OPTION_COMMENT,
           arena_printf(s->mem, "%s%srealm %s, seed %llu", t->title, *t->title ? ": " : "",
                        t->realm, (unsigned long long)t->seed));
    options_end(s);
    end(s, at);
    at = begin(s, BLOCK_INTERFACE);
    sheet_le16(s, LINKTYPE_RAW);
    sheet_le16(s, 0);
    sheet_le32(s, 0);
    option(s, OPTION_NAME, "tessera");
    options_end(s);
    end(s, at);
}

static void block(struct capture *c, struct bytes packet, const char *comment)
{
    struct sheet *s = &c->sheet;
    size_t at = begin(s, BLOCK_PACKET);
    uint64_t when = (uint64_t)c->at;
    sheet_le32(s, 0);
    sheet_le32(s, (uint32_t)(when >> 32));
    sheet_le32(s, (uint32_t)when);
    sheet_le32(s, (uint32_t)packet.n);
    sheet_le32(s, (uint32_t)packet.n);
    sheet_put(s, packet);
    pad(s);
    if (*comment) {
        option(s, OPTION_COMMENT, comment);
        options_end(s);
    }
    end(s, at);
}

/* ---- IPv4 ----------------------------------------------------------------------------------- */

static uint32_t sum(uint32_t so_far, struct bytes b)
{
    for (size_t i = 0; i < b.n; i++)
        so_far += i % 2 ? b.p[i] : (uint32_t)b.p[i] << 8;
    return so_far;
}

static uint16_t folded(uint32_t v)
{
    while (v >> 16)
        v = (v & 0xffff) + (v >> 16);
    return (uint16_t)~v;
}

/* The transport's part, whose checksum (at offset `cksum`) is filled in here. */
static void ip(struct capture *c, const struct side *from, const struct side *to, uint8_t protocol,
               struct sheet *part, size_t cksum, const char *comment)
{
    struct sheet s = {.mem = c->sheet.mem};
    uint16_t total = (uint16_t)(20 + part->n);
    sheet_be16(&s, 0x4500);
    sheet_be16(&s, total);
    sheet_be16(&s, c->identification++);
    sheet_be16(&s, 0x4000); /* don't fragment */
    sheet_be16(&s, (uint16_t)(64 << 8 | protocol));
    sheet_be16(&s, 0);
    sheet_be32(&s, from->address);
    sheet_be32(&s, to->address);
    put_be16(s.p + 10, folded(sum(0, bytes_of(s.p, 20))));
    uint32_t pseudo = sum(protocol + (uint32_t)part->n, bytes_of(s.p + 12, 8));
    uint16_t value = folded(sum(pseudo, bytes_of(part->p, part->n)));
    put_be16(part->p + cksum, value || protocol == IP_TCP ? value : 0xffff);
    sheet_put(&s, bytes_of(part->p, part->n));
    block(c, bytes_of(s.p, s.n), comment);
}

static void udp(struct capture *c, const struct side *from, const struct side *to,
                struct bytes data, const char *comment)
{
    struct sheet s = {.mem = c->sheet.mem};
    data = bytes_slice(data, 0, 65507);
    sheet_be16(&s, from->port);
    sheet_be16(&s, to->port);
    sheet_be16(&s, (uint16_t)(8 + data.n));
    sheet_be16(&s, 0);
    sheet_put(&s, data);
    ip(c, from, to, IP_UDP, &s, 6, comment);
}

static void tcp(struct capture *c, struct side *from, const struct side *to, uint8_t flags,
                struct bytes data, const char *comment)
{
    struct sheet s = {.mem = c->sheet.mem};
    sheet_be16(&s, from->port);
    sheet_be16(&s, to->port);
    sheet_be32(&s, from->next);
    sheet_be32(&s, flags & ACK ? to->next : 0);
    sheet_be16(&s, (uint16_t)(5 << 12 | flags));
    sheet_be16(&s, 65535);
    sheet_be32(&s, 0);
    sheet_put(&s, data);
    from->next += (uint32_t)data.n + ((flags & (SYN | FIN)) != 0);
    ip(c, from, to, IP_TCP, &s, 16, comment);
}

/* ---- conversations -------------------------------------------------------------------------- */

static uint32_t address_of(const struct trace *t, const char *party)
{
    for (size_t i = 0; i < t->n_parties; i++) {
        unsigned a, b, d, e;
        if (strcmp(t->parties[i].name, party) != 0)
            continue;
        if (sscanf(t->parties[i].address, "%u.%u.%u.%u", &a, &b, &d, &e) == 4 && a < 256 &&
            b < 256 && d < 256 && e < 256)
            return a << 24 | b << 16 | d << 8 | e;
        return 10u << 24 | (uint32_t)(i + 1);
    }
    return 10u << 24 | 254;
}

static uint16_t port_or(uint16_t port, uint16_t otherwise)
{
    return port ? port : otherwise;
}

/* Where a server of that kind listens, when the event does not say. */
static uint16_t known_port(const struct event *e)
{
    switch (e->via) {
    case VIA_HTTP:
        return e->tls ? 443 : 80;
    case VIA_DNS:
        return 53;
    case VIA_RPC:
        return NETLOGON_PORT;
    default:
        return 88;
    }
}

static void sides_of(const struct capture *c, const struct event *e, struct side *from,
                     struct side *to)
{
    uint16_t known = known_port(e);
    uint16_t mine = (uint16_t)(40000 + e->conn % 20000);
    from->address = address_of(c->trace, e->party);
    to->address = address_of(c->trace, e->to);
    from->port = port_or(e->from_port, e->in_reply ? known : mine);
    to->port = port_or(e->to_port, e->in_reply ? mine : known);
}

/* The flow of a TCP event; opened, with its handshake, when it is the first on it. */
static struct flow *flow_of(struct capture *c, const struct event *e)
{
    struct side from = {0}, to = {0};
    sides_of(c, e, &from, &to);
    for (size_t i = c->n_flows; i-- > 0;) {
        struct flow *f = &c->flows[i];
        if (f->conn == e->conn && e->conn)
            return f;
        if (!e->conn && !f->conn && f->last >= e->index &&
            ((f->a.address == from.address && f->a.port == from.port) ||
             (f->b.address == from.address && f->b.port == from.port)))
            return f;
    }
    struct flow *f = &c->flows[c->n_flows++];
    /* By a clock of 4 microseconds (RFC 9293 3.4.1), as a record of many connections between the
     * same ends wants it: the same number again would be a retransmission. */
    from.next = 1000 + (uint32_t)(e->at >> 2);
    to.next = from.next + 4000;
    *f = (struct flow){.conn = e->conn, .a = from, .b = to, .last = e->index};
    for (size_t i = e->index; i < c->trace->n; i++) {
        const struct event *o = c->trace->events[i];
        bool same = o->kind == EVENT_PACKET && !via_datagram(o->via) && o->conn == e->conn;
        if (same && (e->conn || o == e || o->in_reply == e->number))
            f->last = i;
    }
    tcp(c, &f->a, &f->b, SYN, (struct bytes){0}, "");
    tcp(c, &f->b, &f->a, SYN | ACK, (struct bytes){0}, "");
    tcp(c, &f->a, &f->b, ACK, (struct bytes){0}, "");
    return f;
}

static void stream(struct capture *c, const struct event *e, struct bytes data, const char *comment)
{
    struct flow *f = flow_of(c, e);
    struct side sender = {0}, receiver = {0};
    sides_of(c, e, &sender, &receiver);
    bool forth = sender.address == f->a.address && sender.port == f->a.port;
    struct side *from = forth ? &f->a : &f->b, *to = forth ? &f->b : &f->a;
    if (e->via == VIA_TCP)
        data = frame_write(c->sheet.mem, data);
    for (size_t at = 0; at < data.n; at += SEGMENT) {
        bool last = data.n - at <= SEGMENT;
        tcp(c, from, to, last ? PSH | ACK : ACK, bytes_slice(data, at, SEGMENT),
            last ? comment : "");
    }
    tcp(c, to, from, ACK, (struct bytes){0}, "");
    if (e->index < f->last)
        return;
    tcp(c, &f->a, &f->b, FIN | ACK, (struct bytes){0}, "");
    tcp(c, &f->b, &f->a, FIN | ACK, (struct bytes){0}, "");
    tcp(c, &f->a, &f->b, ACK, (struct bytes){0}, "");
}

/* ---- packets -------------------------------------------------------------------------------- */

/* The packet a step goes with: the next one, when its sender tells how it was made; otherwise the
 * one before, with which its receiver does something. What stands between a request and its reply
 * is told by one and the same party, and goes with the request. */
static size_t packet_of(const struct trace *t, size_t step)
{
    const struct event *before = NULL, *next = NULL;
    const char *party = t->events[step]->party;
    for (size_t i = step; i-- > 0 && !before;)
        before = t->events[i]->kind == EVENT_PACKET ? t->events[i] : NULL;
    for (size_t i = step; i < t->n && !next; i++)
        next = t->events[i]->kind == EVENT_PACKET ? t->events[i] : NULL;
    bool received = before && strcmp(before->to, party) == 0;
    bool sends = next && strcmp(next->party, party) == 0;
    if (next && (!before || (sends && !received)))
        return next->number;
    return before ? before->number : 0;
}

static const char *comment_of(struct capture *c, const struct event *e)
{
    static const char *const fates[] = {[FATE_DELIVERED] = "",
                                        [FATE_DROPPED] = " (lost on the way)",
                                        [FATE_CHANGED] = " (changed on the way)",
                                        [FATE_INJECTED] = " (put in by somebody else)"};
    struct sheet s = {.mem = c->sheet.mem};
    struct root *r = dissect(e->arrived, e->via, &c->ring, c->crypto, s.mem);
    sheet_printf(&s, "%zu. %s%s%s", e->number, message_label(r, s.mem), fates[e->fate],
                 e->tls ? " (inside TLS, shown open)" : "");
    for (size_t i = 0; i < c->trace->n; i++) {
        const struct event *o = c->trace->events[i];
        if (o->kind == EVENT_STEP && c->owner[i] == e->number)
            sheet_printf(&s, "\n%s: %s", o->party, sentence_of(s.mem, o));
    }
    return (const char *)s.p;
}

static void packet(struct capture *c, const struct event *e)
{
    const char *comment = comment_of(c, e);
    struct side from = {0}, to = {0};
    c->at = e->at;
    if (!via_datagram(e->via)) {
        stream(c, e, e->arrived, comment);
        return;
    }
    sides_of(c, e, &from, &to);
    udp(c, &from, &to, e->arrived, comment);
}

struct bytes trace_pcapng(const struct trace *t, struct crypto *crypto, struct arena *mem)
{
    struct capture c = {.sheet = {.mem = mem}, .trace = t, .crypto = crypto};
    c.ring = keyring_of(t, t->n, mem);
    c.flows = arena_array(mem, struct flow, t->packets + 1);
    head(&c);
    c.owner = arena_array(mem, size_t, t->n);
    for (size_t i = 0; i < t->n; i++)
        c.owner[i] = packet_of(t, i);
    for (size_t i = 0; i < t->n; i++)
        if (t->events[i]->kind == EVENT_PACKET)
            packet(&c, t->events[i]);
    return bytes_of(c.sheet.p, c.sheet.n);
}
