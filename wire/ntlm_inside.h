/* What the files of wire/ntlm.h share: the faults of its readers. */
#ifndef WIRE_NTLM_INSIDE_H
#define WIRE_NTLM_INSIDE_H

#include "wire/flat_reader.h"
#include "wire/ntlm.h"

enum ntlm_fault {
    NTLM_SIGNATURE,
    NTLM_TYPE,
    NTLM_CUT,
    NTLM_IN_HEADER,
    NTLM_PAST_END,
    NTLM_TEXT,
    NTLM_AV_CUT,
    NTLM_AV_LONG,
    NTLM_AV_SIZE,
    NTLM_RESPONSE_CUT,
    NTLM_MESSAGE_SIGNATURE_CUT,
    NTLM_MESSAGE_SIGNATURE_VERSION,
    NTLM_MESSAGE_SIGNATURE_LONG,
};
extern const struct fault_row ntlm_faults[];

/* AV_PAIRs from the cursor to MsvAvEOL or to the end. */
bool ntlm_take_pairs(struct flat_reader *, struct av_pairs *out);

#endif
