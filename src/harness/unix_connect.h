/* Connecting to a unix stream socket by path. */
#ifndef HARNESS_UNIX_CONNECT_H
#define HARNESS_UNIX_CONNECT_H

/* Returns a descriptor, or -1 with errno. */
int unix_connect(const char *path);

/* The most bytes that a path of a unix socket has on every system we run on, without its NUL. */
#define UNIX_PATH_LENGTH 103

#endif
