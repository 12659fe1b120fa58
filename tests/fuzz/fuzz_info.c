/* The line of JSON that vmnet-client reads from the helper: any bytes in any pieces. */
#include "fuzz/input.h"
#include "../../client/helper.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char info[CLIENT_INFO_MAX + 1];
    struct client_helper helper = {.pid = 0, .status = -1};
    int ends[2];

    if (!size || size > CLIENT_INFO_MAX + 100)
        return 0;
    must(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    must(write(ends[1], data, size) == (ssize_t)size);
    close(ends[1]);
    helper.out = ends[0];
    if (client_helper_read_info(&helper, -1, info) == 0) {
        must(strlen(info) <= CLIENT_INFO_MAX && !strchr(info, '\n'));
        must(memcmp(info, data, strlen(info)) == 0);
    }
    must(helper.out == -1);
    return 0;
}
