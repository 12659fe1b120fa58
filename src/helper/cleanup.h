/* --cleanup: cleanup_linux.c | cleanup_darwin.c. */
#ifndef HELPER_CLEANUP_H
#define HELPER_CLEANUP_H

/* Remove the networks that killed helpers left behind. The exit status. */
int cleanup_run(void);

#endif
