/* The netlogon channel's formulas beyond the published vectors: with AES, numbers that impacket
 * 0.10.0's nrpc module computes; what must be refused. */
#include "base/text.h"
#include "crypto/ntlm.h"
#include "tests/crypto/opened.h"

#define STUB     "a stub of some octets."
#define SEQUENCE 0x123456789u

static const uint8_t *octets(const char *hex)
{
    struct bytes out;
    size_t at;
    assert_true(hex_decode(mem, bytes_str(hex), &out, &at));
    return out.p;
}

static const uint8_t *session_key(void)
{
    return octets("fdc7815fdbdbb1a6a08d0fda749edb18");
}

static void the_aes_key_and_the_credentials(void **state)
{
    (void)state;
    uint8_t key[16], credential[8];
    const uint8_t *client = octets("3a0390a46d0c3d4f"), *server = octets("0c4c13d16041c860");
    assert_true(netlogon_session_key_aes(crypto, octets("31a590170a351fd51148b2a10af2c305"), client,
                                         server, key));
    assert_memory_equal(key, session_key(), 16);
    assert_true(netlogon_credential_aes(crypto, key, client, credential));
    assert_memory_equal(credential, octets("c43e8c706184b992"), 8);
    assert_true(netlogon_credential_aes(crypto, key, server, credential));
    assert_memory_equal(credential, octets("f2c027dca409fad7"), 8);
}

static void a_sealed_stub_of_another_implementation(void **state)
{
    (void)state;
    uint8_t text[sizeof STUB - 1], signature[NETLOGON_SIGNATURE];
    memcpy(text, STUB, sizeof text);
    assert_true(netlogon_protect(crypto, session_key(), SEQUENCE, true, true,
                                 octets("0001020304050607"), text, sizeof text, signature));
    assert_memory_equal(text, octets("41ed70f16a3e32d652886cf8ced56a53bd726b8ffe19"), sizeof text);
    assert_memory_equal(signature,
                        octets("13001a00ffff00002f7f955bbdbf036bc6cf4cc5527d3b07c7cc47a657120af5"),
                        NETLOGON_SIGNATURE_USED);
    uint64_t sequence;
    bool from_client;
    assert_true(netlogon_sequence(crypto, session_key(), bytes_of(signature, sizeof signature),
                                  &sequence, &from_client));
    assert_true(from_client);
    assert_int_equal(sequence, SEQUENCE);
}

static void only_what_was_protected_is_believed(void **state)
{
    (void)state;
    static const struct {
        uint64_t sequence;
        bool from_client, seal;
        size_t cut; /* octets of the signature left out */
        bool good;
    } rows[] = {
        {SEQUENCE, true, true, 0, true},
        {SEQUENCE, true, true, NETLOGON_SIGNATURE - NETLOGON_SIGNATURE_USED, true},
        {SEQUENCE, true, true, NETLOGON_SIGNATURE - NETLOGON_SIGNATURE_USED + 1, false},
        {SEQUENCE + 1, true, true, 0, false},
        {SEQUENCE & 0xffffffff, true, true, 0, false},
        {SEQUENCE, false, true, 0, false},
        {SEQUENCE, true, false, 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t text[] = STUB, signature[NETLOGON_SIGNATURE];
        assert_true(netlogon_protect(crypto, session_key(), SEQUENCE, true, true,
                                     octets("0001020304050607"), text, sizeof text, signature));
        bool good = netlogon_unprotect(crypto, session_key(), rows[i].sequence, rows[i].from_client,
                                       rows[i].seal, text, sizeof text, signature,
                                       sizeof signature - rows[i].cut);
        assert_int_equal(good, rows[i].good);
        assert_memory_equal(text, good ? STUB : (char[sizeof STUB]){0}, sizeof text);
    }
}

static void what_is_only_signed_stays_readable(void **state)
{
    (void)state;
    uint8_t text[] = STUB, signature[NETLOGON_SIGNATURE];
    assert_true(netlogon_protect(crypto, session_key(), 7, false, false, NULL, text, sizeof text,
                                 signature));
    assert_string_equal(text, STUB);
    assert_int_equal(be32(signature), 0x1300ffff);
    assert_true(netlogon_unprotect(crypto, session_key(), 7, false, false, text, sizeof text,
                                   signature, 24));
    text[3] ^= 1;
    assert_false(netlogon_unprotect(crypto, session_key(), 7, false, false, text, sizeof text,
                                    signature, 24));
}

static void another_form_has_no_sequence_number(void **state)
{
    (void)state;
    uint64_t sequence;
    bool from_client;
    assert_false(netlogon_sequence(crypto, session_key(),
                                   bytes_of(octets("77007a00ffff0000000102030405060700010203040506"
                                                   "07"),
                                            24),
                                   &sequence, &from_client));
    assert_false(netlogon_sequence(crypto, session_key(), bytes_of(octets("13001a00ffff0000"), 8),
                                   &sequence, &from_client));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_aes_key_and_the_credentials),
        cmocka_unit_test(a_sealed_stub_of_another_implementation),
        cmocka_unit_test(only_what_was_protected_is_believed),
        cmocka_unit_test(what_is_only_signed_stays_readable),
        cmocka_unit_test(another_form_has_no_sequence_number),
    };
    return cmocka_run_group_tests(tests, open_all, close_all);
}
