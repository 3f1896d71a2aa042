/* Messages of RFC 3961's simplified profile. The MAC is over the plaintext, so a message is opened
 * before it can be judged; what does not pass is wiped. */
#include "crypto/library.h"
#include "crypto/primitives.h"

#include <string.h>

bool message_mac(struct crypto *c, const struct etype_row *row, struct keyed *k, enum kind kind,
                 const struct bytes *parts, size_t n_parts, uint8_t *out)
{
    if (row->functions->mac)
        return row->functions->mac(c, row, k, kind, parts, n_parts, out);
    const struct hmac *mac = keyed_mac(c, row, k, kind);
    return mac && hmac_parts(c, mac, parts, n_parts, out);
}

bool simplified_seal(struct crypto *c, const struct etype_row *row, struct keyed *k,
                     struct rng *rng, struct bytes plain, uint8_t *out)
{
    EVP_CIPHER_CTX *cipher = keyed_cipher(c, row, k, true);
    struct bytes whole = {out, sealed_size(row->etype, plain.n) - row->mac_size};
    size_t used = row->confounder_size + plain.n;
    uint8_t mac[DIGEST_MAX];
    if (!cipher)
        return false;
    rng_fill(rng, "confounder", out, row->confounder_size);
    if (plain.n)
        memcpy(out + row->confounder_size, plain.p, plain.n);
    memset(out + used, 0, whole.n - used);
    if (!message_mac(c, row, k, KIND_INTEGRITY, &whole, 1, mac) ||
        !cipher_message(cipher, whole, out)) {
        wipe(out, whole.n);
        return false;
    }
    memcpy(out + whole.n, mac, row->mac_size);
    return true;
}

bool simplified_unseal(struct crypto *c, const struct etype_row *row, struct keyed *k,
                       struct bytes sealed, uint8_t *out)
{
    EVP_CIPHER_CTX *cipher = keyed_cipher(c, row, k, false);
    size_t n = sealed.n - row->mac_size;
    struct bytes whole = {out, n}, mac = {sealed.p + n, row->mac_size};
    uint8_t expected[DIGEST_MAX];
    bool ok = cipher && cipher_message(cipher, bytes_slice(sealed, 0, n), out) &&
              message_mac(c, row, k, KIND_INTEGRITY, &whole, 1, expected) &&
              bytes_equal_secret(bytes_of(expected, row->mac_size), mac);
    if (ok)
        memmove(out, out + row->confounder_size, n - row->confounder_size);
    else
        wipe(out, n);
    return ok;
}
