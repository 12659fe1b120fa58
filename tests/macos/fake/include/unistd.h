/* Linux's, and what Darwin has there besides. */
#include_next <unistd.h>

#ifndef FAKE_UNISTD_H
#define FAKE_UNISTD_H

int getpeereid(int fd, uid_t *uid, gid_t *gid);

#endif
