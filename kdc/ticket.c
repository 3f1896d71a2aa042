/* What making a ticket has in common for AS and TGS: times, the session key, sealing, the reply. */
#include "context/split.h"
#include "kdc/fast.h"

/* ---- times ------------------------------------------------------------------------------------
 */

int64_t later(int64_t when, int64_t life)
{
    return life > 0 && when > NEVER - life ? NEVER : when + life;
}

int64_t sooner(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t asked_till(int64_t till)
{
    return till == 0 ? NEVER : till;
}

int64_t shortest(int64_t realm, int64_t client, int64_t server)
{
    int64_t life = realm;
    if (client && client < life)
        life = client;
    if (server && server < life)
        life = server;
    return life;
}

/* ---- options ----------------------------------------------------------------------------------
 */

/* RFC 8062 (anonymous) and MS-SFU (a ticket of the client's among the additional tickets) name bits
 * that the list of RFC 4120 does not have. */
enum { OPT_REQUEST_ANONYMOUS = 1 << 15, OPT_CNAME_IN_ADDL_TKT = 1 << 17 };

const char *option_refused(uint32_t options)
{
    if (options & OPT_CNAME_IN_ADDL_TKT)
        return "constrained delegation is not granted";
    if (options & OPT_REQUEST_ANONYMOUS)
        return "anonymous tickets are not issued";
    return NULL;
}

/* ---- keys and seals ---------------------------------------------------------------------------
 */

int32_t step_session_key(struct exchange *x)
{
    if (!key_random(x->turn->crypto, x->turn->rng, "session-key", x->session_etype, &x->session))
        return BROKEN;
    x->ticket.key = key_to_wire(&x->session);
    tell_session_key(x, "session", &x->session, x->cname, x->sname,
                     x->is_tgs ? "kdc.tgs.session-key" : "kdc.as.session-key");
    SAY(x, A_ETYPE("etype", x->session_etype));
    return DONE;
}

/* User-to-user: no kvno, for it is no long-term key (RFC 4120 3.3.3). */
static void tell_ticket(struct exchange *x, const struct key *key, uint32_t kvno)
{
    if (!x->turn->tell)
        return;
    const char *whose = x->second.n
                            ? arena_printf(x->turn->mem, "the second ticket's session with %s",
                                           reader_name(x, x->second_owner))
                            : reader_name(x, &x->server->name);
    SAY(x, A_STR("server", reader_name(x, x->sname)), A_STR("key", whose));
    if (kvno)
        SAY(x, A_INT("kvno", kvno));
    SAY(x, A_ETYPE("etype", key->etype), A_USAGE("usage", USAGE_TICKET));
}

int32_t step_ticket(struct exchange *x)
{
    const struct account_key *k = x->server_key;
    const struct key *key = x->second.n ? &x->second : &k->key;
    uint32_t kvno = x->second.n ? 0 : k->kvno;
    x->ticket.crealm = x->crealm;
    x->ticket.cname = *x->cname;
    x->sealed = (struct Ticket){.tkt_vno = 5, .realm = realm_name(x->realm), .sname = *x->sname};
    if (!x->second.n)
        tell_account_key(x, x->server, k, x->is_tgs ? "kdc.tgs.ticket" : "kdc.as.ticket");
    tell_ticket(x, key, kvno);
    if (!seal_value(x->turn, &ASN_EncTicketPart, &x->ticket, key, kvno, USAGE_TICKET,
                    &x->sealed.enc_part))
        return BROKEN;
    return DONE;
}

/* ---- the reply --------------------------------------------------------------------------------
 */

enum { LR_NONE, LR_PASSWORD_EXPIRES = 6, LR_ACCOUNT_EXPIRES = 7 };

/* What a logon tells the client about itself, sealed: when its password and its account end, so
 * that kinit can warn. One element must stand (RFC 4120 5.4.2). */
static void add_ends(struct exchange *x, struct EncKDCRepPart *part)
{
    const struct account *a = x->is_tgs ? NULL : x->client;
    struct LastReq_item *last = arena_array(x->turn->mem, struct LastReq_item, 2);
    size_t n = 0;
    if (a && a->password_expires)
        SAY(x, A_TIME("password_ends", a->password_expires));
    if (a && a->expires)
        SAY(x, A_TIME("account_ends", a->expires));
    if (a && a->password_expires)
        last[n++] = (struct LastReq_item){.lr_type = LR_PASSWORD_EXPIRES,
                                          .lr_value = seconds_of(a->password_expires)};
    if (a && a->expires)
        last[n++] = (struct LastReq_item){.lr_type = LR_ACCOUNT_EXPIRES,
                                          .lr_value = seconds_of(a->expires)};
    part->has_key_expiration = n != 0;
    part->key_expiration = n == 2 ? sooner(last[0].lr_value, last[1].lr_value) : last[0].lr_value;
    if (!n)
        last[n++] = (struct LastReq_item){.lr_type = LR_NONE, .lr_value = seconds_of(x->turn->now)};
    part->last_req.at = last;
    part->last_req.n = n;
}

struct EncKDCRepPart reply_part(struct exchange *x)
{
    const struct EncTicketPart *t = &x->ticket;
    struct EncKDCRepPart part = {
        .key = t->key,
        .nonce = x->body->nonce,
        .flags = t->flags,
        .authtime = t->authtime,
        .has_starttime = t->has_starttime,
        .starttime = t->starttime,
        .endtime = t->endtime,
        .has_renew_till = t->has_renew_till,
        .renew_till = t->renew_till,
        .srealm = realm_name(x->realm),
        .sname = *x->sname,
        .has_caddr = t->has_caddr,
        .caddr = t->caddr,
    };
    add_ends(x, &part);
    return part;
}

int32_t encode_reply(struct exchange *x, struct KDC_REP *rep, const struct EncKDCRepPart *part)
{
    rep->pvno = 5;
    rep->msg_type = x->is_tgs ? 13 : 11;
    rep->crealm = x->ticket.crealm;
    rep->cname = x->ticket.cname;
    rep->ticket = x->sealed;
    if (!fast_reply(x, rep))
        return BROKEN;
    if (!seal_value(x->turn, x->is_tgs ? &ASN_EncTGSRepPart : &ASN_EncASRepPart, part,
                    &x->reply_key, x->reply_kvno, x->reply_usage, &rep->enc_part))
        return BROKEN;
    x->reply = asn_encode(x->is_tgs ? &ASN_TGS_REP : &ASN_AS_REP, rep, x->turn->mem);
    SAY(x, A_ETYPE("etype", x->reply_key.etype), A_USAGE("usage", x->reply_usage),
        A_INT("nonce", x->body->nonce));
    return x->reply.n ? DONE : BROKEN;
}
