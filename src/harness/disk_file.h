/* Disk images that somebody else made. */
#ifndef HARNESS_DISK_FILE_H
#define HARNESS_DISK_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* The format: raw or qcow2. A file that leads to other files is refused: it would be a way to read any
 * file that we may read. 0, or -1 after an error message. */
int disk_file_format(const char *path, char *format, size_t size);

/* Does a raw one begin like a disk that firmware can start from? Any file is a raw disk, also a page that
 * says that a file is not there. */
bool disk_file_has_boot_record(const char *path);

/* Write it to a new raw, sparse file. 0, or -1 (after an error message, unless a signal came). */
int disk_file_to_raw(const char *path, const char *format, const char *raw, const char *log);

#endif
