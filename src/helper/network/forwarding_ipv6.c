/* When forwarding is switched on for any interface, the kernel drops every default route that a
 * router advertisement brought (rt6_purge_dflt_routers), but for interfaces with accept_ra 2: the
 * host would lose its IPv6 until its router speaks again. And the host-wide switch is written to
 * each interface, which then no longer accepts advertisements.
 *
 * So all interfaces get accept_ra 2 for the moment of the change, and what they had afterwards. */
#include "helper/network/forwarding_ipv6.h"
#include "common/text.h"
#include "helper/network/link.h"
#include "helper/network/sysctl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct kept {
    char name[IFNAMSIZ];
    int accept_ra, forwarding;
};

struct kept_list {
    struct kept *entries;
    unsigned count;
};

static void keep_one(const struct link_facts *facts, void *context)
{
    struct kept_list *list = context;
    struct kept *larger = realloc(list->entries, (list->count + 1) * sizeof(*larger));

    if (!larger)
        return;
    list->entries = larger;
    struct kept *kept = &larger[list->count];
    text_copy(kept->name, sizeof(kept->name), facts->name);
    kept->accept_ra = sysctl_get("ipv6", facts->name, "accept_ra");
    kept->forwarding = sysctl_get("ipv6", facts->name, "forwarding");
    if (kept->forwarding < 0)
        return;
    if (kept->accept_ra == 1)
        sysctl_set("ipv6", facts->name, "accept_ra", 2);
    list->count++;
}

static void put_back(struct kept_list *list, const char *except)
{
    for (unsigned i = 0; i < list->count; i++) {
        const struct kept *kept = &list->entries[i];
        if ((!except || strcmp(kept->name, except) != 0) &&
            sysctl_get("ipv6", kept->name, "forwarding") != kept->forwarding)
            sysctl_set("ipv6", kept->name, "forwarding", kept->forwarding);
    }
    for (unsigned i = 0; i < list->count; i++)
        if (list->entries[i].accept_ra == 1)
            sysctl_set("ipv6", list->entries[i].name, "accept_ra", 1);
    free(list->entries);
}

static int change(struct nl_sock *socket, const char *name, int value)
{
    struct kept_list list = {NULL, 0};
    int kept_default = sysctl_get("ipv6", "default", "forwarding");

    if (sysctl_get("ipv6", name, "forwarding") == value)
        return 0;
    link_each(socket, keep_one, &list);
    int result = sysctl_set("ipv6", name, "forwarding", value);
    int error = errno;
    if (kept_default >= 0 && sysctl_get("ipv6", "default", "forwarding") != kept_default)
        sysctl_set("ipv6", "default", "forwarding", kept_default);
    put_back(&list, name);
    errno = error;
    return result;
}

int forwarding_ipv6_make_router(struct nl_sock *socket, const char *bridge)
{
    return change(socket, bridge, 1);
}

int forwarding_ipv6_switch_host(struct nl_sock *socket, int value)
{
    return change(socket, "all", value);
}
