/* Every cell of the matrices is as the tables say: LMCompatibilityLevel (MS-NLMP, behaviours 1.6),
 * and ASP.NET's four answers for each mode of IIS (Table 1). */
#include "sim/matrix.h"
#include "tests/sim/runs.h"

static struct matrix_cell cell_of(const char *name, size_t row, size_t column)
{
    const struct matrix *m = matrix_find(name);
    struct scenario base;
    struct matrix_cell cell;
    struct trace *trace;
    char *error;
    assert_non_null(m);
    assert_true(scenario_load(mem, m->scenario, &base, &error));
    assert_true(matrix_run(m, &base, row, column, NULL, mem, crypto, &cell, &trace));
    return cell;
}

/* What a client of that level sends where session security can be agreed on, and from which level
 * of the controller on it is refused. */
static const struct {
    const char *sent;
    size_t refused_from;
} levels[] = {{"NTLM", 5},   {"NTLM2 session", 5}, {"NTLM2 session", 5},
              {"NTLMv2", 6}, {"NTLMv2", 6},        {"NTLMv2", 6}};

static void lmcompat(void **state)
{
    (void)state;
    for (size_t client = 0; client < 6; client++)
        for (size_t controller = 0; controller < 6; controller++) {
            struct matrix_cell cell = cell_of("lmcompat", client, controller);
            bool taken = controller < levels[client].refused_from;
            assert_string_equal(cell.text, taken ? levels[client].sent : "refused: level");
            assert_int_equal(cell.granted, taken);
        }
}

static void identity(void **state)
{
    (void)state;
    for (size_t row = 0; row < 4; row++)
        for (size_t mode = 0; mode < 4; mode++) {
            bool anonymous = mode == 0, impersonates = row % 2 == 0, forms = row >= 2;
            const char *user = forms ? "alice of the shop" : anonymous ? "-" : "EXAMPLE\\alice";
            const char *thread = !impersonates ? "NT AUTHORITY\\NETWORK SERVICE"
                                 : anonymous   ? "WEB1\\IUSR_WEB1"
                                               : "EXAMPLE\\alice";
            assert_string_equal(cell_of("identity", row, mode).text,
                                arena_printf(mem, "%s\n%s\n%s", user, thread, user));
        }
}

static const struct {
    size_t row, column;
    const char *text;
} decisions[] = {
    {0, 0, "by Negotiate (Kerberos)"},
    {0, 2, "by Negotiate (NTLM), not Kerberos: Kerberos is switched off"},
    {1, 0, "not Kerberos: the URL has an address"},
    {2, 0, "not Kerberos: no account has the SPN"},
    {3, 0, "not Kerberos: more than one account has the SPN"},
    {5, 0, "not Kerberos: there is no encryption type in common"},
    {6, 0, "not Kerberos: the client is older than Windows 2000"},
    {8, 0, "HTTP 401"},
    {9, 0, "not Kerberos: the credentials are of no domain account that is logged on"},
    {10, 0, "by Negotiate (Kerberos)"},
    {10, 2, "HTTP 401"},
};

static void negotiate(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof decisions / sizeof *decisions; i++) {
        struct matrix_cell cell = cell_of("negotiate", decisions[i].row, decisions[i].column);
        if (!strstr(cell.text, decisions[i].text))
            fail_msg("%zu,%zu: %s, wanted %s", decisions[i].row, decisions[i].column, cell.text,
                     decisions[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(lmcompat), TEST(identity), TEST(negotiate)};
    return cmocka_run_group_tests(tests, make_crypto, free_crypto);
}
