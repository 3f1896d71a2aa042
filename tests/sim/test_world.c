/* The world: what travels, what is lost or changed on the way, who waits how long. */
#include "base/when.h"
#include "sim/population.h"
#include "tests/sim/runs.h"
#include "wire/names.h"

#define REALM                                                                                      \
    "title: t\nrealm: {name: EXAMPLE.TEST, udp_limit: 1465}\nseed: 7\n"                            \
    "accounts:\n  - {name: alice, password: alice-pw-1}\n  - {name: HTTP/www.example.test}\n"
#define PARTIES                                                                                    \
    "parties:\n  - {name: alice, role: client, account: alice}\n  - {name: kdc, role: kdc}\n"      \
    "  - {name: www, role: service, spn: HTTP/www.example.test}\n"
#define PARTIES_OF_TWO                                                                             \
    "parties:\n  - {name: alice, role: client, account: alice}\n  - {name: kdc, role: kdc}\n"
#define EVE   "  - {name: eve, role: eavesdropper}\n"
#define LOGON "steps:\n  - {do: logon, party: alice}\n"
#define GET   "  - {do: get, party: alice, service: www}\n"
#define ASKED "AS-REQ, KRB-ERROR 25 KDC_ERR_PREAUTH_REQUIRED"
#define TOLD  "AS-REQ +timestamp, AS-REP"
#define TGS   "TGS-REQ HTTP/www.example.test, TGS-REP HTTP/www.example.test"
#define AP    "HTTP GET / + AP-REQ HTTP/www.example.test, HTTP 200 + AP-REP"

static struct trace *run(const char *text, enum run_outcome expected)
{
    return run_expecting(scenario_text(text), expected);
}

/* ---- what travels --------------------------------------------------------------------------- */
static void ports_times_and_replies(void **state)
{
    (void)state;
    struct trace *t = run(REALM PARTIES LOGON GET, RUN_AS_EXPECTED);
    assert_string_equal(ladder(t), ASKED ", " TOLD ", " TGS ", " AP);
    const struct event *first = trace_packet(t, 1), *answer = trace_packet(t, 2);
    const struct event *ticket = trace_packet(t, 5), *page = trace_packet(t, 7);
    assert_int_equal(first->from_port, 49152);
    assert_int_equal(first->to_port, 88);
    assert_int_equal(first->conn, 0);
    assert_int_equal(answer->from_port, 88);
    assert_int_equal(answer->to_port, 49152);
    assert_int_equal(answer->in_reply, 1);
    assert_int_equal(answer->at - first->at, SECOND / 1000);
    assert_int_equal(trace_packet(t, 3)->in_reply, 0);
    assert_int_equal(ticket->from_port, 49153);
    assert_int_equal(page->to_port, 80);
    assert_int_equal(page->conn, 1);
    assert_string_equal(page->to, "www");
    assert_int_equal(trace_packet(t, 8)->conn, 1);
    assert_int_equal(t->n_parties, 3);
    assert_string_equal(t->parties[2].role, "service");
    assert_string_equal(t->parties[2].address, "10.0.0.13");
}

static void keys_at_the_beginning(void **state)
{
    (void)state;
    struct trace *t = run(REALM PARTIES LOGON, RUN_AS_EXPECTED);
    struct keyring all = keyring_of(t, 8, mem);
    struct keyring kdc = keyring_held(&all, "kdc", mem), www = keyring_held(&all, "www", mem);
    assert_int_equal(kdc.n, 6); /* krbtgt, alice, the service: two each */
    assert_int_equal(www.n, 2);
    assert_string_equal(www.keys[0].name, "K/HTTP/www.example.test");
    assert_int_equal(keyring_held(&all, "alice", mem).n, 0);
}

/* Or a ticket had by the old password would change the new one, all day long. */
static void a_ticket_to_change_a_password_is_brief(void **state)
{
    (void)state;
    char *error = NULL;
    struct PrincipalName name;
    const struct realm *r =
        population_realm(scenario_text(REALM PARTIES LOGON), NULL, 1, crypto, mem, &error);
    assert_true(principal_parse(mem, "kadmin/changepw", 2, &name, NULL));
    const struct account *changepw = realm_find(r, mem, &name);
    assert_int_equal(changepw->max_life, 5 * MINUTE);
    assert_int_equal(changepw->max_renew, 5 * MINUTE);
}

static void too_big_for_udp(void **state)
{
    (void)state;
    char *text = arena_printf(mem, "%s", REALM PARTIES LOGON GET);
    memcpy(strstr(text, "1465"), " 600", 4);
    struct trace *t = run(text, RUN_AS_EXPECTED);
    assert_non_null(strstr(ladder(t), "KRB-ERROR 52 KRB_ERR_RESPONSE_TOO_BIG"));
    const struct event *tcp = trace_packet(t, 5);
    assert_int_equal(tcp->via, VIA_TCP);
    assert_int_equal(tcp->conn, 1);
    assert_true(bytes_equal(tcp->data, trace_packet(t, 3)->data));
    assert_int_equal(trace_packet(t, 6)->via, VIA_TCP);
}

static void over_tcp_from_the_start(void **state)
{
    (void)state;
    struct trace *t = run(REALM "parties:\n  - {name: alice, role: client, account: alice, via: "
                                "tcp}\n  - {name: kdc, role: kdc}\n" LOGON,
                          RUN_AS_EXPECTED);
    assert_string_equal(ladder(t), ASKED ", " TOLD);
    assert_int_equal(trace_packet(t, 1)->via, VIA_TCP);
    assert_int_equal(trace_packet(t, 4)->conn, 1);
}

static void ways_to_log_on(void **state)
{
    (void)state;
    struct trace *t =
        run(REALM PARTIES "steps:\n  - {do: logon, party: alice, timestamp_first: true}\n"
                          "  - {do: logon, party: alice, with_keytab: true}\n",
            RUN_AS_EXPECTED);
    assert_string_equal(ladder(t), TOLD ", " ASKED ", " TOLD);
}

static void time_passes(void **state)
{
    (void)state;
    struct trace *t = run(REALM PARTIES LOGON "  - {do: wait, for: 11h}\n"
                                              "  - {do: get, party: alice, service: www, expect: "
                                              "KRB_AP_ERR_TKT_EXPIRED}\n",
                          RUN_AS_EXPECTED);
    const struct event *last = t->events[t->n - 1];
    assert_int_equal(last->at - t->events[0]->at, 11 * HOUR + 4 * SECOND / 1000);
}

static void clocks(void **state)
{
    (void)state;
    struct trace *t = run(REALM PARTIES "steps:\n  - {do: clock, party: alice, ahead: -6m}\n"
                                        "  - {do: logon, party: alice, expect: KRB_AP_ERR_SKEW}\n",
                          RUN_AS_EXPECTED);
    const struct event *e = trace_packet(t, 1);
    assert_int_equal(e->local - e->at, -6 * MINUTE);
    assert_non_null(event_of(t, EVENT_STEP, "world.clock", 0));
}

static void notes_stand_beside(void **state)
{
    (void)state;
    struct trace *t =
        run(REALM PARTIES "steps:\n  - do: logon\n    party: alice\n    notes:\n"
                          "      - {message: AS-REQ, wire: w, spec: s}\n"
                          "      - {message: AS-REQ +timestamp, document: d, wire: x, spec: s}\n",
            RUN_AS_EXPECTED);
    const struct event *one = event_of(t, EVENT_STEP, "world.note", 0);
    const struct event *two = event_of(t, EVENT_STEP, "world.note", 1);
    assert_int_equal(one->index, trace_packet(t, 1)->index + 1);
    assert_int_equal(two->index, trace_packet(t, 3)->index + 1);
    assert_string_equal(two->party, "alice");
    assert_null(event_of(t, EVENT_STEP, "world.note", 2));
}

static void a_mistyped_key_has_its_own_name(void **state)
{
    (void)state;
    struct trace *t = run(REALM PARTIES "steps:\n  - {do: logon, party: alice, password: x, "
                                        "expect: KDC_ERR_PREAUTH_FAILED}\n",
                          RUN_AS_EXPECTED);
    const struct event *key = event_of(t, EVENT_KEY, "client.as.string-to-key", 0);
    assert_string_equal(key->key_name, "K/alice, as typed");
}

/* Right password, wrong salt: other keys, and no second try, for a keytab has nothing else to
 * offer. RC4 takes no salt. */
static void a_keytab_of_another_salt(void **state)
{
    (void)state;
    struct trace *t = run(REALM PARTIES "steps:\n  - {do: logon, party: alice, with_keytab: true, "
                                        "keytab_salt: EXAMPLE.TESTAlice, expect: 24}\n",
                          RUN_AS_EXPECTED);
    assert_string_equal(ladder(t), ASKED ", AS-REQ +timestamp, KRB-ERROR 24 "
                                         "KDC_ERR_PREAUTH_FAILED");
    assert_string_equal(event_of(t, EVENT_KEY, "client.as.keytab", 0)->key_name,
                        "K/alice, of the keytab");
    run(REALM PARTIES "steps:\n  - {do: logon, party: alice, with_keytab: true, keytab_salt: "
                      "EXAMPLE.TESTalice}\n",
        RUN_AS_EXPECTED);
    run("title: t\nrealm: {name: R, etypes: [rc4-hmac]}\n"
        "accounts:\n  - {name: alice, password: p}\n" PARTIES_OF_TWO
        "steps:\n  - {do: logon, party: alice, with_keytab: true, keytab_salt: x}\n",
        RUN_AS_EXPECTED);
}

/* A service that runs under another account than its name belongs to: the ticket does not open, and
 * the key it was tried with has its owner's name. */
static void a_key_has_its_owners_name(void **state)
{
    (void)state;
    struct trace *t =
        run("title: t\nrealm: {name: EXAMPLE.TEST}\naccounts:\n"
            "  - {name: alice, password: alice-pw-1}\n  - {name: new}\n"
            "  - {name: old, spns: [HTTP/www.example.test]}\n" PARTIES_OF_TWO
            "  - {name: www, role: service, spn: HTTP/www.example.test, account: new}\n" LOGON
            "  - {do: get, party: alice, service: www, expect: KRB_AP_ERR_BAD_INTEGRITY}\n",
            RUN_AS_EXPECTED);
    assert_string_equal(event_of(t, EVENT_KEY, "service.ap.key", 0)->key_name, "K/new");
}

/* ---- lost and late -------------------------------------------------------------------------- */
static void lost_request(void **state)
{
    (void)state;
    struct trace *t =
        run(REALM PARTIES LOGON "tamper:\n  - {do: drop, message: AS-REQ}\n", RUN_AS_EXPECTED);
    assert_string_equal(ladder(t), "(AS-REQ), " ASKED ", " TOLD);
    assert_int_equal(trace_packet(t, 2)->at - trace_packet(t, 1)->at, SECOND);
    assert_true(bytes_equal(trace_packet(t, 1)->data, trace_packet(t, 2)->data));
    assert_int_equal(trace_packet(t, 2)->from_port, trace_packet(t, 1)->from_port);
    assert_non_null(event_of(t, EVENT_STEP, "world.again", 0));
    assert_non_null(event_of(t, EVENT_TAMPER, "drop", 0));
}

static void lost_answer(void **state)
{
    (void)state;
    struct trace *t =
        run(REALM PARTIES LOGON "tamper:\n  - {do: drop, message: AS-REP}\n", RUN_AS_EXPECTED);
    assert_string_equal(ladder(t), ASKED ", AS-REQ +timestamp, (AS-REP), " TOLD);
    /* The KDC knows the request: the same answer, not a second ticket. */
    assert_true(bytes_equal(trace_packet(t, 4)->data, trace_packet(t, 6)->data));
}

#define THRICE                                                                                     \
    "tamper:\n  - {do: drop, message: AS-REQ}\n  - {do: drop, message: AS-REQ, nth: 2}\n"          \
    "  - {do: drop, message: AS-REQ, nth: 3}\n"

static void nobody_answers(void **state)
{
    (void)state;
    struct trace *t =
        run(REALM PARTIES "steps:\n  - {do: logon, party: alice, expect: no answer}\n" THRICE,
            RUN_AS_EXPECTED);
    assert_string_equal(ladder(t), "(AS-REQ), (AS-REQ), (AS-REQ)");
    const struct event *end = event_of(t, EVENT_RESULT, "no-answer", 0);
    assert_int_equal(end->at - trace_packet(t, 1)->at, 7 * SECOND);
    run(REALM PARTIES LOGON THRICE, RUN_DIFFERENT);
}

/* The KDC is silent: a browser takes NTLM, and says why. */
static void a_browser_goes_on(void **state)
{
    (void)state;
    struct trace *t = run(REALM "parties:\n  - {name: alice, role: client, account: alice}\n"
                                "  - {name: kdc, role: kdc}\n"
                                "  - {name: www, role: service, spn: HTTP/www.example.test, "
                                "apps: [{path: /, schemes: [negotiate]}]}\n" LOGON
                                "  - {do: browse, party: alice, url: \"http://www.example.test/\", "
                                "expect: HTTP 401}\n"
                                "tamper:\n  - {do: drop, message: TGS-REQ}\n"
                                "  - {do: drop, message: TGS-REQ, nth: 2}\n"
                                "  - {do: drop, message: TGS-REQ, nth: 3}\n",
                          RUN_AS_EXPECTED);
    assert_non_null(event_of(t, EVENT_STEP, "client.silence", 0));
    assert_non_null(event_of(t, EVENT_STEP, "client.negotiate.fallback", 0));
    assert_non_null(strstr(ladder(t), "NTLM NEGOTIATE"));
}

static void held_up(void **state)
{
    (void)state;
    struct trace *t =
        run(REALM PARTIES LOGON "tamper:\n  - {do: delay, message: AS-REQ, after: 20s}\n",
            RUN_AS_EXPECTED);
    /* The client did not wait; the late request is answered to nobody. */
    assert_string_equal(ladder(t), "AS-REQ, " ASKED ", " TOLD ", KRB-ERROR 25 "
                                   "KDC_ERR_PREAUTH_REQUIRED");
    assert_int_equal(trace_packet(t, 6)->in_reply, 1);
    assert_non_null(event_of(t, EVENT_STEP, "client.ignored", 0));
}

/* ---- sent again by somebody ----------------------------------------------------------------- */
static void replayed_to_the_service(void **state)
{
    (void)state;
    struct trace *t =
        run(REALM PARTIES EVE LOGON GET "tamper:\n  - {do: replay, message: AP-REQ, after: 2s}\n",
            RUN_AS_EXPECTED);
    assert_non_null(strstr(ladder(t), AP ", !HTTP GET / + AP-REQ HTTP/www.example.test, HTTP 401 + "
                                         "KRB-ERROR 34 KRB_AP_ERR_REPEAT"));
    const struct event *again = trace_packet(t, 9);
    assert_string_equal(again->party, "eve");
    assert_true(bytes_equal(again->data, trace_packet(t, 7)->data));
    assert_true(again->conn == 2 && again->at - trace_packet(t, 7)->at > 2 * SECOND);
    assert_string_equal(trace_packet(t, 10)->to, "eve");
}

static void replayed_to_the_kdc(void **state)
{
    (void)state;
    struct trace *t =
        run(REALM PARTIES LOGON "tamper:\n  - {do: replay, message: AS-REQ +timestamp}\n",
            RUN_AS_EXPECTED);
    assert_string_equal(ladder(t), ASKED ", " TOLD ", !AS-REQ +timestamp, AS-REP");
    assert_true(bytes_equal(trace_packet(t, 4)->data, trace_packet(t, 6)->data));
}

/* ---- changed -------------------------------------------------------------------------------- */
static void flipped_in_a_field(void **state)
{
    (void)state;
    struct trace *t = run(REALM PARTIES "steps:\n  - {do: logon, party: alice, expect: "
                                        "KRB_AP_ERR_BAD_INTEGRITY}\n"
                                        "tamper:\n  - {do: flip, message: AS-REP, field: "
                                        "AS-REP.enc-part.cipher, bit: 300}\n",
                          RUN_AS_EXPECTED);
    const struct event *e = trace_packet(t, 4);
    size_t differ = 0;
    assert_int_equal(e->fate, FATE_CHANGED);
    assert_int_equal(e->data.n, e->arrived.n);
    for (size_t i = 0; i < e->data.n; i++)
        differ += e->data.p[i] != e->arrived.p[i];
    assert_int_equal(differ, 1);
}

/* Through base64, GSS framing and the OCTET STRINGs of the token. */
static void flipped_inside_http(void **state)
{
    (void)state;
    struct scenario *s = scenario_text(REALM PARTIES LOGON GET);
    struct trace *t = run_expecting(s, RUN_AS_EXPECTED);
    struct root *root = dissect(trace_packet(t, 7)->data, VIA_HTTP, NULL, NULL, mem);
    const char *path = NULL;
    for (struct field *f = root->top; f && !path; f = field_next(f))
        if (!f->header && strstr(f->path, "authenticator") && strcmp(f->name, "cipher") == 0)
            path = f->path;
    assert_non_null(path);
    s = scenario_text(
        arena_printf(mem, "%stamper:\n  - {do: flip, message: AP-REQ, field: '%s', bit: 9}\n",
                     REALM PARTIES LOGON "  - {do: get, party: alice, service: www, expect: "
                                         "KRB_AP_ERR_BAD_INTEGRITY}\n",
                     path));
    t = run_expecting(s, RUN_AS_EXPECTED);
    assert_int_equal(trace_packet(t, 7)->fate, FATE_CHANGED);
}

static void substituted(void **state)
{
    (void)state;
    struct trace *t =
        run(REALM PARTIES "steps:\n  - {do: logon, party: alice, expect: "
                          "KDC_ERR_C_PRINCIPAL_UNKNOWN}\n"
                          "tamper:\n  - {do: substitute, message: AS-REQ, field: "
                          "'AS-REQ.req-body.cname.name-string[0]', octets: 616c696362}\n",
            RUN_AS_EXPECTED);
    assert_int_equal(trace_packet(t, 1)->fate, FATE_CHANGED);
    assert_string_equal(label_of(trace_packet(t, 2)), "KRB-ERROR 6 KDC_ERR_C_PRINCIPAL_UNKNOWN");
}

static void truncated(void **state)
{
    (void)state;
    struct trace *t =
        run(REALM PARTIES LOGON "tamper:\n  - {do: truncate, message: AS-REQ, at: 20}\n",
            RUN_AS_EXPECTED);
    /* What is no request gets no answer; the client asks again. */
    assert_string_equal(ladder(t), "~AS-REQ, " ASKED ", " TOLD);
    assert_int_equal(trace_packet(t, 1)->arrived.n, 20);
}

static void no_such_field(void **state)
{
    (void)state;
    struct trace *t = run(REALM PARTIES LOGON
                          "tamper:\n  - {do: flip, message: AS-REQ, field: AS-REQ.nonsense}\n",
                          RUN_AS_EXPECTED);
    assert_int_equal(trace_packet(t, 1)->fate, FATE_DELIVERED);
    assert_non_null(strstr(event_of(t, EVENT_TAMPER, "flip", 0)->text, "stays as it is"));
}

static void never_struck(void **state)
{
    (void)state;
    struct trace *t =
        run(REALM PARTIES LOGON "tamper:\n  - {do: drop, message: AP-REQ}\n", RUN_DIFFERENT);
    assert_non_null(event_of(t, EVENT_RESULT, "unused", 0));
}

/* A change at the end leaves every octet before it as it was. */
static void nothing_reshuffled(void **state)
{
    (void)state;
    struct trace *a = run(REALM PARTIES LOGON GET, RUN_AS_EXPECTED);
    struct trace *b =
        run(REALM PARTIES LOGON GET "tamper:\n  - {do: drop, packet: 8}\n", RUN_DIFFERENT);
    for (size_t i = 1; i <= 8; i++)
        assert_true(bytes_equal(trace_packet(a, i)->data, trace_packet(b, i)->data));
}

/* ---- expectations --------------------------------------------------------------------------- */
static void expectations_can_fail(void **state)
{
    (void)state;
    size_t n;
    scenario_builtins(&n);
    for (size_t i = 0; i < n; i++) {
        struct scenario *s = scenario_builtin(i);
        run_expecting(s, RUN_AS_EXPECTED);
        for (size_t j = 0; j < s->n_steps; j++) {
            int32_t was = s->steps[j].expect;
            if (s->steps[j].kind > DO_GET)
                continue;
            s->steps[j].expect = was ? 0 : KRB_ERR_GENERIC;
            struct trace *t = run_expecting(s, RUN_DIFFERENT);
            s->steps[j].expect = was;
            size_t different = 0;
            for (size_t k = 0; k < t->n; k++)
                different += t->events[k]->kind == EVENT_RESULT &&
                             strncmp(t->events[k]->text, "expected ", 9) == 0;
            assert_int_equal(different, 1);
        }
    }
}

static void options_move_the_world(void **state)
{
    (void)state;
    struct scenario *s = scenario_text(REALM PARTIES LOGON);
    struct world_options o = {.has_clock = true, .clock = 1000 * DAY};
    struct trace *t;
    assert_int_equal(world_run(s, &o, mem, crypto, &t), RUN_AS_EXPECTED);
    assert_int_equal(t->events[0]->at, 1000 * DAY);
    assert_int_equal(t->seed, 7);
    o = (struct world_options){.has_seed = true, .seed = 8};
    assert_int_equal(world_run(s, &o, mem, crypto, &t), RUN_AS_EXPECTED);
    assert_int_equal(t->seed, 8);
    assert_false(bytes_equal(trace_packet(t, 1)->data,
                             trace_packet(run_expecting(s, RUN_AS_EXPECTED), 1)->data));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ports_times_and_replies),
        TEST(keys_at_the_beginning),
        TEST(a_ticket_to_change_a_password_is_brief),
        TEST(too_big_for_udp),
        TEST(over_tcp_from_the_start),
        TEST(ways_to_log_on),
        TEST(time_passes),
        TEST(clocks),
        TEST(notes_stand_beside),
        TEST(a_mistyped_key_has_its_own_name),
        TEST(a_keytab_of_another_salt),
        TEST(a_key_has_its_owners_name),
        TEST(lost_request),
        TEST(lost_answer),
        TEST(nobody_answers),
        TEST(a_browser_goes_on),
        TEST(held_up),
        TEST(replayed_to_the_service),
        TEST(replayed_to_the_kdc),
        TEST(flipped_in_a_field),
        TEST(flipped_inside_http),
        TEST(substituted),
        TEST(truncated),
        TEST(no_such_field),
        TEST(never_struck),
        TEST(nothing_reshuffled),
        TEST(expectations_can_fail),
        TEST(options_move_the_world),
    };
    return cmocka_run_group_tests(tests, make_crypto, free_crypto);
}
