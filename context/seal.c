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
    if (!asn_decode(type, bytes_of(plain, n), ASN_DEPLOYED, turn->mem, turn->faults, out))
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
