#!/usr/bin/env python3
"""The helper stops itself after each line of its log, and is sent a signal that ends it: then it goes on.

    tests/fault/signals.py HELPER SHIM          (stop.so; as root)

It must end, with status 0, and leave nothing: no process, interface, rule, state or socket. How long it took from the
signal is printed, for people: no test looks at that."""
import os
import signal
import socket
import sys
import time

import run

SIGNALS = (signal.SIGTERM, signal.SIGINT)
MODES = (("shared", []), ("host", ["--operation-mode", "host"]))


def state(pid):
    with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def wait_until_stopped(child, place, seen):
    """True when it has stopped; False when it goes on after the last line that it can come to."""
    end = time.monotonic() + run.LIMIT
    while time.monotonic() < end:
        if child.poll() is not None:
            raise run.Failure("it ended by itself with %d" % child.returncode)
        if state(child.pid) == "T":
            return True
        log = place.log()
        if not seen and '"%s"\n' % place.path("s") in log:
            seen.append(connect(place))
        if "vm forwarding started" in log and "waiting for termination" in log and "host forwarding started" in log:
            time.sleep(0.2)  # it stops itself right after its line
            return state(child.pid) == "T"
        time.sleep(0.002)
    raise run.Failure("it neither stopped nor served")


def connect(place):
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    sock.bind(place.path("v"))
    sock.connect(place.path("s"))
    sock.send(bytes(60))
    return sock


def attempt(place, number, mode, shim, line):
    """One life. Returns the seconds that its end took, or None if it has no such line."""
    seen = []
    child = place.start(["env", "LD_PRELOAD=" + shim, "STOP_AT=%d" % line], mode + ["--verbose"])
    try:
        if not wait_until_stopped(child, place, seen):
            return None
        begin = time.monotonic()
        child.send_signal(number)
        child.send_signal(signal.SIGCONT)
        if child.wait(run.LIMIT) != 0:
            raise run.Failure("ended with %d" % child.returncode)
        seconds = time.monotonic() - begin
        run.wait_for(lambda: not place.left(), "nothing left", 15)
        if os.path.lexists(place.path("s")):
            raise run.Failure("the socket is left")
        return seconds
    finally:
        for sock in seen:
            sock.close()
        if child.poll() is None:
            child.kill()
            child.wait()


def main():
    helper, shim = (os.path.abspath(path) for path in sys.argv[1:3])
    place = run.Place(0, helper, shim)
    times, failed = [], 0
    try:
        for name, mode in MODES:
            for number in SIGNALS:
                line = 1
                while True:
                    try:
                        seconds = attempt(place, number, mode, shim, line)
                    except (run.Failure, OSError) as failure:
                        failed += 1
                        print("%s, %s at line %d: %s, left: %s\n%s" % (name, number.name, line, failure, place.left(), place.log()))
                        break
                    if seconds is None:
                        break
                    times.append(seconds)
                    line += 1
                    if line > 100:
                        raise run.Failure("a log without end")
    finally:
        place.remove()
    times.sort()
    print("%d lines at which a signal was sent, %d failed; its end took %.0f ms (median), %.0f ms (most)"
          % (len(times), failed, times[len(times) // 2] * 1000 if times else 0, times[-1] * 1000 if times else 0))
    return 1 if failed or len(times) < 20 else 0


if __name__ == "__main__":
    sys.exit(main())
