/* Ctrl-C and SIGTERM: what is measured is kept, what was started is ended. */
#ifndef BENCH_STOP_H
#define BENCH_STOP_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM and SIGHUP only set a flag; a second one ends the program at once. */
void stop_install(void);

/* Has the user asked to stop? */
bool stop_wanted(void);

/* Wait so many seconds, or until the user asks to stop. */
void stop_pause(double seconds);

#endif
