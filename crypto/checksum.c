#include "crypto/library.h"
#include "crypto/primitives.h"

#include <string.h>

enum method { CRC, HASH, MAC_KC, RC4_SIGNATURE, RC4_PLAIN };

static const struct checksum_row {
    int32_t type;
    enum method method;
    enum digest_id digest; /* HASH */
    int32_t etype;         /* of the key; 0: any (MS-SFU 2.2.1 has -138 under keys of all types) */
    uint8_t size;
} rows[] = {
    {1, CRC, 0, 0, 4},           {2, HASH, MD4, 0, 16},   {7, HASH, MD5, 0, 16},
    {12, MAC_KC, 0, 16, 20},     {14, HASH, SHA1, 0, 20}, {15, MAC_KC, 0, 17, 12},
    {16, MAC_KC, 0, 18, 12},     {17, MAC_KC, 0, 25, 16}, {18, MAC_KC, 0, 26, 16},
    {19, MAC_KC, 0, 19, 16},     {20, MAC_KC, 0, 20, 24}, {-138, RC4_SIGNATURE, 0, 0, 16},
    {-137, RC4_PLAIN, 0, 0, 16},
};

static const struct checksum_row *find(int32_t type)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].type == type)
            return &rows[i];
    return NULL;
}

static bool keyed(const struct checksum_row *row)
{
    return row->method != CRC && row->method != HASH;
}

bool checksum_known(int32_t cksumtype)
{
    return find(cksumtype) != NULL;
}

bool checksum_is_keyed(int32_t cksumtype)
{
    const struct checksum_row *row = find(cksumtype);
    return row && keyed(row);
}

/* RFC 3961 5.3, RFC 6803 7 and RFC 8009 6: the type's MAC under Kc, cut. */
static bool mac_kc(struct crypto *c, const struct key *key, int32_t usage, struct bytes input,
                   uint8_t *out)
{
    const struct etype_row *etype = etype_of(key);
    struct keyed *k = keyed_find(c, etype, key, usage);
    return message_mac(c, etype, k, KIND_CHECKSUM, &input, 1, out);
}

static bool compute(struct crypto *c, const struct checksum_row *row, const struct key *key,
                    int32_t usage, struct bytes input, uint8_t *out)
{
    switch (row->method) {
    case CRC:
        mod_crc32(input, out);
        return true;
    case HASH:
        return digest_parts(c, row->digest, &input, 1, out);
    case MAC_KC:
        return mac_kc(c, key, usage, input, out);
    case RC4_SIGNATURE:
    case RC4_PLAIN:
        return rc4_checksum(c, key, usage, input, row->method == RC4_SIGNATURE, out);
    }
    return false;
}

bool checksum_make(struct crypto *c, int32_t cksumtype, const struct key *key, int32_t usage,
                   struct bytes input, uint8_t out[CHECKSUM_MAX], size_t *n)
{
    const struct etype_row *etype = key ? etype_of(key) : NULL;
    const struct checksum_row *row = find(cksumtype || !etype ? cksumtype : etype->cksumtype);
    if (!row || (keyed(row) && !etype) || (row->etype && row->etype != etype->etype))
        return false;
    uint8_t whole[DIGEST_MAX];
    if (!compute(c, row, key, usage, input, whole))
        return false;
    memcpy(out, whole, row->size);
    *n = row->size;
    wipe(whole, sizeof whole);
    return true;
}

bool checksum_verify(struct crypto *c, int32_t cksumtype, const struct key *key, int32_t usage,
                     struct bytes input, struct bytes checksum)
{
    uint8_t expected[CHECKSUM_MAX];
    size_t n;
    bool ok = checksum_make(c, cksumtype, key, usage, input, expected, &n) &&
              bytes_equal_secret(bytes_of(expected, n), checksum);
    wipe(expected, sizeof expected);
    return ok;
}
