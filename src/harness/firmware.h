/* EFI for machines of QEMU that have no other way to start from a disk. */
#ifndef HARNESS_FIRMWARE_H
#define HARNESS_FIRMWARE_H

/* The path of EFI for arm64 where packages put it; NULL: there is none. */
const char *firmware_arm64(void);

#endif
