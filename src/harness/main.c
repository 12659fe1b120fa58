#include "harness/command.h"
#include "harness/lab.h"

int main(int argc, char **argv)
{
    static const struct command_group groups[] = {
        {"vm", "Start, stop and use virtual machines", vm_commands},
        {"image", "The images that they boot from", image_commands},
        {"lab", "Hosts in namespaces, to try networks over several", lab_commands},
        {"doctor", "Look for what would keep a virtual machine from running", doctor_command},
        {0},
    };

    return command_run(groups, argc - 1, argv + 1);
}
