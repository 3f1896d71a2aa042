/* Which key of the keytab opens a ticket (RFC 4120 3.2.3): by the name on it, the encryption type
 * and the version of the key, and by the service's policy about versions. */
#include "service/inside.h"

#include <string.h>

static bool entry_names(const struct keytab_entry *e, const struct Ticket *ticket)
{
    if (!bytes_equal(e->realm, ticket->realm) || e->n_components != ticket->sname.name_string.n)
        return false;
    for (size_t i = 0; i < e->n_components; i++)
        if (!bytes_equal(e->components[i], ticket->sname.name_string.at[i]))
            return false;
    return true;
}

/* Keytabs written long ago hold the low octet of the version only. */
static bool entry_version(const struct keytab_entry *e, const struct EncryptedData *sealed)
{
    return !sealed->has_kvno || e->kvno == (uint64_t)sealed->kvno ||
           (!e->has_kvno32 && e->kvno == ((uint64_t)sealed->kvno & 0xff));
}

/* What the keytab has for this ticket. */
struct found {
    const struct keytab_entry *named; /* of the version that the ticket names, the newest of them */
    const struct keytab_entry *newest; /* of its encryption type */
    const struct keytab_entry *opens;  /* with which it opens; NULL: not tried, or none */
    size_t n;                          /* of the ticket's name and encryption type */
    bool name;
};

static bool opens(struct turn *t, const struct keytab_entry *e, const struct EncryptedData *sealed)
{
    struct key key;
    size_t n;
    uint8_t *plain = arena_take(t->mem, sealed->cipher.n);
    bool ok = key_import(e->etype, e->key, &key) &&
              unseal(t->crypto, &key, USAGE_TICKET, sealed->cipher, plain, &n);
    wipe(plain, sealed->cipher.n);
    wipe(&key, sizeof key);
    return ok;
}

static bool newer(const struct keytab_entry *e, const struct keytab_entry *than)
{
    return !than || e->kvno > than->kvno;
}

static void look(struct visit *v, struct turn *t, const struct Ticket *ticket, struct found *f)
{
    const struct keytab *keytab = v->service->config.keytab;
    bool lenient = v->service->config.kvno_policy == KVNO_LENIENT;
    for (size_t i = 0; i < keytab->n; i++) {
        const struct keytab_entry *e = &keytab->entries[i];
        if (!entry_names(e, ticket))
            continue;
        f->name = true;
        if (e->etype != ticket->enc_part.etype)
            continue;
        f->n++;
        if (newer(e, f->newest))
            f->newest = e;
        if (entry_version(e, &ticket->enc_part) && newer(e, f->named))
            f->named = e;
    }
    if (lenient && f->named && opens(t, f->named, &ticket->enc_part))
        f->opens = f->named;
    for (size_t i = 0; lenient && !f->opens && i < keytab->n; i++) {
        const struct keytab_entry *e = &keytab->entries[i];
        if (e != f->named && e->etype == ticket->enc_part.etype && entry_names(e, ticket) &&
            opens(t, e, &ticket->enc_part))
            f->opens = e;
    }
}

/* 0, or the error. */
static int32_t choose(const struct visit *v, const struct Ticket *ticket, const struct found *f,
                      const struct keytab_entry **out)
{
    *out = NULL;
    if (!f->name)
        return principal_equal(&ticket->sname, &v->service->sname) ? KRB_AP_ERR_NOKEY
                                                                   : KRB_AP_ERR_NOT_US;
    if (!f->newest)
        return KRB_AP_ERR_NOKEY;
    switch (v->service->config.kvno_policy) {
    case KVNO_STRICT:
        *out = f->named;
        return *out ? 0 : KRB_AP_ERR_BADKEYVER;
    case KVNO_LENIENT: /* where none opens, the one that should */
        *out = f->opens ? f->opens : f->named ? f->named : f->newest;
        return 0;
    case KVNO_HIGHEST:
        break;
    }
    *out = f->newest;
    return 0;
}

/* ---- told ------------------------------------------------------------------------------------ */

/* "1/18 1/17 2/18": version and encryption type. */
static const char *content(struct visit *v, struct turn *t, const struct Ticket *ticket)
{
    const struct keytab *keytab = v->service->config.keytab;
    char *text = arena_printf(t->mem, "%s", "");
    for (size_t i = 0; i < keytab->n; i++)
        if (entry_names(&keytab->entries[i], ticket))
            text = arena_printf(t->mem, "%s%s%u/%d", text, *text ? " " : "",
                                (unsigned)keytab->entries[i].kvno, (int)keytab->entries[i].etype);
    return text;
}

static const char *entry_text(struct turn *t, const struct keytab_entry *e)
{
    return e ? arena_printf(t->mem, "%u/%d", (unsigned)e->kvno, (int)e->etype) : "none";
}

static void tell_choice(struct visit *v, struct turn *t, const struct Ticket *ticket,
                        const struct found *f, const struct keytab_entry *chosen, int32_t code)
{
    static const char *const names[] = {"strict", "lenient", "highest"};
    const char *party = v->service->config.party;
    const char *server = principal_text(t->mem, &ticket->sname, (struct bytes){0});
    const struct EncryptedData *sealed = &ticket->enc_part;
    const struct decision_input inputs[] = {
        {"ticket-server", "ticket", server},
        {"ticket-kvno", "ticket",
         sealed->has_kvno ? arena_printf(t->mem, "%lld", (long long)sealed->kvno) : "none"},
        {"ticket-etype", "ticket", arena_printf(t->mem, "%lld", (long long)sealed->etype)},
        {"keytab", party, content(v, t, ticket)},
        {"kvno-policy", party, names[v->service->config.kvno_policy]},
        {"opens", party, entry_text(t, f->opens)},
    };
    tell_decision(t, .id = "service.ap.key",
                  .rule = "A key of the ticket's server and encryption type. Strict: of the "
                          "version that the ticket names. Lenient: that one if it opens the "
                          "ticket, else whichever does. Highest: the newest, and no other.",
                  .outcome = code ? name_find(NAMES_ERROR, code)->name : entry_text(t, chosen),
                  .spec = "RFC 4120 3.2.3", .inputs = inputs,
                  .n = v->service->config.kvno_policy == KVNO_LENIENT ? 6 : 5);
}

static const char *const policies[] = {
    [KVNO_STRICT] = "the version that the ticket names, and no other",
    [KVNO_LENIENT] = "whichever opens the ticket, the named version first",
    [KVNO_HIGHEST] = "the newest, whatever the ticket names",
};

int32_t service_find_key(void *arg, struct turn *t, const struct Ticket *ticket, struct key *out)
{
    struct visit *v = arg;
    struct found found = {.name = false};
    const struct keytab_entry *chosen;
    look(v, t, ticket, &found);
    int32_t code = choose(v, ticket, &found, &chosen);
    if (!code && !key_import(chosen->etype, chosen->key, out))
        code = KRB_AP_ERR_NOKEY;
    if (told(t))
        tell_choice(v, t, ticket, &found, chosen, code);
    if (code)
        return code;
    out->lasting = true;
    v->ticket_key = *out;
    tell_key(t, .holder = v->service->config.party,
             .name = arena_printf(t->mem, "K/%s",
                                  principal_text(t->mem, &ticket->sname, (struct bytes){0})),
             .etype = out->etype, .kvno = (int32_t)chosen->kvno, .value = key_bytes(out),
             .cause = "service.ap.key");
    if (found.n > 1)
        tell(t, STEP_NOTED, "service.ap.version", A_INT("kvno", chosen->kvno),
             A_STR("policy", policies[v->service->config.kvno_policy]));
    return 0;
}
