/* Coalescing: what a network card (LRO) or the kernel (GRO) does with TCP segments, in one pass over
 * a batch.
 *
 * A flow is the Ethernet header, VLAN tag, addresses and ports. Each flow has at most one open run: a
 * first segment and those that continue it exactly. A segment that continues the run joins it. All
 * else that belongs to the flow closes the run, and a segment with data then opens the next. What may
 * belong to any flow (a fragment) closes all runs. Runs come out in the order of their first frames,
 * so a flow keeps its order: between the first and the last of a run lies nothing of its flow.
 *
 * Joined segments lose their checksums, since the super-frame says "to be computed". So each one is
 * verified first, by then and not earlier: a frame that stands alone passes with its own, right or
 * wrong. For the same reason nothing joins that cannot be told from the first segment's header: same
 * acknowledgement, window, options, TTL, traffic class; IPv4 id one more, or DF (RFC 6864 4.1: then
 * it means nothing). Cut again, the result is what the VM sent. */
#include "helper/checksum_fast.h"
#include "helper/offload.h"
#include "helper/offload_fields.h"

#define IP_PACKET_MAX 65535

/* Frames that leave as one: a first frame and those that continue it. Most have no second. */
struct run {
    uint8_t frames; /* 0: the frame of this index is in another run */
    uint8_t last;   /* index of the last frame */
    bool open;
    bool verified;  /* the checksums of the first */
    bool push;      /* the last has PSH */
    uint16_t id;    /* IPv4: of the next */
    uint16_t gso_size;
    uint32_t sequence; /* of the next */
    uint32_t length;   /* of the IP packet */
};

/* A flow, known by the first frame of its latest run. */
struct flow {
    uint32_t hash;
    uint8_t first;
};

struct coalescer {
    struct batch *batch;
    struct headers headers[BATCH_MAX];
    uint8_t next[BATCH_MAX];    /* in the same run */
    struct run runs[BATCH_MAX]; /* by their first frame */
    struct flow flows[BATCH_MAX];
    unsigned flow_count;
    unsigned recent; /* the flow of the last frame that had one: most likely the next one's */
};

static uint32_t flow_hash(const uint8_t *data, const struct headers *headers)
{
    const uint8_t *ip = data + headers->network;
    uint32_t hash = raw32(data + headers->transport);

    if (headers->version == 4)
        hash ^= raw32(ip + IPV4_SOURCE) ^ raw32(ip + IPV4_SOURCE + 4);
    else
        hash ^= raw32(ip + IPV6_SOURCE + 12) ^ raw32(ip + IPV6_SOURCE + 28);
    return hash;
}

static bool flow_is_same(const uint8_t *a, const struct headers *in_a, const uint8_t *b, const struct headers *in_b)
{
    size_t addresses = in_a->version == 4 ? IPV4_SOURCE : IPV6_SOURCE;
    size_t size = in_a->version == 4 ? 8 : 32;

    return in_a->version == in_b->version && in_a->network == in_b->network && memcmp(a, b, in_a->network) == 0
        && raw32(a + in_a->transport) == raw32(b + in_b->transport)
        && memcmp(a + in_a->network + addresses, b + in_b->network + addresses, size) == 0;
}

static const uint8_t *frame_data(const struct coalescer *coalescer, unsigned index)
{
    return coalescer->batch->frames[index].data;
}

static bool frame_is_of(const struct coalescer *coalescer, unsigned index, uint32_t hash, const struct flow *flow)
{
    return flow->hash == hash
        && flow_is_same(frame_data(coalescer, flow->first), &coalescer->headers[flow->first],
                        frame_data(coalescer, index), &coalescer->headers[index]);
}

/* The flow of the frame; NULL if it is new. */
static struct flow *flow_find(struct coalescer *coalescer, unsigned index, uint32_t hash)
{
    if (coalescer->flow_count && frame_is_of(coalescer, index, hash, &coalescer->flows[coalescer->recent]))
        return &coalescer->flows[coalescer->recent];
    for (unsigned i = 0; i < coalescer->flow_count; i++) {
        if (frame_is_of(coalescer, index, hash, &coalescer->flows[i])) {
            coalescer->recent = i;
            return &coalescer->flows[i];
        }
    }
    return NULL;
}

/* There is room for a flow a frame. */
static struct flow *flow_add(struct coalescer *coalescer, uint32_t hash)
{
    coalescer->recent = coalescer->flow_count++;
    coalescer->flows[coalescer->recent].hash = hash;
    return &coalescer->flows[coalescer->recent];
}

/* A segment with data and nothing unusual? Only such may be in a run. */
static bool frame_is_candidate(const uint8_t *data, const struct headers *headers)
{
    const uint8_t *tcp = data + headers->transport;

    return headers->plain && headers->payload < headers->end && (tcp[TCP_DATA_OFFSET] & 15) == 0
        && (tcp[TCP_FLAGS] & ~TCP_PSH) == TCP_ACKED;
}

static bool checksums_are_right(const uint8_t *data, const struct headers *headers)
{
    const uint8_t *ip = data + headers->network;
    size_t length = headers->end - headers->transport;

    if (headers->version == 4 && checksum_fast_fold(checksum_fast_sum(ip, IPV4_HEADER)) != 0xffff)
        return false;
    uint64_t sum = headers_pseudo_sum(data, headers, PROTOCOL_TCP, length);
    return checksum_fast_fold(sum + checksum_fast_sum(data + headers->transport, length)) == 0xffff;
}

/* Are all the fields the same that segments of one super-frame share? */
static bool headers_are_same(const uint8_t *a, const struct headers *in_a, const uint8_t *b, const struct headers *in_b)
{
    const uint8_t *ip_a = a + in_a->network, *ip_b = b + in_b->network;
    const uint8_t *tcp_a = a + in_a->transport, *tcp_b = b + in_b->transport;
    size_t tcp_size = in_a->payload - in_a->transport;

    if (in_a->version == 4) {
        /* Type of service; fragment flags; TTL. Version and header length are: both are plain. */
        if (ip_a[1] != ip_b[1] || raw16(ip_a + IPV4_FRAGMENT) != raw16(ip_b + IPV4_FRAGMENT) || ip_a[8] != ip_b[8])
            return false;
    } else if (raw32(ip_a) != raw32(ip_b) || ip_a[7] != ip_b[7]) { /* class and flow label; hop limit */
        return false;
    }
    /* The urgent pointer means nothing without URG, but it is the VM's. */
    return in_b->payload - in_b->transport == (int)tcp_size && raw32(tcp_a + TCP_ACK) == raw32(tcp_b + TCP_ACK)
        && raw16(tcp_a + TCP_WINDOW) == raw16(tcp_b + TCP_WINDOW)
        && memcmp(tcp_a + TCP_CHECKSUM + 2, tcp_b + TCP_CHECKSUM + 2, tcp_size - TCP_CHECKSUM - 2) == 0;
}

static bool id_continues(const struct run *run, const uint8_t *data, const struct headers *headers)
{
    const uint8_t *ip = data + headers->network;

    return headers->version == 6 || get16(ip + IPV4_FRAGMENT) == IPV4_DONT_FRAGMENT || get16(ip + IPV4_ID) == run->id;
}

static bool run_continues(struct coalescer *coalescer, unsigned first, unsigned index)
{
    struct run *run = &coalescer->runs[first];
    const struct headers *headers = &coalescer->headers[index], *of_first = &coalescer->headers[first];
    const uint8_t *data = frame_data(coalescer, index), *first_data = frame_data(coalescer, first);
    uint32_t payload = headers->end - headers->payload;

    if (!run->open || !frame_is_candidate(data, headers) || payload > run->gso_size
        || get32(data + headers->transport + TCP_SEQUENCE) != run->sequence)
        return false;
    if (run->length + payload > IP_PACKET_MAX || of_first->network + run->length + payload > FRAME_MAX)
        return false;
    if (!headers_are_same(first_data, of_first, data, headers) || !id_continues(run, data, headers))
        return false;
    if (!run->verified && !checksums_are_right(first_data, of_first))
        return false;
    run->verified = true;
    return checksums_are_right(data, headers);
}

static void run_join(struct coalescer *coalescer, unsigned first, unsigned index)
{
    struct run *run = &coalescer->runs[first];
    const struct headers *headers = &coalescer->headers[index];
    const uint8_t *tcp = frame_data(coalescer, index) + headers->transport;
    uint32_t payload = headers->end - headers->payload;

    coalescer->next[run->last] = (uint8_t)index;
    coalescer->runs[index].frames = 0;
    run->last = (uint8_t)index;
    run->frames++;
    run->push = tcp[TCP_FLAGS] & TCP_PSH;
    run->open = !run->push && payload == run->gso_size;
    run->sequence += payload;
    run->length += payload;
    run->id++;
}

/* A run of one frame, that nothing joins. */
static void run_alone(struct coalescer *coalescer, unsigned index)
{
    coalescer->runs[index] = (struct run){.frames = 1, .last = (uint8_t)index};
}

/* A run that begins with this frame, open if it may be continued. */
static void run_begin(struct coalescer *coalescer, unsigned index)
{
    const struct headers *headers = &coalescer->headers[index];
    const uint8_t *data = frame_data(coalescer, index), *tcp = data + headers->transport;
    struct run *run = &coalescer->runs[index];
    uint32_t payload = headers->end - headers->payload;

    run_alone(coalescer, index);
    run->open = frame_is_candidate(data, headers) && !(tcp[TCP_FLAGS] & TCP_PSH);
    run->gso_size = (uint16_t)payload;
    run->length = headers->end - headers->network;
    run->sequence = get32(tcp + TCP_SEQUENCE) + payload;
    run->id = (uint16_t)(get16(data + headers->network + IPV4_ID) + 1); /* nobody asks with IPv6 */
}

static void runs_close(struct coalescer *coalescer)
{
    for (unsigned i = 0; i < coalescer->flow_count; i++)
        coalescer->runs[coalescer->flows[i].first].open = false;
}

static void frame_add(struct coalescer *coalescer, unsigned index)
{
    const struct frame *frame = &coalescer->batch->frames[index];

    switch (headers_find(frame->data, frame->length, &coalescer->headers[index])) {
    case HEADERS_TCP:
        break;
    case HEADERS_HIDDEN:
        runs_close(coalescer);
        run_alone(coalescer, index);
        return;
    default:
        run_alone(coalescer, index);
        return;
    }
    uint32_t hash = flow_hash(frame->data, &coalescer->headers[index]);
    struct flow *flow = flow_find(coalescer, index, hash);
    if (flow && run_continues(coalescer, flow->first, index)) {
        run_join(coalescer, flow->first, index);
        return;
    }
    if (!flow)
        flow = flow_add(coalescer, hash);
    flow->first = (uint8_t)index;
    run_begin(coalescer, index);
}

/* The headers in front of a super-frame's first slice. */
static void super_header_write(const struct coalescer *coalescer, unsigned first)
{
    const struct headers *headers = &coalescer->headers[first];
    const struct run *run = &coalescer->runs[first];
    uint8_t *data = coalescer->batch->frames[first].data;
    uint8_t *ip = data + headers->network, *tcp = data + headers->transport;

    if (headers->version == 4) {
        put16(ip + IPV4_LENGTH, (uint16_t)run->length);
        put_raw16(ip + IPV4_CHECKSUM, 0);
        put_raw16(ip + IPV4_CHECKSUM, (uint16_t)~checksum_fast_fold(checksum_fast_sum(ip, IPV4_HEADER)));
    } else {
        put16(ip + IPV6_LENGTH, (uint16_t)(run->length - IPV6_HEADER));
    }
    if (run->push)
        tcp[TCP_FLAGS] |= TCP_PSH;
    size_t length = headers->network + run->length - headers->transport;
    put_raw16(tcp + TCP_CHECKSUM, checksum_fast_fold(headers_pseudo_sum(data, headers, PROTOCOL_TCP, length)));
}

/* Describe a run of several frames. */
static void super_gather(const struct coalescer *coalescer, unsigned first, struct gather *gather)
{
    const struct headers *headers = &coalescer->headers[first];
    const struct run *run = &coalescer->runs[first];

    super_header_write(coalescer, first);
    gather->frames = gather->slice_count = run->frames;
    gather->length = headers->network + run->length;
    gather->offload = (struct virtio_header){
        .flags = VIRTIO_NEEDS_CHECKSUM,
        .gso_type = headers->version == 4 ? VIRTIO_GSO_TCPV4 : VIRTIO_GSO_TCPV6,
        .header_length = headers->payload,
        .gso_size = run->gso_size,
        .checksum_start = headers->transport,
        .checksum_offset = TCP_CHECKSUM,
    };
    gather->slices[0] = (struct iovec){coalescer->batch->frames[first].data, headers->end};
    for (unsigned i = 1, at = first; i < run->frames; i++) {
        at = coalescer->next[at];
        const struct headers *of = &coalescer->headers[at];
        gather->slices[i] = (struct iovec){coalescer->batch->frames[at].data + of->payload, of->end - of->payload};
    }
}

/* A frame as it is. */
static void frame_gather(const struct frame *frame, struct virtio_header offload, struct gather *gather)
{
    gather->frames = gather->slice_count = 1;
    gather->length = frame->length;
    gather->offload = offload;
    gather->slices[0] = (struct iovec){frame->data, frame->length};
}

void batch_coalesce(struct batch *batch, struct gather_list *list)
{
    struct coalescer coalescer;
    struct iovec *slices = list->slices + 1;

    coalescer.batch = batch;
    coalescer.flow_count = 0;
    coalescer.recent = 0;
    for (unsigned i = 0; i < batch->count; i++)
        frame_add(&coalescer, i);
    list->count = 0;
    for (unsigned i = 0; i < batch->count; i++) {
        if (coalescer.runs[i].frames == 0)
            continue;
        struct gather *gather = &list->gathers[list->count++];
        gather->slices = slices;
        if (coalescer.runs[i].frames == 1)
            frame_gather(&batch->frames[i], (struct virtio_header){0}, gather);
        else
            super_gather(&coalescer, i, gather);
        slices += gather->slice_count + 1;
    }
}

void batch_gather(const struct batch *batch, struct gather_list *list)
{
    list->count = batch->count;
    for (unsigned i = 0; i < batch->count; i++) {
        list->gathers[i].slices = &list->slices[2 * i + 1];
        frame_gather(&batch->frames[i], batch->frames[i].offload, &list->gathers[i]);
    }
}
