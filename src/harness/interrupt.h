/* Ctrl-C and its kin: a command that is told to end undoes what it began, then says so by its status. */
#ifndef HARNESS_INTERRUPT_H
#define HARNESS_INTERRUPT_H

#include <stdbool.h>

/* Catch SIGINT, SIGTERM and SIGHUP from now on; ignore SIGPIPE. */
void interrupt_catch(void);

/* The signal that came, or 0. */
int interrupt_signal(void);

/* Sleep for so many seconds, or until a signal comes. False if one came, now or earlier. */
bool interrupt_pause(double seconds);

/* While undoing: forget the signal that came, so that waits work again. */
void interrupt_forget(void);

/* After undoing: what interrupt_signal() is to say again, for the exit status. */
void interrupt_restore(int number);

#endif
