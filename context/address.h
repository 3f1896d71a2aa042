/* Network addresses in tickets and messages (RFC 4120 5.2.5, 7.5.3). */
#ifndef CONTEXT_ADDRESS_H
#define CONTEXT_ADDRESS_H

#include "base/arena.h"
#include "wire/kerberos.h"

enum { ADDRESS_IPV4 = 2, ADDRESS_IPV6 = 24 };

/* Is the address (as of struct party: 4 or 16 octets) one of these? An empty list means anywhere;
 * an address that is not known is in every list: there is nothing to compare. */
bool address_among(const struct HostAddresses *, struct bytes address);
/* "10.0.0.5, 2001:db8:0:0:0:0:0:1": for the reader; of other types their number and octets. */
char *addresses_text(struct arena *, const struct HostAddresses *);
/* One, as of struct party; "" when it is not known. */
char *address_text(struct arena *, struct bytes address);

#endif
