#include "helper/root_phase.h"
#include "common/log.h"
#include "helper/acl.h"
#include "helper/datagram.h"
#include "helper/privileges.h"

#include <fcntl.h>
#include <net/if.h>

static int check_descriptor(int fd, const char *name, int unwanted)
{
    int flags = fd < 0 ? O_RDWR : fcntl(fd, F_GETFL);

    if (flags < 0) {
        log_error("main", "--%s %d is not open: pass an inherited descriptor", name, fd);
        return -1;
    }
    if ((flags & O_ACCMODE) == unwanted) {
        log_error("main", "--%s %d is the wrong end of a pipe", name, fd);
        return -1;
    }
    return 0;
}

static int check_socket(const struct options *options, const struct identity *identity)
{
    if (options->fd >= 0)
        return socket_check_fd(options->fd, options->framing);
    /* Root would see files that the caller may not know of. */
    if (privileges_borrow(identity) < 0)
        return -1;
    int result = socket_check_path(options->socket_path);
    return privileges_return() < 0 ? -1 : result;
}

static int check_shared_interface(const struct options *options)
{
    const char *name = options->interface.shared_interface;

    if (options->interface.mode != MODE_BRIDGED || if_nametoindex(name))
        return 0;
    log_error("main", "no interface \"%s\" to join: see --list-shared-interfaces", name);
    return -1;
}

int root_phase_check(const struct options *options, const struct caller *caller, struct identity *identity)
{
    if (identity_choose(identity, options->user, caller, options->socket_path != NULL) < 0)
        return -1;
    if (check_descriptor(options->parent_liveness_fd, "parent-liveness-fd", O_WRONLY) < 0 ||
        check_descriptor(options->notify_fd, "notify-fd", O_RDONLY) < 0 ||
        check_descriptor(options->pcap_fd, "pcap-fd", O_RDONLY) < 0)
        return -1;
    return check_socket(options, identity) < 0 ? -1 : check_shared_interface(options);
}

int root_phase_open(const struct options *options, const struct caller *caller, struct opened *opened)
{
    if (acl_check(&options->interface, caller) < 0)
        return -1;
    log_info("main", "enabling bulk forwarding");
    opened->interface = interface_start(&options->interface, &opened->info);
    if (!opened->interface)
        return -1;
    log_info("main", "started vmnet interface");
    if (options->fd >= 0)
        datagram_set_buffers(options->fd);
    else if (socket_create(&opened->server, options->socket_path, options->framing) < 0)
        return -1;
    /* A stream tells its end. */
    if (options->framing == FRAMING_DATAGRAM)
        peer_open(&opened->peer, options->fd >= 0 ? options->fd : opened->server.fd);
    return 0;
}
