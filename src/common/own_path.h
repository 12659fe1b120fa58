/* The path of the running program: own_path_linux.c | own_path_darwin.c. */
#ifndef COMMON_OWN_PATH_H
#define COMMON_OWN_PATH_H

#include <stddef.h>

/* The absolute path of the executable, links resolved: never from argv[0], PATH or the current
 * directory, which a caller chooses. Returns 0, or -1 with errno. */
int own_path(char *path, size_t size);

/* The path of the program called name in the executable's folder. Returns 0, or -1 with errno. */
int own_sibling(const char *name, char *path, size_t size);

#endif
