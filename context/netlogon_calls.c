/* What the controller does for each call (MS-NRPC 3.5.4.4, 3.5.4.5). */
#include "context/netlogon_server.h"
#include "wire/names.h"

#include <string.h>

static bool unread(struct call *x)
{
    x->unread = true;
    return true;
}

static bool keep_name(struct bytes name, char out[NETLOGON_COMPUTER_MAX])
{
    if (name.n == 0 || name.n >= NETLOGON_COMPUTER_MAX || memchr(name.p, 0, name.n))
        return false;
    memset(out, 0, NETLOGON_COMPUTER_MAX);
    memcpy(out, name.p, name.n);
    return true;
}

/* ---- challenges (3.5.4.4.1) -------------------------------------------------------------------
 */

bool netlogon_serve_challenge(struct call *x, struct bytes stub, struct bytes *answer)
{
    struct netlogon_connection *c = x->connection;
    struct netr_req_challenge m, out = {.status = STATUS_SUCCESS};
    if (!netr_req_challenge_read(stub, false, x->t->mem, x->t->faults, &m))
        return unread(x);
    c->challenged = keep_name(m.computer_name, c->challenged_by);
    if (c->challenged) {
        memcpy(c->client, m.challenge, 8);
        rng_fill(x->t->rng, "netlogon-challenge", c->server, 8);
        memcpy(out.challenge, c->server, 8);
        tell(x->t, STEP_DONE, "netlogon.server.challenge", A_TEXT("computer", m.computer_name),
             A_BYTES("client", bytes_of(c->client, 8)), A_BYTES("server", bytes_of(c->server, 8)));
    } else {
        out.status = STATUS_INVALID_PARAMETER;
        tell(x->t, STEP_REFUSED, "netlogon.server.challenge",
             A_STR("why", "the computer's name is empty or too long"),
             A_NTSTATUS("status", out.status));
    }
    *answer = netr_req_challenge_write(x->t->mem, true, &out);
    return true;
}

/* ---- both prove themselves (3.5.4.4.2) --------------------------------------------------------
 */

struct proof {
    struct call *x;
    const struct netr_authenticate3 *m;
    uint8_t client[8], server[8], secret[16], key[16], expected[8];
    uint32_t rid;
    const char *why;
};

/* The challenges are used up, whatever comes of it. */
static int32_t take_challenge(struct proof *p)
{
    struct netlogon_connection *c = p->x->connection;
    bool there =
        c->challenged && bytes_equal_nocase(bytes_str(c->challenged_by), p->m->computer_name);
    memcpy(p->client, c->client, 8);
    memcpy(p->server, c->server, 8);
    c->challenged = false;
    p->why = "no challenges were exchanged with that computer on this connection";
    return there ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

/* A credential under a challenge of equal octets is one too, with one key in 256 (CVE-2020-1472;
 * MS-NRPC 3.1.4.1). */
static int32_t check_challenge(struct proof *p)
{
    bool same = true;
    for (int i = 1; i < 5; i++)
        same &= p->client[i] == p->client[0];
    p->why = "the first five octets of the client's challenge are all the same, and one key in 256 "
             "gives such a challenge a credential that can be guessed (CVE-2020-1472)";
    return same ? STATUS_ACCESS_DENIED : STATUS_SUCCESS;
}

static int32_t check_flags(struct proof *p)
{
    p->why = "the member does not offer AES, and nothing weaker is taken";
    if (!(p->m->flags & NETLOGON_AES_SHA2))
        return STATUS_DOWNGRADE_DETECTED;
    p->why = "the member would not seal its calls";
    return p->m->flags & NETLOGON_AUTHENTICATED_RPC ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

static int32_t find_machine(struct proof *p)
{
    const struct netlogon_server_config *config = &p->x->server->config;
    struct bytes account = p->m->account_name, computer = p->m->computer_name;
    p->why = "the account is not that of the computer, which would get another one's key";
    if (account.n != computer.n + 1 || account.p[computer.n] != '$' ||
        !bytes_equal_nocase(bytes_slice(account, 0, computer.n), computer))
        return STATUS_ACCESS_DENIED;
    p->why = "there is no such machine account, or it is closed";
    if (p->m->channel_type != WorkstationSecureChannel ||
        !config->machine(config->arg, p->x->t, account, p->secret, &p->rid))
        return STATUS_NO_TRUST_SAM_ACCOUNT;
    return STATUS_SUCCESS;
}

static int32_t check_credential(struct proof *p)
{
    struct turn *t = p->x->t;
    p->why = "the credential was made with another key: the machine's password is another one";
    if (!netlogon_session_key_aes(t->crypto, p->secret, p->client, p->server, p->key) ||
        !netlogon_credential_aes(t->crypto, p->key, p->client, p->expected))
        return STATUS_INTERNAL_ERROR;
    bool same = netlogon_same(p->expected, p->m->credential);
    tell(t, same ? STEP_DONE : STEP_NOTED, "netlogon.server.credential",
         A_TEXT("account", p->m->account_name), A_BYTES("secret", bytes_of(p->secret, 16)),
         A_BYTES("key", bytes_of(p->key, 16)), A_BYTES("expected", bytes_of(p->expected, 8)),
         A_BYTES("came", bytes_of(p->m->credential, 8)));
    return same ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
}

static int32_t (*const checks[])(struct proof *) = {
    take_challenge, check_challenge, check_flags, find_machine, check_credential,
};

static void keep_session(struct proof *p, uint32_t flags)
{
    struct netlogon_server *s = p->x->server;
    struct netlogon_session *m = netlogon_session(s, p->m->computer_name);
    if (!m) {
        m = &s->sessions[0];
        for (size_t i = 1; i < NETLOGON_SESSIONS; i++)
            if (s->sessions[i].used < m->used)
                m = &s->sessions[i];
    }
    wipe(m, sizeof *m);
    m->used = ++s->clock;
    keep_name(p->m->computer_name, m->computer);
    memcpy(m->key, p->key, 16);
    m->flags = flags;
    memcpy(m->credential, p->m->credential, 8);
}

static bool accept(struct proof *p, struct netr_authenticate3 *out)
{
    struct turn *t = p->x->t;
    const char *controller = p->x->server->config.name;
    out->flags = p->m->flags & NETLOGON_FLAGS_USUAL;
    out->account_rid = p->rid;
    keep_session(p, out->flags);
    if (!netlogon_credential_aes(t->crypto, p->key, p->server, out->credential))
        return false;
    tell(t, STEP_DONE, "netlogon.server.authenticate", A_TEXT("account", p->m->account_name),
         A_BYTES("credential", bytes_of(out->credential, 8)),
         A_STR("flags", name_flags(t->mem, NAMES_NETLOGON_FLAG, out->flags & NETLOGON_FLAGS_TOLD)));
    netlogon_tell_key(t, p->x->server->config.party, p->m->computer_name, bytes_str(controller),
                      p->key, "netlogon.server.credential");
    return true;
}

bool netlogon_serve_authenticate(struct call *x, struct bytes stub, struct bytes *answer)
{
    struct netr_authenticate3 m, out = {.status = STATUS_SUCCESS};
    struct proof p = {.x = x, .m = &m};
    bool ok = true;
    if (!netr_authenticate3_read(stub, false, x->t->mem, x->t->faults, &m))
        return unread(x);
    for (size_t i = 0; !out.status && i < sizeof checks / sizeof *checks; i++)
        out.status = checks[i](&p);
    if (out.status) {
        tell(x->t, STEP_REFUSED, "netlogon.server.authenticate", A_TEXT("account", m.account_name),
             A_STR("why", p.why), A_NTSTATUS("status", out.status));
        out.flags = out.status == STATUS_DOWNGRADE_DETECTED ? NETLOGON_FLAGS_USUAL : 0;
    } else {
        ok = accept(&p, &out);
    }
    wipe(p.secret, sizeof p.secret);
    wipe(p.key, sizeof p.key);
    *answer = netr_authenticate3_write(x->t->mem, true, &out);
    return ok;
}

/* ---- what was agreed upon (3.5.4.4.10) --------------------------------------------------------
 */

/* The client's credential moves on by its time, then by one, and both ends encrypt it
 * (3.1.4.5). */
static bool authenticator_fits(struct call *x, struct netlogon_session *s,
                               const struct netlogon_authenticator *a, uint8_t answer[8])
{
    uint8_t moved[8], expected[8];
    memcpy(moved, s->credential, 8);
    put_le32(moved, le32(moved) + a->timestamp);
    if (!netlogon_credential_aes(x->t->crypto, s->key, moved, expected) ||
        !netlogon_same(expected, a->credential))
        return false;
    put_le32(moved, le32(moved) + 1);
    memcpy(s->credential, moved, 8);
    return netlogon_credential_aes(x->t->crypto, s->key, moved, answer);
}

bool netlogon_serve_capabilities(struct call *x, struct bytes stub, struct bytes *answer)
{
    struct netr_get_capabilities m, out = {.level = 1};
    struct netlogon_session *s = netlogon_session(x->server, bytes_str(x->connection->computer));
    if (!netr_get_capabilities_read(stub, false, x->t->mem, x->t->faults, &m))
        return unread(x);
    out.level = m.level;
    if (!s || !authenticator_fits(x, s, &m.authenticator, out.return_authenticator.credential))
        out.status = STATUS_ACCESS_DENIED;
    else if (m.level != 1)
        out.status = STATUS_INVALID_INFO_CLASS;
    else
        out.capabilities = s->flags;
    tell(x->t, out.status ? STEP_REFUSED : STEP_DONE, "netlogon.server.capabilities",
         A_STR("flags",
               name_flags(x->t->mem, NAMES_NETLOGON_FLAG, out.capabilities & NETLOGON_FLAGS_TOLD)),
         A_NTSTATUS("status", out.status));
    *answer = netr_get_capabilities_write(x->t->mem, true, &out);
    return true;
}

/* ---- a logon (3.5.4.5.1) ----------------------------------------------------------------------
 */

/* The question as the verifier takes it; a status: it is none that can be asked. */
static int32_t question_of(struct call *x, const struct netr_sam_logon_ex *m,
                           struct logon_question *q)
{
    *q = (struct logon_question){.kind = LOGON_NETWORK,
                                 .user = m->user,
                                 .domain = m->domain,
                                 .workstation = m->workstation,
                                 .nt_response = m->nt_response,
                                 .lm_response = m->lm_response};
    memcpy(q->server_challenge, m->challenge, 8);
    if (m->computer_name.n &&
        !bytes_equal_nocase(m->computer_name, bytes_str(x->connection->computer)))
        return STATUS_ACCESS_DENIED;
    if (m->logon_level == NetlogonNetworkInformation)
        return m->validation_level == NetlogonValidationSamInfo4 ? STATUS_SUCCESS
                                                                 : STATUS_INVALID_INFO_CLASS;
    if (m->validation_level != NetlogonValidationGenericInfo2)
        return STATUS_INVALID_INFO_CLASS;
    if (!bytes_equal_nocase(m->package, BYTES_LIT("WDigest")))
        return STATUS_NOT_SUPPORTED;
    return netlogon_digest_question(x->t, m->message, q) ? STATUS_SUCCESS
                                                         : STATUS_INVALID_PARAMETER;
}

bool netlogon_serve_logon(struct call *x, struct bytes stub, struct bytes *answer)
{
    const struct netlogon_server_config *config = &x->server->config;
    struct netr_sam_logon_ex m, out = {0};
    struct logon_question q;
    struct logon_answer a = {.authoritative = true};
    if (!netr_sam_logon_ex_read(stub, false, x->t->mem, x->t->faults, &m))
        return unread(x);
    a.status = question_of(x, &m, &q);
    tell(x->t, a.status ? STEP_REFUSED : STEP_DONE, "netlogon.server.logon",
         A_STR("computer", x->connection->computer), A_TEXT("user", q.user),
         A_TEXT("domain", q.domain), A_TEXT("workstation", q.workstation),
         A_INT("sequence", (int64_t)x->connection->security.sequence - 1),
         A_NTSTATUS("status", a.status));
    if (!a.status && !config->verify(config->arg, x->t, &q, &a))
        return false;
    out.validation_level = m.validation_level;
    out.authoritative = a.authoritative;
    out.status = a.status;
    if (!a.status && q.kind == LOGON_DIGEST) {
        out.generic = netlogon_digest_answer(x->t, &a);
        if (!out.generic.n)
            return false;
    } else if (!a.status) {
        out.info = a.info;
    }
    *answer = netr_sam_logon_ex_write(x->t->mem, true, &out);
    tell(x->t, STEP_DONE, "netlogon.server.answer", A_NTSTATUS("status", out.status));
    return true;
}
