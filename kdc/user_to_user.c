/* User-to-user (RFC 4120 2.9.2, 3.7): a ticket to somebody who has no long-term key at hand, but
 * has logged on. The request brings a second TGT, his; the new ticket is sealed with its session
 * key, which he has and the KDC finds in it. */
#include "kdc/tgs.h"

static bool asked(const struct exchange *x)
{
    return x->body->kdc_options & KDC_OPT_ENC_TKT_IN_SKEY;
}

static int32_t open_second(struct exchange *x, const struct Ticket *t, struct EncTicketPart *part)
{
    if (!is_krbtgt(&t->sname))
        return refuse(x, KDC_ERR_POLICY, "the second ticket is no TGT");
    if (!is_tgs_name(x, &t->sname) || !bytes_equal(t->realm, realm_name(x->realm)))
        return refuse(x, KRB_AP_ERR_NOT_US, "the second TGT is for another KDC");
    const struct account *tgs = realm_find(x->realm, x->turn->mem, &t->sname);
    uint32_t kvno = t->enc_part.has_kvno ? (uint32_t)t->enc_part.kvno : 0;
    const struct account_key *k = tgs ? account_key(tgs, kvno, (int32_t)t->enc_part.etype) : NULL;
    if (!k)
        return refuse(x, KRB_AP_ERR_NOKEY, "no such key of the second TGT's server");
    tell_account_key(x, tgs, k, "kdc.tgs.user-to-user");
    if (open_value(x->turn, &t->enc_part, &k->key, USAGE_TICKET, &ASN_EncTicketPart, part) !=
            OPEN_OK ||
        !key_from_wire(&part->key, &x->second))
        return refuse(x, KRB_AP_ERR_BAD_INTEGRITY, "the second TGT does not open");
    return DONE;
}

static int32_t check_second(struct exchange *x, const struct EncTicketPart *part)
{
    SAY(x, A_STR("owner", principal_text(x->turn->mem, &part->cname, part->crealm)),
        A_TIME("endtime", part->endtime));
    if (!bytes_equal(part->crealm, realm_name(x->realm)))
        return refuse(x, KDC_ERR_SERVER_NOMATCH, "the second TGT is of a foreign user");
    if (part->flags & TKT_INVALID)
        return refuse(x, KRB_AP_ERR_TKT_NYV, "the second TGT is not valid yet");
    if (x->turn->now - part->endtime > x->policy->skew)
        return refuse(x, KRB_AP_ERR_TKT_EXPIRED, "the second TGT has expired");
    return DONE;
}

int32_t step_user_to_user(struct exchange *x)
{
    if (!asked(x))
        return SILENT;
    if (!x->body->has_additional_tickets || !x->body->additional_tickets.n)
        return refuse(x, KDC_ERR_BADOPTION, "the second ticket is missing");
    struct EncTicketPart *part = arena_new_of(x->turn->mem, struct EncTicketPart);
    int32_t code = open_second(x, &x->body->additional_tickets.at[0], part);
    if (code == DONE)
        code = check_second(x, part);
    if (code != DONE)
        return code;
    x->second_owner = &part->cname;
    if (!x->body->has_sname)
        x->sname = &part->cname;
    tell_session_key(x, "session", &x->second, &part->cname,
                     &x->body->additional_tickets.at[0].sname, "kdc.tgs.user-to-user");
    SAY(x, A_ETYPE("etype", x->second.etype));
    return DONE;
}

/* By any of the names that his account answers to; nobody else can open the ticket, so to nobody
 * else must it seem to be addressed. */
int32_t step_user_to_user_owner(struct exchange *x)
{
    if (!asked(x))
        return SILENT;
    SAY(x, A_STR("owner", principal_text(x->turn->mem, x->second_owner, (struct bytes){0})),
        A_STR("account", x->server->text));
    const struct account *owner =
        realm_lookup(x->realm, x->turn->mem, x->second_owner, LOOKUP_TICKET, NULL);
    if (!owner || !principal_equal(&x->server->name, &owner->name))
        return refuse(x, KDC_ERR_SERVER_NOMATCH, "the second TGT is not the service's");
    return DONE;
}

/* The type of the second TGT's session key: its owner can use it, or he would not have it. */
int32_t step_user_to_user_etype(struct exchange *x)
{
    if (!asked(x))
        return SILENT;
    int32_t etype = x->second.etype;
    SAY(x, A_ETYPE("etype", etype));
    for (size_t i = 0; i < x->body->etype.n; i++)
        if (x->body->etype.at[i] == etype && etype_may_be_session(x->policy, etype)) {
            x->session_etype = etype;
            return DONE;
        }
    return refuse(x, KDC_ERR_ETYPE_NOSUPP, "the type is not asked for or permitted");
}

int32_t step_tgs_etype(struct exchange *x)
{
    return asked(x) ? SILENT : step_etype(x);
}
