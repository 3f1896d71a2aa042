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

bool service_binding_holds(struct visit *v, struct bytes bound)
{
    static const char *const settings[] = {"off", "allow", "require"};
    const char *party = v->service->config.party;
    struct arena *mem = v->turn->mem;
    enum extended_protection_setting setting = v->app->protection;
    uint8_t own[16];
    bool tls = of_channel(v, own), none = is_none(bound);
    bool holds = setting == PROTECTION_OFF ||
                 (none ? setting == PROTECTION_ALLOW || !tls
                       : tls && bytes_equal_secret(bound, bytes_of(own, sizeof own)));
    const struct decision_input inputs[] = {
        {"setting", party, settings[setting]},
        {"channel", "request", tls ? hex_text(mem, bytes_of(own, sizeof own)) : "no TLS"},
        {"client", "request", none ? "none" : hex_text(mem, bound)},
    };
    tell_decision(v->turn, .id = "service.binding",
                  .rule = "Off: not looked at. Allow: what the client says must be this channel's; "
                          "it may say nothing. Require: inside TLS it has to say it.",
                  .outcome = holds ? "accepted" : "refused", .spec = "RFC 5929 4", .inputs = inputs,
                  .n = 3);
    return holds;
}

enum next service_ap_binding(struct visit *v)
{
    struct bytes bound = bytes_of(v->fields.bindings, sizeof v->fields.bindings);
    bool none = is_none(bound);
    if (!v->app)
        return NEXT;
    if (!service_binding_holds(v, bound))
        return service_refuse(v, FIND_BINDING, 401, KRB_AP_ERR_BAD_INTEGRITY,
                              none ? "nothing" : "another channel");
    if (v->app->protection != PROTECTION_OFF)
        tell(v->turn, STEP_DONE, "service.ap.binding",
             A_STR("says", none ? "nothing" : "this channel"));
    else if (!none)
        tell(v->turn, STEP_NOTED, "service.ap.bindings", A_BYTES("bindings", bound));
    return NEXT;
}
