/* Folders and files: the state folder, its disk, the helper's own path. */
#ifndef HARNESS_DOCTOR_PLACE_H
#define HARNESS_DOCTOR_PLACE_H

#include "harness/doctor_report.h"
#include "harness/store.h"

/* Can the owner write to the state folder, or make it? */
void doctor_state_folder(struct report *report, const char *home, const struct owner *owner);

/* Is a socket's path in it short enough? Else sockets go to /tmp. */
void doctor_socket_path(struct report *report, const char *home);

void doctor_space(struct report *report, const char *home);

/* The same, of so many bytes that are free. */
void doctor_space_left(struct report *report, const char *home, double bytes);

/* Could anybody but root replace the helper? Root runs it, so whoever can, is root. root: 0, or, in a
 * test that is not run by root, who is to be taken for it as well. */
void doctor_helper_path(struct report *report, const char *helper, uid_t root);

#endif
