#!/usr/bin/env python3
"""A person at a terminal who uses `vm console`: COMMAND... on a pseudo terminal.

    console_user.py COMMAND...

Presses Enter, types a sum, waits for the guest's answer, detaches with Ctrl-], and looks at the terminal
afterwards: it must be as it was. What the terminal showed goes to stdout."""
import os
import pty
import select
import sys
import termios
import time

master, slave = pty.openpty()
before = termios.tcgetattr(slave)
pid = os.fork()
if pid == 0:
    os.setsid()
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.close(master)
    os.execvp(sys.argv[1], sys.argv[1:])

shown = b""
end = time.monotonic() + 60


def read_some():
    global shown
    if select.select([master], [], [], 0.2)[0]:
        shown += os.read(master, 4096)


def wait_for(text, say):
    """Say it again every two seconds, as people do: a shell that is not there yet loses it."""
    said = 0
    while text not in shown and time.monotonic() < end:
        if say and time.monotonic() - said > 2:
            os.write(master, say)
            said = time.monotonic()
        read_some()
    return text in shown


good = wait_for(b"Ctrl-] detaches", None)
good = good and termios.tcgetattr(slave)[3] & termios.ICANON == 0
good = good and wait_for(b"422", b"\recho 4$((1+1))2\r")
os.write(master, b"\x1d")
good = wait_for(b"detached", None) and good
while time.monotonic() < end:
    ended, status = os.waitpid(pid, os.WNOHANG)
    if ended:
        break
    read_some()
else:
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    status = 1
sys.stdout.write(shown.decode(errors="replace"))
if termios.tcgetattr(slave) != before:
    print("the terminal is not as it was")
    good = False
sys.exit(0 if good and status == 0 else 1)
