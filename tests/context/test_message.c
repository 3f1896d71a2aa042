/* Messages of a context: what one end makes the other takes, and nobody takes anything else. The
 * published tokens are tests named as in their files. */
#include "context/message.h"
#include "context/vector_ops.h"
#include "crypto/primitives.h"
#include "crypto/rng.h"
#include "wire/gss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct crypto *crypto;
static struct arena *mem;
static struct seeded_rng rng;
static struct faults faults;

static const int32_t etypes[] = {17, 18, 19, 20, 25, 26, 23, 24};
#define N_ETYPES (sizeof etypes / sizeof *etypes)
#define N_NEW    6 /* the first of them have the tokens of RFC 4121 */

static struct turn turn(void)
{
    faults = (struct faults){.mem = mem};
    return (struct turn){.rng = &rng.rng, .crypto = crypto, .mem = mem, .faults = &faults};
}

static int fresh(void **state)
{
    (void)state;
    arena_reset(mem);
    return 0;
}

struct ends {
    struct message_end initiator, acceptor;
};

static struct ends ends_of(int32_t etype, bool subkey)
{
    struct ends e = {.acceptor = {.is_acceptor = true, .acceptor_subkey = subkey}};
    assert_true(key_random(crypto, &rng.rng, NULL, etype, &e.acceptor.key));
    e.initiator = e.acceptor;
    e.initiator.is_acceptor = false;
    return e;
}

static struct bytes wrapped(const struct message_end *from, uint64_t seq, bool conf, uint16_t rrc,
                            struct bytes text)
{
    struct turn t = turn();
    struct bytes token;
    assert_true(message_wrap(&t, from, seq, conf, rrc, text, &token));
    return token;
}

static struct bytes mic_of(const struct message_end *from, uint64_t seq, struct bytes text)
{
    struct turn t = turn();
    struct bytes token;
    assert_true(message_mic(&t, from, seq, text, &token));
    return token;
}

static bool opens(const struct message_end *at, uint64_t seq, struct bytes token, struct message *m)
{
    struct turn t = turn();
    bool ok = message_unwrap(&t, at, &seq, token, m);
    assert_int_equal(faults.n, !ok);
    return ok;
}

static bool fits(const struct message_end *at, uint64_t seq, struct bytes token, struct bytes text)
{
    struct turn t = turn();
    uint64_t got = seq;
    bool ok = message_mic_check(&t, at, &seq, token, text, &got) && got == seq;
    assert_int_equal(faults.n, !ok);
    return ok;
}

static void assert_refused(const char *id, bool ok)
{
    assert_false(ok);
    assert_string_equal(faults.list[0].row->id, id);
}

#define TEXT BYTES_LIT("the text of a message")

static void every_length_comes_back(void **state)
{
    (void)state;
    uint8_t text[70];
    struct message m;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (uint8_t)(i * 7);
    for (size_t e = 0; e < N_ETYPES; e++)
        for (size_t n = 0; n <= sizeof text; n++) {
            struct ends ends = ends_of(etypes[e], n % 2);
            struct bytes in = {text, n};
            for (int conf = 0; conf < 2; conf++) {
                assert_true(opens(&ends.acceptor, n, wrapped(&ends.initiator, n, conf, 0, in), &m));
                assert_true(bytes_equal(m.text, in) && m.seq == n && m.confidential == conf);
                assert_true(opens(&ends.initiator, n, wrapped(&ends.acceptor, n, conf, 0, in), &m));
            }
            assert_true(fits(&ends.acceptor, n, mic_of(&ends.initiator, n, in), in));
            assert_true(fits(&ends.initiator, n, mic_of(&ends.acceptor, n, in), in));
        }
}

static void every_rotation_comes_back(void **state)
{
    (void)state;
    struct message m;
    for (int conf = 0; conf < 2; conf++) {
        struct ends ends = ends_of(18, true);
        uint16_t n = (uint16_t)(wrapped(&ends.acceptor, 1, conf, 0, TEXT).n - 16);
        for (uint16_t rrc = 0; rrc <= n; rrc++) {
            assert_true(opens(&ends.initiator, 1, wrapped(&ends.acceptor, 1, conf, rrc, TEXT), &m));
            assert_true(bytes_equal(m.text, TEXT));
        }
        struct turn t = turn();
        struct bytes token;
        assert_false(message_wrap(&t, &ends.acceptor, 1, conf, n + 1, TEXT, &token));
    }
}

static void changes(const struct message_end *at, bool mic, struct bytes token)
{
    uint8_t *changed = (uint8_t *)arena_str(mem, token);
    struct message m = {.seq = 77};
    struct bytes as = {changed, token.n};
    for (size_t bit = 0; bit < 8 * token.n; bit++) {
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_false(mic ? fits(at, 5, as, TEXT) : opens(at, 5, as, &m));
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    for (as.n = 0; as.n < token.n; as.n++)
        assert_false(mic ? fits(at, 5, as, TEXT) : opens(at, 5, as, &m));
    uint8_t *longer = arena_take(mem, token.n + 1);
    memcpy(longer, token.p, token.n);
    longer[token.n] = 0;
    as = bytes_of(longer, token.n + 1);
    assert_false(mic ? fits(at, 5, as, TEXT) : opens(at, 5, as, &m));
    assert_int_equal(m.seq, 77);
}

/* What lengths in the clear did to others: CVE-2024-37370 and CVE-2024-37371. */
static void every_changed_bit_and_every_cut_is_refused(void **state)
{
    (void)state;
    for (size_t e = 0; e < N_ETYPES; e++) {
        struct ends ends = ends_of(etypes[e], e % 2);
        for (int conf = 0; conf < 2; conf++) {
            changes(&ends.acceptor, false, wrapped(&ends.initiator, 5, conf, 0, TEXT));
            if (e < N_NEW)
                changes(&ends.initiator, false, wrapped(&ends.acceptor, 5, conf, 28, TEXT));
        }
        changes(&ends.initiator, true, mic_of(&ends.acceptor, 5, TEXT));
    }
}

static void what_comes_back_to_its_sender_is_refused(void **state)
{
    (void)state;
    struct message m;
    for (size_t e = 0; e < N_ETYPES; e++) {
        struct ends ends = ends_of(etypes[e], false);
        const struct message_end *each[] = {&ends.initiator, &ends.acceptor};
        for (int i = 0; i < 2; i++) {
            struct bytes token = wrapped(each[i], 5, true, 0, TEXT), mic = mic_of(each[i], 5, TEXT);
            assert_refused("message.reflected", opens(each[i], 5, token, &m));
            assert_refused("message.reflected", fits(each[i], 5, mic, TEXT));
        }
    }
}

static void another_key_number_text_or_kind_is_refused(void **state)
{
    (void)state;
    struct message m;
    for (size_t e = 0; e < N_ETYPES; e++) {
        struct ends ends = ends_of(etypes[e], false), others = ends_of(etypes[e], false);
        for (int conf = 0; conf < 2; conf++) {
            struct bytes token = wrapped(&ends.initiator, 5, conf, 0, TEXT);
            assert_false(opens(&others.acceptor, 5, token, &m));
            assert_refused("message.sequence", opens(&ends.acceptor, 6, token, &m));
            assert_refused("message.tok-id", fits(&ends.acceptor, 5, token, TEXT));
        }
        struct bytes mic = mic_of(&ends.initiator, 5, TEXT);
        assert_false(fits(&others.acceptor, 5, mic, TEXT));
        assert_refused("message.sequence", fits(&ends.acceptor, 4, mic, TEXT));
        assert_refused("message.checksum", fits(&ends.acceptor, 5, mic, BYTES_LIT("other")));
        assert_refused("message.tok-id", opens(&ends.acceptor, 5, mic, &m));
    }
}

static void keys_of_other_types_have_no_tokens(void **state)
{
    (void)state;
    struct ends ends = ends_of(16, false);
    struct turn t = turn();
    struct bytes token;
    struct message m;
    assert_false(message_mic(&t, &ends.initiator, 1, TEXT, &token));
    assert_false(message_wrap(&t, &ends.initiator, 1, true, 0, TEXT, &token));
    assert_refused("message.etype", opens(&ends.acceptor, 1, TEXT, &m));
    ends.acceptor.key.etype = 23;
    assert_refused("message.etype", opens(&ends.acceptor, 1, TEXT, &m));
}

/* ---- each fault, at its place ---------------------------------------------------------------- */

static const struct {
    const char *id;
    int32_t etype;
    bool mic, conf;
    size_t at, fault_at; /* the octet changed, the place told */
    uint8_t by;
} rows[] = {
    {"message.tok-id", 18, true, false, 0, 0, 1},
    {"message.subkey", 18, true, false, 2, 2, 4},
    {"message.filler", 18, true, false, 6, 6, 1},
    {"message.filler", 18, false, true, 3, 3, 1},
    {"message.ec", 18, false, false, 5, 4, 1},
    {"message.rrc", 18, false, true, 6, 6, 0x40},
    {"message.checksum", 18, false, false, 20, 16, 1},
    {"message.sealed", 18, false, true, 20, 16, 1},
    {"message.header", 18, false, true, 15, 0, 1},
    {"message.header", 18, false, true, 5, 0, 1},
    {"message.mech", 23, true, false, 12, 0, 1},
    {"message.sgn-alg", 23, true, false, 15, 15, 1},
    {"message.filler", 23, true, false, 17, 17, 1},
    {"message.seal-alg", 23, false, true, 17, 17, 1},
    {"message.direction", 23, true, false, 26, 21, 1},
    {"message.checksum", 23, false, true, 50, 29, 1},
};

static void every_fault_says_where(void **state)
{
    (void)state;
    struct message m;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ends ends = ends_of(rows[i].etype, false);
        struct bytes token = rows[i].mic ? mic_of(&ends.initiator, 5, TEXT)
                                         : wrapped(&ends.initiator, 5, rows[i].conf, 0, TEXT);
        uint8_t *changed = (uint8_t *)arena_str(mem, token);
        changed[rows[i].at] ^= rows[i].by;
        token.p = changed;
        assert_refused(rows[i].id, rows[i].mic ? fits(&ends.acceptor, 5, token, TEXT)
                                               : opens(&ends.acceptor, 5, token, &m));
        assert_int_equal(faults.list[0].at, rows[i].fault_at);
    }
    struct ends ends = ends_of(18, false);
    struct bytes token = wrapped(&ends.initiator, 5, true, 0, TEXT);
    assert_refused("message.cut", opens(&ends.acceptor, 5, bytes_slice(token, 0, 59), &m));
}

/* RFC 4121 4.2.4: as many octets as EC says stand between the text and the header. */
static void filler_is_cut(void **state)
{
    (void)state;
    static const uint8_t header[16] = {5, 4, 2, 0xff, 0, 5, [15] = 7};
    struct ends ends = ends_of(18, false);
    struct message m;
    struct turn t = turn();
    uint8_t token[16 + 128], plain[25] = "text#####";
    memcpy(plain + 9, header, 16);
    memcpy(token, header, 16);
    assert_true(seal(crypto, t.rng, &ends.acceptor.key, USAGE_INITIATOR_SEAL, bytes_of(plain, 25),
                     token + 16));
    assert_true(opens(&ends.acceptor, 7, bytes_of(token, 16 + sealed_size(18, 25)), &m));
    assert_true(bytes_equal_str(m.text, "text"));
}

/* A token of RC4 put together here, its padding as given. */
static struct bytes padded_by_hand(const struct key *key, uint8_t padding)
{
    uint8_t whole[] = "\2\1\x11\0\xff\xff\xff\xff"
                      "confoundtext?",
            inner[35], sum[CHECKSUM_MAX], kseq[DIGEST_MAX];
    size_t n;
    whole[20] = padding;
    assert_true(checksum_make(crypto, -138, key, 13, bytes_of(whole, 21), sum, &n));
    assert_true(hmac(crypto, "md5", key_bytes(key), bytes_of("\0\0\0\0", 4), kseq, &n));
    assert_true(hmac(crypto, "md5", bytes_of(kseq, 16), bytes_of(sum, 8), kseq, &n));
    memcpy(inner, whole + 2, 6);
    assert_true(rc4(crypto, bytes_of(kseq, 16), bytes_of("\0\0\0\5\0\0\0\0", 8), inner + 6));
    memcpy(inner + 14, sum, 8);
    memcpy(inner + 22, whole + 8, 13);
    return gss_token_write(mem, 0x0201, bytes_of(inner, 35));
}

static void padding_is_one_octet(void **state)
{
    (void)state;
    struct ends ends = ends_of(23, false);
    struct message m;
    assert_true(opens(&ends.acceptor, 5, padded_by_hand(&ends.acceptor.key, 1), &m));
    assert_true(bytes_equal_str(m.text, "text") && !m.confidential);
    assert_refused("message.padding",
                   opens(&ends.acceptor, 5, padded_by_hand(&ends.acceptor.key, 2), &m));
}

/* ---- published tokens ------------------------------------------------------------------------ */

static void one_case(void **state)
{
    const char *why;
    enum vector_result result = vector_run_context(crypto, *state, mem, &why);
    assert_string_equal(why ? why : "", "");
    assert_int_equal(result, VECTOR_PASSED);
}

static struct bytes whole_file(struct arena *keep, const char *path)
{
    static char text[1 << 16];
    FILE *f = fopen(path, "rb");
    if (!f)
        exit(2);
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    return arena_copy(keep, bytes_of(text, n));
}

static int run_file(struct arena *keep, const char *path)
{
    struct vector_file file;
    const char *error;
    if (!vector_file_read(keep, whole_file(keep, path), path, &file, &error))
        return 1;
    struct CMUnitTest *tests = arena_array(keep, struct CMUnitTest, file.n);
    for (size_t i = 0; i < file.n; i++)
        tests[i] = (struct CMUnitTest){
            .name = file.cases[i].name, .test_func = one_case, .initial_state = &file.cases[i]};
    return _cmocka_run_group_tests(path, tests, file.n, NULL, NULL);
}

static void the_runner_says_no(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum vector_result result;
    } cases[] = {
        {"[c]\nop.txt=md4\n", VECTOR_SKIPPED},
        {"[c]\nop.txt=gss-mic\nenctype.int=99\nusage.int=25\n"
         "token=000000000000000000000000000000000000\n",
         VECTOR_SKIPPED},
        {"[c]\nop.txt=gss-mic\nenctype.int=17\nusage.int=25\ntoken=00\n", VECTOR_FAILED},
        {"[c]\nop.txt=gss-mic\nenctype.int=17\nkey=14f9bde6b50ec508201a97f74c4e5bd3\n"
         "usage.int=25\ntoken=040400ffffffffff00000000000000009649ca09d2f1bc51ff6e5ca3\n"
         "payload=deadbeee\n",
         VECTOR_FAILED},
        {"[c]\nop.txt=gss-wrap-rc4\nkey=81a2cb90af7fc2d19554a150d8185359\nseq_be=60\n",
         VECTOR_FAILED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct vector_file file;
        const char *error, *why = NULL;
        assert_true(vector_file_read(mem, bytes_str(cases[i].text), "inline", &file, &error));
        assert_int_equal(vector_run_context(crypto, &file.cases[0], mem, &why), cases[i].result);
        assert_non_null(why);
    }
}

#define FRESH(test) cmocka_unit_test_setup(test, fresh)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH(every_length_comes_back),
        FRESH(every_rotation_comes_back),
        FRESH(every_changed_bit_and_every_cut_is_refused),
        FRESH(what_comes_back_to_its_sender_is_refused),
        FRESH(another_key_number_text_or_kind_is_refused),
        FRESH(keys_of_other_types_have_no_tokens),
        FRESH(every_fault_says_where),
        FRESH(filler_is_cut),
        FRESH(padding_is_one_octet),
        FRESH(the_runner_says_no),
    };
    struct arena *keep = arena_new(1 << 16);
    crypto = crypto_new();
    mem = arena_new(1 << 16);
    if (!crypto || !mem || !keep)
        return 2;
    seeded_rng_init(&rng, crypto, 1, "test");
    int failures = run_file(keep, "tests/vectors/rfc4121-tokens.txt") +
                   run_file(keep, "tests/vectors/rfc4757-gss-wrap.txt") +
                   cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    arena_free(keep);
    crypto_free(crypto);
    return failures ? 1 : 0;
}
