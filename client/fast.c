/* FAST on the client's side (RFC 6113 5.4): the armor made of a ticket that is there already, the
 * request put inside, the answer taken out. What should have come armored and did not is not
 * believed. */
#include "client/fast.h"

/* ---- the armor ------------------------------------------------------------------------------- */

static struct PrincipalName name_of(struct turn *t, const struct ccache_principal *p)
{
    struct PrincipalName name = {.name_type = p->name_type};
    name.name_string.n = p->n_components;
    name.name_string.at = arena_array(t->mem, struct bytes, p->n_components);
    for (size_t i = 0; i < p->n_components; i++)
        name.name_string.at[i] = p->components[i];
    return name;
}

/* The newest ticket-granting ticket of the realm in the cache that is given as armor. */
static bool find_armor(struct client *c, struct turn *t, struct cred *out)
{
    const struct ccache *file = c->task.fast.file;
    struct PrincipalName tgs = client_tgs_name(t->mem, c->task.crealm);
    for (size_t i = file->n; i-- > 0;) {
        const struct ccache_cred *f = &file->creds[i];
        *out = (struct cred){.client = name_of(t, &f->client),
                             .server = name_of(t, &f->server),
                             .crealm = f->client.realm,
                             .srealm = f->server.realm,
                             .endtime = f->endtime * SECOND,
                             .ticket = f->ticket};
        if (out->endtime > t->now && bytes_equal(out->srealm, c->task.crealm) &&
            principal_equal(&out->server, &tgs) && key_import(f->etype, f->key, &out->session))
            return true;
    }
    return false;
}

static void tell_fast_key(struct client *c, struct turn *t, const char *what, const struct key *key,
                          const struct PrincipalName *client, const struct PrincipalName *server,
                          struct bytes realm, const char *cause)
{
    tell_key(t, .holder = c->config.party,
             .name = client_key_name(t->mem, what, client, server, realm), .etype = key->etype,
             .value = key_bytes(key), .cause = cause);
}

static void tell_task_key(struct client *c, struct turn *t, const char *what, const struct key *key,
                          const char *cause)
{
    tell_fast_key(c, t, what, key, &c->task.cname, &c->task.sname, c->task.srealm, cause);
}

bool client_fast_arm(struct client *c, struct turn *t)
{
    struct fast *fast = &c->task.fast;
    struct cred by;
    struct Ticket ticket;
    struct AP_REQ req;
    struct key subkey;
    if (!find_armor(c, t, &by) ||
        !asn_decode(&ASN_Ticket, by.ticket, ASN_DEPLOYED, t->mem, NULL, &ticket))
        return !client_refuse(c, t, FIND_ARMOR, (struct detail){0});
    struct ap_request want = {.ticket = &ticket,
                              .session = &by.session,
                              .crealm = by.crealm,
                              .cname = &by.client,
                              .usage = USAGE_AP_AUTHENTICATOR,
                              .subkey = &subkey,
                              .ctime = t->now};
    if (!key_random(t->crypto, t->rng, "armor-subkey", by.session.etype, &subkey) ||
        !ap_request_build(t, &want, &req) ||
        !fast_armor_key(t->crypto, &subkey, &by.session, &fast->key))
        return !client_refuse(c, t, FIND_ARMOR, (struct detail){0});
    fast->armor.armor_type = FX_FAST_ARMOR_AP_REQUEST;
    fast->armor.armor_value = arena_copy(c->mem, asn_encode(&ASN_AP_REQ, &req, t->mem));
    tell(t, STEP_DONE, "client.fast.armor",
         A_STR("by", client_shown(t->mem, &by.client, by.crealm)), A_TIME("until", by.endtime),
         A_ETYPE("etype", fast->key.etype));
    tell_fast_key(c, t, "session", &by.session, &by.client, &by.server, by.srealm,
                  "client.fast.armor");
    tell_fast_key(c, t, "subkey", &subkey, &by.client, &by.server, by.srealm, "client.fast.armor");
    tell_fast_key(c, t, "armor", &fast->key, &by.client, &by.server, by.srealm,
                  "client.fast.armor");
    wipe(&subkey, sizeof subkey);
    wipe(&by.session, sizeof by.session);
    return true;
}

bool client_fast_arm_tgs(struct client *c, struct turn *t)
{
    const struct cred *tgt = c->task.cred;
    if (!tgt->armored)
        return true;
    if (!fast_armor_key(t->crypto, &c->task.subkey, &tgt->session, &c->task.fast.key))
        return false;
    tell(t, STEP_DONE, "client.fast.implicit", A_ETYPE("etype", c->task.fast.key.etype));
    tell_fast_key(c, t, "armor", &c->task.fast.key, &tgt->client, &tgt->server, tgt->srealm,
                  "client.fast.implicit");
    return true;
}

/* ---- the request ----------------------------------------------------------------------------- */

bool client_fast_wrap(struct client *c, struct turn *t, struct KDC_REQ *req)
{
    struct fast *fast = &c->task.fast;
    if (!fast->key.n)
        return true;
    bool tgs = req->msg_type == 12;
    struct PA_DATA *outer = arena_array(t->mem, struct PA_DATA, 2);
    struct KrbFastReq inner = {.fast_options = fast->hide ? FAST_HIDE_CLIENT_NAMES : 0,
                               .req_body = req->req_body};
    inner.padata.at = req->padata.at + tgs; /* PA-TGS-REQ, the first there, stays outside */
    inner.padata.n = req->padata.n - tgs;
    if (fast->hide && req->req_body.has_cname)
        req->req_body.cname = fast_anonymous_name();
    struct bytes covered = tgs ? req->padata.at[0].padata_value
                               : asn_encode(&ASN_KDC_REQ_BODY, &req->req_body, t->mem);
    if (tgs)
        outer[0] = req->padata.at[0];
    outer[tgs].padata_type = PA_FX_FAST;
    if (!covered.n || !fast_request_value(t, &fast->key, tgs ? NULL : &fast->armor, covered, &inner,
                                          &outer[tgs].padata_value))
        return false;
    req->padata.at = outer;
    req->padata.n = 1 + (size_t)tgs;
    tell(t, STEP_DONE, "client.fast.request", A_INT("elements", (int64_t)inner.padata.n),
         A_USAGE("usage", USAGE_FAST_ENC),
         A_STR("hidden", fast->hide ? "the name outside is nobody's" : ""));
    return true;
}

/* ---- the answer ------------------------------------------------------------------------------ */

static bool fails(struct client *c, struct turn *t, enum finding what, const char *found,
                  int32_t code)
{
    return !client_refuse(c, t, what, (struct detail){.found = found, .code = code});
}

static bool open_response(struct client *c, struct turn *t, struct bytes value,
                          struct KrbFastResponse *out)
{
    struct PA_FX_FAST_REPLY reply;
    if (!asn_decode(&ASN_PA_FX_FAST_REPLY, value, ASN_DEPLOYED, t->mem, t->faults, &reply) ||
        open_value(t, &reply.armored_data.enc_fast_rep, &c->task.fast.key, USAGE_FAST_REP,
                   &ASN_KrbFastResponse, out) != OPEN_OK)
        return fails(c, t, FIND_FAST, "it does not open with the armor key", 0);
    if (out->nonce != c->task.nonce)
        return fails(c, t, FIND_FAST, "its nonce is of another request", 0);
    tell(t, STEP_DONE, "client.fast.open", A_ETYPE("etype", c->task.fast.key.etype),
         A_USAGE("usage", USAGE_FAST_REP), A_INT("nonce", out->nonce));
    return true;
}

bool client_fast_error(struct client *c, struct turn *t, struct KRB_ERROR *e,
                       struct METHOD_DATA *methods)
{
    if (!c->task.fast.key.n)
        return true;
    struct KrbFastResponse response;
    struct METHOD_DATA outer = {0};
    int32_t code = (int32_t)e->error_code;
    if (e->has_e_data)
        asn_decode(&ASN_METHOD_DATA, e->e_data, ASN_DEPLOYED, t->mem, NULL, &outer);
    const struct PA_DATA *fast = padata_find(outer.at, outer.n, PA_FX_FAST);
    if (!fast || !fast->padata_value.n)
        return fails(c, t, FIND_BARE, name_text(t->mem, NAMES_ERROR, code),
                     code ? code : KRB_ERR_GENERIC);
    if (!open_response(c, t, fast->padata_value, &response))
        return false;
    const struct PA_DATA *inner = padata_find(response.padata.at, response.padata.n, PA_FX_ERROR);
    if (!inner ||
        !asn_decode(&ASN_KRB_ERROR, inner->padata_value, ASN_DEPLOYED, t->mem, t->faults, e))
        return fails(c, t, FIND_FAST, "there is no error in it", 0);
    methods->at = arena_array(t->mem, struct PA_DATA, response.padata.n);
    for (size_t i = 0; i < response.padata.n; i++)
        if (&response.padata.at[i] != inner)
            methods->at[methods->n++] = response.padata.at[i];
    tell(t, STEP_DONE, "client.fast.error", A_ERROR("code", e->error_code),
         A_TEXT("text", e->has_e_text ? e->e_text : bytes_str("")));
    return true;
}

static bool check_finished(struct client *c, struct turn *t, const struct KrbFastResponse *response,
                           struct KDC_REP *rep)
{
    const struct KrbFastFinished *f = &response->finished;
    if (!response->has_finished)
        return fails(c, t, FIND_FINISHED, "it is missing", 0);
    int32_t type = (int32_t)f->ticket_checksum.cksumtype;
    if (!checksum_is_keyed(type) ||
        !checksum_verify(t->crypto, type, &c->task.fast.key, USAGE_FAST_FINISHED, rep->ticket.der,
                         f->ticket_checksum.checksum))
        return fails(c, t, FIND_FINISHED, "its checksum is not over the ticket that came", 0);
    bool hidden = !principal_equal(&rep->cname, &f->cname);
    tell(t, STEP_DONE, "client.fast.finished", A_INT("octets", (int64_t)rep->ticket.der.n),
         A_USAGE("usage", USAGE_FAST_FINISHED),
         A_STR("hidden", hidden ? client_shown(t->mem, &f->cname, f->crealm) : ""));
    rep->crealm = f->crealm;
    rep->cname = f->cname;
    return true;
}

/* Heimdal 7 seals its challenge with the key of the client's. That takes the same two keys, and the
 * usage keeps it from being the client's own sent back: it proves as much. */
static bool open_challenge(struct client *c, struct turn *t, const struct EncryptedData *sealed,
                           struct key *key, struct PA_ENC_TS_ENC *stamp)
{
    bool (*const make[])(struct crypto *, const struct key *, const struct key *,
                         struct key *) = {fast_kdc_challenge_key, fast_client_challenge_key};
    for (size_t i = 0; i < 2; i++)
        if (make[i](t->crypto, &c->task.fast.key, &c->task.long_term, key) &&
            open_value(t, sealed, key, USAGE_ENC_CHALLENGE_KDC, &ASN_PA_ENC_TS_ENC, stamp) ==
                OPEN_OK) {
            if (i)
                tell(t, STEP_NOTED, "client.fast.kdc-other");
            return true;
        }
    return false;
}

/* The KDC shows that it has the client's key too, before its ticket is believed (RFC 6113 5.4.6).
 */
static bool check_kdc(struct client *c, struct turn *t, const struct KrbFastResponse *response)
{
    if (!c->task.fast.challenged)
        return true;
    const struct PA_DATA *pa =
        padata_find(response->padata.at, response->padata.n, PA_ENCRYPTED_CHALLENGE);
    struct EncryptedData sealed;
    struct PA_ENC_TS_ENC stamp;
    struct key key;
    if (!pa)
        return fails(c, t, FIND_KDC, "it is missing", 0);
    if (!asn_decode(&ASN_EncryptedChallenge, pa->padata_value, ASN_DEPLOYED, t->mem, t->faults,
                    &sealed) ||
        !open_challenge(c, t, &sealed, &key, &stamp))
        return fails(c, t, FIND_KDC, "it does not open", 0);
    tell(t, STEP_DONE, "client.fast.kdc",
         A_TIME("time", stamp.patimestamp + (stamp.has_pausec ? stamp.pausec : 0)),
         A_USAGE("usage", USAGE_ENC_CHALLENGE_KDC));
    tell_task_key(c, t, "KDC challenge", &key, "client.fast.kdc");
    wipe(&key, sizeof key);
    return true;
}

bool client_fast_reply(struct client *c, struct turn *t, struct KDC_REP *rep)
{
    struct fast *fast = &c->task.fast;
    struct KrbFastResponse response;
    if (!fast->key.n)
        return true;
    const struct PA_DATA *pa =
        rep->has_padata ? padata_find(rep->padata.at, rep->padata.n, PA_FX_FAST) : NULL;
    if (!pa)
        return fails(c, t, FIND_BARE, "a reply", KRB_AP_ERR_MODIFIED);
    if (!open_response(c, t, pa->padata_value, &response) ||
        !check_finished(c, t, &response, rep) || !check_kdc(c, t, &response))
        return false;
    if (response.has_strengthen_key && !key_from_wire(&response.strengthen_key, &fast->strengthen))
        return fails(c, t, FIND_FAST, "its strengthening key is of no known type", 0);
    rep->has_padata = true;
    rep->padata.at = response.padata.at;
    rep->padata.n = response.padata.n;
    if (response.has_strengthen_key)
        tell_task_key(c, t, "strengthen", &fast->strengthen, "client.fast.open");
    return true;
}

bool client_fast_strengthen(struct client *c, struct turn *t, const struct key *weaker,
                            struct key *out)
{
    const struct key *strengthen = &c->task.fast.strengthen;
    *out = *weaker;
    if (!strengthen->n)
        return true;
    if (!fast_reply_key(t->crypto, strengthen, weaker, out))
        return false;
    tell(t, STEP_DONE, "client.fast.strengthen", A_ETYPE("etype", out->etype));
    tell_task_key(c, t, "strengthened reply", out, "client.fast.strengthen");
    return true;
}
