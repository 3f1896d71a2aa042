#include "context/vector_pac.h"

#include "context/ap.h"
#include "context/pac.h"

struct run {
    struct turn *turn;
    const struct vector_case *c;
    const char **why;
    struct key server, kdc;
    bool has_kdc;
};

static enum vector_result failed(struct run *r, const char *why)
{
    *r->why = why;
    return VECTOR_FAILED;
}

/* `name` in hexadecimal; its type is NAME_enctype, or enctype for both. */
static bool key_field(struct run *r, const char *name, struct key *out)
{
    struct bytes value;
    int64_t etype = vector_number(r->c, arena_printf(r->turn->mem, "%s_enctype", name),
                                  vector_number(r->c, "enctype", 0));
    return vector_octets(r->c, name, &value) && key_import((int32_t)etype, value, out);
}

static bool keys(struct run *r)
{
    r->has_kdc = vector_field(r->c, "kdc_key") != NULL;
    return key_field(r, "server_key", &r->server) &&
           (!r->has_kdc || key_field(r, "kdc_key", &r->kdc));
}

/* NULL: all fit. */
static const char *misfit(struct run *r, const struct pac *pac)
{
    if (!pac_server_signed(r->turn, pac, &r->server))
        return "the server's signature does not fit";
    if (r->has_kdc && !pac_kdc_signed(r->turn, pac, &r->kdc))
        return "the KDC's signature does not fit";
    if (r->has_kdc && !pac_full_signed(r->turn, pac, &r->kdc))
        return "the signature over the PAC does not fit";
    return NULL;
}

static bool same(struct run *r, const char *name, const struct pac *pac, uint32_t type)
{
    const struct pac_buffer *b = pac_find(pac, type);
    struct pac_signature s;
    struct bytes expected;
    return !vector_octets(r->c, name, &expected) ||
           (b && pac_signature_read(b->data, NULL, &s) && bytes_equal(s.signature, expected));
}

static bool takes(struct run *r, struct bytes octets)
{
    struct arena *mem = r->turn->mem, *scratch = arena_new(0);
    struct pac pac;
    if (!scratch)
        return true; /* a change that was not tried is not refused */
    r->turn->mem = scratch;
    bool ok = pac_read(octets, scratch, NULL, &pac) && !misfit(r, &pac);
    r->turn->mem = mem;
    arena_free(scratch);
    return ok;
}

static enum vector_result refuse_changes(struct run *r, struct bytes octets)
{
    uint8_t *changed = (uint8_t *)arena_str(r->turn->mem, octets);
    for (size_t bit = 0; r->has_kdc && bit < 8 * octets.n; bit++) {
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (takes(r, bytes_of(changed, octets.n)))
            return failed(r, arena_printf(r->turn->mem, "taken with bit %zu changed", bit));
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    return VECTOR_PASSED;
}

enum vector_result vector_pac_verify(struct turn *turn, const struct vector_case *c,
                                     const char **why)
{
    struct run r = {.turn = turn, .c = c, .why = why};
    struct faults faults = {.mem = turn->mem};
    struct bytes octets;
    struct pac pac;
    if (!vector_octets(c, "pac", &octets) || !keys(&r))
        return failed(&r, "the case has no field pac, or no keys");
    if (!pac_read(octets, turn->mem, &faults, &pac))
        return failed(&r, fault_text(turn->mem, faults.list));
    const char *wrong = misfit(&r, &pac);
    if (wrong)
        return failed(&r, wrong);
    if (!same(&r, "server_signature", &pac, PAC_SERVER_CHECKSUM) ||
        !same(&r, "kdc_signature", &pac, PAC_PRIVSVR_CHECKSUM))
        return failed(&r, "a signature is another than the case says");
    return refuse_changes(&r, octets);
}

/* ---- tickets --------------------------------------------------------------------------------- */

static const char *ticket_misfit(struct run *r, struct bytes der)
{
    struct Ticket ticket;
    struct EncTicketPart part;
    struct pac pac;
    bool present;
    if (!asn_decode(&ASN_Ticket, der, ASN_DEPLOYED, r->turn->mem, NULL, &ticket))
        return "the ticket cannot be read";
    if (open_value(r->turn, &ticket.enc_part, &r->server, USAGE_TICKET, &ASN_EncTicketPart,
                   &part) != OPEN_OK)
        return "the ticket does not open";
    if (!pac_in_ticket(r->turn, &part, &present, &pac))
        return present ? "the PAC cannot be read" : "the ticket has no PAC";
    const char *wrong = misfit(r, &pac);
    if (!wrong && r->has_kdc && !pac_ticket_signed(r->turn, &pac, &part, &r->kdc))
        return "the ticket's signature does not fit";
    return wrong;
}

enum vector_result vector_ticket_verify(struct turn *turn, const struct vector_case *c,
                                        const char **why)
{
    struct run r = {.turn = turn, .c = c, .why = why};
    struct bytes der;
    struct Ticket ticket;
    if (!vector_octets(c, "ticket", &der) || !keys(&r))
        return failed(&r, "the case has no field ticket, or no keys");
    const char *wrong = ticket_misfit(&r, der);
    if (wrong)
        return failed(&r, wrong);
    /* What is sealed cannot be changed: each octet of it, once. */
    asn_decode(&ASN_Ticket, der, ASN_DEPLOYED, turn->mem, NULL, &ticket);
    uint8_t *changed = (uint8_t *)(uintptr_t)ticket.enc_part.cipher.p;
    for (size_t i = 0; i < ticket.enc_part.cipher.n; i++) {
        changed[i] ^= 1;
        wrong = ticket_misfit(&r, der);
        changed[i] ^= 1;
        if (!wrong)
            return failed(&r, arena_printf(turn->mem, "taken with octet %zu changed", i));
    }
    return VECTOR_PASSED;
}
