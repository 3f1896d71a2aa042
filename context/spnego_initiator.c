/* SPNEGO, the initiator's side. */
#include "context/spnego_inside.h"

#include "wire/codec.h"

static const struct bytes nothing;

/* ---- the first token ------------------------------------------------------------------------- */

static bool make_list(struct spnego *s, struct turn *t)
{
    struct bytes oids[SPNEGO_MECHS_MAX];
    struct MechTypeList list = {oids, s->n_mechs - s->first};
    for (size_t i = 0; i < list.n; i++)
        oids[i] = s->mechs[s->first + i].oid;
    s->mech_list = arena_copy(s->mem, asn_encode(&ASN_MechTypeList, &list, t->mem));
    tell_under(t, STEP_DONE, s->step, "mechs",
               A_STR("offered", neg_names(t, s->mechs + s->first, list.n)),
               A_STR("mechanism", s->running->name), A_BYTES("list", s->mech_list));
    return s->mech_list.n != 0;
}

/* The mechanism preferred has its first token, in the hope that the acceptor takes it. */
static enum mech_state offer(struct spnego *s, struct turn *t, enum mech_state state,
                             struct bytes token, struct bytes *out)
{
    if (!token.n || !make_list(s, t))
        return MECH_TROUBLE;
    s->state = SPNEGO_TOKENS;
    s->mech_done = state == MECH_DONE;
    *out = neg_token_write(
        t->mem, &(struct neg_token){.init = true, .mech_list = s->mech_list, .token = token});
    return out->n ? MECH_CONTINUE : MECH_TROUBLE;
}

/* The first mechanism that can begin heads the list. */
static enum mech_state begin(struct spnego *s, struct turn *t, struct bytes *out)
{
    for (; s->first < s->n_mechs; s->first++) {
        const struct mech *m = &s->mechs[s->first];
        struct bytes token = {0};
        neg_begin(s, m, m->oid);
        enum mech_state state = m->step(m->arg, t, nothing, &token);
        s->waiting = state == MECH_WAITING;
        if (s->raw)
            return neg_raw_after(s, t, state, token, out);
        if (state == MECH_CONTINUE || state == MECH_DONE)
            return offer(s, t, state, token, out);
        if (state != MECH_REFUSED)
            return state;
        tell_under(t, STEP_NOTED, s->step, "struck", A_STR("mechanism", m->name));
    }
    return neg_refuse(s, t, NEG_NONE_BEGINS, NULL, nothing, out);
}

/* ---- what the mechanism did with the acceptor's token ---------------------------------------- */

static bool is_completed(const struct spnego *s)
{
    return s->came.has_state && s->came.state == NEG_ACCEPT_COMPLETED;
}

/* The mechanism's last token is ours: the checksum goes with it, and the acceptor has the last
 * word.
 */
static enum mech_state send_last(struct spnego *s, struct turn *t, struct bytes token,
                                 struct bytes *out)
{
    struct neg_token last = {.has_state = true, .state = NEG_ACCEPT_INCOMPLETE, .token = token};
    if (is_completed(s))
        return neg_refuse(s, t, NEG_NOT_DONE, NULL, nothing, out);
    if (neg_mic_wanted(s) && !neg_mic_make(s, t, &last.mic))
        return neg_refuse(s, t, NEG_NO_KEY, s->running->name, nothing, out);
    if (s->mic_sent)
        s->state = SPNEGO_MIC;
    return neg_send(s, t, &last, MECH_CONTINUE, out);
}

/* Nothing of the mechanism is left to send. */
static enum mech_state finish(struct spnego *s, struct turn *t, struct bytes *out)
{
    struct neg_token last = {.has_state = true, .state = NEG_ACCEPT_COMPLETED};
    if (s->mic_checked && !s->mic_sent && !is_completed(s)) {
        if (!neg_mic_make(s, t, &last.mic))
            return neg_refuse(s, t, NEG_NO_KEY, s->running->name, nothing, out);
        enum mech_state state = neg_send(s, t, &last, MECH_DONE, out);
        return state == MECH_DONE ? neg_done(s, t) : state;
    }
    if (!s->mic_checked && (s->mic_sent || neg_mic_wanted(s)))
        return neg_refuse(s, t, NEG_MIC_MISSING, NULL, nothing, out);
    if (s->came.has_state && !is_completed(s))
        return neg_refuse(s, t, NEG_NOTHING_LEFT, NULL, nothing, out);
    return neg_done(s, t);
}

enum mech_state neg_initiate_after(struct spnego *s, struct turn *t, enum mech_state state,
                                   struct bytes token, struct bytes *out)
{
    s->waiting = state == MECH_WAITING;
    if (s->state == SPNEGO_START) { /* it waited with its first token */
        if (state == MECH_CONTINUE || state == MECH_DONE)
            return offer(s, t, state, token, out);
        if (state != MECH_REFUSED)
            return state;
        tell_under(t, STEP_NOTED, s->step, "struck", A_STR("mechanism", s->running->name));
        s->first++;
        return begin(s, t, out);
    }
    if (state == MECH_REFUSED)
        return neg_refuse(s, t, NEG_MECH_REFUSED, s->running->name, nothing, out);
    if (state == MECH_CONTINUE) {
        struct neg_token next = {.has_state = true, .state = NEG_ACCEPT_INCOMPLETE, .token = token};
        if (s->came.mic.n)
            return neg_refuse(s, t, NEG_MIC_EARLY, NULL, nothing, out);
        if (is_completed(s))
            return neg_refuse(s, t, NEG_NOT_DONE, NULL, nothing, out);
        return token.n ? neg_send(s, t, &next, MECH_CONTINUE, out) : MECH_TROUBLE;
    }
    if (state != MECH_DONE)
        return state;
    s->mech_done = true;
    if (s->came.mic.n && !neg_mic_check(s, t, s->came.mic))
        return neg_refuse(s, t, NEG_MIC_WRONG, NULL, nothing, out);
    return token.n ? send_last(s, t, token, out) : finish(s, t, out);
}

/* ---- the acceptor's tokens ------------------------------------------------------------------- */

static void tell_choice(struct spnego *s, struct turn *t, struct bytes oid)
{
    if (!told(t))
        return;
    const char *offered = neg_names(t, s->mechs + s->first, s->n_mechs - s->first);
    tell_under(t, STEP_DONE, s->step, "chosen", A_STR("mechanism", s->chosen->name),
               A_STR("token", s->optimistic ? "the token that went is for it"
                                            : "the token that went is for another one"),
               A_STR("mic", s->mic_required ? "must" : ""));
    const struct decision_input inputs[] = {{"offered", s->party, offered},
                                            {"supportedMech", "acceptor", neg_oid_name(t, oid)}};
    tell_decision(t, .id = arena_printf(t->mem, "%s.mechanism", s->step),
                  .rule = "The one of those offered that the acceptor names.",
                  .outcome = s->chosen->name, .spec = "RFC 4178 4.2.2", .inputs = inputs, .n = 2);
}

/* The mechanism that the first answer names; NULL: it was not offered. The two numbers of Kerberos
 * are one mechanism: with a token that answers the one that went, it was taken, whichever number is
 * named. */
static const struct mech *offered(const struct spnego *s, const struct neg_token *answer)
{
    if (answer->token.n && neg_same(answer->mech, s->running_oid))
        return s->running;
    for (size_t i = s->first; i < s->n_mechs; i++)
        if (bytes_equal(s->mechs[i].oid, answer->mech))
            return &s->mechs[i];
    return NULL;
}

/* The first answer: which mechanism, and whether the list must be signed. */
static bool take_choice(struct spnego *s, struct turn *t, const struct neg_token *token,
                        struct bytes *out)
{
    if (!token->has_state)
        return neg_refuse(s, t, NEG_STATE_MISSING, NULL, nothing, out), false;
    if (!token->mech.n)
        return neg_refuse(s, t, NEG_MECH_MISSING, NULL, nothing, out), false;
    const struct mech *m = offered(s, token);
    if (!m)
        return neg_refuse(s, t, NEG_NOT_OFFERED, neg_oid_name(t, token->mech), nothing, out), false;
    s->optimistic = m == s->running;
    s->mic_required = !s->optimistic || token->state == NEG_REQUEST_MIC;
    if (!s->optimistic) {
        neg_begin(s, m, token->mech);
        if (token->state == NEG_ACCEPT_COMPLETED)
            return neg_refuse(s, t, NEG_NOT_DONE, NULL, nothing, out), false;
        if (token->token.n)
            return neg_refuse(s, t, NEG_TOKEN_EARLY, NULL, nothing, out), false;
        if (token->state != NEG_REQUEST_MIC && m->mic && !s->windows)
            return neg_refuse(s, t, NEG_NO_REQUEST, "accept-incomplete", nothing, out), false;
    }
    s->chosen = m;
    s->running_oid = arena_copy(s->mem, token->mech);
    tell_choice(s, t, token->mech);
    return true;
}

/* The mechanism hears why, if there is a token that says it. */
static enum mech_state take_reject(struct spnego *s, struct turn *t, const struct neg_token *token,
                                   struct bytes *out)
{
    struct bytes ignored = {0};
    if (token->token.n && !s->mech_done)
        s->running->step(s->running->arg, t, token->token, &ignored);
    return neg_refuse(s, t, NEG_REJECTED, NULL, nothing, out);
}

static enum mech_state take_token(struct spnego *s, struct turn *t, const struct neg_token *token,
                                  bool first, struct bytes *out)
{
    struct bytes answer = {0};
    enum mech_state state = MECH_DONE;
    s->came.has_state = token->has_state;
    s->came.state = token->state;
    s->came.mic = arena_copy(s->mem, token->mic);
    if (token->token.n && s->mech_done)
        return neg_refuse(s, t, NEG_TOKEN_LATE, NULL, nothing, out);
    if (!token->token.n && !s->mech_done && !(first && !s->optimistic))
        return neg_refuse(s, t, is_completed(s) ? NEG_NOT_DONE : NEG_TOKEN_MISSING, NULL, nothing,
                          out);
    if (!s->mech_done)
        state = s->running->step(s->running->arg, t, token->token, &answer);
    return neg_initiate_after(s, t, state, answer, out);
}

enum mech_state neg_initiate(struct spnego *s, struct turn *t, struct bytes in, struct bytes *out)
{
    struct neg_token token;
    bool first = !s->chosen;
    if (s->state == SPNEGO_START)
        return begin(s, t, out);
    if (!neg_token_read(in, s->windows, t->mem, t->faults, &token))
        return neg_refuse_read(s, t, out);
    if (token.init)
        return neg_refuse(s, t, NEG_NOT_RESP, "NegTokenInit", nothing, out);
    if (token.has_state && token.state == NEG_REJECT)
        return take_reject(s, t, &token, out);
    if (first && !take_choice(s, t, &token, out))
        return MECH_REFUSED;
    if (!first && token.mech.n && !bytes_equal(token.mech, s->running_oid))
        return neg_refuse(s, t, NEG_MECH_CHANGED, neg_oid_name(t, token.mech), nothing, out);
    if (!first && token.has_state && token.state == NEG_REQUEST_MIC)
        return neg_refuse(s, t, NEG_LATE, NULL, nothing, out);
    return take_token(s, t, &token, first, out);
}
