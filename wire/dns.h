/* DNS messages (RFC 1035; AAAA: RFC 3596, SRV: RFC 2782), as far as names of hosts and of KDCs need
 * them: one question, records of class IN. Names are texts without the last dot, "" for the root;
 * letters of either case are the same (RFC 1035 2.3.3), and kept as they came. */
#ifndef WIRE_DNS_H
#define WIRE_DNS_H

#include "base/fault.h"

enum { DNS_A = 1, DNS_CNAME = 5, DNS_PTR = 12, DNS_TXT = 16, DNS_AAAA = 28, DNS_SRV = 33 };
enum { DNS_NOERROR = 0, DNS_FORMERR = 1, DNS_SERVFAIL = 2, DNS_NXDOMAIN = 3 };
#define DNS_PORT     53
#define DNS_UDP_MAX  512 /* octets (RFC 1035 4.2.1) */
#define DNS_NAME_MAX 253 /* letters of a name as text (RFC 1035 2.3.4: 255 octets on the wire) */

struct dns_record {
    const char *name; /* whose it is */
    uint16_t type, class;
    uint32_t ttl;                    /* seconds */
    struct bytes address;            /* A: 4 octets, AAAA: 16 */
    const char *target;              /* CNAME, PTR, SRV */
    uint16_t priority, weight, port; /* SRV */
    struct bytes data;               /* TXT: its first string; other types: RDATA as it came */
};

struct dns_message {
    uint16_t id;
    bool answer, authoritative, truncated, recursion_desired, recursion_available;
    uint8_t rcode;
    struct { /* the one question */
        const char *name;
        uint16_t type, class;
    } question;
    struct dns_record *records; /* of the answer section */
    size_t n;
};

/* Strict: a standard query or its answer, whole. Pointers in names are followed only backwards, so
 * none can go round (RFC 1035 4.1.4). Records of the other sections are read and passed over.
 * Everything in the arena but views into the input. */
bool dns_read(struct bytes, struct arena *, struct faults *, struct dns_message *out);
/* Names that stood already are pointed to (not from SRV: RFC 2782). {NULL, 0}: a name that cannot
 * be written, or more than DNS_UDP_MAX octets. */
struct bytes dns_write(const struct dns_message *, struct arena *);
const struct fault_row *dns_fault_table(size_t *n);

/* "www.example.test" and "WWW.example.test" */
bool dns_same_name(const char *, const char *);
/* "21.0.0.10.in-addr.arpa" (RFC 1035 3.5). */
char *dns_reverse_name(struct arena *, const uint8_t address[4]);
/* "10.0.0.21" to octets; false: no address of IPv4. */
bool dns_address(const char *text, uint8_t out[4]);

/* ---- a party that answers (dns_answer.c) ------------------------------------------------------
 */

/* What is known of a name. */
struct dns_host {
    const char *name;
    const char *address; /* "10.0.0.21"; NULL: none */
    const char *alias;   /* NAME is another name of this one (CNAME); NULL: no */
    const char *reverse; /* what the address points back to (PTR); NULL: nothing */
    const char *service; /* SRV: the host that serves NAME ("_kerberos._udp.EXAMPLE.TEST") */
    uint16_t port;       /* SRV */
};

/* The answer of a resolver that knows these hosts and no others: aliases are followed; a name that
 * stands nowhere is NXDOMAIN. {NULL, 0}: too short to be answered at all, or itself an answer. */
struct bytes dns_answer(struct arena *, struct bytes query, const struct dns_host *, size_t n);

#endif
