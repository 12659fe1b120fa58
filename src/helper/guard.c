#include "helper/guard.h"
#include "common/log.h"
#include "common/process.h"
#include "helper/frame.h"
#include "helper/lease.h"
#include "helper/offload_fields.h"

#include <string.h>

enum {
    TYPE_IPV4 = 0x0800,
    TYPE_ARP = 0x0806,
    TYPE_VLAN = 0x8100,
    TYPE_VLAN_OUTER = 0x88a8,
    TYPE_IPV6 = 0x86dd,
    TYPE_AT = 12,

    TAGS_MAX = 2,
    TAG_SIZE = 4,

    PROTOCOL_ICMP = 1,
    PROTOCOL_ICMPV6 = 58,
    /* IPv6 extension headers (RFC 8200, 4): each tells the next one's kind first, then its own length. */
    EXTENSION_HOPS = 0,
    EXTENSION_ROUTING = 43,
    EXTENSION_FRAGMENT = 44,
    EXTENSION_AUTHENTICATION = 51,
    EXTENSION_DESTINATION = 60,
    EXTENSION_MIN = 8,
    EXTENSIONS_MAX = 8,

    ARP_SIZE = 28,
    ARP_SENDER_MAC = 8,
    ARP_SENDER_ADDRESS = 14,

    DHCP_SERVER = 67,
    DHCP_CLIENT = 68,
    DHCPV6_CLIENT = 546,
    DHCPV6_SERVER = 547,

    ICMP_REDIRECT = 5,
    ICMP_ROUTER = 9,
    ICMPV6_ROUTER = 134,
    ICMPV6_REDIRECT = 137,

    LINE_SECONDS = 10,
};

static const char *const reasons[] = {
    [GUARD_MAC] = "their source MAC address is not the VM's",
    [GUARD_ADDRESS] = "their source IPv4 address is not the one that the VM was given",
    [GUARD_SERVER] = "the VM plays a DHCP server",
    [GUARD_ROUTER] = "the VM plays a router",
    [GUARD_UNREADABLE] = "their headers are incomplete",
};

void guard_init(struct guard *guard, const uint8_t *mac)
{
    memset(guard, 0, sizeof(*guard));
    if (!mac)
        return;
    guard->given = guard->pinned = true;
    memcpy(guard->mac, mac, MAC_SIZE);
}

void guard_begin(struct guard *guard)
{
    guard->pinned = guard->given;
    atomic_store(&guard->address, 0);
}

void guard_lease(struct guard *guard, uint32_t address)
{
    atomic_store_explicit(&guard->address, address, memory_order_relaxed);
}

/* ---- Judging ---- */

static bool mac_is_own(struct guard *guard, const uint8_t mac[MAC_SIZE])
{
    static const uint8_t none[MAC_SIZE];

    if (!guard->pinned && !(mac[0] & 1) && memcmp(mac, none, MAC_SIZE) != 0) {
        memcpy(guard->mac, mac, MAC_SIZE);
        guard->pinned = true;
    }
    return guard->pinned && memcmp(mac, guard->mac, MAC_SIZE) == 0;
}

static bool address_is_own(const struct guard *guard, uint32_t address)
{
    uint32_t own = atomic_load_explicit(&guard->address, memory_order_relaxed);

    return !own || !address || address == own;
}

static enum guard_verdict judge_udp(const uint8_t *udp, size_t size, unsigned server, unsigned client)
{
    if (size < 4)
        return GUARD_UNREADABLE;
    return get16(udp) == server || get16(udp + 2) == client ? GUARD_SERVER : GUARD_PASSES;
}

static enum guard_verdict judge_icmp(const uint8_t *icmp, size_t size, uint8_t router, uint8_t redirect)
{
    if (size < 1)
        return GUARD_UNREADABLE;
    return *icmp == router || *icmp == redirect ? GUARD_ROUTER : GUARD_PASSES;
}

static enum guard_verdict judge_ipv4(const struct guard *guard, const uint8_t *ip, size_t size)
{
    size_t header = size ? (size_t)(ip[0] & 15) * 4 : 0;

    if (size < IPV4_HEADER || ip[0] >> 4 != 4 || header < IPV4_HEADER || size < header)
        return GUARD_UNREADABLE;
    if (!address_is_own(guard, get32(ip + IPV4_SOURCE)))
        return GUARD_ADDRESS;
    /* Not the first of several fragments: without that one it is worth nothing. */
    if (get16(ip + IPV4_FRAGMENT) & 0x1fff)
        return GUARD_PASSES;
    if (ip[IPV4_PROTOCOL] == PROTOCOL_UDP)
        return judge_udp(ip + header, size - header, DHCP_SERVER, DHCP_CLIENT);
    if (ip[IPV4_PROTOCOL] == PROTOCOL_ICMP)
        return judge_icmp(ip + header, size - header, ICMP_ROUTER, ICMP_REDIRECT);
    return GUARD_PASSES;
}

/* Extension headers and fragments are how router advertisements get past guards (RFC 7113). */
static enum guard_verdict judge_ipv6(const uint8_t *ip, size_t size)
{
    if (size < IPV6_HEADER || ip[0] >> 4 != 6)
        return GUARD_UNREADABLE;
    uint8_t next = ip[IPV6_NEXT];
    size_t at = IPV6_HEADER;
    for (int count = 0; count < EXTENSIONS_MAX; count++) {
        size_t unit = 8, base = 1;
        if (next == PROTOCOL_UDP)
            return judge_udp(ip + at, size - at, DHCPV6_SERVER, DHCPV6_CLIENT);
        if (next == PROTOCOL_ICMPV6)
            return judge_icmp(ip + at, size - at, ICMPV6_ROUTER, ICMPV6_REDIRECT);
        if (next != EXTENSION_HOPS && next != EXTENSION_ROUTING && next != EXTENSION_FRAGMENT &&
            next != EXTENSION_AUTHENTICATION && next != EXTENSION_DESTINATION)
            return GUARD_PASSES;
        if (size - at < EXTENSION_MIN)
            return GUARD_UNREADABLE;
        if (next == EXTENSION_FRAGMENT && (get16(ip + at + 2) & 0xfff8))
            return GUARD_PASSES;
        if (next == EXTENSION_AUTHENTICATION)
            unit = 4, base = 2;
        size_t length = next == EXTENSION_FRAGMENT ? EXTENSION_MIN : (ip[at + 1] + base) * unit;
        if (size - at < length)
            return GUARD_UNREADABLE;
        next = ip[at];
        at += length;
    }
    return GUARD_UNREADABLE;
}

static enum guard_verdict judge_arp(struct guard *guard, const uint8_t *arp, size_t size)
{
    static const uint8_t ethernet_ipv4[] = {0, 1, 8, 0, 6, 4};

    if (size < ARP_SIZE || memcmp(arp, ethernet_ipv4, sizeof(ethernet_ipv4)) != 0)
        return GUARD_UNREADABLE;
    if (!mac_is_own(guard, arp + ARP_SENDER_MAC))
        return GUARD_MAC;
    return address_is_own(guard, get32(arp + ARP_SENDER_ADDRESS)) ? GUARD_PASSES : GUARD_ADDRESS;
}

enum guard_verdict guard_judge(struct guard *guard, const uint8_t *data, size_t length)
{
    uint8_t asking[MAC_SIZE];

    if (!mac_is_own(guard, data + MAC_SIZE))
        return GUARD_MAC;
    /* From here on data is where the frame would begin if it had no VLAN tag. */
    for (int tags = 0; get16(data + TYPE_AT) == TYPE_VLAN || get16(data + TYPE_AT) == TYPE_VLAN_OUTER; tags++) {
        if (tags == TAGS_MAX || length < FRAME_HEADER + TAG_SIZE)
            return GUARD_UNREADABLE;
        data += TAG_SIZE;
        length -= TAG_SIZE;
    }
    const uint8_t *body = data + FRAME_HEADER;
    size_t size = length - FRAME_HEADER;
    switch (get16(data + TYPE_AT)) {
    case TYPE_ARP:
        return judge_arp(guard, body, size);
    case TYPE_IPV6:
        return judge_ipv6(body, size);
    case TYPE_IPV4:
        if (lease_is_request(data, length, asking) && !mac_is_own(guard, asking))
            return GUARD_MAC;
        return judge_ipv4(guard, body, size);
    default:
        return GUARD_PASSES;
    }
}

bool guard_passes(struct guard *guard, const uint8_t *data, size_t length)
{
    enum guard_verdict verdict = guard_judge(guard, data, length);

    if (verdict == GUARD_PASSES)
        return true;
    guard->dropped[verdict].count++;
    double now = process_clock();
    if (now >= guard->dropped[verdict].next_line) {
        log_warn("guard", "dropped frames of the VM (%lu): %s", guard->dropped[verdict].count, reasons[verdict]);
        guard->dropped[verdict].next_line = now + LINE_SECONDS;
        guard->dropped[verdict].count = 0;
    }
    return false;
}
