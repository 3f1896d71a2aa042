/* Shared by the files of wire/ndr*.c alone. */
#ifndef WIRE_NDR_INSIDE_H
#define WIRE_NDR_INSIDE_H

#include "wire/ndr.h"

/* The pointer to an array of so many elements is null: a fault, unless there are none. */
void ndr_absent(struct ndr_reader *, const char *name, uint32_t said);
/* RPC_UNICODE_STRING with room for `over` octets more than its text has, which are not sent. */
void ndr_put_ustring_room(struct ndr_writer *, struct bytes utf8, size_t over);
void ndr_put_ustring_room_text(struct ndr_writer *, struct bytes utf8, size_t over);

#endif
