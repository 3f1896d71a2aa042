#include "sim/account_text.h"

#include "base/text.h"
#include "realm/presets.h"
#include "sim/scenario_rows.h"
#include "wire/names.h"

#include <string.h>

/* ---- a line an account ------------------------------------------------------------------------
 */

void account_print_keys(FILE *out, const struct account *a, const char *before)
{
    for (size_t i = 0; i < a->n_keys; i++) {
        const struct account_key *k = &a->keys[i];
        fprintf(out, "%s%d %u ", before, (int)k->key.etype, (unsigned)k->kvno);
        for (size_t j = 0; j < k->key.n; j++)
            fprintf(out, "%02x", k->key.v[j]);
        fputc('\n', out);
    }
}

static void print_bits(FILE *out, uint32_t bits, const struct choice *choices, const char *between)
{
    const char *before = "";
    for (; choices->name; choices++)
        if (bits & choices->value) {
            fprintf(out, "%s%s", before, choices->name);
            before = between;
        }
}

static const char *time_text(struct arena *mem, int64_t when)
{
    char text[WHEN_TEXT];
    char *t = arena_printf(mem, "%s", when_text(when, false, text));
    if (strlen(t) > 10)
        t[10] = 'T'; /* as options and files have it */
    return t;
}

void account_print(FILE *out, const struct account *a, struct arena *mem)
{
    fprintf(out, "%-24s", text_escape(mem, bytes_str(a->text)));
    for (size_t i = 0; i < a->n_keys && a->keys[i].kvno == a->keys[0].kvno; i++)
        fprintf(out, " %d", (int)a->keys[i].key.etype);
    if (a->n_keys)
        fprintf(out, " kvno %u", (unsigned)a->keys[0].kvno);
    if (a->flags)
        fputs("  ", out);
    print_bits(out, a->flags, account_flag_choices(), " ");
    if (a->expires)
        fprintf(out, "  expires %s", time_text(mem, a->expires));
    if (a->password_expires)
        fprintf(out, "  password expires %s", time_text(mem, a->password_expires));
    if (a->supported_etypes)
        fprintf(out, "  supported 0x%x", (unsigned)a->supported_etypes);
    if (a->logon_hours)
        fputs("  logon hours", out);
    if (a->upn.n)
        fprintf(out, "  upn %s", text_escape(mem, a->upn));
    if (a->rid)
        fprintf(out, "  RID %u", (unsigned)a->rid);
    for (size_t i = 0; i < a->n_groups; i++)
        fprintf(out, "%s%u", i ? "," : "  groups ", (unsigned)a->groups[i]);
    for (size_t i = 0; i < a->n_spns; i++)
        fprintf(out, "  %s",
                text_escape(mem, bytes_str(principal_text(mem, &a->spns[i], (struct bytes){0}))));
    fputc('\n', out);
}

/* ---- a scenario file ---------------------------------------------------------------------------
 */

struct exporter {
    FILE *out;
    struct arena *mem;
    const char *why;
};

/* In double quotes, so that nothing in it means anything. A control character cannot stand in such
 * a file. */
static void quoted(struct exporter *e, struct bytes text)
{
    fputc('"', e->out);
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < ' ' || text.p[i] == 0x7f)
            e->why = "a name has a control character, which a file cannot hold";
        if (text.p[i] == '"' || text.p[i] == '\\')
            fputc('\\', e->out);
        fputc(text.p[i], e->out);
    }
    if (!utf8_valid(text))
        e->why = "a name is not UTF-8, which a file has to be";
    fputc('"', e->out);
}

static void line(struct exporter *e, const char *key, struct bytes value)
{
    fprintf(e->out, "    %s: ", key);
    quoted(e, value);
    fputc('\n', e->out);
}

static void micros(struct exporter *e, const char *indent, const char *key, int64_t span)
{
    if (span % SECOND)
        fprintf(e->out, "%s%s: %lldms\n", indent, key, (long long)(span / 1000));
    else
        fprintf(e->out, "%s%s: %llds\n", indent, key, (long long)(span / SECOND));
}

static void keys(struct exporter *e, const struct account_key *all, size_t n)
{
    if (n)
        fputs("    keys:\n", e->out);
    for (size_t i = 0; i < n; i++) {
        const struct account_key *k = &all[i];
        fprintf(e->out, "      - %d %u %s", (int)k->key.etype, (unsigned)k->kvno,
                hex_text(e->mem, key_bytes(&k->key)));
        if (k->has_salt || k->s2kparams.n)
            fprintf(e->out, " %s", k->has_salt ? hex_text(e->mem, k->salt) : "-");
        if (k->s2kparams.n)
            fprintf(e->out, " %s", hex_text(e->mem, k->s2kparams));
        fputc('\n', e->out);
    }
}

static void list_of(struct exporter *e, const char *key, const struct bytes *all, size_t n)
{
    if (n)
        fprintf(e->out, "    %s:\n", key);
    for (size_t i = 0; i < n; i++) {
        fputs("      - ", e->out);
        quoted(e, all[i]);
        fputc('\n', e->out);
    }
}

/* What Windows' logon adds. */
static void windows(struct exporter *e, const struct account *a)
{
    if (a->rid)
        fprintf(e->out, "    rid: %u\n", (unsigned)a->rid);
    for (size_t i = 0; i < a->n_groups; i++)
        fprintf(e->out, "%s\"%u\"%s", i ? ", " : "    groups: [", (unsigned)a->groups[i],
                i + 1 < a->n_groups ? "" : "]\n");
    if (a->full_name.n)
        line(e, "full_name", a->full_name);
    list_of(e, "workstations", a->workstations, a->n_workstations);
    if (a->certificate.n)
        line(e, "certificate", a->certificate);
    if (a->has_nt_hash)
        line(e, "nt_hash", bytes_str(hex_text(e->mem, bytes_of(a->nt_hash, sizeof a->nt_hash))));
    if (a->wdigest.n)
        line(e, "wdigest", bytes_str(hex_text(e->mem, a->wdigest)));
    if (a->reversible.n)
        line(e, "stored_password", a->reversible);
    if (a->n_extra_sids || a->primary_group || a->has_lm_hash)
        e->why = "an account has SIDs of other domains, a primary group or an LM hash, which a "
                 "file cannot say";
}

static bool export_account(void *arg, const struct account *a)
{
    struct exporter *e = arg;
    fputs("  - name: ", e->out);
    quoted(e, bytes_str(a->text));
    fputc('\n', e->out);
    if (a->flags) {
        fputs("    flags: [", e->out);
        print_bits(e->out, a->flags, account_flag_choices(), ", ");
        fputs("]\n", e->out);
    }
    if (a->max_life)
        micros(e, "    ", "max_life", a->max_life);
    if (a->max_renew)
        micros(e, "    ", "max_renew", a->max_renew);
    if (a->expires)
        fprintf(e->out, "    expires: %s\n", time_text(e->mem, a->expires));
    if (a->password_expires)
        fprintf(e->out, "    password_expires: %s\n", time_text(e->mem, a->password_expires));
    if (a->logon_hours)
        fprintf(e->out, "    logon_hours: %s\n",
                hex_text(e->mem, bytes_of(a->logon_hours, LOGON_HOURS_OCTETS)));
    if (a->supported_etypes)
        fprintf(e->out, "    supported_etypes: 0x%x\n", (unsigned)a->supported_etypes);
    if (a->upn.n)
        line(e, "upn", a->upn);
    if (a->n_spns)
        fputs("    spns:\n", e->out);
    for (size_t i = 0; i < a->n_spns; i++) {
        fputs("      - ", e->out);
        quoted(e, bytes_str(principal_text(e->mem, &a->spns[i], (struct bytes){0})));
        fputc('\n', e->out);
    }
    windows(e, a);
    keys(e, a->keys, a->n_keys);
    if (!a->n_keys)
        e->why = "an account has no keys, and would get some";
    arena_reset(e->mem);
    return true;
}

static void export_domain(struct exporter *e, const struct realm_policy *p)
{
    if (p->has_sid)
        fprintf(e->out, "  sid: %s\n", sid_text(e->mem, &p->sid));
    if (p->netbios) {
        fputs("  netbios: ", e->out);
        quoted(e, bytes_str(p->netbios));
        fputc('\n', e->out);
    }
    if (p->n_groups)
        fputs("  groups:\n", e->out);
    for (size_t i = 0; i < p->n_groups; i++) {
        fputs("    - name: ", e->out);
        quoted(e, bytes_str(p->groups[i].name));
        fprintf(e->out, "\n      rid: %u\n", (unsigned)p->groups[i].rid);
    }
    if (p->has_sid)
        fprintf(e->out, "  lm_level: %u\n", p->lm_level);
    if (p->ntlm_blocked)
        fputs("  ntlm_blocked: true\n", e->out);
    if (p->no_pac)
        fputs("  no_pac: true\n", e->out);
}

static void export_policy(struct exporter *e, const struct realm_policy *p)
{
    struct realm_policy usual = {0};
    if (p->preset && preset_find(p->preset)) {
        fprintf(e->out, "  preset: %s\n", p->preset);
        preset_apply(preset_find(p->preset), e->mem, &usual);
    }
    if (p->n_etypes != usual.n_etypes ||
        memcmp(p->etypes, usual.etypes, p->n_etypes * sizeof *p->etypes) != 0) {
        fputs("  etypes: [", e->out);
        for (size_t i = 0; i < p->n_etypes; i++)
            fprintf(e->out, "%s%d", i ? ", " : "", (int)p->etypes[i]);
        fputs("]\n", e->out);
    }
    fprintf(e->out, "  names: %s\n", p->windows_names ? "windows" : "exact");
    micros(e, "  ", "skew", p->skew);
    micros(e, "  ", "max_life", p->max_life);
    micros(e, "  ", "max_renew", p->max_renew);
    if (p->attempts) {
        fprintf(e->out, "  attempts: %u\n", p->attempts);
        micros(e, "  ", "attempt_window", p->attempt_window);
    }
    if (p->duplicates)
        fputs("  duplicates: true\n", e->out);
    if (p->password_min)
        fprintf(e->out, "  password_min: %zu\n", p->password_min);
    if (p->password_history)
        fprintf(e->out, "  password_history: %zu\n", p->password_history);
    if (p->default_supported != usual.default_supported)
        fprintf(e->out, "  default_supported: 0x%x\n", (unsigned)p->default_supported);
    fprintf(e->out, "  weak_sessions: %s\n", p->weak_sessions ? "yes" : "no");
    if (p->tickets_as_asked)
        fputs("  tickets_as_asked: true\n", e->out);
    export_domain(e, p);
    if (p->no_postdate)
        e->why = "the realm postdates no tickets, which a file cannot say";
}

/* Realms are known by their names alone: who is in them is not in the store. */
static void export_realms(struct exporter *e, const struct realm *realm)
{
    size_t n = realm_trust_count(realm), all = 0;
    struct bytes *seen = arena_array(e->mem, struct bytes, 2 * n);
    for (size_t i = 0; i < 2 * n; i++) {
        const struct trust *t = realm_trust_at(realm, i / 2);
        struct bytes name = i % 2 ? t->next : t->realm;
        bool before = !name.n || bytes_equal(name, realm_name(realm));
        for (size_t k = 0; k < all && !before; k++)
            before = bytes_equal(name, seen[k]);
        if (before)
            continue;
        fputs(all ? "  - name: " : "realms:\n  - name: ", e->out);
        quoted(e, name);
        fputc('\n', e->out);
        seen[all++] = name;
    }
}

/* A trust that only lets in is said of the other realm; every other of ours. */
static void export_trust(struct exporter *e, const struct realm *realm, const struct trust *t)
{
    struct bytes ours = realm_name(realm);
    struct bytes parts[] = {BYTES_LIT("krbtgt"), t->realm};
    struct PrincipalName name = {.name_string = {parts, 2}};
    bool out = realm_find(realm, e->mem, &name), from_here = out || t->next.n || !t->inbound;
    fputs("  - from: ", e->out);
    quoted(e, from_here ? ours : t->realm);
    fputs("\n    to: ", e->out);
    quoted(e, from_here ? t->realm : ours);
    fputc('\n', e->out);
    if (t->transitive)
        fputs("    transitive: true\n", e->out);
    if (t->n_suffixes)
        fputs("    suffixes:\n", e->out);
    for (size_t i = 0; i < t->n_suffixes; i++) {
        fputs("      - ", e->out);
        quoted(e, t->suffixes[i]);
        fputc('\n', e->out);
    }
    if (t->next.n)
        line(e, "next", t->next);
    keys(e, t->keys, t->n_keys);
    if (t->inbound != (t->n_keys > 0) || (t->next.n && t->n_keys) ||
        (from_here && !t->next.n && !out) || (!from_here && t->n_suffixes))
        e->why = "a trust is of a kind that a file cannot say";
}

static void export_trusts(struct exporter *e, const struct realm *realm)
{
    export_realms(e, realm);
    if (realm_trust_count(realm))
        fputs("trusts:\n", e->out);
    for (size_t i = 0; i < realm_trust_count(realm); i++)
        export_trust(e, realm, realm_trust_at(realm, i));
}

bool realm_export(FILE *out, const struct realm *realm, struct arena *mem, const char **why)
{
    struct exporter e = {.out = out, .mem = mem};
    fputs("title: An exported realm\n"
          "goal: The accounts of a store, with their keys as they are.\n"
          "takeaway: Whoever reads this file is everyone in it.\n"
          "realm:\n  name: ",
          out);
    quoted(&e, realm_name(realm));
    fputc('\n', out);
    export_policy(&e, realm_policy(realm));
    export_trusts(&e, realm);
    fputs("accounts:\n", out);
    realm_each(realm, mem, export_account, &e);
    fputs("parties:\n  - {name: kdc, role: kdc}\n", out);
    *why = e.why;
    return !e.why;
}
