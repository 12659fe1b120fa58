#include "helper/channel.h"
#include "helper/datagram.h"
#include "helper/stream.h"

#include <errno.h>

static int send_datagrams(struct channel *channel, const struct segment *segments, unsigned count)
{
    return datagram_send(channel->fd, segments, count);
}

static int receive_datagrams(struct channel *channel, struct batch *batch)
{
    return datagram_receive(channel->fd, batch);
}

int channel_create(struct channel *channel, enum framing framing)
{
    *channel = (struct channel){.fd = -1, .send = send_datagrams, .receive = receive_datagrams};
    if (framing == FRAMING_DATAGRAM)
        return 0;
    channel->send = stream_send;
    channel->receive = stream_receive;
    channel->stream = stream_create();
    return channel->stream ? 0 : -1;
}

void channel_destroy(struct channel *channel)
{
    if (channel->stream)
        stream_destroy(channel->stream);
    channel->stream = NULL;
}

void channel_open(struct channel *channel, int fd)
{
    channel->fd = fd;
    channel->unfinished = false;
    if (channel->stream)
        stream_begin(channel->stream);
}

bool channel_is_full(int error)
{
    return datagram_is_full(error);
}

bool channel_is_gone(int error)
{
    return datagram_is_gone(error) || error == EPROTO;
}
