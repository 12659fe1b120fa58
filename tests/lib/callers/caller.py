"""What the stand-ins for real callers share: the helper as a child, and the smallest guest.

A stand-in plays one caller's sequence to the letter. It is run in a network namespace of the test,
with the path of vmnet-helper in $HELPER and a folder of its own in $DIR. It fails by an exception.
"""
import contextlib
import ctypes
import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import time

HELPER = os.environ["HELPER"]
DIR = os.environ["DIR"]
LIMIT = 30  # seconds: generous, nothing is measured here
GATEWAY = os.environ.get("GATEWAY", "192.168.105.1")  # of the shared network; macOS chooses it
SUN_PATH = int(os.environ.get("SUN_PATH", 108))  # bytes of a socket's name
IS_MAC = sys.platform == "darwin"
MAGIC = b"VFKT"


def wait_for(what, condition):
    """Wait until the condition holds, and return what it gave."""
    end = time.monotonic() + LIMIT
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.02)


def is_gone(pid):
    if IS_MAC:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], stdout=subprocess.PIPE, text=True, check=False)
        return state.stdout.strip()[:1] in ("", "Z")
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rsplit(") ", 1)[1][0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def log_text():
    with open(os.path.join(DIR, "helper.log"), errors="replace") as log:
        return log.read()


def wait_for_log(text):
    wait_for("log: " + text, lambda: text in log_text())


@contextlib.contextmanager
def helper(*args, prefix=(), **popen):
    """The helper with its stdout in a pipe and stderr in $DIR/helper.log; ended if it still runs."""
    popen.setdefault("stdout", subprocess.PIPE)
    popen.setdefault("stdin", subprocess.DEVNULL)
    with open(os.path.join(DIR, "helper.log"), "w") as log:
        popen.setdefault("stderr", log)
        child = subprocess.Popen([*prefix, HELPER, *args], **popen)
    try:
        yield child
    except BaseException:
        sys.stderr.write(log_text())
        raise
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(LIMIT)
            except subprocess.TimeoutExpired:
                child.kill()
                raise


def read_line(stream, limit=4096):
    """One line, at most limit bytes, read while the other side goes on."""
    line = b""
    end = time.monotonic() + LIMIT
    while not line.endswith(b"\n"):
        if not select.select([stream], [], [], max(0, end - time.monotonic()))[0]:
            raise TimeoutError("no line: %r" % line)
        byte = os.read(stream.fileno(), 1)
        if not byte:
            raise EOFError("output ended after %r" % line)
        line += byte
        assert len(line) <= limit, "line too long"
    return line.decode()


def read_info(child):
    return json.loads(read_line(child.stdout))


def stop(child, number=signal.SIGTERM):
    """As callers do: a signal, and wait. Returns the exit status."""
    child.send_signal(number)
    return child.wait(LIMIT)


def bridges():
    """Names of the bridges in the namespace: none are left when the last helper is gone. macOS sees to its own."""
    if IS_MAC:
        return []
    links = subprocess.check_output(["ip", "-j", "link", "show", "type", "bridge"])
    return [link["ifname"] for link in json.loads(links or "[]") if "ifname" in link]


def checksum(data):
    """RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Guest:
    """A VM's end of the cable, with one MAC and one IPv4 address."""

    def __init__(self, sock, mac="92:c9:52:b7:6c:08", address=GATEWAY.rpartition(".")[0] + ".77"):
        self.sock = sock
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.address = socket.inet_aton(address)
        self.gateway_mac = None

    def receive(self, wanted, again=None):
        """The first frame that wanted() accepts; again() is called every half second until then."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            if again:
                again()
            pause = time.monotonic() + 0.5
            while (left := pause - time.monotonic()) > 0:
                if not select.select([self.sock], [], [], left)[0]:
                    break
                frame = self.sock.recv(70000)
                if wanted(frame):
                    return frame
        raise TimeoutError("no such frame")

    def find_gateway(self, gateway=GATEWAY):
        """ARP for the gateway: goes through the helper to the kernel's bridge and back."""
        target = socket.inet_aton(gateway)
        request = (b"\xff" * 6 + self.mac + b"\x08\x06" + struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1)
                   + self.mac + self.address + b"\0" * 6 + target)

        def is_answer(frame):
            return frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\x02" and frame[28:32] == target

        answer = self.receive(is_answer, lambda: self.sock.send(request))
        assert answer[:6] == self.mac, "the answer is for somebody else"
        self.gateway_mac = answer[22:28]
        return self.gateway_mac


def connect_client(path, own_path, magic):
    """vfkit's and krunkit's way: bind a name of one's own, connect, perhaps four bytes of magic."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(own_path)
    sock.bind(own_path)
    sock.connect(path)
    if magic:
        sock.send(MAGIC)
    return sock


class LengthStream:
    """A stream with four bytes of length before each frame; used like a datagram socket."""

    def __init__(self, sock):
        self.sock = sock

    def fileno(self):
        return self.sock.fileno()

    def send(self, frame):
        self.send_together([frame])

    def send_together(self, frames):
        self.sock.sendall(b"".join(struct.pack("!I", len(frame)) + frame for frame in frames))

    def recv(self, size):
        length = struct.unpack("!I", self.read(4))[0]
        assert 0 < length <= size, length
        return self.read(length)

    def read(self, size):
        data = b""
        while len(data) < size:
            more = self.sock.recv(size - len(data))
            if not more:
                raise EOFError("the stream has ended")
            data += more
        return data


def bind_without_nul(sock, path):
    """A name that fills sun_path and has no NUL, which Python's bind refuses."""
    name = os.fsencode(path)
    assert len(name) == SUN_PATH
    address = struct.pack("=H%ds" % SUN_PATH, socket.AF_UNIX, name)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.bind(sock.fileno(), address, len(address)) < 0:
        raise OSError(ctypes.get_errno(), "bind")


def main(cases):
    """Run the case that the first argument names."""
    cases[sys.argv[1]]()
