#include "crypto/tls.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tls_identity {
    EVP_PKEY *key;
    X509 *certificate;
};

struct tls_door {
    SSL_CTX *context;
};

/* ---- keys ----------------------------------------------------------------------------------- */
/* The public key of a private one on P-256, uncompressed. */
static bool public_of(const BIGNUM *secret, uint8_t out[65])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = group ? EC_POINT_new(group) : NULL;
    bool ok = point && EC_POINT_mul(group, point, secret, NULL, NULL, NULL) &&
              EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out, 65, NULL) == 65;
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return ok;
}

/* The secret without its highest bit is below the group's order. */
static EVP_PKEY *key_of(const uint8_t secret[TLS_SECRET])
{
    uint8_t low[TLS_SECRET], point[65];
    memcpy(low, secret, sizeof low);
    low[0] &= 0x7f;
    BIGNUM *number = BN_bin2bn(low, sizeof low, NULL);
    OPENSSL_cleanse(low, sizeof low);
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;
    if (number && build && context && public_of(number, point) &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number) &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point))
        params = OSSL_PARAM_BLD_to_param(build);
    if (params && EVP_PKEY_fromdata_init(context) > 0)
        EVP_PKEY_fromdata(context, &key, EVP_PKEY_KEYPAIR, params);
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    EVP_PKEY_CTX_free(context);
    BN_clear_free(number);
    return key;
}

/* ---- certificates --------------------------------------------------------------------------- */
static bool extend(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool ok = e && X509_add_ext(certificate, e, -1);
    X509_EXTENSION_free(e);
    return ok;
}

/* "DNS:www.example.test, IP:127.0.0.1" (RFC 5280 4.2.1.6). */
static bool add_hosts(X509 *certificate, X509 *issuer, const char *const *hosts)
{
    char text[2048] = "";
    size_t n = 0;
    for (; *hosts && n < sizeof text; hosts++) {
        ASN1_OCTET_STRING *ip = a2i_IPADDRESS(*hosts);
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s:%s", n ? "," : "", ip ? "IP" : "DNS",
                              *hosts);
        ASN1_OCTET_STRING_free(ip);
    }
    return n < sizeof text && extend(certificate, issuer, NID_subject_alt_name, text);
}

static bool set_names(X509 *certificate, const char *name, X509 *issuer)
{
    X509_NAME *subject = X509_get_subject_name(certificate);
    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const uint8_t *)name, -1, -1,
                                      0) &&
           X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
}

/* Good from 2020 to 2049: the clocks of lessons stand anywhere between. */
static bool set_frame(X509 *certificate, EVP_PKEY *key, const uint8_t secret[TLS_SECRET])
{
    BIGNUM *serial = BN_new();
    uint8_t digest[32];
    bool ok = serial && SHA256(secret, TLS_SECRET, digest) && (digest[0] &= 0x7f, true) &&
              BN_bin2bn(digest, 16, serial) &&
              BN_to_ASN1_INTEGER(serial, X509_get_serialNumber(certificate)) &&
              X509_set_version(certificate, X509_VERSION_3) && X509_set_pubkey(certificate, key) &&
              ASN1_TIME_set_string(X509_getm_notBefore(certificate), "200101000000Z") &&
              ASN1_TIME_set_string(X509_getm_notAfter(certificate), "491231235959Z");
    BN_free(serial);
    return ok;
}

static struct tls_identity *identity_new(const struct tls_identity *authority, const char *name,
                                         const char *const *hosts, const uint8_t secret[TLS_SECRET])
{
    struct tls_identity *id = calloc(1, sizeof *id);
    if (!id)
        return NULL;
    id->key = key_of(secret);
    X509 *c = id->certificate = X509_new(), *issuer = authority ? authority->certificate : c;
    EVP_PKEY *signer = authority ? authority->key : id->key;
    bool ok = id->key && c && set_frame(c, id->key, secret) && set_names(c, name, issuer) &&
              extend(c, issuer, NID_basic_constraints,
                     authority ? "critical,CA:FALSE" : "critical,CA:TRUE") &&
              extend(c, issuer, NID_subject_key_identifier, "hash") &&
              extend(c, issuer, NID_key_usage,
                     authority ? "critical,digitalSignature" : "critical,keyCertSign,cRLSign");
    if (ok && authority)
        ok = extend(c, issuer, NID_authority_key_identifier, "keyid") &&
             extend(c, issuer, NID_ext_key_usage, hosts ? "serverAuth" : "clientAuth");
    if (ok && hosts)
        ok = add_hosts(c, issuer, hosts);
    if (ok && X509_sign(c, signer, EVP_sha256()) > 0)
        return id;
    tls_identity_free(id);
    return NULL;
}

struct tls_identity *tls_authority(const char *name, const uint8_t secret[TLS_SECRET])
{
    return identity_new(NULL, name, NULL, secret);
}

struct tls_identity *tls_identity(const struct tls_identity *authority, const char *name,
                                  const char *const *hosts, const uint8_t secret[TLS_SECRET])
{
    return identity_new(authority, name, hosts, secret);
}

void tls_identity_free(struct tls_identity *id)
{
    if (!id)
        return;
    EVP_PKEY_free(id->key);
    X509_free(id->certificate);
    free(id);
}

struct bytes tls_pem(const struct tls_identity *id, bool with_key, struct arena *mem)
{
    BIO *out = BIO_new(BIO_s_secmem());
    struct bytes pem = {0};
    char *text;
    if (out && PEM_write_bio_X509(out, id->certificate) &&
        (!with_key || PEM_write_bio_PrivateKey(out, id->key, NULL, NULL, 0, NULL, NULL))) {
        long n = BIO_get_mem_data(out, &text);
        pem = arena_copy(mem, bytes_of(text, (size_t)n));
    }
    BIO_free(out);
    return pem;
}

struct bytes tls_end_point(const struct tls_identity *id, struct arena *mem)
{
    static const char prefix[] = "tls-server-end-point:";
    unsigned n = 0;
    uint8_t *text = arena_take(mem, sizeof prefix - 1 + EVP_MAX_MD_SIZE);
    memcpy(text, prefix, sizeof prefix - 1);
    if (!X509_digest(id->certificate, EVP_sha256(), text + sizeof prefix - 1, &n))
        return (struct bytes){0};
    return bytes_of(text, sizeof prefix - 1 + n);
}

/* ---- connections ---------------------------------------------------------------------------- */
/* Whoever shows a certificate may go on: what it is worth, tls_peer says. */
static int take_any(int ok, X509_STORE_CTX *store)
{
    (void)ok, (void)store;
    return 1;
}

struct tls_door *tls_door(const struct tls_identity *server, const struct tls_identity *authority)
{
    static const uint8_t session[] = "tessera";
    struct tls_door *d = calloc(1, sizeof *d);
    SSL_CTX *c = d ? d->context = SSL_CTX_new(TLS_server_method()) : NULL;
    bool ok = c && SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) &&
              SSL_CTX_use_certificate(c, server->certificate) == 1 &&
              SSL_CTX_use_PrivateKey(c, server->key) == 1 &&
              X509_STORE_add_cert(SSL_CTX_get_cert_store(c), authority->certificate) &&
              SSL_CTX_add_client_CA(c, authority->certificate) &&
              SSL_CTX_set_session_id_context(c, session, sizeof session - 1);
    if (!ok) {
        tls_door_free(d);
        return NULL;
    }
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, take_any);
    SSL_CTX_set_options(c, SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    return d;
}

void tls_door_free(struct tls_door *d)
{
    if (d)
        SSL_CTX_free(d->context);
    free(d);
}

struct ssl_st *tls_accept(struct tls_door *d)
{
    return SSL_new(d->context);
}

static char *fingerprint_of(X509 *certificate, struct arena *mem)
{
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    char *text = arena_take(mem, 2 * EVP_MAX_MD_SIZE + 1);
    X509_digest(certificate, EVP_sha256(), digest, &n);
    for (unsigned i = 0; i < n; i++) {
        text[2 * i] = digits[digest[i] >> 4];
        text[2 * i + 1] = digits[digest[i] & 15];
    }
    text[2 * n] = '\0';
    return text;
}

static char *subject_of(X509 *certificate, struct arena *mem)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *text, *subject = NULL;
    if (out && X509_NAME_print_ex(out, X509_get_subject_name(certificate), 0,
                                  XN_FLAG_RFC2253 & ~XN_FLAG_DN_REV) >= 0) {
        long n = BIO_get_mem_data(out, &text);
        subject = arena_str(mem, bytes_of(text, (size_t)n));
    }
    BIO_free(out);
    return subject;
}

void tls_peer(struct ssl_st *ssl, struct arena *mem, struct tls *out)
{
    X509 *certificate = SSL_get1_peer_certificate(ssl);
    int n = certificate ? i2d_X509(certificate, NULL) : 0;
    uint8_t *der, *at;
    if (n > 0) {
        der = at = arena_take(mem, (size_t)n);
        i2d_X509(certificate, &at);
        out->client_certificate = bytes_of(der, (size_t)n);
        out->client_fingerprint = fingerprint_of(certificate, mem);
        if (SSL_get_verify_result(ssl) == X509_V_OK)
            out->client_subject = subject_of(certificate, mem);
    }
    X509_free(certificate);
}
