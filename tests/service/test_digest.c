/* Digest: the response, what it is over, and nonces with their counts. */
#include "service/inside.h"
#include "tests/service/hand_web.h"

static struct hand_web w;

static int begin(void **state)
{
    (void)state;
    hand_web_begin(&w, AUTH_DIGEST | AUTH_BASIC);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_web_end(&w);
    return 0;
}

static void served_as(const char *name)
{
    hand_served_as(&w, name);
}

static void refused_by(const char *step)
{
    hand_refused_by(&w, step);
}

/* ---- Digest ---------------------------------------------------------------------------------- */

static struct hand_digest digest_begin_as(const char *user, const char *password)
{
    assert_int_equal(hand_get(&w, NULL, "/", NULL), 401);
    return hand_digest_of(&w, user, password);
}

static void digest_right(void **state)
{
    (void)state;
    static const char *const names[] = {"MD5",      "SHA-256",      "SHA-512-256",
                                        "MD5-sess", "SHA-256-sess", NULL};
    for (size_t i = 0; names[i]; i++) {
        const char *one[] = {names[i], NULL};
        w.apps[0].digest_algorithms = one;
        hand_web_new(&w);
        struct hand_digest d = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
        assert_string_equal(d.algorithm, names[i]);
        hand_get(&w, NULL, "/", hand_digest(&w, &d));
        served_as("EXAMPLE\\alice");
        /* The server proves itself. */
        const struct http_field *f = http_field(&w.page.http, "Authentication-Info");
        struct auth_value info;
        struct digest_inputs in = hand_digest_inputs(&d);
        char ha1[DIGEST_HEX_MAX], proof[DIGEST_HEX_MAX];
        assert_non_null(f);
        assert_true(auth_info_read(f->value, w.client.hand.run, NULL, &info));
        in.method = (struct bytes){0};
        assert_true(digest_ha1(w.client.hand.crypto, &in, ha1) &&
                    digest_response_of(w.client.hand.crypto, &in, ha1, proof));
        assert_true(bytes_equal_str(auth_param(&info, "rspauth")->value, proof));
        w.apps[0].digest_algorithms = NULL;
    }
}

static void digest_counts(void **state)
{
    (void)state;
    struct hand_digest d = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
    hand_get(&w, NULL, "/", hand_digest(&w, &d));
    served_as("EXAMPLE\\alice");
    hand_get(&w, NULL, "/", hand_digest(&w, &d)); /* a recording */
    refused_by("service.digest.count");
    assert_null(auth_param(hand_offer(&w, "Digest"), "stale"));
    static const char *const good[] = {"00000003", "00000002", "0000004a", "0000000B"};
    for (size_t i = 0; i < 4; i++) {
        d.nc = good[i];
        hand_get(&w, NULL, "/", hand_digest(&w, &d));
        served_as("EXAMPLE\\alice");
    }
    static const char *const bad[] = {"00000003", "00000002", "0000004a", "00000000", "0000000A"};
    for (size_t i = 0; i < 5; i++) {
        d.nc = bad[i];
        hand_get(&w, NULL, "/", hand_digest(&w, &d));
        refused_by("service.digest.count");
    }
    /* More nonces than are remembered: the first is too old then. */
    for (size_t i = 0; i <= NONCES; i++) {
        struct hand_digest e = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
        hand_get(&w, NULL, "/", hand_digest(&w, &e));
        served_as("EXAMPLE\\alice");
        w.client.hand.turn.now += 1;
        hand_turn(&w.client.hand, w.client.hand.turn.now);
        arena_reset(w.client.hand.mem);
    }
    d.nc = "00000100";
    hand_get(&w, NULL, "/", hand_digest(&w, &d));
    refused_by("service.digest.count");
    assert_true(bytes_equal_str(auth_param(hand_offer(&w, "Digest"), "stale")->value, "true"));
}

static void digest_refused(void **state)
{
    (void)state;
    struct hand_digest d = digest_begin_as("EXAMPLE\\alice", "wrong"), e;
    hand_get(&w, NULL, "/", hand_digest(&w, &d));
    refused_by("service.logon.answer");
    d = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
    struct bytes other = arena_copy(w.client.hand.run, d.nonce);
    ((uint8_t *)(uintptr_t)other.p)[3] ^= 1;
#define TWIST(change, step)                                                                        \
    e = d;                                                                                         \
    change;                                                                                        \
    hand_get(&w, NULL, "/", hand_digest(&w, &e));                                                  \
    refused_by(step)
    TWIST(e.nonce = other, "service.digest.nonce");
    TWIST(e.nonce = BYTES_LIT("zz"), "service.digest.nonce");
    TWIST(e.uri = "/other", "service.digest.read");
    TWIST(e.qop = "auth-int", "service.digest.read");
    TWIST(e.algorithm = "SHA-256", "service.digest.read");
    TWIST(e.realm = BYTES_LIT("OTHER"), "service.digest.read");
    TWIST(e.opaque = BYTES_LIT("x"), "service.digest.read");
    TWIST(e.nc = "1", "service.digest.read");
    TWIST(e.nc = "0000000g", "service.digest.read");
    TWIST(e.user = "", "service.digest.read");
    TWIST(e.more = ", userhash=true", "service.digest.read");
    TWIST(e.more = ", username*=UTF-8''alice", "service.digest.read");
    TWIST(e.method = "POST", "service.logon.answer");
    hand_get(&w, NULL, "/", "Digest");
    refused_by("service.digest.read");
    d = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
    w.client.hand.turn.now += 5 * MINUTE + 1;
    hand_get(&w, NULL, "/", hand_digest(&w, &d));
    refused_by("service.digest.stale");
    assert_true(bytes_equal_str(auth_param(hand_offer(&w, "Digest"), "stale")->value, "true"));
}

static void digest_with_a_name_beyond_ascii(void **state)
{
    (void)state;
    struct hand_digest d = digest_begin_as("EXAMPLE\\alice", "alice-pw-1");
    const char *text = hand_digest(&w, &d);
    const char *rest = strstr(text, ", realm=");
    hand_get(
        &w, NULL, "/",
        arena_printf(w.client.hand.run, "Digest username*=utf-8''EXAMPLE%%5c%%61lice%s", rest));
    served_as("EXAMPLE\\alice");
    static const char *const bad[] = {"latin1''alice", "UTF-8''ali%4", "UTF-8''%zzlice",
                                      "UTF-8''%ff"};
    for (size_t i = 0; i < 4; i++) {
        hand_get(&w, NULL, "/",
                 arena_printf(w.client.hand.run, "Digest username*=%s%s", bad[i], rest));
        refused_by("service.digest.read");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(digest_right),
        TEST(digest_counts),
        TEST(digest_refused),
        TEST(digest_with_a_name_beyond_ascii),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
