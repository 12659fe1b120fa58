#include "harness/identity.h"
#include "common/text.h"

#include <libproc.h>
#include <sys/proc.h>

int identity_of(pid_t pid, struct identity *identity)
{
    struct proc_bsdinfo info;

    if (proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof(info)) != (int)sizeof(info) || info.pbi_status == SZOMB)
        return -1;
    identity->pid = pid;
    text_format(identity->start, sizeof(identity->start), "%llu.%06llu", (unsigned long long)info.pbi_start_tvsec,
                (unsigned long long)info.pbi_start_tvusec);
    return 0;
}
