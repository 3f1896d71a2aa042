/* What a new web site of IIS 6 offered (behaviours P12): Windows Server 2003 came with Integrated
 * authentication on, an installation with Service Pack 1 in it left it off, and the pack applied to
 * a running system changed nothing. */
#include "service/service.h"

#include <string.h>

bool iis_default_schemes(const char *preset, unsigned *schemes)
{
    static const struct {
        const char *name;
        unsigned schemes;
    } rows[] = {
        {"iis6", AUTH_ANONYMOUS | AUTH_INTEGRATED},
        {"iis6-sp1-slipstream", AUTH_ANONYMOUS},
        {"iis6-sp1-upgrade", AUTH_ANONYMOUS | AUTH_INTEGRATED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(preset, rows[i].name) == 0) {
            *schemes = rows[i].schemes;
            return true;
        }
    return false;
}
