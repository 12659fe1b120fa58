/* The state that a process starts in is its caller's: environment, descriptors, limits, masks. All of
 * it is set here, before anything is parsed, because the program may be root. */
#ifndef HELPER_START_H
#define HELPER_START_H

/* What is kept of the environment; NULL where it was not set. */
struct caller {
    const char *sudo_uid;
    const char *sudo_gid;
    const char *notify_socket;
};

/* Take what we need from the environment and replace it by a fixed one; open descriptors 0-2 on
 * /dev/null where they are closed; umask 077, no core files.
 * Returns 0, or -1 (logged) if the program is installed setuid, which nobody has thought through. */
int start_clean(struct caller *caller);

/* Close all descriptors but 0-2 and these (-1: none), and have those closed by exec. */
void start_keep_descriptors(const int *kept, int count);

#endif
