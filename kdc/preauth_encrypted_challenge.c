/* PA-ENCRYPTED-CHALLENGE (RFC 6113 5.4.6): a timestamp inside the armor, sealed with a key made of
 * the armor key and the client's own. A recording is of no use to guess passwords by: for each
 * guess the armor key would be needed too. */
#include "kdc/fast.h"

#define KEYS_MAX 8

static bool offer(struct exchange *x, struct bytes *value)
{
    (void)x;
    *value = (struct bytes){0};
    return true;
}

/* Which of its keys the client took is not said: each that it could mean is tried. */
static enum open_result try_keys(struct exchange *x, const struct EncryptedData *sealed,
                                 struct PA_ENC_TS_ENC *stamp, const struct account_key **found)
{
    const struct account_key *keys[KEYS_MAX];
    size_t n = client_keys(x, keys, KEYS_MAX);
    enum open_result result = OPEN_INTEGRITY;
    for (size_t i = 0; i < n && result != OPEN_OK; i++) {
        struct key key;
        if (!fast_client_challenge_key(x->turn->crypto, &x->armor->key, &keys[i]->key, &key))
            continue;
        result = open_value(x->turn, sealed, &key, USAGE_ENC_CHALLENGE_CLIENT, &ASN_PA_ENC_TS_ENC,
                            stamp);
        if (result == OPEN_OK) {
            tell_account_key(x, x->client, keys[i], "kdc.preauth.challenge.open");
            tell_session_key(x, "client challenge", &key, x->cname, &x->body->sname,
                             "kdc.preauth.challenge.open");
            *found = keys[i];
        }
        wipe(&key, sizeof key);
    }
    return result;
}

static int32_t check_skew(struct exchange *x, int64_t stamp)
{
    int64_t now = x->turn->now, off = stamp > now ? stamp - now : now - stamp;
    bool far = off > x->policy->skew;
    tell(x->turn, far ? STEP_REFUSED : STEP_DONE, "kdc.preauth.challenge.skew",
         A_TIME("stamp", stamp), A_TIME("now", now), A_SPAN("off", off),
         A_SPAN("allowed", x->policy->skew), A_ERROR("error", far ? KRB_AP_ERR_SKEW : 0));
    return far ? refuse(x, KRB_AP_ERR_SKEW, "the clocks differ by too much") : DONE;
}

/* The KDC's half: whoever reads it under the armor knows that the KDC has the client's key too. */
static bool answer(struct exchange *x, const struct account_key *k)
{
    struct key key;
    if (!fast_kdc_challenge_key(x->turn->crypto, &x->armor->key, &k->key, &key) ||
        !fast_challenge_value(x->turn, &key, USAGE_ENC_CHALLENGE_KDC, &x->armor->challenge))
        return false;
    tell(x->turn, STEP_DONE, "kdc.preauth.challenge.answer",
         A_USAGE("usage", USAGE_ENC_CHALLENGE_KDC));
    tell_session_key(x, "KDC challenge", &key, x->cname, &x->body->sname,
                     "kdc.preauth.challenge.answer");
    wipe(&key, sizeof key);
    return true;
}

static int32_t verify(struct exchange *x, const struct PA_DATA *pa)
{
    struct EncryptedData sealed;
    struct PA_ENC_TS_ENC stamp;
    const struct account_key *k = NULL;
    if (!asn_decode(&ASN_EncryptedChallenge, pa->padata_value, ASN_DEPLOYED, x->turn->mem,
                    x->turn->faults, &sealed))
        return refuse(x, KDC_ERR_PREAUTH_FAILED, "the challenge is malformed");
    bool opened = try_keys(x, &sealed, &stamp, &k) == OPEN_OK;
    tell(x->turn, opened ? STEP_DONE : STEP_REFUSED, "kdc.preauth.challenge.open",
         A_STR("client", x->client->text), A_ETYPE("etype", sealed.etype),
         A_USAGE("usage", USAGE_ENC_CHALLENGE_CLIENT),
         A_ERROR("error", opened ? 0 : KDC_ERR_PREAUTH_FAILED));
    if (!opened)
        return refuse(x, KDC_ERR_PREAUTH_FAILED, "the challenge does not open");
    x->proof = sealed.cipher;
    x->ctime = stamp.patimestamp + (stamp.has_pausec ? stamp.pausec : 0);
    int32_t code = check_skew(x, x->ctime);
    if (code)
        return code;
    return answer(x, k) ? DONE : BROKEN;
}

const struct mechanism encrypted_challenge = {PA_ENCRYPTED_CHALLENGE, "PA-ENCRYPTED-CHALLENGE",
                                              offer, verify, ARMORED};
