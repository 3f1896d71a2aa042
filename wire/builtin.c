#include "wire/builtin.h"

#define BUILTIN(row, text, what, c)                                                                \
    const struct asn_type asn_builtin_##row = {.name = text,                                       \
                                               .base = text,                                       \
                                               .section = "",                                      \
                                               .kind = what,                                       \
                                               .app = ASN_NONE,                                    \
                                               .app_too = ASN_NONE,                                \
                                               .size = sizeof(c)}

BUILTIN(integer, "INTEGER", ASN_INTEGER, int64_t);
BUILTIN(enumerated, "ENUMERATED", ASN_ENUMERATED, int64_t);
BUILTIN(boolean, "BOOLEAN", ASN_BOOLEAN, bool);
BUILTIN(time, "GeneralizedTime", ASN_TIME, int64_t);
BUILTIN(bits, "BIT STRING", ASN_BITS, struct asn_bits);
BUILTIN(octets, "OCTET STRING", ASN_OCTETS, struct bytes);
BUILTIN(string, "GeneralString", ASN_STRING, struct bytes);
BUILTIN(oid, "OBJECT IDENTIFIER", ASN_OID, struct bytes);
BUILTIN(any, "ANY", ASN_ANY, struct bytes);
