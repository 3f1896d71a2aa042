/* DNS messages: read and written, pointers that lead nowhere, the map, and a resolver's answers. */
#include "wire/dns.h"
#include "tests/wire/flat_support.h"

#define QUERY "1234 0100 0001 0000 0000 0000 03777777 076578616d706c65 0474657374 00 0001 0001"

static struct dns_message read_ok(struct bytes in)
{
    struct dns_message m;
    struct faults f = {.mem = mem};
    struct bytes own = exactly(in);
    bool ok = dns_read(own, mem, &f, &m);
    if (!ok)
        fail_msg("%s", fault_text(mem, &f.list[0]));
    tiles(dns_walk, own);
    release(own);
    assert_true(dns_read(in, mem, NULL, &m)); /* what it views is there to the end of the test */
    return m;
}

static void a_query_is_read(void **state)
{
    (void)state;
    struct dns_message m = read_ok(octets(QUERY));
    assert_int_equal(m.id, 0x1234);
    assert_false(m.answer);
    assert_true(m.recursion_desired);
    assert_string_equal(m.question.name, "www.example.test");
    assert_int_equal(m.question.type, DNS_A);
    assert_int_equal(m.n, 0);
    assert_bytes(dns_write(&m, mem), octets(QUERY));
}

/* With pointers: an alias, its host's address, and an OPT record of another section. */
static void an_answer_is_read(void **state)
{
    (void)state;
    struct dns_message m =
        read_ok(octets("1234 8180 0001 0002 0000 0001 03777777 076578616d706c65 0474657374 00 0001 "
                       "0001 c00c 0005 0001 0000012c 0007 04686f7374 c010"
                       "c02e 0001 0001 0000012c 0004 0a000015 00 0029 04d0 00000000 0000"));
    assert_true(m.answer && m.recursion_available);
    assert_int_equal(m.n, 2);
    assert_string_equal(m.records[0].name, "www.example.test");
    assert_string_equal(m.records[0].target, "host.example.test");
    assert_string_equal(m.records[1].name, "host.example.test");
    assert_bytes(m.records[1].address, octets("0a000015"));
    assert_int_equal(m.records[1].ttl, 300);
}

/* Every type, written and read again. */
static void what_is_written_is_read(void **state)
{
    (void)state;
    struct dns_record records[] = {
        {.name = "a.test", .type = DNS_A, .class = 1, .ttl = 1, .address = octets("01020304")},
        {.name = "A.TEST",
         .type = DNS_AAAA,
         .class = 1,
         .address = octets("20010db8 00000000 00000000 00000001")},
        {.name = "b.a.test", .type = DNS_CNAME, .class = 1, .target = "a.test"},
        {.name = "4.3.2.1.in-addr.arpa", .type = DNS_PTR, .class = 1, .target = "c.a.test"},
        {.name = "_kerberos._udp.test",
         .type = DNS_SRV,
         .class = 1,
         .priority = 1,
         .weight = 2,
         .port = 88,
         .target = "a.test"},
        {.name = "", .type = DNS_TXT, .class = 1, .data = BYTES_LIT("some text")},
        {.name = "a.test", .type = 99, .class = 1, .data = BYTES_LIT("xyz")},
    };
    struct dns_message out = {.id = 7,
                              .answer = true,
                              .authoritative = true,
                              .rcode = 3,
                              .question = {"a.test", DNS_A, 1},
                              .records = records,
                              .n = 7};
    struct dns_message in = read_ok(dns_write(&out, mem));
    assert_true(in.authoritative);
    assert_int_equal(in.rcode, 3);
    assert_int_equal(in.n, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_true(dns_same_name(in.records[i].name, records[i].name));
        assert_int_equal(in.records[i].type, records[i].type);
        assert_bytes(in.records[i].address, records[i].address);
        assert_bytes(in.records[i].data, records[i].data);
        assert_string_equal(in.records[i].target ? in.records[i].target : "-",
                            records[i].target ? records[i].target : "-");
    }
    assert_int_equal(in.records[4].port, 88);
    assert_int_equal(in.records[4].weight, 2);
}

static void what_is_no_name_is_not_written(void **state)
{
    (void)state;
    char label[65], name[256];
    memset(label, 'a', 64);
    label[64] = 0;
    memset(name, 0, sizeof name);
    for (int i = 0; i < 127; i++)
        memcpy(name + 2 * i, i < 126 ? "a." : "a", i < 126 ? 2 : 1);
    assert_int_equal(strlen(name), DNS_NAME_MAX);
    const struct {
        const char *name;
        bool good;
    } table[] = {
        {"www.example.test", true},
        {"", true},
        {name, true},
        {label + 1, true},
        {label, false},
        {".a", false},
        {"a.", false},
        {"a..b", false},
        {"a b", false},
        {"a\n", false},
        {"a\x80", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct dns_message m = {.question = {table[i].name, DNS_A, 1}};
        assert_int_equal(dns_write(&m, mem).n != 0, table[i].good);
    }
    struct dns_record wrong[] = {
        {.name = "a", .type = DNS_A, .class = 1, .address = octets("0102")},
        {.name = "a", .type = DNS_PTR, .class = 1},
        {.name = "a", .type = 99, .class = 1, .data = {(const uint8_t *)name, 255}},
    };
    for (size_t i = 0; i < 3; i++) {
        struct dns_record three[] = {wrong[i], wrong[i], wrong[i]};
        struct dns_message m = {.question = {"a", DNS_A, 1}, .records = three, .n = 3};
        assert_int_equal(dns_write(&m, mem).n, 0); /* the last: more than a datagram carries */
    }
}

/* ---- faults ----------------------------------------------------------------------------------
 */

#define HEAD "0001 8180 0001 0001 0000 0000 0161 00 0001 0001 " /* its question is at 12, "a" */

static void every_fault_says_where(void **state)
{
    (void)state;
    static const struct {
        const char *in;
        struct expected_fault fault;
    } table[] = {
        {"", {"dns.cut", "ID", 0}},
        {"0001 0100 0001 0000 0000 00", {"dns.cut", "ARCOUNT", 10}},
        {"0001 0800 0001 0000 0000 0000", {"dns.opcode", "flags", 2}},
        {"0001 0100 0002 0000 0000 0000", {"dns.question", "QDCOUNT", 4}},
        {"0001 0100 0000 0000 0000 0000", {"dns.question", "QDCOUNT", 4}},
        {"0001 0100 0001 0000 0000 0000", {"dns.cut", "question.QNAME.root", 12}},
        {"0001 0100 0001 0000 0000 0000 4161 00", {"dns.label-kind", "question.QNAME", 12}},
        {"0001 0100 0001 0000 0000 0000 8161 00", {"dns.label-kind", "question.QNAME", 12}},
        {"0001 0100 0001 0000 0000 0000 0361 62",
         {"dns.cut", "question.QNAME.label[0].length", 12}},
        {"0001 0100 0001 0000 0000 0000 0320 6161 00", {"dns.label", "question.QNAME", 13}},
        {"0001 0100 0001 0000 0000 0000 03 61 2e 61 00", {"dns.label", "question.QNAME", 14}},
        /* Pointers: to itself, forward, into a header that is no name, cut. */
        {"0001 0100 0001 0000 0000 0000 c00c 0001 0001",
         {"dns.pointer", "question.QNAME.pointer", 12}},
        {"0001 0100 0001 0000 0000 0000 0161 c00c", {"dns.pointer", "question.QNAME.pointer", 14}},
        {"0001 0100 0001 0000 0000 0000 c010 0001 0001",
         {"dns.pointer", "question.QNAME.pointer", 12}},
        {"0001 0100 0001 0000 0000 0000 c002 0001 0001",
         {"dns.pointer", "question.QNAME.pointer", 12}},
        {"0001 0100 0001 0000 0000 0000 c0", {"dns.cut", "question.QNAME.pointer", 12}},
        /* Two that lead to each other, by way of "a" before each. */
        {"0001 8180 0001 0001 0000 0000 0161 c010 0161 c00c",
         {"dns.pointer", "question.QNAME.pointer", 14}},
        {HEAD "c00c 0001 0001 00000000 0005 01020304 05", {"dns.rdlength", "answer[0].RDATA", 35}},
        {HEAD "c00c 0001 0001 00000000 0003 010203", {"dns.cut", "answer[0].RDATA.ADDRESS", 31}},
        {HEAD "c00c 0001 0001 00000000 0009 01020304", {"dns.cut", "answer[0].RDATA", 31}},
        {HEAD "c00c 0005 0001 00000000 0003 c00c 00", {"dns.rdlength", "answer[0].RDATA", 33}},
        {HEAD "c00c 0010 0001 00000000 0002 0261",
         {"dns.cut", "answer[0].RDATA.TXT-DATA[0].length", 31}},
        {HEAD "c00c 0001 0001 00000000 0004 01020304 00", {"dns.surplus", "", 35}},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct dns_message m;
        struct faults f = {.mem = mem};
        struct bytes in = exactly(octets(table[i].in));
        assert_false(dns_read(in, mem, &f, &m));
        assert_fault(&f, table[i].in, table[i].fault);
        tiles(dns_walk, in);
        release(in);
    }
}

/* 255 octets are a name, one more is none: in one piece, and by way of a pointer. */
static void the_longest_name(void **state)
{
    (void)state;
    for (int more = 0; more < 2; more++) {
        uint8_t p[512] = {0, 1, 1, 0, 0, 1};
        size_t at = 12;
        for (int i = 0; i < 4; i++) {
            uint8_t n = i < 3 ? 63 : (uint8_t)(61 + more);
            p[at] = n;
            memset(p + at + 1, 'a', n);
            at += 1u + n;
        }
        at += 1;
        p[at + 1] = p[at + 3] = 1;
        struct faults f = {.mem = mem};
        struct dns_message m;
        assert_int_equal(dns_read(bytes_of(p, at + 4), mem, &f, &m), !more);
        if (more)
            assert_string_equal(f.list[0].row->id, "dns.name-long");
    }
}

/* A chain of pointers as long as a message: each leads further back, so it ends. */
static void a_long_chain_of_pointers_ends(void **state)
{
    (void)state;
    static uint8_t p[16384] = {0, 1, 0x81, 0x80, 0, 1, 0, 1};
    struct dns_message m;
    size_t at = 12, last = 12;
    p[at++] = 0;
    at += 4;
    memcpy(p + at, "\0\0\x63\0\1\0\0\0\0", 9); /* a record of a type not read */
    at += 9;
    size_t length = at;
    at += 2;
    for (; at + 20 < sizeof p; at += 2) {
        p[at] = (uint8_t)(0xc0 | last >> 8);
        p[at + 1] = (uint8_t)last;
        last = at;
    }
    p[length] = (uint8_t)((at - length - 2) >> 8);
    p[length + 1] = (uint8_t)(at - length - 2);
    p[7] = 2;
    p[at++] = (uint8_t)(0xc0 | last >> 8);
    p[at++] = (uint8_t)last;
    memset(p + at, 0, 10);
    m = read_ok(bytes_of(p, at + 10));
    assert_int_equal(m.n, 2);
    assert_string_equal(m.records[1].name, "");
}

static void damage_is_survived(void **state)
{
    (void)state;
    struct bytes whole =
        octets("1234 8180 0001 0003 0000 0001 03777777 076578616d706c65 0474657374 00 0001 0001"
               "c00c 0005 0001 0000012c 0007 04686f7374 c010 c02e 0001 0001 0000012c 0004 0a000015"
               "c010 0021 0001 0000012c 000a 0001 0002 0058 c00c 0000 00 0029 04d0 00000000 0000");
    for (size_t n = 0; n < whole.n; n++) {
        struct bytes cut = exactly(bytes_slice(whole, 0, n));
        struct dns_message m;
        assert_false(dns_read(cut, mem, NULL, &m));
        tiles(dns_walk, cut);
        release(cut);
    }
    for (size_t bit = 0; bit < 8 * whole.n; bit++) {
        struct bytes own = exactly(whole);
        ((uint8_t *)(uintptr_t)own.p)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        tiles(dns_walk, own);
        release(own);
    }
}

static void the_map(void **state)
{
    (void)state;
    assert_string_equal(map_text(dns_walk, octets(HEAD "c00c 0001 0001 0000000a 0004 01020304")),
                        "0-2 ID\n"
                        "2-3 flags\n"
                        "3-4 RCODE\n"
                        "4-6 QDCOUNT\n"
                        "6-8 ANCOUNT\n"
                        "8-10 NSCOUNT\n"
                        "10-12 ARCOUNT\n"
                        "12-19 question\n"
                        "12-15 question.QNAME\n"
                        "12-14 question.QNAME.label[0]\n"
                        "12-13 question.QNAME.label[0].length\n"
                        "13-14 question.QNAME.label[0].value\n"
                        "14-15 question.QNAME.root\n"
                        "15-17 question.QTYPE\n"
                        "17-19 question.QCLASS\n"
                        "19-35 answer[0]\n"
                        "19-21 answer[0].NAME\n"
                        "19-21 answer[0].NAME.pointer\n"
                        "21-23 answer[0].TYPE\n"
                        "23-25 answer[0].CLASS\n"
                        "25-29 answer[0].TTL\n"
                        "29-31 answer[0].RDLENGTH\n"
                        "31-35 answer[0].RDATA\n"
                        "31-35 answer[0].RDATA.ADDRESS\n");
}

/* ---- a resolver ------------------------------------------------------------------------------
 */

static const struct dns_host hosts[] = {
    {.name = "www.example.test", .alias = "web.example.test"},
    {.name = "web.example.test", .address = "10.0.0.21", .reverse = "srv7.example.test"},
    {.name = "loop.test", .alias = "pool.test"},
    {.name = "pool.test", .alias = "loop.test"},
    {.name = "_kerberos._udp.EXAMPLE.TEST", .service = "kdc.example.test", .port = 88},
};

static struct dns_message answer_to(const char *name, uint16_t type)
{
    struct dns_message query = {
        .id = 0xbeef, .recursion_desired = true, .question = {name, type, 1}};
    struct dns_message m =
        read_ok(dns_answer(mem, dns_write(&query, mem), hosts, sizeof hosts / sizeof *hosts));
    assert_int_equal(m.id, 0xbeef);
    assert_true(m.answer && m.recursion_desired && m.recursion_available);
    assert_string_equal(m.question.name, name);
    return m;
}

static void a_resolver_answers(void **state)
{
    (void)state;
    struct dns_message m = answer_to("WWW.example.test", DNS_A);
    assert_int_equal(m.n, 2);
    assert_string_equal(m.records[0].target, "web.example.test");
    assert_bytes(m.records[1].address, octets("0a000015"));
    m = answer_to("21.0.0.10.in-addr.arpa", DNS_PTR);
    assert_int_equal(m.n, 1);
    assert_string_equal(m.records[0].target, "srv7.example.test");
    m = answer_to("_kerberos._udp.example.test", DNS_SRV);
    assert_string_equal(m.records[0].target, "kdc.example.test");
    assert_int_equal(m.records[0].port, 88);
    m = answer_to("www.example.test", DNS_CNAME);
    assert_string_equal(m.records[0].target, "web.example.test");
    /* Known, but nothing of this type; and not known. */
    m = answer_to("web.example.test", DNS_SRV);
    assert_int_equal(m.rcode, DNS_NOERROR);
    assert_int_equal(m.n, 0);
    assert_int_equal(answer_to("nowhere.test", DNS_A).rcode, DNS_NXDOMAIN);
    assert_int_equal(answer_to("loop.test", DNS_A).n, 8); /* it ends */
}

static void what_is_no_query_is_not_answered(void **state)
{
    (void)state;
    assert_int_equal(dns_answer(mem, octets("0001 8180 0001 0000 0000 0000"), hosts, 1).n, 0);
    assert_int_equal(dns_answer(mem, octets("0001"), hosts, 1).n, 0);
    struct dns_message m =
        read_ok(dns_answer(mem, octets("0007 0100 0003 0000 0000 0000"), hosts, 1));
    assert_int_equal(m.rcode, DNS_FORMERR);
    assert_int_equal(m.id, 7);
}

static void addresses_of_hosts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool good;
    } table[] = {
        {"10.0.0.21", true}, {"255.255.255.255", true}, {"256.0.0.1", false}, {"1.2.3", false},
        {"1.2.3.4.", false}, {"1.2.3.4x", false},       {"", false},          {"www", false},
        {"1..2.3", false},   {"0001.2.3.4", false},
    };
    uint8_t p[4];
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_int_equal(dns_address(table[i].text, p), table[i].good);
    assert_true(dns_address("10.0.0.21", p));
    assert_string_equal(dns_reverse_name(mem, p), "21.0.0.10.in-addr.arpa");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLAT_TEST(a_query_is_read),
        FLAT_TEST(an_answer_is_read),
        FLAT_TEST(what_is_written_is_read),
        FLAT_TEST(what_is_no_name_is_not_written),
        FLAT_TEST(every_fault_says_where),
        FLAT_TEST(the_longest_name),
        FLAT_TEST(a_long_chain_of_pointers_ends),
        FLAT_TEST(damage_is_survived),
        FLAT_TEST(the_map),
        FLAT_TEST(a_resolver_answers),
        FLAT_TEST(what_is_no_query_is_not_answered),
        FLAT_TEST(addresses_of_hosts),
    };
    return cmocka_run_group_tests_name("wire/dns", tests, NULL, NULL);
}
