/* Fields of authentication: what the one grammar reads, what it refuses and where, and the map. */
#include "base/vector_file.h"
#include "tests/wire/flat_support.h"
#include "wire/http_auth.h"
#include "wire/vector_ops.h"

static const struct row {
    const char *in;
    struct expected_fault fault;
} table[] = {
    {"", {"http-auth.scheme", "auth-scheme", 0}},
    {" , ", {"http-auth.scheme", "auth-scheme", 3}},
    {"=", {"http-auth.scheme", "auth-scheme", 0}},
    {"\"Basic\"", {"http-auth.scheme", "auth-scheme", 0}},
    {"realm=x", {"http-auth.scheme", "auth-scheme", 5}},
    {"Basic, realm=x", {"http-auth.scheme", "auth-scheme", 12}},
    {"NTLM TlRM, a=b", {"http-auth.scheme", "auth-scheme", 12}},
    {"Basic\tYQ==", {"http-auth.space", "auth-scheme", 5}},
    {"Basic;YQ==", {"http-auth.space", "auth-scheme", 5}},
    {"Basic Y!Q", {"http-auth.token68", "token68", 7}},
    {"Basic YQ YQ", {"http-auth.token68", "token68", 8}},
    {"Basic YQ==x", {"http-auth.value", "value", 9}},
    {"Basic \"x\"", {"http-auth.token68", "token68", 6}},
    {"Digest a=b c=d", {"http-auth.value", "value", 11}},
    {"Digest a=b, c= ", {"http-auth.value", "value", 15}},
    {"Digest a=b, c=;", {"http-auth.value", "value", 14}},
    {"Digest a=\"b\"c", {"http-auth.value", "value", 12}},
    {"Digest a=\"b\x01\"", {"http-auth.value", "value", 11}},
    {"Digest a=\"b", {"http-auth.quoted", "value", 11}},
    {"Digest a=\"b\\", {"http-auth.quoted", "value", 12}},
    {"Digest a=\"b\\\"", {"http-auth.quoted", "value", 13}},
    {"Digest a=b, A=c", {"http-auth.twice", "name", 12}},
};

static struct auth_value values[AUTH_VALUES_MAX];
static size_t n_values;

static bool read_text(const char *text, struct faults *f)
{
    return auth_read(bytes_str(text), mem, f, values, &n_values);
}

static void every_fault_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct faults f = {.mem = mem};
        struct bytes in = exactly(bytes_str(table[i].in));
        assert_false(auth_read(in, mem, &f, values, &n_values));
        assert_fault(&f, table[i].in, table[i].fault);
        release(in);
    }
}

static void limits_hold(void **state)
{
    (void)state;
    char *text = arena_str(mem, (struct bytes){0});
    for (int i = 0; i <= AUTH_VALUES_MAX; i++) {
        struct faults f = {.mem = mem};
        text = arena_printf(mem, "%s%sS%d", text, i ? "," : "", i);
        assert_int_equal(read_text(text, &f), i < AUTH_VALUES_MAX);
        if (i == AUTH_VALUES_MAX)
            assert_fault(&f, text, (struct expected_fault){"http-auth.many", "", 54});
    }
    text = arena_printf(mem, "D ");
    for (int i = 0; i <= AUTH_PARAMS_MAX; i++) {
        text = arena_printf(mem, "%s%sp%d=v", text, i ? "," : "", i);
        assert_int_equal(read_text(text, NULL), i < AUTH_PARAMS_MAX);
    }
}

static void one_field_with_several_challenges(void **state)
{
    (void)state;
    assert_true(
        read_text("Negotiate, NTLM ,, Digest qop=\"auth\", realm = \"a \\\"b\\\\\" , stale=true, "
                  "Basic realm=x,Negotiate YII=",
                  NULL));
    assert_int_equal(n_values, 5);
    assert_true(bytes_equal_str(values[1].scheme, "NTLM"));
    assert_int_equal(values[1].n_params + values[1].token68.n, 0);
    assert_int_equal(values[2].n_params, 3);
    assert_true(bytes_equal_str(auth_param(&values[2], "REALM")->value, "a \"b\\"));
    assert_true(auth_param(&values[2], "realm")->quoted);
    assert_false(auth_param(&values[2], "stale")->quoted);
    assert_null(auth_param(&values[2], "nonce"));
    assert_true(bytes_equal_str(auth_param(&values[3], "realm")->value, "x"));
    assert_true(bytes_equal_str(values[4].token68, "YII="));
    assert_true(read_text("X abc= , Y", NULL));
    assert_true(bytes_equal_str(values[0].token68, "abc="));
    assert_true(read_text("X a=b, Y", NULL)); /* another scheme, not a parameter without value */
    assert_int_equal(n_values, 2);
    assert_true(read_text("X a=\"\"", NULL));
    assert_int_equal(auth_param(&values[0], "a")->value.n, 0);
}

static void parameters_without_a_scheme(void **state)
{
    (void)state;
    struct auth_value v;
    struct faults f = {.mem = mem};
    assert_true(auth_info_read(BYTES_LIT("qop=auth, rspauth=\"00\", nc=00000001"), mem, &f, &v));
    assert_int_equal(v.n_params, 3);
    assert_true(bytes_equal_str(auth_param(&v, "rspauth")->value, "00"));
    assert_false(auth_info_read(BYTES_LIT("qop=auth, x"), mem, &f, &v));
    assert_fault(&f, "x", (struct expected_fault){"http-auth.param", "name", 10});
    f.n = 0;
    assert_false(auth_info_read(BYTES_LIT("qop"), mem, &f, &v));
    assert_fault(&f, "qop", (struct expected_fault){"http-auth.param", "name", 3});
    f.n = 0;
    assert_false(auth_info_read(BYTES_LIT(""), mem, &f, &v));
    assert_fault(&f, "", (struct expected_fault){"http-auth.param", "name", 0});
}

static void quotes_go_there_and_back(void **state)
{
    (void)state;
    const char *text = auth_quoted(mem, "realm", BYTES_LIT("a\"b\\c"));
    assert_string_equal(text, "realm=\"a\\\"b\\\\c\"");
    assert_true(read_text(arena_printf(mem, "Basic %s", text), NULL));
    assert_true(bytes_equal_str(auth_param(&values[0], "realm")->value, "a\"b\\c"));
}

/* ---- Basic ----------------------------------------------------------------------------------- */

static bool basic(const char *text, struct faults *f, struct bytes *user, struct bytes *password)
{
    return read_text(text, f) && basic_read(&values[0], mem, f, user, password);
}

static void basic_is_parted_at_the_first_colon(void **state)
{
    (void)state;
    struct bytes user, password;
    struct faults f = {.mem = mem};
    assert_true(basic("Basic YTpiOmM=", NULL, &user, &password)); /* a:b:c */
    assert_true(bytes_equal_str(user, "a") && bytes_equal_str(password, "b:c"));
    assert_true(basic("Basic Og==", NULL, &user, &password)); /* : */
    assert_int_equal(user.n + password.n, 0);
    assert_false(basic("Basic YWJj", &f, &user, &password));
    assert_fault(&f, "abc", (struct expected_fault){"basic.colon", "user-pass", 3});
    f.n = 0;
    assert_false(basic("Basic YToBYg==", &f, &user, &password));
    assert_fault(&f, "a:\\1b", (struct expected_fault){"basic.control", "user-pass", 2});
    f.n = 0;
    assert_false(basic("Basic YQ", &f, &user, &password));
    assert_fault(&f, "YQ", (struct expected_fault){"http-auth.base64", "token68", 2});
    f.n = 0;
    assert_false(basic("Basic", &f, &user, &password));
    assert_fault(&f, "", (struct expected_fault){"basic.colon", "user-pass", 0});
}

static void published_vectors(void **state)
{
    (void)state;
    static char text[4096];
    const char *name = "tests/vectors/http-basic.txt", *error, *why;
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    struct bytes all = bytes_of(text, fread(text, 1, sizeof text, file));
    fclose(file);
    struct vector_file cases;
    assert_true(vector_file_read(mem, all, name, &cases, &error));
    assert_int_equal(cases.n, 2);
    for (size_t i = 0; i < cases.n; i++)
        if (vector_run_wire(&cases.cases[i], mem, &why) != VECTOR_PASSED)
            fail_msg("%s: %s", cases.cases[i].name, why);
}

/* ---- maps ------------------------------------------------------------------------------------ */

static const char digest[] = "GET / HTTP/1.1\r\nHost: a\r\n"
                             "Authorization: Digest username=\"a\\\"b\", nc = 00000001,x=y\r\n"
                             "WWW-Authenticate: Negotiate, NTLM TlRM, Basic realm=\"r\" ,\r\n"
                             "proxy-authorization: Basic YTpi\r\n"
                             "Authentication-Info: rspauth=\"0\", qop=auth\r\n\r\n";

static void the_map_shows_each_parameter(void **state)
{
    (void)state;
    assert_true(tiles(http_walk, bytes_of(digest, sizeof digest - 1)));
    const char *map = map_text(http_walk, bytes_of(digest, sizeof digest - 1));
    static const char *const wanted[] = {
        "field[1].auth-scheme\n", "field[1].username\n", "field[1].auth-param\n",
        "field[1].nc\n",          "field[1].value\n",    "field[2].token68\n",
        "field[2].realm\n",       "field[2].comma\n",    "field[3].base64-user-pass\n",
        "field[4].rspauth\n",     "field[4].qop\n",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(map, wanted[i]))
            fail_msg("no %s in\n%s", wanted[i], map);
    assert_string_equal(map_text(user_pass_walk, BYTES_LIT("al:pw")),
                        "0-2 user-id\n2-3 colon\n3-5 password\n");
    assert_true(tiles(user_pass_walk, BYTES_LIT(":")));
    assert_false(tiles(user_pass_walk, BYTES_LIT("x")));
}

static void walk_it(struct bytes in)
{
    tiles(http_walk, in);
    tiles(user_pass_walk, in);
}

static void every_beginning_and_every_bit(void **state)
{
    (void)state;
    struct bytes whole = bytes_of(digest, sizeof digest - 1);
    each_truncation(whole, walk_it);
    each_flip(whole, walk_it);
}

static void every_row_is_reached(void **state)
{
    size_t n;
    const struct fault_row *rows = http_auth_fault_table(&n);
    flat_watch(rows, n);
    every_fault_says_where(state);
    limits_hold(state);
    parameters_without_a_scheme(state);
    basic_is_parted_at_the_first_colon(state);
    assert_all_reached();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLAT_TEST(every_fault_says_where),
        FLAT_TEST(limits_hold),
        FLAT_TEST(one_field_with_several_challenges),
        FLAT_TEST(parameters_without_a_scheme),
        FLAT_TEST(quotes_go_there_and_back),
        FLAT_TEST(basic_is_parted_at_the_first_colon),
        FLAT_TEST(published_vectors),
        FLAT_TEST(the_map_shows_each_parameter),
        FLAT_TEST(every_beginning_and_every_bit),
        FLAT_TEST(every_row_is_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
