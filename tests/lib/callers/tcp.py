"""The smallest TCP, enough to carry one super-frame each way between a guest and a server of the host."""
import os
import socket
import struct

from caller import checksum

FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


class Connection:
    def __init__(self, guest, gateway, port):
        self.guest = guest
        self.peer = socket.inet_aton(gateway)
        self.port = port
        self.own_port = 40000 + os.getpid() % 20000
        self.sequence = 1000
        self.acknowledged = 0
        self.partial = False  # leave the checksum of TCP to the network

    def frame(self, flags, payload=b"", options=b""):
        header = struct.pack("!HHIIBBHHH", self.own_port, self.port, self.sequence, self.acknowledged,
                             (20 + len(options)) // 4 << 4, flags, 65535, 0, 0) + options
        pseudo = self.guest.address + self.peer + struct.pack("!HH", 6, len(header) + len(payload))
        # Partial: the sum of the pseudo header alone, not inverted, as a card with offload gets it.
        total = checksum(pseudo) ^ 0xFFFF if self.partial else checksum(pseudo + header + payload)
        header = header[:16] + struct.pack("!H", total) + header[18:]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(header) + len(payload), 1, 0x4000, 64, 6, 0)
        ip += self.guest.address + self.peer
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        return self.guest.gateway_mac + self.guest.mac + b"\x08\x00" + ip + header + payload

    def parse(self, frame):
        """(flags, sequence, payload) of a frame of this connection, or None."""
        if frame[12:14] != b"\x08\x00" or frame[23] != 6 or frame[26:30] != self.peer:
            return None
        tcp = frame[14 + (frame[14] & 15) * 4:14 + struct.unpack("!H", frame[16:18])[0]]
        source, target, sequence, _, offset, flags = struct.unpack("!HHIIBB", tcp[:14])
        if (source, target) != (self.port, self.own_port):
            return None
        return flags, sequence, tcp[(offset >> 4) * 4:]

    def send(self, flags, payload=b"", options=b""):
        self.guest.sock.send(self.frame(flags, payload, options))

    def open(self):
        """MSS 1460 and window scale 7: with less the host could not send 64 KiB at once."""
        options = struct.pack("!BBHBBBB", 2, 4, 1460, 1, 3, 3, 7)

        def is_accepted(frame):
            answer = self.parse(frame)
            return answer and answer[0] & (SYN | ACK) == SYN | ACK

        reply = self.guest.receive(is_accepted, lambda: self.send(SYN, options=options))
        self.sequence += 1
        self.acknowledged = self.parse(reply)[1] + 1
        self.send(ACK)

    def close(self):
        self.send(RST | ACK)
