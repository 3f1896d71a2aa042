/* PDUs of DCE/RPC, and the netlogon provider's message as it stands in a trailer. First octet: its
 * high bit, a script of edits over a right bind (tests/fuzz/edit.h). */
#include "wire/rpc.h"
#include "tests/fuzz/edit.h"
#include "tests/fuzz/flat_fuzz.h"

static struct bytes right(void)
{
    struct nl_auth_message names = {.domain = BYTES_LIT("EXAMPLE"), .computer = BYTES_LIT("WEB1")};
    struct rpc_pdu m = {.type = RPC_BIND,
                        .flags = RPC_WHOLE,
                        .call_id = 1,
                        .interface = RPC_NETLOGON,
                        .transfer = RPC_NDR,
                        .has_auth = true,
                        .auth_type = RPC_AUTH_NETLOGON,
                        .auth_level = RPC_AUTH_LEVEL_PRIVACY};
    m.auth_value = nl_auth_message_write(mem, &names);
    return rpc_write(mem, &m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct faults f = begin();
    struct rpc_pdu m;
    struct nl_auth_message names;
    if (n == 0)
        return 0;
    struct bytes in = edit_or_replace(mem, right(), data, n);
    bool ok = rpc_read(in, mem, &f, &m);
    if (!ok)
        refused(&f, in.n);
    else
        MUST(rpc_length(in) == in.n && m.stub_at + m.stub.n <= in.n && m.auth_value.n <= in.n);
    MUST(tiles(rpc_walk, in) == ok);
    nl_auth_message_read(in, NULL, &names);
    return 0;
}
