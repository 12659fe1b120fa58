"""For run.sh: load.py HELPER FOLDER COUNT. Fails if one helper does not do its part."""
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


class Machine:
    """A helper and its client."""

    def __init__(self, helper, folder, number):
        self.path = os.path.join(folder, "%d.sock" % number)
        self.mac = bytes([0x52, 0x54, 0, 0, number >> 8, number & 255])
        self.address = socket.inet_aton("192.168.105.%d" % (number % 200 + 2))
        self.log = open(os.path.join(folder, "%d.log" % number), "w+", encoding="utf-8")
        self.started = time.monotonic()
        self.process = subprocess.Popen([helper, "--socket", self.path], stdin=subprocess.DEVNULL,
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

    def find_gateway(self):
        request = (b"\xff" * 6 + self.mac + struct.pack(">HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + self.mac +
                   self.address + bytes(6) + GATEWAY)
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            try:
                self.sock.send(request)
                while True:
                    frame = self.sock.recv(65600)
                    if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\x02" and frame[28:32] == GATEWAY:
                        return
            except (TimeoutError, BlockingIOError):
                if self.process.poll() is not None:
                    self.fail("it ended")
        self.fail("no answer from the gateway")

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
        machine.find_gateway()
    memory = [machine.private_kilobytes() for machine in machines]
    print("%d helpers at once: start %s; private memory %s"
          % (count, describe([m.seconds * 1000 for m in machines], "ms"), describe(memory, "KiB")))
    for machine in machines:
        machine.stop()
    for machine in machines:
        machine.wait()


alone(*sys.argv[1:3])
together(sys.argv[1], sys.argv[2], int(sys.argv[3]))
print("all served and ended")
