/* Stubs of the calls that set up the channel, and the doors to those of NetrLogonSamLogonEx. */
#include "wire/names.h"
#include "wire/netlogon_inside.h"

#include <string.h>

const struct fault_row netlogon_rows[NETLOGON_ROWS] = {
    [NETLOGON_ROW_LEVEL] = {"netlogon.level", "logon information of this level is not read here",
                            "MS-NRPC 2.2.1.4.16", "2 or 4"},
    [NETLOGON_ROW_VALIDATION] = {"netlogon.validation-level",
                                 "validation information of this level is not read here",
                                 "MS-NRPC 2.2.1.4.17", "5 or 6"},
    [NETLOGON_ROW_UNION] = {"netlogon.union", "the union's tag is another level than was said",
                            "C706 14.3.8", NULL},
    [NETLOGON_ROW_NULL] = {"netlogon.null", "what is needed is a null pointer", "MS-NRPC 2.2.1.4.5",
                           NULL},
    [NETLOGON_ROW_STRING] = {"netlogon.string",
                             "the counts before the octets are not the lengths of their header",
                             "MS-NRPC 2.2.1.1.1", NULL},
    [NETLOGON_ROW_DATA] = {"netlogon.data", "a length without data", "MS-NRPC 2.2.1.4.2", NULL},
    [NETLOGON_ROW_OPNUM] = {"netlogon.opnum", "stubs of this operation are not read here",
                            "MS-NRPC 3.5.4", NULL},
    [NETLOGON_ROW_DIGEST_CUT] = {"netlogon.digest-cut",
                                 "the Digest message ends within its fixed part", "MS-APDS 2.2.5",
                                 NULL},
    [NETLOGON_ROW_DIGEST_TYPE] = {"netlogon.digest-type", "this is no Digest message of version 1",
                                  "MS-APDS 2.2.5", NULL},
    [NETLOGON_ROW_DIGEST_SIZE] = {"netlogon.digest-size",
                                  "a size in the Digest message is not what there is",
                                  "MS-APDS 2.2.5", NULL},
    [NETLOGON_ROW_DIGEST_TEXT] = {"netlogon.digest-text",
                                  "a text of the Digest message does not end in its NUL",
                                  "MS-APDS 2.2.5.1", NULL},
};

const struct fault_row *netlogon_wire_fault_table(size_t *n)
{
    *n = NETLOGON_ROWS;
    return netlogon_rows;
}

/* ---- pieces ---------------------------------------------------------------------------------- */

struct bytes take_unique_text(struct ndr_reader *r, const char *name)
{
    struct bytes text = {0};
    ndr_group(r, name);
    if (ndr_pointer(r, "Pointer"))
        text = ndr_wstring(r, "String");
    ndr_group_end(r);
    return text;
}

void put_unique_text(struct ndr_writer *w, struct bytes utf8)
{
    ndr_put_pointer(w, utf8.p != NULL);
    if (utf8.p)
        ndr_put_wstring(w, utf8);
}

static void take_credential(struct ndr_reader *r, const char *name, uint8_t out[8])
{
    struct bytes b = ndr_octets(r, name, 8);
    if (b.n)
        memcpy(out, b.p, 8);
}

static int32_t take_status(struct ndr_reader *r)
{
    return (int32_t)ndr_named(r, "NTSTATUS", NAMES_NTSTATUS);
}

/* ---- NetrServerReqChallenge (MS-NRPC 3.5.4.4.1) -----------------------------------------------
 */

static void take_req_challenge(struct ndr_reader *r, bool answer, struct netr_req_challenge *out)
{
    if (answer) {
        take_credential(r, "ServerChallenge", out->challenge);
        out->status = take_status(r);
        return;
    }
    out->primary_name = take_unique_text(r, "PrimaryName");
    out->computer_name = ndr_wstring(r, "ComputerName");
    take_credential(r, "ClientChallenge", out->challenge);
}

struct bytes netr_req_challenge_write(struct arena *mem, bool answer,
                                      const struct netr_req_challenge *m)
{
    struct ndr_writer w;
    ndr_write_init(&w, mem);
    if (!answer) {
        put_unique_text(&w, m->primary_name);
        ndr_put_wstring(&w, m->computer_name);
    }
    ndr_put_octets(&w, bytes_of(m->challenge, 8));
    if (answer)
        ndr_put_u32(&w, (uint32_t)m->status);
    return ndr_written(&w);
}

/* ---- NetrServerAuthenticate3 (MS-NRPC 3.5.4.4.2) ----------------------------------------------
 */

static void take_authenticate3(struct ndr_reader *r, bool answer, struct netr_authenticate3 *out)
{
    if (answer) {
        take_credential(r, "ServerCredential", out->credential);
        out->flags = ndr_flags(r, "NegotiateFlags", NAMES_NETLOGON_FLAG);
        out->account_rid = ndr_u32(r, "AccountRid");
        out->status = take_status(r);
        return;
    }
    out->primary_name = take_unique_text(r, "PrimaryName");
    out->account_name = ndr_wstring(r, "AccountName");
    out->channel_type = ndr_named16(r, "SecureChannelType", NAMES_NETLOGON_CHANNEL);
    out->computer_name = ndr_wstring(r, "ComputerName");
    take_credential(r, "ClientCredential", out->credential);
    out->flags = ndr_flags(r, "NegotiateFlags", NAMES_NETLOGON_FLAG);
}

struct bytes netr_authenticate3_write(struct arena *mem, bool answer,
                                      const struct netr_authenticate3 *m)
{
    struct ndr_writer w;
    ndr_write_init(&w, mem);
    if (!answer) {
        put_unique_text(&w, m->primary_name);
        ndr_put_wstring(&w, m->account_name);
        ndr_put_u16(&w, m->channel_type);
        ndr_put_wstring(&w, m->computer_name);
    }
    ndr_put_octets(&w, bytes_of(m->credential, 8));
    ndr_put_u32(&w, m->flags);
    if (answer) {
        ndr_put_u32(&w, m->account_rid);
        ndr_put_u32(&w, (uint32_t)m->status);
    }
    return ndr_written(&w);
}

/* ---- NetrLogonGetCapabilities (MS-NRPC 3.5.4.4.10) --------------------------------------------
 */

static void take_authenticator(struct ndr_reader *r, const char *name,
                               struct netlogon_authenticator *out)
{
    ndr_align(r, 4);
    ndr_group(r, name);
    take_credential(r, "Credential", out->credential);
    out->timestamp = ndr_u32(r, "Timestamp");
    ndr_group_end(r);
}

static void take_get_capabilities(struct ndr_reader *r, bool answer,
                                  struct netr_get_capabilities *out)
{
    if (answer) {
        take_authenticator(r, "ReturnAuthenticator", &out->return_authenticator);
        out->level = ndr_u32(r, "level");
        out->capabilities = ndr_flags(r, "ServerCapabilities", NAMES_NETLOGON_FLAG);
        out->status = take_status(r);
        return;
    }
    out->server_name = ndr_wstring(r, "ServerName");
    out->computer_name = take_unique_text(r, "ComputerName");
    take_authenticator(r, "Authenticator", &out->authenticator);
    take_authenticator(r, "ReturnAuthenticator", &out->return_authenticator);
    out->level = ndr_u32(r, "QueryLevel");
}

static void put_authenticator(struct ndr_writer *w, const struct netlogon_authenticator *a)
{
    ndr_put_align(w, 4);
    ndr_put_octets(w, bytes_of(a->credential, 8));
    ndr_put_u32(w, a->timestamp);
}

struct bytes netr_get_capabilities_write(struct arena *mem, bool answer,
                                         const struct netr_get_capabilities *m)
{
    struct ndr_writer w;
    ndr_write_init(&w, mem);
    if (!answer) {
        ndr_put_wstring(&w, m->server_name);
        put_unique_text(&w, m->computer_name);
        put_authenticator(&w, &m->authenticator);
    }
    put_authenticator(&w, &m->return_authenticator);
    ndr_put_u32(&w, m->level);
    if (answer) {
        ndr_put_u32(&w, m->capabilities);
        ndr_put_u32(&w, (uint32_t)m->status);
    }
    return ndr_written(&w);
}

/* ---- the doors --------------------------------------------------------------------------------
 */

#define READER(call)                                                                               \
    bool netr_##call##_read(struct bytes stub, bool answer, struct arena *mem,                     \
                            struct faults *sink, struct netr_##call *out)                          \
    {                                                                                              \
        struct ndr_reader r;                                                                       \
        *out = (struct netr_##call){0};                                                            \
        ndr_read_init(&r, stub, mem, sink, NULL);                                                  \
        take_##call(&r, answer, out);                                                              \
        return ndr_read_end(&r);                                                                   \
    }                                                                                              \
    static void walk_##call(struct ndr_reader *r, bool answer)                                     \
    {                                                                                              \
        take_##call(r, answer, &(struct netr_##call){0});                                          \
    }
READER(req_challenge)
READER(authenticate3)
READER(get_capabilities)
READER(sam_logon_ex)

static const struct {
    uint16_t opnum;
    void (*walk)(struct ndr_reader *, bool answer);
} calls[] = {
    {NETR_SERVER_REQ_CHALLENGE, walk_req_challenge},
    {NETR_SERVER_AUTHENTICATE3, walk_authenticate3},
    {NETR_LOGON_GET_CAPABILITIES, walk_get_capabilities},
    {NETR_LOGON_SAM_LOGON_EX, walk_sam_logon_ex},
};

bool netlogon_stub_known(uint16_t opnum)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].opnum == opnum)
            return true;
    return false;
}

bool netlogon_stub_walk(struct bytes stub, uint16_t opnum, bool answer, struct arena *mem,
                        struct faults *sink, struct flat_visitor *v)
{
    struct ndr_reader r;
    ndr_read_init(&r, stub, mem, sink, v);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (calls[i].opnum == opnum) {
            calls[i].walk(&r, answer);
            return ndr_read_end(&r);
        }
    ndr_refuse(&r, &netlogon_rows[NETLOGON_ROW_OPNUM], NULL, NULL, NULL);
    return ndr_read_end(&r);
}
