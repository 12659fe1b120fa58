"""For run.sh: soak.py HELPER FOLDER MINUTES.

One helper (--keep) lives through all of it, each kind of framing has its own. VMs connect, send what
VMs send and what none should, are killed in the middle or go; further helpers start and are killed
with SIGKILL, or stopped. Every ten seconds a line tells the size of the ones that stay. It fails when one
ends, when a VM gets no answer, or when one has grown.
"""
import os
import random
import select
import signal
import socket
import struct
import subprocess
import sys
import time

LIMIT = 60
GATEWAY = socket.inet_aton("192.168.105.1")
HELPER, FOLDER, MINUTES = sys.argv[1], sys.argv[2], float(sys.argv[3])
GROWTH = 512  # KiB of private memory that may come after the first round: buffers that traffic touches first
chance = random.Random(int(os.environ.get("SEED", time.time())))


class Helper:
    def __init__(self, name, *options):
        self.path = os.path.join(FOLDER, name + ".sock")
        self.log = open(os.path.join(FOLDER, name + ".log"), "w", encoding="utf-8")
        self.stream = "stream" in options
        self.process = subprocess.Popen([HELPER, "--socket", self.path, *options], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=self.log)

    def is_ready(self):
        if not select.select([self.process.stdout], [], [], LIMIT)[0]:
            sys.exit("no JSON line: " + self.path)
        return bool(self.process.stdout.readline())

    def end(self, number):
        self.process.send_signal(number)
        self.process.wait(LIMIT)
        self.process.stdout.close()
        self.log.close()

    def size(self):
        """(private KiB, descriptors, threads)"""
        base = "/proc/%d/" % self.process.pid
        with open(base + "smaps_rollup", encoding="ascii") as file:
            private = sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
        return private, len(os.listdir(base + "fd")), len(os.listdir(base + "task"))


class Machine:
    """The VM's end of one helper."""

    def __init__(self, helper, number):
        self.mac = bytes([0x52, 0x54, 0, 0, 0, number])
        self.address = socket.inet_aton("192.168.105.%d" % (100 + number))
        self.stream = helper.stream
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM if self.stream else socket.SOCK_DGRAM)
        self.own = helper.path + ".vm"
        if not self.stream:
            if os.path.exists(self.own):
                os.unlink(self.own)
            self.sock.bind(self.own)
        self.connect(helper.path)

    def connect(self, path):
        end = time.monotonic() + LIMIT
        while True:
            try:
                self.sock.connect(path)
                return
            except (PermissionError, BlockingIOError):
                # The helper has not noticed yet that the one before is gone.
                if time.monotonic() > end:
                    raise
                time.sleep(0.05)

    def send(self, frame):
        if self.stream:
            frame = struct.pack(">I", len(frame)) + frame
        try:
            self.sock.settimeout(5)
            self.sock.sendall(frame) if self.stream else self.sock.send(frame)
        except (TimeoutError, BlockingIOError):
            pass

    def receive(self):
        self.sock.settimeout(0.5)
        if not self.stream:
            return self.sock.recv(65600)
        length = struct.unpack(">I", self.exactly(4))[0]
        return self.exactly(length)

    def exactly(self, size):
        data = b""
        self.sock.settimeout(5)
        while len(data) < size:
            more = self.sock.recv(size - len(data))
            if not more:
                raise ConnectionResetError("the helper has closed the stream")
            data += more
        return data

    def header(self, kind):
        return b"\xff" * 6 + self.mac + struct.pack(">H", kind)

    def find_gateway(self):
        request = (self.header(0x0806) + struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + self.mac + self.address + bytes(6) +
                   GATEWAY)
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            self.send(request)
            try:
                pause = time.monotonic() + 0.5
                while time.monotonic() < pause:
                    if not select.select([self.sock], [], [], 0.5)[0]:
                        break
                    frame = self.receive()
                    if frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\x02" and frame[28:32] == GATEWAY:
                        return
            except TimeoutError:
                pass
        sys.exit("no answer from the gateway")

    def udp(self, size):
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 28 + size, 0, 0, 64, 17, 0, self.address, GATEWAY)
        return self.header(0x0800) + ip + struct.pack(">HHHH", 1000, 9, 8 + size, 0) + bytes(size)

    def tcp(self, number, size):
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40 + size, number & 0xffff, 0, 64, 6, 0, self.address, GATEWAY)
        return (self.header(0x0800) + ip +
                struct.pack(">HHIIBBHHH", 1001, 9, number * size & 0xffffffff, 0, 0x50, 0x10, 1000, 0, 0) + bytes(size))

    def talk(self):
        """What a VM might send in a while."""
        kind = chance.randrange(4)
        for number in range(chance.randrange(20, 300)):
            if kind == 0:
                self.send(self.udp(chance.randrange(0, 1400)))
            elif kind == 1:
                self.send(self.tcp(number, 1400))
            elif kind == 2:
                self.send(os.urandom(chance.randrange(1, 1515)))
            else:
                self.send((self.header(0x88b5) + bytes(65600))[:chance.randrange(1 if self.stream else 0, 65551)])

    def break_framing(self):
        """What no client of a stream should do: it ends with this."""
        self.sock.sendall(chance.choice([bytes(4), b"\xff" * 4, b"VFKT", struct.pack(">I", 1000) + b"half"]))

    def go(self):
        self.sock.close()


def main():
    stay = [Helper("keep", "--keep", "--pcap", "/dev/null"), Helper("stream", "--keep", "--framing", "stream", "--guard")]
    if not all(helper.is_ready() for helper in stay):
        sys.exit("a helper did not start")
    end, next_line = time.monotonic() + MINUTES * 60, 0
    lives = killed = 0
    first = None
    passing = []
    while time.monotonic() < end:
        for number, helper in enumerate(stay):
            if helper.process.poll() is not None:
                sys.exit("%s has ended with %d" % (helper.path, helper.process.returncode))
            machine = Machine(helper, number)
            try:
                machine.find_gateway()
                machine.talk()
                if machine.stream and chance.randrange(2):
                    machine.break_framing()
            except ConnectionError as error:
                sys.exit("the helper has left its VM: %s" % error)
            machine.go()
            lives += 1
        passing.append(Helper("p%d" % (lives % 5), *(["--framing", "stream"] if chance.randrange(2) else [])))
        if chance.randrange(2):
            passing[-1].is_ready()
        if len(passing) > 3:
            # At any moment of its life.
            passing.pop(0).end(chance.choice([signal.SIGKILL, signal.SIGTERM]))
            killed += 1
        if lives >= 40 and first is None:
            first = [helper.size() for helper in stay]
        if time.monotonic() >= next_line:
            next_line = time.monotonic() + 10
            print("%d VMs, %d helpers ended; private KiB, descriptors, threads: %s"
                  % (lives, killed, [helper.size() for helper in stay]), flush=True)
    for helper in passing:
        helper.end(signal.SIGTERM)
    time.sleep(3)
    last = [helper.size() for helper in stay]
    grown = [helper.path for helper, before, after in zip(stay, first or last, last)
             if after[0] > before[0] + GROWTH or after[1] > before[1] or after[2] > before[2]]
    print("first %s, last %s: %d VMs, %d helpers ended" % (first, last, lives, killed))
    for helper in stay:
        helper.end(signal.SIGTERM)
        if helper.process.returncode != 0:
            sys.exit("%s ended with %d" % (helper.path, helper.process.returncode))
    if grown:
        sys.exit("grown: %s" % grown)


main()
