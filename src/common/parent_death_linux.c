#include "common/parent_death.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

void parent_death_signal(int signal_number, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0);
    if (getppid() != parent)
        raise(signal_number);
}
