/* A step that a client does: its request, what goes to and fro, its outcome. */
#include "sim/world_inside.h"

#include "wire/names.h"

#include <arpa/inet.h>
#include <string.h>

struct client *world_client(const struct actor *a)
{
    return a->client ? a->client : a->agent;
}

static bool begin(struct actor *a, const struct packet *p, const void *arg, struct turn *t)
{
    (void)p;
    return client_do(world_client(a), arg, t);
}

/* A keytab that somebody made by hand, from the right password and a salt he took for the right
 * one: the names and versions of the account's, other keys. */
static void make_again(struct world *w, const struct scenario_step *s, struct keytab *keytab)
{
    const char *realm = world_actor(w, s->party)->is->realm;
    const struct scenario_account *a = scenario_account(w->scenario, realm, s->principal);
    struct key *made = arena_array(w->mem, struct key, keytab->n);
    for (size_t i = 0; i < keytab->n && !w->trouble; i++) {
        w->trouble = !string_to_key(w->crypto, keytab->entries[i].etype, bytes_str(a->password),
                                    bytes_str(s->keytab_salt), (struct bytes){0}, &made[i]);
        keytab->entries[i].key = key_bytes(&made[i]);
    }
}

static const struct HostAddresses *addresses_of(struct world *w, const struct scenario_step *s)
{
    struct HostAddresses *all = s->n_addresses ? arena_new_of(w->mem, struct HostAddresses) : NULL;
    if (!all)
        return NULL;
    all->at = arena_array(w->mem, struct HostAddress, s->n_addresses);
    for (all->n = 0; all->n < s->n_addresses; all->n++) {
        struct in_addr *ipv4 = arena_new_of(w->mem, struct in_addr);
        inet_pton(AF_INET, s->addresses[all->n], ipv4);        /* read and checked before */
        all->at[all->n] = (struct HostAddress){.addr_type = 2, /* IPv4 */
                                               .address = bytes_of(ipv4, sizeof *ipv4)};
    }
    return all;
}

/* What that party's client holds; NULL: no such party, or nothing. */
static const struct ccache *cache_of(struct world *w, const char *name)
{
    struct actor *a = world_actor(w, name);
    struct ccache *cache = arena_new_of(w->mem, struct ccache);
    return a && a->client && client_ccache(a->client, w->mem, cache) ? cache : NULL;
}

static const struct keytab *keytab_of(struct world *w, const struct scenario_step *s)
{
    const char *realm = world_actor(w, s->party)->is->realm;
    const struct account *account = world_account(w, realm, s->principal);
    if (!account)
        return NULL;
    struct keytab *keytab = arena_new_of(w->mem, struct keytab);
    population_keytab(changes_realm(w->changes, realm), account, NULL, w->now, w->mem, keytab);
    if (s->keytab_salt)
        make_again(w, s, keytab);
    return keytab;
}

static struct bytes password_bytes(const char *text)
{
    return text ? bytes_str(text) : (struct bytes){0};
}

static struct client_do_args args_of(struct world *w, const struct scenario_step *s)
{
    static const enum client_task tasks[] = {
        [DO_LOGON] = CLIENT_LOGON, [DO_TICKET] = CLIENT_TICKET,     [DO_GET] = CLIENT_GET,
        [DO_RENEW] = CLIENT_RENEW, [DO_VALIDATE] = CLIENT_VALIDATE, [DO_FORWARD] = CLIENT_FORWARD,
        [DO_PROXY] = CLIENT_PROXY, [DO_PASSWORD] = CLIENT_PASSWORD, [DO_BROWSE] = CLIENT_BROWSE,
    };
    struct actor *service = world_actor(w, s->service);
    return (struct client_do_args){
        .task = tasks[s->kind],
        .principal = s->principal,
        .password = password_bytes(s->password),
        .keytab = s->with_keytab ? keytab_of(w, s) : NULL,
        .kdc_options = s->kdc_options,
        .life = s->life,
        .renew_life = s->renew_life,
        .timestamp_first = s->timestamp_first,
        .spn = s->spn,
        .service = service ? &service->handle : NULL,
        .target = s->target,
        .host = s->host,
        .mutual = s->mutual,
        .name_type = s->name_type,
        .in_tkt = s->in_tkt,
        .postdate = s->postdate,
        .addresses = addresses_of(w, s),
        .armor = cache_of(w, s->armor),
        .hide_client = s->hide_client,
        .anonymous = s->anonymous,
        .second_ticket = cache_of(w, s->u2u),
        .anew = s->anew,
        .new_password = password_bytes(s->new_password),
        .change_for = s->account,
        .port = (uint16_t)s->url_port,
        .tls = s->tls && service ? service->tls : NULL,
        .method = s->method,
        .fresh = s->fresh,
    };
}

/* Nobody answered in time: once more, or that was it. False: the client gives up. */
static bool wait_for_answer(struct world *w)
{
    w->now = w->deadline;
    if (w->tries >= WORLD_TRIES)
        return false;
    world_send_again(w, &w->last);
    return true;
}

static bool lost(struct actor *a, const struct packet *p, const void *arg, struct turn *t)
{
    (void)p, (void)arg;
    return client_lost(world_client(a), t);
}

/* A browser whose KDC is silent has other ways than Kerberos. */
static bool goes_on_without(struct world *w, struct actor *a)
{
    if (w->step->kind != DO_BROWSE)
        return false;
    w->deadline = NEVER;
    world_turn(w, a, NULL, lost, NULL, NULL);
    return client_result(world_client(a)).state == CLIENT_WAITING;
}

/* How it ended for the client: 0, an error, or of a browser that got an answer its status. */
static void tell_outcome(struct world *w, struct actor *a, const struct client_outcome *out)
{
    const struct browsed *b = w->step->kind == DO_BROWSE ? client_browsed(a->client) : NULL;
    int32_t code = out->state == CLIENT_GRANTED ? 0 : out->error;
    const char *text = out->text;
    bool believed = out->state == CLIENT_GRANTED || (b && b->status >= 300);
    if (b && b->status && believed) {
        code = EXPECT_HTTP + b->status;
        text = b->scheme && strcmp(b->scheme, "none") != 0
                   ? arena_printf(
                         w->mem, "by %s%s%s%s", b->scheme, b->fell_back ? ", not Kerberos: " : "",
                         b->fell_back ? b->fell_back : "",
                         b->requests > 1 ? arena_printf(w->mem, ", %u requests", b->requests) : "")
                   : "";
    }
    world_tell_result(w, a, code, text);
}

static void tell_end(struct world *w, struct actor *a, const struct client_outcome *out)
{
    if (out)
        tell_outcome(w, a, out);
    else
        world_tell_result(w, a, EXPECT_NO_ANSWER, "");
}

/* A service whose controller has not answered by then goes on without it. False: nobody waits, or
 * something else comes first. */
static bool alarm_first(struct world *w)
{
    int64_t at, then;
    struct actor *a = world_alarm(w, &at);
    if (!a || (w->flights && w->flights->at <= at) || at > w->deadline)
        return false;
    w->now = at > w->now ? at : w->now;
    world_controller_lost(w, a);
    w->trouble |= world_alarm(w, &then) == a && then <= at; /* it would go on for ever */
    return true;
}

void world_converse(struct world *w, struct actor *a, const struct client_do_args *args,
                    void (*end)(struct world *, struct actor *, const struct client_outcome *))
{
    bool done = false;
    w->deadline = NEVER;
    world_turn(w, a, NULL, begin, NULL, args);
    while (!w->trouble) {
        struct client_outcome out = client_result(world_client(a));
        bool waiting = !done && out.state == CLIENT_WAITING;
        if (!done && !waiting) {
            end(w, a, &out);
            done = true;
        }
        if (waiting && w->deadline == NEVER) {
            w->trouble = true; /* it waits and has sent nothing */
        } else if (waiting && alarm_first(w)) {
            continue;
        } else if (waiting && (!w->flights || w->flights->at > w->deadline)) {
            if (wait_for_answer(w) || goes_on_without(w, a))
                continue;
            end(w, a, NULL);
            done = true;
        } else if (w->flights) {
            world_arrive(w);
        } else {
            return;
        }
    }
}

void world_ask(struct world *w)
{
    struct client_do_args args = args_of(w, w->step);
    world_converse(w, world_actor(w, w->step->party), &args, tell_end);
    world_hops(w);
    world_tell_ledger(w);
}
