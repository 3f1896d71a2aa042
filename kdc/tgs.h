/* The steps of the TGS that have files of their own. */
#ifndef KDC_TGS_H
#define KDC_TGS_H

#include "kdc/inside.h"

/* Options for the same ticket again, with other times or without its mark. */
#define AGAIN (KDC_OPT_RENEW | KDC_OPT_VALIDATE)

/* tgs_ap.c: who asks */
int32_t step_tgs_ap(struct exchange *);
int32_t step_tgs_checksum(struct exchange *);
int32_t step_tgs_replay(struct exchange *);
/* The ticket asked for is, in another form, the very one that was brought. */
bool brings_what_it_asks(const struct exchange *, const struct Ticket *brought);
/* transited.c: the realms that a client came through */
int32_t step_tgs_path(struct exchange *);
/* referral.c: the way to services of other realms */
int32_t step_referral(struct exchange *);
const char *trusts_text(struct exchange *);      /* "OTHER.TEST FAR.TEST(by OTHER.TEST)" */
const char *asker_name(const struct exchange *); /* the party that sent the request */
/* tgs_grant.c: what of it is granted */
int32_t step_tgs_options(struct exchange *);
int32_t step_tgs_flags(struct exchange *);
/* tgs_times.c: from when until when */
int32_t step_tgs_times(struct exchange *);
int64_t brought_start(const struct exchange *); /* of the ticket brought */
/* authorization.c: what goes on from the ticket brought, and what the client adds */
int32_t step_tgs_authorization(struct exchange *);
int32_t step_tgs_restrictions(struct exchange *);
/* user_to_user.c: a ticket sealed with a session key (RFC 4120 3.7) */
int32_t step_user_to_user(struct exchange *);
int32_t step_user_to_user_owner(struct exchange *);
int32_t step_user_to_user_etype(struct exchange *);
int32_t step_tgs_etype(struct exchange *);

#endif
