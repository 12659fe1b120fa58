"""For run.sh: churn.py HELPER FOLDER one|ten ROUNDS. Ten helpers start and end in a loop, some by SIGKILL.

A helper that lives always has its network: its interface is a port of a bridge, and the gateway answers. On one
network a further helper is there all the time, and the bridge under it stays the same. When nobody is left, neither is
a network."""
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time

import load

WORKERS = 10


def subnet(number):
    return ["--start-address", "192.168.%d.1" % (130 + number), "--end-address", "192.168.%d.254" % (130 + number),
            "--subnet-mask", "255.255.255.0"]


def bridge_of(pid):
    return os.path.basename(os.readlink("/sys/class/net/vmt%d/master" % pid))


def bridges():
    return [name for name in os.listdir("/sys/class/net") if name.startswith("vmn-")]


class Worker(threading.Thread):
    def __init__(self, helper, folder, number, many, rounds):
        super().__init__()
        self.arguments = helper, folder, number, many
        self.rounds = rounds
        self.random = random.Random(number)
        self.fault = None
        self.ends = {signal.SIGTERM: 0, signal.SIGKILL: 0}

    def one_round(self, turn):
        helper, folder, number, many = self.arguments
        machine = load.Machine(helper, folder, number * 1000 + turn, subnet(number) if many else [])
        machine.mac = bytes([0x52, 0x54, 0, 1, number, turn & 255])
        how = self.random.choice(list(self.ends))
        self.ends[how] += 1
        if self.random.random() < 0.3:
            time.sleep(self.random.random() / 20)  # in the middle of its start, wherever that is
        else:
            machine.read_line()
            bridge_of(machine.process.pid)
            machine.connect()
            third = 130 + number if many else 105
            machine.gateway = socket.inet_aton("192.168.%d.1" % third)
            machine.address = socket.inet_aton("192.168.%d.%d" % (third, 10 + number))
            machine.find_gateway()
        machine.process.send_signal(how)
        machine.process.wait(load.LIMIT)
        machine.process.stdout.close()
        if machine.sock:
            machine.sock.close()
            os.unlink(machine.path + ".vm")
        if machine.process.returncode not in (0, -how):
            machine.fail("ended with %d" % machine.process.returncode)
        machine.log.close()

    def run(self):
        try:
            for turn in range(self.rounds):
                self.one_round(turn)
        except SystemExit as error:
            self.fault = str(error)
        except (OSError, subprocess.SubprocessError) as error:
            self.fault = repr(error)


def main():
    helper, folder, kind, rounds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    anchor = None
    if kind == "one":
        anchor = load.Machine(helper, folder, 99)
        anchor.read_line()
        anchor.connect()
        anchor.lease()
        with open("/sys/class/net/%s/ifindex" % bridge_of(anchor.process.pid), encoding="ascii") as file:
            index = file.read()
    workers = [Worker(helper, folder, number, kind == "ten", rounds) for number in range(1, WORKERS + 1)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    faults = [worker.fault for worker in workers if worker.fault]
    if faults:
        sys.exit("\n".join(faults))
    if anchor:
        anchor.find_gateway()
        with open("/sys/class/net/%s/ifindex" % bridge_of(anchor.process.pid), encoding="ascii") as file:
            if file.read() != index:
                sys.exit("the bridge under a living helper is another one")
        anchor.stop()
        anchor.wait()
    end = time.monotonic() + load.LIMIT
    while bridges():
        if time.monotonic() > end:
            sys.exit("networks without an owner: %s" % bridges())
        time.sleep(0.05)
    ends = [sum(worker.ends[how] for worker in workers) for how in (signal.SIGTERM, signal.SIGKILL)]
    print("%d helpers ended by SIGTERM and %d by SIGKILL on %s: never a network without an owner, and none taken from "
          "a living helper" % (*ends, kind + (" network" if kind == "one" else " networks")))


main()
