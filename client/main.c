/* vmnet-client: connect a command to the network, without a socket that has a name. */
#include "channel.h"
#include "helper.h"
#include "options.h"
#include "signals.h"
#include "supervise.h"
#include "common/log.h"
#include "common/mac.h"
#include "common/process.h"
#include "common/version.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A caller that closed one of 0-2 would have a socket of ours there, and the command write into it. */
static int open_standard_descriptors(void)
{
    int fd;

    while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd < 3)
        ;
    return fd < 0 ? -1 : close(fd);
}

/* What a script needs to give the VM the interface's address. */
static void export_info(const char *info)
{
    cJSON *json = cJSON_Parse(info);
    const char *mac = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, "vmnet_mac_address"));

    setenv("VMNET_INTERFACE_JSON", info, 1);
    if (mac)
        setenv("VMNET_MAC_ADDRESS", mac, 1);
    else
        unsetenv("VMNET_MAC_ADDRESS");
    cJSON_Delete(json);
}

static pid_t start_command(const char *const *command, int socket)
{
    struct process_options start = {
        .argv = command, .fds = {0, 1, 2, -1, socket}, .fd_count = 5, .keep_nohup = true, .die_with_parent = true};
    pid_t pid = process_start(&start);

    if (pid < 0)
        log_error("client", "cannot start \"%s\": %s", command[0], strerror(errno));
    return pid;
}

/* With the helper up: run the command. Takes both ends of the channel: while the client held one,
 * neither process could see the other's end. */
static int run_command(struct client_helper *helper, const struct client_options *options, int signals, int ends[2])
{
    char info[CLIENT_INFO_MAX + 1];
    int stop = client_helper_read_info(helper, signals, info);
    pid_t command = -1;
    int status = CLIENT_FAILED;

    if (stop > 0)
        status = 128 + stop;
    else if (stop < 0 && helper->status == CLIENT_USAGE)
        status = CLIENT_USAGE;
    if (stop == 0) {
        export_info(info);
        command = start_command(options->command, ends[1]);
        if (command < 0)
            status = process_exec_status(errno);
    }
    close(ends[0]);
    close(ends[1]);
    if (command > 0)
        return client_supervise(helper, command, signals);
    client_helper_end(helper, client_grace);
    return status;
}

static int run(const struct client_options *options)
{
    struct client_helper helper;
    int ends[2];
    int signals = client_signals_open();

    if (signals < 0 || client_helper_find(&helper) < 0)
        return CLIENT_FAILED;
    if (client_channel_open(ends) < 0) {
        log_error("client", "cannot make a socket pair: %s", strerror(errno));
        return CLIENT_FAILED;
    }
    if (client_helper_start(&helper, options, ends[0]) < 0)
        return CLIENT_FAILED;
    return run_command(&helper, options, signals, ends);
}

int main(int argc, char **argv)
{
    struct client_options options;
    int status = 0;

    if (open_standard_descriptors() < 0)
        return CLIENT_FAILED;
    if (client_options_parse(&options, argc, argv) < 0) {
        status = CLIENT_USAGE;
    } else if (options.help) {
        client_options_help();
    } else if (options.version) {
        version_print();
    } else {
        log_set_verbose(options.verbose);
        status = run(&options);
    }
    client_options_free(&options);
    return status;
}
