/* FAST on the client's side (RFC 6113 5.4). Without armor (task.fast.key.n == 0) each of these does
 * nothing and says true. */
#ifndef CLIENT_FAST_H
#define CLIENT_FAST_H

#include "client/inside.h"

/* Makes the armor of task.fast.file; false: refused, there is no ticket to make it of. */
bool client_fast_arm(struct client *, struct turn *);
/* The armor of a TGS-REQ: task.cred, when that was got in armor, and task.subkey. False: our fault.
 */
bool client_fast_arm_tgs(struct client *, struct turn *);
/* Puts padata and body inside; in a TGS-REQ the first element stays outside. False: our fault. */
bool client_fast_wrap(struct client *, struct turn *, struct KDC_REQ *);
/* The error inside takes the place of the one outside, with what stands beside it. False: refused.
 */
bool client_fast_error(struct client *, struct turn *, struct KRB_ERROR *, struct METHOD_DATA *);
/* Names and padata inside take the place of those outside; the ticket and the KDC are checked.
 * False: refused. */
bool client_fast_reply(struct client *, struct turn *, struct KDC_REP *);
/* The reply key, strengthened where the KDC said so. False: our fault. */
bool client_fast_strengthen(struct client *, struct turn *, const struct key *weaker,
                            struct key *out);

#endif
