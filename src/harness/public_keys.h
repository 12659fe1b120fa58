/* Public SSH keys of files. */
#ifndef HARNESS_PUBLIC_KEYS_H
#define HARNESS_PUBLIC_KEYS_H

/* The keys of these files (a path a line; NULL: none), a line each of type and key, without comment: nothing
 * in it needs quotes. Freed by the caller; NULL after an error message with the line that is no key. */
char *public_keys_read(const char *paths);

#endif
