#!/usr/bin/env bats
# --pcap: what passes is in a file, and nothing waits for that file.

load ../lib/common
load ../lib/namespace
load ../lib/helper
load ../lib/client

setup()    { net_setup; }
teardown() { net_teardown; }

gateway=192.168.105.1

# An ARP question and its answer; then the helper ends.
capture_arp() {
    start_helper one "$@"
    client --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway
    wait_for 20 is_gone "$(helper_pid one)"
}

# So many packets for a client that is known.
flood_vm() {
    in_ns ip neigh replace 192.168.105.77 lladdr 52:54:00:00:00:01 dev "$(bridges)" nud permanent
    in_ns python3 - "$1" <<'PYTHON'
import socket, sys
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(int(sys.argv[1])):
    sock.sendto(b"x" * 1400, ("192.168.105.77", 9))
PYTHON
}

assert_capture_is_good() {
    run tcpdump -n -r "$1"
    assert_success
    refute_output --partial truncated
    assert_output --partial "who-has $gateway tell 192.168.105.77"
    assert_output --partial "$gateway is-at"
}

@test "tcpdump reads both directions, with nanoseconds" {
    capture_arp --pcap "$dir/one.pcap"
    assert_capture_is_good "$dir/one.pcap"
    assert_equal "$(od -An -tx4 -N4 "$dir/one.pcap" | tr -d ' ')" a1b23c4d
    run tcpdump -n --nano -r "$dir/one.pcap"
    assert_output --regexp '^reading from file|[0-9]{2}\.[0-9]{9} ARP'
}

@test "a stream's frames are captured as well" {
    start_helper one --framing stream --pcap "$dir/one.pcap"
    client --stream --connect "$dir/one.sock" arp $gateway
    wait_for 20 is_gone "$(helper_pid one)"
    assert_capture_is_good "$dir/one.pcap"
}

@test "the file is the caller's, and nobody else's to read" {
    chmod 755 "$dir"
    mkdir "$dir/mine"
    chown 4242 "$dir" "$dir/mine"
    SUDO_UID=4242 SUDO_GID=4242 start_helper one --pcap "$dir/mine/one.pcap"
    assert_equal "$(stat -c %u:%a "$dir/mine/one.pcap")" 4242:600
}

@test "it is opened as the caller, who may not write everywhere" {
    chmod 755 "$dir"
    mkdir -m 755 "$dir/mine" "$dir/roots"
    chown 4242 "$dir/mine"
    SUDO_UID=4242 SUDO_GID=4242 run fail_helper --socket "$dir/mine/s" --pcap "$dir/roots/one.pcap"
    assert_equal "$status" 1
    assert_output --partial "cannot write \"$dir/roots/one.pcap\" as user 4242: Permission denied"
    [ ! -e "$dir/roots/one.pcap" ]
    assert_nothing_left
}

@test "a symbolic link is refused, and its target left as it is" {
    echo precious >"$dir/target"
    ln -s "$dir/target" "$dir/link"
    run fail_helper --pcap "$dir/link"
    assert_equal "$status" 1
    assert_output --partial "it is a symbolic link"
    assert_equal "$(cat "$dir/target")" precious
}

@test "a pipe is captured into as well" {
    mkfifo "$dir/pipe"
    tcpdump -n -U -r - <"$dir/pipe" >"$dir/text" 2>&1 3>&- &
    echo $! >"$dir/tcpdump.pid"
    exec 9>"$dir/pipe"
    capture_arp --pcap-fd 9
    exec 9>&-
    wait_for 20 is_gone "$(cat "$dir/tcpdump.pid")"
    run cat "$dir/text"
    assert_output --partial "who-has $gateway tell 192.168.105.77"
    assert_output --partial "$gateway is-at"
}

@test "a full disk ends the capture with one line, not the cable" {
    mkdir "$dir/full"
    # The small disk is in a mount namespace of the helper's own.
    # shellcheck disable=SC2016,SC2034 # for that shell; for start_helper
    helper_prefix=(unshare -m sh -c 'mount -t tmpfs -o size=64k none "$0" && exec "$@"' "$dir/full")
    start_helper one --pcap "$dir/full/one.pcap"
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway say served await "$dir/go" \
        arp $gateway say again hold
    wait_for 30 has_said vm served
    flood_vm 200
    wait_for 20 logged one "the capture ends here, forwarding goes on: No space left on device"
    touch "$dir/go"
    wait_for 30 has_said vm again
    assert_equal "$(grep -c ERROR "$dir/one.log")" 1
    run nsenter -m -r -t "$(helper_pid one)" tcpdump -n -r "$dir/full/one.pcap"
    assert_success
    refute_output --partial truncated
}

# More has passed than the pipe and the ring hold: the client reads nothing, so what is not taken drops.
ring_is_full() {
    flood_vm 2000
    [ $(($(stat_value one host packets) + $(stat_value one host drops))) -gt 5000 ]
}

@test "a pipe that nobody reads holds nothing up" {
    mkfifo "$dir/pipe"
    exec 8<>"$dir/pipe"
    start_helper one --pcap-fd 8
    start_client vm --bind "$dir/vm.sock" --connect "$dir/one.sock" arp $gateway say served hold
    wait_for 30 has_said vm served
    wait_for 60 ring_is_full
    stop_helper one
    exec 8>&-
    logged one "packets are missing in the capture"
    assert_nothing_left
}
