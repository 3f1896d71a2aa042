/* What the files of SPNEGO's engine share and nobody else includes. */
#ifndef CONTEXT_SPNEGO_INSIDE_H
#define CONTEXT_SPNEGO_INSIDE_H

#include "context/spnego.h"
#include "context/tell.h"
#include "wire/negotiate.h"

enum neg_fault {
    NEG_NO_TOKEN,
    NEG_OVER,
    NEG_NO_MECH,
    NEG_NONE_BEGINS,
    NEG_NOT_HERE,
    NEG_NOT_INIT,
    NEG_NOT_RESP,
    NEG_STATE_MISSING,
    NEG_MECH_MISSING,
    NEG_NOT_OFFERED,
    NEG_MECH_CHANGED,
    NEG_LATE,
    NEG_NO_REQUEST,
    NEG_REJECTED,
    NEG_MECH_REFUSED,
    NEG_TOKEN_LATE,
    NEG_TOKEN_EARLY,
    NEG_TOKEN_MISSING,
    NEG_NOT_DONE,
    NEG_NOTHING_LEFT,
    NEG_MIC_EARLY,
    NEG_MIC_WRONG,
    NEG_MIC_MISSING,
    NEG_NO_KEY,
};

/* ---- spnego.c ------------------------------------------------------------------------------- */

/* It ends here; an acceptor says reject, with the mechanism's last token if it has one. */
enum mech_state neg_refuse(struct spnego *, struct turn *, enum neg_fault, const char *found,
                           struct bytes token, struct bytes *out);
/* The same for a token that cannot be read, whose reader raised the fault. */
enum mech_state neg_refuse_read(struct spnego *, struct turn *, struct bytes *out);
/* The token to send, and `state` of this end. */
enum mech_state neg_send(struct spnego *, struct turn *, const struct neg_token *, enum mech_state,
                         struct bytes *out);
/* The mechanism has a key and the list must or should be signed. */
bool neg_mic_wanted(const struct spnego *);
bool neg_mic_make(struct spnego *, struct turn *, struct bytes *mic);
bool neg_mic_check(struct spnego *, struct turn *, struct bytes mic);
/* Done; tells that no mechListMIC was needed, if there was none. */
enum mech_state neg_done(struct spnego *, struct turn *);
void neg_begin(struct spnego *, const struct mech *, struct bytes oid);
/* Both are Kerberos, or they are the same. */
bool neg_same(struct bytes a, struct bytes b);
/* "Kerberos, NTLM". */
const char *neg_names(struct turn *, const struct mech *, size_t n);
const char *neg_oid_name(struct turn *, struct bytes oid);
const char *neg_oid_names(struct turn *, const struct MechTypeList *);

/* ---- spnego_acceptor.c, spnego_initiator.c --------------------------------------------------- */

enum mech_state neg_accept(struct spnego *, struct turn *, struct bytes in, struct bytes *out);
enum mech_state neg_accept_after(struct spnego *, struct turn *, enum mech_state,
                                 struct bytes token, struct bytes *out);
enum mech_state neg_initiate(struct spnego *, struct turn *, struct bytes in, struct bytes *out);
enum mech_state neg_initiate_after(struct spnego *, struct turn *, enum mech_state,
                                   struct bytes token, struct bytes *out);
/* A bare token's, of either end. */
enum mech_state neg_raw_after(struct spnego *, struct turn *, enum mech_state, struct bytes token,
                              struct bytes *out);

#endif
