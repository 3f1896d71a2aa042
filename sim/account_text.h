/* Accounts of a realm as text: a line each, their keys, and a scenario file that makes them again.
 */
#ifndef SIM_ACCOUNT_TEXT_H
#define SIM_ACCOUNT_TEXT_H

#include "realm/realm.h"

#include <stdio.h>

/* "ETYPE KVNO HEXKEY" a line, newest first, with `before` in front of each. */
void account_print_keys(FILE *, const struct account *, const char *before);
/* "alice  18 17 kvno 3  disabled  HTTP/www": name, etypes of the newest keys, what is said of it.
 */
void account_print(FILE *, const struct account *, struct arena *);

/* A scenario file with the realm, its accounts and their keys as they are. False: *why says what it
 * cannot hold. */
bool realm_export(FILE *, const struct realm *, struct arena *, const char **why);

#endif
