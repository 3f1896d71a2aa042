/* From the value of the Authorization field to the Kerberos mechanism's message (RFC 4559 4.2,
 * RFC 2743 3.1, RFC 4121 4.1). */
#include "service/inside.h"

#include "base/text.h"

enum next service_negotiate_base64(struct visit *v)
{
    const struct http_field *field = http_field(&v->http, "Authorization");
    size_t at;
    if (!http_negotiate(field->value, v->turn->mem, v->turn->faults, &v->octets, &at) ||
        !v->octets.n)
        return service_refuse(v, FIND_BASE64, 401, 0,
                              v->octets.n ? "base64 with a fault" : "no token");
    tell(v->turn, STEP_DONE, "service.negotiate.base64", A_INT("octets", (int64_t)v->octets.n));
    return NEXT;
}

/* What does not wear the frame of a mechanism's first token, and yet is well known. */
static const char *unframed(struct bytes octets)
{
    if (bytes_starts(octets, BYTES_LIT("NTLMSSP\0")))
        return "NTLM, bare";
    if (octets.p[0] == 0xa1)
        return "SPNEGO, a later token";
    return NULL;
}

static const struct bytes spnego = BYTES_LIT("\x2b\x06\x01\x05\x05\x02");

enum next service_negotiate_mechanism(struct visit *v)
{
    const char *known = unframed(v->octets);
    if (known)
        return service_refuse(v, FIND_MECHANISM, 401, 0, known);
    if (!gss_token_read(v->octets, v->turn->faults, &v->token))
        return service_refuse(v, FIND_MECHANISM, 401, 0, "no token of GSS-API");
    if (bytes_equal(v->token.mech, spnego))
        return service_refuse(v, FIND_MECHANISM, 401, 0, "SPNEGO, 1.3.6.1.5.5.2");
    if (!bytes_equal(v->token.mech, GSS_KRB5_OID))
        return service_refuse(
            v, FIND_MECHANISM, 401, 0,
            arena_printf(v->turn->mem, "OID %s", hex_text(v->turn->mem, v->token.mech)));
    if (v->token.tok_id != TOK_AP_REQ)
        return service_refuse(
            v, FIND_TOKEN, 401, 0,
            arena_printf(v->turn->mem, "%02x %02x", v->token.tok_id >> 8, v->token.tok_id & 0xff));
    tell(v->turn, STEP_DONE, "service.negotiate.mechanism",
         A_INT("octets", (int64_t)v->token.inner.n));
    return NEXT;
}
