#include "base/packet.h"

void outbox_init(struct outbox *box, struct arena *mem)
{
    *box = (struct outbox){.mem = mem};
}

static void add(struct outbox *box, struct out out)
{
    struct out *o = arena_new_of(box->mem, struct out);
    *o = out;
    if (box->last)
        box->last->next = o;
    else
        box->first = o;
    box->last = o;
    box->n++;
}

void outbox_send(struct outbox *box, const struct packet *p)
{
    add(box, (struct out){.kind = OUT_SEND, .packet = *p});
}

void outbox_close(struct outbox *box, struct conn *conn)
{
    add(box, (struct out){.kind = OUT_CLOSE, .packet = {.conn = conn}});
}

void outbox_reply(struct outbox *box, const struct packet *p, struct bytes data)
{
    struct packet reply = *p;
    reply.from = p->to;
    reply.to = p->from;
    reply.data = data;
    outbox_send(box, &reply);
}
