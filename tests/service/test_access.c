/* AccessCheck (MS-DTYP 2.5.3.2): order, denials, owners, lists that are none. */
#include "service/web.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- what is told ---------------------------------------------------------------------------- */

struct listener {
    struct story story;
    char steps[2048]; /* "begin+ ace- ..." */
    char outcome[256], groups[512];
};

static void hear_step(struct story *s, const char *id, enum outcome o, const struct arg *a,
                      size_t n)
{
    struct listener *l = (struct listener *)s;
    size_t at = strlen(l->steps);
    (void)a;
    (void)n;
    snprintf(l->steps + at, sizeof l->steps - at, "%s%s%c", at ? " " : "",
             strcmp(id, "service.access") ? id + strlen("service.access.") : "result",
             o == STEP_DONE      ? '+'
             : o == STEP_REFUSED ? '-'
                                 : '.');
}

static void hear_decision(struct story *s, const struct decision_told *d)
{
    struct listener *l = (struct listener *)s;
    assert_string_equal(d->id, "service.access");
    snprintf(l->outcome, sizeof l->outcome, "%s", d->outcome);
    for (size_t i = 0; i < d->n; i++)
        if (strcmp(d->inputs[i].name, "groups") == 0)
            snprintf(l->groups, sizeof l->groups, "%s", d->inputs[i].value);
}

static struct arena *mem;
static struct listener listener;
static struct turn turn;
static const struct sid domain = {5, 4, {21, 1, 2, 3}};

static int begin(void **state)
{
    (void)state;
    mem = arena_new(1 << 16);
    listener = (struct listener){.story = {hear_step, NULL, hear_decision}};
    turn = (struct turn){.mem = mem, .tell = &listener.story};
    return mem ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    arena_free(mem);
    return 0;
}

/* alice: 1104, of Domain Users and Staff (1105); Contractors (1106) is for denying only. */
static struct access_token *alice(void)
{
    static const struct group_membership groups[] = {
        {RID_DOMAIN_USERS, GROUP_USUAL}, {1105, GROUP_USUAL}, {1106, GROUP_DENY_ONLY}};
    struct validation_info v = {.effective_name = BYTES_LIT("alice"),
                                .logon_domain_name = BYTES_LIT("EXAMPLE"),
                                .logon_domain_id = domain,
                                .user_id = 1104,
                                .primary_group_id = RID_DOMAIN_USERS,
                                .groups = groups,
                                .n_groups = 3};
    return token_of_validation(mem, &v, "NTLM", TOKEN_NETWORK, NULL);
}

#define DOM   "S-1-5-21-1-2-3-"
#define ALICE DOM "1104"
#define STAFF DOM "1105"
#define CONTR DOM "1106"
#define BEN   DOM "1107"
enum { NOBODY = 99, RC = 1 << 17, WDAC = 1 << 18 };

static const struct row {
    const char *sddl;
    uint32_t desired;
    bool granted;
    size_t decided_by;
    uint32_t missing;
    const char *steps;
} table[] = {
    /* no list and an empty one */
    {"O:BA", FILE_GENERIC_READ, true, NOBODY, 0, "begin+ no-list. result+"},
    {"O:BAD:NO_ACCESS_CONTROL", FILE_ALL_ACCESS, true, NOBODY, 0, "begin+ no-list. result+"},
    {"O:BAD:", FILE_GENERIC_READ, false, NOBODY, FILE_GENERIC_READ, "begin+ result-"},
    /* who */
    {"O:BAD:(A;;FR;;;" ALICE ")", FILE_GENERIC_READ, true, 0, 0, "begin+ ace+ result+"},
    {"O:BAD:(A;;FR;;;" BEN ")", FILE_GENERIC_READ, false, NOBODY, FILE_GENERIC_READ,
     "begin+ ace-skipped. result-"},
    {"O:BAD:(A;;FR;;;" STAFF ")", FILE_GENERIC_READ, true, 0, 0, "begin+ ace+ result+"},
    {"O:BAD:(A;;FR;;;AU)", FILE_GENERIC_READ, true, 0, 0, "begin+ ace+ result+"},
    /* the order decides (E11) */
    {"O:BAD:(D;;FR;;;" ALICE ")(A;;FR;;;WD)", FILE_GENERIC_READ, false, 0, FILE_GENERIC_READ,
     "begin+ ace- result-"},
    {"O:BAD:(A;;FR;;;WD)(D;;FR;;;" ALICE ")", FILE_GENERIC_READ, true, 0, 0, "begin+ ace+ result+"},
    {"O:BAD:(A;;0x1;;;WD)(D;;FR;;;" ALICE ")(A;;FR;;;WD)", FILE_GENERIC_READ, false, 1, 0x120088,
     "begin+ ace+ ace- result-"},
    {"O:BAD:(D;;FW;;;" ALICE ")(A;;FR;;;WD)", FILE_READ_DATA, true, 1, 0,
     "begin+ ace-skipped. ace+ result+"},
    /* FILE_GENERIC_WRITE shares READ_CONTROL and SYNCHRONIZE with FILE_GENERIC_READ */
    {"O:BAD:(D;;FW;;;" ALICE ")(A;;FR;;;WD)", FILE_GENERIC_READ, false, 0, FILE_GENERIC_READ,
     "begin+ ace- result-"},
    /* rights from several entries */
    {"O:BAD:(A;;0x20089;;;" STAFF ")(A;;0x100000;;;WD)(D;;FA;;;WD)", FILE_GENERIC_READ, true, 1, 0,
     "begin+ ace+ ace+ result+"},
    {"O:BAD:(A;;0x1;;;WD)", FILE_GENERIC_READ, false, NOBODY, 0x120088, "begin+ ace+ result-"},
    /* generic rights, asked for and given */
    {"O:BAD:(A;;GR;;;WD)", FILE_GENERIC_READ, true, 0, 0, "begin+ ace+ result+"},
    {"O:BAD:(A;;FR;;;WD)", 1u << 31, true, 0, 0, "begin+ ace+ result+"},
    {"O:BAD:(A;;GA;;;WD)", FILE_ALL_ACCESS, true, 0, 0, "begin+ ace+ result+"},
    {"O:BAD:(A;;FA;;;WD)", 1u << 28, true, 0, 0, "begin+ ace+ result+"},
    {"O:BAD:(A;;GX;;;WD)", 0x1200a0, true, 0, 0, "begin+ ace+ result+"},
    {"O:BAD:(A;;GW;;;WD)", 0x120116, true, 0, 0, "begin+ ace+ result+"},
    {"O:BAD:(D;;GR;;;WD)(A;;FA;;;WD)", FILE_READ_DATA, false, 0, 1, "begin+ ace- result-"},
    /* for denying only */
    {"O:BAD:(A;;FR;;;" CONTR ")", FILE_GENERIC_READ, false, NOBODY, FILE_GENERIC_READ,
     "begin+ ace-skipped. result-"},
    {"O:BAD:(D;;FR;;;" CONTR ")(A;;FR;;;WD)", FILE_GENERIC_READ, false, 0, FILE_GENERIC_READ,
     "begin+ ace- result-"},
    /* only for what lies below */
    {"O:BAD:(D;OIIO;FR;;;WD)(A;;FR;;;WD)", FILE_GENERIC_READ, true, 1, 0,
     "begin+ ace-skipped. ace+ result+"},
    {"O:BAD:(A;OIIO;FR;;;WD)", FILE_GENERIC_READ, false, NOBODY, FILE_GENERIC_READ,
     "begin+ ace-skipped. result-"},
    /* the owner */
    {"O:" ALICE "D:", RC | WDAC, true, NOBODY, 0, "begin+ owner. result+"},
    {"O:" STAFF "D:", WDAC, true, NOBODY, 0, "begin+ owner. result+"},
    {"O:" CONTR "D:", WDAC, false, NOBODY, WDAC, "begin+ result-"},
    {"O:" ALICE "D:", FILE_GENERIC_READ, false, NOBODY, 0x100089, "begin+ owner. result-"},
    {"O:" ALICE "D:(D;;FA;;;WD)", WDAC, true, NOBODY, 0, "begin+ owner. result+"},
    {"O:BAD:", RC, false, NOBODY, RC, "begin+ result-"},
    /* OWNER RIGHTS */
    {"O:" ALICE "D:(A;;RC;;;OW)", WDAC, false, NOBODY, WDAC, "begin+ ace-skipped. result-"},
    {"O:" ALICE "D:(A;;RC;;;OW)", RC, true, 0, 0, "begin+ ace+ result+"},
    {"O:" ALICE "D:(A;IO;RC;;;OW)", WDAC, true, NOBODY, 0, "begin+ owner. result+"},
    {"O:" BEN "D:(A;;FA;;;OW)", RC, false, NOBODY, RC, "begin+ ace-skipped. result-"},
    {"O:" ALICE "D:(D;;WD;;;OW)(A;;FA;;;WD)", WDAC, false, 0, WDAC, "begin+ ace- result-"},
    /* nothing asked */
    {"O:BAD:(D;;FA;;;WD)", 0, true, NOBODY, 0, "begin+ result+"},
};

static void each_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        const struct row *r = &table[i];
        struct security_descriptor d;
        const char *why = NULL;
        if (!sddl_read(mem, r->sddl, &domain, &d, &why))
            fail_msg("%s: %s", r->sddl, why);
        size_t by = r->decided_by == NOBODY ? d.n_dacl : r->decided_by;
        listener.steps[0] = '\0';
        struct access_result a = access_check(&turn, &d, alice(), r->desired, "/x.txt");
        if (a.granted != r->granted || a.decided_by != by || a.missing != r->missing)
            fail_msg("%s, 0x%x: granted %d by %zu, missing 0x%x", r->sddl, r->desired, a.granted,
                     a.decided_by, a.missing);
        if (strcmp(listener.steps, r->steps))
            fail_msg("%s, 0x%x: %s", r->sddl, r->desired, listener.steps);
        assert_int_equal(strncmp(listener.outcome, r->granted ? "granted" : "denied", 6), 0);
        /* Without a listener it is the same. */
        struct turn silent = {.mem = mem};
        struct access_result b = access_check(&silent, &d, alice(), r->desired, "/x.txt");
        assert_int_equal(b.granted, a.granted);
        assert_int_equal(b.missing, a.missing);
    }
}

static void the_decision_names_what_matters(void **state)
{
    (void)state;
    struct security_descriptor d;
    const char *why = NULL;
    assert_true(sddl_read(mem, "O:BAD:(D;;FR;;;" CONTR ")(A;;FR;;;AU)", &domain, &d, &why));
    access_check(&turn, &d, alice(), FILE_GENERIC_READ, "/x.txt");
    assert_string_equal(listener.groups,
                        CONTR " (for denying only), NT AUTHORITY\\Authenticated Users");
    assert_string_equal(listener.outcome, "denied: read (0x120089)");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(each_row),
        TEST(the_decision_names_what_matters),
    };
    return cmocka_run_group_tests_name("AccessCheck", tests, NULL, NULL);
}
