/* What leaves the program: JSON for scripts, pcapng and a keytab for Wireshark. All of it is
 * computed from the trace alone. */
#ifndef TRACE_EXPORT_H
#define TRACE_EXPORT_H

#include "trace/dissect.h"

struct json_options {
    bool with_keys;   /* the values of keys; otherwise each is "redacted" */
    const char *eyes; /* as in struct text_options */
};
/* One JSON object, in mem, newline at its end. Its members: scenario, realm, seed, parties[],
 * events[] (each with index, kind, at, local, party and what its kind has), keys[], results[]. A
 * packet has data in hexadecimal and fields[]: path, value, at, body, end, in the order of
 * field_next, headers left out. crypto and options may be NULL. */
char *trace_json(const struct trace *, const struct json_options *, struct crypto *,
                 struct arena *mem);

/* A pcapng file: raw IPv4, microseconds, the parties' addresses and ports; UDP as it is, TCP with
 * its handshake, sequence numbers and end, so that it can be reassembled. The section's comment
 * is title, realm and seed; a packet's are its label and the sentences of what was done with it.
 * In mem. */
struct bytes trace_pcapng(const struct trace *, struct crypto *, struct arena *mem);

/* A keytab (format 0x0502) of every key told in the trace, session keys too, under names made up
 * for them: for tshark -K. {NULL, 0}: none was told. In mem. */
struct bytes trace_keytab(const struct trace *, struct arena *mem);

#endif
