/* The privilege attribute certificate (MS-PAC 2.3): a directory of buffers, little-endian, and the
 * buffers whose layout is known here. */
#ifndef WIRE_PAC_H
#define WIRE_PAC_H

#include "wire/ndr.h"

enum { /* ulType (MS-PAC 2.4); registry NAMES_PAC_TYPE */
       PAC_LOGON_INFO = 1,
       PAC_CREDENTIALS_INFO = 2,
       PAC_SERVER_CHECKSUM = 6,
       PAC_PRIVSVR_CHECKSUM = 7,
       PAC_CLIENT_INFO_TYPE = 10,
       PAC_DELEGATION_INFO = 11,
       PAC_UPN_DNS_INFO = 12,
       PAC_CLIENT_CLAIMS_INFO = 13,
       PAC_DEVICE_INFO = 14,
       PAC_DEVICE_CLAIMS_INFO = 15,
       PAC_TICKET_CHECKSUM = 16,
       PAC_ATTRIBUTES_INFO = 17,
       PAC_REQUESTOR = 18,
       PAC_FULL_CHECKSUM = 19,
};
enum { PAC_IF_RELEVANT = 1, PAC_WIN2K = 128 }; /* ad-types around it (RFC 4120 5.2.6, MS-PAC 2) */
#define PAC_BUFFERS_MAX 64

struct pac_buffer {
    uint32_t type;
    size_t at; /* in the PAC */
    struct bytes data;
};
struct pac {
    struct bytes octets;
    const struct pac_buffer *buffers; /* in the order of the directory */
    size_t n;
};
/* Counts, offsets and sizes are held against the octets there are (CVE-2022-42898); buffers begin
 * at multiples of 8 and do not overlap. */
bool pac_read(struct bytes, struct arena *, struct faults *, struct pac *out);
const struct pac_buffer *pac_find(const struct pac *, uint32_t type); /* NULL: none */
/* Directory and buffers, each at a multiple of 8; .at is set. */
struct bytes pac_write(struct arena *, struct pac_buffer *, size_t n);

uint64_t pac_client_id(int64_t authtime); /* the FILETIME of a KerberosTime: whole seconds */
struct pac_client_info {                  /* MS-PAC 2.7 */
    uint64_t client_id;                   /* FILETIME of the TGT's authtime */
    struct bytes name;                    /* UTF-8 */
};
bool pac_client_info_read(struct bytes, struct arena *, struct faults *, struct pac_client_info *);
struct bytes pac_client_info_write(struct arena *, const struct pac_client_info *);
struct pac_signature { /* MS-PAC 2.8 */
    int32_t type;      /* cksumtype */
    struct bytes signature;
    size_t at; /* of the signature in its buffer: zeroed while it is computed */
};
bool pac_signature_read(struct bytes, struct faults *, struct pac_signature *);
/* LOGON_INFO: type serialization headers (MS-RPCE 2.2.6), pointer, KERB_VALIDATION_INFO. */
bool pac_logon_info_read(struct bytes, struct arena *, struct faults *, struct validation_info *);
struct bytes pac_logon_info_write(struct arena *, const struct validation_info *);

bool pac_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool pac_logon_info_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool pac_client_info_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool pac_signature_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool pac_upn_dns_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool pac_attributes_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
bool pac_requestor_walk(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
/* Whose buffers of that type are; NULL: their layout is not known here. */
typedef bool pac_walker(struct bytes, struct arena *, struct faults *, struct flat_visitor *);
pac_walker *pac_buffer_walk(uint32_t type);
const struct fault_row *pac_fault_table(size_t *n);

#endif
