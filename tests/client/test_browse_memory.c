/* The browser's side when memory runs out, at any place in any message. */
#include "tests/client/hand_ntlm.h"

/* What a receive that ran out of memory left behind: given again, the packet does what it would
 * have done. */
static struct client_outcome give_with_faults(struct bytes page)
{
    struct bytes kept = arena_copy(w.k.hand.run, page);
    struct packet p = {.via = VIA_HTTP, .from = &w.k.www, .conn = w.conn, .data = kept};
    for (unsigned long n = 1;; n++) {
        struct turn *t = hand_turn(&w.k.hand, NOW);
        arena_fail_after(n);
        bool ok = client_receive(w.k.client, &p, t);
        arena_fail_after(0);
        if (ok) {
            assert_true(n > 3);
            break;
        }
        assert_int_not_equal(client_result(w.k.client).state, CLIENT_GRANTED);
    }
    if (w.k.hand.out.n)
        hand_take(&w.k);
    return client_result(w.k.client);
}

static struct bytes page(const char *status, const char *field)
{
    const char *fields[] = {field};
    return http_write(w.k.hand.run, arena_printf(w.k.hand.run, "HTTP/1.1 %s", status), fields, 1,
                      BYTES_LIT("hello"));
}

static void memory_runs_out_in_ntlm(void **state)
{
    (void)state;
    serve(NULL);
    GET(.target = "/");
    give_with_faults(page(NOT_YET, NTLM));
    struct bytes challenge = step("Authorization", false, MECH_CONTINUE);
    give_with_faults(page(NOT_YET, web_field("WWW-Authenticate", "NTLM", challenge)));
    step("Authorization", false, MECH_DONE);
    assert_int_equal(give_with_faults(page("200 OK", "X: y")).state, CLIENT_GRANTED);
}

static void memory_runs_out_in_negotiate(void **state)
{
    (void)state;
    w.credentials[0] = (struct browser_credential){
        .schemes = BROWSE_ALL, .implicit = true, .domain = BYTES_LIT("EXAMPLE")};
    logon_as("alice-pw-1");
    GET(.target = "/");
    give_with_faults(page(NOT_YET, OFFER));
    assert_ptr_equal(w.k.sent.to, &w.k.kdc);
    struct bytes kept = hand_tgs_rep(&w.k, NULL);
    struct packet p = {.via = VIA_UDP, .from = &w.k.kdc, .data = kept};
    bool ok = false;
    for (unsigned long n = 1; !ok; n++) {
        struct turn *t = hand_turn(&w.k.hand, NOW);
        arena_fail_after(n);
        ok = client_receive(w.k.client, &p, t);
        arena_fail_after(0);
    }
    hand_take(&w.k);
    assert_non_null(web_sent("Authorization"));
    assert_string_equal(w.negotiate, "Kerberos");
}

static void memory_runs_out_in_digest(void **state)
{
    (void)state;
    GET(.target = "/");
    give_with_faults(page(NOT_YET, "WWW-Authenticate: Digest realm=\"x\", nonce=\"n\", qop=auth"));
    assert_non_null(strstr(web_sent("Authorization"), "nc=00000001"));
    assert_int_equal(give_with_faults(page("200 OK", "Authentication-Info: nextnonce=\"m\"")).state,
                     CLIENT_GRANTED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(memory_runs_out_in_ntlm),
        TEST(memory_runs_out_in_negotiate),
        TEST(memory_runs_out_in_digest),
    };
    return cmocka_run_group_tests_name("client/browse_memory", tests, NULL, NULL);
}
