/* From what a scenario says of a web server to what its engine is given (service/service.h): for
 * the world and for live. */
#ifndef SIM_WEB_SETUP_H
#define SIM_WEB_SETUP_H

#include "client/client.h"
#include "ntlm/ntlm.h"
#include "service/service.h"
#include "sim/scenario.h"

struct web_name;
struct web_setup {
    const struct scenario *scenario;
    const struct scenario_party *party; /* of role service */
    /* A realm of the scenario as it is at the start; NULL: none such. */
    const struct realm *(*realm)(void *arg, const char *name);
    void *arg;
    const struct party *controller; /* NULL: nobody to ask */
    struct ledger *ledger;          /* of the local accounts' wrong passwords */
    struct crypto *crypto;
    uint64_t seed;
    struct arena *mem;
    /* made: */
    struct web_machine machine;
    struct netlogon_channel_config channel;
    struct local_accounts local;
    struct ntlm_verifier *verifier; /* of the local accounts; NULL: there are none */
    struct group_names names;
    struct web_name *known; /* SIDs and what they are called */
    size_t n_known;
    uint8_t secret[16]; /* NT hash of the machine's account */
    bool has_secret;
};
/* Adds the web server's part to a service's configuration; nothing where the party has no apps.
 * What is given stands in the struct, which has to outlive the service. False: *error. */
bool web_setup(struct web_setup *, struct service_config *, char **error);

/* The promise of TLS (base/tls.h) at a party's door: a certificate drawn from the seed. */
const struct tls *web_tls(struct arena *, struct crypto *, uint64_t seed, const char *party);
/* The same seen by the server whose client shows a certificate; browser->certificate NULL: the
 * same. fingerprint: of it. */
const struct tls *web_tls_with(struct arena *, struct crypto *, const struct tls *,
                               const char *subject, const char *fingerprint);

/* What a scenario says of a browser, for its client. account: of the party as it is at the start;
 * NULL: none. proxy: the handle of the one it names. */
struct browser_config *web_browser(const struct scenario *, const struct scenario_party *,
                                   const struct realm *, const struct account *,
                                   const struct party *proxy, struct arena *);

/* ---- names ------------------------------------------------------------------------------------
 */
/* "EXAMPLE": its NetBIOS name. In mem. */
const char *web_domain(struct arena *, const struct scenario_realm *);
/* The verifier's own name: "dc1" -> "DC1". */
const char *web_computer(struct arena *, const char *party);
/* All accounts and groups of all realms with SIDs. */
void web_names_make(struct web_setup *);
/* "EXAMPLE\\ben", "ben" (of any realm), "BUILTIN\\Administrators". False: nobody is called so. */
bool web_names_sid(const struct web_setup *, const char *name, struct sid *out);
/* The SDDL with names in place of SIDs as sddl_read wants it. NULL: *error says whom it does not
 * know. */
const char *web_names_sddl(const struct web_setup *, const char *sddl, char **error);

/* An account by "DOMAIN\\name" or a bare name, looked for in the machine's domain, then among its
 * own. NULL: none. */
const struct account *web_account(const struct web_setup *, const char *name,
                                  const struct realm **realm);
/* Who it is, as a logon of it would say. In mem. */
struct access_token *web_token(const struct web_setup *, struct arena *mem, const struct realm *,
                               const struct account *, const char *package, enum token_logon);

#endif
