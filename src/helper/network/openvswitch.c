#include "helper/network/openvswitch.h"
#include "common/log.h"
#include "common/process.h"
#include "common/text.h"
#include "helper/network/ovsdb.h"
#include "helper/network/state.h"
#include "helper/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define OWNER "vmnet-helper" /* key of external_ids: the boot and network namespace that the port is of */

enum { REASON_SIZE = 256, OWNER_SIZE = 80, SWITCH_SECONDS = 5 };

/* ---- Pieces of OVSDB's JSON ---- */

static cJSON *pair(const char *kind, cJSON *second)
{
    cJSON *array = cJSON_CreateArray();

    cJSON_AddItemToArray(array, cJSON_CreateString(kind));
    cJSON_AddItemToArray(array, second);
    return array;
}

static cJSON *text_pair(const char *first, const char *second)
{
    return pair(first, cJSON_CreateString(second));
}

static cJSON *one(cJSON *item)
{
    cJSON *array = cJSON_CreateArray();

    cJSON_AddItemToArray(array, item);
    return array;
}

static cJSON *triple(const char *column, const char *function, cJSON *value)
{
    cJSON *array = text_pair(column, function);

    cJSON_AddItemToArray(array, value);
    return array;
}

static cJSON *operation_add(cJSON *operations, const char *name, const char *table)
{
    cJSON *operation = cJSON_CreateObject();

    cJSON_AddStringToObject(operation, "op", name);
    cJSON_AddStringToObject(operation, "table", table);
    cJSON_AddItemToArray(operations, operation);
    return operation;
}

static cJSON *insert_add(cJSON *operations, const char *table, const char *id, const char *name)
{
    cJSON *operation = operation_add(operations, "insert", table);

    cJSON_AddStringToObject(operation, "uuid-name", id);
    cJSON *row = cJSON_AddObjectToObject(operation, "row");
    cJSON_AddStringToObject(row, "name", name);
    return row;
}

/* where: NULL for all rows. columns end with NULL. */
static void select_add(cJSON *operations, const char *table, cJSON *where, const char *const *columns)
{
    cJSON *operation = operation_add(operations, "select", table);

    cJSON_AddItemToObject(operation, "where", where ? one(where) : cJSON_CreateArray());
    cJSON *list = cJSON_AddArrayToObject(operation, "columns");
    for (; *columns; columns++)
        cJSON_AddItemToArray(list, cJSON_CreateString(*columns));
}

static void mutate_add(cJSON *operations, const char *table, cJSON *where, cJSON *mutation)
{
    cJSON *operation = operation_add(operations, "mutate", table);

    cJSON_AddItemToObject(operation, "where", where ? one(where) : cJSON_CreateArray());
    cJSON_AddItemToObject(operation, "mutations", one(mutation));
}

/* Tells ovs-vswitchd that there is something to do, as ovs-vsctl does. */
static void notify_add(cJSON *operations)
{
    mutate_add(operations, "Open_vSwitch", NULL, triple("next_cfg", "+=", cJSON_CreateNumber(1)));
}

static const char *column(const cJSON *row, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(row, name));
}

/* ---- Bridges ---- */

static int bridges_fill(const cJSON *rows, struct openvswitch_bridge *bridges)
{
    const cJSON *row;
    int count = 0;

    cJSON_ArrayForEach(row, rows) {
        const char *name = column(row, "name"), *datapath = column(row, "datapath_type");
        if (!name || !text_copy(bridges[count].name, sizeof(bridges[count].name), name))
            continue;
        bridges[count++].userspace = datapath && strcmp(datapath, "netdev") == 0;
    }
    return count;
}

int openvswitch_bridges(struct openvswitch_bridge **bridges)
{
    static const char *const columns[] = {"name", "datapath_type", NULL};
    char reason[REASON_SIZE];
    cJSON *operations = cJSON_CreateArray();
    int fd = ovsdb_connect();

    *bridges = NULL;
    if (fd < 0) {
        int error = errno;
        cJSON_Delete(operations);
        errno = error;
        return -1;
    }
    select_add(operations, "Bridge", NULL, columns);
    cJSON *results = ovsdb_transact(fd, operations, reason, sizeof(reason));
    const cJSON *rows = ovsdb_rows(results, 0);
    close(fd);
    if (rows)
        *bridges = calloc((size_t)cJSON_GetArraySize(rows) + 1, sizeof(**bridges));
    int count = *bridges ? bridges_fill(rows, *bridges) : -1;
    cJSON_Delete(results);
    if (count < 0)
        errno = EPROTO;
    return count;
}

int openvswitch_find(const char *name, struct openvswitch_bridge *bridge)
{
    struct openvswitch_bridge *bridges;
    int count = openvswitch_bridges(&bridges), found = count < 0 ? -1 : 0;

    for (int i = 0; i < count; i++)
        if (strcmp(bridges[i].name, name) == 0) {
            *bridge = bridges[i];
            found = 1;
        }
    free(bridges);
    return found;
}

/* ---- Ports ---- */

/* The switch is in our network namespace, as the bridge's link is: ports of TAPs that were in another
 * one, or in this one before the machine started, are of no use to anybody. */
static int owner_fill(char owner[OWNER_SIZE])
{
    char boot[40], cookie[24];

    if (state_read(AT_FDCWD, "/proc/sys/kernel/random/boot_id", boot, sizeof(boot)) < 0) {
        if (errno != ENOENT)
            return -1;
        text_copy(boot, sizeof(boot), "unknown");
    }
    boot[strcspn(boot, "\n")] = '\0';
    if (state_cookie(cookie, sizeof(cookie)) < 0)
        return -1;
    text_format(owner, OWNER_SIZE, "%s/%s", boot, cookie);
    return 0;
}

static void remove_add(cJSON *operations, const char *id)
{
    mutate_add(operations, "Bridge", triple("ports", "includes", text_pair("uuid", id)),
               triple("ports", "delete", text_pair("uuid", id)));
}

/* Is the port one of ours that should go: that of this name, or (owner not NULL) of another owner? */
static bool is_due(const cJSON *row, const char *tap, const char *owner)
{
    const char *name = column(row, "name");
    const char *theirs = ovsdb_map_get(cJSON_GetObjectItemCaseSensitive(row, "external_ids"), OWNER);

    return name && theirs && (strcmp(name, tap) == 0 || (owner && strcmp(theirs, owner) != 0));
}

static int remove_due(int fd, const char *tap, const char *owner, char *reason)
{
    static const char *const columns[] = {"_uuid", "name", "external_ids", NULL};
    cJSON *operations = cJSON_CreateArray();
    const cJSON *row;

    select_add(operations, "Port", owner ? NULL : triple("name", "==", cJSON_CreateString(tap)), columns);
    cJSON *ports = ovsdb_transact(fd, operations, reason, REASON_SIZE);
    if (!ports)
        return -1;
    operations = cJSON_CreateArray();
    cJSON_ArrayForEach(row, ovsdb_rows(ports, 0)) {
        const char *id = ovsdb_row_id(row);
        if (id && is_due(row, tap, owner))
            remove_add(operations, id);
    }
    cJSON_Delete(ports);
    if (cJSON_GetArraySize(operations) == 0) {
        cJSON_Delete(operations);
        return 0;
    }
    notify_add(operations);
    cJSON *results = ovsdb_transact(fd, operations, reason, REASON_SIZE);
    cJSON_Delete(results);
    return results ? 0 : -1;
}

/* An insertion that no bridge refers to does not last: OVSDB removes the rows again. */
static cJSON *addition(const char *bridge, const struct network_port *port, const char *owner)
{
    cJSON *operations = cJSON_CreateArray();
    char mac[MAC_TEXT_SIZE];

    cJSON *row = insert_add(operations, "Interface", "interface", port->tap);
    cJSON *ids = one(text_pair("iface-id", port->id));
    cJSON_AddItemToArray(ids, text_pair("attached-mac", mac_format(port->mac, mac)));
    cJSON_AddItemToObject(row, "external_ids", pair("map", ids));

    row = insert_add(operations, "Port", "port", port->tap);
    cJSON_AddItemToObject(row, "interfaces", text_pair("named-uuid", "interface"));
    cJSON_AddBoolToObject(row, "protected", port->isolated);
    cJSON_AddItemToObject(row, "external_ids", pair("map", one(text_pair(OWNER, owner))));
    /* For `ovs-ctl --delete-transient-ports` at the next boot. */
    cJSON_AddItemToObject(row, "other_config", pair("map", one(text_pair("transient", "true"))));

    mutate_add(operations, "Bridge", triple("name", "==", cJSON_CreateString(bridge)),
               triple("ports", "insert", text_pair("named-uuid", "port")));
    notify_add(operations);
    return operations;
}

/* What ovs-vswitchd has made of it: 1: it is a port; 0: nothing yet; -1: it could not, see reason. */
static int port_state(int fd, const char *tap, char *reason)
{
    static const char *const columns[] = {"ofport", "error", NULL};
    cJSON *operations = cJSON_CreateArray();

    select_add(operations, "Interface", triple("name", "==", cJSON_CreateString(tap)), columns);
    cJSON *results = ovsdb_transact(fd, operations, reason, REASON_SIZE);
    if (!results)
        return -1;
    const cJSON *row = cJSON_GetArrayItem(ovsdb_rows(results, 0), 0);
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(row, "ofport");
    const char *error = column(row, "error");
    int result = 0;
    if (!row || error || (cJSON_IsNumber(number) && number->valueint < 0)) {
        char printable[REASON_SIZE];
        const char *text = error ? error : row ? "it could not open it" : "somebody has removed it";
        text_printable(printable, sizeof(printable), text, strlen(text));
        text_copy(reason, REASON_SIZE, printable);
        result = -1;
    } else if (cJSON_IsNumber(number))
        result = 1;
    cJSON_Delete(results);
    return result;
}

static int wait_for_switch(int fd, const char *tap, char *reason)
{
    struct timespec pause = {.tv_nsec = 10000000};
    double end = process_clock() + SWITCH_SECONDS;
    int result;

    while ((result = port_state(fd, tap, reason)) == 0) {
        if (process_clock() > end) {
            text_format(reason, REASON_SIZE, "it does not within %d s; is ovs-vswitchd running?", SWITCH_SECONDS);
            return -1;
        }
        if (stop_is_pending()) {
            text_format(reason, REASON_SIZE, "stopped before it did");
            return -1;
        }
        nanosleep(&pause, NULL);
    }
    return result < 0 ? -1 : 0;
}

static int insert_port(int fd, const char *bridge, const struct network_port *port, char *reason)
{
    char owner[OWNER_SIZE];

    /* Not to be guessed: the ports of all other owners go. */
    if (owner_fill(owner) < 0) {
        text_format(reason, REASON_SIZE, "this network namespace has no name: %s", strerror(errno));
        return -1;
    }
    if (remove_due(fd, port->tap, owner, reason) < 0)
        return -1;
    cJSON *results = ovsdb_transact(fd, addition(bridge, port, owner), reason, REASON_SIZE);
    int count = ovsdb_count(results, 2);
    cJSON_Delete(results);
    if (results && count == 0)
        text_format(reason, REASON_SIZE, "somebody has removed the bridge");
    return count == 1 ? 0 : -1;
}

static int cannot_connect(const char *what)
{
    log_error("network", "cannot %s: no answer at %s: %s; is Open vSwitch (ovsdb-server) running?", what, OVSDB_SOCKET,
              strerror(errno));
    return -1;
}

int openvswitch_add_port(const char *bridge, const struct network_port *port)
{
    char reason[REASON_SIZE] = "";
    int fd = ovsdb_connect();

    if (fd < 0)
        return cannot_connect("add a port");
    int result = insert_port(fd, bridge, port, reason);
    if (result < 0)
        log_error("network", "cannot add a port to the Open vSwitch bridge %s: %s", bridge, reason);
    else if ((result = wait_for_switch(fd, port->tap, reason)) < 0)
        log_error("network", "Open vSwitch does not take %s into bridge %s: %s", port->tap, bridge, reason);
    close(fd);
    return result;
}

int openvswitch_remove_port(const char *tap)
{
    char reason[REASON_SIZE] = "";
    int fd = ovsdb_connect();

    if (fd < 0)
        return cannot_connect("remove a port");
    int result = remove_due(fd, tap, NULL, reason);
    if (result < 0)
        log_error("network", "cannot remove the port %s from Open vSwitch: %s; remove it with ovs-vsctl del-port",
                  tap, reason);
    close(fd);
    return result;
}
