/* The steps that put a PAC into a ticket. */
#ifndef KDC_PAC_H
#define KDC_PAC_H

#include "kdc/inside.h"

int32_t step_as_pac(struct exchange *);  /* made */
int32_t step_tgs_pac(struct exchange *); /* of the ticket brought: checked, filtered, signed anew */

#endif
