#include "bench/command.h"
#include "common/log.h"

#include <stdarg.h>
#include <stdio.h>

int command_usage_error(const char *command, const char *format, ...)
{
    char reason[400];
    va_list args;

    va_start(args, format);
    vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    log_error("bench", "%s: see vmnet-bench %s --help", reason, command);
    return 2;
}
