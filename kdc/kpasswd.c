/* Changing passwords (RFC 3244), at port 464: a ticket for kadmin/changepw shows who asks, a
 * KRB-PRIV under the subkey of its authenticator brings the new password. The list at the end is
 * the exchange.
 *
 * An exchange of the AS and TGS stands at the front of a change, so that steps are run and told by
 * the same runner. Codes are errors of Kerberos, or results of the password protocol
 * (KRB5_KPASSWD_...); the reply turns the former into KRB5_KPASSWD_AUTHERROR. */
#include "context/address.h"
#include "context/protected.h"
#include "kdc/inside.h"
#include "wire/kpasswd.h"

#include <string.h>

struct change {
    struct exchange x; /* first */
    struct kpasswd_message message;
    struct ap_checked ap;
    struct ChangePasswdData data;
    const struct account *target; /* whose password it is */
    struct protected_end end;
    bool common_key; /* what is answered can be sealed */
    const char *why; /* for the user */
};

static struct change *change_of(struct exchange *x)
{
    return (struct change *)x;
}

static struct PrincipalName changepw(void)
{
    static struct bytes parts[] = {BYTES_LIT("kadmin"), BYTES_LIT("changepw")};
    return (struct PrincipalName){.name_type = NT_SRV_INST, .name_string = {parts, 2}};
}

/* ---- who asks -------------------------------------------------------------------------------- */

static int32_t step_request(struct exchange *x)
{
    struct change *c = change_of(x);
    if (told(x->turn))
        SAY(x,
            A_STR("version", name_text(x->turn->mem, NAMES_KPASSWD_VERSION, c->message.version)));
    if (c->message.version != KPASSWD_CHANGE && c->message.version != KPASSWD_SET)
        return refuse(x, KRB5_KPASSWD_BAD_VERSION, "unknown protocol version");
    return DONE;
}

static int32_t find_key(void *arg, struct turn *turn, const struct Ticket *t, struct key *out)
{
    struct exchange *x = arg;
    struct PrincipalName ours = changepw();
    if (!bytes_equal(t->realm, realm_name(x->realm)) || !principal_equal(&t->sname, &ours))
        return KRB_AP_ERR_NOT_US;
    const struct account *a = realm_find(x->realm, turn->mem, &ours);
    uint32_t kvno = t->enc_part.has_kvno ? (uint32_t)t->enc_part.kvno : 0;
    const struct account_key *k = a ? account_key(a, kvno, (int32_t)t->enc_part.etype) : NULL;
    if (!k)
        return a && account_key(a, kvno, 0) ? KRB_AP_ERR_NOKEY : KRB_AP_ERR_BADKEYVER;
    tell_account_key(x, a, k, "kdc.kpasswd.ap.key");
    *out = k->key;
    return 0;
}

static int32_t step_ap(struct exchange *x)
{
    struct change *c = change_of(x);
    struct faults faults = {.mem = x->turn->mem};
    struct AP_REQ req;
    if (!asn_decode(&ASN_AP_REQ, c->message.ap, ASN_DEPLOYED, x->turn->mem, &faults, &req)) {
        pass_faults(x->turn, &faults);
        return refuse(x, KRB5_KPASSWD_MALFORMED, "the AP-REQ is malformed");
    }
    struct ap_keys keys = {find_key, x};
    struct ap_policy policy = {
        .skew = x->policy->skew, .usage = USAGE_AP_AUTHENTICATOR, .step = "kdc.kpasswd.ap"};
    int32_t code = ap_check(x->turn, &req, &keys, &policy, &c->ap);
    if (c->ap.session.n) { /* the ticket opened */
        x->cname = &c->ap.ticket.cname;
        x->crealm = c->ap.ticket.crealm;
        tell_session_key(x, "session", &c->ap.session, x->cname, &req.ticket.sname,
                         "kdc.kpasswd.ap.ticket");
        tell_session_key(x, "subkey", &c->ap.subkey, x->cname, &req.ticket.sname,
                         "kdc.kpasswd.ap.authenticator");
    }
    x->ctime = c->ap.authenticator.ctime + c->ap.authenticator.cusec;
    return code ? refuse(x, code, "ticket or authenticator were refused") : DONE;
}

static int32_t step_replay(struct exchange *x)
{
    struct ledger *ledger = x->kdc->config.ledger;
    if (!ledger)
        return SILENT;
    int64_t window = x->ctime + x->policy->skew - x->turn->now;
    SAY(x, A_TIME("ctime", x->ctime), A_SPAN("window", window));
    struct bytes seen = change_of(x)->ap.req.authenticator.cipher;
    if (replay_insert(ledger, seen, x->turn->now, window) != REPLAY_NEW)
        return refuse(x, KRB_AP_ERR_REPEAT, "this authenticator was used before");
    x->counted = true;
    return DONE;
}

/* ---- what is asked --------------------------------------------------------------------------- */

/* The sender's address is not compared, and the receiver's not looked at (RFC 3244 2): the subkey
 * is this exchange's alone, and the reply has numbers of its own. */
static int32_t step_open(struct exchange *x)
{
    struct change *c = change_of(x);
    const struct Authenticator *a = &c->ap.authenticator;
    struct bytes data;
    SAY(x, A_USAGE("usage", USAGE_KRB_PRIV));
    if (!a->has_subkey)
        return refuse(x, KRB5_KPASSWD_AUTHERROR, "the authenticator has no subkey");
    c->end = (struct protected_end){.key = c->ap.subkey,
                                    .skew = x->policy->skew,
                                    .with_seq = true,
                                    .receive_seq = a->has_seq_number ? (uint32_t)a->seq_number : 0};
    SAY(x, A_ETYPE("etype", c->end.key.etype), A_INT("sequence", c->end.receive_seq));
    int32_t code = priv_check(x->turn, &c->end, c->message.rest, &data);
    if (code) {
        SAY(x, A_STR("found", name_text(x->turn->mem, NAMES_ERROR, code)));
        return refuse(x, code, "the sealed part was refused");
    }
    c->common_key = true;
    if (c->message.version == KPASSWD_CHANGE) {
        c->data.newpasswd = data;
        return DONE;
    }
    if (!asn_decode(&ASN_ChangePasswdData, data, ASN_DEPLOYED, x->turn->mem, x->turn->faults,
                    &c->data))
        return refuse(x, KRB5_KPASSWD_MALFORMED, "what was sealed is no ChangePasswdData");
    return DONE;
}

static int32_t step_target(struct exchange *x)
{
    struct change *c = change_of(x);
    const struct ChangePasswdData *d = &c->data;
    if (d->has_targname != d->has_targrealm)
        return refuse(x, KRB5_KPASSWD_MALFORMED, "a name without its realm");
    const struct PrincipalName *name = d->has_targname ? &d->targname : x->cname;
    struct bytes realm = d->has_targname ? d->targrealm : x->crealm;
    if (told(x->turn))
        SAY(x, A_STR("target", principal_text(x->turn->mem, name, realm)),
            A_STR("client", principal_text(x->turn->mem, x->cname, x->crealm)));
    if (bytes_equal(x->crealm, realm_name(x->realm)))
        x->client = realm_lookup(x->realm, x->turn->mem, x->cname, LOOKUP_TICKET, NULL);
    if (realm_is(x->realm, realm))
        c->target = realm_lookup(x->realm, x->turn->mem, name, LOOKUP_TICKET, NULL);
    if (!x->client)
        return refuse(x, KRB5_KPASSWD_ACCESSDENIED, "who asks has no account here");
    if (!c->target)
        return refuse(x, KRB5_KPASSWD_HARDERROR, "there is no such account");
    return DONE;
}

/* One's own password needs a ticket from a logon made for this: who finds an open session must not
 * be able to change its owner's password. Another's needs the right to. */
static int32_t step_right(struct exchange *x)
{
    struct change *c = change_of(x);
    bool own = principal_equal(&c->target->name, &x->client->name);
    SAY(x, A_STR("client", x->client->text), A_STR("target", c->target->text),
        A_STR("own", own ? "its own" : "another's"), A_FLAGS("flags", c->ap.ticket.flags));
    if (client_standing(x, x->client, WITH_A_TICKET))
        return KRB5_KPASSWD_ACCESSDENIED;
    if (!own && !(x->client->flags & ACCOUNT_SETS_PASSWORDS))
        return refuse(x, KRB5_KPASSWD_ACCESSDENIED, "you may not set the password of another");
    if (own && !(c->ap.ticket.flags & TKT_INITIAL))
        return refuse(x, KRB5_KPASSWD_INITIAL_FLAG_NEEDED, "log on for this with your password");
    return DONE;
}

/* ---- the password ---------------------------------------------------------------------------- */

/* Characters: octets of UTF-8 that begin one. */
static size_t length(struct bytes password)
{
    size_t n = 0;
    for (size_t i = 0; i < password.n; i++)
        n += (password.p[i] & 0xc0) != 0x80;
    return n;
}

/* The KDC knows no passwords: what is the same makes the same key, by the parameters of then. Which
 * password it was, counted back from the present one (0); -1: none of those that are not taken. */
static int which_again(struct exchange *x, const struct account *a, struct bytes password)
{
    const struct account_key *last = NULL;
    struct key made = {0};
    size_t back = 0;
    int found = -1;
    for (size_t i = 0; i < a->n_keys && found < 0; i++) {
        const struct account_key *k = &a->keys[i];
        if (i && k->kvno == a->keys[i - 1].kvno)
            continue; /* the strongest of each version is enough */
        if (i && ++back > x->policy->password_history)
            break;
        bool alike = last && last->key.etype == k->key.etype && bytes_equal(last->salt, k->salt) &&
                     bytes_equal(last->s2kparams, k->s2kparams);
        last = alike || string_to_key(x->turn->crypto, k->key.etype, password, k->salt,
                                      k->s2kparams, &made)
                   ? k
                   : NULL;
        if (last && key_equal(&made, &k->key))
            found = (int)back;
    }
    wipe(&made, sizeof made);
    return found;
}

static int32_t step_policy(struct exchange *x)
{
    struct change *c = change_of(x);
    struct bytes password = c->data.newpasswd;
    size_t history = x->policy->password_history;
    SAY(x, A_INT("least", (int64_t)x->policy->password_min), A_STR("target", c->target->text));
    if (history)
        SAY(x, A_INT("history", (int64_t)history));
    if (length(password) < x->policy->password_min) {
        c->why = arena_printf(x->turn->mem, "The password must have at least %zu characters.",
                              x->policy->password_min);
        return refuse(x, KRB5_KPASSWD_SOFTERROR, "it is too short");
    }
    if (bytes_equal_nocase(password, bytes_str(c->target->text))) {
        c->why = "The password must not be the name of the account.";
        return refuse(x, KRB5_KPASSWD_SOFTERROR, "it is the name of the account");
    }
    int again = which_again(x, c->target, password);
    if (again == 0) {
        c->why = "The new password must not be the old one.";
        return refuse(x, KRB5_KPASSWD_SOFTERROR, "it is the old one");
    }
    if (again > 0) {
        c->why = arena_printf(x->turn->mem, "The new password must not be one of the %zu before.",
                              history);
        return refuse(x, KRB5_KPASSWD_SOFTERROR, "it was used before");
    }
    return DONE;
}

static int32_t step_change(struct exchange *x)
{
    struct change *c = change_of(x);
    const struct realm_changer *changer = x->kdc->config.changer;
    SAY(x, A_STR("target", c->target->text),
        A_INT("kvno", c->target->n_keys ? (int64_t)c->target->keys[0].kvno + 1 : 1));
    if (!changer)
        return refuse(x, KRB5_KPASSWD_HARDERROR, "passwords cannot be changed here");
    int32_t result =
        changer->set_password(changer->arg, x->turn, &c->target->name, c->data.newpasswd, &c->why);
    if (result)
        return refuse(x, KPASSWD_RESULTS + result, c->why ? c->why : "the change failed");
    return DONE;
}

static const struct step steps[] = {
    {"kdc.kpasswd.request", step_request, "RFC 3244 2"},
    {"kdc.kpasswd.ap", step_ap, "RFC 4120 3.2.3"},
    {"kdc.kpasswd.replay", step_replay, "RFC 4120 3.2.3"},
    {"kdc.kpasswd.open", step_open, "RFC 4120 3.5.2"},
    {"kdc.kpasswd.target", step_target, "RFC 3244 2"},
    {"kdc.kpasswd.right", step_right, "RFC 3244 2"},
    {"kdc.kpasswd.policy", step_policy, "RFC 3244 2"},
    {"kdc.kpasswd.change", step_change, "RFC 3244 2"},
};

/* ---- the answer ------------------------------------------------------------------------------ */

static struct bytes result_of(struct change *c, int32_t code)
{
    uint16_t number = code == 0                 ? 0
                      : code >= KPASSWD_RESULTS ? (uint16_t)(code - KPASSWD_RESULTS)
                                                : KRB5_KPASSWD_AUTHERROR - KPASSWD_RESULTS;
    const char *text = c->why ? c->why : code ? c->x.e_text : "Password changed.";
    struct kpasswd_result result = {number, bytes_str(text)};
    return kpasswd_result_write(c->x.turn->mem, &result);
}

/* Without a common key: in the clear. RFC 3244 2 wants it bare; the older form, around it the
 * numbers of a reply. */
static struct bytes open_reply(struct change *c, int32_t code)
{
    struct exchange *x = &c->x;
    struct PrincipalName sname = changepw();
    struct krb_error_args args = {.code = code >= KPASSWD_RESULTS ? KRB_ERR_GENERIC : code,
                                  .realm = realm_name(x->realm),
                                  .sname = &sname,
                                  .cname = x->cname,
                                  .crealm = x->crealm,
                                  .ctime = x->ctime,
                                  .e_text = bytes_str(x->e_text),
                                  .e_data = result_of(c, code)};
    struct bytes error = krb_error_build(x->turn, &args);
    if (c->message.version == KPASSWD_SET)
        return error;
    struct kpasswd_message reply = {.version = KPASSWD_CHANGE, .rest = error};
    return kpasswd_write(x->turn->mem, &reply);
}

/* Where we are, for the reply's s-address; a direction where that is not known. */
static struct HostAddress own_address(const struct packet *p)
{
    struct bytes address = p->to ? p->to->address : (struct bytes){0};
    if (!address.n)
        return address_of_acceptor;
    return (struct HostAddress){.addr_type = address.n == 4 ? ADDRESS_IPV4 : ADDRESS_IPV6,
                                .address = address};
}

static struct bytes sealed_reply(struct change *c, int32_t code)
{
    struct turn *turn = c->x.turn;
    struct kpasswd_message reply = {.version = KPASSWD_CHANGE};
    struct HostAddress ours = own_address(c->x.packet);
    struct AP_REP rep;
    uint8_t seq[4];
    rng_fill(turn->rng, "sequence", seq, sizeof seq);
    c->end.send_seq = be32(seq) & 0x3fffffff;
    c->end.ours = &ours;
    if (!ap_reply_build(turn, &c->ap, NULL, true, c->end.send_seq, &rep) ||
        !priv_build(turn, &c->end, result_of(c, code), &reply.rest))
        return (struct bytes){0};
    reply.ap = asn_encode(&ASN_AP_REP, &rep, turn->mem);
    return kpasswd_write(turn->mem, &reply);
}

static bool answer(struct change *c)
{
    struct exchange *x = &c->x;
    if (answered_before(x))
        return true;
    int32_t code = run_steps(x, steps, sizeof steps / sizeof *steps);
    if (code == BROKEN)
        return false;
    struct bytes reply = c->common_key ? sealed_reply(c, code) : open_reply(c, code);
    if (!reply.n)
        return false;
    tell(x->turn, STEP_DONE, "kdc.kpasswd.reply",
         A_STR("how", c->common_key ? "sealed under the subkey, beside an AP-REP"
                                    : "in a KRB-ERROR that nothing protects"),
         A_STR("result",
               name_text(x->turn->mem, NAMES_KPASSWD,
                         code == 0                 ? 0
                         : code >= KPASSWD_RESULTS ? code - KPASSWD_RESULTS
                                                   : KRB5_KPASSWD_AUTHERROR - KPASSWD_RESULTS)));
    if (x->kdc->config.ledger && x->counted)
        lookaside_keep(x->kdc->config.ledger, x->packet->data, reply, x->turn->now);
    send_reply(x, reply);
    wipe(&c->ap, sizeof c->ap);
    return true;
}

#define AP_REQ_TAG 0x6e

bool kdc_kpasswd(struct kdc *kdc, const struct packet *packet, struct turn *turn)
{
    struct change *c = arena_new_of(turn->mem, struct change); /* wiped with the turn */
    struct faults faults = {.mem = turn->mem};
    bool whole = kpasswd_read(packet->data, &faults, &c->message);
    pass_faults(turn, &faults);
    /* A reply is no request, whoever sends it: two servers would answer each other for ever. */
    if (!whole || !c->message.ap.n || c->message.ap.p[0] != AP_REQ_TAG) {
        tell(turn, STEP_NOTED, "kdc.silence", A_STR("why", kdc_faults[NOT_A_CHANGE].why));
        fault_raise(turn->faults, (struct fault){.row = &kdc_faults[NOT_A_CHANGE]});
        return true;
    }
    c->x = (struct exchange){.kdc = kdc,
                             .packet = packet,
                             .turn = turn,
                             .realm = kdc->config.realm,
                             .policy = realm_policy(kdc->config.realm)};
    return answer(c);
}
