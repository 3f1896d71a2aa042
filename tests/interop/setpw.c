/* setpw WHO PASSWORD WHOSE NEW    sets a password by MIT's krb5_set_password (RFC 3244): WHO logs
 * on for kadmin/changepw. Prints the result's number and words. */
#include <krb5/krb5.h>
#include <stdio.h>
#include <string.h>

static int trouble(krb5_context c, krb5_error_code e, const char *what)
{
    const char *why = krb5_get_error_message(c, e);
    fprintf(stderr, "%s: %s\n", what, why);
    krb5_free_error_message(c, why);
    return 2;
}

static int set(krb5_context c, char **argv)
{
    krb5_principal who, whose;
    krb5_creds creds;
    krb5_data code_text = {0}, text = {0};
    int code = 0;
    krb5_error_code e = krb5_parse_name(c, argv[1], &who);
    if (!e)
        e = krb5_parse_name(c, argv[3], &whose);
    if (e)
        return trouble(c, e, "the names");
    e = krb5_get_init_creds_password(c, &creds, who, argv[2], NULL, NULL, 0, "kadmin/changepw",
                                     NULL);
    if (e)
        return trouble(c, e, "the logon");
    e = krb5_set_password(c, &creds, argv[4], whose, &code, &code_text, &text);
    if (e)
        return trouble(c, e, "the change");
    printf("%d %.*s: %.*s\n", code, (int)code_text.length, code_text.data ? code_text.data : "",
           (int)text.length, text.data ? text.data : "");
    return code ? 1 : 0;
}

int main(int argc, char **argv)
{
    krb5_context c;
    if (argc != 5 || krb5_init_context(&c)) {
        fprintf(stderr, "setpw WHO PASSWORD WHOSE NEW\n");
        return 2;
    }
    int status = set(c, argv);
    krb5_free_context(c);
    return status;
}
