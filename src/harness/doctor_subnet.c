#include "harness/doctor_subnet.h"
#include "common/ipv4.h"
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

/* A VPN may write the default route as two halves, 0.0.0.0/1 and 128.0.0.0/1. */
enum { DEFAULT_ROUTE_BITS = 1 };

void subnet_fill(struct subnet *subnet, const char *mode, uint32_t gateway, uint32_t mask)
{
    *subnet = (struct subnet){.mode = mode, .gateway = gateway, .mask = mask};
    text_format(subnet->bridge, sizeof(subnet->bridge), "vmn-%c%08x%02x", mode[0], gateway & mask,
                ipv4_prefix_length(mask));
}

static bool overlaps(const struct subnet *subnet, const char *address, unsigned long bits)
{
    uint32_t other, mask = bits == 0 ? 0 : ~UINT32_C(0) << (32 - bits);

    return ipv4_parse(address, &other) == 0 && !((other ^ subnet->gateway) & subnet->mask & mask);
}

static const char *text_of(const cJSON *object, const char *key)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));

    return text ? text : "";
}

static bool is_address(const struct subnet *subnet, const cJSON *link, char *who, size_t size)
{
    const cJSON *item;

    if (strcmp(text_of(link, "ifname"), subnet->bridge) == 0)
        return false;
    cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(link, "addr_info")) {
        double bits = cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(item, "prefixlen"));
        if (bits >= 0 && bits <= 32 && overlaps(subnet, text_of(item, "local"), (unsigned long)bits)) {
            text_format(who, size, "interface %s has the address %s/%.0f", text_of(link, "ifname"),
                        text_of(item, "local"), bits);
            return true;
        }
    }
    return false;
}

static bool is_route(const struct subnet *subnet, const cJSON *route, char *who, size_t size)
{
    const char *destination = text_of(route, "dst"), *slash = strchr(destination, '/');
    char address[IPV4_TEXT_SIZE];
    unsigned long bits = 32;

    /* "default" is no address. */
    if (strcmp(text_of(route, "dev"), subnet->bridge) == 0 || strcmp(text_of(route, "table"), "local") == 0 ||
        !text_format(address, sizeof(address), "%.*s", (int)strcspn(destination, "/"), destination) ||
        (slash && text_parse_number(slash + 1, 0, 32, &bits) < 0) || bits <= DEFAULT_ROUTE_BITS ||
        !overlaps(subnet, address, bits))
        return false;
    text_format(who, size, "interface %s has the route %s", *text_of(route, "dev") ? text_of(route, "dev") : "?",
                destination);
    return true;
}

bool subnet_is_taken(const struct subnet *subnet, const char *addresses, const char *routes, char *who, size_t size)
{
    cJSON *links = addresses ? cJSON_Parse(addresses) : NULL, *table = routes ? cJSON_Parse(routes) : NULL;
    const cJSON *item;
    bool taken = false;

    cJSON_ArrayForEach(item, links)
        taken = taken || is_address(subnet, item, who, size);
    cJSON_ArrayForEach(item, table)
        taken = taken || is_route(subnet, item, who, size);
    cJSON_Delete(links);
    cJSON_Delete(table);
    return taken;
}

void doctor_subnet(struct report *report, const struct subnet *subnet, const char *who)
{
    char network[IPV4_TEXT_SIZE], remedy[256];
    bool host = strcmp(subnet->mode, "host") == 0;

    ipv4_format(subnet->gateway & subnet->mask, network);
    text_format(remedy, sizeof(remedy), "choose another subnet: --start-address 192.168.%d.1 "
                "--end-address 192.168.%d.254 --subnet-mask 255.255.255.0", host ? 216 : 215, host ? 216 : 215);
    if (who)
        report_bad(report, host ? NOTE : BLOCKS, "subnet", "a network on a subnet that the host uses otherwise is refused",
                   remedy, "%s/%u, the %s network's, is taken: %s", network, ipv4_prefix_length(subnet->mask),
                   subnet->mode, who);
    else
        report_fine(report, "subnet", "%s/%u is free for the %s network", network, ipv4_prefix_length(subnet->mask),
                    subnet->mode);
}
