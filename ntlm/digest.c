/* HTTP Digest (MS-APDS 3.3.5.2): MD5 from the hashes that are stored for it, anything else from the
 * password, where that is stored. */
#include "base/text.h"
#include "crypto/http_digest.h"
#include "ntlm/inside.h"

#include <string.h>

static const char *const forms[WDIGEST_FORMS] = {
    "name, NetBIOS domain in upper case",
    "name, NetBIOS domain in lower case",
    "name, DNS domain in upper case",
    "name, DNS domain in lower case",
    "UPN, no realm",
    "UPN in lower case, no realm",
    "DOMAIN\\name, no realm",
    "DOMAIN\\name, NetBIOS domain in upper case",
    "DOMAIN\\name, DNS domain in upper case",
    "DOMAIN\\name, DNS domain in lower case",
};

struct digesting {
    struct logon *x;
    struct digest_inputs in;
    char ha1[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX];
};

static bool fits(struct digesting *d)
{
    return digest_response_of(d->x->t->crypto, &d->in, d->ha1, d->response) &&
           bytes_equal_secret(bytes_str(d->response), d->x->q->digest->response);
}

static void tell_response(struct digesting *d, bool good, const char *form)
{
    tell(d->x->t, good ? STEP_DONE : STEP_NOTED, d->x->id, A_STR("form", form),
         A_TEXT("realm", d->in.realm), A_STR("ha1", d->ha1), A_STR("computed", d->response),
         A_TEXT("received", d->x->q->digest->response));
}

static int32_t accept(struct digesting *d, const char *form)
{
    struct logon_answer *out = d->x->out;
    char session[DIGEST_HEX_MAX];
    tell_response(d, true, form);
    if (digest_session_ha1(d->x->t->crypto, &d->in, d->ha1, session) &&
        strlen(session) <= sizeof out->digest_session_key) {
        out->n_digest_session_key = strlen(session);
        memcpy(out->digest_session_key, session, out->n_digest_session_key);
    }
    wipe(session, sizeof session);
    return STATUS_SUCCESS;
}

/* -1: none of the forms fits. */
static int stored_form(struct digesting *d)
{
    struct bytes stored = d->x->account->wdigest;
    for (size_t i = 0; i < WDIGEST_FORMS && 16 * (i + 1) <= stored.n; i++) {
        const char *hex = hex_text(d->x->t->mem, bytes_slice(stored, 16 * i, 16));
        memcpy(d->ha1, hex, strlen(hex) + 1);
        if (fits(d))
            return (int)i;
    }
    return -1;
}

static int32_t try_all(struct digesting *d)
{
    struct logon *x = d->x;
    bool session, by_password = x->account->reversible.n != 0;
    const char *algorithm = digest_algorithm(d->in.algorithm, &session);
    x->why = "the algorithm is none that is known";
    if (!algorithm)
        return STATUS_NOT_SUPPORTED;
    bool md5 = strcmp(algorithm, "MD5") == 0;
    x->why = "only MD5 hashes of the password are stored, not the password itself: another "
             "algorithm's response cannot be computed";
    if (!by_password && !md5)
        return STATUS_NOT_SUPPORTED;
    x->why = "no hashes for Digest are stored: they come with the next change of the password";
    if (!by_password && x->account->wdigest.n == 0)
        return STATUS_NOT_SUPPORTED;
    int form = md5 ? stored_form(d) : -1;
    if (form >= 0)
        return accept(d, forms[form]);
    if (by_password && digest_ha1(x->t->crypto, &d->in, d->ha1) && fits(d))
        return accept(d, "the password, which is stored so that it can be read");
    x->why = "it was made with another password, or another nonce";
    tell_response(d, false, "what is stored");
    return STATUS_WRONG_PASSWORD;
}

int32_t logon_digest(struct logon *x)
{
    const struct digest_response *r = x->q->digest;
    x->why = "there is no Digest response in the question";
    if (!r)
        return STATUS_INVALID_PARAMETER;
    struct digesting d = {.x = x,
                          .in = {.algorithm = r->algorithm,
                                 .user = r->username,
                                 .realm = r->realm,
                                 .password = x->account->reversible,
                                 .method = r->method,
                                 .uri = r->uri,
                                 .nonce = r->nonce,
                                 .nc = r->nc,
                                 .cnonce = r->cnonce,
                                 .qop = r->qop}};
    int32_t status = try_all(&d);
    wipe(d.ha1, sizeof d.ha1);
    return status;
}
