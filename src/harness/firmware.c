#include "harness/firmware.h"

#include <stddef.h>
#include <unistd.h>

const char *firmware_arm64(void)
{
    static const char *const paths[] = {
        "/opt/homebrew/share/qemu/edk2-aarch64-code.fd", /* Homebrew, Apple silicon */
        "/usr/local/share/qemu/edk2-aarch64-code.fd",    /* Homebrew on Intel, and sources */
        "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd",       /* Debian, Ubuntu: qemu-efi-aarch64 */
        "/usr/share/edk2/aarch64/QEMU_EFI.fd",           /* Fedora: edk2-aarch64 */
    };

    for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
        if (access(paths[i], R_OK) == 0)
            return paths[i];
    return NULL;
}
