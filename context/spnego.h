/* SPNEGO (RFC 4178, MS-SPNG), both ends: which mechanism, its tokens carried, and the checksum over
 * the list that betrays who struck a mechanism off it. */
#ifndef CONTEXT_SPNEGO_H
#define CONTEXT_SPNEGO_H

#include "context/mech.h"

#define SPNEGO_MECHS_MAX 8

/* Lives in the memory of the connection or of the task. */
struct spnego {
    struct arena *mem; /* what must last is copied here */
    const char *party; /* for the narration; step ids begin with `step`: "service.spnego" */
    const char *step;
    bool acceptor;
    const struct mech *mechs; /* preferred first; the caller's, must last. The acceptor takes the
                               * first of its own that the initiator has too */
    size_t n_mechs;
    bool windows; /* As Windows does (MS-SPNG): hints of NegTokenInit2 are read, MS_KRB5 is KRB5;
                   * the acceptor asks for a mechListMIC only where it did not take the initiator's
                   * first mechanism, even if it would have liked one better that was not offered;
                   * the initiator takes an acceptor that took another one than its first and did
                   * not say request-mic (as Windows 2003), but not without mechListMIC */
    /* state, to be read by the owner for decisions and pages */
    enum { SPNEGO_START, SPNEGO_TOKENS, SPNEGO_MIC, SPNEGO_DONE, SPNEGO_REFUSED } state;
    const struct mech *chosen; /* NULL: not yet */
    bool optimistic;           /* the first token was of the chosen mechanism */
    bool raw;                  /* what came was a bare mechanism's token; answered bare. An
                                * initiator sends bare tokens of its first mechanism where its
                                * owner sets this before it begins */
    struct bytes mech_list;    /* the DER of MechTypeList as it was sent (0x30 ..., not 0xa0) */
    bool mic_required, mic_sent, mic_checked;
    bool mech_done;  /* the mechanism is, the negotiation may not be */
    const char *why; /* SPNEGO_REFUSED: for the reader */
    /* for itself */
    const struct mech *running; /* whose tokens go to and fro */
    struct bytes running_oid;   /* as it stands in the list */
    size_t first;               /* mechs before it could not begin, and were not offered */
    bool replied, waiting;
    struct {
        bool has_state;
        int64_t state;
        struct bytes mic;
    } came; /* with the token that the mechanism is at work on */
};

/* Begins, or begins anew: a NegTokenInit on an established connection is another authentication,
 * and its owner, who sees by spnego_begins that it is one, calls this again. */
void spnego_init(struct spnego *, struct arena *mem, const char *party, const char *step,
                 bool acceptor, const struct mech *mechs, size_t n);
/* One token in (empty: the initiator begins), one out (in turn->mem; empty: none). An acceptor also
 * takes a bare Kerberos or NTLM token ("raw" inside Negotiate, MS-NTHT) and answers bare. Tells a
 * step for each choice and each mechListMIC sent, checked, or not needed and why. Neither end is
 * done by MECH_DONE of the mechanism alone: MECH_CONTINUE is returned, maybe without a token, until
 * the other end has said what it must. After MECH_REFUSED `out` may say so to the other end. */
enum mech_state spnego_step(struct spnego *, struct turn *, struct bytes in, struct bytes *out);
/* The mechanism that was MECH_WAITING has come to `state` with `token`. */
enum mech_state spnego_resume(struct spnego *, struct turn *, enum mech_state state,
                              struct bytes token, struct bytes *out);
/* MS-SPNG 2.2.1: NegTokenInit2 with hints, which an acceptor may send unasked (SMB does, HTTP does
 * not). In turn->mem. */
struct bytes spnego_hint(struct spnego *, struct turn *);
/* Whether a token begins a negotiation: a NegTokenInit, or a bare first token. */
bool spnego_begins(struct bytes token);
const struct fault_row *spnego_fault_table(size_t *n);

#endif
