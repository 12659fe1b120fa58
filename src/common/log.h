/* Log lines on stderr: LEVEL padded to five, a space, "[tag] text".
 *
 *     INFO  [main] started vmnet interface
 *
 * Callers scan these lines, so each is one write(2): lines of several threads never mix.
 * Control characters in the text are written as \xNN: a hostile file name cannot forge a line.
 * Lines over 1,000 bytes are cut. */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>

/* Show log_debug() lines too. Off at start. */
void log_set_verbose(bool verbose);

/* Of more lines than this in LOG_LIMIT_SECONDS the number alone is told: a program that serves others does not
 * fill the disk for them. 0, as at the start: no limit. */
void log_set_limit(unsigned lines);

void log_error(const char *tag, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_warn(const char *tag, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_info(const char *tag, const char *format, ...) __attribute__((format(printf, 2, 3)));
void log_debug(const char *tag, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
