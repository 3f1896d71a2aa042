/* A scenario's name server: what it says of the hosts of the file, and of no others. */
#include "sim/dns.h"

#include "wire/dns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char file[] =
    "title: t\nrealm: {name: R}\naccounts: []\nparties:\n"
    "  - name: dns\n    role: dns\n    hosts:\n"
    "      - {name: web1.example.test, address: 10.0.0.21}\n"
    "      - {name: web2.example.test, address: 10.0.0.22, ptr: farm.example.test}\n"
    "      - {name: www.example.test, alias_of: web1.example.test}\n"
    "      - {name: _kerberos._udp.example.test, srv: 'kdc.example.test'}\n"
    "      - {name: _kpasswd._udp.example.test, srv: 'kdc.example.test:464'}\n";

static struct arena *mem;
static struct scenario scenario;

static int begin(void **state)
{
    (void)state;
    char *error = NULL;
    mem = arena_new(0);
    return mem && scenario_read(mem, "test", bytes_str(file), &scenario, &error) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

static struct bytes sent_back(struct bytes query)
{
    struct outbox *box = arena_new_of(mem, struct outbox);
    struct turn turn = {.mem = mem, .out = box};
    struct packet p = {.via = VIA_DNS, .data = query};
    outbox_init(box, mem);
    assert_true(dns_receive(&scenario.parties[0], &p, &turn));
    return box->first ? box->first->packet.data : (struct bytes){0};
}

static struct dns_message ask(const char *name, uint16_t type)
{
    struct dns_message q = {.id = 7, .recursion_desired = true}, a;
    q.question.name = name;
    q.question.type = type;
    q.question.class = 1;
    assert_true(dns_read(sent_back(dns_write(&q, mem)), mem, NULL, &a));
    assert_int_equal(a.id, 7);
    assert_true(a.answer);
    return a;
}

static void an_address(void **state)
{
    (void)state;
    struct dns_message a = ask("web1.example.test", DNS_A);
    assert_int_equal(a.n, 1);
    assert_memory_equal(a.records[0].address.p, "\x0a\x00\x00\x15", 4);
}

static void an_alias_and_what_it_stands_for(void **state)
{
    (void)state;
    struct dns_message a = ask("www.example.test", DNS_A);
    assert_int_equal(a.n, 2);
    assert_string_equal(a.records[0].target, "web1.example.test");
    assert_int_equal(a.records[1].type, DNS_A);
}

/* By itself an address points back to the name that has it; `ptr` says otherwise. */
static void the_name_behind_an_address(void **state)
{
    (void)state;
    assert_string_equal(ask("21.0.0.10.in-addr.arpa", DNS_PTR).records[0].target,
                        "web1.example.test");
    assert_string_equal(ask("22.0.0.10.in-addr.arpa", DNS_PTR).records[0].target,
                        "farm.example.test");
}

static void a_service_and_its_port(void **state)
{
    (void)state;
    struct dns_message a = ask("_kerberos._udp.EXAMPLE.TEST", DNS_SRV);
    assert_int_equal(a.n, 1);
    assert_string_equal(a.records[0].target, "kdc.example.test");
    assert_int_equal(a.records[0].port, 88);
    assert_int_equal(ask("_kpasswd._udp.example.test", DNS_SRV).records[0].port, 464);
}

static void what_is_not_there(void **state)
{
    (void)state;
    assert_int_equal(ask("mail.example.test", DNS_A).rcode, DNS_NXDOMAIN);
    assert_int_equal(ask("web1.example.test", DNS_SRV).rcode, DNS_NOERROR);
    assert_int_equal(ask("web1.example.test", DNS_SRV).n, 0);
    assert_int_equal(sent_back(BYTES_LIT("\x01")).n, 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(an_address),
        T(an_alias_and_what_it_stands_for),
        T(the_name_behind_an_address),
        T(a_service_and_its_port),
        T(what_is_not_there),
    };
    return cmocka_run_group_tests_name("dns", tests, NULL, NULL);
}
