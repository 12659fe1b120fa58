#include "harness/vm_commands.h"
#include "harness/config.h"

#include <stddef.h>

static const struct option_entry stop_options[] = {
    [STOP_TIMEOUT] = {"timeout", 0, "SECONDS", "how long the guest may take to shut down (default 30)"},
    [STOP_FORCE] = {"force", 'f', NULL, "do not ask the guest: end it at once"},
    [STOP_ALL] = {"all", 0, NULL, "all VMs"},
    [STOP_JSON] = {"json", 0, NULL, "print the result as JSON"},
    {0},
};

static const struct option_entry restart_options[] = {
    [RESTART_TIMEOUT] = {"timeout", 0, "SECONDS", "as for start"},
    [RESTART_FOREGROUND] = {"foreground", 0, NULL, "as for start"},
    [RESTART_JSON] = {"json", 0, NULL, "as for start"},
    [RESTART_ALL] = {"all", 0, NULL, "all VMs that run"},
    {0},
};

static const struct option_entry show_options[] = {
    [SHOW_JSON] = {"json", 0, NULL, "print JSON"},
    {0},
};

static const struct option_entry list_options[] = {
    [SHOW_JSON] = {"json", 0, NULL, "print JSON"},
    [SHOW_ALL] = {"all", 0, NULL, "all VMs, which is what is listed without names"},
    [SHOW_QUIET] = {"quiet", 'q', NULL, "only the names, one a line"},
    {0},
};

static const struct option_entry ip_options[] = {
    [IP_JSON] = {"json", 0, NULL, "print JSON"},
    [IP_WAIT] = {"wait", 0, "SECONDS", "wait so long for an address (0)"},
    {0},
};

static const struct option_entry autostart_options[] = {
    [AUTOSTART_JSON] = {"json", 0, NULL, "print the result as JSON"},
    {0},
};

static const struct option_entry wait_options[] = {
    [WAIT_FOR] = {"for", 0, "WHAT", "login (default), address or stopped"},
    [WAIT_TIMEOUT] = {"timeout", 0, "SECONDS", "give up after so long (120)"},
    [WAIT_ALL] = {"all", 0, NULL, "all VMs"},
    [WAIT_JSON] = {"json", 0, NULL, "print the result as JSON"},
    {0},
};

static const struct option_entry cp_options[] = {
    [CP_RECURSIVE] = {"recursive", 'r', NULL, "folders with what is in them"},
    {0},
};

static const struct option_entry logs_options[] = {
    [LOGS_FOLLOW] = {"follow", 'f', NULL, "go on with what is added, until Ctrl-C"},
    [LOGS_HELPER] = {"helper", 0, NULL, "vmnet-helper's log"},
    [LOGS_VM] = {"vm", 0, NULL, "the log of the program that runs the VM"},
    [LOGS_EVENTS] = {"events", 0, NULL, "vmnet-helper's events, as JSON"},
    [LOGS_LINES] = {"lines", 'n', "N", "only the last lines"},
    {0},
};

static const struct option_entry no_options[] = {{0}};

const struct command vm_commands[] = {
    {"start", "NAME... [options]", "Make VMs, or start those that were stopped", config_options, 0, OPERANDS_MAX,
     "VM name", false, vm_command_start,
     "The options are kept with the VM: a later start needs only those that change. Many VMs are started\n"
     "side by side; with --file, all of the file or those that are named. VMNET_NETNS in the\n"
     "environment stands for --netns. State is in ~/.vmnet-helper, or in VMNET_HOME.\n"
     "Exit status: 0, 1 failure, 2 usage, 130 Ctrl-C."},
    {"stop", "NAME... [options]", "Shut VMs down", stop_options, 0, OPERANDS_MAX, "VM name", false,
     vm_command_stop, NULL},
    {"restart", "NAME... [options]", "Stop and start with the same options", restart_options, 0, OPERANDS_MAX,
     "VM name", false, vm_command_restart, NULL},
    {"delete", "NAME... [options]", "Stop VMs and remove them with their disks", stop_options, 0, OPERANDS_MAX,
     "VM name", false, vm_command_delete, NULL},
    {"list", "[NAME...] [options]", "All VMs, or some", list_options, 0, OPERANDS_MAX, "VM name", false, vm_command_list,
     NULL},
    {"wait", "NAME... [options]", "Wait until VMs can be used, or have stopped", wait_options, 0, OPERANDS_MAX, "VM name", false,
     vm_command_wait, "They may be started by another command meanwhile. Exit status: 0, 1 not within the time."},
    {"status", "NAME... [--json]", "What is known of VMs", show_options, 1, OPERANDS_MAX, "VM name", false, vm_command_status, NULL},
    {"ip", "NAME... [options]", "Their IP addresses, one a line", ip_options, 1, OPERANDS_MAX, "VM name", false,
     vm_command_ip, NULL},
    {"ssh", "NAME [-- COMMAND...]", "Log in, or run a command in the guest's shell", no_options, 1, 1, "VM name", true,
     vm_command_ssh, "The words of COMMAND are joined by blanks and read by the guest's shell, as ssh does it."},
    {"exec", "NAME -- COMMAND...", "Run a program in the guest", no_options, 1, 1, "VM name", true, vm_command_exec,
     "The guest's program gets exactly these words. Exit status: the program's; 255 if ssh failed."},
    {"cp", "SOURCE... TARGET [-r]", "Copy files to or from a guest: NAME:PATH is in it", cp_options, 2, OPERANDS_MAX,
     NULL, false, vm_command_cp,
     "Either the target or all sources are in one guest. A PATH without / is in its home folder."},
    {"autostart", "on|off NAME", "Start a VM with the machine, or with your session", autostart_options, 2, 2, NULL, false,
     vm_command_autostart,
     "As root: with the machine. Otherwise with the user's session. A unit of systemd, or a job of launchd."},
    {"console", "NAME", "Attach to the serial line; Ctrl-] detaches", no_options, 1, 1, "VM name", false,
     vm_command_console, NULL},
    {"logs", "NAME [options]", "Print the log of the serial line, or another", logs_options, 1, 1, "VM name", false,
     vm_command_logs, NULL},
    {0},
};
