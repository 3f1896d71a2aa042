/* What both ends of NTLM have in common: levels, faults, the MIC, the hash of channel bindings. */
#include "context/ntlm_inside.h"
#include "wire/names.h"

#include <string.h>

static const struct fault_row faults[] = {
    [NTLM_UNEXPECTED] = {"ntlm.unexpected", "another message of NTLM was to come here",
                         "MS-NLMP 1.3.1.1", NULL},
    [NTLM_CHARACTERS] = {"ntlm.characters", "the client has no character set for names",
                         "MS-NLMP 3.2.5.1.1", "UNICODE or OEM"},
    [NTLM_NO_NAMES] = {"ntlm.no-names",
                       "the server does not say who it is, and messages are to be protected",
                       "MS-NLMP 3.1.5.1.2", "MsvAvNbComputerName and MsvAvNbDomainName"},
    [NTLM_RESPONSES] = {"ntlm.responses", "the message holds no response that could be one",
                        "MS-NLMP 2.2.1.3", NULL},
    [NTLM_ANONYMOUS] = {"ntlm.anonymous", "nobody logs on: no name and no response",
                        "MS-NLMP 3.2.5.1.2", NULL},
    [NTLM_REFLECTED] = {"ntlm.reflected",
                        "the challenge was answered in this server's own name: it has come back",
                        "MS-NLMP 5.1", NULL},
    [NTLM_LEVEL] = {"ntlm.level", "the server's level does not take this response",
                    "MS-NLMP 3.2.1.1", NULL},
    [NTLM_LOGON] = {"ntlm.logon", "the response was not found right", "MS-NLMP 3.2.5.1.2", NULL},
    [NTLM_SESSION_KEY] = {"ntlm.session-key",
                          "a key is to be exchanged, and the message does not bring one",
                          "MS-NLMP 3.2.5.1.2", "16 octets"},
    [NTLM_SAID_TWICE] = {"ntlm.said-twice",
                         "the client says a thing twice, and readers pick different ones",
                         "MS-NLMP 2.2.2.1",
                         "MsvAvFlags, MsvAvTargetName, MsvAvChannelBindings once"},
    [NTLM_MIC_MISSING] = {"ntlm.mic-missing", "the message carries no MIC and should",
                          "MS-NLMP 3.2.5.1.2", NULL},
    [NTLM_MIC] = {"ntlm.mic", "the MIC does not fit: one of the three messages was changed",
                  "MS-NLMP 3.2.5.1.2", NULL},
    [NTLM_BINDINGS_MISSING] = {"ntlm.bindings-missing",
                               "the client does not say in which TLS channel it stands",
                               "MS-NLMP 3.2.5.1.2", NULL},
    [NTLM_BINDINGS] = {"ntlm.bindings", "the client stands in another TLS channel",
                       "MS-NLMP 3.2.5.1.2", NULL},
    [NTLM_TARGET_MISSING] = {"ntlm.target-missing",
                             "the client does not say which service it means", "MS-NLMP 3.2.5.1.2",
                             NULL},
    [NTLM_TARGET] = {"ntlm.target", "the client means another service", "MS-NLMP 3.2.5.1.2", NULL},
    [NTLM_NO_KEY] = {"ntlm.no-key", "this context has no key to protect messages with",
                     "MS-NLMP 3.4.1", NULL},
    [NTLM_NO_ESS] =
        {"ntlm.no-ess",
         "without extended session security anybody on the way can make the other end's "
         "checksum of this one's",
         "MS-NLMP 3.4.4.1", "NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY"},
    [NTLM_SIGNATURE_FORM] = {"ntlm.message-signature", "this is no signature of NTLM",
                             "MS-NLMP 2.2.2.9", "16 octets, of version 1"},
    [NTLM_SEQUENCE] = {"ntlm.sequence", "the message is not the next one", "MS-NLMP 3.4.4", NULL},
    [NTLM_CHECKSUM] = {"ntlm.checksum",
                       "the checksum does not fit: another key made it, or something was changed",
                       "MS-NLMP 3.4.4", NULL},
};

const struct fault_row *ntlm_context_fault_table(size_t *n)
{
    *n = sizeof faults / sizeof faults[0];
    return faults;
}

const char *ntlm_fault(struct turn *t, enum ntlm_fault id)
{
    fault_raise(t->faults,
                (struct fault){.row = &faults[id], .path = "", .expected = faults[id].expected});
    return faults[id].why;
}

/* In a sentence the word that tells the flags apart is enough: the field shows them as printed. */
static char *without_prefixes(char *names)
{
    static const char *const prefixes[] = {"NTLMSSP_NEGOTIATE_", "NTLM_NEGOTIATE_", "NTLMSSP_"};
    char *out = names;
    for (const char *in = names; *in;) {
        bool begins = in == names || in[-1] == ' ';
        for (size_t i = 0; begins && i < sizeof prefixes / sizeof *prefixes; i++)
            if (strncmp(in, prefixes[i], strlen(prefixes[i])) == 0) {
                in += strlen(prefixes[i]);
                break;
            }
        *out++ = *in++;
    }
    *out = 0;
    return names;
}

struct arg ntlm_flags_arg(struct turn *t, uint32_t flags)
{
    if (!told(t))
        return A_STR("flags", "");
    return A_STR("flags", without_prefixes(name_flags(t->mem, NAMES_NTLM_FLAG, flags)));
}

const struct ntlm_level *ntlm_level(unsigned level)
{
    static const struct ntlm_level levels[] = {
        {"LM and NTLM", "LM, NTLM, NTLMv2", true, true, false, false, true, true},
        {"LM and NTLM", "LM, NTLM, NTLMv2", true, true, false, true, true, true},
        {"NTLM", "LM, NTLM, NTLMv2", false, true, false, true, true, true},
        {"NTLMv2", "LM, NTLM, NTLMv2", false, false, true, true, true, true},
        {"NTLMv2", "NTLM, NTLMv2", false, false, true, true, false, true},
        {"NTLMv2", "NTLMv2", false, false, true, true, false, false},
    };
    return level < sizeof levels / sizeof levels[0] ? &levels[level] : NULL;
}

struct ntlm_version ntlm_version_or(const struct ntlm_version *own)
{
    static const struct ntlm_version usual = {10, 0, 20348, 15}; /* Windows Server 2022 */
    return own->major ? *own : usual;
}

bool ntlm_is_session_form(struct bytes lm)
{
    static const uint8_t zeros[RESPONSE];
    return lm.n == RESPONSE && bytes_equal(bytes_slice(lm, 8, 16), bytes_of(zeros, 16)) &&
           !bytes_equal(lm, bytes_of(zeros, RESPONSE));
}

#define MIC 16

bool ntlm_mic(struct turn *t, const uint8_t exported[16], struct bytes negotiate,
              struct bytes challenge, struct bytes authenticate, size_t mic_at, uint8_t out[16])
{
    static const uint8_t zeros[MIC];
    const struct bytes parts[] = {negotiate, challenge, bytes_slice(authenticate, 0, mic_at),
                                  bytes_of(zeros, MIC),
                                  bytes_slice(authenticate, mic_at + MIC, authenticate.n)};
    return hmac_md5(t->crypto, bytes_of(exported, 16), parts, 5, out);
}

bool channel_bindings_hash(struct crypto *c, struct bytes application_data, uint8_t out[16])
{
    uint8_t head[20] = {0}; /* address types and lengths, all zero, then the data's length */
    put_le32(head + 16, (uint32_t)application_data.n);
    const struct bytes parts[] = {bytes_of(head, sizeof head), application_data};
    return md5_of(c, parts, 2, out);
}
