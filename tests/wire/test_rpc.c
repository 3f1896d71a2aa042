/* DCE/RPC's PDUs. Those said to be impacket's were sent by impacket 0.10.0. */
#include "wire/rpc.h"
#include "tests/wire/flat_support.h"

#define IMPACKET_BIND                                                                              \
    "05000b03100000004800000001000000b810b810000000000100000000000100785634123412cdabef0001234567" \
    "cffb01000000045d888aeb1cc9119fe808002b10486002000000"
#define IMPACKET_ALTER                                                                             \
    "05000e03100000006b001b0001000000b810b810000000000100000000000100785634123412cdabef0001234567" \
    "cffb01000000045d888aeb1cc9119fe808002b10486002000000440600007f350100"                         \
    "00000000130000004558"                                                                         \
    "414d504c45005745423100045745423100"
#define IMPACKET_REQUEST                                                                           \
    "050000031000000052000000010000003a00000000000400c52800000600000000000000060000005c005c004400" \
    "430031000000050000000000000005000000570045004200310000000001020304050607"
#define RESULTS  "01000000 00000000 045d888aeb1cc9119fe808002b10486002000000"
#define BIND_ACK "05000c0310000000 3c00 0000 01000000 d016d016 34120000 0600 343931353500 " RESULTS
#define BIND_NAK "05000d0310000000 1500 0000 01000000 0900 01 0500"
#define FAULT    "0500030310000000 2000 0000 02000000 00000000 0000 00 00 0200011c 00000000"
/* A response with a stub of four octets, padding of twelve and a signature of 32. */
#define SIGNED                                                                                     \
    "0500020310000000 5000 2000 02000000 04000000 0000 00 00 a1a2a3a4 000000000000000000000000 "   \
    "44 06 0c 00 00000000 13001a00ffff0000 b1b2b3b4b5b6b7b8 c1c2c3c4c5c6c7c8 d1d2d3d4d5d6d7d8"

static const struct {
    const char *in;
    struct expected_fault fault;
} table[] = {
    {"", {"rpc.cut", "rpc_vers", 0}},
    {"05", {"rpc.cut", "rpc_vers_minor", 1}},
    {"04000b0310000000", {"rpc.version", "rpc_vers", 0}},
    {"05020b0310000000", {"rpc.version", "rpc_vers", 0}},
    {"0500", {"rpc.cut", "PTYPE", 2}},
    {"0500100310000000", {"rpc.type", "PTYPE", 2}},
    {"0500010310000000", {"rpc.type", "PTYPE", 2}},
    {"05000b01", {"rpc.fragment", "pfc_flags", 3}},
    {"05000b02", {"rpc.fragment", "pfc_flags", 3}},
    {"05000b03000000000a00", {"rpc.drep", "packed_drep", 4}},
    {"05000b03100000000b00", {"rpc.length", "frag_length", 8}},
    {"05000b03100000000a00", {"rpc.cut", "auth_length", 10}},
    {"05000b03100000000c000100", {"rpc.auth-length", "auth_length", 10}},
    {"05000b03100000000c000000", {"rpc.cut", "call_id", 12}},
    {"05000b031000000019000200010000000000000000000000 00", {"rpc.auth-length", "auth_length", 10}},
    {"0500000310000000190001000100000044060100 00000000 00",
     {"rpc.auth-pad", "auth_pad_length", 18}},
    {"05000b03100000001c000000010000 00b810b810000000 0000000000",
     {"rpc.contexts", "n_context_elem", 24}},
    {"05000b031000000020000000010000 00b810b810000000 0001000000 0000 00 00",
     {"rpc.syntaxes", "p_cont_elem[0].n_transfer_syn", 30}},
    {"05000c03100000001b000000010000 00b810b81000000000 0200 00",
     {"rpc.sec-addr", "sec_addr.length", 24}},
    {"05000b0310000000490000000100 0000b810b810000000000100000000000100785634123412cdabef0001234567"
     "cffb01000000045d888aeb1cc9119fe808002b1048600200000000",
     {"rpc.surplus", "", 72}},
    {"05000d03100000001100000001000000 09", {"rpc.cut", "provider_reject_reason", 16}},
    {"05000d0310000000 2300 0900 01000000 0900 44060000 00000000 00000000 02000000 41",
     {"rpc.name", "auth_value.NetbiosComputerName", 34}},
    {"05000d0310000000 2400 0a00 01000000 0900 44060000 00000000 00000000 10000000 0241",
     {"rpc.name", "auth_value.NetbiosComputerNameUtf8", 34}},
};

static void every_fault_says_where(void **state)
{
    (void)state;
    size_t n;
    const struct fault_row *rows = rpc_fault_table(&n);
    flat_watch(rows, n);
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct faults f = {.mem = mem};
        struct rpc_pdu m;
        struct bytes in = exactly(octets(table[i].in));
        assert_false(rpc_read(in, mem, &f, &m));
        assert_fault(&f, table[i].in, table[i].fault);
        assert_false(tiles(rpc_walk, in));
        release(in);
    }
    uint8_t *big = arena_take(mem, RPC_PDU_MAX + 1);
    memcpy(big, octets("0500020310000000 0000 0000").p, 12);
    put_le16(big + 8, RPC_PDU_MAX + 1);
    struct faults f = {.mem = mem};
    struct rpc_pdu m;
    assert_false(rpc_read(bytes_of(big, RPC_PDU_MAX + 1), mem, &f, &m));
    assert_fault(&f, "a long one", (struct expected_fault){"rpc.long", "frag_length", 8});
    assert_all_reached();
}

static struct rpc_pdu read_of(const char *hex)
{
    struct rpc_pdu m;
    struct faults f = {.mem = mem};
    struct bytes in = octets(hex);
    if (!rpc_read(in, mem, &f, &m))
        fail_msg("%s", fault_text(mem, &f.list[0]));
    assert_true(tiles(rpc_walk, in));
    assert_int_equal(rpc_length(in), in.n);
    return m;
}

static void a_bind_of_another_implementation(void **state)
{
    (void)state;
    struct rpc_pdu m = read_of(IMPACKET_BIND);
    assert_int_equal(m.type, RPC_BIND);
    assert_int_equal(m.max_xmit, 4280);
    assert_int_equal(m.n_contexts, 1);
    assert_memory_equal(&m.interface, &RPC_NETLOGON, sizeof m.interface);
    assert_memory_equal(&m.transfer, &RPC_NDR, sizeof m.transfer);
    assert_false(m.has_auth);
    assert_bytes(rpc_write(mem, &m), octets(IMPACKET_BIND));
}

static void an_alter_context_says_whose_key_it_is(void **state)
{
    (void)state;
    struct rpc_pdu m = read_of(IMPACKET_ALTER);
    struct nl_auth_message names;
    assert_int_equal(m.type, RPC_ALTER_CONTEXT);
    assert_int_equal(m.auth_type, RPC_AUTH_NETLOGON);
    assert_int_equal(m.auth_level, RPC_AUTH_LEVEL_PRIVACY);
    assert_int_equal(m.auth_context_id, 79231);
    assert_true(nl_auth_message_read(m.auth_value, NULL, &names));
    assert_bytes(names.domain, bytes_str("EXAMPLE"));
    assert_bytes(names.computer, bytes_str("WEB1"));
    assert_bytes(names.utf8_computer, bytes_str("WEB1"));
    assert_bytes(rpc_write(mem, &m), octets(IMPACKET_ALTER));
    m.auth_value = nl_auth_message_write(mem, &names);
    m = read_of(hex_text(mem, rpc_write(mem, &m)));
    assert_true(nl_auth_message_read(m.auth_value, NULL, &names));
    assert_int_equal(names.flags, NL_NETBIOS_DOMAIN | NL_NETBIOS_COMPUTER);
    assert_bytes(names.computer, bytes_str("WEB1"));
    names = (struct nl_auth_message){.type = NL_AUTH_RESPONSE};
    assert_bytes(nl_auth_message_write(mem, &names), octets("01000000 00000000 00000000"));
}

static void a_request_of_another_implementation(void **state)
{
    (void)state;
    struct rpc_pdu m = read_of(IMPACKET_REQUEST);
    assert_int_equal(m.type, RPC_REQUEST);
    assert_int_equal(m.opnum, 4);
    assert_int_equal(m.stub_at, 24);
    assert_int_equal(m.stub.n, 58);
    assert_bytes(rpc_write(mem, &m), octets(IMPACKET_REQUEST));
}

static void answers_are_read_and_written(void **state)
{
    (void)state;
    struct rpc_pdu m = read_of(BIND_ACK);
    assert_bytes(m.secondary_address, octets("343931353500"));
    assert_int_equal(m.result, RPC_ACCEPTANCE);
    assert_memory_equal(&m.transfer, &RPC_NDR, sizeof m.transfer);
    assert_bytes(rpc_write(mem, &m), octets(BIND_ACK));
    m = read_of(BIND_NAK);
    assert_int_equal(m.reason, RPC_NAK_INVALID_CHECKSUM);
    assert_bytes(rpc_write(mem, &m), octets(BIND_NAK));
    m = read_of(FAULT);
    assert_int_equal(m.status, RPC_FAULT_OP_RNG_ERROR);
    assert_bytes(rpc_write(mem, &m), octets(FAULT));
    m = read_of(SIGNED);
    assert_bytes(m.stub, octets("a1a2a3a4"));
    assert_int_equal(m.auth_pad, 12);
    assert_int_equal(m.auth_value.n, 32);
    assert_bytes(rpc_write(mem, &m), octets(SIGNED));
}

static void contexts_beyond_the_first_are_refused(void **state)
{
    (void)state;
    struct rpc_pdu m = {
        .type = RPC_BIND_ACK, .flags = RPC_WHOLE, .transfer = RPC_NDR, .n_contexts = 3};
    struct bytes out = rpc_write(mem, &m);
    m = read_of(hex_text(mem, out));
    assert_int_equal(m.n_contexts, 3);
    assert_int_equal(m.result, RPC_ACCEPTANCE);
    assert_bytes(bytes_slice(out, out.n - 24, 4), octets("0200 0200"));
}

static void the_map_names_what_stands_where(void **state)
{
    (void)state;
    assert_string_equal(map_text(rpc_walk, octets(SIGNED)), "0-1 rpc_vers\n"
                                                            "1-2 rpc_vers_minor\n"
                                                            "2-3 PTYPE\n"
                                                            "3-4 pfc_flags\n"
                                                            "4-8 packed_drep\n"
                                                            "8-10 frag_length\n"
                                                            "10-12 auth_length\n"
                                                            "12-16 call_id\n"
                                                            "16-20 alloc_hint\n"
                                                            "20-22 p_cont_id\n"
                                                            "22-23 cancel_count\n"
                                                            "23-24 reserved\n"
                                                            "24-28 stub_data\n"
                                                            "28-40 auth_pad\n"
                                                            "40-48 sec_trailer\n"
                                                            "40-41 sec_trailer.auth_type\n"
                                                            "41-42 sec_trailer.auth_level\n"
                                                            "42-43 sec_trailer.auth_pad_length\n"
                                                            "43-44 sec_trailer.auth_reserved\n"
                                                            "44-48 sec_trailer.auth_context_id\n"
                                                            "48-80 auth_value\n"
                                                            "48-50 auth_value.SignatureAlgorithm\n"
                                                            "50-52 auth_value.SealAlgorithm\n"
                                                            "52-54 auth_value.Pad\n"
                                                            "54-56 auth_value.Flags\n"
                                                            "56-64 auth_value.SequenceNumber\n"
                                                            "64-72 auth_value.Checksum\n"
                                                            "72-80 auth_value.Confounder\n");
}

static void a_stream_is_cut_by_the_header(void **state)
{
    (void)state;
    struct bytes in = octets(IMPACKET_REQUEST IMPACKET_BIND);
    assert_int_equal(rpc_length(in), 82);
    for (size_t n = 0; n < 16; n++)
        assert_int_equal(rpc_length(bytes_slice(in, 0, n)), 0);
    assert_int_equal(rpc_length(octets("160301")), SIZE_MAX);
    assert_int_equal(rpc_length(octets("05000b03000000004800000001000000")), SIZE_MAX);
    assert_int_equal(rpc_length(octets("05000b03100000000f00000001000000")), SIZE_MAX);
    assert_int_equal(rpc_length(octets("05000b0310000000d116000001000000")), SIZE_MAX);
    struct rpc_pdu m = {.type = RPC_RESPONSE, .stub = bytes_of(arena_take(mem, 5817), 5817)};
    assert_int_equal(rpc_write(mem, &m).n, 0);
    m.stub.n--;
    assert_int_equal(rpc_write(mem, &m).n, RPC_PDU_MAX);
}

static const char *const samples[] = {
    IMPACKET_BIND, IMPACKET_ALTER, IMPACKET_REQUEST, BIND_ACK, BIND_NAK, FAULT, SIGNED};

static void try_walk(struct bytes in)
{
    tiles(rpc_walk, in);
}

static void try_cut(struct bytes in)
{
    assert_false(tiles(rpc_walk, in));
}

static void each_truncation_and_each_flip_tiles(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
        struct bytes in = exactly(octets(samples[i]));
        each_truncation(in, try_cut);
        each_flip(in, try_walk);
        release(in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLAT_TEST(every_fault_says_where),
        FLAT_TEST(a_bind_of_another_implementation),
        FLAT_TEST(an_alter_context_says_whose_key_it_is),
        FLAT_TEST(a_request_of_another_implementation),
        FLAT_TEST(answers_are_read_and_written),
        FLAT_TEST(contexts_beyond_the_first_are_refused),
        FLAT_TEST(the_map_names_what_stands_where),
        FLAT_TEST(a_stream_is_cut_by_the_header),
        FLAT_TEST(each_truncation_and_each_flip_tiles),
    };
    return cmocka_run_group_tests_name("wire/rpc", tests, NULL, NULL);
}
