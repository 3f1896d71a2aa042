/* SPNEGO between MIT's GSS-API and ours, both ways, with the Kerberos mechanism of either, or with
 * NTLM, which MIT has from gss-ntlmssp.
 *
 *   spnego SPN KEYTAB CCACHE USER PASSWORD
 *
 * MIT takes its keys from the environment (KRB5_KTNAME, KRB5CCNAME, NTLM_USER_FILE); ours come from
 * the files and, for NTLM in the domain EXAMPLE, from the arguments. The
 * list that must be signed is had by a mechanism that one end would have liked better. Prints a
 * line for each way: who was who, the tokens as tests/context/hand_mech.h writes them, and how it
 * ended. */
#include "context/ap.h"
#include "context/mech_krb5.h"
#include "context/ntlm.h"
#include "context/spnego.h"
#include "crypto/rng.h"
#include "tests/context/hand_mech.h"
#include "wire/ccache.h"
#include "wire/gss.h"
#include "wire/keytab.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <stdlib.h>
#include <time.h>

static struct crypto *crypto;
static struct arena *mem;
static struct system_rng rng;
static struct turn turn;
static struct faults faults;
static const char *spn;
static struct keytab keytab;
static struct ccache cache;
static bool mutual;

static gss_OID_desc spnego_oid = {6, (void *)(uintptr_t) "\x2b\x06\x01\x05\x05\x02"};
static gss_OID_desc ntlm_oid = {10, (void *)(uintptr_t) "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"};

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "spnego: %s\n", what);
    exit(2);
}

static struct bytes file(const char *path)
{
    uint8_t *data = arena_take(mem, 1 << 20);
    FILE *f = fopen(path, "rb");
    if (!f)
        die(path);
    size_t n = fread(data, 1, 1 << 20, f);
    fclose(f);
    return bytes_of(data, n);
}

/* ---- our Kerberos, as an initiator ----------------------------------------------------------- */

struct end {
    struct mech_krb5 krb5;
    struct key session, subkey;
    uint32_t seq;
    int64_t ctime;
};

static struct PrincipalName name_of(const struct bytes *components, size_t n)
{
    struct PrincipalName name = {.name_type = NT_PRINCIPAL, .name_string = {.n = n}};
    name.name_string.at = arena_array(mem, struct bytes, n);
    memcpy(name.name_string.at, components, n * sizeof *components);
    return name;
}

static bool is_spn(const struct bytes *components, size_t n)
{
    struct PrincipalName name = name_of(components, n);
    return strcmp(principal_text(mem, &name, (struct bytes){0}), spn) == 0;
}

static const struct ccache_cred *credential(void)
{
    for (size_t i = 0; i < cache.n; i++)
        if (is_spn(cache.creds[i].server.components, cache.creds[i].server.n_components))
            return &cache.creds[i];
    die("the cache has no ticket for the service");
}

static enum mech_state make_request(struct end *e, struct krb5_round *r)
{
    const struct ccache_cred *c = credential();
    struct PrincipalName cname = name_of(c->client.components, c->client.n_components);
    struct Ticket ticket;
    struct AP_REQ req;
    uint8_t seq[4];
    if (!asn_decode(&ASN_Ticket, c->ticket, ASN_DEPLOYED, mem, NULL, &ticket) ||
        !key_import(c->etype, c->key, &e->session) ||
        !key_random(crypto, &rng.rng, "subkey", c->etype, &e->subkey))
        return MECH_TROUBLE;
    rng_fill(&rng.rng, "sequence", seq, sizeof seq);
    e->seq = be32(seq) & 0x3fffffff;
    e->ctime = turn.now;
    struct gss_checksum fields = {.flags = GSS_REPLAY | GSS_SEQUENCE | GSS_CONF | GSS_INTEG |
                                           (mutual ? GSS_MUTUAL : 0)};
    struct Checksum sum = {.cksumtype = CKSUMTYPE_GSS,
                           .checksum = gss_checksum_write(mem, &fields)};
    struct ap_request ask = {.ticket = &ticket,
                             .session = &e->session,
                             .crealm = c->client.realm,
                             .cname = &cname,
                             .ap_options = mutual ? AP_OPT_MUTUAL_REQUIRED : 0,
                             .usage = USAGE_AP_AUTHENTICATOR,
                             .cksum = &sum,
                             .subkey = &e->subkey,
                             .has_seq_number = true,
                             .seq_number = e->seq,
                             .ctime = e->ctime};
    if (!ap_request_build(&turn, &ask, &req))
        return MECH_TROUBLE;
    r->out_id = TOK_AP_REQ;
    r->out = asn_encode(&ASN_AP_REQ, &req, mem);
    if (!mutual)
        mech_krb5_keys(&e->krb5, &e->session, &e->subkey, NULL, e->seq, e->seq);
    return mutual ? MECH_CONTINUE : MECH_DONE;
}

static enum mech_state initiate(void *arg, struct turn *t, struct krb5_round *r)
{
    struct end *e = arg;
    struct AP_REP rep;
    struct EncAPRepPart part;
    struct key acceptor = {0};
    if (r->in_id == 0)
        return make_request(e, r);
    if (r->in_id != TOK_AP_REP || !asn_decode(&ASN_AP_REP, r->in, ASN_DEPLOYED, mem, NULL, &rep) ||
        ap_reply_check(t, &rep, &e->session, e->ctime, "client.ap", &part))
        return MECH_REFUSED;
    if (part.has_subkey && !key_from_wire(&part.subkey, &acceptor))
        return MECH_REFUSED;
    mech_krb5_keys(&e->krb5, &e->session, &e->subkey, &acceptor, e->seq,
                   part.has_seq_number ? (uint32_t)part.seq_number : e->seq);
    return MECH_DONE;
}

/* ---- and as an acceptor ---------------------------------------------------------------------- */

static int32_t find_key(void *arg, struct turn *t, const struct Ticket *ticket, struct key *out)
{
    (void)arg;
    (void)t;
    for (size_t i = 0; i < keytab.n; i++)
        if (keytab.entries[i].etype == ticket->enc_part.etype &&
            is_spn(keytab.entries[i].components, keytab.entries[i].n_components) &&
            key_import(keytab.entries[i].etype, keytab.entries[i].key, out))
            return 0;
    return KRB_AP_ERR_NOKEY;
}

static enum mech_state accept(void *arg, struct turn *t, struct krb5_round *r)
{
    struct end *e = arg;
    struct AP_REQ req;
    struct AP_REP rep;
    struct ap_checked checked;
    struct key subkey = {0};
    struct ap_keys keys = {.find = find_key};
    struct ap_policy policy = {
        .skew = 5 * MINUTE, .usage = USAGE_AP_AUTHENTICATOR, .step = "service.ap"};
    if (!asn_decode(&ASN_AP_REQ, r->in, ASN_DEPLOYED, mem, NULL, &req) ||
        ap_check(t, &req, &keys, &policy, &checked))
        return MECH_REFUSED;
    const struct Authenticator *a = &checked.authenticator;
    uint32_t theirs = a->has_seq_number ? (uint32_t)a->seq_number : 0, own = theirs;
    if (req.ap_options & AP_OPT_MUTUAL_REQUIRED) {
        own = 4711;
        if (!key_random(crypto, &rng.rng, "acceptor", checked.session.etype, &subkey) ||
            !ap_reply_build(t, &checked, &subkey, true, own, &rep))
            return MECH_TROUBLE;
        r->out_id = TOK_AP_REP;
        r->out = asn_encode(&ASN_AP_REP, &rep, mem);
    }
    mech_krb5_keys(&e->krb5, &checked.session, &checked.subkey, &subkey, own, theirs);
    return MECH_DONE;
}

/* ---- both -------------------------------------------------------------------------------------
 */

static struct end kerberos;
static struct ntlm_client ntlm_client;
static struct ntlm_server ntlm_server;
static struct bytes user, password;
static struct hand_mech toy; /* what nobody else has, or takes */
static struct mech mechs[3];
static struct spnego ours;

static void new_turn(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    faults = (struct faults){.mem = mem};
    turn = (struct turn){.now = (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000,
                         .rng = &rng.rng,
                         .crypto = crypto,
                         .mem = mem,
                         .faults = &faults};
}

static struct mech ntlm(bool acceptor)
{
    static const struct ntlm_client_config client = {.party = "ours",
                                                     .domain = BYTES_LIT("EXAMPLE"),
                                                     .workstation = BYTES_LIT("PC1"),
                                                     .level = 3,
                                                     .flags = NTLMSSP_NEGOTIATE_SIGN,
                                                     .version = {10, 0, 19041, 15}};
    static const struct ntlm_server_config server = {.party = "ours",
                                                     .nb_computer = BYTES_LIT("WWW"),
                                                     .nb_domain = BYTES_LIT("EXAMPLE"),
                                                     .dns_computer = BYTES_LIT("www.example.test"),
                                                     .dns_domain = BYTES_LIT("example.test"),
                                                     .in_domain = true,
                                                     .level = 3,
                                                     .version = {10, 0, 17763, 15}};
    struct ntlm_client_config config = client;
    config.user = user;
    config.password = password;
    if (acceptor)
        ntlm_server_init(&ntlm_server, mem, &server);
    else
        ntlm_client_init(&ntlm_client, mem, &config);
    return acceptor ? ntlm_server_mech(&ntlm_server) : ntlm_client_mech(&ntlm_client);
}

/* What a controller would say. */
static enum mech_state ask(struct turn *t)
{
    struct ntlm_compared compared;
    struct logon_answer answer = {.status = STATUS_LOGON_FAILURE};
    uint8_t hash[16];
    if (ntowf_v1(crypto, password, hash) && bytes_equal(ntlm_server.question.user, user) &&
        ntlm_compare(t, &ntlm_server.question, hash, NULL, 3, &compared)) {
        answer.status = STATUS_SUCCESS;
        memcpy(answer.session_base_key, compared.session_base_key, 16);
    }
    return ntlm_server_answer(&ntlm_server, t, &answer);
}

static void step(struct bytes in, struct bytes *out)
{
    new_turn();
    if (spnego_step(&ours, &turn, in, out) == MECH_WAITING)
        spnego_resume(&ours, &turn, ask(&turn), (struct bytes){0}, out);
}

/* "K", "XK", "KN", "WK": Kerberos, under either number, NTLM, and what leads nowhere. */
static void begin(bool acceptor, const char *list, bool windows)
{
    size_t n = 0;
    mech_krb5_init(&kerberos.krb5, acceptor, acceptor ? accept : initiate, &kerberos);
    for (; list[n]; n++) {
        toy = (struct hand_mech){.name = "X", .total = 2, .acceptor = acceptor};
        mechs[n] = list[n] == 'N'   ? ntlm(acceptor)
                   : list[n] == 'X' ? hand_mech_of(&toy)
                                    : mech_krb5(&kerberos.krb5, hand_oid(list[n]));
        mechs[n].oid = hand_oid(list[n]);
    }
    spnego_init(&ours, mem, "ours", acceptor ? "service.spnego" : "client.spnego", acceptor, mechs,
                n);
    ours.windows = windows;
}

static void show(char *shapes, struct bytes token)
{
    strcat(strcat(shapes, " "), hand_shape(mem, token));
}

static void say(OM_uint32 code, int type, gss_OID mech)
{
    OM_uint32 minor, more = 0;
    gss_buffer_desc text;
    if (gss_display_status(&minor, code, type, mech, &more, &text) == GSS_S_COMPLETE)
        printf("    MIT: %.*s\n", (int)text.length, (char *)text.value);
}

static void end_line(const char *who, const char *shapes, OM_uint32 major, OM_uint32 minor)
{
    bool done = ours.state == SPNEGO_DONE && major == GSS_S_COMPLETE;
    printf("%s:%s: %s%s\n", who, shapes, done ? "established" : "not established",
           ours.mic_checked ? ", list signed both ways" : "");
    if (done)
        return;
    say(major, GSS_C_GSS_CODE, GSS_C_NO_OID);
    say(minor, GSS_C_MECH_CODE, &spnego_oid);
    printf("    ours: %s\n", ours.why ? ours.why : "waits");
    for (size_t i = 0; i < faults.n; i++)
        printf("    %s\n", fault_text(mem, &faults.list[i]));
}

/* SPNEGO's, with the mechanisms that it may use, best first. */
static gss_cred_id_t credentials(gss_cred_usage_t usage, const char *theirs)
{
    gss_OID_desc list[2];
    gss_OID_set_desc set = {0, list}, spnego = {1, &spnego_oid};
    OM_uint32 minor;
    gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
    for (; *theirs; theirs++)
        list[set.count++] = *theirs == 'N' ? ntlm_oid : *gss_mech_krb5;
    OM_uint32 major = gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &spnego, usage,
                                       &cred, NULL, NULL);
    if (!major)
        major = gss_set_neg_mechs(&minor, cred, &set);
    if (major) {
        say(major, GSS_C_GSS_CODE, GSS_C_NO_OID);
        die("MIT has no credentials");
    }
    return cred;
}

/* HTTP@www.example.test: a name that NTLM understands too. */
static gss_name_t target(void)
{
    char *text = arena_str(mem, bytes_str(spn));
    gss_buffer_desc name_text = {strlen(text), text};
    gss_name_t name;
    OM_uint32 minor;
    *strchr(text, '/') = '@';
    if (gss_import_name(&minor, &name_text, GSS_C_NT_HOSTBASED_SERVICE, &name))
        die("not a name");
    return name;
}

/* Somebody on the way adds a mechanism to the end of the list. */
static struct bytes with_one_more(struct bytes in)
{
    struct neg_token t;
    struct bytes oids[8];
    if (!neg_token_read(in, false, mem, NULL, &t) || !t.init)
        return in;
    memcpy(oids, t.mechs.at, t.mechs.n * sizeof *oids);
    oids[t.mechs.n] = hand_oid('Y');
    t.mechs.at = oids;
    t.mechs.n++;
    t.mech_list = (struct bytes){0};
    return neg_token_write(mem, &t);
}

static void mit_initiates(const char *who, const char *theirs, const char *list, bool change)
{
    char shapes[200] = "";
    gss_buffer_desc in = {0}, out = {0};
    OM_uint32 minor, major, flags = GSS_C_INTEG_FLAG | (mutual ? GSS_C_MUTUAL_FLAG : 0);
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_name_t name = target();
    struct bytes token = {0};
    gss_cred_id_t cred = credentials(GSS_C_INITIATE, theirs);
    begin(true, list, false);
    do {
        major = gss_init_sec_context(&minor, cred, &context, name, &spnego_oid, flags, 0, NULL, &in,
                                     NULL, &out, NULL, NULL);
        if (GSS_ERROR(major) || !out.length)
            break;
        token = arena_copy(mem, bytes_of(out.value, out.length));
        token = change ? with_one_more(token) : token;
        show(shapes, token);
        step(token, &token);
        if (token.n)
            show(shapes, token);
        in = (gss_buffer_desc){token.n, (void *)(uintptr_t)token.p};
    } while (token.n && major == GSS_S_CONTINUE_NEEDED);
    end_line(who, shapes, major, minor);
}

static void mit_accepts(const char *who, const char *theirs, const char *list, bool change,
                        bool windows)
{
    char shapes[200] = "";
    OM_uint32 minor = 0, major = GSS_S_CONTINUE_NEEDED;
    gss_ctx_id_t context = GSS_C_NO_CONTEXT;
    gss_cred_id_t cred = credentials(GSS_C_ACCEPT, theirs);
    struct bytes token = {0};
    begin(false, list, windows);
    for (;;) {
        gss_buffer_desc out = {0};
        step(token, &token);
        if (!token.n)
            break;
        token = change ? with_one_more(token) : token;
        show(shapes, token);
        gss_buffer_desc in = {token.n, (void *)(uintptr_t)token.p};
        major = gss_accept_sec_context(&minor, &context, cred, &in, GSS_C_NO_CHANNEL_BINDINGS, NULL,
                                       NULL, &out, NULL, NULL, NULL);
        token = arena_copy(mem, bytes_of(out.value, out.length));
        if (!token.n)
            break;
        show(shapes, token);
    }
    end_line(who, shapes, major, minor);
}

int main(int argc, char **argv)
{
    crypto = crypto_new();
    mem = arena_new(1 << 20);
    if (argc != 6 || !crypto || !mem)
        die("spnego SPN KEYTAB CCACHE USER PASSWORD");
    system_rng_init(&rng);
    spn = argv[1];
    user = bytes_str(argv[4]);
    password = bytes_str(argv[5]);
    if (!keytab_read(file(argv[2]), mem, NULL, &keytab) ||
        !ccache_read(file(argv[3]), mem, NULL, &cache))
        die("keytab or cache cannot be read");
    for (int m = 1; m >= 0; m--) {
        const char *kind = m ? "" : ", one way";
        mutual = m;
#define WHO(text) arena_printf(mem, "%s%s", text, kind)
        mit_initiates(WHO("MIT to us"), "K", "K", false);
        mit_initiates(WHO("MIT to us, who like another better"), "K", "XK", false);
        mit_initiates(WHO("MIT with NTLM first to us"), "NK", "K", false);
        mit_accepts(WHO("we to MIT"), "K", "K", false, false);
        mit_accepts(WHO("we with another first to MIT"), "K", "XK", false, false);
        mit_accepts(WHO("we with both numbers to MIT"), "K", "WK", false, true);
        mit_initiates(WHO("MIT to us, the list changed"), "K", "XK", true);
        mit_accepts(WHO("we to MIT, the list changed"), "K", "XK", true, false);
    }
    mit_initiates("NTLM, MIT to us", "N", "N", false);
    mit_initiates("NTLM, MIT to us, who like Kerberos better", "N", "KN", false);
    mit_initiates("NTLM, MIT with Kerberos first to us", "KN", "N", false);
    mit_accepts("NTLM, we to MIT", "N", "N", false, false);
    mit_accepts("NTLM, we with Kerberos first to MIT", "N", "KN", false, false);
    mit_initiates("NTLM, MIT to us, the list changed", "N", "N", true);
    mit_accepts("NTLM, we to MIT, the list changed", "N", "KN", true, false);
    return 0;
}
