"""What the stand-ins for vfkit and krunkit share: their kind of command line, and the guest.

A stand-in takes exactly the arguments that the real program takes, connects as it does, byte by byte, and then is
a guest: without a kernel one that only leases an address by DHCP, with one (vfkit --kernel) a real one in QEMU on
the socket that was connected. What it did is written to the log of the serial line.
"""
import os
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import time

MAGIC = b"VFKT"
MAC = re.compile("([0-9a-f]{2}:){5}[0-9a-f]{2}$")


class Refused(Exception):
    """The real program would not take this."""


def need(condition, reason):
    if not condition:
        raise Refused(reason)


def read_arguments(argv, known):
    """--name VALUE and --name=VALUE. Returns a dictionary of lists."""
    values = {}
    rest = list(argv)
    while rest:
        word = rest.pop(0)
        need(word.startswith("--"), "not an option: " + word)
        name, equals, value = word[2:].partition("=")
        need(name in known, "unknown flag: --" + name)
        if not equals:
            need(rest, "flag needs an argument: --" + name)
            value = rest.pop(0)
        values.setdefault(name, []).append(value)
    for name, value in values.items():
        need(name == "device" or len(value) == 1, "given twice: --" + name)
    return values


def number(values, name, low):
    need(name in values, "--%s is needed" % name)
    text = values[name][0]
    need(text.isdigit() and int(text) >= low, "bad --%s: %s" % (name, text))
    return int(text)


def read_list(text):
    """kind,key=value,...: what a device or a boot loader is."""
    kind, *rest = text.split(",")
    options = {}
    for one in rest:
        key, _, value = one.partition("=")
        need(key and key not in options, "bad option %r in %s" % (one, text))
        options[key] = value
    return kind, options


def check_keys(kind, options, allowed):
    for key in options:
        need(key in allowed, "%s: unknown option %s" % (kind, key))


def check_raw(path):
    with open(path, "rb") as disk:
        need(disk.read(4) != b"QFI\xfb", path + ": qcow2 is not supported")


def check_socket_choice(kind, options):
    given = [key for key in ("fd", "path", "unixSocketPath") if key in options]
    need(len(given) == 1, kind + ": one of fd and a path is needed")
    if "fd" in options:
        need(options["fd"].isdigit(), "bad fd")
    need(MAC.match(options.get("mac", "")), "bad mac")
    for key in ("offloading", "vfkitMagic"):
        need(options.get(key, "on") in ("on", "off"), key + " must be on or off")


def efi(values):
    kind, options = read_list(values["bootloader"][0])
    need(kind == "efi", "boot loader: " + kind)
    check_keys(kind, options, ("variable-store", "create"))
    need(options.get("variable-store") and options.get("create", "") == "", "efi: variable-store is needed")
    if "create" in options:
        with open(options["variable-store"], "a"):
            pass
    need(os.path.exists(options["variable-store"]), "efi: there is no variable-store")


class Cable:
    """The socket to the helper. Its own path, if it has one, goes when the program ends."""

    def __init__(self):
        self.sock = None
        self.path = None

    def take(self, number_of_fd):
        self.sock = socket.socket(fileno=number_of_fd)
        need(self.sock.family == socket.AF_UNIX and self.sock.type == socket.SOCK_DGRAM, "fd is not a datagram socket")

    def connect(self, peer, path, magic, send_buffer, receive_buffer, stream=False):
        if stream:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.connect(peer)
            return
        need(len(path.encode()) < 104, "local path %s is too long" % path)
        self.path = path
        if os.path.exists(path):
            os.unlink(path)
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(path)
        self.sock.connect(peer)
        # krunkit greets before it sets the buffers, vfkit after it: the same to the other end.
        if magic:
            self.sock.send(MAGIC)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)

    def send(self, frame):
        if self.sock.type == socket.SOCK_STREAM:
            frame = struct.pack("!I", len(frame)) + frame
            self.sock.sendall(frame)
        else:
            self.sock.send(frame)

    def receive(self, seconds):
        """A frame, or None when none came."""
        if not select.select([self.sock], [], [], seconds)[0]:
            return None
        if self.sock.type == socket.SOCK_DGRAM:
            return self.sock.recv(70000)
        size = self.exactly(4)
        return self.exactly(struct.unpack("!I", size)[0])

    def exactly(self, size):
        data = b""
        while len(data) < size:
            more = self.sock.recv(size - len(data))
            if not more:
                raise ConnectionError("the helper is gone")
            data += more
        return data

    def close(self):
        if self.path and os.path.exists(self.path):
            os.unlink(self.path)


def checksum(data):
    """RFC 1071."""
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Guest:
    """Leases an address (RFC 2131), and answers ARP and ping."""

    def __init__(self, cable, mac, log):
        self.cable = cable
        self.mac = bytes.fromhex(mac.replace(":", ""))
        self.log = log
        self.xid = os.urandom(4)
        self.address = None

    def say(self, text):
        with open(self.log, "a") as log:
            log.write(text + "\n")

    def ip_frame(self, payload, protocol, source, target, mac):
        header = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, protocol, 0, source, target)
        header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
        return mac + self.mac + b"\x08\0" + header + payload

    def ask(self, kind, options=b""):
        message = (struct.pack("!BBBB4sHH16s", 1, 1, 6, 0, self.xid, 0, 0x8000, b"") + self.mac.ljust(16, b"\0")
                   + bytes(192) + b"\x63\x82\x53\x63" + bytes((53, 1, kind)) + options + b"\xff")
        message = message.ljust(300, b"\0")
        datagram = struct.pack("!HHHH", 68, 67, 8 + len(message), 0) + message
        self.cable.send(self.ip_frame(datagram, 17, bytes(4), b"\xff" * 4, b"\xff" * 6))

    def answer(self, frame):
        """(kind, address, server) of a DHCP answer to us, or None."""
        if len(frame) < 282 or frame[12:14] != b"\x08\0" or frame[23] != 17 or frame[36:38] != b"\0\x44":
            return None
        message = frame[42:]
        if message[4:8] != self.xid:
            return None
        options, at = {}, 240
        while at + 1 < len(message) and message[at] != 255:
            if message[at] == 0:
                at += 1
                continue
            options[message[at]] = message[at + 2:at + 2 + message[at + 1]]
            at += 2 + message[at + 1]
        return options.get(53, b"\0")[0], message[16:20], options.get(54, bytes(4))

    def lease(self):
        offer = None
        while not self.address:
            if offer:
                self.ask(3, b"\x32\x04" + offer[1] + b"\x36\x04" + offer[2])
            else:
                self.ask(1)
            end = time.monotonic() + 1
            while not self.address and time.monotonic() < end:
                frame = self.cable.receive(0.1)
                found = frame and self.answer(frame)
                if found and found[0] == 2 and not offer:
                    offer = found
                    break
                if found and found[0] == 5:
                    self.address = found[1]
        self.say("stand-in address: " + socket.inet_ntoa(self.address))

    def serve(self):
        while True:
            frame = self.cable.receive(1)
            if frame is None:
                # Is the helper still there? A datagram socket does not tell until one sends.
                self.arp(1, b"\xff" * 6, bytes(6), self.address)
            elif frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\x01" and frame[38:42] == self.address:
                self.arp(2, frame[6:12], frame[22:28], frame[28:32])
            elif frame[12:14] == b"\x08\0" and frame[23] == 1 and frame[34] == 8 and frame[30:34] == self.address:
                total = struct.unpack("!H", frame[16:18])[0]
                echo = b"\0\0\0\0" + frame[38:14 + total]
                echo = echo[:2] + struct.pack("!H", checksum(echo)) + echo[4:]
                self.cable.send(self.ip_frame(echo, 1, self.address, frame[26:30], frame[6:12]))

    def arp(self, kind, to, target_mac, target):
        self.cable.send(to + self.mac + b"\x08\x06" + struct.pack("!HHBBH", 1, 0x0800, 6, 4, kind) + self.mac
                        + self.address + target_mac + target)


def run_kernel(cable, kernel, initrd, cmdline, memory, mac, disks, log):
    """A real guest, on the socket that is connected already."""
    fd = cable.sock.fileno()
    command = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
               "-machine", "q35", "-accel", "tcg,thread=multi,tb-size=256", "-cpu", "Nehalem", "-m", str(memory),
               "-kernel", kernel, "-initrd", initrd, "-append", cmdline + " console=ttyS0",
               "-chardev", "file,id=serial,path=" + log, "-serial", "chardev:serial", "-device", "virtio-rng-pci",
               "-netdev", "dgram,id=net1,local.type=fd,local.str=%d" % fd,
               "-device", "virtio-net-pci,netdev=net1,romfile=,mac=" + mac]
    for index, disk in enumerate(disks):
        command += ["-drive", "if=none,id=d%d,format=raw,readonly=on,file=%s" % (index, disk),
                    "-device", "virtio-blk-pci,drive=d%d" % index]
    child = subprocess.Popen(command, pass_fds=[fd], stdin=subprocess.DEVNULL)
    signal.signal(signal.SIGTERM, lambda number, frame: child.terminate())
    return child.wait()


def main(name, run):
    cable = Cable()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(0))
    try:
        return run(sys.argv[1:], cable)
    except (Refused, OSError) as error:
        sys.stderr.write("%s: %s\n" % (name, error))
        return 1
    finally:
        cable.close()
