#!/usr/bin/env python3
"""Run a command on a terminal of its own; press Ctrl-C once, after it printed READY.

    terminal.py COMMAND...      prints what the terminal showed, exits with the command's status
"""
import os
import pty
import select
import signal
import sys
import time

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

seen = b""
pressed = False
end = time.monotonic() + 60
while time.monotonic() < end:
    ready, _, _ = select.select([terminal], [], [], 1)
    if not ready:
        continue
    try:
        data = os.read(terminal, 4096)
    except OSError:  # EIO: the last process closed the terminal
        break
    if not data:
        break
    seen += data
    if not pressed and b"READY" in seen:
        pressed = True
        os.write(terminal, b"\x03")
else:
    os.kill(pid, signal.SIGKILL)
_, status = os.waitpid(pid, 0)
sys.stdout.write(seen.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(status) % 256)
