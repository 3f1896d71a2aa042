/* What the client needs to make its key from a password (RFC 4120 5.2.7.4, 5.2.7.5): for each
 * encryption type it asked for and has a key of, the salt and the parameters. */
#include "kdc/inside.h"

#define KEYS_MAX 8

/* What came with RFC 4120 or before it has no parameters; a client that knows any later type knows
 * PA-ETYPE-INFO2 and must not be sent the older list (RFC 4120 5.2.7.5). */
static bool is_old(int64_t etype)
{
    static const int8_t old[] = {1, 2, 3, 5, 7, 9, 10, 11, 12, 13, 14, 15, 16, 23, 24};
    for (size_t i = 0; i < sizeof old; i++)
        if (old[i] == etype)
            return true;
    return etype < 0;
}

static bool only_old(const struct KDC_REQ_BODY *body)
{
    for (size_t i = 0; i < body->etype.n; i++)
        if (!is_old(body->etype.at[i]))
            return false;
    return true;
}

static bool offer_info2(struct exchange *x, struct bytes *value)
{
    const struct account_key *keys[KEYS_MAX];
    struct ETYPE_INFO2_ENTRY entries[KEYS_MAX];
    struct ETYPE_INFO2 info = {.at = entries, .n = client_keys(x, keys, KEYS_MAX)};
    for (size_t i = 0; i < info.n; i++)
        entries[i] = (struct ETYPE_INFO2_ENTRY){
            .etype = keys[i]->key.etype,
            .has_salt = keys[i]->has_salt,
            .salt = keys[i]->salt,
            .has_s2kparams = keys[i]->s2kparams.n != 0,
            .s2kparams = keys[i]->s2kparams,
        };
    *value = asn_encode(&ASN_ETYPE_INFO2, &info, x->turn->mem);
    return info.n != 0;
}

static bool offer_info(struct exchange *x, struct bytes *value)
{
    if (!only_old(x->body))
        return false;
    const struct account_key *keys[KEYS_MAX];
    struct ETYPE_INFO_ENTRY entries[KEYS_MAX];
    struct ETYPE_INFO info = {.at = entries, .n = client_keys(x, keys, KEYS_MAX)};
    for (size_t i = 0; i < info.n; i++)
        entries[i] = (struct ETYPE_INFO_ENTRY){
            .etype = keys[i]->key.etype, .has_salt = keys[i]->has_salt, .salt = keys[i]->salt};
    *value = asn_encode(&ASN_ETYPE_INFO, &info, x->turn->mem);
    return info.n != 0;
}

const struct mechanism etype_info2 = {PA_ETYPE_INFO2, "PA-ETYPE-INFO2", offer_info2, NULL,
                                      ANYWHERE};
const struct mechanism etype_info = {PA_ETYPE_INFO, "PA-ETYPE-INFO", offer_info, NULL, ANYWHERE};
