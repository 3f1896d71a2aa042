/* PA-ENCRYPTED-CHALLENGE (RFC 6113 5.4.6): the own time under a key made of the armor key and the
 * long-term key. */
#include "client/fast.h"

static bool answer(struct client *c, struct turn *t, struct PA_DATA *out)
{
    struct key key;
    *out = (struct PA_DATA){.padata_type = PA_ENCRYPTED_CHALLENGE};
    if (!fast_client_challenge_key(t->crypto, &c->task.fast.key, &c->task.long_term, &key) ||
        !fast_challenge_value(t, &key, USAGE_ENC_CHALLENGE_CLIENT, &out->padata_value))
        return false;
    c->task.fast.challenged = true;
    tell(t, STEP_DONE, "client.fast.challenge", A_TIME("time", t->now), A_ETYPE("etype", key.etype),
         A_USAGE("usage", USAGE_ENC_CHALLENGE_CLIENT));
    tell_key(t, .holder = c->config.party,
             .name = client_key_name(t->mem, "client challenge", &c->task.cname, &c->task.sname,
                                     c->task.srealm),
             .etype = key.etype, .value = key_bytes(&key), .cause = "client.fast.challenge");
    wipe(&key, sizeof key);
    return true;
}

const struct preauth_row client_preauth_challenge = {PA_ENCRYPTED_CHALLENGE, true, answer};
