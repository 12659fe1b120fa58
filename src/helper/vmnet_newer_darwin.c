/* Symbols that vmnet.framework got after macOS 13.0, which the programs are built for.
 *
 * They are looked up when the helper runs and never linked: one binary works from 13.0 on, any SDK
 * from 13 on builds it, and no availability check of the compiler's is needed. */
#include "helper/vmnet_darwin.h"

#include <dlfcn.h>

const char *vmnet_newer_key(const char *symbol)
{
    const char *const *key = dlsym(RTLD_DEFAULT, symbol);

    return key ? *key : NULL;
}

bool interface_takes_networks(void)
{
    struct vmnet_network_calls calls = {0};

    return vmnet_newer_networks(&calls);
}

bool vmnet_newer_networks(struct vmnet_network_calls *calls)
{
    /* POSIX dlsym: a void pointer that is a function's converts back to one. */
    *(void **)&calls->create = dlsym(RTLD_DEFAULT, "vmnet_network_create_with_serialization");
    *(void **)&calls->start = dlsym(RTLD_DEFAULT, "vmnet_interface_start_with_network");
    *(void **)&calls->ipv4_subnet = dlsym(RTLD_DEFAULT, "vmnet_network_get_ipv4_subnet");
    *(void **)&calls->ipv6_prefix = dlsym(RTLD_DEFAULT, "vmnet_network_get_ipv6_prefix");
    return calls->create && calls->start && calls->ipv4_subnet && calls->ipv6_prefix;
}
