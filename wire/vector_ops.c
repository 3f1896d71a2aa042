#include "wire/vector_ops.h"

#include "base/text.h"
#include "wire/codec.h"
#include "wire/gss.h"
#include "wire/http_auth.h"
#include "wire/kerberos.h"
#include "wire/vector_files.h"
#include "wire/vector_ntlm.h"
#include "wire/vector_negotiate.h"
#include "wire/vector_pac.h"

#include <string.h>

struct run {
    const struct vector_case *c;
    struct arena *mem;
    const char *op;
    const char **why;
};

static enum vector_result failed(struct run *r, const char *why)
{
    *r->why = why;
    return VECTOR_FAILED;
}

/* ---- messages -------------------------------------------------------------------------------- */

/* The names of MIT's test suite, where they are not those of the standard. */
static const struct {
    const char *name;
    const struct asn_type *type;
} nicknames[] = {
    {"authorization_data", &ASN_AuthorizationData},
    {"cred", &ASN_KRB_CRED},
    {"enc_cred_part", &ASN_EncKrbCredPart},
    {"enc_data", &ASN_EncryptedData},
    {"enc_kdc_rep_part", &ASN_EncTGSRepPart},
    {"enc_priv_part", &ASN_EncKrbPrivPart},
    {"enc_tkt_part", &ASN_EncTicketPart},
    {"error", &ASN_KRB_ERROR},
    {"etype_info", &ASN_ETYPE_INFO},
    {"etype_info2", &ASN_ETYPE_INFO2},
    {"keyblock", &ASN_EncryptionKey},
    {"ap_rep_enc_part", &ASN_EncAPRepPart},
    {"pa_enc_ts", &ASN_PA_ENC_TS_ENC},
    {"pa_pac_req", &ASN_KERB_PA_PAC_REQUEST},
    {"padata_sequence", &ASN_METHOD_DATA},
    {"priv", &ASN_KRB_PRIV},
    {"safe", &ASN_KRB_SAFE},
};

static char folded(char c)
{
    return c == '_' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && folded(*a) == folded(*b); a++)
        b++;
    return *a == *b;
}

const struct asn_type *vector_asn_type(const char *op)
{
    const char *name = strncmp(op, "asn1-", 5) ? op : op + 5;
    for (size_t i = 0; i < sizeof nicknames / sizeof *nicknames; i++)
        if (same_name(nicknames[i].name, name))
            return nicknames[i].type;
    for (const struct asn_type *const *t = asn_kerberos_types; *t; t++)
        if (same_name((*t)->name, name))
            return *t;
    return NULL;
}

static bool message(struct run *r, struct bytes *der)
{
    return vector_octets(r->c, "der", der) || vector_octets(r->c, "message", der) ||
           vector_octets(r->c, "token", der);
}

/* As deployed: a vector may be odd on purpose. */
static enum vector_result read_and_write(struct run *r, const struct asn_type *t, struct bytes der)
{
    struct faults faults = {.mem = r->mem};
    void *value = arena_take(r->mem, t->size);
    if (!asn_decode(t, der, ASN_DEPLOYED, r->mem, &faults, value))
        return failed(r, fault_text(r->mem, faults.list));
    struct bytes again = asn_encode_anew(t, value, r->mem);
    if (bytes_equal(again, der))
        return VECTOR_PASSED;
    return failed(r, arena_printf(r->mem, "%s: expected %s, got %s", t->name, hex_text(r->mem, der),
                                  hex_text(r->mem, again)));
}

static enum vector_result run_named(struct run *r)
{
    const struct asn_type *t = vector_asn_type(r->op);
    struct bytes der;
    if (!t) {
        *r->why = arena_printf(r->mem, "%s: no production of that name", r->op);
        return VECTOR_SKIPPED;
    }
    return message(r, &der) ? read_and_write(r, t, der) : failed(r, "the case has no field der");
}

/* A message tells by its APPLICATION tag what it is; what has none is tried against every
 * production. */
static enum vector_result run_any(struct run *r)
{
    struct bytes der;
    if (!message(r, &der) || der.n == 0)
        return failed(r, "the case has no field der");
    int app = (der.p[0] & 0xc0) == 0x40 ? der.p[0] & 0x1f : ASN_NONE;
    enum vector_result result = failed(r, "no production has this shape");
    for (const struct asn_type *const *t = asn_kerberos_types; *t; t++) {
        if ((*t)->app != app)
            continue;
        result = read_and_write(r, *t, der);
        if (result == VECTOR_PASSED)
            break;
    }
    if (result == VECTOR_PASSED)
        *r->why = NULL;
    return result;
}

#define SEQUENCE_TAG  0x30
#define KRB_ERROR_TAG 0x7e

/* Windows also sends a KRB-ERROR bare, without its APPLICATION tag: it is put on before reading. */
static struct bytes with_tag(struct run *r, struct bytes der)
{
    if (der.n == 0 || der.p[0] != SEQUENCE_TAG)
        return der;
    uint8_t *p = arena_take(r->mem, der.n + 6);
    size_t header = asn_header_write(KRB_ERROR_TAG, der.n, p);
    memcpy(p + header, der.p, der.n);
    return bytes_of(p, header + der.n);
}

static enum vector_result run_error(struct run *r)
{
    struct KRB_ERROR error;
    struct bytes der;
    if (!message(r, &der))
        return failed(r, "the case has no field der");
    der = with_tag(r, der);
    enum vector_result result = read_and_write(r, &ASN_KRB_ERROR, der);
    if (result != VECTOR_PASSED || !vector_field(r->c, "error_code"))
        return result;
    asn_decode(&ASN_KRB_ERROR, der, ASN_DEPLOYED, r->mem, NULL, &error);
    if (error.error_code == vector_number(r->c, "error_code", -1))
        return VECTOR_PASSED;
    return failed(r, arena_printf(r->mem, "error_code is %lld", (long long)error.error_code));
}

/* A token of the Kerberos mechanism: its id, and the message that goes with the id. */
static enum vector_result run_gss(struct run *r)
{
    static const struct {
        uint16_t id;
        const struct asn_type *type;
    } inner[] = {
        {TOK_AP_REQ, &ASN_AP_REQ}, {TOK_AP_REP, &ASN_AP_REP}, {TOK_KRB_ERROR, &ASN_KRB_ERROR}};
    struct bytes octets, id = {0};
    struct gss_token token;
    struct faults faults = {.mem = r->mem};
    if (!vector_octets(r->c, "token", &octets))
        return failed(r, "the case has no field token");
    if (!gss_token_read(octets, &faults, &token))
        return failed(r, faults.n ? faults.list[0].row->why : "the token cannot be read");
    if (vector_octets(r->c, "tok_id", &id) && (id.n != 2 || be16(id.p) != token.tok_id))
        return failed(r, arena_printf(r->mem, "the token id is %04x", token.tok_id));
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
        if (inner[i].id == token.tok_id)
            return asn_decode(inner[i].type, token.inner, ASN_STRICT, r->mem, &faults,
                              arena_take(r->mem, inner[i].type->size))
                       ? VECTOR_PASSED
                       : failed(r, "the message inside cannot be read");
    return failed(r, arena_printf(r->mem, "a token with the id %04x", token.tok_id));
}

/* The field's value, written; and read again it gives user and password. */
static enum vector_result run_basic(struct run *r)
{
    struct bytes user, password, value, u, p;
    struct auth_value read[AUTH_VALUES_MAX];
    size_t n;
    if (!vector_octets(r->c, "user", &user) || !vector_octets(r->c, "password", &password) ||
        !vector_octets(r->c, "authorization", &value))
        return failed(r, "the case lacks user, password or authorization");
    if (!bytes_equal(basic_write(r->mem, user, password), value))
        return failed(r, "what is written is another value");
    if (!auth_read(value, r->mem, NULL, read, &n) || n != 1 ||
        !basic_read(&read[0], r->mem, NULL, &u, &p))
        return failed(r, "the value cannot be read");
    return bytes_equal(u, user) && bytes_equal(p, password) ? VECTOR_PASSED
                                                            : failed(r, "it reads otherwise");
}

/* ---- files ----------------------------------------------------------------------------------- */

static enum vector_result run_keytab(struct run *r)
{
    return vector_keytab(r->c, r->mem, r->why);
}

static enum vector_result run_ccache(struct run *r)
{
    return vector_ccache(r->c, r->mem, r->why);
}

static enum vector_result run_ntlm(struct run *r)
{
    return vector_ntlm(r->c, r->mem, r->why);
}

static enum vector_result run_file(struct run *r)
{
    return vector_file_op(r->c, r->mem, r->why);
}

static enum vector_result run_spnego(struct run *r)
{
    return vector_spnego(r->c, r->mem, r->why);
}

static enum vector_result run_token(struct run *r)
{
    return vector_token(r->c, r->mem, r->why);
}

/* ---- PACs ------------------------------------------------------------------------------------ */

static enum vector_result run_pac(struct run *r)
{
    return vector_pac(r->c, r->mem, r->why);
}

static enum vector_result run_pac_part(struct run *r)
{
    return vector_pac_part(r->c, r->mem, r->why);
}

static enum vector_result run_pac_must_fail(struct run *r)
{
    return vector_pac_must_fail(r->c, r->mem, r->why);
}

/* ---- the table ------------------------------------------------------------------------------- */

static const struct op {
    const char *name; /* a final '*' stands for any ending */
    enum vector_result (*run)(struct run *);
} ops[] = {
    {"as-req", run_named},
    {"asn1", run_any},
    {"asn1-*", run_named},
    {"basic", run_basic},
    {"ccache", run_ccache},
    {"file", run_file},
    {"gss-krb5", run_gss},
    {"keytab", run_keytab},
    {"krb-error", run_error},
    {"ntlm-authenticate", run_ntlm},
    {"ntlm-challenge", run_ntlm},
    {"ntlm-negotiate", run_ntlm},
    {"spnego", run_spnego},
    {"token", run_token},
    {"pac", run_pac},
    {"pac-must-fail", run_pac_must_fail},
    {"pac-part", run_pac_part},
};

static bool matches(const char *name, const char *op)
{
    size_t n = strlen(name);
    return name[n - 1] == '*' ? strncmp(name, op, n - 1) == 0 : strcmp(name, op) == 0;
}

enum vector_result vector_run_wire(const struct vector_case *c, struct arena *mem, const char **why)
{
    struct run r = {.c = c, .mem = mem, .op = vector_op(c, mem), .why = why};
    *why = NULL;
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (matches(ops[i].name, r.op))
            return ops[i].run(&r);
    *why = arena_printf(mem, "op %s is not implemented", r.op);
    return VECTOR_SKIPPED;
}
