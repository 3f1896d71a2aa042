/* Object identifiers as text, and the names of mechanisms (RFC 4178 4.1). */
#ifndef WIRE_OID_H
#define WIRE_OID_H

#include "base/arena.h"

/* Contents octets in, "1.2.840.113554.1.2.2" out; in hexadecimal where they are no OID. In mem. */
const char *oid_text(struct arena *mem, struct bytes oid);
/* "Kerberos 5", "NTLM"; NULL: a mechanism not known here. */
const char *oid_name(struct bytes oid);
/* Both: "1.3.6.1.5.5.2 SPNEGO". In mem. */
const char *oid_shown(struct arena *mem, struct bytes oid);

#endif
