/* NTLM's formulas (MS-NLMP 3.3, 3.4), by the names of the specification. */
#include "crypto/ntlm.h"
#include "base/text.h"
#include "crypto/library.h"
#include "crypto/primitives.h"

#include <string.h>
#include <unicase.h>

/* NegotiateFlags that the keys depend on (MS-NLMP 2.2.2.5); wire/ntlm.h has them all. */
enum {
    DATAGRAM = 0x00000040,
    LM_KEY = 0x00000080,
    ESS = 0x00080000,
    NON_NT_SESSION_KEY = 0x00400000,
    BITS_128 = 0x20000000,
};
#define BITS_56 0x80000000u

bool hmac_md5(struct crypto *c, struct bytes key, const struct bytes *parts, size_t n,
              uint8_t out[16])
{
    return hmac_once(c, MD5, key, parts, n, out);
}

bool md4_of(struct crypto *c, struct bytes b, uint8_t out[16])
{
    return digest_parts(c, MD4, &b, 1, out);
}

bool md5_of(struct crypto *c, const struct bytes *parts, size_t n, uint8_t out[16])
{
    return digest_parts(c, MD5, parts, n, out);
}

/* ---- hashes of passwords --------------------------------------------------------------------- */

/* Seven octets of key stand in the upper bits of eight; the lowest are for parity, which nobody
 * looks at. */
static bool des7(struct crypto *c, const uint8_t key[7], const uint8_t in[8], uint8_t out[8])
{
    uint8_t spread[8], previous = 0;
    for (int i = 0; i < 7; i++) {
        spread[i] = (uint8_t)(previous << (8 - i) | key[i] >> i);
        previous = key[i];
    }
    spread[7] = (uint8_t)(previous << 1);
    bool ok = cipher_block(c, "des", bytes_of(spread, 8), bytes_of(in, 8), out);
    wipe(spread, sizeof spread);
    return ok;
}

#define LM_PASSWORD 14

bool lmowf_v1(struct crypto *c, struct bytes password, uint8_t out[NTLM_HASH])
{
    static const uint8_t magic[8] = {'K', 'G', 'S', '!', '@', '#', '$', '%'};
    uint8_t upper[LM_PASSWORD] = {0};
    if (password.n > LM_PASSWORD)
        return false;
    for (size_t i = 0; i < password.n; i++) {
        uint8_t octet = password.p[i];
        if (octet == 0 || octet > 0x7f)
            return false;
        upper[i] = octet >= 'a' && octet <= 'z' ? (uint8_t)(octet - 'a' + 'A') : octet;
    }
    bool ok = des7(c, upper, magic, out) && des7(c, upper + 7, magic, out + 8);
    wipe(upper, sizeof upper);
    return ok;
}

bool ntowf_v1(struct crypto *c, struct bytes password, uint8_t out[NTLM_HASH])
{
    struct key key; /* rc4-hmac's key is this very hash (RFC 4757 2) */
    if (!string_to_key(c, 23, password, (struct bytes){0}, (struct bytes){0}, &key))
        return false;
    memcpy(out, key.v, NTLM_HASH);
    wipe(&key, sizeof key);
    return true;
}

#define NAME_OCTETS 1024 /* of user or domain in UTF-16; Windows' names are a quarter of it */

#define FINAL_SIGMA 0x3c2

/* Upper case that is one other code unit, and leads back: micro sign, dotless i, long s and the
 * letters of title case stay, or two users would have one name. The final sigma is the exception,
 * as in the tables of Windows that Samba has. */
static uint32_t upper_of(uint32_t point)
{
    uint32_t upper = point < 0x10000 ? uc_toupper(point) : point;
    return upper < 0x10000 && (uc_tolower(upper) == point || point == FINAL_SIGMA) ? upper : point;
}

static bool to_units(struct bytes text, bool upper, uint8_t out[NAME_OCTETS], size_t *n)
{
    uint32_t point;
    for (*n = 0; text.n;) {
        if (*n > NAME_OCTETS - 4 || !utf8_next(&text, &point))
            return false;
        *n += utf16le_put(upper ? upper_of(point) : point, out + *n);
    }
    return true;
}

bool ntowf_v2(struct crypto *c, const uint8_t nt_hash[NTLM_HASH], struct bytes user,
              struct bytes domain, uint8_t out[NTLM_HASH])
{
    uint8_t first[NAME_OCTETS], second[NAME_OCTETS];
    size_t n_first, n_second;
    return to_units(user, true, first, &n_first) && to_units(domain, false, second, &n_second) &&
           hmac_once(c, MD5, bytes_of(nt_hash, NTLM_HASH),
                     PARTS(bytes_of(first, n_first), bytes_of(second, n_second)), out);
}

/* ---- responses ------------------------------------------------------------------------------- */

bool ntlm_desl(struct crypto *c, const uint8_t key[NTLM_HASH], const uint8_t data[8],
               uint8_t out[24])
{
    uint8_t last[7] = {key[14], key[15]};
    bool ok =
        des7(c, key, data, out) && des7(c, key + 7, data, out + 8) && des7(c, last, data, out + 16);
    wipe(last, sizeof last);
    return ok;
}

bool ntlm2_session_response(struct crypto *c, const uint8_t nt_hash[NTLM_HASH],
                            const uint8_t server[8], const uint8_t client[8], uint8_t out[24])
{
    uint8_t hash[16];
    return digest_parts(c, MD5, PARTS(bytes_of(server, 8), bytes_of(client, 8)), hash) &&
           ntlm_desl(c, nt_hash, hash, out);
}

bool ntlmv2_proof(struct crypto *c, const uint8_t ntowf2[NTLM_HASH], const uint8_t server[8],
                  struct bytes temp, uint8_t out[16])
{
    return hmac_once(c, MD5, bytes_of(ntowf2, NTLM_HASH), PARTS(bytes_of(server, 8), temp), out);
}

/* ---- keys ------------------------------------------------------------------------------------ */

bool ntlm_kxkey(struct crypto *c, uint32_t flags, const uint8_t session_base_key[16],
                struct bytes lm_response, const uint8_t server_challenge[8],
                const uint8_t lm_hash[NTLM_HASH], bool ntlmv2, uint8_t out[16])
{
    uint8_t second[7];
    memcpy(out, session_base_key, 16);
    if (ntlmv2)
        return true;
    if (flags & ESS)
        return lm_response.n >= 8 &&
               hmac_once(c, MD5, bytes_of(session_base_key, 16),
                         PARTS(bytes_of(server_challenge, 8), bytes_of(lm_response.p, 8)), out);
    if (flags & LM_KEY) {
        if (!lm_hash || lm_response.n < 8)
            return false;
        second[0] = lm_hash[7];
        memset(second + 1, 0xbd, 6);
        return des7(c, lm_hash, lm_response.p, out) && des7(c, second, lm_response.p, out + 8);
    }
    if (flags & NON_NT_SESSION_KEY) {
        if (!lm_hash)
            return false;
        memcpy(out, lm_hash, 8);
        memset(out + 8, 0, 8);
    }
    return true;
}

bool ntlm_signkey(struct crypto *c, uint32_t flags, const uint8_t exported[16], bool client,
                  uint8_t out[16])
{
    /* The texts' NULs are part of them. */
    static const char to_server[] = "session key to client-to-server signing key magic constant";
    static const char to_client[] = "session key to server-to-client signing key magic constant";
    memset(out, 0, 16);
    return !(flags & ESS) ||
           digest_parts(c, MD5,
                        PARTS(bytes_of(exported, 16),
                              bytes_of(client ? to_server : to_client, sizeof to_server)),
                        out);
}

bool ntlm_sealkey(struct crypto *c, uint32_t flags, const uint8_t exported[16], bool client,
                  uint8_t out[16], size_t *n)
{
    static const char to_server[] = "session key to client-to-server sealing key magic constant";
    static const char to_client[] = "session key to server-to-client sealing key magic constant";
    size_t strength = flags & BITS_128 ? 16 : flags & BITS_56 ? 7 : 5;
    *n = 16;
    if (flags & ESS)
        return digest_parts(c, MD5,
                            PARTS(bytes_of(exported, strength),
                                  bytes_of(client ? to_server : to_client, sizeof to_server)),
                            out);
    memcpy(out, exported, 16);
    if (flags & (LM_KEY | DATAGRAM)) {
        *n = 8;
        if (flags & BITS_56)
            out[7] = 0xa0;
        else
            memcpy(out + 5, "\xe5\x38\xb0", 3);
    }
    return true;
}

/* ---- what lasts from message to message ------------------------------------------------------ */

void rc4_start(struct rc4 *r, struct bytes key)
{
    uint8_t j = 0;
    r->i = r->j = 0;
    for (int i = 0; i < 256; i++)
        r->s[i] = (uint8_t)i;
    for (size_t i = 0, k = 0; key.n && i < 256; i++, k = k + 1 < key.n ? k + 1 : 0) {
        uint8_t was = r->s[i];
        j = (uint8_t)(j + was + key.p[k]);
        r->s[i] = r->s[j];
        r->s[j] = was;
    }
}

void rc4_run(struct rc4 *r, const uint8_t *in, size_t n, uint8_t *out)
{
    uint8_t i = r->i, j = r->j;
    for (size_t at = 0; at < n; at++) {
        uint8_t a = r->s[++i];
        j = (uint8_t)(j + a);
        uint8_t b = r->s[j];
        r->s[i] = b;
        r->s[j] = a;
        out[at] = in[at] ^ r->s[(uint8_t)(a + b)];
    }
    r->i = i;
    r->j = j;
}

uint32_t crc32_of(struct bytes b)
{
    uint32_t sum = 0xffffffffu;
    for (size_t i = 0; i < b.n; i++) {
        sum ^= b.p[i];
        for (int bit = 0; bit < 8; bit++)
            sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0);
    }
    return ~sum;
}
