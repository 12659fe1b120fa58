"""Frames by hand, on an interface (AF_PACKET).

    raw_frame.py receive INTERFACE READY LENGTH   until a frame of this length has come whole; READY is made first
    raw_frame.py send INTERFACE LENGTH HEAD       one frame of this length a moment, until killed; HEAD are the hex
                                                  digits that it begins with, after both addresses

Tags are counted: the kernel hands them over beside the frame.
"""
import socket
import struct
import sys
import time

PACKET_AUXDATA, SOL_PACKET, ALL = 8, 263, 3
LIMIT = 60
CONTENT = bytes(range(251)) * 300


def receive(interface, ready, length):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL))
    sock.bind((interface, 0))
    sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
    sock.settimeout(LIMIT)
    open(ready, "w").close()
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        frame, aux, _, _ = sock.recvmsg(65600, 4096)
        # struct tpacket_auxdata: the third bit of the status says that there was a tag.
        if aux and struct.unpack_from("I", aux[0][2])[0] & 0x10:
            tci, tpid = struct.unpack_from("HH", aux[0][2], 16)
            frame = frame[:12] + struct.pack(">HH", tpid or 0x8100, tci) + frame[12:]
        if len(frame) == length and frame[22:] == CONTENT[22:length]:
            return 0
    return 1


def send(interface, length, head):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    sock.bind((interface, 0))
    head = b"\xff" * 6 + sock.getsockname()[4] + bytes.fromhex(head)
    while True:
        sock.send((head + CONTENT[len(head):])[:length])
        time.sleep(0.05)


if sys.argv[1] == "receive":
    sys.exit(receive(sys.argv[2], sys.argv[3], int(sys.argv[4])))
send(sys.argv[2], int(sys.argv[3]), sys.argv[4])
