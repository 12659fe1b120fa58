#include "harness/ssh.h"
#include "harness/job.h"
#include "harness/message.h"
#include "common/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A path as a value: in quotes, and with % doubled, which ssh expands (man 5 ssh_config, TOKENS). */
static void print_path(FILE *out, const char *key, const char *dir, const char *file)
{
    fprintf(out, "    %s \"", key);
    for (; *dir; dir++)
        fprintf(out, *dir == '%' ? "%%%%" : "%c", *dir);
    fprintf(out, "%s%s\"\n", file ? "/" : "", file ? file : "");
}

char *ssh_config_text(const struct vm *vm, const char *identity)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    fprintf(out, "Host %s\n    HostName %s\n    User %s\n    HostKeyAlias %s\n", vm->name, vm->state.ip, vm->state.user,
            vm->name);
    print_path(out, "IdentityFile", identity, NULL);
    print_path(out, "UserKnownHostsFile", vm->dir, "known_hosts");
    fputs("    IdentitiesOnly yes\n    IdentityAgent none\n    GlobalKnownHostsFile /dev/null\n"
          "    StrictHostKeyChecking yes\n    UpdateHostKeys no\n    PasswordAuthentication no\n"
          "    KbdInteractiveAuthentication no\n", out);
    return fclose(out) == 0 ? text : NULL;
}

int ssh_config_write(const struct vm *vm, const struct keys *keys)
{
    char path[PATH_MAX], *known = NULL;
    char *config = ssh_config_text(vm, keys->identity);

    if (asprintf(&known, "%s %s\n", vm->name, keys->host_public) < 0)
        known = NULL;
    int result = !config || !known ? message_error("not enough memory") : 0;
    if (result == 0)
        result = store_write(vm->store, vm_file(vm, path, "known_hosts"), known);
    if (result == 0)
        result = store_write(vm->store, vm_file(vm, path, "ssh.config"), config);
    free(config);
    free(known);
    return result;
}

void ssh_words(const struct vm *vm, struct words *words, const char *const *options)
{
    words_add(words, "ssh");
    words_add(words, "-F%s/ssh.config", vm->dir);
    for (; options && *options; options++)
        words_add(words, "%s", *options);
    words_add(words, "%s", vm->name);
}

/* Is somebody listening there? Much cheaper than ssh, and the first SYN to a booting guest is often
 * lost: better to send another soon than to wait for the kernel's second one. */
static bool port_is_open(const char *ip, uint16_t port)
{
    enum { LIMIT_MS = 400 };
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int error = 0;
    socklen_t size = sizeof(error);

    if (inet_pton(AF_INET, ip, &address.sin_addr) != 1)
        return false;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        return false;
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fcntl(fd, F_SETFL, O_NONBLOCK);
    bool open = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (!open && errno == EINPROGRESS) {
        struct pollfd ready = {.fd = fd, .events = POLLOUT};
        open = poll(&ready, 1, LIMIT_MS) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && !error;
    }
    close(fd);
    return open;
}

bool ssh_try(const struct vm *vm, double limit)
{
    /* ConnectTimeout covers the key exchange too, which takes a busy emulated guest seconds. */
    static const char *const options[] = {"-oBatchMode=yes", "-oConnectTimeout=20", "-oConnectionAttempts=1", NULL};
    char log[PATH_MAX];
    struct words words = {0};

    if (!port_is_open(vm->state.ip, 22))
        return false;
    ssh_words(vm, &words, options);
    words_add(&words, "true");
    struct job job = {.words = &words, .log = vm_file(vm, log, "ssh.log"), .limit = limit};
    int status = job_run(&job);
    words_free(&words);
    return status == 0;
}
