/* Darwin's room for a path: shorter than Linux's, which takes addresses of this size as well. */
#ifndef FAKE_SYS_UN_H
#define FAKE_SYS_UN_H

#include <sys/socket.h>

struct sockaddr_un {
    sa_family_t sun_family;
    char sun_path[104];
};

#endif
