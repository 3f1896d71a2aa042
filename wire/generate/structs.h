/* The C structs of a module (see wire/rows.h for their shape). */
#ifndef WIRE_GENERATE_STRUCTS_H
#define WIRE_GENERATE_STRUCTS_H

#include <stdio.h>

/* NAME.h: a struct for every production that needs one, and the names of all rows. */
void structs_write(FILE *, const char *module);

#endif
