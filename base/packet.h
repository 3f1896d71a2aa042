/* What passes between parties: a whole message and how it travelled. */
#ifndef BASE_PACKET_H
#define BASE_PACKET_H

#include "base/arena.h"

/* A party is a named handle: "alice", "kdc", "www". The world and the live transport make them
 * and know where they are. */
struct party {
    const char *name;
    struct bytes address; /* 4 octets (IPv4) or 16 (IPv6), high ones first; empty: not known */
};

/* Kerberos by datagram or stream, and what else travels: HTTP by stream, DNS by datagram, DCE/RPC
 * PDUs by stream (ncacn_ip_tcp; one PDU a packet). */
enum transport { VIA_UDP, VIA_TCP, VIA_HTTP, VIA_DNS, VIA_RPC };
static inline bool via_datagram(enum transport via)
{
    return via == VIA_UDP || via == VIA_DNS;
}

struct conn; /* a connection of the transport's; engines compare and hand back, never look inside */
struct tls;  /* base/tls.h: what the transport knows of the TLS layer */

/* One whole message. Framing (the length before a message on TCP, HTTP's heads and bodies put
 * together) is cut outside the engines. */
struct packet {
    struct conn *conn; /* NULL: a datagram, or a connection of no matter */
    enum transport via;
    const struct party *from, *to;
    uint16_t port; /* the server's end of it, by its well-known number (88, 464, 53, 80) wherever
                    * it truly listens; 0: the party has only one */
    size_t limit;  /* octets that can be carried back this way; 0: no limit */
    const struct tls *tls; /* NULL: not inside TLS */
    struct bytes data;
};

/* What an engine wants done after its turn, in order. Everything in it lives in the turn's
 * arena. */
enum out_kind { OUT_SEND, OUT_CLOSE };

struct out {
    struct out *next;
    enum out_kind kind;
    struct packet packet; /* OUT_SEND: what to send; OUT_CLOSE: .conn */
};

struct outbox {
    struct arena *mem;
    struct out *first, *last;
    size_t n;
};

void outbox_init(struct outbox *, struct arena *mem);
/* data is not copied: it must live in the turn's arena or longer. */
void outbox_send(struct outbox *, const struct packet *);
void outbox_close(struct outbox *, struct conn *);
/* Back to where p came from, by the same way. */
void outbox_reply(struct outbox *, const struct packet *p, struct bytes data);

#endif
