#include "tui/words.h"

#include "sim/knobs.h"
#include "trace/catalogue.h"

#include <string.h>

static void add(struct paras *p, struct para para)
{
    if (p->n == p->room) {
        size_t room = p->room ? 2 * p->room : 16;
        struct para *list = arena_array(p->mem, struct para, room);
        if (p->n)
            memcpy(list, p->list, p->n * sizeof *list);
        p->list = list;
        p->room = room;
    }
    p->list[p->n++] = para;
}

static void add_prose(struct paras *p, enum look look, const char *text)
{
    if (text && *text)
        add(p, (struct para){.text = text, .look = look, .gap = true});
}

/* ---- what just happened --------------------------------------------------------------------- */

static enum look look_of(const struct lesson *l, const char *party)
{
    for (size_t i = 0; i < l->n_columns; i++)
        if (strcmp(l->columns[i].name, party) == 0)
            return l->columns[i].look;
    return LOOK_NORMAL;
}

/* The keys a party came to hold one after the other are one line, a name of several types once. */
static size_t add_keys(struct paras *p, const struct scene *s, size_t i, size_t to, const char *who)
{
    struct event *const *events = s->lesson->trace->events;
    const char *party = events[i]->party, *text = "now holds ";
    size_t n = 0;
    for (; i < to && events[i]->kind == EVENT_KEY && strcmp(events[i]->party, party) == 0; i++)
        if (!n || strcmp(events[i]->key_name, events[i - 1]->key_name) != 0)
            text = arena_printf(s->mem, "%s%s%s", text, n++ ? ", " : "", events[i]->key_name);
    add(p, (struct para){who, look_of(s->lesson, party), "+", text, LOOK_BOLD, false});
    return i;
}

static void add_step(struct paras *p, const struct scene *s, const struct event *e, const char *who)
{
    bool refused = e->outcome == STEP_REFUSED;
    add(p, (struct para){who, look_of(s->lesson, e->party), refused ? "x" : glyph(G_BULLET, false),
                         sentence_of(s->mem, e), refused ? LOOK_BOLD : LOOK_NORMAL, false});
}

static void add_result(struct paras *p, const struct scene *s, const struct event *e,
                       const char *who)
{
    const char *text = arena_printf(s->mem, "%s.", *e->text ? e->text : e->id);
    add(p, (struct para){who, look_of(s->lesson, e->party), "=", text, LOOK_BOLD, false});
}

/* Steps and keys, the party's name beside the first of a row of them. */
static void add_steps(struct paras *p, const struct scene *s, size_t from, size_t to,
                      bool but_refusals)
{
    const char *last = "";
    for (size_t i = from; i < to;) {
        const struct event *e = s->lesson->trace->events[i];
        const char *who = strcmp(e->party, last) == 0 ? "" : e->party;
        if (e->kind == EVENT_KEY || e->kind == EVENT_RESULT ||
            (e->kind == EVENT_STEP && !lesson_is_note(e)))
            last = e->party;
        if (e->kind == EVENT_KEY) {
            i = add_keys(p, s, i, to, who);
            continue;
        }
        if (e->kind == EVENT_STEP && !lesson_is_note(e) &&
            !(but_refusals && e->outcome == STEP_REFUSED))
            add_step(p, s, e, who);
        if (e->kind == EVENT_RESULT)
            add_result(p, s, e, who);
        i++;
    }
}

/* Why it ended stands before how it came there. */
static void add_refusals(struct paras *p, const struct scene *s, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct event *e = s->lesson->trace->events[i];
        if (e->kind == EVENT_STEP && e->outcome == STEP_REFUSED) {
            add_step(p, s, e, e->party);
            p->list[p->n - 1].gap = true;
        }
    }
}

static void add_told(struct paras *p, const struct scene *s, size_t from, size_t to,
                     enum event_kind kind)
{
    for (size_t i = from; i < to; i++) {
        const struct event *e = s->lesson->trace->events[i];
        if (e->kind != kind)
            continue;
        if (kind == EVENT_TASK)
            add_prose(p, LOOK_NORMAL, e->text);
        else if (kind == EVENT_TAMPER)
            add(p, (struct para){.who = NULL, .mark = "!", .text = e->text, .look = LOOK_BOLD});
    }
}

static void add_notes(struct paras *p, const struct scene *s)
{
    const struct event *note;
    for (size_t i = 0; (note = lesson_note(s->lesson, s->number, i)); i++) {
        const char *document = lesson_event_text(note, "document", s->mem);
        const char *wire = lesson_event_text(note, "wire", s->mem);
        const char *spec = lesson_event_text(note, "spec", s->mem);
        if (*document)
            add_prose(p, LOOK_NORMAL, arena_printf(s->mem, "DOCUMENT SAYS  %s", document));
        if (*wire || *spec)
            add_prose(p, LOOK_NORMAL,
                      arena_printf(s->mem, "WIRE SAYS  %s%s%s%s", wire, *spec ? "  (" : "", spec,
                                   *spec ? ")" : ""));
    }
}

static void add_fate(struct paras *p, const struct scene *s)
{
    static const char *const fates[] = {
        [FATE_DROPPED] = "This message never arrives.",
        [FATE_CHANGED] = "This message was changed on its way: the octets here are those that "
                         "arrived.",
        [FATE_INJECTED] = "Nobody of the realm sent this message: it was injected.",
    };
    const char *text = fates[s->message->event->fate];
    if (text)
        add(p, (struct para){.mark = "!", .text = text, .look = LOOK_BOLD});
}

static void add_end(struct paras *p, const struct scene *s)
{
    const struct scenario *sc = s->lesson->scenario;
    if (sc->takeaway)
        add_prose(p, LOOK_BOLD, arena_printf(s->mem, "TAKE AWAY  %s", sc->takeaway));
}

static void add_try_next(struct paras *p, const struct scene *s)
{
    const struct scenario *sc = s->lesson->scenario;
    if (p->n)
        p->list[p->n - 1].gap = true;
    for (size_t i = 0; i < sc->n_try_next; i++)
        add_prose(p, LOOK_NORMAL, arena_printf(s->mem, "TRY NEXT  %s", sc->try_next[i]));
}

/* ---- what was decided ------------------------------------------------------------------------ */

/* There is room for what says something; `tessera why` has all. */
static bool says_nothing(const char *value)
{
    static const char *const words[] = {"", "no", "none", "nothing", "never", "0"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(value, words[i]) == 0)
            return true;
    return false;
}

/* "from client-etypes 18 17 (alice), permitted-etypes 18 17 (realm)" */
static const char *inputs_text(const struct decision_told *d, struct arena *mem)
{
    const char *text = "from";
    for (size_t i = 0; i < d->n; i++) {
        const struct decision_input *in = &d->inputs[i];
        if (!says_nothing(in->value))
            text = arena_printf(mem, "%s%s %s %s (%s)", text, text[4] ? "," : "", in->name,
                                in->value, in->subject);
    }
    return text[4] ? text : "from: nothing is set";
}

static void add_decision(struct paras *p, const struct scene *s, const struct event *e)
{
    const struct decision_told *d = e->decision;
    const char *title = decision_title(d->id);
    enum look look = look_of(s->lesson, e->party);
    add(p, (struct para){e->party, look, "?",
                         arena_printf(s->mem, "decides %s: %s", title ? title : d->id, d->outcome),
                         LOOK_BOLD, false});
    add(p, (struct para){"", look, " ", inputs_text(d, s->mem), LOOK_DIM, false});
    add(p, (struct para){"", look, " ", arena_printf(s->mem, "%s (%s)", d->rule, d->spec),
                         LOOK_NORMAL, true});
}

static struct paras words_decided(const struct scene *s)
{
    struct paras p = {.mem = s->mem};
    size_t from, to;
    lesson_segment(s->lesson, s->at, &from, &to);
    for (size_t i = from; i < to; i++)
        if (s->lesson->trace->events[i]->kind == EVENT_DECISION)
            add_decision(&p, s, s->lesson->trace->events[i]);
    if (!p.n)
        add_prose(&p, LOOK_NORMAL, "Nothing was decided here. e goes back to what happened.");
    return p;
}

struct paras words_happened(const struct scene *s)
{
    if (s->app->explain && s->at)
        return words_decided(s);
    struct paras p = {.mem = s->mem};
    const struct lesson *l = s->lesson;
    size_t from, to;
    if (s->at == 0) {
        add_prose(&p, LOOK_NORMAL, l->scenario->goal);
        add_prose(&p, LOOK_DIM, "→ sends the first message, ← takes it back.");
        return p;
    }
    lesson_segment(l, s->at, &from, &to);
    bool behind = lesson_at_message(l, s->at);
    if (s->at == l->trace->n && !behind)
        add_end(&p, s);
    add_told(&p, s, from, to, EVENT_TASK);
    if (behind) {
        add_fate(&p, s);
        add_refusals(&p, s, from, to);
        add_notes(&p, s);
    }
    add_told(&p, s, from, to, EVENT_TAMPER);
    if (behind && s->lecture && s->root->top->words)
        add_prose(&p, LOOK_NORMAL, s->root->top->words->text);
    add_steps(&p, s, from, to, behind);
    if (s->at == l->trace->n && !behind)
        add_try_next(&p, s);
    return p;
}

/* ---- what the selected field means ---------------------------------------------------------- */

static void add_seal(struct paras *p, const struct scene *s, struct field *f)
{
    const struct ring_key *key = scene_key_for(s, f);
    if (!key) {
        add_prose(p, LOOK_NORMAL, "Sealed. No key of this run opens it.");
        return;
    }
    const char *holders = scene_holders(key, s->mem), *text;
    if (scene_is_open(s, f) && !f->opens) /* no key of Kerberos, and no usage */
        text = arena_printf(s->mem, "Opened with %s. Holders: %s.", key->name, holders);
    else if (scene_is_open(s, f))
        text = arena_printf(s->mem, "Opened with %s, key usage %d. Holders: %s.", key->name,
                            (int)f->opened_usage, holders);
    else if (f->state == FIELD_OPENED)
        text = arena_printf(s->mem, "Sealed. %s opens it, held by %s: Enter.", key->name, holders);
    else
        text = arena_printf(s->mem, "Sealed. %s opens it; %s holds no such key now.", key->name,
                            s->eyes ? s->eyes : "nobody");
    add_prose(p, LOOK_BOLD, text);
}

/* Before the first message there is no field: how to read what will come. */
static void add_signs(struct paras *p)
{
    add_prose(p, LOOK_NORMAL,
              "───>  a message that was sent\n"
              "═══▶  the one looked at\n"
              "· · >  not yet sent\n"
              "x  it refuses;  !  changed on the way");
    add_prose(p, LOOK_DIM, "? shows the keys.");
}

struct paras words_meaning(const struct scene *s)
{
    struct paras p = {.mem = s->mem};
    struct field *f = s->field;
    if (!f) {
        add_signs(&p);
        return p;
    }
    struct field *sealed = scene_sealed(f);
    if (f->value && f->state != FIELD_SEALED && f->state != FIELD_OPENED)
        add_prose(&p, LOOK_BOLD, f->value); /* whole: the tree may have cut it */
    if (sealed)
        add_seal(&p, s, sealed);
    if (f->fault)
        add(&p, (struct para){.mark = "x", .text = f->fault->row->why, .look = LOOK_BOLD});
    if (f->words)
        add_prose(&p, LOOK_NORMAL, f->words->text);
    if (f->covers)
        add_prose(&p, LOOK_NORMAL,
                  arena_printf(s->mem, "It covers %s, key usage %d.", f->covers->over,
                               (int)f->covers->usage));
    if (f->words && f->words->spec)
        add_prose(&p, LOOK_DIM, f->words->spec);
    return p;
}
