/* The trace: append-only, it holds the octets that crossed the wire, the steps and the keys each
 * party came to hold. Whatever is shown or exported is computed from it, never from the structs
 * that produced it. */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "base/packet.h"
#include "base/story.h"

enum event_kind {
    EVENT_TASK,     /* the scenario begins a step: .text is its narration, .id its kind ("logon") */
    EVENT_PACKET,   /* a message left; .fate says what became of it */
    EVENT_STEP,     /* an engine's step */
    EVENT_KEY,      /* a party came to hold a key */
    EVENT_TAMPER,   /* the world changed something: .id ("drop", "flip"), .text */
    EVENT_DECISION, /* inputs -> rule -> outcome: .id, .text (the outcome), .decision */
    EVENT_RESULT,   /* the outcome of a task for a party: .id ("granted", "refused"), .text */
};

enum fate { FATE_DELIVERED, FATE_DROPPED, FATE_CHANGED, FATE_INJECTED };

struct event {
    enum event_kind kind;
    size_t index;      /* of this event in the trace */
    int64_t at;        /* world time, microseconds since 1970 */
    int64_t local;     /* by the clock of the party concerned */
    const char *party; /* who tells, holds or sends; "" for the world */
    const char *id;    /* step id, task kind, tamper kind */
    const char *text;
    /* EVENT_STEP */
    enum outcome outcome;
    const struct arg *args;
    size_t n_args;
    /* EVENT_PACKET: the message as the engine sent it (data) and, when changed on the way, as it
     * arrived (arrived; else equal). number counts packets from 1. in_reply is the number of the
     * packet this answers, 0: none. */
    size_t number, in_reply;
    const char *to;
    enum transport via;
    enum fate fate;
    uint16_t from_port, to_port;
    unsigned conn; /* TCP connections counted from 1; 0: datagram */
    bool tls;      /* inside TLS: on the way nobody sees what is shown here */
    struct bytes data, arrived;
    /* EVENT_KEY */
    int32_t etype, kvno;
    struct bytes value;
    const char *key_name;
    /* EVENT_DECISION: a copy */
    const struct decision_told *decision;
};

struct party_told {
    const char *name, *role; /* "client", "kdc", "service", "eavesdropper" */
    const char *address;     /* "10.0.0.5", for exports */
};

struct trace {
    struct arena *mem; /* owns everything in it */
    struct event **events;
    size_t n, room;
    size_t packets;
    struct party_told *parties;
    size_t n_parties;
    const char *title, *realm;
    uint64_t seed;
};

struct trace *trace_new(struct arena *mem); /* the arena of the run */
void trace_party(struct trace *, struct party_told);
/* Appends a copy, strings and octets too; returns it (it may be completed by the caller, as the
 * world does with fate). */
struct event *trace_add(struct trace *, const struct event *);

/* A struct story that appends to a trace. Set party, at and local before each turn. */
struct trace_story {
    struct story story;
    struct trace *trace;
    const char *party;
    int64_t at, local;
};
void trace_story_init(struct trace_story *, struct trace *);

/* The n-th packet (from 1); NULL: none. */
const struct event *trace_packet(const struct trace *, size_t number);

#endif
