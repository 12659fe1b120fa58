/* The helper process, from finding the program to its end. */
#ifndef CLIENT_HELPER_H
#define CLIENT_HELPER_H

#include "options.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

enum { CLIENT_INFO_MAX = 4096 };

struct client_helper {
    char path[PATH_MAX];
    const char *sudo; /* its path if it is needed, or NULL */
    pid_t pid;        /* of sudo, where it is needed; 0: none was started */
    int status;       /* exit status as shells have it once it ended; -1 before */
    int out;          /* its standard output; -1 when it was read or is not open */
};

/* Find the helper beside the client's own executable, and sudo if it needs that. No environment
 * variable and no current directory has a say: the program gets privilege. 0, or -1 after logging. */
int client_helper_find(struct client_helper *helper);

/* Start it with socket as its descriptor 3, in a process group of its own: Ctrl-C on the terminal is
 * for the command. The caller keeps its copy of socket. 0, or -1 after logging. */
int client_helper_start(struct client_helper *helper, const struct client_options *options, int socket);

/* Has it ended? Sets status when it has. */
bool client_helper_ended(struct client_helper *helper);

/* Read the line of JSON that says the interface is up, without its newline, into info, and check
 * it. signals is the descriptor of client_signals_open. Returns 0; -1 after logging; or the number of
 * a signal that told the client to stop. */
int client_helper_read_info(struct client_helper *helper, int signals, char info[CLIENT_INFO_MAX + 1]);

/* SIGTERM, SIGKILL after the grace, wait. Fine for one that ended, or never was. */
void client_helper_end(struct client_helper *helper, double grace);

#endif
