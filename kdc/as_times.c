/* From when until when a first ticket is good, and until when it can be renewed (RFC 4120 3.1.3).
 */
#include "context/split.h"
#include "kdc/as.h"

/* ---- how long: four bounds, the shortest decides ----------------------------------------------
 */

enum { ASKED, REALM, CLIENT, SERVICE, BOUNDS };

/* A length of time as a scenario writes it: "1h30m". */
static const char *span(struct arena *mem, int64_t s)
{
    static const struct {
        int64_t length;
        const char *unit;
    } units[] = {{DAY, "d"}, {HOUR, "h"}, {MINUTE, "m"}, {SECOND, "s"}};
    char *text = arena_printf(mem, "%s", s < SECOND ? "0" : "");
    for (size_t i = 0; i < 4; s %= units[i++].length)
        if (s >= units[i].length)
            text = arena_printf(mem, "%s%lld%s", text, (long long)(s / units[i].length),
                                units[i].unit);
    return text;
}

static const char *bound_text(struct arena *mem, int64_t life)
{
    return life == NEVER ? "as long as can be" : span(mem, life);
}

struct lifetime {
    const char *id, *rule;
    const char *what[BOUNDS]; /* names of the inputs */
    int64_t bound[BOUNDS];    /* NEVER: none */
};

/* The index of the bound that decides; of equal ones the first. */
static size_t decide(struct exchange *x, const struct lifetime *l)
{
    size_t least = 0;
    for (size_t i = 1; i < BOUNDS; i++)
        if (l->bound[i] < l->bound[least])
            least = i;
    if (!told(x->turn))
        return least;
    struct arena *mem = x->turn->mem;
    const char *whose[BOUNDS] = {"request", "realm", x->client->text, x->server->text};
    struct decision_input inputs[BOUNDS];
    for (size_t i = 0; i < BOUNDS; i++)
        inputs[i] = (struct decision_input){l->what[i], whose[i], bound_text(mem, l->bound[i])};
    tell_decision(x->turn, .id = l->id, .rule = l->rule,
                  .outcome = arena_printf(mem, "%s, by %s", inputs[least].value, l->what[least]),
                  .spec = "RFC 4120 3.1.3", .inputs = inputs, .n = BOUNDS);
    return least;
}

static int64_t or_never(int64_t life)
{
    return life ? life : NEVER;
}

/* From start; till 0 or past the end of time asks for as long as can be. */
static int64_t asked_life(int64_t till, int64_t start)
{
    return till == NEVER || till - start > NEVER / 2 ? NEVER : till - start;
}

static const char *const reasons[BOUNDS] = {"as was asked", "the realm's most", "the client's most",
                                            "the service's most"};

static void set_end(struct exchange *x, int64_t till)
{
    struct EncTicketPart *t = &x->ticket;
    const struct lifetime l = {
        "kdc.as.lifetime",
        "A ticket lasts as long as was asked, and no longer than realm, client and service allow.",
        {"asked-life", "realm-max-life", "client-max-life", "service-max-life"},
        {asked_life(till, t->starttime), x->policy->max_life, or_never(x->client->max_life),
         or_never(x->server->max_life)}};
    size_t which = decide(x, &l);
    t->endtime = which == ASKED ? till : later(t->starttime, l.bound[which]);
    SAY(x, A_STR("because", reasons[which]));
    if (which != ASKED && till != NEVER)
        SAY(x, A_TIME("till", till));
}

/* Renewable when that was asked, or when it makes up for a life shorter than was asked. */
static void set_renewable(struct exchange *x, int64_t till)
{
    const struct KDC_REQ_BODY *b = x->body;
    struct EncTicketPart *t = &x->ticket;
    int64_t until;
    if (b->kdc_options & KDC_OPT_RENEWABLE)
        until = asked_till(b->has_rtime ? b->rtime : 0);
    else if ((b->kdc_options & KDC_OPT_RENEWABLE_OK) && till > t->endtime)
        until = till;
    else
        return;
    const struct lifetime l = {
        "kdc.as.renewable",
        "A ticket can be renewed as long as was asked, and no longer than realm, client and "
        "service allow.",
        {"asked-renew", "realm-max-renew", "client-max-renew", "service-max-renew"},
        {asked_life(until, t->starttime), x->policy->max_renew, or_never(x->client->max_renew),
         or_never(x->server->max_renew)}};
    size_t which = decide(x, &l);
    if (which != ASKED)
        until = later(t->starttime, l.bound[which]);
    if (until <= t->endtime)
        return;
    t->flags |= TKT_RENEWABLE;
    t->has_renew_till = true;
    t->renew_till = until;
    SAY(x, A_TIME("renew_till", until), A_STR("renew_because", reasons[which]));
}

/* ---- from when --------------------------------------------------------------------------------
 */

/* A start that lies within the allowed difference between clocks is now. A later one needs its
 * option; such a ticket is good for nothing until the KDC has validated it (RFC 4120 2.4). */
static int32_t set_start(struct exchange *x)
{
    const struct KDC_REQ_BODY *b = x->body;
    struct EncTicketPart *t = &x->ticket;
    int64_t now = x->turn->now;
    t->authtime = t->starttime = seconds_of(now);
    t->has_starttime = true;
    if (!b->has_from || b->from <= now + x->policy->skew)
        return DONE;
    if (!(b->kdc_options & KDC_OPT_POSTDATED))
        return refuse(x, KDC_ERR_CANNOT_POSTDATE, "a start in the future was not opted for");
    /* How far ahead is the realm's to say: no farther than a renewable ticket would reach. */
    if (b->from > later(now, x->policy->max_renew))
        return refuse(x, KDC_ERR_CANNOT_POSTDATE, "the start is too far in the future");
    t->starttime = b->from;
    t->flags |= TKT_POSTDATED | TKT_INVALID;
    return DONE;
}

int32_t step_as_times(struct exchange *x)
{
    const struct KDC_REQ_BODY *b = x->body;
    struct EncTicketPart *t = &x->ticket;
    int64_t till = asked_till(b->till);
    int32_t code = set_start(x);
    if (code) {
        SAY(x, A_TIME("from", b->from));
        return code;
    }
    set_end(x, till);
    SAY(x, A_TIME("starttime", t->starttime), A_TIME("endtime", t->endtime));
    if (t->endtime <= t->starttime)
        return refuse(x, KDC_ERR_NEVER_VALID, "the ticket would end before it starts");
    if (t->flags & TKT_INVALID)
        SAY(x, A_FLAGS("invalid", TKT_INVALID));
    set_renewable(x, till);
    return DONE;
}
