/* Has the user had enough? For what takes time before there is anybody to tell (signals.h): the signals are blocked
 * from the start, and pending. */
#ifndef HELPER_STOP_H
#define HELPER_STOP_H

#include <stdbool.h>

/* Is a signal pending that would stop the helper? False in the keeper, which ignores them. */
bool stop_is_pending(void);

#endif
