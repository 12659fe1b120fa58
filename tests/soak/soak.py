"""For run.sh: soak.py BUILD FOLDER MINUTES NAMESPACE.

Three helpers (--keep) live through all of it: datagrams, a stream, and one behind which a real network stack
(vm_peer in NAMESPACE) carries TCP both ways over a cable that loses frames. VMs connect, send what VMs send and
what none should, go, or are killed in the middle; further helpers start and are killed with SIGKILL, or stopped.
Every ten seconds a line tells the size of the ones that stay. It fails when one ends, when a VM gets no answer,
when bytes do not arrive as they were, or when one has grown.
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
BUILD, FOLDER, MINUTES, NAMESPACE = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]
HELPER = BUILD + "/bin/vmnet-helper"
TRANSFER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib/transfer.py")
BREAK = os.environ.get("SOAK_BREAK", "")
# KiB of private memory that may come after the first fifth. A batch has room for 64 frames of 64 KiB, of which traffic
# touches more and more for some minutes.
GROWTH = 512 if MINUTES >= 15 else 4096
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

    def must_run(self):
        if self.process.poll() is not None:
            sys.exit("%s has ended with %d" % (self.path, self.process.returncode))

    def size(self):
        """(private KiB, descriptors, threads)"""
        base = "/proc/%d/" % self.process.pid
        try:
            with open(base + "smaps_rollup", encoding="ascii") as file:
                private = sum(int(line.split()[1]) for line in file if line.startswith("Private_"))
        except ProcessLookupError:
            self.process.wait(LIMIT)
            self.must_run()
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
        kind = chance.randrange(5)
        for number in range(chance.randrange(20, 300)):
            if kind == 0:
                self.send(self.udp(chance.randrange(0, 1400)))
            elif kind == 4:
                # A flood: as fast as it goes.
                for _ in range(20):
                    self.send(self.udp(18))
            elif kind == 1:
                self.send(self.tcp(number, 1400))
            elif kind == 2:
                self.send(os.urandom(chance.randrange(1, 1515)))
            elif self.stream:
                self.send((self.header(0x88b5) + bytes(65600))[:chance.randrange(1, 65551)])
            else:
                self.send((self.header(0x88b5) + bytes(65600))[:chance.randrange(0, 65601)])

    def break_framing(self):
        """What no client of a stream should do: it ends with this."""
        self.sock.sendall(chance.choice([bytes(4), b"\xff" * 4, b"VFKT", struct.pack(">I", 1000) + b"half"]))

    def go(self):
        self.sock.close()


def kill_in_the_middle(helper, number):
    """A VM that is a process of its own, and is killed while it talks."""
    pid = os.fork()
    if pid == 0:
        try:
            machine = Machine(helper, number)
            machine.find_gateway()
            while True:
                machine.talk()
        finally:
            os._exit(1)
    time.sleep(chance.random() / 4)
    ended, _ = os.waitpid(pid, os.WNOHANG)
    if ended:
        sys.exit("a VM had to give up: %s" % helper.path)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


class Stack:
    """A VM with a real network stack, that sends and fetches all the time."""

    def __init__(self, helper):
        self.helper, self.peer, self.transfer = helper, None, None
        self.done = self.killed = 0
        ready = os.path.join(FOLDER, "serves")
        self.server = subprocess.Popen([sys.executable, TRANSFER, "serve", socket.inet_ntoa(GATEWAY), ready])
        until(lambda: os.path.exists(ready), "the server does not listen")
        self.plug()

    def plug(self):
        until(self.is_plugged, "no VM")

    def is_plugged(self):
        # The helper may not have noticed yet that the one before is gone: it lets nobody else in then.
        if not self.peer or self.peer.poll() is not None:
            self.peer = subprocess.Popen(["ip", "netns", "exec", NAMESPACE, BUILD + "/tests/bin/vm_peer", "--socket",
                                          self.helper.path, "--mac", "52:54:00:00:00:99", "--lose", "500"],
                                         stderr=subprocess.DEVNULL)
            return False
        return subprocess.run(["ip", "-n", NAMESPACE, "address", "add", "192.168.105.99/24", "dev", "vm0"],
                              stderr=subprocess.DEVNULL, check=False).returncode == 0

    def step(self):
        """A transfer has ended: the next, and now and then another VM."""
        if self.transfer and self.transfer.poll() is None:
            return
        if self.transfer and self.transfer.returncode != 0:
            sys.exit("bytes did not arrive as they were")
        self.done += bool(self.transfer)
        if self.transfer and chance.randrange(10) == 0:
            self.unplug()
            self.plug()
        self.transfer = subprocess.Popen(["ip", "netns", "exec", NAMESPACE, sys.executable, TRANSFER,
                                          chance.choice(["send", "fetch"]), socket.inet_ntoa(GATEWAY), "2000000"])

    def unplug(self):
        self.peer.kill()
        self.peer.wait()
        self.killed += 1

    def end(self):
        if self.transfer and self.transfer.wait(2 * LIMIT) != 0:
            sys.exit("bytes did not arrive as they were")
        self.unplug()
        self.server.kill()
        self.server.wait()


def until(condition, what):
    end = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > end:
            sys.exit(what)
        time.sleep(0.1)


def until_ended(helper):
    """It says so, if that is the reason."""
    try:
        helper.process.wait(1)
    except subprocess.TimeoutExpired:
        return
    helper.must_run()


def has_grown(before, after):
    return after[0] > before[0] + GROWTH or after[1] > before[1] or after[2] > before[2]


def main():
    stay = [Helper("keep", "--keep", "--pcap", "/dev/null"), Helper("stream", "--keep", "--framing", "stream", "--guard"),
            Helper("tcp", "--keep")]
    if not all(helper.is_ready() for helper in stay):
        sys.exit("a helper did not start")
    end, next_line = time.monotonic() + MINUTES * 60, 0
    lives = killed = stopped = killed_vms = 0
    stack = Stack(stay[2])
    first = None
    passing = []
    while time.monotonic() < end:
        stack.step()
        for number, helper in enumerate(stay):
            helper.must_run()
            if number == 2:
                continue
            if chance.randrange(4) == 0:
                kill_in_the_middle(helper, number)
                killed_vms += 1
                continue
            machine = Machine(helper, number)
            try:
                machine.find_gateway()
                machine.talk()
                if machine.stream and chance.randrange(2):
                    machine.break_framing()
            except ConnectionError as error:
                until_ended(helper)
                sys.exit("the helper has left its VM: %s" % error)
            machine.go()
            lives += 1
        passing.append(Helper("p%d" % (lives % 5), *(["--framing", "stream"] if chance.randrange(2) else [])))
        if chance.randrange(2):
            passing[-1].is_ready()
        if len(passing) > 3:
            # At any moment of its life.
            number = chance.choice([signal.SIGKILL, signal.SIGTERM])
            passing.pop(0).end(number)
            killed += number == signal.SIGKILL
            stopped += number == signal.SIGTERM
        if BREAK == "end" and lives >= 40:
            stay[1].process.kill()
        # What traffic touches first has been touched then.
        if lives >= 40 and time.monotonic() >= end - MINUTES * 48 and first is None:
            first = [helper.size() for helper in stay]
        if time.monotonic() >= next_line:
            next_line = time.monotonic() + 10
            print("%d VMs came and went, %d were killed; helpers: %d killed, %d stopped; %d transfers, %d stacks killed; "
                  "private KiB, descriptors, threads: %s" % (lives, killed_vms, killed, stopped, stack.done, stack.killed,
                                                             [helper.size() for helper in stay]), flush=True)
    stack.end()
    for helper in passing:
        helper.end(signal.SIGTERM)
    # The staying ones have noticed that their VMs are gone.
    time.sleep(3)
    last = [helper.size() for helper in stay]
    if first is None:
        sys.exit("too short: %d VMs" % lives)
    if BREAK == "grow":
        first = [(private, descriptors - 1, threads) for private, descriptors, threads in first]
    grown = [helper.path for helper, before, after in zip(stay, first, last) if has_grown(before, after)]
    print("first %s, last %s" % (first, last))
    if BREAK == "leave":
        left = Helper("left")
        left.is_ready()
    for helper in stay:
        helper.end(signal.SIGTERM)
        if helper.process.returncode != 0:
            sys.exit("%s ended with %d" % (helper.path, helper.process.returncode))
    if grown:
        sys.exit("grown: %s" % grown)


main()
