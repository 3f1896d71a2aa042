/* A resolver that knows a few hosts. */
#include "wire/dns.h"

#include <string.h>

#define ALIASES_MAX 8
#define TTL         300

struct answering {
    struct arena *mem;
    const struct dns_host *hosts;
    size_t n_hosts;
    struct dns_record *records;
    size_t n, room;
    bool known; /* the name stands somewhere, if with another type */
};

static struct dns_record *add(struct answering *a, const char *name, uint16_t type)
{
    if (a->n == a->room)
        return NULL;
    a->records[a->n] = (struct dns_record){.name = name, .type = type, .class = 1, .ttl = TTL};
    return &a->records[a->n++];
}

/* The alias of the name, which stands for it from here on; NULL: it has none. */
static const char *alias_of(struct answering *a, const char *name)
{
    for (size_t i = 0; i < a->n_hosts; i++)
        if (a->hosts[i].alias && dns_same_name(a->hosts[i].name, name))
            return a->hosts[i].alias;
    return NULL;
}

static void add_host(struct answering *a, const struct dns_host *h, const char *name, uint16_t type)
{
    uint8_t *address = arena_take(a->mem, 4);
    bool has = h->address && dns_address(h->address, address);
    struct dns_record *r = NULL;
    if (dns_same_name(h->name, name)) {
        a->known = true;
        if (type == DNS_A && has && (r = add(a, name, DNS_A)))
            r->address = bytes_of(address, 4);
        if (type == DNS_CNAME && h->alias && (r = add(a, name, DNS_CNAME)))
            r->target = h->alias;
        if (type == DNS_SRV && h->service && (r = add(a, name, DNS_SRV))) {
            r->target = h->service;
            r->port = h->port;
        }
    }
    if (has && h->reverse && dns_same_name(dns_reverse_name(a->mem, address), name)) {
        a->known = true;
        if (type == DNS_PTR && (r = add(a, name, DNS_PTR)))
            r->target = h->reverse;
    }
}

struct bytes dns_answer(struct arena *mem, struct bytes query, const struct dns_host *hosts,
                        size_t n)
{
    struct dns_message m;
    if (query.n < 12 || query.p[2] & 0x80)
        return (struct bytes){0};
    if (!dns_read(query, mem, NULL, &m)) {
        /* Nothing is said back of a question that cannot be read. */
        uint8_t *p = arena_take(mem, 12);
        memcpy(p, query.p, 2);
        p[2] = 0x80;
        p[3] = DNS_FORMERR;
        memset(p + 4, 0, 8);
        return bytes_of(p, 12);
    }
    struct answering a = {.mem = mem, .hosts = hosts, .n_hosts = n, .room = n + ALIASES_MAX};
    a.records = arena_array(mem, struct dns_record, a.room);
    const char *name = m.question.name, *next;
    for (int i = 0; i < ALIASES_MAX && m.question.type != DNS_CNAME; i++) {
        if (!(next = alias_of(&a, name)))
            break;
        a.known = true;
        add(&a, name, DNS_CNAME)->target = next;
        name = next;
    }
    for (size_t i = 0; i < n; i++)
        add_host(&a, &hosts[i], name, m.question.type);
    m.answer = true;
    m.recursion_available = true;
    m.rcode = a.known ? DNS_NOERROR : DNS_NXDOMAIN;
    m.records = a.records;
    m.n = a.n;
    return dns_write(&m, mem);
}
