/* Prints the id of every fault row there is, a line each; fails when two rows share an id or a row
 * lacks its sentence or section. */
#include "client/client.h"
#include "context/mech_krb5.h"
#include "context/message.h"
#include "context/netlogon.h"
#include "context/ntlm.h"
#include "context/protected.h"
#include "context/spnego.h"
#include "kdc/kdc.h"
#include "realm/store_record.h"
#include "service/proxy.h"
#include "service/service.h"
#include "wire/ccache.h"
#include "wire/codec.h"
#include "wire/descriptor.h"
#include "service/web.h"
#include "wire/dns.h"
#include "wire/gss.h"
#include "wire/http.h"
#include "wire/http_auth.h"
#include "wire/keytab.h"
#include "wire/kpasswd.h"
#include "wire/negotiate.h"
#include "wire/ndr.h"
#include "wire/pac.h"
#include "wire/ntlm.h"
#include "wire/netlogon.h"
#include "wire/rpc.h"

#include <stdio.h>
#include <string.h>

static const struct fault_row *(*const tables[])(size_t *) = {
    asn_fault_table,           keytab_fault_table,     ccache_fault_table,    gss_fault_table,
    message_fault_table,       protected_fault_table,  kpasswd_fault_table,   http_fault_table,
    kdc_fault_table,           client_fault_table,     service_fault_table,   record_fault_table,
    dns_fault_table,           ndr_fault_table,        http_auth_fault_table, ntlm_wire_fault_table,
    ntlm_context_fault_table,  descriptor_fault_table, web_fault_table,       neg_token_fault_table,
    spnego_fault_table,        mech_krb5_fault_table,  proxy_fault_table,     rpc_fault_table,
    netlogon_wire_fault_table, netlogon_fault_table,   pac_fault_table};

int main(void)
{
    static const struct fault_row *all[1024];
    size_t n = 0;
    int bad = 0;
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        size_t rows;
        const struct fault_row *row = tables[t](&rows);
        for (size_t i = 0; i < rows && n < 1024; i++, n++) {
            all[n] = &row[i];
            if (!row[i].id || !row[i].why || !row[i].spec || !*row[i].why || !*row[i].spec)
                bad = fprintf(stderr, "a row without sentence or section: %s\n", row[i].id);
            for (size_t j = 0; j < n; j++)
                if (strcmp(all[j]->id, row[i].id) == 0)
                    bad = fprintf(stderr, "two rows are called %s\n", row[i].id);
            puts(row[i].id);
        }
    }
    return bad != 0;
}
