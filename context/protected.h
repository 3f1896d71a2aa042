/* KRB-SAFE, KRB-PRIV and KRB-CRED (RFC 4120 3.4, 3.5, 3.6): application data that cannot be
 * changed, data that cannot be read, tickets handed on. */
#ifndef CONTEXT_PROTECTED_H
#define CONTEXT_PROTECTED_H

#include "context/ap.h"

#define USAGE_KRB_PRIV 13
#define USAGE_KRB_CRED 14
#define USAGE_KRB_SAFE 15

/* One end of an application session. Messages of KRB-SAFE and KRB-PRIV carry a time, a number or
 * both; one that has neither is refused. */
struct protected_end {
    struct key key; /* the subkey agreed on, else the session key; KRB-CRED: n == 0, not sealed
                     * (RFC 6448) */
    int64_t skew;   /* microseconds either way */
    bool with_time; /* messages carry a timestamp, and must */
    bool with_seq;  /* KRB-SAFE and KRB-PRIV carry sequence numbers, and must */
    uint32_t send_seq, receive_seq; /* of the next message; no number in it is read as 0 */
    /* ours: needed for KRB-SAFE and KRB-PRIV, which always name their sender; KRB-CRED: NULL, none.
     * theirs NULL: the sender's address is not known, and not compared. */
    const struct HostAddress *ours, *theirs;
    /* Was it not seen within window? As the service's replay cache; NULL: not asked. Asked about
     * messages with a time only: without one, the number tells a repetition. */
    bool (*unseen)(void *arg, struct bytes key, int64_t now, int64_t window);
    void *arg;
};

/* Addresses that say only which way a message goes (RFC 4120 7.1): of who sent the AP-REQ, and of
 * who received it. Network address translation does not change them. Whose own
 * address is one of these does not look at r-address. */
extern const struct HostAddress address_of_initiator, address_of_acceptor;

/* The message's DER, in turn->mem; send_seq counts on. False: our fault. */
bool safe_build(struct turn *, struct protected_end *, struct bytes user_data, struct bytes *out);
bool priv_build(struct turn *, struct protected_end *, struct bytes user_data, struct bytes *out);
/* tickets and infos go together, n of each. */
bool cred_build(struct turn *, struct protected_end *, const struct Ticket *tickets,
                const struct KrbCredInfo *infos, size_t n, struct bytes *out);

/* 0: accepted, *user_data (a view into turn->mem or the message) and receive_seq counted on; else
 * the error of RFC 4120 3.4.2, 3.5.2, 3.6.2 (KRB_AP_ERR_BADVERSION, _MSG_TYPE, _MODIFIED,
 * _INAPP_CKSUM, _BAD_INTEGRITY, _BADADDR, _SKEW, _REPEAT, _BADORDER), a fault raised, and nothing
 * counted. A message of one's own that comes back is refused: its s-address is ours (where both
 * ends have one address, the sequence number has to tell).
 * KRB-CRED: sealed exactly when the key is there; part has an entry for each ticket. */
int32_t safe_check(struct turn *, struct protected_end *, struct bytes message,
                   struct bytes *user_data);
int32_t priv_check(struct turn *, struct protected_end *, struct bytes message,
                   struct bytes *user_data);
int32_t cred_check(struct turn *, struct protected_end *, struct bytes message,
                   struct KRB_CRED *cred, struct EncKrbCredPart *part);

const struct fault_row *protected_fault_table(size_t *n);

#endif
