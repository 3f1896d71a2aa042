/* A client that hands over its logon (RFC 4121 4.1.1): a KRB-CRED in checksum 0x8003 with a ticket-
 * granting ticket and its session key. Who has these is the client, everywhere, until they expire:
 * what came is opened and told, and not kept. */
#include "service/inside.h"

#include "context/protected.h"

/* The RFC leaves open under which of the two keys it is sealed: libraries use the subkey where
 * there is one. */
static int32_t open_with(struct visit *v, const struct key *key, struct faults *faults,
                         struct KRB_CRED *cred, struct EncKrbCredPart *part)
{
    struct turn t = *v->turn;
    struct protected_end end = {.key = *key, .skew = v->service->config.skew};
    t.faults = faults;
    int32_t code = cred_check(&t, &end, v->fields.deleg, cred, part);
    wipe(&end, sizeof end);
    return code;
}

static const char *name_of(struct visit *v, bool said, const struct PrincipalName *name,
                           bool has_realm, struct bytes realm)
{
    const struct bytes none = {0};
    return said ? principal_text(v->turn->mem, name, has_realm ? realm : none) : "somebody";
}

static void tell_delegated(struct visit *v, const struct KrbCredInfo *i, const char *with)
{
    const struct bytes none = {0};
    struct turn *t = v->turn;
    struct key session;
    tell(t, STEP_DONE, "service.ap.delegated", A_INT("octets", (int64_t)v->fields.deleg.n),
         A_STR("with", with),
         A_STR("client", name_of(v, i->has_pname, &i->pname, i->has_prealm, i->prealm)),
         A_STR("server", name_of(v, i->has_sname, &i->sname, i->has_srealm, i->srealm)),
         i->has_flags ? A_FLAGS("flags", i->flags) : A_STR("flags", ""),
         i->has_endtime ? A_TIME("until", i->endtime) : A_STR("until", ""));
    if (key_from_wire(&i->key, &session))
        tell_key(t, .holder = v->service->config.party,
                 .name = arena_printf(t->mem, "session %s-%s",
                                      name_of(v, i->has_pname, &i->pname, false, none),
                                      name_of(v, i->has_sname, &i->sname, false, none)),
                 .etype = session.etype, .value = key_bytes(&session),
                 .cause = "service.ap.delegated");
    wipe(&session, sizeof session);
}

enum next service_ap_delegated(struct visit *v)
{
    struct KRB_CRED cred;
    struct EncKrbCredPart part;
    struct faults faults = {.mem = v->turn->mem};
    const struct key *subkey = &v->checked.subkey, *session = &v->checked.session;
    const char *with = subkey->n ? "the subkey" : "the session key";
    if (!v->fields.has_deleg)
        return NEXT;
    int32_t code = open_with(v, subkey->n ? subkey : session, &faults, &cred, &part);
    if (code == KRB_AP_ERR_BAD_INTEGRITY && subkey->n) {
        with = "the session key";
        faults = (struct faults){.mem = v->turn->mem};
        code = open_with(v, session, &faults, &cred, &part);
    }
    for (size_t i = 0; i < faults.n; i++)
        fault_raise(v->turn->faults, faults.list[i]);
    if (code)
        return service_refuse(v, FIND_DELEGATED, 401, code,
                              name_text(v->turn->mem, NAMES_ERROR, code));
    for (size_t i = 0; i < part.ticket_info.n; i++)
        tell_delegated(v, &part.ticket_info.at[i], with);
    return NEXT;
}
