/* The shape of each message of ours beside that of a real peer (tests/vectors/mit-messages.txt):
 * which fields are there, in what tags, which flags, kinds of padata and numbers of registries,
 * inside what is sealed too. Each difference has its reason in `allowed`; one without a reason
 * fails, and so does a reason without a difference. */
#include "base/text.h"
#include "base/vector_file.h"
#include "tests/sim/runs.h"
#include "wire/codec.h"
#include "wire/kerberos.h"

#define VECTORS "tests/vectors/mit-messages.txt"

static const char scenario[] =
    "title: t\nrealm: {name: EXAMPLE.TEST, etypes: [aes256-cts-hmac-sha1-96]}\nseed: 7\n"
    "accounts:\n  - {name: alice, password: alice-pw-1}\n  - {name: HTTP/www.example.test}\n"
    "parties:\n  - {name: alice, role: client, account: alice}\n  - {name: kdc, role: kdc}\n"
    "  - {name: www, role: service, spn: HTTP/www.example.test, acceptor_subkey: true}\n"
    "steps:\n  - {do: logon, party: alice, options: [forwardable]}\n"
    "  - {do: get, party: alice, service: www, options: [forwardable]}\n"
    "  - {do: ticket, party: alice, spn: HTTP/nosuch.example.test, expect: "
    "KDC_ERR_S_PRINCIPAL_UNKNOWN}\n"
    "  - {do: logon, party: alice, password: wrong, expect: KDC_ERR_PREAUTH_FAILED}\n"
    "  - {do: logon, party: alice, principal: nobody, password: x, expect: "
    "KDC_ERR_C_PRINCIPAL_UNKNOWN}\n";

/* Another: armor, another realm, a password. */
static const char further[] =
    "title: t\nrealm: {name: EXAMPLE.TEST, etypes: [aes256-cts-hmac-sha1-96]}\nseed: 7\n"
    "realms: [{name: B.TEST, etypes: [aes256-cts-hmac-sha1-96]}]\n"
    "trusts: [{from: EXAMPLE.TEST, to: B.TEST, suffixes: [b.test]}]\n"
    "accounts:\n  - {name: alice, password: alice-pw-1}\n  - {name: host, password: host-pw-1}\n"
    "  - {name: HTTP/www.b.test, realm: B.TEST}\n"
    "parties:\n  - {name: alice, role: client, account: alice}\n"
    "  - {name: pc, role: client, account: host}\n  - {name: kdc, role: kdc}\n"
    "  - {name: far, role: kdc, realm: B.TEST}\n"
    "steps:\n  - {do: logon, party: pc}\n"
    "  - {do: logon, party: alice, armor: pc}\n"
    "  - {do: logon, party: alice}\n"
    "  - {do: ticket, party: alice, spn: HTTP/www.b.test@B.TEST}\n"
    "  - {do: change-password, party: alice, new_password: New-pw-22}\n";

static const struct pair {
    const char *mit;   /* the vector's name */
    const char *label; /* of the packet in our run: how it begins */
    const char *what;  /* the message in it */
    size_t run, nth;   /* 1: the further run; how many of that label come before */
} pairs[] = {
    {"mit-as-req", "AS-REQ", "AS-REQ"},
    {"mit-preauth-required", "KRB-ERROR 25", "KRB-ERROR"},
    {"mit-as-req-timestamp", "AS-REQ +timestamp", "AS-REQ"},
    {"mit-as-rep", "AS-REP", "AS-REP"},
    {"mit-preauth-failed", "KRB-ERROR 24", "KRB-ERROR"},
    {"mit-client-unknown", "KRB-ERROR 6", "KRB-ERROR"},
    {"mit-tgs-req", "TGS-REQ", "TGS-REQ"},
    {"mit-tgs-rep", "TGS-REP", "TGS-REP"},
    {"mit-server-unknown", "KRB-ERROR 7", "KRB-ERROR"},
    {"mit-ap-req", "HTTP GET", "AP-REQ"},
    {"mit-ap-rep", "HTTP 200", "AP-REP"},
    {"mit-armored-as-req", "AS-REQ +FAST", "AS-REQ", 1, 0},
    {"mit-armored-preauth-required", "KRB-ERROR 25", "KRB-ERROR", 1, 1},
    {"mit-armored-as-req-challenge", "AS-REQ +FAST", "AS-REQ", 1, 1},
    {"mit-armored-as-rep", "AS-REP", "AS-REP", 1, 1},
    {"mit-cross-realm", "TGS-REP krbtgt/B.TEST", "TGS-REP", 1, 0},
    {"mit-kpasswd-ap-req", "kpasswd request", "AP-REQ", 1, 0},
    {"mit-kpasswd-priv", "kpasswd request", "KRB-PRIV", 1, 0},
    {"mit-kpasswd-ap-rep", "kpasswd reply", "AP-REP", 1, 0},
    {"mit-kpasswd-priv-rep", "kpasswd reply", "KRB-PRIV", 1, 0},
};
#define N_PAIRS (sizeof pairs / sizeof *pairs)

/* Reasons that several differences have. */
#define FRESHNESS                                                                                  \
    "MIT's client knows PKINIT and asks for a freshness token (RFC 8070); PKINIT comes later"
#define FAST                                                                                       \
    "MIT's client armors every TGS-REQ (RFC 6113), ours those of an armored logon "                \
    "(tests/client/test_fast.c)"
#define COOKIE "MIT's KDC gives a cookie always (RFC 6113 5.2), ours only inside armor"
#define PAC    "MIT's KDC puts a PAC into tickets; it comes later"
#define START  "MIT leaves starttime out where it is authtime; RFC 4120 5.3 allows both"
#define TAG                                                                                        \
    "MIT seals every reply as APPLICATION 26; RFC 4120 5.4.2 says 25 for the AS, and all clients " \
    "read it"
#define RECORDED "the recorded ticket is renewable and proxiable, and was renewed"
#define TYPE                                                                                       \
    "kvno takes the name as it is typed; our client says NT-SRV-HST, as clients of a host do"
#define ENC_PA_REP "RFC 6806 11 gives enc-pa-rep to tickets of the AS; MIT's TGS copies it"
#define ECHOED     "RFC 4120 5.9.1: the client's time comes back where it is known; MIT leaves it out"
#define RENEWABLE  "kinit asked as its configuration says, for a renewable ticket"
#define PROOF                                                                                      \
    "our client asks the password service for proof at once; MIT's is content with what its "      \
    "sealed result proves"
#define NUMBERED "our client numbers what it seals (RFC 4120 5.7.1), MIT's kpasswd does not"
#define CHANGEPW "kpasswd calls kadmin/changepw a principal, our client a service of an instance"
#define UNPROVEN "the host that armors is no account with pre-authentication there"
#define KVNO                                                                                       \
    "RFC 4120 5.2.9: the kvno stands beside what a long-term key seals; MIT leaves it out here"
#define ARMOR                                                                                      \
    "AS-REQ.padata{136 PA-FX-FAST}.padata-value/PA-FX-FAST-REQUEST.armored-data.armor.armor-value" \
    "/AP-REQ"
#define INSIDE                                                                                     \
    "AS-REQ.padata{136 PA-FX-FAST}.padata-value/PA-FX-FAST-REQUEST.armored-data.enc-fast-req"      \
    ".cipher/KrbFastReq."
#define PART   ".enc-part.cipher/EncTGSRepPart."
#define TICKET ".ticket.enc-part.cipher/EncTicketPart."

/* `fact` stands for itself and all that is below it. */
static struct allowed {
    const char *mit, *side, *fact, *why;
    bool applies;
} allowed[] = {
    {"mit-as-req", "mit", "AS-REQ.padata{150 PA-AS-FRESHNESS}", FRESHNESS},
    {"mit-as-req-timestamp", "mit", "AS-REQ.padata{150 PA-AS-FRESHNESS}", FRESHNESS},
    {"mit-as-req-timestamp", "mit", "AS-REQ.padata{133 PA-FX-COOKIE}",
     "it brings the cookie back; our client does so when a KDC gives one "
     "(tests/client/test_logon.c)"},
    {"mit-preauth-required", "mit", "KRB-ERROR.e-data/METHOD-DATA{133 PA-FX-COOKIE}", COOKIE},
    {"mit-preauth-failed", "mit", "KRB-ERROR.e-data/METHOD-DATA{133 PA-FX-COOKIE}", COOKIE},
    {"mit-as-rep", "mit", "AS-REP" TICKET "authorization-data", PAC},
    {"mit-as-rep", "ours", "AS-REP" TICKET "starttime", START},
    {"mit-as-rep", "ours", "AS-REP.enc-part.cipher/EncASRepPart.starttime", START},
    {"mit-as-rep", "ours", "AS-REP.enc-part.kvno",
     "RFC 4120 5.2.9: the kvno stands beside what a long-term key seals; MIT leaves it out here"},
    {"mit-as-rep", "mit", "AS-REP.enc-part.cipher/EncASRepPart tags 7a 30", TAG},
    {"mit-as-rep", "ours", "AS-REP.enc-part.cipher/EncASRepPart tags 79 30", TAG},
    {"mit-tgs-req", "mit",
     "TGS-REQ.padata{1 PA-TGS-REQ}.padata-value/AP-REQ" TICKET "flags has proxiable", RECORDED},
    {"mit-tgs-req", "mit",
     "TGS-REQ.padata{1 PA-TGS-REQ}.padata-value/AP-REQ" TICKET "flags has renewable", RECORDED},
    {"mit-tgs-req", "mit",
     "TGS-REQ.padata{1 PA-TGS-REQ}.padata-value/AP-REQ" TICKET "flags has transited-policy-checked",
     RECORDED},
    {"mit-tgs-req", "mit", "TGS-REQ.padata{1 PA-TGS-REQ}.padata-value/AP-REQ" TICKET "renew-till",
     RECORDED},
    {"mit-tgs-req", "mit",
     "TGS-REQ.padata{1 PA-TGS-REQ}.padata-value/AP-REQ" TICKET "authorization-data", PAC},
    {"mit-tgs-req", "ours", "TGS-REQ.padata{1 PA-TGS-REQ}.padata-value/AP-REQ" TICKET "starttime",
     START},
    {"mit-tgs-req", "mit", "TGS-REQ.padata{136 PA-FX-FAST}", FAST},
    {"mit-tgs-req", "mit", "TGS-REQ.req-body.kdc-options has proxiable", RECORDED},
    {"mit-tgs-req", "mit", "TGS-REQ.req-body.kdc-options has renewable", RECORDED},
    {"mit-tgs-req", "mit", "TGS-REQ.req-body.sname.name-type = 1 NT-PRINCIPAL", TYPE},
    {"mit-tgs-req", "ours", "TGS-REQ.req-body.sname.name-type = 3 NT-SRV-HST", TYPE},
    {"mit-tgs-rep", "mit", "TGS-REP.padata", FAST},
    {"mit-tgs-rep", "mit", "TGS-REP" PART "flags has proxiable", RECORDED},
    {"mit-tgs-rep", "mit", "TGS-REP" PART "flags has renewable", RECORDED},
    {"mit-tgs-rep", "mit", "TGS-REP" PART "renew-till", RECORDED},
    {"mit-tgs-rep", "mit", "TGS-REP" PART "flags has enc-pa-rep", ENC_PA_REP},
    {"mit-tgs-rep", "mit", "TGS-REP" PART "sname.name-type = 1 NT-PRINCIPAL", TYPE},
    {"mit-tgs-rep", "ours", "TGS-REP" PART "sname.name-type = 3 NT-SRV-HST", TYPE},
    {"mit-tgs-rep", "ours", "TGS-REP" PART "starttime", START},
    {"mit-tgs-rep", "mit", "TGS-REP.ticket.sname.name-type = 1 NT-PRINCIPAL", TYPE},
    {"mit-tgs-rep", "ours", "TGS-REP.ticket.sname.name-type = 3 NT-SRV-HST", TYPE},
    {"mit-tgs-rep", "mit", "TGS-REP" TICKET "flags has proxiable", RECORDED},
    {"mit-tgs-rep", "mit", "TGS-REP" TICKET "flags has renewable", RECORDED},
    {"mit-tgs-rep", "mit", "TGS-REP" TICKET "renew-till", RECORDED},
    {"mit-tgs-rep", "mit", "TGS-REP" TICKET "flags has enc-pa-rep", ENC_PA_REP},
    {"mit-tgs-rep", "mit", "TGS-REP" TICKET "authorization-data", PAC},
    {"mit-tgs-rep", "ours", "TGS-REP" TICKET "starttime", START},
    {"mit-server-unknown", "mit", "KRB-ERROR.e-data",
     "MIT's client asked within FAST, so the answer stands within it"},
    {"mit-server-unknown", "ours", "KRB-ERROR.ctime", ECHOED},
    {"mit-server-unknown", "ours", "KRB-ERROR.cusec", ECHOED},
    {"mit-server-unknown", "mit", "KRB-ERROR.sname.name-type = 1 NT-PRINCIPAL", TYPE},
    {"mit-server-unknown", "ours", "KRB-ERROR.sname.name-type = 3 NT-SRV-HST", TYPE},
    {"mit-ap-req", "mit", "AP-REQ" TICKET "flags has enc-pa-rep", ENC_PA_REP},
    {"mit-ap-req", "mit", "AP-REQ" TICKET "authorization-data", PAC},
    {"mit-ap-req", "ours", "AP-REQ" TICKET "starttime", START},
    {"mit-ap-req", "mit",
     "AP-REQ.authenticator.cipher/Authenticator.cksum.checksum/GSS-CHECKSUM.Flags has "
     "GSS_C_TRANS_FLAG",
     "0x100 is GSS_C_TRANS_FLAG (RFC 2744), which MIT puts into every context; RFC 4121 4.1.1.1 "
     "has it not"},
    {"mit-ap-req", "ours",
     "AP-REQ.authenticator.cipher/Authenticator.cksum.checksum/GSS-CHECKSUM.Flags has "
     "GSS_C_SEQUENCE_FLAG",
     "curl does not ask for messages in sequence"},
    {"mit-armored-as-req", "mit", ARMOR TICKET "flags has renewable", RENEWABLE},
    {"mit-armored-as-req", "mit", ARMOR TICKET "renew-till", RENEWABLE},
    {"mit-armored-as-req", "mit", ARMOR TICKET "authorization-data", PAC},
    {"mit-armored-as-req", "ours", ARMOR TICKET "starttime", START},
    {"mit-armored-as-req", "ours", ARMOR TICKET "flags has pre-authent", UNPROVEN},
    {"mit-armored-as-req", "mit", INSIDE "padata{150 PA-AS-FRESHNESS}", FRESHNESS},
    {"mit-armored-as-req-challenge", "mit", ARMOR TICKET "flags has renewable", RENEWABLE},
    {"mit-armored-as-req-challenge", "mit", ARMOR TICKET "renew-till", RENEWABLE},
    {"mit-armored-as-req-challenge", "mit", ARMOR TICKET "authorization-data", PAC},
    {"mit-armored-as-req-challenge", "ours", ARMOR TICKET "starttime", START},
    {"mit-armored-as-req-challenge", "ours", ARMOR TICKET "flags has pre-authent", UNPROVEN},
    {"mit-armored-as-req-challenge", "mit", INSIDE "padata{150 PA-AS-FRESHNESS}", FRESHNESS},
    {"mit-armored-preauth-required", "mit",
     "KRB-ERROR.e-data/METHOD-DATA{136 PA-FX-FAST}.padata-value/PA-FX-FAST-REPLY.armored-data"
     ".enc-fast-rep.cipher/KrbFastResponse.padata{136 PA-FX-FAST}",
     "MIT's KDC offers FAST within FAST, too; who is inside knows"},
    {"mit-armored-as-rep", "mit", "AS-REP" TICKET "flags has renewable", RENEWABLE},
    {"mit-armored-as-rep", "mit", "AS-REP" TICKET "renew-till", RENEWABLE},
    {"mit-armored-as-rep", "mit", "AS-REP" TICKET "authorization-data", PAC},
    {"mit-armored-as-rep", "ours", "AS-REP" TICKET "starttime", START},
    {"mit-armored-as-rep", "ours", "AS-REP.enc-part.kvno", KVNO},
    {"mit-armored-as-rep", "mit", "AS-REP.enc-part.cipher/EncASRepPart tags 7a 30", TAG},
    {"mit-armored-as-rep", "ours", "AS-REP.enc-part.cipher/EncASRepPart tags 79 30", TAG},
    {"mit-armored-as-rep", "mit", "AS-REP.enc-part.cipher/EncASRepPart.flags has renewable",
     RENEWABLE},
    {"mit-armored-as-rep", "mit", "AS-REP.enc-part.cipher/EncASRepPart.renew-till", RENEWABLE},
    {"mit-armored-as-rep", "ours", "AS-REP.enc-part.cipher/EncASRepPart.starttime", START},
    {"mit-cross-realm", "mit", "TGS-REP.padata", FAST},
    {"mit-cross-realm", "mit", "TGS-REP" PART "flags has renewable", RENEWABLE},
    {"mit-cross-realm", "mit", "TGS-REP" PART "renew-till", RENEWABLE},
    {"mit-cross-realm", "mit", "TGS-REP" PART "flags has enc-pa-rep", ENC_PA_REP},
    {"mit-cross-realm", "ours", "TGS-REP" PART "starttime", START},
    {"mit-cross-realm", "mit", "TGS-REP" TICKET "flags has renewable", RENEWABLE},
    {"mit-cross-realm", "mit", "TGS-REP" TICKET "renew-till", RENEWABLE},
    {"mit-cross-realm", "mit", "TGS-REP" TICKET "flags has enc-pa-rep", ENC_PA_REP},
    {"mit-cross-realm", "mit", "TGS-REP" TICKET "authorization-data", PAC},
    {"mit-cross-realm", "ours", "TGS-REP" TICKET "starttime", START},
    {"mit-kpasswd-ap-req", "mit", "AP-REQ" TICKET "authorization-data", PAC},
    {"mit-kpasswd-ap-req", "ours", "AP-REQ" TICKET "starttime", START},
    {"mit-kpasswd-ap-req", "mit", "AP-REQ.ap-options has none", PROOF},
    {"mit-kpasswd-ap-req", "ours", "AP-REQ.ap-options has mutual-required", PROOF},
    {"mit-kpasswd-ap-req", "mit", "AP-REQ.ticket.sname.name-type = 1 NT-PRINCIPAL", CHANGEPW},
    {"mit-kpasswd-ap-req", "ours", "AP-REQ.ticket.sname.name-type = 2 NT-SRV-INST", CHANGEPW},
    {"mit-kpasswd-ap-req", "ours", "AP-REQ.authenticator.cipher/Authenticator.seq-number",
     NUMBERED},
    {"mit-kpasswd-priv", "ours", "KRB-PRIV.enc-part.cipher/EncKrbPrivPart.seq-number", NUMBERED},
    {"mit-kpasswd-ap-rep", "mit", "AP-REP.enc-part.cipher/EncAPRepPart.subkey",
     "MIT's server adds a subkey of its own, which RFC 4120 5.5.2 leaves to it"},
};

/* ---- a message as a set of facts ------------------------------------------------------------- */
struct facts {
    const char **at;
    size_t n, room;
};

static void add(struct facts *all, const char *fact)
{
    for (size_t i = 0; i < all->n; i++)
        if (strcmp(all->at[i], fact) == 0)
            return;
    if (all->n == all->room) {
        const char **more = arena_array(mem, const char *, all->room * 2 + 64);
        if (all->n)
            memcpy(more, all->at, all->n * sizeof *more);
        all->at = more;
        all->room = all->room * 2 + 64;
    }
    all->at[all->n++] = fact;
}

/* An element of a list by what it is, where it says so: "{2 PA-ENC-TIMESTAMP}". */
static const char *element(struct field *f)
{
    static const char *const kinds[] = {"padata-type", "ad-type", "lr-type"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct field *kind = field_part(f, kinds[i]);
        if (kind)
            return arena_printf(mem, "{%s}", kind->value);
    }
    return "[]";
}

static const char *shape_of(struct field *f)
{
    if (f->parent)
        return f->name[0] == '[' ? arena_printf(mem, "%s%s", shape_of(f->parent), element(f))
                                 : arena_printf(mem, "%s.%s", shape_of(f->parent), f->name);
    return f->root->from ? arena_printf(mem, "%s/%s", shape_of(f->root->from), f->root->what)
                         : f->root->what;
}

/* Identifier octets of the field's own headers: "a3 30". */
static const char *tags_of(const struct field *f)
{
    char *text = arena_printf(mem, "%s", "");
    struct asn_header h;
    for (size_t at = f->at; at < f->body; at += h.header) {
        if (!asn_header_read(bytes_slice(f->root->data, at, f->root->data.n), NULL, &h))
            break;
        text = arena_printf(mem, "%s %02x", text, h.identifier);
    }
    return text;
}

static bool is_number_of_a_registry(const struct field *f)
{
    static const char *const names[] = {
        "pvno",      "msg-type", "tkt-vno", "authenticator-vno", "error-code",
        "name-type", "etype",    "keytype", "cksumtype",         "padata-type",
        "ad-type",   "lr-type",  "tr-type",
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(f->name, names[i]) == 0)
            return !field_part(f, "[0]"); /* a list of them depends on what is configured */
    return false;
}

static bool is_flags(const struct field *f)
{
    const char *names[] = {"flags", "kdc-options", "ap-options", "Flags"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(f->name, names[i]) == 0)
            return true;
    return false;
}

static struct facts facts_of(struct root *r)
{
    struct facts all = {0};
    for (struct field *f = r->top; f; f = field_next(f)) {
        if (f->header)
            continue;
        const char *shape = shape_of(f);
        if (f->state == FIELD_BROKEN)
            fail_msg("%s is broken", shape);
        if (f->state == FIELD_SEALED)
            add(&all, arena_printf(mem, "%s is sealed", shape));
        add(&all, f->type ? arena_printf(mem, "%s tags%s", shape, tags_of(f)) : shape);
        if (is_number_of_a_registry(f))
            add(&all, arena_printf(mem, "%s = %s", shape, f->value));
        if (is_flags(f))
            for (char *s = arena_printf(mem, "%s", f->value), *w; (w = strsep(&s, " "));)
                add(&all, arena_printf(mem, "%s has %s", shape, w));
    }
    return all;
}

/* ---- theirs and ours ------------------------------------------------------------------------- */
static struct vector_file file;
static struct arena *run_mem;
static struct trace *ours[2];
static struct keyring our_keys[2], mit_keys;

static const struct vector_case *vector_of(const char *name)
{
    for (size_t i = 0; i < file.n; i++)
        if (strcmp(file.cases[i].name, name) == 0)
            return &file.cases[i];
    fail_msg("no vector %s", name);
    return NULL;
}

static struct bytes der_of(const struct vector_case *c)
{
    struct bytes der = {0};
    assert_true(vector_octets(c, "der", &der));
    return der;
}

/* The keys that the file tells, and all that stand in what they open. */
static void learn_mit_keys(void)
{
    static const char *const names[] = {"key_client", "key_service", "key_tgt"};
    struct bytes value;
    for (size_t i = 0; i < file.n; i++)
        for (size_t j = 0; j < 3; j++)
            if (vector_octets(&file.cases[i], names[j], &value)) {
                struct ring_key k = {.name = names[j]};
                assert_true(key_import(18, value, &k.key));
                keyring_add(&mit_keys, k, mem);
            }
    for (size_t new = 1; new;) {
        new = 0;
        for (size_t i = 0; i < file.n; i++)
            new += dissect_learn(dissect(der_of(&file.cases[i]), VIA_UDP, &mit_keys, crypto, mem),
                                 &mit_keys, crypto, mem);
    }
}

/* The message of that kind in a packet: the packet itself, or what HTTP carries. */
static struct root *message_in(struct bytes data, enum transport via, const struct keyring *keys,
                               const char *what)
{
    struct root *r = dissect(data, via, keys, crypto, mem);
    if (strcmp(r->what, what) == 0)
        return r;
    for (struct field *f = r->top; f; f = field_next(f))
        if (f->inner && strcmp(f->inner->what, what) == 0)
            return dissect(f->inner->data, VIA_UDP, keys, crypto, mem);
    fail_msg("no %s in it", what);
    return NULL;
}

static struct root *our_message(const struct pair *p)
{
    const struct trace *run = ours[p->run];
    size_t nth = p->nth;
    for (size_t i = 1; i <= run->packets; i++) {
        const struct event *e = trace_packet(run, i);
        const char *label = label_of(e);
        size_t n = strlen(p->label);
        if (strncmp(label, p->label, n) == 0 && (label[n] == '\0' || strcmp(p->label, "AS-REQ")) &&
            nth-- == 0)
            return message_in(e->data, e->via, &our_keys[p->run], p->what);
    }
    fail_msg("no %s in our run: %s", p->label, ladder(run));
    return NULL;
}

/* ---- differences ----------------------------------------------------------------------------- */
static bool covers(const struct allowed *a, const char *mit, const char *side, const char *fact)
{
    size_t n = strlen(a->fact);
    return strcmp(a->mit, mit) == 0 && strcmp(a->side, side) == 0 &&
           strncmp(a->fact, fact, n) == 0 && (!fact[n] || strchr(". /[{", fact[n]));
}

/* How many facts of `some` are not in `others` and have no reason. */
static size_t unexplained(const char *mit, const char *side, const struct facts *some,
                          const struct facts *others)
{
    size_t bad = 0;
    for (size_t i = 0; i < some->n; i++) {
        bool found = false;
        for (size_t j = 0; j < others->n && !found; j++)
            found = strcmp(some->at[i], others->at[j]) == 0;
        for (size_t j = 0; j < sizeof allowed / sizeof *allowed && !found; j++)
            if (covers(&allowed[j], mit, side, some->at[i]))
                allowed[j].applies = true;
        for (size_t j = 0; j < sizeof allowed / sizeof *allowed && !found; j++)
            found = covers(&allowed[j], mit, side, some->at[i]);
        if (found)
            continue;
        print_error("only %s has: %s\n", side, some->at[i]);
        bad++;
    }
    return bad;
}

static void same_shape(void **state)
{
    const struct pair *p = *state;
    mem = arena_new(0);
    struct root *mit = dissect(der_of(vector_of(p->mit)), VIA_UDP, &mit_keys, crypto, mem);
    assert_string_equal(mit->what, p->what);
    struct facts theirs = facts_of(mit), own = facts_of(our_message(p));
    size_t bad =
        unexplained(p->mit, "mit", &theirs, &own) + unexplained(p->mit, "ours", &own, &theirs);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (strcmp(allowed[i].mit, p->mit) == 0 && !allowed[i].applies) {
            print_error("no longer so: %s, only %s has %s\n", p->mit, allowed[i].side,
                        allowed[i].fact);
            bad++;
        }
    arena_free(mem);
    assert_int_equal(bad, 0);
}

static int begin(void **state)
{
    static char text[1 << 16];
    const char *error = NULL;
    FILE *f = fopen(VECTORS, "rb");
    if (make_crypto(state) || !f)
        return -1;
    size_t n = fread(text, 1, sizeof text, f);
    fclose(f);
    mem = run_mem = arena_new(0);
    if (!vector_file_read(mem, bytes_of(text, n), VECTORS, &file, &error))
        return -1;
    learn_mit_keys();
    ours[0] = run_expecting(scenario_text(scenario), RUN_AS_EXPECTED);
    ours[1] = run_expecting(scenario_text(further), RUN_AS_EXPECTED);
    for (size_t i = 0; i < 2; i++)
        our_keys[i] = keyring_of(ours[i], ours[i]->n, mem);
    return 0;
}

static int end(void **state)
{
    arena_free(run_mem);
    return free_crypto(state);
}

int main(void)
{
    struct CMUnitTest tests[N_PAIRS];
    for (size_t i = 0; i < N_PAIRS; i++)
        tests[i] = (struct CMUnitTest){.name = pairs[i].mit,
                                       .test_func = same_shape,
                                       .initial_state = (void *)(uintptr_t)&pairs[i]};
    return _cmocka_run_group_tests("shapes", tests, N_PAIRS, begin, end);
}
