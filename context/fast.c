#include "context/fast.h"
#include "context/split.h"

bool fast_armor_key(struct crypto *crypto, const struct key *subkey, const struct key *session,
                    struct key *armor)
{
    return fx_cf2(crypto, subkey, BYTES_LIT("subkeyarmor"), session, BYTES_LIT("ticketarmor"),
                  armor);
}

bool fast_reply_key(struct crypto *crypto, const struct key *strengthen, const struct key *reply,
                    struct key *out)
{
    return fx_cf2(crypto, strengthen, BYTES_LIT("strengthenkey"), reply, BYTES_LIT("replykey"),
                  out);
}

bool fast_client_challenge_key(struct crypto *crypto, const struct key *armor,
                               const struct key *long_term, struct key *out)
{
    return fx_cf2(crypto, armor, BYTES_LIT("clientchallengearmor"), long_term,
                  BYTES_LIT("challengelongterm"), out);
}

bool fast_kdc_challenge_key(struct crypto *crypto, const struct key *armor,
                            const struct key *long_term, struct key *out)
{
    return fx_cf2(crypto, armor, BYTES_LIT("kdcchallengearmor"), long_term,
                  BYTES_LIT("challengelongterm"), out);
}

bool fast_request_value(struct turn *turn, const struct key *armor_key,
                        const struct KrbFastArmor *armor, struct bytes covered,
                        const struct KrbFastReq *req, struct bytes *value)
{
    uint8_t sum[CHECKSUM_MAX];
    size_t n;
    struct PA_FX_FAST_REQUEST whole = {.choice = 1};
    struct KrbFastArmoredReq *out = &whole.armored_data;
    if (armor) {
        out->has_armor = true;
        out->armor = *armor;
    }
    if (!checksum_make(turn->crypto, 0, armor_key, USAGE_FAST_REQ_CHKSUM, covered, sum, &n) ||
        !seal_value(turn, &ASN_KrbFastReq, req, armor_key, 0, USAGE_FAST_ENC, &out->enc_fast_req))
        return false;
    out->req_checksum = (struct Checksum){.cksumtype = etype_find(armor_key->etype)->cksumtype,
                                          .checksum = bytes_of(sum, n)};
    *value = asn_encode(&ASN_PA_FX_FAST_REQUEST, &whole, turn->mem);
    return value->n != 0;
}

bool fast_reply_value(struct turn *turn, const struct key *armor_key,
                      const struct KrbFastResponse *response, struct bytes *value)
{
    struct PA_FX_FAST_REPLY whole = {.choice = 1};
    if (!seal_value(turn, &ASN_KrbFastResponse, response, armor_key, 0, USAGE_FAST_REP,
                    &whole.armored_data.enc_fast_rep))
        return false;
    *value = asn_encode(&ASN_PA_FX_FAST_REPLY, &whole, turn->mem);
    return value->n != 0;
}

bool fast_challenge_value(struct turn *turn, const struct key *challenge_key, int32_t usage,
                          struct bytes *value)
{
    struct PA_ENC_TS_ENC stamp = {
        .patimestamp = seconds_of(turn->now), .has_pausec = true, .pausec = micros_of(turn->now)};
    struct EncryptedData sealed;
    if (!seal_value(turn, &ASN_PA_ENC_TS_ENC, &stamp, challenge_key, 0, usage, &sealed))
        return false;
    *value = asn_encode(&ASN_EncryptedChallenge, &sealed, turn->mem);
    return value->n != 0;
}

struct PrincipalName fast_anonymous_name(void)
{
    static const uint8_t well_known[] = "WELLKNOWN", anonymous[] = "ANONYMOUS";
    static struct bytes parts[] = {{well_known, sizeof well_known - 1},
                                   {anonymous, sizeof anonymous - 1}};
    struct PrincipalName name = {.name_type = NT_WELLKNOWN};
    name.name_string.at = parts;
    name.name_string.n = 2;
    return name;
}

const struct PA_DATA *padata_find(const struct PA_DATA *list, size_t n, int64_t type)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].padata_type == type)
            return &list[i];
    return NULL;
}
