/* Steps of the AS exchange by file; only kdc/as*.c includes this. */
#ifndef KDC_AS_H
#define KDC_AS_H

#include "kdc/inside.h"

/* as_client.c: who asks */
int32_t step_as_realm(struct exchange *);
int32_t step_as_client(struct exchange *);
/* as_grant.c: what of it is granted */
int32_t step_as_options(struct exchange *);
int32_t step_as_addresses(struct exchange *);
int32_t step_as_flags(struct exchange *);
/* as_times.c: from when until when */
int32_t step_as_times(struct exchange *);

#endif
