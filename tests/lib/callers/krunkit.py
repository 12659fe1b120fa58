"""krunkit and libkrun, src/devices/src/virtio/net/unixgram.rs: socket, path and descriptor forms."""
import json
import os
import re
import socket
import tempfile

from caller import (DIR, GATEWAY, SUN_PATH, Guest, bind_without_nul, connect_client, helper, main, read_info, read_line,
                    stop)
from tcp import ACK, PSH, Connection

SOCKET = os.path.join(DIR, "vmnet.sock")
MTU_FRAME = 1514


def set_buffers(sock, send, receive):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)


def connect(magic):
    """Its name is in $TMPDIR, not beside the helper's; a stale file of that name may be there."""
    own = os.path.join(tempfile.mkdtemp(dir=DIR), "krun-net-%d-0.sock" % os.getpid())
    open(own, "w").close()
    sock = connect_client(SOCKET, own, magic)
    set_buffers(sock, 7 << 20, 7 << 20)
    sock.setblocking(False)
    return sock


def by_socket(magic):
    with helper("--socket", SOCKET) as child:
        assert read_info(child)["vmnet_max_packet_size"] == MTU_FRAME
        with connect(magic) as sock:
            Guest(sock).find_gateway()
        assert stop(child) == 0


def super_frames():
    """Offload on: 64 KiB of TCP in one datagram, each way."""
    size = 65550 - 54 - 36  # as far as an IPv4 packet of 65,535 bytes goes, in whole segments of 1,460
    size -= size % 1460
    with helper("--socket", SOCKET, "--enable-tso", "--enable-checksum-offload") as child:
        assert read_info(child)["vmnet_max_packet_size"] == 65550
        with connect(magic=False) as sock, socket.create_server((GATEWAY, 0)) as server:
            guest = Guest(sock)
            guest.find_gateway()
            connection = Connection(guest, GATEWAY, server.getsockname()[1])
            connection.open()
            server.settimeout(30)
            accepted, _ = server.accept()
            with accepted:
                accepted.settimeout(30)
                connection.partial = True
                to_host(connection, accepted, os.urandom(size))
                to_guest(connection, accepted)
            connection.close()
        assert stop(child) == 0


def to_host(connection, accepted, data):
    # A first, small segment: the host's window grows with what it has read.
    received = b""
    for part in data[:1460], data[1460:1460 * 21], data[1460 * 21:]:
        connection.send(ACK | PSH, part)
        connection.sequence += len(part)
        while len(received) < connection.sequence - 1001:
            more = accepted.recv(1 << 17)
            assert more, "connection ended"
            received += more
    assert received == data


def to_guest(connection, accepted):
    data = os.urandom(400000)
    accepted.setblocking(False)
    received = b""
    largest = 0
    sent = 0

    def is_data(frame):
        answer = connection.parse(frame)
        return answer and answer[2]

    while len(received) < len(data):
        try:
            sent += accepted.send(data[sent:])
        except BlockingIOError:
            pass
        frame = connection.guest.receive(is_data)
        largest = max(largest, len(frame))
        _, sequence, payload = connection.parse(frame)
        if sequence == connection.acknowledged:
            received += payload
            connection.acknowledged += len(payload)
        connection.send(ACK)
    assert received == data
    assert largest > MTU_FRAME, "no super-frame came: largest %d" % largest


def by_descriptor():
    """libkrun's own test: tests/test_cases/src/test_net/vmnet_helper.rs."""
    vm, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    set_buffers(other, 65550, 1 << 20)
    with vm, helper("--fd", str(other.fileno()), "--enable-tso", "--enable-checksum-offload",
                    pass_fds=[other.fileno()]) as child:
        other.close()
        info = json.loads(read_line(child.stdout, limit=4096))
        assert re.fullmatch("([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}", info["vmnet_mac_address"])
        Guest(vm, info["vmnet_mac_address"]).find_gateway()
        assert stop(child) == 0


def long_name():
    """A client's name may fill sun_path: no NUL ends it."""
    with helper("--socket", SOCKET) as child:
        read_info(child)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            bind_without_nul(sock, os.path.join(DIR, "c").ljust(SUN_PATH, "c"))
            sock.connect(SOCKET)
            Guest(sock).find_gateway()
        assert stop(child) == 0


main({"magic": lambda: by_socket(True), "nomagic": lambda: by_socket(False), "65550": super_frames,
      "libkrun-test": by_descriptor, "long-name": long_name})
