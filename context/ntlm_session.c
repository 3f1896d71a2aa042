/* Messages protected with the keys of a context (MS-NLMP 3.4). */
#include "context/ntlm_inside.h"

#include <string.h>

#define SIGNATURE 16

bool ntlm_session_start(struct ntlm_session *s, struct crypto *c, uint32_t flags,
                        const uint8_t exported[16], bool is_client)
{
    uint8_t out[16], in[16];
    size_t n_out = 0, n_in = 0;
    *s = (struct ntlm_session){.is_client = is_client, .flags = flags, .has_key = true};
    memcpy(s->exported, exported, 16);
    bool ok = ntlm_signkey(c, flags, exported, is_client, s->sign_out) &&
              ntlm_signkey(c, flags, exported, !is_client, s->sign_in) &&
              ntlm_sealkey(c, flags, exported, is_client, out, &n_out) &&
              ntlm_sealkey(c, flags, exported, !is_client, in, &n_in);
    if (ok) {
        rc4_start(&s->start_out, bytes_of(out, n_out));
        rc4_start(&s->start_in, bytes_of(in, n_in));
        ntlm_session_restart(s);
    }
    wipe(out, sizeof out);
    wipe(in, sizeof in);
    return ok;
}

void ntlm_session_restart(struct ntlm_session *s)
{
    s->seal_out = s->start_out;
    s->seal_in = s->start_in;
}

/* One direction: what a message moves. Taken as a copy, put back when all went well. */
struct way {
    struct rc4 seal;
    uint32_t seq;
    const uint8_t *sign;
};

static bool has_ess(const struct ntlm_session *s)
{
    return s->flags & NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY;
}

static struct way way_of(const struct ntlm_session *s, bool out)
{
    out |= !has_ess(s);
    return (struct way){out ? s->seal_out : s->seal_in, out ? s->seq_out : s->seq_in,
                        out ? s->sign_out : s->sign_in};
}

static void moved(struct ntlm_session *s, bool out, struct way *w)
{
    out |= !has_ess(s);
    *(out ? &s->seal_out : &s->seal_in) = w->seal;
    *(out ? &s->seq_out : &s->seq_in) = w->seq + 1;
    wipe(w, sizeof *w);
}

/* MAC (3.4.4.1, 3.4.4.2); the sealing state is where the text has left it. */
static bool signature_of(const struct ntlm_session *s, struct turn *t, struct way *w,
                         struct bytes text, uint8_t out[SIGNATURE])
{
    uint8_t number[4], hash[16];
    memset(out, 0, SIGNATURE);
    put_le32(out, 1);
    if (!has_ess(s)) {
        put_le32(out + 8, crc32_of(text));
        rc4_run(&w->seal, out + 4, 12, out + 4);
        memset(out + 4, 0, 4); /* RandomPad is hidden, then overwritten */
        put_le32(out + 12, le32(out + 12) ^ w->seq);
        return true;
    }
    put_le32(number, w->seq);
    const struct bytes parts[] = {bytes_of(number, 4), text};
    if (!hmac_md5(t->crypto, bytes_of(w->sign, 16), parts, 2, hash))
        return false;
    if (s->flags & NTLMSSP_NEGOTIATE_KEY_EXCH)
        rc4_run(&w->seal, hash, 8, hash);
    memcpy(out + 4, hash, 8);
    put_le32(out + 12, w->seq);
    return true;
}

static bool refuse(struct turn *t, enum ntlm_fault id)
{
    ntlm_fault(t, id);
    return false;
}

static bool fits(struct ntlm_session *s, struct turn *t, struct way *w, struct bytes text,
                 struct bytes signature)
{
    uint8_t expected[SIGNATURE];
    if (signature.n != SIGNATURE || le32(signature.p) != 1)
        return refuse(t, NTLM_SIGNATURE_FORM);
    if (has_ess(s) && le32(signature.p + 12) != w->seq)
        return refuse(t, NTLM_SEQUENCE);
    if (!signature_of(s, t, w, text, expected))
        return false;
    if (!has_ess(s)) /* RandomPad may hold anything */
        memcpy(expected + 4, signature.p + 4, 4);
    if (!bytes_equal_secret(bytes_of(expected, SIGNATURE), signature))
        return refuse(t, NTLM_CHECKSUM);
    return true;
}

bool ntlm_sign(struct ntlm_session *s, struct turn *t, struct bytes text, uint8_t signature[16])
{
    if (!s->has_key)
        return refuse(t, NTLM_NO_KEY);
    struct way w = way_of(s, true);
    if (!signature_of(s, t, &w, text, signature))
        return false;
    moved(s, true, &w);
    return true;
}

bool ntlm_check(struct ntlm_session *s, struct turn *t, struct bytes text, struct bytes signature)
{
    if (!s->has_key)
        return refuse(t, NTLM_NO_KEY);
    struct way w = way_of(s, false);
    if (!fits(s, t, &w, text, signature))
        return false;
    moved(s, false, &w);
    return true;
}

/* The signature is over the text in clear, and the cipher takes the text before it. */
bool ntlm_seal(struct ntlm_session *s, struct turn *t, uint8_t *text, size_t n,
               uint8_t signature[16])
{
    if (!s->has_key)
        return refuse(t, NTLM_NO_KEY);
    struct way w = way_of(s, true);
    uint8_t *sealed = arena_take(t->mem, n);
    rc4_run(&w.seal, text, n, sealed);
    if (!signature_of(s, t, &w, bytes_of(text, n), signature))
        return false;
    if (n)
        memcpy(text, sealed, n);
    moved(s, true, &w);
    return true;
}

bool ntlm_unseal(struct ntlm_session *s, struct turn *t, uint8_t *text, size_t n,
                 struct bytes signature)
{
    if (!s->has_key)
        return refuse(t, NTLM_NO_KEY);
    struct way w = way_of(s, false);
    rc4_run(&w.seal, text, n, text);
    if (!fits(s, t, &w, bytes_of(text, n), signature)) {
        wipe(text, n);
        return false;
    }
    moved(s, false, &w);
    return true;
}

/* ---- mechListMIC ----------------------------------------------------------------------------- */

bool ntlm_session_mic(struct ntlm_session *s, struct turn *t, struct bytes text, struct bytes *out)
{
    uint8_t *signature = arena_take(t->mem, SIGNATURE);
    struct rc4 before = s->seal_out;
    if (!has_ess(s))
        return refuse(t, NTLM_NO_ESS);
    bool ok = ntlm_sign(s, t, text, signature);
    s->seal_out = before;
    *out = bytes_of(signature, ok ? SIGNATURE : 0);
    return ok;
}

bool ntlm_session_check(struct ntlm_session *s, struct turn *t, struct bytes text,
                        struct bytes signature)
{
    struct rc4 before = s->seal_in;
    if (!has_ess(s))
        return refuse(t, NTLM_NO_ESS);
    bool ok = ntlm_check(s, t, text, signature);
    s->seal_in = before;
    return ok;
}
