#include "sim/dns.h"

#include "wire/dns.h"

#include <stdlib.h>
#include <string.h>

/* "host" or "host:port"; Kerberos' own port where none is said (RFC 4120 7.2.3.2). */
static struct dns_host host_of(struct arena *mem, const struct scenario_host *from)
{
    struct dns_host h = {.name = from->name,
                         .address = from->address,
                         .alias = from->alias_of,
                         .reverse = from->ptr       ? from->ptr
                                    : from->address ? from->name
                                                    : NULL};
    if (!from->srv)
        return h;
    const char *colon = strchr(from->srv, ':');
    h.service = arena_str(mem, bytes_of(from->srv, strcspn(from->srv, ":")));
    h.port = colon ? (uint16_t)atoi(colon + 1) : 88;
    return h;
}

static const char *type_text(uint16_t type)
{
    return type == DNS_A       ? "address"
           : type == DNS_PTR   ? "name behind the address"
           : type == DNS_SRV   ? "service"
           : type == DNS_AAAA  ? "IPv6 address"
           : type == DNS_CNAME ? "canonical name"
                               : "record";
}

/* "www.example.test is 10.0.0.13", a record after the other. */
static const char *records_text(struct arena *mem, const struct dns_message *m)
{
    char *text = arena_printf(mem, "%s", "");
    for (size_t i = 0; i < m->n; i++) {
        const struct dns_record *r = &m->records[i];
        const char *what = r->target ? r->target : "";
        if (r->type == DNS_A && r->address.n == 4)
            what = arena_printf(mem, "%u.%u.%u.%u", r->address.p[0], r->address.p[1],
                                r->address.p[2], r->address.p[3]);
        text = arena_printf(mem, "%s%s%s%s%s", text, i ? ", " : "", r->name,
                            r->type == DNS_CNAME ? " is another name of "
                            : r->type == DNS_SRV ? " is served by "
                                                 : " is ",
                            what);
    }
    return m->n ? text : m->rcode == DNS_NXDOMAIN ? "there is no such name" : "no such record";
}

static void tell_answer(struct turn *t, struct bytes query, struct bytes answer)
{
    struct dns_message q, a;
    if (!told(t) || !dns_read(query, t->mem, NULL, &q) || !dns_read(answer, t->mem, NULL, &a))
        return;
    tell(t, STEP_DONE, "dns.answer", A_STR("type", type_text(q.question.type)),
         A_STR("name", q.question.name), A_STR("answer", records_text(t->mem, &a)));
}

bool dns_receive(const struct scenario_party *party, const struct packet *p, struct turn *t)
{
    struct dns_host *hosts = arena_array(t->mem, struct dns_host, party->n_hosts);
    for (size_t i = 0; i < party->n_hosts; i++)
        hosts[i] = host_of(t->mem, &party->hosts[i]);
    struct bytes answer = dns_answer(t->mem, p->data, hosts, party->n_hosts);
    if (!answer.n)
        return true;
    tell_answer(t, p->data, answer);
    outbox_reply(t->out, p, answer);
    return true;
}
