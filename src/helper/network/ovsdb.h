/* A client of Open vSwitch's database: OVSDB's JSON-RPC (RFC 7047) over its unix socket.
 *
 * By hand, and not by running ovs-vsctl: a transaction is one line of JSON each way, the privileged
 * phase starts no further program for it, and the keeper can do the same. */
#ifndef HELPER_NETWORK_OVSDB_H
#define HELPER_NETWORK_OVSDB_H

#include <cjson/cJSON.h>
#include <stddef.h>
#include <sys/types.h>

/* Fixed: who may write there is the switch's administrator already. */
#define OVSDB_SOCKET "/run/openvswitch/db.sock"

/* A connection, to be closed with close(2), or -1 with errno. */
int ovsdb_connect(void);

/* Who owns the socket; 0 if there is none. Root without capabilities connects with the owner's id for files,
 * if that is its effective one. */
uid_t ovsdb_owner(void);

/* Run the operations, an array that is deleted here, as one transaction of the database Open_vSwitch,
 * in 3 s at most. Returns their results, one for each, to be deleted by the caller; or NULL, with the
 * reason in reason: then nothing was changed, or nobody knows (the connection failed). */
cJSON *ovsdb_transact(int fd, cJSON *operations, char *reason, size_t size);

/* The rows of a "select": the array in result number index, or NULL. */
const cJSON *ovsdb_rows(const cJSON *results, int index);

/* How many rows result number index, a "mutate", has changed. */
int ovsdb_count(const cJSON *results, int index);

/* The value of a key of a map that OVSDB writes as ["map",[["key","value"],...]]; NULL if it has none. */
const char *ovsdb_map_get(const cJSON *map, const char *key);

/* The id in a row's column _uuid, which is ["uuid","..."]; NULL if there is none. */
const char *ovsdb_row_id(const cJSON *row);

#endif
