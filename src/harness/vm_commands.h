/* What the `vm` commands do; vm_commands.c has the table. Each returns an exit status. */
#ifndef HARNESS_VM_COMMANDS_H
#define HARNESS_VM_COMMANDS_H

#include "harness/command.h"

/* vm_life.c */
int vm_command_start(const struct store *store, const struct command_line *options);
int vm_command_stop(const struct store *store, const struct command_line *options);
int vm_command_restart(const struct store *store, const struct command_line *options);
int vm_command_delete(const struct store *store, const struct command_line *options);

/* vm_show.c */
int vm_command_list(const struct store *store, const struct command_line *options);
int vm_command_status(const struct store *store, const struct command_line *options);
int vm_command_ip(const struct store *store, const struct command_line *options);
int vm_command_logs(const struct store *store, const struct command_line *options);

/* autostart.c */
int vm_command_autostart(const struct store *store, const struct command_line *options);

/* vm_wait.c */
int vm_command_wait(const struct store *store, const struct command_line *options);

/* vm_login.c */
int vm_command_cp(const struct store *store, const struct command_line *options);
int vm_command_ssh(const struct store *store, const struct command_line *options);
int vm_command_exec(const struct store *store, const struct command_line *options);

/* console.c */
int vm_command_console(const struct store *store, const struct command_line *options);

/* Places in their tables of options. */
enum { STOP_TIMEOUT, STOP_FORCE, STOP_ALL, STOP_JSON };
enum { SHOW_JSON, SHOW_ALL, SHOW_QUIET };
enum { IP_JSON, IP_WAIT };
enum { AUTOSTART_JSON };
enum { LOGS_FOLLOW, LOGS_HELPER, LOGS_VM, LOGS_EVENTS, LOGS_LINES };
enum { RESTART_TIMEOUT, RESTART_FOREGROUND, RESTART_JSON, RESTART_ALL };
enum { WAIT_FOR, WAIT_TIMEOUT, WAIT_ALL, WAIT_JSON };
enum { CP_RECURSIVE };

#endif
