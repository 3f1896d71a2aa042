/* KRB-ERROR (RFC 4120 5.9.1). */
#include "context/ap.h"
#include "context/split.h"

struct bytes krb_error_build(struct turn *turn, const struct krb_error_args *args)
{
    struct KRB_ERROR e = {
        .pvno = 5,
        .msg_type = 30,
        .stime = seconds_of(turn->now),
        .susec = micros_of(turn->now),
        .error_code = args->code,
        .realm = args->realm,
        .has_crealm = args->cname != NULL && args->crealm.n != 0,
        .crealm = args->crealm,
        .has_cname = args->cname != NULL,
        .has_e_text = args->e_text.n != 0,
        .e_text = args->e_text,
        .has_e_data = args->e_data.n != 0,
        .e_data = args->e_data,
    };
    if (args->ctime) {
        e.has_ctime = e.has_cusec = true;
        e.ctime = seconds_of(args->ctime);
        e.cusec = micros_of(args->ctime);
    }
    if (args->sname)
        e.sname = *args->sname;
    if (args->cname)
        e.cname = *args->cname;
    return asn_encode(&ASN_KRB_ERROR, &e, turn->mem);
}
