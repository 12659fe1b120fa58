/* EFI for machines of QEMU that start from a disk. */
#ifndef HARNESS_FIRMWARE_H
#define HARNESS_FIRMWARE_H

#include <stdbool.h>

/* The path of EFI, code and variables in one file, where packages put it; NULL: there is none. */
const char *firmware_efi(bool is_arm64);

/* What to install to have it. */
const char *firmware_remedy(bool is_arm64);

#endif
