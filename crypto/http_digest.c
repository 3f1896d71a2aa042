#include "crypto/http_digest.h"
#include "crypto/library.h"

#include <string.h>

static const struct {
    const char *name;
    enum digest_id id;
} algorithms[] = {
    {"MD5", MD5},
    {"SHA-256", SHA256},
    {"SHA-512-256", SHA512_256},
};

static bool find(struct bytes name, size_t *row, bool *session)
{
    static const struct bytes sess = BYTES_LIT("-sess");
    *session =
        name.n > sess.n && bytes_equal_nocase(bytes_slice(name, name.n - sess.n, sess.n), sess);
    if (*session)
        name.n -= sess.n;
    for (*row = 0; *row < sizeof algorithms / sizeof *algorithms; ++*row)
        if (bytes_equal_nocase(name, bytes_str(algorithms[*row].name)))
            return true;
    *row = 0;
    return name.n == 0 && !*session;
}

const char *digest_algorithm(struct bytes name, bool *session)
{
    size_t row;
    return find(name, &row, session) ? algorithms[row].name : NULL;
}

/* H of the parts with colons between. */
static bool hash_joined(struct crypto *c, enum digest_id id, const struct bytes *parts, size_t n,
                        char out[DIGEST_HEX_MAX])
{
    static const char digits[] = "0123456789abcdef";
    struct bytes with_colons[16];
    uint8_t hash[64];
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        if (i)
            with_colons[m++] = BYTES_LIT(":");
        with_colons[m++] = parts[i];
    }
    if (!digest_parts(c, id, with_colons, m, hash))
        return false;
    for (size_t i = 0; i < digest_size(id); i++) {
        out[2 * i] = digits[hash[i] >> 4];
        out[2 * i + 1] = digits[hash[i] & 15];
    }
    out[2 * digest_size(id)] = 0;
    wipe(hash, sizeof hash);
    return true;
}

bool digest_ha1(struct crypto *c, const struct digest_inputs *in, char out[DIGEST_HEX_MAX])
{
    size_t row;
    bool session;
    return find(in->algorithm, &row, &session) &&
           hash_joined(c, algorithms[row].id, PARTS(in->user, in->realm, in->password), out);
}

bool digest_session_ha1(struct crypto *c, const struct digest_inputs *in, const char *ha1,
                        char out[DIGEST_HEX_MAX])
{
    size_t row;
    bool session;
    if (!find(in->algorithm, &row, &session) || strlen(ha1) >= DIGEST_HEX_MAX)
        return false;
    if (session)
        return hash_joined(c, algorithms[row].id, PARTS(bytes_str(ha1), in->nonce, in->cnonce),
                           out);
    memmove(out, ha1, strlen(ha1) + 1);
    return true;
}

bool digest_response_with(struct crypto *c, const struct digest_inputs *in, const char *session_ha1,
                          char out[DIGEST_HEX_MAX])
{
    size_t row;
    bool session;
    char ha2[DIGEST_HEX_MAX];
    if (!find(in->algorithm, &row, &session) ||
        (in->qop.n && !bytes_equal_nocase(in->qop, BYTES_LIT("auth"))) ||
        !hash_joined(c, algorithms[row].id, PARTS(in->method, in->uri), ha2))
        return false;
    struct bytes h1 = bytes_str(session_ha1), h2 = bytes_str(ha2);
    if (!in->qop.n) /* RFC 2069's */
        return hash_joined(c, algorithms[row].id, PARTS(h1, in->nonce, h2), out);
    return hash_joined(c, algorithms[row].id, PARTS(h1, in->nonce, in->nc, in->cnonce, in->qop, h2),
                       out);
}

bool digest_response_of(struct crypto *c, const struct digest_inputs *in, const char *ha1,
                        char out[DIGEST_HEX_MAX])
{
    char session[DIGEST_HEX_MAX];
    bool ok = digest_session_ha1(c, in, ha1, session) && digest_response_with(c, in, session, out);
    wipe(session, sizeof session);
    return ok;
}

bool digest_userhash(struct crypto *c, const struct digest_inputs *in, char out[DIGEST_HEX_MAX])
{
    size_t row;
    bool session;
    return find(in->algorithm, &row, &session) &&
           hash_joined(c, algorithms[row].id, PARTS(in->user, in->realm), out);
}
