/* A lesson as the screen needs it: the messages of a run with what they are called, the parties as
 * columns, and where stepping stops. All of it follows from the trace; nothing here changes while
 * one steps.
 *
 * The cursor of a lesson is `at`: the events [0, at) have happened. Stop 0 is the start, stop k is
 * behind the k-th message, and the last stop is the end of the trace. */
#ifndef TUI_LESSON_H
#define TUI_LESSON_H

#include "sim/session.h"
#include "trace/dissect.h"
#include "tui/grid.h"

struct message {
    const struct event *event;
    const char *label; /* "KRB-ERROR 25 KDC_ERR_PREAUTH_REQUIRED" */
    const char *brief; /* "PREAUTH_REQUIRED" */
    bool refused;
    size_t from, to; /* columns */
};

struct column {
    const char *name;
    enum look look;
    bool client;
};

struct lesson {
    struct session *session;
    const struct trace *trace;
    const struct scenario *scenario;
    struct arena *mem; /* of the session */
    size_t number;     /* in the list of lessons, from 1; 0: a file */
    struct keyring everything;
    struct message *messages;
    size_t n;
    struct column
        *columns; /* clients left, then proxies, KDCs, services, then who listens and acts */
    size_t n_columns;
    const char *eve; /* who listens: the eavesdropper's name, or Eve */
};

/* Takes over the session; it is closed with the lesson. */
struct lesson *lesson_new(struct session *, size_t number);
void lesson_close(struct lesson *);

/* The number of the last message sent; 0: none yet. */
size_t lesson_message(const struct lesson *, size_t at);
size_t lesson_last_stop(const struct lesson *);
/* `at` of a stop; past the last it is the last. */
size_t lesson_stop(const struct lesson *, size_t stop);
size_t lesson_next_stop(const struct lesson *, size_t at); /* the same where there is none */
size_t lesson_previous_stop(const struct lesson *, size_t at);
/* Whether `at` stands right behind a message (and not at a small step). */
bool lesson_at_message(const struct lesson *, size_t at);

/* The events that tell what just happened: [*from, *to). Right behind a message: what led to it. */
void lesson_segment(const struct lesson *, size_t at, size_t *from, size_t *to);
/* "start", "end", "step 3/9", "step 3/9 +2" after two small steps. */
char *lesson_where(const struct lesson *, size_t at, struct arena *mem);
/* "Document says / wire says", told right behind the message it belongs to. */
bool lesson_is_note(const struct event *);
/* The i-th note (from 0) of that message; NULL: no more. */
const struct event *lesson_note(const struct lesson *, size_t message, size_t i);
/* An argument's text, in mem; "": none of that name. */
char *lesson_event_text(const struct event *, const char *arg, struct arena *mem);
/* "UDP", "TCP", "HTTP". */
const char *via_name(enum transport);

#endif
