/* KRB-ERROR (RFC 4120 5.9.1). */
#include "context/ap.h"

struct bytes krb_error_build(struct turn *turn, const struct krb_error_args *args)
{
    struct KRB_ERROR e = {
        .pvno = 5,
        .msg_type = 30,
        .stime = turn->now - turn->now % SECOND,
        .susec = turn->now % SECOND,
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
        e.ctime = args->ctime - args->ctime % SECOND;
        e.cusec = args->ctime % SECOND;
    }
    if (args->sname)
        e.sname = *args->sname;
    if (args->cname)
        e.cname = *args->cname;
    return asn_encode(&ASN_KRB_ERROR, &e, turn->mem);
}
