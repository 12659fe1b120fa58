/* dlsym as an older macOS answers: linked with -Wl,--wrap=dlsym. */
#include "fake.h"

#include <stddef.h>
#include <string.h>

void *__real_dlsym(void *handle, const char *symbol);
void *__wrap_dlsym(void *handle, const char *symbol);

void *__wrap_dlsym(void *handle, const char *symbol)
{
    static const struct {
        const char *prefix;
        int major, minor;
    } newer[] = {
        {"vmnet_enable_virtio_header_key", 15, 4},
        {"vmnet_read_max_packets_key", 15, 0},
        {"vmnet_write_max_packets_key", 15, 0},
        {"vmnet_network_", 26, 0},
        {"vmnet_interface_start_with_network", 26, 0},
    };

    for (size_t i = 0; i < sizeof(newer) / sizeof(newer[0]); i++)
        if (strncmp(symbol, newer[i].prefix, strlen(newer[i].prefix)) == 0 &&
            !fake_macos_at_least(newer[i].major, newer[i].minor))
            return NULL;
    return __real_dlsym(handle, symbol);
}
