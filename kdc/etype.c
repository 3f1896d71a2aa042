#include "kdc/etype.h"

#include "crypto/crypto.h"

bool etype_in_policy(const struct realm_policy *policy, int64_t etype)
{
    for (size_t i = 0; i < policy->n_etypes; i++)
        if (policy->etypes[i] == etype)
            return true;
    return false;
}

/* The bit of MS-KILE 2.2.7; 0: it has none. */
static uint32_t etype_bit(int32_t etype)
{
    switch (etype) {
    case 1:
        return ETYPES_DES_CRC;
    case 3:
        return ETYPES_DES_MD5;
    case 23:
        return ETYPES_RC4;
    case 17:
        return ETYPES_AES128;
    case 18:
        return ETYPES_AES256;
    default:
        return 0;
    }
}

const char *etype_bits_text(struct arena *mem, uint32_t bits)
{
    static const char *const names[] = {"des-crc", "des-md5", "rc4",
                                        "aes128",  "aes256",  "aes-session"};
    if (!bits)
        return "nothing";
    const char *list = arena_printf(mem, "0x%x:", (unsigned)bits);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (bits & (1u << i))
            list = arena_printf(mem, "%s %s", list, names[i]);
    return list;
}

/* ---- what a service can use ------------------------------------------------------------------
 */

static bool des_only(const struct etype_inputs *in)
{
    return in->kind == SERVICE_ACCOUNT && in->service->flags & ACCOUNT_DES_ONLY;
}

/* Of a trust that says nothing AES is assumed since the KDC knows the bit for session keys. */
uint32_t etype_declared(const struct etype_inputs *in)
{
    uint32_t said = in->service->supported_etypes, usual = in->policy->default_supported;
    if (in->kind == SERVICE_TGS)
        return 0;
    if (!said && in->kind == SERVICE_TRUST && usual & ETYPES_AES_SESSION)
        usual |= ETYPES_AES;
    uint32_t bits = said ? said : usual;
    return des_only(in) && bits ? bits & (ETYPES_DES_CRC | ETYPES_DES_MD5) : bits;
}

static const struct account_key *newest_key(const struct account *a, int32_t etype)
{
    return a->n_keys ? account_key(a, a->keys[0].kvno, etype) : NULL;
}

static bool has_nothing_stronger_than_rc4(const struct account *a)
{
    return newest_key(a, 23) && !newest_key(a, 18) && !newest_key(a, 17);
}

/* An account that says AES, but whose password is older than AES in its domain, has no such key: a
 * domain controller uses the one it has. */
static bool falls_back(const struct etype_inputs *in)
{
    return in->kind == SERVICE_ACCOUNT && !des_only(in) &&
           in->service->supported_etypes & ETYPES_AES && has_nothing_stronger_than_rc4(in->service);
}

static bool said_to_use(const struct etype_inputs *in, uint32_t declared, int32_t etype)
{
    if (!declared)
        return !des_only(in) && account_key(in->service, 0, etype);
    return declared & etype_bit(etype) || (etype == 23 && falls_back(in));
}

/* ---- the choices ------------------------------------------------------------------------------
 */

bool etype_may_be_session(const struct realm_policy *policy, int64_t etype)
{
    const struct etype_row *row = etype_find((int32_t)etype);
    return row && row->etype == etype && etype_in_policy(policy, etype) &&
           (policy->weak_sessions || !row->weak);
}

struct etype_choice choose_session(const struct etype_inputs *in)
{
    uint32_t declared = etype_declared(in);
    bool any = false;
    if (declared & ETYPES_AES_SESSION)
        declared |= ETYPES_AES;
    for (size_t i = 0; i < in->n_asked; i++) {
        if (!etype_may_be_session(in->policy, in->asked[i]))
            continue;
        any = true;
        int32_t e = (int32_t)in->asked[i];
        if (in->kind == SERVICE_TGS || said_to_use(in, declared, e))
            return (struct etype_choice){.etype = e};
    }
    return (struct etype_choice){.why = any ? "the service can use none of those asked"
                                            : "none asked is permitted for sessions"};
}

static struct etype_choice chosen(const struct account_key *k, const char *otherwise)
{
    return (struct etype_choice){k ? k->key.etype : 0, k, k ? NULL : otherwise};
}

struct etype_choice choose_ticket(const struct etype_inputs *in)
{
    uint32_t declared = etype_declared(in);
    bool any = false;
    for (size_t i = 0; in->policy->tickets_as_asked && i < in->n_asked; i++) {
        const struct account_key *k = etype_in_policy(in->policy, in->asked[i])
                                          ? newest_key(in->service, (int32_t)in->asked[i])
                                          : NULL;
        if (k)
            return chosen(k, NULL);
    }
    for (size_t i = 0; i < in->policy->n_etypes; i++) {
        int32_t e = in->policy->etypes[i];
        const struct account_key *k = newest_key(in->service, e);
        any |= k != NULL;
        if (k && (in->kind == SERVICE_TGS || said_to_use(in, declared, e)))
            return chosen(k, NULL);
    }
    return chosen(NULL,
                  any ? "no key of a type said of the service" : "no permitted key of the service");
}

/* The client's account may say what it likes of itself: it is what others may use for tickets to
 * it. How it logs on is a matter of its keys and of the machine it sits at. */
struct etype_choice choose_reply(const struct etype_inputs *in)
{
    for (size_t i = 0; i < in->n_asked; i++) {
        const struct account_key *k = etype_in_policy(in->policy, in->asked[i])
                                          ? account_key(in->client, 0, (int32_t)in->asked[i])
                                          : NULL;
        if (k)
            return chosen(k, NULL);
    }
    return chosen(NULL, "no common type for the client's key");
}
