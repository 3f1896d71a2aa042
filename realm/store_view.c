/* A state of the file as a snapshot of the realm. */
#include "realm/hash.h"
#include "realm/store_inside.h"
#include "realm/store_record.h"

#include <stdlib.h>
#include <string.h>

MDB_val store_val(struct bytes b)
{
    return (MDB_val){b.n, (void *)(uintptr_t)b.p};
}

struct bytes store_bytes(MDB_val v)
{
    return bytes_of(v.mv_data, v.mv_size);
}

/* ---- names ----------------------------------------------------------------------------------- */

#define KEY_MAX_OCTETS 500 /* LMDB's own is 511 */

static uint8_t folded(uint8_t c)
{
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
}

/* How many components, then they with '/' between, small letters only. What does not fit is hashed;
 * that two names meet in one key is no harm, since each account is asked what it is called. */
struct bytes store_name_key(struct arena *mem, const struct PrincipalName *name)
{
    uint8_t *key = arena_take(mem, KEY_MAX_OCTETS + 8);
    size_t n = 0;
    uint64_t rest = 0;
    key[n++] = (uint8_t)name->name_string.n;
    for (size_t i = 0; i < name->name_string.n; i++) {
        struct bytes c = name->name_string.at[i];
        if (c.n + 1 > KEY_MAX_OCTETS - n) {
            rest = hash_folded(rest + i + 1, c);
            continue;
        }
        for (size_t k = 0; k < c.n; k++)
            key[n++] = folded(c.p[k]);
        key[n++] = '/';
    }
    if (rest) {
        put_be64(key + n, rest);
        n += 8;
    }
    return bytes_of(key, n);
}

/* ---- accounts -------------------------------------------------------------------------------- */

static bool read_account(struct store_view *v, struct arena *mem, MDB_val record,
                         struct account *out)
{
    if (record_read_account(mem, store_bytes(record), NULL, out))
        return true;
    v->trouble = "an account cannot be read: its record is damaged";
    return false;
}

static const struct account *account_by_number(struct store_view *v, struct arena *mem,
                                               MDB_val number)
{
    uint64_t aligned;
    memcpy(&aligned, number.mv_data, sizeof aligned);
    MDB_val record;
    number.mv_data = &aligned;
    int rc = mdb_get(v->txn, v->store->accounts, &number, &record);
    if (rc) {
        v->trouble = mdb_strerror(rc);
        return NULL;
    }
    struct account *a = arena_new_of(mem, struct account);
    return read_account(v, mem, record, a) ? a : NULL;
}

static bool is_krbtgt(const struct store_view *v, const struct PrincipalName *name)
{
    const struct bytes *at = name->name_string.at;
    return name->name_string.n == 2 && bytes_equal_str(at[0], "krbtgt") &&
           bytes_equal(at[1], v->realm.name);
}

/* NULL: it is not there, or not the only one of that name. */
static const struct account *krbtgt(struct store_view *v, struct arena *mem,
                                    const struct PrincipalName *name)
{
    size_t state = mdb_txn_id(v->txn), n = 0;
    if (v->krbtgt && v->krbtgt_of == state)
        return v->krbtgt;
    MDB_val key = store_val(store_name_key(mem, name)), number;
    arena_reset(v->kept);
    v->krbtgt = NULL;
    if (!mdb_cursor_get(v->names, &key, &number, MDB_SET_KEY) && !mdb_cursor_count(v->names, &n) &&
        n == 1)
        v->krbtgt = account_by_number(v, v->kept, number);
    v->krbtgt_of = state;
    return v->krbtgt;
}

/* The value under the cursor lives in the map, where nothing of it moves while we only read. */
static void candidates(const struct realm *r, struct arena *mem, const struct PrincipalName *name,
                       account_visitor *visit, void *arg)
{
    struct store_view *v = (struct store_view *)(uintptr_t)r;
    const struct account *kept = v->reads && is_krbtgt(v, name) ? krbtgt(v, mem, name) : NULL;
    if (kept) {
        visit(arg, kept);
        return;
    }
    MDB_val key = store_val(store_name_key(mem, name)), number;
    int rc = mdb_cursor_get(v->names, &key, &number, MDB_SET_KEY);
    for (; !rc; rc = mdb_cursor_get(v->names, &key, &number, MDB_NEXT_DUP)) {
        const struct account *a = account_by_number(v, mem, number);
        if (a && !visit(arg, a))
            return;
    }
    if (rc != MDB_NOTFOUND)
        v->trouble = mdb_strerror(rc);
}

static bool number_of(struct store_view *v, struct arena *mem, const struct PrincipalName *name,
                      uint64_t *out)
{
    MDB_val key = store_val(store_name_key(mem, name)), number;
    int rc = mdb_cursor_get(v->names, &key, &number, MDB_SET_KEY);
    for (; !rc; rc = mdb_cursor_get(v->names, &key, &number, MDB_NEXT_DUP)) {
        const struct account *a = account_by_number(v, mem, number);
        if (a && principal_equal(&a->name, name)) {
            memcpy(out, number.mv_data, sizeof *out);
            return true;
        }
    }
    return false;
}

uint64_t view_number(struct store_view *v, const struct PrincipalName *name)
{
    uint64_t number = 0;
    struct arena *mem = arena_new(0);
    if (mem && !number_of(v, mem, name, &number))
        number = 0;
    arena_free(mem);
    return number;
}

static size_t count(const struct realm *r)
{
    const struct store_view *v = (const struct store_view *)r;
    MDB_stat is = {0};
    mdb_stat(v->txn, v->store->accounts, &is);
    return is.ms_entries;
}

static void each(const struct realm *r, struct arena *mem, account_visitor *visit, void *arg)
{
    struct store_view *v = (struct store_view *)(uintptr_t)r;
    MDB_cursor *cursor;
    MDB_val number, record;
    if (mdb_cursor_open(v->txn, v->store->accounts, &cursor))
        return;
    int rc = mdb_cursor_get(cursor, &number, &record, MDB_FIRST);
    for (; !rc; rc = mdb_cursor_get(cursor, &number, &record, MDB_NEXT)) {
        struct account a;
        if (read_account(v, mem, record, &a) && !visit(arg, &a))
            break;
    }
    mdb_cursor_close(cursor);
}

/* ---- settings -------------------------------------------------------------------------------- */

static bool setting(const struct store_view *v, const char *key, struct bytes *out)
{
    MDB_val k = store_val(bytes_str(key)), value;
    if (mdb_get(v->txn, v->store->realm, &k, &value))
        return false;
    *out = arena_copy(v->settings, store_bytes(value));
    return true;
}

uint64_t view_counter(const struct store_view *v, const char *key)
{
    MDB_val k = store_val(bytes_str(key)), value;
    uint64_t number = 0;
    if (!mdb_get(v->txn, v->store->realm, &k, &value) && value.mv_size == sizeof number)
        memcpy(&number, value.mv_data, sizeof number);
    return number;
}

static bool read_trusts(struct store_view *v)
{
    struct bytes prefix = bytes_str(STORE_TRUST);
    const struct trust **trusts = NULL;
    size_t n = 0, room = 0;
    MDB_cursor *cursor;
    MDB_val key = store_val(prefix), value;
    if (mdb_cursor_open(v->txn, v->store->realm, &cursor))
        return false;
    bool ok = true;
    int rc = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE);
    for (; ok && !rc && bytes_starts(store_bytes(key), prefix);
         rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
        if (n == room) {
            room = room ? 2 * room : 4;
            const struct trust **more = arena_array(v->settings, const struct trust *, room);
            if (n)
                memcpy(more, trusts, n * sizeof *more);
            trusts = more;
        }
        struct trust *t = arena_new_of(v->settings, struct trust);
        ok = record_read_trust(v->settings, arena_copy(v->settings, store_bytes(value)), NULL, t);
        trusts[n++] = t;
    }
    mdb_cursor_close(cursor);
    v->realm.trusts = trusts;
    v->realm.n_trusts = n;
    return ok;
}

bool view_settings(struct store_view *v)
{
    uint64_t number = view_counter(v, "settings");
    if (number && number == v->settings_number)
        return true;
    arena_reset(v->settings);
    v->settings_number = 0;
    struct bytes name, policy;
    if (view_counter(v, "format") != STORE_FORMAT || !setting(v, "name", &name) ||
        !record_read_realm(v->settings, name, NULL, &v->realm.name) ||
        !setting(v, "policy", &policy) ||
        !record_read_policy(v->settings, policy, NULL, &v->realm.policy) || !read_trusts(v)) {
        v->trouble = "the realm's name, policy or trusts cannot be read";
        return false;
    }
    v->settings_number = number;
    return true;
}

void view_init(struct store_view *v, struct store *s)
{
    *v = (struct store_view){.realm = {.candidates = candidates, .count = count, .each = each},
                             .store = s,
                             .settings = arena_new(0),
                             .kept = arena_new(0)};
}

void view_release(struct store_view *v)
{
    arena_free(v->settings);
    arena_free(v->kept);
}
