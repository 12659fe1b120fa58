#include "helper/datagram.h"

#include <errno.h>

bool datagram_is_full(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == ENOMEM;
}

bool datagram_is_gone(int error)
{
    return error == ECONNREFUSED || error == ECONNRESET || error == EPIPE || error == ENOTCONN || error == ENOENT;
}
