/* What the files of the store share. The file has three tables: "realm" (format, name, policy,
 * trusts, counters by name), "accounts" (number -> record) and "names" (name with its letters
 * folded -> numbers of the accounts that have it). */
#ifndef REALM_STORE_INSIDE_H
#define REALM_STORE_INSIDE_H

#include "realm/inside.h"
#include "realm/store.h"

#include <lmdb.h>

#define STORE_FORMAT 2
/* Octets of address space: what a file may grow to. */
#define STORE_MAP       ((size_t)1 << (sizeof(size_t) > 4 ? 38 : 30))
#define STORE_MAP_LEAST ((size_t)1 << 26)
#define STORE_READERS   512
#define STORE_SMALL     ((size_t)8 << 20) /* octets: looked at whole whenever it is opened */

struct store {
    MDB_env *env;
    MDB_dbi realm, accounts, names;
    char *path;
};

/* A state of the file as a snapshot: of a reader's turn, or of a change. */
struct store_view {
    struct realm realm; /* first: a snapshot is one */
    struct store *store;
    MDB_txn *txn;
    MDB_cursor *names;
    struct arena *settings; /* name, policy and trusts as they are decoded */
    /* The account krbtgt/REALM, which every turn asks for, of the state that has this number. Only
     * of a reader: within a change things change, and its number does not. */
    bool reads;
    struct arena *kept;
    const struct account *krbtgt;
    size_t krbtgt_of;
    uint64_t settings_number;
    const char *trouble;
};

MDB_val store_val(struct bytes);
struct bytes store_bytes(MDB_val);

/* Of the view's transaction; sets its realm. False: the settings cannot be read. */
bool view_settings(struct store_view *);
void view_init(struct store_view *, struct store *);
void view_release(struct store_view *);
/* The number of an account of that own name, exactly; 0: none. */
uint64_t view_number(struct store_view *, const struct PrincipalName *);
/* A number kept under a name in the table "realm"; 0 where there is none. */
uint64_t view_counter(const struct store_view *, const char *key);
/* The key of a name in the table "names", in mem. */
struct bytes store_name_key(struct arena *mem, const struct PrincipalName *);
#define STORE_TRUST "trust:" /* before the realm's name, folded */

/* store_check.c: follows every page that the transaction reaches, by reading the file rather than
 * the map. NULL: whole; else what is wrong, in mem. */
extern const char store_moved_on[]; /* says store_walk when a newer state should be looked at */
const char *store_walk(MDB_txn *, struct arena *mem, bool thorough);
/* Is it such a file at all? NULL: yes; else what it is, in mem. */
const char *store_look(const char *path, struct arena *mem);

#endif
