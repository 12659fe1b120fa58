/* The last step of giving up privilege: only the system calls that forwarding needs, and no file but
 * the socket's own may be touched. sandbox_linux.c | sandbox_darwin.c | sandbox_none.c (builds with
 * sanitizers, whose runtime needs more). */
#ifndef HELPER_SANDBOX_H
#define HELPER_SANDBOX_H

/* From here on a system call that is not on the list ends the process. Call it when all is open,
 * before threads are started: they inherit it. folder: where the socket file is, which may be removed
 * there at the end; -1: none. Returns 0, or -1 (logged): do not go on. */
int sandbox_enter(int folder);

/* The keeper's, on Linux: calls that a program is started, a namespace entered or the network spoken to with end
 * the process. It reads files, and writes below state, which is made if it is missing, and /proc/sys/net alone.
 * Its output goes nowhere. Returns 0 or -1. */
int sandbox_enter_keeper(const char *state);

#endif
