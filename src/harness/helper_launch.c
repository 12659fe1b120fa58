#include "harness/helper_launch.h"
#include "harness/interrupt.h"
#include "harness/message.h"
#include "common/file.h"
#include "common/helper_privilege.h"
#include "common/own_path.h"
#include "common/process.h"
#include "common/text.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LINE_MAX_SIZE = 4096, LINE_LIMIT = 60 };

int helper_words(const struct vm *vm, const struct config *config, int network_fd, int notify_fd, struct words *words)
{
    char path[PATH_MAX], socket_path[PATH_MAX];

    if (own_sibling("vmnet-helper", path, sizeof(path)) < 0)
        return message_error("cannot find the programs: %s", strerror(errno));
    if (helper_needs_sudo(path)) {
        words_add(words, "sudo");
        words_add(words, "--non-interactive");
        words_add(words, "--close-from=%d", notify_fd + 1);
    }
    words_add(words, "%s", path);
    if (network_fd >= 0) {
        words_add(words, "--fd");
        words_add(words, "%d", network_fd);
    } else {
        words_add(words, "--socket");
        words_add(words, "%s", vm_socket(vm, socket_path, "vmnet.sock"));
        if (config->connection == CONNECTION_STREAM) {
            words_add(words, "--framing");
            words_add(words, "stream");
        }
    }
    words_add(words, "--notify-fd");
    words_add(words, "%d", notify_fd);
    config_add_helper_options(config, words);
    return 0;
}

char *helper_log_reason(const char *log, char *text, size_t size)
{
    char *content = file_read(log, 1 << 20, NULL);
    const char *last = NULL, *error = NULL;

    *text = '\0';
    for (char *line = content, *next; line && *line; line = next) {
        next = line + strcspn(line, "\n");
        if (*next)
            *next++ = '\0';
        if (*line)
            last = line;
        if (strncmp(line, "ERROR", 5) == 0)
            error = line;
    }
    const char *reason = error ? error : last;
    /* "ERROR [tag] text": the text alone. */
    const char *tag_end = error ? strstr(error, "] ") : NULL;
    if (reason)
        text_printable(text, size, tag_end ? tag_end + 2 : reason, strlen(tag_end ? tag_end + 2 : reason));
    free(content);
    return text;
}

/* Read one line of at most size - 1 bytes, without its newline, until the writer closes or the limit
 * is over. 0, or -1 (no whole line). */
static int read_line(int fd, char *line, size_t size)
{
    double end = process_clock() + LINE_LIMIT;
    size_t used = 0;

    while (process_clock() < end && !interrupt_signal() && used < size - 1) {
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (poll(&ready, 1, 50) <= 0)
            continue;
        ssize_t count = read(fd, line + used, size - 1 - used);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return -1;
        used += (size_t)count;
        line[used] = '\0';
        char *newline = strchr(line, '\n');
        if (newline) {
            *newline = '\0';
            return 0;
        }
    }
    return -1;
}

static uint32_t json_address(const cJSON *root, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, key);
    uint32_t address = 0;

    if (cJSON_IsString(item))
        ipv4_parse(item->valuestring, &address);
    return address;
}

static int parse_line(const char *line, struct helper_info *info)
{
    uint8_t mac[MAC_SIZE];
    cJSON *root = cJSON_Parse(line);
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(root, "vmnet_mac_address");
    int result = cJSON_IsString(item) ? mac_parse(item->valuestring, mac) : -1;

    *info = (struct helper_info){0};
    if (result == 0) {
        mac_format(mac, info->mac);
        info->gateway = json_address(root, "vmnet_start_address");
        info->mask = json_address(root, "vmnet_subnet_mask");
        info->has_addresses = info->gateway && info->mask;
    }
    cJSON_Delete(root);
    return result;
}

/* Written down before it runs: whoever is killed from here on leaves a trace of it. A disk that is full will be told of
 * by the next save. */
static int keep_pid(pid_t pid, void *context)
{
    struct vm *vm = context;

    if (identity_of(pid, &vm->state.helper) < 0)
        vm->state.helper = (struct identity){.pid = pid};
    if (!store_is_full(vm->dir))
        vm_save(vm);
    return 0;
}

/* Start the program with its stdout in a pipe. Returns the end to read from, or -1 after a message. */
static int start(struct vm *vm, const struct words *words, int network_fd, int events, int log)
{
    int out[2];
    const char *const *argv = words_argv(words);

    if (!argv || pipe(out) < 0)
        return -1;
    fcntl(out[0], F_SETFD, FD_CLOEXEC);
    struct process_options options = {.argv = argv, .fds = {-1, out[1], log}, .fd_count = 3, .new_session = true,
                                      .born = keep_pid, .context = vm};
    if (network_fd >= 0)
        options.fds[options.fd_count++] = network_fd;
    options.fds[options.fd_count++] = events;
    pid_t pid = process_start(&options);
    int error = errno;
    close(out[1]);
    if (pid > 0)
        return out[0];
    vm->state.helper = (struct identity){0};
    close(out[0]);
    return message_error("cannot start %s: %s", argv[0], strerror(error));
}

static int no_line(const struct vm *vm, const char *log)
{
    char reason[512];

    if (interrupt_signal())
        return -1;
    helper_log_reason(log, reason, sizeof(reason));
    return message_error("vmnet-helper of VM \"%s\" did not start: %s (its log is %s)", vm->name,
                         *reason ? reason : "it said nothing", log);
}

int helper_launch(struct vm *vm, const struct config *config, int network_fd, int events, struct helper_info *info)
{
    char log_path[PATH_MAX], line[LINE_MAX_SIZE + 2] = "";
    struct words words = {0};

    vm_file(vm, log_path, "vmnet-helper.log");
    int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (log < 0)
        return message_error("cannot write %s: %s", log_path, strerror(errno));
    owner_give(&vm->store->owner, log_path);
    int result = helper_words(vm, config, network_fd < 0 ? -1 : 3, network_fd < 0 ? 3 : 4, &words);
    int out = result < 0 ? -1 : start(vm, &words, network_fd, events, log);
    words_free(&words);
    close(log);
    if (out < 0)
        return -1;
    result = read_line(out, line, sizeof(line));
    close(out);
    if (result == 0 && parse_line(line, info) == 0)
        return 0;
    process_end(vm->state.helper.pid, 5);
    vm->state.helper.pid = 0;
    if (result < 0)
        return no_line(vm, log_path);
    return message_error("vmnet-helper did not describe its interface in JSON; its log is %s", log_path);
}
