/* The user's own cloud-init document, merged into ours. */
#ifndef HARNESS_USER_DATA_H
#define HARNESS_USER_DATA_H

/* Is the file something that can be merged? It must begin with "#cloud-config", be YAML, and leave out what the
 * harness needs for itself: ssh_keys and user. 0, or -1 after an error message with line and column. */
int user_data_check(const char *path);

/* ours with the file's keys: lists are appended, anything else of the file replaces ours. Text, freed by the caller;
 * NULL after an error message. */
char *user_data_merge(const char *ours, const char *path);

#endif
