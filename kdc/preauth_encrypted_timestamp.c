/* PA-ENC-TIMESTAMP (RFC 4120 5.2.7.2): the client's time, sealed with its key. Who can seal the
 * present time has the key; a recording of it is stale after the allowed skew. */
#include "kdc/inside.h"

static bool offer(struct exchange *x, struct bytes *value)
{
    (void)x;
    *value = (struct bytes){0};
    return true;
}

static int32_t cannot_open(struct exchange *x, int64_t etype, uint32_t kvno, int32_t code,
                           const char *why)
{
    tell(x->turn, STEP_REFUSED, "kdc.preauth.timestamp.open", A_STR("client", x->client->text),
         A_ETYPE("etype", etype), A_INT("kvno", kvno), A_USAGE("usage", USAGE_PA_ENC_TIMESTAMP),
         A_ERROR("error", code));
    return refuse(x, code, why);
}

static int32_t open_stamp(struct exchange *x, const struct EncryptedData *sealed,
                          struct PA_ENC_TS_ENC *stamp)
{
    const struct account_key *k = etype_permitted(x, sealed->etype)
                                      ? account_key(x->client, 0, (int32_t)sealed->etype)
                                      : NULL;
    if (!k)
        return cannot_open(x, sealed->etype, 0, KDC_ERR_ETYPE_NOSUPP,
                           "no key of the timestamp's type");
    tell_account_key(x, x->client, k, "kdc.preauth.timestamp.open");
    if (open_value(x->turn, sealed, &k->key, USAGE_PA_ENC_TIMESTAMP, &ASN_PA_ENC_TS_ENC, stamp) !=
        OPEN_OK)
        return cannot_open(x, sealed->etype, k->kvno, KDC_ERR_PREAUTH_FAILED,
                           "the timestamp does not open");
    tell(x->turn, STEP_DONE, "kdc.preauth.timestamp.open", A_STR("client", x->client->text),
         A_ETYPE("etype", sealed->etype), A_INT("kvno", k->kvno),
         A_USAGE("usage", USAGE_PA_ENC_TIMESTAMP));
    return DONE;
}

static int32_t check_skew(struct exchange *x, int64_t stamp)
{
    int64_t now = x->turn->now, off = stamp > now ? stamp - now : now - stamp;
    int32_t code = off > x->policy->skew ? KRB_AP_ERR_SKEW : 0;
    if (code) {
        tell(x->turn, STEP_REFUSED, "kdc.preauth.timestamp.skew", A_TIME("stamp", stamp),
             A_TIME("now", now), A_SPAN("off", off), A_SPAN("allowed", x->policy->skew),
             A_ERROR("error", code));
        return refuse(x, code, "the clocks differ by too much");
    }
    tell(x->turn, STEP_DONE, "kdc.preauth.timestamp.skew", A_TIME("stamp", stamp),
         A_TIME("now", now), A_SPAN("off", off), A_SPAN("allowed", x->policy->skew));
    return DONE;
}

static int32_t verify(struct exchange *x, const struct PA_DATA *pa)
{
    struct EncryptedData sealed;
    struct PA_ENC_TS_ENC stamp;
    if (!asn_decode(&ASN_PA_ENC_TIMESTAMP, pa->padata_value, ASN_DEPLOYED, x->turn->mem,
                    x->turn->faults, &sealed))
        return refuse(x, KDC_ERR_PREAUTH_FAILED, "the timestamp is malformed");
    int32_t code = open_stamp(x, &sealed, &stamp);
    if (code)
        return code;
    x->proof = sealed.cipher;
    x->ctime = stamp.patimestamp + (stamp.has_pausec ? stamp.pausec : 0);
    return check_skew(x, x->ctime);
}

/* Not inside armor: there the encrypted challenge takes its place (RFC 6113 5.4.6). */
const struct mechanism encrypted_timestamp = {PA_ENC_TIMESTAMP, "PA-ENC-TIMESTAMP", offer, verify,
                                              BARE};
