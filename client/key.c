/* The client's long-term key: from the password by string-to-key, or from a keytab. */
#include "client/inside.h"

void client_forget_secret(struct task *task)
{
    /* The passwords are copies in the client's own arena: nobody else reads them. */
    wipe((void *)(uintptr_t)task->password.p, task->password.n);
    wipe((void *)(uintptr_t)task->new_password.p, task->new_password.n);
    task->password.n = task->new_password.n = 0;
    wipe(&task->long_term, sizeof task->long_term);
    wipe(&task->reply, sizeof task->reply);
    wipe(&task->fast.key, sizeof task->fast.key);
    wipe(&task->fast.strengthen, sizeof task->fast.strengthen);
}

static void tell_long_term(struct client *c, struct turn *t, const char *cause)
{
    tell_key(t, .holder = c->config.party,
             .name = arena_printf(t->mem, "K/%s",
                                  principal_text(t->mem, &c->task.cname, (struct bytes){0})),
             .etype = c->task.long_term.etype, .kvno = (int32_t)c->task.kvno,
             .value = key_bytes(&c->task.long_term), .cause = cause);
}

static bool entry_fits(const struct client *c, const struct keytab_entry *e)
{
    const struct PrincipalName *name = &c->task.cname;
    if (!bytes_equal(e->realm, c->task.crealm) || e->n_components != name->name_string.n)
        return false;
    for (size_t i = 0; i < e->n_components; i++)
        if (!bytes_equal(e->components[i], name->name_string.at[i]))
            return false;
    return true;
}

static bool from_keytab(struct client *c, struct turn *t, int32_t etype)
{
    const struct keytab_entry *best = NULL;
    if (c->task.long_term.n && c->task.long_term.etype == etype)
        return true;
    for (size_t i = 0; i < c->task.keytab->n; i++) {
        const struct keytab_entry *e = &c->task.keytab->entries[i];
        if (e->etype == etype && entry_fits(c, e) && (!best || e->kvno > best->kvno))
            best = e;
    }
    if (!best || !key_import(etype, best->key, &c->task.long_term))
        return false;
    c->task.kvno = best->kvno;
    tell(t, STEP_DONE, "client.as.keytab", A_ETYPE("etype", etype), A_INT("kvno", best->kvno));
    tell_long_term(c, t, "client.as.keytab");
    return true;
}

/* The hint came in clear: whoever wrote it must not be able to keep the client busy for minutes.
 * Ten million rounds, more than two thousand times what is usual, take seconds. 0 stands for 2 to
 * the 32nd (RFC 3962 4). */
#define ROUNDS_MAX 10000000

static bool too_much(const struct client *c, struct bytes params)
{
    return !c->task.keytab && params.n == 4 && (be32(params.p) == 0 || be32(params.p) > ROUNDS_MAX);
}

bool client_refuse_key(struct client *c, struct turn *t, int32_t etype, struct bytes params)
{
    if (too_much(c, params))
        return client_refuse(
            c, t, FIND_WORK,
            (struct detail){.found = be32(params.p) ? arena_printf(t->mem, "%u", be32(params.p))
                                                    : "4294967296"});
    return client_refuse(c, t, FIND_NO_KEY,
                         (struct detail){.found = name_text(t->mem, NAMES_ETYPE, etype)});
}

bool client_long_term_key(struct client *c, struct turn *t, int32_t etype, struct bytes salt,
                          struct bytes params)
{
    struct task *task = &c->task;
    if (task->keytab)
        return from_keytab(c, t, etype);
    if (task->long_term.n && task->long_term.etype == etype && bytes_equal(task->salt, salt) &&
        bytes_equal(task->params, params))
        return true;
    if (too_much(c, params) ||
        !string_to_key(t->crypto, etype, task->password, salt, params, &task->long_term))
        return false;
    task->salt = arena_copy(c->mem, salt);
    task->params = arena_copy(c->mem, params);
    const struct etype_row *row = etype_find(etype);
    uint32_t rounds = params.n == 4 ? be32(params.p) : row ? row->iterations : 0;
    tell(t, STEP_DONE, "client.as.string-to-key", A_ETYPE("etype", etype), A_TEXT("salt", salt),
         A_INT("rounds", rounds));
    /* Whoever wrote the unprotected hint may want a key that is cheap to guess at. */
    if (row && rounds < row->iterations)
        tell(t, STEP_NOTED, "client.as.few-rounds", A_INT("rounds", rounds),
             A_INT("usual", row->iterations));
    tell_long_term(c, t, "client.as.string-to-key");
    return true;
}

/* ---- what the KDC says about the key ------------------------------------------------------------
 */

static bool wanted(const struct client *c, int64_t entry, int32_t etype)
{
    return etype ? entry == etype : client_etype_offered(c, entry) && etype_find((int32_t)entry);
}

static const struct PA_DATA *element(const struct PA_DATA *list, size_t n, int64_t type)
{
    for (size_t i = 0; i < n; i++)
        if (list[i].padata_type == type)
            return &list[i];
    return NULL;
}

static bool hint_info2(struct client *c, struct turn *t, struct bytes value, int32_t etype,
                       struct key_hint *out)
{
    struct ETYPE_INFO2 info;
    if (!asn_decode(&ASN_ETYPE_INFO2, value, ASN_DEPLOYED, t->mem, t->faults, &info))
        return false;
    for (size_t i = 0; i < info.n; i++) {
        const struct ETYPE_INFO2_ENTRY *e = &info.at[i];
        if (!wanted(c, e->etype, etype))
            continue;
        out->etype = (int32_t)e->etype;
        if (e->has_salt)
            out->salt = e->salt;
        if (e->has_s2kparams)
            out->params = e->s2kparams;
        return true;
    }
    return false;
}

static bool hint_info(struct client *c, struct turn *t, struct bytes value, int32_t etype,
                      struct key_hint *out)
{
    struct ETYPE_INFO info;
    if (!asn_decode(&ASN_ETYPE_INFO, value, ASN_DEPLOYED, t->mem, t->faults, &info))
        return false;
    for (size_t i = 0; i < info.n; i++) {
        const struct ETYPE_INFO_ENTRY *e = &info.at[i];
        if (!wanted(c, e->etype, etype))
            continue;
        out->etype = (int32_t)e->etype;
        if (e->has_salt)
            out->salt = e->salt;
        return true;
    }
    return false;
}

bool client_key_hint(struct client *c, struct turn *t, const struct PA_DATA *list, size_t n,
                     int32_t etype, struct key_hint *out)
{
    const struct PA_DATA *found;
    *out = (struct key_hint){
        .etype = etype                ? etype
                 : c->config.n_etypes ? c->config.etypes[0]
                                      : 0,
        .salt = default_salt(t->mem, c->task.crealm, c->task.cname.name_string.at,
                             c->task.cname.name_string.n),
    };
    if ((found = element(list, n, PA_ETYPE_INFO2)))
        return out->told = hint_info2(c, t, found->padata_value, etype, out);
    if ((found = element(list, n, PA_ETYPE_INFO)))
        return out->told = hint_info(c, t, found->padata_value, etype, out);
    if ((found = element(list, n, PA_PW_SALT))) {
        out->salt = found->padata_value;
        out->told = true;
    }
    return true;
}
