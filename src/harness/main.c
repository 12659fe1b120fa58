#include "harness/command.h"
#include "harness/lab.h"
#include "harness/run_as.h"

#include <string.h>

int main(int argc, char **argv)
{
    static const struct command_group groups[] = {
        {"vm", "Start, stop and use virtual machines", vm_commands},
        {"image", "The images that they boot from", image_commands},
        {"lab", "Hosts in namespaces, to try networks over several", lab_commands},
        {"doctor", "Look for what would keep a virtual machine from running", doctor_command},
        {0},
    };

    /* What this program itself starts under sudo. */
    if (argc > 1 && strcmp(argv[1], RUN_AS_OPTION) == 0)
        return run_as(argc - 2, argv + 2);
    return command_run(groups, argc - 1, argv + 1);
}
