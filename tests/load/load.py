"""For run.sh: load.py HELPER FOLDER COUNT. Each helper starts, gets its client a lease and an answer, forwards a frame to
the next one's, and ends. Fails if one does not do its part."""
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time

LIMIT = 120
GATEWAY = socket.inet_aton("192.168.105.1")


def checksum(header):
    total = sum(struct.unpack(">%dH" % (len(header) // 2), header))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


class Machine:
    """A helper and its client."""

    def __init__(self, helper, folder, number, options=()):
        self.number = number
        self.path = os.path.join(folder, "%d.sock" % number)
        self.mac = bytes([0x52, 0x54, 0, 0, number >> 8, number & 255])
        self.address = None
        self.gateway = GATEWAY
        self.log = open(os.path.join(folder, "%d.log" % number), "w+", encoding="utf-8")
        self.started = time.monotonic()
        self.process = subprocess.Popen([helper, "--socket", self.path, *options], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.log)
        self.seconds = None
        self.sock = None

    def fail(self, what):
        self.log.seek(0)
        sys.exit("%s: %s\n%s" % (self.path, what, self.log.read()))

    def read_line(self):
        if not select.select([self.process.stdout], [], [], LIMIT)[0]:
            self.fail("no JSON line")
        line = self.process.stdout.readline()
        self.seconds = time.monotonic() - self.started
        if not line:
            self.fail("it ended instead of its JSON line")
        json.loads(line)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(self.path + ".vm")
        self.sock.connect(self.path)
        self.sock.settimeout(0.5)

    def exchange(self, request, is_answer, what):
        """Send until a frame comes that is the answer, and return it."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                self.sock.send(request)
                deadline = time.monotonic() + 1
                while time.monotonic() < deadline:
                    frame = self.sock.recv(65600)
                    if is_answer(frame):
                        return frame
            except (TimeoutError, BlockingIOError):
                if self.process.poll() is not None:
                    self.fail("it ended")
        return self.fail(what)

    def dhcp(self, kind, options=b""):
        message = struct.pack(">BBBBIHH4s4s4s4s", 1, 1, 6, 0, self.number, 0, 0x8000, bytes(4), bytes(4), bytes(4), bytes(4))
        message += self.mac.ljust(16, b"\0") + bytes(192) + b"\x63\x82\x53\x63" + bytes([53, 1, kind]) + options + b"\xff"
        udp = struct.pack(">HHHH", 68, 67, 8 + len(message), 0) + message
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes(4), b"\xff" * 4)
        return b"\xff" * 6 + self.mac + b"\x08\x00" + ip[:10] + struct.pack(">H", checksum(ip)) + ip[12:] + udp

    def is_dhcp(self, frame, kind):
        return (frame[12:14] == b"\x08\x00" and frame[23:24] == b"\x11" and frame[34:38] == b"\0\x43\0\x44" and
                frame[46:50] == struct.pack(">I", self.number) and frame[282:285] == bytes([53, 1, kind]))

    def lease(self):
        """The address that DHCP gives, by the four messages of RFC 2131."""
        offer = self.exchange(self.dhcp(1), lambda frame: self.is_dhcp(frame, 2), "no offer by DHCP")
        wanted = bytes([50, 4]) + offer[58:62] + bytes([54, 4]) + GATEWAY
        answer = self.exchange(self.dhcp(3, wanted), lambda frame: self.is_dhcp(frame, 5), "no lease by DHCP")
        self.address = answer[58:62]

    def reach(self, other):
        """A frame to the other machine comes there as it was, over the bridge."""
        frame = other.mac + self.mac + b"\x88\xb5" + os.urandom(1400)
        other.sock.settimeout(0)
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            self.sock.send(frame)
            if select.select([other.sock], [], [], 0.5)[0]:
                try:
                    while True:
                        if other.sock.recv(65600) == frame:
                            other.sock.settimeout(0.5)
                            return
                except BlockingIOError:
                    pass
        self.fail("the next one does not get its frame")

    def find_gateway(self):
        request = (b"\xff" * 6 + self.mac + struct.pack(">HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + self.mac +
                   self.address + bytes(6) + self.gateway)
        self.exchange(request, lambda frame: frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\x02" and
                      frame[28:32] == self.gateway, "no answer from the gateway")

    def private_kilobytes(self):
        with open("/proc/%d/smaps_rollup" % self.process.pid, encoding="ascii") as file:
            return sum(int(line.split()[1]) for line in file if line.startswith("Private_"))

    def stop(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self):
        if self.process.wait(LIMIT) != 0:
            self.fail("ended with %d" % self.process.returncode)


def describe(values, unit):
    values = sorted(values)
    return "median %.0f %s, most %.0f %s" % (values[len(values) // 2], unit, values[-1], unit)


def alone(helper, folder):
    """The first of a network, and then, one after the other, three more."""
    machines = []
    for number in range(4):
        machine = Machine(helper, folder, 1000 + number)
        machine.read_line()
        machines.append(machine)
    print("start of the first helper of a network: %.0f ms; of the next: %s"
          % (machines[0].seconds * 1000, describe([m.seconds * 1000 for m in machines[1:]], "ms")))
    for machine in machines:
        machine.stop()
    for machine in machines:
        machine.wait()


def together(helper, folder, count):
    machines = [Machine(helper, folder, number) for number in range(count)]
    for machine in machines:
        machine.read_line()
    for machine in machines:
        machine.connect()
    for machine in machines:
        machine.lease()
        machine.find_gateway()
    addresses = {machine.address for machine in machines}
    if len(addresses) != count:
        sys.exit("%d machines have %d addresses" % (count, len(addresses)))
    for machine, other in zip(machines, machines[1:] + machines[:1]):
        if machine is not other:
            machine.reach(other)
    memory = [machine.private_kilobytes() for machine in machines]
    print("%d helpers at once: start %s; private memory %s"
          % (count, describe([m.seconds * 1000 for m in machines], "ms"), describe(memory, "KiB")))
    for machine in machines:
        machine.stop()
    for machine in machines:
        machine.wait()


def main():
    alone(*sys.argv[1:3])
    together(sys.argv[1], sys.argv[2], int(sys.argv[3]))
    print("all have a lease of their own, reached the gateway and each the next one, and ended")


if __name__ == "__main__":
    main()
