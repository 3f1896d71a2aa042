/* Refusals: KRB-ERROR, and what a reader's fault is called in it. */
#include "kdc/fast.h"

#include <string.h>

const struct fault_row kdc_faults[KDC_FAULTS] = {
    [NOT_A_REQUEST] = {"kdc.not-a-request",
                       "this is neither an AS-REQ nor a TGS-REQ, so there is nobody to answer",
                       "RFC 4120 3.1.3", "[APPLICATION 10] or [APPLICATION 12]"},
    [NOT_WHOLE] = {"kdc.not-whole", "the message does not end where its first length says",
                   "RFC 4120 7.2", NULL},
    [NOT_A_CHANGE] = {"kdc.not-a-change",
                      "this is no request to change a password, so there is nobody to answer",
                      "RFC 3244 2", "an AP-REQ behind its length"},
};

const struct fault_row *kdc_fault_table(size_t *n)
{
    *n = KDC_FAULTS;
    return kdc_faults;
}

static struct PrincipalName tgs_name(const struct exchange *x, struct bytes parts[2])
{
    struct PrincipalName name = {.name_type = NT_SRV_INST};
    parts[0] = BYTES_LIT("krbtgt");
    parts[1] = realm_name(x->realm);
    name.name_string.at = parts;
    name.name_string.n = 2;
    return name;
}

struct bytes error_reply(struct exchange *x, int32_t code)
{
    struct bytes parts[2];
    struct PrincipalName tgs = tgs_name(x, parts);
    const struct PrincipalName *cname = x->cname;
    struct bytes crealm = x->crealm;
    if (!cname && x->body && x->body->has_cname) {
        cname = &x->body->cname; /* as claimed */
        crealm = x->body->realm;
    }
    struct krb_error_args args = {
        .code = code,
        .realm = realm_name(x->realm),
        .sname = x->body && x->body->has_sname ? &x->body->sname : &tgs,
        .cname = cname,
        .crealm = crealm,
        .ctime = x->ctime,
        .e_text = x->e_text ? bytes_str(x->e_text) : (struct bytes){0},
        .e_data = x->e_data,
    };
    fast_error(x, &args);
    return krb_error_build(x->turn, &args);
}

int32_t decode_error(const struct faults *faults, int32_t pvno)
{
    const char *id = faults->n ? faults->list[0].row->id : "";
    if (strcmp(id, "krb.pvno") == 0)
        return pvno;
    if (strcmp(id, "krb.msg-type") == 0)
        return KRB_AP_ERR_MSG_TYPE;
    return KRB_ERR_GENERIC;
}

void pass_faults(struct turn *turn, const struct faults *from)
{
    for (size_t i = 0; turn->faults && i < from->n; i++)
        fault_raise(turn->faults, from->list[i]);
}
