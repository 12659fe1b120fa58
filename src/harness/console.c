#include "harness/interrupt.h"
#include "harness/message.h"
#include "harness/unix_connect.h"
#include "harness/vm.h"
#include "harness/vm_commands.h"
#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <termios.h>
#include <unistd.h>

enum { DETACH = 0x1d }; /* Ctrl-], as telnet has it */

/* Bytes from the user to the guest. False: detach. */
static bool pass_input(int line)
{
    char text[256];
    ssize_t count = read(STDIN_FILENO, text, sizeof(text));

    if (count < 0)
        return errno == EINTR;
    const char *key = count ? memchr(text, DETACH, (size_t)count) : NULL;
    size_t size = key ? (size_t)(key - text) : (size_t)count;
    return file_write_all(line, text, size) == 0 && !key && count > 0;
}

/* Bytes from the guest to the user. False: the guest is gone. */
static bool pass_output(int line)
{
    char text[4096];
    ssize_t count = read(line, text, sizeof(text));

    if (count < 0)
        return errno == EINTR;
    return count > 0 && file_write_all(STDOUT_FILENO, text, (size_t)count) == 0;
}

static void pass(int line)
{
    struct pollfd fds[] = {{.fd = line, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};

    while (!interrupt_signal()) {
        if (poll(fds, 2, 200) <= 0)
            continue;
        if (fds[0].revents && !pass_output(line))
            return;
        if (fds[1].revents && !pass_input(line))
            return;
    }
}

/* It is said when it is true: from then on the terminal sends each key, Ctrl-] too. */
static void attach(int line, const char *name)
{
    struct termios before, raw;
    bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;

    if (terminal) {
        raw = before;
        cfmakeraw(&raw);
        tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    fprintf(stderr, "attached to the serial line of VM \"%s\"; Ctrl-] detaches%s\n", name, terminal ? "\r" : "");
    pass(line);
    if (terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    fprintf(stderr, "\ndetached\n");
}

/* QEMU serves one at a time, and keeps a second one waiting without a word. */
static int take_console(const struct vm *vm)
{
    char path[PATH_MAX];
    int fd = open(vm_file(vm, path, "console.lock"), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return message_error("cannot open %s: %s", path, strerror(errno));
    owner_give(&vm->store->owner, path);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    return message_error("the console of VM \"%s\" is attached elsewhere", vm->name);
}

int vm_command_console(const struct store *store, const struct command_line *options)
{
    struct vm vm;
    char path[PATH_MAX];
    int lock = -1, result = vm_open_existing(&vm, store, options->operands[0], false);

    if (result == 0 && !identity_is_alive(&vm.state.machine))
        result = message_error("VM \"%s\" is not running; start it with: vm start %s", vm.name, vm.name);
    if (result == 0 && !vm_driver(&vm)->has_console)
        result = message_error("%s has no serial line to attach to; see it with: vm logs -f %s", vm_driver(&vm)->name,
                               vm.name);
    if (result == 0)
        result = lock = take_console(&vm);
    if (lock >= 0) {
        int line = unix_connect(vm_socket(&vm, path, "serial.sock"));
        if (line < 0) {
            result = message_error("cannot attach to %s: %s", path, strerror(errno));
        } else {
            attach(line, vm.name);
            close(line);
            result = 0;
        }
        close(lock);
    }
    vm_close(&vm);
    return command_status(result);
}
