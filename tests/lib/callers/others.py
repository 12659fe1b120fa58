"""renode, vibe, anylinuxfs, the seed: one sequence each."""
import json
import os
import select
import socket
import subprocess

from caller import (DIR, HELPER, Guest, LengthStream, bridges, connect_client, helper, main, read_info, read_line, stop,
                    wait_for)

ID = "2835E074-9892-4A79-AFFB-7E41D2605678"
SOCKET = os.path.join(DIR, "vmnet.sock")


def renode():
    """tests/platforms/vmnet_helper.py: reads stderr up to one substring, and ends sudo by its pid."""
    with helper("--socket=" + SOCKET, "--operation-mode=host", "--start-address=192.168.127.1",
                "--end-address=192.168.127.254", "--subnet-mask=255.255.255.0",
                prefix=["sudo"], stderr=subprocess.PIPE) as child:
        lines = []
        while "waiting for client on" not in "".join(lines[-1:]):
            lines.append(read_line(child.stderr))
        with connect_client(SOCKET, os.path.join(DIR, "tap.sock"), magic=False) as sock:
            Guest(sock, address="192.168.127.9").find_gateway("192.168.127.1")
        subprocess.check_call(["kill", str(child.pid)])
        child.wait(30)
    wait_for("no bridge is left", lambda: not bridges())


def vibe():
    """src/networking.rs: the read end of a pipe tells the helper that vibe is gone."""
    subprocess.check_call([HELPER, "--list-shared-interfaces"], stdout=subprocess.DEVNULL)
    vm, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in vm, other:
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    liveness, alive = os.pipe()
    os.dup2(other.fileno(), 203)
    os.dup2(liveness, 204)
    command = 'exec "$0" "$@" 3<&203 4<&204 203<&- 204<&-'
    with helper("--fd", "3", "--parent-liveness-fd", "4", "--operation-mode", "shared",
                prefix=["bash", "-c", command], stderr=subprocess.DEVNULL, pass_fds=[203, 204]) as child:
        for fd in other.detach(), liveness, 203, 204:
            os.close(fd)
        json.loads(read_line(child.stdout))
        child.stdout.close()
        Guest(vm).find_gateway()
        assert child.poll() is None
        os.close(alive)
        assert child.wait(30) == 0, child.returncode
    wait_for("no bridge is left", lambda: not bridges())


def anylinuxfs():
    """anylinuxfs/src/vm_network/darwin.rs: ten keys, none optional; reads a stream, not a line."""
    with helper("--socket", SOCKET, "--start-address=172.27.1.1", "--end-address=172.27.1.6",
                "--subnet-mask=255.255.255.248", "--operation-mode=shared") as child:
        text = ""
        info = None
        while info is None:
            assert select.select([child.stdout], [], [], 30)[0], text
            text += os.read(child.stdout.fileno(), 64).decode()
            try:
                info = json.JSONDecoder().raw_decode(text)[0]
            except json.JSONDecodeError:
                continue
        for key in "vmnet_write_max_packets", "vmnet_read_max_packets", "vmnet_mtu", "vmnet_max_packet_size":
            assert type(info[key]) is int and 0 < info[key] < 1 << 32, (key, info[key])
        for key in ("vmnet_subnet_mask", "vmnet_end_address", "vmnet_start_address", "vmnet_interface_id",
                    "vmnet_nat66_prefix", "vmnet_mac_address"):
            assert type(info[key]) is str, (key, info[key])
        assert (info["vmnet_start_address"], info["vmnet_end_address"]) == ("172.27.1.1", "172.27.1.6"), info
        with connect_client(SOCKET, os.path.join(DIR, "krun.sock"), magic=False) as sock:
            Guest(sock, address="172.27.1.3").find_gateway("172.27.1.1")


def seed_fd():
    """The first example: descriptor 3, the log thrown away, jq as the reader."""
    vm, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    os.dup2(other.fileno(), 203)
    command = 'exec 3<&203 203<&-; "$HELPER" --fd 3 --interface-id %s 2>/dev/null | jq' % ID
    with subprocess.Popen(["bash", "-c", command], stdout=subprocess.PIPE, pass_fds=[203]) as shell:
        os.close(other.detach())
        os.close(203)
        text = ""
        while not text.endswith("\n}\n"):
            text += read_line(shell.stdout)
        info = json.loads(text)
        for key in ("vmnet_subnet_mask", "vmnet_mtu", "vmnet_end_address", "vmnet_start_address", "vmnet_interface_id",
                    "vmnet_max_packet_size", "vmnet_nat66_prefix", "vmnet_mac_address"):
            assert key in info, key
        assert info["vmnet_interface_id"] == ID
        Guest(vm).find_gateway()
        vm.close()
        assert shell.wait(30) == 0


def lima():
    """pkg/networks and its hostagent: the stream of socket_vmnet, a length of 4 bytes before each frame.

    The socket is dialled with no name of its own, frames have 1514 bytes at most, and a write may hold
    several of them; lima's own reader takes the length first, then the frame, however they come."""
    with helper("--socket", SOCKET, "--framing", "stream", "--keep", "--operation-mode=shared") as child:
        read_info(child)
        for _ in range(2):
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
                sock.connect(SOCKET)
                stream = LengthStream(sock)
                guest = Guest(stream)
                guest.find_gateway()
                stream.send_together([b"\xff" * 6 + guest.mac + b"\x88\xb5" + bytes(length - 14) for length in (60, 1514)])
                guest.find_gateway()
            assert child.poll() is None
        assert stop(child) == 0


main({"seed-fd": seed_fd, "renode": renode, "vibe": vibe, "anylinuxfs": anylinuxfs, "lima": lima})
