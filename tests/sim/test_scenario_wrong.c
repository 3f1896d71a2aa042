/* The reader of scenario files: each complaint with its place. */
#include "sim/scenario_rows.h"
#include "tests/sim/runs.h"

/* Lines 1 to 4 of every file here; what a test adds begins in line 5. */
#define HEAD "title: t\nrealm: {name: R}\naccounts:\n  - {name: alice, password: p}\n"
#define CAST                                                                                       \
    "  - {name: HTTP/www}\nparties:\n  - {name: alice, role: client, account: alice}\n"            \
    "  - {name: kdc, role: kdc}\n  - {name: www, role: service, spn: HTTP/www}\n" /* to line 9 */

static const struct {
    const char *text, *error;
} bad[] = {
    /* octets and YAML */
    {"", "f:1:1: the file is empty"},
    {"title: \xff\n", "f:1:8: octet 0xff is not UTF-8"},
    {"\xef\xbb\xbftitle: \xff\n", "f:1:8: octet 0xff is not UTF-8"}, /* a mark before it */
    {"t: x\nu: \x01\n", "f:2:4: control character 0x01"},
    {"t: x\n\tu: y\n", "f:2:1: a tab where YAML wants spaces"},
    {"t: &a x\n", "f:1:4: anchors (&name) are not read here"},
    {"t: *a\n", "f:1:4: aliases (*name) are not read here; write it out"},
    {"t: !!str x\n", "f:1:4: tags (!name) are not read here"},
    {"t: [a\nu: b\n",
     "f:2:2: not YAML: while parsing a flow sequence, did not find expected ',' or "
     "']'"},
    {"--- {}\n--- {}\n", "f:2:1: a second document; a file holds one scenario"},
    {"[a, b]\n", "f:1:1: scenario must be a mapping, not a list"},
    {"{[a]: b}\n", "f:1:2: a list as a key; a key is a text"},
    {"t: \"a\\0\"\n", "f:1:4: an escape stands for a control character"},
    {"t: [[[[[[[[[[[[[[[[[[x]]]]]]]]]]]]]]]]]]\n",
     "f:1:19: lists and mappings nested more than 16 deep"},
    /* keys */
    {HEAD "titel: x\n", "f:5:1: unknown key \"titel\" in scenario; did you mean \"title\"?"},
    {HEAD "zzzzz: x\n", "f:5:1: unknown key \"zzzzz\" in scenario"},
    {HEAD "  - {name: b, pasword: x}\n",
     "f:5:15: unknown key \"pasword\" in account; did you mean \"password\"?"},
    {HEAD "title: u\n", "f:5:1: key \"title\" stands here a second time"},
    {HEAD "  - {password: x}\n", "f:5:5: account without the key \"name\""},
    {"realm: {name: R}\naccounts: []\n", "f:1:1: scenario without the key \"title\""},
    {HEAD "  - x\n", "f:5:5: account must be a mapping, not a text"},
    {HEAD "steps: x\n", "f:5:8: steps wants a list, each item a step; not a text"},
    /* values */
    {HEAD "  - {name: [b]}\n", "f:5:12: name wants a text, not a list"},
    {HEAD "  - {name: b, spns: c}\n", "f:5:21: spns wants a list, not a text"},
    {HEAD "  - {name: b, spns: [{c: d}]}\n", "f:5:22: spns wants texts, not a mapping"},
    {HEAD "goal: ' '\n", "f:5:7: goal is empty"},
    {HEAD "  - {name: \"a\\nb\"}\n", "f:5:12: name holds a line break"},
    {HEAD "seed: -1\n", "f:5:7: seed \"-1\" is not a whole number"},
    {HEAD "seed: 99999999999999999999\n",
     "f:5:7: seed \"99999999999999999999\" is not a whole number"},
    {HEAD "  - {name: b, kvno: 4294967296}\n", "f:5:21: kvno \"4294967296\" is not a whole number"},
    {HEAD "start: 2026-02-30T00:00:00Z\n",
     "f:5:8: start \"2026-02-30T00:00:00Z\" is not a time as in 2026-11-21T20:51:55Z"},
    {HEAD "  - {name: b, max_life: 5}\n",
     "f:5:25: max_life \"5\" is not a length of time as in 5m, -6m, 1h30m"},
    {HEAD "  - {name: b, etypes: [aes256-cts-hmac-sha1-95]}\n",
     "f:5:24: no encryption type is called \"aes256-cts-hmac-sha1-95\"; did you mean "
     "\"aes256-cts-hmac-sha1-96\"?"},
    {HEAD "  - {name: b, etypes: [77]}\n",
     "f:5:23: no keys of encryption type 77 can be made here"},
    {HEAD "  - {name: b, flags: [disable]}\n",
     "f:5:23: no \"disable\" here; did you mean \"disabled\"?"},
    {HEAD "parties:\n  - {name: a, role: pope}\n",
     "f:6:21: no \"pope\" here; it can be: client, kdc, service, eavesdropper, dns, "
     "proxy"},
    {HEAD "parties:\n  - {name: a, role: kdc, address: 10.0.0}\n",
     "f:6:35: address \"10.0.0\" is not an IPv4 address as in 10.0.0.5"},
    {HEAD CAST "steps:\n  - {do: get, party: alice, service: www, mutual: yes}\n",
     "f:11:51: mutual \"yes\" is not true or false"},
    {HEAD CAST "steps:\n  - {do: logon, party: alice, expect: KRB_AP_ERR_SKEWED}\n",
     "f:11:39: no error is called \"KRB_AP_ERR_SKEWED\"; did you mean \"KRB_AP_ERR_SKEW\"?"},
    {HEAD CAST "steps:\n  - {do: logon, party: alice, options: [forwardible]}\n",
     "f:11:41: no KDC option is called \"forwardible\"; did you mean \"forwardable\"?"},
    {HEAD CAST "steps:\n  - {do: logon, party: alice, options: [32]}\n",
     "f:11:41: item \"32\" is not one of the bits 0 to 31"},
    {HEAD "tamper:\n  - {do: substitute, packet: 1, octets: 0g}\n",
     "f:6:41: octets \"0g\" is not hexadecimal"},
    /* the realm */
    {"title: t\nrealm: {name: R@S}\naccounts: []\n", "f:2:15: realm \"R@S\" holds one of @ / :"},
    {"title: t\nrealm: {name: R, skew: -1s}\naccounts: []\n", "f:2:24: skew cannot be negative"},
    {"title: t\nrealm: {name: R, max_life: 0}\naccounts: []\n",
     "f:2:28: max_life must be more than 0"},
    {"title: t\nrealm: {name: R, max_renew: -1s}\naccounts: []\n",
     "f:2:29: max_renew cannot be negative"},
    {HEAD "  - {name: alice}\n", "f:5:12: name \"alice\" stands twice, first in line 4"},
    {HEAD "  - {name: b, spns: [alice]}\n", "f:5:21: name \"alice\" stands twice, first in line 4"},
    {HEAD "  - {name: b@R}\n", "f:5:12: \"b@R\" names a realm; leave \"@...\" out"},
    {HEAD "  - {name: b, salt: c}\n", "f:5:21: a salt without a password has no effect"},
    {HEAD "  - {name: b, kvno: 0}\n", "f:5:21: kvno counts from 1"},
    {HEAD "  - {name: b, max_life: -1s}\n", "f:5:25: max_life cannot be negative"},
    {HEAD "  - {name: b, max_renew: -1s}\n", "f:5:26: max_renew cannot be negative"},
    /* parties */
    {HEAD "parties:\n  - {name: a, role: client, account: alicia}\n",
     "f:6:38: no account is called \"alicia\"; did you mean \"alice\"?"},
    {HEAD "parties:\n  - {name: a, role: client, spn: x}\n",
     "f:6:29: key \"spn\" means nothing in a party of kind client"},
    {HEAD "parties:\n  - {name: w, role: service}\n",
     "f:6:12: service \"w\" without the key \"spn\""},
    {HEAD "parties:\n  - {name: w, role: service, spn: HTTP/w}\n",
     "f:6:35: no account serves \"HTTP/w\""},
    {HEAD "parties:\n  - {name: k, role: kdc}\n  - {name: l, role: kdc}\n",
     "f:7:21: a second KDC; a realm has one here"},
    {HEAD "parties:\n  - {name: k, role: kdc}\n  - {name: k, role: eavesdropper}\n",
     "f:7:12: party \"k\" stands twice, first in line 6"},
    {HEAD "parties:\n  - {name: alice, role: client, account: alice}\nsteps:\n"
          "  - {do: logon, party: alice}\n",
     "f:8:10: a step that needs a party of role kdc; there is none"},
    {HEAD "parties:\n  - {name: a, role: dns, hosts: [{name: h}]}\n",
     "f:6:41: host \"h\" wants one of \"address\", \"alias_of\" and \"srv\""},
    {HEAD "parties:\n  - {name: a, role: dns, hosts: [{name: h, srv: i, ptr: j}]}\n",
     "f:6:57: a name to point back to without an address"},
    {HEAD CAST "  - {name: web, role: service, spn: HTTP/www, port: 65536}\n",
     "f:10:53: port 65536 is more than 65535"},
    /* several realms */
    {HEAD "realms: [{name: S}, {name: S}]\n", "f:5:28: realm \"S\" stands twice, first in line 5"},
    {HEAD "  - {name: b, realm: EXAMPEL}\nrealms: [{name: EXAMPLE}]\n",
     "f:5:22: no realm is called \"EXAMPEL\"; did you mean \"EXAMPLE\"?"},
    {HEAD "realms: [{name: S}]\ntrusts: [{from: S, to: S}]\n",
     "f:6:24: a realm needs no trust in itself"},
    {HEAD "realms: [{name: S}]\ntrusts: [{from: R, to: S, next: S, both: true}]\n",
     "f:6:33: a way by another realm has no key: password, both and etypes belong to the trusts "
     "it is made of"},
    {HEAD "realms: [{name: S}]\nparties: [{name: k, role: kdc}, {name: l, role: kdc}]\n",
     "f:6:49: a second KDC; a realm has one here"},
    /* accounts */
    {HEAD "  - {name: b, old_passwords: [x]}\n",
     "f:5:30: 1 old passwords want a kvno of at least 2"},
    {HEAD "  - {name: b, logon_hours: Mon-Fri 8-18}\n",
     "f:5:28: logon_hours \"Mon-Fri 8-18\" is not hours as in Mon-Fri 08:00-18:00, Sat "
     "09:00-12:00"},
    {HEAD "  - {name: b, supported_etypes: 18}\n",
     "f:5:33: supported_etypes \"18\" is not a list, or a number as in 0x1c"},
    {HEAD "  - {name: b, supported_etypes: [aes]}\n",
     "f:5:34: no \"aes\" here; it can be: des-cbc-crc, des-cbc-md5, rc4-hmac, "
     "aes128-cts-hmac-sha1-96, aes256-cts-hmac-sha1-96, aes256-sk, fast, compound-identity, "
     "claims"},
    /* parties */
    {HEAD "parties:\n  - {name: w, role: service, account: alice, spn: alice, u2u: k}\n"
          "  - {name: k, role: kdc}\n",
     "f:6:63: no client is called \"k\""},
    {HEAD "  - {name: bob, password: x}\nparties:\n  - {name: bob, role: client, account: bob}\n"
          "  - {name: w, role: service, account: alice, spn: alice, u2u: bob}\n",
     "f:8:63: \"bob\" is bob, but the service runs as alice"},
    /* steps */
    {HEAD CAST "steps:\n  - {do: login, party: alice}\n",
     "f:11:10: no \"login\" here; did you mean \"logon\"?"},
    {HEAD CAST "steps:\n  - {do: logon, party: alise}\n",
     "f:11:24: no party is called \"alise\"; did you mean \"alice\"?"},
    {HEAD CAST "steps:\n  - {do: logon, party: www}\n",
     "f:11:24: party \"www\" is a service; a client is wanted here"},
    {HEAD CAST "steps:\n  - {do: logon}\n", "f:11:10: logon without the key \"party\""},
    {HEAD CAST "steps:\n  - {do: logon, party: alice, spn: x}\n",
     "f:11:31: key \"spn\" means nothing in a step of kind logon"},
    {HEAD CAST "steps:\n  - {do: logon, party: alice, principal: bob}\n",
     "f:11:42: no password is known for \"bob\""},
    {HEAD CAST "steps:\n  - {do: logon, party: alice, with_keytab: true, password: x}\n",
     "f:11:60: a password beside with_keytab"},
    {HEAD CAST "steps:\n  - {do: logon, party: alice, keytab_salt: x}\n",
     "f:11:44: keytab_salt without with_keytab"},
    {HEAD CAST "steps:\n  - {do: logon, party: alice, principal: HTTP/www, with_keytab: true, "
               "keytab_salt: x}\n",
     "f:11:84: no password is known for \"HTTP/www\""},
    {HEAD "parties:\n  - {name: a, role: client}\n  - {name: k, role: kdc}\nsteps:\n"
          "  - {do: logon, party: a}\n",
     "f:9:10: who logs on? party \"a\" has no account"},
    {HEAD CAST "steps:\n  - {do: ticket, party: alice}\n",
     "f:11:10: ticket without the key \"spn\""},
    {HEAD CAST "steps:\n  - {do: ticket, party: alice, spn: HTTP/wwww}\n",
     "f:11:37: no account serves \"HTTP/wwww\" (say what to \"expect\" if that is meant); did you "
     "mean \"HTTP/www\"?"},
    {HEAD CAST "steps:\n  - {do: ticket, party: alice, spn: HTTP/www, life: -1s}\n",
     "f:11:53: a ticket cannot live less than no time"},
    {HEAD CAST "steps:\n  - {do: get, party: alice}\n", "f:11:10: get without the key \"service\""},
    {HEAD CAST "steps:\n  - {do: get, party: alice, service: wwww}\n",
     "f:11:38: no party is called \"wwww\"; did you mean \"www\"?"},
    {HEAD CAST "steps:\n  - {do: get, party: alice, service: kdc}\n",
     "f:11:38: party \"kdc\" is a kdc; a service is wanted here"},
    {HEAD CAST "steps:\n  - {do: get, party: alice, service: www, spn: HTTP/www, url: http://x}\n",
     "f:11:63: a url beside an spn: the client makes the one of the other"},
    {HEAD CAST "steps:\n  - {do: get, party: alice, service: www, url: https://x}\n",
     "f:11:48: a url begins with http://"},
    {HEAD CAST "steps:\n  - {do: change-password, party: alice}\n",
     "f:11:10: change-password without the key \"new_password\""},
    {HEAD CAST "steps:\n  - {do: change-account, new_password: x}\n",
     "f:11:10: change-account without the key \"account\""},
    {HEAD CAST "steps:\n  - {do: change-account, account: alice, rotate: true, new_password: x}\n",
     "f:11:50: rotate makes a random key; a new_password beside it"},
    {HEAD CAST "steps:\n  - {do: ticket, party: alice, u2u: kdc, spn: alice}\n",
     "f:11:37: party \"kdc\" is a kdc; a client is wanted here"},
    {HEAD CAST "steps:\n  - {do: proxy, party: alice}\n", "f:11:10: proxy without the key \"spn\""},
    {HEAD "steps:\n  - {do: say}\n", "f:6:10: say without the key \"say\""},
    {HEAD "steps:\n  - {do: wait}\n", "f:6:10: wait wants \"for\", a time of more than 0"},
    {HEAD CAST "steps:\n  - {do: clock, party: www}\n", "f:11:10: clock without the key \"ahead\""},
    /* changes */
    {HEAD "tamper:\n  - {do: drop}\n", "f:6:10: a change wants either \"packet\" or \"message\""},
    {HEAD "tamper:\n  - {do: drop, packet: 1, message: AS-REQ}\n",
     "f:6:10: a change wants either \"packet\" or \"message\""},
    {HEAD "tamper:\n  - {do: drop, message: AS-REQ, nth: 0}\n", "f:6:38: nth counts from 1"},
    {HEAD "tamper:\n  - {do: delay, packet: 1}\n",
     "f:6:10: delay wants \"after\", a time of more than 0"},
    {HEAD "tamper:\n  - {do: substitute, packet: 1}\n",
     "f:6:10: substitute without the key \"octets\""},
    {HEAD "tamper:\n  - {do: truncate, packet: 1}\n", "f:6:10: truncate without the key \"at\""},
    {HEAD "tamper:\n  - {do: drop, packet: 1, bit: 3}\n",
     "f:6:27: key \"bit\" means nothing in a change of kind drop"},
};

static void each_complaint(void **state)
{
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct scenario s;
        char *error = NULL;
        assert_false(scenario_read(mem, "f", bytes_str(bad[i].text), &s, &error));
        if (strcmp(error, bad[i].error) == 0)
            continue;
        print_error("%s\nwanted: %s\ngot:    %s\n", bad[i].text, bad[i].error, error);
        wrong++;
    }
    assert_int_equal(wrong, 0);
}

static void all_at_once_and_sorted(void **state)
{
    (void)state;
    struct scenario s;
    char *error = NULL;
    const char *text = HEAD "  - {pasword: x, name: b}\nseed: x\nlast: x\nstart: x\n";
    assert_false(scenario_read(mem, "dir/f.yaml", bytes_str(text), &s, &error));
    assert_string_equal(error, "dir/f.yaml:5:6: unknown key \"pasword\" in account; did you mean "
                               "\"password\"?\n"
                               "dir/f.yaml:6:7: seed \"x\" is not a whole number\n"
                               "dir/f.yaml:7:1: unknown key \"last\" in scenario\n"
                               "dir/f.yaml:8:8: start \"x\" is not a time as in "
                               "2026-11-21T20:51:55Z");
}

static void too_many_are_counted(void **state)
{
    (void)state;
    struct scenario s;
    char *error = NULL, *text = arena_str(mem, bytes_str(HEAD));
    for (int i = 0; i < 70; i++)
        text = arena_printf(mem, "%s  - {name: a%d, x: y}\n", text, i);
    assert_false(scenario_read(mem, "f", bytes_str(text), &s, &error));
    assert_non_null(strstr(error, "\nf: and 6 more"));
}

static void too_long(void **state)
{
    (void)state;
    struct scenario s;
    char *error = NULL;
    struct bytes text = bytes_of(arena_take(mem, SCENARIO_MAX + 1), SCENARIO_MAX + 1);
    assert_false(scenario_read(mem, "f", text, &s, &error));
    assert_string_equal(
        error, arena_printf(mem, "f:1:1: the file is longer than %d octets", SCENARIO_MAX));
}

static void too_many_keys(void **state)
{
    (void)state;
    struct scenario s;
    char *error = NULL, *text = arena_str(mem, bytes_str(""));
    for (int i = 0; i < 65; i++)
        text = arena_printf(mem, "%sk%d: x\n", text, i);
    assert_false(scenario_read(mem, "f", bytes_str(text), &s, &error));
    assert_non_null(strstr(error, "f:65:1: a mapping with more than 64 keys"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_complaint), TEST(all_at_once_and_sorted), TEST(too_many_are_counted),
        TEST(too_long),       TEST(too_many_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
