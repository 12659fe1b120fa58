"""vfkit, pkg/vf/virtionet.go: its socket is in the helper's folder, and the first datagram is its magic."""
import os
import socket

from caller import DIR, Guest, connect_client, helper, main, read_info, stop


def serve(path):
    with helper("--socket", path) as child:
        read_info(child)
        own = os.path.join(os.path.dirname(path), "vfkit-%x-%x.sock" % (os.getpid(), 0xBEEF))
        with connect_client(path, own, magic=True) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
            Guest(sock).find_gateway()
        os.unlink(own)
        assert stop(child) == 0


def path_of(length):
    path = os.path.join(DIR, "s")
    return path.ljust(length, "s")


def too_long():
    """macOS has room for 103 characters and the NUL, Linux for 107."""
    with helper("--socket", path_of(108)) as child:
        assert child.wait(30) in (1, 2)
        assert child.stdout.read() == b""


main({"magic": lambda: serve(os.path.join(DIR, "vmnet.sock")), "path103": lambda: serve(path_of(103)),
      "path107": lambda: serve(path_of(107)), "too-long": too_long})
