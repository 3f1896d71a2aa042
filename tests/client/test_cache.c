/* The cache, there and back; and a client whose memory runs out. */
#include "client/inside.h"
#include "tests/client/hand_kdc.h"

static struct hand_kdc k;

static int begin(void **state)
{
    (void)state;
    hand_kdc_begin(&k, 18);
    return 0;
}

static int end(void **state)
{
    (void)state;
    hand_kdc_end(&k);
    return 0;
}

static bool ask_ticket(const char *spn)
{
    return hand_do(&k, &(struct client_do_args){.task = CLIENT_TICKET, .spn = spn});
}

/* ---- the cache ------------------------------------------------------------------------------- */

static void cache_there_and_back(void **state)
{
    (void)state;
    struct ccache cache, again;
    assert_false(client_ccache(k.client, k.hand.run, &cache));
    hand_ask_ticket(&k);
    hand_give(&k, hand_tgs_rep(&k, NULL));
    assert_true(client_ccache(k.client, k.hand.run, &cache));
    assert_int_equal(cache.version, 0x0504);
    assert_int_equal(cache.n, 2);
    assert_true(bytes_equal_str(cache.creds[0].server.components[0], "krbtgt"));
    assert_int_equal(cache.creds[0].endtime, (NOW + 10 * HOUR) / SECOND);
    struct bytes file = ccache_write(&cache, k.hand.run);
    assert_true(ccache_read(file, k.hand.run, NULL, &again));

    int32_t etypes[] = {18};
    struct client_config config = {
        .party = "alice", .kdc = &k.kdc, .realm = REALM, .etypes = etypes, .n_etypes = 1};
    k.client = client_new(k.hand.run, &config);
    assert_true(client_ccache_load(k.client, &again));
    assert_true(ask_ticket("HTTP/www.example.test"));
    assert_int_equal(client_result(k.client).state, CLIENT_GRANTED);
    assert_true(ask_ticket("host/www.example.test"));
    assert_int_equal(client_result(k.client).state, CLIENT_WAITING);
    hand_tgs_rep(&k, NULL); /* the session key survived: the authenticator opens */
}

/* Configuration entries, keys of unknown type and tickets that are none are passed over. */
static void cache_with_strangers(void **state)
{
    (void)state;
    struct ccache cache;
    hand_logon(&k);
    assert_true(client_ccache(k.client, k.hand.run, &cache));
    struct ccache_cred creds[4] = {cache.creds[0], cache.creds[0], cache.creds[0], cache.creds[0]};
    creds[0].server.realm = BYTES_LIT("X-CACHECONF:");
    creds[0].ticket = BYTES_LIT("yes");
    creds[1].etype = 999;
    creds[2].key.n = 3;
    cache.creds = creds;
    cache.n = 4;
    int32_t etypes[] = {18};
    struct client_config config = {
        .party = "alice", .kdc = &k.kdc, .realm = REALM, .etypes = etypes, .n_etypes = 1};
    k.client = client_new(k.hand.run, &config);
    assert_true(client_ccache_load(k.client, &cache));
    assert_true(client_ccache(k.client, k.hand.run, &cache));
    assert_int_equal(cache.n, 1);
}

/* ---- memory ---------------------------------------------------------------------------------- */

/* At each place where memory may run out, once: the turn fails, and the same message given again
 * does what it would have done. */
static void each_allocation_fails_once(void **state)
{
    (void)state;
    free(k.hand.sentences);
    k.hand.sentences = NULL;
    for (int stage = 0; stage < 5; stage++) {
        unsigned long n = 0;
        bool ok = false;
        while (!ok) {
            struct bytes message = {0};
            struct client_do_args logon = {
                .task = CLIENT_LOGON, .principal = "alice", .keytab = &k.keytab};
            struct client_do_args get = {
                .task = CLIENT_GET, .service = &k.www, .host = "www.example.test", .mutual = true};
            const struct client_do_args *args = stage == 0 ? &logon : stage == 3 ? &get : NULL;
            k.client->creds = NULL;
            if (stage == 1) {
                assert_true(hand_do(&k, &logon));
                message = hand_preauth_required(&k);
            } else if (stage == 2) {
                hand_logon_proof(&k, NULL);
                message = hand_as_rep(&k, NULL);
            } else if (stage == 3) {
                hand_logon(&k);
            } else if (stage == 4) {
                hand_logon(&k);
                assert_true(hand_do(&k, &get));
                message = hand_tgs_rep(&k, NULL);
            }
            struct turn *t = hand_turn(&k.hand, NOW);
            struct packet p = {.from = &k.kdc, .data = message};
            arena_fail_after(++n);
            ok = args ? client_do(k.client, args, t) : client_receive(k.client, &p, t);
            arena_fail_after(0);
            assert_true(n < 2000);
            if (ok)
                break;
            assert_int_not_equal(stage == 2 && client_result(k.client).state == CLIENT_GRANTED, 1);
            t = hand_turn(&k.hand, NOW);
            assert_true(args ? client_do(k.client, args, t) : client_receive(k.client, &p, t));
            assert_int_equal(client_result(k.client).state,
                             stage == 2 ? CLIENT_GRANTED : CLIENT_WAITING);
            assert_int_equal(k.hand.out.n, stage == 2 ? 0 : 1);
        }
        assert_true(n > 10);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(cache_there_and_back),
        TEST(cache_with_strangers),
        TEST(each_allocation_fails_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
