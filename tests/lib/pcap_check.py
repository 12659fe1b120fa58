"""Is the TCP connection in a capture whole, and what does it carry?

    pcap_check.py FILE     of a connection to port 7001, captured with whole frames (tcpdump -s 0)

Prints as JSON: the largest frame; and to and from the port, how many have a wrong checksum (IPv4's or TCP's: what
was captured where it is sent may not have one yet) and SHA-256 of the bytes. Ends with 1 while an end or a byte of it
is missing. Knows nothing of the engine.
"""
import hashlib
import json
import struct
import sys

PORT = 7001
SYN, FIN = 2, 1


def fold(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(">%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def frames(data):
    at = 24
    while at + 16 <= len(data):
        captured, length = struct.unpack_from("<II", data, at + 8)
        if at + 16 + captured > len(data):
            return
        if captured != length:
            sys.exit("a frame was captured in part")
        yield data[at + 16:at + 16 + captured]
        at += 16 + captured


def transport(frame):
    """The TCP segment of a frame and whether its checksums are right; None: no TCP."""
    kind, packet = frame[12:14], frame[14:]
    if kind == b"\x08\0" and packet[9] == 6:
        size = (packet[0] & 15) * 4
        segment = packet[size:struct.unpack(">H", packet[2:4])[0]]
        pseudo = packet[12:20] + struct.pack(">HH", 6, len(segment))
        return segment, fold(packet[:size]) == 0xffff and fold(pseudo + segment) == 0xffff
    if kind == b"\x86\xdd" and packet[6] == 6:
        segment = packet[40:40 + struct.unpack(">H", packet[4:6])[0]]
        pseudo = packet[8:40] + struct.pack(">II", len(segment), 6)
        return segment, fold(pseudo + segment) == 0xffff
    return None


class Stream:
    """One direction: bytes by their place after the SYN."""

    def __init__(self):
        self.first = self.end = None
        self.parts = {}

    def add(self, segment):
        sequence, flags = struct.unpack(">I", segment[4:8])[0], segment[13]
        payload = segment[(segment[12] >> 4) * 4:]
        if flags & SYN:
            self.first = sequence + 1
            return
        place = sequence - (self.first or 0) & 0xffffffff
        if payload and len(payload) > len(self.parts.get(place, b"")):
            self.parts[place] = payload
        if flags & FIN:
            self.end = place + len(payload)

    def content(self):
        """All of it, or None."""
        data = bytearray()
        for place in sorted(self.parts):
            if place > len(data):
                return None
            data += self.parts[place][len(data) - place:]
        return bytes(data) if self.first is not None and len(data) == self.end else None


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    streams = {"to": Stream(), "from": Stream()}
    result = {"largest": 0, "wrong_to": 0, "wrong_from": 0}
    for frame in frames(data):
        found = transport(frame)
        if not found:
            continue
        segment, good = found
        ports = struct.unpack(">HH", segment[:4])
        if PORT not in ports:
            continue
        result["largest"] = max(result["largest"], len(frame))
        way = "to" if ports[1] == PORT else "from"
        result["wrong_" + way] += not good
        streams[way].add(segment)
    for name, stream in streams.items():
        content = stream.content()
        if content is None:
            sys.exit(1)
        result[name] = hashlib.sha256(content).hexdigest()
    print(json.dumps(result))


main()
