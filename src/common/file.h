/* Whole files and folders. For the tools: the helper writes no file while it is root. */
#ifndef COMMON_FILE_H
#define COMMON_FILE_H

#include <stddef.h>
#include <sys/types.h>

/* Replace the file at path by text, by a rename: a reader sees the old or the new text, never half.
 * Returns 0, or -1 with errno; then the old file is as it was. */
int file_write(const char *path, mode_t mode, const void *data, size_t size);

/* The whole file with a NUL after it, to be freed by the caller; NULL with errno. Files over max
 * bytes fail with EFBIG. *size, if not NULL, is the length without the NUL. */
char *file_read(const char *path, size_t max, size_t *size);

/* Make the folder and those above it, with this mode, unless they are there. 0, or -1 with errno. */
int file_make_dirs(const char *path, mode_t mode);

/* Remove the file, or the folder with all in it, without following links. Fine if it is not there.
 * Returns 0, or -1 with errno. */
int file_remove_tree(const char *path);

/* Write all of data, whatever short writes and signals come. 0, or -1 with errno. */
int file_write_all(int fd, const void *data, size_t size);

#endif
