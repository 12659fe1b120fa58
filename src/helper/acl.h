/* Who may use what: /etc/vmnet-helper/bridge.conf, as bridge.conf(5) describes it.
 *
 * sudo lets somebody run the helper with any options, so root has a say of its own in which networks
 * the VMs of others join. Root itself may do all. The file is read while we are root, into a buffer of
 * fixed size, and believed only if nobody but root can have written it. What is wrong with it, or
 * cannot be read, denies. */
#ifndef HELPER_ACL_H
#define HELPER_ACL_H

#include "helper/interface.h"
#include "helper/start.h"

#define ACL_FOLDER "/etc/vmnet-helper"
#define ACL_FILE "bridge.conf"
#define ACL_SIZE_MAX 16384 /* bytes of the file */

/* What the text says of name: true or false into *allowed, or *allowed is left as it was if it says
 * nothing. Returns 0, or the number of the first line that is wrong. */
unsigned acl_decide(const char *text, size_t size, const char *name, bool *allowed);

/* May this caller have this interface? Returns 0, or -1 (logged). */
int acl_check(const struct interface_config *config, const struct caller *caller);

#endif
