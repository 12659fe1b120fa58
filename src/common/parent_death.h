/* Ending with the parent process: parent_death_linux.c | parent_death_darwin.c. */
#ifndef COMMON_PARENT_DEATH_H
#define COMMON_PARENT_DEATH_H

#include <sys/types.h>

/* Ask for a signal when the parent ends; at once, if it has ended already. The request is kept
 * across exec, unless the program is setuid. Does nothing where the system cannot (Darwin). */
void parent_death_signal(int signal_number, pid_t parent);

#endif
