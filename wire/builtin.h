/* Rows of the types that a production may use without naming them. */
#ifndef WIRE_BUILTIN_H
#define WIRE_BUILTIN_H

#include "wire/rows.h"

extern const struct asn_type asn_builtin_integer, asn_builtin_enumerated, asn_builtin_boolean,
    asn_builtin_time, asn_builtin_bits, asn_builtin_octets, asn_builtin_string, asn_builtin_oid,
    asn_builtin_any;

#endif
