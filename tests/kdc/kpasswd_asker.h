/* Asks an in-process KDC for changes of passwords (RFC 3244), for tests and fuzzing: what is
 * sealed, and with what, is as told. */
#ifndef TESTS_KDC_KPASSWD_ASKER_H
#define TESTS_KDC_KPASSWD_ASKER_H

#include "context/protected.h"
#include "tests/kdc/asker.h"
#include "wire/kpasswd.h"

#define REALM    BYTES_LIT("EXAMPLE.TEST")
#define CHANGEPW "kadmin/changepw"

static struct asker *a;
static struct kdc *kdc;
static struct key service_key, session, subkey;

static inline void must(bool so)
{
    if (!so)
        abort();
}

/* ---- the realm's owner ----------------------------------------------------------------------- */

static struct {
    unsigned calls;
    char name[32], password[64];
    int32_t result;
} changed;

static inline int32_t set_password(void *arg, struct turn *t, const struct PrincipalName *name,
                                   struct bytes password, const char **why)
{
    (void)arg;
    changed.calls++;
    snprintf(changed.name, sizeof changed.name, "%s",
             principal_text(t->mem, name, (struct bytes){0}));
    snprintf(changed.password, sizeof changed.password, "%.*s", (int)password.n,
             (const char *)password.p);
    *why = changed.result ? "Not now." : "Changed.";
    return changed.result;
}

static const struct realm_changer changer = {set_password, NULL};

static inline void add(struct realm_builder *b, const char *name, uint32_t flags,
                       const char *password)
{
    struct account_key k = {.kvno = 3};
    if (password) {
        k.has_salt = true;
        k.salt = BYTES_LIT("EXAMPLE.TESTsalt");
        must(string_to_key(a->crypto, 17, bytes_str(password), k.salt, (struct bytes){0}, &k.key));
    } else {
        must(key_random(a->crypto, &a->rng.rng, "account", 17, &k.key));
    }
    struct account account = {
        .name = name_of(a->run, name), .flags = flags, .keys = &k, .n_keys = 1, .text = name};
    must(realm_build_account(b, &account, NULL));
    if (strcmp(name, CHANGEPW) == 0)
        service_key = k.key;
}

/* Four versions, the last two with one salt, the first of RC4. */
static inline void add_longtime(struct realm_builder *b)
{
    static const struct {
        int32_t etype;
        const char *password, *salt;
    } rows[] = {{17, "longtime-4", "salt"},
                {17, "longtime-3", "salt"},
                {18, "longtime-2", "other salt"},
                {23, "longtime-1", ""}};
    struct account_key keys[4] = {0};
    for (size_t i = 0; i < 4; i++) {
        keys[i].kvno = (uint32_t)(4 - i);
        keys[i].salt = bytes_str(rows[i].salt);
        keys[i].has_salt = rows[i].etype != 23;
        must(string_to_key(a->crypto, rows[i].etype, bytes_str(rows[i].password), keys[i].salt,
                           (struct bytes){0}, &keys[i].key));
    }
    struct account account = {
        .name = name_of(a->run, "longtime"), .keys = keys, .n_keys = 4, .text = "longtime"};
    must(realm_build_account(b, &account, NULL));
}

static size_t history; /* the policy's password_history */

static bool either_case; /* letters of other case are the same */

static inline const struct realm *people(size_t password_min)
{
    struct realm_builder *b = realm_build(a->run, REALM);
    static const int32_t etypes[] = {18, 17};
    realm_build_policy(b, &(struct realm_policy){.skew = 5 * MINUTE,
                                                 .max_life = HOUR,
                                                 .max_renew = HOUR,
                                                 .etypes = etypes,
                                                 .n_etypes = 2,
                                                 .windows_names = either_case,
                                                 .password_min = password_min,
                                                 .password_history = history});
    add(b, "krbtgt/EXAMPLE.TEST", 0, NULL);
    add(b, CHANGEPW, 0, NULL);
    add(b, "alice", 0, "alice-pw-1");
    add(b, "admin", ACCOUNT_SETS_PASSWORDS, "admin-pw-1");
    add(b, "closed", ACCOUNT_DISABLED, "closed-pw-1");
    add_longtime(b);
    return realm_freeze(b);
}

/* Nothing was asked of it yet, nothing was changed. */
static inline void kdc_of_realm(const struct realm_changer *with, const struct realm *realm)
{
    ledger_free(a->ledger);
    a->ledger = ledger_new(64, false);
    memset(&changed, 0, sizeof changed);
    kdc = kdc_new(
        a->run,
        &(struct kdc_config){.party = "kdc", .realm = realm, .ledger = a->ledger, .changer = with});
}

/* ---- requests -------------------------------------------------------------------------------- */

#define SEQ 0x3fff0000u

struct change {
    const char *client; /* NULL: alice */
    const char *crealm; /* NULL: ours */
    const char *sname;  /* NULL: kadmin/changepw */
    const char *password;
    const char *target, *target_realm; /* NULL: not named; ours */
    bool no_realm;                     /* the target's is left out */
    bool not_initial, no_subkey, no_seq, old_form, raw;
    uint32_t seq; /* 0: as announced */
    const struct key *ticket_key, *priv_key;
    int64_t ctime; /* 0: now */
    uint16_t version;
};

static inline struct Ticket ticket_of(const struct change *c)
{
    struct EncTicketPart part = {.flags = c->not_initial ? 0 : TKT_INITIAL,
                                 .key = key_to_wire(&session),
                                 .crealm = c->crealm ? bytes_str(c->crealm) : REALM,
                                 .cname = name_of(a->mem, c->client ? c->client : "alice"),
                                 .authtime = ASKER_NOW / SECOND * SECOND,
                                 .endtime = (ASKER_NOW + HOUR) / SECOND * SECOND};
    struct Ticket t = {
        .tkt_vno = 5, .realm = REALM, .sname = name_of(a->mem, c->sname ? c->sname : CHANGEPW)};
    must(seal_value(&a->asker, &ASN_EncTicketPart, &part,
                    c->ticket_key ? c->ticket_key : &service_key, 3, USAGE_TICKET, &t.enc_part));
    return t;
}

static inline struct bytes data_of(const struct change *c)
{
    if (c->old_form || c->raw)
        return bytes_str(c->password);
    struct ChangePasswdData d = {.newpasswd = bytes_str(c->password),
                                 .has_targname = c->target != NULL,
                                 .has_targrealm = c->target && !c->no_realm};
    if (c->target)
        d.targname = name_of(a->mem, c->target);
    d.targrealm = c->target_realm ? bytes_str(c->target_realm) : REALM;
    return asn_encode(&ASN_ChangePasswdData, &d, a->mem);
}

static int64_t sent_at;

static inline struct bytes request(const struct change *c)
{
    struct Ticket ticket = ticket_of(c);
    struct PrincipalName cname = name_of(a->mem, c->client ? c->client : "alice");
    sent_at = c->ctime ? c->ctime : a->turn.now;
    struct ap_request ask = {.ticket = &ticket,
                             .session = &session,
                             .crealm = c->crealm ? bytes_str(c->crealm) : REALM,
                             .cname = &cname,
                             .usage = USAGE_AP_AUTHENTICATOR,
                             .subkey = c->no_subkey ? NULL : &subkey,
                             .has_seq_number = !c->no_seq,
                             .seq_number = SEQ,
                             .ctime = sent_at};
    struct AP_REQ req;
    must(ap_request_build(&a->asker, &ask, &req));
    struct kpasswd_message m = {.version = c->version    ? c->version
                                           : c->old_form ? KPASSWD_CHANGE
                                                         : KPASSWD_SET,
                                .ap = asn_encode(&ASN_AP_REQ, &req, a->mem)};
    struct protected_end end = {.key = c->priv_key ? *c->priv_key : subkey,
                                .with_seq = true,
                                .send_seq = c->seq ? c->seq : SEQ,
                                .ours = &address_of_initiator};
    must(priv_build(&a->asker, &end, data_of(c), &m.rest));
    return kpasswd_write(a->mem, &m);
}

static inline struct bytes sent_to(uint16_t port, struct bytes data)
{
    struct packet p = {
        .via = VIA_UDP, .from = &a->client, .to = &a->server, .port = port, .data = data};
    a->faults = (struct faults){.mem = a->mem};
    outbox_init(&a->out, a->mem);
    must(kdc_receive(kdc, &p, &a->turn));
    must(a->out.n <= 1);
    return a->out.first ? a->out.first->packet.data : (struct bytes){0};
}

static inline struct bytes sent(struct bytes data)
{
    return sent_to(KPASSWD_PORT, data);
}

#endif
