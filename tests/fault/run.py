#!/usr/bin/env python3
"""Each system call of the helper fails once, with each errno that is plausible for it.

    tests/fault/run.py HELPER SHIM [--spread N] [--jobs N] [--verbose]

First the helper runs under strace, from its start to its end with a client served: every system call
that is seen must be one that the shim makes fail, or one that EXEMPT gives a reason for. So a new call
cannot be forgotten. Then it runs once for each (call, errno, occurrence): spread N takes that many
occurrences, evenly, of all that a run has.

What must hold: a start that fails ends with status 1 or 2 and a line that says why; otherwise a client is
served, and the end is as it should be. It never ends by a signal, never hangs, and nothing is left.
"""
import argparse
import concurrent.futures
import errno
import json
import os
import queue
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

LIMIT = 40  # seconds; nothing is measured
SHORT = -1
MAC = bytes.fromhex("525400000001")
GATEWAY = "192.168.105.1"

# What each call may plausibly fail with. SHORT: it does less than asked.
ERRORS = {
    "openat": ["EMFILE", "ENOMEM", "EINTR"],
    "read": ["EINTR", "EAGAIN", "EIO"],
    "write": ["EINTR", "EAGAIN", "SHORT"],
    "readv": ["EINTR", "EAGAIN", "ENOMEM"],
    "writev": ["EINTR", "EAGAIN", "ENOBUFS", "ENOMEM", "EIO"],
    "recvmsg": ["EINTR", "EAGAIN", "ENOBUFS", "ENOMEM"],
    "sendmsg": ["EINTR", "EAGAIN", "ENOBUFS", "ENOMEM"],
    "recvfrom": ["EINTR", "EAGAIN", "ENOMEM"],
    "sendto": ["EINTR", "EAGAIN", "ENOBUFS", "ENOMEM"],
    "recvmmsg": ["EINTR", "EAGAIN", "ENOBUFS", "ENOMEM"],
    "sendmmsg": ["EINTR", "EAGAIN", "ENOBUFS", "ENOMEM", "ECONNREFUSED", "EMSGSIZE", "SHORT"],
    "poll": ["EINTR", "ENOMEM"],
    "pselect6": ["EINTR", "ENOMEM"],
    "socket": ["EMFILE", "ENOBUFS", "ENOMEM", "EPROTONOSUPPORT"],
    "bind": ["ENOMEM", "EADDRINUSE"],
    "listen": ["EADDRINUSE"],
    "connect": ["EINTR", "EAGAIN", "ECONNREFUSED"],
    "accept": ["EINTR", "EMFILE", "ENOBUFS", "ECONNABORTED"],
    "getsockopt": ["ENOBUFS"],
    "setsockopt": ["ENOBUFS", "ENOMEM"],
    "getsockname": ["ENOBUFS"],
    "getpeername": ["ENOBUFS"],
    "ioctl": ["EINTR", "EBUSY", "ENOMEM"],
    "fcntl": ["EMFILE", "EINTR"],
    "dup2": ["EMFILE", "EBUSY"],
    "close": ["EINTR", "EIO"],
    "pipe2": ["EMFILE", "ENFILE"],
    "eventfd2": ["EMFILE", "ENOMEM"],
    "clone": ["EAGAIN", "ENOMEM"],
    "clone3": ["EAGAIN"],
    "mmap": ["ENOMEM"],
    "flock": ["EINTR", "ENOLCK"],
    "setgroups": ["ENOMEM", "EPERM"],
    "setresuid": ["EAGAIN", "EPERM"],
    "setresgid": ["EAGAIN", "EPERM"],
    "prctl": ["EPERM", "EINVAL"],
    "capset": ["EPERM"],
    "unlinkat": ["EINTR", "EBUSY"],
    "unlink": ["EBUSY"],
    "mkdirat": ["ENOSPC", "ENOMEM"],
    "newfstatat": ["ENOMEM"],
    "prlimit64": ["EPERM"],
    "clock_nanosleep": ["EINTR"],
    "wait4": ["EINTR"],
    "readlink": ["ENOMEM"],
    "faccessat2": ["ENOMEM"],
    "getdents64": ["ENOMEM"],
    "ftruncate": ["EINTR"],
    "landlock_create_ruleset": ["ENOSYS", "ENOMEM"],
    "landlock_add_rule": ["ENOMEM"],
    "landlock_restrict_self": ["EPERM"],
    "seccomp": ["EINVAL", "ENOMEM"],
    "close_range": ["ENOSYS", "EINTR"],
    "pidfd_open": ["EMFILE", "ENOMEM"],
    "pidfd_send_signal": ["EPERM"],
    "chdir": ["EACCES", "ENOMEM"],
    "execve": ["ENOMEM", "EACCES"],
}

# Calls that are seen, and why none of them is made to fail here.
BEFORE = "the program's start: the loader, before any code of ours"
NEVER = "it cannot fail"
LIBRARY = "only the C library calls it, and answers for it"
EXEMPT = {
    "access": BEFORE, "arch_prctl": BEFORE, "set_tid_address": BEFORE, "pread64": BEFORE,
    "set_robust_list": LIBRARY, "rseq": LIBRARY, "brk": LIBRARY, "mprotect": LIBRARY, "munmap": NEVER,
    "madvise": LIBRARY, "futex": LIBRARY, "getrandom": LIBRARY, "lseek": LIBRARY, "restart_syscall": LIBRARY,
    "getpid": NEVER, "gettid": NEVER, "getuid": NEVER, "geteuid": NEVER, "getgid": NEVER, "getegid": NEVER,
    "getppid": NEVER, "getresuid": NEVER, "getresgid": NEVER, "getgroups": NEVER, "umask": NEVER, "uname": NEVER,
    "capget": NEVER, "rt_sigaction": NEVER, "rt_sigprocmask": NEVER, "rt_sigpending": NEVER, "rt_sigreturn": NEVER,
    "rt_sigtimedwait": "sigwait(3) hides its errors", "sigaltstack": NEVER, "exit": NEVER, "exit_group": NEVER,
    "clock_gettime": NEVER, "sched_yield": NEVER, "vfork": "posix_spawn(3): as clone", "tgkill": NEVER,
    "setuid": "the attempt to become root again, which has to fail", "sysinfo": LIBRARY, "sched_getaffinity": LIBRARY,
    "statfs": LIBRARY, "fstatfs": LIBRARY, "fchmod": "of a file that is ours",
}

# Of the keeper and of the children.
SERVANTS_EXEMPT = {
    "mkdir": "as mkdirat", "rmdir": "as unlinkat", "setsid": NEVER, "setfsuid": NEVER, "rt_sigpending": NEVER, "getresuid": NEVER,
    "recvfrom": "only where a route changes meanwhile, and its content means nothing", "ioctl": LIBRARY,
    "pidfd_send_signal": "the keeper tells by its status, and the next start removes what it left",
}

# Each role's own.
ROLE_EXEMPT = (
    {"execve": BEFORE},
    {},
    {"newfstatat": LIBRARY, "read": LIBRARY, "mmap": LIBRARY},
)

NAME = 32
HEAD = NAME + 5 * 4
PLAN_SIZE = HEAD + 128 * (NAME + 4)


# The helper's processes, as the shim numbers them. A child is one until it becomes another program: dnsmasq, before it
# is that, and those in which libnftables works, the helper's and the keeper's.
HELPER, KEEPER, CHILD = range(3)
ROLES = ("helper", "keeper", "child")


def write_plan(path, role=HELPER, call="", error=0, nth=0):
    with open(path, "wb") as file:
        file.write(struct.pack("=32siIIIi", call.encode(), error, nth, 0, 0, role).ljust(PLAN_SIZE, b"\0"))


def read_plan(path):
    """(has the fault happened?, {call: how often})"""
    with open(path, "rb") as file:
        data = file.read()
    hit, calls = struct.unpack_from("=II", data, NAME + 8)
    counts = {}
    for number in range(calls):
        name, count = struct.unpack_from("=32sI", data, HEAD + number * (NAME + 4))
        counts[name.rstrip(b"\0").decode()] = count
    return bool(hit), counts


class Failure(Exception):
    pass


def wait_for(condition, what, limit=LIMIT):
    end = time.monotonic() + limit
    while not condition():
        if time.monotonic() > end:
            raise Failure("not within %d s: %s" % (limit, what))
        time.sleep(0.01)


class Place:
    """A namespace and a folder, in which one helper after the other runs."""

    def __init__(self, number, helper, shim):
        self.name = "vf%d-%d" % (os.getpid(), number)
        self.folder = tempfile.mkdtemp(prefix="vf.", dir="/tmp")
        self.helper, self.shim = helper, shim
        subprocess.check_call(["ip", "netns", "add", self.name])
        subprocess.check_call(["ip", "-n", self.name, "link", "set", "lo", "up"])
        inode = subprocess.check_output(["ip", "netns", "exec", self.name, "stat", "-Lc", "%i", "/proc/self/ns/net"])
        self.state = "/run/vmnet-helper/" + inode.decode().strip()

    def path(self, name):
        return os.path.join(self.folder, name)

    def pids(self):
        return subprocess.check_output(["ip", "netns", "pids", self.name]).decode().split()

    def remove(self):
        for signal in ("TERM", "KILL"):
            for pid in self.pids():
                subprocess.call(["kill", "-" + signal, pid], stderr=subprocess.DEVNULL)
            end = time.monotonic() + 5
            while self.pids() and time.monotonic() < end:
                time.sleep(0.05)
        self.clean()
        subprocess.call(["ip", "netns", "del", self.name])
        shutil.rmtree(self.folder, ignore_errors=True)

    def clean(self):
        return subprocess.run(["ip", "netns", "exec", self.name, self.helper, "--cleanup"], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=LIMIT, check=False)

    def left(self):
        links = subprocess.check_output(["ip", "-n", self.name, "-j", "link"])
        left = [link["ifname"] for link in json.loads(links) if link.get("ifname", "lo") != "lo"]
        left += ["process " + pid for pid in self.pids()]
        if os.path.exists(self.state):
            left.append(self.state)
        return left

    def start(self, prefix=(), options=()):
        for name in ("s", "v"):
            if os.path.lexists(self.path(name)):
                os.unlink(self.path(name))
        with open(self.path("json"), "wb") as out, open(self.path("log"), "wb") as log:
            return subprocess.Popen(["ip", "netns", "exec", self.name, *prefix, self.helper, "--socket", self.path("s"),
                                     "--pcap", self.path("pcap"), *options],
                                    stdin=subprocess.DEVNULL, stdout=out, stderr=log)

    def log(self):
        with open(self.path("log"), errors="replace") as log:
            return log.read()

    def has_spoken(self):
        with open(self.path("json"), "rb") as out:
            return out.read().endswith(b"\n")


def find_gateway(sock, child):
    """Ask for the gateway until it answers, or the helper has ended. True if it did."""
    request = (b"\xff" * 6 + MAC + struct.pack(">HHHBBH", 0x0806, 1, 0x0800, 6, 4, 1) + MAC +
               socket.inet_aton("192.168.105.77") + bytes(6) + socket.inet_aton(GATEWAY))
    end = time.monotonic() + LIMIT
    sock.settimeout(0.2)
    while time.monotonic() < end:
        if child.poll() is not None:
            return False
        try:
            sock.send(request)
            while True:
                frame = sock.recv(65600)
                if frame[12:14] == b"\x08\x06" and frame[28:32] == socket.inet_aton(GATEWAY):
                    return True
        except (TimeoutError, BlockingIOError, ConnectionError, PermissionError):
            time.sleep(0.02)
    raise Failure("no answer from the gateway")


def serve_client(place, child):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(place.path("v"))
        try:
            sock.connect(place.path("s"))
        except OSError:
            # It is ending, after it has said its line: the file goes first.
            wait_for(lambda: child.poll() is not None, "the socket, or the end")
            return
        if find_gateway(sock, child):
            child.terminate()
        # The client is there to the end: its going is no reason for the helper's.
        try:
            child.wait(LIMIT)
        except subprocess.TimeoutExpired as error:
            raise Failure("it does not end") from error


def check_end(place, child, call):
    status, log = child.returncode, place.log()
    if status not in (0, 1, 2):
        raise Failure("ended with %d" % status)
    if status and "ERROR" not in log:
        raise Failure("ended with %d and no reason" % status)
    # What cannot be removed is told of.
    if os.path.lexists(place.path("s")) and "cannot remove" not in log and call != "newfstatat":
        raise Failure("the socket is left")
    try:
        wait_for(lambda: not place.left(), "nothing left", 15)
    except Failure as failure:
        raise Failure("left: %s" % place.left()) from failure


def run(place, role=HELPER, call="", error=0, nth=0):
    """One life of the helper with one fault. Returns (was it there?, counts)."""
    plan = place.path("plan")
    write_plan(plan, role, call, error, nth)
    child = place.start(["env", "LD_PRELOAD=" + place.shim, "FAULT=" + plan])
    try:
        wait_for(lambda: place.has_spoken() or child.poll() is not None, "the JSON line, or the end")
        if child.poll() is None or place.has_spoken():
            serve_client(place, child)
        check_end(place, child, call)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    return read_plan(plan)


CALL = re.compile(r"^(\d+) +(?:<\.\.\. )?(\w+)(?:\(| resumed)")
BIRTH = re.compile(r"^(\d+) +(?:<\.\.\. )?(?:clone3?|v?fork)(?:\(| resumed).* = (\d+)$")


def seen_by_strace(place):
    """For each role, the system calls that its processes make; not of the programs that they become."""
    trace = place.path("trace")
    child = place.start(["strace", "-f", "-qq", "-o", trace])
    wait_for(place.has_spoken, "the JSON line under strace")
    helper = int(subprocess.check_output(["ps", "-o", "pid=", "--ppid", str(child.pid)]).split()[0])
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(place.path("v"))
        sock.connect(place.path("s"))
        find_gateway(sock, child)
        threads = set(os.listdir("/proc/%d/task" % helper))
        with open("/proc/%d/task/%d/children" % (helper, helper), encoding="ascii") as file:
            keeper = file.read().split()[0]
        os.kill(helper, 15)
        child.wait(LIMIT)
    wait_for(lambda: not place.left(), "nothing left", 15)
    with open(trace, errors="replace") as file:
        lines = file.read().splitlines()
    parents = {match[2]: match[1] for match in map(BIRTH.match, lines) if match}
    others = {line.split()[0] for line in lines if " execve(" in line} - threads
    foreign = {pid for pid in parents if parents[pid] in others}
    while True:
        more = {pid for pid in parents if parents[pid] in foreign} - foreign
        if not more:
            break
        foreign |= more
    seen, became = [{}, {}, {}], set()
    for line in lines:
        match = CALL.match(line)
        if not match or match[1] in foreign or match[1] in became:
            continue
        role = HELPER if match[1] in threads else KEEPER if match[1] == keeper else CHILD
        seen[role][match[2]] = seen[role].get(match[2], 0) + 1
        if match[2] == "execve" and role == CHILD:
            became.add(match[1])
    return seen


def pairs(role, seen, counts, spread):
    for call in sorted(seen):
        if call not in ERRORS:
            continue
        most = counts.get(call, 0)
        occurrences = sorted({1 + (most - 1) * i // max(spread - 1, 1) for i in range(spread)} if most else ())
        for name in ERRORS[call]:
            for nth in occurrences:
                yield role, call, name, nth


def attempt(places, case):
    role, call, name, nth = case
    place = places.get()
    try:
        hit, _ = run(place, role, call, SHORT if name == "SHORT" else getattr(errno, name), nth)
        return case, hit, None
    except (Failure, OSError, subprocess.SubprocessError) as failure:
        text = "%s\n%s" % (failure, "".join("      " + line + "\n" for line in place.log().splitlines()[-6:]))
        for pid in place.pids():
            subprocess.call(["kill", "-KILL", pid], stderr=subprocess.DEVNULL)
        place.clean()
        return case, True, text
    finally:
        places.put(place)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("helper")
    parser.add_argument("shim")
    parser.add_argument("--spread", type=int, default=4)
    parser.add_argument("--jobs", type=int, default=3)
    parser.add_argument("--call", help="only this one")
    parser.add_argument("--role", choices=ROLES, help="only its calls")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    options.helper, options.shim = os.path.abspath(options.helper), os.path.abspath(options.shim)

    places, all_places = queue.Queue(), []
    failed = tried = there = 0
    try:
        for number in range(options.jobs):
            all_places.append(Place(number, options.helper, options.shim))
        first = all_places[0]
        seen = seen_by_strace(first)
        forgotten, cases = [], []
        for role, calls in enumerate(seen):
            exempt = {**EXEMPT, **ROLE_EXEMPT[role], **({} if role == HELPER else SERVANTS_EXEMPT)}
            _, counts = run(first, role)
            forgotten += ["%s of the %s" % (call, ROLES[role]) for call in calls if call not in ERRORS and call not in exempt]
            forgotten += ["%s of the %s (the shim does not see it)" % (call, ROLES[role]) for call in calls
                          if call in ERRORS and call not in exempt and not counts.get(call)]
            wanted = {call for call in calls if call not in exempt}
            cases += [case for case in pairs(role, wanted, counts, options.spread)
                      if options.call in (None, case[1]) and options.role in (None, ROLES[role])]
        for place in all_places:
            places.put(place)
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for case, hit, text in pool.map(lambda case: attempt(places, case), cases):
                tried += 1
                there += hit
                failed += text is not None
                if text or options.verbose:
                    print("%s: %s %s, occurrence %d: %s" % (ROLES[case[0]], *case[1:], text or "ok"), flush=True)
    finally:
        for place in all_places:
            place.remove()
    print("%s system calls of helper, keeper and children seen, %d of them made to fail; %d faults tried, %d happened, "
          "%d failed" % (" + ".join(str(len(calls)) for calls in seen), len({case[:2] for case in cases}), tried, there, failed))
    for call in forgotten:
        print("forgotten: " + call + ": add it to ERRORS and the shim, or to EXEMPT with a reason")
    return 1 if failed or forgotten or not there else 0


if __name__ == "__main__":
    sys.exit(main())
