/* PACs in the tickets that a TGS is shown. First octet: bit 0 another realm's KDC made it, bit 1 it
 * is signed again after the change (of LOGON_INFO then), bit 2 the rest is the octets themselves
 * and not changes to good ones. What is granted has a PAC that is signed, and of another realm's
 * only SIDs that are that realm's to give. */
#include "context/pac.h"
#include "tests/fuzz/fuzz_kdc.h"

static struct sid domain, elsewhere;
static struct key trusted;

static void make_domain(struct asker *a)
{
    static bool made;
    if (made)
        return;
    made = true;
    MUST(sid_parse(bytes_str("S-1-5-21-1-2-3"), &domain));
    MUST(sid_parse(bytes_str("S-1-5-21-7-7-7"), &elsewhere));
    struct realm_policy p = *realm_policy(asker_realm(a));
    p.has_sid = true;
    p.sid = domain;
    asker_policy(a, &p);
    trusted = (struct key){.etype = 18, .n = 32, .v = {1, 2, 3}};
    struct account_key k = {.kvno = 3, .key = trusted};
    struct trust t = {.realm = BYTES_LIT("OTHER.TEST"), .inbound = true, .keys = &k, .n_keys = 1};
    MUST(realm_build_trust(a->builder, &t));
}

static struct bytes good_pac(struct asker *a, bool foreign, const struct key *server)
{
    struct sid_and_attributes extra[] = {{domain, GROUP_USUAL}, {elsewhere, GROUP_USUAL}};
    struct group_membership group = {513, GROUP_USUAL};
    struct validation_info v = {.effective_name = BYTES_LIT("alice"),
                                .full_name = BYTES_LIT("Alice"),
                                .groups = &group,
                                .n_groups = 1,
                                .logon_domain_id = foreign ? elsewhere : domain,
                                .extra_sids = extra,
                                .n_extra_sids = 2};
    struct pac_making m = {&v, BYTES_LIT("alice"), fuzz_tgt.ticket.authtime, server,
                           asker_key(a, TGS, 18)};
    struct bytes pac;
    MUST(pac_make(&a->asker, &m, &pac));
    return pac;
}

/* The same with another LOGON_INFO, and signatures that fit. */
static struct bytes signed_again(struct asker *a, struct bytes good, const struct key *server,
                                 struct bytes change, bool whole)
{
    struct pac p;
    struct bytes out;
    MUST(pac_read(good, a->mem, NULL, &p));
    struct pac_buffer *all = arena_array(a->mem, struct pac_buffer, p.n);
    for (size_t i = 0; i < p.n; i++) {
        all[i] = p.buffers[i];
        if (all[i].type == PAC_LOGON_INFO)
            all[i].data = whole ? change : changed(a, all[i].data, change);
    }
    MUST(pac_sign(&a->asker, all, p.n, server, asker_key(a, TGS, 18), &out));
    return out;
}

static struct Ticket ticket_with(struct asker *a, struct bytes pac, bool foreign,
                                 const struct key *key)
{
    struct AuthorizationData_item *item = arena_new_of(a->mem, struct AuthorizationData_item);
    struct EncTicketPart part = fuzz_tgt.ticket;
    struct Ticket t = {.tkt_vno = 5,
                       .realm = bytes_str(foreign ? "OTHER.TEST" : "EXAMPLE.TEST"),
                       .sname = name_of(a->mem, TGS)};
    *item = pac_element(&a->asker, pac);
    part.der = (struct bytes){0};
    part.crealm = t.realm;
    part.has_authorization_data = true;
    part.authorization_data = (struct AuthorizationData){item, 1};
    MUST(seal_value(&a->asker, &ASN_EncTicketPart, &part, key, foreign ? 3 : 2, USAGE_TICKET,
                    &t.enc_part));
    return t;
}

static void check_granted(struct asker *a, const struct got *g, bool foreign)
{
    struct validation_info v;
    struct pac p;
    bool present;
    MUST(pac_in_ticket(&a->asker, &g->ticket, &present, &p));
    MUST(pac_check(&a->asker, &p, &g->ticket, asker_key(a, WWW, 18), asker_key(a, TGS, 18), "x",
                   &v) == 0);
    MUST(sid_equal(&v.logon_domain_id, &domain) != foreign);
    for (size_t i = 0; foreign && i < v.n_extra_sids; i++) {
        struct sid s = v.extra_sids[i].sid;
        MUST(!sid_equal(&s, &domain));
        s.n -= s.n ? 1 : 0;
        MUST(!sid_equal(&s, &domain));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1)
        return 0;
    make_domain(fuzz_begin());
    struct asker *a = fuzz_begin();
    bool foreign = data[0] & 1, whole = data[0] & 4;
    struct bytes change = bytes_of(data + 1, n - 1);
    const struct key *key = foreign ? &trusted : asker_key(a, TGS, 18);
    struct bytes good = good_pac(a, foreign, key), pac;
    if (data[0] & 2)
        pac = signed_again(a, good, key, change, whole);
    else
        pac = whole ? change : changed(a, good, change);
    struct Ticket t = ticket_with(a, pac, foreign, key);
    struct ask q = {.sname = WWW,
                    .till = TILL,
                    .tgt = &t,
                    .session = &fuzz_tgt.session,
                    .acrealm = foreign ? "OTHER.TEST" : NULL};
    a->turn.tell = data[0] & 8 ? &a->heard.story : NULL;
    struct got g = ask_tgs(a, &q);
    MUST(g.error >= 0);
    if (g.error == 0)
        check_granted(a, &g, foreign);
    return 0;
}
