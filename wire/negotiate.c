#include "wire/negotiate.h"

#include "wire/codec.h"
#include "wire/gss.h"

#include <stdio.h>

#define SPNEGO_OID BYTES_LIT("\x2b\x06\x01\x05\x05\x02")

enum { NOT_A_TOKEN, FRAME_MECH, FRAME, NEG_STATE };
static const struct fault_row faults[] = {
    [NOT_A_TOKEN] = {"spnego.not-a-token", "no token of the negotiation begins with this octet",
                     "RFC 4178 4.2", "60 or a1"},
    [FRAME_MECH] = {"spnego.frame-mech", "the frame names another mechanism than the negotiation",
                    "RFC 4178 4.2", "1.3.6.1.5.5.2"},
    [FRAME] = {"spnego.frame",
               "a NegTokenInit stands in the frame of a first token, and nothing else does",
               "RFC 4178 4.2", NULL},
    [NEG_STATE] = {"spnego.neg-state", "a state of the negotiation that there is not",
                   "RFC 4178 4.2.2", "0, 1, 2 or 3"},
};

const struct fault_row *neg_token_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof *faults;
    return faults;
}

static bool refuse(struct faults *f, int row, const char *path, size_t at, const char *expected,
                   const char *found)
{
    return fault_raise(
        f, (struct fault){
               .row = &faults[row], .path = path, .at = at, .expected = expected, .found = found});
}

/* ---- which production ------------------------------------------------------------------------ */

/* The contents of the element at the start of `b`, which must have this tag; *b goes behind it. */
static bool take(struct bytes *b, uint8_t tag, struct bytes *contents)
{
    struct asn_header h;
    if (!b->n || b->p[0] != tag || !asn_header_read(*b, NULL, &h))
        return false;
    *contents = bytes_slice(*b, h.header, h.contents);
    *b = bytes_slice(*b, h.header + h.contents, b->n);
    return true;
}

/* Members that only NegTokenInit2 has: [4], or a SEQUENCE in [3] (old Windows stops there). */
static bool has_hints(struct bytes der)
{
    struct bytes init, members, inner;
    if (!take(&der, 0xa0, &init) || !take(&init, 0x30, &members))
        return false;
    bool mechs = members.n && members.p[0] == 0xa0;
    for (uint8_t tag = 0xa0; tag < 0xa3; tag++)
        take(&members, tag, &inner);
    if (take(&members, 0xa3, &inner) && inner.n && inner.p[0] == 0x30)
        return true;
    return !mechs || (members.n && members.p[0] == 0xa4);
}

const struct asn_type *neg_token_type(struct bytes der)
{
    if (!der.n || (der.p[0] != 0xa0 && der.p[0] != 0xa1))
        return NULL;
    return has_hints(der) ? &ASN_NegotiationToken2 : &ASN_NegotiationToken;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void take_init(const struct NegTokenInit2 *i, struct neg_token *out)
{
    out->init = true;
    out->mechs = i->mechTypes;
    out->has_hints = i->has_negHints;
    out->hint_name = i->negHints.hintName;
    out->token = i->mechToken;
    out->mic = i->mechListMIC;
}

/* The list as it was sent: the first member of the SEQUENCE, without its own tag. */
static struct bytes mech_list(struct bytes der)
{
    struct bytes init, members, list = {0};
    if (take(&der, 0xa0, &init) && take(&init, 0x30, &members))
        take(&members, 0xa0, &list);
    return list;
}

static bool read_first(struct bytes der, struct arena *mem, struct faults *f, struct neg_token *out)
{
    struct NegotiationToken value;
    if (!asn_decode(&ASN_NegotiationToken, der, ASN_DEPLOYED, mem, f, &value))
        return false;
    const struct NegTokenInit *i = &value.negTokenInit;
    if (value.choice == 1)
        take_init(&(struct NegTokenInit2){.mechTypes = i->mechTypes,
                                          .mechToken = i->mechToken,
                                          .mechListMIC = i->mechListMIC},
                  out);
    const struct NegTokenResp *r = &value.negTokenResp;
    if (value.choice == 2) {
        out->has_state = r->has_negState;
        out->state = r->negState;
        out->mech = r->supportedMech;
        out->token = r->responseToken;
        out->mic = r->mechListMIC;
    }
    return true;
}

static bool read_second(struct bytes der, struct arena *mem, struct faults *f,
                        struct neg_token *out)
{
    struct NegotiationToken2 value;
    if (!asn_decode(&ASN_NegotiationToken2, der, ASN_DEPLOYED, mem, f, &value))
        return false;
    take_init(&value.negTokenInit, out);
    return true;
}

/* What stands in the frame, or the whole token where there is none. */
static bool take_frame(struct bytes in, struct faults *f, struct bytes *der)
{
    struct gss_token frame;
    *der = in;
    if (!in.n || (in.p[0] != 0x60 && in.p[0] != 0xa0 && in.p[0] != 0xa1)) {
        char found[8] = "nothing";
        if (in.n)
            snprintf(found, sizeof found, "%02x", in.p[0]);
        return refuse(f, NOT_A_TOKEN, "", 0, NULL, found);
    }
    if (in.p[0] == 0xa0)
        return refuse(f, FRAME, "", 0, "60", "a0");
    if (in.p[0] == 0xa1)
        return true;
    if (!gss_token_read(in, f, &frame))
        return false;
    if (!bytes_equal(frame.mech, SPNEGO_OID))
        return refuse(f, FRAME_MECH, "thisMech", (size_t)(frame.mech.p - in.p), NULL, NULL);
    *der = frame.inner;
    if (!der->n || der->p[0] != 0xa0)
        return refuse(f, FRAME, "innerToken", in.n - der->n, "a0", NULL);
    return true;
}

bool neg_token_read(struct bytes in, bool hints, struct arena *mem, struct faults *f,
                    struct neg_token *out)
{
    struct bytes der;
    *out = (struct neg_token){0};
    if (!take_frame(in, f, &der))
        return false;
    if (!(hints && has_hints(der) ? read_second : read_first)(der, mem, f, out))
        return false;
    if (out->init)
        out->mech_list = mech_list(der);
    if (out->has_state && (out->state < NEG_ACCEPT_COMPLETED || out->state > NEG_REQUEST_MIC)) {
        char found[24];
        snprintf(found, sizeof found, "%lld", (long long)out->state);
        return refuse(f, NEG_STATE, "NegTokenResp.negState", 0, NULL, found);
    }
    return true;
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool list_of(struct arena *mem, const struct neg_token *t, struct MechTypeList *list)
{
    *list = t->mechs;
    return !t->mech_list.n ||
           asn_decode(&ASN_MechTypeList, t->mech_list, ASN_DEPLOYED, mem, NULL, list);
}

static struct bytes write_init(struct arena *mem, const struct neg_token *t)
{
    struct MechTypeList list;
    struct bytes der;
    if (!list_of(mem, t, &list))
        return (struct bytes){0};
    if (t->has_hints) {
        struct NegotiationToken2 value = {
            .choice = 1,
            .negTokenInit = {
                .has_mechTypes = list.n != 0,
                .mechTypes = list,
                .has_mechToken = t->token.n != 0,
                .mechToken = t->token,
                .has_negHints = true,
                .negHints = {.has_hintName = t->hint_name.n != 0, .hintName = t->hint_name},
                .has_mechListMIC = t->mic.n != 0,
                .mechListMIC = t->mic}};
        der = asn_encode(&ASN_NegotiationToken2, &value, mem);
    } else {
        struct NegotiationToken value = {.choice = 1,
                                         .negTokenInit = {.mechTypes = list,
                                                          .has_mechToken = t->token.n != 0,
                                                          .mechToken = t->token,
                                                          .has_mechListMIC = t->mic.n != 0,
                                                          .mechListMIC = t->mic}};
        der = asn_encode(&ASN_NegotiationToken, &value, mem);
    }
    return der.n ? gss_token_write_as(mem, SPNEGO_OID, 0, der) : der;
}

struct bytes neg_token_write(struct arena *mem, const struct neg_token *t)
{
    if (t->init)
        return write_init(mem, t);
    struct NegotiationToken value = {.choice = 2,
                                     .negTokenResp = {.has_negState = t->has_state,
                                                      .negState = t->state,
                                                      .has_supportedMech = t->mech.n != 0,
                                                      .supportedMech = t->mech,
                                                      .has_responseToken = t->token.n != 0,
                                                      .responseToken = t->token,
                                                      .has_mechListMIC = t->mic.n != 0,
                                                      .mechListMIC = t->mic}};
    return asn_encode(&ASN_NegotiationToken, &value, mem);
}
