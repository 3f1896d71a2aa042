/* The lasting realm: accounts, policy and trusts in one file (LMDB), which many processes may have
 * open at once. Whoever reads sees one state of it from the beginning of a turn to its end; whoever
 * changes it does so as a whole or not at all, and a change that has been answered for is on the
 * disk. docs/store.md tells what is in the file. Not engine code: it opens files and takes memory.
 *
 * A process opens a file once and closes it when nothing reads or changes it any more; not across
 * fork. The store may be shared by threads; a reader belongs to one thread at a time. */
#ifndef REALM_STORE_H
#define REALM_STORE_H

#include "realm/realm.h"

struct store;

/* A new file with a realm without accounts. False: *error (in mem) says why; also when the file is
 * there already. */
bool store_create(const char *path, struct bytes realm, const struct realm_policy *,
                  struct arena *mem, char **error);

enum store_use {
    STORE_READ,
    STORE_CHANGE,
    STORE_CHECK, /* read, and look at every page of it first; a file that is shorter than it says,
                  * or small, is looked at in any case */
};
/* NULL: *error (in mem) says why: not a store, cut off, damaged, not to be read. */
struct store *store_open(const char *path, enum store_use, struct arena *mem, char **error);
void store_close(struct store *); /* NULL is allowed */

/* ---- reading ----------------------------------------------------------------------------------
 */

struct store_reader;
/* Takes memory of its own. NULL: *error (in mem) says why. */
struct store_reader *store_reader(struct store *, struct arena *mem, char **error);
void store_reader_free(struct store_reader *); /* NULL is allowed */
/* The newest state, until store_end: what it gives out (accounts view the file) is good as long.
 * The pointer stays the same from turn to turn. NULL: it cannot be read now. */
const struct realm *store_begin(struct store_reader *);
void store_end(struct store_reader *);
/* What could not be read since the reader was made, as a sentence; NULL: nothing. */
const char *store_trouble(const struct store_reader *);

/* ---- changing ---------------------------------------------------------------------------------
 */

/* All of a change, or nothing of it, becomes lasting by store_commit; one at a time in all
 * processes, the others wait. mem serves it to its end. NULL: *error says why. */
struct store_change *store_change(struct store *, struct arena *mem, char **error);
/* The realm as the change has it so far. What it gives out is good until the next change in it. */
const struct realm *store_changed(struct store_change *);

/* False: a name is taken; *taken_by (may be NULL) has it, as realm_build_account says. */
bool store_add(struct store_change *, const struct account *, const struct account **taken_by);
/* Instead of the account of that own name, exactly, which has to be there. */
bool store_set(struct store_change *, const struct PrincipalName *, const struct account *,
               const struct account **taken_by);
/* False: there is none of that own name. */
bool store_remove(struct store_change *, const struct PrincipalName *);
void store_set_policy(struct store_change *, const struct realm_policy *);
void store_set_trust(struct store_change *, const struct trust *); /* new, or instead of its like */
bool store_remove_trust(struct store_change *, struct bytes realm);

/* Either ends the change. Committed: true, and it is on the disk. False: nothing of it is, *error
 * (in mem) says why: no space, an error of the disk, or whatever went wrong on the way here. */
bool store_commit(struct store_change *, char **error);
void store_abort(struct store_change *);

/* For engines that change passwords (realm/realm.h): arg is the store. */
struct realm_changer store_changer(struct store *);

#endif
