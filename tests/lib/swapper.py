"""Another user who can write to a folder of the socket, and replaces what is there in a loop.

    swapper.py UID FOLDER NAME TARGET VICTIM SECONDS        (started by root)

FOLDER/NAME becomes, one after the other, a link to TARGET (a file of the victim), to nothing, a FIFO, a regular file,
a socket of ours, a second name of TARGET, nothing; and FOLDER/d, one time a folder and the next a link to the folder
VICTIM. Prints how often."""
import os
import socket
import sys
import time


def remove(path):
    try:
        os.unlink(path)
    except IsADirectoryError:
        os.rmdir(path)
    except OSError:
        pass


def bind(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(path)


def main():
    uid, folder, name, target, victim, seconds = sys.argv[1:]
    os.setgroups([])
    os.setresgid(int(uid), int(uid), int(uid))
    os.setresuid(int(uid), int(uid), int(uid))
    path, inner, kept = (os.path.join(folder, one) for one in (name, "d", "kept"))
    ways = [
        lambda: os.symlink(target, path),
        lambda: os.symlink("/nonexistent/nothing", path),
        lambda: os.mkfifo(path, 0o666),
        lambda: os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o666)),
        lambda: bind(path),
        lambda: os.link(target, path),
        lambda: None,
    ]
    os.mkdir(kept)
    os.chmod(kept, 0o777)
    rounds = 0
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        for way in ways:
            remove(path)
            try:
                way()
            except OSError:
                pass  # the helper was faster, or the system forbids it
            for change in (lambda: os.symlink(victim, inner), lambda: os.rename(kept, inner)):
                if os.path.isdir(inner) and not os.path.islink(inner):
                    os.rename(inner, kept)
                remove(inner)
                try:
                    change()
                except OSError:
                    pass
            rounds += 1
    print(rounds)


main()
