/* FAST in the KDC (RFC 6113 5.4). */
#ifndef KDC_FAST_H
#define KDC_FAST_H

#include "context/fast.h"
#include "kdc/inside.h"

/* What an armored exchange has more than another; x->armor, NULL without FAST. */
struct armor {
    struct PA_FX_FAST_REQUEST outer;
    struct KrbFastReq req; /* takes the place of the request outside */
    struct key key;        /* n == 0: not found yet; no answer can be armored */
    struct key strengthen;
    struct bytes challenge; /* the KDC's own, to be sent back; empty: none */
};

/* Takes PA-FX-FAST off; SILENT without it. At the TGS, after the ticket was checked. */
int32_t step_fast(struct exchange *);
/* x->reply_key becomes the strengthened one. Nothing happens without armor. False: our fault. */
bool fast_strengthen(struct exchange *);
/* Moves the reply's padata into the armor, and hides the client where that was asked. */
bool fast_reply(struct exchange *, struct KDC_REP *);
/* Moves error and METHOD-DATA into the armor. */
void fast_error(struct exchange *, struct krb_error_args *);

/* preauth_cookie.c: 0; or KDC_ERR_PREAUTH_EXPIRED for one that this KDC did not give this client,
 * or not lately. */
int32_t cookie_check(struct exchange *, struct bytes value);

extern const struct mechanism fast_available, encrypted_challenge, cookie;

#endif
