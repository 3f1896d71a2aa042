/* Messages of a context. Octet 0: the encryption type, whether it is a MIC, sealed, from the
 * acceptor; 1 and 2: where, and what over it. The rest is read as a token, and is the text of a
 * token of ours: that one is taken, and with anything laid over one octet of it refused. */
#include "context/message.h"
#include "crypto/rng.h"
#include "tests/fuzz/flat_fuzz.h"

#include <string.h>

static const int32_t etypes[] = {17, 18, 19, 20, 25, 26, 23, 24};

static struct crypto *crypto;
static struct seeded_rng rng;

static bool taken(struct turn *t, const struct message_end *at, bool mic, struct bytes token,
                  struct bytes text)
{
    uint64_t seq = 5, got;
    struct message m;
    struct faults f = {.mem = mem};
    t->faults = &f;
    bool ok = mic ? message_mic_check(t, at, &seq, token, text, &got)
                  : message_unwrap(t, at, &seq, token, &m);
    if (!ok)
        refused(&f, token.n);
    else if (!mic)
        MUST(bytes_equal(m.text, text) && m.seq == seq);
    return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 3 || (!crypto && !(crypto = crypto_new())))
        return 0;
    begin();
    seeded_rng_init(&rng, crypto, 1, "fuzz");
    struct turn t = {.rng = &rng.rng, .crypto = crypto, .mem = mem};
    bool mic = data[0] & 8, sealed = data[0] & 16;
    struct message_end from = {.is_acceptor = data[0] & 32, .acceptor_subkey = data[0] & 64};
    MUST(key_random(crypto, &rng.rng, NULL, etypes[data[0] & 7], &from.key));
    struct message_end to = from;
    to.is_acceptor = !from.is_acceptor;
    struct bytes text = {data + 3, n - 3}, token;
    MUST(!taken(&t, &to, mic, text, text));
    MUST(mic ? message_mic(&t, &from, 5, text, &token)
             : message_wrap(&t, &from, 5, sealed, 0, text, &token));
    MUST(taken(&t, &to, mic, token, text));
    uint8_t *changed = (uint8_t *)arena_str(mem, token);
    changed[data[1] % token.n] ^= data[2];
    if (data[2])
        MUST(!taken(&t, &to, mic, bytes_of(changed, token.n), text));
    MUST(!taken(&t, &from, mic, token, text));
    return 0;
}
