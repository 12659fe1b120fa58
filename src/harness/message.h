/* What people read: one line for an error, lines with the seconds gone by while something takes time.
 * All go to stderr; stdout is for results. Control characters are shown as \xNN. */
#ifndef HARNESS_MESSAGE_H
#define HARNESS_MESSAGE_H

/* Print "error: TEXT". Returns -1, so that a caller can return it at once. */
int message_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Print "[  2.1] TEXT": the seconds since start, a time of process_clock(). */
void message_progress(double start, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print the last lines of a log, each indented by two blanks. Nothing if it is empty or missing. */
void message_log_tail(const char *path, int lines);

#endif
