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
    const struct mech *mechs; /* preferred first; the caller's, must last */
    size_t n_mechs;
    bool windows; /* MS-SPNG: NegTokenInit2 hints read, MS_KRB5 taken for KRB5, mechListMIC left out
                   * by deployed peers tolerated exactly where MS-SPNG says so */
    /* state, to be read by the owner for decisions and pages */
    enum { SPNEGO_START, SPNEGO_TOKENS, SPNEGO_MIC, SPNEGO_DONE, SPNEGO_REFUSED } state;
    const struct mech *chosen; /* NULL: not yet */
    bool optimistic;           /* the first token was of the chosen mechanism */
    bool raw;                  /* what came was a bare mechanism's token; answered bare */
    struct bytes mech_list;    /* the DER of MechTypeList as it was sent (0x30 ..., not 0xa0) */
    bool mic_required, mic_sent, mic_checked;
    bool mech_done;  /* the mechanism is, the negotiation may not be */
    const char *why; /* SPNEGO_REFUSED: for the reader */
};

void spnego_init(struct spnego *, struct arena *mem, const char *party, const char *step,
                 bool acceptor, const struct mech *mechs, size_t n);
/* One token in (empty: the initiator begins), one out (in turn->mem; empty: none). An acceptor also
 * takes a bare Kerberos or NTLM token ("raw" inside Negotiate, MS-NTHT) and answers bare. Tells a
 * step for each choice and each mechListMIC sent, checked, or not needed and why. */
enum mech_state spnego_step(struct spnego *, struct turn *, struct bytes in, struct bytes *out);
/* The mechanism that was MECH_WAITING has come to `state` with `token`. */
enum mech_state spnego_resume(struct spnego *, struct turn *, enum mech_state state,
                              struct bytes token, struct bytes *out);
/* MS-SPNG 2.2.1: NegTokenInit2 with hints, which an acceptor may send unasked (SMB does, HTTP does
 * not). In turn->mem. */
struct bytes spnego_hint(struct spnego *, struct turn *);
const struct fault_row *spnego_fault_table(size_t *n);

#endif
