/* What a command leaves behind when it is ended: orphans_linux.c | orphans_darwin.c.
 *
 * A command is often a script, and the VM its child. SIGTERM ends the shell and not the VM, which
 * would go on without a network. So what the command started, and is still in the client's process
 * group when the client has ended the command, is ended as well. A command that ends by itself may
 * leave what it likes. */
#ifndef CLIENT_ORPHANS_H
#define CLIENT_ORPHANS_H

#include <sys/types.h>

enum { CLIENT_ORPHANS_MAX = 64 };

struct client_process_list {
    pid_t pids[CLIENT_ORPHANS_MAX];
    int count;
};

struct client_orphans {
    struct client_process_list before; /* children that are not the command's */
};

/* Become the parent of orphans. To be called just before the command is ended, and not earlier: what
 * the helper's network needs (dnsmasq) is an orphan too, and not ours to wait for. */
void client_orphans_adopt(void);

/* Remember which children there are beside the command, which was just started: a shell that became
 * the client by exec had them before. */
void client_orphans_watch(struct client_orphans *orphans, pid_t command);

/* SIGTERM, and SIGKILL after grace seconds. Ends the adoption. */
void client_orphans_end(const struct client_orphans *orphans, double grace);

#endif
