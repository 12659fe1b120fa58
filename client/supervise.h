/* Two processes that live and die together: the command and its helper. */
#ifndef CLIENT_SUPERVISE_H
#define CLIENT_SUPERVISE_H

#include "helper.h"

/* Seconds between SIGTERM and SIGKILL. */
extern const double client_grace;

/* Exit status for a failure that is not the command's, as env, timeout and chroot have it. */
enum { CLIENT_FAILED = 125, CLIENT_USAGE = 2 };

/* Wait until the command ends; end it when the helper ends, or when a signal told the client to
 * stop. Ends the helper too. signals is the descriptor of client_signals_open.
 * Returns the client's exit status. */
int client_supervise(struct client_helper *helper, pid_t command, int signals);

#endif
