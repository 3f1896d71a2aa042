/* Names as a command line may say them, before they go into a store. */
#ifndef SIM_ACCOUNT_NAMES_H
#define SIM_ACCOUNT_NAMES_H

#include "base/arena.h"

/* What is wrong with it, as in "'x' is not UTF-8"; NULL: nothing. In mem. */
const char *name_wrong(const char *text, struct arena *mem); /* with any name */
const char *realm_name_wrong(const char *text, struct arena *mem);
const char *spn_wrong(const char *text, struct arena *mem);
/* *text without "@REALM", where it names this realm. */
const char *account_name_wrong(const char **text, struct bytes realm, struct arena *mem);

#endif
