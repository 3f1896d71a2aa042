/* KRB-SAFE, KRB-PRIV and KRB-CRED: what one end makes the other takes, and nobody takes anything
 * else. */
#include "context/protected.h"
#include "crypto/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct crypto *crypto;
static struct arena *mem;
static struct seeded_rng rng;
static struct faults faults;

static const int32_t etypes[] = {17, 18, 19, 20, 23, 25, 26};
#define N_ETYPES (sizeof etypes / sizeof *etypes)
#define NOW      (1795294315 * SECOND + 123456)
#define TEXT     BYTES_LIT("what the application says")

static const struct HostAddress alice = {.addr_type = 2, .address = BYTES_LIT("\x0a\0\0\x0b")};
static const struct HostAddress www = {.addr_type = 2, .address = BYTES_LIT("\x0a\0\0\x0d")};

static struct turn turn(void)
{
    faults = (struct faults){.mem = mem};
    return (struct turn){
        .now = NOW, .rng = &rng.rng, .crypto = crypto, .mem = mem, .faults = &faults};
}

static int fresh(void **state)
{
    (void)state;
    arena_reset(mem);
    return 0;
}

struct ends {
    struct protected_end a, b;
};

static struct ends ends_of(int32_t etype)
{
    struct ends e = {.a = {.skew = 5 * MINUTE,
                           .with_time = true,
                           .with_seq = true,
                           .send_seq = 7,
                           .receive_seq = 4000000000u,
                           .ours = &alice,
                           .theirs = &www}};
    if (etype)
        assert_true(key_random(crypto, &rng.rng, NULL, etype, &e.a.key));
    e.b = e.a;
    e.b.send_seq = e.a.receive_seq;
    e.b.receive_seq = e.a.send_seq;
    e.b.ours = &www;
    e.b.theirs = &alice;
    return e;
}

enum kind { SAFE, PRIV, CRED };

static struct bytes made(enum kind kind, struct protected_end *from)
{
    struct turn t = turn();
    struct bytes out, parts[] = {BYTES_LIT("krbtgt"), BYTES_LIT("EXAMPLE.TEST")};
    struct Ticket ticket = {.tkt_vno = 5,
                            .realm = BYTES_LIT("EXAMPLE.TEST"),
                            .sname = {.name_type = 2, .name_string = {parts, 2}},
                            .enc_part = {.etype = 18, .cipher = TEXT}};
    struct KrbCredInfo info = {.key = {.keytype = 18, .keyvalue = TEXT}};
    bool ok = kind == SAFE   ? safe_build(&t, from, TEXT, &out)
              : kind == PRIV ? priv_build(&t, from, TEXT, &out)
                             : cred_build(&t, from, &ticket, &info, 1, &out);
    assert_true(ok);
    return out;
}

/* Every refusal raises a fault and counts nothing. */
static int32_t checked_at(enum kind kind, struct protected_end *at, struct bytes m, int64_t now)
{
    struct turn t = turn();
    struct KRB_CRED cred;
    struct EncKrbCredPart part;
    struct bytes data = {0};
    uint32_t before = at->receive_seq;
    t.now = now;
    int32_t code = kind == SAFE   ? safe_check(&t, at, m, &data)
                   : kind == PRIV ? priv_check(&t, at, m, &data)
                                  : cred_check(&t, at, m, &cred, &part);
    assert_int_equal(code != 0, faults.n != 0);
    if (code)
        assert_int_equal(at->receive_seq, before);
    else if (kind == CRED)
        assert_true(bytes_equal(part.ticket_info.at[0].key.keyvalue, TEXT));
    else
        assert_true(bytes_equal(data, TEXT));
    return code;
}

static int32_t checked(enum kind kind, struct protected_end *at, struct bytes m)
{
    return checked_at(kind, at, m, NOW);
}

static void refused(const char *id, int32_t code, int32_t got)
{
    assert_int_equal(got, code);
    assert_string_equal(faults.list[faults.n - 1].row->id, id);
}

static void what_one_end_makes_the_other_takes(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_ETYPES; i++)
        for (enum kind k = SAFE; k <= CRED; k++) {
            struct ends e = ends_of(etypes[i]);
            for (int n = 0; n < 3; n++) {
                assert_int_equal(checked(k, &e.b, made(k, &e.a)), 0);
                assert_int_equal(checked(k, &e.a, made(k, &e.b)), 0);
            }
        }
}

static void numbers_go_around_at_their_end(void **state)
{
    (void)state;
    struct ends e = ends_of(18);
    e.a.send_seq = e.b.receive_seq = UINT32_MAX;
    assert_int_equal(checked(PRIV, &e.b, made(PRIV, &e.a)), 0);
    assert_int_equal(e.b.receive_seq, 0);
    assert_int_equal(checked(PRIV, &e.b, made(PRIV, &e.a)), 0);
}

static void nothing_changed_and_nothing_cut_is_taken(void **state)
{
    (void)state;
    for (enum kind k = SAFE; k <= CRED; k++) {
        struct ends e = ends_of(k == PRIV ? 20 : 17);
        struct bytes m = made(k, &e.a);
        uint8_t *changed = (uint8_t *)arena_str(mem, m);
        size_t ticket = 0; /* whose octets KRB-CRED does not vouch for: its own seal does */
        size_t after = 0;
        if (k == CRED) {
            struct KRB_CRED cred;
            assert_true(asn_decode(&ASN_KRB_CRED, m, ASN_STRICT, mem, NULL, &cred));
            ticket = (size_t)(cred.tickets.at[0].der.p - m.p);
            after = ticket + cred.tickets.at[0].der.n;
        }
        for (size_t bit = 0; bit < 8 * m.n; bit++) {
            if (bit / 8 >= ticket && bit / 8 < after)
                continue;
            changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
            assert_int_not_equal(checked(k, &e.b, bytes_of(changed, m.n)), 0);
            changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        for (size_t n = 0; n < m.n; n++)
            assert_int_not_equal(checked(k, &e.b, bytes_of(changed, n)), 0);
        assert_int_equal(checked(k, &e.b, bytes_of(changed, m.n)), 0);
    }
}

static void another_key_is_no_key(void **state)
{
    (void)state;
    struct ends e = ends_of(18), other = ends_of(18), another = ends_of(17);
    refused("protected.checksum", KRB_AP_ERR_MODIFIED, checked(SAFE, &other.b, made(SAFE, &e.a)));
    refused("protected.sealed", KRB_AP_ERR_BAD_INTEGRITY,
            checked(PRIV, &other.b, made(PRIV, &e.a)));
    refused("protected.sealed", KRB_AP_ERR_BAD_INTEGRITY,
            checked(CRED, &another.b, made(CRED, &e.a)));
}

static void a_checksum_of_another_type_will_not_do(void **state)
{
    (void)state;
    struct ends e = ends_of(18), weaker = ends_of(23);
    refused("protected.cksumtype", KRB_AP_ERR_INAPP_CKSUM,
            checked(SAFE, &e.b, made(SAFE, &weaker.a)));
}

static void an_addition_to_a_safe_message_is_a_change(void **state)
{
    (void)state;
    struct ends e = ends_of(18);
    struct bytes m = made(SAFE, &e.a);
    /* a member [4] behind the checksum; the lengths before take two octets each */
    assert_true(m.p[1] == 0x81 && m.p[4] == 0x81 && m.p[2] < 250);
    uint8_t *longer = arena_take(mem, m.n + 4);
    memcpy(longer, m.p, m.n);
    memcpy(longer + m.n, "\xa4\x02\x05\x00", 4);
    longer[2] += 4;
    longer[5] += 4;
    refused("protected.checksum", KRB_AP_ERR_MODIFIED,
            checked(SAFE, &e.b, bytes_of(longer, m.n + 4)));
}

static void one_message_is_not_taken_for_another(void **state)
{
    (void)state;
    struct ends e = ends_of(18);
    struct bytes of[] = {made(SAFE, &e.a), made(PRIV, &e.a), made(CRED, &e.a)};
    for (enum kind k = SAFE; k <= CRED; k++)
        refused("protected.type", KRB_AP_ERR_MSG_TYPE, checked(k, &e.b, of[(k + 1) % 3]));
    /* 5.7.1: the version, and the type again; both one octet, behind the lengths */
    uint8_t *m = (uint8_t *)arena_str(mem, of[PRIV]);
    uint8_t *pvno = memmem(m, of[PRIV].n, "\xa0\x03\x02\x01\x05", 5);
    pvno[4] = 4;
    assert_int_equal(checked(PRIV, &e.b, bytes_of(m, of[PRIV].n)), KRB_AP_ERR_BADVERSION);
    pvno[4] = 5;
    pvno[9] = 20;
    assert_int_equal(checked(PRIV, &e.b, bytes_of(m, of[PRIV].n)), KRB_AP_ERR_MSG_TYPE);
}

static void what_opens_must_be_the_part(void **state)
{
    (void)state;
    struct ends e = ends_of(18);
    struct turn t = turn();
    struct Checksum wrong = {.checksum = TEXT};
    struct KRB_PRIV m = {.pvno = 5, .msg_type = 21};
    assert_true(seal_value(&t, &ASN_Checksum, &wrong, &e.a.key, 0, USAGE_KRB_PRIV, &m.enc_part));
    refused("protected.malformed", KRB_AP_ERR_MODIFIED,
            checked(PRIV, &e.b, asn_encode(&ASN_KRB_PRIV, &m, mem)));
    struct KRB_CRED c = {.pvno = 5, .msg_type = 22, .enc_part = {.cipher = TEXT}};
    e = ends_of(0);
    refused("protected.malformed", KRB_AP_ERR_MODIFIED,
            checked(CRED, &e.b, asn_encode(&ASN_KRB_CRED, &c, mem)));
}

static void ones_own_message_that_comes_back_is_refused(void **state)
{
    (void)state;
    for (enum kind k = SAFE; k <= CRED; k++) {
        struct ends e = ends_of(18);
        struct bytes m = made(k, &e.a);
        e.a.receive_seq = 7; /* even if the number fits */
        refused("protected.reflected", KRB_AP_ERR_BADADDR, checked(k, &e.a, m));
        e.a.theirs = NULL; /* even if it is not known who is there */
        refused("protected.reflected", KRB_AP_ERR_BADADDR, checked(k, &e.a, m));
    }
    /* On one machine the addresses tell nothing, and the number has to. */
    struct ends e = ends_of(18);
    e.a.theirs = e.b.ours = e.a.ours;
    struct bytes m = made(PRIV, &e.a);
    refused("protected.order", KRB_AP_ERR_BADORDER, checked(PRIV, &e.a, m));
    assert_int_equal(checked(PRIV, &e.b, m), 0);
}

static void addresses_have_to_be_those_of_the_ends(void **state)
{
    (void)state;
    struct HostAddress v6 = {.addr_type = 24, .address = alice.address};
    for (enum kind k = SAFE; k <= CRED; k++) {
        struct ends e = ends_of(18);
        struct bytes m = made(k, &e.a);
        e.b.theirs = &v6;
        refused("protected.s-address", KRB_AP_ERR_BADADDR, checked(k, &e.b, m));
        e.b.theirs = NULL;
        e.b.ours = &v6;
        refused("protected.r-address", KRB_AP_ERR_BADADDR, checked(k, &e.b, m));
        e.b.ours = &www;
        assert_int_equal(checked(k, &e.b, m), 0);
        e = ends_of(18);
        e.a.ours = e.b.theirs = &address_of_initiator;
        e.b.ours = &address_of_acceptor;
        e.a.theirs = NULL;
        m = made(k, &e.a);
        assert_int_equal(checked(k, &e.b, m), 0);
        refused("protected.reflected", KRB_AP_ERR_BADADDR, checked(k, &e.a, m));
    }
}

static void the_edge_of_the_skew_belongs_to_it(void **state)
{
    (void)state;
    for (enum kind k = SAFE; k <= CRED; k++) {
        struct ends e = ends_of(18);
        e.a.with_seq = e.b.with_seq = false;
        struct bytes m = made(k, &e.a);
        assert_int_equal(checked_at(k, &e.b, m, NOW + 5 * MINUTE), 0);
        assert_int_equal(checked_at(k, &e.b, m, NOW - 5 * MINUTE), 0);
        refused("protected.skew", KRB_AP_ERR_SKEW, checked_at(k, &e.b, m, NOW + 5 * MINUTE + 1));
        refused("protected.skew", KRB_AP_ERR_SKEW, checked_at(k, &e.b, m, NOW - 5 * MINUTE - 1));
        e.b.with_time = false; /* a time that is there counts */
        refused("protected.skew", KRB_AP_ERR_SKEW, checked_at(k, &e.b, m, NOW + 5 * MINUTE + 1));
    }
}

static void a_time_that_is_expected_must_be_there(void **state)
{
    (void)state;
    for (enum kind k = SAFE; k <= CRED; k++) {
        struct ends e = ends_of(18);
        e.a.with_time = false;
        struct bytes m = made(k, &e.a);
        refused("protected.time", KRB_AP_ERR_SKEW, checked(k, &e.b, m));
        e.b.with_time = false;
        assert_int_equal(checked(k, &e.b, m), 0);
    }
}

static void without_time_and_number_nothing_is_taken(void **state)
{
    (void)state;
    for (enum kind k = SAFE; k <= PRIV; k++) {
        struct ends e = ends_of(18);
        e.a.with_time = e.a.with_seq = e.b.with_time = e.b.with_seq = false;
        refused("protected.bare", KRB_AP_ERR_MODIFIED, checked(k, &e.b, made(k, &e.a)));
    }
}

static void a_number_left_out_is_zero(void **state)
{
    (void)state;
    struct ends e = ends_of(18);
    e.a.with_seq = e.a.with_time = e.b.with_time = false;
    struct bytes m = made(PRIV, &e.a);
    refused("protected.bare", KRB_AP_ERR_MODIFIED, checked(PRIV, &e.b, m));
    e.b.receive_seq = 0;
    assert_int_equal(checked(PRIV, &e.b, m), 0);
    assert_int_equal(e.b.receive_seq, 1);
}

static void messages_come_in_their_order(void **state)
{
    (void)state;
    for (enum kind k = SAFE; k <= PRIV; k++) {
        struct ends e = ends_of(18);
        struct bytes first = made(k, &e.a), second = made(k, &e.a);
        refused("protected.order", KRB_AP_ERR_BADORDER, checked(k, &e.b, second));
        assert_int_equal(checked(k, &e.b, first), 0);
        refused("protected.order", KRB_AP_ERR_BADORDER, checked(k, &e.b, first));
        assert_int_equal(checked(k, &e.b, second), 0);
        e.a.with_seq = false;
        refused("protected.order", KRB_AP_ERR_BADORDER, checked(k, &e.b, made(k, &e.a)));
    }
}

struct memory {
    uint8_t key[256];
    size_t n, asked;
    int64_t window;
};

static bool unseen(void *arg, struct bytes key, int64_t now, int64_t window)
{
    struct memory *m = arg;
    assert_true(now == NOW && key.n <= sizeof m->key);
    m->window = window;
    m->asked++;
    bool same = bytes_equal(key, bytes_of(m->key, m->n));
    memcpy(m->key, key.p, key.n);
    m->n = key.n;
    return !same;
}

static void a_message_seen_before_is_refused(void **state)
{
    (void)state;
    for (enum kind k = SAFE; k <= CRED; k++) {
        struct ends e = ends_of(18);
        struct memory memory = {.n = 0};
        e.a.with_seq = e.b.with_seq = false;
        e.b.unseen = unseen;
        e.b.arg = &memory;
        struct bytes m = made(k, &e.a);
        assert_int_equal(checked(k, &e.b, m), 0);
        assert_int_equal(memory.window, 5 * MINUTE);
        refused("protected.repeat", KRB_AP_ERR_REPEAT, checked(k, &e.b, m));
        assert_int_equal(memory.asked, 2);
        /* what is refused for another reason is not remembered */
        struct HostAddress elsewhere = {.addr_type = 2, .address = BYTES_LIT("else")};
        e.b.theirs = &elsewhere;
        assert_int_not_equal(checked(k, &e.b, m), 0);
        assert_int_equal(memory.asked, 2);
    }
}

static void tickets_can_be_handed_on_unsealed_where_that_is_agreed(void **state)
{
    (void)state;
    struct ends open = ends_of(0), sealed = ends_of(18);
    struct bytes m = made(CRED, &open.a);
    assert_int_equal(checked(CRED, &open.b, m), 0);
    refused("protected.form", KRB_AP_ERR_MODIFIED, checked(CRED, &sealed.b, m));
    refused("protected.form", KRB_AP_ERR_MODIFIED, checked(CRED, &open.b, made(CRED, &sealed.a)));
}

static void each_ticket_has_its_entry(void **state)
{
    (void)state;
    struct ends e = ends_of(0);
    struct KRB_CRED cred;
    struct bytes m = made(CRED, &e.a);
    assert_true(asn_decode(&ASN_KRB_CRED, m, ASN_STRICT, mem, NULL, &cred));
    cred.tickets.n = 0;
    refused("protected.infos", KRB_AP_ERR_MODIFIED,
            checked(CRED, &e.b, asn_encode(&ASN_KRB_CRED, &cred, mem)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_one_end_makes_the_other_takes, fresh),
        cmocka_unit_test_setup(numbers_go_around_at_their_end, fresh),
        cmocka_unit_test_setup(nothing_changed_and_nothing_cut_is_taken, fresh),
        cmocka_unit_test_setup(another_key_is_no_key, fresh),
        cmocka_unit_test_setup(a_checksum_of_another_type_will_not_do, fresh),
        cmocka_unit_test_setup(an_addition_to_a_safe_message_is_a_change, fresh),
        cmocka_unit_test_setup(one_message_is_not_taken_for_another, fresh),
        cmocka_unit_test_setup(what_opens_must_be_the_part, fresh),
        cmocka_unit_test_setup(ones_own_message_that_comes_back_is_refused, fresh),
        cmocka_unit_test_setup(addresses_have_to_be_those_of_the_ends, fresh),
        cmocka_unit_test_setup(the_edge_of_the_skew_belongs_to_it, fresh),
        cmocka_unit_test_setup(a_time_that_is_expected_must_be_there, fresh),
        cmocka_unit_test_setup(without_time_and_number_nothing_is_taken, fresh),
        cmocka_unit_test_setup(a_number_left_out_is_zero, fresh),
        cmocka_unit_test_setup(messages_come_in_their_order, fresh),
        cmocka_unit_test_setup(a_message_seen_before_is_refused, fresh),
        cmocka_unit_test_setup(tickets_can_be_handed_on_unsealed_where_that_is_agreed, fresh),
        cmocka_unit_test_setup(each_ticket_has_its_entry, fresh),
    };
    crypto = crypto_new();
    mem = arena_new(0);
    if (!crypto || !mem)
        return 1;
    seeded_rng_init(&rng, crypto, 1, "protected");
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(mem);
    crypto_free(crypto);
    return failed;
}
