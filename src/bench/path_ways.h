/* The ways of frames that `bench path` measures, side by side. */
#ifndef BENCH_PATH_WAYS_H
#define BENCH_PATH_WAYS_H

#include <stdbool.h>

enum path_kind {
    PATH_CABLE,          /* one frame, one system call: the reference */
    PATH_PASST,          /* passt, a network stack in a process: only where it is installed */
    PATH_HELPER,         /* vmnet-helper */
    PATH_HELPER_GUARD,   /* vmnet-helper --guard */
    PATH_HELPER_OFFLOAD, /* vmnet-helper --enable-tso --enable-checksum-offload */
    PATH_PEERS,          /* two peers on one socket, no process between: the limit of the socket */
    PATH_VETH,           /* a veth pair: the limit of the kernel, without any process */
    PATH_COMMAND,        /* the command of a benchmark file */
};

/* Each kind but the last, in this order. */
#define PATH_WAYS PATH_COMMAND

struct path_way {
    const char *name;  /* of the cell, as a driver's is */
    const char *about; /* for people */
    bool is_single;    /* it has one VM, no network of several */
    bool is_extra;     /* measured only if --only names it */
};

/* The way of a kind. */
const struct path_way *path_way(enum path_kind kind);

/* The way of this name; NULL: none. */
const struct path_way *path_way_find(const char *name);

/* Its kind. */
enum path_kind path_way_kind(const struct path_way *way);

#endif
