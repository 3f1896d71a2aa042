/* Changing a password (RFC 3244): a logon for kadmin/changepw, then the new password under the
 * subkey of an authenticator made for it: what kpasswd does. */
#include "client/inside.h"

#include "base/text.h"
#include "context/protected.h"
#include "wire/kpasswd.h"

/* ---- the request ----------------------------------------------------------------------------- */

/* What the answer is checked against; the task takes it over when the request is on its way. */
struct sent {
    struct key subkey;
    uint32_t seq_number;
};

static bool build_ap_req(struct client *c, struct turn *t, struct sent *sent, struct bytes *out)
{
    const struct cred *cred = c->task.cred;
    struct Ticket ticket;
    struct AP_REQ req;
    uint8_t seq[4];
    if (!asn_decode(&ASN_Ticket, cred->ticket, ASN_DEPLOYED, t->mem, NULL, &ticket) ||
        !key_random(t->crypto, t->rng, "subkey", cred->session.etype, &sent->subkey))
        return false;
    rng_fill(t->rng, "sequence", seq, sizeof seq);
    sent->seq_number = be32(seq) & 0x3fffffff;
    struct ap_request ask = {.ticket = &ticket,
                             .session = &cred->session,
                             .crealm = cred->crealm,
                             .cname = &cred->client,
                             .ap_options = AP_OPT_MUTUAL_REQUIRED,
                             .usage = USAGE_AP_AUTHENTICATOR,
                             .subkey = &sent->subkey,
                             .has_seq_number = true,
                             .seq_number = sent->seq_number,
                             .ctime = t->now};
    if (!ap_request_build(t, &ask, &req))
        return false;
    tell_key(t, .holder = c->config.party,
             .name = client_key_name(t->mem, "subkey", &cred->client, &cred->server, cred->srealm),
             .etype = sent->subkey.etype, .value = key_bytes(&sent->subkey),
             .cause = "client.kpasswd.request");
    *out = asn_encode(&ASN_AP_REQ, &req, t->mem);
    return out->n != 0;
}

/* One's own name could be left out; kadmind of MIT reads none without. */
static struct bytes what_is_asked(const struct client *c, struct turn *t)
{
    const struct task *task = &c->task;
    bool own = !task->target_name.name_string.n;
    struct ChangePasswdData data = {.newpasswd = task->new_password,
                                    .has_targname = true,
                                    .targname = own ? task->cname : task->target_name,
                                    .has_targrealm = true,
                                    .targrealm = own ? task->crealm : task->target_realm};
    return asn_encode(&ASN_ChangePasswdData, &data, t->mem);
}

bool client_kpasswd_send(struct client *c, struct turn *t)
{
    struct task *task = &c->task;
    struct sent sent = {0};
    struct kpasswd_message m = {.version = KPASSWD_SET};
    struct bytes data = what_is_asked(c, t);
    if (!data.n || !build_ap_req(c, t, &sent, &m.ap))
        return false;
    struct protected_end end = {.key = sent.subkey,
                                .with_seq = true,
                                .send_seq = sent.seq_number,
                                .ours = &address_of_initiator};
    if (!priv_build(t, &end, data, &m.rest))
        return false;
    struct bytes request = kpasswd_write(t->mem, &m);
    bool own = !task->target_name.name_string.n;
    tell(t, STEP_DONE, "client.kpasswd.request",
         A_STR("target", own ? client_shown(t->mem, &task->cname, task->crealm)
                             : client_shown(t->mem, &task->target_name, task->target_realm)),
         A_USAGE("usage", USAGE_KRB_PRIV), A_INT("sequence", sent.seq_number));
    client_send_request(c, t, AWAIT_PASSWORD, c->config.kdc, request);
    task->subkey = sent.subkey;
    task->seq_number = sent.seq_number;
    task->ctime = t->now;
    wipe(&sent, sizeof sent);
    wipe(&end, sizeof end);
    return request.n != 0;
}

/* ---- the answer ------------------------------------------------------------------------------ */

/* As kpasswd says them. */
static const char *words_of(uint16_t code)
{
    static const char *const words[] = {
        [1] = "Malformed request error",  [2] = "Server error",  [3] = "Authentication error",
        [4] = "Password change rejected", [5] = "Access denied", [6] = "Wrong protocol version",
        [7] = "Initial password required"};
    return code && code < sizeof words / sizeof *words ? words[code] : "Password change failed";
}

static bool refused(struct client *c, struct turn *t, const struct kpasswd_result *result)
{
    const char *text = text_escape(t->mem, bytes_slice(result->text, 0, 200));
    return client_refuse(
        c, t, FIND_RESULT,
        (struct detail){.found = arena_printf(t->mem, "%s%s%s", words_of(result->code),
                                              *text ? ": " : "", text),
                        .code = KPASSWD_RESULTS + result->code});
}

/* Nothing protects it: it may end the exchange. That the password was changed it cannot say. */
static bool answered_in_clear(struct client *c, struct turn *t, struct bytes error)
{
    struct KRB_ERROR e;
    struct kpasswd_result result;
    if (!client_read_error(c, t, error, &e) || client_too_big(c, t, &e))
        return true;
    if (e.has_e_data && kpasswd_result_read(e.e_data, NULL, &result) && result.code)
        return refused(c, t, &result);
    return client_refuse_error(c, t, &e);
}

/* RFC 4120 3.2.5, 3.5.2. */
static bool open_result(struct client *c, struct turn *t, const struct kpasswd_message *m,
                        struct kpasswd_result *result)
{
    struct AP_REP rep;
    struct EncAPRepPart part = {0};
    struct bytes data;
    if (!asn_decode(&ASN_AP_REP, m->ap, ASN_DEPLOYED, t->mem, t->faults, &rep)) {
        client_refuse(c, t, FIND_MALFORMED, (struct detail){.expected = "AP-REP"});
        return false;
    }
    int32_t code =
        ap_reply_check(t, &rep, &c->task.cred->session, c->task.ctime, "client.kpasswd.ap", &part);
    struct protected_end end = {.key = c->task.subkey,
                                .skew = c->config.skew,
                                .with_seq = true,
                                .receive_seq = (uint32_t)part.seq_number,
                                .ours = &address_of_initiator};
    if (!code)
        code = priv_check(t, &end, m->rest, &data);
    wipe(&end, sizeof end);
    if (code) {
        client_refuse(c, t, FIND_RESULT_PROOF,
                      (struct detail){.found = name_text(t->mem, NAMES_ERROR, code), .code = code});
        return false;
    }
    if (kpasswd_result_read(data, t->faults, result))
        return true;
    client_refuse(c, t, FIND_MALFORMED, (struct detail){.expected = "a result code"});
    return false;
}

bool client_kpasswd_reply(struct client *c, const struct packet *p, struct turn *t)
{
    struct kpasswd_message m;
    struct kpasswd_result result;
    if (!kpasswd_read(p->data, t->faults, &m))
        return client_refuse(c, t, FIND_MALFORMED,
                             (struct detail){.expected = "a reply to a change of password"});
    if (!m.ap.n)
        return answered_in_clear(c, t, m.rest);
    if (!open_result(c, t, &m, &result))
        return true;
    if (result.code)
        return refused(c, t, &result);
    tell(t, STEP_DONE, "client.kpasswd.result",
         A_STR("text", text_escape(t->mem, bytes_slice(result.text, 0, 200))));
    return client_grant(c, "Password changed.");
}

bool client_kpasswd_error(struct client *c, const struct packet *p, struct turn *t)
{
    return answered_in_clear(c, t, p->data);
}
