/* The choice of encryption types, row by row: inputs and what has to come of them, from published
 * rules. What a domain controller does is taken from what Microsoft documents (MS-KILE 2.2.7,
 * KB5021131, KB5073381) and from what others have measured on one. */
#include "kdc/etype.h"

#include "crypto/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST 8

static const int32_t aes[] = {18, 17, 0}, aes_rc4[] = {18, 17, 23, 0}, rc4[] = {23, 0},
                     aes128_rc4[] = {17, 23, 0}, aes256[] = {18, 0}, aes128[] = {17, 0},
                     des3[] = {16, 0}, aes_des3[] = {18, 16, 0}, sha2[] = {20, 19, 0},
                     sha2_aes[] = {20, 19, 18, 17, 0}, none[] = {0}, windows[] = {18, 17, 23, 3, 0},
                     rc4_first[] = {23, 18, 17, 0}, aes128_first[] = {17, 18, 0},
                     unknown[] = {99, -133, 3, 0}, old_tool[] = {23, 16, 3, 0};

struct row {
    const char *says;
    const int32_t *asked, *permitted, *keys;
    uint32_t supported, usual; /* msDS-SupportedEncryptionTypes, DefaultDomainSupportedEncTypes */
    int32_t session, ticket;   /* 0: KDC_ERR_ETYPE_NOSUPP */
    uint32_t flags;
    enum etype_service kind;
    bool strong_only, as_asked; /* policy: no weak session keys; tickets as asked */
};

/* The rule of RFC 4120 3.1.3, as a realm without Windows' policy has it. */
static const struct row exact[] = {
    {"the first asked", aes, aes, aes, 0, 0, 18, 18},
    {"the client's order counts for the session key alone", aes128_first, aes, aes, 0, 0, 17, 18},
    {"what the service has no key of it cannot use", aes, aes, aes128, 0, 0, 17, 17},
    {"a ticket need not be of a type the client knows", aes256, sha2_aes, sha2_aes, 0, 0, 18, 20},
    {"none in common", aes256, aes, aes128, 0, 0, 0, 17},
    {"nothing asked", none, aes, aes, 0, 0, 0, 18},
    {"unknown numbers are passed over", unknown, aes, aes, 0, 0, 0, 18},
    {"RC4 is not permitted", rc4, aes, aes_rc4, 0, 0, 0, 18},
    {"an RC4 service of a realm without it", aes, aes, rc4, 0, 0, 0, 0},
    {"RC4 where the realm names it", rc4, aes_rc4, rc4, 0, 0, 23, 23},
    {"CVE-2025-3576: no RC4 session keys, its tickets stay", rc4_first, aes_rc4, rc4, 0, 0, 0, 23,
     .strong_only = true},
    {"the same with better keys beside", rc4_first, aes_rc4, aes_rc4, 0, 0, 18, 18,
     .strong_only = true},
    {"CVE-2025-3576: nor DES3", des3, aes_des3, aes_des3, 0, 0, 0, 18, .strong_only = true},
    {"DES3 switched on", des3, aes_des3, aes_des3, 0, 0, 16, 18},
    {"the TGS can use what the realm permits", sha2, sha2_aes, aes, 0, 0, 20, 18,
     .kind = SERVICE_TGS},
    {"another realm's TGS is a service like any", aes, aes, aes128, 0, 0, 17, 17,
     .kind = SERVICE_TRUST},
    {"an account for DES only has nothing to use here", aes, aes, aes_rc4, 0, 0, 0, 0,
     .flags = ACCOUNT_DES_ONLY},
    {"no keys at all", aes, aes, none, 0, 0, 0, 0},
};

/* Since November 2022 (KB5021131) 0x27 is assumed of accounts that say nothing, since April 2026
 * (KB5073381) 0x18. */
#define SINCE_2022 0x27
#define SINCE_2026 0x18
static const struct row declared[] = {
    {"nothing said: an RC4 ticket with an AES session key", windows, aes_rc4, aes_rc4, 0,
     SINCE_2022, 18, 23},
    {"0x4: RC4 twice, the default is not asked", windows, aes_rc4, aes_rc4, 0x4, SINCE_2022, 23,
     23},
    {"0x18", windows, aes_rc4, aes_rc4, 0x18, SINCE_2022, 18, 18},
    {"0x10", windows, aes_rc4, aes_rc4, 0x10, SINCE_2022, 18, 18},
    {"0x8, though there are AES256 keys", windows, aes_rc4, aes_rc4, 0x8, SINCE_2022, 17, 17},
    {"0x1c: the strongest", windows, aes_rc4, aes_rc4, 0x1c, SINCE_2022, 18, 18},
    {"0x24: the account's own bit for session keys", windows, aes_rc4, aes_rc4, 0x24, 0x7, 18, 23},
    {"0x7: before 2022", windows, aes_rc4, aes_rc4, 0, 0x7, 23, 23},
    {"the bit is for both AES types", aes128, aes_rc4, aes_rc4, 0, SINCE_2022, 17, 23},
    {"a client that knows RC4 alone gets RC4 still", rc4, aes_rc4, aes_rc4, 0, SINCE_2022, 23, 23},
    {"the krbtgt does not read the attribute", windows, aes_rc4, aes_rc4, 0x4, SINCE_2022, 18, 18,
     .kind = SERVICE_TGS},
    {"2026, nothing said: AES twice", windows, aes_rc4, aes_rc4, 0, SINCE_2026, 18, 18},
    {"2026, nothing said, keys of an old password", windows, aes_rc4, rc4, 0, SINCE_2026, 18, 0},
    {"2026, 0x4 said: still RC4", windows, aes_rc4, aes_rc4, 0x4, SINCE_2026, 23, 23},
    {"2026, a tool that asks for RC4 alone", old_tool, aes_rc4, aes_rc4, 0, SINCE_2026, 0, 18},
    {"RC4 taken off the KDC's own list: 0x4 has nothing left", windows, aes, aes_rc4, 0x4,
     SINCE_2022, 0, 0},
    {"0x18 with keys of an old password: the key there is", windows, aes_rc4, rc4, 0x18, SINCE_2022,
     18, 23},
    {"and the RC4 session key of one who asks for it", rc4, aes_rc4, rc4, 0x18, SINCE_2022, 23, 23},
    {"but with AES keys it is refused", rc4, aes_rc4, aes_rc4, 0x18, SINCE_2022, 0, 18},
    {"AES asked of an account that says RC4", aes256, aes_rc4, aes_rc4, 0x4, SINCE_2022, 0, 23},
    {"the bit alone is no type", windows, aes_rc4, aes_rc4, 0x20, SINCE_2022, 18, 0},
    {"nor is FAST's", windows, aes_rc4, aes_rc4, 0x10000, SINCE_2022, 0, 0},
    {"a trust that says nothing has AES since 2022", windows, aes_rc4, aes_rc4, 0, SINCE_2022, 18,
     18, .kind = SERVICE_TRUST},
    {"and RC4 before", windows, aes_rc4, aes_rc4, 0, 0x4, 23, 23, .kind = SERVICE_TRUST},
    {"DES only, and no DES is left", windows, aes_rc4, aes_rc4, 0x1f, SINCE_2022, 0, 0,
     .flags = ACCOUNT_DES_ONLY},
    {"tickets as asked: a client may have RC4 of an AES account", rc4_first, aes_rc4, aes_rc4, 0x18,
     SINCE_2022, 18, 23, .as_asked = true},
    {"only the newest keys seal tickets", windows, aes_rc4, aes128_rc4, 0x1c, SINCE_2022, 18, 17},
    {"no default: the account's word holds", windows, aes_rc4, aes_rc4, 0x4, 0, 23, 23},
};

/* ---- rows to inputs ---------------------------------------------------------------------------
 */

struct made {
    int64_t asked[MOST];
    struct account_key keys[MOST];
    struct account service;
    struct realm_policy policy;
    struct etype_inputs in;
};

static size_t length(const int32_t *list)
{
    size_t n = 0;
    while (list[n])
        n++;
    return n;
}

static void make(const struct row *r, struct made *m)
{
    *m = (struct made){.in = {.asked = m->asked, .n_asked = length(r->asked), .kind = r->kind}};
    for (size_t i = 0; i < m->in.n_asked; i++)
        m->asked[i] = r->asked[i];
    for (size_t i = 0; r->keys[i]; i++)
        m->keys[i] = (struct account_key){.kvno = 3, .key = {.etype = r->keys[i]}};
    m->service = (struct account){.keys = m->keys,
                                  .n_keys = length(r->keys),
                                  .flags = r->flags,
                                  .supported_etypes = r->supported,
                                  .text = "svc"};
    m->policy = (struct realm_policy){.etypes = r->permitted,
                                      .n_etypes = length(r->permitted),
                                      .default_supported = r->usual,
                                      .weak_sessions = !r->strong_only,
                                      .tickets_as_asked = r->as_asked};
    m->in.service = &m->service;
    m->in.policy = &m->policy;
}

static void check(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct made m;
        make(&rows[i], &m);
        struct etype_choice session = choose_session(&m.in), ticket = choose_ticket(&m.in);
        if (session.etype != rows[i].session || ticket.etype != rows[i].ticket)
            fail_msg("%s: session %d, ticket %d", rows[i].says, session.etype, ticket.etype);
        assert_true(!session.etype == (session.why && *session.why));
        assert_true(!ticket.etype == (ticket.why && *ticket.why));
        assert_true(!ticket.etype == !ticket.key);
        assert_true(!session.why || strlen(session.why) <= 40);
        assert_true(!ticket.why || strlen(ticket.why) <= 40);
    }
}

static void test_keys_decide_where_nothing_is_said(void **state)
{
    (void)state;
    check(exact, sizeof exact / sizeof *exact);
}

static void test_what_is_said_of_the_account_decides(void **state)
{
    (void)state;
    check(declared, sizeof declared / sizeof *declared);
}

/* ---- by rule, over all combinations ------------------------------------------------------------
 */

static const int32_t *const lists[] = {aes,      aes_rc4, rc4,  aes128_rc4, aes256,
                                       aes128,   windows, none, rc4_first,  aes128_first,
                                       sha2_aes, unknown, des3};
#define N_LISTS (sizeof lists / sizeof *lists)

static void each(void (*check_one)(const struct row *, struct made *))
{
    static const uint32_t bits[] = {0, 0x4, 0x7, 0x8, 0x10, 0x18, 0x1c, 0x20, 0x24, 0x27, 0x3c};
    for (size_t i = 0; i < N_LISTS * N_LISTS * N_LISTS; i++)
        for (size_t b = 0; b < 2 * sizeof bits / sizeof *bits; b++) {
            uint32_t bit = bits[b / 2];
            struct row r = {.says = "",
                            .asked = lists[i % N_LISTS],
                            .permitted = lists[i / N_LISTS % N_LISTS],
                            .keys = lists[i / N_LISTS / N_LISTS],
                            .supported = b % 2 ? bit : 0,
                            .usual = b % 2 ? SINCE_2022 : bit,
                            .strong_only = i % 2};
            struct made m;
            make(&r, &m);
            check_one(&r, &m);
        }
}

static bool in_list(const int32_t *list, int32_t etype)
{
    while (*list && *list != etype)
        list++;
    return *list != 0;
}

static void sound(const struct row *r, struct made *m)
{
    struct etype_choice session = choose_session(&m->in), ticket = choose_ticket(&m->in);
    if (session.etype) {
        assert_true(in_list(r->asked, session.etype) && in_list(r->permitted, session.etype));
        assert_true(!r->strong_only || !etype_find(session.etype)->weak);
    }
    if (ticket.etype)
        assert_true(in_list(r->keys, ticket.etype) && in_list(r->permitted, ticket.etype));
}

/* Nothing is chosen that was not asked, permitted and had; no weak session key unless allowed. */
static void test_nothing_comes_from_nowhere(void **state)
{
    (void)state;
    each(sound);
}

static void ticket_alone(const struct row *r, struct made *m)
{
    struct etype_choice before = choose_ticket(&m->in);
    for (size_t i = 0; i < N_LISTS; i++) {
        struct row other = *r;
        struct made n;
        other.asked = lists[i];
        make(&other, &n);
        assert_int_equal(choose_ticket(&n.in).etype, before.etype);
    }
}

static void test_the_client_has_no_say_in_the_ticket(void **state)
{
    (void)state;
    each(ticket_alone);
}

static void test_the_reply_is_a_matter_of_the_clients_keys(void **state)
{
    (void)state;
    struct made m;
    make(&(struct row){"", rc4_first, aes_rc4, aes}, &m);
    m.in.client = &m.service;
    assert_int_equal(choose_reply(&m.in).etype, 18);
    m.service.supported_etypes = ETYPES_RC4; /* of tickets to it, not of its logon */
    assert_int_equal(choose_reply(&m.in).etype, 18);
    m.service.n_keys = 0;
    assert_int_equal(choose_reply(&m.in).etype, 0);
    assert_non_null(choose_reply(&m.in).why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_decide_where_nothing_is_said),
        cmocka_unit_test(test_what_is_said_of_the_account_decides),
        cmocka_unit_test(test_nothing_comes_from_nowhere),
        cmocka_unit_test(test_the_client_has_no_say_in_the_ticket),
        cmocka_unit_test(test_the_reply_is_a_matter_of_the_clients_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
