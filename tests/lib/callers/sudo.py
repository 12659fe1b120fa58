"""An ordinary user with a sudoers rule: the seed's command line, vibe's, and vmnet-client."""
import json
import os
import socket
import subprocess
import sys

from caller import DIR, HELPER, Guest, helper, main, read_line

CLIENT = os.path.join(os.path.dirname(HELPER), "vmnet-client")
ID = "2835E074-9892-4A79-AFFB-7E41D2605678"


def parent_of(pid):
    with open("/proc/%d/stat" % pid) as stat:
        return int(stat.read().rsplit(") ", 1)[1].split()[1])


def helper_below(sudo):
    """The helper itself: sudo runs it as a child, or a grandchild with use_pty."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/comm" % pid) as comm:
                if comm.read() != "vmnet-helper\n":
                    continue
            if sudo in (parent_of(int(pid)), parent_of(parent_of(int(pid)))):
                return int(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
    raise LookupError("no helper below %d" % sudo)


def status_of(pid):
    with open("/proc/%d/status" % pid) as status:
        return dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)


def check_unprivileged(pid):
    status = status_of(pid)
    assert status["Uid"].split() == [str(os.getuid())] * 4, status["Uid"]
    assert status["Gid"].split() == [str(os.getgid())] * 4, status["Gid"]
    assert status["Groups"].split() in ([], [str(os.getgid())]), status["Groups"]
    for caps in "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb":
        assert int(status[caps], 16) == 0, (caps, status[caps])
    assert status["NoNewPrivs"] == "1"


def started(close_from, fds, *args):
    """sudo with these descriptors as 3, 4, ..."""
    high = [200 + index for index in range(len(fds))]
    for fd, place in zip(fds, high):
        os.dup2(fd, place, inheritable=True)
        os.close(fd)
    moves = " ".join("%d<&%d %d<&-" % (3 + index, fd, fd) for index, fd in enumerate(high))
    context = helper(*args, pass_fds=high, prefix=[
        "bash", "-c", 'exec "$0" "$@" ' + moves, "sudo", "--non-interactive", *close_from])
    return context, high


def seed():
    vm, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    context, high = started(["--close-from", "4"], [other.detach()], "--fd", "3", "--interface-id", ID)
    with context as child:
        for fd in high:
            os.close(fd)
        info = json.loads(read_line(child.stdout))
        assert info["vmnet_interface_id"] == ID
        Guest(vm, info["vmnet_mac_address"]).find_gateway()
        check_unprivileged(helper_below(child.pid))
        # The VM goes away: nobody need signal a process that root started.
        vm.close()
        assert child.wait(30) == 0, child.returncode


def vibe():
    vm, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    liveness, alive = os.pipe()
    context, high = started(["--close-from=5"], [other.detach(), liveness],
                            "--fd", "3", "--parent-liveness-fd", "4", "--operation-mode", "shared")
    with context as child:
        for fd in high:
            os.close(fd)
        read_line(child.stdout)
        child.stdout.close()
        Guest(vm).find_gateway()
        os.close(alive)
        assert child.wait(30) == 0, child.returncode


def client():
    """The command below vmnet-client is this script again."""
    out = subprocess.check_output([CLIENT, "--interface-id", ID, "--", sys.executable, __file__, "guest"], timeout=90)
    assert out == b"found the gateway\n", out


def guest():
    Guest(socket.socket(fileno=4), os.environ["VMNET_MAC_ADDRESS"]).find_gateway()
    print("found the gateway")


main({"seed": seed, "vibe": vibe, "client": client, "guest": guest})
