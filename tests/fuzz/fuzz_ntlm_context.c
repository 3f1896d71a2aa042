/* Both ends of NTLM. Octet 0: what is done; 1: levels; 2: where. The rest is a message for the one
 * or the other end, which may refuse but not accept it; or it is laid over one of the three
 * messages of a logon that carries a MIC: then the server refuses, or nothing was changed. */
#include "context/ntlm.h"
#include "crypto/rng.h"
#include "tests/fuzz/flat_fuzz.h"

#include <string.h>

static struct crypto *crypto;
static struct seeded_rng rng;

static struct ntlm_client client;
static struct ntlm_server server;

static void start(uint8_t levels)
{
    struct ntlm_client_config c = {.party = "alice",
                                   .user = BYTES_LIT("alice"),
                                   .domain = BYTES_LIT("EXAMPLE"),
                                   .password = BYTES_LIT("alice-pw-1"),
                                   .level = levels % 6,
                                   .target_spn = "HTTP/www",
                                   .bindings = BYTES_LIT("tls-server-end-point:x"),
                                   .flags = NTLMSSP_NEGOTIATE_SIGN};
    struct ntlm_server_config s = {.party = "www",
                                   .nb_computer = BYTES_LIT("WEB1"),
                                   .nb_domain = BYTES_LIT("EXAMPLE"),
                                   .in_domain = levels & 64,
                                   .level = levels / 6 % 6,
                                   .anonymous = levels & 32,
                                   .require_mic = levels & 128,
                                   .protection = EPA_REQUIRED,
                                   .bindings = c.bindings};
    ntlm_client_init(&client, mem, &c);
    ntlm_server_init(&server, mem, &s);
}

static enum mech_state hand_over(struct turn *t, struct bytes message, unsigned level)
{
    struct bytes out;
    struct ntlm_compared compared;
    struct logon_answer answer = {.status = STATUS_WRONG_PASSWORD};
    uint8_t nt[16], lm[16];
    enum mech_state state = ntlm_server_step(&server, t, message, &out);
    if (state != MECH_WAITING)
        return state;
    MUST(ntowf_v1(crypto, BYTES_LIT("alice-pw-1"), nt) &&
         lmowf_v1(crypto, BYTES_LIT("alice-pw-1"), lm));
    if (ntlm_compare(t, &server.question, nt, lm, level, &compared)) {
        answer.status = 0;
        memcpy(answer.session_base_key, compared.session_base_key, 16);
        memcpy(answer.lm_key, compared.lm_key, 8);
    }
    return ntlm_server_answer(&server, t, &answer);
}

static struct bytes laid_over(struct bytes message, size_t at, struct bytes what)
{
    uint8_t *p = (uint8_t *)(uintptr_t)arena_copy(mem, message).p;
    at = message.n ? at * message.n / 256 : 0;
    for (size_t i = 0; i < what.n && at + i < message.n; i++)
        p[at + i] = what.p[i];
    return bytes_of(p, message.n);
}

/* Somebody on the way changes one message; the other end goes on with what it got. */
static void changed(struct turn *t, unsigned which, uint8_t at, struct bytes what, unsigned level)
{
    struct bytes sent[3], got[3];
    client.config.level = 3;
    MUST(ntlm_client_step(&client, t, (struct bytes){0}, &sent[0]) == MECH_CONTINUE);
    got[0] = which == 0 ? laid_over(sent[0], at, what) : sent[0];
    if (ntlm_server_step(&server, t, got[0], &sent[1]) != MECH_CONTINUE)
        return;
    got[1] = which == 1 ? laid_over(sent[1], at, what) : sent[1];
    if (ntlm_client_step(&client, t, got[1], &sent[2]) != MECH_DONE)
        return;
    got[2] = which == 2 ? laid_over(sent[2], at, what) : sent[2];
    bool same = bytes_equal(sent[which], got[which]);
    enum mech_state state = hand_over(t, got[2], level);
    MUST(state == (same ? MECH_DONE : MECH_REFUSED) || (!same && server.anonymous) ||
         (!same && !client.mic));
}

static void any(struct turn *t, unsigned which, struct bytes in, unsigned level)
{
    struct bytes out;
    if (which == 0) {
        ntlm_server_step(&server, t, in, &out);
        return;
    }
    MUST(ntlm_client_step(&client, t, (struct bytes){0}, &out) == MECH_CONTINUE);
    if (which == 1) {
        ntlm_client_step(&client, t, in, &out);
        return;
    }
    MUST(ntlm_server_step(&server, t, out, &out) == MECH_CONTINUE);
    MUST(hand_over(t, in, level) != MECH_DONE || server.anonymous);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 3 || (!crypto && !(crypto = crypto_new())))
        return 0;
    struct faults f = begin();
    seeded_rng_init(&rng, crypto, 1, "fuzz");
    struct turn t = {
        .now = 1795305600 * SECOND, .rng = &rng.rng, .crypto = crypto, .mem = mem, .faults = &f};
    struct bytes in = {data + 3, n - 3};
    start(data[1]);
    if (data[0] % 6 < 3)
        any(&t, data[0] % 6, in, data[1] % 6);
    else
        changed(&t, data[0] % 6 - 3, data[2], in, data[1] % 6);
    return 0;
}
