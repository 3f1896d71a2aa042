/* The AP exchange, the acceptor's side (RFC 4120 3.2, RFC 4121 4.1). */
#include "service/inside.h"

#include <string.h>

enum next service_ap_read(struct visit *v)
{
    if (!asn_decode(&ASN_AP_REQ, v->token.inner, ASN_DEPLOYED, v->turn->mem, v->turn->faults,
                    &v->req))
        return service_refuse(v, FIND_AP_REQ, 401, KRB_AP_ERR_MSG_TYPE, NULL);
    tell(v->turn, STEP_DONE, "service.ap.read", A_INT("octets", (int64_t)v->token.inner.n));
    return NEXT;
}

/* ---- the ticket and its authenticator -------------------------------------------------------- */

static void tell_shared(struct visit *v, const char *what, const struct key *key, const char *cause)
{
    const struct bytes none = {0};
    struct turn *t = v->turn;
    if (!key->n)
        return;
    tell_key(t, .holder = v->service->config.party,
             .name = arena_printf(t->mem, "%s %s-%s", what,
                                  principal_text(t->mem, &v->checked.ticket.cname, none),
                                  principal_text(t->mem, &v->req.ticket.sname, none)),
             .etype = key->etype, .value = key_bytes(key), .cause = cause);
}

enum next service_ap_ticket(struct visit *v)
{
    struct ap_keys keys = {service_find_key, v};
    const struct service_config *config = &v->service->config;
    const struct party *from = config->any_address ? NULL : v->packet->from;
    struct key own;
    bool logged_on =
        config->own_session.find && config->own_session.find(config->own_session.arg, &own);
    struct ap_policy policy = {.skew = config->skew,
                               .usage = USAGE_AP_AUTHENTICATOR,
                               .step = "service.ap",
                               .own_session = logged_on ? &own : NULL,
                               .own_realm = config->realm,
                               .check_path = true,
                               .sender = from ? from->address : (struct bytes){0}};
    int32_t code = ap_check(v->turn, &v->req, &keys, &policy, &v->checked);
    if (v->req.ap_options & AP_OPT_USE_SESSION_KEY && logged_on)
        v->ticket_key = own;
    wipe(&own, sizeof own);
    /* What was opened is known from then on, whatever the later checks say. */
    tell_shared(v, "session", &v->checked.session, "service.ap.ticket");
    tell_shared(v, "subkey", &v->checked.subkey, "service.ap.authenticator");
    if (code == KRB_AP_ERR_BAD_INTEGRITY && v->service->config.windows_errors)
        code = KRB_AP_ERR_MODIFIED;
    if (code)
        return service_refuse(v, FIND_REFUSED, 401, code,
                              name_text(v->turn->mem, NAMES_ERROR, code));
    return NEXT;
}

/* ---- replay (RFC 4120 3.2.3) ----------------------------------------------------------------- */

static uint8_t *put(uint8_t *at, struct bytes b)
{
    put_be32(at, (uint32_t)b.n);
    if (b.n)
        memcpy(at + 4, b.p, b.n);
    return at + 4 + b.n;
}

/* Server, client, time and microseconds, and the sealed authenticator itself: two requests of one
 * client in the same microsecond are not taken for one. Lengths go first, so that no two tuples
 * have the same octets. */
static struct bytes replay_key(struct visit *v)
{
    struct arena *mem = v->turn->mem;
    const struct Authenticator *a = &v->checked.authenticator;
    struct bytes parts[] = {
        bytes_str(principal_text(mem, &v->req.ticket.sname, v->req.ticket.realm)),
        bytes_str(principal_text(mem, &a->cname, a->crealm)),
        v->req.authenticator.cipher,
    };
    size_t n = 8;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        n += 4 + parts[i].n;
    uint8_t *octets = arena_take(mem, n), *at = octets;
    put_be64(at, (uint64_t)(a->ctime + a->cusec));
    at += 8;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        at = put(at, parts[i]);
    return bytes_of(octets, n);
}

/* A clock that was ahead by the whole skew when the message first came has the whole skew behind to
 * go until its time is refused: twice the skew, then, and a second for what is cut off. */
enum next service_ap_replay(struct visit *v)
{
    const struct replay_cache *cache = &v->service->config.replay;
    const struct Authenticator *a = &v->checked.authenticator;
    int64_t window = 2 * v->service->config.skew + SECOND;
    if (!cache->insert(cache->arg, replay_key(v), v->turn->now, window))
        return service_refuse(v, FIND_REPLAY, 401, KRB_AP_ERR_REPEAT, service_client_name(v));
    tell(v->turn, STEP_DONE, "service.ap.replay", A_STR("client", service_client_name(v)),
         A_TIME("time", a->ctime + a->cusec), A_SPAN("window", window));
    return NEXT;
}

/* ---- GSS-API's checksum and the context ------------------------------------------------------ */

static const char *flag_names(struct visit *v, uint32_t flags)
{
    size_t n;
    const struct name_row *table = name_table(NAMES_GSS_FLAG, &n);
    const char *text = "";
    for (size_t i = 0; i < n; i++)
        if (flags & table[i].number)
            text = arena_printf(v->turn->mem, "%s%s%s", text, *text ? " " : "", table[i].name);
    return *text ? text : "none";
}

enum next service_ap_checksum(struct visit *v)
{
    static const uint8_t none[16];
    const struct Authenticator *a = &v->checked.authenticator;
    if (!a->has_cksum)
        return service_refuse(v, FIND_CHECKSUM, 401, KRB_AP_ERR_INAPP_CKSUM, "no checksum");
    if (a->cksum.cksumtype != CKSUMTYPE_GSS)
        return service_refuse(v, FIND_CHECKSUM, 401, KRB_AP_ERR_INAPP_CKSUM,
                              name_text(v->turn->mem, NAMES_CKSUMTYPE, a->cksum.cksumtype));
    if (!gss_checksum_read(a->cksum.checksum, v->turn->faults, &v->fields))
        return service_refuse(v, FIND_CHECKSUM, 401, KRB_AP_ERR_MODIFIED, "one that does not read");
    tell(v->turn, STEP_DONE, "service.ap.checksum", A_STR("flags", flag_names(v, v->fields.flags)));
    if (!bytes_equal(bytes_of(v->fields.bindings, sizeof none), bytes_of(none, sizeof none)))
        tell(v->turn, STEP_NOTED, "service.ap.bindings",
             A_BYTES("bindings", bytes_of(v->fields.bindings, sizeof v->fields.bindings)));
    return NEXT;
}

static bool wants_proof(const struct visit *v)
{
    return (v->fields.flags & GSS_MUTUAL) || (v->req.ap_options & AP_OPT_MUTUAL_REQUIRED);
}

/* RFC 4121 2, 4.2.2: without a number or a subkey of its own, the acceptor uses the initiator's. */
enum next service_ap_context(struct visit *v)
{
    const struct Authenticator *a = &v->checked.authenticator;
    struct security_context context = {
        .session = v->checked.session,
        .initiator = v->checked.subkey,
        .receive_seq = a->has_seq_number ? (uint32_t)a->seq_number : 0,
        .flags = v->fields.flags,
    };
    context.send_seq = context.receive_seq;
    if (wants_proof(v)) {
        uint8_t seq[4];
        rng_fill(v->turn->rng, "sequence", seq, sizeof seq);
        context.send_seq = v->seq_number = be32(seq) & 0x3fffffff;
        v->has_seq_number = true;
        if (v->service->config.acceptor_subkey &&
            !key_random(v->turn->crypto, v->turn->rng, "acceptor-subkey", v->checked.session.etype,
                        &v->acceptor))
            return TROUBLE;
        context.acceptor = v->acceptor;
    }
    v->service->context = context;
    tell(v->turn, STEP_DONE, "service.ap.context", A_STR("client", service_client_name(v)),
         A_INT("receive", context.receive_seq), A_INT("send", context.send_seq));
    return NEXT;
}

enum next service_ap_answer(struct visit *v)
{
    struct AP_REP rep;
    if (!wants_proof(v)) {
        tell(v->turn, STEP_NOTED, "service.ap.silent");
        return NEXT;
    }
    if (!ap_reply_build(v->turn, &v->checked, v->acceptor.n ? &v->acceptor : NULL,
                        v->has_seq_number, v->seq_number, &rep))
        return TROUBLE;
    struct bytes der = asn_encode(&ASN_AP_REP, &rep, v->turn->mem);
    if (!der.n)
        return TROUBLE;
    v->ap_rep = der;
    v->answer = gss_token_write(v->turn->mem, TOK_AP_REP, der);
    tell(v->turn, STEP_DONE, "service.ap.answer",
         A_TIME("time", v->checked.authenticator.ctime + v->checked.authenticator.cusec),
         A_STR("subkey", v->acceptor.n ? "with a subkey of its own" : ""));
    tell_shared(v, "acceptor subkey", &v->acceptor, "service.ap.answer");
    return NEXT;
}
