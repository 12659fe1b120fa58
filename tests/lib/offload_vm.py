#!/usr/bin/env python3
"""A VM whose network card does the work: one TCP connection, spoken by hand on the helper's socket.

    offload_vm.py SOCKET OWN HOST PORT [--complete]

Connects to HOST:PORT, sends 20000 bytes in one frame, and reads until the other side closes. Checksums that
it sends are partial (the pseudo-header's sum), or complete with --complete. Checksums that it receives must
be complete. Prints as JSON: bytes received, the largest frame, wrong checksums.
"""
import json, os, socket, struct, sys, tempfile, time

MAC = bytes.fromhex('525400000001')
SIZE = 20000
FIN, SYN, ACK, PSH = 1, 2, 16, 8


def fold(data):
    if len(data) % 2:
        data += b'\0'
    total = sum(struct.unpack(f'>{len(data) // 2}H', data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


class VM:
    def __init__(self, path, own, host, port, complete):
        self.folder = tempfile.mkdtemp(dir='/tmp')
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.sock.bind(self.folder + '/s')
        self.sock.connect(path)
        self.sock.settimeout(0.5)
        self.own, self.host = socket.inet_aton(own), socket.inet_aton(host)
        self.port, self.complete = port, complete
        self.end = time.monotonic() + 60
        self.result = {'bytes': 0, 'largest': 0, 'wrong': 0}

    def receive(self):
        """The next frame; answers ARP on the way. None: nothing for a while."""
        try:
            frame = self.sock.recv(65600)
        except TimeoutError:
            frame = None
        if time.monotonic() > self.end:
            sys.exit('no answer in time')
        if frame and frame[12:14] == b'\x08\x06' and frame[20:22] == b'\0\x01' and frame[38:42] == self.own:
            self.sock.send(frame[6:12] + MAC + frame[12:20] + b'\0\x02' + MAC + self.own + frame[22:32])
        return frame

    def find_host(self):
        request = b'\xff' * 6 + MAC + struct.pack('>HHHBBH', 0x0806, 1, 0x0800, 6, 4, 1) + MAC + self.own + bytes(6) + self.host
        while True:
            self.sock.send(request)
            frame = self.receive()
            if frame and frame[12:14] == b'\x08\x06' and frame[28:32] == self.host and frame[20:22] == b'\0\x02':
                self.host_mac = frame[6:12]
                return

    def send(self, flags, payload=b''):
        tcp = struct.pack('>HHIIBBHHH', 40000, self.port, self.sequence, self.acked, 5 << 4, flags, 65535, 0, 0) + payload
        pseudo = fold(self.own + self.host + struct.pack('>HH', 6, len(tcp)))
        checksum = 0xffff ^ fold(struct.pack('>H', pseudo) + tcp) if self.complete else pseudo
        tcp = tcp[:16] + struct.pack('>H', checksum) + tcp[18:]
        ip = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(tcp), 1, 0x4000, 64, 6, 0) + self.own + self.host
        ip = ip[:10] + struct.pack('>H', 0xffff ^ fold(ip)) + ip[12:]
        self.sock.send(self.host_mac + MAC + b'\x08\0' + ip + tcp)

    def receive_tcp(self):
        """Flags, sequence and payload of the next segment of the connection; None: nothing for a while."""
        frame = self.receive()
        if not frame or frame[12:14] != b'\x08\0' or frame[23] != 6 or frame[26:30] != self.host:
            return None
        packet = frame[14:14 + struct.unpack('>H', frame[16:18])[0]]
        tcp = packet[20:]
        if fold(packet[:20]) != 0xffff or fold(packet[12:20] + struct.pack('>HH', 6, len(tcp)) + tcp) != 0xffff:
            self.result['wrong'] += 1
        self.result['largest'] = max(self.result['largest'], len(frame))
        return tcp[13], struct.unpack('>I', tcp[4:8])[0], tcp[(tcp[12] >> 4) * 4:]

    def connect(self):
        self.sequence, self.acked = 1000, 0
        while True:
            self.send(SYN)
            segment = self.receive_tcp()
            if segment and segment[0] & (SYN | ACK) == SYN | ACK:
                break
        self.sequence += 1
        self.acked = segment[1] + 1 & 0xffffffff
        self.send(ACK)

    def converse(self):
        data = bytes(i % 251 for i in range(SIZE))
        self.send(ACK | PSH, data)
        while True:
            segment = self.receive_tcp()
            if segment is None:
                # Frames may be lost: ask again, with all that we have.
                self.send(ACK | PSH, data)
                continue
            flags, sequence, payload = segment
            if sequence != self.acked:
                self.send(ACK)
                continue
            self.acked = self.acked + len(payload) & 0xffffffff
            self.result['bytes'] += len(payload)
            if flags & FIN:
                break
            # What is acknowledged is sent no more; the server speaks only when it has all of it.
            if payload:
                self.sequence, data = 1001 + SIZE, b''
            self.send(ACK)
        self.acked += 1
        self.send(ACK | FIN)


def main():
    path, own, host, port = sys.argv[1:5]
    vm = VM(path, own, host, int(port), '--complete' in sys.argv)
    try:
        vm.find_host()
        vm.connect()
        vm.converse()
        print(json.dumps(vm.result))
    finally:
        os.unlink(vm.folder + '/s')
        os.rmdir(vm.folder)


main()
