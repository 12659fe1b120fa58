#!/usr/bin/env bats
# --framing stream: lengths in a stream, as QEMU, socket_vmnet and lima have them.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client

setup() {
    net_setup
    framing=stream
}

teardown() { net_teardown; }

gateway=192.168.105.1

# A real network stack at the other end: a lease, and bytes both ways that arrive as they were.
assert_machine_works() {
    start_helper one --framing stream "$@"
    start_vm one
    vm_dhcp one
    in_ns python3 "$root/tests/lib/transfer.py" serve $gateway "$dir/ready" 3>&- &
    echo $! >"$dir/server.pid"
    wait_for 20 test -e "$dir/ready"
    for verb in send fetch; do
        run in_vm one timeout 200 python3 "$root/tests/lib/transfer.py" $verb $gateway 4000000
        assert_success
    done
    assert_equal "$(stat_value one vm bad)" 0
}

@test "a VM gets a lease and moves data" {
    assert_machine_works
}

@test "without the offload engine too" {
    assert_machine_works --offload-engine off
}

@test "with a VM that takes super-frames too" {
    assert_machine_works --enable-tso --enable-checksum-offload
}

@test "the socket's mode is 0600 and its owner the caller" {
    start_helper one --framing stream
    assert_equal "$(stat -c %a:%u:%F "$dir/one.sock")" 600:0:socket
}

@test "the helper's end of a socketpair serves as well" {
    # shellcheck disable=SC2034 # a word for start_pair
    client_kind=--stream
    start_pair one arp $gateway say served hold -- --framing stream
    wait_for 30 grep -qx served "$dir/one.json"
}

@test "a client needs no address of its own, and its end is seen" {
    start_helper one --framing stream
    client --stream --connect "$dir/one.sock" arp $gateway
    ended_with 0 "$(helper_pid one)"
    logged one 'serving client ""'
    logged one "stopping: vm gone"
    [ ! -e "$dir/one.sock" ]
    assert_nothing_left
}

@test "with --keep the next client is served on the same path" {
    start_helper one --framing stream --keep
    for _ in 1 2 3; do
        client --stream --connect "$dir/one.sock" arp $gateway
    done
    kill -TERM "$(helper_pid one)"
    ended_with 0 "$(helper_pid one)"
}

@test "a second client stands in line" {
    start_helper one --framing stream --keep
    start_client first --stream --connect "$dir/one.sock" arp $gateway say served hold
    wait_for 30 has_said first served
    start_client second --stream --connect "$dir/one.sock" say connected arp $gateway say served hold
    wait_for 30 has_said second connected
    stop_client first
    wait_for 30 has_said second served
}

# A length of HEX ends the client, in one line; the helper serves the next.
assert_bad_length() {
    start_helper one --framing stream --keep
    client --stream --connect "$dir/one.sock" arp $gateway raw "$1" closed
    client --stream --connect "$dir/one.sock" arp $gateway
    logged one "the client sent a frame length of $2"
    assert_equal "$(grep -c ERROR "$dir/one.log")" 1
}

@test "a length of 0 ends the client, never the helper under --keep" {
    assert_bad_length 00000000 0
}

@test "a length over the maximum ends the client, never the helper under --keep" {
    assert_bad_length 0001000f 65551
}

@test "the greeting of a datagram client is a bad length" {
    assert_bad_length 56464b54 1447447380
}

@test "a bad length without --keep ends the helper cleanly" {
    start_helper one --framing stream
    client --stream --connect "$dir/one.sock" raw 00000000 closed
    ended_with 0 "$(helper_pid one)"
    assert_nothing_left
}

@test "runts are dropped and counted, and the stream goes on" {
    start_helper one --framing stream
    start_client vm --stream --connect "$dir/one.sock" send ff send ffffffffffffffffffffffffff arp $gateway say served hold
    wait_for 30 has_said vm served
    assert_equal "$(stat_value one vm bad)" 2
}

@test "half a frame is waited for, and the end of the helper is not" {
    start_helper one --framing stream
    start_client vm --stream --connect "$dir/one.sock" arp $gateway raw 000005dcffffffffffff say begun hold
    wait_for 30 has_said vm begun
    kill -TERM "$(helper_pid one)"
    ended_with 0 "$(helper_pid one)"
    assert_nothing_left
}

# A flood for a neighbour that is known; again where the kernel's own queue was too short for it.
frames_drop() {
    in_ns python3 - <<'PYTHON'
import socket
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(5000):
    try:
        sock.sendto(b'x' * 1400, ('192.168.105.77', 9))
    except OSError:
        pass
PYTHON
    [ "$(stat_value one host drops)" -gt 0 ]
}

@test "a client that reads nothing loses frames, and what comes later is whole" {
    start_helper one --framing stream
    start_client vm --stream --connect "$dir/one.sock" arp $gateway say served await "$dir/go" arp $gateway say again hold
    wait_for 30 has_said vm served
    in_ns ip neigh replace 192.168.105.77 lladdr 52:54:00:00:00:01 dev "$(bridges)" nud permanent
    wait_for 60 frames_drop
    touch "$dir/go"
    wait_for 30 has_said vm again
}

@test "a client of another user is turned away" {
    chown 4242 "$dir"
    chmod 755 "$dir"
    SUDO_UID=4242 SUDO_GID=4242 start_helper one --framing stream
    chmod 666 "$dir/one.sock"
    client --stream --uid 4343 --connect "$dir/one.sock" closed
    logged one "ignoring a client of another user (uid 4343)"
    client --stream --uid 4242 --connect "$dir/one.sock" arp $gateway
}

@test "a stale socket of a killed helper is replaced, of either kind by either kind" {
    start_helper one --framing stream
    stop_helper one KILL
    start_helper one
    stop_helper one KILL
    start_helper one --framing stream
    client --stream --connect "$dir/one.sock" arp $gateway
}

@test "the socket of a living helper is left alone" {
    start_helper one --framing stream --keep
    run fail_helper --socket "$dir/one.sock" --framing stream
    assert_equal "$status" 2
    assert_output --partial "is in use"
    client --stream --connect "$dir/one.sock" arp $gateway
}
