"""Clients that the helper must not serve, and the first one that it must."""
import contextlib
import errno
import os
import socket

from caller import DIR, Guest, connect_client, helper, main, read_info, stop, wait_for_log

SOCKET = os.path.join(DIR, "vmnet.sock")


def refused(action):
    try:
        action()
    except OSError as error:
        return errno.errorcode[error.errno]
    return "accepted"


def second():
    with helper("--socket", SOCKET) as child:
        read_info(child)
        with connect_client(SOCKET, os.path.join(DIR, "first.sock"), magic=False) as first:
            Guest(first).find_gateway()
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
                other.bind(os.path.join(DIR, "second.sock"))
                assert refused(lambda: other.connect(SOCKET)) == "EPERM"
                assert refused(lambda: other.sendto(b"x" * 60, SOCKET)) == "EPERM"
            Guest(first).find_gateway()
        assert stop(child) == 0


def unbound():
    """It has no name to answer to: its frames are dropped, and the next client is served."""
    with helper("--socket", SOCKET) as child:
        read_info(child)
        wait_for_log("waiting for client on")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as nameless:
            nameless.sendto(b"x" * 60, SOCKET)
        with contextlib.closing(connect_client(SOCKET, os.path.join(DIR, "first.sock"), magic=False)) as first:
            Guest(first).find_gateway()
        assert stop(child) == 0


main({"second": second, "unbound": unbound})
