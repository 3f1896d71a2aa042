/* Shared by the files of wire/pac*.c alone. */
#ifndef WIRE_PAC_INSIDE_H
#define WIRE_PAC_INSIDE_H

#include "wire/flat_reader.h"
#include "wire/pac.h"

enum pac_fault {
    PAC_CUT,
    PAC_COUNT,
    PAC_VERSION,
    PAC_ALIGNED,
    PAC_OUTSIDE,
    PAC_OVERLAP,
    PAC_TWICE,
    PAC_LENGTH,
    PAC_TEXT,
    PAC_SIGNATURE,
    PAC_PLACE,
    PAC_NO_SID
};

struct flat_reader pac_start(struct bytes, struct arena *, struct faults *, bool mapped);
/* False. */
bool pac_refuse(struct flat_reader *, enum pac_fault, const char *name, size_t at,
                const char *expected, int64_t e, int64_t found);

#endif
