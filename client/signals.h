/* Signals as something to wait for with poll(2).
 *
 * A handler writes each signal into a pipe, the old way that works on every system: signalfd is
 * Linux's, sigtimedwait is not on macOS, and EINTR alone leaves a gap between the check and the
 * wait. All that the program does about a signal it does in its own loop. */
#ifndef CLIENT_SIGNALS_H
#define CLIENT_SIGNALS_H

#include <stdbool.h>

struct client_signal {
    int number;
    bool to_group; /* the terminal sent it, so the whole foreground group has it: Ctrl-C */
};

/* Catch SIGTERM, SIGINT, SIGQUIT, SIGHUP (unless it is ignored: nohup) and SIGCHLD; ignore SIGPIPE.
 * To be called once. Returns the descriptor that becomes readable, or -1 after logging. */
int client_signals_open(void);

/* Take the next signal. False if there is none now. */
bool client_signals_take(struct client_signal *taken);

#endif
