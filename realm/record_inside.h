/* Shared by the files that write and read the store's records. */
#ifndef REALM_RECORD_INSIDE_H
#define REALM_RECORD_INSIDE_H

#include "realm/store_record.h"

enum record_fault {
    RECORD_BAD_VERSION,
    RECORD_CUT,
    RECORD_NUMBER_LONG,
    RECORD_NUMBER_BIG,
    RECORD_COUNT,
    RECORD_NO_YES,
    RECORD_KEY,
    RECORD_HOURS,
    RECORD_HASH,
    RECORD_SID,
    RECORD_TEXT,
    RECORD_LEFT_OVER,
    RECORD_BAD_SUM
};

/* Each record is written twice: first into nothing, for its length. */
struct writer {
    uint8_t *out; /* NULL: only counted */
    size_t n;
};
void record_put_octet(struct writer *, uint8_t);
void record_put_number(struct writer *, uint64_t);
void record_put_octets(struct writer *, struct bytes);
void record_put_text(struct writer *, const char *);

/* After a fault everything reads as nothing, so that only the end has to look. */
struct record {
    struct bytes in;
    size_t at;
    struct arena *mem;
    struct faults *faults;
    bool bad;
};
void record_refuse(struct record *, enum record_fault);
uint8_t record_get_octet(struct record *);
uint64_t record_get_number(struct record *, uint64_t most);
struct bytes record_get_octets(struct record *);
size_t record_get_count(struct record *, size_t least);
bool record_get_bool(struct record *);
const char *record_get_text(struct record *);

/* What Windows' logon adds, of an account and of a policy: at the end of their records. */
void record_put_windows(struct writer *, const struct account *);
void record_put_domain(struct writer *, const struct realm_policy *);
void record_get_windows(struct record *, struct account *);
void record_get_domain(struct record *, struct realm_policy *);

#endif
