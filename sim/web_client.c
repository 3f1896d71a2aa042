/* The browser of a scenario, and the promise of TLS that it makes its requests inside of. */
#include "sim/web_setup.h"

#include "base/text.h"
#include "base/tls.h"
#include "crypto/rng.h"

#include <string.h>

static struct bytes drawn(struct arena *mem, struct crypto *crypto, uint64_t seed,
                          const char *party, const char *purpose, size_t n)
{
    struct seeded_rng rng;
    uint8_t *octets = arena_take(mem, n);
    seeded_rng_init(&rng, crypto, seed, party);
    rng_fill(&rng.rng, purpose, octets, n);
    return bytes_of(octets, n);
}

/* RFC 5929 4.1: the hash of the certificate. A lesson's certificate is nothing but its hash. */
const struct tls *web_tls(struct arena *mem, struct crypto *crypto, uint64_t seed,
                          const char *party)
{
    static const char prefix[] = "tls-server-end-point:";
    struct bytes hash = drawn(mem, crypto, seed, party, "certificate", 32);
    uint8_t *end_point = arena_take(mem, sizeof prefix - 1 + hash.n);
    struct tls *tls = arena_new_of(mem, struct tls);
    memcpy(end_point, prefix, sizeof prefix - 1);
    memcpy(end_point + sizeof prefix - 1, hash.p, hash.n);
    tls->end_point = bytes_of(end_point, sizeof prefix - 1 + hash.n);
    return tls;
}

const struct tls *web_tls_with(struct arena *mem, struct crypto *crypto, const struct tls *tls,
                               const char *subject, const char *fingerprint)
{
    struct tls *own = arena_new_of(mem, struct tls);
    if (!subject)
        return tls;
    *own = *tls;
    own->client_certificate = drawn(mem, crypto, 0, subject, "certificate", 32);
    own->client_subject = subject;
    own->client_fingerprint = fingerprint ? fingerprint : hex_text(mem, own->client_certificate);
    return own;
}

static struct bytes bytes_or_none(const char *text)
{
    return text ? bytes_str(text) : (struct bytes){0};
}

/* Nothing said: the logon's own, for whoever asks. */
static const struct browser_credential *credentials_of(const struct scenario *s,
                                                       const struct scenario_party *p, size_t *n,
                                                       struct arena *mem)
{
    const struct scenario_browser *b = &p->browser;
    const struct scenario_realm *realm = scenario_realm(s, p->realm);
    static const struct scenario_credential usual[] = {{.target = TO_SERVER, .implicit = true},
                                                       {.target = TO_PROXY, .implicit = true}};
    const struct scenario_credential *from = b->n_credentials ? b->credentials : usual;
    *n = b->n_credentials ? b->n_credentials : p->account ? 2 : 0;
    struct browser_credential *all = arena_array(mem, struct browser_credential, *n);
    for (size_t i = 0; i < *n; i++) {
        const struct scenario_credential *c = &from[i];
        const char *own = p->account ? p->account : "", *user = c->user ? c->user : own;
        all[i] = (struct browser_credential){
            .target = (enum browser_target)c->target,
            .schemes = c->schemes ? c->schemes : BROWSE_ALL,
            .implicit = c->implicit,
            .user = bytes_of(user, c->user ? strlen(user) : strcspn(user, "@")),
            .domain = c->domain     ? bytes_str(c->domain)
                      : c->implicit ? bytes_str(web_domain(mem, realm))
                                    : (struct bytes){0},
            .password = bytes_or_none(c->password),
            .token = c->token ? c->token : own,
        };
    }
    return all;
}

struct browser_config *web_browser(const struct scenario *s, const struct scenario_party *p,
                                   const struct realm *realm, const struct account *account,
                                   const struct party *proxy, struct arena *mem)
{
    const struct scenario_browser *b = &p->browser;
    struct browser_config *config = arena_new_of(mem, struct browser_config);
    bool known = account && account->has_nt_hash && realm && realm_policy(realm)->has_sid;
    *config = (struct browser_config){
        .schemes = b->schemes,
        .in_order = b->in_order,
        .not_intranet = !b->intranet,
        .no_kerberos = !b->kerberos,
        .no_ntlm = !b->ntlm,
        .raw_ntlm = b->raw_ntlm,
        .raw_krb5 = b->raw_kerberos,
        .basic_needs_tls = b->basic_needs_tls,
        .preemptive = b->preemptive,
        .lm_level = b->lm_level,
        .no_bindings = b->no_bindings,
        .no_mic = b->no_mic,
        .no_target_name = b->no_target_name,
        .workstation = bytes_or_none(b->workstation ? b->workstation : web_computer(mem, p->name)),
        .port = (enum spn_port)b->spn_port,
        .windows2000 = b->windows2000,
        .same_host_is_local = b->loopback,
        .proxy = proxy,
        .proxy_host = b->proxy,
        .has_hash = known,
    };
    config->credentials = credentials_of(s, p, &config->n_credentials, mem);
    if (known)
        memcpy(config->nt_hash, account->nt_hash, sizeof config->nt_hash);
    return config;
}
