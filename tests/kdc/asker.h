/* Asks an in-process KDC, for tests and fuzzing: a fixed realm, requests built from a few choices,
 * replies opened. Not a client: it builds whatever it is told to, also what no client would. */
#ifndef TESTS_KDC_ASKER_H
#define TESTS_KDC_ASKER_H

#include "context/ap.h"
#include "crypto/rng.h"
#include "kdc/kdc.h"
#include "realm/standing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ASKER_NOW ((int64_t)1795000000 * SECOND + 123456) /* 2026-11-18 */

/* What the KDC told, when it was asked to tell. */
struct heard {
    struct story story;
    char refused[64]; /* id of the last step that refused */
    char bound[64];   /* the last argument of this name */
    char steps[4096]; /* every id, a space behind each */
    char keys[2048];
};

struct asker {
    struct crypto *crypto;
    struct arena *run, *mem;
    struct seeded_rng kdc_rng, rng;
    struct ledger *ledger;
    struct realm_builder *builder;
    struct kdc *kdc;
    struct outbox out;
    struct faults faults;
    struct turn turn;  /* the KDC's */
    struct turn asker; /* for building and opening */
    struct heard heard;
    struct party client, server;
    size_t limit;
};

static inline void hear_step(struct story *s, const char *id, enum outcome outcome,
                             const struct arg *args, size_t n)
{
    struct heard *h = (struct heard *)s;
    for (size_t i = 0; i < n; i++)
        if (strcmp(args[i].name, "bound") == 0)
            snprintf(h->bound, sizeof h->bound, "%.*s", (int)args[i].text.n,
                     (const char *)args[i].text.p);
    if (outcome == STEP_REFUSED)
        snprintf(h->refused, sizeof h->refused, "%s", id);
    size_t at = strlen(h->steps);
    snprintf(h->steps + at, sizeof h->steps - at, "%s ", id);
}

static inline void hear_key(struct story *s, const struct key_told *k)
{
    struct heard *h = (struct heard *)s;
    size_t at = strlen(h->keys);
    snprintf(h->keys + at, sizeof h->keys - at, "%s;", k->name);
}

static inline struct PrincipalName name_of(struct arena *mem, const char *text)
{
    struct PrincipalName n = {0};
    if (!principal_parse(mem, text, strchr(text, '/') ? NT_SRV_INST : NT_PRINCIPAL, &n, NULL))
        abort();
    return n;
}

/* Random keys of these etypes, each with a salt told. */
static inline void asker_account(struct asker *a, const char *name, uint32_t flags,
                                 const int32_t *etypes, size_t n, const char *spn,
                                 const struct account *more)
{
    struct account_key keys[8] = {0};
    struct PrincipalName spns[1];
    struct account acc = more ? *more : (struct account){0};
    for (size_t i = 0; i < n; i++) {
        keys[i].kvno = 2;
        keys[i].has_salt = etypes[i] != 23;
        keys[i].salt = BYTES_LIT("EXAMPLE.TESTsalt");
        if (!key_random(a->crypto, &a->rng.rng, "account", etypes[i], &keys[i].key))
            abort();
    }
    acc.name = name_of(a->run, name);
    acc.flags = flags;
    acc.keys = keys;
    acc.n_keys = n;
    acc.text = name;
    if (spn) {
        spns[0] = name_of(a->run, spn);
        acc.spns = spns;
        acc.n_spns = 1;
    }
    if (!realm_build_account(a->builder, &acc, NULL))
        abort();
}

static const int32_t asker_strong[] = {18, 17}, asker_rc4[] = {23}, asker_sha2[] = {20, 19};

static inline void asker_people(struct asker *a)
{
    struct account expired = {.expires = ASKER_NOW - 1}, brief = {.max_life = HOUR};
    asker_account(a, "krbtgt/EXAMPLE.TEST", 0, asker_strong, 2, NULL, NULL);
    asker_account(a, "alice", ACCOUNT_NO_SERVER, asker_strong, 2, NULL, NULL);
    asker_account(a, "bob", ACCOUNT_NO_SERVER, asker_strong, 2, NULL, NULL);
    asker_account(a, "open", ACCOUNT_NO_PREAUTH, asker_strong, 2, NULL, NULL);
    asker_account(a, "closed", ACCOUNT_DISABLED, asker_strong, 2, NULL, NULL);
    asker_account(a, "gone", 0, asker_strong, 2, NULL, &expired);
    asker_account(a, "change", ACCOUNT_MUST_CHANGE, asker_strong, 2, NULL, NULL);
    asker_account(a, "keyless", 0, asker_strong, 0, NULL, NULL);
    asker_account(a, "old", 0, asker_rc4, 1, NULL, NULL);
    asker_account(a, "new", 0, asker_sha2, 2, NULL, NULL);
    asker_account(a, "sensitive", ACCOUNT_NOT_DELEGATED, asker_strong, 2, NULL, NULL);
    asker_account(a, "brief", 0, asker_strong, 2, NULL, &brief);
    asker_account(a, "websvc", 0, asker_strong, 2, "HTTP/www.example.test", NULL);
    asker_account(a, "oldsvc", ACCOUNT_OK_AS_DELEGATE, asker_rc4, 1, "old/www.example.test", NULL);
    asker_account(a, "kadmin/changepw", 0, asker_strong, 2, NULL, NULL);
}

static inline struct asker *asker_new(void)
{
    struct asker *a = calloc(1, sizeof *a);
    a->crypto = crypto_new();
    a->run = arena_new(1 << 20);
    a->mem = arena_new(1 << 16);
    a->ledger = ledger_new(1000, false);
    seeded_rng_init(&a->rng, a->crypto, 1, "asker");
    seeded_rng_init(&a->kdc_rng, a->crypto, 1, "kdc");
    a->builder = realm_build(a->run, BYTES_LIT("EXAMPLE.TEST"));
    asker_people(a);
    a->kdc = kdc_new(a->run, &(struct kdc_config){"kdc", realm_freeze(a->builder), a->ledger});
    a->client.name = "alice";
    a->server.name = "kdc";
    a->heard.story = (struct story){hear_step, hear_key};
    a->turn = (struct turn){.now = ASKER_NOW,
                            .rng = &a->kdc_rng.rng,
                            .crypto = a->crypto,
                            .mem = a->mem,
                            .out = &a->out,
                            .faults = &a->faults};
    a->asker = a->turn;
    a->asker.rng = &a->rng.rng;
    a->asker.faults = NULL;
    return a;
}

static inline void asker_free(struct asker *a)
{
    ledger_free(a->ledger);
    arena_free(a->run);
    arena_free(a->mem);
    crypto_free(a->crypto);
    free(a);
}

static inline const struct realm *asker_realm(struct asker *a)
{
    return realm_freeze(a->builder);
}

static inline void asker_policy(struct asker *a, const struct realm_policy *policy)
{
    realm_build_policy(a->builder, policy);
}

/* One turn of the KDC. Empty: silence. *ok: what kdc_receive returned. */
static inline struct bytes asker_turn(struct asker *a, struct bytes data, bool *ok)
{
    struct packet p = {
        .via = VIA_UDP, .from = &a->client, .to = &a->server, .limit = a->limit, .data = data};
    a->faults = (struct faults){.mem = a->mem};
    a->heard.refused[0] = a->heard.steps[0] = a->heard.keys[0] = '\0';
    outbox_init(&a->out, a->mem);
    *ok = kdc_receive(a->kdc, &p, &a->turn);
    return a->out.first ? a->out.first->packet.data : (struct bytes){0};
}

/* ---- requests ---------------------------------------------------------------------------------
 */

struct ask {
    const char *cname, *sname; /* NULL: absent */
    const char *realm;         /* NULL: EXAMPLE.TEST */
    uint32_t options;
    int64_t till, rtime, from; /* 0 in till: as long as can be; 0 in others: absent */
    const int64_t *etypes;     /* NULL: 18 17 */
    size_t n_etypes;
    uint32_t nonce;
    /* AS: PA-ENC-TIMESTAMP */
    const struct key *stamp_key;  /* NULL: none */
    int64_t stamp;                /* 0: now */
    const struct PA_DATA *padata; /* more, put before */
    size_t n_padata;
    int32_t cname_type, sname_type; /* 0: by its form */
    bool addresses;
    /* TGS */
    const struct Ticket *tgt;
    const struct key *session, *subkey;
    const char *acname; /* in the authenticator; NULL: alice */
    const char *acrealm;
    int64_t ctime;     /* 0: now */
    int32_t cksumtype; /* 0: the session key's; -1: none */
    bool wrong_checksum;
    uint32_t ap_options;
    const struct AuthorizationData *data; /* to be put into the ticket; NULL: none */
    int32_t data_usage;                   /* it is sealed for; 0: the right one */
    const struct Ticket *second;          /* user-to-user: the additional ticket; NULL: none */
    const struct key *ticket_key; /* what the new ticket should open with; NULL: its sname's */
};

#define TILL (ASKER_NOW - ASKER_NOW % SECOND + 8 * HOUR)

static inline struct KDC_REQ_BODY asker_body(struct asker *a, const struct ask *q)
{
    static const int64_t strong[] = {18, 17};
    struct KDC_REQ_BODY b = {
        .kdc_options = q->options, .till = q->till, .nonce = q->nonce ? q->nonce : 4711};
    b.realm = bytes_str(q->realm ? q->realm : "EXAMPLE.TEST");
    if (q->cname) {
        b.has_cname = true;
        b.cname = name_of(a->mem, q->cname);
        if (q->cname_type)
            b.cname.name_type = q->cname_type;
    }
    if (q->sname) {
        b.has_sname = true;
        b.sname = name_of(a->mem, q->sname);
        if (q->sname_type)
            b.sname.name_type = q->sname_type;
    }
    b.has_from = q->from != 0;
    b.from = q->from;
    b.has_rtime = q->rtime != 0;
    b.rtime = q->rtime;
    b.etype.at = (int64_t *)(uintptr_t)(q->etypes ? q->etypes : strong);
    b.etype.n = q->etypes ? q->n_etypes : 2;
    if (q->addresses) {
        struct HostAddress *h = arena_new_of(a->mem, struct HostAddress);
        *h = (struct HostAddress){.addr_type = 2, .address = BYTES_LIT("\x0a\x00\x00\x05")};
        b.has_addresses = true;
        b.addresses = (struct HostAddresses){h, 1};
    }
    if (q->second) {
        b.has_additional_tickets = true;
        b.additional_tickets.at = (struct Ticket *)(uintptr_t)q->second;
        b.additional_tickets.n = 1;
    }
    if (q->data) {
        int32_t usage = q->subkey ? USAGE_TGS_AD_SUBKEY : USAGE_TGS_AD_SESSION;
        b.has_enc_authorization_data = true;
        if (!seal_value(&a->asker, &ASN_AuthorizationData, q->data,
                        q->subkey ? q->subkey : q->session, 0,
                        q->data_usage ? q->data_usage : usage, &b.enc_authorization_data))
            abort();
    }
    return b;
}

static inline struct bytes asker_encode(struct asker *a, const struct ask *q, struct KDC_REQ *req,
                                        struct PA_DATA *last)
{
    struct PA_DATA *all = arena_array(a->mem, struct PA_DATA, q->n_padata + 1);
    for (size_t i = 0; i < q->n_padata; i++)
        all[i] = q->padata[i];
    size_t n = q->n_padata;
    if (last)
        all[n++] = *last;
    req->pvno = 5;
    req->has_padata = n != 0;
    req->padata.at = all;
    req->padata.n = n;
    return asn_encode(req->msg_type == 10 ? &ASN_AS_REQ : &ASN_TGS_REQ, req, a->mem);
}

static inline struct PA_DATA asker_stamp(struct asker *a, const struct key *key, int64_t when)
{
    struct EncryptedData sealed;
    struct PA_ENC_TS_ENC ts = {
        .patimestamp = when - when % SECOND, .has_pausec = true, .pausec = when % SECOND};
    if (!seal_value(&a->asker, &ASN_PA_ENC_TS_ENC, &ts, key, 0, USAGE_PA_ENC_TIMESTAMP, &sealed))
        abort();
    return (struct PA_DATA){.padata_type = PA_ENC_TIMESTAMP,
                            .padata_value = asn_encode(&ASN_PA_ENC_TIMESTAMP, &sealed, a->mem)};
}

static inline struct bytes as_req(struct asker *a, const struct ask *q)
{
    struct KDC_REQ req = {.msg_type = 10, .req_body = asker_body(a, q)};
    struct PA_DATA pa;
    if (q->stamp_key)
        pa = asker_stamp(a, q->stamp_key, q->stamp ? q->stamp : a->turn.now);
    return asker_encode(a, q, &req, q->stamp_key ? &pa : NULL);
}

static inline struct bytes tgs_req(struct asker *a, const struct ask *q)
{
    struct KDC_REQ req = {.msg_type = 12, .req_body = asker_body(a, q)};
    struct bytes body = asn_encode(&ASN_KDC_REQ_BODY, &req.req_body, a->mem);
    struct Checksum sum = {0};
    uint8_t *octets = arena_take(a->mem, CHECKSUM_MAX);
    size_t n = 0;
    int32_t type = q->cksumtype > 0 || q->cksumtype < -1 ? q->cksumtype
                                                         : etype_find(q->session->etype)->cksumtype;
    if (q->cksumtype != -1) {
        if (!checksum_make(a->crypto, type, checksum_is_keyed(type) ? q->session : NULL,
                           USAGE_TGS_CKSUM, body, octets, &n))
            memset(octets, 7, n = 12);
        if (q->wrong_checksum)
            octets[n - 1] ^= 1;
        sum = (struct Checksum){.cksumtype = type, .checksum = {octets, n}};
    }
    struct PrincipalName cname = name_of(a->mem, q->acname ? q->acname : "alice");
    struct ap_request ask = {.ticket = q->tgt,
                             .session = q->session,
                             .crealm = bytes_str(q->acrealm ? q->acrealm : "EXAMPLE.TEST"),
                             .cname = &cname,
                             .ap_options = q->ap_options,
                             .usage = USAGE_TGS_AUTHENTICATOR,
                             .cksum = q->cksumtype == -1 ? NULL : &sum,
                             .subkey = q->subkey,
                             .ctime = q->ctime ? q->ctime : a->turn.now};
    struct AP_REQ ap;
    if (!ap_request_build(&a->asker, &ask, &ap))
        abort();
    struct PA_DATA pa = {.padata_type = PA_TGS_REQ,
                         .padata_value = asn_encode(&ASN_AP_REQ, &ap, a->mem)};
    return asker_encode(a, q, &req, &pa);
}

/* ---- replies ----------------------------------------------------------------------------------
 */

static inline const struct key *asker_key(struct asker *a, const char *name, int32_t etype)
{
    struct PrincipalName n = name_of(a->mem, name);
    const struct account *acc = realm_find(asker_realm(a), NULL, &n);
    const struct account_key *k = acc ? account_key(acc, 0, etype) : NULL;
    if (!k)
        abort();
    return &k->key;
}

struct got {
    int32_t error; /* 0: a ticket; -1: silence; -2: neither can be read */
    struct KRB_ERROR krb_error;
    struct KDC_REP rep;
    struct EncKDCRepPart part;
    struct EncTicketPart ticket; /* opened with the service's key */
    struct key session;
};

static inline bool open_got(struct asker *a, struct got *g, const struct key *key, int32_t usage,
                            const struct key *ticket)
{
    char *sname = principal_text(a->mem, &g->rep.ticket.sname, (struct bytes){0});
    if (!ticket)
        ticket = asker_key(a, sname, (int32_t)g->rep.ticket.enc_part.etype);
    const struct asn_type *type = usage == USAGE_AS_REP ? &ASN_EncASRepPart : &ASN_EncTGSRepPart;
    return open_value(&a->asker, &g->rep.enc_part, key, usage, type, &g->part) == OPEN_OK &&
           open_value(&a->asker, &g->rep.ticket.enc_part, ticket, USAGE_TICKET, &ASN_EncTicketPart,
                      &g->ticket) == OPEN_OK &&
           key_from_wire(&g->part.key, &g->session);
}

/* key: what the reply should open with, for usage 3, 8 or 9; ticket_key: the ticket in it, NULL:
 * the key of its sname. */
static inline struct got read_reply_of(struct asker *a, struct bytes reply, const struct key *key,
                                       int32_t usage, const struct key *ticket_key)
{
    struct got g = {.error = -2};
    if (!reply.n) {
        g.error = -1;
        return g;
    }
    if (reply.p[0] == 0x7e) {
        if (asn_decode(&ASN_KRB_ERROR, reply, ASN_STRICT, a->mem, NULL, &g.krb_error))
            g.error = (int32_t)g.krb_error.error_code;
        return g;
    }
    if (asn_decode(reply.p[0] == 0x6b ? &ASN_AS_REP : &ASN_TGS_REP, reply, ASN_STRICT, a->mem, NULL,
                   &g.rep) &&
        (!key || open_got(a, &g, key, usage, ticket_key)))
        g.error = 0;
    return g;
}

static inline struct got read_reply(struct asker *a, struct bytes reply, const struct key *key,
                                    int32_t usage)
{
    return read_reply_of(a, reply, key, usage, NULL);
}

static inline struct got ask_as(struct asker *a, const struct ask *q, const struct key *key)
{
    bool ok;
    struct bytes reply = asker_turn(a, as_req(a, q), &ok);
    struct got g = read_reply(a, reply, key, USAGE_AS_REP);
    if (!ok)
        g.error = -3;
    return g;
}

static inline struct got ask_tgs(struct asker *a, const struct ask *q)
{
    bool ok;
    struct bytes reply = asker_turn(a, tgs_req(a, q), &ok);
    struct got g =
        read_reply_of(a, reply, q->subkey ? q->subkey : q->session,
                      q->subkey ? USAGE_TGS_REP_SUBKEY : USAGE_TGS_REP_SESSION, q->ticket_key);
    if (!ok)
        g.error = -3;
    return g;
}

/* alice logs on with these options; everything in a->mem. */
static inline struct got logon(struct asker *a, uint32_t options)
{
    struct ask q = {.cname = "alice",
                    .sname = "krbtgt/EXAMPLE.TEST",
                    .options = options,
                    .till = TILL,
                    .rtime = options & KDC_OPT_RENEWABLE ? TILL + DAY : 0,
                    .stamp_key = asker_key(a, "alice", 18)};
    return ask_as(a, &q, q.stamp_key);
}

#endif
