/* Opening a store, making one, and the turns of its readers. */
#include "realm/store_inside.h"
#include "realm/store_record.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool no(char **error, struct arena *mem, const char *path, const char *why)
{
    *error = arena_printf(mem, "%s: %s", text_escape(mem, bytes_str(path)), why);
    return false;
}

/* ---- opening --------------------------------------------------------------------------------- */

/* What LMDB finds in a file that is too large to be looked at whole each time. */
static void damaged(MDB_env *env, const char *what)
{
    const char *path = NULL;
    mdb_env_get_path(env, &path);
    fprintf(stderr, "tessera: %s: damaged: %s\n", path ? path : "the store", what);
    _exit(2);
}

/* LMDB maps FILE-lock, and whoever writes into a hole of a mapped file on a full disk is killed. */
static int lock_has_room(const char *path, struct arena *mem)
{
    size_t octets = (STORE_READERS + 2) * 64; /* a reader has 64, and there is a head */
    struct stat is;
    int fd = open(arena_printf(mem, "%s-lock", path), O_RDWR | O_CREAT | O_CLOEXEC, 0600), rc = 0;
    if (fd < 0)
        return 0; /* of which LMDB has its own opinion */
    if (fstat(fd, &is) || (size_t)is.st_blocks * 512 < octets)
        rc = posix_fallocate(fd, 0, (off_t)octets);
    close(fd);
    return rc == ENOSPC ? rc : 0;
}

static int open_mapped(struct store *s, const char *path, unsigned flags, size_t map)
{
    int rc = mdb_env_create(&s->env);
    if (!rc)
        rc = mdb_env_set_mapsize(s->env, map);
    if (!rc)
        rc = mdb_env_set_maxdbs(s->env, 3);
    if (!rc)
        rc = mdb_env_set_maxreaders(s->env, STORE_READERS);
    if (!rc)
        rc = mdb_env_set_assert(s->env, damaged);
    /* Readers belong to no thread: one may be made here and used there. */
    return rc ? rc : mdb_env_open(s->env, path, MDB_NOSUBDIR | MDB_NOTLS | flags, 0600);
}

static int open_tables(struct store *s, MDB_txn *txn, unsigned flags)
{
    int rc = mdb_dbi_open(txn, "realm", flags, &s->realm);
    if (!rc)
        rc = mdb_dbi_open(txn, "accounts", flags | MDB_INTEGERKEY, &s->accounts);
    if (!rc)
        rc = mdb_dbi_open(txn, "names", flags | MDB_DUPSORT | MDB_DUPFIXED | MDB_INTEGERDUP,
                          &s->names);
    return rc;
}

/* With less address space where there is a limit to it (ulimit -v, valgrind). */
static int open_env(struct store *s, const char *path, unsigned flags, struct arena *mem)
{
    int room = lock_has_room(path, mem);
    if (room)
        return room;
    for (size_t map = STORE_MAP;; map /= 4) {
        int rc = open_mapped(s, path, flags, map);
        if ((rc != ENOMEM && rc != EINVAL) || map <= STORE_MAP_LEAST)
            return rc;
        mdb_env_close(s->env);
        s->env = NULL;
    }
}

/* NULL: it can be used. Whoever died while reading is forgotten first: for his sake alone pages
 * would be kept. */
static const char *first_look(struct store *s, struct arena *mem, bool thorough)
{
    MDB_txn *txn;
    int dead, rc = mdb_reader_check(s->env, &dead);
    if (!rc)
        rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);
    if (rc)
        return mdb_strerror(rc);
    const char *wrong = store_walk(txn, mem, thorough);
    for (int again = 0; wrong == store_moved_on && again < 1000; again++) {
        mdb_txn_reset(txn);
        if ((rc = mdb_txn_renew(txn)))
            break;
        wrong = store_walk(txn, mem, thorough);
    }
    if (!wrong && (rc = open_tables(s, txn, 0)))
        wrong = rc == MDB_NOTFOUND ? "not a store: another program's file" : mdb_strerror(rc);
    struct store_view v;
    view_init(&v, s);
    v.txn = txn;
    if (!wrong && !view_settings(&v))
        wrong =
            view_counter(&v, "format") == STORE_FORMAT ? v.trouble : "a store of another version";
    view_release(&v);
    if (wrong)
        mdb_txn_abort(txn);
    else if ((rc = mdb_txn_commit(txn))) /* the tables stay open by that */
        wrong = mdb_strerror(rc);
    return wrong;
}

struct store *store_open(const char *path, enum store_use use, struct arena *mem, char **error)
{
    const char *wrong = store_look(path, mem);
    struct store *s = wrong ? NULL : calloc(1, sizeof *s);
    if (!s) {
        no(error, mem, path, wrong ? wrong : "out of memory");
        return NULL;
    }
    /* Its own name: what is locked is the file with "-lock" behind it, whatever links lead there.
     */
    s->path = realpath(path, NULL);
    int rc = s->path ? open_env(s, s->path, use == STORE_CHANGE ? 0 : MDB_RDONLY, mem) : errno;
    if (rc)
        wrong = mdb_strerror(rc);
    else
        wrong = first_look(s, mem, use == STORE_CHECK);
    if (!wrong && s->path)
        return s;
    no(error, mem, path, wrong ? wrong : "out of memory");
    store_close(s);
    return NULL;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    if (s->env)
        mdb_env_close(s->env);
    free(s->path);
    free(s);
}

/* ---- making ---------------------------------------------------------------------------------- */

static int put_setting(struct store *s, MDB_txn *txn, const char *key, struct bytes value)
{
    MDB_val k = store_val(bytes_str(key)), v = store_val(value);
    return mdb_put(txn, s->realm, &k, &v, 0);
}

static int write_empty(struct store *s, struct bytes name, struct bytes policy)
{
    uint64_t format = STORE_FORMAT, one = 1;
    MDB_txn *txn;
    int rc = mdb_txn_begin(s->env, NULL, 0, &txn);
    if (rc)
        return rc;
    rc = open_tables(s, txn, MDB_CREATE);
    if (!rc)
        rc = put_setting(s, txn, "format", bytes_of(&format, sizeof format));
    if (!rc)
        rc = put_setting(s, txn, "name", name);
    if (!rc)
        rc = put_setting(s, txn, "policy", policy);
    if (!rc)
        rc = put_setting(s, txn, "settings", bytes_of(&one, sizeof one));
    if (!rc)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return rc;
}

/* Made under another name first, so that what has the right name is whole. */
bool store_create(const char *path, struct bytes realm, const struct realm_policy *policy,
                  struct arena *mem, char **error)
{
    char *beside = arena_printf(mem, "%s.%ld.new", path, (long)getpid());
    struct store *s = calloc(1, sizeof *s);
    if (!s)
        return no(error, mem, path, "out of memory");
    if (!access(path, F_OK)) {
        free(s);
        return no(error, mem, path, strerror(EEXIST));
    }
    int rc = open_env(s, beside, 0, mem);
    if (!rc)
        rc = write_empty(s, record_realm(mem, realm), record_policy(mem, policy));
    store_close(s);
    if (!rc && link(beside, path))
        rc = errno;
    unlink(beside);
    unlink(arena_printf(mem, "%s-lock", beside));
    return rc ? no(error, mem, path, mdb_strerror(rc)) : true;
}

/* ---- readers --------------------------------------------------------------------------------- */

struct store_reader {
    struct store_view view; /* first: its realm is what a turn gets */
};

struct store_reader *store_reader(struct store *s, struct arena *mem, char **error)
{
    struct store_reader *r = calloc(1, sizeof *r);
    if (!r) {
        no(error, mem, s->path, "out of memory");
        return NULL;
    }
    view_init(&r->view, s);
    r->view.reads = true;
    int rc = r->view.settings && r->view.kept
                 ? mdb_txn_begin(s->env, NULL, MDB_RDONLY, &r->view.txn)
                 : ENOMEM;
    if (!rc)
        rc = mdb_cursor_open(r->view.txn, s->names, &r->view.names);
    if (!rc && view_settings(&r->view)) {
        mdb_txn_reset(r->view.txn);
        return r;
    }
    no(error, mem, s->path, rc ? mdb_strerror(rc) : r->view.trouble);
    store_reader_free(r);
    return NULL;
}

void store_reader_free(struct store_reader *r)
{
    if (!r)
        return;
    if (r->view.names)
        mdb_cursor_close(r->view.names);
    if (r->view.txn)
        mdb_txn_abort(r->view.txn);
    view_release(&r->view);
    free(r);
}

const struct realm *store_begin(struct store_reader *r)
{
    struct store_view *v = &r->view;
    int rc = mdb_txn_renew(v->txn);
    if (rc) {
        v->trouble = mdb_strerror(rc);
        return NULL;
    }
    rc = mdb_cursor_renew(v->txn, v->names);
    if (!rc && view_settings(v))
        return &v->realm;
    if (rc)
        v->trouble = mdb_strerror(rc);
    mdb_txn_reset(v->txn);
    return NULL;
}

void store_end(struct store_reader *r)
{
    mdb_txn_reset(r->view.txn);
}

const char *store_trouble(const struct store_reader *r)
{
    return r->view.trouble;
}
