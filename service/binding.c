/* Extended protection: is the client at the other end of this very TLS channel? Kerberos says so in
 * checksum 0x8003 (RFC 4121 4.1.1.2), NTLM in an AV pair (MS-NLMP 2.2.2.1), both as the same hash.
 */
#include "service/inside.h"

#include "base/text.h"
#include "base/tls.h"

#include <string.h>

static bool is_none(struct bytes bound)
{
    static const uint8_t zeros[16];
    return bound.n != sizeof zeros || bytes_equal(bound, bytes_of(zeros, sizeof zeros));
}

static bool has_channel(const struct visit *v)
{
    return v->packet->tls && v->packet->tls->end_point.n;
}

static bool of_channel(struct visit *v, uint8_t out[16])
{
    return has_channel(v) && channel_bindings_hash(v->turn->crypto, v->packet->tls->end_point, out);
}

void service_tell_binding(struct visit *v, struct bytes bound, const char *outcome)
{
    static const char *const settings[] = {"off", "allow", "require"};
    const char *party = v->service->config.party;
    uint8_t own[16];
    bool tls = of_channel(v, own);
    struct arena *mem = v->turn->mem;
    const struct decision_input inputs[] = {
        {"setting", party, settings[v->app->protection]},
        {"channel", "request", tls ? hex_text(mem, bytes_of(own, sizeof own)) : "no TLS"},
        {"client", "request", is_none(bound) ? "none" : hex_text(mem, bound)},
    };
    tell_decision(v->turn, .id = "service.binding",
                  .rule = "Off: not looked at. Allow: what the client says must be this channel's; "
                          "it may say nothing. Require: inside TLS it has to say it.",
                  .outcome = outcome, .spec = "RFC 5929 4", .inputs = inputs, .n = 3);
}

enum next service_ap_binding(struct visit *v)
{
    struct bytes bound = bytes_of(v->fields.bindings, sizeof v->fields.bindings);
    uint8_t own[16];
    if (!v->app || v->app->protection == PROTECTION_OFF) {
        if (v->app && !is_none(bound))
            tell(v->turn, STEP_NOTED, "service.ap.bindings", A_BYTES("bindings", bound));
        return NEXT;
    }
    bool tls = of_channel(v, own), none = is_none(bound);
    bool good = none ? v->app->protection == PROTECTION_ALLOW || !tls
                     : tls && bytes_equal_secret(bound, bytes_of(own, sizeof own));
    if (told(v->turn))
        service_tell_binding(v, bound, good ? "accepted" : "refused");
    if (!good)
        return service_refuse(v, FIND_BINDING, 401, KRB_AP_ERR_BAD_INTEGRITY,
                              none ? "nothing" : "another channel");
    tell(v->turn, STEP_DONE, "service.ap.binding",
         A_STR("says", none ? "nothing" : "this channel"));
    return NEXT;
}
