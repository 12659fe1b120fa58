/* What the files of the fake vmnet share. */
#ifndef FAKE_VMNET_FAKE_H
#define FAKE_VMNET_FAKE_H

#include <stdbool.h>
#include <vmnet/vmnet.h>

/* A description, read. The texts belong to the dictionary. */
struct fake_description {
    uint8_t id[16];
    uint64_t mode;
    const char *start, *end, *mask;
    bool tso, checksum, virtio;
};

/* Check the types (a wrong one ends the program) and the values (a wrong one is a status). */
vmnet_return_t fake_read_description(xpc_object_t description, bool network, struct fake_description *read);

xpc_object_t fake_make_parameters(const struct fake_description *description, bool network);

/* Bytes of a frame, without virtio header. */
size_t fake_max_packet(const struct fake_description *description);

#endif
