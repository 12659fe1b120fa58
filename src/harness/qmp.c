#include "harness/qmp.h"
#include "harness/unix_connect.h"
#include "common/file.h"
#include "common/process.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Read until so many "return" answers came: one to each command. Events between them do not matter. */
static int wait_for_answers(int fd, int wanted)
{
    char text[8192];
    size_t used = 0;
    double end = process_clock() + 2;

    while (process_clock() < end && used < sizeof(text) - 1) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, 100) <= 0)
            continue;
        ssize_t count = read(fd, text + used, sizeof(text) - 1 - used);
        if (count <= 0)
            break;
        used += (size_t)count;
        text[used] = '\0';
        int answers = 0;
        for (const char *at = text; (at = strstr(at, "\"return\"")); at++)
            answers++;
        if (answers >= wanted)
            return 0;
    }
    errno = ETIMEDOUT;
    return -1;
}

int qmp_execute(const char *socket_path, const char *command)
{
    char text[256];
    int fd = unix_connect(socket_path);

    if (fd < 0)
        return -1;
    int length = snprintf(text, sizeof(text), "{\"execute\":\"qmp_capabilities\"}\n{\"execute\":\"%s\"}\n", command);
    int result = file_write_all(fd, text, (size_t)length);
    if (result == 0)
        result = wait_for_answers(fd, 2);
    int error = errno;
    close(fd);
    errno = error;
    return result;
}
