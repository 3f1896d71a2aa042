/* One security mechanism as the negotiation sees it (RFC 4178): tokens in and out, and a checksum
 * once there is a key. Kerberos and NTLM are such; SPNEGO runs them. */
#ifndef CONTEXT_MECH_H
#define CONTEXT_MECH_H

#include "base/turn.h"

enum mech_state {
    MECH_CONTINUE, /* a token for the other end; one is awaited from it */
    MECH_DONE,     /* established; a last token for the other end may be there */
    MECH_REFUSED,  /* it ends here; a token that says why may be there */
    MECH_WAITING,  /* somebody else must be asked first (a controller): no token yet, see
                    * spnego_resume */
    MECH_TROUBLE,  /* our fault */
};

struct mech {
    struct bytes oid; /* contents octets */
    const char *name; /* "Kerberos", "NTLM" */
    /* One round. `in` is empty for the initiator's first. *out is in turn->mem; empty: none. */
    enum mech_state (*step)(void *arg, struct turn *, struct bytes in, struct bytes *out);
    /* Once there is a key; false: there is none yet, or our fault. */
    bool (*mic)(void *arg, struct turn *, struct bytes text, struct bytes *mic);
    bool (*check)(void *arg, struct turn *, struct bytes text, struct bytes mic);
    /* The mechanism brought its own integrity over its messages (an NTLM MIC): then mechListMIC is
     * sent even where RFC 4178 5 would let it go (MS-SPNG 3.1.5.1). NULL: never. */
    bool (*insists)(void *arg);
    void *arg;
};

#define OID_SPNEGO  BYTES_LIT("\x2b\x06\x01\x05\x05\x02")
#define OID_KRB5    BYTES_LIT("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02")
#define OID_MS_KRB5 BYTES_LIT("\x2a\x86\x48\x82\xf7\x12\x01\x02\x02") /* 1.2.840.48018.1.2.2 */
#define OID_NTLMSSP BYTES_LIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a")
#define OID_NEGOEX  BYTES_LIT("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x1e")

#endif
