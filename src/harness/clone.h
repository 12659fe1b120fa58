/* A copy of a file that shares its blocks until one of the two is written to. */
#ifndef HARNESS_CLONE_H
#define HARNESS_CLONE_H

/* Make new a clone of path. 0, or -1 with errno where the file system cannot: then there is no file new, and a
 * copy is needed. clone_linux.c (FICLONE: btrfs, xfs) | clone_darwin.c (clonefile: APFS). */
int file_clone(const char *path, const char *new);

#endif
