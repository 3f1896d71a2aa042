/* Frames over TCP. First octet: the limit on a message, 0 for none; the rest is the stream. */
#include "wire/frame.h"
#include "tests/fuzz/flat_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    begin();
    struct bytes in = bytes_of(data + 1, n - 1), message = {0};
    size_t limit = data[0], at = 0, used = 0;
    while (frame_read(bytes_slice(in, at, in.n - at), limit, &message, &used) == FRAME_WHOLE) {
        MUST(used == FRAME_HEADER + message.n && used <= in.n - at);
        MUST(limit == 0 || message.n <= limit);
        MUST(bytes_equal(frame_write(mem, message), bytes_slice(in, at, used)));
        at += used;
    }
    tiles(frame_walk, in);
    return 0;
}
