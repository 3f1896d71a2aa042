/* PA-ENC-TIMESTAMP (RFC 4120 5.2.7.2): the own time under the long-term key proves that one has the
 * key, and that the proof is fresh. */
#include "client/inside.h"

static bool answer(struct client *c, struct turn *t, struct PA_DATA *out)
{
    struct PA_ENC_TS_ENC stamp = {
        .patimestamp = t->now / SECOND * SECOND,
        .has_pausec = true,
        .pausec = t->now % SECOND,
    };
    struct EncryptedData sealed;
    if (!seal_value(t, &ASN_PA_ENC_TS_ENC, &stamp, &c->task.long_term, 0, USAGE_PA_ENC_TIMESTAMP,
                    &sealed))
        return false;
    *out = (struct PA_DATA){
        .padata_type = PA_ENC_TIMESTAMP,
        .padata_value = asn_encode(&ASN_PA_ENC_TIMESTAMP, &sealed, t->mem),
    };
    tell(t, STEP_DONE, "client.as.timestamp", A_TIME("time", t->now),
         A_ETYPE("etype", c->task.long_term.etype), A_USAGE("usage", USAGE_PA_ENC_TIMESTAMP));
    return true;
}

const struct preauth_row client_preauth_timestamp = {PA_ENC_TIMESTAMP, false, answer};
