/* What the initiator sends (RFC 4120 3.2.2). */
#include "context/ap.h"
#include "context/split.h"

bool ap_request_build(struct turn *turn, const struct ap_request *want, struct AP_REQ *out)
{
    struct Authenticator a = {
        .authenticator_vno = 5,
        .crealm = want->crealm,
        .cname = *want->cname,
        .ctime = seconds_of(want->ctime),
        .cusec = micros_of(want->ctime),
        .has_seq_number = want->has_seq_number,
        .seq_number = want->seq_number,
    };
    if (want->cksum) {
        a.has_cksum = true;
        a.cksum = *want->cksum;
    }
    if (want->subkey) {
        a.has_subkey = true;
        a.subkey = key_to_wire(want->subkey);
    }
    *out = (struct AP_REQ){
        .pvno = 5, .msg_type = 14, .ap_options = want->ap_options, .ticket = *want->ticket};
    return seal_value(turn, &ASN_Authenticator, &a, want->session, 0, want->usage,
                      &out->authenticator);
}
