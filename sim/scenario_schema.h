/* The format of scenario files as a JSON Schema (draft 2020-12), made from the same rows that the
 * reader goes by: for editors that complete and check while one types. */
#ifndef SIM_SCENARIO_SCHEMA_H
#define SIM_SCENARIO_SCHEMA_H

#include "base/arena.h"

/* Indented, a newline at its end; in mem. */
char *scenario_schema(struct arena *mem);

#endif
