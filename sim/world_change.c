/* Accounts that change in the middle of a run, and keytabs that follow or do not. */
#include "realm/presets.h"
#include "sim/world_inside.h"

#include <string.h>

static void tell_database(struct world *w, const char *realm, const struct account *is,
                          const struct account *was)
{
    for (size_t i = 0; is && i < w->n_actors; i++)
        if (w->actors[i].kdc && strcmp(w->actors[i].is->realm, realm) == 0)
            world_tell_keys(w, &w->actors[i], realm, is, was);
}

static bool same_entry(const struct keytab_entry *a, const struct keytab_entry *b)
{
    if (a->kvno != b->kvno || !bytes_equal_secret(a->key, b->key) ||
        a->n_components != b->n_components)
        return false;
    for (size_t i = 0; i < a->n_components; i++)
        if (!bytes_equal(a->components[i], b->components[i]))
            return false;
    return true;
}

static bool has_entry(const struct keytab *keytab, const struct keytab_entry *e)
{
    for (size_t i = 0; i < keytab->n; i++)
        if (same_entry(&keytab->entries[i], e))
            return true;
    return false;
}

/* The newest keys, beside the old entries or instead of them. */
static void change_keytab(struct world *w, struct actor *a, const struct account *is, bool beside)
{
    struct keytab fresh, *own = a->keytab, all = {0};
    population_keytab(changes_realm(w->changes, a->is->realm), is, a->is->spn, w->now, w->mem,
                      &fresh);
    all.entries = arena_array(w->mem, struct keytab_entry, own->n + fresh.n);
    for (size_t i = 0; i < own->n && beside; i++)
        all.entries[all.n++] = own->entries[i];
    for (size_t i = 0; i < fresh.n; i++)
        if (fresh.entries[i].kvno == is->keys[0].kvno && !has_entry(&all, &fresh.entries[i]))
            all.entries[all.n++] = fresh.entries[i];
    *own = all;
    struct arg args[] = {A_STR("account", is->text),
                         A_STR("how", beside ? "beside" : "instead of")};
    world_tell_step(w, a, "world.keytab.new", STEP_DONE, args, 2);
}

/* "spns + HTTP/www", for the reader. */
static const char *what_changed(struct world *w, const struct scenario_step *s)
{
    const struct scenario_change *c = &s->change;
    char *text = arena_printf(w->mem, "%s", "");
    for (size_t i = 0; i < c->n_add_spns; i++)
        text = arena_printf(w->mem, "%s, the name %s is added", text, c->add_spns[i]);
    for (size_t i = 0; i < c->n_remove_spns; i++)
        text = arena_printf(w->mem, "%s, the name %s is taken away", text, c->remove_spns[i]);
    const struct {
        bool is;
        const char *text;
    } parts[] = {
        {c->remove, "it is deleted"},
        {c->rename != NULL, "it is renamed"},
        {s->new_password != NULL, "it gets a new password"},
        {c->rotate, "it gets a new random key"},
        {c->forget, "its old keys are forgotten"},
        {c->given & GIVEN_FLAGS, "its flags are set"},
        {c->given & GIVEN_ETYPES, "it gets keys of other encryption types"},
        {c->given & GIVEN_SUPPORTED, "its msDS-SupportedEncryptionTypes are set"},
        {c->given & GIVEN_EXPIRES, "the end of the account is set"},
        {c->given & GIVEN_PASSWORD_EXPIRES, "the end of its password is set"},
        {c->given & GIVEN_HOURS, "its logon hours are set"},
        {c->keytab == KEYTAB_REFRESH, "its keytab is written anew"},
        {c->keytab == KEYTAB_ADD, "its new keys are added to the keytab"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i].is)
            text = arena_printf(w->mem, "%s, %s", text, parts[i].text);
    return *text ? text + 2 : "nothing is changed";
}

static const struct actor *kdc_of(const struct world *w, const char *realm)
{
    for (size_t i = 0; i < w->n_actors; i++)
        if (w->actors[i].kdc && strcmp(w->actors[i].is->realm, realm) == 0)
            return &w->actors[i];
    return &w->actors[0];
}

void world_change(struct world *w)
{
    const struct scenario_step *s = w->step;
    const struct scenario_account *named = scenario_account(w->scenario, NULL, s->account);
    const char *realm = named ? named->realm : w->scenario->realm.name, *error = NULL;
    const struct account *was = world_account(w, realm, s->account);
    struct arg args[] = {A_STR("account", s->account), A_STR("what", what_changed(w, s))};
    if (!w->n_actors || !changes_apply(w->changes, s, (char **)&error)) {
        w->trouble = true;
        return;
    }
    world_tell_step(w, kdc_of(w, realm), "world.change", STEP_DONE, args, 2);
    const char *name = s->change.rename ? s->change.rename : s->account;
    const struct account *is = world_account(w, realm, name);
    tell_database(w, realm, is, was);
    for (size_t i = 0; is && i < w->n_actors; i++) {
        struct actor *a = &w->actors[i];
        bool own = a->service && a->is->account && strcmp(a->is->realm, realm) == 0 &&
                   strcmp(a->is->account, s->account) == 0;
        if (!own || s->change.keytab == KEYTAB_AS_IT_IS)
            continue;
        change_keytab(w, a, is, s->change.keytab == KEYTAB_ADD);
        world_tell_keys(w, a, realm, is, NULL);
    }
}

void world_change_realm(struct world *w)
{
    const struct scenario_step *s = w->step;
    const struct scenario_realm *realm = scenario_realm(w->scenario, s->realm);
    char *error;
    if (!w->n_actors || !changes_preset(w->changes, realm->name, s->preset, &error)) {
        w->trouble = true;
        return;
    }
    const struct preset *preset = preset_find(s->preset);
    struct arg args[] = {A_STR("realm", realm->name), A_STR("title", preset->title),
                         A_STR("text", preset->text), A_STR("spec", preset->spec)};
    world_tell_step(w, kdc_of(w, realm->name), "world.change-realm", STEP_DONE, args, 4);
}
