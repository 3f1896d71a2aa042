#include "crypto/tls_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tls_client {
    SSL_CTX *context;
    SSL *ssl;
    bool shaken, broken;
    char why[256];
};

static const char *last_error(void)
{
    unsigned long e = ERR_peek_last_error();
    const char *text = e ? ERR_reason_error_string(e) : NULL;
    return text ? text : "TLS failed";
}

/* Names by RFC 6125, addresses as they are; only a name is told to the server (RFC 6066 3). */
static bool set_host(SSL *ssl, const char *host)
{
    X509_VERIFY_PARAM *param = SSL_get0_param(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(param, host))
        return true;
    ERR_clear_error();
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(ssl, host) && SSL_set_tlsext_host_name(ssl, host);
}

static bool set_up(struct tls_client *c, int fd, const struct tls_client_config *config)
{
    c->context = SSL_CTX_new(TLS_client_method());
    if (!c->context || !SSL_CTX_set_min_proto_version(c->context, TLS1_2_VERSION))
        return false;
    if (config->authorities ? !SSL_CTX_load_verify_file(c->context, config->authorities)
                            : !SSL_CTX_set_default_verify_paths(c->context))
        return false;
    SSL_CTX_set_verify(c->context, config->insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_mode(c->context, SSL_MODE_ENABLE_PARTIAL_WRITE);
    /* Servers that close without a goodbye are many; HTTP says itself where its messages end. */
    SSL_CTX_set_options(c->context, SSL_OP_IGNORE_UNEXPECTED_EOF);
    c->ssl = SSL_new(c->context);
    return c->ssl && SSL_set_fd(c->ssl, fd) && set_host(c->ssl, config->host);
}

struct tls_client *tls_client_new(int fd, const struct tls_client_config *config, const char **why)
{
    struct tls_client *c = calloc(1, sizeof *c);
    ERR_clear_error();
    if (c && set_up(c, fd, config))
        return c;
    *why = last_error();
    tls_client_free(c);
    return NULL;
}

void tls_client_free(struct tls_client *c)
{
    if (!c)
        return;
    if (c->shaken && !c->broken)
        SSL_shutdown(c->ssl);
    SSL_free(c->ssl);
    SSL_CTX_free(c->context);
    free(c);
}

static enum tls_state state_of(struct tls_client *c, int result)
{
    if (result > 0)
        return TLS_DONE;
    switch (SSL_get_error(c->ssl, result)) {
    case SSL_ERROR_WANT_READ:
        return TLS_READ;
    case SSL_ERROR_WANT_WRITE:
        return TLS_WRITE;
    case SSL_ERROR_ZERO_RETURN:
        return TLS_END;
    default:
        c->broken = true;
        snprintf(c->why, sizeof c->why, "%s", last_error());
        return TLS_BAD;
    }
}

enum tls_state tls_client_handshake(struct tls_client *c)
{
    ERR_clear_error();
    enum tls_state state = state_of(c, SSL_connect(c->ssl));
    c->shaken = state == TLS_DONE;
    long verified = SSL_get_verify_result(c->ssl);
    if (state == TLS_BAD && verified != X509_V_OK)
        snprintf(c->why, sizeof c->why, "the server's certificate: %s",
                 X509_verify_cert_error_string(verified));
    return state;
}

enum tls_state tls_client_write(struct tls_client *c, struct bytes data, size_t *n)
{
    ERR_clear_error();
    return state_of(c, SSL_write_ex(c->ssl, data.p, data.n, n));
}

enum tls_state tls_client_read(struct tls_client *c, uint8_t *out, size_t room, size_t *n)
{
    ERR_clear_error();
    return state_of(c, SSL_read_ex(c->ssl, out, room, n));
}

const char *tls_client_why(const struct tls_client *c)
{
    return c->why;
}

const char *tls_client_version(const struct tls_client *c)
{
    return SSL_get_version(c->ssl);
}

struct bytes tls_client_end_point(const struct tls_client *c, struct arena *mem)
{
    static const char prefix[] = "tls-server-end-point:";
    const X509 *certificate = SSL_get0_peer_certificate(c->ssl);
    int md = NID_undef;
    unsigned n = 0;
    if (!certificate ||
        !X509_get_signature_info((X509 *)(uintptr_t)certificate, &md, NULL, NULL, NULL))
        return (struct bytes){0};
    if (md == NID_md5 || md == NID_sha1)
        md = NID_sha256;
    const EVP_MD *hash = EVP_get_digestbynid(md);
    uint8_t *text = arena_take(mem, sizeof prefix - 1 + EVP_MAX_MD_SIZE);
    memcpy(text, prefix, sizeof prefix - 1);
    if (!hash || !X509_digest(certificate, hash, text + sizeof prefix - 1, &n))
        return (struct bytes){0};
    return bytes_of(text, sizeof prefix - 1 + n);
}
