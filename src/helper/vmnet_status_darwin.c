/* What a vmnet_return_t means to the one who started the helper. */
#include "helper/vmnet_darwin.h"

static const struct {
    int status;
    const char *name;
    const char *remedy;
} meanings[] = {
    {VMNET_SUCCESS, "success", ""},
    {VMNET_FAILURE, "failure",
     "the network may be in use in another mode or with other addresses: stop the other VMs on it, "
     "turn Internet Sharing off, or choose another subnet with --start-address, --end-address and --subnet-mask"},
    {VMNET_MEM_FAILURE, "out of memory", "free some memory and try again"},
    {VMNET_INVALID_ARGUMENT, "invalid argument",
     "an option does not fit this mode or this macOS: check the addresses (RFC 1918, all in one subnet) and the mode"},
    {VMNET_SETUP_INCOMPLETE, "setup incomplete", "macOS is still setting the network up: try again in a few seconds"},
    {VMNET_INVALID_ACCESS, "permission denied",
     "run it with sudo (up to macOS 15), or sign it with the com.apple.security.virtualization "
     "entitlement (from macOS 26): codesign --force --sign - --entitlements entitlements.plist vmnet-helper"},
    {VMNET_PACKET_TOO_BIG, "packet too big", "lower the MTU of the guest"},
    {VMNET_BUFFER_EXHAUSTED, "buffers exhausted", "stop other VMs or wait a moment, then try again"},
    {VMNET_TOO_MANY_PACKETS, "too many packets", "report this: the helper must not give so many"},
    {VMNET_SHARING_SERVICE_BUSY, "sharing service busy",
     "turn Internet Sharing off in System Settings > General > Sharing, or wait until macOS has set up the network "
     "of another VM"},
    {VMNET_STATUS_NOT_AUTHORIZED, "not authorized",
     "run it with sudo (up to macOS 15), or sign it with the com.apple.security.virtualization "
     "entitlement (from macOS 26): codesign --force --sign - --entitlements entitlements.plist vmnet-helper"},
};

const char *vmnet_status_name(vmnet_return_t status)
{
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].status == (int)status)
            return meanings[i].name;
    return "unknown status";
}

const char *vmnet_status_remedy(vmnet_return_t status, const struct interface_config *config)
{
    /* A bridged interface that does not exist is reported as a failure or an invalid argument. */
    if (config->mode == MODE_BRIDGED && !config->network[0] &&
        (status == VMNET_FAILURE || status == VMNET_INVALID_ARGUMENT))
        return "check --shared-interface against --list-shared-interfaces; the interface must be up";
    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (meanings[i].status == (int)status)
            return meanings[i].remedy;
    return "see the log of vmnet: log show --last 5m --predicate 'subsystem == \"com.apple.vmnet\"'";
}
