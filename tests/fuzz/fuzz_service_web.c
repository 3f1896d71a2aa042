/* A web server with all its modes against a browser that sends anything. The first octet chooses
 * where: in the value of the credentials, or in the octets that a token's base64 holds. With its
 * high bit the rest is a script of edits to what would be right (tests/fuzz/edit.h). */
#define HAND_WITHOUT_CMOCKA
#include "service/inside.h"
#include "tests/fuzz/edit.h"
#include "tests/service/hand_web.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum place { BASIC, USER_PASS, DIGEST, NTLM_1, NTLM_3, SPNEGO_1, SPNEGO_2, WHOLE, PLACES };

static struct hand_web w;
static struct arena *scratch;
#define CONN HAND_CONN(1)

static const char *text_of(struct bytes b)
{
    char *text = arena_str(scratch, b);
    for (size_t i = 0; i < b.n; i++)
        if ((uint8_t)text[i] < ' ' || text[i] == 0x7f)
            text[i] = '?';
    return text;
}

static struct bytes octets_of(const char *credentials)
{
    struct auth_value values[AUTH_VALUES_MAX];
    struct bytes octets = {0};
    size_t n;
    assert_true(auth_read(bytes_str(credentials), scratch, NULL, values, &n) &&
                auth_token(&values[0], scratch, NULL, &octets));
    return octets;
}

static struct bytes changed(struct bytes right, const uint8_t *data, size_t n)
{
    return edit_or_replace(scratch, right, data, n);
}

/* SPNEGO's tokens of a browser with NTLM alone; the server has answered the first. */
static struct bytes spnego_token(bool second)
{
    static struct spnego s;
    static struct mech mech;
    struct bytes out = {0};
    struct turn *t = &w.client.hand.turn;
    mech = ntlm_client_mech(hand_ntlm(&w, "WEB1", "alice", "local-pw-1"));
    spnego_init(&s, scratch, "alice", "client.spnego", false, &mech, 1);
    assert_true(spnego_step(&s, t, (struct bytes){0}, &out) == MECH_CONTINUE);
    if (!second)
        return out;
    hand_get(&w, CONN, "/", hand_credentials(&w, "Negotiate", out));
    struct bytes in = hand_token(&w, "Negotiate");
    out = (struct bytes){0};
    t = hand_turn(&w.client.hand, NOW);
    assert_true(spnego_step(&s, t, in, &out) != MECH_REFUSED);
    return arena_copy(scratch, out);
}

static const char *credentials(enum place place, const uint8_t *data, size_t n)
{
    struct hand_digest d;
    struct ntlm_client *c = hand_ntlm(&w, "WEB1", "alice", "local-pw-1");
    const char *first;
    switch (place) {
    case BASIC:
        return text_of(changed(bytes_str(hand_basic(&w, "WEB1\\alice", "local-pw-1")), data, n));
    case USER_PASS:
        return hand_credentials(&w, "Basic", changed(BYTES_LIT("WEB1\\alice:local-pw-1"), data, n));
    case DIGEST:
        hand_get(&w, NULL, "/", NULL);
        d = hand_digest_of(&w, "WEB1\\alice", "local-pw-1");
        return text_of(changed(bytes_str(hand_digest(&w, &d)), data, n));
    case NTLM_1:
        first = hand_ntlm_token(&w, c, "NTLM", (struct bytes){0});
        return hand_credentials(&w, "NTLM", changed(octets_of(first), data, n));
    case NTLM_3:
        first = hand_ntlm_token(&w, c, "NTLM", (struct bytes){0});
        hand_get(&w, CONN, "/", first);
        first = hand_ntlm_token(&w, c, "NTLM", hand_token(&w, "NTLM"));
        return hand_credentials(&w, "NTLM", changed(octets_of(first), data, n));
    case SPNEGO_1:
        return hand_credentials(&w, "Negotiate", changed(spnego_token(false), data, n));
    case SPNEGO_2:
        return hand_credentials(&w, "Negotiate", changed(spnego_token(true), data, n));
    case WHOLE:
    case PLACES:
        break;
    }
    return text_of(bytes_of(data + 1, n - 1));
}

/* One answer that can be read. Whoever is let in is the one whose secrets the browser has. */
static void must_hold(int status)
{
    assert_true(w.page.n_out == 1);
    assert_true(status == 200 || status == 401);
    if (status == 200)
        assert_true(bytes_equal_str(w.page.http.body, "WEB1\\alice\n"));
    else
        assert_true(w.page.n_offers > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (!scratch) {
        scratch = arena_new(1 << 20);
        hand_web_begin(&w, AUTH_BASIC | AUTH_DIGEST | AUTH_NTLM | AUTH_NEGOTIATE);
        free(w.client.hand.sentences);
        w.client.hand.sentences = NULL;
    }
    if (n == 0 || n > 4096)
        return 0;
    arena_reset(scratch);
    struct arena *run = w.client.hand.run;
    w.client.hand.run = scratch;
    hand_forget(&w.client);
    w.client.hand.rng.turn = 1000;
    hand_turn(&w.client.hand, NOW);
    const char *value = credentials((data[0] & 0x7f) % PLACES, data, n);
    if (strlen(value) < HTTP_HEAD_MAX / 2)
        must_hold(hand_get(&w, CONN, "/", value));
    service_closed(w.client.service, CONN);
    w.client.hand.run = run;
    return 0;
}
