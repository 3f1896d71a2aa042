/* The NTLM verifier: over the domain's accounts (the controller, asked through netlogon) or over a
 * machine's own (local SAM). It has the hashes; nobody else does (MS-APDS 3.1.5.2). */
#ifndef NTLM_NTLM_H
#define NTLM_NTLM_H

#include "context/logon.h"
#include "context/netlogon.h"
#include "realm/ledger.h"
#include "realm/realm.h"

struct ntlm_verifier;

struct ntlm_verifier_config {
    const char *party;         /* "dc", or the machine's name */
    const struct realm *realm; /* of the next turn; see ntlm_realm */
    struct ledger *ledger;     /* wrong passwords count together with the KDC's */
    const char *name;          /* NetBIOS of the computer: "DC1" */
    unsigned level;            /* LMCompatibilityLevel: what it accepts */
    bool blocked;              /* NTLM is blocked in the domain (RestrictReceivingNTLMTraffic) */
    bool local;                /* a machine's own accounts: no netlogon, SIDs of the machine */
};
struct ntlm_verifier *ntlm_new(struct arena *, const struct ntlm_verifier_config *);
void ntlm_realm(struct ntlm_verifier *, const struct realm *);
/* The controller's port: DCE/RPC with netlogon. The logon is a list of named steps:
 * "dc.logon.ntlm",
 * ".user", ".attempts", ".compare" or ".digest", ".standing", ".workstation", ".groups". What
 * closes an account is told only to who has proven the password, but for the lock. False: our
 * fault. */
bool ntlm_receive(struct ntlm_verifier *, const struct packet *, struct turn *);
void ntlm_closed(struct ntlm_verifier *, const struct conn *);
/* The same without netlogon: what local_accounts.ask wants (arg: the verifier). Of a local one the
 * ids begin "sam.logon.". */
bool ntlm_verify(void *verifier, const struct logon_question *, struct turn *,
                 struct logon_answer *);

#endif
