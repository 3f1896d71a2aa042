#include "context/seal.h"

bool seal_value(struct turn *turn, const struct asn_type *type, const void *value,
                const struct key *key, uint32_t kvno, int32_t usage, struct EncryptedData *out)
{
    struct bytes plain = asn_encode(type, value, turn->mem);
    if (!plain.p)
        return false;
    size_t n = sealed_size(key->etype, plain.n);
    if (!n)
        return false;
    uint8_t *cipher = arena_take(turn->mem, n);
    if (!seal(turn->crypto, turn->rng, key, usage, plain, cipher))
        return false;
    *out = (struct EncryptedData){
        .etype = key->etype, .has_kvno = kvno != 0, .kvno = kvno, .cipher = {cipher, n}};
    return true;
}

struct bytes without_padding(int32_t etype, struct bytes plain)
{
    const struct etype_row *row = etype_find(etype);
    struct asn_header h;
    if (!row || row->block_size == 1 || !asn_header_read(plain, NULL, &h))
        return plain;
    size_t n = h.header + h.contents;
    if (n >= plain.n || plain.n - n >= row->block_size)
        return plain;
    for (size_t i = n; i < plain.n; i++)
        if (plain.p[i])
            return plain;
    return bytes_slice(plain, 0, n);
}

enum open_result open_value(struct turn *turn, const struct EncryptedData *sealed,
                            const struct key *key, int32_t usage, const struct asn_type *type,
                            void *out)
{
    if (sealed->etype != key->etype)
        return OPEN_ETYPE;
    uint8_t *plain = arena_take(turn->mem, sealed->cipher.n);
    size_t n;
    if (!unseal(turn->crypto, key, usage, sealed->cipher, plain, &n))
        return OPEN_INTEGRITY;
    struct bytes value = without_padding(key->etype, bytes_of(plain, n));
    if (!asn_decode(type, value, ASN_DEPLOYED, turn->mem, turn->faults, out))
        return OPEN_DECODE;
    return OPEN_OK;
}

bool key_from_wire(const struct EncryptionKey *wire, struct key *out)
{
    if (wire->keytype < INT32_MIN || wire->keytype > INT32_MAX)
        return false;
    return key_import((int32_t)wire->keytype, wire->keyvalue, out);
}

struct EncryptionKey key_to_wire(const struct key *key)
{
    return (struct EncryptionKey){.keytype = key->etype, .keyvalue = key_bytes(key)};
}
