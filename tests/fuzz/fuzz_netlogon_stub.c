/* Netlogon's stubs and Digest's messages. First octet: which call (low three bits) and direction
 * (0x08), and with the high bit a script of edits over a right question (tests/fuzz/edit.h). */
#include "wire/netlogon.h"
#include "tests/fuzz/edit.h"
#include "tests/fuzz/flat_fuzz.h"

static const uint16_t opnums[] = {NETR_SERVER_REQ_CHALLENGE, NETR_SERVER_AUTHENTICATE3,
                                  NETR_LOGON_SAM_LOGON_EX, NETR_LOGON_GET_CAPABILITIES};
static uint16_t opnum;
static bool answer;

static bool walk(struct bytes in, struct arena *m, struct faults *f, struct flat_visitor *v)
{
    return netlogon_stub_walk(in, opnum, answer, m, f, v);
}

static struct bytes right(void)
{
    struct netr_sam_logon_ex m = {.logon_server = BYTES_LIT("\\\\DC1"),
                                  .computer_name = BYTES_LIT("WEB1"),
                                  .logon_level = NetlogonNetworkInformation,
                                  .validation_level = NetlogonValidationSamInfo4,
                                  .domain = BYTES_LIT("EXAMPLE"),
                                  .user = BYTES_LIT("alice"),
                                  .workstation = BYTES_LIT("PC1"),
                                  .nt_response = BYTES_LIT("twenty-four octets long.")};
    return netr_sam_logon_ex_write(mem, false, &m);
}

/* What is read is written so that it is read as the same. */
static void again(struct bytes in)
{
    struct netr_sam_logon_ex m, n;
    if (opnum != NETR_LOGON_SAM_LOGON_EX || answer ||
        !netr_sam_logon_ex_read(in, false, mem, NULL, &m))
        return;
    struct bytes out = netr_sam_logon_ex_write(mem, false, &m);
    MUST(out.n && netr_sam_logon_ex_read(out, false, mem, NULL, &n));
    MUST(bytes_equal(m.user, n.user) && bytes_equal(m.nt_response, n.nt_response) &&
         bytes_equal(m.message, n.message));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct digest_validation_request q;
    struct digest_validation_response a;
    if (n == 0)
        return 0;
    begin();
    opnum = opnums[data[0] % 4];
    answer = data[0] & 0x08;
    struct bytes in = edit_or_replace(mem, right(), data, n);
    tiles(walk, in);
    again(in);
    digest_validation_request_read(in, mem, NULL, &q);
    digest_validation_response_read(in, mem, NULL, &a);
    return 0;
}
