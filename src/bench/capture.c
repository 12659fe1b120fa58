#include "bench/capture.h"
#include "bench/stop.h"
#include "common/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

enum { OUTPUT_MAX = 64 << 20 };

struct buffer {
    char *text;
    size_t used, room;
};

int capture_start(struct capture *capture, const char *const *argv, int error_fd)
{
    int out[2];

    *capture = (struct capture){.pid = -1, .fd = -1};
    if (pipe(out) < 0)
        return -1;
    fcntl(out[0], F_SETFD, FD_CLOEXEC);
    struct process_options options = {
        .argv = argv, .fds = {-1, out[1], error_fd}, .fd_count = 3, .new_group = true, .die_with_parent = true};
    capture->pid = process_start(&options);
    int error = errno;
    close(out[1]);
    if (capture->pid < 0) {
        close(out[0]);
        errno = error;
        return -1;
    }
    capture->fd = out[0];
    return 0;
}

/* 1: more may come; 0: the end; -1: errno. */
static int read_more(struct buffer *buffer, int fd)
{
    if (buffer->used + 1 >= buffer->room) {
        size_t room = buffer->room ? 2 * buffer->room : 16384;
        char *larger = room > OUTPUT_MAX ? NULL : realloc(buffer->text, room);
        if (!larger) {
            errno = ENOMEM;
            return -1;
        }
        buffer->text = larger;
        buffer->room = room;
    }
    ssize_t count = read(fd, buffer->text + buffer->used, buffer->room - buffer->used - 1);
    if (count < 0 && errno != EINTR)
        return -1;
    if (count > 0)
        buffer->used += (size_t)count;
    buffer->text[buffer->used] = '\0';
    return count != 0;
}

int capture_finish(struct capture *capture, double limit, char **output)
{
    struct buffer buffer = {0};
    double end = process_clock() + limit;
    int error = 0, more = 1;

    while (more > 0 && !error) {
        struct pollfd wait = {.fd = capture->fd, .events = POLLIN};
        int ready = poll(&wait, 1, 100);
        if (stop_wanted())
            error = EINTR;
        else if (ready > 0 && (more = read_more(&buffer, capture->fd)) < 0)
            error = errno;
        else if (process_clock() > end)
            error = ETIMEDOUT;
    }
    close(capture->fd);
    int status = error ? process_end(capture->pid, 2) : process_wait(capture->pid, 5);
    if (!error && status < 0) {
        error = errno;
        process_end(capture->pid, 0);
    }
    capture->pid = -1;
    if (!buffer.text)
        buffer.text = calloc(1, 1);
    *output = buffer.text;
    if (error) {
        errno = error;
        return -1;
    }
    return status;
}

int capture_run(const char *const *argv, int error_fd, double limit, char **output)
{
    struct capture capture;

    *output = NULL;
    if (capture_start(&capture, argv, error_fd) < 0) {
        *output = calloc(1, 1);
        return process_exec_status(errno);
    }
    return capture_finish(&capture, limit, output);
}
