/* No sandbox on macOS, on purpose.
 *
 * What Linux takes away here has three counterparts, none of which fits: sandbox_init(3) is deprecated,
 * its profiles are undocumented, and vmnet talks to its service by XPC until the interface is
 * stopped, so a profile would have to name services that change with each macOS; App Sandbox needs an
 * entitlement and a container; and the hardened runtime is a matter of signing. A profile that was
 * never tried on a Mac would be worse than none. What protects there: the helper has no privilege and
 * no other user's rights when it reads the first frame, and holds no descriptor but its own. */
#include "helper/sandbox.h"

int sandbox_enter(int folder)
{
    return 0;
}
