/* The JSON line on stdout that tells the caller about the interface. Callers read at most 4096
 * bytes, some of them require each of vmnet's ten keys: see README. */
#ifndef HELPER_INFO_H
#define HELPER_INFO_H

#include "helper/interface.h"

#define INFO_MAX 4096 /* bytes, with the newline */

/* The line without its newline, to be freed by the caller; NULL if there is no memory. Addresses and
 * the IPv6 prefix are left out where the interface has none (bridged; host). */
char *info_json(const struct interface_info *info);

/* Write the line to stdout, then leave stdout: it becomes /dev/null, so that a caller who reads to the
 * end of file sees one. Returns 0, or -1 (logged). */
int info_print(const struct interface_info *info);

#endif
