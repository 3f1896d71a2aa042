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
            assert_true(strlen(cell.brief) <= 12); /* six columns on a screen of 80 */
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

/* Who has only NTLM is asked for nothing else; who has only Kerberos gets nothing else. */
#define BY_KERBEROS  "HTTP 200: by Negotiate (Kerberos), 2 requests"
#define BY_NTLM(why) "HTTP 200: by Negotiate (NTLM), not Kerberos: " why ", 3 requests"
#define NTLM_ALONE   BY_NTLM("Kerberos is switched off")
static const char *const decisions[11][3] = {
    {BY_KERBEROS, BY_KERBEROS, NTLM_ALONE},
    {BY_NTLM("the URL has an address, and an address makes no SPN"), "HTTP 401", NTLM_ALONE},
    {BY_NTLM("no account has the SPN"), "HTTP 401", NTLM_ALONE},
    {BY_NTLM("more than one account has the SPN"), "HTTP 401", NTLM_ALONE},
    {BY_NTLM("the logon failed, as the clocks are too far apart"), "HTTP 401", NTLM_ALONE},
    {BY_NTLM("there is no encryption type in common"), "HTTP 401", NTLM_ALONE},
    {BY_NTLM("the client is older than Windows 2000"), "HTTP 401", NTLM_ALONE},
    {BY_NTLM("the server is this machine itself"), "HTTP 401", NTLM_ALONE},
    {"HTTP 401", "HTTP 401", "HTTP 401"},
    {BY_NTLM("the credentials are of no domain account that is logged on"), "HTTP 401", NTLM_ALONE},
    {BY_KERBEROS, BY_KERBEROS,
     "HTTP 401: by Negotiate (NTLM), not Kerberos: Kerberos is switched off, 3 requests"},
};

static void negotiate(void **state)
{
    (void)state;
    const struct matrix *m = matrix_find("negotiate");
    assert_int_equal(m->n_rows, 11);
    assert_int_equal(m->n_columns, 3);
    for (size_t row = 0; row < m->n_rows; row++)
        for (size_t column = 0; column < m->n_columns; column++) {
            const char *text = cell_of("negotiate", row, column).text;
            if (strcmp(text, decisions[row][column]) != 0)
                fail_msg("%zu,%zu: %s, wanted %s", row, column, text, decisions[row][column]);
        }
}

/* In short, as the table on the screen has them. */
static void all_at_once(void **state)
{
    (void)state;
    const struct matrix *m = matrix_on("negotiate-decision");
    struct scenario base;
    char *error;
    assert_ptr_equal(m, matrix_find("negotiate"));
    assert_null(matrix_on("kerberos-logon"));
    assert_true(scenario_load(mem, m->scenario, &base, &error));
    const struct matrix_cell *cells = matrix_run_all(m, &base, NULL, mem, crypto);
    assert_non_null(cells);
    assert_string_equal(cells[0].brief, "Kerberos");
    assert_string_equal(cells[1 * m->n_columns].brief, "NTLM");
    assert_string_equal(cells[1 * m->n_columns + 1].brief, "HTTP 401");
    for (size_t i = 0; i < m->n_rows * m->n_columns; i++)
        assert_null(strstr(cells[i].ended, "expected"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(lmcompat), TEST(identity), TEST(negotiate),
                                       TEST(all_at_once)};
    return cmocka_run_group_tests(tests, make_crypto, free_crypto);
}
