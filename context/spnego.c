/* What both ends of SPNEGO do alike: mechListMIC, the ends of a negotiation, names. */
#include "context/spnego_inside.h"

#include "wire/oid.h"

static const struct fault_row faults[] = {
    [NEG_NO_TOKEN] = {"spnego.no-token", "the initiator speaks first, and said nothing",
                      "RFC 4178 3.1", NULL},
    [NEG_OVER] = {"spnego.over", "the negotiation is over, and one more token came",
                  "RFC 4178 4.2.2", NULL},
    [NEG_NO_MECH] = {"spnego.no-mech", "none of the mechanisms offered is known here",
                     "RFC 4178 3.1", NULL},
    [NEG_NONE_BEGINS] = {"spnego.none-begins", "no mechanism has what it needs to begin",
                         "RFC 4178 3.1", NULL},
    [NEG_NOT_HERE] = {"spnego.not-here", "a bare token of a mechanism that is not taken here",
                      "RFC 4178 3.1", NULL},
    [NEG_NOT_INIT] = {"spnego.not-init", "a negotiation begins with a NegTokenInit", "RFC 4178 4.2",
                      "NegTokenInit"},
    [NEG_NOT_RESP] = {"spnego.not-resp", "after the first token only NegTokenResp comes",
                      "RFC 4178 4.2", "NegTokenResp"},
    [NEG_STATE_MISSING] = {"spnego.state-missing", "the first answer must have a negState",
                           "RFC 4178 4.2.2", "negState"},
    [NEG_MECH_MISSING] = {"spnego.mech-missing",
                          "the first answer must say which mechanism is taken", "RFC 4178 4.2.2",
                          "supportedMech"},
    [NEG_NOT_OFFERED] = {"spnego.not-offered", "the mechanism taken was not offered",
                         "RFC 4178 4.2.2", NULL},
    [NEG_MECH_CHANGED] = {"spnego.mech-changed",
                          "the mechanism is another one than was taken before", "RFC 4178 4.2.2",
                          NULL},
    [NEG_LATE] = {"spnego.request-late", "request-mic comes with the first answer or not at all",
                  "RFC 4178 4.2.2", NULL},
    [NEG_NO_REQUEST] =
        {"spnego.no-request",
         "another mechanism than the first was taken, and no signed list was asked for",
         "RFC 4178 5", "request-mic"},
    [NEG_REJECTED] = {"spnego.rejected", "the other end rejects the negotiation", "RFC 4178 4.2.2",
                      NULL},
    [NEG_MECH_REFUSED] = {"spnego.mech-refused", "the mechanism's own token is refused",
                          "RFC 4178 3.2", NULL},
    [NEG_TOKEN_LATE] = {"spnego.token-late", "a mechanism's token where the mechanism awaits none",
                        "RFC 4178 3.2", "no token"},
    [NEG_TOKEN_EARLY] = {"spnego.token-early",
                         "a token of a mechanism that the initiator is to begin", "RFC 4178 3.2",
                         "no token"},
    [NEG_TOKEN_MISSING] = {"spnego.token-missing", "the mechanism awaits a token and there is none",
                           "RFC 4178 3.2", NULL},
    [NEG_NOT_DONE] = {"spnego.not-done", "the other end calls it completed before the mechanism is",
                      "RFC 4178 4.2.2", "accept-incomplete"},
    [NEG_NOTHING_LEFT] = {"spnego.nothing-left",
                          "the other end awaits more, and there is nothing more to send",
                          "RFC 4178 5", "accept-completed"},
    [NEG_MIC_EARLY] = {"spnego.mic-early", "a mechListMIC before the mechanism has a key",
                       "RFC 4178 5", "no mechListMIC"},
    [NEG_MIC_WRONG] =
        {"spnego.mic-wrong",
         "the mechListMIC does not fit the list: it was changed on the way, or made with "
         "another key",
         "RFC 4178 5", NULL},
    [NEG_NO_KEY] = {"spnego.no-key",
                    "a mechListMIC is due and the mechanism has nothing to make it with",
                    "RFC 4178 5", NULL},
    [NEG_MIC_MISSING] = {"spnego.mic-missing", "a mechListMIC is due and there is none",
                         "RFC 4178 5", "mechListMIC"},
};

const struct fault_row *spnego_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof *faults;
    return faults;
}

void spnego_init(struct spnego *s, struct arena *mem, const char *party, const char *step,
                 bool acceptor, const struct mech *mechs, size_t n)
{
    *s = (struct spnego){.mem = mem,
                         .party = party,
                         .step = step,
                         .acceptor = acceptor,
                         .mechs = mechs,
                         .n_mechs = n < SPNEGO_MECHS_MAX ? n : SPNEGO_MECHS_MAX};
}

/* ---- ends ------------------------------------------------------------------------------------ */

static enum mech_state end(struct spnego *s, struct turn *t, const char *why, const char *found,
                           struct bytes token, struct bytes *out)
{
    s->state = SPNEGO_REFUSED;
    s->why = why;
    tell_under(t, STEP_REFUSED, s->step, "refused", A_STR("why", why),
               A_STR("found", found ? found : ""));
    if (s->acceptor && !s->raw)
        *out = neg_token_write(
            t->mem, &(struct neg_token){.has_state = true, .state = NEG_REJECT, .token = token});
    return MECH_REFUSED;
}

enum mech_state neg_refuse(struct spnego *s, struct turn *t, enum neg_fault row, const char *found,
                           struct bytes token, struct bytes *out)
{
    fault_raise(t->faults, (struct fault){.row = &faults[row], .path = "", .found = found});
    return end(s, t, faults[row].why, found, token, out);
}

enum mech_state neg_refuse_read(struct spnego *s, struct turn *t, struct bytes *out)
{
    return end(s, t, "the token cannot be read", NULL, (struct bytes){0}, out);
}

enum mech_state neg_send(struct spnego *s, struct turn *t, const struct neg_token *token,
                         enum mech_state state, struct bytes *out)
{
    *out = neg_token_write(t->mem, token);
    s->replied = true;
    return out->n ? state : MECH_TROUBLE;
}

/* Why none was needed. */
static const char *why_not(const struct spnego *s)
{
    if (!s->chosen->mic)
        return "the mechanism has no checksums";
    if (s->acceptor && !s->windows)
        return "the mechanism is the first choice of both ends";
    return "the mechanism is the initiator's first choice";
}

enum mech_state neg_done(struct spnego *s, struct turn *t)
{
    s->state = SPNEGO_DONE;
    if (!s->mic_checked && !s->mic_sent)
        tell_under(t, STEP_NOTED, s->step, "mic-not-needed", A_STR("why", why_not(s)));
    return MECH_DONE;
}

/* ---- mechListMIC (RFC 4178 5) ---------------------------------------------------------------- */

bool neg_mic_wanted(const struct spnego *s)
{
    return s->running->mic &&
           (s->mic_required || (s->running->insists && s->running->insists(s->running->arg)));
}

bool neg_mic_make(struct spnego *s, struct turn *t, struct bytes *mic)
{
    if (!s->running->mic(s->running->arg, t, s->mech_list, mic) || !mic->n)
        return false;
    s->mic_sent = true;
    tell_under(t, STEP_DONE, s->step, "mic-sent", A_STR("mechanism", s->running->name),
               A_INT("octets", (int64_t)s->mech_list.n), A_BYTES("list", s->mech_list),
               A_STR("why", s->mic_required  ? "the choice was not the first of both ends"
                            : s->mic_checked ? "the other end sent one"
                                             : "the mechanism protected its own messages"));
    return true;
}

bool neg_mic_check(struct spnego *s, struct turn *t, struct bytes mic)
{
    if (!s->running->check || !s->running->check(s->running->arg, t, s->mech_list, mic))
        return false;
    s->mic_checked = true;
    tell_under(t, STEP_DONE, s->step, "mic-checked", A_STR("mechanism", s->running->name),
               A_INT("octets", (int64_t)s->mech_list.n), A_BYTES("list", s->mech_list));
    return true;
}

/* ---- mechanisms ------------------------------------------------------------------------------ */

void neg_begin(struct spnego *s, const struct mech *m, struct bytes oid)
{
    s->running = m;
    s->running_oid = arena_copy(s->mem, oid);
    s->mech_done = false;
}

static bool is_kerberos(struct bytes oid)
{
    return bytes_equal(oid, OID_KRB5) || bytes_equal(oid, OID_MS_KRB5);
}

bool neg_same(struct bytes a, struct bytes b)
{
    return bytes_equal(a, b) || (is_kerberos(a) && is_kerberos(b));
}

const char *neg_names(struct turn *t, const struct mech *mechs, size_t n)
{
    const char *text = "";
    for (size_t i = 0; told(t) && i < n; i++)
        text =
            arena_printf(t->mem, "%s%s%s", text, *text ? ", " : "", neg_oid_name(t, mechs[i].oid));
    return text;
}

const char *neg_oid_name(struct turn *t, struct bytes oid)
{
    const char *name = oid_name(oid);
    return name ? name : oid_text(t->mem, bytes_slice(oid, 0, 32));
}

#define NAMES_SHOWN 12

const char *neg_oid_names(struct turn *t, const struct MechTypeList *list)
{
    const char *text = "";
    for (size_t i = 0; told(t) && i < list->n; i++) {
        if (i == NAMES_SHOWN)
            return arena_printf(t->mem, "%s and %zu more", text, list->n - i);
        text =
            arena_printf(t->mem, "%s%s%s", text, *text ? ", " : "", neg_oid_name(t, list->at[i]));
    }
    return text;
}

/* ---- bare tokens ----------------------------------------------------------------------------- */

enum mech_state neg_raw_after(struct spnego *s, struct turn *t, enum mech_state state,
                              struct bytes token, struct bytes *out)
{
    *out = token;
    s->chosen = s->running;
    if (state == MECH_REFUSED)
        return neg_refuse(s, t, NEG_MECH_REFUSED, s->running->name, token, out);
    s->waiting = state == MECH_WAITING;
    if (state == MECH_CONTINUE || state == MECH_WAITING)
        s->state = SPNEGO_TOKENS;
    if (state != MECH_DONE)
        return state;
    s->mech_done = true;
    s->state = SPNEGO_DONE;
    return MECH_DONE;
}

bool spnego_begins(struct bytes token)
{
    return bytes_starts(token, BYTES_LIT("NTLMSSP\0\1")) || (token.n && token.p[0] == 0x60);
}

/* ---- entries --------------------------------------------------------------------------------- */

enum mech_state spnego_step(struct spnego *s, struct turn *t, struct bytes in, struct bytes *out)
{
    *out = (struct bytes){0};
    if (s->waiting)
        return MECH_TROUBLE;
    if (s->state == SPNEGO_DONE || s->state == SPNEGO_REFUSED)
        return neg_refuse(s, t, NEG_OVER, NULL, (struct bytes){0}, out);
    if (s->raw && s->running) {
        struct bytes token = {0};
        enum mech_state state = s->running->step(s->running->arg, t, in, &token);
        return neg_raw_after(s, t, state, token, out);
    }
    return (s->acceptor ? neg_accept : neg_initiate)(s, t, in, out);
}

enum mech_state spnego_resume(struct spnego *s, struct turn *t, enum mech_state state,
                              struct bytes token, struct bytes *out)
{
    *out = (struct bytes){0};
    if (!s->waiting)
        return MECH_TROUBLE;
    s->waiting = false;
    if (s->raw)
        return neg_raw_after(s, t, state, token, out);
    return (s->acceptor ? neg_accept_after : neg_initiate_after)(s, t, state, token, out);
}

struct bytes spnego_hint(struct spnego *s, struct turn *t)
{
    struct bytes oids[SPNEGO_MECHS_MAX];
    for (size_t i = 0; i < s->n_mechs; i++)
        oids[i] = s->mechs[i].oid;
    tell_under(t, STEP_DONE, s->step, "hint",
               A_STR("mechanisms", neg_names(t, s->mechs, s->n_mechs)));
    return neg_token_write(
        t->mem,
        &(struct neg_token){.init = true,
                            .mechs = {oids, s->n_mechs},
                            .has_hints = true,
                            .hint_name = BYTES_LIT("not_defined_in_RFC4178@please_ignore")});
}
