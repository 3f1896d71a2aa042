/* The AS exchange (RFC 4120 3.1): what kinit does. */
#include "client/fast.h"

#include <string.h>

static const struct preauth_row *const mechanisms[] = {&client_preauth_challenge,
                                                       &client_preauth_timestamp};

/* With a keytab, the types it has keys for go first: the KDC takes the reply key's type from the
 * front of the list. */
static bool keytab_has(const struct client *c, int32_t etype)
{
    for (size_t i = 0; c->task.keytab && i < c->task.keytab->n; i++)
        if (c->task.keytab->entries[i].etype == etype)
            return true;
    return false;
}

static void list_etypes(const struct client *c, struct turn *t, struct KDC_REQ_BODY *body)
{
    size_t n = 0;
    body->etype.at = arena_array(t->mem, int64_t, c->config.n_etypes);
    for (int first = 1; first >= 0; first--)
        for (size_t i = 0; i < c->config.n_etypes; i++)
            if (keytab_has(c, c->config.etypes[i]) == (bool)first)
                body->etype.at[n++] = c->config.etypes[i];
    body->etype.n = n;
}

/* One AS-REQ, with the elements given before the ones every request has. */
static bool ask(struct client *c, struct turn *t, const struct PA_DATA *first, size_t n)
{
    struct task *task = &c->task;
    const struct party *kdc = client_kdc_for(c, t, task->crealm);
    if (!kdc)
        return true;
    struct PA_DATA *padata = arena_array(t->mem, struct PA_DATA, n + 1);
    if (n)
        memcpy(padata, first, n * sizeof *padata);
    padata[n].padata_type = PA_REQ_ENC_PA_REP;
    padata[n].padata_value = BYTES_LIT("");

    struct KDC_REQ req = {.pvno = 5, .msg_type = 10, .has_padata = true};
    req.padata.at = padata;
    req.padata.n = n + 1;
    uint32_t nonce = client_draw_nonce(t);
    req.req_body = (struct KDC_REQ_BODY){
        .kdc_options = task->options,
        .has_cname = true,
        .cname = task->cname,
        .realm = task->crealm,
        .has_sname = true,
        .sname = task->sname,
        .has_from = task->from != 0,
        .from = task->from,
        .till = task->till,
        .has_rtime = task->rtime != 0,
        .rtime = task->rtime,
        .nonce = nonce,
        .has_addresses = task->addresses.n != 0,
        .addresses = task->addresses,
    };
    list_etypes(c, t, &req.req_body);
    struct bytes data =
        client_fast_wrap(c, t, &req) ? asn_encode(&ASN_AS_REQ, &req, t->mem) : (struct bytes){0};
    if (!data.n)
        return false;
    tell(t, STEP_DONE, "client.as.request",
         A_STR("client", client_shown(t->mem, &task->cname, task->crealm)),
         A_STR("server", client_shown(t->mem, &task->sname, task->srealm)),
         A_TIME("until", task->till), A_INT("nonce", nonce),
         A_STR("proof", n ? "with a proof" : "without a proof"));
    client_send_request(c, t, AWAIT_AS_REP, kdc, data);
    task->nonce = nonce;
    return true;
}

static bool ask_with_proof(struct client *c, struct turn *t, const struct preauth_row *mechanism,
                           const struct PA_DATA *cookie)
{
    struct PA_DATA elements[2];
    size_t n = 0;
    if (cookie)
        elements[n++] = *cookie;
    if (!mechanism->answer(c, t, &elements[n++]) || !ask(c, t, elements, n))
        return false;
    c->task.rounds++;
    return true;
}

bool client_as_begin(struct client *c, struct turn *t)
{
    struct key_hint hint;
    c->task.options |= KDC_OPT_RENEWABLE_OK;
    if (c->task.fast.file && !client_fast_arm(c, t))
        return true;
    if (!c->task.timestamp_first)
        return ask(c, t, NULL, 0);
    client_key_hint(c, t, NULL, 0, 0, &hint);
    tell(t, STEP_NOTED, "client.as.guess", A_ETYPE("etype", hint.etype), A_TEXT("salt", hint.salt));
    if (!client_long_term_key(c, t, hint.etype, hint.salt, hint.params))
        return client_refuse_key(c, t, hint.etype, hint.params);
    return ask_with_proof(
        c, t, c->task.fast.key.n ? &client_preauth_challenge : &client_preauth_timestamp, NULL);
}

bool client_as_again(struct client *c, struct turn *t)
{
    return ask(c, t, NULL, 0);
}

/* ---- the KDC wants a proof ----------------------------------------------------------------------
 */

/* Who asks as nobody has no key to prove (RFC 8062 4). */
static const struct preauth_row *choose(const struct client *c, const struct METHOD_DATA *methods,
                                        const struct PA_DATA **cookie)
{
    const struct preauth_row *chosen = NULL;
    const bool armored = c->task.fast.key.n != 0;
    *cookie = NULL;
    for (size_t i = 0; i < methods->n; i++) {
        if (methods->at[i].padata_type == PA_FX_COOKIE)
            *cookie = &methods->at[i];
        for (size_t m = 0; m < sizeof mechanisms / sizeof *mechanisms; m++)
            if (!chosen && !c->task.anonymous && mechanisms[m]->armored == armored &&
                mechanisms[m]->type == methods->at[i].padata_type)
                chosen = mechanisms[m];
    }
    return chosen;
}

static char *method_names(struct turn *t, const struct METHOD_DATA *methods)
{
    char *text = arena_str(t->mem, bytes_str(""));
    for (size_t i = 0; i < methods->n && i < 12; i++)
        text = arena_printf(t->mem, "%s%s%s", text, i ? ", " : "",
                            name_text(t->mem, NAMES_PADATA, methods->at[i].padata_type));
    return text;
}

/* With a keytab, only a type that it has is of use. */
static bool hint_for(struct client *c, struct turn *t, const struct METHOD_DATA *methods,
                     struct key_hint *hint)
{
    if (!c->task.keytab)
        return client_key_hint(c, t, methods->at, methods->n, 0, hint);
    for (size_t i = 0; i < c->config.n_etypes; i++)
        if (keytab_has(c, c->config.etypes[i]) &&
            client_key_hint(c, t, methods->at, methods->n, c->config.etypes[i], hint))
            return true;
    return false;
}

static bool prove(struct client *c, struct turn *t, const struct METHOD_DATA *methods)
{
    const struct PA_DATA *cookie;
    const struct preauth_row *mechanism = choose(c, methods, &cookie);
    struct key_hint hint;
    if (!mechanism)
        return client_refuse(c, t, FIND_NO_METHOD,
                             (struct detail){.found = method_names(t, methods),
                                             .expected = c->task.anonymous ? "PKINIT" : NULL});
    tell(t, STEP_DONE, "client.as.method", A_STR("offered", method_names(t, methods)),
         A_STR("chosen", name_text(t->mem, NAMES_PADATA, mechanism->type)));
    if (!hint_for(c, t, methods, &hint))
        return client_refuse(c, t, FIND_NO_KEY, (struct detail){.found = "none that was offered"});
    tell(t, STEP_DONE, "client.as.etype-info", A_ETYPE("etype", hint.etype),
         A_TEXT("salt", hint.salt), A_BYTES("params", hint.params),
         A_STR("source", !hint.told           ? "the usual one"
                         : c->task.fast.key.n ? "from the KDC, inside the armor"
                                              : "from the KDC"),
         A_STR("bare", c->task.fast.key.n ? "" : "Nobody has vouched for this hint yet"));
    if (!client_long_term_key(c, t, hint.etype, hint.salt, hint.params))
        return client_refuse_key(c, t, hint.etype, hint.params);
    return ask_with_proof(c, t, mechanism, cookie);
}

/* A proof made by guess may have failed because of the salt alone: worth one more try, when what
 * the KDC says now differs from the guess. */
static bool guess_was_wrong(struct client *c, struct turn *t, const struct KRB_ERROR *e,
                            const struct METHOD_DATA *methods)
{
    struct key_hint hint;
    return e->error_code == KDC_ERR_PREAUTH_FAILED && c->task.timestamp_first &&
           c->task.rounds == 1 && client_key_hint(c, t, methods->at, methods->n, 0, &hint) &&
           hint.told &&
           (hint.etype != c->task.long_term.etype || !bytes_equal(hint.salt, c->task.salt) ||
            !bytes_equal(hint.params, c->task.params));
}

bool client_as_error(struct client *c, const struct packet *p, struct turn *t)
{
    struct KRB_ERROR e;
    struct METHOD_DATA methods = {0};
    if (!client_read_error(c, t, p->data, &e) || client_too_big(c, t, &e))
        return true;
    if (!client_fast_error(c, t, &e, &methods))
        return true;
    bool data =
        methods.n ||
        (e.has_e_data &&
         (e.error_code == KDC_ERR_PREAUTH_REQUIRED || e.error_code == KDC_ERR_PREAUTH_FAILED) &&
         asn_decode(&ASN_METHOD_DATA, e.e_data, ASN_DEPLOYED, t->mem, t->faults, &methods));
    if (e.error_code == KDC_ERR_PREAUTH_REQUIRED) {
        if (!data)
            return client_refuse(c, t, FIND_MALFORMED, (struct detail){.expected = "METHOD-DATA"});
        if (c->task.rounds >= 1 + (unsigned)c->task.timestamp_first)
            return client_refuse(c, t, FIND_ROUNDS, (struct detail){0});
        return prove(c, t, &methods);
    }
    if (e.error_code == KDC_ERR_WRONG_REALM && e.has_crealm && e.crealm.n &&
        (c->task.options & KDC_OPT_CANONICALIZE))
        return client_as_referral(c, t, e.crealm);
    if (data && guess_was_wrong(c, t, &e, &methods))
        return prove(c, t, &methods);
    return client_refuse_error(c, t, &e);
}

/* ---- AS-REP ---------------------------------------------------------------------------------- */

/* The key that the sealed part needs: made already for the proof, or now for the first time where
 * no proof was asked. */
static bool reply_key(struct client *c, struct turn *t, const struct KDC_REP *rep)
{
    struct key_hint hint;
    int32_t etype = (int32_t)rep->enc_part.etype;
    if (!client_etype_offered(c, etype)) {
        client_refuse(c, t, FIND_ETYPE,
                      (struct detail){.found = name_text(t->mem, NAMES_ETYPE, etype)});
        return false;
    }
    bool told =
        client_key_hint(c, t, rep->padata.at, rep->has_padata ? rep->padata.n : 0, etype, &hint) &&
        hint.told;
    if ((!told && c->task.long_term.n && c->task.long_term.etype == etype) ||
        client_long_term_key(c, t, etype, hint.salt, hint.params))
        return true;
    client_refuse_key(c, t, etype, hint.params);
    return false;
}

/* RFC 6806 11: the KDC says under the seal, by a checksum in the reply key, which request it saw. A
 * KDC that sets the flag and leaves the checksum out is not believed. */
static bool request_confirmed(struct client *c, struct turn *t, const struct EncKDCRepPart *part)
{
    if (!(part->flags & TKT_ENC_PA_REP)) {
        tell(t, STEP_NOTED, "client.rep.unconfirmed");
        return true;
    }
    for (size_t i = 0; part->has_encrypted_pa_data && i < part->encrypted_pa_data.n; i++) {
        const struct PA_DATA *pa = &part->encrypted_pa_data.at[i];
        struct Checksum sum;
        if (pa->padata_type != PA_REQ_ENC_PA_REP ||
            !asn_decode(&ASN_Checksum, pa->padata_value, ASN_DEPLOYED, t->mem, t->faults, &sum))
            continue;
        if (!checksum_is_keyed((int32_t)sum.cksumtype) ||
            !checksum_verify(t->crypto, (int32_t)sum.cksumtype, &c->task.reply, USAGE_AS_REQ,
                             c->task.request, sum.checksum))
            break;
        c->task.confirmed = true;
        tell(t, STEP_DONE, "client.rep.confirmed", A_INT("octets", (int64_t)c->task.request.n),
             A_USAGE("usage", USAGE_AS_REQ));
        return true;
    }
    client_refuse(c, t, FIND_CONFIRMED, (struct detail){0});
    return false;
}

bool client_as_reply(struct client *c, const struct packet *p, struct turn *t)
{
    struct KDC_REP rep;
    struct EncKDCRepPart part;
    if (!client_read_reply(c, t, p, &ASN_AS_REP, &rep) || !client_fast_reply(c, t, &rep) ||
        !reply_key(c, t, &rep))
        return true;
    if (!client_fast_strengthen(c, t, &c->task.long_term, &c->task.reply))
        return false;
    enum open_result opened =
        open_value(t, &rep.enc_part, &c->task.reply, USAGE_AS_REP, &ASN_EncASRepPart, &part);
    if (opened == OPEN_DECODE)
        return client_refuse(c, t, FIND_MALFORMED, (struct detail){.expected = "EncASRepPart"});
    if (opened != OPEN_OK)
        return client_refuse(c, t, FIND_SEALED, (struct detail){0});
    tell(t, STEP_DONE, "client.rep.open", A_ETYPE("etype", c->task.reply.etype),
         A_USAGE("usage", USAGE_AS_REP));
    if (!request_confirmed(c, t, &part) || !client_reply_check(c, t, &rep, &part))
        return true;
    const struct cred *tgt = client_cache_keep_reply(c, t, &rep, &part);
    if (c->task.kind == CLIENT_PASSWORD) {
        c->task.cred = tgt;
        return client_kpasswd_send(c, t);
    }
    if (c->task.logging_on)
        return client_browse_logged_on(c, t);
    c->cname = tgt->client;
    c->crealm = tgt->crealm;
    c->known = true;
    client_browse_logon(c, 0);
    client_browse_hash(c, t);
    char until[WHEN_TEXT];
    return client_grant(c, arena_printf(t->mem, "%s: ticket for %s until %s",
                                        client_shown(t->mem, &rep.cname, rep.crealm),
                                        client_shown(t->mem, &part.sname, part.srealm),
                                        when_text(part.endtime, false, until)));
}
