/* forward TARGET-CACHE [SERVICE]: a TGT of the default cache, forwarded as to SERVICE's host by
 * MIT's krb5_fwd_tgt_creds, read again with krb5_rd_cred and put into TARGET-CACHE. With "-F"
 * before it the forwarded ticket is not to be forwardable. */
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static krb5_context context;

static void must(krb5_error_code code, const char *what)
{
    if (!code)
        return;
    const char *why = krb5_get_error_message(context, code);
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

/* Without a session key in it, the context seals nothing: the KRB-CRED stays on this machine. */
static krb5_auth_context plain_context(void)
{
    krb5_auth_context auth;
    must(krb5_auth_con_init(context, &auth), "auth_con_init");
    must(krb5_auth_con_setflags(context, auth, 0), "auth_con_setflags");
    return auth;
}

int main(int argc, char **argv)
{
    int forwardable = argc < 2 || strcmp(argv[1], "-F") != 0;
    if (!forwardable) {
        argv++;
        argc--;
    }
    if (argc < 2)
        return 2;
    must(krb5_init_context(&context), "init_context");
    krb5_ccache from, to;
    krb5_principal client, server;
    krb5_data cred = {0};
    krb5_creds **creds;
    must(krb5_cc_default(context, &from), "cc_default");
    must(krb5_cc_get_principal(context, from, &client), "cc_get_principal");
    must(krb5_parse_name(context, argc > 2 ? argv[2] : "host/server.example.test", &server),
         "parse_name");
    must(krb5_fwd_tgt_creds(context, plain_context(), NULL, client, server, from, forwardable,
                            &cred),
         "fwd_tgt_creds");
    must(krb5_rd_cred(context, plain_context(), &cred, &creds, NULL), "rd_cred");
    must(krb5_cc_resolve(context, argv[1], &to), "cc_resolve");
    must(krb5_cc_initialize(context, to, client), "cc_initialize");
    must(krb5_cc_store_cred(context, to, creds[0]), "cc_store_cred");
    printf("%u octets of KRB-CRED\n", cred.length);
    return 0;
}
