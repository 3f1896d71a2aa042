/* MIT's GSS-API as the initiator of Negotiate (RFC 4559), with the bare Kerberos mechanism: makes
 * the first token, sends it in an HTTP request, and lets MIT judge the token that comes back.
 *
 *   gss HOST:PORT SPN [again|oneway|delegate]
 *
 * again: the same request a second time, judged by what that one brings. oneway: no mutual
 * authentication. delegate: with the TGT of the cache, forwarded (MIT does so for HTTP@www, a
 * host's service, only). Prints the HTTP status, then
 * "complete" or MIT's words, and the code of a KRB-ERROR token. */
#include <gssapi/gssapi_krb5.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "gss: %s\n", what);
    exit(2);
}

static void say(OM_uint32 code, int type)
{
    OM_uint32 minor, more = 0;
    gss_buffer_desc text;
    do {
        if (gss_display_status(&minor, code, type, (gss_OID)gss_mech_krb5, &more, &text))
            return;
        printf("%.*s\n", (int)text.length, (char *)text.value);
        gss_release_buffer(&minor, &text);
    } while (more);
}

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void to_base64(const gss_buffer_desc *in, char *out)
{
    const uint8_t *p = in->value;
    for (size_t i = 0; i < in->length; i += 3) {
        size_t left = in->length - i;
        uint32_t v =
            (uint32_t)p[i] << 16 | (left > 1 ? p[i + 1] : 0) << 8 | (left > 2 ? p[i + 2] : 0);
        *out++ = digits[v >> 18];
        *out++ = digits[v >> 12 & 63];
        *out++ = left > 1 ? digits[v >> 6 & 63] : '=';
        *out++ = left > 2 ? digits[v & 63] : '=';
    }
    *out = '\0';
}

static size_t from_base64(const char *in, uint8_t *out)
{
    size_t n = 0;
    uint32_t v = 0;
    for (int bits = 0; *in && strchr(digits, *in); in++) {
        v = v << 6 | (uint32_t)(strchr(digits, *in) - digits);
        if ((bits += 6) >= 8)
            out[n++] = (uint8_t)(v >> (bits -= 8));
    }
    return n;
}

static void ask(const char *where, const gss_buffer_desc *token, char *answer, size_t room)
{
    static char request[65536], base64[32768];
    char host[128];
    snprintf(host, sizeof host, "%s", where);
    char *port = strrchr(host, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *at;
    *port++ = '\0';
    if (getaddrinfo(host, port, &hints, &at))
        die("no such address");
    int fd = socket(at->ai_family, SOCK_STREAM, 0);
    if (connect(fd, at->ai_addr, at->ai_addrlen))
        die("cannot connect");
    freeaddrinfo(at);
    to_base64(token, base64);
    int n = snprintf(request, sizeof request,
                     "GET / HTTP/1.1\r\nHost: www.example.test\r\nConnection: close\r\n"
                     "Authorization: Negotiate %s\r\n\r\n",
                     base64);
    if (send(fd, request, (size_t)n, 0) != n)
        die("cannot send");
    size_t have = 0;
    ssize_t got;
    shutdown(fd, SHUT_WR);
    while (have < room - 1 && (got = recv(fd, answer + have, room - 1 - have, 0)) > 0)
        have += (size_t)got;
    answer[have] = '\0';
    close(fd);
}

/* A KRB-ERROR in the mechanism's frame (RFC 4121 4.1): the code it says. */
static void say_error(const uint8_t *p, size_t n)
{
    static const uint8_t code[] = {0xa6, 3, 2, 1};
    for (size_t i = 0; i + 5 <= n; i++)
        if (memcmp(p + i, code, 4) == 0) {
            printf("KRB-ERROR %d\n", p[i + 4]);
            return;
        }
}

static void judge(const char *answer, gss_ctx_id_t *context, gss_name_t name)
{
    static uint8_t octets[32768];
    OM_uint32 minor;
    const char *at = strstr(answer, "WWW-Authenticate: Negotiate ");
    printf("%.*s\n", (int)strcspn(answer, "\r\n"), answer);
    if (!at) {
        puts("no token came back");
        return;
    }
    gss_buffer_desc out = {0}, in = {.value = octets};
    in.length = from_base64(at + strlen("WWW-Authenticate: Negotiate "), octets);
    OM_uint32 major =
        gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, context, name, (gss_OID)gss_mech_krb5,
                             GSS_C_MUTUAL_FLAG, 0, NULL, &in, NULL, &out, NULL, NULL);
    if (major == GSS_S_COMPLETE) {
        puts("complete");
        return;
    }
    say_error(octets, in.length);
    say(major, GSS_C_GSS_CODE);
    say(minor, GSS_C_MECH_CODE);
}

int main(int argc, char **argv)
{
    static char answer[65536];
    if (argc < 3)
        die("gss HOST:PORT SPN [again|oneway|delegate]");
    bool again = argc > 3 && strcmp(argv[3], "again") == 0;
    bool oneway = argc > 3 && strcmp(argv[3], "oneway") == 0;
    bool delegate = argc > 3 && strcmp(argv[3], "delegate") == 0;
    OM_uint32 minor, major, given = 0;
    OM_uint32 asked =
        GSS_C_INTEG_FLAG | (oneway ? 0 : GSS_C_MUTUAL_FLAG) | (delegate ? GSS_C_DELEG_FLAG : 0);
    gss_name_t name;
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_buffer_desc spn = {strlen(argv[2]), argv[2]}, token = {0};
    if (gss_import_name(&minor, &spn,
                        strchr(argv[2], '/') ? (gss_OID)GSS_KRB5_NT_PRINCIPAL_NAME
                                             : GSS_C_NT_HOSTBASED_SERVICE,
                        &name))
        die("not a name");
    major =
        gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &context, name, (gss_OID)gss_mech_krb5,
                             asked, 0, NULL, GSS_C_NO_BUFFER, NULL, &token, &given, NULL);
    if (GSS_ERROR(major)) {
        say(major, GSS_C_GSS_CODE);
        say(minor, GSS_C_MECH_CODE);
        return 1;
    }
    ask(argv[1], &token, answer, sizeof answer);
    if (again)
        ask(argv[1], &token, answer, sizeof answer);
    judge(answer, &context, name);
    char *body = strstr(answer, "\r\n\r\n");
    if (body)
        printf("%s", body + 4);
    return 0;
}
