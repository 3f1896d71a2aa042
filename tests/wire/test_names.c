/* Registries: order, completeness, and the texts' form. */
#include "wire/names.h"
#include "tests/wire/flat_support.h"

#include <ctype.h>

static void tables_are_in_order(void **state)
{
    (void)state;
    for (int r = 0; r < NAMES_REGISTRIES; r++) {
        size_t n;
        const struct name_row *rows = name_table((enum registry)r, &n);
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++) {
            if (i)
                assert_true(rows[i - 1].number < rows[i].number);
            assert_ptr_equal(name_find((enum registry)r, rows[i].number), &rows[i]);
        }
    }
}

static void texts_are_sentences(void **state)
{
    (void)state;
    for (int r = 0; r < NAMES_REGISTRIES; r++) {
        size_t n;
        const struct name_row *rows = name_table((enum registry)r, &n);
        for (size_t i = 0; i < n; i++) {
            const char *t = rows[i].text;
            size_t len = strlen(t);
            if (!*rows[i].name || !*rows[i].spec || len < 8 || len > 200 ||
                islower((unsigned char)t[0]) || t[len - 1] != '.')
                fail_msg("%s: %s", rows[i].name, t);
        }
    }
}

static void unknown_numbers_have_no_row(void **state)
{
    (void)state;
    assert_null(name_find(NAMES_ERROR, 30));
    assert_null(name_find(NAMES_ERROR, -1));
    assert_null(name_find(NAMES_ERROR, INT64_MAX));
    assert_null(name_find(NAMES_ETYPE, INT64_MIN));
    assert_null(name_find(NAMES_REGISTRIES, 1));
    size_t n;
    name_table(NAMES_REGISTRIES, &n);
    assert_int_equal(n, 0);
}

/* Numbers of the specifications, typed a second time. */
static void numbers_are_the_published_ones(void **state)
{
    (void)state;
    static const struct {
        enum registry r;
        int64_t number;
        const char *name;
    } known[] = {
        {NAMES_ETYPE, 17, "aes128-cts-hmac-sha1-96"},
        {NAMES_ETYPE, 18, "aes256-cts-hmac-sha1-96"},
        {NAMES_ETYPE, 20, "aes256-cts-hmac-sha384-192"},
        {NAMES_ETYPE, 23, "rc4-hmac"},
        {NAMES_ETYPE, 26, "camellia256-cts-cmac"},
        {NAMES_CKSUMTYPE, 16, "hmac-sha1-96-aes256"},
        {NAMES_CKSUMTYPE, -138, "KERB_CHECKSUM_HMAC_MD5"},
        {NAMES_PADATA, 2, "PA-ENC-TIMESTAMP"},
        {NAMES_PADATA, 136, "PA-FX-FAST"},
        {NAMES_PADATA, 149, "PA-REQ-ENC-PA-REP"},
        {NAMES_PADATA, 150, "PA-AS-FRESHNESS"},
        {NAMES_PADATA, 167, "PA-PAC-OPTIONS"},
        {NAMES_ERROR, 6, "KDC_ERR_C_PRINCIPAL_UNKNOWN"},
        {NAMES_ERROR, 25, "KDC_ERR_PREAUTH_REQUIRED"},
        {NAMES_ERROR, 41, "KRB_AP_ERR_MODIFIED"},
        {NAMES_ERROR, 52, "KRB_ERR_RESPONSE_TOO_BIG"},
        {NAMES_ERROR, 68, "KDC_ERR_WRONG_REALM"},
        {NAMES_ERROR, 91, "KDC_ERR_MORE_PREAUTH_DATA_REQUIRED"},
        {NAMES_ERROR, 100, "KDC_ERR_NO_ACCEPTABLE_KDF"},
        {NAMES_NAME_TYPE, 10, "NT-ENTERPRISE"},
        {NAMES_MSG_TYPE, 30, "KRB_ERROR"},
        {NAMES_NTSTATUS, (int32_t)0xC000006A, "STATUS_WRONG_PASSWORD"},
        {NAMES_NTSTATUS, (int32_t)0xC000018B, "STATUS_NO_TRUST_SAM_ACCOUNT"},
        {NAMES_NTSTATUS, (int32_t)0xC0000234, "STATUS_ACCOUNT_LOCKED_OUT"},
        {NAMES_RPC_TYPE, 14, "alter_context"},
        {NAMES_NETLOGON_CALL, 39, "NetrLogonSamLogonEx"},
        {NAMES_VALIDATION_LEVEL, 6, "NetlogonValidationSamInfo4"},
        {NAMES_ADTYPE, 128, "AD-WIN2K-PAC"},
        {NAMES_ADDR_TYPE, 20, "NetBios"},
        {NAMES_TR_TYPE, 1, "DOMAIN-X500-COMPRESS"},
        {NAMES_KEY_USAGE, 11, "AP-REQ authenticator"},
        {NAMES_TOK_ID, 0x0504, "GSS_Wrap"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct name_row *row = name_find(known[i].r, known[i].number);
        assert_non_null(row);
        assert_string_equal(row->name, known[i].name);
    }
    assert_int_equal(KDC_ERR_PREAUTH_FAILED, 24);
    assert_int_equal(KRB_AP_ERR_SKEW, 37);
    assert_int_equal(PA_ETYPE_INFO2, 19);
    assert_int_equal(PA_FOR_USER, 129);
}

/* RFC 4120 7.5.9 leaves 30, 43 and 53 to 59 out; every other number up to 69 has a name. */
static void no_error_is_missing(void **state)
{
    (void)state;
    for (int i = 0; i <= 69; i++) {
        bool left_out = i == 30 || i == 43 || (i >= 53 && i <= 59);
        assert_int_equal(name_find(NAMES_ERROR, i) == NULL, left_out);
    }
    for (int i = 70; i <= 86; i++)
        assert_non_null(name_find(NAMES_ERROR, i));
}

static void numbers_become_text(void **state)
{
    (void)state;
    assert_string_equal(name_text(mem, NAMES_ETYPE, 18), "18 aes256-cts-hmac-sha1-96");
    assert_string_equal(name_text(mem, NAMES_ETYPE, -5000000000), "-5000000000");
    assert_string_equal(name_text(mem, NAMES_CKSUMTYPE, 0x8003), "32771 gss-checksum");
    assert_string_equal(name_text(mem, NAMES_TOK_ID, 0x100), "0x0100 KRB_AP_REQ");
    assert_string_equal(name_text(mem, NAMES_TOK_ID, 0x999), "0x0999");
}

static void flags_become_words(void **state)
{
    (void)state;
    assert_string_equal(name_flags(mem, NAMES_TICKET_FLAG, 0), "none");
    assert_string_equal(name_flags(mem, NAMES_TICKET_FLAG, TKT_FORWARDABLE | TKT_INITIAL),
                        "forwardable initial");
    assert_string_equal(
        name_flags(mem, NAMES_KDC_OPTION, KDC_OPT_CANONICALIZE | KDC_OPT_RENEWABLE_OK),
        "canonicalize renewable-ok");
    assert_string_equal(name_flags(mem, NAMES_KDC_OPTION, KRB_BIT(0) | KRB_BIT(7) | KRB_BIT(31)),
                        "reserved bit-7 validate");
    assert_string_equal(name_flags(mem, NAMES_AP_OPTION, AP_OPT_MUTUAL_REQUIRED),
                        "mutual-required");
    assert_string_equal(name_flags(mem, NAMES_GSS_FLAG, 0x1022),
                        "GSS_C_MUTUAL_FLAG GSS_C_INTEG_FLAG GSS_C_DCE_STYLE");
}

/* Each mask of the header is the bit that the registry names. */
static void masks_agree_with_the_registry(void **state)
{
    (void)state;
    static const struct {
        enum registry r;
        uint32_t mask;
        const char *name;
    } masks[] = {
        {NAMES_TICKET_FLAG, TKT_FORWARDABLE, "forwardable"},
        {NAMES_TICKET_FLAG, TKT_FORWARDED, "forwarded"},
        {NAMES_TICKET_FLAG, TKT_PROXIABLE, "proxiable"},
        {NAMES_TICKET_FLAG, TKT_PROXY, "proxy"},
        {NAMES_TICKET_FLAG, TKT_MAY_POSTDATE, "may-postdate"},
        {NAMES_TICKET_FLAG, TKT_POSTDATED, "postdated"},
        {NAMES_TICKET_FLAG, TKT_INVALID, "invalid"},
        {NAMES_TICKET_FLAG, TKT_RENEWABLE, "renewable"},
        {NAMES_TICKET_FLAG, TKT_INITIAL, "initial"},
        {NAMES_TICKET_FLAG, TKT_PRE_AUTHENT, "pre-authent"},
        {NAMES_TICKET_FLAG, TKT_HW_AUTHENT, "hw-authent"},
        {NAMES_TICKET_FLAG, TKT_TRANSITED_POLICY_CHECKED, "transited-policy-checked"},
        {NAMES_TICKET_FLAG, TKT_OK_AS_DELEGATE, "ok-as-delegate"},
        {NAMES_TICKET_FLAG, TKT_ENC_PA_REP, "enc-pa-rep"},
        {NAMES_KDC_OPTION, KDC_OPT_FORWARDABLE, "forwardable"},
        {NAMES_KDC_OPTION, KDC_OPT_FORWARDED, "forwarded"},
        {NAMES_KDC_OPTION, KDC_OPT_PROXIABLE, "proxiable"},
        {NAMES_KDC_OPTION, KDC_OPT_PROXY, "proxy"},
        {NAMES_KDC_OPTION, KDC_OPT_ALLOW_POSTDATE, "allow-postdate"},
        {NAMES_KDC_OPTION, KDC_OPT_POSTDATED, "postdated"},
        {NAMES_KDC_OPTION, KDC_OPT_RENEWABLE, "renewable"},
        {NAMES_KDC_OPTION, KDC_OPT_CANONICALIZE, "canonicalize"},
        {NAMES_KDC_OPTION, KDC_OPT_DISABLE_TRANSITED_CHECK, "disable-transited-check"},
        {NAMES_KDC_OPTION, KDC_OPT_RENEWABLE_OK, "renewable-ok"},
        {NAMES_KDC_OPTION, KDC_OPT_ENC_TKT_IN_SKEY, "enc-tkt-in-skey"},
        {NAMES_KDC_OPTION, KDC_OPT_RENEW, "renew"},
        {NAMES_KDC_OPTION, KDC_OPT_VALIDATE, "validate"},
        {NAMES_AP_OPTION, AP_OPT_USE_SESSION_KEY, "use-session-key"},
        {NAMES_AP_OPTION, AP_OPT_MUTUAL_REQUIRED, "mutual-required"},
    };
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++)
        assert_string_equal(name_flags(mem, masks[i].r, masks[i].mask), masks[i].name);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        FLAT_TEST(tables_are_in_order),         FLAT_TEST(texts_are_sentences),
        FLAT_TEST(unknown_numbers_have_no_row), FLAT_TEST(numbers_are_the_published_ones),
        FLAT_TEST(no_error_is_missing),         FLAT_TEST(numbers_become_text),
        FLAT_TEST(flags_become_words),          FLAT_TEST(masks_agree_with_the_registry),
    };
    return cmocka_run_group_tests_name("wire/names", tests, NULL, NULL);
}
