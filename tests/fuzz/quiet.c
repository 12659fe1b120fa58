/* In place of common/log.c and harness/message.c: lines are made as there, and not written. A line for each
 * refusal would be all the work of a fuzzer. */
#include "common/log.h"
#include "common/text.h"
#include "harness/message.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void __attribute__((format(printf, 1, 0))) swallow(const char *format, va_list args)
{
    char text[512], safe[1000];

    vsnprintf(text, sizeof(text), format, args);
    text_printable(safe, sizeof(safe), text, strlen(text));
}

#define LOG_FUNCTION(name)                              \
    void name(const char *tag, const char *format, ...) \
    {                                                   \
        va_list args;                                   \
        va_start(args, format);                         \
        swallow(format, args);                          \
        va_end(args);                                   \
    }

LOG_FUNCTION(log_error)
LOG_FUNCTION(log_warn)
LOG_FUNCTION(log_info)
LOG_FUNCTION(log_debug)

void log_set_verbose(bool on)
{
}

int message_error(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    swallow(format, args);
    va_end(args);
    return -1;
}

void message_progress(double start, const char *format, ...)
{
}

void message_log_tail(const char *path, int lines)
{
}
