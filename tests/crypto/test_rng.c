/* The streams must stay what they are: every golden trace hangs on them. The golden values were
 * computed from the formula in crypto/rng.h with another program's SHA-256. */
#include "crypto/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct crypto *crypto;

static void assert_draws(struct seeded_rng *r, const char *purpose, const char *expected)
{
    uint8_t octets[64];
    char text[2 * sizeof octets + 1];
    size_t n = strlen(expected) / 2;
    rng_fill(&r->rng, purpose, octets, n);
    for (size_t i = 0; i < n; i++)
        sprintf(text + 2 * i, "%02x", octets[i]);
    assert_string_equal(text, expected);
}

static void golden_streams(void **state)
{
    (void)state;
    struct seeded_rng r;
    seeded_rng_init(&r, crypto, 1, "kdc");
    assert_draws(&r, "session-key",
                 "1a32092717b462ded6d227bf908908ff17fbf39a381c1bd270d9f646bc089e96"
                 "14e3c0ceccdfa255d6edf1005e94a939");
    seeded_rng_turn(&r, 7);
    assert_draws(&r, "session-key", "54217e15531b3cf6b20f739913d21c4f");
    seeded_rng_init(&r, crypto, UINT64_MAX, "alice");
    seeded_rng_turn(&r, (uint64_t)1 << 40);
    assert_draws(&r, "confounder", "4b0ce0780ce6d2c963c49c3f208ef2f2");
}

static void purposes_do_not_move_each_other(void **state)
{
    (void)state;
    struct seeded_rng r;
    seeded_rng_init(&r, crypto, 1, "kdc");
    assert_draws(&r, "session-key", "1a32092717");
    assert_draws(&r, "nonce", "4584999cfe42a631");
    assert_draws(&r, "session-key", "b462ded6d227bf908908ff17fbf39a381c1bd270d9f646bc089e9614e3");
    assert_draws(&r, "session-key", "c0ceccdfa255d6edf1005e94a939");
}

static void a_turn_begins_anew(void **state)
{
    (void)state;
    struct seeded_rng r;
    seeded_rng_init(&r, crypto, 1, "kdc");
    assert_draws(&r, "nonce", "4584999cfe42a631");
    seeded_rng_turn(&r, 0);
    assert_draws(&r, "nonce", "4584999cfe42a631");
}

/* Names that another literal, or a buffer, spells the same way are the same purpose. */
static void a_purpose_is_its_spelling(void **state)
{
    (void)state;
    struct seeded_rng r;
    char spelled[] = "nonce";
    seeded_rng_init(&r, crypto, 1, "kdc");
    assert_draws(&r, "nonce", "4584999c");
    assert_draws(&r, spelled, "fe42a631");
}

static void many_purposes_still_never_repeat(void **state)
{
    (void)state;
    static char names[40][8];
    uint8_t drawn[80][16];
    struct seeded_rng r;
    seeded_rng_init(&r, crypto, 1, "kdc");
    for (int i = 0; i < 80; i++) {
        snprintf(names[i % 40], sizeof names[0], "p%d", i % 40);
        rng_fill(&r.rng, names[i % 40], drawn[i], 16);
        for (int k = 0; k < i; k++)
            assert_memory_not_equal(drawn[i], drawn[k], 16);
    }
}

static void the_system_wipes_what_it_gave(void **state)
{
    (void)state;
    static uint8_t a[3 * 4096], b[16];
    struct system_rng r;
    system_rng_init(&r);
    rng_fill(&r.rng, "any", b, sizeof b);
    for (size_t i = 0; i < sizeof b; i++)
        assert_int_equal(r.pool[i], 0);
    rng_fill(&r.rng, "any", a, sizeof a);
    assert_int_equal(r.used, 16);
    for (size_t i = 16; i + 16 <= sizeof a; i += 16)
        assert_memory_not_equal(a + i, a + i - 16, 16);
    rng_fill(&r.rng, "any", a, 0);
    assert_int_equal(r.used, 16);
}

static int open_crypto(void **state)
{
    (void)state;
    return (crypto = crypto_new()) ? 0 : -1;
}

static int close_crypto(void **state)
{
    (void)state;
    crypto_free(crypto);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_streams),
        cmocka_unit_test(purposes_do_not_move_each_other),
        cmocka_unit_test(a_turn_begins_anew),
        cmocka_unit_test(a_purpose_is_its_spelling),
        cmocka_unit_test(many_purposes_still_never_repeat),
        cmocka_unit_test(the_system_wipes_what_it_gave),
    };
    return cmocka_run_group_tests(tests, open_crypto, close_crypto);
}
