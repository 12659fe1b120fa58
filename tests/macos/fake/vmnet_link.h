/* The network behind a fake vmnet interface: a socket or a TAP. */
#ifndef FAKE_VMNET_LINK_H
#define FAKE_VMNET_LINK_H

#include <stdbool.h>

/* The descriptor, not blocking. Ends the program when the settings name none. */
int fake_link_open(bool virtio);

#endif
