/* What the tables of rows are written with. Only sim/scenario_rows*.c include this. */
#ifndef SIM_SCENARIO_ROWS_INSIDE_H
#define SIM_SCENARIO_ROWS_INSIDE_H

#include "sim/scenario.h"
#include "sim/scenario_rows.h"

/* K(key, kind, struct, member, ...); KN where the struct has n_MEMBER beside it. */
#define N(rows) (sizeof(rows) / sizeof *(rows))
#define K(key, k, s, m, ...)                                                                       \
    {                                                                                              \
        .name = key, .kind = k, .at = offsetof(struct s, m), ##__VA_ARGS__                         \
    }
#define KN(key, k, s, m, ...) K(key, k, s, m, .count_at = offsetof(struct s, n_##m), ##__VA_ARGS__)
#define IN(kind)              (1u << (kind))

/* ---- scenario_rows_web.c: parts of a party ---- */
extern const struct shape browser_shape, app_shape, ntlm_shape;
extern const struct choice auth_schemes[], web_presets[];

#endif
