/* The process between a host's namespace and a VM's. Linux. */
#ifndef BENCH_PATH_CARRIER_H
#define BENCH_PATH_CARRIER_H

#include "bench/path_cable.h"
#include "common/mac.h"

/* Start the carrier of a VM, in the current namespace, the host's: sets carrier, log and more of vm. socket: its end of
 * the cable. mac is what the VM shall have, where the carrier tells. Returns 0, or -1 (logged). */
int path_carrier_helper(struct path_vm *vm, enum path_kind kind, int socket, uint8_t *mac);
int path_carrier_passt(struct path_vm *vm, int socket);

/* The reference: a TAP of the host's, on a bridge if there are several VMs. number: of the VM, from 0. */
int path_carrier_cable(struct path_vm *vm, unsigned number, int socket);

/* A peer like the VM's. */
int path_carrier_peer(struct path_vm *vm, int socket);

/* The command of a network. socket: the carrier's end, which {fd} stands for. With {socket} the VM's end is made by a
 * connection to it, and returned in *vm_socket in place of the one that is there. */
int path_carrier_command(struct path_vm *vm, const struct benchmark_network *network, int socket, int *vm_socket);

/* The last line of a log. */
void path_carrier_last_line(int log, char *line, size_t size);

#endif
