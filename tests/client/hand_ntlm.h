/* A server of NTLM made by hand, and who has the account behind it. */
#ifndef TESTS_HAND_NTLM_H
#define TESTS_HAND_NTLM_H

#include "tests/client/hand_web.h"

static struct ntlm_server server;
static struct mech mechs[2];
static struct spnego acceptor;
static uint8_t nt_hash[16];
static struct ntlm_compared compared;

static inline int begin(void **state)
{
    (void)state;
    web_begin();
    w.credentials[0].domain = BYTES_LIT("EXAMPLE");
    assert_true(ntowf_v1(w.k.hand.crypto, BYTES_LIT("alice-pw-1"), nt_hash));
    return 0;
}

static inline int end(void **state)
{
    (void)state;
    web_end();
    return 0;
}

#define GET(...) web_browse((struct client_do_args){__VA_ARGS__})
#define NTLM     "WWW-Authenticate: NTLM"
#define OFFER    "WWW-Authenticate: Negotiate"
#define NOT_YET  "401 Unauthorized"

static inline void serve(const char *const *spns)
{
    struct ntlm_server_config config = {.party = "www",
                                        .nb_computer = BYTES_LIT("WEB1"),
                                        .nb_domain = BYTES_LIT("EXAMPLE"),
                                        .dns_computer = BYTES_LIT("www.example.test"),
                                        .dns_domain = BYTES_LIT("example.test"),
                                        .in_domain = true,
                                        .level = 3,
                                        .require_mic = true,
                                        .protection = w.secure ? EPA_REQUIRED : EPA_OFF,
                                        .bindings = w.tls.end_point,
                                        .spns = spns};
    ntlm_server_init(&server, w.k.hand.run, &config);
    mechs[0] = ntlm_server_mech(&server);
    spnego_init(&acceptor, w.k.hand.run, "www", "service.spnego", true, mechs, 1);
}

/* The account's holder says whether the response fits. */
static inline struct logon_answer judge(struct turn *t)
{
    struct logon_answer a = {.status = STATUS_WRONG_PASSWORD};
    if (!ntlm_compare(t, &server.question, nt_hash, NULL, 3, &compared) || !compared.by)
        return a;
    a.status = STATUS_SUCCESS;
    memcpy(a.session_base_key, compared.session_base_key, 16);
    memcpy(a.lm_key, compared.lm_key, 8);
    return a;
}

static inline struct bytes step(const char *field, bool spnego, enum mech_state want)
{
    struct turn *t = hand_turn(&w.k.hand, w.k.hand.turn.now);
    struct bytes in = web_token(field), out = {0};
    enum mech_state state =
        spnego ? spnego_step(&acceptor, t, in, &out) : ntlm_server_step(&server, t, in, &out);
    if (state == MECH_WAITING) {
        struct logon_answer a = judge(t);
        state = ntlm_server_answer(&server, t, &a);
        if (spnego)
            state = spnego_resume(&acceptor, t, state, (struct bytes){0}, &out);
    }
    assert_int_equal(state, want);
    return arena_copy(w.k.hand.run, out);
}

static inline struct client_outcome give_token(const char *status, const char *scheme,
                                               struct bytes token)
{
    return web_give(status, web_field("WWW-Authenticate", scheme, token), NULL);
}

static inline void logon_as(const char *password)
{
    struct client_do_args logon = {
        .task = CLIENT_LOGON, .principal = "alice", .password = bytes_str(password)};
    assert_true(hand_do(&w.k, &logon));
    hand_give(&w.k, hand_error(&w.k, KDC_ERR_PREAUTH_REQUIRED,
                               hand_methods(&w.k, 18, "EXAMPLE.TESTalice", (struct bytes){0})));
    assert_true(string_to_key(w.k.hand.crypto, 18, bytes_str(password),
                              BYTES_LIT("EXAMPLE.TESTalice"), (struct bytes){0}, &w.k.user));
    assert_int_equal(hand_give(&w.k, hand_as_rep(&w.k, NULL)).state, CLIENT_GRANTED);
}

#endif
