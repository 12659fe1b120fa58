/* QEMU's monitor. */
#ifndef HARNESS_QMP_H
#define HARNESS_QMP_H

/* Send one command without arguments ("system_powerdown") to the monitor at this socket.
 * 0, or -1 with errno: nobody answers within two seconds. */
int qmp_execute(const char *socket_path, const char *command);

#endif
