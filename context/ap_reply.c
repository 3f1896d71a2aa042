/* The proof that the acceptor opened the ticket: its making and its checking. */
#include "context/ap.h"
#include "context/tell.h"

bool ap_reply_build(struct turn *turn, const struct ap_checked *c, const struct key *subkey,
                    bool has_seq, uint32_t seq, struct AP_REP *out)
{
    struct EncAPRepPart part = {
        .ctime = c->authenticator.ctime,
        .cusec = c->authenticator.cusec,
        .has_subkey = subkey != NULL,
        .has_seq_number = has_seq,
        .seq_number = seq,
    };
    if (subkey)
        part.subkey = key_to_wire(subkey);
    *out = (struct AP_REP){.pvno = 5, .msg_type = 15};
    return seal_value(turn, &ASN_EncAPRepPart, &part, &c->session, 0, USAGE_AP_REP, &out->enc_part);
}

int32_t ap_reply_check(struct turn *turn, const struct AP_REP *rep, const struct key *session,
                       int64_t ctime, const char *step, struct EncAPRepPart *out)
{
    int32_t code = 0;
    switch (open_value(turn, &rep->enc_part, session, USAGE_AP_REP, &ASN_EncAPRepPart, out)) {
    case OPEN_OK:
        break;
    case OPEN_ETYPE:
    case OPEN_INTEGRITY:
        code = KRB_AP_ERR_BAD_INTEGRITY;
        break;
    case OPEN_DECODE:
        code = KRB_AP_ERR_MODIFIED;
        break;
    }
    if (code) {
        tell_under(turn, STEP_REFUSED, step, "open", A_ERROR("error", code),
                   A_ETYPE("etype", session->etype), A_USAGE("usage", USAGE_AP_REP));
        return code;
    }
    tell_under(turn, STEP_DONE, step, "open", A_ETYPE("etype", session->etype),
               A_USAGE("usage", USAGE_AP_REP));
    int64_t echoed = out->ctime + out->cusec;
    if (echoed != ctime) {
        tell_under(turn, STEP_REFUSED, step, "time", A_ERROR("error", KRB_AP_ERR_MUT_FAIL),
                   A_TIME("sent", ctime), A_TIME("echoed", echoed));
        return KRB_AP_ERR_MUT_FAIL;
    }
    tell_under(turn, STEP_DONE, step, "time", A_TIME("sent", ctime), A_TIME("echoed", echoed));
    return 0;
}
