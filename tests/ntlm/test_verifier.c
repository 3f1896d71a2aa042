/* The verifier: whose response fits, what is told of whom, and what counts. */
#include "crypto/http_digest.h"
#include "ntlm/ntlm.h"
#include "realm/rekey.h"
#include "realm/standing.h"
#include "tests/client/hand_turn.h"
#include "wire/names.h"

#define PASSWORD BYTES_LIT("Secret-1")

static struct hand hand;
static struct ledger *ledger;
static struct realm_policy policy;
static struct ntlm_verifier_config config;
static struct ntlm_verifier *verifier;
static const struct realm *realm;
static uint8_t hours[LOGON_HOURS_OCTETS]; /* never */

static void add(struct realm_builder *b, const char *name, uint32_t rid, struct account a)
{
    const struct account *taken;
    struct bytes *part = arena_new_of(hand.run, struct bytes);
    *part = bytes_str(name);
    a.name = (struct PrincipalName){.name_type = NT_PRINCIPAL, .name_string = {.at = part, .n = 1}};
    a.text = name;
    a.rid = rid;
    assert_true(account_secrets(hand.run, hand.crypto, REALM, BYTES_LIT("EXAMPLE"), &a, PASSWORD));
    assert_true(realm_build_account(b, &a, &taken));
}

static void build(void)
{
    static const uint32_t staff[] = {1105, 1106};
    static const struct bytes pcs[] = {BYTES_LIT("PC1"), BYTES_LIT("PC2")};
    static const struct bytes sids[] = {BYTES_LIT("S-1-5-21-9-9-9-1200")};
    struct realm_builder *b = realm_build(hand.run, REALM);
    realm_build_policy(b, &policy);
    add(b, "alice", 1104,
        (struct account){.groups = staff,
                         .n_groups = 2,
                         .extra_sids = sids,
                         .n_extra_sids = 1,
                         .full_name = BYTES_LIT("Alice"),
                         .upn = BYTES_LIT("alice@example.com"),
                         .has_lm_hash = true});
    add(b, "rev", 1110, (struct account){.flags = ACCOUNT_REVERSIBLE});
    add(b, "disabled", 1111, (struct account){.flags = ACCOUNT_DISABLED});
    add(b, "locked", 1112, (struct account){.flags = ACCOUNT_LOCKED});
    add(b, "expired", 1113, (struct account){.expires = NOW - 1});
    add(b, "hours", 1114, (struct account){.logon_hours = hours});
    add(b, "old", 1115, (struct account){.password_expires = NOW - 1});
    add(b, "change", 1116, (struct account){.flags = ACCOUNT_MUST_CHANGE});
    add(b, "bound", 1117, (struct account){.workstations = pcs, .n_workstations = 2});
    add(b, "WEB1$", 1118, (struct account){.flags = ACCOUNT_MACHINE});
    add(b, "OLD1$", 1119, (struct account){.flags = ACCOUNT_MACHINE | ACCOUNT_DISABLED});
    add(b, "trust", 1120, (struct account){.flags = ACCOUNT_TRUST});
    realm = realm_freeze(b);
}

static int begin(void **state)
{
    (void)state;
    hand_begin(&hand);
    hand.sentences = hand_file("trace/steps.en");
    ledger = ledger_new(64, false);
    policy = (struct realm_policy){.skew = 5 * MINUTE,
                                   .max_life = HOUR,
                                   .windows_names = true,
                                   .attempts = 3,
                                   .attempt_window = HOUR,
                                   .netbios = "EXAMPLE",
                                   .has_sid = true,
                                   .sid = {5, 4, {21, 1, 2, 3}}};
    build();
    config = (struct ntlm_verifier_config){
        .party = "dc", .realm = realm, .ledger = ledger, .name = "DC1", .level = 3};
    verifier = ntlm_new(hand.run, &config);
    return hand.sentences ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    ledger_free(ledger);
    hand_end(&hand);
    return 0;
}

/* ---- asking -----------------------------------------------------------------------------------
 */

enum form { LM, NTLM, SESSION, V2, LMV2 };

static uint8_t lm_field[24], nt_field[64];

static struct logon_question question(enum form form, struct bytes user, struct bytes domain,
                                      struct bytes password)
{
    static const uint8_t challenge[8] = {1, 2, 3, 4, 5, 6, 7, 8},
                         client[8] = {9, 9, 9, 9, 9, 9, 9, 8};
    struct logon_question q = {
        .kind = LOGON_NETWORK, .user = user, .domain = domain, .workstation = BYTES_LIT("PC2")};
    uint8_t hash[16], key[16];
    memcpy(q.server_challenge, challenge, 8);
    assert_true(ntowf_v1(hand.crypto, password, hash));
    memset(lm_field, 0, sizeof lm_field);
    q.nt_response = bytes_of(nt_field, 24);
    q.lm_response = bytes_of(lm_field, 24);
    switch (form) {
    case LM:
        assert_true(lmowf_v1(hand.crypto, password, hash));
        assert_true(ntlm_desl(hand.crypto, hash, challenge, lm_field));
        q.nt_response.n = 0;
        break;
    case NTLM:
        assert_true(ntlm_desl(hand.crypto, hash, challenge, nt_field));
        q.lm_response.n = 0;
        break;
    case SESSION:
        memcpy(lm_field, client, 8);
        assert_true(ntlm2_session_response(hand.crypto, hash, challenge, client, nt_field));
        break;
    case V2:
        assert_true(ntowf_v2(hand.crypto, hash, user, domain, key));
        memset(nt_field + 16, 7, 48);
        assert_true(
            ntlmv2_proof(hand.crypto, key, challenge, bytes_of(nt_field + 16, 48), nt_field));
        q.nt_response.n = 64;
        break;
    case LMV2:
        assert_true(ntowf_v2(hand.crypto, hash, user, domain, key));
        memcpy(lm_field + 16, client, 8);
        assert_true(ntlmv2_proof(hand.crypto, key, challenge, bytes_of(client, 8), lm_field));
        q.nt_response.n = 0;
        break;
    }
    return q;
}

static struct logon_answer ask_form(enum form form, const char *user, const char *domain,
                                    struct bytes password)
{
    struct turn *t = hand_turn(&hand, NOW);
    struct logon_question q = question(form, bytes_str(user), bytes_str(domain), password);
    struct logon_answer a;
    assert_true(ntlm_verify(verifier, &q, t, &a));
    return a;
}

static struct logon_answer ask(const char *user, struct bytes password)
{
    return ask_form(V2, user, "EXAMPLE", password);
}

/* ---- who it is --------------------------------------------------------------------------------
 */

static void names_and_domains(void **state)
{
    (void)state;
    static const struct {
        const char *user, *domain;
        int32_t status;
        bool authoritative;
    } rows[] = {
        {"alice", "EXAMPLE", STATUS_SUCCESS, true},
        {"ALICE", "example", STATUS_SUCCESS, true},
        {"alice", "EXAMPLE.TEST", STATUS_SUCCESS, true},
        {"alice", "", STATUS_SUCCESS, true},
        {"alice@example.com", "", STATUS_SUCCESS, true},
        {"alice@EXAMPLE.TEST", "", STATUS_SUCCESS, true},
        {"WEB1$", "EXAMPLE", STATUS_SUCCESS, true},
        {"nobody", "EXAMPLE", STATUS_NO_SUCH_USER, true},
        {"nobody@example.com", "", STATUS_NO_SUCH_USER, true},
        {"", "EXAMPLE", STATUS_NO_SUCH_USER, true},
        {"trust", "EXAMPLE", STATUS_NO_SUCH_USER, true},
        {"alice", "WEB1", STATUS_NO_SUCH_USER, false},
        {"alice", "OTHER", STATUS_NO_SUCH_USER, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct logon_answer a = ask_form(V2, rows[i].user, rows[i].domain, PASSWORD);
        if (a.status != rows[i].status || a.authoritative != rows[i].authoritative)
            fail_msg("%s of %s: %x", rows[i].user, rows[i].domain, (unsigned)a.status);
        assert_int_equal(a.info != NULL, a.status == 0);
        assert_string_equal(hand.refused, a.status ? "dc.logon.user" : "");
    }
}

/* What closes an account is told to who knows the password; who does not learns nothing of it. */
static void standing_is_told_after_the_password(void **state)
{
    (void)state;
    static const struct {
        const char *user;
        int32_t right, wrong;
        const char *step;
    } rows[] = {
        {"disabled", STATUS_ACCOUNT_DISABLED, STATUS_WRONG_PASSWORD, "dc.logon.standing"},
        {"expired", STATUS_ACCOUNT_EXPIRED, STATUS_WRONG_PASSWORD, "dc.logon.standing"},
        {"hours", STATUS_INVALID_LOGON_HOURS, STATUS_WRONG_PASSWORD, "dc.logon.standing"},
        {"old", STATUS_PASSWORD_EXPIRED, STATUS_WRONG_PASSWORD, "dc.logon.standing"},
        {"change", STATUS_PASSWORD_MUST_CHANGE, STATUS_WRONG_PASSWORD, "dc.logon.standing"},
        {"locked", STATUS_ACCOUNT_LOCKED_OUT, STATUS_ACCOUNT_LOCKED_OUT, "dc.logon.attempts"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(ask(rows[i].user, BYTES_LIT("wrong")).status, rows[i].wrong);
        struct logon_answer a = ask(rows[i].user, PASSWORD);
        assert_int_equal(a.status, rows[i].right);
        assert_string_equal(hand.refused, rows[i].step);
        assert_null(a.info);
        static const uint8_t zeros[16];
        assert_memory_equal(a.session_base_key, zeros, 16);
    }
}

static void workstations(void **state)
{
    (void)state;
    assert_int_equal(ask("bound", PASSWORD).status, STATUS_SUCCESS);
    struct logon_question q = question(V2, BYTES_LIT("bound"), BYTES_LIT("EXAMPLE"), PASSWORD);
    struct logon_answer a;
    static const struct {
        struct bytes from;
        int32_t status;
    } rows[] = {{BYTES_LIT("pc1"), 0},
                {BYTES_LIT("\\\\PC1"), 0},
                {BYTES_LIT("PC3"), STATUS_INVALID_WORKSTATION},
                {BYTES_LIT(""), STATUS_INVALID_WORKSTATION}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        q.workstation = rows[i].from;
        assert_true(ntlm_verify(verifier, &q, hand_turn(&hand, NOW), &a));
        assert_int_equal(a.status, rows[i].status);
    }
}

/* ---- which response ---------------------------------------------------------------------------
 */

static void levels(void **state)
{
    (void)state;
    static const bool taken[6][5] = {
        /* LM, NTLM, NTLM2 session, NTLMv2, LMv2 */
        {true, true, true, true, true},  {true, true, true, true, true},
        {true, true, true, true, true},  {true, true, true, true, true},
        {false, true, true, true, true}, {false, false, false, true, true},
    };
    for (unsigned level = 0; level <= 5; level++) {
        config.level = level;
        verifier = ntlm_new(hand.run, &config);
        for (int form = LM; form <= LMV2; form++) {
            struct logon_answer a = ask_form((enum form)form, "alice", "EXAMPLE", PASSWORD);
            if ((a.status == 0) != taken[level][form])
                fail_msg("level %u, form %d: %x", level, form, (unsigned)a.status);
            if (!taken[level][form])
                assert_int_equal(a.status, STATUS_WRONG_PASSWORD);
        }
    }
    /* What was refused for its kind was not compared, and does not count. */
    assert_int_equal(ask("alice", PASSWORD).status, 0);
}

static void what_goes_back(void **state)
{
    (void)state;
    struct logon_answer a = ask("alice", PASSWORD);
    const struct validation_info *i = a.info;
    assert_int_equal(a.status, 0);
    assert_int_equal(i->user_id, 1104);
    assert_int_equal(i->primary_group_id, RID_DOMAIN_USERS);
    assert_int_equal(i->n_groups, 3);
    assert_int_equal(i->groups[1].rid, 1105);
    assert_true(i->n_extra_sids >= 1);
    assert_true(bytes_equal_str(i->effective_name, "alice"));
    assert_true(bytes_equal_str(i->full_name, "Alice"));
    assert_true(bytes_equal_str(i->logon_server, "DC1"));
    assert_true(bytes_equal_str(i->logon_domain_name, "EXAMPLE"));
    assert_true(i->user_flags & LOGON_NTLMV2_ENABLED);
    assert_memory_equal(i->user_session_key, a.session_base_key, 16);
    a = ask_form(LM, "alice", "EXAMPLE", PASSWORD);
    assert_true(a.info->user_flags & LOGON_USED_LM_PASSWORD);
    assert_memory_equal(a.info->lm_key, a.lm_key, 8);
    a = ask_form(LMV2, "alice", "EXAMPLE", PASSWORD);
    assert_true(a.info->user_flags & LOGON_NTLM_LMV2_USED);
}

static void ntlm_may_be_blocked(void **state)
{
    (void)state;
    config.blocked = true;
    verifier = ntlm_new(hand.run, &config);
    assert_int_equal(ask("alice", PASSWORD).status, STATUS_NTLM_BLOCKED);
    assert_int_equal(ask("nobody", PASSWORD).status, STATUS_NTLM_BLOCKED);
    config.blocked = false;
    verifier = ntlm_new(hand.run, &config);
    policy.ntlm_blocked = true;
    build();
    ntlm_realm(verifier, realm);
    assert_int_equal(ask("alice", PASSWORD).status, STATUS_NTLM_BLOCKED);
}

/* ---- counting ---------------------------------------------------------------------------------
 */

static void wrong_passwords_count_together_with_the_kdcs(void **state)
{
    (void)state;
    struct turn *t = hand_turn(&hand, NOW);
    struct PrincipalName name = {.name_type = NT_PRINCIPAL,
                                 .name_string = {.at = &BYTES_LIT("alice"), .n = 1}};
    const struct account *alice = realm_find(realm, t->mem, &name);
    struct bytes key = arena_copy(hand.run, attempts_name(alice, realm, t->mem));
    assert_int_equal(ask("alice", BYTES_LIT("wrong")).status, STATUS_WRONG_PASSWORD);
    assert_int_equal(attempt_count(ledger, key, NOW), 1);
    /* One by the KDC's way, one more by NTLM: three. */
    assert_true(attempt_reserve(ledger, key, 3, NOW, HOUR));
    attempt_settle(ledger, key, false, NOW);
    assert_int_equal(ask_form(NTLM, "ALICE", "", BYTES_LIT("wrong")).status, STATUS_WRONG_PASSWORD);
    assert_int_equal(ask("alice", PASSWORD).status, STATUS_ACCOUNT_LOCKED_OUT);
    assert_int_equal(ask("alice", BYTES_LIT("wrong")).status, STATUS_ACCOUNT_LOCKED_OUT);
    assert_string_equal(hand.refused, "dc.logon.attempts");
    assert_int_equal(account_standing(alice, realm, ledger, TO_LOG_ON, NOW, hand.mem),
                     HAS_WRONG_ATTEMPTS);
    assert_int_equal(ask("rev", PASSWORD).status, STATUS_SUCCESS);
}

static void a_right_one_clears_the_count(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++) {
        assert_int_equal(ask("alice", BYTES_LIT("wrong")).status, STATUS_WRONG_PASSWORD);
        assert_int_equal(ask("alice", BYTES_LIT("wrong")).status, STATUS_WRONG_PASSWORD);
        assert_int_equal(ask("alice", PASSWORD).status, STATUS_SUCCESS);
    }
    config.ledger = NULL;
    verifier = ntlm_new(hand.run, &config);
    for (int i = 0; i < 10; i++)
        assert_int_equal(ask("alice", BYTES_LIT("wrong")).status, STATUS_WRONG_PASSWORD);
    assert_int_equal(ask("alice", PASSWORD).status, STATUS_SUCCESS);
}

/* ---- Digest -----------------------------------------------------------------------------------
 */

static struct logon_answer ask_digest(const char *user, const char *realm_text,
                                      const char *algorithm, struct bytes password)
{
    struct turn *t = hand_turn(&hand, NOW);
    struct digest_inputs in = {.algorithm = bytes_str(algorithm),
                               .user = bytes_str(user),
                               .realm = bytes_str(realm_text),
                               .password = password,
                               .method = BYTES_LIT("GET"),
                               .uri = BYTES_LIT("/"),
                               .nonce = BYTES_LIT("nonce"),
                               .nc = BYTES_LIT("00000001"),
                               .cnonce = BYTES_LIT("cnonce"),
                               .qop = BYTES_LIT("auth")};
    char ha1[DIGEST_HEX_MAX], response[DIGEST_HEX_MAX] = "";
    if (digest_ha1(hand.crypto, &in, ha1))
        assert_true(digest_response_of(hand.crypto, &in, ha1, response));
    struct digest_response d = {.username = in.user,
                                .realm = in.realm,
                                .nonce = in.nonce,
                                .uri = in.uri,
                                .response = bytes_str(response),
                                .algorithm = in.algorithm,
                                .cnonce = in.cnonce,
                                .nc = in.nc,
                                .qop = in.qop,
                                .method = in.method};
    const char *slash = strchr(user, '\\'); /* the service takes it apart, the hash has it whole */
    struct logon_question q = {
        .kind = LOGON_DIGEST, .user = bytes_str(slash ? slash + 1 : user), .digest = &d};
    struct logon_answer a;
    assert_true(ntlm_verify(verifier, &q, t, &a));
    return a;
}

static void digest_by_what_is_stored(void **state)
{
    (void)state;
    static const struct {
        const char *user, *realm, *algorithm;
        int32_t status;
        size_t key;
    } rows[] = {
        {"alice", "EXAMPLE", "MD5", STATUS_SUCCESS, 32},
        {"alice", "example", "", STATUS_SUCCESS, 32},
        {"alice", "EXAMPLE.TEST", "MD5-sess", STATUS_SUCCESS, 32},
        {"alice", "example.test", "MD5", STATUS_SUCCESS, 32},
        {"alice@example.com", "", "MD5", STATUS_SUCCESS, 32},
        {"EXAMPLE\\alice", "", "MD5", STATUS_SUCCESS, 32},
        {"EXAMPLE\\alice", "EXAMPLE", "MD5", STATUS_SUCCESS, 32},
        {"EXAMPLE\\alice", "EXAMPLE.TEST", "MD5", STATUS_SUCCESS, 32},
        {"EXAMPLE\\alice", "example.test", "MD5-sess", STATUS_SUCCESS, 32},
        {"alice", "another", "MD5", STATUS_WRONG_PASSWORD, 0},
        {"alice", "EXAMPLE", "SHA-256", STATUS_NOT_SUPPORTED, 0},
        {"alice", "EXAMPLE", "SHA-1", STATUS_NOT_SUPPORTED, 0},
        {"rev", "EXAMPLE", "SHA-256", STATUS_SUCCESS, 64},
        {"rev", "anything at all", "MD5", STATUS_SUCCESS, 32},
        {"nobody", "EXAMPLE", "MD5", STATUS_NO_SUCH_USER, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct logon_answer a =
            ask_digest(rows[i].user, rows[i].realm, rows[i].algorithm, PASSWORD);
        if (a.status != rows[i].status || a.n_digest_session_key != rows[i].key)
            fail_msg("%s of %s by %s: %x", rows[i].user, rows[i].realm, rows[i].algorithm,
                     (unsigned)a.status);
    }
    assert_int_equal(ask_digest("alice", "EXAMPLE", "MD5", BYTES_LIT("wrong")).status,
                     STATUS_WRONG_PASSWORD);
    assert_int_equal(ask_digest("rev", "EXAMPLE", "SHA-256", BYTES_LIT("wrong")).status,
                     STATUS_WRONG_PASSWORD);
    assert_int_equal(ask_digest("disabled", "EXAMPLE", "MD5", PASSWORD).status,
                     STATUS_ACCOUNT_DISABLED);
    struct logon_question q = {.kind = LOGON_DIGEST, .user = BYTES_LIT("alice")};
    struct logon_answer a;
    assert_true(ntlm_verify(verifier, &q, hand_turn(&hand, NOW), &a));
    assert_int_equal(a.status, STATUS_INVALID_PARAMETER);
}

static void digest_counts_too(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(ask_digest("alice", "EXAMPLE", "MD5", BYTES_LIT("wrong")).status,
                         STATUS_WRONG_PASSWORD);
    assert_int_equal(ask_digest("alice", "EXAMPLE", "MD5", PASSWORD).status,
                     STATUS_ACCOUNT_LOCKED_OUT);
    for (int i = 0; i < 5; i++)
        assert_int_equal(ask_digest("hours", "EXAMPLE", "SHA-256", PASSWORD).status,
                         STATUS_NOT_SUPPORTED);
    assert_int_equal(ask("hours", PASSWORD).status, STATUS_INVALID_LOGON_HOURS);
}

/* ---- a machine's own accounts -----------------------------------------------------------------
 */

static void local_accounts_are_the_same_list(void **state)
{
    (void)state;
    config.local = true;
    config.name = "WEB1";
    config.party = "www";
    verifier = ntlm_new(hand.run, &config);
    assert_int_equal(ask_form(V2, "alice", "WEB1", PASSWORD).status, STATUS_SUCCESS);
    assert_string_equal(hand.last, "sam.logon.groups");
    assert_int_equal(ask_form(V2, "alice", ".", PASSWORD).status, STATUS_SUCCESS);
    assert_int_equal(ask_form(V2, "alice", "", PASSWORD).status, STATUS_SUCCESS);
    assert_int_equal(ask_form(V2, "alice", "EXAMPLE", PASSWORD).status, STATUS_NO_SUCH_USER);
    assert_string_equal(hand.refused, "sam.logon.user");
    assert_int_equal(ask_form(V2, "disabled", "web1", PASSWORD).status, STATUS_ACCOUNT_DISABLED);
    struct packet packet = {.via = VIA_RPC};
    assert_false(ntlm_receive(verifier, &packet, hand_turn(&hand, NOW)));
    ntlm_closed(verifier, NULL);
}

/* ---- through the secure channel ---------------------------------------------------------------
 */

static struct party www = {.name = "www"}, dc = {.name = "dc"};

/* 0: the channel could not be set up. */
static int32_t through_channel(const char *computer, struct bytes machine_password,
                               const char *user)
{
    uint8_t secret[16];
    struct logon_answer a;
    uint64_t id;
    bool answered = false;
    assert_true(ntowf_v1(hand.crypto, machine_password, secret));
    struct netlogon_channel_config c = {.party = "www",
                                        .controller = &dc,
                                        .computer = computer,
                                        .controller_name = "\\\\DC1",
                                        .domain = "EXAMPLE",
                                        .secret = secret};
    struct netlogon_channel *channel = netlogon_channel_new(hand.run, &c);
    struct turn *t = hand_turn(&hand, NOW);
    struct logon_question q = question(V2, bytes_str(user), BYTES_LIT("EXAMPLE"), PASSWORD);
    assert_true(netlogon_ask(channel, t, &q, 1));
    for (unsigned i = 0; i < 32 && !answered; i++) {
        assert_non_null(hand.out.first);
        struct bytes data = arena_copy(hand.run, hand.out.first->packet.data);
        struct packet packet = {
            .via = VIA_RPC, .from = i % 2 ? &dc : &www, .to = i % 2 ? &www : &dc, .data = data};
        t = hand_turn(&hand, NOW);
        if (i % 2)
            assert_true(netlogon_receive(channel, &packet, t, &answered, &id, &a));
        else
            assert_true(ntlm_receive(verifier, &packet, t));
    }
    assert_true(answered);
    return a.status;
}

static void members_ask_through_the_channel(void **state)
{
    (void)state;
    assert_int_equal(through_channel("WEB1", PASSWORD, "alice"), STATUS_SUCCESS);
    assert_int_equal(through_channel("web1", PASSWORD, "disabled"), STATUS_ACCOUNT_DISABLED);
    assert_int_equal(through_channel("WEB1", BYTES_LIT("another"), "alice"), STATUS_ACCESS_DENIED);
    assert_int_equal(through_channel("WEB9", PASSWORD, "alice"), STATUS_NO_TRUST_SAM_ACCOUNT);
    assert_int_equal(through_channel("OLD1", PASSWORD, "alice"), STATUS_NO_TRUST_SAM_ACCOUNT);
    ntlm_closed(verifier, NULL);
}

static void memory_that_runs_out_answers_false(void **state)
{
    (void)state;
    struct rpc_pdu m = {
        .type = RPC_BIND, .flags = RPC_WHOLE, .interface = RPC_NETLOGON, .transfer = RPC_NDR};
    struct bytes data = arena_copy(hand.run, rpc_write(hand.mem, &m));
    struct packet packet = {.via = VIA_RPC, .from = &www, .to = &dc, .data = data};
    struct turn *t = hand_turn(&hand, NOW);
    t->tell = NULL;
    arena_fail_after(1);
    assert_false(ntlm_receive(verifier, &packet, t));
    arena_fail_after(0);
    assert_true(ntlm_receive(verifier, &packet, hand_turn(&hand, NOW)));
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(names_and_domains),
        T(standing_is_told_after_the_password),
        T(workstations),
        T(levels),
        T(what_goes_back),
        T(ntlm_may_be_blocked),
        T(wrong_passwords_count_together_with_the_kdcs),
        T(a_right_one_clears_the_count),
        T(digest_by_what_is_stored),
        T(digest_counts_too),
        T(local_accounts_are_the_same_list),
        T(members_ask_through_the_channel),
        T(memory_that_runs_out_answers_false),
    };
    return cmocka_run_group_tests_name("ntlm/verifier", tests, NULL, NULL);
}
