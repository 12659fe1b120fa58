"""minikube, pkg/drivers/common/vmnet: starts the helper by itself, closes its stdout, knows it by pid."""
import contextlib
import hashlib
import os
import re
import signal
import subprocess

from caller import (DIR, HELPER, Guest, bridges, connect_client, helper, is_gone, main, read_info, stop, wait_for,
                    wait_for_log)

SOCKET = os.path.join(DIR, "vmnet-helper.sock")
PID_FILE = os.path.join(DIR, "vmnet-helper.pid")


def guest_mac(name):
    mac = bytearray(hashlib.sha256(b"minikube-mac-" + name.encode()).digest()[:6])
    mac[0] = (mac[0] | 2) & 0xFE
    return ":".join("%02x" % byte for byte in mac)


@contextlib.contextmanager
def started(prefix=()):
    """Its start: a process group, the pid written before the JSON is there, stdout closed after it."""
    with helper("--socket", SOCKET, prefix=prefix, preexec_fn=lambda: os.setpgid(0, 0)) as child:
        with open(PID_FILE, "w") as pid_file:
            pid_file.write(str(child.pid))
        mac = read_info(child)["vmnet_mac_address"]
        assert isinstance(mac, str)
        child.stdout.close()
        yield child


def use_network():
    own = os.path.join(DIR, "vfkit-%x-%x.sock" % (os.getpid(), 0x1234))
    with connect_client(SOCKET, own, magic=True) as sock:
        Guest(sock, guest_mac("demo")).find_gateway()
    os.unlink(own)


def process_name():
    with open(PID_FILE) as pid_file:
        name = subprocess.check_output(["ps", "-o", "comm=", "-p", pid_file.read()], text=True)
    return os.path.basename(name.strip())  # macOS has the whole path


def version():
    for command in [HELPER], ["sudo", "--non-interactive", HELPER]:
        out = subprocess.check_output([*command, "--version"], text=True)
        number, commit = re.fullmatch(r"version: v(\S+)\ncommit: (\S+)\n", out).groups()
        # Strict semantic versions; before 0.9.0 minikube uses sudo where none is needed.
        major, minor = re.fullmatch(r"(\d+)\.(\d+)\.\d+(?:-[0-9A-Za-z.-]+)?", number).groups()
        assert (int(major), int(minor)) >= (0, 9), number
        assert commit


def start():
    with started() as child:
        assert process_name() == "vmnet-helper"
        use_network()
        assert stop(child) == 0


def start_sudo():
    with started(prefix=("sudo", "--non-interactive")) as child:
        assert process_name() == "sudo"
        use_network()
        child.send_signal(signal.SIGTERM)
        child.wait(30)
    wait_for("no bridge is left", lambda: not bridges())


def stdout_closed():
    with started() as child:
        use_network()
        wait_for_log("serving client")
        assert child.poll() is None, "ended when its reader went away"


def pgid_kill():
    with started() as child:
        use_network()
        os.kill(-child.pid, signal.SIGKILL)
        child.wait(30)
    assert is_gone(child.pid)
    wait_for("no bridge is left", lambda: not bridges())


def stale_socket():
    with started() as child:
        os.kill(-child.pid, signal.SIGKILL)
        child.wait(30)
    assert os.path.exists(SOCKET), "nothing stale to test with"
    # What the original leaves beside it.
    open(SOCKET + ".lock", "w").close()
    with started() as child:
        use_network()
        assert stop(child) == 0


main({"version": version, "start": start, "start-sudo": start_sudo, "stdout-closed": stdout_closed,
      "pgid-kill": pgid_kill, "stale-socket": stale_socket})
