/* KRB-SAFE, KRB-PRIV and KRB-CRED (RFC 4120 3.4, 3.5, 3.6): application data that cannot be
 * changed, data that cannot be read, tickets handed on. */
#ifndef CONTEXT_PROTECTED_H
#define CONTEXT_PROTECTED_H

#include "context/ap.h"

#define USAGE_KRB_PRIV 13
#define USAGE_KRB_CRED 14
#define USAGE_KRB_SAFE 15

/* One end of an application session. */
struct protected_end {
    struct key key; /* the subkey agreed on, else the session key; KRB-CRED: n == 0, not sealed */
    int64_t skew;   /* microseconds */
    bool with_time; /* messages carry a timestamp, and must */
    bool with_seq;  /* messages carry sequence numbers, and must */
    uint32_t send_seq, receive_seq;
    const struct HostAddress *ours, *theirs; /* theirs NULL: not compared */
    /* Has it been seen? As the service's replay cache; insert NULL: not asked. */
    bool (*unseen)(void *arg, struct bytes key, int64_t now, int64_t window);
    void *arg;
};

/* The message's DER, in turn->mem; send_seq counts on. False: our fault. */
bool safe_build(struct turn *, struct protected_end *, struct bytes user_data, struct bytes *out);
bool priv_build(struct turn *, struct protected_end *, struct bytes user_data, struct bytes *out);
/* tickets and infos go together, n of each. */
bool cred_build(struct turn *, struct protected_end *, const struct Ticket *tickets,
                const struct KrbCredInfo *infos, size_t n, struct bytes *out);

/* 0: accepted, *user_data in turn->mem and receive_seq counted on; else the error of RFC 4120
 * 3.4.2, 3.5.2, 3.6.2 (KRB_AP_ERR_MODIFIED, _SKEW, _BADADDR, _BADORDER, _REPEAT, _INAPP_CKSUM,
 * _MSG_TYPE, _BADVERSION), a fault raised. A message of one's own that comes back is refused: its
 * s-address is ours. */
int32_t safe_check(struct turn *, struct protected_end *, struct bytes message,
                   struct bytes *user_data);
int32_t priv_check(struct turn *, struct protected_end *, struct bytes message,
                   struct bytes *user_data);
int32_t cred_check(struct turn *, struct protected_end *, struct bytes message,
                   struct KRB_CRED *cred, struct EncKrbCredPart *part);

const struct fault_row *protected_fault_table(size_t *n);

#endif
