/* A batch that a hostile VM sent. The input is a script: each step adds a frame of a flow, in order,
 * with some of its bytes changed, or one that is made up altogether. */
#include "helper/offload.h"
#include "unit/offload_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FLOWS 4

static struct batch batch;
static uint8_t *sent[BATCH_MAX];
static uint32_t sent_length[BATCH_MAX];
static uint8_t payload[2000];

static void create(void)
{
    must(batch_create(&batch) == 0);
    for (int i = 0; i < BATCH_MAX; i++)
        must((sent[i] = malloc(PACKET_MAX)));
    struct dice dice = {7};
    dice_fill(&dice, payload, sizeof(payload));
}

struct script {
    const uint8_t *data;
    size_t size;
};

static unsigned take(struct script *script)
{
    if (script->size == 0)
        return 0;
    script->size--;
    return *script->data++;
}

static void add_made_up(struct script *script)
{
    struct frame *frame = &batch.frames[batch.count++];
    size_t length = take(script);

    length = length < script->size ? length : script->size;
    memcpy(frame->data, script->data, length);
    frame->length = (uint32_t)length;
    script->data += length;
    script->size -= length;
}

static void add_of_flow(struct script *script, struct packet *flow, unsigned action)
{
    struct frame *frame = &batch.frames[batch.count++];
    struct packet packet = *flow;

    packet.flags |= action & 0x10 ? 0x08 : 0;
    if (action & 0x20)
        packet.payload_size = (int)take(script);
    frame->length = (uint32_t)packet_build(&packet, frame->data, NULL);
    flow->sequence += (uint32_t)packet.payload_size;
    flow->id++;
    if (action & 0x40) {
        for (unsigned changes = 1 + take(script) % 3; changes > 0; changes--) {
            size_t at = take(script) % frame->length;
            frame->data[at] = (uint8_t)take(script);
        }
    }
    if (action & 0x80)
        frame->length -= take(script) % frame->length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct script script = {data, size};
    struct packet flows[FLOWS];
    struct gather_list list;

    if (!batch.memory)
        create();
    for (int i = 0; i < FLOWS; i++) {
        unsigned kind = take(&script);
        flows[i] = (struct packet){
            .version = kind & 1 ? 6 : 4, .protocol = 6, .vlan_tags = kind >> 1 & 1, .flow = (uint8_t)(kind >> 2 & 1),
            .dont_fragment = kind >> 3 & 1, .flags = 0x10, .option_size = kind & 16 ? 12 : 0, .payload = payload,
            .payload_size = 1 + (int)(kind >> 5 == 7 ? 1400 : (kind >> 5) * 30), .padding = kind & 4 ? 6 : 0,
        };
    }
    batch.count = 0;
    while (script.size && batch.count < BATCH_MAX) {
        unsigned action = take(&script);
        if ((action & 0x0f) == 0x0f)
            add_made_up(&script);
        else
            add_of_flow(&script, &flows[action % FLOWS], action);
    }
    for (unsigned i = 0; i < batch.count; i++) {
        sent_length[i] = batch.frames[i].length;
        memcpy(sent[i], batch.frames[i].data, sent_length[i]);
    }
    batch_coalesce(&batch, &list);
    check_list(&batch, &list, sent, sent_length, NULL, NULL);
    return 0;
}
