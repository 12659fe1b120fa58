#include "harness/firmware.h"

#include <stddef.h>
#include <unistd.h>

static const char *const arm64_paths[] = {
    "/opt/homebrew/share/qemu/edk2-aarch64-code.fd", /* Homebrew, Apple silicon */
    "/usr/local/share/qemu/edk2-aarch64-code.fd",    /* Homebrew on Intel, and sources */
    "/usr/share/qemu-efi-aarch64/QEMU_EFI.fd",       /* Debian, Ubuntu: qemu-efi-aarch64 */
    "/usr/share/edk2/aarch64/QEMU_EFI.fd",           /* Fedora: edk2-aarch64 */
    NULL,
};
static const char *const x86_paths[] = {
    "/usr/share/ovmf/OVMF.fd",                       /* Debian, Ubuntu: ovmf */
    "/usr/share/edk2/ovmf/OVMF.amdsev.fd",           /* Fedora: edk2-ovmf has the others in two parts */
    "/opt/homebrew/share/qemu/edk2-x86_64-code.fd",  /* Homebrew, Apple silicon */
    "/usr/local/share/qemu/edk2-x86_64-code.fd",     /* Homebrew on Intel, and sources */
    NULL,
};

const char *firmware_efi(bool is_arm64)
{
    for (const char *const *path = is_arm64 ? arm64_paths : x86_paths; *path; path++)
        if (access(*path, R_OK) == 0)
            return *path;
    return NULL;
}

const char *firmware_remedy(bool is_arm64)
{
    return is_arm64 ? "install qemu-efi-aarch64" : "install ovmf";
}
