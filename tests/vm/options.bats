# Options of vm start, each with a guest that shows its effect.
load ../lib/common
load ../lib/namespace
load ../lib/vm

setup_file() { vm_setup; }
teardown_file() { vm_teardown; }
teardown() { harness vm delete one >/dev/null 2>&1 || true; }

@test "connection socket, with processors and memory as asked" {
    start_guest one --image tiny --connection socket --cpus 2 --memory 200
    run in_guest one nproc
    assert_output 2
    run in_guest one sh -c "awk '/^MemTotal/ { print (\$2 > 100000 && \$2 < 204800) }' /proc/meminfo"
    assert_output 1
    run harness vm stop one
    assert_success
    wait_for 30 nothing_is_left
}

@test "connection client, with the result as JSON" {
    start_guest one --image tiny --connection client --json >"$dir/started.json"
    run jq -r '.name + " " + .state + " " + .connection' "$dir/started.json"
    assert_output "one running client"
    run in_guest one ip -4 -o address show eth0
    assert_output --partial " $(jq -r .ip "$dir/started.json")/"
    run harness vm stop one
    assert_success
    wait_for 30 nothing_is_left
}

@test "a fixed address on a subnet of one's own" {
    start_guest one --image tiny --ip-address 192.168.77.9 \
        --start-address 192.168.77.1 --end-address 192.168.77.100 --subnet-mask 255.255.255.0
    run in_guest one ip -4 -o address show eth0
    assert_output --partial " 192.168.77.9/24 "
    run in_guest one ip route
    assert_output --partial "default via 192.168.77.1"
}

guest_answers() {
    ip netns exec "$ns" timeout 30 ssh -o BatchMode=yes -o ConnectTimeout=5 -F "$1" one true </dev/null 3>&-
}

@test "qemu.command starts the same VM by hand" {
    start_guest one --image tiny --ip-address 192.168.105.9
    harness vm stop one
    wait_for 30 nothing_is_left
    "$VMNET_HOME/vms/one/qemu.command" >"$dir/by-hand.log" 2>&1 3>&- &
    pid=$!
    wait_for 120 guest_answers "$VMNET_HOME/vms/one/ssh.config"
    kill "$pid"
    wait_for 30 nothing_is_left
}

@test "foreground stays until a signal, then stops the VM" {
    # A monitor of its own for job control: bash ignores SIGINT in a background command otherwise.
    python3 - "$bin/vmnet-harness" "$ns" "$dir/foreground.log" <<'PYTHON'
import os, signal, subprocess, sys, time
harness, ns, log = sys.argv[1:]
env = dict(os.environ, VMNET_NETNS=ns)
with open(log, "w") as out:
    child = subprocess.Popen([harness, "vm", "start", "one", "--image", "tiny", "--foreground", "--timeout", "300"],
                             stdout=out, stderr=out, stdin=subprocess.DEVNULL, env=env)
end = time.monotonic() + 350
while "Ctrl-C stops it" not in open(log).read():
    assert child.poll() is None, open(log).read()
    assert time.monotonic() < end, open(log).read()
    time.sleep(0.1)
child.send_signal(signal.SIGINT)
status = child.wait(120)
assert status == 130, (status, open(log).read())
PYTHON
    assert_equal "$(vm_state one)" stopped
    wait_for 30 nothing_is_left
}

@test "a store with a long path works too" {
    long=$dir/$(printf 'a%.0s' $(seq 60))/$(printf 'b%.0s' $(seq 60))
    VMNET_HOME=$long start_guest one --image tiny
    run env VMNET_HOME="$long" "$bin/vmnet-harness" vm exec one -- hostname
    assert_output one
    run env VMNET_HOME="$long" "$bin/vmnet-harness" vm delete one
    assert_success
    wait_for 30 nothing_is_left
}
