/* NTLM in the dissector: every published message, alone and in HTTP, whole and damaged; what hangs
 * off its fields; the session key. */
#include "tests/trace/support.h"
#include "base/text.h"
#include "base/vector_file.h"
#include "context/ntlm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct arena *mem, *keep;
static struct crypto *crypto;

static struct bytes messages[32];
static size_t n_messages;

static void collect(const char *path)
{
    static const char *const fields[] = {"message", "token", "negotiate_message",
                                         "challenge_message", "authenticate_message"};
    static char text[1 << 17];
    struct vector_file file;
    const char *error;
    FILE *f = fopen(path, "rb");
    if (!f || !vector_file_read(keep, bytes_of(text, fread(text, 1, sizeof text, f)), path, &file,
                                &error))
        exit(2);
    fclose(f);
    for (size_t c = 0; c < file.n; c++)
        for (size_t k = 0; k < sizeof fields / sizeof *fields; k++) {
            struct bytes b;
            if (n_messages < 32 && vector_octets(&file.cases[c], fields[k], &b))
                messages[n_messages++] = b;
        }
}

static int fresh(void **state)
{
    (void)state;
    arena_reset(mem);
    return 0;
}

static struct root *in_http(struct bytes token, bool reply)
{
    const char *head =
        reply
            ? "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nWWW-Authenticate: NTLM %s\r\n\r\n"
            : "GET / HTTP/1.1\r\nHost: www\r\nAuthorization: NTLM %s\r\n\r\n";
    size_t n = 4 * token.n / 3 + 200;
    char *text = arena_take(mem, n);
    snprintf(text, n, head, base64_text(mem, token));
    return dissect(bytes_str(text), VIA_HTTP, NULL, crypto, mem);
}

static void every_message(void **state)
{
    (void)state;
    static const char *const what[] = {"NTLM NEGOTIATE", "NTLM CHALLENGE", "NTLM AUTHENTICATE"};
    assert_int_equal(n_messages, 20);
    for (size_t i = 0; i < n_messages; i++) {
        unsigned type = ntlm_message_type(messages[i]);
        struct root *r = dissect(messages[i], VIA_TCP, NULL, crypto, mem);
        assert_tiled(r);
        assert_string_equal(message_label(r, mem), what[type - 1]);
        for (struct field *f = r->top; f; f = field_next(f)) {
            assert_null(f->fault);
            assert_true(f->header || f->words);
            assert_true(f->words && f->words->place[0] != '?');
        }
        r = in_http(messages[i], type == 2);
        assert_tiled(r);
        assert_string_equal(
            message_label(r, mem),
            arena_printf(mem, "HTTP %s + %s", type == 2 ? "401" : "GET /", what[type - 1]));
        fresh(NULL);
    }
}

static void every_message_damaged(void **state)
{
    (void)state;
    for (size_t i = 0; i < n_messages; i++) {
        for (size_t n = 0; n < messages[i].n; n++, fresh(NULL))
            assert_tiled(dissect(bytes_slice(messages[i], 0, n), VIA_TCP, NULL, crypto, mem));
        for (size_t change = 0; change < 2 * messages[i].n; change++, fresh(NULL)) {
            uint8_t *copy = (uint8_t *)(uintptr_t)arena_copy(mem, messages[i]).p;
            copy[change / 2] ^= change % 2 ? 0x80 : 1;
            struct root *r = dissect(bytes_of(copy, messages[i].n), VIA_TCP, NULL, crypto, mem);
            assert_tiled(r);
            message_label(r, mem);
        }
    }
}

static const char *value(struct root *r, const char *path)
{
    struct field *f = field_find(r, path);
    if (!f)
        fail_msg("no field %s", path);
    return f->value;
}

#define AUTHENTICATE "NTLM"
#define RESPONSE     "NTLM.NtChallengeResponse/NTLMv2_RESPONSE"

static struct bytes windows(void)
{
    for (size_t i = 0; i < n_messages; i++)
        if (messages[i].n > 500 && ntlm_message_type(messages[i]) == 3)
            return messages[i];
    fail();
    return (struct bytes){0};
}

static void what_hangs_off(void **state)
{
    (void)state;
    struct root *r = dissect(windows(), VIA_TCP, NULL, crypto, mem);
    assert_string_equal(value(r, "NTLM"), "Administrator of WS2008R2");
    assert_string_equal(value(r, "NTLM.UserName"), "Administrator");
    assert_string_equal(value(r, "NTLM.MIC"), "f054a542b090b66c1fea1a2cc82e930b");
    assert_string_equal(value(r, RESPONSE ".TimeStamp"), "2012-12-19 17:10:36.536409Z");
    assert_string_equal(value(r, RESPONSE ".AvPairs.AvPair[0]"), "MsvAvNbDomainName WS2008R2");
    assert_string_equal(value(r, RESPONSE ".AvPairs.AvPair[6]"), "MsvAvFlags mic");
    assert_string_equal(value(r, RESPONSE ".AvPairs.AvPair[9]"),
                        "MsvAvTargetName HTTP/dc-ws2008r2.ws2008r2.local");
    assert_null(field_find(r, "NTLM.EncryptedRandomSessionKey"));
}

/* ---- the session key ------------------------------------------------------------------------- */

static void add_key(struct keyring *ring, int32_t etype, const char *hex, const char *name)
{
    struct bytes octets;
    size_t at;
    struct ring_key k = {.key = {.etype = etype, .n = 16}, .name = name};
    assert_true(hex_decode(mem, bytes_str(hex), &octets, &at));
    memcpy(k.key.v, octets.p, 16);
    keyring_add(ring, k, mem);
}

static struct field *session_key(const struct keyring *ring)
{
    struct root *r = dissect(messages[1], VIA_TCP, ring, crypto, mem); /* MS-NLMP 4.2.2 */
    assert_tiled(r);
    struct field *f = field_find(r, "NTLM.EncryptedRandomSessionKey");
    assert_non_null(f);
    return f;
}

static void a_key_of_the_run_opens_the_session_key(void **state)
{
    (void)state;
    struct keyring ring = {0};
    add_key(&ring, ETYPE_NTLM, "00112233445566778899aabbccddeeff", "another");
    add_key(&ring, ETYPE_NTLM, "d87262b0cde4b1cb7499becccdf10784", "NTLM key exchange User");
    add_key(&ring, 23, "55555555555555555555555555555555", "of another kind");
    struct field *f = session_key(&ring);
    assert_int_equal(f->state, FIELD_SEALED); /* nobody holds what comes out */
    assert_int_equal(session_key(NULL)->state, FIELD_SEALED);
    add_key(&ring, ETYPE_NTLM, "55555555555555555555555555555555", "NTLM session User");
    f = session_key(&ring);
    assert_int_equal(f->state, FIELD_OPENED);
    assert_string_equal(f->opened_by->name, "NTLM key exchange User");
    assert_string_equal(f->inner->top->value, "55555555555555555555555555555555");
    assert_non_null(f->inner->top->words);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, fresh)
    const struct CMUnitTest tests[] = {
        TEST(every_message),
        TEST(every_message_damaged),
        TEST(what_hangs_off),
        TEST(a_key_of_the_run_opens_the_session_key),
    };
    crypto = crypto_new();
    mem = arena_new(1 << 18);
    keep = arena_new(1 << 16);
    if (!crypto || !mem || !keep)
        return 2;
    collect("tests/vectors/ms-nlmp-4.2.txt");
    collect("tests/vectors/davenport-ntlm.txt");
    collect("tests/vectors/ntlmv2-cbt-mic-example.txt");
    collect("tests/vectors/ntlm-recorded.txt");
    int failures = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    arena_free(keep);
    crypto_free(crypto);
    return failures ? 1 : 0;
}
