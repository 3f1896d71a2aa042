/* Questions as stubs and answers back: NTLM as it is, HTTP Digest as generic information of the
 * package "WDigest" (MS-APDS 3.3.5). */
#include "context/netlogon_inside.h"
#include "wire/pac.h"

#include <string.h>

static struct bytes digest_ask(struct turn *t, const struct logon_question *q,
                               struct bytes computer)
{
    const struct digest_response *d = q->digest;
    struct digest_validation_request m = {
        .username = d->username,
        .realm = d->realm,
        .nonce = d->nonce,
        .cnonce = d->cnonce,
        .nc = d->nc,
        .algorithm = d->algorithm,
        .qop = d->qop,
        .method = d->method,
        .uri = d->uri,
        .response = d->response,
        .account = q->user,
        .domain = q->domain,
        .server = computer,
    };
    return digest_validation_request_write(t->mem, &m);
}

bool netlogon_digest_question(struct turn *t, struct bytes message, struct logon_question *q)
{
    struct digest_validation_request m;
    struct digest_response *d = arena_new_of(t->mem, struct digest_response);
    if (!digest_validation_request_read(message, t->mem, t->faults, &m))
        return false;
    *d = (struct digest_response){
        .username = m.username,
        .realm = m.realm,
        .nonce = m.nonce,
        .uri = m.uri,
        .response = m.response,
        .algorithm = m.algorithm,
        .cnonce = m.cnonce,
        .nc = m.nc,
        .qop = m.qop,
        .method = m.method,
    };
    q->kind = LOGON_DIGEST;
    q->user = m.account;
    q->domain = m.domain;
    q->digest = d;
    return true;
}

struct bytes netlogon_digest_answer(struct turn *t, const struct logon_answer *a)
{
    struct pac_buffer info = {.type = PAC_LOGON_INFO};
    struct digest_validation_response m = {
        .session_key = bytes_of(a->digest_session_key, a->n_digest_session_key)};
    if (a->info) {
        info.data = pac_logon_info_write(t->mem, a->info);
        if (!info.data.n)
            return info.data;
        m.auth_data = pac_write(t->mem, &info, 1);
        m.account = a->info->effective_name;
    }
    return digest_validation_response_write(t->mem, &m);
}

static bool digest_answered(struct turn *t, struct bytes data, struct logon_answer *a)
{
    struct digest_validation_response m;
    struct pac pac;
    const struct pac_buffer *b;
    struct validation_info *info = arena_new_of(t->mem, struct validation_info);
    if (!digest_validation_response_read(data, t->mem, t->faults, &m) || m.status ||
        m.session_key.n > sizeof a->digest_session_key ||
        !pac_read(m.auth_data, t->mem, t->faults, &pac) || !(b = pac_find(&pac, PAC_LOGON_INFO)) ||
        !pac_logon_info_read(b->data, t->mem, t->faults, info))
        return false;
    a->info = info;
    a->n_digest_session_key = m.session_key.n;
    if (m.session_key.n)
        memcpy(a->digest_session_key, m.session_key.p, m.session_key.n);
    return true;
}

/* ---- the member -------------------------------------------------------------------------------
 */

struct bytes netlogon_question_stub(struct turn *t, const struct logon_question *q,
                                    struct bytes computer, struct bytes controller)
{
    bool digest = q->kind == LOGON_DIGEST;
    struct netr_sam_logon_ex m = {
        .logon_server = controller,
        .computer_name = computer,
        .logon_level = digest ? NetlogonGenericInformation : NetlogonNetworkInformation,
        .validation_level = digest ? NetlogonValidationGenericInfo2 : NetlogonValidationSamInfo4,
        .domain = q->domain,
        .user = q->user,
        .workstation = q->workstation,
        .nt_response = q->nt_response,
        .lm_response = q->lm_response,
        .package = BYTES_LIT("WDigest"),
    };
    memcpy(m.challenge, q->server_challenge, 8);
    if (q->nt_response.n > UINT16_MAX || q->lm_response.n > UINT16_MAX)
        return (struct bytes){0};
    if (digest) {
        m.message = digest_ask(t, q, computer);
        if (!m.message.n)
            return m.message;
    }
    return netr_sam_logon_ex_write(t->mem, false, &m);
}

bool netlogon_answer_read(struct turn *t, struct bytes stub, enum logon_kind kind,
                          struct logon_answer *out, const char **why)
{
    struct netr_sam_logon_ex m;
    *why = "the answer cannot be read";
    if (!netr_sam_logon_ex_read(stub, true, t->mem, t->faults, &m))
        return false;
    *out = (struct logon_answer){.status = m.status, .authoritative = m.authoritative != 0};
    if (m.status)
        return true;
    *why = "it says yes, and nothing of who it is";
    if (kind == LOGON_DIGEST)
        return digest_answered(t, m.generic, out);
    if (!m.info)
        return false;
    out->info = m.info;
    memcpy(out->session_base_key, m.info->user_session_key, sizeof out->session_base_key);
    memcpy(out->lm_key, m.info->lm_key, sizeof out->lm_key);
    return true;
}
