/* NDR transfer syntax 2.0, little-endian (C706 14; MS-RPCE 2.2.5): a cursor that reads and a cursor
 * that writes, with alignment, referents (pointers) and conformant arrays. Shared by PACs (type
 * serialization 1, MS-RPCE 2.2.6) and netlogon's stubs. The map of octets for the reader comes from
 * the same cursor: with a visitor, each primitive read is a leaf (wire/flat.h); so a structure is
 * described once, by the function that reads it. */
#ifndef WIRE_NDR_H
#define WIRE_NDR_H

#include "wire/flat_reader.h"
#include "wire/validation.h"

#define NDR_COUNT_MAX 65536 /* elements of an array */

struct ndr_reader {
    struct flat_reader flat;      /* .mem, .faults, .at */
    struct flat_visitor *visitor; /* NULL: nobody watches */
    bool bad; /* a fault was raised: everything read from now on is zeros, and counts are 0 */
};
void ndr_read_init(struct ndr_reader *, struct bytes in, struct arena *, struct faults *,
                   struct flat_visitor *);
/* The end: what is left may be padding of less than 8 octets, no more; the visitor is told
 * everything that was read. False: a fault was raised, now or before. */
bool ndr_read_end(struct ndr_reader *);
/* Raises the row at the octet where the cursor stands, under the path of the structure being read;
 * false, and the reader is bad. For those whose structures say more than NDR does. */
bool ndr_refuse(struct ndr_reader *, const struct fault_row *, const char *name,
                const char *expected, const char *found);
/* Each aligns first (padding is a leaf of its own), then reads; name: the specification's term. */
uint8_t ndr_u8(struct ndr_reader *, const char *name);
uint16_t ndr_u16(struct ndr_reader *, const char *name);
uint32_t ndr_u32(struct ndr_reader *, const char *name);
uint64_t ndr_hyper(struct ndr_reader *, const char *name);
/* As it stands: 100 ns since 1601. Two DWORDs, low first, so at a multiple of 4. */
uint64_t ndr_filetime(struct ndr_reader *, const char *name);
uint16_t ndr_named16(struct ndr_reader *, const char *name, int registry); /* an enum */
uint32_t ndr_named(struct ndr_reader *, const char *name, int registry);   /* u32 with names */
uint32_t ndr_flags(struct ndr_reader *, const char *name, int registry);
bool ndr_pointer(struct ndr_reader *, const char *name); /* referent id; false: null */
struct bytes ndr_octets(struct ndr_reader *, const char *name, size_t n); /* no alignment */
void ndr_align(struct ndr_reader *, size_t to);
void ndr_group(struct ndr_reader *, const char *name); /* a structure begins: paths grow */
void ndr_element(struct ndr_reader *, const char *name, size_t index); /* of an array: also one */
void ndr_group_end(struct ndr_reader *);
/* A conformant array's count, held against what is left: memory may be taken for so many. */
uint32_t ndr_max_count(struct ndr_reader *, const char *name, size_t element_size);
/* The same, where a field before it has said how many there are. */
uint32_t ndr_count_of(struct ndr_reader *, uint32_t said, size_t element_size);
/* [string] wchar_t*: max, offset, actual, text with its NUL; UTF-8 in mem. */
struct bytes ndr_wstring(struct ndr_reader *, const char *name);
/* RPC_UNICODE_STRING: header now (lengths, pointer), text when its turn comes. */
struct ndr_ustring {
    uint16_t length, maximum;
    bool present;
};
struct ndr_ustring ndr_ustring(struct ndr_reader *, const char *name);
struct bytes ndr_ustring_text(struct ndr_reader *, const char *name, struct ndr_ustring);
struct sid ndr_sid(struct ndr_reader *, const char *name); /* RPC_SID behind its pointer */

struct ndr_writer {
    struct arena *mem;
    uint8_t *p;
    size_t n, room;
    uint32_t referent; /* next: 0x20000, 4 apart, as Windows writes */
    bool bad;          /* a text was no UTF-8 */
};
void ndr_write_init(struct ndr_writer *, struct arena *);
void ndr_put_u8(struct ndr_writer *, uint8_t);
void ndr_put_u16(struct ndr_writer *, uint16_t);
void ndr_put_u32(struct ndr_writer *, uint32_t);
void ndr_put_hyper(struct ndr_writer *, uint64_t);
void ndr_put_filetime(struct ndr_writer *, uint64_t);
void ndr_put_align(struct ndr_writer *, size_t to);
void ndr_put_octets(struct ndr_writer *, struct bytes);
void ndr_put_pointer(struct ndr_writer *, bool present);
void ndr_put_wstring(struct ndr_writer *, struct bytes utf8); /* [string] wchar_t* */
/* RPC_UNICODE_STRING: header, and its text in its turn. {NULL, 0} is a null pointer; an empty text
 * has a pointer, as Windows writes it. */
void ndr_put_ustring(struct ndr_writer *, struct bytes utf8);
void ndr_put_ustring_text(struct ndr_writer *, struct bytes utf8);
void ndr_put_sid(struct ndr_writer *, const struct sid *);
/* As they stand; {NULL, 0}: a text was no UTF-8, or too long for its header. */
struct bytes ndr_written(struct ndr_writer *);

/* Type serialization version 1 (MS-RPCE 2.2.6): the two headers before a structure, at the start of
 * the octets. The writer's length is put there by the end, which pads to a multiple of 8. */
void ndr_type_headers(struct ndr_reader *);
void ndr_put_type_headers(struct ndr_writer *);
void ndr_put_type_end(struct ndr_writer *);

/* The two structures of wire/validation.h. KERB_VALIDATION_INFO with its pointees (MS-PAC 2.5),
 * NETLOGON_VALIDATION_SAM_INFO4 likewise. */
bool ndr_read_kerb_validation_info(struct ndr_reader *, struct validation_info *out);
void ndr_write_kerb_validation_info(struct ndr_writer *, const struct validation_info *);
bool ndr_read_sam_info4(struct ndr_reader *, struct validation_info *out);
void ndr_write_sam_info4(struct ndr_writer *, const struct validation_info *);
const struct fault_row *ndr_fault_table(size_t *n);

#endif
