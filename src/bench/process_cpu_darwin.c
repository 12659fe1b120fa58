#include "bench/process_cpu.h"

#include <libproc.h>
#include <mach/mach_time.h>

double process_cpu(pid_t pid)
{
    struct proc_taskinfo info;
    mach_timebase_info_data_t base;

    if (proc_pidinfo(pid, PROC_PIDTASKINFO, 0, &info, sizeof(info)) != (int)sizeof(info) ||
        mach_timebase_info(&base) != 0)
        return -1;
    return (double)(info.pti_total_user + info.pti_total_system) * base.numer / base.denom / 1e9;
}
