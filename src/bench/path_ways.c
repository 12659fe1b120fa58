#include "bench/path_ways.h"

#include <stddef.h>
#include <string.h>

static const struct path_way ways[PATH_WAYS] = {
    [PATH_CABLE] = {.name = "cable", .about = "the reference: one frame, one system call"},
    [PATH_PASST] = {.name = "passt", .about = "passt, where it is installed: a network stack in a process",
                    .is_single = true},
    [PATH_HELPER] = {.name = "helper", .about = "vmnet-helper"},
    [PATH_HELPER_GUARD] = {.name = "helper:guard", .about = "vmnet-helper --guard", .is_extra = true},
    [PATH_HELPER_OFFLOAD] = {.name = "helper:offload", .about = "vmnet-helper --enable-tso --enable-checksum-offload"},
    [PATH_PEERS] = {.name = "peers", .about = "the limit of the socket: both ends as the VM's is, nothing between",
                    .is_single = true},
    [PATH_VETH] = {.name = "veth", .about = "the limit of the kernel: no process at all"},
};

const struct path_way *path_way(enum path_kind kind)
{
    return &ways[kind];
}

const struct path_way *path_way_find(const char *name)
{
    for (int i = 0; i < PATH_WAYS; i++)
        if (!strcmp(ways[i].name, name))
            return &ways[i];
    return NULL;
}

enum path_kind path_way_kind(const struct path_way *way)
{
    return (enum path_kind)(way - ways);
}
