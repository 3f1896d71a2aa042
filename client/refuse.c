#include "client/inside.h"

#include "base/text.h"

/* Ids are those of the steps, so that a fault and the narration name the same thing. */
static const struct fault_row rows[FINDINGS] = {
    [FIND_IGNORED] = {"client.ignored", "the message is not one that is awaited here and now",
                      "RFC 4120 3.1.5", NULL},
    [FIND_MALFORMED] = {"client.malformed", "the answer is not the message it should be",
                        "RFC 4120 5.4.2", NULL},
    [FIND_ETYPE] = {"client.rep.etype", "the answer uses an encryption type that was not offered",
                    "RFC 4120 3.1.5", NULL},
    [FIND_SEALED] = {"client.rep.open", "the sealed part does not open with the reply key",
                     "RFC 4120 3.1.5", NULL},
    [FIND_NONCE] = {"client.rep.nonce", "the nonce is not the one of the request: an old answer",
                    "RFC 4120 3.1.5", NULL},
    [FIND_CLIENT] = {"client.rep.client", "the answer is for another client than the one who asked",
                     "RFC 4120 3.1.5", NULL},
    [FIND_SERVER] = {"client.rep.server",
                     "the name outside the seal is not the name under it: somebody changed it",
                     "RFC 4120 3.1.5", NULL},
    [FIND_ASKED] = {"client.rep.asked", "the ticket is for another service than was asked for",
                    "RFC 4120 3.1.5", NULL},
    [FIND_SKEW] = {"client.rep.time", "the KDC's time is too far from the own clock",
                   "RFC 4120 3.1.5", NULL},
    [FIND_TIMES] = {"client.rep.validity",
                    "the ticket is valid for longer than was asked, or never", "RFC 4120 3.1.5",
                    NULL},
    [FIND_ADDRESSES] = {"client.rep.addresses",
                        "the ticket is bound to other addresses than were asked for",
                        "RFC 4120 3.1.5", NULL},
    [FIND_FLAGS] = {"client.rep.flags", "the ticket's flags make it another one than was asked for",
                    "RFC 4120 2", NULL},
    [FIND_CONFIRMED] = {"client.rep.confirmed",
                        "the KDC saw another request than the one that was sent", "RFC 6806 11",
                        NULL},
    [FIND_ERROR] = {"client.error.final", "the other side refused", "RFC 4120 3.1.6", NULL},
    [FIND_NO_METHOD] = {"client.as.method",
                        "the KDC asks for a proof of a kind that this client does not have",
                        "RFC 4120 5.2.7", "PA-ENC-TIMESTAMP"},
    [FIND_NO_KEY] = {"client.as.key", "there is no key of the type that the KDC wants",
                     "RFC 4120 5.2.7.5", NULL},
    [FIND_WORK] = {"client.as.work", "the hint asks for more rounds than a client should do",
                   "RFC 3962 4", "at most 10000000"},
    [FIND_ROUNDS] = {"client.as.rounds", "the KDC asks for a proof again and again",
                     "RFC 4120 3.1.6", NULL},
    [FIND_NAME] = {"client.name", "the name that was given cannot be used", "RFC 4120 6.2", NULL},
    [FIND_NO_TICKET] = {"client.tgs.tgt", "there is no ticket-granting ticket to ask with",
                        "RFC 4120 3.3.1", NULL},
    [FIND_EXPIRED] = {"client.tgs.expired", "the ticket-granting ticket has expired",
                      "RFC 4120 3.3.1", NULL},
    [FIND_INVALID] = {"client.tgs.invalid",
                      "the ticket is not valid before the KDC has validated it", "RFC 4120 2.4",
                      NULL},
    [FIND_NO_KDC] = {"client.realm", "no KDC is known for the realm", "RFC 4120 7.2.3", NULL},
    [FIND_LOOP] = {"client.referral",
                   "the KDCs send the client round in a circle, or through too many realms",
                   "RFC 6806 8", NULL},
    [FIND_NO_SPN] = {"client.spn", "an address is no name of a host, and makes no SPN",
                     "RFC 4120 6.2.1", "a name"},
    [FIND_SECOND] = {"client.tgs.second",
                     "there is no ticket-granting ticket of the service's user", "RFC 4120 3.7",
                     "a ticket for krbtgt"},
    [FIND_ARMOR] = {"client.fast.armor", "there is no ticket to make armor of", "RFC 6113 5.4.1.1",
                    "a ticket-granting ticket of the realm, still good"},
    [FIND_BARE] = {"client.fast.bare",
                   "the request was armored and the answer is not: anyone could have written it",
                   "RFC 6113 5.4", NULL},
    [FIND_FAST] = {"client.fast.open", "the armored answer is not what it should be",
                   "RFC 6113 5.4.3", NULL},
    [FIND_FINISHED] = {"client.fast.finished", "the armor does not vouch for the ticket that came",
                       "RFC 6113 5.4.3", NULL},
    [FIND_KDC] = {"client.fast.kdc", "the KDC has not shown that it has the client's key",
                  "RFC 6113 5.4.6", NULL},
    [FIND_HTTP] = {"client.http.read", "the answer is not an HTTP response", "RFC 9112 4", NULL},
    [FIND_STATUS] = {"client.http.status", "the service answered with a status that is no success",
                     "RFC 9110 15", NULL},
    [FIND_TOKEN] = {"client.ap.token", "the token is not one of the Kerberos mechanism",
                    "RFC 4121 4.1", NULL},
    [FIND_NO_PROOF] = {"client.ap.missing",
                       "the service was asked to prove itself and did not: no AP-REP",
                       "RFC 4120 3.2.5", "an AP-REP"},
    [FIND_PROOF] = {"client.ap.proof", "the service's proof does not hold", "RFC 4120 3.2.5", NULL},
    [FIND_RESULT] = {"client.kpasswd.result", "the password was not changed", "RFC 3244 2", NULL},
    [FIND_RESULT_PROOF] = {"client.kpasswd.proof",
                           "the result was not sealed by who could open the ticket", "RFC 3244 2",
                           NULL},
    [FIND_SILENCE] = {"client.silence", "nobody answered in time", "RFC 4120 7.2.1", NULL},
    [FIND_NO_SCHEME] =
        {"client.scheme",
         "no scheme is offered that is known here and that there are credentials for",
         "RFC 9110 11.2", NULL},
    [FIND_CREDENTIALS] = {"client.http.refused", "the credentials are not taken", "RFC 9110 15.5.2",
                          NULL},
    [FIND_CONNECTION] = {"client.http.connection",
                         "the connection was closed in the middle of an authentication that is "
                         "bound to it",
                         "RFC 9112 9.6", NULL},
    [FIND_MECHANISM] = {"client.negotiate.token",
                        "the token that came cannot be taken as the next one", "RFC 4178 3.2",
                        NULL},
    [FIND_UNPROVED] = {"client.digest.proof",
                       "the answer is not of a server that has the password's hash", "RFC 7616 3.5",
                       NULL},
    [FIND_REQUESTS] = {"client.http.rounds", "the server asks for credentials again and again",
                       "RFC 9110 15.5.2", NULL},
};

/* The code that stands for a finding, and words where the code's own would mislead. */
static const struct {
    int32_t code;
    const char *words;
} outcomes[FINDINGS] = {
    [FIND_MALFORMED] = {KRB_AP_ERR_MSG_TYPE, "KDC reply is not a message that can be read"},
    [FIND_ETYPE] = {KDC_ERR_ETYPE_NOSUPP, "Encryption type not permitted"},
    [FIND_SEALED] = {KRB_AP_ERR_BAD_INTEGRITY, NULL},
    [FIND_NONCE] = {KRB_AP_ERR_MODIFIED, "KDC reply did not match expectations"},
    [FIND_CLIENT] = {KRB_AP_ERR_MODIFIED, "KDC reply did not match expectations"},
    [FIND_SERVER] = {KRB_AP_ERR_MODIFIED, "KDC reply did not match expectations"},
    [FIND_ASKED] = {KRB_AP_ERR_MODIFIED, "KDC reply did not match expectations"},
    [FIND_SKEW] = {KRB_AP_ERR_SKEW, "Clock skew too great in KDC reply"},
    [FIND_TIMES] = {KRB_AP_ERR_MODIFIED, "KDC reply did not match expectations"},
    [FIND_ADDRESSES] = {KRB_AP_ERR_MODIFIED, "KDC reply did not match expectations"},
    [FIND_FLAGS] = {KRB_AP_ERR_MODIFIED, "KDC reply did not match expectations"},
    [FIND_CONFIRMED] = {KRB_AP_ERR_MODIFIED, "KDC reply did not match expectations"},
    [FIND_ERROR] = {KRB_ERR_GENERIC, NULL},
    [FIND_NO_METHOD] = {KDC_ERR_PREAUTH_REQUIRED, "Generic preauthentication failure"},
    [FIND_NO_KEY] = {KDC_ERR_ETYPE_NOSUPP, "No suitable key for the encryption types offered"},
    [FIND_WORK] = {KDC_ERR_ETYPE_NOSUPP, "Too many rounds asked for to make the key"},
    [FIND_ROUNDS] = {KDC_ERR_PREAUTH_REQUIRED, "Looping detected inside the logon"},
    [FIND_NAME] = {KRB_ERR_GENERIC, "Malformed name"},
    [FIND_NO_TICKET] = {KRB_AP_ERR_NO_TGT, "Matching credential not found"},
    [FIND_EXPIRED] = {KRB_AP_ERR_TKT_EXPIRED, NULL},
    [FIND_INVALID] = {KRB_AP_ERR_TKT_NYV, NULL},
    [FIND_NO_KDC] = {KDC_ERR_SVC_UNAVAILABLE, NULL},
    [FIND_LOOP] = {KDC_ERR_PATH_NOT_ACCEPTED, "Too many realms, or one twice, on the way"},
    [FIND_NO_SPN] = {KDC_ERR_S_PRINCIPAL_UNKNOWN,
                     "An address makes no SPN: Windows goes on with NTLM"},
    [FIND_SECOND] = {KRB_AP_ERR_NO_TGT, NULL},
    [FIND_ARMOR] = {KRB_AP_ERR_NO_TGT, "No ticket in the armor's cache"},
    [FIND_BARE] = {KRB_AP_ERR_MODIFIED, "Expected FAST, and the answer is not armored"},
    [FIND_FAST] = {KRB_AP_ERR_MODIFIED, "FAST response cannot be believed"},
    [FIND_FINISHED] = {KRB_AP_ERR_MODIFIED, "FAST response does not fit the ticket"},
    [FIND_KDC] = {KRB_AP_ERR_MODIFIED, "The KDC did not prove itself"},
    [FIND_HTTP] = {KRB_ERR_GENERIC, "The answer is not an HTTP response"},
    [FIND_STATUS] = {KRB_ERR_GENERIC, NULL},
    [FIND_TOKEN] = {KRB_AP_ERR_MUT_FAIL, "The answer's token is not the proof that was asked for"},
    [FIND_NO_PROOF] = {KRB_AP_ERR_MUT_FAIL,
                       "Mutual authentication failed: the service sent no proof"},
    [FIND_PROOF] = {KRB_AP_ERR_MUT_FAIL, NULL},
    [FIND_RESULT] = {KRB5_KPASSWD_HARDERROR, NULL},
    [FIND_RESULT_PROOF] = {KRB_AP_ERR_MUT_FAIL, NULL},
    [FIND_SILENCE] = {KDC_ERR_SVC_UNAVAILABLE, "Nobody answers"},
    [FIND_NO_SCHEME] = {KRB_ERR_GENERIC, NULL},
    [FIND_CREDENTIALS] = {KRB_ERR_GENERIC, NULL},
    [FIND_CONNECTION] = {KRB_ERR_GENERIC, NULL},
    [FIND_MECHANISM] = {KRB_ERR_GENERIC, NULL},
    [FIND_UNPROVED] = {KRB_AP_ERR_MUT_FAIL,
                       "The server's proof does not hold: it does not have the password's hash"},
    [FIND_REQUESTS] = {KRB_ERR_GENERIC, "The server asks again and again"},
};

const struct fault_row *client_fault_table(size_t *n)
{
    *n = FINDINGS;
    return rows;
}

bool client_refuse(struct client *c, struct turn *t, enum finding what, struct detail d)
{
    const char *expected = d.expected ? d.expected : rows[what].expected;
    int32_t code = d.code ? d.code : outcomes[what].code;
    bool found = what == FIND_STATUS || what == FIND_RESULT || what == FIND_NO_SCHEME ||
                 what == FIND_CREDENTIALS || what == FIND_CONNECTION || what == FIND_MECHANISM;
    const char *own = found ? d.found : d.code ? NULL : outcomes[what].words;
    if (what == FIND_NO_KDC)
        own = arena_printf(t->mem, "Cannot find KDC for realm \"%s\"",
                           text_escape(t->mem, bytes_str(d.found)));
    const char *text = client_outcome_words(c, code, own);

    tell(t, STEP_REFUSED, rows[what].id, A_STR("expected", expected ? expected : ""),
         A_STR("found", d.found ? d.found : ""), A_ERROR("code", code));
    fault_raise(t->faults,
                (struct fault){.row = &rows[what], .expected = expected, .found = d.found});
    c->task.awaiting = AWAIT_NOTHING;
    if (client_browse_failed(c, what, code))
        return true;
    client_browse_logon(c, code);
    client_forget_secret(&c->task);
    c->outcome = (struct client_outcome){CLIENT_REFUSED, code, text};
    return true;
}

bool client_ignore(struct client *c, struct turn *t, const struct packet *p, const char *why)
{
    (void)c;
    tell(t, STEP_NOTED, rows[FIND_IGNORED].id,
         A_STR("from", p->from && p->from->name ? p->from->name : "?"), A_STR("why", why));
    fault_raise(t->faults, (struct fault){.row = &rows[FIND_IGNORED], .found = why});
    return true;
}

bool client_grant(struct client *c, const char *text)
{
    const char *kept = arena_str(c->mem, bytes_str(text));
    client_forget_secret(&c->task);
    c->task.awaiting = AWAIT_NOTHING;
    c->outcome = (struct client_outcome){CLIENT_GRANTED, 0, kept};
    return true;
}
