#include "tui/lesson.h"

#include <string.h>

/* ---- columns -------------------------------------------------------------------------------- */

static const struct {
    const char *role;
    enum look look;
} roles[] = {
    {"client", LOOK_CLIENT},   {"proxy", LOOK_SERVICE},       {"kdc", LOOK_KDC},
    {"service", LOOK_SERVICE}, {"eavesdropper", LOOK_NORMAL},
};
#define N_ROLES (sizeof roles / sizeof *roles)

static bool acts(const struct trace *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct event *e = t->events[i];
        if (e->kind == EVENT_PACKET && (strcmp(e->party, name) == 0 || strcmp(e->to, name) == 0))
            return true;
    }
    return false;
}

static void add_column(struct lesson *l, const char *name, size_t role)
{
    l->columns[l->n_columns++] = (struct column){name, roles[role].look, role == 0};
}

static bool has_column(const struct lesson *l, const char *name)
{
    for (size_t i = 0; i < l->n_columns; i++)
        if (strcmp(l->columns[i].name, name) == 0)
            return true;
    return false;
}

static void set_columns(struct lesson *l)
{
    const struct trace *t = l->trace;
    l->columns = arena_array(l->mem, struct column, t->n_parties + 2 * t->packets + 1);
    l->eve = "Eve";
    for (size_t role = 0; role < N_ROLES; role++)
        for (size_t i = 0; i < t->n_parties; i++) {
            const struct party_told *p = &t->parties[i];
            if (strcmp(p->role, roles[role].role) != 0)
                continue;
            if (role == N_ROLES - 1)
                l->eve = p->name;
            if (role < N_ROLES - 1 || acts(t, p->name))
                add_column(l, p->name, role);
        }
    for (size_t i = 0; i < t->n; i++) { /* whoever sent without being introduced */
        const struct event *e = t->events[i];
        if (e->kind == EVENT_PACKET && !has_column(l, e->party))
            add_column(l, e->party, N_ROLES - 1);
        if (e->kind == EVENT_PACKET && !has_column(l, e->to))
            add_column(l, e->to, N_ROLES - 1);
    }
}

static size_t column_of(const struct lesson *l, const char *name)
{
    size_t i = 0;
    while (i + 1 < l->n_columns && strcmp(l->columns[i].name, name) != 0)
        i++;
    return i;
}

/* ---- messages ------------------------------------------------------------------------------- */

/* "KRB-ERROR 25 KDC_ERR_PREAUTH_REQUIRED" is known by its last word. */
static const char *brief_error(const char *label)
{
    static const char *const families[] = {"KDC_ERR_", "KRB_AP_ERR_", "KRB_ERR_", "KRB_AP_"};
    const char *last = strrchr(label, ' ');
    for (size_t i = 0; last && i < sizeof families / sizeof *families; i++)
        if (strncmp(last + 1, families[i], strlen(families[i])) == 0)
            return last + 1 + strlen(families[i]);
    return last ? last + 1 : label;
}

/* "NetrServerReqChallenge" is "ReqChallenge", "NetrLogonSamLogonEx answer STATUS_WRONG_PASSWORD" is
 * "WRONG_PASSWORD". */
static const char *brief_netlogon(const char *label, struct arena *mem)
{
    const char *status = strstr(label, " answer STATUS_");
    const char *said = status ? status + strlen(" answer STATUS_") : "";
    if (status)
        return strcmp(said, "SUCCESS") == 0 ? arena_printf(mem, "answer %s", said) : said;
    label += strlen("Netr");
    const char *const kinds[] = {"Server", "Logon"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(label, kinds[i], strlen(kinds[i])) == 0)
            return label + strlen(kinds[i]);
    return label;
}

/* "HTTP 200 + NegTokenResp (accept-completed)" is "200 + NegTokenResp (completed)", and of NTLM's
 * messages the kind is enough. */
static const char *brief_spnego(const char *label, struct arena *mem)
{
    static const char *const known[] = {"(accept-", "(NTLM "};
    label += strncmp(label, "HTTP ", 5) == 0 ? 5 : 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const char *at = strstr(label, known[i]);
        if (at)
            return arena_printf(mem, "%.*s(%s", (int)(at - label), label, at + strlen(known[i]));
    }
    return label;
}

/* "HTTP GET http://www.example.test/x + NTLM NEGOTIATE", as to a proxy, is "GET //www/x + NTLM
 * NEGOTIATE". */
static const char *brief_absolute(const char *label, const char *uri, struct arena *mem)
{
    const char *host = uri + strlen("http:"), *name = host + strlen("//");
    const char *rest = name + strcspn(name, "/ ");
    size_t n = strcspn(name, "./ ");
    return arena_printf(mem, "%.*s//%.*s%s", (int)(uri - label - 5), label + 5, (int)n, name, rest);
}

/* "HTTP GET / + AP-REQ HTTP/www.example.test" is "GET / + AP-REQ HTTP/www", "HTTP 401 + KRB-ERROR
 * 44 KRB_AP_ERR_BADKEYVER" is "401 + BADKEYVER", and of DNS the names are left out. */
static const char *brief_of(const char *label, struct arena *mem)
{
    const char *error = strstr(label, "KRB-ERROR ");
    if (error == label)
        return brief_error(label);
    if (error && strncmp(label, "HTTP ", 5) == 0)
        return arena_printf(mem, "%.*s%s", (int)(error - label - 5), label + 5, brief_error(label));
    if (strncmp(label, "Netr", 4) == 0)
        return brief_netlogon(label, mem);
    const char *uri = strstr(label, " http://");
    if (uri && strncmp(label, "HTTP ", 5) == 0)
        return brief_absolute(label, uri + 1, mem);
    if (strstr(label, " + NegToken"))
        return brief_spnego(label, mem);
    if (strncmp(label, "DNS ", 4) == 0)
        return arena_printf(mem, "%.*s", (int)(4 + strcspn(label + 4, " ")), label);
    char *brief = arena_str(mem, bytes_str(label));
    if (strncmp(brief, "HTTP ", 5) == 0 && !(brief[5] >= '0' && brief[5] <= '9'))
        brief += 5;
    char *spn = strrchr(brief, ' '), *host = spn ? strchr(spn, '/') : NULL;
    char *dot = host ? strchr(host, '.') : NULL;
    if (dot)
        *dot = '\0';
    return brief;
}

static bool is_refusal(const char *label)
{
    const char *status = strstr(label, " answer STATUS_");
    if (strncmp(label, "Netr", 4) == 0 && status)
        return strcmp(status, " answer STATUS_SUCCESS") != 0;
    return strncmp(label, "KRB-ERROR", 9) == 0 || strncmp(label, "HTTP 4", 6) == 0 ||
           strncmp(label, "HTTP 5", 6) == 0;
}

/* The SPN is always in sight where a ticket is asked for or shown. */
static const char *with_spn(struct root *root, const char *label, struct arena *mem)
{
    static const char *const paths[] = {"TGS-REQ.req-body.sname", "AP-REQ.ticket.sname"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct field *f = field_find(root, paths[i]);
        if (f && f->value && *f->value && !strstr(label, f->value))
            return arena_printf(mem, "%s %s", label, f->value);
    }
    return label;
}

static void set_message(struct lesson *l, const struct event *e)
{
    struct message *m = &l->messages[l->n++];
    struct root *root = dissect(e->arrived, e->via, &l->everything, l->session->crypto, l->mem);
    m->event = e;
    m->label = with_spn(root, message_label(root, l->mem), l->mem);
    m->brief = brief_of(m->label, l->mem);
    m->refused = is_refusal(m->label);
    if (e->tls) {
        m->label = arena_printf(l->mem, "TLS: %s", m->label);
        m->brief = arena_printf(l->mem, "TLS: %s", m->brief);
    }
    m->from = column_of(l, e->party);
    m->to = column_of(l, e->to);
}

struct lesson *lesson_new(struct session *session, size_t number)
{
    struct lesson *l = arena_new_of(session->mem, struct lesson);
    l->session = session;
    l->mem = session->mem;
    l->trace = session->trace;
    l->scenario = &session->scenario;
    l->number = number;
    l->everything = keyring_of(l->trace, l->trace->n, l->mem);
    set_columns(l);
    l->messages = arena_array(l->mem, struct message, l->trace->packets);
    for (size_t i = 0; i < l->trace->n; i++)
        if (l->trace->events[i]->kind == EVENT_PACKET)
            set_message(l, l->trace->events[i]);
    return l;
}

void lesson_close(struct lesson *l)
{
    if (l)
        session_close(l->session);
}

/* ---- stepping ------------------------------------------------------------------------------- */

size_t lesson_message(const struct lesson *l, size_t at)
{
    size_t k = 0;
    while (k < l->n && l->messages[k].event->index < at)
        k++;
    return k;
}

size_t lesson_last_stop(const struct lesson *l)
{
    size_t behind = l->n ? l->messages[l->n - 1].event->index + 1 : 0;
    return l->n + (l->trace->n > behind);
}

size_t lesson_stop(const struct lesson *l, size_t stop)
{
    if (!stop)
        return 0;
    return stop <= l->n ? l->messages[stop - 1].event->index + 1 : l->trace->n;
}

size_t lesson_next_stop(const struct lesson *l, size_t at)
{
    size_t next = lesson_stop(l, lesson_message(l, at) + 1);
    return next > at ? next : at;
}

size_t lesson_previous_stop(const struct lesson *l, size_t at)
{
    size_t k = lesson_message(l, at), here = lesson_stop(l, k);
    if (here < at || !k)
        return here;
    return lesson_stop(l, k - 1);
}

bool lesson_at_message(const struct lesson *l, size_t at)
{
    size_t k = lesson_message(l, at);
    return k && lesson_stop(l, k) == at;
}

void lesson_segment(const struct lesson *l, size_t at, size_t *from, size_t *to)
{
    size_t k = lesson_message(l, at);
    if (lesson_at_message(l, at)) {
        *from = lesson_stop(l, k - 1);
        *to = at - 1;
    } else {
        *from = lesson_stop(l, k);
        *to = at;
    }
}

char *lesson_where(const struct lesson *l, size_t at, struct arena *mem)
{
    size_t k = lesson_message(l, at), small = 0;
    for (size_t i = lesson_stop(l, k); i < at; i++)
        small += !lesson_is_note(l->trace->events[i]);
    if (at == 0)
        return arena_printf(mem, "start");
    if (at == l->trace->n && !lesson_at_message(l, at))
        return arena_printf(mem, "end");
    if (!k)
        return arena_printf(mem, "start +%zu", small);
    if (!small)
        return arena_printf(mem, "step %zu/%zu", k, l->n);
    return arena_printf(mem, "step %zu/%zu +%zu", k, l->n, small);
}

/* ---- what stands beside it ------------------------------------------------------------------ */

bool lesson_is_note(const struct event *e)
{
    return e->kind == EVENT_STEP && strcmp(e->id, "world.note") == 0;
}

static const struct arg *arg_of(const struct event *e, const char *name)
{
    for (size_t i = 0; i < e->n_args; i++)
        if (strcmp(e->args[i].name, name) == 0)
            return &e->args[i];
    return NULL;
}

const struct event *lesson_note(const struct lesson *l, size_t message, size_t i)
{
    for (size_t k = lesson_stop(l, message); message && k < l->trace->n; k++) {
        const struct event *e = l->trace->events[k];
        const struct arg *packet = lesson_is_note(e) ? arg_of(e, "packet") : NULL;
        if (packet && packet->number == (int64_t)message && i-- == 0)
            return e;
    }
    return NULL;
}

char *lesson_event_text(const struct event *e, const char *arg, struct arena *mem)
{
    const struct arg *a = arg_of(e, arg);
    return a ? arena_str(mem, a->text) : arena_printf(mem, "%s", "");
}

const char *via_name(enum transport via)
{
    static const char *const names[] = {[VIA_UDP] = "UDP",
                                        [VIA_TCP] = "TCP",
                                        [VIA_HTTP] = "HTTP",
                                        [VIA_DNS] = "UDP",
                                        [VIA_RPC] = "TCP"};
    return names[via];
}
