/* KRB-SAFE, KRB-PRIV and KRB-CRED between libkrb5 and ours, under one key at either end.
 *
 *   protected ETYPE
 *
 * Prints a line for each kind of message that crossed as it should; fails at the first that did
 * not. */
#include "context/protected.h"
#include "crypto/rng.h"

#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEXT BYTES_LIT("what the application says")

static krb5_context krb5;
static struct crypto *crypto;
static struct arena *mem;
static struct seeded_rng rng;
static struct faults faults;
static uint8_t here[] = {127, 0, 0, 1}, there[] = {10, 0, 0, 13};

static _Noreturn void die(const char *what)
{
    printf("failed: %s\n", what);
    exit(1);
}

static void must(krb5_error_code code, const char *what)
{
    if (!code)
        return;
    printf("failed: %s: %s\n", what, krb5_get_error_message(krb5, code));
    exit(1);
}

static struct turn turn(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    faults = (struct faults){.mem = mem};
    return (struct turn){.now = (int64_t)now.tv_sec * SECOND + now.tv_nsec / 1000,
                         .rng = &rng.rng,
                         .crypto = crypto,
                         .mem = mem,
                         .faults = &faults};
}

static krb5_auth_context mit_end(const struct key *key, krb5_int32 flags)
{
    krb5_auth_context a;
    krb5_address ours = {.addrtype = ADDRTYPE_INET, .length = 4, .contents = there};
    krb5_address theirs = {.addrtype = ADDRTYPE_INET, .length = 4, .contents = here};
    must(krb5_auth_con_init(krb5, &a), "an end of MIT's");
    /* libkrb5 puts its sequence numbers into the nonce of KRB-CRED, which is the receiver's. */
    must(krb5_auth_con_setflags(krb5, a, flags | KRB5_AUTH_CONTEXT_DO_TIME), "its flags");
    must(krb5_auth_con_setaddrs(krb5, a, &ours, &theirs), "its addresses");
    if (key) {
        krb5_keyblock k = {
            .enctype = key->etype, .length = key->n, .contents = (krb5_octet *)(uintptr_t)key->v};
        must(krb5_auth_con_setsendsubkey(krb5, a, &k), "its key");
        must(krb5_auth_con_setrecvsubkey(krb5, a, &k), "its key");
    }
    return a;
}

static krb5_data data_of(struct bytes b)
{
    return (krb5_data){.length = (unsigned)b.n, .data = (char *)(uintptr_t)b.p};
}

static struct bytes bytes_from(krb5_data d)
{
    return bytes_of(d.data, d.length);
}

/* Of a message of MIT's, by what we made of it. */
static void ours_takes(struct turn *t, int32_t code, bool same, const char *what)
{
    if (!code && same)
        return;
    printf("failed: we refuse MIT's %s: error %d%s%s\n", what, (int)code, t->faults->n ? ": " : "",
           t->faults->n ? fault_text(mem, &t->faults->list[0]) : "");
    exit(1);
}

static void safe_and_priv(struct protected_end *ours, krb5_auth_context mit)
{
    krb5_data none = data_of(TEXT), unread;
    /* libkrb5 leaves the number 0 out of its messages, as if there were none: begin with 1. */
    must(krb5_mk_safe(krb5, mit, &none, &unread, NULL), "MIT's KRB-SAFE");
    ours->receive_seq = 1;
    for (int n = 0; n < 2; n++) {
        struct turn t = turn();
        struct bytes m, text = {0};
        krb5_data text_in = data_of(TEXT), in, out = {0};
        if (!safe_build(&t, ours, TEXT, &m))
            die("no KRB-SAFE is made");
        in = data_of(m);
        must(krb5_rd_safe(krb5, mit, &in, &out, NULL), "MIT refuses our KRB-SAFE");
        if (!bytes_equal(bytes_from(out), TEXT))
            die("MIT reads another text");
        if (!priv_build(&t, ours, TEXT, &m))
            die("no KRB-PRIV is made");
        in = data_of(m);
        must(krb5_rd_priv(krb5, mit, &in, &out, NULL), "MIT refuses our KRB-PRIV");
        if (!bytes_equal(bytes_from(out), TEXT))
            die("MIT reads another text");
        must(krb5_mk_safe(krb5, mit, &text_in, &out, NULL), "MIT's KRB-SAFE");
        t = turn();
        int32_t code = safe_check(&t, ours, bytes_from(out), &text);
        ours_takes(&t, code, bytes_equal(text, TEXT), "KRB-SAFE");
        must(krb5_mk_priv(krb5, mit, &text_in, &out, NULL), "MIT's KRB-PRIV");
        t = turn();
        code = priv_check(&t, ours, bytes_from(out), &text);
        ours_takes(&t, code, bytes_equal(text, TEXT), "KRB-PRIV");
    }
    puts("KRB-SAFE and KRB-PRIV cross both ways");
}

static void cred(struct protected_end *ours, krb5_auth_context mit, const char *what)
{
    struct turn t = turn();
    struct bytes m, parts[] = {BYTES_LIT("krbtgt"), BYTES_LIT("EXAMPLE.TEST")};
    struct bytes user = BYTES_LIT("alice");
    struct Ticket ticket = {.tkt_vno = 5,
                            .realm = parts[1],
                            .sname = {.name_type = 2, .name_string = {parts, 2}},
                            .enc_part = {.etype = 18, .cipher = TEXT}};
    struct KrbCredInfo info = {.key = {.keytype = 17, .keyvalue = BYTES_LIT("sixteen octets!!")},
                               .has_prealm = true,
                               .prealm = parts[1],
                               .has_pname = true,
                               .pname = {.name_type = 1, .name_string = {&user, 1}},
                               .has_srealm = true,
                               .srealm = parts[1],
                               .has_sname = true,
                               .sname = ticket.sname};
    if (!cred_build(&t, ours, &ticket, &info, 1, &m))
        die("no KRB-CRED is made");
    krb5_data in = data_of(m), *out;
    krb5_creds **creds;
    must(krb5_rd_cred(krb5, mit, &in, &creds, NULL), "MIT refuses our KRB-CRED");
    if (!creds[0] || creds[1] || creds[0]->keyblock.enctype != 17)
        die("MIT reads other tickets");
    must(krb5_mk_1cred(krb5, mit, creds[0], &out, NULL), "MIT's KRB-CRED");
    struct KRB_CRED message;
    struct EncKrbCredPart part;
    t = turn();
    int32_t code = cred_check(&t, ours, bytes_from(*out), &message, &part);
    ours_takes(&t, code,
               !code && message.tickets.n == 1 &&
                   bytes_equal(part.ticket_info.at[0].key.keyvalue, info.key.keyvalue) &&
                   principal_equal(&part.ticket_info.at[0].pname, &info.pname),
               "KRB-CRED");
    puts(what);
}

int main(int argc, char **argv)
{
    struct key key;
    struct HostAddress ours = {.addr_type = 2, .address = {here, 4}};
    struct HostAddress theirs = {.addr_type = 2, .address = {there, 4}};
    struct protected_end end = {
        .skew = 5 * MINUTE, .with_time = true, .with_seq = true, .ours = &ours, .theirs = &theirs};
    crypto = crypto_new();
    mem = arena_new(0);
    if (argc != 2 || !crypto || !mem || krb5_init_context(&krb5))
        die("protected ETYPE");
    seeded_rng_init(&rng, crypto, 1, "protected");
    if (!key_random(crypto, &rng.rng, NULL, atoi(argv[1]), &key))
        die("no such encryption type");
    struct protected_end sealed = end, open = end;
    sealed.key = key;
    safe_and_priv(&sealed, mit_end(&key, KRB5_AUTH_CONTEXT_DO_SEQUENCE));
    cred(&sealed, mit_end(&key, 0), "KRB-CRED crosses both ways");
    cred(&open, mit_end(NULL, 0), "KRB-CRED crosses unsealed");
    return 0;
}
