/* The format of a scenario file as tables: a shape for each mapping, a row for each key. Adding a
 * key is a row here, a member in sim/scenario.h and a line in docs/scenario.md. */
#ifndef SIM_SCENARIO_ROWS_H
#define SIM_SCENARIO_ROWS_H

#include "base/bytes.h"

enum value_kind {
    V_NAME,      /* one line of text -> const char * */
    V_PROSE,     /* text -> const char * */
    V_NAMES,     /* list of V_NAME -> const char **, count */
    V_PROSES,    /* list of V_PROSE -> const char **, count */
    V_BOOL,      /* true, false -> bool */
    V_SIZE,      /* decimal -> size_t, at most 2^31 */
    V_U32,       /* decimal -> uint32_t */
    V_U64,       /* decimal -> uint64_t */
    V_SPAN,      /* "5m", "-6m", "1h30m" -> int64_t microseconds; bare 0 */
    V_TIME,      /* "2026-11-21T20:51:55Z" -> int64_t microseconds since 1970 */
    V_ETYPES,    /* list of names or numbers -> int32_t *, count */
    V_OPTIONS,   /* list of KDC options by name -> uint32_t */
    V_CHOICE,    /* one of choices -> an enum */
    V_FLAGS,     /* list of choices -> uint32_t, or'ed */
    V_BITS,      /* the same, or one hexadecimal number "0x1c" -> uint32_t */
    V_EXPECT,    /* "granted", "no answer", an error by name or number -> int32_t */
    V_ADDRESS,   /* IPv4 -> const char * */
    V_ADDRESSES, /* list of V_ADDRESS -> const char **, count */
    V_HOURS,     /* hours of the week -> const uint8_t *, SCENARIO_HOURS octets */
    V_OCTETS,    /* hexadecimal -> struct bytes */
    V_INSIDE,    /* a mapping whose rows fill a struct inside -> that struct */
    V_WHOM,      /* the same, or a list that is of its first row */
    V_LIST,      /* a list of mappings -> struct *, count */
};

struct choice {
    const char *name;
    uint32_t value;
};

struct shape;
struct key_row {
    const char *name;
    enum value_kind kind;
    size_t at, count_at; /* offsets in the struct */
    bool required;
    uint32_t only;                /* kinds (bits by shape->kind_at) it has a meaning in; 0: all */
    const struct choice *choices; /* ended by a NULL name */
    size_t given_at;              /* a uint32_t where the bit `given` is set when the key stands */
    uint32_t given;
    const struct shape *shape;
};

#define NO_KIND SIZE_MAX
struct shape {
    const char *what; /* "account": as errors call it */
    const struct key_row *rows;
    size_t n;
    size_t size;         /* of the struct */
    const void *initial; /* what it is before anything is read; NULL: zeros */
    size_t line_at;      /* offset of its size_t line, or NO_KIND */
    size_t kind_at;      /* offset of the enum that `only` speaks of, or NO_KIND */
    const struct choice *kinds;
};

extern const struct shape scenario_shape;

/* What an account's flags and supported etypes are called. */
const struct choice *account_flag_choices(void);
const struct choice *supported_etype_choices(void);

/* "logon" for a step kind, "flip" for a tamper kind, "client" for a role; for narration. */
const char *step_kind_text(uint32_t kind);
const char *tamper_kind_text(uint32_t kind);
const char *role_text(uint32_t role);

#endif
