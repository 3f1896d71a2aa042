/* The steps of the TGS that have files of their own. */
#ifndef KDC_TGS_H
#define KDC_TGS_H

#include "kdc/inside.h"

/* tgs_ap.c: who asks */
int32_t step_tgs_ap(struct exchange *);
int32_t step_tgs_checksum(struct exchange *);
int32_t step_tgs_replay(struct exchange *);
/* tgs_grant.c: what of it is granted */
int32_t step_tgs_options(struct exchange *);
int32_t step_tgs_flags(struct exchange *);
int32_t step_tgs_times(struct exchange *);

#endif
