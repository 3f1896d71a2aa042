/* The Key Distribution Center: AS and TGS (RFC 4120 3.1, 3.3) as lists of narrated steps.
 *
 * An engine: given a packet and a turn, it can touch nothing else. */
#ifndef KDC_KDC_H
#define KDC_KDC_H

#include "base/turn.h"
#include "realm/ledger.h"
#include "realm/realm.h"

struct kdc;

struct kdc_config {
    const char *party;                   /* its own name in the narration: "kdc" */
    const struct realm *realm;           /* the snapshot of the next turn; see kdc_realm */
    struct ledger *ledger;               /* may be shared with other engines */
    const struct realm_changer *changer; /* for kpasswd; NULL: passwords cannot be changed */
};
/* In the arena of the run. */
struct kdc *kdc_new(struct arena *, const struct kdc_config *);
/* The snapshot from the next turn on. */
void kdc_realm(struct kdc *, const struct realm *);

#define KDC_PORT     88  /* packet->port of AS-REQ and TGS-REQ (RFC 4120 7.2) */
#define KPASSWD_PORT 464 /* packet->port of changes of passwords (RFC 3244) */

/* A whole message in; the reply and what is told leave by the turn. What came to
 * KPASSWD_PORT is a change of a password, anything else an AS-REQ or TGS-REQ. False: our fault
 * (memory, crypto). A refused request is a KRB-ERROR and true; so is one that is malformed inside.
 * What is no Kerberos request at all, or not whole, gets silence on every transport, a fault in
 * turn->faults, and true. A reply longer than packet->limit becomes KRB_ERR_RESPONSE_TOO_BIG. */
bool kdc_receive(struct kdc *, const struct packet *, struct turn *);

/* Fault rows of the KDC, n of them. */
const struct fault_row *kdc_fault_table(size_t *n);

#endif
