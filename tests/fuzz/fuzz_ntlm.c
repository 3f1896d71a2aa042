/* NTLM's messages and what they carry. Octet 0 says as what the rest is read. What is read and
 * written again reads the same. */
#include "wire/ntlm.h"
#include "tests/fuzz/flat_fuzz.h"

static void negotiate(struct bytes in)
{
    struct negotiate_message m, again;
    struct faults f = begin();
    if (!negotiate_read(in, mem, &f, &m)) {
        refused(&f, in.n);
        return;
    }
    MUST(negotiate_read(negotiate_write(mem, &m), mem, &f, &again));
    MUST(again.flags == m.flags && bytes_equal(again.domain, m.domain) &&
         bytes_equal(again.workstation, m.workstation));
}

static void challenge(struct bytes in)
{
    struct challenge_message m, again;
    struct av_pairs pairs, same;
    struct faults f = begin();
    if (!challenge_read(in, mem, &f, &m)) {
        refused(&f, in.n);
        return;
    }
    MUST(challenge_read(challenge_write(mem, &m), mem, &f, &again));
    MUST(again.flags == m.flags && bytes_equal(again.target_name, m.target_name) &&
         bytes_equal(again.target_info, m.target_info));
    if (!av_pairs_read(m.target_info, mem, &f, &pairs))
        return;
    MUST(av_pairs_read(av_pairs_write(mem, pairs.at, pairs.n), mem, &f, &same));
    MUST(same.n == pairs.n);
}

static void authenticate(struct bytes in)
{
    struct authenticate_message m, again;
    struct ntlmv2_response response;
    struct faults f = begin();
    if (!authenticate_read(in, mem, &f, &m)) {
        refused(&f, in.n);
        return;
    }
    MUST(!m.has_mic || m.mic_at + 16 <= in.n);
    MUST(authenticate_read(authenticate_write(mem, &m), mem, &f, &again));
    MUST(again.flags == m.flags && bytes_equal(again.user, m.user) &&
         bytes_equal(again.domain, m.domain) && bytes_equal(again.lm_response, m.lm_response) &&
         bytes_equal(again.nt_response, m.nt_response) &&
         bytes_equal(again.session_key, m.session_key));
    ntlmv2_response_read(m.nt_response, mem, NULL, &response);
}

static void message(struct bytes in)
{
    static void (*const readers[])(struct bytes) = {negotiate, challenge, authenticate};
    unsigned type = ntlm_message_type(in);
    if (type)
        readers[type - 1](in);
    tiles(ntlm_walk, in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n == 0)
        return 0;
    struct bytes in = {data + 1, n - 1};
    begin();
    switch (data[0] % 4) {
    case 0:
        message(in);
        break;
    case 1:
        tiles(av_pairs_walk, in);
        break;
    case 2:
        tiles(ntlmv2_response_walk, in);
        break;
    default:
        tiles(ntlm_signature_walk, in);
    }
    return 0;
}
