/* Changes of a store. What goes wrong on the way is remembered, and told when the change is to
 * become lasting: then nothing of it does. */
#include "base/text.h"
#include "realm/rekey.h"
#include "realm/store_inside.h"
#include "realm/store_record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

struct store_change {
    struct store_view view;
    struct arena *mem;
    uint64_t next; /* number of the next account */
    bool settings; /* were changed */
    int rc;        /* of the first thing that went wrong */
};

static void keep(struct store_change *c, int rc)
{
    if (rc && !c->rc)
        c->rc = rc;
}

struct store_change *store_change(struct store *s, struct arena *mem, char **error)
{
    struct store_change *c = calloc(1, sizeof *c);
    if (!c) {
        *error = arena_printf(mem, "%s: %s", s->path, strerror(ENOMEM));
        return NULL;
    }
    view_init(&c->view, s);
    c->mem = mem;
    int dead;
    mdb_reader_check(s->env, &dead); /* whom a kill -9 left behind holds no page */
    int rc = c->view.settings ? mdb_txn_begin(s->env, NULL, 0, &c->view.txn) : ENOMEM;
    if (!rc)
        rc = mdb_cursor_open(c->view.txn, s->names, &c->view.names);
    if (!rc && view_settings(&c->view)) {
        c->next = view_counter(&c->view, "next");
        return c;
    }
    *error = arena_printf(mem, "%s: %s", text_escape(mem, bytes_str(s->path)),
                          rc ? mdb_strerror(rc) : c->view.trouble);
    store_abort(c);
    return NULL;
}

const struct realm *store_changed(struct store_change *c)
{
    return &c->view.realm;
}

/* ---- accounts -------------------------------------------------------------------------------- */

static void put_name(struct store_change *c, const struct PrincipalName *name, uint64_t number,
                     bool there)
{
    MDB_val key = store_val(store_name_key(c->mem, name)), value = {sizeof number, &number};
    MDB_dbi names = c->view.store->names;
    int rc = there ? mdb_put(c->view.txn, names, &key, &value, MDB_NODUPDATA)
                   : mdb_del(c->view.txn, names, &key, &value);
    /* Two names of one account may fold into one. */
    keep(c, rc == MDB_KEYEXIST || rc == MDB_NOTFOUND ? 0 : rc);
}

static void put_names(struct store_change *c, const struct account *a, uint64_t number, bool there)
{
    put_name(c, &a->name, number, there);
    for (size_t i = 0; i < a->n_spns; i++)
        put_name(c, &a->spns[i], number, there);
    struct bytes upn = a->upn;
    struct PrincipalName name = {.name_string = {&upn, 1}};
    if (upn.n)
        put_name(c, &name, number, there);
}

static void put_account(struct store_change *c, const struct account *a, uint64_t number)
{
    struct bytes record = record_account(c->mem, a);
    MDB_val key = {sizeof number, &number}, value = store_val(record);
    keep(c, mdb_put(c->view.txn, c->view.store->accounts, &key, &value, 0));
    wipe((void *)(uintptr_t)record.p, record.n);
    put_names(c, a, number, true);
}

bool store_add(struct store_change *c, const struct account *account,
               const struct account **taken_by)
{
    const struct account *other = name_taken(&c->view.realm, c->mem, account, NULL);
    if (taken_by)
        *taken_by = other;
    if (other)
        return false;
    c->next = c->next ? c->next : 1;
    put_account(c, copy_account(c->mem, account), c->next++);
    return true;
}

/* A copy: what is read views pages that the change itself may move. */
static struct account *present(struct store_change *c, uint64_t number)
{
    MDB_val key = {sizeof number, &number}, record;
    struct account a;
    int rc = number ? mdb_get(c->view.txn, c->view.store->accounts, &key, &record) : MDB_NOTFOUND;
    if (!rc && record_read_account(c->mem, store_bytes(record), NULL, &a))
        return copy_account(c->mem, &a);
    return NULL;
}

bool store_set(struct store_change *c, const struct PrincipalName *name,
               const struct account *account, const struct account **taken_by)
{
    const struct account *other = name_taken(&c->view.realm, c->mem, account, name);
    if (taken_by)
        *taken_by = other;
    uint64_t number = view_number(&c->view, name);
    struct account *old = present(c, number);
    if (other || !old)
        return false;
    struct account *copy = copy_account(c->mem, account);
    put_names(c, old, number, false);
    put_account(c, copy, number);
    return true;
}

bool store_remove(struct store_change *c, const struct PrincipalName *name)
{
    uint64_t number = view_number(&c->view, name);
    struct account *old = present(c, number);
    if (!old)
        return false;
    MDB_val key = {sizeof number, &number};
    keep(c, mdb_del(c->view.txn, c->view.store->accounts, &key, NULL));
    put_names(c, old, number, false);
    return true;
}

/* ---- settings -------------------------------------------------------------------------------- */

static void put_setting(struct store_change *c, struct bytes key, struct bytes value)
{
    MDB_val k = store_val(key), v = store_val(value);
    keep(c, mdb_put(c->view.txn, c->view.store->realm, &k, &v, 0));
}

static void put_counter(struct store_change *c, const char *key, uint64_t value)
{
    put_setting(c, bytes_str(key), bytes_of(&value, sizeof value));
}

/* From now on the change itself sees what it has set. */
static void settings_changed(struct store_change *c)
{
    put_counter(c, "settings", view_counter(&c->view, "settings") + 1);
    if (!c->rc && !view_settings(&c->view))
        keep(c, MDB_CORRUPTED);
}

void store_set_policy(struct store_change *c, const struct realm_policy *policy)
{
    put_setting(c, bytes_str("policy"), record_policy(c->mem, policy));
    settings_changed(c);
}

static struct bytes trust_key(struct store_change *c, struct bytes realm)
{
    char *key = arena_printf(c->mem, STORE_TRUST "%.*s", (int)realm.n, (const char *)realm.p);
    for (char *p = key + strlen(STORE_TRUST); *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p + 'a' - 'A');
    return bytes_str(key);
}

void store_set_trust(struct store_change *c, const struct trust *t)
{
    put_setting(c, trust_key(c, t->realm), record_trust(c->mem, copy_trust(c->mem, t)));
    settings_changed(c);
}

bool store_remove_trust(struct store_change *c, struct bytes realm)
{
    MDB_val key = store_val(trust_key(c, realm));
    int rc = mdb_del(c->view.txn, c->view.store->realm, &key, NULL);
    if (rc == MDB_NOTFOUND)
        return false;
    keep(c, rc);
    settings_changed(c);
    return true;
}

/* ---- the end --------------------------------------------------------------------------------- */

static void release(struct store_change *c)
{
    view_release(&c->view);
    free(c);
}

void store_abort(struct store_change *c)
{
    if (c->view.names)
        mdb_cursor_close(c->view.names);
    if (c->view.txn)
        mdb_txn_abort(c->view.txn);
    release(c);
}

/* A page that was taken and given back in one change is counted and never written: the file is then
 * shorter than it says. Made longer, it need not be looked through when it is opened next. */
static void as_long_as_it_says(struct store *s)
{
    MDB_envinfo info;
    MDB_stat is;
    struct stat file;
    int fd;
    if (mdb_env_info(s->env, &info) || mdb_env_stat(s->env, &is) || mdb_env_get_fd(s->env, &fd) ||
        fstat(fd, &file))
        return;
    off_t size = (off_t)((info.me_last_pgno + 1) * is.ms_psize);
    if (file.st_size < size && fallocate(fd, 0, size - 1, 1))
        return; /* then it is looked through */
}

/* LMDB calls a write that is cut short by a full disk an error of the disk. */
static int why_not(const struct store *s, int rc)
{
    struct statvfs disk;
    return rc == EIO && !statvfs(s->path, &disk) && !disk.f_bavail ? ENOSPC : rc;
}

bool store_commit(struct store_change *c, char **error)
{
    struct store *s = c->view.store;
    struct arena *mem = c->mem;
    put_counter(c, "next", c->next);
    int rc = c->rc;
    mdb_cursor_close(c->view.names);
    if (rc)
        mdb_txn_abort(c->view.txn);
    else
        rc = mdb_txn_commit(c->view.txn);
    release(c);
    if (rc) {
        *error = arena_printf(mem, "%s: nothing was changed: %s",
                              text_escape(mem, bytes_str(s->path)), mdb_strerror(why_not(s, rc)));
        return false;
    }
    as_long_as_it_says(s);
    return true;
}

/* ---- passwords ------------------------------------------------------------------------------- */

#define SUCCESS    0
#define HARD_ERROR 2 /* RFC 3244 2 */
#define SOFT_ERROR 4

static int32_t change_password(struct store_change *c, struct crypto *crypto,
                               const struct PrincipalName *name, struct bytes password,
                               const char **why)
{
    const struct realm *realm = &c->view.realm;
    const struct account *old = realm_lookup(realm, c->mem, name, LOOKUP_TICKET, NULL);
    if (!old)
        return *why = "There is no such account.", HARD_ERROR;
    struct account *next = copy_account(c->mem, old);
    if (!account_new_password(c->mem, crypto, realm, next, password))
        return *why = "No key can be made of this password.", HARD_ERROR;
    struct PrincipalName own = copy_name(c->mem, &old->name);
    return store_set(c, &own, next, NULL) ? SUCCESS : HARD_ERROR;
}

static int32_t change_whole(struct store *s, struct arena *mem, struct crypto *crypto,
                            const struct PrincipalName *name, struct bytes password,
                            const char **why)
{
    char *error = NULL;
    struct store_change *c = store_change(s, mem, &error);
    if (!c)
        return *why = error, HARD_ERROR;
    int32_t result = change_password(c, crypto, name, password, why);
    if (result != SUCCESS) {
        store_abort(c);
        return result;
    }
    if (!store_commit(c, &error))
        return *why = error, HARD_ERROR;
    return *why = "", SUCCESS;
}

/* In memory of its own: a turn whose memory runs out leaves at once, and must not leave the store
 * locked behind it. */
static int32_t set_password(void *arg, struct turn *turn, const struct PrincipalName *name,
                            struct bytes password, const char **why)
{
    *why = "The account could not be changed.";
    if (!password.n)
        return *why = "A password has at least one character.", SOFT_ERROR;
    struct arena *mem = arena_new(0);
    if (!mem)
        return HARD_ERROR;
    char said[256];
    int32_t result = change_whole(arg, mem, turn->crypto, name, password, why);
    snprintf(said, sizeof said, "%s", *why);
    arena_free(mem);
    *why = arena_printf(turn->mem, "%s", said);
    return result;
}

struct realm_changer store_changer(struct store *s)
{
    return (struct realm_changer){set_password, s};
}
