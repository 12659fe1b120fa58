/* What macOS does for a VM with offloads and without virtio headers: super-frames pass whole, and those
 * of the VM need no checksum. Linux's TAP wants it written down: here the virtio headers are made for
 * frames to it, and followed and thrown away of those from it. */
#include "fake.h"
#include "vmnet_link.h"

#include <linux/virtio_net.h>
#include <netinet/in.h>
#include <string.h>

enum { ETHERNET = 14, MTU = 1500, FRAME_SIZE = 65550 };

static unsigned get16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

/* Where TCP or UDP begin, and which; 0 for what has neither. */
static unsigned find_transport(const uint8_t *frame, size_t size, unsigned *protocol)
{
    const uint8_t *ip = frame + ETHERNET;

    if (size >= ETHERNET + 20 && get16(frame + 12) == 0x0800 && (get16(ip + 6) & 0x3fff) == 0) {
        *protocol = ip[9];
        return ETHERNET + (ip[0] & 15u) * 4;
    }
    if (size >= ETHERNET + 40 && get16(frame + 12) == 0x86dd) {
        *protocol = ip[6];
        return ETHERNET + 40;
    }
    return 0;
}

static void describe(const uint8_t *frame, size_t size, struct virtio_net_hdr *header)
{
    unsigned protocol = 0, transport = find_transport(frame, size, &protocol);
    bool tcp = protocol == IPPROTO_TCP && size >= transport + 20;
    unsigned field = transport + (tcp ? 16 : 6);

    *header = (struct virtio_net_hdr){0};
    if (!transport || (!tcp && protocol != IPPROTO_UDP) || size < field + 2)
        return;
    if (!tcp && get16(frame + field) == 0)
        return; /* UDP without a checksum */
    header->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
    header->csum_start = (uint16_t)transport;
    header->csum_offset = (uint16_t)(field - transport);
    if (!tcp || size <= ETHERNET + MTU)
        return;
    header->hdr_len = (uint16_t)(transport + (frame[transport + 12] >> 4) * 4u);
    header->gso_size = (uint16_t)(MTU + ETHERNET - header->hdr_len);
    header->gso_type = get16(frame + 12) == 0x0800 ? VIRTIO_NET_HDR_GSO_TCPV4 : VIRTIO_NET_HDR_GSO_TCPV6;
}

/* RFC 1071. In a super-frame it is of the whole. */
static void complete_checksum(uint8_t *frame, size_t size, const struct virtio_net_hdr *header)
{
    size_t field = (size_t)header->csum_start + header->csum_offset;
    uint64_t sum = 0;

    if (!(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) || field + 2 > size)
        return;
    for (size_t i = header->csum_start; i < size; i += 2)
        sum += (unsigned)frame[i] << 8 | (i + 1 < size ? frame[i + 1] : 0);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    sum = sum == 0xffff && header->csum_offset == 6 ? 0xffff : ~sum & 0xffff; /* 0: UDP without one */
    frame[field] = (uint8_t)(sum >> 8);
    frame[field + 1] = (uint8_t)sum;
}

ssize_t fake_offload_read(int fd, const struct iovec *parts, int count)
{
    struct virtio_net_hdr header;
    struct iovec all[] = {{&header, sizeof(header)}, parts[0]};

    if (count != 1)
        fake_abort("vmnet_read: %d parts", count);
    ssize_t size = readv(fd, all, 2) - (ssize_t)sizeof(header);
    if (size < 0)
        return -1;
    complete_checksum(parts[0].iov_base, (size_t)size, &header);
    return size;
}

ssize_t fake_offload_write(int fd, const struct iovec *parts, int count)
{
    uint8_t frame[FRAME_SIZE];
    struct virtio_net_hdr header;
    struct iovec all[] = {{&header, sizeof(header)}, {frame, 0}};

    for (int i = 0; i < count; i++) {
        if (parts[i].iov_len > sizeof(frame) - all[1].iov_len)
            fake_abort("vmnet_write: more than %zu bytes", sizeof(frame));
        memcpy(frame + all[1].iov_len, parts[i].iov_base, parts[i].iov_len);
        all[1].iov_len += parts[i].iov_len;
    }
    describe(frame, all[1].iov_len, &header);
    return writev(fd, all, 2);
}
