/* What no ticket of the TGS may be, whatever is brought and asked: tickets as nobody but a KDC
 * could have made them, options and times at random, each answer held against RFC 4120 2 and 3.3.3.
 */
#include "tests/kdc/tgs_asker.h"

#define TRIES 20000

static uint64_t dice;

static uint32_t throw_of(uint32_t sides)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(dice >> 33) % sides;
}

static bool maybe(uint32_t of)
{
    return throw_of(of) == 0;
}

static int64_t some_time(void)
{
    static const int64_t far[] = {
        0, SECOND, -HOUR, 4294967296 * SECOND, 253402300799 * SECOND, -62135596800 * SECOND};
    int64_t now = a->turn.now - a->turn.now % SECOND;
    if (maybe(6))
        return far[throw_of(6)];
    return now + ((int64_t)throw_of(1200) - 600) * (maybe(2) ? MINUTE : SECOND);
}

static uint32_t some_bits(const uint32_t *bits, uint32_t n, uint32_t often)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < n; i++)
        if (maybe(often))
            all |= bits[i];
    return all;
}

static const uint32_t options[] = {
    KDC_OPT_FORWARDABLE,  KDC_OPT_FORWARDED,    KDC_OPT_PROXIABLE,
    KDC_OPT_PROXY,        KDC_OPT_POSTDATED,    KDC_OPT_ALLOW_POSTDATE,
    KDC_OPT_RENEWABLE,    KDC_OPT_CANONICALIZE, KDC_OPT_DISABLE_TRANSITED_CHECK,
    KDC_OPT_RENEWABLE_OK, KDC_OPT_RENEW,        KDC_OPT_VALIDATE,
};

static const uint32_t ticket_flags[] = {
    TKT_FORWARDABLE,
    TKT_FORWARDED,
    TKT_PROXIABLE,
    TKT_PROXY,
    TKT_MAY_POSTDATE,
    TKT_POSTDATED,
    TKT_RENEWABLE,
    TKT_INITIAL,
    TKT_PRE_AUTHENT,
    TKT_HW_AUTHENT,
    TKT_TRANSITED_POLICY_CHECKED,
    TKT_OK_AS_DELEGATE,
};

static struct EncTicketPart some_ticket(void)
{
    static struct HostAddress here = {.addr_type = 2, .address = BYTES_LIT("\x0a\x00\x00\x07")};
    struct EncTicketPart t = tgt.ticket;
    t.flags = some_bits(ticket_flags, sizeof ticket_flags / sizeof *ticket_flags, 2);
    t.flags |= maybe(5) ? TKT_INVALID : 0;
    t.authtime = some_time();
    t.has_starttime = !maybe(4);
    t.starttime = some_time();
    t.endtime = maybe(2) ? a->turn.now - a->turn.now % SECOND + HOUR : some_time();
    t.has_renew_till = !maybe(3);
    t.renew_till = some_time();
    t.has_caddr = maybe(3);
    t.caddr = (struct HostAddresses){&here, 1};
    if (maybe(5))
        t.cname = name_of(a->mem, "sensitive");
    if (maybe(6))
        t.crealm = BYTES_LIT("ELSEWHERE");
    return t;
}

static int64_t start_of(const struct EncTicketPart *t)
{
    return t->has_starttime ? t->starttime : t->authtime;
}

static void only_if(bool granted, bool allowed, const char *what, uint64_t seed)
{
    if (granted && !allowed)
        fail_msg("seed %llu: %s", (unsigned long long)seed, what);
}
#define ONLY_IF(granted, allowed) only_if(granted, allowed, #granted " without " #allowed, seed)

static void hold(const struct EncTicketPart *old, const struct EncTicketPart *new,
                 const struct ask *q, const char *brought, uint64_t seed)
{
    uint32_t o = q->options, had = (uint32_t)old->flags, has = (uint32_t) new->flags;
    bool again = o & (KDC_OPT_RENEW | KDC_OPT_VALIDATE), renewed = o & KDC_OPT_RENEW;
    int64_t now = a->turn.now - a->turn.now % SECOND, skew = 5 * MINUTE;
    bool ours = bytes_equal_str(old->crealm, "EXAMPLE.TEST");
    static const uint32_t inherited[] = {TKT_FORWARDABLE, TKT_PROXIABLE,   TKT_MAY_POSTDATE,
                                         TKT_RENEWABLE,   TKT_PRE_AUTHENT, TKT_HW_AUTHENT};
    for (size_t i = 0; i < 6; i++)
        ONLY_IF(has & inherited[i], had & inherited[i]);
    ONLY_IF(has & TKT_FORWARDED, had & (TKT_FORWARDED | TKT_FORWARDABLE));
    ONLY_IF(has & TKT_PROXY, had & (again ? TKT_PROXY : TKT_PROXIABLE));
    ONLY_IF(has & TKT_POSTDATED, had & (again ? TKT_POSTDATED : TKT_MAY_POSTDATE));
    ONLY_IF(has & TKT_TRANSITED_POLICY_CHECKED, ours || had & TKT_TRANSITED_POLICY_CHECKED);
    ONLY_IF(has & TKT_OK_AS_DELEGATE, again && had & TKT_OK_AS_DELEGATE);
    ONLY_IF(has & TKT_INITIAL, false);
    ONLY_IF(had & TKT_INVALID, o & KDC_OPT_VALIDATE && !renewed && start_of(old) <= a->turn.now);
    ONLY_IF(has & (TKT_FORWARDABLE | TKT_PROXIABLE),
            !(ours && bytes_equal_str(old->cname.name_string.at[0], "sensitive")));
    ONLY_IF(strcmp(brought, TGS) != 0, strcmp(brought, q->sname) == 0 &&
                                           o & (KDC_OPT_RENEW | KDC_OPT_VALIDATE | KDC_OPT_PROXY));
    ONLY_IF(again, strcmp(brought, q->sname) == 0);
    ONLY_IF(has & TKT_PROXY && !again, strcmp(q->sname, TGS) != 0);
    ONLY_IF(true, old->endtime >= a->turn.now - skew);
    ONLY_IF(true, new->authtime == old->authtime &&bytes_equal(new->crealm, old->crealm) &&
                      principal_equal(&new->cname, &old->cname));
    ONLY_IF(true, new->has_starttime &&new->starttime < new->endtime);
    ONLY_IF(new->endtime > old->endtime, renewed && new->endtime <= old->renew_till);
    ONLY_IF(renewed, old->has_renew_till && old->renew_till >= now);
    ONLY_IF(new->has_renew_till, old->has_renew_till && new->renew_till <= old->renew_till);
    ONLY_IF(new->starttime < now, o & KDC_OPT_VALIDATE);
    ONLY_IF(new->starttime > a->turn.now, o & KDC_OPT_POSTDATED && has & TKT_INVALID);
    ONLY_IF(new->endtime - new->starttime > 10 * HOUR, again);
    ONLY_IF(new->has_caddr != old->has_caddr, !again && o & (KDC_OPT_FORWARDED | KDC_OPT_PROXY));
}

static bool try(uint64_t seed)
{
    static const char *const names[] = {TGS, WWW, "brief"};
    dice = seed;
    for (int i = 0; i < 4; i++)
        throw_of(2);
    const char *brought = names[maybe(3) ? 1 : 0];
    struct EncTicketPart part = some_ticket();
    struct Ticket t = tgt.rep.ticket;
    t.der = (struct bytes){0};
    t.sname = name_of(a->mem, brought);
    if (!seal_value(&a->asker, &ASN_EncTicketPart, &part, asker_key(a, brought, 18), 2,
                    USAGE_TICKET, &t.enc_part))
        return false; /* a time that cannot be written */
    struct ask q = {.sname = maybe(3) ? names[throw_of(3)] : brought,
                    .options = some_bits(options, sizeof options / sizeof *options, 5),
                    .till = maybe(2) ? TILL : some_time(),
                    .from = maybe(3) ? some_time() : 0,
                    .rtime = maybe(2) ? some_time() : 0,
                    .addresses = maybe(3),
                    .tgt = &t,
                    .session = &tgt.session};
    char *cname = principal_text(a->mem, &part.cname, (struct bytes){0});
    q.acname = cname;
    q.acrealm = arena_str(a->mem, part.crealm);
    struct got g = ask_tgs(a, &q);
    if (g.error == 0)
        hold(&part, &g.ticket, &q, brought, seed);
    assert_true(g.error >= 0);
    return g.error == 0;
}

static void test_never(void **state)
{
    (void)state;
    unsigned granted = 0;
    struct arena *kept = a->mem; /* has the session key's ticket */
    a->turn.tell = NULL;
    for (uint64_t seed = 1; seed <= TRIES; seed++) {
        a->mem = a->turn.mem = a->asker.mem = arena_new(1 << 14);
        a->turn.now += SECOND / 100;
        granted += try(seed);
        arena_free(a->mem);
        if (seed % 500 == 0) {
            ledger_free(a->ledger);
            a->ledger = ledger_new(1000, false);
            a->kdc = kdc_new(kept, &(struct kdc_config){"kdc", asker_realm(a), a->ledger});
        }
    }
    a->mem = a->turn.mem = a->asker.mem = kept;
    print_message("%u of %u granted\n", granted, TRIES);
    assert_true(granted > TRIES / 50); /* or nothing was looked at */
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(test_never)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
