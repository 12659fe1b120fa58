/* Theory of operation. Each VM's command runs in a child, which has its own lock, state and signal flag as
 * if it had been started alone. Its stdout and stderr are pipes: the parent passes whole lines on, with the VM's name
 * before them, as they come (stderr) or when it has ended (stdout, so that a VM's result stays together). A signal to
 * the parent goes to all children, which undo what they began; the parent waits for that. */
#include "harness/many.h"
#include "harness/command.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OUT, ERR, STREAMS };

struct child {
    const char *name;
    pid_t pid;
    int fds[STREAMS]; /* -1: closed */
    char *text[STREAMS];
    size_t used[STREAMS];
    int status;
};

/* Run the child's part and end. */
static void __attribute__((noreturn)) be_child(const struct store *store, const struct many *many, int index,
                                               const int out[2], const int err[2])
{
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    int status = many->one(store, index, many->context);
    if (status && interrupt_signal())
        status = 128 + interrupt_signal();
    fflush(NULL);
    _exit(status);
}

static int pipe_open(int fds[2])
{
    if (pipe(fds) < 0)
        return -1;
    fcntl(fds[0], F_SETFD, FD_CLOEXEC);
    fcntl(fds[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

static int child_start(struct child *child, const struct store *store, const struct many *many, int index)
{
    int out[2], err[2];

    *child = (struct child){.name = many->names[index], .pid = -1, .fds = {-1, -1}, .status = EXIT_FAILED};
    if (pipe_open(out) < 0)
        return message_error("cannot make a pipe: %s", strerror(errno));
    if (pipe_open(err) < 0) {
        close(out[0]);
        close(out[1]);
        return message_error("cannot make a pipe: %s", strerror(errno));
    }
    fflush(NULL);
    child->pid = fork();
    if (child->pid == 0)
        be_child(store, many, index, out, err);
    close(out[1]);
    close(err[1]);
    child->fds[OUT] = out[0];
    child->fds[ERR] = err[0];
    return child->pid > 0 ? 0 : message_error("cannot start a process: %s", strerror(errno));
}

static void print_line(FILE *out, const char *name, const char *line, size_t length)
{
    char *text;
    int size = asprintf(&text, "%s: %.*s\n", name, (int)length, line);

    if (size < 0)
        return;
    file_write_all(fileno(out), text, (size_t)size);
    free(text);
}

/* Print the whole lines; at the end, also one without newline. */
static void print_lines(struct child *child, int stream, FILE *out, bool end)
{
    char *text = child->text[stream];
    size_t start = 0, used = child->used[stream];

    for (char *newline; text && (newline = memchr(text + start, '\n', used - start));) {
        print_line(out, child->name, text + start, (size_t)(newline - text) - start);
        start = (size_t)(newline - text) + 1;
    }
    if (end && start < used)
        print_line(out, child->name, text + start, used - start);
    if (text)
        memmove(text, text + start, used - start);
    child->used[stream] = end ? 0 : used - start;
}

static void child_read(struct child *child, int stream)
{
    char buffer[4096];
    ssize_t count = read(child->fds[stream], buffer, sizeof(buffer));

    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    char *text = count > 0 ? realloc(child->text[stream], child->used[stream] + (size_t)count + 1) : NULL;
    if (!text) {
        close(child->fds[stream]);
        child->fds[stream] = -1;
        return;
    }
    memcpy(text + child->used[stream], buffer, (size_t)count);
    child->text[stream] = text;
    child->used[stream] += (size_t)count;
    text[child->used[stream]] = '\0';
    if (stream == ERR)
        print_lines(child, ERR, stderr, false);
}

/* Wait for output of any, for a short time. False: all have closed theirs. */
static bool read_some(struct child *children, int count)
{
    struct pollfd *ready = calloc((size_t)count * STREAMS, sizeof(*ready));
    bool any = false;

    for (int i = 0; ready && i < count * STREAMS; i++) {
        ready[i] = (struct pollfd){.fd = children[i / STREAMS].fds[i % STREAMS], .events = POLLIN};
        any |= ready[i].fd >= 0;
    }
    if (any && poll(ready, (nfds_t)count * STREAMS, 200) > 0)
        for (int i = 0; i < count * STREAMS; i++)
            if (ready[i].fd >= 0 && ready[i].revents)
                child_read(&children[i / STREAMS], i % STREAMS);
    free(ready);
    return any;
}

static void follow(struct child *children, int count)
{
    bool told = false;

    while (read_some(children, count)) {
        if (!interrupt_signal() || told)
            continue;
        /* A second one is as good as none. */
        for (int i = 0; i < count; i++)
            if (children[i].pid > 0)
                kill(children[i].pid, interrupt_signal());
        told = true;
    }
    for (int i = 0; i < count; i++) {
        if (children[i].pid > 0)
            children[i].status = process_wait(children[i].pid, -1);
        print_lines(&children[i], ERR, stderr, true);
    }
}

static void print_results(struct child *children, int count, bool json)
{
    const char *before = "[";

    for (int i = 0; i < count; i++) {
        if (!json)
            print_lines(&children[i], OUT, stdout, true);
        else if (children[i].used[OUT]) {
            printf("%s%s", before, children[i].text[OUT]);
            before = ",";
        }
    }
    if (json)
        printf("%s]\n", *before == '[' ? "[" : "");
    fflush(stdout);
}

static int summarize(const struct store *store, const struct many *many, const struct child *children)
{
    char failed[2048] = "";
    int good = 0;

    for (int i = 0; i < many->count; i++) {
        size_t used = strlen(failed);
        if (children[i].status == EXIT_OK)
            good++;
        else
            snprintf(failed + used, sizeof(failed) - used, "%s%s", used ? ", " : "", children[i].name);
    }
    if (good == many->count)
        message_progress(store->started, "%s %d VMs", many->done, good);
    else
        message_error("%s %d of %d VMs; failed: %s", many->done, good, many->count, failed);
    return good == many->count ? EXIT_OK : EXIT_FAILED;
}

int many_run(const struct store *store, const struct many *many)
{
    if (many->count == 0) {
        message_progress(store->started, "there is no such VM: nothing was %s", many->done);
        return EXIT_OK;
    }
    if (many->count == 1)
        return many->one(store, 0, many->context);
    struct child *children = calloc((size_t)many->count + 1, sizeof(*children));
    if (!children) {
        message_error("not enough memory");
        return EXIT_FAILED;
    }
    for (int i = 0; i < many->count; i++)
        child_start(&children[i], store, many, i);
    follow(children, many->count);
    print_results(children, many->count, many->json);
    int status = summarize(store, many, children);
    for (int i = 0; i < many->count; i++)
        for (int stream = 0; stream < STREAMS; stream++)
            free(children[i].text[stream]);
    free(children);
    return status;
}
