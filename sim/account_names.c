#include "sim/account_names.h"

#include "base/text.h"
#include "context/seal.h"
#include "wire/names.h"

#include <string.h>

/* A name travels as a KerberosString (RFC 4120 5.2.1): text, which a file and a screen can hold. */
const char *name_wrong(const char *text, struct arena *mem)
{
    if (!*text)
        return "'' is no name";
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return arena_printf(mem, "'%s' holds a control character",
                                text_escape(mem, bytes_str(text)));
    if (!utf8_valid(bytes_str(text)))
        return arena_printf(mem, "'%s' is not UTF-8", text_escape(mem, bytes_str(text)));
    return NULL;
}

const char *realm_name_wrong(const char *text, struct arena *mem)
{
    const char *wrong = name_wrong(text, mem);
    if (!wrong && strpbrk(text, "@/:"))
        wrong = arena_printf(mem, "a realm's name has no @ / : as '%s' has", text);
    return wrong;
}

const char *spn_wrong(const char *text, struct arena *mem)
{
    struct PrincipalName name;
    const char *wrong = name_wrong(text, mem);
    if (wrong)
        return wrong;
    bool good = !strpbrk(text, " @") && principal_parse(mem, text, NT_SRV_INST, &name, NULL) &&
                name.name_string.n >= 2;
    for (size_t i = 0; good && i < name.name_string.n; i++)
        good = name.name_string.at[i].n > 0;
    return good ? NULL : arena_printf(mem, "'%s' is no SPN as in HTTP/www.example.test", text);
}

const char *account_name_wrong(const char **text, struct bytes realm, struct arena *mem)
{
    struct PrincipalName name;
    struct bytes its = {0};
    const char *wrong = name_wrong(*text, mem);
    if (wrong)
        return wrong;
    if (!principal_parse(mem, *text, NT_PRINCIPAL, &name, &its))
        return arena_printf(mem, "'%s' is no name of a principal", *text);
    if (its.n && !bytes_equal(its, realm))
        return arena_printf(mem, "'%s' is of another realm; this one is %s", *text,
                            arena_str(mem, realm));
    if (its.n)
        *text = principal_text(mem, &name, (struct bytes){0});
    return NULL;
}
