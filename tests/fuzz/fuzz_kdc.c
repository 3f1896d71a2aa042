/* The KDC's door. First octet: bits 0-1 what the rest is (0, 3: a packet; 1: changes to a good
 * AS-REQ; 2: to a good TGS-REQ; a change is two octets of place and one to exclusive-or), bit 2 a
 * small datagram, bit 3 narrated.
 *
 * What must hold of any packet: the KDC does not take it for its own fault; what it answers can be
 * read; a ticket of an account that needs pre-authentication leaves only for a timestamp that opens
 * with that account's key. */
#include "tests/fuzz/fuzz_kdc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct asker *a = fuzz_begin();
    if (n < 1)
        return 0;
    struct bytes rest = bytes_of(data + 1, n - 1), packet = rest;
    struct ask as = {"alice", TGS, .till = TILL, .stamp_key = asker_key(a, "alice", 18)};
    struct ask tgs = {
        .sname = WWW, .till = TILL, .tgt = &fuzz_tgt.rep.ticket, .session = &fuzz_tgt.session};
    if ((data[0] & 3) == 1)
        packet = changed(a, as_req(a, &as), rest);
    else if ((data[0] & 3) == 2)
        packet = changed(a, tgs_req(a, &tgs), rest);
    a->limit = data[0] & 4 ? 512 : 0;
    a->turn.tell = data[0] & 8 ? &a->heard.story : NULL;
    feed(a, packet);
    return 0;
}
