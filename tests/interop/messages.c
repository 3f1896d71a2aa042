/* Messages of a context between MIT's GSS-API and ours. MIT establishes it with itself, by the
 * credential cache and the keytab of the environment; then one end gives its keys away and becomes
 * ours.
 *
 *   messages SPN
 *
 * Prints a line for each message that crossed as it should; fails at the first that did not. */
#include "context/message.h"
#include "crypto/rng.h"

#include <gssapi/gssapi_krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT BYTES_LIT("the text of a message")

static struct crypto *crypto;
static struct arena *mem;
static struct seeded_rng rng;

static _Noreturn void die(const char *what)
{
    printf("failed: %s\n", what);
    exit(1);
}

static void establish(const char *spn, gss_ctx_id_t *initiator, gss_ctx_id_t *acceptor)
{
    gss_buffer_desc name_text = {strlen(spn), (void *)(uintptr_t)spn}, there = {0}, back = {0};
    OM_uint32 minor, flags = GSS_C_MUTUAL_FLAG | GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG;
    gss_name_t name;
    *initiator = *acceptor = GSS_C_NO_CONTEXT;
    if (gss_import_name(&minor, &name_text, (gss_OID)GSS_KRB5_NT_PRINCIPAL_NAME, &name))
        die("not a name");
    gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, initiator, name, (gss_OID)gss_mech_krb5,
                         flags, 0, NULL, GSS_C_NO_BUFFER, NULL, &there, NULL, NULL);
    if (gss_accept_sec_context(&minor, acceptor, GSS_C_NO_CREDENTIAL, &there,
                               GSS_C_NO_CHANNEL_BINDINGS, NULL, NULL, &back, NULL, NULL, NULL))
        die("MIT does not accept");
    if (gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, initiator, name, (gss_OID)gss_mech_krb5,
                             flags, 0, NULL, &back, NULL, &there, NULL, NULL))
        die("MIT does not complete");
}

/* One end of MIT's, as ours. */
static struct message_end take_over(gss_ctx_id_t *context, uint64_t *send_seq, uint64_t *recv_seq)
{
    OM_uint32 minor;
    void *out;
    if (gss_krb5_export_lucid_sec_context(&minor, context, 1, &out))
        die("the context is not exported");
    const gss_krb5_lucid_context_v1_t *l = out;
    bool cfx = l->protocol == 1;
    struct message_end e = {.is_acceptor = !l->initiate,
                            .acceptor_subkey = cfx && l->cfx_kd.have_acceptor_subkey};
    const gss_krb5_lucid_key_t *k = !cfx                ? &l->rfc1964_kd.ctx_key
                                    : e.acceptor_subkey ? &l->cfx_kd.acceptor_subkey
                                                        : &l->cfx_kd.ctx_key;
    if (!key_import((int32_t)k->type, bytes_of(k->data, k->length), &e.key))
        die("no key");
    if (e.key.etype == 23)
        puts("with RC4");
    *send_seq = l->send_seq;
    *recv_seq = l->recv_seq;
    return e;
}

static gss_buffer_desc buffer(struct bytes b)
{
    return (gss_buffer_desc){b.n, (void *)(uintptr_t)b.p};
}

static void to_mit(struct turn *t, const struct message_end *ours, uint64_t seq, gss_ctx_id_t mit)
{
    OM_uint32 minor;
    struct bytes token;
    for (int conf = 0; conf < 2; conf++)
        for (uint16_t rrc = 0; rrc < (ours->key.etype == 23 ? 1 : 30); rrc += 28) {
            int was_conf;
            gss_buffer_desc out;
            if (!message_wrap(t, ours, seq++, conf, rrc, TEXT, &token))
                die("no token is made");
            gss_buffer_desc in = buffer(token);
            if (gss_unwrap(&minor, mit, &in, &out, &was_conf, NULL) || was_conf != conf ||
                !bytes_equal(bytes_of(out.value, out.length), TEXT))
                die("MIT refuses what we wrap");
        }
    gss_buffer_desc text = buffer(TEXT);
    if (!message_mic(t, ours, seq, TEXT, &token))
        die("no MIC is made");
    gss_buffer_desc in = buffer(token);
    if (gss_verify_mic(&minor, mit, &text, &in, NULL))
        die("MIT refuses our MIC");
    printf("MIT takes what our %s says\n", ours->is_acceptor ? "acceptor" : "initiator");
}

static void from_mit(struct turn *t, const struct message_end *ours, uint64_t seq, gss_ctx_id_t mit)
{
    OM_uint32 minor;
    gss_buffer_desc text = buffer(TEXT), out;
    for (int conf = 0; conf < 2; conf++, seq++) {
        struct message m;
        if (gss_wrap(&minor, mit, conf, GSS_C_QOP_DEFAULT, &text, NULL, &out))
            die("MIT wraps nothing");
        if (!message_unwrap(t, ours, &seq, bytes_of(out.value, out.length), &m) ||
            m.confidential != conf || !bytes_equal(m.text, TEXT))
            die("we refuse what MIT wraps");
    }
    if (gss_get_mic(&minor, mit, GSS_C_QOP_DEFAULT, &text, &out))
        die("MIT makes no MIC");
    if (!message_mic_check(t, ours, &seq, bytes_of(out.value, out.length), TEXT, &seq))
        die("we refuse MIT's MIC");
    printf("our %s takes what MIT says\n", ours->is_acceptor ? "acceptor" : "initiator");
}

int main(int argc, char **argv)
{
    crypto = crypto_new();
    mem = arena_new(0);
    if (argc != 2 || !crypto || !mem)
        die("messages SPN");
    seeded_rng_init(&rng, crypto, 1, "messages");
    struct turn t = {.rng = &rng.rng, .crypto = crypto, .mem = mem};
    for (int acceptor = 0; acceptor < 2; acceptor++) {
        gss_ctx_id_t ends[2];
        uint64_t send_seq, recv_seq;
        establish(argv[1], &ends[0], &ends[1]);
        struct message_end ours = take_over(&ends[acceptor], &send_seq, &recv_seq);
        to_mit(&t, &ours, send_seq, ends[!acceptor]);
        from_mit(&t, &ours, recv_seq, ends[!acceptor]);
    }
    return 0;
}
