#include "base/fault.h"

#include <string.h>

void (*fault_observer)(const struct fault *);

static const char *keep(struct arena *mem, const char *s)
{
    return s ? arena_str(mem, bytes_str(s)) : NULL;
}

static void make_room(struct faults *sink)
{
    size_t room = sink->room ? 2 * sink->room : 4;
    struct fault *list = arena_array(sink->mem, struct fault, room);
    if (sink->n)
        memcpy(list, sink->list, sink->n * sizeof *list);
    sink->list = list;
    sink->room = room;
}

bool fault_raise(struct faults *sink, struct fault f)
{
    if (!f.expected)
        f.expected = f.row->expected;
    if (!f.path)
        f.path = "";
    if (fault_observer)
        fault_observer(&f);
    if (!sink)
        return false;
    if (sink->n == sink->room)
        make_room(sink);
    f.path = keep(sink->mem, f.path);
    f.expected = keep(sink->mem, f.expected);
    f.found = keep(sink->mem, f.found);
    sink->list[sink->n++] = f;
    return false;
}

char *fault_text(struct arena *mem, const struct fault *f)
{
    return arena_printf(mem, "%s%soffset 0x%zx: %s%s%s%s%s (%s)", f->path, *f->path ? ", " : "",
                        f->at, f->row->why, f->expected ? "; expected " : "",
                        f->expected ? f->expected : "", f->found ? ", found " : "",
                        f->found ? f->found : "", f->row->spec);
}
