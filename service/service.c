#include "service/inside.h"

#include <string.h>

/* ---- the steps, in the order in which a request meets them --------------------------------------
 */

static enum next (*const steps[])(struct visit *) = {
    service_http_request,        /* the octets are one HTTP request */
    service_http_authorization,  /* it brings something to authenticate with */
    service_negotiate_base64,    /* which is text for octets */
    service_negotiate_mechanism, /* of the Kerberos mechanism */
    service_ap_read,             /* and holds an AP-REQ */
    service_ap_ticket, /* RFC 4120 3.2.3: the ticket opens, the authenticator opens, names, times */
    service_ap_replay, /* that was not seen before */
    service_ap_checksum,  /* RFC 4121 4.1.1: what the client wants of the context */
    service_ap_delegated, /* and what it hands over opens */
    service_ap_context,   /* keys and numbers for what follows */
    service_ap_answer,    /* RFC 4120 3.2.4: the proof the client asked for */
};

static bool receive(void *arg, const struct packet *p, struct turn *t)
{
    struct visit *v = arena_new_of(t->mem, struct visit);
    *v = (struct visit){.service = arg, .packet = p, .turn = t, .status = 200};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        enum next next = steps[i](v);
        if (next == TROUBLE)
            return false;
        if (next == ANSWER)
            break;
    }
    return service_http_respond(v);
}

bool service_receive(struct service *s, const struct packet *p, struct turn *t)
{
    return turn_guarded(receive, s, p, t);
}

struct service *service_new(struct arena *mem, const struct service_config *config)
{
    struct service *s = arena_new_of(mem, struct service);
    struct bytes realm = config->realm;
    s->mem = mem;
    s->config = *config;
    if (!principal_parse(mem, arena_str(mem, bytes_str(config->spn)), NT_SRV_HST, &s->sname,
                         &realm))
        return NULL;
    s->config.realm = arena_copy(mem, realm);
    return s;
}

/* ---- refusals -------------------------------------------------------------------------------- */

static const struct fault_row rows[FINDINGS] = {
    [FIND_HTTP] = {"service.http.request", "the octets are not one HTTP request", "RFC 9112 3",
                   NULL},
    [FIND_METHOD] = {"service.http.method", "only GET and HEAD are answered here", "RFC 9110 9.1",
                     "GET or HEAD"},
    [FIND_BASE64] = {"service.negotiate.base64", "what follows Negotiate is not base64",
                     "RFC 4559 4.2", NULL},
    [FIND_MECHANISM] = {"service.negotiate.mechanism",
                        "the token is of a mechanism that this service does not take",
                        "RFC 4559 4.1", "Kerberos 5, 1.2.840.113554.1.2.2"},
    [FIND_TOKEN] = {"service.negotiate.token", "a context begins with an AP-REQ token",
                    "RFC 4121 4.1", "token id 01 00"},
    [FIND_AP_REQ] = {"service.ap.read", "the token does not hold an AP-REQ", "RFC 4120 5.5.1",
                     "AP-REQ"},
    [FIND_REFUSED] = {"service.ap.refused", "the ticket or its authenticator was refused",
                      "RFC 4120 3.2.3", NULL},
    [FIND_REPLAY] = {"service.ap.replay", "this authenticator was seen before", "RFC 4120 3.2.3",
                     "an authenticator of its own for each request"},
    [FIND_CHECKSUM] = {"service.ap.checksum",
                       "the authenticator does not carry the checksum of GSS-API", "RFC 4121 4.1.1",
                       "checksum type 0x8003"},
    [FIND_DELEGATED] = {"service.ap.delegated",
                        "what the client hands over does not open, or is no KRB-CRED",
                        "RFC 4121 4.1.1", "a KRB-CRED under the subkey or the session key"},
};

const struct fault_row *service_fault_table(size_t *n)
{
    *n = FINDINGS;
    return rows;
}

enum next service_refuse(struct visit *v, enum finding what, int status, int32_t error,
                         const char *found)
{
    v->status = status;
    v->error = error;
    tell(v->turn, STEP_REFUSED, rows[what].id, A_STR("found", found ? found : ""),
         A_ERROR("error", error), A_INT("status", status));
    fault_raise(v->turn->faults, (struct fault){.row = &rows[what], .found = found});
    return ANSWER;
}
