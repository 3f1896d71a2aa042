/* SPNEGO, the acceptor's side. */
#include "context/spnego_inside.h"

#include "wire/gss.h"

static const struct bytes nothing;

/* ---- bare tokens ----------------------------------------------------------------------------- */

/* The mechanism of a token that is not SPNEGO's: NTLM's begins with its name, Kerberos' has a frame
 * of its own. */
static bool raw_mech(struct bytes in, struct bytes *oid)
{
    struct gss_token frame;
    *oid = OID_NTLMSSP;
    if (bytes_starts(in, BYTES_LIT("NTLMSSP\0")))
        return true;
    if (!in.n || in.p[0] != 0x60 || !gss_token_read(in, NULL, &frame))
        return false;
    *oid = frame.mech;
    return neg_same(frame.mech, OID_KRB5);
}

static enum mech_state accept_raw(struct spnego *s, struct turn *t, struct bytes oid,
                                  struct bytes in, struct bytes *out)
{
    struct bytes token = {0};
    s->raw = true;
    for (size_t i = 0; i < s->n_mechs && !s->running; i++)
        if (neg_same(s->mechs[i].oid, oid))
            neg_begin(s, &s->mechs[i], oid);
    if (!s->running)
        return neg_refuse(s, t, NEG_NOT_HERE, neg_oid_name(t, oid), nothing, out);
    s->chosen = s->running;
    s->optimistic = true;
    tell_under(t, STEP_DONE, s->step, "raw", A_STR("mechanism", s->chosen->name));
    enum mech_state state = s->running->step(s->running->arg, t, in, &token);
    return neg_raw_after(s, t, state, token, out);
}

/* ---- the choice ------------------------------------------------------------------------------ */

/* Where a mechanism stands in the initiator's list; list->n: nowhere. */
static size_t find(const struct spnego *s, const struct MechTypeList *list, struct bytes oid)
{
    size_t i = 0;
    while (i < list->n && !(s->windows ? neg_same : bytes_equal)(list->at[i], oid))
        i++;
    return i;
}

static bool choose(struct spnego *s, const struct MechTypeList *list, size_t *index)
{
    for (size_t i = 0; i < s->n_mechs; i++) {
        *index = find(s, list, s->mechs[i].oid);
        if (*index == list->n)
            continue;
        bool mine = s->windows || neg_same(s->mechs[0].oid, s->mechs[i].oid);
        neg_begin(s, &s->mechs[i], list->at[*index]);
        s->chosen = s->running;
        s->optimistic = *index == 0;
        s->mic_required = !s->optimistic || !mine;
        return true;
    }
    return false;
}

static void tell_choice(struct spnego *s, struct turn *t, const struct MechTypeList *list)
{
    if (!told(t))
        return;
    const char *offered = neg_oid_names(t, list), *own = neg_names(t, s->mechs, s->n_mechs);
    const char *outcome = s->chosen ? s->chosen->name : "none";
    tell_under(t, STEP_DONE, s->step, "mechs", A_STR("offered", offered), A_STR("own", own),
               A_BYTES("list", s->mech_list));
    if (s->chosen)
        tell_under(t, STEP_DONE, s->step, "chosen", A_STR("mechanism", outcome),
                   A_STR("token", s->optimistic ? "the token that came is for it"
                                                : "the token that came is for another one"),
                   A_STR("mic", s->mic_required ? "must" : ""));
    const struct decision_input inputs[] = {{"offered", "initiator", offered},
                                            {"own", s->party, own}};
    tell_decision(t, .id = arena_printf(t->mem, "%s.mechanism", s->step),
                  .rule = "The first of the acceptor's mechanisms that the initiator offers.",
                  .outcome = outcome, .spec = "RFC 4178 3.1", .inputs = inputs, .n = 2);
}

static enum mech_state accept_first(struct spnego *s, struct turn *t, const struct neg_token *token,
                                    struct bytes *out)
{
    size_t index;
    struct bytes answer = {0};
    s->mech_list = arena_copy(s->mem, token->mech_list);
    bool found = choose(s, &token->mechs, &index);
    tell_choice(s, t, &token->mechs);
    if (!found)
        return neg_refuse(s, t, NEG_NO_MECH, neg_oid_names(t, &token->mechs), nothing, out);
    s->state = SPNEGO_TOKENS;
    if (s->optimistic && token->token.n) {
        s->came.mic = arena_copy(s->mem, token->mic);
        enum mech_state state = s->running->step(s->running->arg, t, token->token, &answer);
        return neg_accept_after(s, t, state, answer, out);
    }
    if (token->mic.n)
        return neg_refuse(s, t, NEG_MIC_EARLY, NULL, nothing, out);
    return neg_send(s, t,
                    &(struct neg_token){.has_state = true,
                                        .state = s->mic_required && s->running->mic
                                                     ? NEG_REQUEST_MIC
                                                     : NEG_ACCEPT_INCOMPLETE,
                                        .mech = s->running_oid},
                    MECH_CONTINUE, out);
}

/* ---- the mechanism's tokens ------------------------------------------------------------------ */

/* The state and the mechanism go with the first answer. */
static struct neg_token answer_of(const struct spnego *s, int64_t state, struct bytes token)
{
    bool ask = !s->replied && state == NEG_ACCEPT_INCOMPLETE && s->mic_required && s->running->mic;
    return (struct neg_token){.has_state = true,
                              .state = ask ? NEG_REQUEST_MIC : state,
                              .mech = s->replied ? nothing : s->running_oid,
                              .token = token};
}

/* RFC 4178 5: with its own last token, or where the only token was the initiator's first, the
 * acceptor signs first; otherwise the initiator's checksum came with the last token, or is missed.
 */
static enum mech_state finish(struct spnego *s, struct turn *t, struct bytes token,
                              struct bytes *out)
{
    struct neg_token last = answer_of(s, NEG_ACCEPT_COMPLETED, token);
    s->mech_done = true;
    bool wanted = neg_mic_wanted(s);
    if (s->came.mic.n && !neg_mic_check(s, t, s->came.mic))
        return neg_refuse(s, t, NEG_MIC_WRONG, NULL, nothing, out);
    if (s->came.mic.n && !neg_mic_make(s, t, &last.mic))
        return neg_refuse(s, t, NEG_NO_KEY, s->running->name, nothing, out);
    if (wanted && !s->mic_checked) {
        if (!token.n && s->replied)
            return neg_refuse(s, t, NEG_MIC_MISSING, NULL, nothing, out);
        last = answer_of(s, token.n || s->replied ? NEG_ACCEPT_INCOMPLETE : NEG_REQUEST_MIC, token);
        if (!neg_mic_make(s, t, &last.mic))
            return neg_refuse(s, t, NEG_NO_KEY, s->running->name, nothing, out);
        s->state = SPNEGO_MIC;
        return neg_send(s, t, &last, MECH_CONTINUE, out);
    }
    enum mech_state state = neg_send(s, t, &last, MECH_DONE, out);
    return state == MECH_DONE ? neg_done(s, t) : state;
}

enum mech_state neg_accept_after(struct spnego *s, struct turn *t, enum mech_state state,
                                 struct bytes token, struct bytes *out)
{
    if (state == MECH_REFUSED)
        return neg_refuse(s, t, NEG_MECH_REFUSED, s->running->name, token, out);
    s->waiting = state == MECH_WAITING;
    if (state == MECH_DONE)
        return finish(s, t, token, out);
    if (state != MECH_CONTINUE)
        return state;
    if (s->came.mic.n)
        return neg_refuse(s, t, NEG_MIC_EARLY, NULL, nothing, out);
    struct neg_token answer = answer_of(s, NEG_ACCEPT_INCOMPLETE, token);
    return token.n ? neg_send(s, t, &answer, MECH_CONTINUE, out) : MECH_TROUBLE;
}

/* The mechanism is done; the initiator's checksum is all that is missing. */
static enum mech_state take_mic(struct spnego *s, struct turn *t, const struct neg_token *token,
                                struct bytes *out)
{
    if (token->token.n)
        return neg_refuse(s, t, NEG_TOKEN_LATE, NULL, nothing, out);
    if (!token->mic.n)
        return neg_refuse(s, t, NEG_MIC_MISSING, NULL, nothing, out);
    if (!neg_mic_check(s, t, token->mic))
        return neg_refuse(s, t, NEG_MIC_WRONG, NULL, nothing, out);
    return neg_done(s, t);
}

static enum mech_state accept_more(struct spnego *s, struct turn *t, const struct neg_token *token,
                                   struct bytes *out)
{
    struct bytes answer = {0};
    if (token->has_state && token->state == NEG_REJECT)
        return neg_refuse(s, t, NEG_REJECTED, NULL, nothing, out);
    if (token->has_state && token->state == NEG_REQUEST_MIC)
        return neg_refuse(s, t, NEG_LATE, NULL, nothing, out);
    if (token->mech.n && !bytes_equal(token->mech, s->running_oid))
        return neg_refuse(s, t, NEG_MECH_CHANGED, neg_oid_name(t, token->mech), nothing, out);
    if (s->state == SPNEGO_MIC)
        return take_mic(s, t, token, out);
    if (!token->token.n)
        return neg_refuse(s, t, NEG_TOKEN_MISSING, NULL, nothing, out);
    s->came.mic = arena_copy(s->mem, token->mic);
    enum mech_state state = s->running->step(s->running->arg, t, token->token, &answer);
    return neg_accept_after(s, t, state, answer, out);
}

enum mech_state neg_accept(struct spnego *s, struct turn *t, struct bytes in, struct bytes *out)
{
    struct neg_token token;
    struct bytes oid;
    if (!in.n)
        return neg_refuse(s, t, NEG_NO_TOKEN, NULL, nothing, out);
    if (s->state == SPNEGO_START && raw_mech(in, &oid))
        return accept_raw(s, t, oid, in, out);
    if (!neg_token_read(in, s->windows, t->mem, t->faults, &token))
        return neg_refuse_read(s, t, out);
    if (s->state == SPNEGO_START)
        return token.init ? accept_first(s, t, &token, out)
                          : neg_refuse(s, t, NEG_NOT_INIT, "NegTokenResp", nothing, out);
    if (token.init)
        return neg_refuse(s, t, NEG_NOT_RESP, "NegTokenInit", nothing, out);
    return accept_more(s, t, &token, out);
}
