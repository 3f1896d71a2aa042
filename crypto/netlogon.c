/* The netlogon secure channel's formulas (MS-NRPC 3.1.4, 3.3.4.2): session keys, credentials, and
 * messages protected with AES. */
#include "crypto/library.h"
#include "crypto/ntlm.h"
#include "crypto/primitives.h"

#include <limits.h>
#include <string.h>

/* ---- session keys and credentials ------------------------------------------------------------ */

bool netlogon_session_key_aes(struct crypto *c, const uint8_t secret[16], const uint8_t client[8],
                              const uint8_t server[8], uint8_t out[16])
{
    uint8_t mac[32];
    bool ok = hmac_once(c, SHA256, bytes_of(secret, 16),
                        PARTS(bytes_of(client, 8), bytes_of(server, 8)), mac);
    memcpy(out, mac, 16);
    wipe(mac, sizeof mac);
    return ok;
}

bool netlogon_session_key_strong(struct crypto *c, const uint8_t secret[16],
                                 const uint8_t client[8], const uint8_t server[8], uint8_t out[16])
{
    static const uint8_t zeros[4];
    uint8_t hash[16];
    return digest_parts(c, MD5, PARTS(bytes_of(zeros, 4), bytes_of(client, 8), bytes_of(server, 8)),
                        hash) &&
           hmac_once(c, MD5, bytes_of(secret, 16), PARTS(bytes_of(hash, 16)), out);
}

/* AES-128 in CFB mode, eight bits at a time. The vector goes on from part to part. */
static bool cfb8_encrypt(struct crypto *c, const uint8_t key[16], const uint8_t iv[16],
                         uint8_t *const parts[], const size_t sizes[], size_t n)
{
    EVP_CIPHER_CTX *ctx = c->encrypting[AES_128_CFB8];
    bool ok = EVP_CipherInit_ex2(ctx, NULL, key, iv, 1, NULL) == 1;
    for (size_t i = 0; ok && i < n; i++) {
        int out;
        ok = sizes[i] <= INT_MAX &&
             (sizes[i] == 0 || EVP_CipherUpdate(ctx, parts[i], &out, parts[i], (int)sizes[i]) == 1);
    }
    return ok;
}

/* Back: an octet is hidden by the cipher of the sixteen octets of ciphertext before it. Those are
 * all there already, so the blocks go through the cipher many at a time, which costs a tenth. */
static bool cfb8_decrypt(struct crypto *c, const uint8_t key[16], const uint8_t iv[16],
                         uint8_t *const parts[], const size_t sizes[], size_t n)
{
    enum { MANY = 64 };
    EVP_CIPHER_CTX *ctx = c->encrypting[AES_128_ECB];
    uint8_t before[16 + MANY], blocks[16 * MANY];
    bool ok = EVP_EncryptInit_ex2(ctx, NULL, key, NULL, NULL) == 1;
    memcpy(before, iv, 16);
    for (size_t i = 0; i < n; i++)
        for (size_t at = 0, m; ok && at < sizes[i]; at += m) {
            uint8_t *text = parts[i] + at;
            int out;
            m = sizes[i] - at < MANY ? sizes[i] - at : MANY;
            memcpy(before + 16, text, m);
            for (size_t k = 0; k < m; k++)
                memcpy(blocks + 16 * k, before + k, 16);
            ok = EVP_EncryptUpdate(ctx, blocks, &out, blocks, (int)(16 * m)) == 1;
            for (size_t k = 0; k < m; k++)
                text[k] ^= blocks[16 * k];
            memmove(before, before + m, 16);
        }
    wipe(blocks, sizeof blocks);
    return ok;
}

static bool cfb8(struct crypto *c, bool encrypt, const uint8_t key[16], const uint8_t iv[16],
                 uint8_t *const parts[], const size_t sizes[], size_t n)
{
    return (encrypt ? cfb8_encrypt : cfb8_decrypt)(c, key, iv, parts, sizes, n);
}

bool netlogon_credential_aes(struct crypto *c, const uint8_t key[16], const uint8_t in[8],
                             uint8_t out[8])
{
    static const uint8_t zero_iv[16];
    memmove(out, in, 8);
    return cfb8(c, true, key, zero_iv, &out, (const size_t[]){8}, 1);
}

/* Seven octets spread over eight, the parity bits left clear (InitLMKey). */
static void spread(const uint8_t in[7], uint8_t out[8])
{
    uint64_t bits = 0;
    for (int i = 0; i < 7; i++)
        bits = bits << 8 | in[i];
    for (int i = 7; i >= 0; i--, bits >>= 7)
        out[i] = (uint8_t)(bits << 1);
}

bool netlogon_credential_des(struct crypto *c, const uint8_t key[16], const uint8_t in[8],
                             uint8_t out[8])
{
    uint8_t one[8], two[8], middle[8];
    spread(key, one);
    spread(key + 7, two);
    bool ok = cipher_block(c, "des", bytes_of(one, 8), bytes_of(in, 8), middle) &&
              cipher_block(c, "des", bytes_of(two, 8), bytes_of(middle, 8), out);
    wipe(one, sizeof one);
    wipe(two, sizeof two);
    return ok;
}

/* ---- protected messages ---------------------------------------------------------------------- */

/* NL_AUTH_SHA2_SIGNATURE (MS-NRPC 2.2.1.3.3). */
enum { SEQUENCE = 8, CHECKSUM = 16, CONFOUNDER = 24, FROM_CLIENT = 0x80 };
static const uint8_t sealed_header[8] = {0x13, 0x00, 0x1a, 0x00, 0xff, 0xff, 0x00, 0x00};
static const uint8_t signed_header[8] = {0x13, 0x00, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00};

/* MS-NRPC 3.3.4.2.1: the low half first, each half big-endian, and whose it is. */
static void put_sequence(uint64_t sequence, bool from_client, uint8_t out[8])
{
    put_be32(out, (uint32_t)sequence);
    put_be32(out + 4, (uint32_t)(sequence >> 32));
    if (from_client)
        out[4] |= FROM_CLIENT;
}

static void twice(const uint8_t half[8], uint8_t out[16])
{
    memcpy(out, half, 8);
    memcpy(out + 8, half, 8);
}

/* Confounder and text, with the key's octets turned over. */
static bool crypt(struct crypto *c, bool encrypt, const uint8_t key[16], const uint8_t sequence[8],
                  uint8_t confounder[8], uint8_t *text, size_t n)
{
    uint8_t turned[16], iv[16];
    for (int i = 0; i < 16; i++)
        turned[i] = key[i] ^ 0xf0;
    twice(sequence, iv);
    bool ok = cfb8(c, encrypt, turned, iv, (uint8_t *const[]){confounder, text},
                   (const size_t[]){8, n}, 2);
    wipe(turned, sizeof turned);
    return ok;
}

static bool crypt_sequence(struct crypto *c, bool encrypt, const uint8_t key[16],
                           const uint8_t checksum[8], uint8_t sequence[8])
{
    uint8_t iv[16];
    twice(checksum, iv);
    return cfb8(c, encrypt, key, iv, &sequence, (const size_t[]){8}, 1);
}

/* The first eight octets of the MAC are used. */
static bool checksum_of(struct crypto *c, const uint8_t key[16], const uint8_t header[8],
                        struct bytes confounder, const uint8_t *text, size_t n, uint8_t out[8])
{
    uint8_t mac[32];
    bool ok = hmac_once(c, SHA256, bytes_of(key, 16),
                        PARTS(bytes_of(header, 8), confounder, bytes_of(text, n)), mac);
    memcpy(out, mac, 8);
    return ok;
}

bool netlogon_protect(struct crypto *c, const uint8_t key[16], uint64_t sequence, bool from_client,
                      bool seal, const uint8_t confounder[8], uint8_t *text, size_t n,
                      uint8_t signature[NETLOGON_SIGNATURE])
{
    uint8_t *s = signature, number[8];
    memset(s, 0, NETLOGON_SIGNATURE);
    memcpy(s, seal ? sealed_header : signed_header, 8);
    put_sequence(sequence, from_client, number);
    memcpy(s + SEQUENCE, number, 8);
    if (seal)
        memcpy(s + CONFOUNDER, confounder, 8);
    return checksum_of(c, key, s, bytes_of(s + CONFOUNDER, seal ? 8 : 0), text, n, s + CHECKSUM) &&
           (!seal || crypt(c, true, key, number, s + CONFOUNDER, text, n)) &&
           crypt_sequence(c, true, key, s + CHECKSUM, s + SEQUENCE);
}

bool netlogon_sequence(struct crypto *c, const uint8_t key[16], struct bytes signature,
                       uint64_t *sequence, bool *from_client)
{
    uint8_t number[8];
    if (signature.n < CONFOUNDER ||
        (memcmp(signature.p, sealed_header, 6) != 0 && memcmp(signature.p, signed_header, 6) != 0))
        return false;
    memcpy(number, signature.p + SEQUENCE, 8);
    if (!crypt_sequence(c, false, key, signature.p + CHECKSUM, number))
        return false;
    *from_client = number[4] & FROM_CLIENT;
    number[4] &= (uint8_t)~FROM_CLIENT;
    *sequence = (uint64_t)be32(number + 4) << 32 | be32(number);
    return true;
}

static bool fits(struct crypto *c, const uint8_t key[16], uint64_t sequence, bool from_client,
                 bool seal, uint8_t *text, size_t n, const uint8_t *signature)
{
    uint8_t expected[8], came[8], confounder[8] = {0}, checksum[8];
    put_sequence(sequence, from_client, expected);
    memcpy(came, signature + SEQUENCE, 8);
    if (seal)
        memcpy(confounder, signature + CONFOUNDER, 8);
    /* The flags, its last two octets, are not looked at (3.3.4.2.2), but the checksum has them. */
    bool ok = memcmp(signature, seal ? sealed_header : signed_header, 6) == 0 &&
              crypt_sequence(c, false, key, signature + CHECKSUM, came) &&
              bytes_equal_secret(bytes_of(came, 8), bytes_of(expected, 8)) &&
              (!seal || crypt(c, false, key, expected, confounder, text, n)) &&
              checksum_of(c, key, signature, bytes_of(confounder, seal ? 8 : 0), text, n, checksum);
    return ok && bytes_equal_secret(bytes_of(checksum, 8), bytes_of(signature + CHECKSUM, 8));
}

bool netlogon_unprotect(struct crypto *c, const uint8_t key[16], uint64_t sequence,
                        bool from_client, bool seal, uint8_t *text, size_t n,
                        const uint8_t *signature, size_t n_signature)
{
    if (n_signature >= (seal ? NETLOGON_SIGNATURE_USED : CONFOUNDER) &&
        fits(c, key, sequence, from_client, seal, text, n, signature))
        return true;
    wipe(text, n);
    return false;
}
