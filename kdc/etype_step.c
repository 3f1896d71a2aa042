/* The three choices of encryption type as a step of both exchanges: made, and told with all that
 * went into them. */
#include "kdc/inside.h"

bool etype_permitted(const struct exchange *x, int64_t etype)
{
    return etype_in_policy(x->policy, etype);
}

size_t client_keys(const struct exchange *x, const struct account_key **out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < x->body->etype.n && n < room; i++) {
        int64_t e = x->body->etype.at[i];
        const struct account_key *k =
            etype_permitted(x, e) ? account_key(x->client, 0, (int32_t)e) : NULL;
        for (size_t j = 0; k && j < n; j++)
            if (out[j] == k)
                k = NULL; /* asked for twice */
        if (k)
            out[n++] = k;
    }
    return n;
}

static struct etype_inputs inputs_of(const struct exchange *x)
{
    enum etype_service kind = is_tgs_name(x, &x->server->name)   ? SERVICE_TGS
                              : x->server->flags & ACCOUNT_TRUST ? SERVICE_TRUST
                                                                 : SERVICE_ACCOUNT;
    return (struct etype_inputs){.asked = x->body->etype.at,
                                 .n_asked = x->body->etype.n,
                                 .client = x->is_tgs ? NULL : x->client,
                                 .service = x->server,
                                 .kind = kind,
                                 .policy = x->policy};
}

/* ---- the inputs as text: "18 17", "0x24: rc4 aes-session" --------------------------------------
 */

#define LISTED 16

static const char *add_number(struct arena *mem, const char *list, int64_t etype)
{
    return arena_printf(mem, "%s%s%lld", list, *list ? " " : "", (long long)etype);
}

static const char *list_asked(const struct exchange *x)
{
    const char *list = "";
    for (size_t i = 0; i < x->body->etype.n && i < LISTED; i++)
        list = add_number(x->turn->mem, list, x->body->etype.at[i]);
    return list;
}

static const char *list_permitted(const struct exchange *x)
{
    const char *list = "";
    for (size_t i = 0; i < x->policy->n_etypes && i < LISTED; i++)
        list = add_number(x->turn->mem, list, x->policy->etypes[i]);
    return list;
}

static const char *list_keys(const struct exchange *x, const struct account *a)
{
    const char *list = "";
    for (size_t i = 0; a && i < a->n_keys && a->keys[i].kvno == a->keys[0].kvno; i++)
        list = add_number(x->turn->mem, list, a->keys[i].key.etype);
    return list;
}

static const char *yes_no(bool yes)
{
    return yes ? "yes" : "no";
}

/* ---- told -------------------------------------------------------------------------------------
 */

#define INPUTS 13

struct telling {
    const struct exchange *x;
    const struct etype_inputs *in;
    struct decision_input inputs[INPUTS];
    size_t n;
};

static void input(struct telling *t, const char *name, const char *subject, const char *value)
{
    t->inputs[t->n++] = (struct decision_input){name, subject, value};
}

static void tell_list(struct telling *t)
{
    const struct party *from = t->x->packet->from;
    input(t, "client-etypes", from ? from->name : "client", list_asked(t->x));
    input(t, "permitted-etypes", "realm", list_permitted(t->x));
}

static void tell_service(struct telling *t)
{
    static const char *const kinds[] = {"a service", "the TGS", "a trusted realm"};
    const struct account *a = t->in->service;
    struct arena *mem = t->x->turn->mem;
    input(t, "service-kind", a->text, kinds[t->in->kind]);
    input(t, "service-keys", a->text, list_keys(t->x, a));
    input(t, "service-supported", a->text, etype_bits_text(mem, a->supported_etypes));
    input(t, "service-des-only", a->text, yes_no(a->flags & ACCOUNT_DES_ONLY));
    input(t, "default-supported", "realm", etype_bits_text(mem, t->in->policy->default_supported));
    input(t, "preset", "realm", t->in->policy->preset ? t->in->policy->preset : "none");
}

static void tell_choice(struct telling *t, const char *id, const char *rule, const char *spec,
                        struct etype_choice c)
{
    struct arena *mem = t->x->turn->mem;
    const struct etype_row *row = etype_find(c.etype);
    const char *outcome = row ? arena_printf(mem, "%d %s", (int)c.etype, row->name)
                              : arena_printf(mem, "14 KDC_ERR_ETYPE_NOSUPP: %s", c.why);
    tell_decision(t->x->turn, .id = id, .rule = rule, .outcome = outcome, .spec = spec,
                  .inputs = t->inputs, .n = t->n);
}

static void tell_session(const struct exchange *x, const struct etype_inputs *in,
                         struct etype_choice c)
{
    struct telling t = {.x = x, .in = in};
    uint32_t said = in->service->supported_etypes;
    tell_list(&t);
    input(&t, "weak-sessions", "realm", yes_no(in->policy->weak_sessions));
    tell_service(&t);
    input(&t, "aes-session", said ? in->service->text : "realm",
          yes_no((said ? said : in->policy->default_supported) & ETYPES_AES_SESSION));
    tell_choice(&t, "kdc.etype.session",
                in->kind == SERVICE_TGS
                    ? "The first type in the client's list that the realm permits: the service is "
                      "the KDC itself, and it can use all of them."
                : etype_declared(in)
                    ? "The first type in the client's list that the realm permits and that is said "
                      "of the service, by its account or else by the domain's default; the bit for "
                      "AES session keys adds both AES types."
                    : "The first type in the client's list that the realm permits and that the "
                      "service has a key of, for then it can use it.",
                "RFC 4120 3.1.3, MS-KILE 2.2.7", c);
}

static void tell_ticket(const struct exchange *x, const struct etype_inputs *in,
                        struct etype_choice c)
{
    struct telling t = {.x = x, .in = in};
    tell_list(&t);
    input(&t, "tickets-as-asked", "realm", yes_no(in->policy->tickets_as_asked));
    tell_service(&t);
    tell_choice(&t, "kdc.etype.ticket",
                in->policy->tickets_as_asked
                    ? "The first type in the client's list that the realm permits and that the "
                      "service has a key of: the KDC is set to follow the client."
                : etype_declared(in)
                    ? "The strongest type that the realm permits, that is said of the service, and "
                      "that it has a key of. The client is not asked: it never opens the ticket."
                    : "The strongest type that the realm permits and that the service has a key "
                      "of. The client is not asked: it never opens the ticket.",
                "RFC 4120 3.1.3, MS-KILE 2.2.7", c);
}

static void tell_reply(const struct exchange *x, const struct etype_inputs *in,
                       struct etype_choice c)
{
    struct telling t = {.x = x, .in = in};
    tell_list(&t);
    input(&t, "client-keys", in->client->text, list_keys(x, in->client));
    input(&t, "client-supported", in->client->text,
          etype_bits_text(x->turn->mem, in->client->supported_etypes));
    tell_choice(&t, "kdc.etype.reply",
                "The first type in the client's list that the realm permits and that the client "
                "has a key of. What is said of its account counts for tickets to it, not here.",
                "RFC 4120 3.1.3", c);
}

/* ---- the step ---------------------------------------------------------------------------------
 */

static bool is_weak(int32_t etype)
{
    const struct etype_row *row = etype_find(etype);
    return row && row->weak;
}

static void say_inputs(struct exchange *x, const struct etype_inputs *in)
{
    uint32_t declared = etype_declared(in);
    SAY(x, A_STR("asked", list_asked(x)), A_STR("permitted", list_permitted(x)),
        A_STR("service_keys", list_keys(x, x->server)));
    if (declared)
        SAY(x, A_STR("declared", etype_bits_text(x->turn->mem, declared)));
    if (!x->is_tgs)
        SAY(x, A_STR("client_keys", list_keys(x, x->client)));
}

static void say_choices(struct exchange *x)
{
    int32_t ticket = x->server_key->key.etype;
    SAY(x, A_ETYPE("session", x->session_etype), A_ETYPE("ticket", ticket));
    if (x->client_key)
        SAY(x, A_ETYPE("reply", x->client_key->key.etype));
    if (is_weak(ticket) || is_weak(x->session_etype))
        SAY(x, A_ETYPE("weak", is_weak(ticket) ? ticket : x->session_etype));
}

int32_t step_etype(struct exchange *x)
{
    struct etype_inputs in = inputs_of(x);
    bool tells = told(x->turn);
    if (tells)
        say_inputs(x, &in);
    struct etype_choice session = choose_session(&in), ticket = choose_ticket(&in), reply = {0};
    if (tells)
        tell_session(x, &in, session);
    if (!session.etype)
        return refuse(x, KDC_ERR_ETYPE_NOSUPP, session.why);
    if (tells)
        tell_ticket(x, &in, ticket);
    if (!ticket.etype)
        return refuse(x, KDC_ERR_ETYPE_NOSUPP, ticket.why);
    if (in.client)
        reply = choose_reply(&in);
    if (in.client && tells)
        tell_reply(x, &in, reply);
    if (in.client && !reply.etype)
        return refuse(x, KDC_ERR_ETYPE_NOSUPP, reply.why);
    x->session_etype = session.etype;
    x->server_key = ticket.key;
    x->client_key = reply.key;
    if (tells)
        say_choices(x);
    return DONE;
}
