/* A scenario's name server: a party of role dns, and the hosts it knows. */
#ifndef SIM_DNS_H
#define SIM_DNS_H

#include "base/turn.h"
#include "sim/scenario.h"

/* A query in, its answer out by the turn; what is none gets silence. Always true. */
bool dns_receive(const struct scenario_party *, const struct packet *, struct turn *);

#endif
