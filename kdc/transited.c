/* Clients of other realms: whether the realms that vouch for one are believed here, and the list of
 * them for the next (RFC 4120 1.2, 2.7, 3.3.3.2). */
#include "context/transited.h"
#include "kdc/tgs.h"

static bool disabled(const struct exchange *x)
{
    return x->body->kdc_options & KDC_OPT_DISABLE_TRANSITED_CHECK;
}

static void tell_path(struct exchange *x, const struct realms *path, const char *outcome)
{
    if (!told(x->turn))
        return;
    struct arena *mem = x->turn->mem;
    const char *issuer = arena_str(mem, x->issuer->realm);
    const struct decision_input inputs[] = {
        {"issuer", "request", issuer},
        {"client-realm", "request", arena_str(mem, x->crealm)},
        {"path", "request", realms_text(mem, path)},
        {"transitive", issuer, x->issuer->transitive ? "yes" : "no"},
        {"trusts", "realm", trusts_text(x)},
        {"disable-transited-check", asker_name(x), disabled(x) ? "yes" : "no"},
    };
    tell_decision(x->turn, .id = "kdc.tgs.path",
                  .rule = "A realm vouches for its own clients. For those of others only if the "
                          "trust is transitive, and every realm on the way is trusted here or "
                          "lies in the hierarchy between the two; the client may leave that last "
                          "check to the service.",
                  .outcome = outcome, .spec = "RFC 4120 2.7", .inputs = inputs,
                  .n = sizeof inputs / sizeof *inputs);
}

/* One whose clients are served, or that lies on a way which was laid down. A way out to a realm
 * says what it believes, not what is believed here. */
static bool trusted(struct exchange *x, struct bytes realm)
{
    const struct trust *t = realm_trust(x->realm, x->turn->mem, realm);
    return t && (t->inbound || t->next.n);
}

/* Every realm of the path; the one that is not believed, or nothing. */
static struct bytes stranger(struct exchange *x, const struct realms *path)
{
    struct arena *mem = x->turn->mem;
    for (size_t i = 0; i < path->n; i++)
        if (!trusted(x, path->at[i]) &&
            !realm_between(mem, path->at[i], x->crealm, realm_name(x->realm)))
            return path->at[i];
    return (struct bytes){0};
}

static int32_t judge(struct exchange *x, const struct realms *path)
{
    if (realm_is(x->realm, x->crealm))
        return refuse(x, KDC_ERR_POLICY, "no other realm vouches for clients of ours");
    if (!bytes_equal(x->crealm, x->issuer->realm) && !x->issuer->transitive)
        return refuse(x, KDC_ERR_POLICY, "that realm vouches for its own clients only");
    if (disabled(x))
        return DONE;
    struct bytes unknown = stranger(x, path);
    if (unknown.n) {
        SAY(x, A_TEXT("unknown", unknown));
        return refuse(x, KDC_ERR_PATH_NOT_ACCEPTED, "a realm on the way is not trusted");
    }
    x->path_checked = true;
    return DONE;
}

/* The list gets the realm that the ticket comes from, for nobody but who opened the ticket knows
 * for certain which that is; the client's own realm is never in it. */
static int32_t lengthen(struct exchange *x, struct realms *path)
{
    struct TransitedEncoding *t = &x->transited;
    if (t->contents.n && t->tr_type != DOMAIN_X500_COMPRESS)
        return refuse(x, KDC_ERR_TRTYPE_NOSUPP, "the list of realms is of an unknown type");
    if (!transited_expand(x->turn->mem, t->contents, x->crealm, x->issuer->realm, path))
        return refuse(x, KDC_ERR_PATH_NOT_ACCEPTED, "the list of realms cannot be read");
    if (bytes_equal(x->crealm, x->issuer->realm))
        return DONE;
    t->der = (struct bytes){0};
    t->tr_type = DOMAIN_X500_COMPRESS;
    return transited_add(x->turn->mem, path, x->issuer->realm, &t->contents)
               ? DONE
               : refuse(x, KDC_ERR_PATH_NOT_ACCEPTED, "too many realms were crossed");
}

/* A ticket of our own was looked at when it was issued: its flag says how that went. */
static int32_t own_ticket(struct exchange *x)
{
    bool ours = bytes_equal(x->crealm, realm_name(x->realm));
    x->path_checked =
        !disabled(x) && (ours || (x->tgt.ticket.flags & TKT_TRANSITED_POLICY_CHECKED));
    if (x->path_checked || disabled(x))
        return SILENT;
    SAY(x, A_STR("client", principal_text(x->turn->mem, x->cname, x->crealm)));
    return refuse(x, KDC_ERR_PATH_NOT_ACCEPTED, "the realms on the way were not checked");
}

int32_t step_tgs_path(struct exchange *x)
{
    struct realms path = {0};
    x->transited = x->tgt.ticket.transited;
    if (!x->issuer)
        return own_ticket(x);
    SAY(x, A_TEXT("issuer", x->issuer->realm),
        A_STR("client", principal_text(x->turn->mem, x->cname, x->crealm)));
    int32_t code = lengthen(x, &path);
    if (code == DONE)
        code = judge(x, &path);
    if (path.n)
        SAY(x, A_STR("path", realms_text(x->turn->mem, &path)));
    if (code == DONE && x->transited.contents.n)
        SAY(x, A_TEXT("written", x->transited.contents));
    if (code == DONE && !x->path_checked)
        SAY(x, A_STR("unchecked", "the client leaves that to the service"));
    tell_path(x, &path,
              code != DONE      ? name_find(NAMES_ERROR, code)->name
              : x->path_checked ? "accepted"
                                : "left to the service");
    return code;
}
