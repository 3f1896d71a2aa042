/* Pre-authentication (RFC 4120 3.1.2, 5.2.7): the table of mechanisms, and the step that asks for
 * proof before anything sealed with the client's key goes out. */
#include "kdc/fast.h"

/* In the order in which they are offered and looked for. */
static const struct mechanism *const mechanisms[] = {
    &fast_available, &etype_info2, &etype_info, &encrypted_challenge, &encrypted_timestamp, &cookie,
};
#define MECHANISMS (sizeof mechanisms / sizeof *mechanisms)
#define NAMED      16 /* in a sentence */

const struct PA_DATA *find_padata(const struct KDC_REQ *req, int32_t type)
{
    for (size_t i = 0; req->has_padata && i < req->padata.n; i++)
        if (req->padata.at[i].padata_type == type)
            return &req->padata.at[i];
    return NULL;
}

const char *padata_names(struct exchange *x, const struct PA_DATA *at, size_t n)
{
    char *list = arena_printf(x->turn->mem, "%s", "");
    for (size_t i = 0; i < n && i < NAMED; i++) {
        const struct name_row *row = name_find(NAMES_PADATA, at[i].padata_type);
        list = arena_printf(x->turn->mem, "%s%s%s", list, *list ? ", " : "",
                            row ? row->name
                                : name_text(x->turn->mem, NAMES_PADATA, at[i].padata_type));
    }
    return list;
}

static bool fits_here(const struct exchange *x, const struct mechanism *m)
{
    return m->where == ANYWHERE || (m->where == ARMORED) == (x->armor != NULL);
}

static bool wants_armor(const struct exchange *x)
{
    return (x->client->flags & ACCOUNT_FAST_REQUIRED) && !x->armor;
}

/* METHOD-DATA: how the client may prove its key, and what it needs to know for that. */
static struct bytes offers(struct exchange *x)
{
    struct PA_DATA rows[MECHANISMS];
    struct METHOD_DATA methods = {.at = rows};
    for (size_t i = 0; i < MECHANISMS; i++) {
        struct PA_DATA *pa = &rows[methods.n];
        *pa = (struct PA_DATA){.padata_type = mechanisms[i]->type};
        if (fits_here(x, mechanisms[i]) && (!wants_armor(x) || mechanisms[i] == &fast_available) &&
            mechanisms[i]->offer(x, &pa->padata_value))
            methods.n++;
    }
    SAY(x, A_STR("offered", padata_names(x, methods.at, methods.n)));
    return asn_encode(&ASN_METHOD_DATA, &methods, x->turn->mem);
}

/* The first element that a mechanism can verify is the one that counts: a request is one attempt,
 * however many it carries. */
static const struct mechanism *find_proof(const struct exchange *x, const struct PA_DATA **pa)
{
    for (size_t i = 0; i < MECHANISMS; i++) {
        bool can = mechanisms[i]->verify && fits_here(x, mechanisms[i]);
        *pa = can ? find_padata(&x->req, mechanisms[i]->type) : NULL;
        if (*pa)
            return mechanisms[i];
    }
    return NULL;
}

static bool no_attempt_left(struct exchange *x, struct bytes *account)
{
    struct ledger *ledger = x->kdc->config.ledger;
    if (!ledger || !x->policy->attempts)
        return false;
    *account = attempts_name(x->client, x->realm, x->turn->mem);
    if (!attempt_reserve(ledger, *account, x->policy->attempts, x->turn->now,
                         x->policy->attempt_window))
        return true;
    x->counted = true;
    return false;
}

/* The proof is remembered for as long as its time would pass. Not its element: that can be written
 * in other octets by who cannot seal. */
static bool seen_before(struct exchange *x)
{
    int64_t window = x->ctime + x->policy->skew - x->turn->now;
    return replay_insert(x->kdc->config.ledger, x->proof, x->turn->now, window) != REPLAY_NEW;
}

/* A wrong clock is no wrong password, and no right one either: it may be an old recording, which
 * must not clear the account of the guesses made meanwhile. Nor must a recording of a moment ago
 * under another nonce, which still passes. The same where no key was tried. */
static void settle(struct exchange *x, struct bytes account, int32_t code)
{
    struct ledger *ledger = x->kdc->config.ledger;
    if (code == KDC_ERR_PREAUTH_FAILED || (!code && !seen_before(x)))
        attempt_settle(ledger, account, !code, x->turn->now);
    else
        attempt_withdraw(ledger, account);
}

static int32_t verify(struct exchange *x, const struct mechanism *m, const struct PA_DATA *pa)
{
    struct bytes account = {0};
    if (no_attempt_left(x, &account))
        return refuse(x, KDC_ERR_CLIENT_REVOKED, "too many wrong passwords");
    int32_t code = m->verify(x, pa);
    if (account.n && x->counted)
        settle(x, account, code);
    if (code == KDC_ERR_PREAUTH_FAILED)
        x->e_data = offers(x);
    if (!code)
        x->proven = true;
    return code;
}

int32_t step_preauth(struct exchange *x)
{
    const struct PA_DATA *pa = NULL;
    SAY(x, A_STR("client", x->client->text));
    const struct mechanism *m = find_proof(x, &pa);
    const struct PA_DATA *given = x->armor ? find_padata(&x->req, PA_FX_COOKIE) : NULL;
    int32_t code = given ? cookie_check(x, given->padata_value) : DONE;
    if (code)
        return code;
    if (wants_armor(x)) {
        x->e_data = offers(x);
        return m ? refuse(x, KDC_ERR_POLICY, "this account logs on with FAST only")
                 : refuse(x, KDC_ERR_PREAUTH_REQUIRED, "the request must come inside armor");
    }
    if (m) {
        SAY(x, A_STR("mechanism", m->name));
        return verify(x, m, pa);
    }
    if (x->client->flags & ACCOUNT_NO_PREAUTH) {
        tell(x->turn, STEP_NOTED, "kdc.preauth.none", A_STR("client", x->client->text));
        return SILENT;
    }
    x->e_data = offers(x);
    return refuse(x, KDC_ERR_PREAUTH_REQUIRED, "proof of the key comes first");
}
