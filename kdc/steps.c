/* The runner: walks a list of steps and tells each. */
#include "kdc/inside.h"

#include <string.h>

static void narrate(struct exchange *x, const struct step *s, int32_t verdict)
{
    struct story *story = x->turn->tell;
    if (!story || verdict == SILENT)
        return;
    if (verdict > 0)
        say(x, &A_ERROR("error", verdict), 1);
    enum outcome outcome = verdict > 0 ? STEP_REFUSED : verdict == NOTED ? STEP_NOTED : STEP_DONE;
    story->step(story, s->id, outcome, x->said, x->n_said);
}

int32_t run_steps(struct exchange *x, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        x->n_said = 0;
        int32_t verdict = steps[i].run(x);
        if (verdict == BROKEN)
            return verdict;
        narrate(x, &steps[i], verdict);
        if (verdict > 0)
            return verdict;
    }
    return DONE;
}

void say(struct exchange *x, const struct arg *args, size_t n)
{
    for (size_t i = 0; i < n && x->n_said < SAID_MAX; i++)
        x->said[x->n_said++] = args[i];
}

int32_t refuse(struct exchange *x, int32_t code, const char *e_text)
{
    x->e_text = e_text;
    SAY(x, A_STR("why", e_text));
    return code;
}

/* ---- names and keys for the reader ------------------------------------------------------------
 */

const char *reader_name(struct exchange *x, const struct PrincipalName *name)
{
    if (is_tgs_name(x, name))
        return "krbtgt";
    return principal_text(x->turn->mem, name, (struct bytes){0});
}

static bool first_told(struct kdc *kdc, const struct account_key *key)
{
    for (size_t i = 0; i < kdc->n_told; i++)
        if (kdc->told[i] == key)
            return false;
    if (kdc->n_told < KEYS_TOLD)
        kdc->told[kdc->n_told++] = key;
    return true;
}

static void tell_lasting_key(struct exchange *x, const char *name, const struct account_key *k,
                             const char *cause)
{
    tell_key(x->turn, .holder = x->kdc->config.party, .name = name, .etype = k->key.etype,
             .kvno = (int32_t)k->kvno, .value = key_bytes(&k->key), .cause = cause);
}

void tell_account_key(struct exchange *x, const struct account *a, const struct account_key *k,
                      const char *cause)
{
    if (x->turn->tell && first_told(x->kdc, k))
        tell_lasting_key(x, arena_printf(x->turn->mem, "K/%s", reader_name(x, &a->name)), k, cause);
}

/* By the name that it has where it is used to seal: there it is the key of the account krbtgt/US.
 */
void tell_trust_key(struct exchange *x, const struct account_key *k, const char *cause)
{
    struct bytes us = realm_name(x->realm);
    if (x->turn->tell && first_told(x->kdc, k))
        tell_lasting_key(x,
                         arena_printf(x->turn->mem, "K/krbtgt/%.*s", (int)us.n, (const char *)us.p),
                         k, cause);
}

/* A ticket of another realm's KDC is called as it is called there. */
static const char *ticket_name(struct exchange *x, const struct PrincipalName *sname)
{
    return x->issuer && sname == &x->tgt.req.ticket.sname
               ? principal_text(x->turn->mem, sname, (struct bytes){0})
               : reader_name(x, sname);
}

void tell_session_key(struct exchange *x, const char *kind, const struct key *key,
                      const struct PrincipalName *cname, const struct PrincipalName *sname,
                      const char *cause)
{
    if (!x->turn->tell || !key->n)
        return;
    tell_key(x->turn, .holder = x->kdc->config.party,
             .name = arena_printf(x->turn->mem, "%s %s-%s", kind, reader_name(x, cname),
                                  ticket_name(x, sname)),
             .etype = key->etype, .value = key_bytes(key), .cause = cause);
}
