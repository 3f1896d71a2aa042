/* The secure channel: both ends with each other, and with somebody on the way. */
#include "tests/context/netlogon_pair.h"

static struct pair p;

static int begin(void **state)
{
    (void)state;
    pair_begin(&p);
    p.hand.sentences = hand_file("trace/steps.en");
    return p.hand.sentences ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    pair_end(&p);
    return 0;
}

static void must_get(uint64_t id, int32_t status)
{
    assert_true(p.n_got > 0);
    const struct got *g = &p.got[p.n_got - 1];
    assert_int_equal(g->id, id);
    assert_int_equal(g->status, status);
    assert_int_equal(g->user_id, status ? 0 : 1104);
}

/* ---- the usual way ----------------------------------------------------------------------------
 */

static void a_question_is_answered(void **state)
{
    (void)state;
    static const uint8_t types[] = {
        RPC_BIND,    RPC_BIND_ACK, RPC_REQUEST,       RPC_RESPONSE,
        RPC_REQUEST, RPC_RESPONSE, RPC_ALTER_CONTEXT, RPC_ALTER_CONTEXT_RESP,
        RPC_REQUEST, RPC_RESPONSE};
    static const uint8_t key[16] = {1, 2, 3, 4};
    pair_ask(&p, 7);
    must_get(7, STATUS_SUCCESS);
    assert_memory_equal(p.got[0].session_base_key, key, 16);
    assert_string_equal(p.user, "alice");
    assert_string_equal(p.domain, "EXAMPLE");
    assert_string_equal(p.workstation, "PC1");
    assert_memory_equal(p.nt, "twenty-four octets long.", 24);
    for (size_t i = 0; i < sizeof types; i++)
        assert_int_equal(p.sent[i].p[2], types[i]);
    const struct hand_key *k = hand_key(&p.hand, "netlogon WEB1-DC1");
    assert_non_null(k);
    assert_int_equal(k->etype, ETYPE_NETLOGON);
    /* Nothing of it can be read on the way. */
    for (int i = 8; i < 10; i++)
        for (size_t at = 0; at + 10 < p.sent[i].n; at++)
            assert_memory_not_equal(p.sent[i].p + at, "a\0l\0i\0c\0e\0", 10);
}

static void the_next_one_goes_over_the_same_channel(void **state)
{
    (void)state;
    pair_ask(&p, 7);
    unsigned before = p.number;
    p.status = STATUS_WRONG_PASSWORD;
    pair_ask(&p, 8);
    must_get(8, STATUS_WRONG_PASSWORD);
    assert_int_equal(p.number - before, 2);
    p.status = STATUS_SUCCESS;
    pair_ask(&p, 9);
    must_get(9, STATUS_SUCCESS);
    assert_int_equal(p.number - before, 4);
}

static void digest_goes_as_generic_information(void **state)
{
    (void)state;
    struct digest_response d = {.username = BYTES_LIT("alice"),
                                .realm = BYTES_LIT("EXAMPLE"),
                                .nonce = BYTES_LIT("n"),
                                .uri = BYTES_LIT("/a"),
                                .response = BYTES_LIT("0123"),
                                .method = BYTES_LIT("GET")};
    struct logon_question q = {.kind = LOGON_DIGEST,
                               .user = BYTES_LIT("alice"),
                               .domain = BYTES_LIT("EXAMPLE"),
                               .digest = &d};
    struct pdu pdu;
    assert_true(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, 5));
    assert_true(pair_take(&p, &pdu));
    pair_run(&p, &pdu);
    must_get(5, STATUS_SUCCESS);
    assert_true(p.digest_asked);
    assert_string_equal(p.digest_text[0], "alice");
    assert_string_equal(p.digest_text[1], "/a");
    assert_string_equal(p.digest_text[2], "0123");
    assert_int_equal(p.got[0].n_digest_session_key, 32);
    p.status = STATUS_LOGON_FAILURE;
    assert_true(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, 6));
    assert_true(pair_take(&p, &pdu));
    pair_run(&p, &pdu);
    must_get(6, STATUS_LOGON_FAILURE);
}

static void questions_wait_in_a_row(void **state)
{
    (void)state;
    struct logon_question q = pair_question();
    struct pdu pdu;
    assert_true(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, 1));
    assert_true(pair_take(&p, &pdu));
    for (uint64_t id = 2; id <= NETLOGON_WAITING; id++) {
        struct pdu none;
        assert_true(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, id));
        assert_false(pair_take(&p, &none));
    }
    assert_false(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, 99));
    size_t used = arena_used(p.hand.run);
    pair_run(&p, &pdu);
    pair_run(&p, &pdu);
    assert_int_equal(p.asked, NETLOGON_WAITING);
    for (size_t i = 0; i < NETLOGON_WAITING; i++)
        assert_int_equal(p.got[i].id, i + 1);
    assert_int_equal(arena_used(p.hand.run), used);
}

static void what_does_not_fit_is_not_asked(void **state)
{
    (void)state;
    static uint8_t big[70000];
    struct logon_question q = pair_question();
    q.nt_response = bytes_of(big, 6000);
    assert_false(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, 1));
    q.nt_response = bytes_of(big, sizeof big);
    assert_false(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, 1));
    q = pair_question();
    q.user = BYTES_LIT("\xff");
    assert_false(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, 1));
}

/* ---- who is not what he says ------------------------------------------------------------------
 */

static void another_machine_password(void **state)
{
    (void)state;
    p.secret[3] ^= 1;
    pair_ask(&p, 1);
    must_get(1, STATUS_ACCESS_DENIED);
    assert_int_equal(p.asked, 0);
    assert_int_equal(p.sent[5].p[2], RPC_RESPONSE);
}

static void no_machine_account(void **state)
{
    (void)state;
    p.no_account = true;
    pair_ask(&p, 1);
    must_get(1, STATUS_NO_TRUST_SAM_ACCOUNT);
}

static size_t stub_at(const struct pdu *pdu)
{
    (void)pdu;
    return 24;
}

/* The credential in NetrServerAuthenticate3's answer. */
static bool spoil_credential(struct pair *q, unsigned number, struct pdu *pdu)
{
    (void)q;
    if (number == 5)
        pdu->p[stub_at(pdu) + 2] ^= 0x10;
    return true;
}

static void a_controller_without_the_key(void **state)
{
    (void)state;
    p.on_the_way = spoil_credential;
    pair_ask(&p, 1);
    must_get(1, STATUS_ACCESS_DENIED);
    assert_int_equal(p.asked, 0);
}

static bool take_aes_away(struct pair *q, unsigned number, struct pdu *pdu)
{
    (void)q;
    if (number == 4)
        pdu->p[pdu->n - 1] &= (uint8_t)~0x01; /* the flags end the request */
    return true;
}

static bool take_aes_away_behind(struct pair *q, unsigned number, struct pdu *pdu)
{
    (void)q;
    if (number == 5)
        pdu->p[stub_at(pdu) + 11] &= (uint8_t)~0x01;
    return true;
}

static bool take_sealing_away(struct pair *q, unsigned number, struct pdu *pdu)
{
    (void)q;
    if (number == 4)
        pdu->p[pdu->n - 1] &= (uint8_t)~0x40;
    return true;
}

static void nothing_weaker_than_aes(void **state)
{
    (void)state;
    p.on_the_way = take_aes_away;
    pair_ask(&p, 1);
    must_get(1, STATUS_DOWNGRADE_DETECTED);
    p.number = 0;
    p.on_the_way = take_aes_away_behind;
    pair_ask(&p, 2);
    must_get(2, STATUS_DOWNGRADE_DETECTED);
    p.number = 0;
    p.on_the_way = take_sealing_away;
    pair_ask(&p, 3);
    must_get(3, STATUS_ACCESS_DENIED);
}

/* CVE-2020-1472: challenge and credential of zeros. */
static bool all_zeros(struct pair *q, unsigned number, struct pdu *pdu)
{
    (void)q;
    if (number == 2)
        memset(pdu->p + pdu->n - 8, 0, 8);
    if (number == 4)
        memset(pdu->p + pdu->n - 12, 0, 8);
    return true;
}

static bool five_alike(struct pair *q, unsigned number, struct pdu *pdu)
{
    (void)q;
    if (number == 2)
        memset(pdu->p + pdu->n - 8, 0x77, 5);
    return true;
}

static void a_challenge_of_equal_octets_is_refused(void **state)
{
    (void)state;
    /* With one key in 256 the credential of zeros fits: none of these may. */
    p.on_the_way = all_zeros;
    for (uint64_t i = 0; i < 600; i++) {
        p.number = 0;
        p.n_got = 0;
        pair_ask(&p, i);
        must_get(i, STATUS_ACCESS_DENIED);
    }
    p.on_the_way = five_alike;
    p.number = 0;
    pair_ask(&p, 1000);
    must_get(1000, STATUS_ACCESS_DENIED);
    assert_int_equal(p.asked, 0);
}

static bool leave_the_challenge_out(struct pair *q, unsigned number, struct pdu *pdu)
{
    struct pdu none;
    if (number == 4) /* the same NetrServerAuthenticate3 twice */
        pair_to_server(q, pdu, &none);
    return true;
}

static void challenges_are_used_once(void **state)
{
    (void)state;
    p.on_the_way = leave_the_challenge_out;
    pair_ask(&p, 1);
    must_get(1, STATUS_ACCESS_DENIED);
}

static bool another_account(struct pair *q, unsigned number, struct pdu *pdu)
{
    (void)q;
    /* "WEB1$" comes before the computer's name: WEB1$ wants the key of WEB2. */
    if (number == 2)
        for (size_t i = 24; i + 8 < pdu->n; i++)
            if (memcmp(pdu->p + i, "W\0E\0B\0001\0", 8) == 0)
                pdu->p[i + 6] = '2';
    if (number == 4)
        for (size_t i = 60; i + 10 < pdu->n; i++)
            if (memcmp(pdu->p + i, "W\0E\0B\0001\0\0\0", 10) == 0)
                pdu->p[i + 6] = '2';
    return true;
}

static void an_account_gets_its_own_computers_key_only(void **state)
{
    (void)state;
    p.on_the_way = another_account;
    pair_ask(&p, 1);
    must_get(1, STATUS_ACCESS_DENIED);
    assert_string_equal(p.hand.refused[0] ? p.hand.refused : "netlogon.member.server",
                        "netlogon.member.server");
}

/* ---- on the way -------------------------------------------------------------------------------
 */

static unsigned flip_number, flip_bit;

static bool flip(struct pair *q, unsigned number, struct pdu *pdu)
{
    (void)q;
    if (number == flip_number && flip_bit / 8 < pdu->n)
        pdu->p[flip_bit / 8] ^= (uint8_t)(1 << flip_bit % 8);
    return true;
}

/* Any one bit of a sealed question or its answer: it is never believed with another meaning. */
static void any_bit_flipped(void **state)
{
    (void)state;
    pair_ask(&p, 1);
    struct pdu question = p.sent[8], answer = p.sent[9];
    free(p.hand.sentences);
    p.hand.sentences = NULL;
    p.on_the_way = flip;
    for (unsigned which = 8; which <= 9; which++) {
        size_t bits = 8 * (which == 8 ? question.n : answer.n);
        for (unsigned bit = 0; bit < bits; bit += bit < 24 * 8 ? 1 : 3) {
            /* The trailer's reserved octets and the unused part of the signature say nothing. */
            size_t octet = bit / 8, n = bits / 8;
            bool unused = (which == 9 && (octet == 22 || octet == 23)) || octet >= n - 24 ||
                          octet == n - 62 || octet == n - 56 - 5 || (octet >= 16 && octet < 20) ||
                          octet == 3 || octet == 1 || octet >= n - 60;
            pair_end(&p);
            bool (*way)(struct pair *, unsigned, struct pdu *) = p.on_the_way;
            pair_begin(&p);
            p.on_the_way = way;
            flip_number = which;
            flip_bit = bit;
            pair_ask(&p, 1);
            if (p.n_got == 0)
                continue; /* the controller closed the connection */
            if (!unused && p.got[0].status == STATUS_SUCCESS)
                fail_msg("bit %u of octet %zu of message %u", bit % 8, octet, which);
            if (p.got[0].status == STATUS_SUCCESS)
                assert_string_equal(p.user, "alice");
        }
    }
}

static struct pdu kept;

static bool keep_question(struct pair *q, unsigned number, struct pdu *pdu)
{
    (void)q;
    if (number == 8)
        kept = *pdu;
    return true;
}

static void a_question_repeated_by_somebody(void **state)
{
    (void)state;
    struct pdu out;
    p.on_the_way = keep_question;
    pair_ask(&p, 1);
    assert_true(pair_to_server(&p, &kept, &out));
    assert_int_equal(out.p[2], RPC_FAULT);
    assert_int_equal(le32(out.p + 24), RPC_FAULT_SEC_PKG_ERROR);
    assert_int_equal(p.asked, 1);
    /* The member's channel is dead with that, and is set up again. */
    pair_ask(&p, 2);
    must_get(2, STATUS_SUCCESS);
}

static void an_answer_repeated_by_somebody(void **state)
{
    (void)state;
    struct pdu out;
    pair_ask(&p, 1);
    struct pdu answer = p.sent[9];
    assert_false(pair_to_member(&p, &answer, &out));
    assert_int_equal(p.n_got, 1);
    /* In the place of the next answer, under the number of the call. */
    struct logon_question q = pair_question();
    assert_true(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, 2));
    assert_true(pair_take(&p, &out));
    put_le32(answer.p + 12, le32(out.p + 12));
    pair_to_member(&p, &answer, &out);
    must_get(2, STATUS_ACCESS_DENIED);
}

static void questions_in_another_order(void **state)
{
    (void)state;
    struct pdu first, second, out;
    struct logon_question q = pair_question();
    pair_ask(&p, 1);
    assert_true(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, 2));
    assert_true(pair_take(&p, &first));
    assert_true(pair_to_server(&p, &first, &out)); /* its answer is lost on the way */
    assert_true(pair_to_server(&p, &first, &second));
    assert_int_equal(second.p[2], RPC_FAULT);
}

/* ---- a controller that forgets, and one that is not there -------------------------------------
 */

static void a_controller_started_anew(void **state)
{
    (void)state;
    pair_ask(&p, 1);
    p.server =
        netlogon_server_new(p.hand.run, &(struct netlogon_server_config){.party = "dc",
                                                                         .name = "DC1",
                                                                         .domain = "EXAMPLE",
                                                                         .machine = pair_machine,
                                                                         .verify = pair_verify,
                                                                         .arg = &p});
    pair_ask(&p, 2);
    must_get(2, STATUS_SUCCESS);
    p.no_account = true; /* and one that has lost the account: asked once more, and no further */
    p.server =
        netlogon_server_new(p.hand.run, &(struct netlogon_server_config){.party = "dc",
                                                                         .name = "DC1",
                                                                         .domain = "EXAMPLE",
                                                                         .machine = pair_machine,
                                                                         .verify = pair_verify,
                                                                         .arg = &p});
    pair_ask(&p, 3);
    must_get(3, STATUS_NO_TRUST_SAM_ACCOUNT);
}

static void nobody_answers(void **state)
{
    (void)state;
    struct logon_question q = pair_question();
    struct logon_answer a;
    uint64_t id;
    for (uint64_t i = 1; i <= 3; i++)
        assert_true(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, i));
    for (uint64_t i = 1; i <= 3; i++) {
        assert_true(netlogon_lost(p.member, hand_turn(&p.hand, NOW), &id, &a));
        assert_int_equal(id, i);
        assert_int_equal(a.status, STATUS_NO_LOGON_SERVERS);
    }
    assert_false(netlogon_lost(p.member, hand_turn(&p.hand, NOW), &id, &a));
    pair_ask(&p, 4);
    must_get(4, STATUS_SUCCESS);
}

static void nobody_to_ask(void **state)
{
    (void)state;
    struct logon_question q = pair_question();
    struct logon_answer a;
    struct pdu none;
    uint64_t id;
    p.config.controller = NULL;
    p.member = netlogon_channel_new(p.hand.run, &p.config);
    assert_true(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, 1));
    assert_false(pair_take(&p, &none));
    assert_true(netlogon_lost(p.member, hand_turn(&p.hand, NOW), &id, &a));
    assert_int_equal(a.status, STATUS_NO_LOGON_SERVERS);
}

static void answers_that_do_not_come_next(void **state)
{
    (void)state;
    static const struct rpc_pdu pdus[] = {
        {.type = RPC_BIND_NAK, .flags = RPC_WHOLE, .call_id = 1, .reason = 9},
        {.type = RPC_BIND_ACK, .flags = RPC_WHOLE, .call_id = 1, .result = 2, .n_contexts = 1},
        {.type = RPC_RESPONSE, .flags = RPC_WHOLE, .call_id = 1},
        {.type = RPC_BIND_ACK, .flags = RPC_WHOLE, .call_id = 77, .n_contexts = 1},
        {.type = RPC_FAULT, .flags = RPC_WHOLE, .call_id = 1, .status = 5},
    };
    for (size_t i = 0; i < sizeof pdus / sizeof *pdus; i++) {
        struct logon_question q = pair_question();
        struct pdu out;
        pair_end(&p);
        begin(NULL);
        assert_true(netlogon_ask(p.member, hand_turn(&p.hand, NOW), &q, i));
        struct bytes data = rpc_write(p.hand.mem, &pdus[i]);
        out.n = data.n;
        memcpy(out.p, data.p, data.n);
        assert_false(pair_to_member(&p, &out, &out));
        must_get(i, pdus[i].type == RPC_BIND_NAK ? STATUS_ACCESS_DENIED : STATUS_NO_LOGON_SERVERS);
    }
}

/* ---- what a controller takes ------------------------------------------------------------------
 */

static void must_fault(struct rpc_pdu m, uint32_t status)
{
    struct pdu in, out;
    struct rpc_pdu answer;
    m.flags = RPC_WHOLE;
    struct bytes data = rpc_write(p.hand.mem, &m);
    in.n = data.n;
    memcpy(in.p, data.p, data.n);
    assert_true(pair_to_server(&p, &in, &out));
    assert_true(rpc_read(bytes_of(out.p, out.n), p.hand.mem, NULL, &answer));
    assert_int_equal(answer.type, RPC_FAULT);
    assert_int_equal(answer.status, status);
}

static void calls_that_a_controller_refuses(void **state)
{
    (void)state;
    struct pdu in, out;
    must_fault((struct rpc_pdu){.type = RPC_REQUEST, .opnum = 4}, RPC_FAULT_UNK_IF);
    pair_ask(&p, 1);
    must_fault((struct rpc_pdu){.type = RPC_REQUEST, .opnum = 39}, RPC_FAULT_ACCESS_DENIED);
    must_fault((struct rpc_pdu){.type = RPC_REQUEST, .opnum = 21}, RPC_FAULT_ACCESS_DENIED);
    must_fault((struct rpc_pdu){.type = RPC_REQUEST, .opnum = 11}, RPC_FAULT_OP_RNG_ERROR);
    must_fault((struct rpc_pdu){.type = RPC_REQUEST, .opnum = 4}, RPC_FAULT_BAD_STUB_DATA);
    must_fault((struct rpc_pdu){.type = RPC_REQUEST, .opnum = 4, .context_id = 3},
               RPC_FAULT_UNK_IF);
    must_fault((struct rpc_pdu){.type = RPC_RESPONSE}, RPC_FAULT_PROTO_ERROR);
    must_fault((struct rpc_pdu){.type = RPC_REQUEST,
                                .opnum = 39,
                                .has_auth = true,
                                .auth_type = 0x44,
                                .auth_level = 5,
                                .auth_value = bytes_of(in.p, 32)},
               RPC_FAULT_SEC_PKG_ERROR);
    in.n = 3;
    memcpy(in.p, "GET", 3);
    assert_false(pair_to_server(&p, &in, &out));
}

static void binds_that_a_controller_refuses(void **state)
{
    (void)state;
    static const struct nl_auth_message others[] = {
        {.computer = {(const uint8_t *)"WEB9", 4}},
        {.domain = {(const uint8_t *)"OTHER", 5}, .computer = {(const uint8_t *)"WEB1", 4}},
        {.type = NL_AUTH_RESPONSE},
    };
    pair_ask(&p, 1);
    for (size_t i = 0; i <= sizeof others / sizeof *others + 1; i++) {
        struct pdu in, out;
        struct rpc_pdu answer, m = {.type = RPC_BIND,
                                    .flags = RPC_WHOLE,
                                    .interface = RPC_NETLOGON,
                                    .transfer = RPC_NDR,
                                    .has_auth = true,
                                    .auth_type = RPC_AUTH_NETLOGON,
                                    .auth_level = 6};
        m.auth_value = nl_auth_message_write(
            p.hand.mem,
            i < 3 ? &others[i] : &(struct nl_auth_message){.computer = BYTES_LIT("WEB1")});
        uint8_t value[32]; /* the turns' memory is reset below */
        memcpy(value, m.auth_value.p, m.auth_value.n);
        m.auth_value.p = value;
        if (i == 3)
            m.auth_type = 10;
        if (i == 4)
            m.auth_level = 5;
        struct bytes data = rpc_write(p.hand.mem, &m);
        in.n = data.n;
        memcpy(in.p, data.p, data.n);
        assert_true(pair_to_server(&p, &in, &out));
        assert_true(rpc_read(bytes_of(out.p, out.n), p.hand.mem, NULL, &answer));
        assert_int_equal(answer.type, RPC_BIND_NAK);
        assert_int_equal(answer.reason, i == 3 ? 8 : 9);
        m.type = RPC_ALTER_CONTEXT;
        must_fault(m, RPC_FAULT_ACCESS_DENIED);
    }
}

static void other_interfaces_are_not_served(void **state)
{
    (void)state;
    struct pdu in, out;
    struct rpc_pdu answer,
        m = {.type = RPC_BIND, .flags = RPC_WHOLE, .interface = RPC_NDR, .transfer = RPC_NDR};
    for (int i = 0; i < 2; i++) {
        struct bytes data = rpc_write(p.hand.mem, &m);
        in.n = data.n;
        memcpy(in.p, data.p, data.n);
        assert_true(pair_to_server(&p, &in, &out));
        assert_true(rpc_read(bytes_of(out.p, out.n), p.hand.mem, NULL, &answer));
        assert_int_equal(answer.result, RPC_PROVIDER_REJECTION);
        assert_int_equal(answer.reason, i + 1);
        m.interface = RPC_NETLOGON;
        m.transfer = RPC_NETLOGON;
    }
}

static void a_connection_that_ends_is_forgotten(void **state)
{
    (void)state;
    static int one;
    struct conn *conn = (struct conn *)(void *)&one;
    pair_ask(&p, 1);
    netlogon_closed(p.server, NULL); /* no connection: nothing to forget */
    pair_ask(&p, 2);
    must_get(2, STATUS_SUCCESS);
    struct pdu bind = p.sent[0];
    struct packet packet = {
        .conn = conn, .via = VIA_RPC, .from = &p.www, .data = bytes_of(bind.p, bind.n)};
    assert_true(netlogon_serve(p.server, &packet, hand_turn(&p.hand, NOW)));
    struct rpc_pdu m = {.type = RPC_REQUEST, .flags = RPC_WHOLE, .opnum = 11}, answer;
    for (int i = 0; i < 2; i++) {
        struct turn *t = hand_turn(&p.hand, NOW);
        packet.data = rpc_write(t->mem, &m);
        assert_true(netlogon_serve(p.server, &packet, t));
        assert_true(rpc_read(p.hand.out.first->packet.data, t->mem, NULL, &answer));
        assert_int_equal(answer.status, i ? RPC_FAULT_UNK_IF : RPC_FAULT_OP_RNG_ERROR);
        netlogon_closed(p.server, conn);
    }
    struct turn *t = hand_turn(&p.hand, NOW);
    packet.data = BYTES_LIT("no PDU");
    assert_true(netlogon_serve(p.server, &packet, t));
    assert_int_equal(p.hand.out.first->kind, OUT_CLOSE);
}

#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_question_is_answered),
        T(the_next_one_goes_over_the_same_channel),
        T(digest_goes_as_generic_information),
        T(questions_wait_in_a_row),
        T(what_does_not_fit_is_not_asked),
        T(another_machine_password),
        T(no_machine_account),
        T(a_controller_without_the_key),
        T(nothing_weaker_than_aes),
        T(a_challenge_of_equal_octets_is_refused),
        T(challenges_are_used_once),
        T(an_account_gets_its_own_computers_key_only),
        T(any_bit_flipped),
        T(a_question_repeated_by_somebody),
        T(an_answer_repeated_by_somebody),
        T(questions_in_another_order),
        T(a_controller_started_anew),
        T(nobody_answers),
        T(nobody_to_ask),
        T(answers_that_do_not_come_next),
        T(calls_that_a_controller_refuses),
        T(binds_that_a_controller_refuses),
        T(other_interfaces_are_not_served),
        T(a_connection_that_ends_is_forgotten),
    };
    return cmocka_run_group_tests_name("context/netlogon", tests, NULL, NULL);
}
