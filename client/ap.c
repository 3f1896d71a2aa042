/* The AP exchange inside HTTP's Negotiate (RFC 4120 3.2, RFC 4121 4.1, RFC 4559 4): what a browser
 * does. */
#include "client/inside.h"

#include "base/text.h"
#include "wire/gss.h"
#include "wire/http.h"

#include <string.h>

bool client_ap_begin(struct client *c, struct turn *t)
{
    const struct cred *cred =
        client_cache_find(c, c->task.trail.target, &c->task.sname, c->task.second_ticket);
    if (!cred || cred->endtime <= t->now || c->task.anew || (cred->flags & TKT_INVALID))
        return client_tgs_begin(c, t);
    c->task.cred = cred;
    tell(t, STEP_DONE, "client.ap.cached",
         A_STR("server", client_shown(t->mem, &cred->server, cred->srealm)),
         A_TIME("until", cred->endtime));
    return c->task.browse ? client_browse_ticket(c, t) : client_ap_send(c, t);
}

/* ---- the request ----------------------------------------------------------------------------- */

bool client_ap_token(struct client *c, struct turn *t, const struct cred *cred, bool mutual,
                     const uint8_t *bindings, struct ap_sent *sent)
{
    struct Ticket ticket;
    struct AP_REQ req;
    uint8_t seq[4];
    if (!asn_decode(&ASN_Ticket, cred->ticket, ASN_DEPLOYED, t->mem, NULL, &ticket) ||
        !key_random(t->crypto, t->rng, "subkey", cred->session.etype, &sent->subkey))
        return false;
    rng_fill(t->rng, "sequence", seq, sizeof seq);
    sent->seq_number = be32(seq) & 0x3fffffff;
    sent->ctime = t->now;
    uint32_t options =
        (mutual ? AP_OPT_MUTUAL_REQUIRED : 0) | (cred->user_to_user ? AP_OPT_USE_SESSION_KEY : 0);
    uint32_t flags = GSS_REPLAY | GSS_SEQUENCE | GSS_CONF | GSS_INTEG;
    struct gss_checksum fields = {.flags = flags | (mutual ? GSS_MUTUAL : 0)};
    if (bindings)
        memcpy(fields.bindings, bindings, sizeof fields.bindings);
    struct Checksum sum = {.cksumtype = CKSUMTYPE_GSS,
                           .checksum = gss_checksum_write(t->mem, &fields)};
    struct ap_request ask = {.ticket = &ticket,
                             .session = &cred->session,
                             .crealm = cred->crealm,
                             .cname = &cred->client,
                             .ap_options = options,
                             .usage = USAGE_AP_AUTHENTICATOR,
                             .cksum = &sum,
                             .subkey = &sent->subkey,
                             .has_seq_number = true,
                             .seq_number = sent->seq_number,
                             .ctime = t->now};
    if (!ap_request_build(t, &ask, &req))
        return false;
    struct bytes der = asn_encode(&ASN_AP_REQ, &req, t->mem);
    tell(t, STEP_DONE, "client.ap.request",
         A_STR("server", client_shown(t->mem, &cred->server, cred->srealm)), A_TIME("time", t->now),
         A_INT("sequence", sent->seq_number),
         A_STR("mutual", mutual ? "it must prove itself too" : "no proof is asked of it"));
    tell_key(t, .holder = c->config.party,
             .name = client_key_name(t->mem, "subkey", &cred->client, &cred->server, cred->srealm),
             .etype = sent->subkey.etype, .value = key_bytes(&sent->subkey),
             .cause = "client.ap.request");
    sent->request = der;
    return der.n != 0;
}

/* Nothing of what a user typed may begin another line of the head. */
bool client_fits_head(const char *s)
{
    for (; *s; s++)
        if ((unsigned char)*s <= ' ' || (unsigned char)*s >= 0x7f)
            return false;
    return true;
}

bool client_ap_send(struct client *c, struct turn *t)
{
    struct ap_sent sent = {0};
    if (!client_fits_head(c->task.target) || !client_fits_head(c->task.host) || !*c->task.target)
        return client_refuse(
            c, t, FIND_NAME,
            (struct detail){.found = text_escape(t->mem, bytes_str(c->task.target))});
    if (!client_ap_token(c, t, c->task.cred, c->task.mutual, NULL, &sent))
        return false;
    struct bytes token = gss_token_write(t->mem, TOK_AP_REQ, sent.request);
    const char *fields[] = {
        arena_printf(t->mem, "Host: %s", c->task.host),
        arena_printf(t->mem, "Authorization: Negotiate %s", base64_text(t->mem, token)),
        "User-Agent: tessera",
        "Accept: */*",
    };
    struct bytes data = http_write(t->mem, arena_printf(t->mem, "GET %s HTTP/1.1", c->task.target),
                                   fields, sizeof fields / sizeof *fields, (struct bytes){0});
    tell(t, STEP_DONE, "client.http.get", A_STR("target", c->task.target),
         A_STR("host", c->task.host), A_INT("octets", (int64_t)token.n));
    client_send_request(c, t, AWAIT_PAGE, c->task.service, data);
    c->task.sent = sent;
    wipe(&sent, sizeof sent);
    return true;
}

/* ---- the answer ------------------------------------------------------------------------------ */

struct answer {
    struct http_message http;
    bool has_token;
    struct gss_token token;
};

/* Of several challenges the one of Negotiate is taken; without base64 it is no token but an offer.
 */
static bool read_answer(struct client *c, struct turn *t, const struct packet *p, struct answer *a)
{
    size_t used, at;
    *a = (struct answer){0};
    if (http_read(p->data, t->mem, t->faults, &a->http, &used) != HTTP_WHOLE || used != p->data.n ||
        a->http.is_request) {
        client_refuse(c, t, FIND_HTTP, (struct detail){0});
        return false;
    }
    for (size_t i = 0; i < a->http.n_fields && !a->has_token; i++) {
        const struct http_field *f = &a->http.fields[i];
        struct bytes octets = {0};
        if (!bytes_equal_nocase(f->name, bytes_str("WWW-Authenticate")) ||
            !http_negotiate(f->value, t->mem, NULL, &octets, &at) || !octets.n)
            continue;
        if (!gss_token_read(octets, t->faults, &a->token) ||
            !bytes_equal(a->token.mech, GSS_KRB5_OID)) {
            client_refuse(c, t, FIND_TOKEN, (struct detail){0});
            return false;
        }
        a->has_token = true;
    }
    return true;
}

static bool refused_by_service(struct client *c, struct turn *t, const struct answer *a)
{
    struct KRB_ERROR e;
    if (a->has_token && a->token.tok_id == TOK_KRB_ERROR) {
        if (!client_read_error(c, t, a->token.inner, &e))
            return true;
        return client_refuse_error(c, t, &e);
    }
    return client_refuse(
        c, t, FIND_STATUS,
        (struct detail){.expected = "200",
                        .found = arena_printf(t->mem, "HTTP %d %s", a->http.status,
                                              text_escape(t->mem, a->http.reason))});
}

static void make_context(struct client *c, struct turn *t, const struct cred *cred,
                         const struct ap_sent *sent, const struct EncAPRepPart *part,
                         struct security_context *out)
{
    *out = (struct security_context){.session = cred->session,
                                     .initiator = sent->subkey,
                                     .send_seq = sent->seq_number,
                                     .receive_seq = sent->seq_number};
    if (part && part->has_seq_number)
        out->receive_seq = (uint32_t)part->seq_number;
    if (part && part->has_subkey && key_from_wire(&part->subkey, &out->acceptor))
        tell_key(t, .holder = c->config.party,
                 .name = client_key_name(t->mem, "acceptor subkey", &cred->client, &cred->server,
                                         cred->srealm),
                 .etype = out->acceptor.etype, .value = key_bytes(&out->acceptor),
                 .cause = "client.ap.proof");
}

/* RFC 4120 3.2.5: only who could open the ticket can echo the time under the session key. */
bool client_ap_proof(struct client *c, struct turn *t, const struct cred *cred,
                     const struct ap_sent *sent, struct bytes der, struct security_context *out,
                     struct detail *why)
{
    struct AP_REP rep;
    struct EncAPRepPart part;
    *why = (struct detail){.expected = "AP-REP"};
    if (!asn_decode(&ASN_AP_REP, der, ASN_DEPLOYED, t->mem, t->faults, &rep))
        return false;
    int32_t code = ap_reply_check(t, &rep, &cred->session, sent->ctime, "client.ap", &part);
    *why =
        (struct detail){.found = code ? name_text(t->mem, NAMES_ERROR, code) : NULL, .code = code};
    if (code)
        return false;
    tell(t, STEP_DONE, "client.ap.proof", A_TIME("time", sent->ctime));
    make_context(c, t, cred, sent, &part, out);
    return true;
}

static bool service_proved(struct client *c, struct turn *t, const struct answer *a)
{
    struct detail why;
    if (a->token.tok_id != TOK_AP_REP) {
        client_refuse(c, t, FIND_TOKEN, (struct detail){.expected = "AP-REP"});
        return false;
    }
    if (client_ap_proof(c, t, c->task.cred, &c->task.sent, a->token.inner, &c->context, &why))
        return true;
    client_refuse(c, t, FIND_PROOF, why);
    return false;
}

bool client_ap_page(struct client *c, const struct packet *p, struct turn *t)
{
    struct answer a;
    if (!read_answer(c, t, p, &a))
        return true;
    if (a.http.status < 200 || a.http.status > 299)
        return refused_by_service(c, t, &a);
    if (!a.has_token && c->task.mutual)
        return client_refuse(c, t, FIND_NO_PROOF, (struct detail){.found = "none"});
    if (a.has_token && !service_proved(c, t, &a))
        return true;
    if (!a.has_token)
        make_context(c, t, c->task.cred, &c->task.sent, NULL, &c->context);
    tell(t, STEP_DONE, "client.http.page", A_INT("status", a.http.status),
         A_INT("octets", (int64_t)a.http.body.n));
    struct bytes shown = bytes_slice(a.http.body, 0, 200);
    while (shown.n && shown.p[shown.n - 1] <= ' ')
        shown.n--;
    return client_grant(c, arena_printf(t->mem, "HTTP %d, %zu octets%s: %s", a.http.status,
                                        a.http.body.n,
                                        a.has_token ? ", and the service proved itself" : "",
                                        text_escape(t->mem, shown)));
}
